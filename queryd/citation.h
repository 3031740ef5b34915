/* citation.h - one line that says what was asked, of what, and with what result, so
 * that it can be asked again: docs/protocol.md, "Citations". */
#ifndef QUERYD_CITATION_H
#define QUERYD_CITATION_H

#include "queryd/question.h"

void citation_write(const struct question *question, uint64_t total,
                    uint64_t total_hits, struct json_out *j);

#endif
