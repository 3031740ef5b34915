/* Opening a list, and what is asked of the document that its iterator stands on. */
#include "base/err.h"
#include "segment/postings_format.h"

#include <assert.h>
#include <string.h>

int postings_corrupt(const struct postings *list, const char *reason)
{
    return err_set(list->err, ERR_CORRUPT, "%s: postings: %s",
                   segment_file_path(list->file), reason);
}

static int no_memory(const struct postings *list)
{
    return err_set(list->err, ERR_NOMEM, "postings: no memory");
}

static int list_bytes(const struct postings *list, uint64_t offset,
                      uint64_t len, struct slice *out)
{
    return section_bytes(list->file, SECTION_POSTINGS, offset, len, out,
                         list->err);
}

/* --- opening --- */

static int open_heads(struct postings *list, uint8_t flags, uint64_t *offset)
{
    struct heads_shape shape = {
        .blocks = list->blocks,
        .frequencies = list->frequencies,
        .sums = flags & POSTINGS_SUMS,
        .wide_sums = flags & POSTINGS_WIDE_SUMS,
    };
    uint64_t size = heads_size(&shape);
    struct slice bytes;
    int rc = list_bytes(list, *offset, size, &bytes);
    if (rc)
        return rc;
    list->heads = heads_of(bytes.data, &shape);
    *offset += size;
    if (shape.sums &&
        rising_at(&list->heads.sums, list->blocks - 1) != list->frequency)
        return postings_corrupt(list, "another number of occurrences");
    return ERR_OK;
}

/* That `last` is the last bit, and that its rank is right, is what later walks and ranks
 * rely on to stay within the list. */
static int open_bitmap(struct postings *list, uint64_t *offset)
{
    uint64_t words = (uint64_t)list->last / 64 + 1;
    uint64_t ranks = list->frequencies ? list->last / RANK_BITS + 1 : 0;
    struct slice bytes;
    int rc = list_bytes(list, *offset, 4 * ranks + 8 * words, &bytes);
    if (rc)
        return rc;
    list->ranks = bytes.data;
    list->bitmap = bytes.data + 4 * ranks;
    *offset += bytes.len;
    uint64_t last_word = postings_word(list, list->last / 64);
    if (last_word >> list->last % 64 != 1 ||
        (ranks && postings_rank(list, list->last) != list->count - 1))
        return postings_corrupt(list, "a bitmap against its counts");
    return ERR_OK;
}

static int open_list(struct postings *list)
{
    struct slice bytes;
    uint64_t offset = list->place.postings;
    int rc = list_bytes(list, offset, 1, &bytes);
    if (rc)
        return rc;
    uint8_t flags = bytes.data[0];
    offset++;
    list->dense = flags & POSTINGS_DENSE;
    bool sums = flags & POSTINGS_SUMS;
    unsigned known = POSTINGS_DENSE | (sums ? POSTINGS_WIDE_SUMS : 0);
    if (list->frequencies && list->blocks > 1)
        known |= POSTINGS_SUMS;
    if (flags & ~known || (list->has_positions && list->blocks > 1 && !sums))
        return postings_corrupt(list, "unknown flags");
    if (list->dense) {
        rc = list_bytes(list, offset, 4, &bytes);
        if (rc)
            return rc;
        list->last = load_u32(bytes.data);
        offset += 4;
        if (list->last >= list->docs)
            return postings_corrupt(list, "a document past the last");
    }
    if (list->blocks > 1 && (!list->dense || list->frequencies))
        rc = open_heads(list, flags, &offset);
    if (rc == ERR_OK && list->dense)
        rc = open_bitmap(list, &offset);
    list->data = offset;
    return rc;
}

static int check_counts(const struct postings *list,
                        const struct term_entry *entry)
{
    const struct term_counts *counts = &entry->counts;
    if (counts->docs == 0 || counts->docs > list->docs)
        return postings_corrupt(list, "impossible number of documents");
    if (list->has_positions &&
        (counts->frequency < counts->docs || counts->frequency > UINT32_MAX))
        return postings_corrupt(list, "impossible number of occurrences");
    if (entry->place.single &&
        (counts->docs != 1 || entry->place.doc >= list->docs))
        return postings_corrupt(list, "impossible single document");
    return ERR_OK;
}

