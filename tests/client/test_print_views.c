#include "client/print.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "check.h"

typedef void print_function(struct strbuf *, struct shape *, const json_t *,
                            const struct look *);

static const struct look in_pipe = {0};
static const struct look on_terminal = {.terminal = {.width = 80}};

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
    json_decref(json);
}

static void check_print(print_function *print, const char *reply,
                        const struct look *look, const char *want)
{
    struct strbuf out;
    struct shape shape;
    printed(print, reply, look, &out, &shape);
    CHECK_MSG(!shape.wrong && !out.failed, "%s", shape.text);
    CHECK_TEXT(out.data, want);
    strbuf_release(&out);
}

/* --- concordance lines --- */

static void check_line(const char *line, const struct look *look, size_t width,
                       bool words, const char *want)
{
    struct kwic_look kwic;
    struct strbuf out;
    struct shape shape = {0};
    struct err err = {0};
    json_t *json = reply_parse(slice_of(line), &err);
    CHECK_MSG(json, "%s", err.text);
    strbuf_init(&out, 1 << 20);
    kwic_look_init(&kwic, look, width, words);
    print_kwic(&out, &shape, json, &kwic);
    CHECK_MSG(!shape.wrong && !out.failed, "%s", shape.text);
    CHECK_TEXT(out.data, want);
    strbuf_release(&out);
    json_decref(json);
}

#define LINE(date, source, left, hit, right, marks)                            \
    "{\"key\":\"k\",\"date\":" date ",\"source\":\"" source                    \
    "\",\"part\":\"body\",\"position\":3,\"left\":\"" left "\",\"hit\":\"" hit \
    "\",\"right\":\"" right "\",\"marks\":[" marks "]}"

TEST(hits_stand_below_each_other)
{
    static const char crude[] =
        LINE("\"1987-03-02T10:00:00Z\"", "reuters", "the price of ",
             "crude oil", " fell again", "[0,5],[6,9]");
    check_line(crude, &in_pipe, 20, false,
               "1987-03-02 reuters                   the price of  crude oil  "
               "fell again\n");
    check_line(LINE("null", "a-source-of-a-long-name", "", "oil", "", "[0,3]"),
               &in_pipe, 5, false, "undated    a-source-of-a-l…         oil\n");
    /* punctuation stays with its word */
    check_line(LINE("\"1987\"", "", "x ", "oil", ", he said", "[0,3]"),
               &in_pipe, 3, false,
               "1987                           x  oil, he said\n");
    check_line(LINE("\"1987\"", "", "石油", "油", "价格", "[0,3]"), &in_pipe, 6,
               false, "1987                           石油  油  价格\n");
    check_line(LINE("\"1987\"", "", "one two three four", "oil", "", "[0,3]"),
               &in_pipe, 1, true,
               "1987                            four  oil\n");
    const struct look colour = {.terminal = {.width = 0, .colour = true}};
    check_line(crude, &colour, 5, false,
               "\x1b[2m1987-03-02 reuters         \x1b[0m     of  "
               "\x1b[1;31mcrude\x1b[0m \x1b[1;31moil\x1b[0m  fell again\n");
}

