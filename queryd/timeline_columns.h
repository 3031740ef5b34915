/* timeline_columns.h - the entities that most of the articles of a result mention, each a
 * column of its timeline. Worker thread; errors are in the request's err. */
#ifndef QUERYD_TIMELINE_COLUMNS_H
#define QUERYD_TIMELINE_COLUMNS_H

#include "queryd/question.h"
#include "views/timeline.h"

struct timeline_columns {
    struct timeline_column {
        struct slice id;
        uint64_t articles; /* of the result, that mention it */
    } * column;            /* by falling articles, then id */
    size_t count;
};

/* Of these kinds (1 << KIND_...), at most `most`. In the request's arena. */
int timeline_columns_find(const struct question *question, unsigned kinds,
                          size_t most, struct timeline_columns *out);

/* Call `each` for the articles of the result that mention it, without hits. */
int timeline_columns_visit(const struct question *question,
                           const struct timeline_column *column,
                           search_visit each, void *context);

/* "columns": what they are. */
void timeline_columns_write(const struct question *question,
                            const struct timeline_columns *columns,
                            struct json_out *j);

/* "columns" of one period, whose rows by `source` these are: numbers of articles in the
 * same order. */
void timeline_columns_write_row(const struct timeline_columns *columns,
                                const struct timeline_row *row, size_t rows,
                                struct json_out *j);

#endif
