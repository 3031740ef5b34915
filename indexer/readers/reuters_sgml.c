/* reuters_sgml.c - Reuters-21578, distribution 1.0, as its files are.
 *
 * SGML by its doctype, but no SGML tool is needed and no XML tool will do: control
 * characters stand there as bytes and as references, one file holds a Latin-1
 * letter. Since '<' in text is always "&lt;", looking for tags is enough. The
 * distribution's README (section VI) describes the elements.
 *
 *     <REUTERS ... NEWID="1"> <DATE> <TOPICS><D>cocoa</D></TOPICS> <PLACES> <PEOPLE>
 *     <ORGS> <EXCHANGES> <COMPANIES> <UNKNOWN>
 *     <TEXT TYPE="..."> <TITLE> <AUTHOR> <DATELINE> <BODY> </TEXT> </REUTERS>
 *
 * A record without BODY has its text straight in TEXT, or, as a flash, a title and
 * the distributors' filling. A record that is not closed ends where the next one
 * begins, and is rejected.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "indexer/readers/encoding.h"
#include "indexer/readers/formats.h"
#include "indexer/readers/input.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OPEN "<REUTERS"

enum { INDENT = 4 }; /* blanks at the start of a paragraph's first line */

struct reuters {
    struct reader base;
    struct input *in;
    uint64_t record;
    bool damage_told;
};

static int reuters_recognise(struct slice head, const char *path)
{
    (void)path;
    if (head.len == 0)
        return 0;
    if (memmem(head.data, head.len, OPEN " ", strlen(OPEN) + 1))
        return 95;
    return slice_starts_with(head, SLICE("<!DOCTYPE lewis")) ? 90 : 0;
}

static int reuters_open(struct input *in, struct reader **out, struct err *err)
{
    struct reuters *r = mem_alloc(sizeof *r);
    *out = NULL;
    if (!r)
        return err_set(err, ERR_NOMEM, "%s: no memory to read it",
                       input_name(in));
    *r = (struct reuters){.base.format = &reuters_sgml_format, .in = in};
    *out = &r->base;
    return ERR_OK;
}

static void reuters_close(struct reader *reader)
{
    mem_free(reader);
}

/* --- finding records --- */

static bool find(struct slice s, size_t from, const char *what, size_t *at)
{
    if (from >= s.len)
        return false;
    const uint8_t *p = memmem(s.data + from, s.len - from, what, strlen(what));
    if (p)
        *at = (size_t)(p - s.data);
    return p != NULL;
}

/* Fills `have` until `what` is in it at or behind `from`. 1: at *at; 0: the end of
 * the file or of what a record may have. */
static int fill_until(struct input *in, size_t from, const char *what,
                      struct slice *have, size_t *at, struct err *err)
{
    size_t seen = from, overlap = strlen(what) - 1;
    for (;;) {
        int rc = input_fill(in, seen + 1, have, err);
        if (rc)
            return rc;
        size_t back = seen > from + overlap ? seen - overlap : from;
        if (find(*have, back, what, at))
            return 1;
        if (have->len <= seen || have->len > LIMIT_RECORD_BYTES)
            return 0;
        seen = have->len;
    }
}

/* The end of the record that starts here: behind its closing tag, or, not closed,
 * before the next opening one. One search for both, so that a file of opening tags
 * is read once. Returns as fill_until(). */
static int find_end(struct input *in, bool *closed, struct slice *have,
                    size_t *end, struct err *err)
{
    size_t name = 0, from = strlen(OPEN);
    for (;; from = name + 1) {
        int found = fill_until(in, from, "REUTERS", have, &name, err);
        if (found <= 0)
            return found;
        const uint8_t *before = have->data + name;
        *closed = before[-1] == '/' && before[-2] == '<';
        *end = *closed ? name + strlen("REUTERS>") : name - 1;
        if (before[-1] == '<')
            return 1;
        if (!*closed)
            continue;
        int rc = input_fill(in, *end, have, err);
        if (rc)
            return rc;
        if (have->len >= *end && have->data[*end - 1] == '>')
            return 1;
    }
}

static bool is_doctype(struct slice s)
{
    return slice_starts_with(s, SLICE("<!DOCTYPE")) &&
           memchr(s.data, '>', s.len) == s.data + s.len - 1;
}

static int at_end(struct reuters *r, struct reject *reject)
{
    const char *damage = input_damage(r->in);
    if (!damage || r->damage_told)
        return READER_END;
    r->damage_told = true;
    return reject_set(reject, r->record + 1, input_offset(r->in), "%s", damage);
}

/* The bytes of the next record. READER_ARTICLE: `record` borrows from the input,
 * which stands behind it only after input_skip(record.len). */
