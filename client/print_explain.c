#include "base/limits.h"
#include "base/utf8.h"
#include "client/layout.h"
#include "client/print.h"

#include <string.h>

enum {
    TREE_DEPTH_MAX = 128, /* twice LIMIT_QUERY_DEPTH: a list node a level */
    KIND_COLUMNS = 10,
    LABEL_COLUMNS = 12,
};

static void print_field(struct strbuf *out, const char *label,
                        struct slice value, const struct look *look)
{
    const struct layout layout = {look->terminal.width, LABEL_COLUMNS, NULL,
                                  NULL, 0};
    strbuf_add_text(out, label);
    layout_blanks(out, LABEL_COLUMNS - strlen(label));
    layout_text(out, value, NULL, 0, &layout);
}

/* The text of AND, OR and NOT is that of their children; any other says more, as
 * the n of NEAR/n. */
static bool says_more(struct slice kind)
{
    return !slice_eq(kind, SLICE("and")) && !slice_eq(kind, SLICE("or")) &&
           !slice_eq(kind, SLICE("not"));
}

/* One node a line, its children below it and two columns to the right. */
static void print_node(struct strbuf *out, struct shape *shape,
                       const json_t *node, size_t depth,
                       const struct look *look)
{
    if (depth > TREE_DEPTH_MAX) {
        shape_is_wrong(shape, "tree", "is too deep");
        return;
    }
    const json_t *children = reply_array(shape, node, "children");
    size_t count = json_array_size(children), indent = 2 + 2 * depth;
    struct slice kind = must_text(shape, node, "kind");
    struct slice text = reply_text(shape, node, "text");
    layout_blanks(out, indent);
    layout_clean(out, kind);
    if (text.len && says_more(kind)) {
        size_t columns = utf8_columns(kind) + 2;
        if (columns < KIND_COLUMNS)
            columns = KIND_COLUMNS;
        layout_blanks(out, columns - utf8_columns(kind));
        const struct layout layout = {look->terminal.width, indent + columns,
                                      NULL, NULL, 0};
        layout_text(out, text, NULL, 0, &layout);
    } else {
        strbuf_add_char(out, '\n');
    }
    for (size_t i = 0; i < count && !shape->wrong; i++)
        print_node(out, shape, json_array_get(children, i), depth + 1, look);
}

static void print_forms(struct strbuf *out, struct shape *shape,
                        const json_t *operand, size_t indent,
                        const struct look *look)
{
    const json_t *forms = reply_array(shape, operand, "forms");
    const struct layout layout = {look->terminal.width, indent, NULL, NULL, 0};
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    size_t count = json_array_size(forms);
    for (size_t i = 0; i < count; i++) {
        const char *form = json_string_value(json_array_get(forms, i));
        if (!form)
            shape_is_wrong(shape, "forms", "is no list of texts");
        strbuf_addf(&line, "%s%s", i ? ", " : "", form ? form : "");
    }
    layout_text(out, strbuf_slice(&line), NULL, 0, &layout);
    out->failed |= line.failed;
    strbuf_release(&line);
}

/* "  draft    41 articles   draft, drafts", in columns. */
static void print_operands(struct strbuf *out, struct shape *shape,
                           const json_t *operands, const struct look *look)
{
    size_t count = json_array_size(operands), widest = 0, widest_count = 0;
    struct strbuf word, number;
    strbuf_init(&word, LIMIT_REPLY_BYTES);
    strbuf_init(&number, LIMIT_REPLY_BYTES);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            const json_t *operand = json_array_get(operands, i);
            strbuf_reset(&word);
            strbuf_reset(&number);
            layout_clean(&word, must_text(shape, operand, "word"));
            layout_count(&number, must_u64(shape, operand, "articles"),
                         "article");
            size_t columns = utf8_columns(strbuf_slice(&word));
            out->failed |= word.failed || number.failed;
            if (pass == 0) {
                widest = columns > widest ? columns : widest;
                if (number.len > widest_count)
                    widest_count = number.len;
                continue;
            }
            strbuf_add_text(out, "  ");
            strbuf_add_slice(out, strbuf_slice(&word));
            layout_blanks(out, widest - columns + 3);
            layout_blanks(out, widest_count - number.len);
            strbuf_add_slice(out, strbuf_slice(&number));
            layout_blanks(out, 3);
            print_forms(out, shape, operand, widest + widest_count + 8, look);
        }
    strbuf_release(&number);
    strbuf_release(&word);
}

void print_explain(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look)
{
    const json_t *query = must_object(shape, reply, "query");
    const json_t *operands = reply_array(shape, reply, "operands");
    print_field(out, "typed", reply_text(shape, query, "typed"), look);
    print_field(out, "understood", must_text(shape, query, "understood"), look);
    strbuf_add_text(out, "tree\n");
    print_node(out, shape, must_object(shape, reply, "tree"), 0, look);
    if (json_array_size(operands)) {
        strbuf_add_text(out, "words\n");
        print_operands(out, shape, operands, look);
    }
    if (reply_has(reply, "total")) {
        strbuf_add_text(out, "matches     ");
        layout_count(out, reply_u64(shape, reply, "total"), "article");
        strbuf_add_char(out, '\n');
    }
    print_notes(out, shape, reply, look);
}
