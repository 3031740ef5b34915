/* params.h - a request's parameters, read by one table: from the target, from a JSON
 * body, or both; each at most once, and none that the endpoint does not know.
 */
#ifndef QUERYD_PARAMS_H
#define QUERYD_PARAMS_H

#include "wire/http.h"

enum { MATCH_QUERY, MATCH_ANY };
enum { COUNT_EXACT, COUNT_NO };

struct params {
    struct slice q, phrase, cursor; /* data NULL: not given */
    uint32_t match;                 /* MATCH_ */
    uint32_t sort;                  /* enum search_sort */
    uint32_t count;                 /* COUNT_ */
    uint32_t limit, hits, snippets, relax, deadline_ms;
};

/* Names that the queries share; lists end in NULL. */
extern const char *const search_params[], *const count_params[],
                                              *const no_params[];

/* `allowed` is the endpoint's list. Text is in `arena`, or borrows from `target`.
 * ERR_INVALID with a sentence that names the parameter. */
int params_read(const struct http_target *target, struct slice body,
                const char *const *allowed, struct arena *arena,
                struct params *out, struct err *err);

#endif
