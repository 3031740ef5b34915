#include "lists.h"
#include "segment/postings_format.h"

enum { B = SEGMENT_BLOCK, DOCS = 3000 };

static uint32_t lengths[DOCS];

static struct bm25_k some_k(void)
{
    uint64_t seed = 7, words = 0;
    for (size_t i = 0; i < DOCS; i++) {
        lengths[i] = rng_below(&seed, 50) ? 1 + rng_below(&seed, 900) : 0;
        words += lengths[i];
    }
    return bm25_k_of(words, DOCS);
}

/* Sparse lists have gaps of over 8 on the average. */
static const struct {
    const char *what;
    struct shape shape;
    uint32_t docs;
} rows[] = {
    {"one document", {TERM_WORD, 1, 900, 1, 0}, DOCS},
    {"one document, often", {TERM_WORD, 1, 900, 40, 0}, DOCS},
    {"the first document", {TERM_FIELD, 1, 1, 1, 0}, DOCS},
    {"the last document", {TERM_STEM, 1, 1, 1, DOCS - 1}, DOCS},
    {"two", {TERM_CAPS, 2, 900, 2, 0}, DOCS},
    {"less than a block", {TERM_WORD, B - 1, 30 - B / 8, 5, 0}, DOCS},
    {"a block", {TERM_WORD, B, 30 - B / 8, 5, 0}, DOCS},
    {"a block and one", {TERM_WORD, B + 1, 30 - B / 8, 5, 0}, DOCS},
    {"two blocks", {TERM_STEM, 2 * B, 20 - B / 16, 5, 0}, 2800},
    {"two blocks and some", {TERM_PLAIN, 2 * B + 3, 20 - B / 16, 5, 0}, 2700},
    {"many blocks of 8", {TERM_WORD, 160, 20, 9, 0}, DOCS},
    {"all once", {TERM_WORD, 150, 20, 1, 0}, DOCS},
    {"wide sums", {TERM_WORD, 150, 20, 60000, 0}, DOCS},
    {"a dense term", {TERM_WORD, 700, 4, 9, 0}, DOCS},
    {"a dense stem", {TERM_STEM, 700, 4, 9, 0}, DOCS},
    {"a dense value", {TERM_FIELD, 700, 4, 1, 0}, DOCS},
    {"every document", {TERM_WORD, DOCS, 1, 3, 0}, DOCS},
    {"a sparse value", {TERM_FIELD, 299, 10, 1, 0}, DOCS},
    {"a key and old versions", {TERM_KEY, 5, 3, 1, DOCS - 8}, DOCS + 100},
    {"a key of old versions", {TERM_KEY, 1, 3, 1, DOCS + 8}, DOCS + 100},
    {"a key of many versions", {TERM_KEY, 380, 20, 1, 0}, DOCS + 6000},
    {"huge gaps", {TERM_KEY, 3 * B + 1, 10000000, 1, 0}, UINT32_MAX},
    {"the last of all", {TERM_KEY, 1, 1, 1, UINT32_MAX - 1}, UINT32_MAX},
};

enum { ROWS = sizeof rows / sizeof *rows };

typedef int (*write_model)(struct model *model, struct postings_writer *writer,
                           struct err *err);

/* All rows in one file. */
static void write_models(struct bed *bed, struct model model[ROWS],
                         struct bm25_k k, write_model write)
{
    uint64_t seed = 42;
    struct postings_writer *writer;
    bed_begin(bed);
    CHECK_OK(
        postings_writer_open(bed->writer, DOCS, lengths, k, &writer, &bed->err),
        bed->err);
    for (size_t i = 0; i < ROWS; i++) {
        model_make(&model[i], &rows[i].shape, &seed);
        CHECK_MSG(model[i].doc[model[i].count - 1] < rows[i].docs, "%s: %u",
                  rows[i].what, model[i].doc[model[i].count - 1]);
        CHECK_OK(write(&model[i], writer, &bed->err), bed->err);
    }
    postings_writer_close(writer);
    bed_write(bed, DOCS, 100);
}

static struct postings *open_row(const struct bed *bed,
                                 const struct model *model, size_t row,
                                 struct arena *arena)
{
    static struct err err;
    struct postings *list;
    CHECK_OK(postings_open(bed->file, model->class, &model->entry,
                           rows[row].docs, arena, &list, &err),
             err);
    return list;
}