TEST(a_line_fits_the_terminal)
{
    static const char *const texts[] = {
        LINE("\"1987-03-02\"", "reuters",
             "long before that day the steadily rising price of ", "crude oil",
             " fell again and again and again and again", "[0,5],[6,9]"),
        LINE("\"1987-03-02\"", "reuters", "x ",
             "crude and very many words between the one and the other oil",
             " fell", "[0,5],[56,59]"),
        LINE("\"2025-05-17\"", "新闻", "俄方代表团由总统助理梅金斯基率领乌方由",
             "国", "防部长乌梅罗夫率领俄罗斯外长拉夫罗夫没", "[0,3]"),
        LINE("\"2025-05-17\"", "", "وقال الوزير إن ", "النفط", " سعر ارتفع",
             "[0,10]"),
    };
    static const size_t widths[] = {40, 59, 60, 80, 99, 100, 120};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t j = 0; j < sizeof widths / sizeof *widths; j++) {
            const struct look look = {.terminal = {.width = widths[j]}};
            struct kwic_look kwic;
            struct strbuf out;
            struct shape shape = {0};
            json_t *json = reply_parse(slice_of(texts[i]), NULL);
            strbuf_init(&out, 1 << 20);
            kwic_look_init(&kwic, &look, 0, false);
            CHECK(kwic.width > 0 && kwic.width < widths[j]);
            print_kwic(&out, &shape, json, &kwic);
            CHECK_MSG(!shape.wrong && !out.failed, "%s", shape.text);
            out.len--; /* the line end has no columns, but that is no matter */
            size_t columns = utf8_columns(strbuf_slice(&out));
            CHECK_MSG(columns <= widths[j], "%zu of %zu: %s", columns,
                      widths[j], out.data);
            CHECK(strstr(out.data, "\u2068") ? i == 3 : i != 3);
            strbuf_release(&out);
            json_decref(json);
        }
}

TEST(a_damaged_line_is_not_shown)
{
    static const char *const lines[] = {
        "{}",
        LINE("7", "s", "l", "hit", "r", "[0,3]"),
        LINE("null", "s", "l", "hit", "r", "[0,4]"),
        LINE("null", "s", "l", "hit", "r", "[2,1]"),
        LINE("null", "s", "l", "hit", "r", "[0,1],[0,2]"),
        LINE("null", "s", "l", "hit", "r", "7"),
        "{\"left\":\"\",\"hit\":\"x\",\"marks\":[]}",
        "{\"left\":\"\",\"hit\":\"x\",\"right\":\"\"}",
        "{\"left\":1,\"hit\":\"x\",\"right\":\"\",\"marks\":[]}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct kwic_look kwic;
        struct strbuf out;
        struct shape shape = {0};
        json_t *json = reply_parse(slice_of(lines[i]), NULL);
        CHECK(json);
        strbuf_init(&out, 1 << 20);
        kwic_look_init(&kwic, &in_pipe, 10, false);
        print_kwic(&out, &shape, json, &kwic);
        CHECK_MSG(shape.wrong, "row %zu: %s", i, out.data);
        strbuf_release(&out);
        json_decref(json);
    }
}

/* --- timelines --- */

#define ROW(from, more, articles, hits, corpus)                                \
    "{\"from\":\"" from "\",\"articles\":" articles ",\"hits\":" hits          \
    ",\"corpus_articles\":" corpus ",\"corpus_words\":9" more "}"
#define PERIOD(from, articles, hits, corpus)                                   \
    ROW(from, "", articles, hits, corpus)
#define GAP(from) ROW(from, ",\"gap\":true", "0", "0", "0")
#define TIMELINE(rows, undated)                                                \
    "{\"generation\":3,\"took_us\":412,\"query\":{},\"by\":\"month\","         \
    "\"filter\":null,\"rows\":[" rows "],\"undated\":[" undated                \
    "],\"total\":6,\"total_hits\":1005,\"notes\":[]}"

// clang-format off
static const char months[] = TIMELINE(
    PERIOD("2022-01", "4", "999", "4000") ","
    PERIOD("2022-02", "0", "0", "7") ","
    GAP("2022-03") ","
    GAP("2022-04") ","
    PERIOD("2022-05", "1", "5", "10") ","
    GAP("2022-06"),
    "{\"articles\":1,\"hits\":1,\"corpus_articles\":2,\"corpus_words\":9}");

#define OF(from, source, articles, hits, corpus)                               \
    ROW(from, ",\"source\":\"" source "\"", articles, hits, corpus)
#define GAP_OF(from, source)                                                   \
    ROW(from, ",\"gap\":true,\"source\":\"" source "\"", "0", "0", "0")
