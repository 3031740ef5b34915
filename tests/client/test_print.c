#include "client/print.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

typedef void print_function(struct strbuf *, struct shape *, const json_t *,
                            const struct look *);

/* What `print` makes of `reply`; `shape` tells whether it may be shown. */
static void printed(print_function *print, const char *reply,
                    const struct look *look, struct strbuf *out,
                    struct shape *shape)
{
    struct err err = {0};
    json_t *json = reply_parse(slice_of(reply), &err);
    CHECK_MSG(json, "%s", err.text);
    strbuf_init(out, 1 << 20);
    *shape = (struct shape){0};
    print(out, shape, json, look);
    CHECK(!out->failed);
    json_decref(json);
}

static void check_print(print_function *print, const char *reply,
                        const struct look *look, const char *want)
{
    struct strbuf out;
    struct shape shape;
    printed(print, reply, look, &out, &shape);
    CHECK_MSG(!shape.wrong, "%s", shape.text);
    CHECK_TEXT(out.data, want);
    strbuf_release(&out);
}

static const struct look pipe_look = {.more = " x"};

static const char two_hits[] =
    "{\"generation\":3,\"took_us\":412,\"query\":{\"typed\":\"x\","
    "\"understood\":\"(x)\"},\"total\":2,\"total_hits\":1,\"hits\":["
    "{\"key\":\"hw:1\",\"score\":9.5,\"title\":\"A road to nowhere, he said\","
    "\"date\":\"2025-08-20\",\"source\":\"hw\",\"url\":\"\",\"lang\":\"en\","
    "\"snippet\":{\"text\":\"the 2022 draft\",\"marks\":[[4,8],[9,14]]}},"
    "{\"key\":\"k\\u001b[2J\",\"score\":1,\"title\":\"\",\"date\":null,"
    "\"source\":\"\",\"url\":\"\",\"lang\":\"\"}]}";

TEST(hits_stand_below_their_titles)
{
    check_print(print_search, two_hits, &pipe_look,
                "1  A road to nowhere, he said\n"
                "   2025-08-20 · hw · hw:1\n"
                "   the 2022 draft\n"
                "\n"
                "2  (no title)\n"
                "   undated · k�[2J\n"
                "\n"
                "2 articles, 1 hit, 0.4 ms, generation 3\n");
    const struct look brackets = {.brackets = true};
    check_print(print_search, two_hits, &brackets,
                "1  A road to nowhere, he said\n"
                "   2025-08-20 · hw · hw:1\n"
                "   the [2022] [draft]\n"
                "\n"
                "2  (no title)\n"
                "   undated · k�[2J\n"
                "\n"
                "2 articles, 1 hit, 0.4 ms, generation 3\n");
    const struct look terminal = {.terminal = {.width = 24, .colour = true}};
    check_print(print_search, two_hits, &terminal,
                "1  \x1b[1mA road to nowhere, he\x1b[0m\n"
                "   \x1b[1msaid\x1b[0m\n"
                "   \x1b[2m2025-08-20 · hw ·\x1b[0m\n"
                "   \x1b[2mhw:1\x1b[0m\n"
                "   the \x1b[1;31m2022\x1b[0m \x1b[1;31mdraft\x1b[0m\n"
                "\n"
                "2  \x1b[1m(no title)\x1b[0m\n"
                "   \x1b[2mundated · k�[2J\x1b[0m\n"
                "\n"
                "2 articles, 1 hit, 0.4 ms, generation 3\n");
    const struct look plain = {.terminal = {.colour = true}, .unmarked = true};
    struct strbuf out;
    struct shape shape;
    printed(print_search, two_hits, &plain, &out, &shape);
    CHECK(strstr(out.data, "   the 2022 draft\n"));
    strbuf_release(&out);
}

TEST(a_cut_snippet_says_so_and_its_marks_stay_in_place)
{
    const struct look brackets = {.brackets = true};
    check_print(print_search,
                "{\"generation\":3,\"took_us\":0,\"query\":{},\"total\":1,"
                "\"hits\":[{\"key\":\"k\",\"title\":\"T\",\"date\":null,"
                "\"snippet\":{\"text\":\"a draft b\",\"marks\":[[2,7]],"
                "\"cut_before\":true,\"cut_after\":true}}]}",
                &brackets,
                "1  T\n"
                "   undated · k\n"
                "   … a [draft] b …\n"
                "\n"
                "1 article, 0.0 ms, generation 3\n");
}

