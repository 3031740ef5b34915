#include "base/date.h"

#include "base/err.h"
#include "check.h"

TEST(every_documented_form_is_read)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"2022", "2022"},
        {"0001", "0001"},
        {"9999", "9999"},
        {"2022-03", "2022-03"},
        {"2022-03-29", "2022-03-29"},
        {"20220329", "2022-03-29"},
        {"  2022-03-29\n", "2022-03-29"},
        {"2022-03-29T10:00", "2022-03-29T10:00Z"},
        {"2022-03-29t10:00z", "2022-03-29T10:00Z"},
        {"2022-03-29 10:00:05", "2022-03-29T10:00:05Z"},
        {"2022-03-29T10:00:05.123456Z", "2022-03-29T10:00:05Z"},
        {"2022-03-29T10:00:05,5Z", "2022-03-29T10:00:05Z"},
        {"2022-03-29T10:00:05+03:00", "2022-03-29T07:00:05Z"},
        {"2022-03-29T10:00:05 +0300", "2022-03-29T07:00:05Z"},
        {"2022-03-29T10:00:05+03", "2022-03-29T07:00:05Z"},
        {"2022-03-29T22:00:05-05:30", "2022-03-30T03:30:05Z"},
        {"2022-03-29 10:00:05 UTC", "2022-03-29T10:00:05Z"},
        {"2022-01-01T00:30+01:00", "2021-12-31T23:30Z"},
        {"2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z"},
        {"20220329T100000Z", "2022-03-29T10:00:00Z"},
        {"20220329T1000", "2022-03-29T10:00Z"},
        {"20220329T100000+0300", "2022-03-29T07:00:00Z"},
        {"20220329 10:00:00", "2022-03-29T10:00:00Z"},
        {"Tue, 29 Mar 2022 10:00:00 +0300", "2022-03-29T07:00:00Z"},
        {"Tue, 29 Mar 2022 10:00:00 GMT", "2022-03-29T10:00:00Z"},
        {"Tue, 29 Mar 2022 10:00 EST", "2022-03-29T15:00Z"},
        {"29 Mar 2022 10:00:00 pdt", "2022-03-29T17:00:00Z"},
        {"29 Mar 22 10:00:00 Z", "2022-03-29T10:00:00Z"},
        {"Fri, 1 Jan 99 00:00:00 A", "1999-01-01T00:00:00Z"},
        {"Tuesday, 29 March 2022", "2022-03-29"},
        {"Tue, 29 Mar 2022 10:00:00 +0300 (MSK)", "2022-03-29T07:00:00Z"},
        {"26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z"},
        {" 9-APR-1987 15:01:01.79", "1987-04-09T15:01:01Z"},
        {"3-MAR-1987  09:15:05.40", "1987-03-03T09:15:05Z"},
        {"26-feb-1987", "1987-02-26"},
        {"2000-02-29", "2000-02-29"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date;
        struct err err = {0};
        char got[DATE_TEXT_SIZE];
        int rc = date_parse(slice_of(rows[i].text), &date, &err);
        CHECK_MSG(rc == 0, "'%s': %s", rows[i].text, err.text);
        date_format(date, got);
        CHECK_MSG(strcmp(got, rows[i].want) == 0, "'%s': got %s, want %s",
                  rows[i].text, got, rows[i].want);
    }
}

