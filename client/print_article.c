#include "base/limits.h"
#include "base/utf8.h"
#include "client/layout.h"
#include "client/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 12, VERSION_TEXT = 100 };

/* The next paragraph; they are separated by a blank line. In a pipe the text stays
 * as it is: each of its lines is one. */
static struct slice next_paragraph(struct slice *rest, bool as_is)
{
    struct slice text = *rest;
    size_t len = 0, separator = as_is ? 1 : 2;
    while (len < text.len &&
           !slice_starts_with(slice_part(text, len, text.len),
                              as_is ? SLICE("\n") : SLICE("\n\n")))
        len++;
    size_t next = len + separator < text.len ? len + separator : text.len;
    *rest = slice_part(text, next, text.len);
    return slice_part(text, 0, len);
}

/* `text` in paragraphs with a blank line between them, each behind `before`. */
static void print_paragraphs(struct strbuf *out, struct slice text,
                             const char *before, const struct look *look)
{
    bool as_is = look->terminal.width == 0;
    size_t indent = utf8_columns(slice_of(before));
    const struct layout layout = {look->terminal.width, indent, NULL, NULL, 0};
    while (text.len) {
        struct slice paragraph = next_paragraph(&text, as_is);
        if (as_is) {
            strbuf_add_text(out, paragraph.len ? before : "");
            layout_clean(out, paragraph);
            strbuf_add_char(out, '\n');
        } else if (slice_trim(paragraph).len) {
            strbuf_add_text(out, before);
            layout_text(out, paragraph, NULL, 0, &layout);
            if (text.len)
                strbuf_add_char(out, '\n');
        }
    }
}

/* "topics      war, diplomacy"; nothing for nothing. */
static void print_field(struct strbuf *out, const char *label,
                        struct slice value, const struct look *look)
{
    const struct layout layout = {look->terminal.width, LABEL_COLUMNS, NULL,
                                  NULL, 0};
    if (value.len == 0)
        return;
    strbuf_add_text(out, label);
    layout_blanks(out, LABEL_COLUMNS - strlen(label));
    layout_text(out, value, NULL, 0, &layout);
}

static void add_separated(struct strbuf *line, struct slice text)
{
    if (text.len && line->len)
        strbuf_add_text(line, " · ");
    strbuf_add_slice(line, text);
}

/* Source, date, language and who wrote it, in one line below the title; `line` may have
 * begun. */
static void print_origin(struct strbuf *out, struct shape *shape,
                         const json_t *article, struct strbuf *line,
                         const struct look *look)
{
    static const char *const names[] = {"source", "lang", "dateline", "byline"};
    strbuf_add_text(line, line->len ? " · " : "");
    print_date(line, reply_text(shape, article, "published"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_separated(line, reply_text(shape, article, names[i]));
    print_faint(out, strbuf_slice(line), 0, look);
}

static void print_list(struct strbuf *out, struct shape *shape,
                       const json_t *article, const char *name,
                       const struct look *look)
{
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    const json_t *list = reply_array(shape, article, name);
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_string(item))
            shape_is_wrong(shape, name, "is no list of texts");
        strbuf_add_text(&line, i ? ", " : "");
        if (json_is_string(item))
            strbuf_add(&line, json_string_value(item),
                       json_string_length(item));
    }
    print_field(out, name, strbuf_slice(&line), look);
    out->failed |= line.failed;
    strbuf_release(&line);
}

static void print_record(struct strbuf *out, struct shape *shape,
                         const json_t *article, const struct look *look)
{
    static const char *const lists[] = {"topics", "places", "people", "orgs"};
    static const char *const texts[] = {"url", "modified", "ingested",
                                        "status"};
    char version[32] = "";
    uint64_t number = reply_u64(shape, article, "version");
    print_field(out, "key", must_text(shape, article, "key"), look);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        print_list(out, shape, article, lists[i], look);
    struct slice from = reply_text(shape, article, "published_from");
    if (from.len && !slice_eq(from, SLICE("given")))
        print_field(out, "date from", from, look);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        print_field(out, texts[i], reply_text(shape, article, texts[i]), look);
    if (number) /* theirs; ours is print_version()'s */
        snprintf(version, sizeof version, "version %" PRIu64, number);
    print_field(out, "at source", slice_of(version), look);
}

/* Which of its versions it is; in `line` when it is no longer the current one. */
static void read_version(struct shape *shape, const json_t *reply,
                         struct strbuf *line, char text[VERSION_TEXT])
{
    uint64_t versions = reply_u64(shape, reply, "versions");
    *text = '\0';
    if (!versions)
        return; /* the engine keeps one */
    uint64_t version = must_u64(shape, reply, "version");
    const json_t *current = json_object_get(reply, "current");
    if (!json_is_boolean(current))
        shape_is_wrong(shape, "current", "is no boolean");
    if (!json_is_true(current))
        strbuf_addf(line, "version %" PRIu64 " of %" PRIu64 ", %s", version,
                    versions, version < versions ? "replaced" : "deleted");
    if (versions > 1 || !json_is_true(current))
        snprintf(text, VERSION_TEXT,
                 "%" PRIu64 " of %" PRIu64 ", since generation %" PRIu64,
                 version, versions, must_u64(shape, reply, "put_in"));
}

void print_article(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look)
{
    const json_t *article = must_object(shape, reply, "article");
    struct slice title = reply_text(shape, article, "title");
    struct slice summary = reply_text(shape, article, "summary");
    struct slice body = reply_text(shape, article, "body");
    struct slice captions = reply_text(shape, article, "captions");
    char version[VERSION_TEXT];
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    read_version(shape, reply, &line, version);
    print_bold(out, title.len ? title : SLICE("(no title)"), 0, look);
    print_origin(out, shape, article, &line, look);
    strbuf_add_char(out, '\n');
    print_paragraphs(out, summary, "  ", look);
    if (summary.len)
        strbuf_add_char(out, '\n');
    print_paragraphs(out, body, "", look);
    if (body.len)
        strbuf_add_char(out, '\n');
    print_paragraphs(out, captions, "Picture: ", look);
    if (captions.len)
        strbuf_add_char(out, '\n');
    print_record(out, shape, article, look);
    print_field(out, "version", slice_of(version), look);
    out->failed |= line.failed;
    strbuf_release(&line);
}
