/* print_counts.c - facets and collocates. */
#include "client/table.h"

#include <inttypes.h>

static const struct column facet_columns[] = {
    {"value", "value", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"hits", "hits", COLUMN_COUNT},
    {"corpus_articles", "corpus", COLUMN_COUNT},
    {"share", "per 1,000", COLUMN_SHARE},
    {0}};

static const struct column entity_columns[] = {
    {"value", "id", COLUMN_TEXT},
    {"name", "name", COLUMN_TEXT},
    {"type", "type", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"corpus_articles", "corpus", COLUMN_COUNT},
    {"share", "per 1,000", COLUMN_SHARE},
    {"log_likelihood", "log-likelihood", COLUMN_REAL},
    {0}};

static const struct column word_columns[] = {
    {"value", "word", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"times", "times", COLUMN_COUNT},
    {"corpus_articles", "corpus articles", COLUMN_COUNT},
    {"corpus_times", "corpus times", COLUMN_COUNT},
    {"log_likelihood", "log-likelihood", COLUMN_REAL},
    {0}};

static const struct column collocate_columns[] = {
    {"value", "word", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"times", "times", COLUMN_COUNT},
    {"corpus_times", "corpus times", COLUMN_COUNT},
    {"log_likelihood", "log-likelihood", COLUMN_REAL},
    {"log_dice", "logDice", COLUMN_REAL},
    {0}};

static void print_table(struct strbuf *out, struct shape *shape,
                        const json_t *reply, const struct look *look,
                        const struct column *columns)
{
    const json_t *rows = must_array(shape, reply, "rows");
    size_t count = json_array_size(rows);
    struct table table;
    table_init(&table, columns, look);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        table_measure(&table, shape, row, NULL);
    }
    if (count) {
        table_head(out, &table);
        strbuf_add_char(out, '\n');
    }
    for (size_t i = 0; i < count && !shape->wrong; i++) {
        const json_t *row = json_array_get(rows, i);
        table_row(out, shape, &table, row, NULL);
        strbuf_add_char(out, '\n');
    }
    uint64_t more = reply_u64(shape, reply, "more");
    if (more) {
        strbuf_add_text(out, "and ");
        layout_number(out, more);
        strbuf_add_text(out, " more: --limit N\n");
    }
    strbuf_add_text(out, count || more ? "\n" : "");
}

static void print_took_line(struct strbuf *out, struct shape *shape,
                            const json_t *reply, const struct look *look)
{
    strbuf_add_text(out, ", ");
    print_took(out, must_u64(shape, reply, "took_us"));
    strbuf_addf(out, ", generation %" PRIu64 "\n",
                must_u64(shape, reply, "generation"));
    print_notes(out, shape, reply, look);
}

static const struct column *columns_of(struct shape *shape, const json_t *reply)
{
    static const struct {
        const char *by;
        const struct column *columns;
    } others[] = {{"words", word_columns},
                  {"entity", entity_columns},
                  {"person", entity_columns},
                  {"place", entity_columns},
                  {"org", entity_columns}};
    struct slice by = reply_text(shape, reply, "by");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_eq(by, slice_of(others[i].by)))
            return others[i].columns;
    return facet_columns;
}

void print_facets(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look)
{
    print_table(out, shape, reply, look, columns_of(shape, reply));
    layout_count(out, must_u64(shape, reply, "total"), "article");
    if (reply_has(reply, "total_hits")) {
        strbuf_add_text(out, ", ");
        layout_count(out, reply_u64(shape, reply, "total_hits"), "hit");
    }
    print_took_line(out, shape, reply, look);
}

void print_collocates(struct strbuf *out, struct shape *shape,
                      const json_t *reply, const struct look *look)
{
    print_table(out, shape, reply, look, collocate_columns);
    layout_count(out, must_u64(shape, reply, "hits"), "hit");
    strbuf_add_text(out, ", ");
    layout_count(out, must_u64(shape, reply, "words_near"), "word");
    strbuf_addf(out, " within %" PRIu64 " of them",
                must_u64(shape, reply, "window"));
    print_took_line(out, shape, reply, look);
}

static void print_csv(struct strbuf *out, struct shape *shape,
                      const json_t *reply, const struct column *columns)
{
    const json_t *rows = must_array(shape, reply, "rows");
    size_t count = json_array_size(rows);
    csv_head(out, columns);
    for (size_t i = 0; i < count; i++)
        csv_row(out, shape, columns, json_array_get(rows, i));
}

void print_facets_csv(struct strbuf *out, struct shape *shape,
                      const json_t *reply, const struct look *look)
{
    (void)look;
    print_csv(out, shape, reply, columns_of(shape, reply));
}

void print_collocates_csv(struct strbuf *out, struct shape *shape,
                          const json_t *reply, const struct look *look)
{
    (void)look;
    print_csv(out, shape, reply, collocate_columns);
}
