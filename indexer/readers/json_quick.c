/* RFC 8259, read forwards once. A string is copied eight bytes at a time up to the next
 * byte that means something: a quote, a backslash, a control character.
 */
#include "indexer/readers/json_quick.h"

#include "base/eight_bytes.h"
#include "base/utf8.h"

#include <string.h>

/* More goes to jansson, which has its own limits. */
enum { DEPTH_MAX = 16, DIGITS_MAX = 18, HEX_DIGITS = 4 };

struct quick {
    const uint8_t *at, *end;
    uint8_t *room; /* for what is left of the text, once decoded */
    unsigned depth;
};

static json_t *read_value(struct quick *q);

static void skip_space(struct quick *q)
{
    while (q->at < q->end && (*q->at == ' ' || *q->at == '\t' ||
                              *q->at == '\n' || *q->at == '\r'))
        q->at++;
}

static bool take(struct quick *q, uint8_t c)
{
    skip_space(q);
    if (q->at == q->end || *q->at != c)
        return false;
    q->at++;
    return true;
}

/* --- strings --- */

/* Bytes that end a plain run. */
static uint64_t ends_run(uint64_t v)
{
    return eight_range(v, 0, ' ' - 1) | eight_equal(v, '"') |
           eight_equal(v, '\\');
}

/* Copies to *to, up to a quote, a backslash or a control character; *high collects the
 * bits of what was copied. */
static void copy_run(struct quick *q, uint8_t **to, uint64_t *high)
{
    while (q->end - q->at >= 8) {
        uint64_t v = load_u64(q->at);
        if (ends_run(v))
            break;
        memcpy(*to, q->at, sizeof v);
        *high |= v;
        *to += 8;
        q->at += 8;
    }
    while (q->at < q->end && *q->at >= ' ' && *q->at != '"' && *q->at != '\\') {
        *high |= *q->at;
        *(*to)++ = *q->at++;
    }
}

static bool read_hex(struct quick *q, uint32_t *out)
{
    *out = 0;
    if (q->end - q->at < HEX_DIGITS)
        return false;
    for (int i = 0; i < HEX_DIGITS; i++) {
        uint8_t c = *q->at++, small = c | 0x20;
        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint32_t)(c - '0');
        else if (small >= 'a' && small <= 'f')
            *out = *out << 4 | (uint32_t)(small - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* Behind "\u". No NUL, and no half of a pair. */
static bool read_code_point(struct quick *q, uint8_t **to)
{
    uint32_t c, low;
    if (!read_hex(q, &c) || c == 0 || (c >= 0xdc00 && c < 0xe000))
        return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (q->end - q->at < 2 || q->at[0] != '\\' || q->at[1] != 'u')
            return false;
        q->at += 2;
        if (!read_hex(q, &low) || low < 0xdc00 || low >= 0xe000)
            return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    *to += utf8_put(c, *to); /* at most 3 bytes of 6, or 4 of 12 */
    return true;
}

/* Behind the backslash. */
static bool read_escape(struct quick *q, uint8_t **to)
{
    static const char from[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (q->at == q->end)
        return false;
    uint8_t c = *q->at++;
    if (c == 'u')
        return read_code_point(q, to);
    const char *found = memchr(from, c, sizeof from - 1);
    if (!found)
        return false;
    *(*to)++ = (uint8_t)meant[found - from];
    return true;
}

/* Behind the first quote. Decoded into the room, which is never more than was read. */
static bool read_string(struct quick *q, struct slice *out)
{
    uint8_t *to = q->room;
    uint64_t high = 0;
    size_t bad_at;
    for (;;) {
        copy_run(q, &to, &high);
        if (q->at == q->end)
            return false;
        uint8_t c = *q->at++;
        if (c == '"')
            break;
        if (c != '\\' || !read_escape(q, &to))
            return false;
    }
    *out = (struct slice){q->room, (size_t)(to - q->room)};
    q->room = to;
    return !(high & EIGHT_HIGH) || utf8_valid(*out, &bad_at);
}

static json_t *read_string_value(struct quick *q)
{
    struct slice text;
    if (!read_string(q, &text))
        return NULL;
    return json_stringn_nocheck((const char *)text.data, text.len);
}

/* --- the other values --- */

/* Whether the value that ended here certainly did. */
static bool at_delimiter(const struct quick *q)
{
    return q->at < q->end && memchr(" \t\r\n,]}", *q->at, 7);
}

static json_t *read_integer(struct quick *q)
{
    bool minus = *q->at == '-';
    json_int_t number = 0;
    q->at += minus;
    const uint8_t *first = q->at;
    while (q->at < q->end && *q->at >= '0' && *q->at <= '9' &&
           q->at - first < DIGITS_MAX)
        number = number * 10 + (*q->at++ - '0');
    if (q->at == first || (*first == '0' && q->at - first > 1) ||
        !at_delimiter(q))
        return NULL;
    return json_integer(minus ? -number : number);
}

static bool take_word(struct quick *q, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(q->end - q->at) < len || memcmp(q->at, word, len) != 0)
        return false;
    q->at += len;
    return at_delimiter(q);
}

static json_t *read_word(struct quick *q)
{
    if (*q->at == 't')
        return take_word(q, "true") ? json_true() : NULL;
    if (*q->at == 'f')
        return take_word(q, "false") ? json_false() : NULL;
    return take_word(q, "null") ? json_null() : NULL;
}

static bool read_items(struct quick *q, json_t *array)
{
    if (take(q, ']'))
        return true;
    for (;;) {
        json_t *item = read_value(q);
        if (!item || json_array_append_new(array, item))
            return false;
        if (take(q, ']'))
            return true;
        if (!take(q, ','))
            return false;
    }
}

static bool read_member(struct quick *q, json_t *object)
{
    struct slice key;
    if (!take(q, '"') || !read_string(q, &key) || !take(q, ':'))
        return false;
    const char *name = (const char *)key.data;
    json_t *value = read_value(q);
    if (!value)
        return false;
    if (json_object_getn(object, name, key.len)) { /* twice: a reject */
        json_decref(value);
        return false;
    }
    return json_object_setn_new_nocheck(object, name, key.len, value) == 0;
}

static bool read_members(struct quick *q, json_t *object)
{
    if (take(q, '}'))
        return true;
    for (;;) {
        if (!read_member(q, object))
            return false;
        if (take(q, '}'))
            return true;
        if (!take(q, ','))
            return false;
    }
}

static json_t *read_inside(struct quick *q, json_t *holder,
                           bool (*read)(struct quick *, json_t *))
{
    if (holder && (++q->depth > DEPTH_MAX || !read(q, holder))) {
        json_decref(holder);
        return NULL;
    }
    q->depth--;
    return holder;
}

static json_t *read_value(struct quick *q)
{
    skip_space(q);
    if (q->at == q->end)
        return NULL;
    switch (*q->at) {
    case '"':
        q->at++;
        return read_string_value(q);
    case '[':
        q->at++;
        return read_inside(q, json_array(), read_items);
    case '{':
        q->at++;
        return read_inside(q, json_object(), read_members);
    default:
        return *q->at == '-' || (*q->at >= '0' && *q->at <= '9')
                   ? read_integer(q)
                   : read_word(q);
    }
}

json_t *json_quick(struct slice text, uint8_t *room)
{
    struct quick q = {text.data, text.data + text.len, room, 0};
    skip_space(&q);
    if (q.at == q.end || *q.at != '{')
        return NULL;
    json_t *object = read_value(&q);
    skip_space(&q);
    if (object && q.at != q.end) {
        json_decref(object);
        return NULL;
    }
    return object;
}
