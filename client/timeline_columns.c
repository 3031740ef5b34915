#include "client/timeline_columns.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

/* Of a head; and ten digits and commas have room. */
enum { HEAD_MIN = 10 };

static void set_label(struct timeline_columns *t, struct shape *shape,
                      const json_t *entity, const char *member)
{
    char *label = t->label[t->count];
    struct strbuf clean;
    strbuf_init(&clean, LIMIT_REPLY_BYTES);
    layout_clean(&clean, must_text(shape, entity, member));
    if (clean.failed || clean.len >= sizeof t->label[0])
        shape_is_wrong(shape, member, "too long");
    else
        snprintf(label, sizeof t->label[0], "%.*s",
                 SLICE_ARG(strbuf_slice(&clean)));
    strbuf_release(&clean);
}

void timeline_columns_init(struct timeline_columns *t, struct shape *shape,
                           const json_t *reply, const struct column *before,
                           const char *label)
{
    size_t first = 0;
    *t = (struct timeline_columns){.columns =
                                       reply_array(shape, reply, "columns")};
    for (; before[first].name; first++)
        t->column[first] = before[first];
    if (json_array_size(t->columns) > TIMELINE_COLUMNS_MAX) {
        shape_is_wrong(shape, "columns", "too long");
        return;
    }
    for (; t->count < json_array_size(t->columns); t->count++) {
        size_t i = t->count;
        snprintf(t->name[i], sizeof t->name[i], "of%zu", i);
        set_label(t, shape, json_array_get(t->columns, i), label);
        t->column[first + i] =
            (struct column){t->name[i], t->label[i], COLUMN_NAMED};
    }
}

static json_t *with_members(const struct timeline_columns *t,
                            struct shape *shape, const json_t *row)
{
    json_t *copy = json_copy((json_t *)row); /* reads it only */
    const json_t *numbers =
        t->columns ? must_array(shape, row, "columns") : NULL;
    for (size_t i = 0; copy && i < t->count; i++) {
        json_t *number = json_array_get(numbers, i);
        if (number && json_object_set(copy, t->name[i], number)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

json_t *timeline_columns_rows(const struct timeline_columns *t,
                              struct shape *shape, const json_t *rows)
{
    json_t *all = json_array();
    for (size_t i = 0; all && i < json_array_size(rows); i++)
        if (json_array_append_new(
                all, with_members(t, shape, json_array_get(rows, i)))) {
            json_decref(all);
            return NULL;
        }
    return all;
}

void timeline_columns_fit(const struct timeline_columns *t, struct table *table,
                          size_t width)
{
    size_t used = table_columns(table), first = 0;
    while (table->column[first].name && table->column[first].name != t->name[0])
        first++;
    while (width && used > width) {
        size_t widest = first;
        for (size_t i = first; table->column[i].name; i++)
            if (table->width[i] > table->width[widest])
                widest = i;
        if (!table->column[widest].name || table->width[widest] <= HEAD_MIN)
            return;
        table->width[widest]--;
        used--;
    }
}

void timeline_columns_print(const struct timeline_columns *t,
                            struct strbuf *out, struct shape *shape,
                            const struct look *look)
{
    const struct layout layout = {.width = look->terminal.width, .indent = 2};
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < t->count; i++) {
        const json_t *entity = json_array_get(t->columns, i);
        strbuf_reset(&line);
        strbuf_add_char(&line, '@');
        layout_clean(&line, must_text(shape, entity, "id"));
        strbuf_add_text(&line, ": ");
        layout_clean(&line, must_text(shape, entity, "name"));
        struct slice type = reply_text(shape, entity, "type");
        strbuf_add_text(&line, type.len ? ", " : "");
        layout_clean(&line, type);
        strbuf_add_text(&line, ", ");
        layout_count(&line, must_u64(shape, entity, "articles"), "article");
        layout_text(out, strbuf_slice(&line), NULL, 0, &layout);
        out->failed |= line.failed;
    }
    strbuf_release(&line);
}
