#include "base/strbuf.h"

#include "base/mem.h"
#include "check.h"

TEST(every_way_of_adding_appends)
{
    struct strbuf s;
    strbuf_init(&s, 1000);
    CHECK_TEXT(s.data, "");
    strbuf_add(&s, "a\0b", 3);
    strbuf_add(&s, NULL, 0);
    strbuf_add_text(&s, "cd");
    strbuf_add_slice(&s, SLICE("ef"));
    strbuf_add_char(&s, 'g');
    strbuf_addf(&s, "%d%s", 42, "h");
    strbuf_addf(&s, "%s", "");
    CHECK(!s.failed);
    CHECK_SLICE(strbuf_slice(&s), SLICE("a\0bcdefg42h"));
    CHECK_EQ(s.data[s.len], '\0');
    strbuf_reset(&s);
    CHECK_TEXT(s.data, "");
    CHECK_EQ(s.len, 0);
    strbuf_release(&s);
    CHECK_TEXT(s.data, "");
    strbuf_add_text(&s, "usable again");
    CHECK_TEXT(s.data, "usable again");
    strbuf_release(&s);
}

TEST(growing_keeps_what_is_there)
{
    struct strbuf s;
    char model[3001] = "";
    strbuf_init(&s, sizeof model);
    for (size_t i = 0; i < 1000; i++) {
        snprintf(model + 3 * i, 4, "%03zu", i);
        if (i % 2)
            strbuf_addf(&s, "%03zu", i);
        else
            strbuf_add(&s, model + 3 * i, 3);
        CHECK_EQ(s.len, 3 * (i + 1));
    }
    CHECK_TEXT(s.data, model);
    strbuf_release(&s);
}

TEST(the_limit_is_exact_and_a_failure_sticks)
{
    /* One way of adding a row; the limit lets `fits` of them in. */
    for (int way = 0; way < 4; way++)
        for (size_t limit = 0; limit < 200; limit++) {
            struct strbuf s;
            strbuf_init(&s, limit);
            size_t fits = limit / 3;
            for (size_t i = 0; i < fits + 2; i++)
                switch (way) {
                case 0:
                    strbuf_add(&s, "abc", 3);
                    break;
                case 1:
                    strbuf_add_text(&s, "abc");
                    break;
                case 2:
                    strbuf_add_slice(&s, SLICE("abc"));
                    break;
                case 3:
                    strbuf_addf(&s, "a%s", "bc");
                    break;
                }
            CHECK_MSG(s.failed, "way %d, limit %zu", way, limit);
            CHECK_EQ(s.len, fits * 3);
            CHECK_EQ(strlen(s.data), s.len);
            strbuf_add_char(&s, 'x'); /* it would fit, but comes too late */
            CHECK_EQ(s.len, fits * 3);
            strbuf_reset(&s);
            CHECK(!s.failed);
            strbuf_release(&s);
        }
}

TEST(without_memory_a_prefix_stays)
{
    for (long n = 0; n < 4; n++) {
        struct strbuf s;
        strbuf_init(&s, SIZE_MAX);
        mem_fail_after(n);
        for (int i = 0; i < 500; i++)
            strbuf_add_text(&s, "ab");
        mem_fail_after(-1);
        CHECK(s.failed);
        CHECK_EQ(strlen(s.data), s.len);
        CHECK(s.len < 1000 && s.len % 2 == 0 && (s.len > 0) == (n > 0));
        strbuf_addf(&s, "%d", 1);
        CHECK(s.failed && strspn(s.data, "ab") == s.len);
        strbuf_release(&s);
    }
}

RUN(T(every_way_of_adding_appends), T(growing_keeps_what_is_there),
    T(the_limit_is_exact_and_a_failure_sticks),
    T(without_memory_a_prefix_stays))
