/* Lists whose bytes, or whose entries in the dictionary, are not what was written: under
 * checksums that pass. Whatever comes, documents rise and are those of the segment; the
 * promises of doc_iter.h are asserted by it. */
#include "lists.h"
#include "segment/postings_format.h"

enum { B = SEGMENT_BLOCK, DOCS = 1100 };

/* One of each form, small: every bit of them is flipped. */
static const struct shape shapes[] = {
    {TERM_WORD, 5, 100, 9, 0},   {TERM_WORD, B + 3, 12, 3, 0},
    {TERM_STEM, 20, 60, 9, 0},   {TERM_FIELD, 130 + B, 2, 1, 0},
    {TERM_FIELD, 15, 90, 1, 0},  {TERM_WORD, 300, 4, 3, 0},
    {TERM_STEM, 300, 4, 5, 0},   {TERM_CAPS, 9, 70, 40, 0},
    {TERM_KEY, 2, 600, 1, 0},    {TERM_WORD, 1, 600, 9, 0},
    {TERM_FIELD, DOCS, 1, 1, 0},
};

struct written {
    struct model model;
    struct bytes_out postings, positions;
};

static uint32_t lengths[DOCS];

static void write_model(struct written *w)
{
    struct bed bed;
    struct postings_writer *writer;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(postings_writer_open(bed.writer, DOCS, lengths, bm25_k_of(100, 1),
                                  &writer, &bed.err),
             bed.err);
    CHECK_OK(model_write(&w->model, writer, &bed.err), bed.err);
    postings_writer_close(writer);
    bed_write(&bed, DOCS, 0);
    w->postings = bed_section(bed.file, SECTION_POSTINGS);
    w->positions = bed_section(bed.file, SECTION_POSITIONS);
    bed_end(&bed);
}

static void write_one(struct written *w, const struct shape *shape)
{
    uint64_t seed = 21;
    model_make(&w->model, shape, &seed);
    CHECK(w->model.doc[w->model.count - 1] < DOCS);
    write_model(w);
}

static void release(struct written *w)
{
    model_free(&w->model);
    bytes_out_release(&w->postings);
    bytes_out_release(&w->positions);
}

static struct slice all_of(const struct bytes_out *bytes)
{
    return (struct slice){bytes->data, bytes->len};
}

/* --- everything that can be asked of a list --- */

static int ask_here(struct postings *list, struct err *err)
{
    const uint32_t *at;
    uint32_t count;
    float bound = postings_bound(list);
    CHECK(bound >= 0 && bound <= 1);
    CHECK(postings_frequency(list) > 0);
    if (!list->has_positions)
        return ERR_OK;
    int rc = postings_positions(list, &at, &count, err);
    if (rc)
        return rc;
    CHECK_EQ(count, postings_frequency(list));
    for (uint32_t i = 1; i < count; i++)
        CHECK(at[i - 1] <= at[i]);
    return ERR_OK;
}

static int walk(struct postings *list, uint32_t stride, bool ask,
                struct err *err)
{
    struct doc_iter *it = postings_iter(list);
    int rc = ERR_OK;
    while (it->doc != DOC_END) {
        CHECK(it->doc < DOCS);
        if (ask && rc == ERR_OK)
            rc = ask_here(list, err);
        if (stride)
            doc_iter_seek(it, it->doc + stride);
        else
            doc_iter_next(it);
    }
    CHECK_EQ(doc_iter_next(it), DOC_END);
    CHECK(it->status == ERR_OK || it->status == ERR_CORRUPT);
    return rc ? rc : it->status;
}

static int fill(struct postings *list, struct err *err)
{
    uint64_t bits[DOCS / 64 + 1] = {0};
    int rc = postings_fill(list, bits, err);
    for (uint32_t doc = DOCS; doc < sizeof bits * 8; doc++)
        CHECK((bits[doc / 64] >> doc % 64 & 1) == 0);
    return rc;
}

enum question { NEXT, ASK, SEEK_1, SEEK_50, SEEK_ASK, FILL, QUESTIONS };

