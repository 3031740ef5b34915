#include "base/hash_map.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

enum { KEYS = 2000, STEPS = 20000 };

/* The model: value and presence by key number. */
static struct {
    bool there[KEYS];
    uint64_t value[KEYS];
    size_t count;
} model;

/* Keys of many lengths, the empty one and ones with NUL bytes among them. */
static struct slice key_of(uint32_t number, uint8_t room[32])
{
    if (number == 0)
        return (struct slice){room, 0};
    memset(room, 0, 32);
    memcpy(room, &number, sizeof number);
    return (struct slice){room, sizeof number + number % 20};
}

static void compare_with_model(const struct hash_map *map)
{
    uint8_t room[32];
    CHECK_EQ(map->count, model.count);
    for (uint32_t i = 0; i < KEYS; i++) {
        uint64_t *value = hash_map_get(map, key_of(i, room));
        CHECK_MSG((value != NULL) == model.there[i], "key %u", i);
        if (value)
            CHECK_EQ(*value, model.value[i]);
    }
    bool seen[KEYS] = {false};
    size_t at = 0, count = 0;
    struct slice key;
    uint64_t value;
    for (; hash_map_next(map, &at, &key, &value); count++) {
        uint32_t number = 0;
        if (key.len)
            memcpy(&number, key.data, sizeof number);
        CHECK(number < KEYS && model.there[number] && !seen[number]);
        CHECK_SLICE(key, key_of(number, room));
        CHECK_EQ(value, model.value[number]);
        seen[number] = true;
    }
    CHECK_EQ(count, model.count);
}

TEST(it_holds_what_a_plain_array_holds)
{
    struct hash_map map;
    uint64_t seed = 42;
    hash_map_init(&map);
    memset(&model, 0, sizeof model);
    compare_with_model(&map);
    for (int step = 0; step < STEPS; step++) {
        uint8_t room[32];
        /* The lower numbers first, so that keys are set again, too. */
        uint32_t number = rng_below(&seed, (uint32_t)(step * KEYS / STEPS) + 1);
        uint64_t value = rng_next(&seed);
        bool is_new;
        CHECK_EQ(hash_map_put(&map, key_of(number, room), value, &is_new), 0);
        CHECK_EQ(is_new, !model.there[number]);
        model.count += is_new;
        model.there[number] = true;
        model.value[number] = value;
        if (step % 1000 == 0)
            compare_with_model(&map);
    }
    compare_with_model(&map);
    hash_map_release(&map);
    CHECK_EQ(map.count, 0);
    CHECK(!hash_map_get(&map, SLICE("a")));
    hash_map_release(&map); /* twice is fine */
}

TEST(a_value_can_be_changed_in_place)
{
    struct hash_map map;
    hash_map_init(&map);
    char key[] = "kyiv";
    CHECK_EQ(hash_map_put(&map, slice_of(key), 1, NULL), 0);
    key[0] = 'x'; /* the map has its own copy */
    *hash_map_get(&map, SLICE("kyiv")) += 41;
    CHECK_EQ(*hash_map_get(&map, SLICE("kyiv")), 42);
    CHECK(!hash_map_get(&map, SLICE("xyiv")));
    hash_map_release(&map);
}

TEST(without_memory_nothing_changes_and_a_repetition_works)
{
    struct hash_map map;
    hash_map_init(&map);
    memset(&model, 0, sizeof model);
    for (uint32_t i = 0; i < KEYS; i++) {
        uint8_t room[32];
        struct slice key = key_of(i, room);
        long n = 0;
        for (int rc = ERR_NOMEM; rc; n++) {
            CHECK(n < 4);
            mem_fail_after(n);
            rc = hash_map_put(&map, key, i, NULL);
            mem_fail_after(-1);
            CHECK(rc == ERR_NOMEM || rc == 0);
            CHECK_EQ(hash_map_get(&map, key) != NULL, rc == 0);
        }
        model.there[i] = true;
        model.value[i] = i;
        model.count++;
    }
    compare_with_model(&map);
    hash_map_release(&map);
}

TEST(the_hash_is_the_same_everywhere_and_spreads)
{
    /* Reckoned apart from this code, from the definitions of FNV-1a and fmix. */
    CHECK(hash_bytes(SLICE("")) == UINT64_C(0xecba3df2c3383c52));
    CHECK(hash_bytes(SLICE("a")) == UINT64_C(0xed8170de1919a24d));
    CHECK(hash_bytes(SLICE("dateline")) == UINT64_C(0xe08336e38354eb37));
    int low[64] = {0};
    for (uint32_t i = 1; i <= 64 * 100; i++) {
        uint8_t room[32];
        low[hash_bytes(key_of(i, room)) % 64]++;
    }
    for (size_t i = 0; i < 64; i++)
        CHECK_MSG(low[i] > 50 && low[i] < 150, "%d of 100 in %zu", low[i], i);
}

RUN(T(it_holds_what_a_plain_array_holds), T(a_value_can_be_changed_in_place),
    T(without_memory_nothing_changes_and_a_repetition_works),
    T(the_hash_is_the_same_everywhere_and_spreads))
