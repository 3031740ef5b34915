/* The daemon over a real socket: what is asked, what is answered, in which order. */
#include "queryd/daemon.h"

#include "base/err.h"
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

static struct daemon daemon_;

static void begin(void)
{
    daemon_prepare(&daemon_);
    daemon_start(&daemon_);
}

TEST(every_endpoint_answers)
{
    static const struct {
        const char *target;
        const char *parts[4];
    } rows[] = {
        {"/v1/search?q=istanbul&limit=2",
         {"{\"generation\":1,\"took_us\":", "\"typed\":\"istanbul\"",
          "\"total\":20,\"hits\":[{\"key\":\"fake:1\",\"score\":19.500000,"
          "\"title\":\"Article 1\",\"date\":\"1970-01-01\",\"source\":\"fake\","
          "\"url\":\"\",\"lang\":\"en\",\"snippet\":{\"text\":",
          "\"date\":null"}},
        {"/v1/search?q=istanbul&limit=0", {"\"total\":20,\"hits\":[]"}},
        {"/v1/search?phrase=in+istanbul", {"\"typed\":\"in istanbul\""}},
        {"/v1/search?q=a+%22b&match=any", {"\"total\":20"}},
        {"/v1/search?q=istanbul&hits=1", {"\"total_hits\":60"}},
        {"/v1/search?q=istanbul&count=no&snippets=0",
         {"\"query\":{", "},\"hits\":[", "\"lang\":\"en\"}"}},
        {"/v1/count?q=istanbul&hits=true",
         {"\"total\":20,\"total_hits\":60,\"notes\":[]}"}},
        {"/v1/explain?q=istanbul+draft+istanbul",
         {"\"tree\":{\"kind\":\"and\"",
          "\"operands\":[{\"word\":\"istanbul\",\"articles\":20,\"forms\":[",
          "{\"word\":\"draft\"", "\"total\":20"}},
        {"/v1/count?q=US+OR+NATO+OR+US",
         {"\"notes\":[{\"code\":\"capitals\",\"message\":\"US in any capitals "
          "is "
          "found, too; =US, in capitals only, is in 20 articles\"},{",
          "=NATO, in capitals only, is in 20 articles\"}]"}},
        {"/v1/count?q=%3DUS+Nato", {"\"notes\":[]"}},
        {"/v1/articles/fake:7",
         {"{\"generation\":1,\"article\":{\"key\":\"fake:7\",\"version\":1,"
          "\"title\":\"Article 7\",\"summary\":\"\",\"body\":\"The talks",
          "\"published\":\"1970-01-01\",\"published_from\":",
          "\"ingested\":\"1970-01-02T00:00:00Z\"", "\"orgs\":[]}}"}},
        {"/v1/articles/fake%3A7", {"fake:7"}},
        {"/v1/articles/fake:8",
         {"{\"generation\":1,\"version\":3,\"versions\":3,\"current\":true,"
          "\"put_in\":3,\"article\":{\"key\":\"fake:8\"",
          "\"title\":\"Article 8\","}},
        {"/v1/articles/fake:8?version=3", {"\"title\":\"Article 8\","}},
        {"/v1/articles/fake:8?version=2",
         {"{\"generation\":1,\"version\":2,\"versions\":3,\"current\":false,"
          "\"put_in\":2,\"article\":{\"key\":\"fake:8\"",
          "\"title\":\"Article 8 as it was 2\","}},
        {"/v1/articles/fake:deleted?version=2",
         {"\"version\":2,\"versions\":2,\"current\":false,\"put_in\":2,",
          " as it was 2\""}},
        {"/v1/status",
         {"\"engine\":\"fake\",\"generation\":1,\"articles\":20",
          "\"last_reload\":null", "\"workers\":2"}},
        {"/metrics",
         {"dateline_requests_total{endpoint=\"search\",status=\"200\"}",
          "dateline_generation 1\n",
          "dateline_request_seconds_bucket{endpoint=\"count\",le=\"+Inf\"} 3",
          "dateline_articles 20\n"}},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = daemon_get(&daemon_, rows[i].target);
        CHECK_MSG(reply.status == 200 && reply.keep_alive, "%s: %u %s",
                  rows[i].target, reply.status, reply.body);
        for (size_t p = 0; p < 4 && rows[i].parts[p]; p++)
            CHECK_MSG(strstr(reply.body, rows[i].parts[p]), "%s: no %s in %s",
                      rows[i].target, rows[i].parts[p], reply.body);
        reply_free(&reply);
    }
    struct reply no_total =
        daemon_get(&daemon_, "/v1/search?q=istanbul&count=no");
    CHECK(!strstr(no_total.body, "\"total\""));
    reply_free(&no_total);
    daemon_stop(&daemon_);
}