static int question(const struct memory_file *memory, const struct model *model,
                    enum question what)
{
    struct arena arena;
    struct postings *list;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    int rc = postings_open(&memory->file, model->class, &model->entry, DOCS,
                           &arena, &list, &err);
    if (rc == ERR_OK)
        rc = what == FILL ? fill(list, &err)
                          : walk(list,
                                 what == SEEK_1    ? 1
                                 : what >= SEEK_50 ? 50
                                                   : 0,
                                 what == ASK || what == SEEK_ASK, &err);
    CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
    CHECK(rc == ERR_OK || strstr(err.text, "memory: "));
    arena_reset(&arena);
    return rc;
}

/* How many questions were refused. */
static size_t interrogate(const struct memory_file *memory,
                          const struct model *model)
{
    size_t refused = 0;
    for (int i = 0; i < QUESTIONS; i++)
        refused += question(memory, model, (enum question)i) != ERR_OK;
    return refused;
}

/* --- damage --- */

static void each_list(void (*check)(const struct written *,
                                    struct memory_file *))
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int last = 0; last < 2; last++) {
            struct written w;
            struct memory_file memory;
            write_one(&w, &shapes[i]);
            memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                        last ? SECTION_POSTINGS : SECTION_POSITIONS);
            CHECK_EQ(interrogate(&memory, &w.model), 0);
            check(&w, &memory);
            memory_close(&memory);
            release(&w);
        }
}

static void flip(const struct written *w, struct memory_file *memory)
{
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * memory->file.mapping.size; bit++) {
        memory->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refused += interrogate(memory, &w->model);
        memory->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(refused);
}

TEST(every_bit_flipped)
{
    each_list(flip);
}

/* Every byte made 0, and 255. */
static void overwrite(const struct written *w, struct memory_file *memory)
{
    for (size_t i = 0; i < memory->file.mapping.size; i++) {
        uint8_t right = memory->data[i];
        memory->data[i] = 0;
        interrogate(memory, &w->model);
        memory->data[i] = 0xff;
        interrogate(memory, &w->model);
        memory->data[i] = right;
    }
}

TEST(every_byte_overwritten)
{
    each_list(overwrite);
}

static void scribble(const struct written *w, struct memory_file *memory)
{
    uint64_t seed = 31;
    size_t size = memory->file.mapping.size;
    uint8_t *right = malloc(size);
    CHECK(right);
    memcpy(right, memory->data, size);
    for (int round = 0; round < 300; round++) {
        for (uint32_t n = 1 + rng_below(&seed, 12); n > 0; n--)
            memory->data[rng_below(&seed, (uint32_t)size)] =
                (uint8_t)rng_next(&seed);
        interrogate(memory, &w->model);
        if (round % 3 == 0)
            memcpy(memory->data, right, size);
    }
    free(right);
}

TEST(bytes_scribbled_over)
{
    each_list(scribble);
}

static void cut(const struct written *w, struct memory_file *memory)
{
    (void)memory;
    struct memory_file shorter;
    for (size_t len = 0; len < w->postings.len; len++) {
        struct slice kept = slice_part(all_of(&w->postings), 0, len);
        memory_open(&shorter, kept, all_of(&w->positions), SECTION_POSTINGS);
        CHECK(interrogate(&shorter, &w->model));
        memory_close(&shorter);
    }
    for (size_t len = 0; len < w->positions.len; len++) {
        struct slice kept = slice_part(all_of(&w->positions), 0, len);
        memory_open(&shorter, all_of(&w->postings), kept, SECTION_POSITIONS);
        CHECK(question(&shorter, &w->model, ASK) == ERR_CORRUPT);
        memory_close(&shorter);
    }
}

TEST(sections_cut_short)
{
    each_list(cut);
}