TEST(what_is_no_date_is_refused_with_a_sentence)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "an empty date"},
        {" \t\n", "an empty date"},
        {"soon", "'soon' is no date we know"},
        {"2022-02-30", "there is no 30 February 2022"},
        {"1900-02-29", "there is no 29 February 1900"},
        {"30 Feb 2022", "there is no 30 February 2022"},
        {"31-APR-1987", "there is no 31 April 1987"},
        {"2022-13", "there is no month 13"},
        {"2022-00-01", "there is no month 0"},
        {"2022-01-00", "there is no 0 January 2022"},
        {"0000", "there is no year 0"},
        {"2022-03-29T24:00", "there is no time 24:00:00"},
        {"2022-03-29T10:61", "there is no time 10:61:00"},
        {"2022-03-29T10:00:61", "there is no time 10:00:61"},
        {"2022-03-29T10:00+24:00", "there is no time zone +2400"},
        {"2022-03-29T10:00 MSK", "no time zone 'MSK' in RFC 822"},
        {"29 Mar 2022 10:00 J", "no time zone 'J' in RFC 822"},
        {"0001-01-01T00:00+01:00", "outside the years"},
        {"9999-12-31T23:59:59-00:01", "outside the years"},
        {"202", "is no date"},
        {"20223", "is no date"},
        {"202203", "is no date"},
        {"20220329100000", "is no date"},
        {"2022-3-29", "is no date"},
        {"2022-03-", "is no date"},
        {"2022-03-29T", "is no date"},
        {"2022-03-29T10", "is no date"},
        {"2022-03-29T10:00:", "is no date"},
        {"2022-03-29T10:00:00.", "is no date"},
        {"2022-03-29T10:00:00Zulu", "no time zone 'Zulu'"},
        {"2022-03-29T10:00:00Z x", "is no date"},
        {"2022-03-29x", "is no date"},
        {"2022-03T10:00", "is no date"},
        {"2022T10:00", "is no date"},
        {"2022/03/29", "is no date"},
        {"29.03.2022", "is no date"},
        {"Foo, 29 Mar 2022", "is no date"},
        {"29 Foo 2022", "is no date"},
        {"29 Mar", "is no date"},
        {"29 Mar 202", "is no date"},
        {"-2022", "is no date"},
        {"\xff\xfe", "is no date"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* Of exactly its size, so that a read past the end is seen. */
        size_t len = strlen(rows[i].text);
        uint8_t *exact = malloc(len ? len : 1);
        memcpy(exact, rows[i].text, len);
        struct date date = {1, 1};
        struct err err = {0};
        int rc = date_parse((struct slice){exact, len}, &date, &err);
        free(exact);
        CHECK_MSG(rc == ERR_INVALID, "'%s' was read", rows[i].text);
        CHECK_MSG(strstr(err.text, rows[i].says), "'%s': %s", rows[i].text,
                  err.text);
        CHECK_EQ(date.precision, DATE_NONE);
    }
}

TEST(every_day_of_two_centuries_goes_round)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int64_t day = -25567; /* 1900-01-01, counted by hand from 1970 */
    for (int year = 1900; year <= 2100; year++) {
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year == 2000;
            int length = lengths[month - 1] + (month == 2 && leap);
            for (int d = 1; d <= length; d++, day++) {
                struct civil_date c = {year, month, d};
                CHECK(date_exists(c));
                CHECK_EQ(date_from_civil(c), day * 86400);
                for (int64_t second = 0; second < 86400; second += 86399) {
                    struct civil_date back = date_civil(day * 86400 + second);
                    CHECK(back.year == year && back.month == month &&
                          back.day == d);
                }
                struct date date = {day * 86400, DATE_DAY}, again;
                char text[DATE_TEXT_SIZE];
                date_format(date, text);
                CHECK_EQ(date_parse(slice_of(text), &again, NULL), 0);
                CHECK(again.seconds == date.seconds &&
                      again.precision == DATE_DAY);
            }
            CHECK(!date_exists((struct civil_date){year, month, length + 1}));
        }
    }
    CHECK_EQ(day, 47847); /* 2101-01-01 */
}

TEST(every_precision_goes_round)
{
    uint64_t seed = 20220329;
    for (int i = 0; i < 20000; i++) {
        int64_t seconds = DATE_MIN + (int64_t)(rng_next(&seed) %
                                               (uint64_t)(DATE_MAX - DATE_MIN));
        for (uint8_t p = DATE_YEAR; p <= DATE_SECOND; p++) {
            char text[DATE_TEXT_SIZE], again[DATE_TEXT_SIZE];
            struct date date;
            date_format((struct date){seconds, p}, text);
            CHECK_EQ(date_parse(slice_of(text), &date, NULL), 0);
            CHECK_EQ(date.precision, p);
            CHECK_TEXT(date_format(date, again), text);
            struct date_range unit = date_unit(date);
            CHECK(unit.from <= seconds && seconds < unit.to);
            CHECK(unit.from == date.seconds);
        }
    }
}

