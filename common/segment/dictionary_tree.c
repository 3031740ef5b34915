/* Which block a term is in, and where the block is. The beginnings of first terms are a
 * static tree of as many as a line of the cache holds: a level of the tree is read by
 * counting, without a branch that could be guessed wrong (after Khuong and Morin, "Array
 * Layouts for Comparison-Based Searching", 2017, whose B-trees it is with all keys in
 * the leaves). */
#include "base/err.h"
#include "segment/dictionary_format.h"

#include <inttypes.h>

static int read_part(const struct dictionary *dictionary, uint64_t offset,
                     uint64_t len, struct slice *out, struct err *err)
{
    return section_bytes(dictionary->file, SECTION_DICTIONARY, offset, len, out,
                         err);
}

static int corrupt(const struct dictionary *dictionary, const char *why,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: dictionary: %s",
                   segment_file_path(dictionary->file), why);
}

void dictionary_lay_out(struct dictionary *d, uint64_t *size)
{
    d->blocks = dictionary_blocks(d->texts);
    d->worded[0].block = d->blocks;
    d->worded[1].block = d->blocks + dictionary_blocks(d->worded[0].terms);
    uint32_t all = d->worded[1].block + dictionary_blocks(d->worded[1].terms);
    uint64_t offset = dictionary_tree_offset(d->blocks_end);
    d->levels = 0;
    for (uint32_t keys = d->blocks; keys;) {
        uint32_t nodes = dictionary_nodes(keys);
        d->level[d->levels++] = (struct dictionary_level){offset, keys};
        offset += (uint64_t)nodes * NODE_SIZE;
        keys = nodes > 1 ? nodes : 0;
    }
    d->places = offset;
    offset += ((uint64_t)all + EXTENT_GROUP - 1) / EXTENT_GROUP * 8;
    d->lengths = offset;
    offset += (uint64_t)all * 2;
    for (int i = 0; i < 2; i++) {
        struct dictionary_worded *worded = &d->worded[i];
        if (worded->terms == 0)
            continue;
        worded->bits = offset;
        offset += ((uint64_t)d->words + 63) / 64 * 8;
        worded->ranks = offset;
        offset += ((uint64_t)d->words + RANK_BITS - 1) / RANK_BITS * 4;
    }
    *size = offset;
}

/* --- where a block is --- */

int dictionary_block(const struct dictionary *d, uint32_t b, struct slice *out,
                     struct err *err)
{
    uint32_t first = b / EXTENT_GROUP * EXTENT_GROUP;
    struct slice place, lengths;
    int rc = read_part(d, d->places + (uint64_t)(b / EXTENT_GROUP) * 8, 8,
                       &place, err);
    if (rc == ERR_OK)
        rc = read_part(d, d->lengths + (uint64_t)first * 2,
                       (uint64_t)(b - first) * 2 + 2, &lengths, err);
    if (rc)
        return rc;
    uint64_t offset = load_u64(place.data), len;
    uint32_t before = 0;
    for (uint32_t i = 0; i < b - first; i++)
        before += load_u16(lengths.data + (size_t)i * 2);
    len = load_u16(lengths.data + (size_t)(b - first) * 2);
    if (offset > d->blocks_end || before + len > d->blocks_end - offset)
        return corrupt(d, "a block that is not among the blocks", err);
    *out = (struct slice){0};
    return len == 0 ? ERR_OK : read_part(d, offset + before, len, out, err);
}

int dictionary_key(const struct dictionary *d, uint32_t b, uint64_t *out,
                   struct err *err)
{
    struct slice key;
    int rc = read_part(d, d->level[0].offset + (uint64_t)b * 8, 8, &key, err);
    if (rc == ERR_OK)
        *out = load_u64(key.data);
    return rc;
}

/* --- which --- */

/* The last block whose key is not greater than `wanted`; the first, if there is none. */
static int descend(const struct dictionary *d, uint64_t wanted, uint32_t *block,
                   uint64_t *its_key, struct err *err)
{
    uint32_t at = 0;
    for (uint32_t i = d->levels; i-- > 0;) {
        const struct dictionary_level *level = &d->level[i];
        uint32_t node = at, before = 0;
        struct slice keys;
        int rc = read_part(d, level->offset + (uint64_t)node * NODE_SIZE,
                           NODE_SIZE, &keys, err);
        if (rc)
            return rc;
        for (unsigned k = 0; k < NODE_KEYS; k++)
            before += load_u64(keys.data + (size_t)8 * k) <= wanted;
        before -= before > 0;
        at = node * NODE_KEYS + before;
        if (at >= level->keys)
            return corrupt(d, "a tree that leads out of itself", err);
        *its_key = load_u64(keys.data + (size_t)8 * before);
    }
    *block = at;
    return ERR_OK;
}

