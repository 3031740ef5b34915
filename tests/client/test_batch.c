/* Many questions from a file; and a question that is asked again. */
#include "client/citation.h"

#include "base/err.h"
#include "own_home.h"

/* --- batches --- */

#define BAD                                                                    \
    "{\"error\":{\"code\":\"INVALID\",\"message\":\"never closed\","           \
    "\"position\":0}}"

TEST(a_batch_goes_over_one_connection)
{
    char path[100];
    struct outcome outcome;
    new_home();
    snprintf(path, sizeof path, "%s/b", home);
    write_text("b", "q1\ta b\n# no\n\nbroken\nq2\t\"x\nq3\ty\n");
    const struct slice counts[] = {
        answer_of("200", "{\"total\":12,\"total_hits\":31}"),
        answer_of("400", BAD), answer_of("200", "{\"total\":0}")};
    const char *const count[WORDS_MAX] = {"count", "--hits", "--batch", path};
    struct fake_daemon fake = {0};
    run_with(command_count, count, counts, 3, &fake, &outcome);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK_EQ(fake.connections, 1);
    CHECK_TEXT(fake.log, "GET /v1/count?q=a%20b&hits=1 HTTP/1.1\n"
                         "GET /v1/count?q=%22x&hits=1 HTTP/1.1\n"
                         "GET /v1/count?q=y&hits=1 HTTP/1.1\n");
    CHECK_TEXT(outcome.out, "q1\t12\t31\nq3\t0\n");
    CHECK_MSG(strstr(outcome.err, "there is no TAB behind the name\n"
                                  "  in line 4 of "),
              "%s", outcome.err);
    CHECK_MSG(strstr(outcome.err, "never closed\n  \"x\n  ^\n  in line 5 of "),
              "%s", outcome.err);

    const struct slice pages[] = {answer_of("200", REPLY("3", "0")),
                                  answer_of("400", BAD),
                                  answer_of("200", REPLY("3", "2"))};
    const char *const json[WORDS_MAX] = {"search", "--json", "--batch", path};
    run_with(command_search, json, pages, 3, &fake, &outcome);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK_TEXT(outcome.out, "{\"id\":\"q1\",\"reply\":" REPLY(
                                "3", "0") "}\n{\"id\":\"q2\",\"reply\":" BAD
                                          "}\n{\"id\":\"q3\",\"reply\":" REPLY(
                                              "3", "2") "}\n");
    const char *const search[WORDS_MAX] = {"search", "--any", "--batch", path};
    run_with(command_search, search, pages, 3, &fake, &outcome);
    CHECK_TEXT(outcome.out, "== q1: a b\n\n" SHOWN(
                                "3", "0") "understood: x\n"
                                          "\n== q2: \"x\n\n"
                                          "== q3: y\n\n" SHOWN("3", "2") "\n");
    end_home();
}

TEST(a_run_of_many_topics_has_their_ids)
{
    char path[100];
    struct outcome outcome;
    new_home();
    snprintf(path, sizeof path, "%s/b", home);
    write_text("b", "q1\ta\nq2\tb\n");
    const struct slice runs[] = {
        SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "11\r\nq1 Q0 k 1 2.5 t1\n\r\n0\r\n\r\n"),
        SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "11\r\nq2 Q0 k 1 2.5 t1\n\r\n0\r\n\r\n")};
    const char *const words[WORDS_MAX] = {"export", "--any",   "-f",
                                          "trec",   "--batch", path};
    struct fake_daemon fake = {.piece = 1};
    run_with(command_export, words, runs, 2, &fake, &outcome);
    CHECK_MSG(outcome.status == EXIT_HITS, "%s", outcome.err);
    CHECK_EQ(fake.connections, 1);
    CHECK_TEXT(outcome.out, "q1 Q0 k 1 2.5 t1\nq2 Q0 k 1 2.5 t1\n");
    CHECK_TEXT(fake.log,
               "GET /v1/export?q=a&match=any&format=trec&qid=q1 HTTP/1.1\n"
               "GET /v1/export?q=b&match=any&format=trec&qid=q2 HTTP/1.1\n");
    end_home();
}