/* Every malformed request on a connection of its own, and the daemon lives. */
TEST(what_makes_no_sense_gets_a_json_error)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *part;
        bool stays;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", 404, "NOTFOUND", true},
        {"GET /v1/search/ HTTP/1.1\r\n\r\n", 404, "NOTFOUND", true},
        {"GET /v1/articles/ HTTP/1.1\r\n\r\n", 404, "NOTFOUND", true},
        {"GET /v1/articles/fake:21 HTTP/1.1\r\n\r\n", 404, "'fake:21'", true},
        {"GET /v1/articles/fake:8?version=4 HTTP/1.1\r\n\r\n", 404,
         "the article 'fake:8' has 3 versions, there is no version 4", true},
        {"GET /v1/articles/fake:once?version=2 HTTP/1.1\r\n\r\n", 404,
         "has 1 version, there is no version 2", true},
        {"GET /v1/articles/fake:21?version=1 HTTP/1.1\r\n\r\n", 404,
         "no article has the key 'fake:21'", true},
        {"GET /v1/articles/fake:deleted HTTP/1.1\r\n\r\n", 404,
         "was deleted; version=1 to version=2 show it as it was", true},
        {"GET /v1/articles/fake:once HTTP/1.1\r\n\r\n", 404,
         "was deleted; version=1 shows it as it was", true},
        {"GET /v1/articles/fake:7?version=1 HTTP/1.1\r\n\r\n", 501,
         "no versions of it", true},
        {"GET /v1/articles/fake:8?version=0 HTTP/1.1\r\n\r\n", 400,
         "version is a whole number from 1 to 999999999, not '0'", true},
        {"GET /v1/articles/fake:8?verson=1 HTTP/1.1\r\n\r\n", 400,
         "there are: version", true},
        {"PUT /v1/search HTTP/1.1\r\n\r\n", 405, "METHOD", true},
        {"POST /v1/status HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 405, "METHOD",
         true},
        {"GET /v1/reload HTTP/1.1\r\n\r\n", 405, "METHOD", true},
        {"GET /v1/search HTTP/1.1\r\n\r\n", 400, "either q", true},
        {"GET /v1/search?q=a&phrase=b HTTP/1.1\r\n\r\n", 400, "either q", true},
        {"GET /v1/search?q=a&colour=red HTTP/1.1\r\n\r\n", 400, "'colour'",
         true},
        {"GET /v1/count?q=a&limit=5 HTTP/1.1\r\n\r\n", 400, "'limit'", true},
        {"GET /v1/status?q=a HTTP/1.1\r\n\r\n", 400, "'q'", true},
        {"GET /v1/search?q=a&q=b HTTP/1.1\r\n\r\n", 400, "twice", true},
        {"GET /v1/search?q=a&limit=ten HTTP/1.1\r\n\r\n", 400,
         "from 0 to 1000, not 'ten'", true},
        {"GET /v1/search?q=a&limit=1001 HTTP/1.1\r\n\r\n", 400, "1001", true},
        {"GET /v1/search?q=a&cursor=zz HTTP/1.1\r\n\r\n", 400, "cursor", true},
        {"GET /v1/search?q=%22a HTTP/1.1\r\n\r\n", 400, "\"position\":0", true},
        {"GET /v1/search?q=%f0%28 HTTP/1.1\r\n\r\n", 400, "UTF-8", true},
        {"GET /v1/search?q=100% HTTP/1.1\r\n\r\n", 400, "%25", true},
        {"GET /v1/search?q=unsupported HTTP/1.1\r\n\r\n", 501, "UNSUPPORTED",
         true},
        {"GET /v1/search?q=corrupt HTTP/1.1\r\n\r\n", 500, "CORRUPT", true},
        {"GET /v1/count?q=disk HTTP/1.1\r\n\r\n", 500, "\"IO\"", true},
        {"GET /v1/search?q=slow&deadline_ms=30 HTTP/1.1\r\n\r\n", 504,
         "DEADLINE", true},
        {"GET /v1/search?q=a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 400,
         "no body", true},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: 1\r\n\r\n{", 400,
         "not JSON", true},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]", 400,
         "no JSON object", true},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: 8\r\n\r\n{\"q\":{}}", 400,
         "no string", true},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: "
         "9\r\n\r\n{\"q\":\"\xff\"}",
         400, "not JSON", true},
        {"POST /v1/search?q=a HTTP/1.1\r\nContent-Length: 9\r\n\r\n"
         "{\"q\":\"b\"}",
         400, "twice", true},

        {"hello\r\n\r\n", 400, "no HTTP", false},
        {"\x16\x03\x01\x02", 400, "no HTTP", false},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501, "UNSUPPORTED", false},
        {"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", 501,
         "upgrade", false},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: 1\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400, "no HTTP", false},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fd = client_connect(&daemon_);
        CHECK(client_send(fd, rows[i].request));
        struct reply reply = client_read(fd);
        CHECK_MSG(reply.status == rows[i].status &&
                      strncmp(reply.body, "{\"error\":{\"code\":", 17) == 0 &&
                      strstr(reply.body, rows[i].part),
                  "%s: %u %s", rows[i].request, reply.status, reply.body);
        CHECK_MSG(reply.keep_alive == rows[i].stays, "%s", rows[i].request);
        CHECK_EQ(reply.allow[0] != 0, reply.status == 405);
        reply_free(&reply);
        if (rows[i].stays) {
            CHECK(client_send(fd, "GET /v1/status HTTP/1.1\r\n\r\n"));
            reply = client_read(fd);
            CHECK_EQ(reply.status, 200);
            reply_free(&reply);
        } else {
            CHECK(client_sees_end(fd));
        }
        close(fd);
    }
    daemon_stop(&daemon_);
}