/* *order: how the first term of block `b` stands to `term`, which begins as it does. */
static int compare_first(const struct dictionary *d, uint32_t b,
                         struct slice term, int *order, struct err *err)
{
    struct slice block, first;
    size_t shared;
    int rc = dictionary_block(d, b, &block, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(block);
    get_varint(&in); /* of texts */
    if (!dictionary_take_term(&in, &shared, &first) || shared)
        return corrupt(d, "a block that does not begin with a term", err);
    *order = slice_cmp(first, term);
    return ERR_OK;
}

int dictionary_find_block(const struct dictionary *d, struct slice term,
                          uint32_t *block, struct err *err)
{
    uint64_t prefix = dictionary_prefix(term), key;
    uint32_t low, high;
    int order = 0;
    int rc = descend(d, prefix, &high, &key, err);
    if (rc == ERR_OK && key == prefix)
        rc = compare_first(d, high, term, &order, err);
    *block = high;
    if (rc || order <= 0)
        return rc;
    rc = descend(d, prefix - 1, &low, &key, err);
    while (rc == ERR_OK && high > low && high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (high - low > 2 * EXTENT_GROUP) /* one whose place is known */
            middle -= middle % EXTENT_GROUP;
        rc = compare_first(d, middle, term, &order, err);
        if (order > 0)
            high = middle;
        else
            low = middle;
    }
    *block = low;
    return rc;
}

/* --- check --- */

static int check_zeros(const struct dictionary *d, struct err *err)
{
    uint64_t len = dictionary_tree_offset(d->blocks_end) - d->blocks_end;
    struct slice zeros;
    int rc = len ? read_part(d, d->blocks_end, len, &zeros, err) : ERR_OK;
    for (uint64_t i = 0; rc == ERR_OK && i < len; i++)
        if (zeros.data[i])
            rc = corrupt(d, "no zeros before the tree", err);
    return rc;
}

/* Keys of a level do not fall, and are those of the nodes below; then the node is filled. */
static int check_level(const struct dictionary *d, uint32_t number,
                       struct err *err)
{
    const struct dictionary_level *level = &d->level[number];
    uint64_t last = 0, key;
    int rc = ERR_OK;
    for (uint32_t i = 0;
         rc == ERR_OK && i < dictionary_nodes(level->keys) * NODE_KEYS; i++) {
        struct slice bytes, below;
        rc = read_part(d, level->offset + (uint64_t)i * 8, 8, &bytes, err);
        if (rc)
            return rc;
        key = load_u64(bytes.data);
        if (key < last || (key == NO_KEY) != (i >= level->keys))
            return corrupt(d, "a tree whose keys do not rise", err);
        last = key;
        if (number == 0 || i >= level->keys)
            continue;
        rc = read_part(d, level[-1].offset + (uint64_t)i * NODE_SIZE, 8, &below,
                       err);
        if (rc == ERR_OK && load_u64(below.data) != key)
            rc = corrupt(d, "a tree that contradicts itself", err);
    }
    return rc;
}

/* Blocks follow one another, from the beginning to their end; only those of words may be
 * empty. */
static int check_places(const struct dictionary *d, struct err *err)
{
    uint32_t all = d->worded[1].block + dictionary_blocks(d->worded[1].terms);
    const uint8_t *end = NULL;
    uint64_t sum = 0;
    int rc = ERR_OK;
    for (uint32_t b = 0; rc == ERR_OK && b < all; b++) {
        struct slice block, place;
        rc = dictionary_block(d, b, &block, err);
        if (rc == ERR_OK && b % EXTENT_GROUP == 0)
            rc = read_part(d, d->places + (uint64_t)(b / EXTENT_GROUP) * 8, 8,
                           &place, err);
        if (rc)
            return rc;
        if ((b % EXTENT_GROUP == 0 && load_u64(place.data) != sum) ||
            (block.len ? end && block.data != end : b < d->blocks))
            return corrupt(d, "blocks that do not follow each other", err);
        end = block.len ? block.data + block.len : end;
        sum += block.len;
    }
    return rc || sum == d->blocks_end
               ? rc
               : corrupt(d, "bytes that are in no block", err);
}

int dictionary_check(const struct dictionary *d, struct err *err)
{
    int rc = check_zeros(d, err);
    for (uint32_t i = 0; rc == ERR_OK && i < d->levels; i++)
        rc = check_level(d, i, err);
    if (rc == ERR_OK)
        rc = check_places(d, err);
    for (int i = 0; rc == ERR_OK && i < 2; i++)
        rc = dictionary_words_check(d, &d->worded[i], err);
    return rc;
}
