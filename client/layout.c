#include "client/layout.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    REPLACEMENT = 0xfffd,
    WORD_BYTES_MAX = 64 << 10, /* between two places where a line may end */
};

static bool in(uint32_t c, uint32_t from, uint32_t to)
{
    return c >= from && c <= to;
}

/* What is shown for `c`; 0 for nothing. Directional embeddings, overrides and
 * isolates: Unicode Standard Annex 9, and "Trojan Source" (Boucher, Anderson
 * 2021). */
static uint32_t harmless(uint32_t c)
{
    if (in(c, '\t', '\r') || c == 0x85 || c == 0x2028 || c == 0x2029)
        return ' ';
    if (c < 0x20 || in(c, 0x7f, 0x9f))
        return REPLACEMENT;
    if (in(c, 0x202a, 0x202e) || in(c, 0x2066, 0x2069) || c == 0xfeff ||
        c == 0xad || in(c, 0xe0000, 0xe007f))
        return 0;
    return c;
}

void layout_clean(struct strbuf *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        uint8_t bytes[4];
        uint32_t c = harmless(utf8_next(text, &at));
        if (c)
            strbuf_add(out, bytes, utf8_put(c, bytes));
    }
}

/* --- wrapping --- */

struct wrap {
    struct strbuf *out;
    const struct layout *layout;
    size_t column;
    bool line_begins; /* nothing but the indent stands in this line */
    bool blank;       /* before `word` */

    struct strbuf word; /* goes into one line */
    size_t word_columns;
    bool has_text; /* not only the edge of a mark */
    bool word_ends_wide;

    bool mark_begins;     /* with the next character */
    bool marked;          /* inside a mark, where the word ends */
    bool marked_at_start; /* and where it starts */
};

/* Closing punctuation of Chinese and Japanese does not begin a line. */
static bool is_wide_closing(uint32_t c)
{
    static const char closing[] = "、。，．：；！？）］｝」』】〉》〕…";
    struct slice s = SLICE(closing);
    for (size_t at = 0; at < s.len;)
        if (utf8_next(s, &at) == c)
            return true;
    return false;
}

static void put_mark(struct wrap *w, struct strbuf *out, bool on)
{
    const char *text = on ? w->layout->mark_on : w->layout->mark_off;
    if (text)
        strbuf_add_text(out, text);
}

static void new_line(struct wrap *w)
{
    /* A pager that shows colours begins each line without. */
    bool escape = w->marked_at_start && w->layout->mark_columns == 0;
    if (escape)
        put_mark(w, w->out, false);
    strbuf_add_char(w->out, '\n');
    layout_blanks(w->out, w->layout->indent);
    if (escape)
        put_mark(w, w->out, true);
    w->column = w->layout->indent;
    w->line_begins = true;
}

static void end_word(struct wrap *w)
{
    w->out->failed |= w->word.failed;
    if (w->word.len) {
        bool blank = w->blank && !w->line_begins;
        if (w->layout->width && !w->line_begins &&
            w->column + blank + w->word_columns > w->layout->width)
            new_line(w);
        else if (blank) {
            strbuf_add_char(w->out, ' ');
            w->column++;
        }
        strbuf_add_slice(w->out, strbuf_slice(&w->word));
        w->column += w->word_columns;
        w->line_begins = false;
    }
    strbuf_reset(&w->word);
    w->word_columns = 0;
    w->has_text = w->word_ends_wide = false;
    w->marked_at_start = w->marked;
    w->blank = false;
}

static void begin_mark(struct wrap *w)
{
    put_mark(w, &w->word, true);
    w->word_columns += w->layout->mark_columns;
    w->mark_begins = false;
    w->marked = true;
}

static void end_mark(struct wrap *w)
{
    if (w->mark_begins) /* there was nothing to show in it */
        begin_mark(w);
    put_mark(w, &w->word, false);
    w->word_columns += w->layout->mark_columns;
    w->marked = false;
}

