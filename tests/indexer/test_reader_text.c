#include "indexer/readers/prose.h"
#include "reading.h"

static struct reading r;

static void read_named(const char *path, const char *text)
{
    read_all(&r, "text", path, slice_of(text));
}

static void check_date(const struct article *a, const char *date,
                       enum date_origin origin)
{
    char got[DATE_TEXT_SIZE];
    CHECK_TEXT(date_format(a->published, got), date);
    CHECK_TEXT(date_origin_name(a->published_from), date_origin_name(origin));
}

/* A page as news sites are saved. */
static const char page[] =
    "Ferry company orders six electric ships\n"
    "\n"
    "The first is to cross the sound in 2027; the yard is still looking for\n"
    "welders.\n"
    "\n"
    "-\n"
    "\n"
    "The ferry Aurora leaves the harbour of Helsingor, Denmark, Aug. 20, 2025 "
    "(AP)\n"
    "\n"
    "HELSINGOR, Aug. 20 (AP) \xe2\x80\x94 Six ships without a funnel will "
    "cross\n"
    "the sound, the company said.\n"
    "\n"
    "\"We have waited long enough,\" said its director.\n"
    "\n"
    "What the yards say\n"
    "\n"
    "Two yards had asked for more time - and got it.\n"
    "\n"
    "Read more: Why the old bridge stays closed\n";

TEST(a_saved_page_falls_into_its_parts)
{
    read_named("x.txt", page);
    const struct article *a = only_article(&r);
    CHECK_SLICE(a->text[PART_TITLE],
                slice_of("Ferry company orders six electric ships"));
    CHECK_SLICE(a->text[PART_SUMMARY],
                slice_of("The first is to cross the sound in 2027; the yard is "
                         "still looking for\nwelders."));
    CHECK_SLICE(a->text[PART_CAPTIONS],
                slice_of("The ferry Aurora leaves the harbour of Helsingor, "
                         "Denmark, Aug. 20, 2025 (AP)"));
    CHECK_SLICE(
        a->text[PART_BODY],
        slice_of("HELSINGOR, Aug. 20 (AP) \xe2\x80\x94 Six ships without a "
                 "funnel will cross\nthe sound, the company said.\n\n"
                 "\"We have waited long enough,\" said its director.\n\n"
                 "What the yards say\n\n"
                 "Two yards had asked for more time - and got it."));
    CHECK_SLICE(a->dateline, slice_of("HELSINGOR, Aug. 20"));
    check_date(a, "2025-08-20", ORIGIN_DATELINE);
    CHECK(a->id.len == 0 && a->source.len == 0);
    reading_release(&r);
}