TEST(a_batch_without_a_daemon_ends_at_once)
{
    char path[100];
    struct outcome outcome;
    new_home();
    snprintf(path, sizeof path, "%s/b", home);
    write_text("b", "q1\ta\nq2\tb\n");
    const char *const words[WORDS_MAX] = {"count", "--batch", path};
    run(command_count, words, "/nonexistent/s", &outcome);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK(strstr(outcome.err, "in line 1 of "));
    CHECK(!strstr(outcome.err, "in line 2 of "));
    const char *const missing[WORDS_MAX] = {"count", "--batch", "/nonexistent"};
    run(command_count, missing, "/nonexistent/s", &outcome);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK(strstr(outcome.err, "open /nonexistent: "));
    const char *const both[WORDS_MAX] = {"count", "--batch", path, "x"};
    run(command_count, both, "/nonexistent/s", &outcome);
    CHECK(strstr(outcome.err, "--batch has the queries"));
    end_home();
}

TEST(a_daemon_that_was_started_anew_is_asked_on)
{
    char path[100];
    struct outcome outcome;
    new_home();
    snprintf(path, sizeof path, "%s/b", home);
    write_text("b", "q1\ta\nq2\tb\nq3\tc\n");
    const struct slice counts[] = {
        SLICE("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: "
              "close\r\n\r\n{\"total\":1}"),
        answer_of("200", "{\"total\":2}"), answer_of("200", "{\"total\":3}")};
    const char *const words[WORDS_MAX] = {"count", "--batch", path};
    struct fake_daemon fake = {.per_connection = 1};
    run_with(command_count, words, counts, 3, &fake, &outcome);
    CHECK_MSG(outcome.status == EXIT_HITS, "%s", outcome.err);
    CHECK_EQ(fake.connections, 3);
    CHECK_TEXT(outcome.out, "q1\t1\nq2\t2\nq3\t3\n");
    end_home();
}

/* --- citations --- */