/* Counts and places that the dictionary could claim, and a list read as another class. */
static void lie(const struct written *w, struct memory_file *memory)
{
    static const uint64_t numbers[] = {
        0,    1,        2,          3,          B,          B + 1,
        DOCS, DOCS + 1, UINT32_MAX, UINT64_MAX, 1ULL << 32, 70};
    struct model other = w->model;
    struct term_entry *entry = &other.entry;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int field = 0; field < 5; field++) {
            *entry = w->model.entry;
            uint64_t *fields[] = {&entry->counts.docs, &entry->counts.frequency,
                                  &entry->place.postings,
                                  &entry->place.positions};
            if (field < 4) {
                *fields[field] = numbers[i];
            } else {
                entry->place.single = true;
                entry->place.doc = (doc_id)numbers[i];
            }
            interrogate(memory, &other);
        }
    *entry = w->model.entry;
    for (int class = TERM_WORD; class <= TERM_PAIR; class ++) {
        other.class = (enum term_class) class;
        interrogate(memory, &other);
    }
}

TEST(entries_that_lie)
{
    each_list(lie);
}

/* A segment of one document less than the list needs. */
TEST(a_document_past_the_last_is_refused)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct written w;
        struct memory_file memory;
        struct arena arena;
        struct postings *list;
        struct err err;
        write_one(&w, &shapes[i]);
        memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                    SECTION_POSTINGS);
        arena_init(&arena, 1 << 20);
        doc_id last = w.model.doc[w.model.count - 1];
        int rc = postings_open(&memory.file, w.model.class, &w.model.entry,
                               last, &arena, &list, &err);
        if (rc == ERR_OK)
            rc = walk(list, 0, false, &err);
        CHECK_MSG(rc == ERR_CORRUPT, "list %zu", i);
        arena_reset(&arena);
        memory_close(&memory);
        release(&w);
    }
}

TEST(another_number_of_occurrences_is_refused)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct written w;
        struct memory_file memory;
        if (!term_has_positions(shapes[i].class))
            continue;
        write_one(&w, &shapes[i]);
        memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                    SECTION_POSTINGS);
        w.model.entry.counts.frequency++;
        CHECK_EQ(question(&memory, &w.model, ASK), ERR_CORRUPT);
        w.model.entry.counts.frequency -= 2;
        CHECK_EQ(question(&memory, &w.model, ASK), ERR_CORRUPT);
        memory_close(&memory);
        release(&w);
    }
}

/* Stored less 1: the greatest number would be 0. */
TEST(no_frequency_is_2_to_the_32)
{
    uint32_t frequency[] = {UINT32_MAX, UINT32_MAX}, none[2] = {0};
    doc_id doc[] = {3, 500};
    struct written w = {.model = {.class = TERM_STEM,
                                  .count = 2,
                                  .doc = doc,
                                  .frequency = frequency,
                                  .first = none,
                                  .position = none}};
    struct memory_file memory;
    write_model(&w);
    memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                SECTION_POSTINGS);
    CHECK_EQ(interrogate(&memory, &w.model), 0);
    flip(&w, &memory);
    memory_close(&memory);
    bytes_out_release(&w.postings);
    bytes_out_release(&w.positions);
}

TEST(impossible_entries_are_refused)
{
    static const struct {
        const char *what;
        struct term_entry entry;
    } rows[] = {
        {"no documents", {.counts = {0, 0, 0}}},
        {"too many documents", {.counts = {DOCS + 1, DOCS + 1, DOCS + 1}}},
        {"fewer occurrences", {.counts = {5, 4, 4}}},
        {"2^32 occurrences", {.counts = {5, 1ULL << 32, 5}}},
        {"a single past the last",
         {.counts = {1, 1, 1}, .place = {.single = true, .doc = DOCS}}},
        {"two in a single", {.counts = {2, 2, 2}, .place = {.single = true}}},
    };
    struct written w;
    struct memory_file memory;
    write_one(&w, &shapes[0]);
    memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                SECTION_POSTINGS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct model model = {.class = TERM_WORD, .entry = rows[i].entry};
        CHECK_MSG(interrogate(&memory, &model) == QUESTIONS, "%s",
                  rows[i].what);
    }
    memory_close(&memory);
    release(&w);
}

/* --- memory and limits --- */

