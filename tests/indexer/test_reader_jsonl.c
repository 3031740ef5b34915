#include "base/limits.h"
#include "reading.h"

static struct reading r;

static void read_text(const char *text)
{
    read_all(&r, "auto", "x.jsonl", slice_of(text));
}

static void check_list(struct slice_list list, const char *want)
{
    char got[200] = "";
    for (size_t i = 0; i < list.count; i++) {
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%s%.*s", i ? "|" : "",
                 SLICE_ARG(list.item[i]));
    }
    CHECK_TEXT(got, want);
}

static void check_date(struct date date, const char *want)
{
    char got[DATE_TEXT_SIZE];
    CHECK_TEXT(date_format(date, got), want);
}

TEST(a_record_gives_every_field)
{
    read_text(
        "{\"id\":\"7\",\"url\":\"http://x/7\",\"title\":\" Grain\\ndeal \","
        "\"summary\":\"Ports.\",\"body\":\"One.\\r\\n\\r\\n\\r\\nTwo.\","
        "\"captions\":[\"At sea\",{\"text\":\"In port\"}],\"source\":\"Wire\","
        "\"lang\":\"EN_gb\",\"byline\":\"A\",\"dateline\":\"ODESA\","
        "\"status\":\"usable\",\"version\":3,\"topics\":[\"t1\",\"t 2\"],"
        "\"places\":[\"p\"],\"people\":[\"q\"],\"orgs\":[\"o\"],"
        "\"date\":\"2022-07-22\",\"modified\":\"2022-07-23T10:00:00Z\","
        "\"unknown\":{\"deep\":[1,2]}}\n");
    const struct article *a = only_article(&r);
    CHECK_SLICE(a->id, slice_of("7"));
    CHECK_SLICE(a->url, slice_of("http://x/7"));
    CHECK_SLICE(a->text[PART_TITLE], slice_of("Grain deal"));
    CHECK_SLICE(a->text[PART_SUMMARY], slice_of("Ports."));
    CHECK_SLICE(a->text[PART_BODY], slice_of("One.\n\nTwo."));
    CHECK_SLICE(a->text[PART_CAPTIONS], slice_of("At sea\n\nIn port"));
    CHECK_SLICE(a->source, slice_of("Wire"));
    CHECK_SLICE(a->lang, slice_of("en-gb"));
    CHECK_SLICE(a->byline, slice_of("A"));
    CHECK_SLICE(a->dateline, slice_of("ODESA"));
    CHECK_SLICE(a->status, slice_of("usable"));
    CHECK_EQ(a->version, 3);
    check_list(a->topics, "t1|t 2");
    check_list(a->places, "p");
    check_list(a->people, "q");
    check_list(a->orgs, "o");
    check_date(a->published, "2022-07-22");
    check_date(a->modified, "2022-07-23T10:00:00Z");
    CHECK_EQ(a->published_from, ORIGIN_GIVEN);
    reading_release(&r);
}

/* One value under each of its names. */
TEST(fields_have_many_names)
{
    static const struct {
        size_t field; /* offset of a slice in struct article */
        const char *names;
    } rows[] = {
        {offsetof(struct article, id), "id guid uri uuid article_id docId"},
        {offsetof(struct article, url),
         "url link canonical_url webUrl permalink"},
        {offsetof(struct article, text[PART_TITLE]), "title headline HEADLINE"},
        {offsetof(struct article, text[PART_SUMMARY]),
         "summary description standfirst lead abstract lede subtitle excerpt"},
        {offsetof(struct article, text[PART_BODY]),
         "body text content articleBody body_text maintext fullText"},
        {offsetof(struct article, text[PART_CAPTIONS]), "caption captions"},
        {offsetof(struct article, byline), "author byline authors creator"},
        {offsetof(struct article, source),
         "source publisher outlet sourceName source_domain site siteName"},
        {offsetof(struct article, status), "status pubstatus"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char names[200], text[300];
        snprintf(names, sizeof names, "%s", rows[i].names);
        for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
            bool body =
                rows[i].field == offsetof(struct article, text[PART_BODY]);
            snprintf(text, sizeof text, "{\"%s\":\"value\",\"%s\":\"filling\"}",
                     name, body ? "title" : "body");
            read_text(text);
            const struct slice *got =
                (const void *)((const char *)only_article(&r) + rows[i].field);
            CHECK_MSG(slice_eq(*got, slice_of("value")), "%s", name);
            reading_release(&r);
        }
    }
}

