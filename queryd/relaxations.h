/* relaxations.h - few or no hits: what finds more, each with its exact count. */
#ifndef QUERYD_RELAXATIONS_H
#define QUERYD_RELAXATIONS_H

#include "queryd/question.h"

enum {
    RELAX_AT_MOST = 5, /* offered */
    RELAX_TOTAL = 3,   /* and only when no more articles than this match */
};

/* Writes the value of "relaxations": `total` articles match the query itself. False
 * when the deadline came near or the client went: then nothing was written. */
bool relaxations_write(const struct question *question, uint64_t total,
                       struct json_out *j);

#endif
