/* Which words are terms of CAPS and PLAIN: a bit for each word, and how many are set before
 * each 512th. */
#include "base/err.h"
#include "segment/dictionary_format.h"

static int corrupt(const struct dictionary *d, struct err *err)
{
    return err_set(err, ERR_CORRUPT,
                   "%s: dictionary: words that are not those of a class",
                   segment_file_path(d->file));
}

static int read_bits(const struct dictionary *d,
                     const struct dictionary_worded *worded, uint32_t word,
                     uint64_t *out, struct err *err)
{
    struct slice bits;
    int rc =
        section_bytes(d->file, SECTION_DICTIONARY,
                      worded->bits + (uint64_t)(word / 64) * 8, 8, &bits, err);
    if (rc == ERR_OK)
        *out = load_u64(bits.data);
    return rc;
}

static int read_rank(const struct dictionary *d,
                     const struct dictionary_worded *worded, uint32_t word,
                     uint32_t *out, struct err *err)
{
    struct slice rank;
    int rc = section_bytes(d->file, SECTION_DICTIONARY,
                           worded->ranks + (uint64_t)(word / RANK_BITS) * 4, 4,
                           &rank, err);
    if (rc == ERR_OK)
        *out = load_u32(rank.data);
    return rc;
}

int dictionary_words_next(const struct dictionary *d,
                          const struct dictionary_worded *worded, uint32_t from,
                          uint32_t *word, struct err *err)
{
    *word = d->words;
    while (worded->terms && from < d->words) {
        uint64_t bits;
        int rc = read_bits(d, worded, from, &bits, err);
        if (rc)
            return rc;
        bits &= UINT64_MAX << from % 64;
        if (bits) {
            from = from / 64 * 64 + (uint32_t)__builtin_ctzll(bits);
            if (from >= d->words)
                return corrupt(d, err);
            *word = from;
            return ERR_OK;
        }
        if (from >= UINT32_MAX - 64)
            break;
        from = from / 64 * 64 + 64;
    }
    return ERR_OK;
}

int dictionary_words_rank(const struct dictionary *d,
                          const struct dictionary_worded *worded, uint32_t word,
                          uint32_t *rank, bool *is_one, struct err *err)
{
    uint64_t bits = 0, at = word / RANK_BITS * RANK_BITS;
    int rc = read_rank(d, worded, word, rank, err);
    for (; rc == ERR_OK && at + 64 <= word; at += 64) {
        rc = read_bits(d, worded, (uint32_t)at, &bits, err);
        *rank += (uint32_t)__builtin_popcountll(bits);
    }
    if (rc == ERR_OK)
        rc = read_bits(d, worded, word, &bits, err);
    if (rc)
        return rc;
    uint64_t bit = UINT64_C(1) << word % 64;
    *rank += (uint32_t)__builtin_popcountll(bits & (bit - 1));
    *is_one = bits & bit;
    return *is_one && *rank >= worded->terms ? corrupt(d, err) : ERR_OK;
}

int dictionary_words_select(const struct dictionary *d,
                            const struct dictionary_worded *worded,
                            uint32_t rank, uint32_t *word, struct err *err)
{
    uint32_t low = 0, high = (d->words - 1) / RANK_BITS + 1, before;
    int rc = ERR_OK;
    while (rc == ERR_OK && high - low > 1) { /* the last not greater */
        uint32_t middle = low + (high - low) / 2;
        rc = read_rank(d, worded, middle * RANK_BITS, &before, err);
        if (before > rank)
            high = middle;
        else
            low = middle;
    }
    if (rc == ERR_OK)
        rc = read_rank(d, worded, low * RANK_BITS, &before, err);
    if (rc == ERR_OK && before > rank)
        rc = corrupt(d, err);
    *word = low * RANK_BITS;
    while (rc == ERR_OK) {
        rc = dictionary_words_next(d, worded, *word, word, err);
        if (rc == ERR_OK && *word == d->words)
            rc = corrupt(d, err);
        if (rc || before++ == rank)
            break;
        ++*word;
    }
    return rc;
}

int dictionary_words_entries(const struct dictionary *d,
                             const struct dictionary_worded *worded,
                             uint32_t place, struct bytes_in *out,
                             struct err *err)
{
    struct slice block;
    int rc = dictionary_block(d, worded->block + place / DICTIONARY_BLOCK,
                              &block, err);
    *out = bytes_in(block);
    return rc;
}

int dictionary_words_check(const struct dictionary *d,
                           const struct dictionary_worded *worded,
                           struct err *err)
{
    uint32_t sum = 0;
    int rc = ERR_OK;
    for (uint64_t at = 0; rc == ERR_OK && worded->terms && at < d->words;
         at += 64) {
        uint64_t bits;
        uint32_t rank = sum;
        if (at % RANK_BITS == 0)
            rc = read_rank(d, worded, (uint32_t)at, &rank, err);
        if (rc == ERR_OK && rank != sum)
            rc = corrupt(d, err);
        if (rc == ERR_OK)
            rc = read_bits(d, worded, (uint32_t)at, &bits, err);
        if (rc == ERR_OK && d->words - at < 64 && bits >> (d->words - at))
            rc = corrupt(d, err);
        if (rc == ERR_OK)
            sum += (uint32_t)__builtin_popcountll(bits);
    }
    return rc == ERR_OK && sum != worded->terms ? corrupt(d, err) : rc;
}