TEST(what_helps_to_go_on_stands_at_the_end)
{
    check_print(
        print_search,
        "{\"generation\":3,\"took_us\":2000000,\"query\":{\"understood\":"
        "\"(a AND b)\"},\"total\":0,\"hits\":[],\"notes\":[{\"code\":\"c\","
        "\"message\":\"a colon is text here\"}],\"operands\":[{\"word\":\"a\","
        "\"articles\":1},{\"word\":\"b\",\"articles\":0}],\"relaxations\":["
        "{\"query\":"
        "\"\\\"北京 x\\\"~1\",\"what\":\"within "
        "1\",\"total\":1},{\"query\":\"a\","
        "\"what\":\"any\",\"total\":1200}]}",
        &pipe_look,
        "0 articles, 2.0 s, generation 3\n"
        "understood: (a AND b)\n"
        "note: a colon is text here\n"
        "words: a 1 article, b 0 articles\n"
        "  try: \"北京 x\"~1        1 article   (within 1)\n"
        "  try: a            1,200 articles   (any)\n");
    check_print(print_search,
                "{\"generation\":3,\"took_us\":0,\"query\":{},\"total\":70,"
                "\"hits\":[{\"key\":\"k\",\"title\":\"T\",\"date\":"
                "\"2022-03-29T10:00:05Z\"}],\"cursor\":\"3.9;x\"}",
                &pipe_look,
                "1  T\n"
                "   2022-03-29 10:00 · k\n"
                "\n"
                "70 articles (1 shown), 0.0 ms, generation 3\n"
                "more: dateline search --cursor '3.9;x' x\n");
    /* No total was asked for: none is shown, and nothing is understood again. */
    check_print(print_search,
                "{\"generation\":1,\"took_us\":1,\"query\":{},\"total\":7,"
                "\"hits\":[]}",
                &pipe_look, "7 articles, 0.0 ms, generation 1\n");
}

TEST(an_article_can_be_read)
{
    static const char reply[] =
        "{\"generation\":3,\"article\":{\"key\":\"hw:1\",\"version\":2,"
        "\"title\":\"T\\u0007itle\",\"summary\":\"Sum up.\",\"body\":\"One two"
        "\\nthree.\\n\\nFour.\",\"captions\":\"P one\\n\\nP two\",\"byline\":"
        "\"\",\"dateline\":\"MOSCOW\",\"lang\":\"en\",\"source\":\"hw\","
        "\"url\":\"\",\"published\":\"2025-08-20\",\"published_from\":"
        "\"caption\",\"modified\":null,\"topics\":[\"war\",\"grain\"],"
        "\"places\":[]}}";
    check_print(print_article, reply, &pipe_look,
                "T�itle\n2025-08-20 · hw · en · MOSCOW\n\n  Sum up.\n\n"
                "One two\nthree.\n\nFour.\n\nPicture: P one\n\nPicture: P two\n"
                "\nkey         hw:1\ntopics      war, grain\n"
                "date from   caption\nat source   version 2\n");
    const struct look terminal = {.terminal = {.width = 40}};
    check_print(print_article, reply, &terminal,
                "T�itle\n2025-08-20 · hw · en · MOSCOW\n\n  Sum up.\n\n"
                "One two three.\n\nFour.\n\nPicture: P one\n\nPicture: P two\n"
                "\nkey         hw:1\ntopics      war, grain\n"
                "date from   caption\nat source   version 2\n");
    check_print(print_article, "{\"article\":{\"key\":\"k\"}}", &pipe_look,
                "(no title)\nundated\n\nkey         k\n");
}

