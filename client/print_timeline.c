#include "client/timeline_columns.h"

#include <inttypes.h>

enum { BAR_COLUMNS_MIN = 10 };

static const struct column plain_columns[] = {
    {"from", "period", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"hits", "hits", COLUMN_COUNT},
    {"corpus_articles", "corpus", COLUMN_COUNT},
    {"share", "per 1,000", COLUMN_SHARE},
    {0}};

/* With entities beside them. */
static const struct column narrow_columns[] = {
    {"from", "period", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {0}};

static const struct column source_columns[] = {
    {"from", "period", COLUMN_TEXT},
    {"source", "source", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"hits", "hits", COLUMN_COUNT},
    {"corpus_articles", "corpus", COLUMN_COUNT},
    {"share", "per 1,000", COLUMN_SHARE},
    {0}};

static const struct column csv_columns[] = {
    {"from", "", COLUMN_TEXT},
    {"source", "", COLUMN_TEXT},
    {"articles", "", COLUMN_COUNT},
    {"hits", "", COLUMN_COUNT},
    {"corpus_articles", "", COLUMN_COUNT},
    {"corpus_words", "", COLUMN_COUNT},
    {"gap", "", COLUMN_FLAG},
    {0}};

struct timeline {
    struct strbuf *out;
    struct shape *shape;
    const struct look *look;
    const json_t *rows, *undated;
    struct timeline_columns columns;
    struct table table;
    bool by_source, left_out;
    double longest; /* what the longest bar stands for */
    size_t bar;     /* its columns; 0: no bars */
    uint64_t articles, hits, corpus;
};

static bool is_gap(const json_t *row)
{
    return json_is_true(json_object_get(row, "gap"));
}

static double bar_value(const struct timeline *t, const json_t *row)
{
    return t->look->shares ? row_share(t->shape, row)
                           : (double)must_u64(t->shape, row, "articles");
}

/* What must be known of all rows before the first is printed. */
static void measure(struct timeline *t, const json_t *rows, const char *first)
{
    size_t count = json_array_size(rows);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        t->articles += must_u64(t->shape, row, "articles");
        t->hits += must_u64(t->shape, row, "hits");
        t->corpus += must_u64(t->shape, row, "corpus_articles");
        table_measure(&t->table, t->shape, row, first);
        double value = bar_value(t, row);
        if (value > t->longest)
            t->longest = value;
    }
}

/* In eighths of a column; what is more than nothing can be seen. */
static void print_bar(struct timeline *t, double value)
{
    static const char *const eighths[] = {"",  "▏", "▎", "▍",
                                          "▌", "▋", "▊", "▉"};
    if (t->bar == 0 || value <= 0)
        return;
    const struct look *look = t->look;
    size_t n = (size_t)(value / t->longest * (double)t->bar * 8 + 0.5);
    n = n ? n : 1;
    strbuf_add_text(t->out, look->terminal.colour ? "  \x1b[34m" : "  ");
    for (size_t i = 0; i < n / 8; i++)
        strbuf_add_text(t->out, "█");
    strbuf_add_text(t->out, eighths[n % 8]);
    strbuf_add_text(t->out, look->terminal.colour ? "\x1b[0m" : "");
}

static void print_row(struct timeline *t, const json_t *row, const char *first)
{
    table_row(t->out, t->shape, &t->table, row, first);
    print_bar(t, bar_value(t, row));
    strbuf_add_char(t->out, '\n');
}

static struct slice period_of(const struct timeline *t, size_t row)
{
    return must_text(t->shape, json_array_get(t->rows, row), "from");
}

/* The row behind the period's last one: by source it has several. */
static size_t period_end(const struct timeline *t, size_t from)
{
    size_t end = from + 1;
    while (end < json_array_size(t->rows) &&
           slice_eq(period_of(t, from), period_of(t, end)))
        end++;
    return end;
}

static bool are_gaps(const struct timeline *t, size_t from, size_t to)
{
    while (from < to && is_gap(json_array_get(t->rows, from)))
        from++;
    return from == to;
}

/* "2022-03 .. 2022-07: no articles in the corpus". Gaps that follow each other are one
 * line. Returns the next row. */
static size_t print_gap(struct timeline *t, size_t from, size_t end)
{
    size_t last = from;
    while (end < json_array_size(t->rows) &&
           are_gaps(t, end, period_end(t, end))) {
        last = end;
        end = period_end(t, end);
    }
    layout_clean(t->out, period_of(t, from));
    if (last != from) {
        strbuf_add_text(t->out, " .. ");
        layout_clean(t->out, period_of(t, last));
    }
    strbuf_add_text(t->out, ": no articles in the corpus\n");
    return end;
}

static void print_period(struct timeline *t, size_t from, size_t end)
{
    for (; from < end; from++) {
        const json_t *row = json_array_get(t->rows, from);
        if (is_gap(row))
            t->left_out = true;
        else
            print_row(t, row, NULL);
    }
}