TEST(units_have_their_length)
{
    static const struct {
        const char *text;
        int64_t length;
    } rows[] = {{"2022", 365 * 86400},    {"2024", 366 * 86400},
                {"1900", 365 * 86400},    {"2022-12", 31 * 86400},
                {"2024-02", 29 * 86400},  {"2022-03-29", 86400},
                {"2022-03-29T10:00", 60}, {"2022-03-29T10:00:00", 1},
                {"9999-12-31", 86400}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date;
        CHECK_EQ(date_parse(slice_of(rows[i].text), &date, NULL), 0);
        struct date_range unit = date_unit(date);
        CHECK_MSG(unit.to - unit.from == rows[i].length, "%s: %lld",
                  rows[i].text, (long long)(unit.to - unit.from));
    }
    struct date_range none = date_unit((struct date){0});
    CHECK_EQ(none.from, none.to);
}

static void range_text(struct date_range range, char *out, size_t size)
{
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    date_format((struct date){range.from, DATE_SECOND}, from);
    date_format((struct date){range.to - 1, DATE_SECOND}, to);
    snprintf(out, size, "%s %s", range.from == DATE_MIN ? "-" : from,
             range.to == DATE_MAX ? "-" : to);
}

TEST(a_range_includes_the_whole_of_its_last_unit)
{
    static const struct {
        const char *text, *want; /* first and last second */
    } rows[] = {
        {"2022", "2022-01-01T00:00:00Z 2022-12-31T23:59:59Z"},
        {"2022-03..2022-06", "2022-03-01T00:00:00Z 2022-06-30T23:59:59Z"},
        {"2022..2022-02", "2022-01-01T00:00:00Z 2022-02-28T23:59:59Z"},
        {">=2022", "2022-01-01T00:00:00Z -"},
        {">2022", "2023-01-01T00:00:00Z -"},
        {"<2022-03", "- 2022-02-28T23:59:59Z"},
        {"<=2022-03", "- 2022-03-31T23:59:59Z"},
        {"..2022", "- 2022-12-31T23:59:59Z"},
        {"2022-03-29..", "2022-03-29T00:00:00Z -"},
        {"2022-03-29T10:00", "2022-03-29T10:00:00Z 2022-03-29T10:00:59Z"},
        {"20220329", "2022-03-29T00:00:00Z 2022-03-29T23:59:59Z"},
        {"..9999", "- -"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date_range range;
        struct err err = {0};
        char got[2 * DATE_TEXT_SIZE + 2];
        CHECK_OK(date_range_parse(slice_of(rows[i].text), &range, &err), err);
        range_text(range, got, sizeof got);
        CHECK_MSG(strcmp(got, rows[i].want) == 0, "%s: got %s", rows[i].text,
                  got);
    }
}

TEST(a_range_that_is_none_is_refused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {{"", "empty"},
                {"..", "needs a date on one side"},
                {">", "no date"},
                {">=", "no date"},
                {"=2022", "no date"},
                {">>2022", "no date"},
                {"2023..2022", "ends before it begins"},
                {"2022-03..2022-02", "ends before it begins"},
                {"2022-02-30..", "there is no 30 February"},
                {"2022...2023", "no date"},
                {"2022..2023..2024", "no date"},
                {"29 Mar 2022", "write 2022, 2022-03 or 2022-03-29"},
                {"none", "no date"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date_range range;
        struct err err = {0};
        int rc = date_range_parse(slice_of(rows[i].text), &range, &err);
        CHECK_MSG(rc == ERR_INVALID, "'%s' was read", rows[i].text);
        CHECK_MSG(strstr(err.text, rows[i].says), "'%s': %s", rows[i].text,
                  err.text);
    }
}

RUN(T(every_documented_form_is_read),
    T(what_is_no_date_is_refused_with_a_sentence),
    T(every_day_of_two_centuries_goes_round), T(every_precision_goes_round),
    T(units_have_their_length), T(a_range_includes_the_whole_of_its_last_unit),
    T(a_range_that_is_none_is_refused))