static const char years_by_source[] = TIMELINE(
    OF("2022", "", "1", "2", "3") ","
    GAP_OF("2022", "b") ","
    GAP_OF("2023", "") ","
    GAP_OF("2023", "b") ","
    GAP_OF("2024", "") ","
    OF("2024", "b", "5", "9", "9"), "");
// clang-format on

TEST(a_timeline_tells_gaps_from_zeros)
{
    check_print(print_timeline, months, &in_pipe,
                "period   articles   hits  corpus  per 1,000\n"
                "2022-01         4    999   4,000       1.00\n"
                "2022-02         0      0       7       0.00\n"
                "2022-03 .. 2022-04: no articles in the corpus\n"
                "2022-05         1      5      10     100.00\n"
                "2022-06: no articles in the corpus\n"
                "undated         1      1       2     500.00\n"
                "sum             6  1,005   4,019       1.49\n"
                "\n"
                "6 articles, 1,005 hits, 0.4 ms, generation 3\n");
    check_print(print_timeline_csv, months, &in_pipe,
                "from,source,articles,hits,corpus_articles,corpus_words,gap\r\n"
                "2022-01,,4,999,4000,9,\r\n"
                "2022-02,,0,0,7,9,\r\n"
                "2022-03,,0,0,0,9,1\r\n"
                "2022-04,,0,0,0,9,1\r\n"
                "2022-05,,1,5,10,9,\r\n"
                "2022-06,,0,0,0,9,1\r\n"
                ",,1,1,2,9,\r\n");
    check_print(print_timeline,
                "{\"generation\":1,\"took_us\":0,\"rows\":[],\"undated\":[],"
                "\"filter\":\"source:x\",\"total\":0,\"total_hits\":0,"
                "\"notes\":[{\"message\":\"m\"}]}",
                &in_pipe,
                "\n0 articles, 0 hits, 0.0 ms, generation 1\n"
                "the corpus is: source:x\n"
                "note: m\n");
}

TEST(bars_are_as_long_as_numbers_or_shares)
{
    const struct look narrow = {.terminal = {.width = 57}};
    const struct look share = {.terminal = {.width = 57}, .shares = true};
    const struct look too_narrow = {.terminal = {.width = 50}};
    struct strbuf out;
    struct shape shape;
    printed(print_timeline, months, &narrow, &out, &shape);
    CHECK_MSG(strstr(out.data, "       1.00  ████████████\n"), "%s", out.data);
    CHECK(strstr(out.data, "     100.00  ███\n"));
    CHECK(strstr(out.data, "       0.00\n"));
    strbuf_release(&out);
    printed(print_timeline, months, &share, &out, &shape);
    CHECK_MSG(strstr(out.data, "     500.00  ████████████\n"), "%s", out.data);
    CHECK(strstr(out.data, "     100.00  ██▍\n"));
    CHECK(strstr(out.data, "       1.00  ▏\n")); /* not nothing */
    strbuf_release(&out);
    printed(print_timeline, months, &too_narrow, &out, &shape);
    CHECK(!strstr(out.data, "█"));
    strbuf_release(&out);
}

TEST(by_source_a_period_is_a_gap_when_all_have_nothing)
{
    check_print(print_timeline, years_by_source, &in_pipe,
                "period  source  articles  hits  corpus  per 1,000\n"
                "2022    (none)         1     2       3     333.33\n"
                "2023: no articles in the corpus\n"
                "2024    b              5     9       9     555.56\n"
                "sum     all            6    11      12     500.00\n"
                "(without sources that have no article in a period)\n"
                "\n"
                "6 articles, 1,005 hits, 0.4 ms, generation 3\n");
}

/* Entities beside each other. */
#define BESIDE(id, name, articles)                                             \
    "{\"id\":\"" id "\",\"name\":\"" name                                      \
    "\",\"type\":\"person\",\"articles\":" articles "}"
