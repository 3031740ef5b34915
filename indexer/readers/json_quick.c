/* RFC 8259, read forwards once. A string is copied sixteen bytes at a time up to the next
 * byte that means something: a quote, a backslash, a control character.
 */
#include "indexer/readers/json_quick.h"

#include "base/sixteen_bytes.h"
#include "base/utf8.h"

#include <string.h>

/* More goes to jansson, which has its own limits. */
enum {
    DEPTH_MAX = 16,
    DIGITS_MAX = 18,
    HEX_DIGITS = 4,
    MEMBERS_MAX = 64, /* of an object: each key is compared with all before */
};

struct quick {
    const uint8_t *at, *end;
    uint8_t *room; /* for what is left of the text, once decoded */
    struct arena *arena;
    unsigned depth;
};

static struct json_value *read_value(struct quick *q);

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

/* Copies to *to, up to a quote, a backslash or a control character; *high collects the
 * bits of what was copied. What is left of the room is never less than of the text. */
static void copy_run(struct quick *q, uint8_t **to, unsigned *high)
{
    while (q->end - q->at >= 16) {
        struct sixteen x = sixteen_load(q->at);
        unsigned stop = sixteen_bits(sixteen_or(
            sixteen_range(x, 0, ' ' - 1),
            sixteen_or(sixteen_equal(x, '"'), sixteen_equal(x, '\\'))));
        sixteen_store(*to, x);
        *high |= sixteen_bits(x) & ((stop & -stop) - 1);
        size_t count = stop ? (size_t)__builtin_ctz(stop) : 16;
        *to += count;
        q->at += count;
        if (stop)
            return;
    }
    while (q->at < q->end && *q->at >= ' ' && *q->at != '"' && *q->at != '\\') {
        *high |= *q->at >> 7;
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
    unsigned high = 0;
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
    return !high || utf8_valid(*out, &bad_at);
}

/* --- values --- */

static struct json_value *new_value(struct quick *q, json_type type)
{
    struct json_value *value = arena_alloc_unset(q->arena, sizeof *value);
    if (value)
        *value = (struct json_value){.type = type};
    return value;
}

static struct json_value *read_string_value(struct quick *q)
{
    struct slice text;
    if (!read_string(q, &text))
        return NULL;
    struct json_value *value = new_value(q, JSON_STRING);
    if (value)
        value->text = text;
    return value;
}

/* Whether the value that ended here certainly did. */
static bool at_delimiter(const struct quick *q)
{
    return q->at < q->end && memchr(" \t\r\n,]}", *q->at, 7);
}

static struct json_value *read_integer(struct quick *q)
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
    struct json_value *value = new_value(q, JSON_INTEGER);
    if (value)
        value->integer = minus ? -number : number;
    return value;
}

static bool take_word(struct quick *q, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(q->end - q->at) < len || memcmp(q->at, word, len) != 0)
        return false;
    q->at += len;
    return at_delimiter(q);
}

static struct json_value *read_word(struct quick *q)
{
    if (*q->at == 't')
        return take_word(q, "true") ? new_value(q, JSON_TRUE) : NULL;
    if (*q->at == 'f')
        return take_word(q, "false") ? new_value(q, JSON_FALSE) : NULL;
    return take_word(q, "null") ? new_value(q, JSON_NULL) : NULL;
}

static bool read_items(struct quick *q, struct json_value *array)
{
    const struct json_value **last = &array->first;
    if (take(q, ']'))
        return true;
    for (;;) {
        struct json_value *item = read_value(q);
        if (!item)
            return false;
        *last = item;
        last = &item->next;
        array->count++;
        if (take(q, ']'))
            return true;
        if (!take(q, ','))
            return false;
    }
}

static bool has_key(const struct json_value *object, struct slice key)
{
    const struct json_value *member = object->first;
    for (size_t i = 0; i < object->count; i++, member = member->next)
        if (slice_eq(member->key, key))
            return true;
    return false;
}

static struct json_value *read_member(struct quick *q,
                                      const struct json_value *object)
{
    struct slice key;
    if (!take(q, '"') || !read_string(q, &key) || !take(q, ':') ||
        object->count == MEMBERS_MAX || has_key(object, key))
        return NULL; /* twice: a reject */
    struct json_value *member = read_value(q);
    if (member)
        member->key = key;
    return member;
}

static bool read_members(struct quick *q, struct json_value *object)
{
    const struct json_value **last = &object->first;
    if (take(q, '}'))
        return true;
    for (;;) {
        struct json_value *member = read_member(q, object);
        if (!member)
            return false;
        *last = member;
        last = &member->next;
        object->count++;
        if (take(q, '}'))
            return true;
        if (!take(q, ','))
            return false;
    }
}

static struct json_value *read_inside(struct quick *q, json_type type,
                                      bool (*read)(struct quick *,
                                                   struct json_value *))
{
    struct json_value *holder = new_value(q, type);
    if (!holder || ++q->depth > DEPTH_MAX || !read(q, holder))
        return NULL;
    q->depth--;
    return holder;
}

static struct json_value *read_value(struct quick *q)
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
        return read_inside(q, JSON_ARRAY, read_items);
    case '{':
        q->at++;
        return read_inside(q, JSON_OBJECT, read_members);
    default:
        return *q->at == '-' || (*q->at >= '0' && *q->at <= '9')
                   ? read_integer(q)
                   : read_word(q);
    }
}

const struct json_value *json_quick(struct slice text, uint8_t *room,
                                    struct arena *arena)
{
    struct quick q = {text.data, text.data + text.len, room, arena, 0};
    skip_space(&q);
    if (q.at == q.end || *q.at != '{')
        return NULL;
    const struct json_value *object = read_value(&q);
    skip_space(&q);
    return q.at == q.end ? object : NULL;
}
