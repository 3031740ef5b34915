#include "base/limits.h"
#include "base/mem.h"
#include "client/layout.h"
#include "client/print.h"

#include <string.h>

enum {
    DATE_COLUMNS = 10,
    GAP = 2,              /* around the hit, and behind the source */
    HIT_COLUMNS_MIN = 16, /* of a long hit so much is always seen */
    NARROW = 60,
    WIDE = 100,       /* terminals without sources, and with wide ones */
    WORD_COLUMNS = 7, /* of most languages, its blank included */
};

/* What stands before the left context, blanks included. */
static size_t prefix_columns(const struct kwic_look *k)
{
    return DATE_COLUMNS + 1 + k->source + GAP;
}

void kwic_look_init(struct kwic_look *k, const struct look *look, size_t width,
                    bool words)
{
    size_t terminal = look->terminal.width;
    *k = (struct kwic_look){.look = look};
    k->source = !terminal || terminal >= WIDE ? 16
                : terminal >= NARROW          ? 12
                                              : 0;
    if (width || !terminal) {
        k->left = words ? width * WORD_COLUMNS : width;
        return;
    }
    /* Half for each side; a short hit leaves more for the right one. */
    size_t room = terminal - prefix_columns(k) - 2 * GAP;
    k->left = (room - HIT_COLUMNS_MIN / 2) / 2;
    k->width = room - k->left;
    k->total = terminal;
}

/* Punctuation that belongs to the word before it. */
static bool begins_closing(struct slice text)
{
    static const char *const closing[] = {",", ".", ";", ":", "!",  "?", ")",
                                          "]", "-", "/", "'", "\"", "’", "”"};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
        if (slice_starts_with(text, slice_of(closing[i])))
            return true;
    return false;
}

static void print_right(struct strbuf *out, struct slice text,
                        const struct kwic_look *k, size_t used)
{
    bool isolate = k->look->terminal.width > 0;
    struct fit fit = {.side = FIT_BEGINNING,
                      .cut = FIT_WORDS,
                      .isolate = isolate,
                      .ragged = true};
    size_t gap = begins_closing(text) ? 0 : GAP;
    used += gap;
    text = slice_trim(text);
    fit.columns = layout_columns(text);
    if (k->total && used + fit.columns > k->total)
        fit.columns = k->total > used ? k->total - used : 0;
    if (fit.columns == 0)
        return;
    layout_blanks(out, gap);
    layout_fit(out, text, &fit);
}

void print_kwic(struct strbuf *out, struct shape *shape, const json_t *line,
                void *context)
{
    const struct kwic_look *k = context;
    const struct look *look = k->look;
    bool isolate = look->terminal.width > 0;
    struct slice date = reply_text(shape, line, "date");
    struct slice hit = must_text(shape, line, "hit");
    struct slice left = must_text(shape, line, "left");
    size_t count, used = prefix_columns(k) + k->left + GAP;
    struct mark *marks = reply_marks(shape, line, hit.len, &count);
    if (count && !marks)
        out->failed = true;
    if (shape->wrong || out->failed)
        goto out;

    const char *faint = look->terminal.colour ? "\x1b[2m" : "";
    const char *plain = look->terminal.colour ? "\x1b[0m" : "";
    strbuf_add_text(out, faint);
    layout_fit(out, date.len ? date : SLICE("undated"),
               &(struct fit){.columns = DATE_COLUMNS});
    strbuf_add_char(out, ' ');
    layout_fit(out, reply_text(shape, line, "source"),
               &(struct fit){
                   .columns = k->source, .cut = FIT_DOTS, .isolate = isolate});
    strbuf_add_text(out, plain);
    layout_blanks(out, GAP);
    layout_fit(out, left,
               &(struct fit){FIT_END, k->left, FIT_WORDS, isolate, false});
    layout_blanks(out, GAP);

    struct layout layout = {.width = k->total ? k->total - used : 0};
    if (look->terminal.colour) {
        layout.mark_on = "\x1b[1;31m";
        layout.mark_off = "\x1b[0m";
    }
    used += layout_fit_marked(out, hit, marks, count, &layout, isolate);
    print_right(out, must_text(shape, line, "right"), k, used);
    strbuf_add_char(out, '\n');
out:
    mem_free(marks);
}
