/* A list that comes a document at a time is kept until its end, which decides its form; its
 * positions go out as they come. */
#include "base/err.h"
#include "base/mem.h"
#include "segment/postings_format.h"

#include <assert.h>
#include <string.h>

struct postings_writer {
    struct section_out *section;
    struct section_out *own, *own_positions; /* of the segment */
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
    struct bytes_out heads, blocks;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "postings: no memory");
}

static int too_often(struct err *err)
{
    return err_set(err, ERR_LIMIT, "a term occurs over 2^32 times");
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
    writer->own = writer->section;
    writer->own_positions = writer->positions.section;
    *out = writer;
    return ERR_OK;
}

int postings_writer_like(const struct postings_writer *model,
                         struct postings_writer **out, struct err *err)
{
    struct postings_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return no_memory(err);
    *writer = (struct postings_writer){.own = model->own,
                                       .own_positions = model->own_positions,
                                       .docs = model->docs,
                                       .lengths = model->lengths,
                                       .k = model->k};
    postings_writer_to(writer, NULL, NULL);
    *out = writer;
    return ERR_OK;
}

void postings_writer_to(struct postings_writer *writer,
                        struct section_out *postings,
                        struct section_out *positions)
{
    writer->section = postings ? postings : writer->own;
    writer->positions.section = positions ? positions : writer->own_positions;
}

void postings_writer_close(struct postings_writer *writer)
{
    if (!writer)
        return;
    positions_release(&writer->positions);
    bytes_out_release(&writer->heads);
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
        return too_often(err);
    if (i == 0)
        writer->first_position = positions[0];
    return positions_add(&writer->positions, positions, frequency, err);
}

/* --- the end of a list --- */

static size_t block_count(const struct postings_list *list)
{
    return (list->count + (size_t)SEGMENT_BLOCK - 1) / SEGMENT_BLOCK;
}

static size_t block_end(const struct postings_list *list, size_t block)
{
    size_t end = (block + 1) * SEGMENT_BLOCK;
    return end < list->count ? end : list->count;
}

static void put_numbers(const uint32_t *v, size_t count, struct bytes_out *out)
{
    if (count == SEGMENT_BLOCK)
        block_encode(v, out);
    else
        tail_encode(v, count, out);
}

static void put_gaps(const struct postings_list *list, size_t from, size_t to,
                     struct bytes_out *out)
{
    uint32_t gap[SEGMENT_BLOCK];
    doc_id next = from ? list->doc[from - 1] + 1 : 0; /* a gap of 0 */
    for (size_t i = from; i < to; i++) {
        gap[i - from] = list->doc[i] - next;
        next = list->doc[i] + 1;
    }
    put_numbers(gap, to - from, out);
}

static void put_frequencies(const struct postings_list *list, size_t from,
                            size_t to, struct bytes_out *out)
{
    uint32_t less_one[SEGMENT_BLOCK];
    for (size_t i = from; i < to; i++)
        less_one[i - from] = list->frequency[i] - 1;
    put_numbers(less_one, to - from, out);
}

static int make_marks(struct postings_writer *writer, size_t count,
                      struct err *err)
{
    if (count <= writer->marks)
        return ERR_OK;
    uint32_t *mark = mem_realloc(writer->mark, count * sizeof *mark);
    if (!mark)
        return no_memory(err);
    writer->mark = mark;
    writer->marks = count;
    return ERR_OK;
}

/* To the end of `blocks`, and `mark` gets where each ends. */
static int make_blocks(struct postings_writer *writer,
                       const struct postings_list *list, bool dense,
                       struct err *err)
{
    size_t count = block_count(list);
    struct bytes_out *out = &writer->blocks;
    size_t before = out->len;
    int rc = make_marks(writer, count, err);
    if (rc)
        return rc;
    for (size_t block = 0; block < count; block++) {
        size_t from = block * SEGMENT_BLOCK, to = block_end(list, block);
        if (!dense)
            put_gaps(list, from, to, out);
        if (writer->frequencies)
            put_frequencies(list, from, to, out);
        if (out->len - before > UINT32_MAX)
            return err_set(err, ERR_LIMIT, "postings of one term: over 4 GB");
        writer->mark[block] = (uint32_t)(out->len - before);
    }
    return ERR_OK;
}

/* The product is exact in double precision, so rounding it up is, too: best / 255.0f
 * is never below the term frequency's part of a score. */
static uint8_t best_of(const struct postings_writer *writer,
                       const struct postings_list *list, size_t from, size_t to)
{
    float best = 0;
    for (size_t i = from; i < to; i++) {
        float tf = bm25_tf(list->frequency[i], writer->lengths[list->doc[i]],
                           writer->k);
        if (tf > best)
            best = tf;
    }
    double scaled = 255.0 * (double)best;
    uint8_t down = (uint8_t)scaled;
    return (uint8_t)(down + (scaled > (double)down));
}