TEST(lists_and_dates_have_many_names)
{
    static const struct {
        size_t field; /* offset of a list, or of a date */
        bool date;
        const char *names;
    } rows[] = {
        {offsetof(struct article, topics), false,
         "topics topic tags keywords categories category subjects section "
         "articleSection"},
        {offsetof(struct article, places), false, "places locations"},
        {offsetof(struct article, people), false, "people persons"},
        {offsetof(struct article, orgs), false,
         "orgs organisations organizations"},
        {offsetof(struct article, published), true,
         "published datePublished datePublish publishedAt publishedDate "
         "publishDate publicationDate pubDate date created createdAt "
         "dateCreated timestamp"},
        {offsetof(struct article, modified), true,
         "modified dateModified dateModify modifiedAt lastModified updated "
         "updatedAt versionCreated"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char names[300], text[300];
        snprintf(names, sizeof names, "%s", rows[i].names);
        for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
            snprintf(text, sizeof text, "{\"%s\":\"2022\",\"body\":\"b\"}",
                     name);
            read_text(text);
            const void *got = (const char *)only_article(&r) + rows[i].field;
            if (rows[i].date)
                check_date(*(const struct date *)got, "2022");
            else
                check_list(*(const struct slice_list *)got, "2022");
            reading_release(&r);
        }
    }
}

/* Nor is a part of a name one, nor a longer one. */
TEST(other_names_mean_nothing)
{
    static const char *const names[] = {
        "",     "_",      "-_-",
        "titl", "titles", "a_name_of_more_than_24_letters_in_all"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[200];
        snprintf(text, sizeof text, "{\"%s\":\"2022\",\"body\":\"b\"}",
                 names[i]);
        read_text(text);
        CHECK_SLICE(only_article(&r)->text[PART_BODY], slice_of("b"));
        CHECK_EQ(only_article(&r)->text[PART_TITLE].len, 0);
        reading_release(&r);
    }
}

