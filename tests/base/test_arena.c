#include "base/arena.h"

#include "base/mem.h"
#include "check.h"

#include <stdint.h>

TEST(memory_is_zeroed_aligned_and_apart)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t size = 1; size < 100000; size = size * 2 + 1) {
        uint8_t *p = arena_alloc(&arena, size);
        CHECK(p);
        CHECK_EQ((uintptr_t)p % 16, 0);
        CHECK(p[0] == 0 && p[size - 1] == 0);
        memset(p, 0xab, size); /* the next one must not see this */
    }
    arena_reset(&arena);
    CHECK_EQ(arena.total, 0);
}

TEST(refusals)
{
    static const struct {
        const char *why;
        size_t limit, size;
        long allocations;
    } rows[] = {
        {"over the limit", 100000, 100001, -1},
        {"chunk header counts, too", 100000, 100000, -1},
        {"size near the top of size_t", 100000, SIZE_MAX - 3, -1},
        {"no memory", 100000, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, rows[i].limit);
        mem_fail_after(rows[i].allocations);
        CHECK_MSG(!arena_alloc(&arena, rows[i].size), "%s", rows[i].why);
        mem_fail_after(-1);
        CHECK(arena.total <= rows[i].limit);
        arena_reset(&arena);
    }
}

RUN(T(memory_is_zeroed_aligned_and_apart), T(refusals))