static void check_here(struct postings *list, const struct model *m, uint32_t i,
                       uint32_t ask, const char *what)
{
    struct err err;
    const uint32_t *at;
    uint32_t count;
    if (ask & 1)
        CHECK_MSG(postings_frequency(list) == m->frequency[i],
                  "%s: posting %u: frequency %u, want %u", what, i,
                  postings_frequency(list), m->frequency[i]);
    if (!(ask & 2) || !term_has_positions(m->class))
        return;
    CHECK_OK(postings_positions(list, &at, &count, &err), err);
    CHECK_EQ(count, m->frequency[i]);
    CHECK_MSG(memcmp(at, m->position + m->first[i], count * sizeof *at) == 0,
              "%s: posting %u: other positions", what, i);
}

static void each_row(void (*check)(const struct bed *, const struct model *,
                                   size_t row, struct arena *))
{
    struct bed bed;
    struct model model[ROWS];
    bed_init(&bed);
    write_models(&bed, model, some_k(), model_write);
    for (size_t i = 0; i < ROWS; i++) {
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        check(&bed, &model[i], i, &arena);
        arena_reset(&arena);
        model_free(&model[i]);
    }
    bed_end(&bed);
}

static void check_counts(const struct bed *bed, const struct model *m,
                         size_t row, struct arena *arena)
{
    (void)bed;
    (void)arena;
    uint64_t frequency = 0;
    for (uint32_t i = 0; i < m->count; i++)
        frequency += m->frequency[i];
    CHECK_EQ(m->entry.counts.docs, m->count);
    CHECK_EQ(m->entry.counts.frequency, frequency);
    CHECK_EQ(m->entry.counts.occurrences,
             term_has_positions(m->class) ? frequency - m->repeats : frequency);
    bool single = m->count == 1 && m->frequency[0] == 1;
    CHECK_MSG(m->entry.place.single == single, "%s", rows[row].what);
}

static bool same_entry(const struct term_entry *a, const struct term_entry *b)
{
    return a->counts.docs == b->counts.docs &&
           a->counts.frequency == b->counts.frequency &&
           a->counts.occurrences == b->counts.occurrences &&
           a->place.single == b->place.single && a->place.doc == b->place.doc &&
           a->place.position == b->place.position &&
           a->place.postings == b->place.postings &&
           a->place.positions == b->place.positions;
}

TEST(a_list_at_once_is_the_one_a_document_at_a_time)
{
    struct bed bed, other;
    struct model model[ROWS], again[ROWS];
    bed_init(&bed);
    bed_init(&other);
    write_models(&bed, model, some_k(), model_write);
    write_models(&other, again, some_k(), model_put);
    CHECK_EQ(bed.file->mapping.size, other.file->mapping.size);
    CHECK(memcmp(bed.file->mapping.data, other.file->mapping.data,
                 bed.file->mapping.size) == 0);
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_MSG(same_entry(&model[i].entry, &again[i].entry),
                  "%s: another entry", rows[i].what);
        model_free(&model[i]);
        model_free(&again[i]);
    }
    bed_end(&bed);
    bed_end(&other);
}

TEST(counts_are_those_of_the_list)
{
    each_row(check_counts);
}

static void check_walk(const struct bed *bed, const struct model *m, size_t row,
                       struct arena *arena)
{
    for (uint32_t ask = 0; ask < 4; ask++) {
        struct postings *list = open_row(bed, m, row, arena);
        struct doc_iter *it = postings_iter(list);
        CHECK(postings_iter(list) == it && it->cost >= m->count);
        for (uint32_t i = 0; i < m->count; i++) {
            CHECK_MSG(it->doc == m->doc[i], "%s: posting %u is %u, want %u",
                      rows[row].what, i, it->doc, m->doc[i]);
            check_here(list, m, i, ask, rows[row].what);
            doc_iter_next(it);
        }
        CHECK_EQ(it->doc, DOC_END);
        CHECK_EQ(doc_iter_next(it), DOC_END);
        CHECK_EQ(doc_iter_seek(it, DOC_END), DOC_END);
        CHECK_EQ(it->status, ERR_OK);
    }
}

