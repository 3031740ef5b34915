/* Current articles and the counts of the others, against plain arrays; damage. */
#include "segment/live.h"

#include "bed.h"

enum { MOST_DEAD = 2000 };

struct scene {
    struct live_facts facts;
    uint64_t bits[40];
    struct dead_term dead[MOST_DEAD];
    size_t count;
};

static uint64_t random_count(uint64_t *seed)
{
    return rng_below(seed, 3) ? 1
           : rng_below(seed, 4)
               ? rng_below(seed, 300)
               : (uint64_t)rng_next(seed) >> (1 + rng_below(seed, 62));
}

static void random_scene(uint64_t seed, uint32_t docs, size_t dead,
                         struct scene *s)
{
    *s = (struct scene){.facts.docs = docs, .count = dead};
    s->facts.live_words = random_count(&seed);
    for (uint32_t doc = 0; doc < docs; doc++)
        if (rng_below(&seed, 4)) {
            s->bits[doc / 64] |= UINT64_C(1) << doc % 64;
            s->facts.live_docs++;
        }
    uint32_t number = rng_below(&seed, 2) ? 0 : rng_below(&seed, 5000);
    for (size_t i = 0; i < dead; i++) {
        uint64_t n = random_count(&seed);
        s->dead[i].number = number;
        s->dead[i].counts = (struct term_counts){n, n, n};
        if (rng_below(&seed, 3) == 0)
            s->dead[i].counts = (struct term_counts){n, random_count(&seed),
                                                     random_count(&seed)};
        number += 1 + rng_below(&seed, rng_below(&seed, 3) ? 4 : 100000);
    }
}

static int write_scene(const struct bed *bed, const struct scene *s,
                       struct err *err)
{
    uint64_t size;
    uint32_t crc;
    return live_write(bed->dir, "s.seg", &s->facts, s->bits, s->dead, s->count,
                      &size, &crc, err);
}

static void check_counts(struct term_counts got, struct term_counts want)
{
    CHECK(got.docs == want.docs);
    CHECK(got.frequency == want.frequency);
    CHECK(got.occurrences == want.occurrences);
}

static void check_live(const struct live *live, const struct scene *s)
{
    struct err err;
    struct arena arena;
    struct dead_term *all;
    struct term_counts counts;
    size_t count;
    CHECK_EQ(live_facts_of(live)->docs, s->facts.docs);
    CHECK_EQ(live_facts_of(live)->live_docs, s->facts.live_docs);
    CHECK(live_facts_of(live)->live_words == s->facts.live_words);
    for (uint32_t i = 0; i < (s->facts.docs + 63) / 64; i++)
        CHECK(live_bits(live)[i] == s->bits[i]);
    arena_init(&arena, 1 << 20);
    CHECK_OK(live_dead_all(live, &arena, &all, &count, &err), err);
    CHECK_EQ(count, s->count);
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = s->dead[i].number;
        CHECK_EQ(all[i].number, number);
        check_counts(all[i].counts, s->dead[i].counts);
        CHECK_OK(live_dead(live, number, &counts, &err), err);
        check_counts(counts, s->dead[i].counts);
        if (number > next) { /* one that has none */
            CHECK_OK(live_dead(live, number - 1, &counts, &err), err);
            check_counts(counts, (struct term_counts){0});
        }
        next = number + 1;
    }
    CHECK_OK(live_dead(live, next, &counts, &err), err);
    check_counts(counts, (struct term_counts){0});
    CHECK_OK(live_dead(live, UINT32_MAX, &counts, &err), err);
    check_counts(counts, (struct term_counts){0});
    CHECK_OK(live_check(live, NULL, NULL, &err), err);
    CHECK_OK(live_damage(live, &err), err);
    arena_reset(&arena);
}

