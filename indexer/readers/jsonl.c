/* jsonl.c - JSON, one article an object.
 *
 * Usually one object a line (JSON Lines): then a broken line costs itself and
 * nothing else. A file that starts with '[' is an array of objects; one whose first
 * object goes over several lines is a row of such objects. Their ends are found by
 * counting braces outside strings.
 *
 * A key that stands twice in an object is a reject: either of the two would be a
 * guess.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "indexer/readers/formats.h"
#include "indexer/readers/input.h"
#include "indexer/readers/json_fields.h"
#include "indexer/readers/json_quick.h"

#include <string.h>

/* What parsing one record may take, beside some bytes for each of its own: jansson
 * needs 40 for "[]," and a line may have millions of these. */
enum { JSON_MEMORY_BASE = 4 << 20, JSON_MEMORY_PER_BYTE = 12 };

struct jsonl {
    struct reader base;
    struct input *in;
    uint64_t record;
    bool lines; /* else objects over several lines */
    bool ended;
    uint8_t *room; /* for the decoded strings of one record */
    size_t room_size;
    struct arena values; /* of one record */
};

/* --- jansson's memory ---
 *
 * It does not always say that it failed for want of memory, so this is noted here. */

static _Thread_local size_t json_memory_left = SIZE_MAX;
static _Thread_local bool json_memory_spent, json_memory_refused;

static void *json_alloc(size_t size)
{
    if (size > json_memory_left) {
        json_memory_spent = true;
        return NULL;
    }
    json_memory_left -= size;
    void *p = mem_alloc(size);
    json_memory_refused = json_memory_refused || !p;
    return p;
}

/* --- telling and opening --- */

static struct slice skip_mark(struct slice head)
{
    return slice_starts_with(head, SLICE("\xef\xbb\xbf"))
               ? slice_part(head, 3, head.len)
               : head;
}

static uint8_t first_but_space(struct slice s, size_t from)
{
    while (from < s.len && (s.data[from] == ' ' || s.data[from] == '\t' ||
                            s.data[from] == '\n' || s.data[from] == '\r'))
        from++;
    return from < s.len ? s.data[from] : 0;
}

static int jsonl_recognise(struct slice head, const char *path)
{
    (void)path;
    head = slice_trim(skip_mark(head));
    uint8_t first = first_but_space(head, 0), second = first_but_space(head, 1);
    if (first == '{' && (second == '"' || second == '}'))
        return 90;
    if (first == '[' && (second == '{' || second == ']'))
        return 80;
    return 0;
}

/* Whether each line is an object of its own: the first one ends as it should, or
 * the second one starts as if the first had. */
static bool looks_like_lines(struct slice head)
{
    head = skip_mark(head);
    while (head.len > 0 && first_but_space(head, 0) != head.data[0])
        head = slice_part(head, 1, head.len);
    if (head.len == 0 || head.data[0] == '[')
        return head.len == 0;
    const uint8_t *newline = memchr(head.data, '\n', head.len);
    if (!newline)
        return true;
    size_t end = (size_t)(newline - head.data);
    struct slice first = slice_trim(slice_part(head, 0, end));
    return first.data[first.len - 1] == '}' ||
           first_but_space(head, end) == '{';
}

static int jsonl_open(struct input *in, struct reader **out, struct err *err)
{
    struct slice head;
    *out = NULL;
    int rc = input_fill(in, INPUT_HEAD, &head, err);
    if (rc)
        return rc;
    struct jsonl *r = mem_alloc(sizeof *r);
    if (!r)
        return err_set(err, ERR_NOMEM, "%s: no memory to read it",
                       input_name(in));
    *r = (struct jsonl){.base.format = &jsonl_format,
                        .in = in,
                        .lines = looks_like_lines(head)};
    if (input_offset(in) == 0)
        input_skip(in, head.len - skip_mark(head).len);
    json_set_alloc_funcs(json_alloc, mem_free);
    *out = &r->base;
    return ERR_OK;
}

static void jsonl_close(struct reader *reader)
{
    struct jsonl *r = (struct jsonl *)reader;
    arena_reset(&r->values);
    mem_free(r->room);
    mem_free(r);
}

/* --- one record --- */

