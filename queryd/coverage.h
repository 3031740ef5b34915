/* coverage.h - does the corpus have the period that was asked for?
 *
 * Few hits in May may mean that nobody wrote of it in May, or that May was never
 * delivered. For a query with dates a note says on how many of the days asked the
 * corpus has articles; the corpus is what the query's filters leave (corpus.h). */
#ifndef QUERYD_COVERAGE_H
#define QUERYD_COVERAGE_H

#include "queryd/question.h"

/* More articles than this are not walked over for the note. */
enum { COVERAGE_ARTICLES = 20000 };

/* Adds to the question's notes; nothing when no dates were asked for. ERR_DEADLINE,
 * ERR_CANCELLED, or what the engine says. */
int coverage_note(struct question *question);

#endif
