#include "base/err.h"
#include "base/mem.h"
#include "base/arena.h"
#include "check.h"
#include "engine/native/invert/vocabulary.h"

static int put(struct vocabulary *v, struct slice text, uint8_t tag,
               uint32_t *id)
{
    struct vocabulary_probe probe;
    vocabulary_probe(v, text, tag, &probe);
    return vocabulary_put(v, &probe, id);
}

/* A list, searched from its beginning. */
struct plain {
    struct slice text[4000];
    uint8_t tag[4000];
    uint32_t count;
};

static uint32_t plain_put(struct plain *p, struct slice text, uint8_t tag)
{
    uint32_t i = 0;
    while (i < p->count && !(p->tag[i] == tag && slice_eq(p->text[i], text)))
        i++;
    if (i == p->count) {
        CHECK(p->count < 4000);
        p->text[p->count] = text;
        p->tag[p->count++] = tag;
    }
    return i;
}

/* Keys that share what a slot holds of them: few different bytes, all lengths around
 * those where the slot's words change. */
static struct slice random_key(uint64_t *rng, struct arena *arena)
{
    uint8_t text[80];
    size_t len = rng_below(rng, rng_below(rng, 8) ? 28 : sizeof text + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = rng_below(rng, 24) ? 'a' : (uint8_t)rng_below(rng, 3);
    struct slice out;
    CHECK(arena_copy_slice(arena, (struct slice){text, len}, &out) == 0);
    return out;
}

TEST(numbers_are_those_of_a_list)
{
    static struct plain plain;
    struct vocabulary v = {0};
    struct arena arena;
    uint64_t rng = 4;
    arena_init(&arena, SIZE_MAX);
    for (int i = 0; i < 20000 && plain.count < 3000; i++) {
        struct slice key = random_key(&rng, &arena);
        uint8_t tag = (uint8_t)rng_below(&rng, 3);
        uint32_t id;
        CHECK_EQ(put(&v, key, tag, &id), ERR_OK);
        CHECK_EQ(id, plain_put(&plain, key, tag));
    }
    CHECK_EQ(v.count, plain.count);
    CHECK(v.count > 1500);
    for (uint32_t id = 0; id < v.count; id++) {
        CHECK_SLICE(vocabulary_text(&v, id), plain.text[id]);
        CHECK_EQ(vocabulary_tag(&v, id), plain.tag[id]);
    }
    CHECK(vocabulary_memory(&v) > v.count * 24);
    vocabulary_release(&v);
    arena_reset(&arena);
}

/* Keys have their first and last eight bytes at hand; a byte in any place counts. */
TEST(every_byte_of_a_key_counts)
{
    for (size_t len = 1; len <= 64; len++)
        for (size_t at = 0; at < len; at++) {
            struct vocabulary v = {0};
            uint8_t a[64] = {0}, b[64] = {0};
            uint32_t ida, idb;
            b[at] = 1;
            CHECK_EQ(put(&v, (struct slice){a, len}, 1, &ida), ERR_OK);
            CHECK_EQ(put(&v, (struct slice){b, len}, 1, &idb), ERR_OK);
            CHECK_EQ(ida, 0);
            CHECK_MSG(idb == 1, "byte %zu of %zu", at, len);
            vocabulary_release(&v);
        }
}

/* Found by trying: where the hash changes, others must be. */
TEST(keys_of_one_hash_are_compared)
{
    static const struct {
        const char *a, *b;
        uint8_t tag_a, tag_b;
    } rows[] = {
        {"w75929", "w75929", 102, 30},
        {"the same00316032at its end", "the same00288654at its end", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vocabulary v = {0};
        struct vocabulary_probe a, b;
        uint32_t id;
        vocabulary_probe(&v, slice_of(rows[i].a), rows[i].tag_a, &a);
        vocabulary_probe(&v, slice_of(rows[i].b), rows[i].tag_b, &b);
        CHECK_EQ(a.hash, b.hash);
        CHECK_EQ(vocabulary_put(&v, &a, &id), ERR_OK);
        CHECK_EQ(vocabulary_put(&v, &b, &id), ERR_OK);
        CHECK_EQ(id, 1);
        CHECK_EQ(vocabulary_put(&v, &a, &id), ERR_OK);
        CHECK_EQ(id, 0);
        CHECK_EQ(vocabulary_put(&v, &b, &id), ERR_OK);
        CHECK_EQ(id, 1);
        vocabulary_release(&v);
    }
}

TEST(a_key_that_is_there_is_fetched)
{
    struct vocabulary v = {0};
    struct vocabulary_probe probe;
    uint32_t id, likely = 0;
    vocabulary_probe(&v, SLICE("word"), 1, &probe);
    CHECK(!vocabulary_fetch(&v, &probe, &likely));
    for (uint32_t i = 0; i < 700; i++) {
        char text[16];
        snprintf(text, sizeof text, "w%u", i);
        CHECK_EQ(put(&v, slice_of(text), 1, &id), ERR_OK);
        vocabulary_probe(&v, slice_of(text), 1, &probe);
        CHECK(vocabulary_fetch(&v, &probe, &likely));
        CHECK_EQ(likely, i);
        vocabulary_probe(&v, slice_of(text), 2, &probe);
        CHECK(!vocabulary_fetch(&v, &probe, &likely));
    }
    vocabulary_release(&v);
}

TEST(probes_stay_good_while_others_are_put)
{
    struct vocabulary v = {0};
    struct vocabulary_probe early;
    uint32_t id, again;
    vocabulary_probe(&v, SLICE("early"), 1, &early);
    for (int i = 0; i < 5000; i++) {
        char text[16];
        snprintf(text, sizeof text, "w%d", i);
        CHECK_EQ(put(&v, slice_of(text), 1, &id), ERR_OK);
    }
    CHECK_EQ(vocabulary_put(&v, &early, &id), ERR_OK);
    CHECK_EQ(id, 5000);
    CHECK_EQ(put(&v, SLICE("early"), 1, &again), ERR_OK);
    CHECK_EQ(again, id);
    vocabulary_release(&v);
}

TEST(a_failed_put_leaves_the_vocabulary_as_it_was)
{
    struct vocabulary v = {0};
    uint32_t kept = 0;
    for (long n = 0; kept < 3000; n = (n + 1) % 3) {
        char text[64];
        uint32_t id = 0;
        snprintf(text, sizeof text, "a word that is rather long: %u", kept);
        mem_fail_after(n);
        int rc = put(&v, slice_of(text), 1, &id);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        if (rc == ERR_OK)
            CHECK_EQ(id, kept++);
        CHECK_EQ(v.count, kept);
    }
    for (uint32_t i = 0; i < kept; i++) {
        char text[64];
        uint32_t id;
        snprintf(text, sizeof text, "a word that is rather long: %u", i);
        CHECK_EQ(put(&v, slice_of(text), 1, &id), ERR_OK);
        CHECK_EQ(id, i);
    }
    vocabulary_release(&v);
}

static int compare_keys(const struct vocabulary *v, uint32_t a, uint32_t b)
{
    int order = slice_cmp(vocabulary_text(v, a), vocabulary_text(v, b));
    return order ? order : vocabulary_tag(v, a) - vocabulary_tag(v, b);
}

TEST(numbers_are_sorted_by_text_and_tag)
{
    static const size_t counts[] = {0, 1, 2, 40, 48, 49, 500, 3000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct vocabulary v = {0};
        struct arena arena;
        uint64_t rng = 17 + c;
        arena_init(&arena, SIZE_MAX);
        while (v.count < counts[c]) {
            uint32_t id;
            CHECK_EQ(put(&v, random_key(&rng, &arena),
                         (uint8_t)rng_below(&rng, 200), &id),
                     ERR_OK);
        }
        uint32_t *id = calloc(counts[c] + 1, sizeof *id);
        bool *seen = calloc(counts[c] + 1, sizeof *seen);
        CHECK(id && seen);
        for (uint32_t i = 0; i < counts[c]; i++)
            id[i] = i;
        CHECK_EQ(vocabulary_sort(&v, id, counts[c]), ERR_OK);
        for (size_t i = 0; i < counts[c]; i++) {
            CHECK(!seen[id[i]]);
            seen[id[i]] = true;
            CHECK(i == 0 || compare_keys(&v, id[i - 1], id[i]) < 0);
        }
        free(id);
        free(seen);
        vocabulary_release(&v);
        arena_reset(&arena);
    }
}

RUN(T(numbers_are_sorted_by_text_and_tag), T(numbers_are_those_of_a_list),
    T(every_byte_of_a_key_counts), T(keys_of_one_hash_are_compared),
    T(a_key_that_is_there_is_fetched), T(probes_stay_good_while_others_are_put),
    T(a_failed_put_leaves_the_vocabulary_as_it_was))
