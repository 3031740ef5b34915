/* Stored articles: what goes in comes out, by doc id, through copies; no damage is
 * believed; what was dropped is gone. */
#include "segment/stored.h"

#include "base/limits.h"
#include "bed.h"

/* Texts with much in common, of many sizes: by number, always the same. */
static void make_text(uint32_t number, struct bytes_out *out)
{
    static const char *const words[] = {
        "the ",      "said ",  "government ", "of ",    "Istanbul ",
        "minister ", "grain ", "agreement ",  "ships ", "in a statement on ",
        "Monday ",   "ports ", "\n\n",        "draft ", "according to the "};
    uint64_t seed = number + 1;
    char name[24];
    out->len = 0;
    rng_next(&seed);
    int n = snprintf(name, sizeof name, "wire:%u ", number);
    put_raw(out, name, (size_t)n);
    for (uint32_t left = 20 + rng_below(&seed, 700); left; left--) {
        uint32_t w = rng_below(&seed, 40);
        if (w < 15)
            put_raw(out, words[w], strlen(words[w]));
        else
            put_u32(out, (uint32_t)rng_next(&seed) | 0x20202020);
    }
}

static void add_texts(struct stored_writer *writer, uint32_t first,
                      uint32_t count, uint32_t *tickets)
{
    struct bytes_out text = {0};
    struct err err;
    for (uint32_t i = 0; i < count; i++) {
        make_text(first + i, &text);
        CHECK_OK(stored_add(writer, (struct slice){text.data, text.len},
                            &tickets[i], &err),
                 err);
    }
    bytes_out_release(&text);
}

/* Doc `doc` has text `number`. */
static void check_text(const struct stored *stored, doc_id doc, uint32_t number)
{
    struct bytes_out want = {0};
    struct slice got;
    struct arena arena;
    struct err err;
    arena_init(&arena, 1 << 30);
    make_text(number, &want);
    CHECK_OK(stored_read(stored, doc, &arena, &got, &err), err);
    CHECK_SLICE(got, ((struct slice){want.data, want.len}));
    arena_reset(&arena);
    bytes_out_release(&want);
}

/* A segment of texts first ... first + count - 1, the last as doc 0. */
static void write_falling(struct bed *bed, uint32_t first, uint32_t count,
                          struct stored *out)
{
    struct stored_writer *writer;
    uint32_t *tickets = calloc(count, sizeof *tickets);
    bed_begin(bed);
    CHECK_OK(stored_writer_open(bed->writer, &writer, &bed->err), bed->err);
    add_texts(writer, first, count, tickets);
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t swap = tickets[i];
        tickets[i] = tickets[count - 1 - i];
        tickets[count - 1 - i] = swap;
    }
    CHECK_OK(stored_finish(writer, tickets, count, &bed->err), bed->err);
    stored_writer_close(writer);
    free(tickets);
    bed_write(bed, count, 0);
    CHECK_OK(stored_open(bed->file, out, &bed->err), bed->err);
}

TEST(articles_come_back_by_doc_id)
{
    static const uint32_t counts[] = {0, 1, 2, 17, 3000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct bed bed;
        struct stored stored;
        bed_init(&bed);
        write_falling(&bed, 5, counts[c], &stored);
        CHECK_EQ(stored.docs, counts[c]);
        for (uint32_t doc = 0; doc < counts[c]; doc++)
            check_text(&stored, doc, 5 + counts[c] - 1 - doc);
        bed_end(&bed);
    }
}

RUN(T(articles_come_back_by_doc_id))
