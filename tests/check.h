/* check.h - how our unit tests are written: cmocka, with messages that name the row.
 *
 * A test program is a list of functions and one RUN line. A failed CHECK ends its
 * test; in tables the message says which row it was.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

/* Arguments are evaluated once: CHECK(mkdtemp(dir)) must not make two. */
#define CHECK_MSG(ok, ...)                                                     \
    do {                                                                       \
        if (!(ok)) {                                                           \
            print_error("%s:%d: %s: ", __FILE__, __LINE__, #ok);               \
            print_error(__VA_ARGS__);                                          \
            print_error("\n");                                                 \
            fail();                                                            \
        }                                                                      \
    } while (0)
#define CHECK(ok) CHECK_MSG(ok, "failed")
#define CHECK_EQ(got, want)                                                    \
    do {                                                                       \
        long long got_ = (long long)(got), want_ = (long long)(want);          \
        CHECK_MSG(got_ == want_, "%s is %lld, want %lld", #got, got_, want_);  \
    } while (0)
#define CHECK_TEXT(got, want)                                                  \
    do {                                                                       \
        const char *got_ = (got), *want_ = (want);                             \
        CHECK_MSG(strcmp(got_, want_) == 0, "got  \"%s\"\nwant \"%s\"", got_,  \
                  want_);                                                      \
    } while (0)
#define CHECK_SLICE(got, want)                                                 \
    do {                                                                       \
        struct slice got_ = (got), want_ = (want);                             \
        CHECK_MSG(slice_eq(got_, want_), "got \"%.*s\", want \"%.*s\"",        \
                  SLICE_ARG(got_), SLICE_ARG(want_));                          \
    } while (0)
/* rc == 0, printing the text of `err` (a struct err) otherwise. */
#define CHECK_OK(rc, err)                                                      \
    do {                                                                       \
        int rc_ = (rc);                                                        \
        CHECK_MSG(rc_ == 0, "%s (%s)", err_name(rc_), (err).text);             \
    } while (0)

#define TEST(name) static void name(__attribute__((unused)) void **state_)
#define T(name)                                                                \
    {                                                                          \
#name, name, NULL, NULL, NULL                                          \
    }

#define RUN(...)                                                               \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                       \
        if (argc > 1)                                                          \
            cmocka_set_test_filter(argv[1]);                                   \
        return cmocka_run_group_tests(tests, NULL, NULL);                      \
    }

/* The same numbers on every machine (xorshift64*). Start with any seed but 0. */
static inline uint64_t rng_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}
/* 0 .. limit-1 */
static inline uint32_t rng_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((rng_next(state) >> 32) * limit >> 32);
}

#endif
