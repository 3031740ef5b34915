/* Streaming replies and their clients: slow, gone, many, old-fashioned. */
#include "queryd/daemon.h"

#include "base/cancel.h"
#include "base/err.h"
#include "check.h"
#include "queryd/stream.h"
#include "wire/http.h"

#include <sys/socket.h>
#include <unistd.h>

enum {
    MANY = 4000, /* articles: more than a megabyte, far more than all buffers */
    LINE_BYTES = 350, /* at least, of each */
};

static struct daemon daemon_;

static void begin(uint64_t articles)
{
    daemon_prepare(&daemon_);
    fake_commit(daemon_.dir, 1, articles);
    daemon_.options.workers = 3;
    daemon_start(&daemon_);
}

static int ask(const char *target)
{
    char request[500];
    int fd = client_connect(&daemon_);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n\r\n", target);
    CHECK(client_send(fd, request));
    return fd;
}

/* What /metrics says of `name`. */
static long long metric(const char *name)
{
    char line[100];
    struct reply reply = daemon_get(&daemon_, "/metrics");
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(reply.body, line);
    CHECK_MSG(at, "no %s", name);
    long long value = atoll(at + strlen(line));
    reply_free(&reply);
    return value;
}

static void wait_for(const char *name, long long value)
{
    uint64_t end = clock_ns() + UINT64_C(10000000000);
    while (metric(name) != value && clock_ns() < end)
        usleep(2000);
    CHECK_EQ(metric(name), value);
}

/* A whole body, read in large pieces; the last one of its connection. */
struct body {
    unsigned status;
    bool whole, keep_alive, chunked;
    char type[64];
    struct strbuf text;
};

static void on_message(void *context, const struct http_message *message)
{
    struct body *body = context;
    struct slice type = http_header(message, "Content-Type");
    body->status = message->status;
    body->whole = true;
    body->keep_alive = message->keep_alive;
    body->chunked = http_header_times(message, "Transfer-Encoding") > 0;
    snprintf(body->type, sizeof body->type, "%.*s", SLICE_ARG(type));
    strbuf_add_slice(&body->text, message->body);
}

static struct body read_body(int fd)
{
    uint8_t bytes[64 << 10];
    struct body body = {0};
    struct err err = {0};
    struct http_parser *parser =
        http_parser_new(HTTP_RESPONSES, 64 << 20, on_message, &body);
    strbuf_init(&body.text, 64 << 20);
    ssize_t n = 1;
    while (!body.whole && n > 0) {
        n = recv(fd, bytes, sizeof bytes, 0);
        if (n > 0)
            CHECK_OK(http_parser_feed(parser, (struct slice){bytes, (size_t)n},
                                      &err),
                     err);
    }
    if (!body.whole && n == 0)
        (void)http_parser_finish(parser, &err);
    http_parser_free(parser);
    return body;
}

static size_t count_lines(const struct body *body)
{
    size_t lines = 0;
    for (size_t i = 0; i < body->text.len; i++)
        lines += body->text.data[i] == '\n';
    return lines;
}

/* The last line of a JSON Lines body. */
static const char *last_line(const struct body *body)
{
    CHECK(body->text.len > 0);
    CHECK_EQ(body->text.data[body->text.len - 1], '\n');
    const char *at = body->text.data + body->text.len - 1;
    while (at > body->text.data && at[-1] != '\n')
        at--;
    return at;
}

/* Head, lines, end. */
static void check_whole(const struct body *body, size_t lines)
{
    char end[64];
    CHECK(body->whole);
    CHECK_EQ(body->status, 200);
    CHECK_EQ(count_lines(body), lines + 2);
    CHECK_MSG(strncmp(body->text.data, "{\"generation\":1,\"query\":{", 24) ==
                  0,
              "%.100s", body->text.data);
    snprintf(end, sizeof end,
             "{\"done\":true,\"lines\":%zu,\"took_us\":", lines);
    CHECK_MSG(strncmp(last_line(body), end, strlen(end)) == 0, "%s",
              last_line(body));
}