static size_t memory_for(struct slice text)
{
    return JSON_MEMORY_BASE + (size_t)JSON_MEMORY_PER_BYTE * text.len;
}

/* Records that need more room than this are few, and jansson's. */
enum { ROOM_MAX = 16 << 20 };

static const struct json_value *parse_quickly(struct jsonl *r,
                                              struct slice text)
{
    if (text.len > ROOM_MAX)
        return NULL;
    if (text.len > r->room_size) {
        mem_free(r->room);
        r->room_size = 2 * text.len;
        r->room = mem_alloc(r->room_size);
        if (!r->room) {
            r->room_size = 0;
            return NULL;
        }
    }
    arena_init(&r->values, memory_for(text));
    return json_quick(text, r->room, &r->values);
}

/* What jansson took is never much more than that, as values. */
static const struct json_value *parse_slowly(struct jsonl *r, struct slice text,
                                             json_t **tree, json_error_t *fault)
{
    json_memory_left = memory_for(text);
    json_memory_spent = json_memory_refused = false;
    *tree = json_loadb((const char *)text.data, text.len,
                       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, fault);
    json_memory_left = SIZE_MAX;
    if (!*tree)
        return NULL;
    arena_init(&r->values, SIZE_MAX);
    const struct json_value *value = json_value_of(*tree, &r->values);
    json_memory_refused = !value;
    return value;
}

/* The values of a record, which stay until the arena is reset and `*tree` is released. */
static const struct json_value *parse_json(struct jsonl *r, struct slice text,
                                           json_t **tree, json_error_t *fault)
{
    const struct json_value *value = parse_quickly(r, text);
    *tree = NULL;
    if (value)
        return value;
    arena_reset(&r->values);
    return parse_slowly(r, text, tree, fault);
}

static int use_record(struct jsonl *r, const struct json_value *value,
                      struct slice text, uint64_t at, const json_error_t *fault,
                      struct arena *arena, struct article *article,
                      struct reject *reject, struct err *err)
{
    if (!value && json_memory_spent)
        return reject_set(reject, r->record, at,
                          "more values than a record may have");
    if (!value && json_memory_refused)
        return err_set(err, ERR_NOMEM, "%s: no memory for record %llu",
                       input_name(r->in), (unsigned long long)r->record);
    if (!value) {
        size_t byte = fault->position > 0 ? (size_t)fault->position : 0;
        return reject_set(reject, r->record,
                          at + (byte < text.len ? byte : text.len),
                          "broken JSON: %s", fault->text);
    }
    int rc = value->type == JSON_OBJECT
                 ? json_to_article(value, arena, article, reject)
                 : reject_set(reject, 0, 0, "not a JSON object");
    if (rc == READER_REJECT) {
        reject->record = r->record;
        reject->byte = at;
        return rc;
    }
    if (rc < 0)
        return err_set(err, rc, "%s: no memory for record %llu",
                       input_name(r->in), (unsigned long long)r->record);
    return reader_yield(article, r->record, at, reject);
}

static int parse_record(struct jsonl *r, struct slice text, uint64_t at,
                        struct arena *arena, struct article *article,
                        struct reject *reject, struct err *err)
{
    json_error_t fault;
    json_t *tree;
    const struct json_value *value = parse_json(r, text, &tree, &fault);
    int rc =
        use_record(r, value, text, at, &fault, arena, article, reject, err);
    json_decref(tree);
    arena_reset(&r->values);
    return rc;
}

/* The end, or first of all the reason for it. */
static int at_end(struct jsonl *r, struct reject *reject)
{
    const char *damage = input_damage(r->in);
    if (r->ended || !damage)
        return READER_END;
    r->ended = true;
    return reject_set(reject, r->record + 1, input_offset(r->in), "%s", damage);
}

/* --- one object a line --- */

static int next_line(struct jsonl *r, struct arena *arena,
                     struct article *article, struct reject *reject,
                     struct err *err)
{
    for (;;) {
        struct slice line;
        uint64_t at = input_offset(r->in);
        int step = input_line(r->in, LIMIT_RECORD_BYTES, &line, err);
        if (step == INPUT_END)
            return at_end(r, reject);
        if (step < 0)
            return step;
        if (step == INPUT_LINE && slice_trim(line).len == 0)
            continue;
        r->record++;
        if (step == INPUT_LONG)
            return reject_set(reject, r->record, at,
                              "a line of more than %d bytes",
                              LIMIT_RECORD_BYTES);
        return parse_record(r, line, at, arena, article, reject, err);
    }
}

