/* Hits in order and samples of them, beside a plain sort of the same. */
#include "queryd/hit_order.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

enum { MOST = 700, KEY_BYTES = 20 };

struct plain {
    char key[KEY_BYTES + 1];
    uint64_t value;
    uint32_t id;
};

static int by_value(const void *a, const void *b)
{
    const struct plain *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return strcmp(x->key, y->key);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct plain *)a)->key,
                  ((const struct plain *)b)->key);
}

static int add(struct hit_order *order, const struct plain *plain,
               struct err *err)
{
    if (!hit_order_wants(order, plain->value))
        return 0;
    struct ordered_hit hit = {.key = slice_of(plain->key),
                              .value = plain->value,
                              .doc = plain->id,
                              .hit = plain->id * 2};
    return hit_order_add(order, &hit, err);
}

TEST(every_hit_comes_once_and_in_order_or_the_least_of_them)
{
    uint64_t seed = 5;
    for (int round = 0; round < 300; round++) {
        struct plain hits[MOST];
        struct hit_order order;
        struct err err = {0};
        size_t count = rng_below(&seed, MOST);
        size_t sample = round % 3 ? 1 + rng_below(&seed, 400) : 0;
        hit_order_init(&order, sample, 1 << 20);
        for (size_t i = 0; i < count; i++) {
            hits[i] = (struct plain){.value = rng_below(&seed, 50),
                                     .id = (uint32_t)i};
            /* keys are total orders: the end tells hits apart */
            snprintf(hits[i].key, sizeof hits[i].key, "%c%c%04zx",
                     'a' + (char)rng_below(&seed, 3),
                     'a' + (char)rng_below(&seed, 3), i);
            CHECK_OK(add(&order, &hits[i], &err), err);
        }
        if (sample && sample < count) {
            qsort(hits, count, sizeof *hits, by_value);
            count = sample;
        }
        qsort(hits, count, sizeof *hits, by_key);
        hit_order_ready(&order);
        struct ordered_hit got;
        for (size_t i = 0; i < count; i++) {
            CHECK(hit_order_next(&order, &got));
            CHECK_MSG(got.doc == hits[i].id && got.hit == hits[i].id * 2,
                      "round %d: %zu of %zu is %u, want %u", round, i, count,
                      (unsigned)got.doc, hits[i].id);
        }
        CHECK(!hit_order_next(&order, &got));
        hit_order_release(&order);
    }
}

TEST(too_many_is_an_error_that_says_what_to_do)
{
    struct hit_order order;
    struct err err = {0};
    struct plain hit = {.key = "abcdef"};
    hit_order_init(&order, 0, 100000);
    int rc = 0;
    size_t n = 0;
    for (; rc == 0; n++) {
        CHECK(order.bytes <= 100000);
        rc = add(&order, &hit, &err);
    }
    CHECK_EQ(rc, ERR_LIMIT);
    CHECK(strstr(err.text, "sort=index") && strstr(err.text, "sample"));
    CHECK(n > 500);
    hit_order_release(&order);

    /* A sample needs the memory of the sample only. */
    hit_order_init(&order, 100, 100000);
    for (uint64_t i = 0; i < 100000; i++) {
        hit.value = i * UINT64_C(2654435761) % 1000003;
        CHECK_OK(add(&order, &hit, &err), err);
    }
    CHECK_EQ(order.count, 100);
    hit_order_release(&order);
}

TEST(without_memory_it_says_so)
{
    struct plain hit = {.key = "abcdef"};
    for (int n = 0;; n++) {
        struct hit_order order;
        struct err err = {0};
        hit_order_init(&order, 10, 1 << 20);
        mem_fail_after(n);
        int rc = 0;
        for (uint64_t i = 0; i < 40 && rc == 0; i++) {
            hit.value = 40 - i;
            rc = add(&order, &hit, &err);
        }
        mem_fail_after(-1);
        hit_order_release(&order);
        if (rc == 0)
            break;
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK(n < 1000);
    }
}

RUN(T(every_hit_comes_once_and_in_order_or_the_least_of_them),
    T(too_many_is_an_error_that_says_what_to_do), T(without_memory_it_says_so))