static void print_rows(struct timeline *t, const json_t *sum)
{
    size_t count = json_array_size(t->rows);
    size_t undated = json_array_size(t->undated);
    if (t->look->terminal.width && !t->columns.columns) {
        size_t used = table_columns(&t->table) + 2;
        size_t room = t->look->terminal.width;
        t->bar = used + BAR_COLUMNS_MIN <= room ? room - used : 0;
    }
    table_head(t->out, &t->table);
    strbuf_add_char(t->out, '\n');
    for (size_t i = 0; i < count && !t->shape->wrong;) {
        size_t end = period_end(t, i);
        if (are_gaps(t, i, end)) {
            i = print_gap(t, i, end);
        } else {
            print_period(t, i, end);
            i = end;
        }
    }
    for (size_t i = 0; i < undated; i++)
        print_row(t, json_array_get(t->undated, i), "undated");
    if (!t->columns.columns) {
        table_row(t->out, t->shape, &t->table, sum, "sum");
        strbuf_add_char(t->out, '\n');
    }
    if (t->left_out)
        strbuf_add_text(t->out, "(without sources that have no article in a "
                                "period)\n");
}

/* "12 articles, 40 hits, 0.4 ms, generation 3", and what the shares are of. */
static void print_totals(struct timeline *t, const json_t *reply)
{
    struct slice filter = reply_text(t->shape, reply, "filter");
    strbuf_add_char(t->out, '\n');
    layout_count(t->out, must_u64(t->shape, reply, "total"), "article");
    strbuf_add_text(t->out, ", ");
    layout_count(t->out, must_u64(t->shape, reply, "total_hits"), "hit");
    strbuf_add_text(t->out, ", ");
    print_took(t->out, must_u64(t->shape, reply, "took_us"));
    strbuf_addf(t->out, ", generation %" PRIu64 "\n",
                must_u64(t->shape, reply, "generation"));
    if (filter.len) {
        static const char label[] = "the corpus is: ";
        const struct layout layout = {.width = t->look->terminal.width,
                                      .indent = sizeof label - 1};
        strbuf_add_text(t->out, label);
        layout_text(t->out, filter, NULL, 0, &layout);
    }
}

static bool has_sources(const json_t *rows)
{
    size_t count = json_array_size(rows);
    for (size_t i = 0; i < count; i++)
        if (reply_has(json_array_get(rows, i), "source"))
            return true;
    return false;
}

static const struct column *columns_of(const struct timeline *t)
{
    if (t->columns.columns)
        return t->columns.column;
    return t->by_source ? source_columns : plain_columns;
}

static void print_table(struct timeline *t)
{
    table_init(&t->table, columns_of(t), t->look);
    measure(t, t->rows, NULL);
    measure(t, t->undated, "undated");
    json_t *sum =
        json_pack("{s:s,s:I,s:I,s:I}", "source", "all", "articles",
                  (json_int_t)t->articles, "hits", (json_int_t)t->hits,
                  "corpus_articles", (json_int_t)t->corpus);
    t->out->failed |= !sum;
    if (t->columns.columns)
        timeline_columns_fit(&t->columns, &t->table, t->look->terminal.width);
    else
        table_measure(&t->table, t->shape, sum, "sum");
    if (json_array_size(t->rows) || json_array_size(t->undated))
        print_rows(t, sum);
    json_decref(sum);
}

void print_timeline(struct strbuf *out, struct shape *shape,
                    const json_t *reply, const struct look *look)
{
    struct timeline t = {.out = out, .shape = shape, .look = look};
    timeline_columns_init(&t.columns, shape, reply, narrow_columns, "name");
    json_t *rows = timeline_columns_rows(&t.columns, shape,
                                         must_array(shape, reply, "rows"));
    json_t *undated = timeline_columns_rows(
        &t.columns, shape, reply_array(shape, reply, "undated"));
    out->failed |= !rows || !undated;
    t.rows = rows;
    t.undated = undated;
    t.by_source = has_sources(rows) || has_sources(undated);
    if (!shape->wrong)
        print_table(&t);
    if (t.columns.count)
        timeline_columns_print(&t.columns, out, shape, look);
    print_totals(&t, reply);
    print_notes(out, shape, reply, look);
    json_decref(rows);
    json_decref(undated);
}

void print_timeline_csv(struct strbuf *out, struct shape *shape,
                        const json_t *reply, const struct look *look)
{
    static const char *const lists[] = {"rows", "undated"};
    struct timeline_columns columns;
    (void)look;
    must_array(shape, reply, "rows");
    timeline_columns_init(&columns, shape, reply, csv_columns, "id");
    csv_head(out, columns.column);
    for (size_t i = 0; i < 2; i++) {
        json_t *rows = timeline_columns_rows(
            &columns, shape, reply_array(shape, reply, lists[i]));
        size_t count = json_array_size(rows);
        out->failed |= !rows;
        for (size_t j = 0; j < count; j++)
            csv_row(out, shape, columns.column, json_array_get(rows, j));
        json_decref(rows);
    }
}
