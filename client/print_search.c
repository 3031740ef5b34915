#include "base/mem.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "client/layout.h"
#include "client/print.h"

#include <inttypes.h>
#include <stdio.h>

static void print_snippet(struct strbuf *out, struct shape *shape,
                          const json_t *hit, size_t indent,
                          const struct look *look)
{
    if (!reply_has(hit, "snippet"))
        return;
    const json_t *snippet = must_object(shape, hit, "snippet");
    struct slice text = must_text(shape, snippet, "text");
    size_t count;
    struct mark *marks = reply_marks(shape, snippet, text.len, &count);
    if (count && !marks)
        out->failed = true;
    struct layout layout = {.width = look->terminal.width, .indent = indent};
    if (look->brackets) {
        layout.mark_on = "[";
        layout.mark_off = "]";
        layout.mark_columns = 1;
    } else if (look->terminal.colour && !look->unmarked) {
        layout.mark_on = "\x1b[1;31m";
        layout.mark_off = "\x1b[0m";
    }
    if (text.len && !out->failed) {
        struct strbuf shown;
        strbuf_init(&shown, LIMIT_REPLY_BYTES);
        if (json_is_true(json_object_get(snippet, "cut_before")))
            strbuf_add_text(&shown, "… ");
        for (size_t i = 0; i < count; i++) {
            marks[i].start += shown.len;
            marks[i].end += shown.len;
        }
        strbuf_add_slice(&shown, text);
        if (json_is_true(json_object_get(snippet, "cut_after")))
            strbuf_add_text(&shown, " …");
        layout_blanks(out, indent);
        layout_text(out, strbuf_slice(&shown), marks, count, &layout);
        out->failed |= shown.failed;
        strbuf_release(&shown);
    }
    mem_free(marks);
}

/* "2025-08-20 · harbour-wire · harbour-wire:2025-0820-1" */
static void print_origin(struct strbuf *out, struct shape *shape,
                         const json_t *hit, size_t indent,
                         const struct look *look)
{
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    print_date(&line, reply_text(shape, hit, "date"));
    struct slice source = reply_text(shape, hit, "source");
    if (source.len)
        strbuf_add_text(&line, " · ");
    layout_clean(&line, source);
    strbuf_add_text(&line, " · ");
    layout_clean(&line, must_text(shape, hit, "key"));
    layout_blanks(out, indent);
    print_faint(out, strbuf_slice(&line), indent, look);
    out->failed |= line.failed;
    strbuf_release(&line);
}

static void print_hits(struct strbuf *out, struct shape *shape,
                       const json_t *hits, const struct look *look)
{
    size_t count = json_array_size(hits);
    size_t indent = (size_t)snprintf(NULL, 0, "%zu", count) + 2;
    for (size_t i = 0; i < count; i++) {
        const json_t *hit = json_array_get(hits, i);
        struct slice title = reply_text(shape, hit, "title");
        strbuf_addf(out, "%*zu  ", (int)indent - 2, i + 1);
        print_bold(out, title.len ? title : SLICE("(no title)"), indent, look);
        print_origin(out, shape, hit, indent, look);
        print_snippet(out, shape, hit, indent, look);
        strbuf_add_char(out, '\n');
    }
}

/* "2 articles, 17 hits, 0.4 ms, generation 3" */
static void print_totals(struct strbuf *out, struct shape *shape,
                         const json_t *reply, size_t shown)
{
    if (reply_has(reply, "total")) {
        uint64_t total = reply_u64(shape, reply, "total");
        layout_count(out, total, "article");
        if (shown && shown < total)
            strbuf_addf(out, " (%zu shown)", shown);
        strbuf_add_text(out, ", ");
    }
    if (reply_has(reply, "total_hits")) {
        layout_count(out, reply_u64(shape, reply, "total_hits"), "hit");
        strbuf_add_text(out, ", ");
    }
    print_took(out, must_u64(shape, reply, "took_us"));
    strbuf_addf(out, ", generation %" PRIu64 "\n",
                must_u64(shape, reply, "generation"));
}

/* "words: istanbul 41 articles, xyzzy 0 articles": which one is missing? */
static void print_operands(struct strbuf *out, struct shape *shape,
                           const json_t *reply)
{
    const json_t *rows = reply_array(shape, reply, "operands");
    size_t count = json_array_size(rows);
    if (count > 0)
        strbuf_add_text(out, "words: ");
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        layout_clean(out, must_text(shape, row, "word"));
        strbuf_add_char(out, ' ');
        layout_count(out, must_u64(shape, row, "articles"), "article");
        strbuf_add_text(out, i + 1 < count ? ", " : "\n");
    }
}

/* "  try: "istanbul draft 2022"~1   1 article   (what)", in columns. */
static void print_relaxations(struct strbuf *out, struct shape *shape,
                              const json_t *reply)
{
    const json_t *rows = reply_array(shape, reply, "relaxations");
    size_t count = json_array_size(rows), widest = 0, widest_count = 0;
    struct strbuf text;
    strbuf_init(&text, LIMIT_REPLY_BYTES);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            const json_t *row = json_array_get(rows, i);
            strbuf_reset(&text);
            layout_clean(&text, must_text(shape, row, "query"));
            size_t columns = utf8_columns(strbuf_slice(&text));
            if (pass == 1) {
                strbuf_add_text(out, "  try: ");
                strbuf_add_slice(out, strbuf_slice(&text));
                layout_blanks(out, widest - columns + 3);
            }
            widest = columns > widest ? columns : widest;
            out->failed |= text.failed;
            strbuf_reset(&text);
            layout_count(&text, must_u64(shape, row, "total"), "article");
            if (pass == 1) {
                layout_blanks(out, widest_count - text.len);
                strbuf_add_slice(out, strbuf_slice(&text));
                strbuf_add_text(out, "   (");
                layout_clean(out, must_text(shape, row, "what"));
                strbuf_add_text(out, ")\n");
            }
            widest_count = text.len > widest_count ? text.len : widest_count;
            out->failed |= text.failed;
        }
    strbuf_release(&text);
}

void print_search(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look)
{
    const json_t *hits = must_array(shape, reply, "hits");
    size_t shown = json_array_size(hits);
    print_hits(out, shape, hits, look);
    print_totals(out, shape, reply, shown);
    if (shown == 0 && reply_u64(shape, reply, "total") == 0) {
        const json_t *query = must_object(shape, reply, "query");
        const char label[] = "understood: ";
        const struct layout layout = {.width = look->terminal.width,
                                      .indent = sizeof label - 1};
        strbuf_add_text(out, label);
        layout_text(out, must_text(shape, query, "understood"), NULL, 0,
                    &layout);
    }
    print_notes(out, shape, reply, look);
    print_operands(out, shape, reply);
    print_relaxations(out, shape, reply);
    if (look->more && reply_has(reply, "cursor")) {
        strbuf_add_text(out, "more: dateline search --cursor ");
        layout_shell_word(out, reply_text(shape, reply, "cursor"));
        strbuf_addf(out, "%s\n", look->more);
    }
    print_citation(out, shape, reply);
}
