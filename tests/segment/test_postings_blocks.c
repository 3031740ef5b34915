/* Lists read block by block, against the arrays that they were written from; and with
 * every bit of small ones flipped. */
#include "lists.h"

enum { B = SEGMENT_BLOCK, DOCS = 3000 };

static uint32_t lengths[DOCS];

/* The last ones are bitmaps. Single blocks, full blocks, tails of one. */
static const struct shape shapes[] = {
    {TERM_WORD, 1, 900, 1, 0},
    {TERM_WORD, 1, 900, 40, 0},
    {TERM_STEM, 2, 900, 4, 0},
    {TERM_WORD, B - 1, 30 - B / 8, 5, 0},
    {TERM_CAPS, B, 30 - B / 8, 5, 0},
    {TERM_PLAIN, B + 1, 30 - B / 8, 5, 0},
    {TERM_FIELD, 2 * B + 3, 20 - B / 16, 1, 0},
    {TERM_WORD, 160, 20, 9, 0},
    {TERM_WORD, 150, 20, 60000, 0},
    {TERM_WORD, 700, 4, 9, 0},
    {TERM_STEM, 640, 4, 9, 20},
    {TERM_WORD, DOCS, 1, 3, 0},
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

/* --- one list --- */

static void check_positions(struct postings *list, const struct model *m,
                            const struct postings_block *block, uint32_t i)
{
    const uint32_t *at;
    uint32_t count;
    CHECK_EQ(postings_positions_at(list, block, i, &at, &count), ERR_OK);
    CHECK_EQ(count, m->frequency[i]);
    CHECK(memcmp(at, m->position + m->first[i], count * sizeof *at) == 0);
}

static void check_block(struct postings *list, const struct model *m,
                        uint32_t number, uint64_t *seed)
{
    struct postings_block block;
    uint32_t frequency[B], first = number * B;
    CHECK_EQ(postings_block_docs(list, number, &block), ERR_OK);
    CHECK_EQ(block.number, number);
    CHECK_EQ(block.count, m->count - first < B ? m->count - first : B);
    CHECK(memcmp(block.doc, m->doc + first, block.count * sizeof(doc_id)) == 0);
    CHECK_EQ(postings_block_frequencies(list, &block, frequency), ERR_OK);
    for (uint32_t i = 0; i < block.count; i++) {
        CHECK_EQ(frequency[i], m->frequency[first + i]);
        CHECK(postings_block_last(list, number) >= block.doc[i]);
        if (term_has_positions(m->class) && rng_below(seed, 3) == 0)
            check_positions(list, m, &block, first + i);
    }
}

static uint32_t find_slowly(const struct postings *list, uint32_t from,
                            doc_id target)
{
    while (from < postings_blocks(list) &&
           postings_block_last(list, from) < target)
        from++;
    return from;
}

static void check_bitmap(const struct postings *list, const struct model *m)
{
    uint32_t words;
    const uint8_t *bitmap = postings_bitmap(list, &words);
    uint32_t n = 0;
    CHECK_EQ(words, m->doc[m->count - 1] / 64 + 1);
    for (doc_id doc = 0; doc < words * 64; doc++) {
        bool there = n < m->count && m->doc[n] == doc;
        CHECK_EQ(bitmap_has(bitmap, doc), there);
        if (there)
            CHECK_EQ(postings_rank(list, doc), n++);
    }
    CHECK_EQ(n, m->count);
}

static void check_list(struct postings *list, const struct model *m,
                       uint64_t *seed)
{
    uint32_t blocks = postings_blocks(list);
    CHECK_EQ(blocks, (m->count + B - 1) / B);
    CHECK_EQ(postings_count(list), m->count);
    for (uint32_t b = 0; b < blocks; b++)
        check_block(list, m, b, seed);
    for (int i = 0; i < 40; i++) {
        uint32_t from = rng_below(seed, blocks + 1);
        doc_id target = rng_below(seed, DOCS);
        check_block(list, m, rng_below(seed, blocks), seed);
        CHECK_EQ(postings_find_block(list, from, target),
                 find_slowly(list, from, target));
    }
    CHECK_EQ(postings_find_block(list, 0, DOC_END - 1), blocks);
    if (postings_dense(list))
        check_bitmap(list, m);
}

/* The iterator goes on where it was, whatever is asked beside it. */
static void check_beside_a_walk(struct postings *list, const struct model *m,
                                uint64_t *seed)
{
    struct doc_iter *it = postings_iter(list);
    for (uint32_t i = 0; i < m->count; i++) {
        CHECK_EQ(it->doc, m->doc[i]);
        if (i % 7 == 0)
            check_block(list, m, rng_below(seed, postings_blocks(list)), seed);
        CHECK_EQ(postings_frequency(list), m->frequency[i]);
        doc_iter_next(it);
    }
    CHECK_EQ(it->doc, DOC_END);
}

TEST(blocks_are_those_of_the_list)
{
    uint64_t seed = 11;
    for (size_t i = 0; i < SHAPES; i++) {
        struct bed bed;
        struct model model;
        struct postings_writer *writer;
        struct postings *list;
        struct arena arena;
        bed_init(&bed);
        bed_begin(&bed);
        model_make(&model, &shapes[i], &seed);
        CHECK_OK(postings_writer_open(bed.writer, DOCS, lengths,
                                      bm25_k_of(100, 1), &writer, &bed.err),
                 bed.err);
        CHECK_OK(model_write(&model, writer, &bed.err), bed.err);
        postings_writer_close(writer);
        bed_write(&bed, DOCS, 0);
        for (int beside = 0; beside < 2; beside++) {
            arena_init(&arena, SIZE_MAX);
            CHECK_OK(postings_open(bed.file, model.class, &model.entry, DOCS,
                                   &arena, &list, &bed.err),
                     bed.err);
            if (beside)
                check_beside_a_walk(list, &model, &seed);
            else
                check_list(list, &model, &seed);
            arena_reset(&arena);
        }
        model_free(&model);
        bed_end(&bed);
    }
}

/* --- damage --- */

/* Whatever the bytes are: documents rise within the block and below DOCS. */
static int read_all(struct postings *list, bool positions)
{
    int first = ERR_OK;
    for (uint32_t b = 0; b < postings_blocks(list); b++) {
        struct postings_block block;
        uint32_t frequency[B], count;
        const uint32_t *at;
        int rc = postings_block_docs(list, b, &block);
        for (uint32_t i = 0; rc == ERR_OK && i < block.count; i++)
            CHECK(block.doc[i] < DOCS &&
                  (i == 0 || block.doc[i] > block.doc[i - 1]));
        if (rc == ERR_OK)
            rc = postings_block_frequencies(list, &block, frequency);
        for (uint32_t i = 0; rc == ERR_OK && i < block.count; i++) {
            CHECK(frequency[i] > 0);
            if (positions)
                rc =
                    postings_positions_at(list, &block, b * B + i, &at, &count);
        }
        first = first ? first : rc;
    }
    return first;
}

static bool read_damaged(const struct memory_file *memory,
                         const struct model *model)
{
    struct arena arena;
    struct postings *list;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    int rc = postings_open(&memory->file, model->class, &model->entry, DOCS,
                           &arena, &list, &err);
    if (rc == ERR_OK)
        rc = read_all(list, term_has_positions(model->class));
    CHECK(rc == ERR_OK || (rc == ERR_CORRUPT && err.text[0]));
    arena_reset(&arena);
    return rc == ERR_OK;
}

static void flip_every_bit(const struct model *model, struct slice postings,
                           struct slice positions)
{
    struct memory_file memory;
    memory_open(&memory, postings, positions, SECTION_POSTINGS);
    CHECK(read_damaged(&memory, model));
    uint8_t *data = memory.data + memory.file.section[SECTION_POSTINGS].offset;
    uint32_t refused = 0;
    for (size_t bit = 0; bit < 8 * postings.len; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refused += !read_damaged(&memory, model);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(refused > 0);
    memory_close(&memory);
    for (size_t len = 0; len < postings.len; len++) {
        memory_open(&memory, slice_part(postings, 0, len), positions,
                    SECTION_POSTINGS);
        read_damaged(&memory, model);
        memory_close(&memory);
    }
}

TEST(damaged_blocks_are_refused_or_rise)
{
    static const struct shape small[] = {
        {TERM_STEM, 9, 60, 9, 0},      {TERM_WORD, B + 3, 20, 3, 0},
        {TERM_STEM, 400, 6, 3, 0},     {TERM_WORD, 2 * B + 1, 8, 9, 0},
        {TERM_FIELD, B + 9, 20, 1, 0},
    };
    uint64_t seed = 12;
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        struct bed bed;
        struct model model;
        struct postings_writer *writer;
        bed_init(&bed);
        bed_begin(&bed);
        model_make(&model, &small[i], &seed);
        CHECK_OK(postings_writer_open(bed.writer, DOCS, lengths,
                                      bm25_k_of(100, 1), &writer, &bed.err),
                 bed.err);
        CHECK_OK(model_write(&model, writer, &bed.err), bed.err);
        postings_writer_close(writer);
        bed_write(&bed, DOCS, 0);
        struct bytes_out postings = bed_section(bed.file, SECTION_POSTINGS);
        struct bytes_out positions = {0};
        if (section_length(bed.file, SECTION_POSITIONS))
            positions = bed_section(bed.file, SECTION_POSITIONS);
        flip_every_bit(&model, (struct slice){postings.data, postings.len},
                       (struct slice){positions.data, positions.len});
        bytes_out_release(&postings);
        bytes_out_release(&positions);
        model_free(&model);
        bed_end(&bed);
    }
}

RUN(T(blocks_are_those_of_the_list), T(damaged_blocks_are_refused_or_rise))
