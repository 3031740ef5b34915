/* oracle.h - the slow evaluator: the meaning of the query language in code.
 *
 * Written from docs/query.md by trying everything: no index, no dictionary, no
 * cleverness, short enough to be checked by eye. It shares the parser with the
 * engines, and text analysis, and nothing else (not resolve.h, not match.h). Every
 * engine must agree with it on articles and on hits.
 */
#ifndef QUERY_ORACLE_H
#define QUERY_ORACLE_H

#include "query/ast.h"
#include "query/match.h"
#include "text/analyse.h"

/* The analysis must have stems. ERR_UNSUPPORTED for entities;
 * ERR_LIMIT when trying everything would take too long (the caller skips and counts
 * the case). Only the spans of the hits are filled, not the leaves. */
int oracle_match(const struct ast *ast, const struct article *article,
                 const struct analysis *analysis, struct stemmers *stemmers,
                 struct arena *arena, bool *matches, struct hit_list *hits,
                 struct err *err);

#endif