#define COLUMNS(columns, rows)                                                 \
    "{\"generation\":3,\"took_us\":412,\"query\":{},\"by\":\"month\","         \
    "\"filter\":null,\"columns\":[" columns "],\"rows\":[" rows                \
    "],\"undated\":[],\"total\":6,\"total_hits\":9,\"notes\":[]}"

// clang-format off
static const char beside[] = COLUMNS(
    BESIDE("sergei-lavrov", "Sergei Lavrov", "5") ","
    BESIDE("zelenskyy", "Volodymyr \\u001bZelenskyy", "4"),
    ROW("2022-01", ",\"columns\":[1,2]", "2", "3", "4") ","
    ROW("2022-02", ",\"gap\":true,\"columns\":[0,0]", "0", "0", "0") ","
    ROW("2022-03", ",\"columns\":[4,2]", "4", "6", "4000"));
// clang-format on

TEST(entities_stand_beside_each_other)
{
    const struct look narrow = {.terminal = {.width = 41}};
    struct strbuf out;
    struct shape shape;
    check_print(print_timeline, beside, &in_pipe,
                "period   articles  Sergei Lavrov  Volodymyr �Zelenskyy\n"
                "2022-01         2              1                     2\n"
                "2022-02: no articles in the corpus\n"
                "2022-03         4              4                     2\n"
                "\n"
                "@sergei-lavrov: Sergei Lavrov, person, 5 articles\n"
                "@zelenskyy: Volodymyr �Zelenskyy, person, 4 articles\n"
                "\n"
                "6 articles, 9 hits, 0.4 ms, generation 3\n");
    check_print(print_timeline_csv, beside, &in_pipe,
                "from,source,articles,hits,corpus_articles,corpus_words,gap,"
                "sergei-lavrov,zelenskyy\r\n"
                "2022-01,,2,3,4,9,,1,2\r\n"
                "2022-02,,0,0,0,9,1,0,0\r\n"
                "2022-03,,4,6,4000,9,,4,2\r\n");
    printed(print_timeline, beside, &narrow, &out, &shape);
    CHECK_MSG(strstr(out.data, "period   articles  \u2026"), "%s", out.data);
    strbuf_release(&out);
}

TEST(names_that_are_no_mentions_yet_are_told)
{
    check_print(print_notes,
                "{\"entities\":[{\"id\":\"a\",\"name\":\"A\",\"articles\":2,"
                "\"forms\":[{\"form\":\"A\",\"hits\":3}],"
                "\"new_names\":[\"B\",\"C d\"]}],\"notes\":[]}",
                &in_pipe, "@a: A, 2 articles: A 3; not counted yet: B, C d\n");
}

/* --- facets, collocates --- */

static const char sources[] =
    "{\"generation\":3,\"took_us\":412,\"by\":\"source\",\"rows\":["
    "{\"value\":\"reuters\",\"articles\":1200,\"hits\":3000,"
    "\"corpus_articles\":24000},"
    "{\"value\":\"\",\"articles\":1,\"hits\":1,\"corpus_articles\":3},"
    "{\"value\":\"-x\",\"articles\":1,\"hits\":1,\"corpus_articles\":4},"
    "{\"value\":\"=a,\\\"b\\\"\",\"articles\":1,\"hits\":1,"
    "\"corpus_articles\":1}],"
    "\"total\":1202,\"total_hits\":3002,\"more\":1500}";

TEST(facets_are_aligned)
{
    check_print(print_facets, sources, &in_pipe,
                "value    articles   hits  corpus  per 1,000\n"
                "reuters     1,200  3,000  24,000      50.00\n"
                "(none)          1      1       3     333.33\n"
                "-x              1      1       4     250.00\n"
                "=a,\"b\"          1      1       1    1000.00\n"
                "and 1,500 more: --limit N\n"
                "\n"
                "1,202 articles, 3,002 hits, 0.4 ms, generation 3\n");
    check_print(print_facets_csv, sources, &in_pipe,
                "value,articles,hits,corpus_articles\r\n"
                "reuters,1200,3000,24000\r\n"
                ",1,1,3\r\n"
                "'-x,1,1,4\r\n"
                "\"'=a,\"\"b\"\"\",1,1,1\r\n");
}