TEST(what_goes_in_comes_out)
{
    static const struct {
        uint32_t docs;
        size_t dead;
    } rows[] = {{0, 0},   {1, 0},    {63, 1},     {64, 63},
                {65, 64}, {128, 65}, {1000, 129}, {2500, MOST_DEAD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct scene scene;
        struct bed bed;
        struct live *live;
        uint64_t size, on_disk;
        uint32_t crc, crc_on_disk;
        random_scene(i + 1, rows[i].docs, rows[i].dead, &scene);
        bed_init(&bed);
        CHECK_OK(live_write(bed.dir, "s.seg", &scene.facts, scene.bits,
                            scene.dead, scene.count, &size, &crc, &bed.err),
                 bed.err);
        CHECK_OK(file_crc32(bed.path, &crc_on_disk, &on_disk, &bed.err),
                 bed.err);
        CHECK_EQ(size, on_disk);
        CHECK_EQ(crc, crc_on_disk);
        CHECK_OK(live_open(bed.path, rows[i].docs, &live, &bed.err), bed.err);
        check_live(live, &scene);
        live_close(live);
        CHECK_EQ(live_open(bed.path, rows[i].docs + 1, &live, &bed.err),
                 ERR_CORRUPT);
        bed_end(&bed);
    }
}

TEST(a_segment_is_no_live_file)
{
    struct bed bed;
    struct live *live;
    bed_init(&bed);
    bed_begin(&bed);
    bed_write(&bed, 0, 0);
    CHECK_EQ(live_open(bed.path, 0, &live, &bed.err), ERR_CORRUPT);
    CHECK_EQ(live_open("/nonexistent/s.live", 0, &live, &bed.err),
             ERR_NOTFOUND);
    bed_end(&bed);
}

/* --- damage --- */

static void count_report(void *context, const char *fault)
{
    CHECK(strlen(fault) > 0);
    ++*(int *)context;
}

/* Whether opening, asking or checking refuses. */
static bool use_all(struct bed *bed, const struct scene *s)
{
    struct live *live;
    struct arena arena;
    struct dead_term *all;
    struct term_counts counts;
    size_t count;
    int reports = 0;
    int rc = live_open(bed->path, s->facts.docs, &live, &bed->err);
    CHECK_MSG(rc == 0 || rc == ERR_CORRUPT || rc == ERR_MISMATCH, "%s",
              bed->err.text);
    if (rc)
        return true;
    arena_init(&arena, 256 << 10);
    rc = live_dead_all(live, &arena, &all, &count, &bed->err);
    CHECK_MSG(rc == 0 || rc == ERR_CORRUPT, "%s", bed->err.text);
    for (size_t i = 1; !rc && i < count; i++)
        CHECK(all[i].number > all[i - 1].number);
    for (size_t i = 0; i < s->count; i++) {
        int got = live_dead(live, s->dead[i].number, &counts, &bed->err);
        CHECK(got == 0 || got == ERR_CORRUPT);
    }
    int checked = live_check(live, count_report, &reports, &bed->err);
    CHECK_EQ(checked != 0, reports > 0);
    CHECK(checked || !rc);
    arena_reset(&arena);
    live_close(live);
    return checked != 0;
}

TEST(every_flipped_bit_of_the_file_is_found)
{
    static struct scene scene;
    struct bed bed;
    struct bytes_out bytes = {0};
    random_scene(4, 70, 70, &scene);
    bed_init(&bed);
    CHECK_OK(write_scene(&bed, &scene, &bed.err), bed.err);
    CHECK(!use_all(&bed, &scene));
    CHECK_OK(file_read(bed.path, 1 << 20, &bytes, &bed.err), bed.err);
    for (size_t i = 0; i <= bytes.len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            /* In the end: cut short by a byte and more. */
            size_t len = i < bytes.len ? bytes.len : bytes.len - 1 - bit * 7;
            if (i < bytes.len)
                bytes.data[i] ^= (uint8_t)(1 << bit);
            FILE *out = fopen(bed.path, "wb");
            CHECK(out && fwrite(bytes.data, 1, len, out) == len);
            CHECK_EQ(fclose(out), 0);
            CHECK_MSG(use_all(&bed, &scene), "byte %zu bit %u", i, bit);
            if (i < bytes.len)
                bytes.data[i] ^= (uint8_t)(1 << bit);
        }
    bytes_out_release(&bytes);
    bed_end(&bed);
}

TEST(damage_under_good_checksums_is_an_answer_or_corrupt)
{
    static const enum section_id ids[] = {SECTION_LIVE, SECTION_DEAD};
    static struct scene scene;
    struct bed good, bad;
    random_scene(8, 70, 150, &scene);
    bed_init(&good);
    bed_init(&bad);
    CHECK_OK(write_scene(&good, &scene, &good.err), good.err);
    CHECK_OK(segment_file_open(good.path, &good.file, &good.err), good.err);
    for (int i = 0; i < 2; i++) {
        struct bytes_out bytes = bed_section(good.file, ids[i]);
        struct slice all = {bytes.data, bytes.len};
        int refused = 0;
        for (size_t at = 0; at < bytes.len; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes.data[at] ^= (uint8_t)(1 << bit);
                bed_forge(&bad, good.file, ids[i], all);
                refused += use_all(&bad, &scene);
                bytes.data[at] ^= (uint8_t)(1 << bit);
            }
        /* Every bit of the bitmap is counted. */
        CHECK(ids[i] == SECTION_LIVE ? refused == (int)bytes.len * 8
                                     : refused > 300);
        for (size_t len = 0; len < bytes.len; len++) {
            bed_forge(&bad, good.file, ids[i], slice_part(all, 0, len));
            CHECK(use_all(&bad, &scene));
        }
        bytes_out_release(&bytes);
    }
    bed_end(&good);
    bed_end(&bad);
}

/* SECTION_DEAD of these bytes, in an arena of 64 KB. */
static void check_refused(struct slice section)
{
    static struct scene scene = {.facts = {1, 1, 1}, .bits = {1}};
    struct bed good, bad;
    struct live *live;
    struct arena arena;
    struct dead_term *all;
    struct term_counts counts;
    size_t count;
    bed_init(&good);
    bed_init(&bad);
    CHECK_OK(write_scene(&good, &scene, &good.err), good.err);
    CHECK_OK(segment_file_open(good.path, &good.file, &good.err), good.err);
    bed_forge(&bad, good.file, SECTION_DEAD, section);
    int rc = live_open(bad.path, 1, &live, &bad.err);
    CHECK(rc == 0 || rc == ERR_CORRUPT);
    if (!rc) {
        arena_init(&arena, 64 << 10);
        CHECK_EQ(live_dead(live, 8, &counts, &bad.err), ERR_CORRUPT);
        CHECK_EQ(live_dead_all(live, &arena, &all, &count, &bad.err),
                 ERR_CORRUPT);
        arena_reset(&arena);
        live_close(live);
    }
    bed_end(&good);
    bed_end(&bad);
}

TEST(numbers_and_counts_that_lie_are_refused)
{
    /* Term 7, then one so far behind it that its number is 3 again. */
    static const uint8_t wraps[] = {2, 0,    0,    0,    7,    0,    0, 0,
                                    7, 0,    0,    0,    0,    0,    0, 0,
                                    3, 0xfb, 0xff, 0xff, 0xff, 0x0f, 3};
    check_refused((struct slice){wraps, sizeof wraps});
    /* 64,000 terms in one byte. */
    struct bytes_out many = {0};
    put_u32(&many, 64000);
    put_u32(&many, 1);
    for (int i = 0; i < 1000; i++)
        put_u64(&many, 0);
    put_u8(&many, 3);
    check_refused((struct slice){many.data, many.len});
    bytes_out_release(&many);
}

/* --- memory --- */

TEST(every_allocation_may_fail)
{
    static struct scene scene;
    struct bed bed;
    struct live *live;
    random_scene(8, 70, 150, &scene);
    bed_init(&bed);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc == ERR_NOMEM; n++) {
        mem_fail_after(n);
        rc = write_scene(&bed, &scene, &bed.err);
        if (!rc)
            rc = live_open(bed.path, 70, &live, &bed.err);
        if (!rc)
            live_close(live);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%s", bed.err.text);
    }
    CHECK(n > 6);
    bed_end(&bed);
}

