/* A thread that stores articles leaves no trace, whatever it is in the middle of. */
#include "engine/native/invert/text_queue.h"

#include "segment/bed.h"

#include <stdatomic.h>

/* The linker puts this in the place of stored_add() (tests.cmake). */
int __real_stored_add(struct stored_writer *writer, struct slice payload,
                      uint32_t *ticket, struct err *err);
int __wrap_stored_add(struct stored_writer *writer, struct slice payload,
                      uint32_t *ticket, struct err *err);

static atomic_long adds_left = -1; /* then one fails; negative: none does */
static atomic_uint added;

int __wrap_stored_add(struct stored_writer *writer, struct slice payload,
                      uint32_t *ticket, struct err *err)
{
    if (adds_left >= 0 && adds_left-- == 0)
        return err_set(err, ERR_NOMEM, "one too many");
    added++;
    return __real_stored_add(writer, payload, ticket, err);
}

/* By number, always the same: most are short, some are longer than a batch. */
static struct article article_of(uint32_t number, struct arena *arena)
{
    uint64_t seed = number + 1;
    rng_next(&seed);
    size_t len = rng_below(&seed, 6000);
    if (number % 500 == 77)
        len += 1500000;
    char *body = arena_alloc(arena, len + 1);
    CHECK(body);
    for (size_t i = 0; i < len; i++)
        body[i] = "etaoin shrdlu"[rng_below(&seed, 13)];
    return (struct article){.key =
                                slice_of(arena_printf(arena, "k:%u", number)),
                            .text[PART_BODY] = {(uint8_t *)body, len}};
}

static int put_some(struct text_queue *queue, uint32_t first, uint32_t count,
                    struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = first; rc == ERR_OK && i < first + count; i++) {
        struct arena arena;
        uint32_t ticket;
        arena_init(&arena, 1 << 24);
        struct article article = article_of(i, &arena);
        rc = text_queue_put(queue, &article, &ticket, err);
        if (rc == ERR_OK)
            CHECK_EQ(ticket, i);
        arena_reset(&arena);
    }
    return rc;
}

/* The stored section of `count` articles. */
static struct bytes_out section_of(uint32_t count, bool threaded)
{
    struct bed bed;
    struct stored_writer *stored;
    struct text_queue *queue;
    uint32_t *tickets = calloc(count + 1, sizeof *tickets);
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(stored_writer_open(bed.writer, &stored, &bed.err), bed.err);
    CHECK_OK(text_queue_open(stored, threaded, &queue, &bed.err), bed.err);
    CHECK_OK(put_some(queue, 0, count, &bed.err), bed.err);
    if (threaded)
        CHECK_EQ(text_queue_memory(queue), TEXT_QUEUE_MEMORY);
    CHECK_OK(text_queue_finish(queue, &bed.err), bed.err);
    text_queue_close(queue);
    for (uint32_t i = 0; i < count; i++)
        tickets[i] = i;
    CHECK_OK(stored_finish(stored, tickets, count, &bed.err), bed.err);
    stored_writer_close(stored);
    bed_write(&bed, count, 0);
    struct bytes_out bytes = bed_section(bed.file, SECTION_STORED);
    bed_end(&bed);
    free(tickets);
    return bytes;
}

TEST(the_section_is_the_same_with_a_thread_and_without)
{
    static const uint32_t counts[] = {0, 1, 80, 200, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct bytes_out with = section_of(counts[i], true);
        struct bytes_out without = section_of(counts[i], false);
        CHECK_SLICE(((struct slice){with.data, with.len}),
                    ((struct slice){without.data, without.len}));
        bytes_out_release(&with);
        bytes_out_release(&without);
    }
}

struct queue_bed {
    struct bed bed;
    struct stored_writer *stored;
    struct text_queue *queue;
};

static void open_queue(struct queue_bed *q)
{
    bed_init(&q->bed);
    bed_begin(&q->bed);
    CHECK_OK(stored_writer_open(q->bed.writer, &q->stored, &q->bed.err),
             q->bed.err);
    CHECK_OK(text_queue_open(q->stored, true, &q->queue, &q->bed.err),
             q->bed.err);
}

static void close_queue(struct queue_bed *q)
{
    text_queue_close(q->queue);
    stored_writer_close(q->stored);
    bed_end(&q->bed);
}

/* Early or late, in the thread or in the last batch. */
TEST(a_failure_is_told_in_the_end_at_the_latest)
{
    static const struct {
        uint32_t count;
        long good;
    } rows[] = {{10, 0}, {10, 9}, {1000, 0}, {1000, 500}, {1000, 999}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct queue_bed q;
        struct err err = {0};
        open_queue(&q);
        adds_left = rows[i].good;
        int rc = put_some(q.queue, 0, rows[i].count, &err);
        if (rc == ERR_OK)
            rc = text_queue_finish(q.queue, &err);
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK_TEXT(err.text, "one too many");
        adds_left = -1;
        close_queue(&q);
    }
}

/* The caller learns of it while there is more to put, and nothing is stored behind it. */
TEST(a_failure_ends_what_is_under_way)
{
    struct queue_bed q;
    struct err err = {0};
    open_queue(&q);
    adds_left = 100;
    added = 0;
    CHECK_EQ(put_some(q.queue, 0, 20000, &err), ERR_NOMEM);
    CHECK_EQ(text_queue_finish(q.queue, &err), ERR_NOMEM);
    CHECK_EQ(added, 100);
    adds_left = -1;
    close_queue(&q);
}

TEST(a_queue_may_be_given_up)
{
    static const uint32_t counts[] = {0, 3, 300, 3000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct queue_bed q;
        struct err err = {0};
        open_queue(&q);
        CHECK_OK(put_some(q.queue, 0, counts[i], &err), err);
        close_queue(&q);
    }
    text_queue_close(NULL);
}

TEST(memory_may_be_short)
{
    long n = 0;
    int rc;
    do {
        struct queue_bed q;
        struct err err = {0};
        open_queue(&q);
        mem_fail_after(n++);
        struct article article = {.key = SLICE("k"),
                                  .text[PART_BODY] = SLICE("A text.")};
        uint32_t ticket;
        rc = text_queue_put(q.queue, &article, &ticket, &err);
        if (rc == ERR_OK)
            rc = text_queue_finish(q.queue, &err);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        close_queue(&q);
    } while (rc && n < 100);
    CHECK(n > 3);
    CHECK_EQ(rc, ERR_OK);
}

RUN(T(the_section_is_the_same_with_a_thread_and_without),
    T(a_failure_is_told_in_the_end_at_the_latest),
    T(a_failure_ends_what_is_under_way), T(a_queue_may_be_given_up),
    T(memory_may_be_short))
