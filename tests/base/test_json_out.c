#include "base/json_out.h"

#include "base/mem.h"
#include "check.h"

#include <math.h>

TEST(commas_and_nesting_are_kept)
{
    struct strbuf s;
    struct json_out j;
    strbuf_init(&s, 1000);
    json_out_begin(&j, &s);
    json_out_object(&j);
    json_out_key(&j, "total");
    json_out_u64(&j, UINT64_MAX);
    json_out_key(&j, "hits");
    json_out_array(&j);
    json_out_object(&j);
    json_out_end(&j);
    json_out_array(&j);
    json_out_i64(&j, INT64_MIN);
    json_out_bool(&j, true);
    json_out_end(&j);
    json_out_null(&j);
    json_out_text(&j, ":");
    json_out_end(&j);
    json_out_key(&j, "ends:");
    json_out_object(&j);
    json_out_key(&j, "a");
    json_out_text(&j, "");
    json_out_key(&j, "b");
    json_out_bool(&j, false);
    json_out_end(&j);
    json_out_end(&j);
    CHECK_TEXT(s.data, "{\"total\":18446744073709551615,\"hits\":[{},"
                       "[-9223372036854775808,true],null,\":\"],"
                       "\"ends:\":{\"a\":\"\",\"b\":false}}");
    strbuf_release(&s);
}

TEST(strings_are_escaped_and_always_utf8)
{
    static const struct {
        const char *what;
        struct slice in;
        const char *want;
    } rows[] = {
        {"nothing", {NULL, 0}, "\"\""},
        {"plain", SLICE("plain ~ text"), "\"plain ~ text\""},
        {"quote, backslash", SLICE("a\"b\\c"), "\"a\\\"b\\\\c\""},
        {"short escapes", SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {"NUL in the middle", SLICE("a\0b"), "\"a\\u0000b\""},
        {"control characters", SLICE("\x01\x1f\x7f"),
         "\"\\u0001\\u001f\\u007f\""},
        {"slash stays", SLICE("</a>"), "\"</a>\""},
        {"Cyrillic, Han, emoji", SLICE("\xd0\x9a\xe5\x8c\x97\xf0\x9f\x98\x80!"),
         "\"\xd0\x9a\xe5\x8c\x97\xf0\x9f\x98\x80!\""},
        {"a replacement character stays", SLICE("\xef\xbf\xbd"),
         "\"\xef\xbf\xbd\""},
        {"stray byte", SLICE("a\x80z"), "\"a\xef\xbf\xbdz\""},
        {"overlong slash", SLICE("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"surrogate", SLICE("\xed\xa0\x80"),
         "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"cut off at the end", SLICE("x\xe5\x8c"),
         "\"x\xef\xbf\xbd\xef\xbf\xbd\""},
        {"cut off before a quote", SLICE("\xe5\""), "\"\xef\xbf\xbd\\\"\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* In exactly its size, so that a read past the end is seen. */
        uint8_t *copy = malloc(rows[i].in.len + !rows[i].in.len);
        if (rows[i].in.len)
            memcpy(copy, rows[i].in.data, rows[i].in.len);
        struct strbuf s;
        struct json_out j;
        strbuf_init(&s, 1000);
        json_out_begin(&j, &s);
        json_out_slice(&j, (struct slice){copy, rows[i].in.len});
        CHECK_MSG(strcmp(s.data, rows[i].want) == 0, "%s: %s", rows[i].what,
                  s.data);
        strbuf_release(&s);
        free(copy);
    }
}

TEST(doubles_have_the_digits_asked_for)
{
    static const struct {
        double v;
        int digits;
        const char *want;
    } rows[] = {
        {9.41724, 4, "9.4172"},
        {0, 4, "0.0000"},
        {-1.5, 1, "-1.5"},
        {2.6, 0, "3"},
        {1e20, 0, "100000000000000000000"},
        {NAN, 4, "null"},
        {INFINITY, 2, "null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf s;
        struct json_out j;
        strbuf_init(&s, 1000);
        json_out_begin(&j, &s);
        json_out_double(&j, rows[i].v, rows[i].digits);
        CHECK_TEXT(s.data, rows[i].want);
        strbuf_release(&s);
    }
}

TEST(the_largest_double_fits)
{
    struct strbuf s;
    struct json_out j;
    strbuf_init(&s, 1000);
    json_out_begin(&j, &s);
    json_out_double(&j, -1.7976931348623157e308, 17);
    CHECK_EQ(s.len, 1 + 309 + 1 + 17);
    CHECK_EQ(s.data[310], '.');
    strbuf_release(&s);
}

static void write_something(struct json_out *j)
{
    json_out_array(j);
    for (int i = 0; i < 20; i++) {
        json_out_object(j);
        json_out_key(j, "name");
        json_out_text(j, "a string that is long enough to need memory");
        json_out_key(j, "score");
        json_out_double(j, 1.5, 2);
        json_out_end(j);
    }
    json_out_end(j);
}

TEST(a_full_buffer_or_no_memory_only_sets_failed)
{
    struct strbuf whole;
    struct json_out j;
    strbuf_init(&whole, 1 << 20);
    json_out_begin(&j, &whole);
    write_something(&j);
    CHECK(!whole.failed);

    for (size_t limit = 0; limit < whole.len; limit++) {
        struct strbuf s;
        strbuf_init(&s, limit);
        json_out_begin(&j, &s);
        write_something(&j);
        CHECK(s.failed);
        CHECK_EQ(j.depth, 0);
        strbuf_release(&s);
    }
    bool failed = true;
    for (long n = 0; failed; n++) {
        CHECK(n < 100);
        struct strbuf s;
        strbuf_init(&s, 1 << 20);
        json_out_begin(&j, &s);
        mem_fail_after(n);
        write_something(&j);
        mem_fail_after(-1);
        failed = s.failed;
        CHECK(failed || slice_eq(strbuf_slice(&s), strbuf_slice(&whole)));
        strbuf_release(&s);
    }
    strbuf_release(&whole);
}

RUN(T(commas_and_nesting_are_kept), T(strings_are_escaped_and_always_utf8),
    T(doubles_have_the_digits_asked_for), T(the_largest_double_fits),
    T(a_full_buffer_or_no_memory_only_sets_failed))