TEST(a_head_gets_no_body)
{
    begin();
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "HEAD /v1/status HTTP/1.1\r\n\r\n"
                          "GET /v1/articles/fake:1 HTTP/1.1\r\n\r\n"));
    struct reply reply = client_read(fd);
    CHECK_EQ(reply.status, 405);
    CHECK_TEXT(reply.body, "");
    CHECK_TEXT(reply.allow, "GET");
    reply_free(&reply);
    reply = client_read(fd);
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
    close(fd);
    daemon_stop(&daemon_);
}

TEST(bodies_come_in_chunks_and_after_a_continue)
{
    begin();
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "POST /v1/count HTTP/1.1\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n"
                          "5\r\n{\"q\":\r\n9\r\n\"a\",\"hits\r\n"
                          "7\r\n\":true}\r\n0\r\n\r\n"));
    struct reply reply = client_read(fd);
    CHECK_MSG(reply.status == 200 && strstr(reply.body, "total_hits"), "%s",
              reply.body);
    reply_free(&reply);

    CHECK(client_send(fd, "POST /v1/count HTTP/1.1\r\nContent-Length: 9\r\n"
                          "Expect: 100-continue\r\n\r\n"));
    char interim[26] = {0};
    CHECK_EQ(read(fd, interim, 25), 25);
    CHECK_TEXT(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(client_send(fd, "{\"q\":\"a\"}"));
    reply = client_read(fd);
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
    close(fd);
    daemon_stop(&daemon_);
}