TEST(an_article_says_which_of_its_versions_it_is)
{
    static const struct {
        const char *members, *line, *field;
    } rows[] = {
        {"\"version\":1,\"versions\":1,\"current\":true,\"put_in\":4", "", ""},
        {"\"version\":2,\"versions\":2,\"current\":true,\"put_in\":4", "",
         "version     2 of 2, since generation 4\n"},
        {"\"version\":1,\"versions\":3,\"current\":false,\"put_in\":2",
         "version 1 of 3, replaced · ",
         "version     1 of 3, since generation 2\n"},
        {"\"version\":1,\"versions\":1,\"current\":false,\"put_in\":2",
         "version 1 of 1, deleted · ",
         "version     1 of 1, since generation 2\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char reply[300], want[300];
        snprintf(reply, sizeof reply,
                 "{%s,\"article\":{\"key\":\"k\",\"source\":\"s\"}}",
                 rows[i].members);
        snprintf(want, sizeof want,
                 "(no title)\n%sundated · s\n\nkey         k\n%s", rows[i].line,
                 rows[i].field);
        check_print(print_article, reply, &pipe_look, want);
    }
}

TEST(a_query_is_explained_as_a_tree)
{
    check_print(
        print_explain,
        "{\"query\":{\"typed\":\"a \\\"b c\\\"\",\"understood\":\"(a AND "
        "..)\"},"
        "\"tree\":{\"kind\":\"and\",\"text\":\"all\",\"children\":[{\"kind\":"
        "\"word\",\"text\":\"a\"},{\"kind\":\"a-long-kind\",\"text\":\"x\","
        "\"children\":[{\"kind\":\"or\",\"text\":\"y\"}]}]},"
        "\"operands\":[{\"word\":\"a\",\"articles\":1241,\"forms\":[\"a\"]},"
        "{\"word\":\"bcd\",\"articles\":1,\"forms\":[\"b\",\"bs\"]}],"
        "\"total\":1,\"notes\":[{\"message\":\"n\"}]}",
        &pipe_look,
        "typed       a \"b c\"\n"
        "understood  (a AND ..)\n"
        "tree\n"
        "  and\n"
        "    word      a\n"
        "    a-long-kind  x\n"
        "      or\n"
        "words\n"
        "  a     1,241 articles   a\n"
        "  bcd        1 article   b, bs\n"
        "matches     1 article\n"
        "note: n\n");
}

TEST(the_status_is_a_table)
{
    check_print(print_status,
                "{\"generation\":3,\"articles\":21578,\"bytes\":999960,"
                "\"uptime_s\":93784,\"index\":\"/srv/x\",\"last_reload\":{"
                "\"at\":\"2025-08-20T10:00:00Z\",\"ok\":false,\"message\":"
                "\"no\\nroom\"},\"unknown\":[1]}",
                &pipe_look,
                "index         /srv/x\n"
                "generation    3\n"
                "articles      21,578\n"
                "size          1.0 MB\n"
                "up for        1 d 2 h 3 min\n"
                "last reload   FAILED, 2025-08-20 10:00: no room\n");
    check_print(print_status,
                "{\"generation\":3,\"register\":{\"digest\":\"x\","
                "\"entities\":12000}}",
                &pipe_look,
                "generation    3\n"
                "register      12,000 entities\n");
    check_print(print_status,
                "{\"generation\":3,\"register\":{\"digest\":\"x\","
                "\"warning\":\"gone\"}}",
                &pipe_look,
                "generation    3\n"
                "register      FAILED: gone\n");
}

TEST(a_reply_of_another_shape_is_not_shown)
{
#define HIT(snippet)                                                           \
    "{\"generation\":1,\"took_us\":1,\"query\":{\"understood\":\"\"},"         \
    "\"hits\":[{\"key\":\"k\",\"snippet\":" snippet "}]}"
    static const struct {
        print_function *print;
        const char *reply, *text;
    } rows[] = {
        {print_search, "{}", "hits is missing"},
        {print_search, "{\"hits\":{}}", "hits is no array"},
        {print_search, "{\"hits\":[1],\"took_us\":1,\"generation\":1}",
         "key is missing"},
        {print_search, "{\"hits\":[],\"took_us\":-1}", "took_us is no number"},
        {print_search, "{\"hits\":[],\"took_us\":1.5}", "took_us is no number"},
        {print_search, "{\"hits\":[],\"took_us\":1,\"generation\":\"x\"}",
         "generation is no number"},
        {print_search,
         "{\"hits\":[{\"key\":\"k\",\"title\":7}],\"took_us\":1,"
         "\"generation\":1}",
         "title is no text"},
        {print_search, HIT("7"), "snippet is no object"},
        {print_search, HIT("{\"text\":\"abc\"}"), "marks is missing"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[[0,4]]}"),
         "marks do not lie in the text, in order"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[[-1,2]]}"),
         "marks do not lie in the text, in order"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[[2,2]]}"),
         "marks do not lie in the text, in order"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[[1,2],[0,1]]}"),
         "marks do not lie in the text, in order"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[[0,1,2]]}"),
         "marks do not lie in the text, in order"},
        {print_search, HIT("{\"text\":\"abc\",\"marks\":[{}]}"),
         "marks do not lie in the text, in order"},
        {print_article, "{}", "article is missing"},
        {print_article, "{\"article\":{}}", "key is missing"},
        {print_article, "{\"article\":{\"key\":\"k\",\"topics\":[1]}}",
         "topics is no list of texts"},
        {print_article,
         "{\"versions\":2,\"current\":true,\"article\":{\"key\":\"k\"}}",
         "version is missing"},
        {print_article,
         "{\"versions\":2,\"version\":1,\"article\":{\"key\":\"k\"}}",
         "current is no boolean"},
        {print_explain, "{\"query\":{\"understood\":\"\"}}", "tree is missing"},
        {print_explain, "{\"query\":[]}", "query is no object"},
        {print_explain,
         "{\"query\":{\"understood\":\"\"},\"tree\":{\"kind\":\"and\","
         "\"children\":[[]]}}",
         "kind is missing"},
        {print_status, "{}", "generation is missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        struct shape shape;
        printed(rows[i].print, rows[i].reply, &pipe_look, &out, &shape);
        CHECK_MSG(shape.wrong, "row %zu: %s", i, out.data);
        CHECK_TEXT(shape.text, rows[i].text);
        strbuf_release(&out);
    }
}