/* --- objects over several lines --- */

/* To the next '{'. What lies between may be brackets, commas and white space; the
 * rest is not ours. 1: there, 0: the end; *strange is the first strange byte. */
static int find_object(struct jsonl *r, uint64_t *strange, struct err *err)
{
    *strange = UINT64_MAX;
    for (;;) {
        struct slice have;
        size_t i = 0;
        int rc = input_fill(r->in, 1, &have, err);
        if (rc)
            return rc;
        if (have.len == 0)
            return 0;
        for (; i < have.len && have.data[i] != '{'; i++)
            if (!memchr(" \t\r\n,[]", have.data[i], 7) &&
                *strange == UINT64_MAX)
                *strange = input_offset(r->in) + i;
        bool found = i < have.len;
        input_skip(r->in, i);
        if (found)
            return 1;
    }
}

struct brace_scan {
    size_t at;
    unsigned depth;
    bool in_string, escaped;
    bool line_start;
    bool torn; /* a string went over a line's end: what follows is a guess */
    uint8_t before; /* the last byte that is no white space */
};

/* True behind the brace that closes the object. Damage is kept within its object
 * where that can be told: no string goes over a line's end, and a '{' that begins
 * a line where no value may stand begins another object. */
static bool scan_object(struct brace_scan *s, struct slice have)
{
    for (; s->at < have.len; s->at++) {
        uint8_t c = have.data[s->at];
        bool first = s->line_start;
        s->line_start = c == '\n';
        if (s->escaped) {
            s->escaped = false;
        } else if (s->in_string) {
            s->escaped = c == '\\';
            s->in_string = c != '"' && c != '\n';
            s->torn = s->torn || c == '\n';
        } else if (c == '"') {
            s->in_string = true;
        } else if (c == '{') {
            if (first && s->depth > 0 &&
                (s->torn || !memchr(":,[", s->before, 3)))
                return true;
            s->depth++;
        } else if (c == '}' && --s->depth == 0) {
            s->at++;
            return true;
        }
        if (c > ' ')
            s->before = c;
    }
    return false;
}

static int next_object(struct jsonl *r, struct arena *arena,
                       struct article *article, struct reject *reject,
                       struct err *err)
{
    uint64_t strange;
    int found = find_object(r, &strange, err);
    if (found < 0)
        return found;
    if (strange != UINT64_MAX) {
        r->record++;
        return reject_set(reject, r->record, strange,
                          "broken JSON: an object was expected here");
    }
    if (!found)
        return at_end(r, reject);

    struct brace_scan scan = {0};
    struct slice have;
    uint64_t at = input_offset(r->in);
    r->record++;
    for (;;) {
        int rc = input_fill(r->in, scan.at + 1, &have, err);
        if (rc)
            return rc;
        bool ended = have.len == scan.at;
        if (!ended && scan_object(&scan, have))
            break;
        if (!ended && scan.at <= LIMIT_RECORD_BYTES)
            continue;
        input_skip(r->in, scan.at);
        if (input_damage(r->in)) {
            r->ended = true;
            return reject_set(reject, r->record, at, "%s", input_damage(r->in));
        }
        return reject_set(reject, r->record, at,
                          ended ? "broken JSON: the object is never closed"
                                : "an object of more than %d bytes",
                          LIMIT_RECORD_BYTES);
    }
    int rc = parse_record(r, slice_part(have, 0, scan.at), at, arena, article,
                          reject, err);
    input_skip(r->in, scan.at);
    return rc;
}

static int jsonl_next(struct reader *reader, struct arena *arena,
                      struct article *article, struct reject *reject,
                      struct err *err)
{
    struct jsonl *r = (struct jsonl *)reader;
    return r->lines ? next_line(r, arena, article, reject, err)
                    : next_object(r, arena, article, reject, err);
}

const struct reader_format jsonl_format = {
    "jsonl", jsonl_recognise, jsonl_open, jsonl_next, jsonl_close,
};