/* A slow one first: the quick ones behind it must wait for their turn. */
TEST(a_pipeline_is_answered_in_order)
{
    enum { REQUESTS = 300 };
    begin();
    int fd = client_connect(&daemon_);
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    strbuf_add_text(&text, "GET /v1/count?q=block HTTP/1.1\r\n\r\n");
    for (int i = 0; i < REQUESTS; i++)
        strbuf_addf(&text, "GET %s HTTP/1.1\r\n\r\n",
                    i % 3 == 0   ? "/v1/status"
                    : i % 3 == 1 ? "/v1/articles/fake:3"
                                 : "/v1/nowhere");
    CHECK(client_send(fd, text.data));
    CHECK(searches_running(1));
    fake_release(true);
    struct reply reply = client_read(fd);
    CHECK(strstr(reply.body, "\"total\":20"));
    reply_free(&reply);
    for (int i = 0; i < REQUESTS; i++) {
        reply = client_read(fd);
        CHECK_MSG(strstr(reply.body, i % 3 == 0   ? "uptime_s"
                                     : i % 3 == 1 ? "fake:3"
                                                  : "NOTFOUND"),
                  "%d: %u %s", i, reply.status, reply.body);
        reply_free(&reply);
    }
    strbuf_release(&text);
    close(fd);
    daemon_stop(&daemon_);
}

TEST(a_close_is_a_close)
{
    begin();
    static const char *const rows[] = {
        "GET /v1/count?q=a HTTP/1.0\r\n\r\nGET /v1/status HTTP/1.0\r\n\r\n",
        "GET /v1/count?q=a HTTP/1.1\r\nConnection: close\r\n\r\nrubbish",
    };
    for (size_t i = 0; i < 2; i++) {
        int fd = client_connect(&daemon_);
        CHECK(client_send(fd, rows[i]));
        struct reply reply = client_read(fd);
        CHECK_EQ(reply.status, 200);
        CHECK(!reply.keep_alive);
        reply_free(&reply);
        char byte;
        CHECK(read(fd, &byte, 1) <= 0);
        close(fd);
    }
    daemon_stop(&daemon_);
}

/* Page by page, every article once. */
TEST(a_cursor_goes_on_where_the_page_ended)
{
    begin();
    char target[2000] = "/v1/search?q=istanbul&limit=3&snippets=0";
    int expected = 1, pages = 0;
    for (bool more = true; more; pages++) {
        struct reply reply = daemon_get(&daemon_, target);
        CHECK_EQ(reply.status, 200);
        for (const char *at = reply.body; (at = strstr(at, "\"key\":\"fake:"));
             at++)
            CHECK_EQ(strtol(at + 12, NULL, 10), expected++);
        const char *cursor = strstr(reply.body, "\"cursor\":\"");
        more = cursor;
        if (more)
            snprintf(target, sizeof target,
                     "/v1/search?q=istanbul&limit=3&snippets=0&cursor=%.*s",
                     (int)strcspn(cursor + 10, "\""), cursor + 10);
        reply_free(&reply);
    }
    CHECK_EQ(pages, 7);
    CHECK_EQ(expected, 21);

    /* The same cursor: for another query, and in another generation. */
    char *q = strstr(target, "istanbul");
    memcpy(q, "instabul", 8);
    struct reply reply = daemon_get(&daemon_, target);
    CHECK_MSG(reply.status == 400 && strstr(reply.body, "another query"), "%s",
              reply.body);
    reply_free(&reply);
    memcpy(q, "istanbul", 8);
    fake_commit(daemon_.dir, 2, 30);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2"));
    reply = daemon_get(&daemon_, target);
    CHECK_MSG(reply.status == 410 && strstr(reply.body, "\"code\":\"GONE\"") &&
                  strstr(reply.body, "\"query\":\"istanbul\""),
              "%s", reply.body);
    reply_free(&reply);
    daemon_stop(&daemon_);
}

