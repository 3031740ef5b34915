/* relax.h - few or no hits: what could be asked instead.
 *
 * Candidates in the fixed order of docs/query.md: a quoted phrase to "..."~n, ~n or a
 * pattern to NEAR/10 of its rarest two words, the rarest word dropped, AND to OR. Nothing is
 * counted here: the caller counts each and offers those that find something.
 */
#ifndef QUERY_RELAX_H
#define QUERY_RELAX_H

#include "query/ast.h"

struct relaxation {
    const struct ast *ast; /* at the widest distance, when there is one */
    const char *what;      /* "the words within 99 of each other", for people */
    struct ast
        *distance; /* the node of `ast` whose n the caller may lower: more
                              articles match a greater n, so the smallest n that
                              matches is found by halving. NULL: nothing to vary */
    struct relaxation *next;
};

/* How many articles match this operand: a word, one word in quotes, or whatever else
 * AND joins. The caller counts. */
typedef uint64_t (*relax_frequency)(void *context, const struct ast *word);

/* The list in `arena`; *out NULL when nothing can be relaxed. ERR_NOMEM. */
int relax_candidates(const struct ast *ast, struct arena *arena,
                     relax_frequency frequency, void *context,
                     struct relaxation **out);

#endif