TEST(a_stream_comes_in_chunks_and_the_connection_stays)
{
    begin(50);
    int fd = ask("/v1/export?q=istanbul");
    struct body body = read_body(fd);
    check_whole(&body, 50);
    CHECK(body.chunked && body.keep_alive);
    CHECK_TEXT(body.type, "application/x-ndjson");
    strbuf_release(&body.text);
    CHECK(client_send(fd, "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    struct reply reply = client_read(fd);
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
    close(fd);
    daemon_stop(&daemon_);
}

TEST(requests_behind_a_stream_wait_for_its_end)
{
    begin(44);
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd,
                      "GET /v1/count?q=few HTTP/1.1\r\n\r\n"
                      "GET /v1/export?q=istanbul HTTP/1.1\r\n\r\n"
                      "GET /v1/kwic?q=istanbul HTTP/1.1\r\n\r\n"
                      "GET /v1/export?q=nothing&format=trec HTTP/1.1\r\n\r\n"
                      "GET /v1/kwic?q=unsupported HTTP/1.1\r\n\r\n"
                      "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    static const struct {
        unsigned status;
        const char *part;
    } rows[] = {{200, "\"total\":2"},
                {200, "{\"done\":true,\"lines\":44,"},
                {200, "{\"done\":true,\"lines\":132,"},
                {200, ""},
                {501, "UNSUPPORTED"},
                {200, "\"total\":44"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = client_read(fd);
        CHECK_EQ(reply.status, rows[i].status);
        CHECK_MSG(strstr(reply.body, rows[i].part), "%zu: %s", i, reply.body);
        CHECK(reply.keep_alive);
        reply_free(&reply);
    }
    close(fd);
    daemon_stop(&daemon_);
}

TEST(a_reader_that_stops_costs_two_buffers_and_gets_all_in_the_end)
{
    begin(MANY);
    int fd = ask("/v1/export?q=istanbul");
    wait_for("dateline_streams_running", 1);
    /* It comes to a stand: what the socket took, and what waits. */
    long long sent = -1;
    for (int i = 0; i < 100 && metric("dateline_stream_bytes_total") != sent;
         i++) {
        sent = metric("dateline_stream_bytes_total");
        usleep(300000);
    }
    CHECK_EQ(metric("dateline_stream_bytes_total"), sent);
    CHECK_MSG(sent < 3 * STREAM_BUFFER + 300000, "%lld", sent);
    CHECK_EQ(metric("dateline_streams_running"), 1);
    struct reply reply = daemon_get(&daemon_, "/v1/count?q=a");
    CHECK_EQ(reply.status, 200); /* others are served */
    reply_free(&reply);

    struct body body = read_body(fd);
    check_whole(&body, MANY);
    CHECK(body.text.len > MANY * LINE_BYTES);
    long long peak = metric("dateline_stream_buffer_max_bytes");
    CHECK_MSG(peak <= STREAM_BUFFER && peak > STREAM_BUFFER / 2, "%lld", peak);
    wait_for("dateline_streams_running", 0);
    CHECK(metric("dateline_stream_bytes_total") >= (long long)body.text.len);
    strbuf_release(&body.text);
    close(fd);
    daemon_stop(&daemon_);
}

TEST(a_reader_that_goes_away_stops_the_visit)
{
    begin(MANY);
    for (int i = 0; i < 4; i++) {
        char bytes[5000];
        int before = fake_counts().cancelled;
        int fd = ask(i % 2 ? "/v1/kwic?q=istanbul&sort=index"
                           : "/v1/export?q=istanbul&format=csv");
        if (i < 2) /* blocked by a full buffer, or working */
            wait_for("dateline_streams_running", 1);
        CHECK(recv(fd, bytes, sizeof bytes, 0) > 0);
        close(fd);
        wait_for("dateline_streams_running", 0);
        CHECK(searches_running(0));
        CHECK_EQ(fake_counts().cancelled, before + 1);
    }
    daemon_stop(&daemon_);
}

TEST(a_deadline_in_the_middle_is_told_or_seen)
{
    begin(MANY);
    /* JSON Lines say it, and are whole for HTTP. */
    int fd = ask("/v1/export?q=istanbul&deadline_ms=400");
    wait_for("dateline_deadline_total", 1);
    CHECK_EQ(metric("dateline_streams_running"), 0);
    CHECK_EQ(metric("dateline_streams_cut_total"), 1);
    struct body body = read_body(fd);
    CHECK(body.whole && body.keep_alive);
    CHECK_MSG(strncmp(last_line(&body), "{\"error\":{\"code\":\"DEADLINE\",",
                      28) == 0,
              "%s", last_line(&body));
    /* It stopped in the one line that no buffer holds. */
    CHECK_MSG(strncmp(last_line(&body) - 3, "xx\n", 3) == 0, "%.40s",
              last_line(&body) - 40);
    strbuf_release(&body.text);
    CHECK(client_send(fd, "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    struct reply reply = client_read(fd);
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
    close(fd);

    /* Other lines are there or not there. */
    fd = ask("/v1/kwic?q=istanbul&sort=index&deadline_ms=400");
    wait_for("dateline_deadline_total", 2);
    body = read_body(fd);
    CHECK(strncmp(last_line(&body) - 3, "]}\n", 3) == 0);
    CHECK(strstr(last_line(&body), "DEADLINE"));
    strbuf_release(&body.text);
    close(fd);

    /* CSV cannot say it: no last chunk, and the connection is closed. */
    fd = ask("/v1/export?q=istanbul&format=csv&deadline_ms=400");
    wait_for("dateline_deadline_total", 3);
    body = read_body(fd);
    CHECK(!body.whole);
    strbuf_release(&body.text);
    close(fd);

    /* Before the first line it is a status. */
    fd = ask("/v1/kwic?q=slow&deadline_ms=50");
    reply = client_read(fd);
    CHECK_EQ(reply.status, 504);
    reply_free(&reply);
    close(fd);
    daemon_stop(&daemon_);
}

TEST(what_fails_in_the_middle_is_told_or_seen)
{
    begin(400);
    int fd = ask("/v1/export?q=late");
    struct body body = read_body(fd);
    CHECK(body.whole && body.keep_alive);
    CHECK_EQ(count_lines(&body), 1 + 200 + 1);
    CHECK_TEXT(last_line(&body),
               "{\"error\":{\"code\":\"IO\",\"message\":\"the "
               "disk is gone\"}}\n");
    strbuf_release(&body.text);
    close(fd);
    fd = ask("/v1/export?q=late&format=csv");
    body = read_body(fd);
    CHECK(!body.whole);
    CHECK_EQ(body.text.len, 0);
    strbuf_release(&body.text);
    close(fd);
    /* Sorted: it fails before the first line. */
    struct reply reply = daemon_get(&daemon_, "/v1/kwic?q=late");
    CHECK_EQ(reply.status, 500);
    reply_free(&reply);
    daemon_stop(&daemon_);
}

TEST(http_1_0_gets_no_chunks_and_a_close)
{
    begin(300);
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "GET /v1/export?q=istanbul HTTP/1.0\r\n"
                          "Connection: keep-alive\r\n\r\n"
                          "GET /v1/status HTTP/1.0\r\n\r\n"));
    struct body body = read_body(fd);
    check_whole(&body, 300);
    CHECK(!body.chunked && !body.keep_alive);
    strbuf_release(&body.text);
    CHECK(client_sees_end(fd));
    close(fd);
    daemon_stop(&daemon_);
}

struct reader {
    pthread_t thread;
    size_t lines;
    bool good;
};

static void *read_slowly(void *arg)
{
    struct reader *reader = arg;
    int fd = ask("/v1/export?q=istanbul");
    usleep(20000);
    struct body body = read_body(fd);
    reader->good = body.whole && body.status == 200;
    reader->lines = count_lines(&body);
    strbuf_release(&body.text);
    close(fd);
    return NULL;
}

TEST(many_streams_leave_a_worker_for_the_others)
{
    enum { READERS = 8, ARTICLES = 800 };
    static struct reader readers[READERS];
    begin(ARTICLES);
    for (int i = 0; i < READERS; i++)
        CHECK_EQ(
            pthread_create(&readers[i].thread, NULL, read_slowly, &readers[i]),
            0);
    for (int i = 0; i < 20; i++) {
        CHECK(metric("dateline_streams_running") <= 2);
        struct reply reply = daemon_get(&daemon_, "/v1/count?q=a");
        CHECK_EQ(reply.status, 200);
        reply_free(&reply);
    }
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        CHECK(readers[i].good);
        CHECK_EQ(readers[i].lines, ARTICLES + 2);
    }
    daemon_stop(&daemon_);
}

TEST(streams_wait_in_half_of_the_queue)
{
    daemon_prepare(&daemon_);
    fake_commit(daemon_.dir, 1, MANY);
    daemon_.options.workers = 2;
    daemon_.options.queue_limit = 4;
    daemon_start(&daemon_);
    int fd[4];
    fd[0] = ask("/v1/export?q=istanbul"); /* runs, unread */
    wait_for("dateline_streams_running", 1);
    for (int i = 1; i < 3; i++) {
        fd[i] = ask("/v1/export?q=istanbul&limit=5");
        wait_for("dateline_queue_length", i);
    }
    fd[3] = ask("/v1/export?q=istanbul");
    struct reply reply = client_read(fd[3]);
    CHECK_EQ(reply.status, 503);
    reply_free(&reply);
    reply = daemon_get(&daemon_, "/v1/count?q=a"); /* passes them */
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
    close(fd[2]); /* one that waits may leave */
    wait_for("dateline_queue_length", 1);
    CHECK_EQ(metric("dateline_streams_running"), 1);
    close(fd[0]); /* and when the first one leaves, the next one runs */
    struct body body = read_body(fd[1]);
    check_whole(&body, 5);
    strbuf_release(&body.text);
    close(fd[1]);
    close(fd[3]);
    daemon_stop(&daemon_);
}

TEST(a_reload_does_not_touch_a_stream)
{
    begin(MANY);
    int fd = ask("/v1/kwic?q=istanbul&sort=index");
    wait_for("dateline_streams_running", 1);
    fake_commit(daemon_.dir, 2, 7);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"generation\":2,"));
    struct reply reply = daemon_get(&daemon_, "/v1/export?q=istanbul");
    CHECK_MSG(strstr(reply.body, "{\"done\":true,\"lines\":7,"), "%s",
              reply.body);
    reply_free(&reply);
    struct body body = read_body(fd);
    check_whole(&body, MANY * 3);
    strbuf_release(&body.text);
    close(fd);
    for (int i = 0; i < 2000 && fake_counts().snapshots > 1; i++)
        usleep(1000);
    CHECK_EQ(fake_counts().snapshots, 1); /* the old one is let go */
    daemon_stop(&daemon_);
}