int postings_open(const struct segment_file *file, enum term_class class,
                  const struct term_entry *entry, uint32_t docs,
                  struct arena *arena, struct postings **out, struct err *err)
{
    struct postings *list = arena_new(arena, struct postings);
    if (!list)
        return err_set(err, ERR_NOMEM, "postings: no memory");
    list->file = file;
    list->arena = arena;
    list->err = err;
    list->frequencies = term_has_frequencies(class);
    list->has_positions = term_has_positions(class);
    list->single = entry->place.single;
    list->docs = docs;
    list->place = entry->place;
    int rc = check_counts(list, entry);
    if (rc)
        return rc;
    list->count = (uint32_t)entry->counts.docs;
    list->frequency = (uint32_t)entry->counts.frequency;
    list->blocks = (list->count - 1) / SEGMENT_BLOCK + 1;
    list->frequency_block = list->blocks;
    if (!list->single)
        rc = open_list(list);
    if (rc == ERR_OK)
        *out = list;
    return rc;
}

bool postings_dense(const struct postings *list)
{
    return list->dense;
}

uint32_t postings_blocks(const struct postings *list)
{
    return list->blocks;
}

doc_id postings_block_last(const struct postings *list, uint32_t block)
{
    return list->heads.last ? heads_last(&list->heads, block) : list->docs - 1;
}

uint8_t postings_block_best(const struct postings *list, uint32_t block)
{
    return list->heads.best ? list->heads.best[block] : UINT8_MAX;
}

/* --- blocks --- */

/* Of a single block the end is not known, only the most it can be. */
int postings_block_bytes(const struct postings *list, uint32_t block,
                         struct slice *out)
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
    return list_bytes(list, list->data + from, to - from, out);
}

static void get_numbers(struct bytes_in *in, uint32_t count, uint32_t *v)
{
    if (count == SEGMENT_BLOCK)
        block_decode(in, v);
    else
        tail_decode(in, count, v);
}

int postings_decode_docs(const struct postings *list, uint32_t block,
                         doc_id *doc, uint32_t *count, struct bytes_in *rest)
{
    struct slice bytes;
    int rc = postings_block_bytes(list, block, &bytes);
    if (rc)
        return rc;
    *rest = bytes_in(bytes);
    *count = postings_in_block(list, block);
    get_numbers(rest, *count, doc);
    uint64_t next =
        block ? (uint64_t)heads_last(&list->heads, block - 1) + 1 : 0;
    for (uint32_t i = 0; i < *count; i++) {
        next += doc[i];
        doc[i] = (doc_id)next++;
    }
    /* They rise, so that the last one speaks for all. */
    if (rest->bad || next > list->docs ||
        (list->blocks > 1 && (next - 1 != heads_last(&list->heads, block) ||
                              (!list->frequencies && rest->at != rest->end))))
        return postings_corrupt(list, "not a block of documents");
    return ERR_OK;
}

static uint32_t bits_in(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) +
           (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

uint32_t postings_rank(const struct postings *list, doc_id doc)
{
    uint32_t rank = load_u32(list->ranks + 4 * (size_t)(doc / RANK_BITS));
    for (uint32_t word = doc / RANK_BITS * RANK_WORDS; word < doc / 64; word++)
        rank += bits_in(postings_word(list, word));
    uint64_t below = (UINT64_C(1) << doc % 64) - 1;
    return rank + bits_in(postings_word(list, doc / 64) & below);
}

/* --- the document that the iterator stands on --- */

/* Its number within the list. A walk asks for one after the other. */
static int index_of(struct postings *list, uint32_t *out)
{
    if (!list->dense) {
        *out = list->block * SEGMENT_BLOCK + list->at;
        return ERR_OK;
    }
    if (list->ranked != list->iter.doc) {
        list->rank = postings_rank(list, list->iter.doc);
        list->ranked = list->iter.doc;
    }
    *out = list->rank;
    return *out < list->count ? ERR_OK : postings_corrupt(list, "a rank");
}

static int add_up(struct postings *list, uint32_t block, uint32_t count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        list->before[i] = (uint32_t)sum;
        sum += list->of_doc[i];
    }
    uint32_t before = 0, after = list->frequency;
    if (list->blocks > 1)
        rising_step(&list->heads.sums, block, &before, &after);
    return before <= after && sum == after - before
               ? ERR_OK
               : postings_corrupt(list, "frequencies against their sum");
}

