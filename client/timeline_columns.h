/* timeline_columns.h - the entities that stand beside each other in a timeline, as columns
 * of its table. */
#ifndef CLIENT_TIMELINE_COLUMNS_H
#define CLIENT_TIMELINE_COLUMNS_H

#include "client/table.h"

enum { TIMELINE_COLUMNS_MAX = 20 };
_Static_assert(TIMELINE_COLUMNS_MAX + 8 <= TABLE_COLUMNS_MAX,
               "the widest table of timelines, and its end");

struct timeline_columns {
    const json_t *columns; /* of the reply; NULL: it has none */
    size_t count;
    struct column column[TABLE_COLUMNS_MAX];
    char name[TIMELINE_COLUMNS_MAX][8];    /* their members in rows */
    char label[TIMELINE_COLUMNS_MAX][512]; /* names or, in CSV, ids */
};

/* The columns `before` (ending with a NULL name), and those of the reply; `label` is the
 * member that they are headed by. */
void timeline_columns_init(struct timeline_columns *t, struct shape *shape,
                           const json_t *reply, const struct column *before,
                           const char *label);

/* A copy of rows in which each number of "columns" is a member of its own; NULL when out
 * of memory. */
json_t *timeline_columns_rows(const struct timeline_columns *t,
                              struct shape *shape, const json_t *rows);

/* Narrower heads, so that the table fits: of a long name the end stands there. */
void timeline_columns_fit(const struct timeline_columns *t, struct table *table,
                          size_t width);

/* "@sergei-lavrov: Sergei Lavrov, person, 12 articles", a line each. */
void timeline_columns_print(const struct timeline_columns *t,
                            struct strbuf *out, struct shape *shape,
                            const struct look *look);

#endif
