#include "lists.h"
#include "segment/positions_format.h"

enum { B = SEGMENT_BLOCK };

/* Positions of some documents, one after another, and where each begins. */
struct documents {
    uint32_t count;
    uint32_t first[601]; /* in `position`; and the end */
    uint32_t position[60000];
};

static void add_document(struct documents *d, uint32_t frequency, uint32_t step,
                         uint64_t *seed)
{
    uint32_t n = d->first[d->count], at = 0;
    for (uint32_t i = 0; i < frequency; i++) {
        at += rng_below(seed, 10) ? rng_below(seed, step) : 0;
        d->position[n++] = at;
    }
    d->first[++d->count] = n;
}

static void write_documents(struct bed *bed, const struct documents *d,
                            uint64_t *place, uint32_t *repeats)
{
    struct positions_writer writer = {
        .section = segment_section(bed->writer, SECTION_POSITIONS)};
    positions_begin(&writer);
    for (uint32_t i = 0; i < d->count; i++)
        CHECK_OK(positions_add(&writer, d->position + d->first[i],
                               d->first[i + 1] - d->first[i], &bed->err),
                 bed->err);
    CHECK_OK(positions_end(&writer, place, &bed->err), bed->err);
    *repeats = writer.repeats;
    positions_release(&writer);
}

static void check_document(struct positions *p, const struct documents *d,
                           uint32_t i)
{
    const uint32_t *at;
    struct err err;
    uint32_t count = d->first[i + 1] - d->first[i];
    CHECK_OK(positions_read(p, d->first[i], count, &at, &err), err);
    CHECK_MSG(memcmp(at, d->position + d->first[i], count * sizeof *at) == 0,
              "document %u", i);
}

static void check_documents(const struct bed *bed, const struct documents *d,
                            uint64_t place, uint64_t *seed)
{
    struct arena arena;
    struct positions p;
    struct err err;
    arena_init(&arena, 1 << 20);
    CHECK_OK(
        positions_open(bed->file, place, d->first[d->count], &arena, &p, &err),
        err);
    for (uint32_t i = 0; i < d->count; i++)
        check_document(&p, d, i);
    for (uint32_t i = 0; i < 2 * d->count; i++)
        check_document(&p, d, rng_below(seed, d->count));
    arena_reset(&arena);
}

static uint32_t repeats_of(const struct documents *d)
{
    uint32_t repeats = 0;
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t k = d->first[i] + 1; k < d->first[i + 1]; k++)
            repeats += d->position[k] == d->position[k - 1];
    return repeats;
}

TEST(positions_come_back_in_any_order)
{
    /* documents, positions of each at most, steps below */
    static const uint32_t rows[][3] = {
        {1, 2, 10},     {1, B, 10},      {2, B / 2, 10},         {1, B + 1, 10},
        {1, 2 * B, 1},  {3, B, 1000000}, {600, 3, 300},          {600, 90, 300},
        {5, 9 * B, 50}, {2, 10000, 9},   {9, 3, UINT32_MAX / 3},
    };
    static struct documents documents[sizeof rows / sizeof *rows];
    uint64_t place[sizeof rows / sizeof *rows], seed = 11;
    struct bed bed;
    bed_init(&bed);
    bed_begin(&bed);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct documents *d = &documents[row];
        for (uint32_t i = 0; i < rows[row][0]; i++)
            add_document(d,
                         i ? 1 + rng_below(&seed, rows[row][1]) : rows[row][1],
                         rows[row][2], &seed);
        uint32_t repeats;
        write_documents(&bed, d, &place[row], &repeats);
        CHECK_EQ(repeats, repeats_of(d));
    }
    bed_write(&bed, 1, 0);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        check_documents(&bed, &documents[row], place[row], &seed);
    bed_end(&bed);
}

TEST(the_greatest_position_comes_back)
{
    struct documents d = {.count = 2,
                          .first = {0, 2, 4},
                          .position = {0, UINT32_MAX, UINT32_MAX, UINT32_MAX}};
    uint64_t place, seed = 1;
    uint32_t repeats;
    struct bed bed;
    bed_init(&bed);
    bed_begin(&bed);
    write_documents(&bed, &d, &place, &repeats);
    bed_write(&bed, 1, 0);
    check_documents(&bed, &d, place, &seed);

    struct arena arena;
    struct positions p;
    const uint32_t *at;
    arena_init(&arena, 1 << 20);
    CHECK_OK(positions_open(bed.file, place, 4, &arena, &p, &bed.err), bed.err);
    /* Of one document, they would go past it. */
    CHECK_EQ(positions_read(&p, 0, 3, &at, &bed.err), ERR_CORRUPT);
    arena_reset(&arena);
    bed_end(&bed);
}

/* --- docs/format/positions.md --- */

/* "the" in three articles. */
static const struct documents documented = {
    .count = 3,
    .first = {0, 3, 4, 10},
    .position = {3, 3, 107, 112, 100, 101, 118, 140, 2141, 2142}};

TEST(the_documented_example_is_what_it_says)
{
    uint64_t place, seed = 1;
    uint32_t repeats;
    struct bed bed;
    bed_init(&bed);
    bed_begin(&bed);
    write_documents(&bed, &documented, &place, &repeats);
    CHECK_EQ(repeats, 1);
    bed_write(&bed, 3, 0);
    struct bytes_out got = bed_section(bed.file, SECTION_POSITIONS);
    struct bytes_out want =
        hex_block(PROJECT_DIR "/docs/format/positions.md", B == 128 ? 1 : 2);
    CHECK_EQ(got.len, want.len);
    CHECK(memcmp(got.data, want.data, got.len) == 0);
    CHECK_EQ(place, B == 128 ? 0 : got.len - 8); /* of one block, or table */
    check_documents(&bed, &documented, place, &seed);
    bytes_out_release(&got);
    bytes_out_release(&want);
    bed_end(&bed);
}

