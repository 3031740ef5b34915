/* Pieces made by any thread, taken in their order by one. */
#include "engine/native/invert/in_order.h"

#include "base/mem.h"
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MOST = 300 };

struct work {
    struct in_order how;
    uint32_t made[MOST]; /* what each piece has made */
    _Atomic uint32_t under_way, most_under_way;
    uint32_t taken, fails_at; /* piece whose making or taking fails */
    bool fails_when_taken;
    pthread_t caller;
};

static int make(void *context, unsigned thread, uint32_t piece, struct err *err)
{
    struct work *work = context;
    uint32_t now = atomic_fetch_add(&work->under_way, 1) + 1;
    uint32_t most = atomic_load(&work->most_under_way);
    while (most < now &&
           !atomic_compare_exchange_weak(&work->most_under_way, &most, now))
        ;
    CHECK(thread < work->how.threads);
    CHECK_EQ(thread == 0, pthread_equal(pthread_self(), work->caller) != 0);
    if (piece % 7 == 3)
        sched_yield();
    if (piece == work->fails_at && !work->fails_when_taken)
        return err_set(err, ERR_LIMIT, "piece %u", piece);
    work->made[piece] = piece + 1;
    return ERR_OK;
}

static int take(void *context, uint32_t piece, struct err *err)
{
    struct work *work = context;
    CHECK(pthread_equal(pthread_self(), work->caller));
    CHECK_EQ(piece, work->taken);
    CHECK_EQ(work->made[piece], piece + 1);
    atomic_fetch_sub(&work->under_way, 1);
    work->taken++;
    if (piece == work->fails_at && work->fails_when_taken)
        return err_set(err, ERR_IO, "piece %u", piece);
    return ERR_OK;
}

static int run(struct work *work, unsigned threads, uint32_t count,
               uint32_t window, struct err *err)
{
    work->how = (struct in_order){.threads = threads,
                                  .count = count,
                                  .window = window,
                                  .make = make,
                                  .take = take,
                                  .context = work};
    work->caller = pthread_self();
    return run_in_order(&work->how, err);
}

static const uint32_t counts[] = {0, 1, 2, 7, MOST};
static const uint32_t windows[] = {1, 2, 16, MOST};

TEST(all_pieces_are_taken_in_order)
{
    for (unsigned threads = 1; threads <= 5; threads++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
                struct work work = {.fails_at = UINT32_MAX};
                struct err err;
                CHECK_OK(run(&work, threads, counts[c], windows[w], &err), err);
                CHECK_EQ(work.taken, counts[c]);
                CHECK(work.most_under_way <= windows[w]);
            }
}

TEST(a_failure_ends_the_work)
{
    for (unsigned threads = 1; threads <= 4; threads++)
        for (int taken = 0; taken < 2; taken++)
            for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
                for (uint32_t at = 0; at < MOST; at += 37) {
                    struct work work = {.fails_at = at,
                                        .fails_when_taken = taken};
                    struct err err;
                    char want[32];
                    CHECK_EQ(run(&work, threads, MOST, windows[w], &err),
                             taken ? ERR_IO : ERR_LIMIT);
                    snprintf(want, sizeof want, "piece %u", at);
                    CHECK_SLICE(slice_of(err.text), slice_of(want));
                    CHECK(work.taken <= at + 1);
                }
}

TEST(without_memory_nothing_is_begun)
{
    for (long n = 0; n < 2; n++) {
        struct work work = {.fails_at = UINT32_MAX};
        struct err err;
        mem_fail_after(n);
        int rc = run(&work, 3, 8, 4, &err);
        mem_fail_after(-1);
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK_EQ(work.taken, 0);
        CHECK_EQ(work.made[0], 0);
    }
}

RUN(T(all_pieces_are_taken_in_order), T(a_failure_ends_the_work),
    T(without_memory_nothing_is_begun))