static int next_record(struct reuters *r, struct slice *record,
                       struct reject *reject, struct err *err)
{
    struct slice have;
    size_t start = 0, end;
    int found = fill_until(r->in, 0, OPEN, &have, &start, err);
    if (found < 0)
        return found;
    if (!found)
        start = have.len;
    struct slice between = slice_trim(slice_part(have, 0, start));
    uint64_t at = input_offset(r->in);
    if (between.len > 0 && !(r->record == 0 && is_doctype(between))) {
        r->record++;
        at += (uint64_t)(between.data - have.data);
        input_skip(r->in, start);
        return reject_set(reject, r->record, at,
                          "text outside <REUTERS>...</REUTERS>");
    }
    input_skip(r->in, start);
    if (!found)
        return at_end(r, reject);

    r->record++;
    at = input_offset(r->in);
    bool closed;
    found = find_end(r->in, &closed, &have, &end, err);
    if (found < 0)
        return found;
    if (found && closed) {
        *record = slice_part(have, 0, end);
        return READER_ARTICLE;
    }
    input_skip(r->in, found ? end : have.len);
    if (!found && input_damage(r->in)) {
        r->damage_told = true;
        return reject_set(reject, r->record, at, "%s", input_damage(r->in));
    }
    return reject_set(reject, r->record, at, "no </REUTERS> at its end");
}

/* --- elements and entities --- */

/* The content of the first <name ...>, and where the element lies. False when there
 * is none, or no end of it. */
struct element {
    size_t from, to; /* of the whole element */
    struct slice content;
};

static bool find_element(struct slice s, const char *name, size_t from,
                         struct element *out)
{
    char open[24], close[24];
    size_t end;
    snprintf(open, sizeof open, "<%s", name);
    snprintf(close, sizeof close, "</%s>", name);
    for (;; from = out->from + 1) {
        if (!find(s, from, open, &out->from))
            return false;
        size_t at = out->from + strlen(open);
        if (at >= s.len || (s.data[at] != '>' && s.data[at] != ' '))
            continue;
        const uint8_t *tag_end = memchr(s.data + at, '>', s.len - at);
        if (!tag_end || !find(s, at, close, &end))
            return false;
        size_t content = (size_t)(tag_end - s.data) + 1;
        if (content > end)
            return false;
        out->to = end + strlen(close);
        out->content = slice_part(s, content, end);
        return true;
    }
}

/* "<TITLE>" or "<TITLE ...", and not "<TITLES>". */
static bool is_tag(struct slice s, const char *open)
{
    size_t len = strlen(open);
    return s.len > len && memcmp(s.data, open, len) == 0 &&
           (s.data[len] == '>' || s.data[len] == ' ');
}

/* The value of name="..." in the record's first tag; empty when it has none. */
static struct slice attribute(struct slice record, const char *name)
{
    char text[24];
    size_t at;
    snprintf(text, sizeof text, " %s=\"", name);
    const uint8_t *tag_end = memchr(record.data, '>', record.len);
    struct slice tag = slice_part(
        record, 0, tag_end ? (size_t)(tag_end - record.data) : record.len);
    if (!find(tag, 0, text, &at))
        return (struct slice){0};
    at += strlen(text);
    const uint8_t *quote = memchr(tag.data + at, '"', tag.len - at);
    return quote ? slice_part(tag, at, (size_t)(quote - tag.data))
                 : (struct slice){0};
}

/* "&lt;" or "&#3;" at the start of `s`: its character, and its length in *used;
 * 0 in *used when it is none. */
static uint32_t entity(struct slice s, size_t *used)
{
    static const struct {
        struct slice name;
        uint32_t c;
    } names[] = {{SLICE("&lt;"), '<'},
                 {SLICE("&gt;"), '>'},
                 {SLICE("&amp;"), '&'},
                 {SLICE("&quot;"), '"'},
                 {SLICE("&apos;"), '\''}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_starts_with(s, names[i].name)) {
            *used = names[i].name.len;
            return names[i].c;
        }
    }
    *used = 0;
    if (!slice_starts_with(s, SLICE("&#")))
        return 0;
    uint32_t c = 0;
    size_t at = 2;
    for (; at < s.len && at < 9 && s.data[at] >= '0' && s.data[at] <= '9'; at++)
        c = c * 10 + (s.data[at] - '0');
    if (at == 2 || at >= s.len || s.data[at] != ';' || c > 0x10ffff ||
        (c >= 0xd800 && c < 0xe000))
        return 0;
    *used = at + 1;
    return c;
}

