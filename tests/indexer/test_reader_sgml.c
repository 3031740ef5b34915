#include "reading.h"

static struct reading r;

#define RECORD(id, inside)                                                     \
    "<REUTERS TOPICS=\"YES\" OLDID=\"1\" NEWID=\"" id "\">\n" inside           \
    "</REUTERS>\n"

static const char doctype[] = "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n";

static void read_text(const char *text)
{
    read_all(&r, "reuters-sgml", "x.sgm", slice_of(text));
}

TEST(a_record_gives_every_field)
{
    char text[2000];
    snprintf(text, sizeof text, "%s%s", doctype,
             RECORD("7",
                    "<DATE>26-FEB-1987 15:01:01.79&#5;&#5;RM</DATE>\n"
                    "<TOPICS><D>cocoa</D><D>oil&amp;gas</D></TOPICS>\n"
                    "<PLACES><D>usa</D></PLACES><PEOPLE></PEOPLE>\n"
                    "<ORGS><D>opec</D></ORGS><UNKNOWN>&#5;noise</UNKNOWN>\n"
                    "<TEXT>&#2;\n<TITLE>COCOA\nREVIEW &lt;CO></TITLE>\n"
                    "<AUTHOR>    by A. Name, Reuters</AUTHOR>\n"
                    "<DATELINE>    SALVADOR, Feb 26 - </DATELINE><BODY>Rain\n"
                    "fell &lt; 3 mm.\n    It will &#38; stop.\n REUTER\n&#3;"
                    "</BODY></TEXT>\n"));
    read_text(text);
    const struct article *a = only_article(&r);
    char date[DATE_TEXT_SIZE];
    CHECK_SLICE(a->id, slice_of("reut-7"));
    CHECK_SLICE(a->source, slice_of("reuters"));
    CHECK_SLICE(a->lang, slice_of("en"));
    CHECK_TEXT(date_format(a->published, date), "1987-02-26T15:01:01Z");
    CHECK_EQ(a->published_from, ORIGIN_GIVEN);
    CHECK_EQ(a->topics.count, 2);
    CHECK_SLICE(a->topics.item[1], slice_of("oil&gas"));
    CHECK_EQ(a->places.count, 1);
    CHECK_EQ(a->people.count, 0);
    CHECK_SLICE(a->orgs.item[0], slice_of("opec"));
    CHECK_SLICE(a->text[PART_TITLE], slice_of("COCOA REVIEW <CO>"));
    CHECK_SLICE(a->byline, slice_of("A. Name, Reuters"));
    CHECK_SLICE(a->dateline, slice_of("SALVADOR, Feb 26"));
    CHECK_SLICE(a->text[PART_BODY],
                slice_of("SALVADOR, Feb 26 - Rain\nfell < 3 mm.\n\n"
                         "It will & stop."));
    reading_release(&r);
}