TEST(the_date_is_given_or_found_in_this_order)
{
    static const struct {
        const char *path, *text, *date;
        enum date_origin origin;
    } rows[] = {
        {"2020-01-01.txt",
         "T\nDate: 2022-03-29\n\nROME, May 1, 2021 (X) - a\n\nb. May 2, 2021 "
         "(X)",
         "2022-03-29", ORIGIN_GIVEN},
        {"x", "T\n\nPublished: March 29, 2022\n\nBody.", "2022-03-29",
         ORIGIN_GIVEN},
        {"x", "T\nDate: Tue, 29 Mar 2022 10:00:00 +0300\n\nBody.",
         "2022-03-29T07:00:00Z", ORIGIN_GIVEN},
        {"2020-01-01.txt",
         "T\n\nROME, May 1, 2021 (X) - a\n\nb. May 2, 2021 (X)", "2021-05-01",
         ORIGIN_DATELINE},
        {"2020-01-01.txt", "T\n\nROME (X) - a\n\nb. May 2, 2021 (X)",
         "2021-05-02", ORIGIN_CAPTION},
        {"2020-01-01.txt", "T\n\nROME (X) - a\n\nb", "2020-01-01",
         ORIGIN_FILE_NAME},
        {"2019-12-30.txt", "T\n\nROME, Jan. 2 - a", "2020-01-02",
         ORIGIN_DATELINE},
        {"2020-01-02.txt", "T\n\nROME, Dec. 31 - a", "2019-12-31",
         ORIGIN_DATELINE},
        /* a picture from the archive does not date the story */
        {"x", "T\n\nROME, May 1 - a\n\nb. Dec. 24, 2003 (X)", "2003-12-24",
         ORIGIN_CAPTION},
        {"2021-05-02.txt", "T\n\nROME, May 1 - a\n\nb. Dec. 24, 2003 (X)",
         "2021-05-01", ORIGIN_DATELINE},
        {"x", "T\n\nROME, May 1 - a", "", ORIGIN_NONE},
        {"x", "T\n\nOn May 1, 2021 the ships sailed.", "", ORIGIN_NONE},
        {"x", "T\n\nOn May 1, 2021 - a Saturday - the ships sailed.", "",
         ORIGIN_NONE},
        {"/in/2025/08/20/story.txt", "T\n\nBody.", "2025-08-20",
         ORIGIN_FILE_NAME},
        {"/in/2025/08/20.txt", "T\n\nBody.", "2025-08-20", ORIGIN_FILE_NAME},
        {"/in/20250820/story.txt", "T\n\nBody.", "2025-08-20",
         ORIGIN_FILE_NAME},
        {"/in/2024-01-01/wire_20250820_7.txt", "T\n\nBody.", "2025-08-20",
         ORIGIN_FILE_NAME},
        {"/in/2025-02-30.txt", "T\n\nBody.", "", ORIGIN_NONE},
        {"/in/120250820.txt", "T\n\nBody.", "", ORIGIN_NONE},
        {"/in/202508201.txt", "T\n\nBody.", "", ORIGIN_NONE},
        {"/in/99990820.txt", "T\n\nBody.", "", ORIGIN_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[DATE_TEXT_SIZE];
        read_named(rows[i].path, rows[i].text);
        const struct article *a = only_article(&r);
        date_format(a->published, got);
        CHECK_MSG(strcmp(got, rows[i].date) == 0 &&
                      a->published_from == rows[i].origin,
                  "%s: %s: got %s, %s", rows[i].path, rows[i].text, got,
                  date_origin_name(a->published_from));
        reading_release(&r);
    }
}

TEST(days_are_printed_in_many_ways)
{
    static const struct {
        const char *text;
        struct civil_date want; /* month 0: it is none */
    } rows[] = {
        {"Aug. 20, 2025", {2025, 8, 20}},
        {"August 20, 2025", {2025, 8, 20}},
        {"aug 20 2025", {2025, 8, 20}},
        {"Sept. 1", {0, 9, 1}},
        {"20 August 2025", {2025, 8, 20}},
        {"1 May", {0, 5, 1}},
        {"2025-08-20", {2025, 8, 20}},
        {"15. April 2023", {2023, 4, 15}},
        {"1. März", {0, 3, 1}},
        {"14 JUILLET 2022", {2022, 7, 14}},
        {"16 de mayo de 2025", {2025, 5, 16}},
        {"16 Mayıs 2025", {2025, 5, 16}},
        {"22 июля 2022", {2022, 7, 22}},
        {"29 Feb. 2023", {0, 0, 0}},
        {"Feb. 29", {0, 2, 29}},
        {"Ma 1, 2025", {0, 0, 0}},
        {"Mayor 1, 2025", {0, 0, 0}},
        {"Juil 1", {0, 0, 0}},
        {"Aug. 20, 25", {0, 0, 0}},
        {"Aug. 20, 2025 x", {0, 0, 0}},
        {"Aug. 0", {0, 0, 0}},
        {"Aug. 200", {0, 0, 0}},
        {"20", {0, 0, 0}},
        {"", {0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct civil_date got, want = rows[i].want;
        bool is = printed_day_parse(slice_of(rows[i].text), &got);
        CHECK_MSG(is == (want.month > 0), "%s", rows[i].text);
        CHECK_MSG(!is || (got.year == want.year && got.month == want.month &&
                          got.day == want.day),
                  "%s", rows[i].text);
    }
}

TEST(a_dateline_is_told_from_a_sentence)
{
    static const struct {
        const char *text, *want; /* NULL: none */
    } rows[] = {
        {"MOSCOW, Aug. 20 (AP) \xe2\x80\x94 Any talk", "MOSCOW, Aug. 20"},
        {"MOSCOW (AP)\xe2\x80\x94"
         "Any talk",
         "MOSCOW"},
        {"MOSCOW, Aug. 20 - Any talk", "MOSCOW, Aug. 20"},
        {"MOSCOW, 20 August -- Any talk", "MOSCOW, 20 August"},
        {"NEW YORK, N.Y., Sept. 3, 2021 (HW) - Any",
         "NEW YORK, N.Y., Sept. 3, 2021"},
        {"KYIV, Ukraine (AP) - Any", "KYIV, Ukraine"},
        {"\xc4\xb0STANBUL, July 22 (HW) - Any", "\xc4\xb0STANBUL, July 22"},
        {"Istanbul, 22 July 2022 - Any", "Istanbul, 22 July 2022"},
        {"NATO - the alliance - met", NULL},
        {"NATO said on Aug. 20 that a well-known", NULL},
        {"The minister (right) - a lawyer - left", NULL},
        {"On Aug. 20 - a day like others - rain fell", NULL},
        {"MOSCOW, Aug. 32 - Any talk", NULL},
        {"- MOSCOW, Aug. 20", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice got;
        struct civil_date day;
        bool is = dateline_parse(slice_of(rows[i].text), &got, &day);
        CHECK_MSG(is == (rows[i].want != NULL), "%s", rows[i].text);
        if (is)
            CHECK_SLICE(got, slice_of(rows[i].want));
    }
}

TEST(pages_have_many_shapes)
{
    static const struct {
        const char *text, *title, *summary, *body, *captions;
    } rows[] = {
        {"Title only", "Title only", "", "", ""},
        {"T\n\nA.\n\nB.", "T", "", "A.\n\nB.", ""},
        {"T\nA.\nB.\n", "T", "", "A.\n\nB.", ""}, /* no blank lines */
        {"T\nA.\nmore of A\n\nB.", "T", "", "A.\nmore of A\n\nB.", ""},
        {"T\n\nS\n\n-\n\nA.", "T", "S", "A.", ""},
        {"T\n\nS\n-\nA.", "T", "S", "A.", ""},
        {"T\nS\n-\nA.\nB.", "T", "S", "A.\n\nB.", ""},
        {"T\n\n-\n\nA.", "T", "", "A.", ""},
        {"-\nT\n\nA.", "T", "", "A.", ""},
        {"T\n\nS\n\nIn port, May 1, 2021 (X)\n\n-\n\nA.", "T", "S", "A.",
         "In port, May 1, 2021 (X)"},
        {"T\n\nS\n\nS2\n\n-\n\nA.", "T", "S", "S2\n\nA.", ""},
        /* far down, it only parts the story */
        {"T\n\nA\n\nB\n\nC\n\nD\n\nE\n\n-\n\nF", "T", "",
         "A\n\nB\n\nC\n\nD\n\nE\n\nF", ""},
        {"T\n\nS\n\n-\n\nThe port (AP Photo/A. Name)\n\nA.", "T", "S", "A.",
         "The port (AP Photo/A. Name)"},
        {"T\n\nS\n\n-\n\nThe port, Aug. 20, 2025\n\nA.", "T", "S", "A.",
         "The port, Aug. 20, 2025"},
        {"T\n\nS\n\n-\n\nA, he said.\n\nB (AP)", "T", "S",
         "A, he said.\n\nB (AP)", ""},
        {"T\n\nA.\n\nThe port, Aug. 20, 2025. (AP Photo/X)\n\nB.", "T", "",
         "A.\n\nB.", "The port, Aug. 20, 2025. (AP Photo/X)"},
        {"T\n\nPhoto: the port\n\nA.", "T", "", "A.", "Photo: the port"},
        {"T\n\nA.\n\nRead more: x\nRead more: y", "T", "", "A.", ""},
        {"T\n\nA.\nREAD MORE: x", "T", "", "A.", ""},
        {"T\n\nRead more: x\n\nA.", "T", "", "Read more: x\n\nA.", ""},
        {"Read more: the headline", "Read more: the headline", "", "", ""},
        {"T\r\n\r\nA.\r\n\r\nB.", "T", "", "A.\n\nB.", ""},
        {"\n\n  T  \n\n  A.", "T", "", "A.", ""},
        {"Caf\xe9\n\nD\xe9j\xe0 vu.", "Caf\xc3\xa9", "",
         "D\xc3\xa9j\xc3\xa0 vu.", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_named("x", rows[i].text);
        const struct article *a = only_article(&r);
        CHECK_MSG(slice_eq(a->text[PART_SUMMARY], slice_of(rows[i].summary)),
                  "row %zu: summary '%.*s'", i,
                  SLICE_ARG(a->text[PART_SUMMARY]));
        CHECK_MSG(slice_eq(a->text[PART_BODY], slice_of(rows[i].body)),
                  "row %zu: body '%.*s'", i, SLICE_ARG(a->text[PART_BODY]));
        CHECK_MSG(slice_eq(a->text[PART_CAPTIONS], slice_of(rows[i].captions)),
                  "row %zu: captions '%.*s'", i,
                  SLICE_ARG(a->text[PART_CAPTIONS]));
        CHECK_SLICE(a->text[PART_TITLE], slice_of(rows[i].title));
        reading_release(&r);
    }
}

TEST(header_lines_are_fields)
{
    read_named("x", "T\nBy Nadia Brandt\nSource: Wire\nLang: en\n"
                    "URL: http://x/1\nTopics: trade, , grain\nID: 7\n"
                    "Date: 2022-03-29\nUpdated: 2022-03-30\n\nBy then, it was "
                    "over.");
    const struct article *a = only_article(&r);
    CHECK_SLICE(a->byline, slice_of("Nadia Brandt"));
    CHECK_SLICE(a->source, slice_of("Wire"));
    CHECK_SLICE(a->lang, slice_of("en"));
    CHECK_SLICE(a->url, slice_of("http://x/1"));
    CHECK_SLICE(a->id, slice_of("7"));
    CHECK_EQ(a->topics.count, 2);
    CHECK_SLICE(a->topics.item[1], slice_of("grain"));
    CHECK_SLICE(a->text[PART_BODY], slice_of("By then, it was over."));
    CHECK_EQ(a->modified.precision, DATE_DAY);
    reading_release(&r);
}

TEST(what_is_no_article_is_a_reject)
{
    static const struct {
        struct slice bytes;
        uint64_t byte;
        const char *says;
    } rows[] = {
        {SLICE(""), 0, "an empty file"},
        {SLICE(" \n\t\n"), 0, "an empty file"},
        {SLICE("-\n-\n"), 0, "an empty file"},
        {SLICE("T\n\nA\0B"), 4, "a zero byte"},
        {SLICE("T \xc3\xa9\xc3\xa9\n\nA \xff"), 10, "damaged UTF-8"},
        {SLICE("T\nDate: some day\n\nA."), 0, "date: 'some day' is no date"},
        {SLICE("T\nDate: 2022-02-30\n\nA."), 0, "no 30 February"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_all(&r, "text", "x", rows[i].bytes);
        CHECK_EQ(r.count, 1);
        check_reject(&r, 0, 1, rows[i].byte, rows[i].says);
        reading_release(&r);
    }
}

TEST(a_cut_gz_is_no_shorter_article)
{
    struct bytes_out packed = {0};
    gzip_into(&packed, slice_of(page));
    read_all(&r, "auto", "x.gz", (struct slice){packed.data, packed.len});
    only_article(&r);
    reading_release(&r);
    read_all(&r, "text", "x.gz", (struct slice){packed.data, packed.len - 9});
    CHECK_EQ(r.count, 1);
    CHECK(strstr(r.step[0].reject.reason, "ends too early"));
    reading_release(&r);
    bytes_out_release(&packed);
}

TEST(content_tells_the_format)
{
    static const struct {
        struct slice head;
        const char *format; /* NULL: none */
        const char *says;
    } rows[] = {
        {SLICE("{\"id\":1}"), "jsonl", NULL},
        {SLICE("\xef\xbb\xbf {\n\"id\":1}"), "jsonl", NULL},
        {SLICE("[{\"id\":1}]"), "jsonl", NULL},
        {SLICE("{not json}"), "text", NULL},
        {SLICE("[Moscow] Aug. 20"), "text", NULL},
        {SLICE("<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n"), "reuters-sgml",
         NULL},
        {SLICE("<REUTERS TOPICS=\"NO\">"), "reuters-sgml", NULL},
        {SLICE("A headline"), "text", NULL},
        {SLICE(""), "text", NULL},
        {SLICE("\xff\xfeh\0"), "text", NULL},
        {SLICE("a\0b"), NULL, "this is no text"},
        {SLICE("%PDF-1.4"), NULL, "a PDF file"},
        {SLICE("PK\x03\x04zip"), NULL, "a zip archive"},
        {SLICE("\x89PNG\r\n"), NULL, "a picture"},
        {SLICE("\n<!doctype HTML><p>"), NULL, "this is HTML"},
        {SLICE("<?xml version='1.0'?>"), NULL, "this is XML"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reject why = {0};
        const struct reader_format *f =
            reader_recognise(rows[i].head, "x", &why);
        CHECK_MSG(rows[i].format ? f && strcmp(f->name, rows[i].format) == 0
                                 : !f && strstr(why.reason, rows[i].says),
                  "row %zu: %s, %s", i, f ? f->name : "none", why.reason);
    }
    CHECK(reader_by_name("text") && reader_by_name("jsonl"));
    CHECK(!reader_by_name("auto") && !reader_by_name(""));
    struct input *in;
    struct reader *reader;
    struct reject why;
    struct err err;
    CHECK_EQ(input_open_bytes("x", SLICE("a"), &in, &err), 0);
    CHECK_EQ(reader_open(in, "nitf", &reader, &why, &err), ERR_INVALID);
    CHECK(strstr(err.text, "nitf"));
    input_close(in);
}

RUN(T(a_saved_page_falls_into_its_parts),
    T(the_date_is_given_or_found_in_this_order),
    T(days_are_printed_in_many_ways), T(a_dateline_is_told_from_a_sentence),
    T(pages_have_many_shapes), T(header_lines_are_fields),
    T(what_is_no_article_is_a_reject), T(a_cut_gz_is_no_shorter_article),
    T(content_tells_the_format))
