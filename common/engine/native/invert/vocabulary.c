/* Open addressing with linear probing, at most five eighths full. */
#include "engine/native/invert/vocabulary.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, FIRST_TEXTS = 512 };

_Static_assert(VOCABULARY_MAX / 5 * 8 < UINT32_MAX, "a hash for each slot");

uint64_t vocabulary_hash_rest(struct slice text)
{
    uint64_t hash = 0;
    for (size_t at = 8; at + 8 < text.len; at += 8)
        hash = short_key_mix(load_u64(text.data + at) ^ hash,
                             UINT64_C(0x9fb21c651e98df25));
    return hash;
}

/* The first free slot from where the key belongs on. */
static struct vocabulary_slot *free_slot(struct vocabulary_slot *slot,
                                         size_t capacity, uint32_t hash)
{
    size_t at = hash & (capacity - 1);
    while (slot[at].number)
        at = (at + 1) & (capacity - 1);
    return &slot[at];
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
    for (size_t i = 0; i < v->capacity; i++)
        if (v->slot[i].number)
            *free_slot(bigger, capacity, v->slot[i].hash) = v->slot[i];
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

int vocabulary_new(struct vocabulary *v, const struct vocabulary_probe *probe,
                   uint32_t *id)
{
    int rc = v->count < v->capacity / 8 * 5 ? ERR_OK : grow_slots(v);
    if (rc == ERR_OK)
        rc = keep(v, probe, id);
    if (rc)
        return rc;
    *free_slot(v->slot, v->capacity, probe->hash) =
        (struct vocabulary_slot){probe->hash, *id + 1};
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
