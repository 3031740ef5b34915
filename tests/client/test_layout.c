#include "client/layout.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "check.h"

#define BOLD "\x1b[1m"
#define OFF "\x1b[0m"

/* As in print_search.c. */
static const struct {
    const char *on, *off;
    size_t columns;
} styles[] = {
    {NULL, NULL, 0},
    {"[", "]", 1},
    {BOLD, OFF, 0},
};

TEST(what_a_terminal_would_obey_never_gets_through)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"plain, Київ, 北京, 😀", "plain, Київ, 北京, 😀"},
        {"a\tb\nc\rd", "a b c d"},
        {"\x1b]0;title\x07", "�]0;title�"},
        {"\x7f\x01", "��"},
        {"\xc2\x9b"
         "31m",
         "�31m"}, /* CSI as one character */
        {"\x9b"
         "31m",
         "�31m"}, /* and as one byte */
        {"a\xe2\x80\xae"
         "fdp.exe",
         "afdp.exe"},                       /* right-to-left override */
        {"\xe2\x81\xa6x\xe2\x81\xa9", "x"}, /* isolates */
        {"\xef\xbb\xbfx", "x"},             /* byte order mark */
        {"so\xc2\xad"
         "ft",
         "soft"}, /* soft hyphen */
        {"a\xe2\x80\xa8"
         "b\xc2\x85"
         "c",
         "a b c"}, /* line separator, NEL */
        {"cut \xe2\x82", "cut ��"},
        {"é e\xcc\x81", "é e\xcc\x81"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        layout_clean(&out, slice_of(rows[i].text));
        CHECK_TEXT(out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(text_is_wrapped_between_words_and_marked)
{
    static const struct {
        const char *text;
        size_t width, indent;
        int style;
        struct mark marks[3];
        const char *want;
    } rows[] = {
        {"", 10, 0, 0, {{0}}, "\n"},
        {"  a  b ", 0, 0, 0, {{0}}, "a b\n"},
        {"aaa bbb ccc", 7, 0, 0, {{0}}, "aaa bbb\nccc\n"},
        {"aaa bbb ccc", 6, 0, 0, {{0}}, "aaa\nbbb\nccc\n"},
        {"aaa bbb ccc", 9, 2, 0, {{0}}, "aaa bbb\n  ccc\n"},
        {"aaa bbb ccc", 0, 2, 0, {{0}}, "aaa bbb ccc\n"},
        {"a\nb", 80, 0, 0, {{0}}, "a b\n"},
        /* a word longer than the line is cut; what is left goes on */
        {"aaaaaaa b", 5, 0, 0, {{0}}, "aaaaa\naa b\n"},
        {"x aaaaaaa", 6, 2, 0, {{0}}, "x\n  aaaa\n  aaa\n"},
        /* wide characters: two columns, a line may end between them */
        {"北京北京", 4, 0, 0, {{0}}, "北京\n北京\n"},
        {"北京北京", 5, 0, 0, {{0}}, "北京\n北京\n"},
        {"北京。北", 4, 0, 0, {{0}}, "北\n京。\n北\n"},
        {"abc北京", 5, 0, 0, {{0}}, "abc北\n京\n"},
        {"北京abc", 5, 0, 0, {{0}}, "北京\nabc\n"},
        /* a combining accent stays with its letter */
        {"ee\xcc\x81"
         "e",
         2,
         0,
         0,
         {{0}},
         "ee\xcc\x81\ne\n"},
        /* marks */
        {"a bb c", 0, 0, 1, {{2, 4}}, "a [bb] c\n"},
        {"a bb c", 0, 0, 1, {{0, 1}, {2, 4}, {5, 6}}, "[a] [bb] [c]\n"},
        {"a bb c", 0, 0, 1, {{0, 6}}, "[a bb c]\n"},
        {"a bb c", 0, 0, 0, {{2, 4}}, "a bb c\n"},
        {"Kyiv's", 0, 0, 1, {{0, 4}}, "[Kyiv]'s\n"},
        {"北京北", 0, 0, 1, {{0, 6}}, "[北京]北\n"},
        {"北京北京", 6, 0, 1, {{3, 9}}, "北[京\n北]京\n"},
        {"aaa bbb", 7, 0, 1, {{4, 7}}, "aaa\n[bbb]\n"},
        {"aaa bbb", 7, 0, 2, {{4, 7}}, "aaa " BOLD "bbb" OFF "\n"},
        /* each line of a long mark has its own colour, the indent has none */
        {"aa bb", 4, 2, 2, {{0, 5}}, BOLD "aa" OFF "\n  " BOLD "bb" OFF "\n"},
        /* an edge inside a character, and one on what is not shown */
        {"é", 0, 0, 1, {{1, 2}}, "[é]\n"},
        {"a\xe2\x80\xae"
         "b",
         0,
         0,
         1,
         {{1, 4}},
         "a[]b\n"},
        {"a\x1b"
         "b",
         0,
         0,
         2,
         {{0, 3}},
         BOLD "a�b" OFF "\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        size_t marks = 0;
        while (marks < 3 && rows[i].marks[marks].end)
            marks++;
        const struct layout layout = {
            rows[i].width, rows[i].indent, styles[rows[i].style].on,
            styles[rows[i].style].off, styles[rows[i].style].columns};
        strbuf_init(&out, 1000);
        layout_text(&out, slice_of(rows[i].text), rows[i].marks, marks,
                    &layout);
        CHECK_MSG(strcmp(out.data, rows[i].want) == 0,
                  "row %zu: got\n%swant\n%s", i, out.data, rows[i].want);
        strbuf_release(&out);
    }
}

/* The text without escapes, brackets, line ends and blanks. */
static void squeeze(struct strbuf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '\x1b')
            while (text.data[i] != 'm')
                i++;
        else if (!strchr(" \n[]", (char)text.data[i]))
            strbuf_add_char(out, (char)text.data[i]);
}

static void check_lines(struct slice text, const struct layout *layout)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '\n')
            continue;
        struct strbuf line;
        strbuf_init(&line, SIZE_MAX);
        for (size_t j = from; j < i; j++)
            if (text.data[j] == '\x1b')
                while (text.data[j] != 'm')
                    j++;
            else
                strbuf_add_char(&line, (char)text.data[j]);
        size_t columns = utf8_columns(strbuf_slice(&line));
        if (from == 0)
            columns += layout->indent;
        CHECK_MSG(columns <= layout->width, "%zu columns in %zu: %s", columns,
                  layout->width, line.data);
        strbuf_release(&line);
        from = i + 1;
    }
    CHECK_EQ(from, text.len);
}