static void put_char(struct wrap *w, uint32_t c)
{
    uint8_t bytes[4];
    struct slice text = {bytes, utf8_put(c, bytes)};
    size_t columns = utf8_columns(text);
    bool closing = is_wide_closing(c);
    const struct layout *layout = w->layout;
    size_t needed =
        w->word_columns + columns + (w->mark_begins ? layout->mark_columns : 0);
    bool too_long = layout->width > layout->indent &&
                    needed > layout->width - layout->indent;
    bool wide = (columns == 2 || w->word_ends_wide) && !closing;
    if (columns && w->has_text && (wide || too_long))
        end_word(w);
    if (w->mark_begins)
        begin_mark(w);
    strbuf_add_slice(&w->word, text);
    w->word_columns += columns;
    if (columns) {
        w->word_ends_wide = columns == 2;
        w->has_text = true;
    }
}

void layout_text(struct strbuf *out, struct slice text,
                 const struct mark *marks, size_t mark_count,
                 const struct layout *layout)
{
    struct wrap w = {.out = out,
                     .layout = layout,
                     .column = layout->indent,
                     .line_begins = true};
    strbuf_init(&w.word, WORD_BYTES_MAX);
    size_t next = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = harmless(utf8_next(text, &at));
        if (c == ' ') {
            end_word(&w);
            w.blank = true;
        }
        if (next < mark_count && marks[next].start < at && !w.marked)
            w.mark_begins = true;
        if (c && c != ' ')
            put_char(&w, c);
        if ((w.marked || w.mark_begins) && marks[next].end <= at) {
            end_mark(&w);
            next++;
        }
        if (w.word.len > WORD_BYTES_MAX / 2) /* unwrapped, or no columns */
            end_word(&w);
    }
    if (w.marked)
        end_mark(&w);
    end_word(&w);
    strbuf_add_char(out, '\n');
    strbuf_release(&w.word);
}

/* --- small things --- */

void layout_blanks(struct strbuf *out, size_t count)
{
    while (count-- > 0)
        strbuf_add_char(out, ' ');
}

void layout_shell_word(struct strbuf *out, struct slice text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";
    size_t harmless_bytes = 0;
    while (harmless_bytes < text.len &&
           memchr(plain, text.data[harmless_bytes], sizeof plain - 1))
        harmless_bytes++;
    if (text.len && harmless_bytes == text.len) {
        strbuf_add_slice(out, text);
        return;
    }
    strbuf_add_char(out, '\'');
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        if (utf8_next(text, &i) == '\'')
            strbuf_add_text(out, "'\\''");
        else
            layout_clean(out, slice_part(text, from, i));
    }
    strbuf_add_char(out, '\'');
}

/* Columns of what layout_clean() makes of the first `len` bytes. */
static size_t clean_columns(struct slice text, size_t len)
{
    size_t columns = 0;
    for (size_t at = 0; at < len;) {
        uint8_t bytes[4];
        uint32_t c = harmless(utf8_next(text, &at));
        if (c && at <= len)
            columns += utf8_columns((struct slice){bytes, utf8_put(c, bytes)});
    }
    return columns;
}

void layout_caret(struct strbuf *out, struct slice text, size_t at,
                  size_t width)
{
    const size_t room = width > 8 ? width - 2 : SIZE_MAX;
    size_t caret = clean_columns(text, at < text.len ? at : text.len);
    size_t skip = 0, last = SIZE_MAX; /* columns that are shown: [skip, last) */
    if (clean_columns(text, text.len) > room) {
        skip = caret > room / 2 ? caret - room / 2 : 0;
        last = skip + room - 2; /* an ellipsis at each end */
    }
    strbuf_add_text(out, skip ? "  …" : "  ");
    size_t column = 0, first = SIZE_MAX;
    for (size_t i = 0; i < text.len && column < last;) {
        size_t from = i;
        utf8_next(text, &i);
        struct slice one = slice_part(text, from, i);
        size_t columns = clean_columns(one, one.len);
        if (column >= skip && column + columns <= last) {
            if (first == SIZE_MAX)
                first = column;
            layout_clean(out, one);
        }
        column += columns;
    }
    strbuf_add_text(out, column >= last ? "…\n" : "\n");
    size_t before = skip ? caret - first + 1 : caret;
    layout_blanks(out, 2 + before);
    strbuf_add_text(out, "^\n");
}

size_t layout_columns(struct slice text)
{
    return clean_columns(text, text.len);
}

void layout_number(struct strbuf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            strbuf_add_char(out, ',');
        strbuf_add_char(out, digits[i]);
    }
}

void layout_count(struct strbuf *out, uint64_t n, const char *noun)
{
    layout_number(out, n);
    strbuf_addf(out, " %s%s", noun, n == 1 ? "" : "s");
}
