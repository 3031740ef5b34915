#include "base/mem.h"
#include "base/utf8.h"
#include "check.h"
#include "client/layout.h"

/* What layout_fit() makes of it, between bars. */
static void check_fit(const char *text, struct fit fit, const char *want)
{
    struct strbuf out;
    strbuf_init(&out, 1 << 16);
    strbuf_add_char(&out, '|');
    layout_fit(&out, slice_of(text), &fit);
    strbuf_add_char(&out, '|');
    CHECK_TEXT(out.data, want);
    strbuf_release(&out);
}

TEST(a_beginning_or_an_end_fills_its_columns)
{
    static const struct {
        const char *text;
        struct fit fit;
        const char *want;
    } rows[] = {
        {"", {.columns = 3}, "|   |"},
        {"ab", {.columns = 3}, "|ab |"},
        {"ab", {.side = FIT_END, .columns = 3}, "| ab|"},
        {" ab ", {.side = FIT_END, .columns = 3}, "| ab|"},
        {"abcd", {.columns = 3}, "|abc|"},
        {"abcd", {.side = FIT_END, .columns = 3}, "|bcd|"},
        {"abcd", {.columns = 3, .cut = FIT_DOTS}, "|ab…|"},
        {"abcd", {FIT_END, 3, FIT_DOTS, false, false}, "|…cd|"},
        {"abc", {.columns = 3, .cut = FIT_DOTS}, "|abc|"},
        {"abc", {.columns = 1, .cut = FIT_DOTS}, "|…|"},
        {"abc", {.columns = 0, .cut = FIT_DOTS}, "||"},
        {"abc", {.side = FIT_END, .columns = 0}, "||"},
        /* a wide character is not cut in two */
        {"北京市", {.columns = 5}, "|北京 |"},
        {"北京市", {.side = FIT_END, .columns = 5}, "| 京市|"},
        {"北京市", {.columns = 5, .cut = FIT_DOTS}, "|北京…|"},
        /* marks stay with their character */
        {"e\u0301e\u0301e\u0301", {.columns = 2}, "|e\u0301e\u0301|"},
        {"e\u0301e\u0301e\u0301",
         {.side = FIT_END, .columns = 2},
         "|e\u0301e\u0301|"},
        /* between words, where there are any */
        {"one two three", {.columns = 9, .cut = FIT_WORDS}, "|one two  |"},
        {"one two three", {.columns = 7, .cut = FIT_WORDS}, "|one two|"},
        {"one two three", {FIT_END, 7, FIT_WORDS, false, false}, "|  three|"},
        {"one two three", {FIT_END, 9, FIT_WORDS, false, false}, "|two three|"},
        {"incomprehensible", {.columns = 5, .cut = FIT_WORDS}, "|incom|"},
        {"北京市北京市", {.columns = 4, .cut = FIT_WORDS}, "|北京|"},
        {"one two three",
         {.columns = 9, .cut = FIT_WORDS, .ragged = true},
         "|one two|"},
        /* harmless, in one line */
        {"a\nb\x1b[1m\u202e", {.columns = 9}, "|a b\xef\xbf\xbd[1m  |"},
        /* from right to left: apart */
        {"سلام", {.columns = 5, .isolate = true}, "|\u2068سلام\u2069 |"},
        {"سلام", {FIT_END, 5, FIT_PLAIN, true, false}, "| \u2068سلام\u2069|"},
        {"שלום", {.columns = 4, .isolate = false}, "|שלום|"},
        {"abc", {.columns = 4, .isolate = true}, "|abc |"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_fit(rows[i].text, rows[i].fit, rows[i].want);
}

TEST(whatever_the_text_it_is_as_wide_as_it_should)
{
    static const char *const pieces[] = {"a",       " ",    "word ", "北",
                                         "e\u0301", "\n",   "\t",    "س",
                                         "🙂",    "\xff", "é",     "\u0301"};
    enum { PIECES = sizeof pieces / sizeof *pieces };
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        struct strbuf text, out;
        strbuf_init(&text, 1 << 16);
        strbuf_init(&out, 1 << 16);
        for (uint32_t n = rng_below(&seed, 30); n > 0; n--)
            strbuf_add_text(&text, pieces[rng_below(&seed, PIECES)]);
        const struct fit fit = {.side = rng_below(&seed, 2),
                                .columns = rng_below(&seed, 20),
                                .cut = rng_below(&seed, 3),
                                .isolate = rng_below(&seed, 2)};
        char *exact = malloc(text.len + !text.len);
        memcpy(exact, text.data, text.len);
        layout_fit(&out, (struct slice){(uint8_t *)exact, text.len}, &fit);
        size_t columns = utf8_columns(strbuf_slice(&out));
        CHECK_MSG(columns == fit.columns, "%zu, not %zu: \"%s\" of \"%s\"",
                  columns, fit.columns, out.data, text.data);
        free(exact);
        strbuf_release(&out);
        strbuf_release(&text);
    }
}

TEST(of_a_long_hit_the_middle_is_left_out)
{
    static const struct {
        const char *text;
        struct mark marks[3];
        size_t count, width;
        const char *want;
        size_t columns;
    } rows[] = {
        {"crude oil", {{0, 5}, {6, 9}}, 2, 0, "<crude> <oil>", 9},
        {"crude oil", {{0, 5}, {6, 9}}, 2, 9, "<crude> <oil>", 9},
        {"crude and more oil",
         {{0, 5}, {15, 18}},
         2,
         11,
         "<crude>…e <oil>",
         11},
        {"北京 x 上海", {{0, 6}, {9, 15}}, 2, 9, "<北京>…<上海>", 9},
        {"abc", {{0, 3}}, 1, 2, "<a>…", 2},
        {"a\nb", {{0, 1}}, 1, 0, "<a> b", 3},
        {"", {{0, 0}}, 0, 5, "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct layout layout = {
            .width = rows[i].width, .mark_on = "<", .mark_off = ">"};
        struct strbuf out;
        strbuf_init(&out, 1 << 16);
        size_t columns =
            layout_fit_marked(&out, slice_of(rows[i].text), rows[i].marks,
                              rows[i].count, &layout, false);
        CHECK_TEXT(out.data, rows[i].want);
        CHECK_EQ(columns, rows[i].columns);
        strbuf_release(&out);
    }
}

TEST(without_memory_nothing_is_said_to_fit)
{
    for (long n = 0; n < 2; n++) {
        struct strbuf out;
        strbuf_init(&out, 1 << 16);
        mem_fail_after(n);
        layout_fit(&out, SLICE("abcd"), &(struct fit){.columns = 200});
        mem_fail_after(-1);
        CHECK(out.failed);
        strbuf_release(&out);
    }
}

RUN(T(a_beginning_or_an_end_fills_its_columns),
    T(whatever_the_text_it_is_as_wide_as_it_should),
    T(of_a_long_hit_the_middle_is_left_out),
    T(without_memory_nothing_is_said_to_fit))
