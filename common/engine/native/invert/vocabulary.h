/* vocabulary.h - byte strings to numbers that count from 0, in the order in which they
 * first came.
 *
 * A key is its bytes and a tag (a width, a class: what a term has besides its text).
 * The table has 8 bytes a slot, a hash and the number; keys stand by number, those of up to
 * 16 bytes as two words, so that what comes often, and mostly came early, stands
 * together. A look-up has three steps, so that a caller with many keys can let the memory
 * fetch what some need while it looks at others:
 *
 *     vocabulary_probe(&v, key, tag, &probe);     // for each of some dozens of keys
 *     vocabulary_fetch(&v, &probe, &likely);      // then, if wanted, for each of them
 *     vocabulary_put(&v, &probe, &id);            // then for each of them
 *
 * Ownership   keys are copied; texts live until the next put or the release
 * Threads     one at a time
 * Errors      ERR_NOMEM; ERR_LIMIT past VOCABULARY_MAX keys or 4 GB of text; the
 *             vocabulary stays as it was
 */
#ifndef ENGINE_NATIVE_INVERT_VOCABULARY_H
#define ENGINE_NATIVE_INVERT_VOCABULARY_H

#include "base/short_key.h"

#include <assert.h>

struct vocabulary_slot {
    uint32_t hash;   /* its low bits say where the key belongs */
    uint32_t number; /* id + 1; 0: free */
};

struct vocabulary_text {
    uint64_t first,
        last;        /* as in short_key.h; of longer ones eight bytes each */
    uint32_t offset; /* in `texts` */
    uint16_t len;
    uint8_t tag;
};

struct vocabulary {
    struct vocabulary_slot *slot;
    size_t capacity;              /* 0 or a power of two */
    struct vocabulary_text *text; /* by id */
    uint32_t count, text_capacity;
    struct bytes_out texts;
};

enum {
    VOCABULARY_MAX = 1 << 30,
    VOCABULARY_TEXT_MAX = UINT16_MAX, /* bytes of one key */
    VOCABULARY_WHOLE = 16,            /* bytes of a key that is its two words */
};

/* A key on its way; borrows its bytes. */
struct vocabulary_probe {
    uint64_t first, last;
    struct slice text;
    uint32_t hash;
    uint8_t tag;
};

/* A vocabulary that is all zeros is empty and ready. */
void vocabulary_release(struct vocabulary *vocabulary);

static inline struct slice vocabulary_text(const struct vocabulary *vocabulary,
                                           uint32_t id)
{
    assert(id < vocabulary->count);
    const struct vocabulary_text *text = &vocabulary->text[id];
    return (struct slice){vocabulary->texts.data + text->offset, text->len};
}

static inline uint8_t vocabulary_tag(const struct vocabulary *vocabulary,
                                     uint32_t id)
{
    assert(id < vocabulary->count);
    return vocabulary->text[id].tag;
}

/* What is between the first and last eight bytes of a long key. */
uint64_t vocabulary_hash_rest(struct slice text);
/* A number for a key that has none. */
int vocabulary_new(struct vocabulary *vocabulary,
                   const struct vocabulary_probe *probe, uint32_t *id);

/* The three are inline: they are done for each token. Needs text.len <=
 * VOCABULARY_TEXT_MAX. */
static inline __attribute__((always_inline)) void
vocabulary_probe(const struct vocabulary *vocabulary, struct slice text,
                 uint8_t tag, struct vocabulary_probe *out)
{
    assert(text.len <= VOCABULARY_TEXT_MAX);
    uint64_t salt = (text.len << 8 | tag) * UINT64_C(0x9e3779b97f4a7c15);
    struct short_key key = {0};
    if (text.len <= VOCABULARY_WHOLE)
        key = short_key_of(text);
    else
        key = (struct short_key){load_u64(text.data),
                                 load_u64(text.data + text.len - 8),
                                 vocabulary_hash_rest(text)};
    uint64_t hash = short_key_mix(key.a ^ salt,
                                  key.b ^ key.c ^ UINT64_C(0xe7037ed1a0b428db));
    *out = (struct vocabulary_probe){.first = key.a,
                                     .last = key.b,
                                     .text = text,
                                     .hash = (uint32_t)hash,
                                     .tag = tag};
    if (vocabulary->capacity)
        __builtin_prefetch(
            &vocabulary->slot[out->hash & (vocabulary->capacity - 1)]);
}

/* Whether the vocabulary seems to have the key: under this number, most likely. */
static inline __attribute__((always_inline)) bool
vocabulary_fetch(const struct vocabulary *vocabulary,
                 const struct vocabulary_probe *probe, uint32_t *likely)
{
    if (!vocabulary->capacity)
        return false;
    size_t last = vocabulary->capacity - 1, at = probe->hash & last;
    while (vocabulary->slot[at].number &&
           vocabulary->slot[at].hash != probe->hash)
        at = (at + 1) & last;
    if (!vocabulary->slot[at].number)
        return false;
    *likely = vocabulary->slot[at].number - 1;
    __builtin_prefetch(&vocabulary->text[*likely]);
    return true;
}

static inline bool vocabulary_is(const struct vocabulary *vocabulary,
                                 uint32_t id,
                                 const struct vocabulary_probe *probe)
{
    const struct vocabulary_text *text = &vocabulary->text[id];
    return ((text->first ^ probe->first) | (text->last ^ probe->last)) == 0 &&
           text->len == probe->text.len && text->tag == probe->tag &&
           (text->len <= VOCABULARY_WHOLE ||
            slice_eq(vocabulary_text(vocabulary, id), probe->text));
}

/* The number of the key, a new one if it has none. */
static inline __attribute__((always_inline)) int
vocabulary_put(struct vocabulary *vocabulary,
               const struct vocabulary_probe *probe, uint32_t *id)
{
    if (!vocabulary->capacity)
        return vocabulary_new(vocabulary, probe, id);
    size_t last = vocabulary->capacity - 1;
    for (size_t at = probe->hash & last;; at = (at + 1) & last) {
        struct vocabulary_slot slot = vocabulary->slot[at];
        if (!slot.number)
            return vocabulary_new(vocabulary, probe, id);
        if (slot.hash == probe->hash &&
            vocabulary_is(vocabulary, slot.number - 1, probe)) {
            *id = slot.number - 1;
            return 0;
        }
    }
}

/* Put numbers in the order of their texts, byte by byte, and of their tags where these are
 * equal. ERR_NOMEM. */
int vocabulary_sort(const struct vocabulary *vocabulary, uint32_t *id,
                    size_t count);

/* Bytes held. */
size_t vocabulary_memory(const struct vocabulary *vocabulary);

#endif