TEST(no_text_makes_a_line_too_long_or_loses_a_letter)
{
    static const char *const pieces[] = {
        "a",    "bc", " ",         "  ",         "\n",      "北",
        "京。", "é",  "e\xcc\x81", "longerword", "\x1b[2J", "\xff",
        "。",   "😀",  "\xc2\xad",  "ไทย"};
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        struct strbuf text, out, clean, left, right;
        struct mark marks[4];
        size_t mark_count = 0, behind = 0;
        int style = (int)rng_below(&seed, 3);
        const struct layout layout = {10 + rng_below(&seed, 30),
                                      rng_below(&seed, 5), styles[style].on,
                                      styles[style].off, styles[style].columns};
        struct strbuf *all[] = {&text, &out, &clean, &left, &right};
        for (size_t i = 0; i < 5; i++)
            strbuf_init(all[i], 10000);
        for (uint32_t n = rng_below(&seed, 40); n > 0; n--) {
            strbuf_add_text(&text, pieces[rng_below(&seed, 16)]);
            if (rng_below(&seed, 5) == 0 && mark_count < 4 &&
                text.len > behind) {
                marks[mark_count++] = (struct mark){behind, text.len};
                behind = text.len;
            } else if (rng_below(&seed, 2)) {
                behind = text.len;
            }
        }
        layout_text(&out, strbuf_slice(&text), marks, mark_count, &layout);
        layout_clean(&clean, strbuf_slice(&text));
        squeeze(&left, strbuf_slice(&clean));
        squeeze(&right, strbuf_slice(&out));
        CHECK_TEXT(right.data, left.data);
        /* Brackets are written around a mark even where they do not fit. */
        if (style != 1)
            check_lines(strbuf_slice(&out), &layout);
        for (size_t i = 0; i < 5; i++)
            strbuf_release(all[i]);
    }
}

