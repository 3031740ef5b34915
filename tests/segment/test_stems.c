/* Forms by stem, against the lists that they were made from. */
#include "segment/stems.h"

#include "bed.h"

enum { MOST_STEMS = 200, MOST_FORMS = 40 };

struct forms {
    uint32_t form[MOST_FORMS];
    size_t count;
};

struct scene {
    uint32_t words, stems, others; /* terms before, between and behind */
    struct forms forms[MOST_STEMS];
};

static void random_scene(uint64_t seed, uint32_t words, uint32_t stems,
                         struct scene *s)
{
    *s = (struct scene){.words = words, .stems = stems};
    s->others = rng_below(&seed, 5);
    for (uint32_t i = 0; i < stems; i++) {
        uint32_t at = rng_below(&seed, words);
        do {
            s->forms[i].form[s->forms[i].count++] = at;
            at += 1 + rng_below(&seed, rng_below(&seed, 3) ? 3 : 1000);
        } while (at < words && s->forms[i].count < 1 + i % MOST_FORMS);
    }
}

static int add_terms(struct dictionary_writer *writer, enum term_class class,
                     uint32_t count, struct err *err)
{
    const struct term_entry entry = {.counts = {1, 1, 1},
                                     .place = {.single = true}};
    for (uint32_t i = 0; i < count; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "%c%06u", class, i);
        int rc = dictionary_add(
            writer, (struct slice){(uint8_t *)text, (size_t)len}, &entry, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static void write_dictionary(struct bed *bed, const struct scene *s)
{
    struct dictionary_writer *writer;
    CHECK_OK(dictionary_writer_open(bed->writer, &writer, &bed->err), bed->err);
    CHECK_OK(add_terms(writer, TERM_WORD, s->words, &bed->err), bed->err);
    CHECK_OK(add_terms(writer, TERM_STEM, s->stems, &bed->err), bed->err);
    CHECK_OK(add_terms(writer, TERM_PLAIN, s->others, &bed->err), bed->err);
    CHECK_OK(dictionary_finish(writer, &bed->err), bed->err);
    dictionary_writer_close(writer);
}

static int write_stems(struct segment_writer *segment, const struct scene *s,
                       struct err *err)
{
    struct stems_writer *writer = NULL;
    int rc = stems_writer_open(segment, &writer, err);
    for (uint32_t i = 0; i < s->stems && !rc; i++)
        rc = stems_add(writer, s->forms[i].form, s->forms[i].count, err);
    if (!rc)
        rc = stems_finish(writer, err);
    stems_writer_close(writer);
    return rc;
}

static void write_file(struct bed *bed, const struct scene *s)
{
    bed_begin(bed);
    write_dictionary(bed, s);
    CHECK_OK(write_stems(bed->writer, s, &bed->err), bed->err);
    bed_write(bed, 1, 0);
}

TEST(every_stem_has_its_forms)
{
    static const uint32_t stems[] = {0, 1, 15, 16, 17, 32, 33, MOST_STEMS};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        static struct scene scene;
        struct bed bed;
        struct dictionary dictionary;
        struct stems got;
        struct arena arena;
        uint32_t *forms;
        size_t count;
        random_scene(i + 1, 3000, stems[i], &scene);
        bed_init(&bed);
        arena_init(&arena, 1 << 20);
        write_file(&bed, &scene);
        CHECK_OK(dictionary_open(bed.file, &dictionary, &bed.err), bed.err);
        CHECK_OK(stems_open(&dictionary, &got, &bed.err), bed.err);
        CHECK_EQ(got.first, 3000);
        CHECK_EQ(got.count, stems[i]);
        for (uint32_t j = 0; j < stems[i]; j++) {
            CHECK_OK(
                stems_forms(&got, 3000 + j, &arena, &forms, &count, &bed.err),
                bed.err);
            CHECK_EQ(count, scene.forms[j].count);
            CHECK(memcmp(forms, scene.forms[j].form, count * sizeof *forms) ==
                  0);
        }
        CHECK_EQ(stems_forms(&got, 2999, &arena, &forms, &count, &bed.err),
                 ERR_CORRUPT);
        CHECK_EQ(stems_forms(&got, 3000 + stems[i], &arena, &forms, &count,
                             &bed.err),
                 ERR_CORRUPT);
        arena_reset(&arena);
        bed_end(&bed);
    }
}

/* Ask everything; whether anything was refused. */
static bool use_all(struct bed *bed)
{
    struct dictionary dictionary;
    struct stems stems;
    struct arena arena;
    CHECK_OK(dictionary_open(bed->file, &dictionary, &bed->err), bed->err);
    int rc = stems_open(&dictionary, &stems, &bed->err);
    CHECK_MSG(rc == 0 || rc == ERR_CORRUPT, "%s", bed->err.text);
    bool refused = rc != 0;
    for (uint32_t i = 0; !rc && i < stems.count; i++) {
        uint32_t *forms;
        size_t count;
        /* Room for four bytes a byte of the section. */
        arena_init(&arena, 64 << 10);
        int got = stems_forms(&stems, stems.first + i, &arena, &forms, &count,
                              &bed->err);
        CHECK_MSG(got == 0 ||
                      (got == ERR_CORRUPT && strstr(bed->err.text, bed->path) &&
                       strstr(bed->err.text, "stems")),
                  "%s", bed->err.text);
        for (size_t j = 0; !got && j < count; j++)
            CHECK(forms[j] < stems.first && (!j || forms[j] > forms[j - 1]));
        refused = refused || got;
        arena_reset(&arena);
    }
    return refused;
}

TEST(damage_under_good_checksums_is_an_answer_or_corrupt)
{
    static struct scene scene;
    struct bed good, bad;
    random_scene(5, 3000, 35, &scene);
    bed_init(&good);
    bed_init(&bad);
    write_file(&good, &scene);
    struct bytes_out bytes = bed_section(good.file, SECTION_STEMS);
    struct slice all = {bytes.data, bytes.len};
    int refused = 0;
    for (size_t i = 0; i < bytes.len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes.data[i] ^= (uint8_t)(1 << bit);
            bed_forge(&bad, good.file, SECTION_STEMS, all);
            refused += use_all(&bad);
            bytes.data[i] ^= (uint8_t)(1 << bit);
        }
    CHECK_MSG(refused > 100, "%d", refused);
    for (size_t len = 0; len < bytes.len; len++) {
        bed_forge(&bad, good.file, SECTION_STEMS, slice_part(all, 0, len));
        CHECK(use_all(&bad));
    }
    bytes_out_release(&bytes);
    bed_end(&good);
    bed_end(&bad);
}

TEST(a_dictionary_with_other_stems_is_refused)
{
    static struct scene scene;
    struct bed one, other;
    struct dictionary dictionary;
    struct stems stems;
    random_scene(5, 100, 20, &scene);
    bed_init(&one);
    bed_init(&other);
    write_file(&one, &scene);
    struct bytes_out bytes = bed_section(one.file, SECTION_STEMS);
    random_scene(5, 100, 21, &scene);
    write_file(&one, &scene);
    bed_forge(&other, one.file, SECTION_STEMS,
              (struct slice){bytes.data, bytes.len});
    CHECK_OK(dictionary_open(other.file, &dictionary, &other.err), other.err);
    CHECK_EQ(stems_open(&dictionary, &stems, &other.err), ERR_CORRUPT);
    bytes_out_release(&bytes);
    bed_end(&one);
    bed_end(&other);
}

TEST(every_allocation_may_fail)
{
    static struct scene scene;
    struct bed bed;
    random_scene(3, 500, 40, &scene);
    bed_init(&bed);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc == ERR_NOMEM; n++) {
        bed_begin(&bed);
        mem_fail_after(n);
        rc = write_stems(bed.writer, &scene, &bed.err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        segment_writer_close(bed.writer);
        bed.writer = NULL;
    }
    CHECK(n > 3);
    bed_end(&bed);
}

TEST(the_documented_example_is_what_it_says)
{
    static struct scene scene = {
        .words = 300,
        .stems = 3,
        .forms = {{{10, 11, 14}, 3}, {{9}, 1}, {{299}, 1}}};
    struct bed bed;
    bed_init(&bed);
    write_file(&bed, &scene);
    struct bytes_out got = bed_section(bed.file, SECTION_STEMS);
    struct bytes_out want = hex_block(PROJECT_DIR "/docs/format/stems.md", 1);
    CHECK(slice_eq((struct slice){got.data, got.len},
                   (struct slice){want.data, want.len}));
    bytes_out_release(&got);
    bytes_out_release(&want);
    bed_end(&bed);
}

RUN(T(every_stem_has_its_forms),
    T(damage_under_good_checksums_is_an_answer_or_corrupt),
    T(a_dictionary_with_other_stems_is_refused), T(every_allocation_may_fail),
    T(the_documented_example_is_what_it_says))
