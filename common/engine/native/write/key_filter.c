#include "engine/native/write/key_filter.h"

#include "base/mem.h"

#include <string.h>

enum { KEYS_A_WORD = 4, BITS_A_KEY = 4 };

struct key_filter {
    size_t words;
    uint64_t word[];
};

struct key_filter *key_filter_new(size_t keys)
{
    size_t words = keys / KEYS_A_WORD + 1;
    if (words > (SIZE_MAX - sizeof(struct key_filter)) / sizeof(uint64_t))
        return NULL;
    struct key_filter *filter =
        mem_alloc(sizeof *filter + words * sizeof *filter->word);
    if (!filter)
        return NULL;
    filter->words = words;
    memset(filter->word, 0, words * sizeof *filter->word);
    return filter;
}

void key_filter_free(struct key_filter *filter)
{
    mem_free(filter);
}

/* The high half of the hash chooses the word, the low half the bits in it. */
static size_t word_of(const struct key_filter *filter, uint64_t hash)
{
    return (size_t)((hash >> 32) * (uint64_t)filter->words >> 32);
}

static uint64_t bits_of(uint64_t hash)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < BITS_A_KEY; i++)
        bits |= UINT64_C(1) << (hash >> (6 * i) & 63);
    return bits;
}

void key_filter_add(struct key_filter *filter, uint64_t hash)
{
    filter->word[word_of(filter, hash)] |= bits_of(hash);
}

bool key_filter_may_have(const struct key_filter *filter, uint64_t hash)
{
    if (!filter)
        return true;
    uint64_t bits = bits_of(hash);
    return (filter->word[word_of(filter, hash)] & bits) == bits;
}