TEST(dates_have_many_names_and_forms)
{
    static const struct {
        const char *member, *want;
        bool modified;
    } rows[] = {
        {"\"pubDate\":\"Thu, 24 Feb 2022 20:15:00 +0200\"",
         "2022-02-24T18:15:00Z", false},
        {"\"published\":\"2022\"", "2022", false},
        {"\"pubdate\":\"2022-03\"", "2022-03", false},
        {"\"datePublished\":\"2022-03-29T10:00\"", "2022-03-29T10:00Z", false},
        {"\"date_publish\":\"2022-03-29 10:00:00\"", "2022-03-29T10:00:00Z",
         false},
        {"\"published_at\":\"20220329\"", "2022-03-29", false},
        {"\"created\":\"2022-03-29\"", "2022-03-29", false},
        {"\"timestamp\":1648548000", "2022-03-29T10:00:00Z", false},
        {"\"timestamp\":1648548000123", "2022-03-29T10:00:00Z", false},
        {"\"timestamp\":\"1648548000\"", "2022-03-29T10:00:00Z", false},
        {"\"timestamp\":-1.5", "1969-12-31T23:59:58Z", false},
        {"\"date\":2022", "2022", false},
        {"\"date\":20220329", "2022-03-29", false},
        {"\"date\":\"\"", "", false},
        {"\"date\":null", "", false},
        {"\"updated\":\"2022-03-29\"", "2022-03-29", true},
        {"\"dateModified\":\"2022-03-29\"", "2022-03-29", true},
        {"\"date_modify\":\"2022-03-29\"", "2022-03-29", true},
        /* the more telling name wins, in either order */
        {"\"date\":\"2020\",\"published\":\"2021\"", "2021", false},
        {"\"published\":\"2021\",\"date\":\"2020\"", "2021", false},
        {"\"published\":\"\",\"date\":\"2020\"", "2020", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        snprintf(text, sizeof text, "{\"title\":\"t\",%s}", rows[i].member);
        read_text(text);
        const struct article *a = only_article(&r);
        check_date(rows[i].modified ? a->modified : a->published, rows[i].want);
        CHECK_EQ(a->published_from, rows[i].modified || !rows[i].want[0]
                                        ? ORIGIN_NONE
                                        : ORIGIN_GIVEN);
        reading_release(&r);
    }
}

TEST(values_may_be_nested_or_joined)
{
    read_text("{\"title\":\"t\",\"source\":{\"id\":null,\"name\":\"Outlet\"},"
              "\"authors\":[{\"name\":\"A\"},\"B\"],\"keywords\":\"x, y;z, \","
              "\"body\":[\"p1\",\"p2\"],\"version\":\"2.0\",\"id\":12,"
              "\"language\":\"English\"}");
    const struct article *a = only_article(&r);
    CHECK_SLICE(a->source, slice_of("Outlet"));
    CHECK_SLICE(a->byline, slice_of("A, B"));
    check_list(a->topics, "x|y|z");
    CHECK_SLICE(a->text[PART_BODY], slice_of("p1\n\np2"));
    CHECK_EQ(a->version, 2);
    CHECK_SLICE(a->id, slice_of("12"));
    CHECK_EQ(a->lang.len, 0); /* no language tag */
    reading_release(&r);
    read_text("{\"title\":\"t\",\"guid\":\"https://x/1\"}");
    CHECK_SLICE(only_article(&r)->url, slice_of("https://x/1"));
    reading_release(&r);
}

TEST(a_bad_record_is_rejected_and_the_next_one_read)
{
    static const struct {
        const char *line, *says;
        uint64_t byte; /* within the line */
    } rows[] = {
        {"{\"title\":\"x\"", "broken JSON: '}' expected", 12},
        {"{\"title\":\"x\xff\"}", "unable to decode byte 0xff", 11},
        {"{\"title\":\"x\xe2\x82\"}", "unable to decode byte", 11},
        {"{\"title\":\"x\"} trailing", "end of file expected", 22},
        {"{\"title\":\"a\\u0000b\"}", "\\u0000", 19},
        {"[1,2]", "not a JSON object", 0},
        {"3", "not a JSON object", 0},
        {"hello", "broken JSON", 5},
        {"{\"title\":\"a\",\"title\":\"b\"}", "duplicate object key", 20},
        {"{\"title\":7}", "\"title\" holds a number, not text", 0},
        {"{\"headline\":true}", "\"headline\" holds true or false", 0},
        {"{\"title\":\"t\",\"body\":[1]}", "\"body\" holds a number", 0},
        {"{\"title\":\"t\",\"tags\":[1]}", "\"tags\" holds a number, not names",
         0},
        {"{\"title\":\"t\",\"id\":{\"a\":1}}", "\"id\" holds an object", 0},
        {"{\"title\":\"t\",\"version\":-1}", "\"version\" is no version", 0},
        {"{\"title\":\"t\",\"version\":\"x\"}", "\"version\" is no version", 0},
        {"{\"title\":\"t\",\"version\":4294967296}", "no version number", 0},
        {"{\"title\":\"t\",\"date\":\"soon\"}", "\"date\": 'soon' is no date",
         0},
        {"{\"title\":\"t\",\"date\":\"2022-02-30\"}", "no 30 February", 0},
        {"{\"title\":\"t\",\"date\":[1]}", "\"date\" holds an array", 0},
        {"{\"title\":\"t\",\"date\":1e300}", "is no time", 0},
        {"{\"id\":\"7\",\"source\":\"s\"}", "neither a title nor a body", 0},
        {"{\"title\":\" \",\"body\":\"\\n\"}", "neither a title nor a body", 0},
        {"{}", "neither a title nor a body", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        const char *before = "{\"title\":\"before\"}\n\n";
        snprintf(text, sizeof text, "%s%s\n{\"title\":\"after\"}", before,
                 rows[i].line);
        read_text(text);
        CHECK_EQ(r.count, 3);
        CHECK_SLICE(r.step[0].article.text[PART_TITLE], slice_of("before"));
        check_reject(&r, 1, 2, strlen(before) + rows[i].byte, rows[i].says);
        CHECK_SLICE(r.step[2].article.text[PART_TITLE], slice_of("after"));
        reading_release(&r);
    }
}

TEST(a_line_past_the_limit_costs_itself)
{
    struct bytes_out text = {0}, packed = {0};
    size_t long_line = LIMIT_RECORD_BYTES + 1;
    char *filling = malloc(long_line);
    memset(filling, ' ', long_line);
    put_raw(&text, "{\"title\":\"a\"}\n", 14);
    put_raw(&text, filling, long_line);
    put_raw(&text, "\n{\"title\":\"b\"}\n", 15);
    gzip_into(&packed, (struct slice){text.data, text.len});
    bytes_out_release(&text);
    free(filling);
    read_all(&r, "jsonl", "x", (struct slice){packed.data, packed.len});
    CHECK_EQ(r.count, 3);
    check_reject(&r, 1, 2, 14, "a line of more than");
    CHECK_SLICE(r.step[2].article.text[PART_TITLE], slice_of("b"));
    reading_release(&r);
    bytes_out_release(&packed);
}

/* 2 MB of "[]," would be 80 MB of values. */
TEST(a_record_of_a_million_values_is_refused)
{
    struct bytes_out text = {0};
    put_raw(&text, "{\"title\":\"a\",\"x\":[[]", 20);
    for (int i = 0; i < 1000000; i++)
        put_raw(&text, ",[]", 3);
    put_raw(&text, "]}\n{\"title\":\"b\"}\n", 17);
    read_all(&r, "jsonl", "x", (struct slice){text.data, text.len});
    CHECK_EQ(r.count, 2);
    check_reject(&r, 0, 1, 0, "more values than a record may have");
    reading_release(&r);
    bytes_out_release(&text);
}

static void check_titles(const char *text, const char *want)
{
    char got[300] = "";
    read_text(text);
    for (size_t i = 0; i < r.count; i++) {
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%.*s ",
                 r.step[i].step == READER_REJECT ? 1 : 80,
                 r.step[i].step == READER_REJECT
                     ? "!"
                     : (const char *)r.step[i].article.text[PART_TITLE].data);
    }
    CHECK_EQ(r.rc, READER_END);
    CHECK_MSG(strcmp(got, want) == 0, "%s: got %s, want %s", text, got, want);
    reading_release(&r);
}

TEST(objects_may_be_an_array_or_go_over_lines)
{
    check_titles("[{\"title\":\"a\"},{\"title\":\"b\"}]", "a b ");
    check_titles("[\n{\"title\":\"a\"},\n{\"title\":\"b\"}\n]\n", "a b ");
    check_titles("[]", "");
    check_titles("{\n \"title\": \"a\"\n}\n{\n \"title\": \"b\"\n}\n", "a b ");
    check_titles("{\n \"title\": \"{a}\\\"\"\n}", "{a}\" ");
    check_titles("{\"title\":\"a\",\n \"body\":\"x\"}", "a ");
    check_titles("\xef\xbb\xbf{\"title\":\"a\"}\n", "a ");
    check_titles("\n  {\"title\":\"a\"}\r\n\r\n{\"title\":\"b\"}\r\n", "a b ");
    check_titles("{\"title\":\"a\"\n{\"title\":\"b\"}\n", "! b ");
    /* damage stays in its object */
    check_titles("[{\"title\":\"a},\n{\"title\":\"b\"},\n{\"title\":\"c\"}]",
                 "! b c ");
    check_titles("{\n \"title\": \"a\"\n\n{\n \"title\": \"b\"\n}\n", "! b ");
    check_titles("[{\"title\":\"a\"}, 7, {\"title\":\"b\"}]", "a ! b ");
    check_titles("[{\"title\":\"a\"}, {\"title\":\"b\"", "a ! ");
    check_titles(
        "{\n \"x\": [\n{\n\"y\": 1},\n{\"y\": 2}\n],\n\"title\":\"a\"\n}",
        "a ");
}

TEST(damaged_gzip_is_one_reject_behind_what_came_before)
{
    struct bytes_out text = {0}, packed = {0};
    for (int i = 0; i < 200; i++) {
        char line[80];
        int n = snprintf(line, sizeof line,
                         "{\"title\":\"t%d\",\"x\":\"%x\"}\n", i, i * 7919);
        put_raw(&text, line, (size_t)n);
    }
    gzip_into(&packed, (struct slice){text.data, text.len});
    for (size_t len = packed.len / 2; len < packed.len; len += 7) {
        read_all(&r, "jsonl", "x.gz", (struct slice){packed.data, len});
        CHECK_EQ(r.rc, READER_END);
        for (size_t i = 0; i + 1 < r.count; i++)
            CHECK_EQ(r.step[i].step, READER_ARTICLE);
        CHECK(r.count > 1);
        const struct reject *last = &r.step[r.count - 1].reject;
        CHECK_EQ(r.step[r.count - 1].step, READER_REJECT);
        CHECK_EQ(last->record, r.count);
        CHECK(strstr(last->reason, "ends too early"));
        reading_release(&r);
    }
    bytes_out_release(&text);
    bytes_out_release(&packed);
}

RUN(T(a_record_gives_every_field), T(fields_have_many_names),
    T(lists_and_dates_have_many_names), T(other_names_mean_nothing),
    T(dates_have_many_names_and_forms), T(values_may_be_nested_or_joined),
    T(a_bad_record_is_rejected_and_the_next_one_read),
    T(a_line_past_the_limit_costs_itself),
    T(a_record_of_a_million_values_is_refused),
    T(objects_may_be_an_array_or_go_over_lines),
    T(damaged_gzip_is_one_reject_behind_what_came_before))