TEST(a_walk_yields_what_was_written)
{
    each_row(check_walk);
}

/* Of the greatest and of average steps, now and then a next, questions at random. */
static void check_seeks(const struct bed *bed, const struct model *m,
                        size_t row, struct arena *arena)
{
    uint64_t seed = 1 + row;
    for (int round = 0; round < 60; round++) {
        struct postings *list = open_row(bed, m, row, arena);
        struct doc_iter *it = postings_iter(list);
        uint32_t steps = 1 + rng_below(&seed, 40), i = 0;
        uint32_t stride = rows[row].docs / steps + 1;
        while (it->doc != DOC_END) {
            CHECK_MSG(it->doc == m->doc[i], "%s: posting %u is %u, want %u",
                      rows[row].what, i, it->doc, m->doc[i]);
            check_here(list, m, i, rng_below(&seed, 8), rows[row].what);
            uint32_t target = it->doc + rng_below(&seed, 3);
            if (rng_below(&seed, 2) && target < UINT32_MAX - stride)
                target += rng_below(&seed, stride);
            if (rng_below(&seed, 4)) {
                doc_iter_seek(it, target);
                while (i < m->count && m->doc[i] < target)
                    i++;
            } else {
                doc_iter_next(it);
                i++;
            }
        }
        CHECK_MSG(i == m->count, "%s: ended at %u", rows[row].what, i);
        CHECK_EQ(it->status, ERR_OK);
    }
}

TEST(seeks_find_the_first_document_from_there_on)
{
    each_row(check_seeks);
}

static void check_fill(const struct bed *bed, const struct model *m, size_t row,
                       struct arena *arena)
{
    if (rows[row].docs == UINT32_MAX)
        return; /* bits of 512 MB */
    size_t words = rows[row].docs / 64 + 1;
    uint64_t *bits = calloc(words, 8), *want = calloc(words, 8);
    struct err err;
    CHECK(bits && want);
    bits[1] = want[1] = 1; /* it is ORed */
    for (uint32_t i = 0; i < m->count; i++)
        want[m->doc[i] / 64] |= UINT64_C(1) << m->doc[i] % 64;
    struct postings *list = open_row(bed, m, row, arena);
    CHECK_OK(postings_fill(list, bits, &err), err);
    CHECK_MSG(memcmp(bits, want, words * 8) == 0, "%s", rows[row].what);
    free(bits);
    free(want);
}

TEST(fill_sets_the_bits_of_all_documents)
{
    each_row(check_fill);
}

static void check_blocks(const struct bed *bed, const struct model *m,
                         size_t row, struct arena *arena)
{
    struct postings *list = open_row(bed, m, row, arena);
    struct bm25_k k = some_k();
    struct doc_iter *it = postings_iter(list);
    CHECK_EQ(postings_blocks(list), (m->count + B - 1) / B);
    for (uint32_t i = 0; i < m->count; i++, doc_iter_next(it)) {
        CHECK(m->doc[i] <= postings_block_last(list, i / B));
        uint8_t best = postings_block_best(list, i / B);
        CHECK(postings_bound(list) == (float)best / 255.0f);
        if (!term_has_frequencies(m->class))
            continue;
        float tf = bm25_tf(m->frequency[i], lengths[m->doc[i]], k);
        CHECK_MSG(tf <= best / 255.0f, "%s: %u: %g", rows[row].what, i,
                  (double)tf);
    }
    if (postings_blocks(list) == 1 || !term_has_frequencies(m->class))
        return;
    for (uint32_t block = 0; block < postings_blocks(list); block++) {
        uint32_t end = (block + 1) * B < m->count ? (block + 1) * B : m->count;
        float best = 0;
        for (uint32_t i = block * B; i < end; i++) {
            float tf = bm25_tf(m->frequency[i], lengths[m->doc[i]], k);
            best = tf > best ? tf : best;
        }
        int stored = postings_block_best(list, block);
        CHECK(stored >= 255.0 * (double)best &&
              stored - 1 < 255.0 * (double)best);
        CHECK_EQ(postings_block_last(list, block), m->doc[end - 1]);
    }
}

TEST(heads_bound_their_blocks)
{
    each_row(check_blocks);
}

