/* pairs.h - text files of NAME<TAB>VALUE lines: saved queries, batches.
 *
 * Blank lines and lines that begin with # say nothing. White space around the name and
 * the value is not theirs.
 */
#ifndef CLIENT_PAIRS_H
#define CLIENT_PAIRS_H

#include "base/bytes.h"

#include <stdio.h>

struct err;

struct pair {
    struct slice name, value; /* until the next call */
    size_t line;              /* from 1 */
};

struct pairs {
    FILE *file;
    char *text; /* getline()'s */
    size_t size, line;
};

void pairs_init(struct pairs *pairs, FILE *file); /* borrowed */
void pairs_release(struct pairs *pairs);

/* 1 and the next pair; 0 at the end; ERR_IO. ERR_INVALID for a line without a TAB, or
 * with nothing before or behind it: pair->line tells which, and one may go on. */
int pairs_next(struct pairs *pairs, struct pair *pair, struct err *err);

/* Whether `name` may be one: no white space in it, no # at its start, UTF-8. */
bool pair_name_is_good(struct slice name);

#endif
