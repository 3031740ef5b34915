/* parse.h - the query language of docs/query.md: text to tree.
 *
 * Precedence: NEAR/ADJ/NOTNEAR before NOT before AND before OR. Errors are
 * ERR_INVALID (or ERR_LIMIT) with err->at, the byte where the fault is, and a
 * sentence that says what to write instead.
 */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "query/ast.h"

struct err;

struct parsed {
    const struct ast *root;
    const struct note *notes;
};

/* The tree and everything in it is in `arena` and borrows `text`. */
int query_parse(struct slice text, struct arena *arena, struct parsed *out,
                struct err *err);

/* Raw text (match=any): nothing is syntax, its words are joined by OR. */
int query_parse_any(struct slice text, struct arena *arena, struct parsed *out,
                    struct err *err);

/* Raw text as one exact phrase (phrase=, --phrase). */
int query_parse_phrase(struct slice text, struct arena *arena,
                       struct parsed *out, struct err *err);

#endif