TEST(no_memory_to_read_is_told)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct written w;
        struct memory_file memory;
        write_one(&w, &shapes[i]);
        memory_open(&memory, all_of(&w.postings), all_of(&w.positions),
                    SECTION_POSTINGS);
        int rc = ERR_NOMEM;
        for (long n = 0; rc; n++) {
            struct arena arena;
            struct postings *list;
            struct err err = {0};
            arena_init(&arena, 1 << 20);
            mem_fail_after(n);
            rc = postings_open(&memory.file, w.model.class, &w.model.entry,
                               DOCS, &arena, &list, &err);
            struct doc_iter *it = rc ? NULL : postings_iter(list);
            while (rc == ERR_OK && it->doc != DOC_END) {
                rc = ask_here(list, &err);
                doc_iter_next(it);
            }
            rc = rc || !it ? rc : it->status;
            mem_fail_after(-1);
            CHECK(rc == ERR_OK || (rc == ERR_NOMEM && err.text[0]));
            CHECK(rc == ERR_OK || n < 20);
            arena_reset(&arena);
        }
        memory_close(&memory);
        release(&w);
    }
}

TEST(no_memory_to_write_is_told)
{
    struct model model;
    uint64_t seed = 3;
    struct shape shape = {TERM_WORD, 1500, 20, 40, 0};
    static uint32_t long_lengths[40000];
    model_make(&model, &shape, &seed);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc; n++) {
        struct bed bed;
        struct postings_writer *writer = NULL;
        bed_init(&bed);
        bed_begin(&bed);
        /* The sections' own memory may fail, too: that is told when they are put
         * together. */
        mem_fail_after(n);
        rc = postings_writer_open(bed.writer, 40000, long_lengths,
                                  bm25_k_of(100, 1), &writer, &bed.err);
        if (rc == ERR_OK)
            rc = model_write(&model, writer, &bed.err);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        postings_writer_close(writer);
        bed_end(&bed);
    }
    CHECK(n > 5);
    model_free(&model);
}

TEST(a_term_of_2_to_the_32_occurrences_is_over_the_limit)
{
    struct bed bed;
    struct postings_writer *writer;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(postings_writer_open(bed.writer, DOCS, lengths, bm25_k_of(100, 1),
                                  &writer, &bed.err),
             bed.err);
    postings_begin(writer, TERM_WORD);
    uint32_t one = 1;
    CHECK_OK(postings_add(writer, 3, 1, &one, &bed.err), bed.err);
    CHECK_EQ(postings_add(writer, 4, UINT32_MAX, &one, &bed.err), ERR_LIMIT);
    postings_begin(writer, TERM_STEM); /* that may be as many */
    struct term_entry entry;
    CHECK_OK(postings_add(writer, 3, UINT32_MAX, NULL, &bed.err), bed.err);
    CHECK_OK(postings_add(writer, 4, UINT32_MAX, NULL, &bed.err), bed.err);
    CHECK_OK(postings_end(writer, &entry, &bed.err), bed.err);
    CHECK(entry.counts.frequency == 2 * (uint64_t)UINT32_MAX);
    postings_writer_close(writer);
    bed_write(&bed, DOCS, 0);

    struct arena arena;
    struct postings *list;
    arena_init(&arena, 1 << 20);
    CHECK_OK(postings_open(bed.file, TERM_STEM, &entry, DOCS, &arena, &list,
                           &bed.err),
             bed.err);
    CHECK_EQ(postings_iter(list)->doc, 3);
    CHECK_EQ(postings_frequency(list), UINT32_MAX);
    arena_reset(&arena);
    bed_end(&bed);
}

RUN(T(every_bit_flipped), T(every_byte_overwritten), T(bytes_scribbled_over),
    T(sections_cut_short), T(entries_that_lie),
    T(a_document_past_the_last_is_refused),
    T(another_number_of_occurrences_is_refused), T(no_frequency_is_2_to_the_32),
    T(impossible_entries_are_refused), T(no_memory_to_read_is_told),
    T(no_memory_to_write_is_told),
    T(a_term_of_2_to_the_32_occurrences_is_over_the_limit))