/* What postings_format.h has as struct heads. `mark` has the ends; afterwards sums. */
static void put_heads(struct postings_writer *writer,
                      const struct postings_list *list, uint8_t *flags)
{
    size_t count = block_count(list);
    struct bytes_out *out = &writer->heads;
    for (size_t block = 0; block < count; block++)
        put_u32(out, list->doc[block_end(list, block) - 1]);
    rising_put(out, writer->mark, count, true);
    if (writer->frequencies)
        for (size_t block = 0; block < count; block++)
            put_u8(out, best_of(writer, list, block * SEGMENT_BLOCK,
                                block_end(list, block)));
    if (!writer->has_positions)
        return;
    uint32_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        sum += list->frequency[i];
        writer->mark[i / SEGMENT_BLOCK] = sum;
    }
    bool narrow = rising_is_narrow(writer->mark, count);
    rising_put(out, writer->mark, count, narrow);
    *flags |= POSTINGS_SUMS | (narrow ? 0 : POSTINGS_WIDE_SUMS);
}

static void put_bitmap(const struct postings_writer *writer,
                       const struct postings_list *list, struct bytes_out *out)
{
    size_t words = list->doc[list->count - 1] / 64 + 1;
    size_t i = 0;
    if (writer->frequencies)
        for (size_t word = 0; word < words; word += RANK_WORDS) {
            while (list->doc[i] / 64 < word)
                i++;
            put_u32(out, (uint32_t)i);
        }
    i = 0;
    for (size_t word = 0; word < words; word++) {
        uint64_t bits = 0;
        for (; i < list->count && list->doc[i] / 64 == word; i++)
            bits |= UINT64_C(1) << list->doc[i] % 64;
        put_u64(out, bits);
    }
}

/* Most lists: one block or less, without heads. */
static int put_short(struct postings_writer *writer,
                     const struct postings_list *list, struct err *err)
{
    struct bytes_out *out = &writer->blocks;
    out->len = 0;
    put_u8(out, 0);
    int rc = make_blocks(writer, list, false, err);
    if (rc == ERR_OK && out->failed)
        rc = no_memory(err);
    if (rc == ERR_OK)
        section_put(writer->section, out->data, out->len);
    return rc;
}

static int put_long(struct postings_writer *writer,
                    const struct postings_list *list, bool dense,
                    struct err *err)
{
    struct bytes_out *out = &writer->heads;
    uint8_t flags = dense ? POSTINGS_DENSE : 0;
    writer->blocks.len = out->len = 0;
    int rc = make_blocks(writer, list, dense, err);
    if (rc)
        return rc;
    put_u8(out, flags);
    if (dense)
        put_u32(out, list->doc[list->count - 1]);
    if (list->count > SEGMENT_BLOCK && (!dense || writer->frequencies))
        put_heads(writer, list, &flags);
    if (dense)
        put_bitmap(writer, list, out);
    if (out->failed || writer->blocks.failed)
        return no_memory(err);
    out->data[0] = flags;
    section_put(writer->section, out->data, out->len);
    section_put(writer->section, writer->blocks.data, writer->blocks.len);
    return ERR_OK;
}

static int put_list(struct postings_writer *writer,
                    const struct postings_list *list, struct term_place *place,
                    struct err *err)
{
    doc_id last = list->doc[list->count - 1];
    uint64_t span = last < writer->docs ? writer->docs : (uint64_t)last + 1;
    bool dense = list->count * (uint64_t)DENSE_SHARE >= span;
    place->postings = section_size(writer->section);
    return dense || list->count > SEGMENT_BLOCK
               ? put_long(writer, list, dense, err)
               : put_short(writer, list, err);
}

static bool is_single(const struct postings_list *list)
{
    return list->count == 1 && list->total == 1;
}

static struct term_place single_place(doc_id doc, uint32_t position)
{
    return (struct term_place){
        .single = true, .doc = doc, .position = position};
}

static struct term_counts counts_of(const struct postings_list *list)
{
    return (struct term_counts){.docs = list->count,
                                .frequency = list->total,
                                .occurrences = list->total - list->repeats};
}

int postings_end(struct postings_writer *writer, struct term_entry *out,
                 struct err *err)
{
    struct postings_list list = {
        .doc = writer->doc,
        .frequency = writer->frequency,
        .count = (uint32_t)writer->count,
        .total = writer->total,
        .repeats = writer->positions.repeats, /* 0 without positions */
    };
    int rc = ERR_OK;
    assert(list.count > 0);
    out->place = (struct term_place){0};
    if (is_single(&list)) {
        out->place = single_place(
            list.doc[0], writer->has_positions ? writer->first_position : 0);
    } else {
        rc = put_list(writer, &list, &out->place, err);
        if (rc == ERR_OK && writer->has_positions)
            rc = positions_end(&writer->positions, &out->place.positions, err);
    }
    out->counts = counts_of(&list);
    return rc;
}

int postings_put(struct postings_writer *writer, enum term_class class,
                 const struct postings_list *list, struct term_entry *out,
                 struct err *err)
{
    int rc = ERR_OK;
    assert(list->count > 0 && list->total >= list->count);
    writer->frequencies = term_has_frequencies(class);
    writer->has_positions = term_has_positions(class);
    if (writer->has_positions && list->total > UINT32_MAX)
        return too_often(err);
    out->place = (struct term_place){0};
    if (is_single(list)) {
        out->place = single_place(list->doc[0],
                                  writer->has_positions ? list->gap[0] : 0);
    } else {
        rc = put_list(writer, list, &out->place, err);
        if (rc == ERR_OK && writer->has_positions)
            rc = positions_put(&writer->positions, list->gap,
                               (uint32_t)list->total, &out->place.positions,
                               err);
    }
    out->counts = counts_of(list);
    return rc;
}
