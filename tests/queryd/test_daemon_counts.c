/* Timelines, facets and collocates over the socket: what they say of twenty articles of
 * one source and language, the odd ones of 1970-01-01 and the even ones undated, with
 * three hits of Istanbul each. Numbers over real text: tests/e2e/views.py. */
#include "queryd/daemon.h"

#include "base/err.h"
#include "check.h"

#include <unistd.h>

static struct daemon daemon_;

static void begin(void)
{
    daemon_prepare(&daemon_);
    daemon_start(&daemon_);
}

TEST(every_count_answers)
{
    static const struct {
        const char *target;
        const char *parts[4];
    } rows[] = {
        {"/v1/timeline?q=istanbul",
         {"\"by\":\"month\",\"filter\":null,\"rows\":[{\"from\":\"1970-01\","
          "\"articles\":10,\"hits\":30,\"corpus_articles\":10,"
          "\"corpus_words\":200}],\"undated\":[{\"articles\":10,\"hits\":30,"
          "\"corpus_articles\":10,\"corpus_words\":200}],\"total\":20,"
          "\"total_hits\":60,\"notes\":[]}"}},
        {"/v1/timeline?q=istanbul&by=week", {"{\"from\":\"1970-W01\","}},
        {"/v1/timeline?q=istanbul&by=day&group=source",
         {"{\"from\":\"1970-01-01\",\"source\":\"fake\",\"articles\":10",
          "\"undated\":[{\"source\":\"fake\","}},
        {"/v1/timeline?q=few&by=year",
         {"{\"from\":\"1970\",\"articles\":1,\"hits\":0,\"corpus_articles\":10",
          "\"total\":2,\"total_hits\":0"}},
        {"/v1/timeline?phrase=in+istanbul",
         {"\"articles\":0,\"hits\":0,\"corpus_articles\":10", "\"total\":0"}},
        {"/v1/timeline?q=istanbul+date:1970+NOT+source:Other+NOT+draft",
         {"\"filter\":\"(date:1970 NOT source:\\\"other\\\")\""}},
        {"/v1/timeline?q=istanbul+NOT+date:1970",
         {"\"filter\":\"((date:0001..9999 OR date:none) NOT date:1970)\""}},
        {"/v1/timeline?q=istanbul+(source:a+OR+source:b+NOT+lang:en)",
         {"\"filter\":\"(source:\\\"a\\\" OR (source:\\\"b\\\" NOT "
          "lang:\\\"en\\\"))\""}},
        {"/v1/timeline?q=istanbul+(source:a+OR+draft)", {"\"filter\":null"}},
        {"/v1/timeline?q=(istanbul+source:a)+OR+draft", {"\"filter\":null"}},
        {"/v1/timeline?q=source:a", {"\"filter\":\"source:\\\"a\\\"\""}},
        {"/v1/timeline?q=source:a&match=any", {"\"filter\":null"}},
        {"/v1/facets?q=istanbul",
         {"\"by\":\"source\",\"filter\":null,\"rows\":[{\"value\":\"fake\","
          "\"articles\":20,\"hits\":60,\"corpus_articles\":20}],\"more\":0,"
          "\"total\":20,\"total_hits\":60,\"notes\":[]}"}},
        {"/v1/facets?q=istanbul&by=lang",
         {"\"rows\":[{\"value\":\"en\",\"articles\":20"}},
        {"/v1/facets?q=istanbul&by=topic",
         {"\"rows\":[{\"value\":\"\",\"articles\":20,\"hits\":60,"
          "\"corpus_articles\":20}]"}},
        {"/v1/facets?q=istanbul&by=year",
         {"\"rows\":[{\"value\":\"\",\"articles\":10,\"hits\":30,"
          "\"corpus_articles\":10},{\"value\":\"1970\",\"articles\":10"}},
        {"/v1/facets?q=istanbul&by=year&limit=1", {"}],\"more\":1,"}},
        {"/v1/facets?q=nothing", {"\"rows\":[],\"more\":0,\"total\":0"}},
        {"/v1/facets?q=istanbul&by=words&limit=0",
         {"\"by\":\"words\",\"rows\":[",
          "\"corpus_articles\":20,\"corpus_times\":20,\"log_likelihood\":",
          "\"more\":0,\"total\":20,\"total_hits\":60"}},
        {"/v1/collocates?q=istanbul&window=1",
         {"\"window\":1,\"hits\":60,\"words_near\":120,\"rows\":[{\"value\":",
          "{\"value\":\"made\",\"articles\":20,\"times\":20,"
          "\"corpus_times\":20,\"log_likelihood\":",
          "\"more\":0,\"notes\":[]}"}},
        {"/v1/collocates?q=istanbul&window=1&limit=3&min=1", {"}],\"more\":"}},
        {"/v1/collocates?q=istanbul&window=1&min=21&sort=log_dice",
         {"\"words_near\":120,\"rows\":[],\"more\":0"}},
        {"/v1/collocates?q=few", {"\"hits\":0,\"words_near\":0,\"rows\":[]"}},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = daemon_get(&daemon_, rows[i].target);
        CHECK_MSG(reply.status == 200 && reply.keep_alive, "%s: %u %s",
                  rows[i].target, reply.status, reply.body);
        CHECK(strncmp(reply.body, "{\"generation\":1,\"took_us\":", 25) == 0);
        for (size_t p = 0; p < 4 && rows[i].parts[p]; p++)
            CHECK_MSG(strstr(reply.body, rows[i].parts[p]), "%s: no %s in %s",
                      rows[i].target, rows[i].parts[p], reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

TEST(what_fails_says_so)
{
    static const struct {
        const char *target;
        unsigned status;
        const char *part;
    } rows[] = {
        {"/v1/timeline?q=a&by=hour", 400,
         "'day', 'week', 'month' or 'year', not 'hour'"},
        {"/v1/timeline?q=a&group=lang", 400, "group is 'source'"},
        {"/v1/timeline?q=a&limit=5", 400, "'limit'"},
        {"/v1/timeline", 400, "either q"},
        {"/v1/facets?q=a&by=month", 400, "'place' or 'org', not 'month'"},
        {"/v1/facets?q=a&limit=-1", 400, "limit"},
        {"/v1/facets?q=a&window=5", 400, "'window'"},
        {"/v1/collocates?q=a&window=0", 400, "from 1 to 50, not '0'"},
        {"/v1/collocates?q=a&window=51", 400, "not '51'"},
        {"/v1/collocates?q=a&min=0", 400, "min"},
        {"/v1/collocates?q=a&sort=date", 400, "'log_likelihood' or 'log_dice'"},
        {"/v1/collocates?q=%22a", 400, "\"position\":0"},
        {"/v1/timeline?q=unsupported", 501, "UNSUPPORTED"},
        {"/v1/facets?q=corrupt", 500, "CORRUPT"},
        {"/v1/collocates?q=disk", 500, "\"IO\""},
        {"/v1/timeline?q=late", 500, "the disk is gone"},
        {"/v1/facets?q=late&by=words", 500, "the disk is gone"},
        {"/v1/facets?q=late&by=topic", 500, "the disk is gone"},
        {"/v1/collocates?q=late", 500, "the disk is gone"},
        {"/v1/timeline?q=slow&deadline_ms=30", 504, "after 30 ms"},
        {"/v1/facets?q=slow&deadline_ms=30", 504, "DEADLINE"},
        {"/v1/collocates?q=slow&deadline_ms=30", 504, "DEADLINE"},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = daemon_get(&daemon_, rows[i].target);
        CHECK_MSG(reply.status == rows[i].status &&
                      strncmp(reply.body, "{\"error\":{\"code\":", 17) == 0 &&
                      strstr(reply.body, rows[i].part),
                  "%s: %u %s", rows[i].target, reply.status, reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

/* Both daemons have two workers. */
TEST(they_leave_a_worker_for_the_others_and_stop_when_the_client_goes)
{
    static const char *const targets[] = {"/v1/timeline", "/v1/facets",
                                          "/v1/collocates"};
    for (size_t i = 0; i < 3; i++) {
        begin();
        int before = fake_counts().cancelled;
        int fd[3];
        for (size_t k = 0; k < 3; k++) {
            char request[100];
            fd[k] = client_connect(&daemon_);
            snprintf(request, sizeof request, "GET %s?q=block HTTP/1.1\r\n\r\n",
                     targets[i]);
            CHECK(client_send(fd[k], request));
        }
        CHECK(searches_running(1));
        struct reply reply = daemon_get(&daemon_, "/v1/count?q=istanbul");
        CHECK_EQ(reply.status, 200);
        reply_free(&reply);
        CHECK_EQ(fake_counts().searching, 1);
        for (size_t k = 3; k-- > 0;)
            close(fd[k]);
        CHECK(searches_running(0));
        CHECK(fake_counts().cancelled > before);
        daemon_stop(&daemon_);
    }
}

TEST(a_post_is_answered_as_a_get)
{
    begin();
    static const char body[] = "{\"q\":\"istanbul\",\"by\":\"year\","
                               "\"limit\":1}";
    char request[200];
    int fd = client_connect(&daemon_);
    snprintf(request, sizeof request,
             "POST /v1/facets HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s",
             sizeof body - 1, body);
    CHECK(client_send(fd, request));
    struct reply post = client_read(fd);
    struct reply get =
        daemon_get(&daemon_, "/v1/facets?q=istanbul&by=year&limit=1");
    CHECK_EQ(post.status, 200);
    CHECK_TEXT(strstr(post.body, "\"query\""), strstr(get.body, "\"query\""));
    close(fd);
    reply_free(&post);
    reply_free(&get);
    daemon_stop(&daemon_);
}

RUN(T(every_count_answers), T(what_fails_says_so),
    T(they_leave_a_worker_for_the_others_and_stop_when_the_client_goes),
    T(a_post_is_answered_as_a_get))
