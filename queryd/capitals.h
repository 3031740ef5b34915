/* capitals.h - for words typed in capitals only: how many articles write them so. */
#ifndef QUERYD_CAPITALS_H
#define QUERYD_CAPITALS_H

#include "queryd/question.h"

/* `US` finds us, too, and prefers US: a note says what =US would find. For the first
 * CAPITALS_AT_MOST different words; each costs a count. Adds to the question's
 * notes. ERR_DEADLINE, ERR_CANCELLED, or what the engine says. */
enum { CAPITALS_AT_MOST = 4 };
int capitals_note(struct question *question);

#endif
