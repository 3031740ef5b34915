#include "engine/native/write/key_filter.h"

#include "base/hash_map.h"
#include "base/mem.h"
#include "check.h"

#include <stdio.h>

enum { KEYS = 20000 };

static uint64_t hash_of(const char *kind, unsigned number)
{
    char key[32];
    int len = snprintf(key, sizeof key, "%s:%u", kind, number);
    return hash_bytes((struct slice){(const uint8_t *)key, (size_t)len});
}

TEST(every_key_that_was_added_may_be_there)
{
    for (size_t room = 0; room <= KEYS; room += KEYS / 4) {
        struct key_filter *filter = key_filter_new(room);
        CHECK(filter != NULL);
        for (unsigned i = 0; i < KEYS; i++)
            key_filter_add(filter, hash_of("in", i));
        for (unsigned i = 0; i < KEYS; i++)
            CHECK(key_filter_may_have(filter, hash_of("in", i)));
        key_filter_free(filter);
    }
}

TEST(few_others_pass)
{
    struct key_filter *filter = key_filter_new(KEYS);
    unsigned passed = 0;
    CHECK(filter != NULL);
    for (unsigned i = 0; i < KEYS; i++)
        key_filter_add(filter, hash_of("in", i));
    for (unsigned i = 0; i < KEYS; i++)
        passed += key_filter_may_have(filter, hash_of("out", i));
    CHECK(passed < KEYS / 50);
    key_filter_free(filter);
}

TEST(an_empty_one_lets_none_pass_and_none_lets_all)
{
    struct key_filter *filter = key_filter_new(0);
    CHECK(filter != NULL);
    CHECK(!key_filter_may_have(filter, hash_of("out", 1)));
    key_filter_free(filter);
    CHECK(key_filter_may_have(NULL, hash_of("out", 1)));
    key_filter_free(NULL);
}

TEST(no_memory_is_no_filter)
{
    mem_fail_after(0);
    CHECK(key_filter_new(KEYS) == NULL);
    mem_fail_after(-1);
    CHECK(key_filter_new(SIZE_MAX) == NULL);
}

RUN(T(every_key_that_was_added_may_be_there), T(few_others_pass),
    T(an_empty_one_lets_none_pass_and_none_lets_all), T(no_memory_is_no_filter))
