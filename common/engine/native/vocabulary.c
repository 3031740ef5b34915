/* Open addressing with linear probing, at most five eighths full. */
#include "engine/native/vocabulary.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, FIRST_TEXTS = 512 };

#define MIX_A UINT64_C(0x9fb21c651e98df25)
#define MIX_B UINT64_C(0xd6e8feb86659fd93)

struct vocabulary_slot {
    struct short_key key; /* or 128 bits of hash */
    uint32_t number;      /* id + 1; 0: free */
    uint16_t len;
    uint8_t tag;
};
_Static_assert(sizeof(struct vocabulary_slot) == 32, "two in a cache line");

static struct short_key hash_long(struct slice text)
{
    uint64_t a = text.len, b = ~a;
    for (size_t at = 0; at + 8 <= text.len; at += 8) {
        a = short_key_mix(load_u64(text.data + at) ^ a, MIX_A);
        b = short_key_mix(load_u64(text.data + at) ^ b, MIX_B);
    }
    uint64_t rest = load_u64(text.data + text.len - 8);
    return (struct short_key){short_key_mix(rest ^ a, MIX_A),
                              short_key_mix(rest ^ b, MIX_B), 0};
}

static inline uint64_t hash_of(struct short_key key, size_t len, uint8_t tag)
{
    return short_key_hash(key, len | (uint64_t)tag << 32);
}

void vocabulary_probe(const struct vocabulary *vocabulary, struct slice text,
                      uint8_t tag, struct vocabulary_probe *out)
{
    assert(text.len <= VOCABULARY_TEXT_MAX);
    out->key =
        text.len <= SHORT_KEY_BYTES ? short_key_of(text) : hash_long(text);
    out->text = text;
    out->tag = tag;
    out->hash = hash_of(out->key, text.len, tag);
    if (vocabulary->capacity)
        __builtin_prefetch(
            &vocabulary->slot[out->hash & (vocabulary->capacity - 1)]);
}

static bool is_key(const struct vocabulary *v,
                   const struct vocabulary_slot *slot,
                   const struct vocabulary_probe *p)
{
    if (!short_key_eq(slot->key, p->key) || slot->len != p->text.len ||
        slot->tag != p->tag)
        return false;
    return slot->len <= SHORT_KEY_BYTES ||
           slice_eq(vocabulary_text(v, slot->number - 1), p->text);
}

/* The slot of the key, or the free one where it belongs. */
static struct vocabulary_slot *find(const struct vocabulary *v,
                                    const struct vocabulary_probe *p)
{
    size_t at = p->hash & (v->capacity - 1);
    while (v->slot[at].number && !is_key(v, &v->slot[at], p))
        at = (at + 1) & (v->capacity - 1);
    return &v->slot[at];
}

/* What is in the slots is enough to hash them anew; all keys are different, so none is
 * compared. */
static int grow_slots(struct vocabulary *v)
{
    size_t capacity = v->capacity ? v->capacity * 2 : FIRST_CAPACITY;
    struct vocabulary_slot *bigger = mem_alloc(capacity * sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    mem_random_access(bigger, capacity * sizeof *bigger);
    memset(bigger, 0, capacity * sizeof *bigger);
    for (size_t i = 0; i < v->capacity; i++) {
        const struct vocabulary_slot *old = &v->slot[i];
        if (!old->number)
            continue;
        size_t at = hash_of(old->key, old->len, old->tag) & (capacity - 1);
        while (bigger[at].number)
            at = (at + 1) & (capacity - 1);
        bigger[at] = *old;
    }
    mem_free(v->slot);
    v->slot = bigger;
    v->capacity = capacity;
    return ERR_OK;
}

static int grow_texts(struct vocabulary *v)
{
    uint32_t capacity = v->text_capacity ? v->text_capacity * 2 : FIRST_TEXTS;
    struct vocabulary_text *text =
        mem_realloc(v->text, capacity * sizeof *text);
    if (!text)
        return ERR_NOMEM;
    v->text = text;
    v->text_capacity = capacity;
    return ERR_OK;
}

/* A number for a new key, and its bytes. */
static int keep(struct vocabulary *v, const struct vocabulary_probe *p,
                uint32_t *id)
{
    if (v->count >= VOCABULARY_MAX || v->texts.len > UINT32_MAX - p->text.len)
        return ERR_LIMIT;
    int rc = v->count < v->text_capacity ? ERR_OK : grow_texts(v);
    if (rc)
        return rc;
    uint32_t offset = (uint32_t)v->texts.len;
    put_raw(&v->texts, p->text.data, p->text.len);
    if (v->texts.failed) {
        v->texts.failed = false; /* its bytes are as they were */
        return ERR_NOMEM;
    }
    v->text[v->count] =
        (struct vocabulary_text){offset, (uint16_t)p->text.len, p->tag};
    *id = v->count++;
    return ERR_OK;
}

int vocabulary_put(struct vocabulary *v, const struct vocabulary_probe *probe,
                   uint32_t *id)
{
    struct vocabulary_slot *slot = v->capacity ? find(v, probe) : NULL;
    if (slot && slot->number) {
        *id = slot->number - 1;
        return ERR_OK;
    }
    if (v->count >= v->capacity / 8 * 5) {
        int rc = grow_slots(v);
        if (rc)
            return rc;
        slot = find(v, probe);
    }
    int rc = keep(v, probe, id);
    if (rc)
        return rc;
    *slot = (struct vocabulary_slot){probe->key, *id + 1,
                                     (uint16_t)probe->text.len, probe->tag};
    return ERR_OK;
}

size_t vocabulary_memory(const struct vocabulary *v)
{
    return v->capacity * sizeof *v->slot + v->text_capacity * sizeof *v->text +
           v->texts.cap;
}

void vocabulary_release(struct vocabulary *v)
{
    mem_free(v->slot);
    mem_free(v->text);
    bytes_out_release(&v->texts);
    *v = (struct vocabulary){0};
}
