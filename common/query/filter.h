/* filter.h - how field and date operands compare with an article; the one place
 * both engines and the evaluators read.
 *
 * Values are compared folded, whole: source:reuters is "Reuters" but not "Reuters
 * Health". lang: the part before '-' of the article's language counts, too. key: is
 * compared as it is. */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "doc/article.h"
#include "query/query.h"

/* The folded form that an article is found under; white space is squeezed to one
 * space. In `arena`. ERR_NOMEM. */
int filter_value(enum ast_field field, struct slice raw, struct arena *arena,
                 struct slice *out);

/* "pt" of "pt-br": the language that stems and lang: go by. */
struct slice lang_primary(struct slice lang);

/* Whether the article's date lies in what was asked: its first instant decides. */
bool filter_date(const struct node *node, struct date published);

#endif
