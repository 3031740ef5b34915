#include "base/cancel.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

#include <pthread.h>
#include <time.h>

enum { CLOCK_EVERY = 64 }; /* cancel_check() may look at the clock so rarely */

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* The first status that is not ERR_OK within the calls that must find it. */
static int status_within(struct cancel *cancel, int calls)
{
    int status = ERR_OK;
    while (status == ERR_OK && calls-- > 0)
        status = cancel_check(cancel);
    return status;
}

TEST(nothing_and_no_deadline_never_stop)
{
    CHECK_EQ(status_within(NULL, 1000), ERR_OK);
    struct cancel *cancel = cancel_new(0);
    CHECK(cancel);
    wait_ms(2);
    CHECK_EQ(status_within(cancel, 1000), ERR_OK);
    cancel_free(cancel);
}

TEST(a_deadline_passes_and_stays_passed)
{
    struct cancel *cancel = cancel_new(20);
    CHECK(cancel);
    CHECK_EQ(status_within(cancel, CLOCK_EVERY + 1), ERR_OK);
    wait_ms(25);
    CHECK_EQ(status_within(cancel, CLOCK_EVERY), ERR_DEADLINE);
    cancel_request(cancel); /* the first reason stays the reason */
    for (int i = 0; i < 200; i++)
        CHECK_EQ(cancel_check(cancel), ERR_DEADLINE);
    cancel_free(cancel);
}

TEST(a_far_deadline_does_not_overflow)
{
    struct cancel *cancel = cancel_new(UINT32_MAX);
    CHECK(cancel);
    CHECK_EQ(status_within(cancel, 200), ERR_OK);
    cancel_free(cancel);
}

static void *request(void *context)
{
    wait_ms(5);
    cancel_request(context);
    return NULL;
}

TEST(another_thread_cancels)
{
    pthread_t thread;
    struct cancel *cancel = cancel_new(60000);
    CHECK(cancel);
    CHECK_EQ(pthread_create(&thread, NULL, request, cancel), 0);
    int status = ERR_OK;
    while (status == ERR_OK)
        status = cancel_check(cancel);
    CHECK_EQ(status, ERR_CANCELLED);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(cancel_check(cancel), ERR_CANCELLED);
    cancel_free(cancel);
}

TEST(without_memory_there_is_none)
{
    mem_fail_after(0);
    struct cancel *cancel = cancel_new(1);
    mem_fail_after(-1);
    CHECK(!cancel);
    cancel_free(NULL);
}

TEST(the_clock_does_not_run_backwards)
{
    uint64_t before = clock_ns();
    wait_ms(3);
    uint64_t after = clock_ns();
    CHECK(after >= before + 3000000);
    CHECK(after < before + UINT64_C(10000000000));
}

RUN(T(nothing_and_no_deadline_never_stop),
    T(a_deadline_passes_and_stays_passed), T(a_far_deadline_does_not_overflow),
    T(another_thread_cancels), T(without_memory_there_is_none),
    T(the_clock_does_not_run_backwards))
