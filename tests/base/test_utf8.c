#include "base/utf8.h"

#include "check.h"

/* Unicode 15.0, table 3-7: well-formed UTF-8 byte sequences. */
static const struct {
    uint8_t length;
    struct {
        uint8_t from, to;
    } byte[4];
} table_3_7[] = {
    {1, {{0x00, 0x7f}}},
    {2, {{0xc2, 0xdf}, {0x80, 0xbf}}},
    {3, {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}}},
    {3, {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}}},
};

/* How many bytes at the front of `s` are one row of the table; 0 for none. */
static size_t well_formed(struct slice s)
{
    for (size_t row = 0; row < sizeof table_3_7 / sizeof *table_3_7; row++) {
        size_t length = table_3_7[row].length, i = 0;
        while (i < length && i < s.len &&
               s.data[i] >= table_3_7[row].byte[i].from &&
               s.data[i] <= table_3_7[row].byte[i].to)
            i++;
        if (i == length)
            return length;
    }
    return 0;
}

/* utf8_valid() and utf8_next() against the table, in an allocation of exactly
 * the text's size. */
static void compare_with_table(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    CHECK(copy);
    memcpy(copy, bytes, len);
    struct slice s = {copy, len};
    size_t bad_want = len;
    for (size_t at = 0; at < len;) {
        size_t length = well_formed(slice_part(s, at, len)), after = at;
        uint32_t c = utf8_next(s, &after);
        if (length == 0 && bad_want == len)
            bad_want = at;
        CHECK_MSG(after - at == (length ? length : 1), "byte %zu of %zu", at,
                  len);
        CHECK_MSG((c == 0xfffd) == (length == 0) ||
                      memcmp(copy + at, "\xef\xbf\xbd", 3) == 0,
                  "U+%04X at byte %zu", c, at);
        at = after;
    }
    size_t bad_at = len;
    CHECK_EQ(utf8_valid(s, &bad_at), bad_want == len);
    CHECK_EQ(bad_at, bad_want);
    free(copy);
}

TEST(every_code_point_makes_the_round_trip)
{
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint8_t bytes[4];
        size_t at = 0, bad_at;
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        struct slice s = {bytes, utf8_put(c, bytes)};
        CHECK_EQ(utf8_next(s, &at), c);
        CHECK_EQ(at, s.len);
        CHECK(utf8_valid(s, &bad_at));
        CHECK_EQ(well_formed(s), s.len);
    }
}

TEST(what_is_well_formed_is_what_table_3_7_says)
{
    /* Every lead byte with every second byte, and each end of every range
     * behind them. */
    static const uint8_t edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
                                    0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0,
                                    0xed, 0xf0, 0xf4, 0xff};
    for (unsigned lead = 0; lead < 256; lead++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t i = 0; i < sizeof edges; i++)
                for (size_t j = 0; j < sizeof edges; j++) {
                    uint8_t bytes[] = {(uint8_t)lead, (uint8_t)second, edges[i],
                                       edges[j]};
                    if (i == 0 && j == 0)
                        for (size_t len = 0; len < 3; len++)
                            compare_with_table(bytes, len);
                    if (j == 0)
                        compare_with_table(bytes, 3);
                    if (lead >= 0xe0)
                        compare_with_table(bytes, 4);
                }
}

TEST(the_offset_is_that_of_the_first_offending_byte)
{
    static const struct {
        const char *text;
        int bad_at; /* -1: well formed */
    } rows[] = {
        {"", -1},
        {"Київ 北京 😀", -1},
        {"a\xff", 1},
        {"a\xc3", 1},
        {"ab\x80", 2},
        {"a\xc0\xaf", 1},            /* overlong '/' */
        {"a\xe0\x9f\xbf", 1},        /* overlong U+07FF */
        {"a\xed\xa0\x80", 1},        /* surrogate */
        {"a\xf4\x90\x80\x80", 1},    /* U+110000 */
        {"\xe2\x82\xac\xe2\x82", 3}, /* cut */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t bad_at = 99;
        bool valid = utf8_valid(slice_of(rows[i].text), &bad_at);
        CHECK_MSG(valid == (rows[i].bad_at < 0), "row %zu", i);
        if (!valid)
            CHECK_EQ(bad_at, rows[i].bad_at);
    }
}

TEST(columns_are_those_of_a_terminal)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"Київ", 4},
        {"北京", 4},
        {"한국", 4},
        {"ｆ", 2},
        {"e\xcc\x81", 1}, /* e and a combining acute */
        {"a\xe2\x80\x8b"
         "b",
         2}, /* zero width space */
        {"😀", 2},
        {"\t\x1b", 0},
        {"…", 1},
        {"\xff", 1}, /* shown as U+FFFD */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(utf8_columns(slice_of(rows[i].text)) == rows[i].columns,
                  "row %zu: %zu", i, utf8_columns(slice_of(rows[i].text)));
}

RUN(T(every_code_point_makes_the_round_trip),
    T(what_is_well_formed_is_what_table_3_7_says),
    T(the_offset_is_that_of_the_first_offending_byte),
    T(columns_are_those_of_a_terminal))
