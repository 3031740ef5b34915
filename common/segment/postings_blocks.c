/* Blocks of a list: their documents, frequencies and positions, and ranks in bitmaps. */
#include "base/bits.h"
#include "base/err.h"
#include "segment/block_kernels.h"
#include "segment/postings_format.h"

#include <assert.h>

uint32_t postings_count(const struct postings *list)
{
    return list->count;
}

/* Steps that double, then halves of the last step: most seeks go to a block nearby. */
uint32_t postings_find_block(const struct postings *list, uint32_t from,
                             doc_id target)
{
    if (!list->heads.last) /* a single block */
        return target < list->docs ? from : list->blocks;
    uint32_t low = from, step = 1;
    while (low + step <= list->blocks &&
           heads_last(&list->heads, low + step - 1) < target) {
        low += step;
        step *= 2;
    }
    uint32_t high = low + step <= list->blocks ? low + step - 1 : list->blocks;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (heads_last(&list->heads, middle) < target)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of a single block the end is not known, only the most it can be. */
static int block_bytes(const struct postings *list, uint32_t block,
                       struct bytes_in *out)
{
    uint32_t from = 0, to;
    if (list->blocks > 1) {
        rising_step(&list->heads.ends, block, &from, &to);
        if (to <= from || to - from > POSTINGS_BLOCK_MAX)
            return postings_corrupt(list, "impossible length of a block");
    } else {
        uint64_t length = section_length(list->file, SECTION_POSTINGS);
        uint64_t rest = list->data < length ? length - list->data : 0;
        to = rest < POSTINGS_BLOCK_MAX ? (uint32_t)rest : POSTINGS_BLOCK_MAX;
    }
    struct slice bytes;
    int rc = section_bytes(list->file, SECTION_POSTINGS, list->data + from,
                           to - from, &bytes, list->err);
    *out = bytes_in(bytes);
    return rc;
}

static void get_numbers(struct bytes_in *in, uint32_t count, uint32_t *v)
{
    if (count == SEGMENT_BLOCK)
        block_decode(in, v);
    else
        tail_decode(in, count, v);
}

/* --- documents --- */

static int sparse_docs(const struct postings *list, struct postings_block *b)
{
    const struct heads *heads = &list->heads;
    struct bytes_in *in = &b->coded;
    int rc = block_bytes(list, b->number, in);
    if (rc)
        return rc;
    get_numbers(in, b->count, b->doc);
    doc_id next = 0;
    if (b->number > 0) {
        doc_id before = heads_last(heads, b->number - 1);
        if (before >= list->docs)
            return postings_corrupt(list, "a head past the documents");
        next = before + 1;
    }
    bool rise =
        block_kernels(cpu_level())->add_up(next, b->doc, b->count, b->doc);
    doc_id last = b->doc[b->count - 1];
    /* The last one speaks for all. */
    if (in->bad || !rise || last >= list->docs ||
        (list->blocks > 1 && (last != heads_last(heads, b->number) ||
                              (!list->frequencies && in->at != in->end))))
        return postings_corrupt(list, "not a block of documents");
    return ERR_OK;
}

/* The bits behind the last document of the block before. */
static int dense_docs(const struct postings *list, struct postings_block *b)
{
    doc_id first = 0, last = list->last;
    if (list->blocks > 1) {
        first = b->number ? heads_last(&list->heads, b->number - 1) + 1 : 0;
        last = heads_last(&list->heads, b->number);
    }
    uint32_t count = 0;
    if (first > last || last > list->last)
        return postings_corrupt(list, "a block that is not in its bitmap");
    for (uint32_t word = first / 64; word <= last / 64; word++) {
        uint64_t bits = postings_word(list, word);
        if (word == first / 64)
            bits = bits >> first % 64 << first % 64;
        if (word == last / 64)
            bits = bits << (63 - last % 64) >> (63 - last % 64);
        for (; bits && count < SEGMENT_BLOCK; bits &= bits - 1)
            b->doc[count++] = word * 64 + (uint32_t)__builtin_ctzll(bits);
        if (bits)
            count = SEGMENT_BLOCK + 1;
    }
    return count == b->count
               ? ERR_OK
               : postings_corrupt(list, "a block against its bitmap");
}

int postings_block_docs(const struct postings *list, uint32_t block,
                        struct postings_block *out)
{
    assert(block < list->blocks);
    out->number = block;
    out->count = postings_in_block(list, block);
    if (list->single) {
        out->doc[0] = list->place.doc;
        return ERR_OK;
    }
    assert(!list->dense || list->frequencies);
    return list->dense ? dense_docs(list, out) : sparse_docs(list, out);
}

/* --- frequencies --- */

/* As they are stored, less one; `coded` of a sparse block. */
static int read_frequencies(const struct postings *list, uint32_t block,
                            const struct bytes_in *coded, uint32_t *out)
{
    struct bytes_in in;
    if (list->dense) {
        int rc = block_bytes(list, block, &in);
        if (rc)
            return rc;
    } else {
        in = *coded;
    }
    get_numbers(&in, postings_in_block(list, block), out);
    if (in.bad || (list->blocks > 1 && in.at != in.end))
        return postings_corrupt(list, "not a block of frequencies");
    return ERR_OK;
}

/* All that there is room for, so that the compiler makes vectors of it; only the greatest
 * numbers are looked at one by one. */
static int add_one(const struct postings *list, uint32_t block, uint32_t *v)
{
    uint32_t count = postings_in_block(list, block), any = 0, wrapped = 0;
    for (uint32_t i = 0; i < SEGMENT_BLOCK; i++) {
        any |= v[i];
        v[i]++;
    }
    for (uint32_t i = 0; any > INT32_MAX && i < count; i++)
        wrapped |= v[i] == 0;
    return wrapped ? postings_corrupt(list, "a frequency of 2^32") : ERR_OK;
}

int postings_block_frequencies(const struct postings *list,
                               const struct postings_block *block,
                               uint32_t *out)
{
    if (list->frequencies && !list->single) {
        int rc = read_frequencies(list, block->number, &block->coded, out);
        return rc ? rc : add_one(list, block->number, out);
    }
    for (uint32_t i = 0; i < SEGMENT_BLOCK; i++)
        out[i] = 1;
    return ERR_OK;
}

/* From what is stored. */
static int add_up(struct postings *list, uint32_t block)
{
    uint32_t count = postings_in_block(list, block);
    uint32_t before = 0, after = list->frequency;
    list->before[0] = 0;
    bool fit = block_kernels(cpu_level())
                   ->add_up(1, list->of_doc, count, list->before + 1);
    if (list->blocks > 1)
        rising_step(&list->heads.sums, block, &before, &after);
    return fit && before <= after && list->before[count] == after - before
               ? ERR_OK
               : postings_corrupt(list, "frequencies against their sum");
}

/* Frequencies, and the sums of those before each. */
static bool make_room(struct postings *list)
{
    if (list->of_doc)
        return true;
    uint32_t *both = arena_array(list->arena, uint32_t, 2 * SEGMENT_BLOCK + 1);
    if (!both)
        return false;
    list->of_doc = both;
    list->before = both + SEGMENT_BLOCK;
    return true;
}

int postings_load_frequencies(struct postings *list, uint32_t block,
                              const struct bytes_in *coded)
{
    if (list->frequency_block == block)
        return ERR_OK;
    list->frequency_block = list->blocks;
    if (!make_room(list))
        return err_set(list->err, ERR_NOMEM, "postings: no memory");
    int rc = read_frequencies(list, block, coded, list->of_doc);
    if (rc == ERR_OK && list->has_positions)
        rc = add_up(list, block);
    if (rc == ERR_OK)
        rc = add_one(list, block, list->of_doc);
    if (rc == ERR_OK)
        list->frequency_block = block;
    return rc;
}

/* --- positions --- */

int postings_load_positions(struct postings *list, uint32_t number,
                            const uint32_t **at, uint32_t *count)
{
    uint32_t block = number / SEGMENT_BLOCK, in_block = number % SEGMENT_BLOCK;
    if (!list->positions_open) {
        int rc =
            positions_open(list->file, list->place.positions, list->frequency,
                           list->arena, &list->positions, list->err);
        if (rc)
            return rc;
        list->positions_open = true;
    }
    uint32_t before = list->before[in_block];
    if (block)
        before += rising_at(&list->heads.sums, block - 1);
    *count = list->of_doc[in_block];
    return positions_read(&list->positions, before, *count, at, list->err);
}

int postings_positions_at(struct postings *list,
                          const struct postings_block *block, uint32_t number,
                          const uint32_t **at, uint32_t *count)
{
    assert(list->has_positions);
    assert(number / SEGMENT_BLOCK == block->number && number < list->count);
    if (list->single) {
        *at = &list->place.position;
        *count = 1;
        return ERR_OK;
    }
    int rc = postings_load_frequencies(list, block->number, &block->coded);
    return rc ? rc : postings_load_positions(list, number, at, count);
}

/* --- bitmaps --- */

const uint8_t *postings_bitmap(const struct postings *list, uint32_t *words)
{
    assert(list->dense);
    *words = list->last / 64 + 1;
    return list->bitmap;
}

uint32_t postings_rank(const struct postings *list, doc_id doc)
{
    uint32_t group = doc / RANK_BITS;
    uint32_t rank = load_u32(list->ranks + 4 * (size_t)group);
    const uint8_t *words = list->bitmap + RANK_BITS / 8 * (size_t)group;
    return rank + (uint32_t)bits_count_first(words, doc % RANK_BITS);
}
