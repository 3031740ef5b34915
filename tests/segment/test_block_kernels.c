/* Each path of decoding against the plain one. All memory that is read is of exactly the
 * size that it may be. */
#include "segment/block_kernels.h"

#include "check.h"

enum { B = SEGMENT_BLOCK };

/* One at a time, on the levels that this machine has. */
static void each_level(void (*check)(const struct block_kernels *,
                                     const char *name, uint64_t seed))
{
    enum cpu_level before = cpu_level();
    for (int i = 0; i < CPU_LEVELS; i++) {
        enum cpu_level level = (enum cpu_level)i;
        if (cpu_use(level))
            check(block_kernels(level), cpu_level_name(level), 31);
        else
            printf("no %s here\n", cpu_level_name(level));
    }
    CHECK(cpu_use(before));
}

static void check_string(const struct block_kernels *kernels, const char *name,
                         uint64_t seed)
{
    for (unsigned width = 0; width <= 32; width++)
        for (size_t count = 1; count < B; count++) {
            size_t need = (count * width + 7) / 8;
            size_t len = need + rng_below(&seed, 3) * rng_below(&seed, 40);
            uint8_t *data = malloc(len ? len : 1);
            uint32_t got[B], want[B];
            CHECK(data);
            for (size_t i = 0; i < len; i++)
                data[i] = (uint8_t)rng_next(&seed);
            kernels->unpack_string(data, data + len, width, count, got);
            for (size_t i = 0; i < count; i++) {
                want[i] = 0;
                for (unsigned k = 0; k < width; k++) {
                    size_t bit = i * width + k;
                    want[i] |= (uint32_t)(data[bit / 8] >> bit % 8 & 1) << k;
                }
                CHECK_MSG(got[i] == want[i],
                          "%s: width %u, number %zu of %zu: %u, want %u", name,
                          width, i, count, got[i], want[i]);
            }
            free(data);
        }
}

TEST(strings_of_bits_are_read_alike)
{
    each_level(check_string);
}

static void check_sums_of(const struct block_kernels *kernels, const char *name,
                          uint32_t next, const uint32_t *gap, size_t count)
{
    uint32_t apart[B], in_place[B];
    uint64_t sum = next;
    bool fit = true;
    memcpy(in_place, gap, sizeof in_place);
    bool got = kernels->add_up(next, gap, count, apart);
    CHECK_EQ(kernels->add_up(next, in_place, count, in_place), got);
    for (size_t i = 0; i < count; i++) {
        sum += gap[i];
        fit = fit && sum <= UINT32_MAX;
        CHECK_MSG(apart[i] == (uint32_t)sum && in_place[i] == (uint32_t)sum,
                  "%s: sum %zu of %zu", name, i, count);
        sum++;
    }
    CHECK_MSG(got == fit, "%s: %zu from %u: %s", name, count, next,
              got ? "accepted" : "refused");
}

static void check_sums(const struct block_kernels *kernels, const char *name,
                       uint64_t seed)
{
    for (int round = 0; round < 20000; round++) {
        size_t count = 1 + rng_below(&seed, B);
        unsigned shift = 32 + rng_below(&seed, 33);
        uint32_t gap[B];
        for (size_t i = 0; i < B; i++)
            gap[i] = shift == 64 ? 0 : (uint32_t)(rng_next(&seed) >> shift);
        if (rng_below(&seed, 4) == 0)
            gap[rng_below(&seed, (uint32_t)count)] =
                UINT32_MAX - rng_below(&seed, 3);
        uint32_t next = (uint32_t)(rng_next(&seed) >> 32);
        if (rng_below(&seed, 2))
            next = rng_below(&seed, 2) ? 0 : UINT32_MAX - rng_below(&seed, 600);
        check_sums_of(kernels, name, next, gap, count);
    }
}

TEST(sums_are_alike_and_overflow_is_told)
{
    each_level(check_sums);
}

/* --- whole blocks and tails, from any bytes --- */

static void decode(const uint8_t *data, size_t len, size_t count, uint32_t *v,
                   size_t *used, bool *bad)
{
    struct bytes_in in = bytes_in((struct slice){data, len});
    if (count == B)
        block_decode(&in, v);
    else
        tail_decode(&in, count, v);
    *bad = in.bad;
    *used = (size_t)(in.at - data);
}

static void check_bytes(const uint8_t *data, size_t len, size_t count)
{
    uint32_t want[B], got[B];
    size_t want_used, used;
    bool want_bad, bad;
    CHECK(cpu_use(CPU_PLAIN));
    decode(data, len, count, want, &want_used, &want_bad);
    for (int level = CPU_PLAIN + 1; level < CPU_LEVELS; level++) {
        if (!cpu_use((enum cpu_level)level))
            continue;
        decode(data, len, count, got, &used, &bad);
        CHECK_EQ(bad, want_bad);
        CHECK(bad || used == want_used);
        CHECK(memcmp(got, want, count * sizeof *got) == 0);
    }
}

/* What an encoder wrote, cut and damaged; and bytes that it never wrote. */
TEST(damaged_blocks_are_read_or_refused_alike)
{
    enum cpu_level before = cpu_level();
    uint64_t seed = 32;
    for (int round = 0; round < 6000; round++) {
        struct bytes_out out = {0};
        uint32_t v[B];
        size_t count = rng_below(&seed, 4) ? 1 + rng_below(&seed, B - 1) : B;
        unsigned width = rng_below(&seed, 33);
        for (size_t i = 0; i < count; i++)
            v[i] = width ? (uint32_t)(rng_next(&seed) >> (64 - width)) >>
                               (rng_below(&seed, 8) ? width / 2 : 0)
                         : 0;
        if (count == B)
            block_encode(v, &out);
        else
            tail_encode(v, count, &out);
        size_t len =
            rng_below(&seed, 5) ? out.len : rng_below(&seed, (uint32_t)out.len);
        uint8_t *data = malloc(len ? len : 1);
        CHECK(data);
        memcpy(data, out.data, len);
        for (int flips = 0; len && flips < round % 4; flips++)
            data[rng_below(&seed, (uint32_t)len)] ^=
                (uint8_t)(1 << rng_below(&seed, 8));
        check_bytes(data, len, count);
        free(data);
        bytes_out_release(&out);
    }
    CHECK(cpu_use(before));
}

RUN(T(strings_of_bits_are_read_alike), T(sums_are_alike_and_overflow_is_told),
    T(damaged_blocks_are_read_or_refused_alike))
