#include "text/word_group.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/short_key.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum { FIRST_CAPACITY = 1 << 10 };

/* Of longer forms the first and the last eight bytes, which are compared before all are. */
struct group_key {
    uint64_t first, last;
    struct group_form form;
    uint32_t hash;
};
_Static_assert(sizeof(struct group_key) == 32, "half a line");

struct word_group_maker {
    uint32_t *slot; /* number of the form + 1; 0: free */
    uint32_t slots; /* a power of two, twice `capacity` */
    struct group_key *key;
    uint32_t forms, capacity;
    struct bytes_out texts;
};

struct word_group_maker *word_group_maker_new(void)
{
    struct word_group_maker *maker = mem_alloc(sizeof *maker);
    if (maker)
        *maker = (struct word_group_maker){0};
    return maker;
}

void word_group_maker_free(struct word_group_maker *maker)
{
    if (!maker)
        return;
    mem_free(maker->slot);
    mem_free(maker->key);
    bytes_out_release(&maker->texts);
    mem_free(maker);
}

static struct group_key key_of(struct slice text, uint8_t width)
{
    uint64_t first, last;
    uint32_t shape = (uint32_t)text.len << 8 | width;
    if (text.len <= 16) {
        struct short_key key = short_key_of(text);
        first = key.a;
        last = key.b;
    } else {
        first = load_u64(text.data);
        last = load_u64(text.data + text.len - 8);
    }
    uint64_t hash = short_key_mix(first ^ shape * UINT64_C(0x9e3779b97f4a7c15),
                                  last ^ UINT64_C(0xe7037ed1a0b428db));
    return (struct group_key){first, last, {0, shape}, (uint32_t)hash};
}

static void put_slot(struct word_group_maker *maker, uint32_t number)
{
    uint32_t at = maker->key[number].hash & (maker->slots - 1);
    while (maker->slot[at])
        at = (at + 1) & (maker->slots - 1);
    maker->slot[at] = number + 1;
}

static int grow(struct word_group_maker *maker)
{
    uint32_t capacity = maker->capacity ? maker->capacity * 2 : FIRST_CAPACITY;
    if (capacity > PACKED_FORM / 2)
        return ERR_LIMIT;
    struct group_key *key =
        mem_realloc(maker->key, capacity * sizeof *maker->key);
    if (!key)
        return ERR_NOMEM;
    maker->key = key;
    uint32_t *slot = mem_alloc((size_t)2 * capacity * sizeof *slot);
    if (!slot)
        return ERR_NOMEM;
    mem_free(maker->slot);
    maker->slot = slot;
    maker->slots = 2 * capacity;
    maker->capacity = capacity;
    memset(slot, 0, (size_t)maker->slots * sizeof *slot);
    for (uint32_t i = 0; i < maker->forms; i++)
        put_slot(maker, i);
    return ERR_OK;
}

static bool is_form(const struct word_group_maker *maker,
                    const struct group_key *there, const struct group_key *key,
                    struct slice text)
{
    return ((there->first ^ key->first) | (there->last ^ key->last)) == 0 &&
           there->form.shape == key->form.shape &&
           (text.len <= 16 || memcmp(maker->texts.data + there->form.offset,
                                     text.data, text.len) == 0);
}

static int add_form(struct word_group_maker *maker, const struct group_key *key,
                    struct slice text, uint32_t *out)
{
    size_t offset = maker->texts.len;
    if (offset > UINT32_MAX - text.len)
        return ERR_LIMIT;
    put_raw(&maker->texts, text.data, text.len);
    if (maker->texts.failed)
        return ERR_NOMEM;
    *out = maker->forms++;
    maker->key[*out] = *key;
    maker->key[*out].form.offset = (uint32_t)offset;
    return ERR_OK;
}

static int find_form(struct word_group_maker *maker, const struct token *token,
                     uint32_t *out)
{
    struct slice text = token->form;
    assert(token->width >= 1 && token->width <= UINT8_MAX &&
           text.len <= UINT16_MAX);
    struct group_key key = key_of(text, (uint8_t)token->width);
    if (maker->forms == maker->capacity) {
        int rc = grow(maker);
        if (rc)
            return rc;
    }
    uint32_t at = key.hash & (maker->slots - 1);
    for (; maker->slot[at]; at = (at + 1) & (maker->slots - 1)) {
        *out = maker->slot[at] - 1;
        if (is_form(maker, &maker->key[*out], &key, text))
            return ERR_OK;
    }
    int rc = add_form(maker, &key, text, out);
    if (rc == ERR_OK)
        maker->slot[at] = *out + 1;
    return rc;
}

int word_group_add(struct word_group_maker *maker, const struct tokens *tokens,
                   struct arena *arena, struct packed_words *out)
{
    size_t jumps = 0;
    uint32_t before = UINT32_MAX;
    for (size_t i = 0; i < tokens->count; i++) {
        uint32_t position = tokens->token[i].position;
        jumps += position != before && position != before + 1;
        before = position;
    }
    size_t need = tokens->count + 2 * jumps;
    uint32_t *at = arena_alloc_unset(arena, (need + 1) * sizeof *at), *to = at;
    if (!at)
        return arena->limit - arena->total > need * sizeof *at ? ERR_NOMEM
                                                               : ERR_LIMIT;
    before = UINT32_MAX;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        uint32_t form;
        int rc = find_form(maker, token, &form);
        if (rc)
            return rc;
        to = pack_word(to, form, token->position, token->all_caps, &before);
    }
    assert(to == at + need);
    *out = (struct packed_words){at, need, tokens->count};
    return ERR_OK;
}

int word_group_end(struct word_group_maker *maker, struct arena *arena,
                   struct word_group *out)
{
    static _Atomic uint64_t last;
    size_t size = maker->forms * sizeof(struct group_form);
    struct group_form *form = arena_alloc_unset(arena, size + 1);
    *out = (struct word_group){
        .number = atomic_fetch_add(&last, 1) + 1,
        .form = form,
        .forms = maker->forms,
        .texts = arena_copy(arena, maker->texts.data, maker->texts.len),
        .bytes = maker->texts.len};
    for (uint32_t i = 0; form && i < maker->forms; i++)
        form[i] = maker->key[i].form;
    if (maker->slots)
        memset(maker->slot, 0, maker->slots * sizeof *maker->slot);
    maker->forms = 0;
    maker->texts.len = 0;
    maker->texts.failed = false;
    return form && out->texts ? ERR_OK : ERR_NOMEM;
}
