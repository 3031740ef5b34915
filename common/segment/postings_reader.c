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

const uint8_t *postings_bests(const struct postings *list)
{
    return list->heads.best;
}

const uint8_t *postings_lasts(const struct postings *list)
{
    return list->heads.last;
}

uint8_t postings_block_best(const struct postings *list, uint32_t block)
{
    return list->heads.best ? list->heads.best[block] : UINT8_MAX;
}

/* --- the document that the iterator stands on --- */

/* Its number within the list. A walk asks for one after the other. */
static int index_of(struct postings *list, uint32_t *out)
{
    if (!list->dense) {
        *out = list->in->number * SEGMENT_BLOCK + list->at;
        return ERR_OK;
    }
    if (list->ranked != list->iter.doc) {
        list->rank = postings_rank(list, list->iter.doc);
        list->ranked = list->iter.doc;
    }
    *out = list->rank;
    return *out < list->count ? ERR_OK : postings_corrupt(list, "a rank");
}

/* Its number, with its block's frequencies loaded. */
static int load_here(struct postings *list, uint32_t *index)
{
    int rc = index_of(list, index);
    return rc ? rc
              : postings_load_frequencies(list, *index / SEGMENT_BLOCK,
                                          list->in ? &list->in->coded : NULL);
}

uint32_t postings_frequency(struct postings *list)
{
    if (!list->frequencies || list->single || list->iter.doc == DOC_END)
        return 1;
    uint32_t index;
    int rc = load_here(list, &index);
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
    uint32_t index;
    int rc = load_here(list, &index);
    if (rc == ERR_OK)
        rc = postings_load_positions(list, index, at, count);
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
        struct postings_block in;
        rc = postings_block_docs(list, block, &in);
        for (uint32_t i = 0; rc == ERR_OK && i < in.count; i++)
            bits[in.doc[i] / 64] |= UINT64_C(1) << in.doc[i] % 64;
    }
    list->err = of_walk;
    return rc;
}