static int decode_entities(struct slice s, struct arena *arena,
                           struct slice *out)
{
    uint8_t *data = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    if (!data)
        return ERR_NOMEM;
    for (size_t at = 0; at < s.len;) {
        size_t used = 0;
        uint32_t c = 0;
        if (s.data[at] == '&')
            c = entity(slice_part(s, at, s.len), &used);
        if (used == 0) {
            data[len++] = s.data[at++];
        } else {
            len += utf8_put(c ? c : ' ', data + len);
            at += used;
        }
    }
    *out = (struct slice){data, len};
    return 0;
}

static int read_line(struct slice s, struct arena *arena, struct slice *out)
{
    struct slice text;
    int rc = decode_entities(s, arena, &text);
    return rc ? rc : text_clean_line(text, arena, out);
}

static int read_list(struct slice record, const char *name, struct arena *arena,
                     struct slice_list *out)
{
    struct element list, item;
    size_t count = 0;
    if (!find_element(record, name, 0, &list))
        return 0;
    for (size_t at = 0; find_element(list.content, "D", at, &item);
         at = item.to)
        count++;
    out->item = arena_array(arena, struct slice, count);
    if (!out->item)
        return ERR_NOMEM;
    for (size_t at = 0; find_element(list.content, "D", at, &item);
         at = item.to)
        if (read_line(item.content, arena, &out->item[out->count++]))
            return ERR_NOMEM;
    return 0;
}

/* --- text --- */

/* "Reuter" on the last line is a signature. */
static struct slice drop_signature(struct slice s)
{
    s = slice_trim(s);
    const uint8_t *newline = s.len ? memrchr(s.data, '\n', s.len) : NULL;
    size_t line = newline ? (size_t)(newline - s.data) + 1 : 0;
    struct slice last = slice_trim(slice_part(s, line, s.len));
    return last.len == 6 &&
                   strncasecmp((const char *)last.data, "reuter", 6) == 0
               ? slice_trim(slice_part(s, 0, line))
               : s;
}

static bool is_indented(struct slice s, size_t at)
{
    return at + INDENT <= s.len && memcmp(s.data + at, "    ", INDENT) == 0;
}

/* Hard-wrapped lines to paragraphs, with `dateline` before the first. */
static int set_paragraphs(struct slice text, struct slice dateline,
                          struct arena *arena, struct slice *out)
{
    uint8_t *data = arena_alloc(arena, dateline.len + 3 + 2 * text.len);
    size_t len = 0;
    if (!data)
        return ERR_NOMEM;
    if (dateline.len > 0) {
        memcpy(data, dateline.data, dateline.len);
        memcpy(data + dateline.len, " - ", 3);
        len = dateline.len + 3;
    }
    for (size_t at = 0; at < text.len; at++) {
        data[len++] = text.data[at];
        if (text.data[at] != '\n' || !is_indented(text, at + 1))
            continue;
        data[len++] = '\n';
        while (at + 1 < text.len && text.data[at + 1] == ' ')
            at++;
    }
    return text_clean((struct slice){data, len}, arena, out);
}

/* Without the dash that leads over to the story. */
static struct slice trim_dateline(struct slice s)
{
    s = slice_trim(s);
    while (s.len > 0 && s.data[s.len - 1] == '-')
        s = slice_trim(slice_part(s, 0, s.len - 1));
    return s;
}

/* What stands in TEXT outside its elements: the whole of an unprocessed item, the
 * asterisks and the distributors' filling of a flash. */
static int read_loose_text(struct slice text, struct arena *arena,
                           struct slice *out)
{
    uint8_t *data = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (!data)
        return ERR_NOMEM;
    static const char *const inner[] = {"<TITLE", "<AUTHOR", "<DATELINE"};
    bool open_ended[3] = {false}; /* looked for once, not at every '<' */
    for (size_t at = 0; at < text.len;) {
        struct slice rest = slice_part(text, at, text.len);
        size_t i = 0;
        while (i < 3 && !is_tag(rest, inner[i]))
            i++;
        struct element element;
        if (i < 3 && !open_ended[i] &&
            find_element(rest, inner[i] + 1, 0, &element)) {
            at += element.to;
            continue;
        }
        if (i < 3)
            open_ended[i] = true;
        data[len++] = text.data[at++];
    }
    int rc = decode_entities((struct slice){data, len}, arena, out);
    if (!rc)
        rc = text_clean(*out, arena, out);
    while (!rc && out->len > 0 && out->data[0] == '*')
        *out = slice_trim(slice_part(*out, 1, out->len));
    *out = drop_signature(*out);
    if (slice_eq(*out, SLICE("Blah blah blah.")))
        *out = (struct slice){0};
    return rc;
}

