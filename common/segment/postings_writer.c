/* The list is kept until its end, which decides its form; positions go out as they
 * come. */
#include "base/err.h"
#include "base/mem.h"
#include "segment/postings_format.h"

#include <assert.h>
#include <string.h>

struct postings_writer {
    struct section_out *section;
    uint32_t docs;
    const uint32_t *lengths;
    struct bm25_k k;

    bool frequencies, has_positions;
    doc_id *doc;
    uint32_t *frequency; /* of doc[i] */
    size_t count, capacity;
    uint64_t total; /* frequencies */
    uint32_t first_position;
    struct positions_writer positions;

    uint32_t *mark; /* a number a block, for the table being made */
    size_t marks;
    struct bytes_out out, blocks;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "postings: no memory");
}

int postings_writer_open(struct segment_writer *segment, uint32_t docs,
                         const uint32_t *lengths, struct bm25_k k,
                         struct postings_writer **out, struct err *err)
{
    struct postings_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return no_memory(err);
    *writer = (struct postings_writer){
        .section = segment_section(segment, SECTION_POSTINGS),
        .docs = docs,
        .lengths = lengths,
        .k = k,
        .positions.section = segment_section(segment, SECTION_POSITIONS),
    };
    *out = writer;
    return ERR_OK;
}

void postings_writer_close(struct postings_writer *writer)
{
    if (!writer)
        return;
    positions_release(&writer->positions);
    bytes_out_release(&writer->out);
    bytes_out_release(&writer->blocks);
    mem_free(writer->mark);
    mem_free(writer->doc);
    mem_free(writer->frequency);
    mem_free(writer);
}

void postings_begin(struct postings_writer *writer, enum term_class class)
{
    writer->frequencies = term_has_frequencies(class);
    writer->has_positions = term_has_positions(class);
    writer->count = 0;
    writer->total = 0;
    positions_begin(&writer->positions);
}

static int grow(struct postings_writer *writer, struct err *err)
{
    size_t capacity = writer->capacity ? writer->capacity * 2 : 1024;
    doc_id *doc = mem_realloc(writer->doc, capacity * sizeof *doc);
    if (!doc)
        return no_memory(err);
    writer->doc = doc;
    uint32_t *frequency =
        mem_realloc(writer->frequency, capacity * sizeof *frequency);
    if (!frequency)
        return no_memory(err);
    writer->frequency = frequency;
    writer->capacity = capacity;
    return ERR_OK;
}

int postings_add(struct postings_writer *writer, doc_id doc, uint32_t frequency,
                 const uint32_t *positions, struct err *err)
{
    size_t i = writer->count;
    assert(doc != DOC_END && (i == 0 || doc > writer->doc[i - 1]));
    assert(!writer->frequencies || (frequency > 0 && doc < writer->docs));
    if (!writer->frequencies)
        frequency = 1;
    if (i == writer->capacity) {
        int rc = grow(writer, err);
        if (rc)
            return rc;
    }
    writer->doc[i] = doc;
    writer->frequency[i] = frequency;
    writer->count++;
    writer->total += frequency;
    if (!writer->has_positions)
        return ERR_OK;
    if (writer->total > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "a term occurs over 2^32 times");
    if (i == 0)
        writer->first_position = positions[0];
    return positions_add(&writer->positions, positions, frequency, err);
}

/* --- the end of a list --- */

static size_t block_count(const struct postings_writer *writer)
{
    return (writer->count + SEGMENT_BLOCK - 1) / SEGMENT_BLOCK;
}

static size_t block_end(const struct postings_writer *writer, size_t block)
{
    size_t end = (block + 1) * SEGMENT_BLOCK;
    return end < writer->count ? end : writer->count;
}

static void put_numbers(const uint32_t *v, size_t count, struct bytes_out *out)
{
    if (count == SEGMENT_BLOCK)
        block_encode(v, out);
    else
        tail_encode(v, count, out);
}

static void put_gaps(const struct postings_writer *writer, size_t from,
                     size_t to, struct bytes_out *out)
{
    uint32_t gap[SEGMENT_BLOCK];
    doc_id next = from ? writer->doc[from - 1] + 1 : 0; /* a gap of 0 */
    for (size_t i = from; i < to; i++) {
        gap[i - from] = writer->doc[i] - next;
        next = writer->doc[i] + 1;
    }
    put_numbers(gap, to - from, out);
}

static void put_frequencies(const struct postings_writer *writer, size_t from,
                            size_t to, struct bytes_out *out)
{
    uint32_t less_one[SEGMENT_BLOCK];
    for (size_t i = from; i < to; i++)
        less_one[i - from] = writer->frequency[i] - 1;
    put_numbers(less_one, to - from, out);
}