TEST(text_stands_in_body_or_straight_in_text)
{
    static const struct {
        const char *text, *title, *body;
    } rows[] = {
        {RECORD("1", "<TEXT TYPE=\"BRIEF\">&#2;\n***<TITLE>FLASH\n</TITLE>Blah "
                     "blah blah.\n&#3;\n</TEXT>"),
         "FLASH", ""},
        {RECORD("1", "<TEXT TYPE=\"UNPROC\">&#2;\nA LTD, 5 AT 38\nUNCH\n&#3;\n"
                     "</TEXT>"),
         "", "A LTD, 5 AT 38\nUNCH"},
        {RECORD("1", "<TEXT><TITLE>T</TITLE><BODY>a&#5;&#30;b \xfc &#252; "
                     "&unknown; & &#xx; &#99999999;</BODY></TEXT>"),
         "T", "a  b \xc3\xbc \xc3\xbc &unknown; & &#xx; &#99999999;"},
        {RECORD("1", "<TEXT><TITLE>T</TITLE></TEXT>"), "T", ""},
        {RECORD("1", "<TEXT><TITLE </TITLE>x</TEXT>"), "", "<TITLE </TITLE>x"},
        {RECORD("1", "<TEXT>a <TITLES> b <TITLE>T</TITLE> c</TEXT>"), "T",
         "a <TITLES> b  c"},
        {RECORD("1", "<TEXT>REUTERS and /REUTERS> say</TEXT>"), "",
         "REUTERS and /REUTERS> say"},
        {RECORD("1", "<DATE>31-MAR-1987 605:12:19.12</DATE><TEXT>x</TEXT>"), "",
         "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_text(rows[i].text);
        const struct article *a = only_article(&r);
        CHECK_SLICE(a->text[PART_TITLE], slice_of(rows[i].title));
        CHECK_SLICE(a->text[PART_BODY], slice_of(rows[i].body));
        if (i == 7) /* the day is kept where the time cannot be */
            CHECK_EQ(a->published.precision, DATE_DAY);
        reading_release(&r);
    }
}

#define GOOD RECORD("2", "<TEXT><TITLE>GOOD</TITLE></TEXT>")

TEST(a_damaged_record_is_rejected_and_the_next_one_read)
{
    static const struct {
        const char *text, *says;
        uint64_t byte;
    } rows[] = {
        {"<REUTERS NEWID=\"1\"><TEXT><TITLE>T</TITLE></TEXT>\n",
         "no </REUTERS>", 0},
        {"<REUTXRS NEWID=\"1\"><TEXT></TEXT></REUTERS>\n", "text outside", 0},
        {"\n junk\n", "text outside", 2},
        {RECORD("1", ""), "no <TEXT>", 0},
        {RECORD("1", "<TEXT><TITLE>T"), "no <TEXT>", 0},
        {RECORD("1", "<TEXT></TEXT>"), "neither a title nor a body", 0},
        {RECORD("1", "<TEXT>&#2; &#3;</TEXT>"), "neither a title nor a body",
         0},
        {RECORD("1", "<DATE>soon</DATE><TEXT>x</TEXT>"), "<DATE>: 'soon'", 0},
        {RECORD("1", "<DATE>30-FEB-1987 1:1</DATE><TEXT>x</TEXT>"),
         "no 30 February", 0},
        {RECORD("1", "<TEXT><TITLE>T<BODY>b</BODY></TEXT>"),
         "<TITLE> is never closed", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s%s", rows[i].text, GOOD);
        read_text(text);
        CHECK_MSG(r.count == 2, "row %zu: %zu records", i, r.count);
        check_reject(&r, 0, 1, rows[i].byte, rows[i].says);
        CHECK_SLICE(r.step[1].article.text[PART_TITLE], slice_of("GOOD"));
        reading_release(&r);
    }
    read_text(GOOD "<REUTERS NEWID=\"3\"><TEXT>");
    CHECK_EQ(r.count, 2);
    check_reject(&r, 1, 2, strlen(GOOD), "no </REUTERS>");
    reading_release(&r);
}

/* Input comes in steps of 128 KB: a tag may lie across their border. */
TEST(records_end_anywhere_in_the_buffer)
{
    enum { STEP = 128 << 10, AROUND = 40 };
    char *text = malloc(STEP + 1000);
    for (size_t shift = 0; shift < AROUND; shift++) {
        size_t len = (size_t)sprintf(text, "<REUTERS NEWID=\"1\"><TEXT>");
        memset(text + len, 'a', STEP - AROUND / 2 + shift - len);
        len = STEP - AROUND / 2 + shift;
        sprintf(text + len, "</TEXT></REUTERS>\n%s", GOOD);
        read_text(text);
        CHECK_EQ(r.count, 2);
        CHECK_EQ(r.step[0].step, READER_ARTICLE);
        CHECK_SLICE(r.step[1].article.text[PART_TITLE], slice_of("GOOD"));
        reading_release(&r);
    }
    free(text);
}

RUN(T(a_record_gives_every_field), T(text_stands_in_body_or_straight_in_text),
    T(a_damaged_record_is_rejected_and_the_next_one_read),
    T(records_end_anywhere_in_the_buffer))
