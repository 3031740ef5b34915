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
#ifndef ENGINE_NATIVE_VOCABULARY_H
#define ENGINE_NATIVE_VOCABULARY_H

#include "base/bytes.h"

#include <assert.h>

struct vocabulary_slot;

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

/* Needs text.len <= VOCABULARY_TEXT_MAX. */
void vocabulary_probe(const struct vocabulary *vocabulary, struct slice text,
                      uint8_t tag, struct vocabulary_probe *out);
/* Whether the vocabulary seems to have the key: under this number, most likely. */
bool vocabulary_fetch(const struct vocabulary *vocabulary,
                      const struct vocabulary_probe *probe, uint32_t *likely);
/* The number of the key, a new one if it has none. */
int vocabulary_put(struct vocabulary *vocabulary,
                   const struct vocabulary_probe *probe, uint32_t *id);

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

/* Put numbers in the order of their texts, byte by byte, and of their tags where these are
 * equal. ERR_NOMEM. */
int vocabulary_sort(const struct vocabulary *vocabulary, uint32_t *id,
                    size_t count);

/* Bytes held. */
size_t vocabulary_memory(const struct vocabulary *vocabulary);

#endif