/* Fills `blocks`, and `mark` with where each ends. */
static int make_blocks(struct postings_writer *writer, bool dense,
                       struct err *err)
{
    size_t count = block_count(writer);
    if (count > writer->marks) {
        uint32_t *mark = mem_realloc(writer->mark, count * sizeof *mark);
        if (!mark)
            return no_memory(err);
        writer->mark = mark;
        writer->marks = count;
    }
    struct bytes_out *out = &writer->blocks;
    out->len = 0;
    for (size_t block = 0; block < count; block++) {
        size_t from = block * SEGMENT_BLOCK, to = block_end(writer, block);
        if (!dense)
            put_gaps(writer, from, to, out);
        if (writer->frequencies)
            put_frequencies(writer, from, to, out);
        if (out->len > UINT32_MAX)
            return err_set(err, ERR_LIMIT, "postings of one term: over 4 GB");
        writer->mark[block] = (uint32_t)out->len;
    }
    return ERR_OK;
}

/* The product is exact in double precision, so rounding it up is, too: best / 255.0f
 * is never below the term frequency's part of a score. */
static uint8_t best_of(const struct postings_writer *writer, size_t from,
                       size_t to)
{
    float best = 0;
    for (size_t i = from; i < to; i++) {
        float tf = bm25_tf(writer->frequency[i],
                           writer->lengths[writer->doc[i]], writer->k);
        if (tf > best)
            best = tf;
    }
    double scaled = 255.0 * (double)best;
    uint8_t down = (uint8_t)scaled;
    return (uint8_t)(down + (scaled > (double)down));
}

/* What postings_format.h has as struct heads. `mark` has the ends; afterwards sums. */
static void put_heads(struct postings_writer *writer, uint8_t *flags)
{
    size_t count = block_count(writer);
    struct bytes_out *out = &writer->out;
    for (size_t block = 0; block < count; block++)
        put_u32(out, writer->doc[block_end(writer, block) - 1]);
    rising_put(out, writer->mark, count, true);
    if (writer->frequencies)
        for (size_t block = 0; block < count; block++)
            put_u8(out, best_of(writer, block * SEGMENT_BLOCK,
                                block_end(writer, block)));
    if (!writer->has_positions)
        return;
    uint32_t sum = 0;
    for (size_t i = 0; i < writer->count; i++) {
        sum += writer->frequency[i];
        writer->mark[i / SEGMENT_BLOCK] = sum;
    }
    bool narrow = rising_is_narrow(writer->mark, count);
    rising_put(out, writer->mark, count, narrow);
    *flags |= POSTINGS_SUMS | (narrow ? 0 : POSTINGS_WIDE_SUMS);
}

static void put_bitmap(const struct postings_writer *writer,
                       struct bytes_out *out)
{
    size_t words = writer->doc[writer->count - 1] / 64 + 1;
    size_t i = 0;
    if (writer->frequencies)
        for (size_t word = 0; word < words; word += RANK_WORDS) {
            while (writer->doc[i] / 64 < word)
                i++;
            put_u32(out, (uint32_t)i);
        }
    i = 0;
    for (size_t word = 0; word < words; word++) {
        uint64_t bits = 0;
        for (; i < writer->count && writer->doc[i] / 64 == word; i++)
            bits |= UINT64_C(1) << writer->doc[i] % 64;
        put_u64(out, bits);
    }
}

static int put_list(struct postings_writer *writer, struct err *err)
{
    doc_id last = writer->doc[writer->count - 1];
    uint64_t span = last < writer->docs ? writer->docs : (uint64_t)last + 1;
    bool dense = writer->count * (uint64_t)DENSE_SHARE >= span;
    int rc = make_blocks(writer, dense, err);
    if (rc)
        return rc;
    struct bytes_out *out = &writer->out;
    uint8_t flags = dense ? POSTINGS_DENSE : 0;
    out->len = 0;
    put_u8(out, flags);
    if (dense)
        put_u32(out, last);
    if (block_count(writer) > 1 && (!dense || writer->frequencies))
        put_heads(writer, &flags);
    if (dense)
        put_bitmap(writer, out);
    if (out->failed || writer->blocks.failed)
        return no_memory(err);
    out->data[0] = flags;
    section_put(writer->section, out->data, out->len);
    section_put(writer->section, writer->blocks.data, writer->blocks.len);
    return ERR_OK;
}

int postings_end(struct postings_writer *writer, struct term_entry *out,
                 struct err *err)
{
    assert(writer->count > 0);
    struct term_place place = {0};
    if (writer->count == 1 && writer->total == 1) {
        place.single = true;
        place.doc = writer->doc[0];
        place.position = writer->has_positions ? writer->first_position : 0;
    } else {
        place.postings = section_size(writer->section);
        int rc = put_list(writer, err);
        if (rc == ERR_OK && writer->has_positions)
            rc = positions_end(&writer->positions, &place.positions, err);
        if (rc)
            return rc;
    }
    uint32_t repeats = writer->positions.repeats; /* 0 without positions */
    out->place = place;
    out->counts = (struct term_counts){.docs = writer->count,
                                       .frequency = writer->total,
                                       .occurrences = writer->total - repeats};
    return ERR_OK;
}
