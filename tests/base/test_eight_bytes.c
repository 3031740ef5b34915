#include "base/eight_bytes.h"

#include "base/short_key.h"
#include "check.h"

/* Eight bytes with `c` in place `at`, and around it what could disturb it. */
static uint64_t with(uint8_t around, size_t at, uint8_t c)
{
    uint8_t bytes[8];
    memset(bytes, around, sizeof bytes);
    bytes[at] = c;
    return load_u64(bytes);
}

static bool answer(uint64_t yes, size_t at)
{
    return yes >> (8 * at + 7) & 1;
}

TEST(each_byte_is_answered_for_itself)
{
    static const uint8_t around[] = {0,   1,    0x1f, 0x20, 'a',
                                     'z', 0x7f, 0x80, 0xff};
    static const struct {
        uint8_t first, last;
    } ranges[] = {{0, 0},     {0, 0x1f},  {0x20, 0x7f}, {'a', 'z'},
                  {'0', '9'}, {'"', '"'}, {0, 0x7f},    {0x7f, 0x7f}};
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (size_t a = 0; a < sizeof around; a++)
            for (size_t at = 0; at < 8; at++)
                for (unsigned c = 0; c < 256; c++) {
                    uint64_t v = with(around[a], at, (uint8_t)c);
                    uint64_t yes =
                        eight_range(v, ranges[r].first, ranges[r].last);
                    CHECK_EQ(answer(yes, at),
                             c >= ranges[r].first && c <= ranges[r].last);
                    CHECK_EQ(yes & ~EIGHT_HIGH, 0);
                    CHECK_EQ(answer(eight_equal(v, '\\'), at), c == '\\');
                    CHECK_EQ(answer(eight_equal(v, 0x7f), at), c == 0x7f);
                }
}

TEST(the_first_yes_is_the_lowest_byte)
{
    for (size_t at = 0; at < 8; at++)
        CHECK_EQ(eight_first(eight_equal(with('x', at, 'y'), 'y')), at);
    CHECK_EQ(eight_first(EIGHT_HIGH), 0);
}

/* Nothing behind the text is read: each is in a buffer of its own size. */
TEST(short_keys_are_their_bytes)
{
    for (size_t len = 0; len <= SHORT_KEY_BYTES; len++) {
        uint8_t *a = malloc(len + 1), *b = malloc(len + 1);
        CHECK(a && b);
        a = realloc(a, len ? len : 1);
        b = realloc(b, len ? len : 1);
        CHECK(a && b);
        memset(a, 'm', len);
        memset(b, 'm', len);
        struct slice x = {a, len}, y = {b, len};
        CHECK(short_key_eq(short_key_of(x), short_key_of(y)));
        for (size_t at = 0; at < len; at++) {
            b[at] = 'n';
            CHECK(!short_key_eq(short_key_of(x), short_key_of(y)));
            CHECK(short_key_hash(short_key_of(x), len) !=
                  short_key_hash(short_key_of(y), len));
            b[at] = 'm';
        }
        CHECK(short_key_hash(short_key_of(x), 1) !=
              short_key_hash(short_key_of(x), 2));
        free(a);
        free(b);
    }
}

RUN(T(each_byte_is_answered_for_itself), T(the_first_yes_is_the_lowest_byte),
    T(short_keys_are_their_bytes))
