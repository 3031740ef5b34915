#include "client/table.h"

#include "base/limits.h"

#include <inttypes.h>
#include <string.h>

enum { GAP = 2, TEXT_COLUMNS_MAX = 30 };

double row_share(struct shape *shape, const json_t *row)
{
    uint64_t articles = must_u64(shape, row, "articles");
    uint64_t corpus = must_u64(shape, row, "corpus_articles");
    return corpus ? (double)articles * 1000 / (double)corpus : 0;
}

static void add_cell(struct strbuf *out, struct shape *shape,
                     const struct column *column, const json_t *row)
{
    struct slice text;
    switch (column->kind) {
    case COLUMN_TEXT:
        text = reply_text(shape, row, column->name);
        layout_clean(out, text.len ? text : SLICE("(none)"));
        break;
    case COLUMN_COUNT:
    case COLUMN_NAMED:
        layout_number(out, must_u64(shape, row, column->name));
        break;
    case COLUMN_REAL:
        strbuf_addf(out, "%.2f", must_real(shape, row, column->name));
        break;
    case COLUMN_SHARE:
        if (reply_u64(shape, row, "corpus_articles"))
            strbuf_addf(out, "%.2f", row_share(shape, row));
        else
            strbuf_add_char(out, '-');
        break;
    case COLUMN_FLAG:
        break;
    }
}

static void add_first(struct strbuf *out, struct shape *shape,
                      const struct column *column, const json_t *row,
                      const char *first)
{
    if (first)
        strbuf_add_text(out, first);
    else
        add_cell(out, shape, column, row);
}

void table_init(struct table *table, const struct column *column,
                const struct look *look)
{
    *table = (struct table){.column = column};
    table->text_max = look->terminal.width ? TEXT_COLUMNS_MAX : 0;
    for (size_t i = 0; column[i].name; i++)
        table->width[i] = layout_columns(slice_of(column[i].label));
}

void table_measure(struct table *table, struct shape *shape, const json_t *row,
                   const char *first)
{
    struct strbuf cell;
    strbuf_init(&cell, LIMIT_REPLY_BYTES);
    for (size_t i = 0; table->column[i].name; i++) {
        strbuf_reset(&cell);
        add_first(&cell, shape, &table->column[i], row, i == 0 ? first : NULL);
        size_t columns = layout_columns(strbuf_slice(&cell));
        bool text = table->column[i].kind == COLUMN_TEXT;
        if (text && table->text_max && columns > table->text_max)
            columns = table->text_max;
        if (columns > table->width[i])
            table->width[i] = columns;
    }
    strbuf_release(&cell);
}

size_t table_columns(const struct table *table)
{
    size_t columns = 0;
    for (size_t i = 0; table->column[i].name; i++)
        columns += (i ? GAP : 0) + table->width[i];
    return columns;
}

static void put_cell(struct strbuf *out, const struct table *table, size_t i,
                     struct slice text)
{
    bool left = table->column[i].kind == COLUMN_TEXT;
    const struct fit fit = {.side = left ? FIT_BEGINNING : FIT_END,
                            .columns = table->width[i],
                            .cut = FIT_DOTS,
                            .isolate = table->text_max > 0};
    layout_blanks(out, i ? GAP : 0);
    layout_fit(out, text, &fit);
}

void table_head(struct strbuf *out, const struct table *table)
{
    for (size_t i = 0; table->column[i].name; i++)
        put_cell(out, table, i, slice_of(table->column[i].label));
}

void table_row(struct strbuf *out, struct shape *shape,
               const struct table *table, const json_t *row, const char *first)
{
    struct strbuf cell;
    strbuf_init(&cell, LIMIT_REPLY_BYTES);
    for (size_t i = 0; table->column[i].name; i++) {
        strbuf_reset(&cell);
        add_first(&cell, shape, &table->column[i], row, i == 0 ? first : NULL);
        put_cell(out, table, i, strbuf_slice(&cell));
        out->failed |= cell.failed;
    }
    strbuf_release(&cell);
}

/* --- CSV --- */

/* A cell that begins like a formula would be run by a spreadsheet: an apostrophe in
 * front, as in the daemon's own CSV. */
static void csv_text(struct strbuf *out, struct slice text)
{
    bool plain = true;
    bool formula = text.len && memchr("=+-@\t\r", text.data[0], 6);
    for (size_t i = 0; i < text.len; i++)
        plain &= !strchr("\",\r\n", text.data[i]) && text.data[i];
    if (plain) {
        strbuf_add_text(out, formula ? "'" : "");
        strbuf_add_slice(out, text);
        return;
    }
    strbuf_add_text(out, formula ? "\"'" : "\"");
    for (size_t i = 0; i < text.len; i++)
        strbuf_addf(out, text.data[i] == '"' ? "\"%c" : "%c", text.data[i]);
    strbuf_add_char(out, '"');
}

void csv_head(struct strbuf *out, const struct column *column)
{
    bool first = true;
    for (; column->name; column++) {
        if (column->kind == COLUMN_SHARE)
            continue;
        strbuf_add_text(out, first ? "" : ",");
        csv_text(out, slice_of(column->kind == COLUMN_NAMED ? column->label
                                                            : column->name));
        first = false;
    }
    strbuf_add_text(out, "\r\n");
}

void csv_row(struct strbuf *out, struct shape *shape,
             const struct column *column, const json_t *row)
{
    bool first = true;
    for (; column->name; column++) {
        if (column->kind == COLUMN_SHARE)
            continue;
        strbuf_add_text(out, first ? "" : ",");
        first = false;
        if (column->kind == COLUMN_TEXT)
            csv_text(out, reply_text(shape, row, column->name));
        else if (column->kind == COLUMN_COUNT || column->kind == COLUMN_NAMED)
            strbuf_addf(out, "%" PRIu64, must_u64(shape, row, column->name));
        else if (column->kind == COLUMN_REAL)
            strbuf_addf(out, "%.6g", must_real(shape, row, column->name));
        else if (json_is_true(json_object_get(row, column->name)))
            strbuf_add_char(out, '1');
    }
    strbuf_add_text(out, "\r\n");
}
