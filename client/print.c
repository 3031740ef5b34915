#include "client/print.h"

#include "base/mem.h"
#include "client/layout.h"

#include <inttypes.h>
#include <string.h>

enum { MARKS_MAX = 100000 };
void print_took(struct strbuf *out, uint64_t us)
{
    if (us < 1000000)
        strbuf_addf(out, "%.1f ms", (double)us / 1e3);
    else
        strbuf_addf(out, "%.1f s", (double)us / 1e6);
}

void print_date(struct strbuf *out, struct slice date)
{
    enum { MINUTE = sizeof "2025-08-20T10:00" - 1, DAY = MINUTE - 6 };
    if (date.len == 0) {
        strbuf_add_text(out, "undated");
    } else if (date.len >= MINUTE && date.data[DAY] == 'T') {
        layout_clean(out, slice_part(date, 0, DAY));
        strbuf_add_char(out, ' ');
        layout_clean(out, slice_part(date, DAY + 1, MINUTE));
    } else {
        layout_clean(out, date);
    }
}

static void print_styled(struct strbuf *out, struct slice text, size_t indent,
                         const struct look *look, const char *style)
{
    const struct mark all = {0, text.len};
    struct layout layout = {.width = look->terminal.width, .indent = indent};
    if (look->terminal.colour) {
        layout.mark_on = style;
        layout.mark_off = "\x1b[0m";
    }
    layout_text(out, text, &all, text.len > 0, &layout);
}

void print_bold(struct strbuf *out, struct slice text, size_t indent,
                const struct look *look)
{
    print_styled(out, text, indent, look, "\x1b[1m");
}

void print_faint(struct strbuf *out, struct slice text, size_t indent,
                 const struct look *look)
{
    print_styled(out, text, indent, look, "\x1b[2m");
}

void print_plain_notes(struct strbuf *out, struct shape *shape,
                       const json_t *reply, const struct look *look)
{
    const struct layout layout = {.width = look->terminal.width,
                                  .indent = sizeof "note: " - 1};
    const json_t *notes = reply_array(shape, reply, "notes");
    size_t count = json_array_size(notes);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_text(out, "note: ");
        layout_text(out, must_text(shape, json_array_get(notes, i), "message"),
                    NULL, 0, &layout);
    }
}

void print_notes(struct strbuf *out, struct shape *shape, const json_t *reply,
                 const struct look *look)
{
    print_asked_entities(out, shape, reply, look);
    print_plain_notes(out, shape, reply, look);
}

void print_citation(struct strbuf *out, struct shape *shape,
                    const json_t *reply)
{
    if (!reply_has(reply, "citation"))
        return;
    layout_clean(out, reply_text(shape, reply, "citation"));
    strbuf_add_char(out, '\n');
}

struct mark *reply_marks(struct shape *shape, const json_t *object,
                         size_t text_len, size_t *count)
{
    const json_t *marks = must_array(shape, object, "marks");
    *count = json_array_size(marks);
    if (*count == 0 || *count > MARKS_MAX) {
        if (*count)
            shape_is_wrong(shape, "marks", "is too long");
        *count = 0;
        return NULL;
    }
    struct mark *out = mem_alloc(*count * sizeof *out);
    if (!out)
        return NULL;
    size_t behind = 0;
    for (size_t i = 0; i < *count; i++) {
        const json_t *pair = json_array_get(marks, i);
        json_int_t start = json_integer_value(json_array_get(pair, 0));
        json_int_t end = json_integer_value(json_array_get(pair, 1));
        if (json_array_size(pair) != 2 || start < (json_int_t)behind ||
            end <= start || end > (json_int_t)text_len) {
            shape_is_wrong(shape, "marks", "do not lie in the text, in order");
            *count = i;
            break;
        }
        out[i] = (struct mark){(size_t)start, (size_t)end};
        behind = (size_t)end;
    }
    return out;
}