TEST(a_tree_without_end_is_refused)
{
    struct strbuf reply, out;
    struct shape shape;
    strbuf_init(&reply, 1 << 20);
    strbuf_add_text(&reply, "{\"query\":{\"understood\":\"\"},\"tree\":");
    for (int i = 0; i < 500; i++)
        strbuf_add_text(&reply, "{\"kind\":\"not\",\"children\":[");
    strbuf_add_text(&reply, "{\"kind\":\"word\"}");
    for (int i = 0; i < 500; i++)
        strbuf_add_text(&reply, "]}");
    strbuf_add_text(&reply, "}");
    printed(print_explain, reply.data, &pipe_look, &out, &shape);
    CHECK_TEXT(shape.text, "tree is too deep");
    strbuf_release(&reply);
    strbuf_release(&out);
}

/* One reply of every kind, as the daemon sends them. */
static const struct {
    print_function *print;
    const char *reply;
} samples[] = {
    {print_search, two_hits},
    {print_search,
     "{\"generation\":3,\"took_us\":9,\"query\":{\"understood\":\"(a)\"},"
     "\"total\":0,\"hits\":[],\"notes\":[{\"message\":\"n\"}],"
     "\"relaxations\":[{\"query\":\"b\",\"what\":\"w\",\"total\":1},"
     "{\"query\":\"cd\",\"what\":\"w\",\"total\":10}]}"},
    {print_article,
     "{\"article\":{\"key\":\"k\",\"title\":\"T\",\"summary\":\"s\",\"body\":"
     "\"a\\n\\nb\",\"captions\":\"c\",\"topics\":[\"t\",\"u\"],"
     "\"version\":2}}"},
    {print_explain,
     "{\"query\":{\"typed\":\"a\",\"understood\":\"a\"},\"tree\":{\"kind\":"
     "\"or\",\"children\":[{\"kind\":\"word\",\"text\":\"a\"}]},"
     "\"operands\":[{\"word\":\"a\",\"articles\":1,\"forms\":[\"a\"]}]}"},
    {print_status, "{\"generation\":3,\"bytes\":5,\"index\":\"/x\","
                   "\"last_reload\":{\"ok\":true,\"message\":\"m\"}}"},
};

TEST(damaged_replies_do_no_harm)
{
    static const char damage[] = "\"{}[]:,0919-nulltrue\\u001b";
    const struct look look = {.terminal = {.width = 40, .colour = true}};
    uint64_t seed = 5;
    size_t read = 0;
    for (int round = 0; round < 20000; round++) {
        size_t which = (size_t)round % (sizeof samples / sizeof *samples);
        size_t len = strlen(samples[which].reply);
        uint8_t *bytes = malloc(len);
        CHECK(bytes);
        memcpy(bytes, samples[which].reply, len);
        for (uint32_t n = 1 + rng_below(&seed, 2); n > 0; n--)
            bytes[rng_below(&seed, (uint32_t)len)] =
                (uint8_t)damage[rng_below(&seed, sizeof damage - 1)];
        struct err err = {0};
        json_t *json = reply_parse((struct slice){bytes, len}, &err);
        if (json) {
            struct strbuf out;
            struct shape shape = {0};
            strbuf_init(&out, 1 << 20);
            samples[which].print(&out, &shape, json, &look);
            for (const char *at = out.data; (at = strchr(at, '\x1b')); at++)
                CHECK_MSG(strspn(at + 1, "[0123;") >= 2 &&
                              at[1 + strspn(at + 1, "[0123;")] == 'm',
                          "%s", out.data); /* our own, and no other */
            strbuf_release(&out);
            json_decref(json);
            read++;
        }
        free(bytes);
    }
    CHECK(read > 2000);
}