/* The grace is for those who read; the others are cut off. */
TEST(a_stop_ends_streams_in_time)
{
    for (int i = 0; i < 3; i++) {
        daemon_prepare(&daemon_);
        fake_commit(daemon_.dir, 1, MANY);
        daemon_.options.grace_ms = i == 0 ? 5000 : 100;
        daemon_start(&daemon_);
        int fd = ask("/v1/export?q=istanbul");
        wait_for("dateline_streams_running", 1);
        if (i == 2)
            usleep(100000);
        server_stop(daemon_.server);
        if (i == 0) {
            struct body body = read_body(fd);
            check_whole(&body, MANY);
            strbuf_release(&body.text);
            CHECK(client_sees_end(fd));
        }
        uint64_t start = clock_ns();
        daemon_stop(&daemon_);
        CHECK((clock_ns() - start) / 1000000 < 3000);
        struct body body = read_body(fd);
        CHECK(!body.whole);
        strbuf_release(&body.text);
        close(fd);
    }
}

RUN(T(a_stream_comes_in_chunks_and_the_connection_stays),
    T(requests_behind_a_stream_wait_for_its_end),
    T(a_reader_that_stops_costs_two_buffers_and_gets_all_in_the_end),
    T(a_reader_that_goes_away_stops_the_visit),
    T(a_deadline_in_the_middle_is_told_or_seen),
    T(what_fails_in_the_middle_is_told_or_seen),
    T(http_1_0_gets_no_chunks_and_a_close),
    T(many_streams_leave_a_worker_for_the_others),
    T(streams_wait_in_half_of_the_queue), T(a_reload_does_not_touch_a_stream),
    T(a_stop_ends_streams_in_time))