TEST(few_articles_bring_relaxations_with_counts)
{
    begin();
    struct reply reply =
        daemon_get(&daemon_, "/v1/search?q=%22istanbul+draft+2022%22");
    CHECK_MSG(strstr(reply.body, "\"total\":0"), "%s", reply.body);
    CHECK_MSG(
        strstr(reply.body,
               "~6\",\"what\":\"at most 6 other words between, in any order"
               "\",\"total\":2}"),
        "%s", reply.body);
    reply_free(&reply);
    /* Nothing is offered that finds no more. */
    reply = daemon_get(&daemon_, "/v1/search?q=few");
    CHECK_MSG(strstr(reply.body, "\"relaxations\":[]"), "%s", reply.body);
    reply_free(&reply);
    static const char *const without[] = {"/v1/search?q=%22a+b%22&relax=0",
                                          "/v1/search?q=%22a+b%22&count=no",
                                          "/v1/search?q=istanbul"};
    for (size_t i = 0; i < 3; i++) {
        reply = daemon_get(&daemon_, without[i]);
        CHECK_EQ(reply.status, 200);
        CHECK_MSG(!strstr(reply.body, "relaxations"), "%s", reply.body);
        reply_free(&reply);
    }
    daemon_stop(&daemon_);
}

TEST(a_new_generation_is_adopted_by_itself_and_on_reload)
{
    begin();
    fake_commit(daemon_.dir, 2, 25);
    CHECK(daemon_says(&daemon_, "/v1/status",
                      "\"generation\":2,\"articles\":25"));

    /* Asked and answered on one connection: the next request sees it. */
    int fd = client_connect(&daemon_);
    fake_commit(daemon_.dir, 3, 26);
    CHECK(client_send(fd,
                      "POST /v1/reload HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
                      "GET /v1/count?q=a HTTP/1.1\r\n\r\n"
                      "POST /v1/reload HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
    struct reply reply = client_read(fd);
    CHECK_MSG(strstr(reply.body, "{\"generation\":3,\"changed\":"), "%s",
              reply.body);
    reply_free(&reply);
    reply = client_read(fd);
    CHECK_MSG(strstr(reply.body, "\"total\":26"), "%s", reply.body);
    reply_free(&reply);
    reply = client_read(fd);
    CHECK_TEXT(reply.body, "{\"generation\":3,\"changed\":false}");
    reply_free(&reply);

    fake_break(daemon_.dir);
    CHECK(client_send(fd,
                      "POST /v1/reload HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
    reply = client_read(fd);
    CHECK_MSG(reply.status == 500 && strstr(reply.body, "CORRUPT"), "%s",
              reply.body);
    reply_free(&reply);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"ok\":false"));
    CHECK(daemon_says(&daemon_, "/v1/count?q=a", "\"total\":26"));
    fake_commit(daemon_.dir, 4, 27);
    CHECK(daemon_says(&daemon_, "/v1/count?q=a", "\"total\":27"));
    close(fd);
    daemon_stop(&daemon_);
}

/* Asked while an older one is being opened: it is not that one that answers. */
TEST(a_reload_gives_what_was_there_when_it_was_asked)
{
    static const char reload[] =
        "POST /v1/reload HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
    begin();
    int first = client_connect(&daemon_), second = client_connect(&daemon_);
    fake_hold_open(true);
    fake_commit(daemon_.dir, 2, 30);
    CHECK(client_send(first, reload));
    for (int i = 0; i < 5000 && fake_counts().opening == 0; i++)
        usleep(1000);
    fake_commit(daemon_.dir, 3, 40);
    CHECK(client_send(second, reload));
    CHECK(daemon_says(&daemon_, "/metrics", "dateline_requests_running 2\n"));
    CHECK(daemon_says(&daemon_, "/v1/count?q=a", "\"total\":20")); /* goes on */
    fake_hold_open(false);
    struct reply reply = client_read(first);
    CHECK_TEXT(reply.body, "{\"generation\":2,\"changed\":true}");
    reply_free(&reply);
    reply = client_read(second);
    CHECK_TEXT(reply.body, "{\"generation\":3,\"changed\":true}");
    reply_free(&reply);
    close(first);
    close(second);
    daemon_stop(&daemon_);
}

/* Old snapshots are closed although nobody asks anything. */
TEST(an_idle_daemon_lets_go_of_the_old_generation)
{
    begin();
    for (int i = 0; i < 20; i++) { /* each worker gets a searcher */
        struct reply reply = daemon_get(&daemon_, "/v1/count?q=a");
        reply_free(&reply);
    }
    fake_commit(daemon_.dir, 2, 25);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2"));
    for (int i = 0; i < 1000 && fake_counts().snapshots > 1; i++)
        usleep(1000);
    CHECK_EQ(fake_counts().snapshots, 1);
    CHECK_EQ(fake_counts().searchers, 0);
    daemon_stop(&daemon_);
}

TEST(pages_of_other_sites_are_kept_out_of_the_port)
{
    static const struct {
        const char *headers;
        unsigned status;
    } rows[] = {
        {"Host: localhost:%u\r\n", 200},
        {"Host: 127.0.0.1:%u\r\n", 200},
        {"Host: [::1]:%u\r\n", 200},
        {"Host: LOCALHOST:%u\r\nOrigin: http://localhost:%u\r\n", 200},
        {"", 403},
        {"Host: evil.example:%u\r\n", 403},
        {"Host: localhost.evil.example:%u\r\n", 403},
        {"Host: localhost\r\n", 403},
        {"Host: localhost:%u\r\nHost: localhost:%u\r\n", 403},
        {"Host: localhost:%u\r\nOrigin: http://evil.example\r\n", 403},
        {"Host: localhost:%u\r\nOrigin: null\r\n", 403},
        {"Host: localhost:%u\r\nOrigin:\r\n", 403},
        {"Host: localhost:%u\r\nOrigin: https://localhost:%u\r\n", 403},
    };
    daemon_prepare(&daemon_);
    daemon_.options.listen = "127.0.0.1:0";
    daemon_start(&daemon_);
    unsigned port = server_port(daemon_.server);
    CHECK(port > 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char headers[300], request[400];
        int fd = client_connect_tcp(port);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(headers, sizeof headers, rows[i].headers, port, port);
#pragma GCC diagnostic pop
        snprintf(request, sizeof request, "GET /v1/status HTTP/1.1\r\n%s\r\n",
                 headers);
        CHECK(client_send(fd, request));
        struct reply reply = client_read(fd);
        CHECK_MSG(reply.status == rows[i].status, "%s: %u %s", rows[i].headers,
                  reply.status, reply.body);
        reply_free(&reply);
        close(fd);
    }
    daemon_stop(&daemon_);
}

TEST(a_second_daemon_is_told_so)
{
    begin();
    struct stat st;
    CHECK_EQ(stat(daemon_.socket, &st), 0);
    CHECK_EQ(st.st_mode & 07777, 0660);
    struct server *second;
    struct err err;
    CHECK_EQ(server_new(&daemon_.options, &second, &err), ERR_LOCKED);
    CHECK(strstr(err.text, "already running"));
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":1"));
    daemon_stop(&daemon_);
}

TEST(without_an_index_there_is_no_daemon)
{
    daemon_prepare(&daemon_);
    daemon_.options.index_dir = "/nonexistent";
    struct server *server;
    struct err err;
    CHECK(server_new(&daemon_.options, &server, &err) != 0);
    CHECK_MSG(strstr(err.text, "/nonexistent"), "%s", err.text);
    CHECK(access(daemon_.socket, F_OK) < 0);
    fake_index_remove(daemon_.dir);
}

RUN(T(every_endpoint_answers), T(what_makes_no_sense_gets_a_json_error),
    T(a_head_gets_no_body), T(bodies_come_in_chunks_and_after_a_continue),
    T(a_pipeline_is_answered_in_order), T(a_close_is_a_close),
    T(a_cursor_goes_on_where_the_page_ended),
    T(few_articles_bring_relaxations_with_counts),
    T(a_new_generation_is_adopted_by_itself_and_on_reload),
    T(a_reload_gives_what_was_there_when_it_was_asked),
    T(an_idle_daemon_lets_go_of_the_old_generation),
    T(pages_of_other_sites_are_kept_out_of_the_port),
    T(a_second_daemon_is_told_so), T(without_an_index_there_is_no_daemon))