static int load_frequencies(struct postings *list, uint32_t block)
{
    if (list->frequency_block == block)
        return ERR_OK;
    list->frequency_block = list->blocks;
    if (!list->of_doc) {
        uint32_t *both = arena_array(list->arena, uint32_t, 2 * SEGMENT_BLOCK);
        if (!both)
            return no_memory(list);
        list->of_doc = both;
        list->before = both + SEGMENT_BLOCK;
    }
    struct bytes_in in = list->coded;
    if (list->dense) {
        struct slice bytes;
        int rc = postings_block_bytes(list, block, &bytes);
        if (rc)
            return rc;
        in = bytes_in(bytes);
    }
    uint32_t count = postings_in_block(list, block);
    get_numbers(&in, count, list->of_doc);
    if (in.bad || (list->blocks > 1 && in.at != in.end))
        return postings_corrupt(list, "not a block of frequencies");
    uint32_t wrapped = 0;
    for (uint32_t i = 0; i < count; i++)
        wrapped |= ++list->of_doc[i] == 0;
    int rc = wrapped ? postings_corrupt(list, "a frequency of 2^32") : ERR_OK;
    if (rc == ERR_OK && list->has_positions)
        rc = add_up(list, block, count);
    if (rc == ERR_OK)
        list->frequency_block = block;
    return rc;
}

uint32_t postings_frequency(struct postings *list)
{
    if (!list->frequencies || list->single || list->iter.doc == DOC_END)
        return 1;
    uint32_t index;
    int rc = index_of(list, &index);
    if (rc == ERR_OK)
        rc = load_frequencies(list, index / SEGMENT_BLOCK);
    if (rc) {
        postings_fail(list, rc);
        return 1;
    }
    return list->of_doc[index % SEGMENT_BLOCK];
}

float postings_bound(struct postings *list)
{
    uint32_t index;
    if (!list->heads.best || list->iter.doc == DOC_END ||
        index_of(list, &index))
        return 1;
    return postings_block_best(list, index / SEGMENT_BLOCK) / 255.0f;
}

static int read_positions(struct postings *list, const uint32_t **at,
                          uint32_t *count)
{
    uint32_t index;
    int rc = index_of(list, &index);
    uint32_t block = index / SEGMENT_BLOCK, in_block = index % SEGMENT_BLOCK;
    if (rc == ERR_OK)
        rc = load_frequencies(list, block);
    if (rc == ERR_OK && !list->positions_open) {
        rc = positions_open(list->file, list->place.positions, list->frequency,
                            list->arena, &list->positions, list->err);
        list->positions_open = rc == ERR_OK;
    }
    if (rc)
        return rc;
    uint32_t before = list->before[in_block];
    if (block)
        before += rising_at(&list->heads.sums, block - 1);
    *count = list->of_doc[in_block];
    return positions_read(&list->positions, before, *count, at, list->err);
}

int postings_positions(struct postings *list, const uint32_t **at,
                       uint32_t *count, struct err *err)
{
    assert(list->started && list->has_positions && list->iter.doc != DOC_END);
    if (list->single) {
        *at = &list->place.position;
        *count = 1;
        return ERR_OK;
    }
    struct err *of_walk = list->err;
    list->err = err;
    int rc = read_positions(list, at, count);
    list->err = of_walk;
    return rc;
}

/* --- all at once --- */

static void fill_dense(const struct postings *list, uint64_t *bits)
{
    for (uint32_t word = 0; word <= list->last / 64; word++)
        bits[word] |= postings_word(list, word);
}

int postings_fill(struct postings *list, uint64_t *bits, struct err *err)
{
    if (list->single)
        bits[list->place.doc / 64] |= UINT64_C(1) << list->place.doc % 64;
    else if (list->dense)
        fill_dense(list, bits);
    if (list->single || list->dense)
        return ERR_OK;
    struct err *of_walk = list->err;
    list->err = err;
    int rc = ERR_OK;
    for (uint32_t block = 0; rc == ERR_OK && block < list->blocks; block++) {
        doc_id doc[SEGMENT_BLOCK];
        uint32_t count;
        struct bytes_in rest;
        rc = postings_decode_docs(list, block, doc, &count, &rest);
        for (uint32_t i = 0; rc == ERR_OK && i < count; i++)
            bits[doc[i] / 64] |= UINT64_C(1) << doc[i] % 64;
    }
    list->err = of_walk;
    return rc;
}
