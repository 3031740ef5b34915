/* Eight bytes of each text at a time: sorted by radix, which has no bad case; then what is
 * equal so far is sorted by the next eight.
 */
#include "engine/native/invert/vocabulary.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

enum {
    KEY_BYTES = 8,
    FEW = 48, /* so few are quicker one by one */
};

struct item {
    uint64_t key; /* big-endian, what lies behind the end is zero */
    uint32_t id;
};

static uint64_t key_at(struct slice text, size_t depth)
{
    uint8_t bytes[KEY_BYTES] = {0};
    size_t left = text.len > depth ? text.len - depth : 0;
    memcpy(bytes, text.data + (left ? depth : 0),
           left < KEY_BYTES ? left : KEY_BYTES);
    return __builtin_bswap64(load_u64(bytes));
}

static void sort_few(struct item *item, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct item one = item[i];
        size_t at = i;
        for (; at > 0 && item[at - 1].key > one.key; at--)
            item[at] = item[at - 1];
        item[at] = one;
    }
}

/* A pass for each byte in which keys differ, the last one first. */
static void sort_many(struct item *item, struct item *spare, size_t count)
{
    uint32_t seen[KEY_BYTES][256] = {0};
    struct item *from = item, *to = spare;
    for (size_t i = 0; i < count; i++)
        for (int b = 0; b < KEY_BYTES; b++)
            seen[b][item[i].key >> (8 * b) & 0xff]++;
    for (int b = 0; b < KEY_BYTES; b++) {
        if (seen[b][item[0].key >> (8 * b) & 0xff] == count)
            continue;
        uint32_t before = 0;
        for (int v = 0; v < 256; v++) {
            uint32_t these = seen[b][v];
            seen[b][v] = before;
            before += these;
        }
        for (size_t i = 0; i < count; i++)
            to[seen[b][from[i].key >> (8 * b) & 0xff]++] = from[i];
        struct item *swap = from;
        from = to;
        to = swap;
    }
    if (from != item)
        memcpy(item, from, count * sizeof *item);
}

struct sorting {
    const struct vocabulary *vocabulary;
    struct item *spare;
};

static uint64_t length_and_tag(const struct vocabulary *v, uint32_t id)
{
    return (uint64_t)v->text[id].len << 8 | v->text[id].tag;
}

static void sort_from(const struct sorting *s, struct item *item, size_t count,
                      size_t depth);

/* Texts that agree in their first `depth` bytes, as far as they have them. Those that are
 * no longer than that are equal but for zeros at their ends. */
static void sort_equals(const struct sorting *s, struct item *item,
                        size_t count, size_t depth)
{
    const struct vocabulary *v = s->vocabulary;
    size_t ended = 0;
    for (size_t i = 0; i < count; i++)
        if (v->text[item[i].id].len <= depth) {
            struct item swap = item[ended];
            item[ended++] = item[i];
            item[i] = swap;
        }
    for (size_t i = 0; i < ended; i++)
        item[i].key = length_and_tag(v, item[i].id);
    sort_few(item, ended);
    if (count - ended > 1)
        sort_from(s, item + ended, count - ended, depth);
}

static void sort_from(const struct sorting *s, struct item *item, size_t count,
                      size_t depth)
{
    for (size_t i = 0; i < count; i++)
        item[i].key = key_at(vocabulary_text(s->vocabulary, item[i].id), depth);
    if (count <= FEW)
        sort_few(item, count);
    else
        sort_many(item, s->spare, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && item[end].key == item[i].key;)
            end++;
        if (end - i > 1)
            sort_equals(s, item + i, end - i, depth + KEY_BYTES);
    }
}

int vocabulary_sort(const struct vocabulary *vocabulary, uint32_t *id,
                    size_t count)
{
    struct item *item = mem_alloc((2 * count + 1) * sizeof *item);
    if (!item)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        item[i].id = id[i];
    struct sorting sorting = {vocabulary, item + count};
    if (count > 1)
        sort_from(&sorting, item, count, 0);
    for (size_t i = 0; i < count; i++)
        id[i] = item[i].id;
    mem_free(item);
    return ERR_OK;
}