/* --- damage --- */

/* Reads all that a damaged list claims to hold: refused, or numbers that do not fall. */
static int read_all(const struct memory_file *memory, uint64_t place,
                    uint32_t count, uint32_t step)
{
    struct arena arena;
    struct positions p;
    struct err err;
    arena_init(&arena, 1 << 20);
    int rc = positions_open(&memory->file, place, count, &arena, &p, &err);
    for (uint32_t from = 0; rc == ERR_OK && from < count; from += step) {
        const uint32_t *at;
        uint32_t n = count - from < step ? count - from : step;
        rc = positions_read(&p, from, n, &at, &err);
        for (uint32_t i = 1; rc == ERR_OK && i < n; i++)
            CHECK(at[i - 1] <= at[i]);
    }
    CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
    CHECK(rc == ERR_OK || strstr(err.text, "memory: positions: "));
    arena_reset(&arena);
    return rc;
}

static struct bytes_out small_section(struct documents *d, uint64_t *place)
{
    struct bed bed;
    uint64_t seed = 5;
    uint32_t repeats;
    bed_init(&bed);
    bed_begin(&bed);
    for (int i = 0; i < 12; i++)
        add_document(d, 1 + rng_below(&seed, 40), 60, &seed);
    write_documents(&bed, d, place, &repeats);
    bed_write(&bed, 12, 0);
    struct bytes_out section = bed_section(bed.file, SECTION_POSITIONS);
    bed_end(&bed);
    return section;
}

TEST(damaged_positions_are_refused_or_do_not_fall)
{
    static struct documents d;
    uint64_t place;
    struct bytes_out section = small_section(&d, &place);
    uint32_t count = d.first[d.count];
    struct memory_file memory;
    struct slice none = {0}, all = {section.data, section.len};
    size_t refused = 0;
    for (size_t len = 0; len < all.len; len++) {
        memory_open(&memory, none, slice_part(all, 0, len), SECTION_POSITIONS);
        CHECK_EQ(read_all(&memory, place, count, 7), ERR_CORRUPT);
        memory_close(&memory);
    }
    memory_open(&memory, none, all, SECTION_POSITIONS);
    CHECK_EQ(read_all(&memory, place, count, 7), ERR_OK);
    for (size_t bit = 0; bit < 8 * all.len; bit++) {
        memory.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        refused += read_all(&memory, place, count, 1) != ERR_OK;
        refused += read_all(&memory, place, count, count) != ERR_OK;
        memory.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK(refused);
    for (uint64_t wrong = 0; wrong <= all.len + 1; wrong++)
        read_all(&memory, wrong, count, 7);
    CHECK_EQ(read_all(&memory, UINT64_MAX, count, 7), ERR_CORRUPT);
    CHECK_EQ(read_all(&memory, UINT64_MAX, 1, 1), ERR_CORRUPT);
    CHECK_EQ(read_all(&memory, place, UINT32_MAX, UINT32_MAX), ERR_CORRUPT);
    memory_close(&memory);
    bytes_out_release(&section);
}

TEST(a_damaged_block_leaves_the_others_as_they_were)
{
    static struct documents d;
    uint64_t place, seed = 2;
    uint32_t repeats;
    struct bed bed;
    bed_init(&bed);
    bed_begin(&bed);
    for (int i = 0; i < 3; i++)
        add_document(&d, B, 60, &seed);
    write_documents(&bed, &d, &place, &repeats);
    bed_write(&bed, 3, 0);
    struct bytes_out section = bed_section(bed.file, SECTION_POSITIONS);
    struct memory_file memory;
    memory_open(&memory, (struct slice){0},
                (struct slice){section.data, section.len}, SECTION_POSITIONS);

    struct arena arena;
    struct positions p;
    const uint32_t *at;
    arena_init(&arena, 1 << 20);
    CHECK_OK(positions_open(&memory.file, place, 3 * B, &arena, &p, &bed.err),
             bed.err);
    check_document(&p, &d, 0);
    uint32_t second = rising_at(&p.ends, 0);
    memory.data[second] = 0xff;
    CHECK_EQ(positions_read(&p, B, B, &at, &bed.err), ERR_CORRUPT);
    check_document(&p, &d, 0);
    CHECK_EQ(positions_read(&p, B, B, &at, &bed.err), ERR_CORRUPT);
    check_document(&p, &d, 2);
    arena_reset(&arena);
    memory_close(&memory);
    bytes_out_release(&section);
    bed_end(&bed);
}

TEST(no_memory_is_told)
{
    static struct documents d;
    uint64_t place;
    struct bytes_out section = small_section(&d, &place);
    struct memory_file memory;
    memory_open(&memory, (struct slice){0},
                (struct slice){section.data, section.len}, SECTION_POSITIONS);
    uint32_t count = d.first[d.count];
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc; n++) {
        struct arena arena;
        struct positions p;
        const uint32_t *at;
        arena_init(&arena, 1 << 20);
        mem_fail_after(n);
        rc = positions_open(&memory.file, place, count, &arena, &p, NULL);
        if (rc == ERR_OK)
            rc = positions_read(&p, 0, count, &at, NULL);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        arena_reset(&arena);
    }
    CHECK(n > 1);
    memory_close(&memory);
    bytes_out_release(&section);
}

RUN(T(positions_come_back_in_any_order), T(the_greatest_position_comes_back),
    T(the_documented_example_is_what_it_says),
    T(a_damaged_block_leaves_the_others_as_they_were),
    T(damaged_positions_are_refused_or_do_not_fall), T(no_memory_is_told))
