/* citation.h - the line by which a result can be cited, and found again:
 *
 *     dateline/1 version=0.1.0 generation=3 corpus=3f2a total=12 query=(a AND b)
 *
 * (docs/protocol.md, "Citations".) The query is the rest of the line; what stands
 * before it are words of the form name=value.
 */
#ifndef CLIENT_CITATION_H
#define CLIENT_CITATION_H

#include "base/bytes.h"

struct err;

enum citation_field {
    CITED_VERSION,
    CITED_GENERATION,
    CITED_CORPUS,
    CITED_TOTAL,
    CITED_TOTAL_HITS,
    CITED_QUERY,
    CITED_FIELDS
};

/* Borrows from the line. data NULL: not in it. */
struct citation {
    struct slice field[CITED_FIELDS];
};

extern const char *const citation_names[CITED_FIELDS];

/* ERR_INVALID for a line that is none, of another format, or without query or total. */
int citation_parse(struct slice line, struct citation *out, struct err *err);

#endif
