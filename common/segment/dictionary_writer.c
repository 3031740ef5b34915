#include "segment/dictionary.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/dictionary_format.h"

#include <assert.h>

struct dictionary_writer {
    struct section_out *out;
    struct bytes_out block, index;
    struct bytes_out hashes; /* of all terms, 4 bytes each */
    struct dictionary_base list, back;
    uint32_t terms;
    uint8_t last[TERM_KEY_MAX];
    size_t last_len;
};

int dictionary_writer_open(struct segment_writer *segment,
                           struct dictionary_writer **out, struct err *err)
{
    struct dictionary_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory for a dictionary");
    memset(writer, 0, sizeof *writer);
    writer->out = segment_section(segment, SECTION_DICTIONARY);
    *out = writer;
    return ERR_OK;
}

static void begin_block(struct dictionary_writer *writer, struct slice term)
{
    writer->list = writer->back = (struct dictionary_base){0};
    section_put(writer->out, writer->block.data, writer->block.len);
    writer->block.len = 0;
    put_u64(&writer->index, dictionary_prefix(term));
    put_u64(&writer->index, section_size(writer->out));
}

static size_t at_most_nibble(size_t n)
{
    return n < DICTIONARY_NIBBLE ? n : DICTIONARY_NIBBLE;
}

static void put_term(struct bytes_out *out, struct slice term, size_t shared)
{
    size_t more = term.len - shared - 1; /* a term always ends otherwise */
    size_t high = at_most_nibble(shared), low = at_most_nibble(more);
    put_u8(out, (uint8_t)(high << 4 | low));
    if (high == DICTIONARY_NIBBLE)
        put_varint(out, (uint32_t)(shared - DICTIONARY_NIBBLE));
    if (low == DICTIONARY_NIBBLE)
        put_varint(out, (uint32_t)(more - DICTIONARY_NIBBLE));
    put_raw(out, term.data + shared, more + 1);
}

static void put_head(struct bytes_out *out, enum entry_kind kind, uint64_t n)
{
    put_varint64(out, n << ENTRY_KIND_BITS | kind);
}

/* Small numbers for small distances in both directions; wraps as unsigned does. */
static uint64_t zigzag(uint64_t from, uint64_t to)
{
    uint64_t step = to - from;
    return step << 1 ^ (step >> 63 ? UINT64_MAX : 0);
}

static void put_offsets(struct dictionary_writer *writer, enum entry_kind kind,
                        bool positions, const struct term_place *place)
{
    struct bytes_out *out = &writer->block;
    if (kind == ENTRY_LIST) {
        put_varint64(out, place->postings - writer->list.postings);
        writer->list.postings = place->postings;
        if (positions) {
            put_varint64(out, place->positions - writer->list.positions);
            writer->list.positions = place->positions;
        }
    } else {
        put_varint64(out, zigzag(writer->back.postings, place->postings));
        writer->back.postings = place->postings;
        if (positions) {
            put_varint64(out, zigzag(writer->back.positions, place->positions));
            writer->back.positions = place->positions;
        }
    }
}

static void put_entry(struct dictionary_writer *writer, enum term_class class,
                      const struct term_entry *entry)
{
    const struct term_counts *counts = &entry->counts;
    const struct term_place *place = &entry->place;
    struct bytes_out *out = &writer->block;
    bool positions = term_has_positions(class);
    if (place->single) {
        put_head(out, ENTRY_SINGLE, place->doc);
        if (positions)
            put_varint(out, place->position);
        return;
    }
    bool ahead = place->postings >= writer->list.postings &&
                 (!positions || place->positions >= writer->list.positions);
    enum entry_kind kind = ahead ? ENTRY_LIST : ENTRY_BACK;
    put_head(out, kind, counts->docs);
    if (term_has_frequencies(class)) {
        assert(counts->docs <= counts->occurrences &&
               counts->occurrences <= counts->frequency);
        put_varint64(out, counts->frequency - counts->docs);
        put_varint64(out, counts->frequency - counts->occurrences);
    }
    put_offsets(writer, kind, positions, place);
}