TEST(words_have_scores)
{
    static const char words[] =
        "{\"generation\":3,\"took_us\":412,\"by\":\"words\",\"rows\":["
        "{\"value\":\"北京\",\"articles\":2,\"times\":5,\"corpus_articles\":9,"
        "\"corpus_times\":1000,\"log_likelihood\":12.345}],\"total\":2,"
        "\"total_hits\":1,\"more\":0}";
    static const char near[] =
        "{\"generation\":3,\"took_us\":412,\"window\":5,\"hits\":1,"
        "\"words_near\":10,\"rows\":[{\"value\":\"oil\",\"articles\":2,"
        "\"times\":5,\"corpus_times\":9,\"log_likelihood\":-1,"
        "\"log_dice\":13.5}],\"more\":0,\"notes\":[{\"message\":\"m\"}]}";
    check_print(
        print_facets, words, &in_pipe,
        "word  articles  times  corpus articles  corpus times  log-likelihood\n"
        "北京         2      5                9         1,000           12.35\n"
        "\n"
        "2 articles, 1 hit, 0.4 ms, generation 3\n");
    check_print(print_facets_csv, words, &in_pipe,
                "value,articles,times,corpus_articles,corpus_times,"
                "log_likelihood\r\n"
                "北京,2,5,9,1000,12.345\r\n");
    check_print(print_collocates, near, &in_pipe,
                "word  articles  times  corpus times  log-likelihood  logDice\n"
                "oil          2      5             9           -1.00    13.50\n"
                "\n"
                "1 hit, 10 words within 5 of them, 0.4 ms, generation 3\n"
                "note: m\n");
    check_print(print_collocates_csv, near, &in_pipe,
                "value,articles,times,corpus_times,log_likelihood,log_dice\r\n"
                "oil,2,5,9,-1,13.5\r\n");
}

/* --- entities --- */

#define LAVROV                                                                 \
    "\"id\":\"sergei-lavrov\",\"name\":\"Sergey Lavrov\",\"type\":\"person\","

static const char profile[] =
    "{\"generation\":3,\"took_us\":412,\"register\":\"x\",\"entities\":["
    "{" LAVROV
    "\"wikidata\":\"Q58217\",\"country\":{\"id\":\"russia\",\"name\":"
    "\"Russia\"},\"aliases\":[{\"text\":\"Lavrov\",\"short\":true},{\"text\":"
    "\"Сергей Лавров\",\"lang\":\"ru\"}],\"articles\":1041,\"mentions\":1,"
    "\"forms\":[{\"form\":\"Lavrov\",\"hits\":1500},{\"form\":\"Лавров\","
    "\"hits\":2}],\"years\":[{\"year\":\"2022\",\"articles\":1000},{\"year\":"
    "\"2023\",\"articles\":0},{\"year\":\"2024\",\"articles\":2},{\"year\":"
    "\"2025\",\"articles\":0},{\"year\":\"2026\",\"articles\":0},{\"year\":"
    "\"2027\",\"articles\":0},{\"year\":\"2028\",\"articles\":1}],\"undated\":"
    "1,\"first\":{\"date\":\"2022\","
    "\"key\":\"a:1\"},\"last\":null,\"companions\":[{\"id\":\"kyiv\",\"name\":"
    "\"Kyiv\",\"articles\":2,\"corpus_articles\":3}]}],\"total\":1}";

static const char entities[] =
    "{\"generation\":3,\"took_us\":412,\"register\":\"x\",\"entities\":["
    "{" LAVROV
    "\"articles\":1041,\"mentions\":2000},{\"id\":\"gone\",\"name\":\"gone\","
    "\"articles\":1,\"mentions\":1}],\"total\":7}";