TEST(without_memory_nothing_is_shown_as_whole)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err = {0};
        struct shape shape = {0};
        struct strbuf whole, out;
        json_t *json = reply_parse(slice_of(samples[i].reply), &err);
        CHECK(json);
        strbuf_init(&whole, 1 << 20);
        samples[i].print(&whole, &shape, json, &pipe_look);
        CHECK_MSG(!shape.wrong, "%s", shape.text);
        bool failed = true;
        for (long n = 0; failed; n++) {
            CHECK(n < 200);
            strbuf_init(&out, 1 << 20);
            mem_fail_after(n);
            samples[i].print(&out, &shape, json, &pipe_look);
            mem_fail_after(-1);
            failed = out.failed;
            CHECK_MSG(failed || strcmp(out.data, whole.data) == 0,
                      "sample %zu, allocation %ld: %s", i, n, out.data);
            strbuf_release(&out);
        }
        strbuf_release(&whole);
        json_decref(json);
    }
}

TEST(what_is_no_json_object_is_an_error)
{
    static const char *const rows[] = {"",     "{",       "[]",
                                       "null", "{\"a\"",  "{} {}",
                                       "nul",  "\x1b[2J", "{\"\xff\":1}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        CHECK_MSG(!reply_parse(slice_of(rows[i]), &err), "row %zu", i);
        CHECK_MSG(strstr(err.text, "no JSON") && !strchr(err.text, '\x1b'),
                  "row %zu: %s", i, err.text);
    }
}

TEST(an_error_shows_where_in_the_query_it_is)
{
    static const struct {
        const char *reply, *query, *want;
        bool wrong;
    } rows[] = {
        {"{\"error\":{\"code\":\"INVALID\",\"message\":\"this quotation mark "
         "is "
         "never closed\",\"position\":0}}",
         "\"istanbul draft",
         "dateline: this quotation mark is never closed\n"
         "  \"istanbul draft\n"
         "  ^\n",
         false},
        {"{\"error\":{\"code\":\"BUSY\",\"message\":\"try again\"}}", "q",
         "dateline: try again\n", false},
        {"{\"error\":{\"code\":\"X\",\"message\":\"\\u001b[31m\","
         "\"position\":4}}",
         NULL, "dateline: �[31m\n", false},
        {"{}", "q",
         "dateline: the daemon answered with HTTP status 500 and no "
         "reason\n",
         true},
        {"{\"error\":\"x\"}", "q",
         "dateline: the daemon answered with HTTP status 500 and no reason\n",
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct shape shape = {0};
        struct strbuf out;
        json_t *json = reply_parse(slice_of(rows[i].reply), &err);
        CHECK(json);
        strbuf_init(&out, 10000);
        reply_print_error(&out, &shape, json, 500, rows[i].query, 0);
        CHECK_TEXT(out.data, rows[i].want);
        CHECK_EQ(shape.wrong, rows[i].wrong);
        strbuf_release(&out);
        json_decref(json);
    }
}

RUN(T(hits_stand_below_their_titles),
    T(a_cut_snippet_says_so_and_its_marks_stay_in_place),
    T(what_helps_to_go_on_stands_at_the_end), T(an_article_can_be_read),
    T(an_article_says_which_of_its_versions_it_is),
    T(a_query_is_explained_as_a_tree), T(the_status_is_a_table),
    T(a_reply_of_another_shape_is_not_shown), T(a_tree_without_end_is_refused),
    T(damaged_replies_do_no_harm), T(without_memory_nothing_is_shown_as_whole),
    T(what_is_no_json_object_is_an_error),
    T(an_error_shows_where_in_the_query_it_is))