int dictionary_add(struct dictionary_writer *writer, struct slice term,
                   const struct term_entry *entry, struct err *err)
{
    struct slice last = {writer->last, writer->last_len};
    assert(term.len > 0 && term.len <= TERM_KEY_MAX);
    assert(slice_cmp(last, term) < 0);
    assert(entry->counts.docs > 0 && entry->counts.docs <= UINT32_MAX);
    if (writer->terms == UINT32_MAX)
        return err_set(err, ERR_LIMIT, "a segment has 2^32 - 1 terms at most");
    size_t shared = slices_alike(last, term);
    if (writer->terms % DICTIONARY_BLOCK == 0) {
        begin_block(writer, term);
        shared = 0;
    }
    put_term(&writer->block, term, shared);
    put_entry(writer, (enum term_class)term.data[0], entry);
    put_u32(&writer->hashes, dictionary_hash(term));
    memcpy(writer->last, term.data, term.len);
    writer->last_len = term.len;
    writer->terms++;
    if (writer->block.failed || writer->index.failed || writer->hashes.failed)
        return err_set(err, ERR_NOMEM, "no memory for a dictionary");
    return ERR_OK;
}

/* Into the first free slot from its bucket on. A term that finds none in BUCKET_PROBES is
 * left out: who looks for it meets as many full ones, and searches the index. */
static void put_slot(uint32_t *table, uint32_t buckets, uint32_t home,
                     uint32_t slot)
{
    for (uint32_t probe = 0; probe < BUCKET_PROBES && probe < buckets;
         probe++) {
        uint32_t *bucket = table + (size_t)BUCKET_SLOTS * home;
        for (int i = 0; i < BUCKET_SLOTS; i++)
            if (bucket[i] == 0) {
                bucket[i] = slot;
                return;
            }
        home = home + 1 < buckets ? home + 1 : 0;
    }
}

static int put_table(struct dictionary_writer *writer, uint32_t blocks,
                     struct err *err)
{
    uint32_t buckets = dictionary_buckets(writer->terms);
    unsigned block_bits = dictionary_block_bits(blocks);
    size_t size = (size_t)buckets * BUCKET_SIZE;
    uint32_t *table = size ? mem_alloc(size) : NULL;
    if (size && !table)
        return err_set(err, ERR_NOMEM, "no memory for a dictionary");
    if (size)
        memset(table, 0, size);
    for (uint32_t i = 0; i < writer->terms; i++) {
        uint32_t hash = load_u32(writer->hashes.data + 4 * (size_t)i);
        put_slot(table, buckets, dictionary_bucket(hash, buckets),
                 dictionary_slot(hash, i / DICTIONARY_BLOCK, block_bits));
    }
    section_put(writer->out, table, size);
    mem_free(table);
    return ERR_OK;
}

int dictionary_finish(struct dictionary_writer *writer, struct err *err)
{
    static const uint8_t zeros[BUCKET_SIZE];
    struct bytes_out footer = {0};
    uint32_t blocks = (uint32_t)(writer->index.len / DICTIONARY_INDEX_ENTRY);
    section_put(writer->out, writer->block.data, writer->block.len);
    writer->block.len = 0;
    uint64_t index_offset = section_size(writer->out);
    section_put(writer->out, writer->index.data, writer->index.len);
    uint64_t table = dictionary_table_offset(index_offset, blocks);
    section_put(writer->out, zeros,
                (size_t)(table - section_size(writer->out)));
    int rc = put_table(writer, blocks, err);
    put_u64(&footer, index_offset);
    put_u32(&footer, writer->terms);
    section_put(writer->out, footer.data, footer.len);
    if (rc == ERR_OK && footer.failed)
        rc = err_set(err, ERR_NOMEM, "no memory for a dictionary");
    bytes_out_release(&footer);
    return rc;
}

void dictionary_writer_close(struct dictionary_writer *writer)
{
    if (!writer)
        return;
    bytes_out_release(&writer->block);
    bytes_out_release(&writer->index);
    bytes_out_release(&writer->hashes);
    mem_free(writer);
}