TEST(entities_are_listed_or_told_in_full)
{
    check_print(print_entities, entities, &in_pipe,
                "id             name           type    articles  mentions\n"
                "sergei-lavrov  Sergey Lavrov  person     1,041     2,000\n"
                "gone           gone           (none)         1         1\n"
                "\n"
                "7 entities (2 shown: --limit N), 0.4 ms, generation 3\n");
    check_print(print_entities, profile, &in_pipe,
                "Sergey Lavrov, person\n"
                "  ask        @sergei-lavrov @Q58217\n"
                "  country    Russia\n"
                "  names      Lavrov, Сергей Лавров (ru)\n"
                "  in         1,041 articles, 1 mention\n"
                "  as         Lavrov 1,500, Лавров 2\n"
                "  first      2022 · a:1\n"
                "  years      2022: 1,000, 2023: 0, 2024: 2, 2025 .. 2027: "
                "0, 2028: 1, undated: 1\n"
                "  with       Kyiv 2 of 3\n"
                "\n"
                "1 entity, 0.4 ms, generation 3\n");
    check_print(print_entities,
                "{\"generation\":3,\"took_us\":412,\"entities\":[],"
                "\"total\":0}",
                &in_pipe, "0 entities, 0.4 ms, generation 3\n");
}

TEST(whom_a_query_asks_for_stands_before_the_notes)
{
    static const char reply[] =
        "{\"generation\":3,\"took_us\":412,\"query\":{},\"total\":7,\"hits\":[]"
        ","
        "\"entities\":[{" LAVROV
        "\"articles\":7,\"forms\":[{\"form\":\"Lavrov\",\"hits\":1500},{"
        "\"form\":\"Лавров\",\"hits\":2}],\"others\":[{\"id\":\"b\",\"name\":"
        "\"B\",\"articles\":1}]}],\"notes\":[{\"message\":\"m\"}]}";
    check_print(print_search, reply, &in_pipe,
                "7 articles, 0.4 ms, generation 3\n"
                "@sergei-lavrov: Sergey Lavrov, person, 7 articles: Lavrov "
                "1,500, Лавров 2; or @b: B, 1 article\n"
                "note: m\n");
    check_print(print_notes, reply, &on_terminal,
                "@sergei-lavrov: Sergey Lavrov, person, 7 articles: Lavrov "
                "1,500, Лавров 2; or\n  @b: B, 1 article\n"
                "note: m\n");
}

TEST(facets_by_entity_have_names)
{
    static const char reply[] =
        "{\"generation\":3,\"took_us\":412,\"by\":\"person\",\"rows\":[{"
        "\"value\":\"sergei-lavrov\",\"name\":\"Sergey Lavrov\",\"type\":"
        "\"person\",\"articles\":2,\"corpus_articles\":4,\"log_likelihood\":"
        "1.5}],\"more\":0,\"total\":2,\"total_hits\":3}";
    check_print(
        print_facets, reply, &in_pipe,
        "id             name           type    articles  corpus  per 1,000  "
        "log-likelihood\n"
        "sergei-lavrov  Sergey Lavrov  person         2       4     500.00  "
        "          1.50\n"
        "\n"
        "2 articles, 3 hits, 0.4 ms, generation 3\n");
    check_print(print_facets_csv, reply, &in_pipe,
                "value,name,type,articles,corpus_articles,log_likelihood\r\n"
                "sergei-lavrov,Sergey Lavrov,person,2,4,1.5\r\n");
}

