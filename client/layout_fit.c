#include "base/limits.h"
#include "base/utf8.h"
#include "client/layout.h"

static const char ellipsis[] = "…";

/* Hebrew, Arabic, Syriac and their neighbours, by blocks. */
static bool runs_right_to_left(struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_next(text, &at);
        if ((c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
            (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
            (c >= 0x1e800 && c <= 0x1efff))
            return true;
    }
    return false;
}

static void put_edge(struct strbuf *out, struct slice text, bool isolate,
                     uint32_t c)
{
    uint8_t bytes[4];
    if (isolate && runs_right_to_left(text))
        strbuf_add(out, bytes, utf8_put(c, bytes));
}

/* The bytes of the longest beginning of at most `columns` columns, and its columns. A
 * character keeps the combining marks behind it. */
static size_t beginning(struct slice text, size_t columns, size_t *used)
{
    size_t end = 0;
    *used = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        utf8_next(text, &at);
        size_t more = layout_columns(slice_part(text, from, at));
        if (*used + more > columns)
            break;
        *used += more;
        end = at;
    }
    return end;
}

/* The same for an end, which never begins with a mark without its character. */
static size_t ending(struct slice text, size_t columns, size_t *used)
{
    size_t total = layout_columns(text), before = 0, start = text.len;
    *used = 0;
    for (size_t at = 0; at < text.len && start == text.len;) {
        size_t from = at;
        utf8_next(text, &at);
        size_t more = layout_columns(slice_part(text, from, at));
        if (total - before <= columns && (more > 0 || from == 0)) {
            start = from;
            *used = total - before;
        }
        before += more;
    }
    return start;
}

/* [from, to) of the text without the half of a word at the end that was cut. */
static void cut_between_words(struct slice text, size_t *from, size_t *to)
{
    const uint8_t *data = text.data;
    size_t start = *from, end = *to;
    if (start > 0 && data[start - 1] != ' ')
        while (start < end && data[start] != ' ')
            start++;
    if (start < end)
        *from = start;
    if (*to < text.len && data[*to] != ' ')
        while (end > *from && data[end - 1] != ' ')
            end--;
    if (end > *from)
        *to = end;
}

void layout_fit(struct strbuf *out, struct slice text, const struct fit *fit)
{
    text = slice_trim(text);
    bool cut = layout_columns(text) > fit->columns;
    bool dots = cut && fit->cut == FIT_DOTS && fit->columns > 0;
    size_t used, from = 0, to = text.len, room = fit->columns - dots;
    if (fit->side == FIT_BEGINNING)
        to = beginning(text, room, &used);
    else
        from = ending(text, room, &used);
    if (fit->cut == FIT_WORDS)
        cut_between_words(text, &from, &to);
    text = slice_trim(slice_part(text, from, to));
    used = layout_columns(text);
    if (fit->side == FIT_END) {
        layout_blanks(out, room - used);
        strbuf_add_text(out, dots ? ellipsis : "");
    }
    put_edge(out, text, fit->isolate, 0x2068);
    layout_clean(out, text);
    put_edge(out, text, fit->isolate, 0x2069);
    if (fit->side == FIT_BEGINNING) {
        strbuf_add_text(out, dots ? ellipsis : "");
        layout_blanks(out, fit->ragged ? 0 : room - used);
    }
}

/* --- marks --- */

/* Bytes [from, to) of the text, with what lies there of the marks. */
static void put_part(struct strbuf *out, struct slice text, size_t from,
                     size_t to, const struct mark *marks, size_t mark_count,
                     const struct layout *layout)
{
    size_t at = from;
    for (size_t i = 0; i < mark_count && marks[i].start < to; i++) {
        if (marks[i].end <= at)
            continue;
        size_t start = marks[i].start > at ? marks[i].start : at;
        size_t end = marks[i].end < to ? marks[i].end : to;
        layout_clean(out, slice_part(text, at, start));
        if (layout->mark_on)
            strbuf_add_text(out, layout->mark_on);
        layout_clean(out, slice_part(text, start, end));
        if (layout->mark_off)
            strbuf_add_text(out, layout->mark_off);
        at = end;
    }
    layout_clean(out, slice_part(text, at, to));
}

size_t layout_fit_marked(struct strbuf *out, struct slice text,
                         const struct mark *marks, size_t mark_count,
                         const struct layout *layout, bool isolate)
{
    size_t columns = layout_columns(text);
    put_edge(out, text, isolate, 0x2068);
    if (layout->width == 0 || columns <= layout->width) {
        put_part(out, text, 0, text.len, marks, mark_count, layout);
    } else {
        size_t head, tail, room = layout->width - 1;
        size_t head_end = beginning(text, room - room / 2, &head);
        size_t tail_start = ending(text, room / 2, &tail);
        put_part(out, text, 0, head_end, marks, mark_count, layout);
        strbuf_add_text(out, ellipsis);
        put_part(out, text, tail_start, text.len, marks, mark_count, layout);
        columns = head + 1 + tail;
    }
    put_edge(out, text, isolate, 0x2069);
    return columns;
}