static struct slice without_by(struct slice s)
{
    return s.len > 3 && strncasecmp((const char *)s.data, "by ", 3) == 0
               ? slice_trim(slice_part(s, 3, s.len))
               : s;
}

static int read_text(struct slice text, struct arena *arena, struct article *a)
{
    struct element e;
    struct slice body;
    int rc = 0;
    if (find_element(text, "TITLE", 0, &e) &&
        (rc = read_line(e.content, arena, &a->text[PART_TITLE])))
        return rc;
    if (find_element(text, "AUTHOR", 0, &e) &&
        (rc = read_line(e.content, arena, &a->byline)))
        return rc;
    a->byline = without_by(a->byline);
    if (find_element(text, "DATELINE", 0, &e) &&
        (rc = read_line(e.content, arena, &a->dateline)))
        return rc;
    a->dateline = trim_dateline(a->dateline);
    if (find_element(text, "BODY", 0, &e)) {
        rc = decode_entities(e.content, arena, &body);
        if (!rc)
            rc = text_clean(body, arena, &body);
        body = rc ? body : drop_signature(body);
    } else {
        rc = read_loose_text(text, arena, &body);
    }
    return rc ? rc
              : set_paragraphs(body, body.len ? a->dateline : body, arena,
                               &a->text[PART_BODY]);
}

/* Marks of the wire follow some dates ("...59.13&#5;&#5;&#5;RM"), a remark of the
 * distributors others ("...57.75# date added ..."). Where only the time of day is
 * impossible, the day is kept. */
static int read_date(struct slice record, struct article *a,
                     struct reject *reject)
{
    struct element e;
    struct err err;
    if (!find_element(record, "DATE", 0, &e))
        return 0;
    struct slice text = e.content;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '&' || text.data[i] == '#')
            text.len = i;
    text = slice_trim(text);
    if (text.len == 0)
        return 0;
    const uint8_t *blank = memchr(text.data, ' ', text.len);
    struct slice day =
        slice_part(text, 0, blank ? (size_t)(blank - text.data) : text.len);
    if (date_parse(text, &a->published, &err) &&
        date_parse(day, &a->published, NULL))
        return reject_set(reject, 0, 0, "<DATE>: %s", err.text);
    a->published_from = ORIGIN_GIVEN;
    return 0;
}

static int read_record(struct slice bytes, struct arena *arena,
                       struct article *a, struct reject *reject)
{
    static const char *const names[] = {"TITLE", "AUTHOR", "DATELINE", "BODY"};
    struct slice record;
    struct element text, inner;
    size_t at;
    int rc = encoding_decode(bytes, arena, &record, reject);
    if (rc)
        return rc;
    struct slice id = attribute(record, "NEWID");
    if (id.len > 0) {
        char *full = arena_printf(arena, "reut-%.*s", SLICE_ARG(id));
        if (!full)
            return ERR_NOMEM;
        a->id = slice_of(full);
    }
    a->source = slice_of("reuters");
    a->lang = slice_of("en");
    if (!find_element(record, "TEXT", 0, &text))
        return reject_set(reject, 0, 0, "no <TEXT>...</TEXT>");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char open[24];
        snprintf(open, sizeof open, "<%s>", names[i]);
        if (find(text.content, 0, open, &at) &&
            !find_element(text.content, names[i], 0, &inner))
            return reject_set(reject, 0, at, "%s is never closed", open);
    }
    if ((rc = read_date(record, a, reject)) ||
        (rc = read_list(record, "TOPICS", arena, &a->topics)) ||
        (rc = read_list(record, "PLACES", arena, &a->places)) ||
        (rc = read_list(record, "PEOPLE", arena, &a->people)) ||
        (rc = read_list(record, "ORGS", arena, &a->orgs)))
        return rc;
    return read_text(text.content, arena, a);
}

static int reuters_next(struct reader *reader, struct arena *arena,
                        struct article *article, struct reject *reject,
                        struct err *err)
{
    struct reuters *r = (struct reuters *)reader;
    struct slice record;
    int rc = next_record(r, &record, reject, err);
    if (rc != READER_ARTICLE)
        return rc;
    uint64_t at = input_offset(r->in);
    *article = (struct article){0};
    rc = read_record(record, arena, article, reject);
    input_skip(r->in, record.len);
    if (rc == READER_REJECT) {
        reject->record = r->record;
        reject->byte += at;
        return rc;
    }
    if (rc < 0)
        return err_set(err, rc, "%s: no memory for record %llu",
                       input_name(r->in), (unsigned long long)r->record);
    return reader_yield(article, r->record, at, reject);
}

const struct reader_format reuters_sgml_format = {
    "reuters-sgml", reuters_recognise, reuters_open,
    reuters_next,   reuters_close,
};