/* --- docs/format/live.md --- */

TEST(the_documented_example_is_what_it_says)
{
    static struct scene scene = {
        .facts = {10, 8, 4000},
        .bits = {0x3ee},
        .dead = {{7, {1, 1, 1}}, {8, {2, 5, 4}}, {300, {1, 1, 1}}},
        .count = 3};
    static const enum section_id ids[] = {SECTION_LIVE, SECTION_DEAD};
    struct bed bed;
    bed_init(&bed);
    CHECK_OK(write_scene(&bed, &scene, &bed.err), bed.err);
    CHECK_OK(segment_file_open(bed.path, &bed.file, &bed.err), bed.err);
    for (int i = 0; i < 2; i++) {
        struct bytes_out got = bed_section(bed.file, ids[i]);
        struct bytes_out want =
            hex_block(PROJECT_DIR "/docs/format/live.md", i + 1);
        CHECK_MSG(slice_eq((struct slice){got.data, got.len},
                           (struct slice){want.data, want.len}),
                  "%s", section_name(ids[i]));
        bytes_out_release(&got);
        bytes_out_release(&want);
    }
    bed_end(&bed);
}

RUN(T(what_goes_in_comes_out), T(a_segment_is_no_live_file),
    T(every_flipped_bit_of_the_file_is_found),
    T(damage_under_good_checksums_is_an_answer_or_corrupt),
    T(numbers_and_counts_that_lie_are_refused), T(every_allocation_may_fail),
    T(the_documented_example_is_what_it_says))