TEST(a_citation_is_read)
{
    static const struct {
        const char *line;
        int rc;
        const char *field[CITED_FIELDS];
    } rows[] = {
        {"dateline/1 version=0.1.0 generation=3 corpus=3f total=12 "
         "total_hits=31 query=(a AND \"b  query=c\")\n",
         0,
         {"0.1.0", "3", "3f", "12", "31", "(a AND \"b  query=c\")"}},
        {" dateline/1  total=0 later=7 query=x ",
         0,
         {NULL, NULL, NULL, "0", NULL, "x"}},
        {"dateline/1 total=0 query=", ERR_INVALID, {0}},
        {"dateline/1 query=x", ERR_INVALID, {0}},
        {"dateline/1 total= query=x", ERR_INVALID, {0}},
        {"dateline/1 ", ERR_INVALID, {0}},
        {"dateline/2 total=0 query=x", ERR_INVALID, {0}},
        {"", ERR_INVALID, {0}},
        {"total=0 query=x", ERR_INVALID, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct citation citation;
        struct err err = {0};
        size_t len = strlen(rows[i].line);
        uint8_t *exact = malloc(len + !len);
        memcpy(exact, rows[i].line, len);
        CHECK_EQ(citation_parse((struct slice){exact, len}, &citation, &err),
                 rows[i].rc);
        for (size_t j = 0; rows[i].rc == 0 && j < CITED_FIELDS; j++) {
            CHECK(!citation.field[j].data == !rows[i].field[j]);
            CHECK_SLICE(citation.field[j], slice_of(rows[i].field[j]));
        }
        free(exact);
    }
}

#define CITED(generation, total, hits)                                         \
    "dateline/1 version=0.1.0 generation=" generation                          \
    " corpus=3f total=" total " total_hits=" hits " query=(a AND b)"

TEST(what_was_cited_is_compared)
{
    static const struct {
        const char *cited, *status, *body;
        int want;
        const char *out, *err;
    } rows[] = {
        {CITED("3", "12", "31"), "200",
         "{\"citation\":\"" CITED("3", "12", "31") "\"}", EXIT_HITS,
         "version     0.1.0, the same\n"
         "generation  3, the same\n"
         "corpus      3f, the same\n"
         "total       12, the same\n"
         "total_hits  31, the same\n"
         "query       (a AND b), the same\n",
         ""},
        {CITED("3", "12", "31"), "200",
         "{\"citation\":\"dateline/1 version=0.1.0 generation=4 total=12 "
         "total_hits=32 query=(a AND c)\"}",
         EXIT_NONE,
         "version     0.1.0, the same\n"
         "generation  3, now 4\n"
         "corpus      3f, now not said\n"
         "total       12, the same\n"
         "total_hits  31, now 32\n"
         "query       (a AND b)\n"
         "  now: (a AND c)\n",
         ""},
        {CITED("3", "12", "31"), "200",
         "{\"citation\":\"" CITED("4", "12", "31") "\"}", EXIT_HITS,
         "version     0.1.0, the same\n"
         "generation  3, now 4\n"
         "corpus      3f, the same\n"
         "total       12, the same\n"
         "total_hits  31, the same\n"
         "query       (a AND b), the same\n",
         ""},
        {CITED("3", "12", "31"), "400", BAD, EXIT_TROUBLE, "",
         "dateline: never closed\n  (a AND b)\n  ^\n"},
        {CITED("3", "12", "31"), "200", "{}", EXIT_TROUBLE, "",
         "dateline: the daemon's answer is not as expected: citation is "
         "missing\n"},
        {CITED("3", "12", "31"), "200", "{\"citation\":\"x\"}", EXIT_TROUBLE,
         "",
         "dateline: the daemon's answer is not as expected: this is no "
         "citation: it would begin with dateline/1\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const words[WORDS_MAX] = {"cite", rows[i].cited};
        const struct slice answer = answer_of(rows[i].status, rows[i].body);
        struct outcome outcome;
        struct fake_daemon fake = {0};
        run_with(command_cite, words, &answer, 1, &fake, &outcome);
        CHECK_MSG(outcome.status == rows[i].want, "row %zu: %d", i,
                  outcome.status);
        CHECK_TEXT(outcome.out, rows[i].out);
        CHECK_TEXT(outcome.err, rows[i].err);
        CHECK_TEXT(fake.log, "GET /v1/count?q=%28a%20AND%20b%29&hits=1&cite=1 "
                             "HTTP/1.1\n");
    }
}

TEST(a_result_can_be_cited)
{
    static const char *const search[WORDS_MAX] = {"search", "--cite", "x"};
    static const char *const count[WORDS_MAX] = {"count", "--cite", "x"};
    static const char page[] =
        "{\"generation\":3,\"took_us\":412,\"query\":{\"understood\":\"x\"},"
        "\"total\":2,\"hits\":[],\"notes\":[],\"citation\":\"dateline/1 "
        "query=\\u001bx\"}";
    struct outcome outcome;
    struct fake_daemon fake = {0};
    const struct slice answer = answer_of("200", page);
    run_with(command_search, search, &answer, 1, &fake, &outcome);
    CHECK_TEXT(outcome.out, SHOWN("3", "2") "dateline/1 query=\xef\xbf\xbdx\n");
    CHECK_TEXT(fake.log, "GET /v1/search?q=x&cite=1&limit=10 HTTP/1.1\n");
    run_with(command_count, count, &answer, 1, &fake, &outcome);
    CHECK_TEXT(outcome.out, "2\ndateline/1 query=\xef\xbf\xbdx\n");
}

RUN(T(a_batch_goes_over_one_connection), T(a_run_of_many_topics_has_their_ids),
    T(a_batch_without_a_daemon_ends_at_once),
    T(a_daemon_that_was_started_anew_is_asked_on), T(a_citation_is_read),
    T(what_was_cited_is_compared), T(a_result_can_be_cited))