TEST(what_is_not_as_expected_is_not_shown)
{
    static const struct {
        print_function *print;
        const char *reply;
    } rows[] = {
        {print_timeline, "{}"},
        {print_timeline, "{\"rows\":{}}"},
        {print_timeline, TIMELINE("7", "")},
        {print_timeline, TIMELINE("{\"from\":\"2022\"}", "")},
        {print_timeline, TIMELINE(PERIOD("2022", "-1", "0", "0"), "")},
        {print_timeline, TIMELINE(PERIOD("2022", "1", "0", "0"), "{}")},
        {print_timeline, TIMELINE("{\"gap\":true,\"articles\":0,\"hits\":0,"
                                  "\"corpus_articles\":0}",
                                  "")},
        {print_timeline, COLUMNS("{}", "")},
        {print_timeline, COLUMNS(BESIDE("a", "b", "-1"), "")},
        {print_timeline,
         COLUMNS(BESIDE("a", "b", "1"), PERIOD("1", "1", "1", "1"))},
        {print_timeline_csv,
         COLUMNS(BESIDE("a", "b", "1"),
                 ROW("1", ",\"columns\":[]", "1", "1", "1"))},
        {print_timeline_csv, "{}"},
        {print_timeline_csv, TIMELINE("{}", "")},
        {print_facets, "{\"rows\":[]}"},
        {print_facets, "{\"rows\":[{\"value\":\"x\"}],\"total\":1,"
                       "\"took_us\":1,\"generation\":1}"},
        {print_facets_csv, "{\"rows\":[[]]}"},
        {print_collocates, "{\"rows\":[]}"},
        {print_entities, "{}"},
        {print_entities, "{\"entities\":[{}],\"total\":1,\"took_us\":1,"
                         "\"generation\":1}"},
        {print_entities, "{\"entities\":[{\"aliases\":[]}],\"total\":1,"
                         "\"took_us\":1,\"generation\":1}"},
        {print_entities, "{\"entities\":{},\"total\":1}"},
        {print_notes, "{\"entities\":[{\"id\":\"a\",\"name\":\"A\"}]}"},
        {print_notes, "{\"entities\":[7]}"},
        {print_notes, "{\"entities\":[{\"id\":\"a\",\"name\":\"A\","
                      "\"articles\":1,\"new_names\":[7]}]}"},
        {print_collocates_csv, "{\"rows\":[{\"value\":\"x\",\"articles\":1,"
                               "\"times\":1,\"corpus_times\":1,"
                               "\"log_likelihood\":\"high\"}]}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int terminal = 0; terminal < 2; terminal++) {
            struct strbuf out;
            struct shape shape;
            printed(rows[i].print, rows[i].reply,
                    terminal ? &on_terminal : &in_pipe, &out, &shape);
            CHECK_MSG(shape.wrong, "row %zu: %s", i, out.data);
            strbuf_release(&out);
        }
}

TEST(without_memory_printing_fails_cleanly)
{
    static const struct {
        print_function *print;
        const char *reply;
    } rows[] = {{print_timeline, months},   {print_timeline_csv, months},
                {print_facets, sources},    {print_facets_csv, sources},
                {print_entities, entities}, {print_entities, profile}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool failed = true;
        for (long n = 0; failed; n++) {
            struct strbuf out;
            struct shape shape = {0};
            json_t *json = reply_parse(slice_of(rows[i].reply), NULL);
            CHECK(n < 400);
            strbuf_init(&out, 1 << 20);
            mem_fail_after(n);
            rows[i].print(&out, &shape, json, &on_terminal);
            mem_fail_after(-1);
            failed = out.failed;
            strbuf_release(&out);
            json_decref(json);
        }
    }
}

RUN(T(hits_stand_below_each_other), T(a_line_fits_the_terminal),
    T(a_damaged_line_is_not_shown), T(entities_stand_beside_each_other),
    T(names_that_are_no_mentions_yet_are_told),
    T(a_timeline_tells_gaps_from_zeros),
    T(bars_are_as_long_as_numbers_or_shares),
    T(by_source_a_period_is_a_gap_when_all_have_nothing), T(facets_are_aligned),
    T(words_have_scores), T(entities_are_listed_or_told_in_full),
    T(whom_a_query_asks_for_stands_before_the_notes),
    T(facets_by_entity_have_names), T(what_is_not_as_expected_is_not_shown),
    T(without_memory_printing_fails_cleanly))
