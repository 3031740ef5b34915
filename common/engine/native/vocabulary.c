/* Open addressing with linear probing, at most five eighths full. */
#include "engine/native/vocabulary.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/short_key.h"

#include <assert.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 1024,
    FIRST_TEXTS = 512,
    WHOLE_BYTES = 16, /* of a key that is its two words */
};

struct vocabulary_slot {
    uint32_t hash;   /* its low bits say where the key belongs */
    uint32_t number; /* id + 1; 0: free */
};
_Static_assert(VOCABULARY_MAX / 5 * 8 < UINT32_MAX, "a hash for each slot");

static struct short_key long_key(struct slice text)
{
    struct short_key key = {load_u64(text.data),
                            load_u64(text.data + text.len - 8), 0};
    for (size_t at = 8; at + 8 < text.len; at += 8)
        key.c = short_key_mix(load_u64(text.data + at) ^ key.c,
                              UINT64_C(0x9fb21c651e98df25));
    return key;
}

void vocabulary_probe(const struct vocabulary *vocabulary, struct slice text,
                      uint8_t tag, struct vocabulary_probe *out)
{
    assert(text.len <= VOCABULARY_TEXT_MAX);
    struct short_key key =
        text.len <= SHORT_KEY_BYTES ? short_key_of(text) : long_key(text);
    uint64_t hash = short_key_hash(key, text.len | (uint64_t)tag << 32);
    *out = (struct vocabulary_probe){.first = key.a,
                                     .last = key.b,
                                     .text = text,
                                     .hash = (uint32_t)hash,
                                     .tag = tag};
    if (vocabulary->capacity)
        __builtin_prefetch(
            &vocabulary->slot[out->hash & (vocabulary->capacity - 1)]);
}

bool vocabulary_fetch(const struct vocabulary *v,
                      const struct vocabulary_probe *p, uint32_t *likely)
{
    if (!v->capacity)
        return false;
    size_t at = p->hash & (v->capacity - 1);
    while (v->slot[at].number && v->slot[at].hash != p->hash)
        at = (at + 1) & (v->capacity - 1);
    if (!v->slot[at].number)
        return false;
    *likely = v->slot[at].number - 1;
    __builtin_prefetch(&v->text[*likely]);
    return true;
}

static bool is_key(const struct vocabulary *v, uint32_t id,
                   const struct vocabulary_probe *p)
{
    const struct vocabulary_text *text = &v->text[id];
    if (((text->first ^ p->first) | (text->last ^ p->last) |
         (text->len ^ p->text.len) | (uint64_t)(text->tag ^ p->tag)) != 0)
        return false;
    return text->len <= WHOLE_BYTES ||
           slice_eq(vocabulary_text(v, id), p->text);
}

/* The slot of the key, or the free one where it belongs. */
static struct vocabulary_slot *find(const struct vocabulary *v,
                                    const struct vocabulary_probe *p)
{
    size_t at = p->hash & (v->capacity - 1);
    while (v->slot[at].number && !(v->slot[at].hash == p->hash &&
                                   is_key(v, v->slot[at].number - 1, p)))
        at = (at + 1) & (v->capacity - 1);
    return &v->slot[at];
}

/* All keys are different, so none is compared. */
static int grow_slots(struct vocabulary *v)
{
    size_t capacity = v->capacity ? v->capacity * 2 : FIRST_CAPACITY;
    struct vocabulary_slot *bigger = mem_alloc(capacity * sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    mem_random_access(bigger, capacity * sizeof *bigger);
    memset(bigger, 0, capacity * sizeof *bigger);
    for (size_t i = 0; i < v->capacity; i++) {
        if (!v->slot[i].number)
            continue;
        size_t at = v->slot[i].hash & (capacity - 1);
        while (bigger[at].number)
            at = (at + 1) & (capacity - 1);
        bigger[at] = v->slot[i];
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
    v->text[v->count] = (struct vocabulary_text){p->first, p->last, offset,
                                                 (uint16_t)p->text.len, p->tag};
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
    *slot = (struct vocabulary_slot){probe->hash, *id + 1};
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