TEST(the_caret_stands_below_its_character)
{
    static const struct {
        const char *text;
        size_t at, width;
        const char *want;
    } rows[] = {
        {"\"istanbul draft", 0, 80, "  \"istanbul draft\n  ^\n"},
        {"abc", 3, 80, "  abc\n     ^\n"},
        {"abc", 99, 80, "  abc\n     ^\n"},
        {"", 0, 80, "  \n  ^\n"},
        {"Київ \"x", 9, 80, "  Київ \"x\n       ^\n"},
        {"北京 (x", 7, 80, "  北京 (x\n       ^\n"},
        {"a\tb\x1b(", 4, 80, "  a b�(\n      ^\n"},
        {"e\xcc\x81(", 3, 80, "  e\xcc\x81(\n   ^\n"},
        /* only what stands around it: 10 columns */
        {"0123456789abcdef", 0, 12, "  01234567…\n  ^\n"},
        {"0123456789abcdef", 15, 12, "  …abcdef\n        ^\n"},
        {"0123456789abcdef", 8, 12, "  …3456789a…\n        ^\n"},
        {"北京北京北京北京", 21, 12, "  …京北京\n       ^\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        layout_caret(&out, slice_of(rows[i].text), rows[i].at, rows[i].width);
        CHECK_MSG(strcmp(out.data, rows[i].want) == 0,
                  "row %zu: got\n%swant\n%s", i, out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(a_shell_reads_the_word_back)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"abc", "abc"},
        {"3.9.41:a/b", "3.9.41:a/b"},
        {"", "''"},
        {"two words", "'two words'"},
        {"$(rm -rf x)", "'$(rm -rf x)'"},
        {"it's", "'it'\\''s'"},
        {"\"a\" NEAR/5 b*", "'\"a\" NEAR/5 b*'"},
        {"Київ", "'Київ'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        layout_shell_word(&out, slice_of(rows[i].text));
        CHECK_TEXT(out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(numbers_are_grouped_and_one_is_singular)
{
    static const struct {
        uint64_t n;
        const char *want;
    } rows[] = {
        {0, "0 articles"},
        {1, "1 article"},
        {2, "2 articles"},
        {999, "999 articles"},
        {1000, "1,000 articles"},
        {123456, "123,456 articles"},
        {UINT64_MAX, "18,446,744,073,709,551,615 articles"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        layout_count(&out, rows[i].n, "article");
        CHECK_TEXT(out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(without_memory_the_failure_stays_visible)
{
    const struct layout layout = {20, 2, "[", "]", 1};
    const struct mark mark = {0, 3};
    bool failed = true;
    for (long n = 0; failed; n++) {
        struct strbuf out;
        CHECK(n < 20);
        strbuf_init(&out, 10000);
        mem_fail_after(n);
        layout_text(&out,
                    SLICE("one two three four five six seven eight nine "
                          "ten eleven twelve thirteen fourteen"),
                    &mark, 1, &layout);
        mem_fail_after(-1);
        failed = out.failed;
        if (!failed)
            CHECK(strstr(out.data, "[one] two three") &&
                  strstr(out.data, "fourteen\n"));
        strbuf_release(&out);
    }
}

RUN(T(what_a_terminal_would_obey_never_gets_through),
    T(text_is_wrapped_between_words_and_marked),
    T(no_text_makes_a_line_too_long_or_loses_a_letter),
    T(the_caret_stands_below_its_character), T(a_shell_reads_the_word_back),
    T(numbers_are_grouped_and_one_is_singular),
    T(without_memory_the_failure_stays_visible))