static void check_dense(const struct bed *bed, const struct model *m,
                        size_t row, struct arena *arena)
{
    struct postings *list = open_row(bed, m, row, arena);
    doc_id last = m->doc[m->count - 1];
    uint64_t span = last < DOCS ? DOCS : (uint64_t)last + 1;
    CHECK_MSG(postings_dense(list) == (m->count * UINT64_C(8) >= span), "%s",
              rows[row].what);
}

TEST(a_list_of_an_eighth_of_the_documents_is_a_bitmap)
{
    each_row(check_dense);
}

/* A term of a class without positions may have the list of one with. */
static void check_shared(const struct bed *bed, const struct model *m,
                         size_t row, struct arena *arena)
{
    if (!term_has_positions(m->class))
        return;
    struct model plain = *m;
    plain.class = TERM_PLAIN;
    struct postings *list = open_row(bed, &plain, row, arena);
    struct doc_iter *it = postings_iter(list);
    for (uint32_t i = 0; i < m->count; i++, doc_iter_next(it)) {
        CHECK_MSG(it->doc == m->doc[i], "%s: posting %u", rows[row].what, i);
        check_here(list, &plain, i, 1, rows[row].what);
    }
    CHECK_EQ(it->doc, DOC_END);
}

TEST(a_list_with_positions_is_one_without_too)
{
    each_row(check_shared);
}

/* --- docs/format/postings.md --- */

struct example {
    const char *what;
    int hex[2]; /* blocks of it in the page: for blocks of 8, of 128 */
    uint32_t docs;
    struct model model;
};

/* The lists of the page's examples; all articles have 100 words. */
static void check_example(struct example *example)
{
    struct bed bed;
    struct postings_writer *writer;
    uint32_t hundred[1000];
    for (size_t i = 0; i < 1000; i++)
        hundred[i] = 100;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(postings_writer_open(bed.writer, example->docs, hundred,
                                  bm25_k_of(100, 1), &writer, &bed.err),
             bed.err);
    CHECK_OK(model_write(&example->model, writer, &bed.err), bed.err);
    postings_writer_close(writer);
    bed_write(&bed, example->docs, 0);
    struct bytes_out got = bed_section(bed.file, SECTION_POSTINGS);
    struct bytes_out want = hex_block(PROJECT_DIR "/docs/format/postings.md",
                                      example->hex[B == 128]);
    CHECK_MSG(got.len == want.len, "%s: %zu bytes, the page has %zu",
              example->what, got.len, want.len);
    for (size_t i = 0; i < got.len; i++)
        CHECK_MSG(got.data[i] == want.data[i],
                  "%s: byte %zu is %02x, the page has %02x", example->what, i,
                  got.data[i], want.data[i]);
    bytes_out_release(&got);
    bytes_out_release(&want);
    bed_end(&bed);
}

TEST(the_documented_examples_are_what_they_say)
{
    uint32_t position[] = {0, 1, 2, 3}, first[10] = {0};
    uint32_t some[] = {1, 4, 1}, thrice[] = {1, 1, 1, 1, 3, 1, 1, 1, 1, 1};
    doc_id three[] = {3, 40, 41}, four[] = {1, 2, 5, 9};
    doc_id tens[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
    struct example examples[] = {
        {"sparse",
         {1, 1},
         1000,
         {.class = TERM_STEM, .count = 3, .doc = three, .frequency = some}},
        {"dense",
         {2, 2},
         30,
         {.class = TERM_STEM, .count = 4, .doc = four, .frequency = thrice}},
        {"heads",
         {3, 4},
         1000,
         {.class = TERM_WORD, .count = 10, .doc = tens, .frequency = thrice}},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        examples[i].model.first = first;
        examples[i].model.position = position;
        check_example(&examples[i]);
    }
}

RUN(T(a_list_at_once_is_the_one_a_document_at_a_time),
    T(counts_are_those_of_the_list), T(a_walk_yields_what_was_written),
    T(seeks_find_the_first_document_from_there_on),
    T(fill_sets_the_bits_of_all_documents), T(heads_bound_their_blocks),
    T(a_list_of_an_eighth_of_the_documents_is_a_bitmap),
    T(a_list_with_positions_is_one_without_too),
    T(the_documented_examples_are_what_they_say))
