/* oracle.h - the slow evaluator: the meaning of the query language in code.
 *
 * Written from docs/query.md by trying everything: no index, no dictionary, no
 * cleverness, short enough to be checked by eye. It shares the parser with the
 * engines, and text analysis, and nothing else (not resolve.h, not match.h). Every
 * engine must agree with it on articles and on hits.
 */
#ifndef QUERY_ORACLE_H
#define QUERY_ORACLE_H

#include "query/match.h"
#include "query/query.h"
#include "text/analyse.h"

/* Of `query` it reads the tree as typed, and which entity each name in it was taken for:
 * that is decided by how often all articles mention each. The analysis must have stems,
 * and mentions. ERR_UNSUPPORTED for names that were taken for nothing; ERR_LIMIT when trying everything would take too long (the caller skips and counts
 * the case). Only the spans of the hits are filled, not the leaves. */
int oracle_match(const struct query *query, const struct article *article,
                 const struct analysis *analysis, struct stemmers *stemmers,
                 struct arena *arena, bool *matches, struct hit_list *hits,
                 struct err *err);

#endif
