/* Rows of CSV: the bytes, and read back by a reader of RFC 4180. */
#include "queryd/csv.h"

#include "check.h"

TEST(cells_are_quoted_when_they_must_and_formulas_defused)
{
    static const struct {
        const char *cell, *want;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"two words", "two words"},
        {"a,b", "\"a,b\""},
        {"say \"yes\"", "\"say \"\"yes\"\"\""},
        {"\"", "\"\"\"\""},
        {"\"\"", "\"\"\"\"\"\""},
        {"one\ntwo", "\"one\ntwo\""},
        {"one\rtwo", "\"one\rtwo\""},
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""},
        {"+49 30", "'+49 30"},
        {"-5", "'-5"},
        {"@lavrov", "'@lavrov"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"a=b", "a=b"},
        {" =b", " =b"},
        {"'quoted'", "'quoted'"},
        {"\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2",
         "\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        struct csv_row row = {.out = &out};
        csv_text(&row, slice_of(rows[i].cell));
        CHECK_TEXT(out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(rows_have_commas_between_and_a_line_end_behind)
{
    struct strbuf out;
    strbuf_init(&out, 1000);
    struct csv_row row = {.out = &out};
    for (uint64_t i = 0; i < 2; i++) {
        csv_text(&row, SLICE(""));
        csv_text(&row, SLICE("a"));
        csv_number(&row, i + UINT64_C(18446744073709551614));
        csv_text(&row, SLICE(""));
        csv_end(&row);
    }
    CHECK_TEXT(out.data, ",a,18446744073709551614,\r\n"
                         ",a,18446744073709551615,\r\n");
    strbuf_release(&out);
}

/* One cell from `at`, as RFC 4180 has it; returns what stands behind it. */
static const char *read_cell(const char *at, char *cell)
{
    bool quoted = *at == '"';
    for (at += quoted; *at; at++) {
        if (quoted && *at == '"' && *++at != '"')
            break;
        if (!quoted && (*at == ',' || *at == '\r'))
            break;
        *cell++ = *at;
    }
    *cell = '\0';
    return at;
}

TEST(any_text_can_be_read_back)
{
    static const char letters[] = "ab,\"\n\r= -'x";
    uint64_t seed = 3;
    for (int round = 0; round < 5000; round++) {
        char cells[3][9], cell[64];
        struct strbuf out;
        strbuf_init(&out, 1000);
        struct csv_row row = {.out = &out};
        for (int c = 0; c < 3; c++) {
            size_t len = rng_below(&seed, 9);
            for (size_t i = 0; i < len; i++)
                cells[c][i] = letters[rng_below(&seed, sizeof letters - 1)];
            cells[c][len] = '\0';
            csv_text(&row, slice_of(cells[c]));
        }
        csv_end(&row);
        const char *at = out.data;
        for (int c = 0; c < 3; c++) {
            at = read_cell(at, cell);
            bool defused = cells[c][0] && strchr("=+-@\t\r", cells[c][0]);
            CHECK(cell[0] == '\'' || !defused);
            CHECK_TEXT(cell + defused, cells[c]);
            CHECK_EQ(*at, c < 2 ? ',' : '\r');
            at++;
        }
        CHECK_TEXT(at, "\n");
        strbuf_release(&out);
    }
}

RUN(T(cells_are_quoted_when_they_must_and_formulas_defused),
    T(rows_have_commas_between_and_a_line_end_behind),
    T(any_text_can_be_read_back))
