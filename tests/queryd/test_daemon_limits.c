/* Clients that are slow, silent, greedy or gone. */
#include "queryd/daemon.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "check.h"

#include <sys/socket.h>
#include <unistd.h>

static struct daemon daemon_;

static void begin(void)
{
    daemon_prepare(&daemon_);
    daemon_start(&daemon_);
}

static void check_alive(void)
{
    struct reply reply = daemon_get(&daemon_, "/v1/count?q=a");
    CHECK_EQ(reply.status, 200);
    reply_free(&reply);
}

TEST(half_a_request_and_nothing_at_all_time_out)
{
    daemon_prepare(&daemon_);
    daemon_.options.idle_ms = 300;
    daemon_.options.request_ms = 100;
    daemon_start(&daemon_);
    uint64_t start = clock_ns();
    int half = client_connect(&daemon_), body = client_connect(&daemon_),
        silent = client_connect(&daemon_), drops = client_connect(&daemon_);
    CHECK(client_send(half, "GET /v1/status HTTP/1.1\r\nHo"));
    CHECK(client_send(body,
                      "POST /v1/count HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"));

    /* A byte now and then is no whole request either. */
    struct reply reply = {0};
    for (int i = 0; i < 30; i++) {
        (void)client_send(drops, i == 0 ? "GET /" : "a");
        usleep(10000);
    }
    reply = client_read(drops);
    CHECK_EQ(reply.status, 408);
    reply_free(&reply);

    const int both[] = {half, body};
    for (size_t i = 0; i < 2; i++) {
        reply = client_read(both[i]);
        CHECK_EQ(reply.status, 408);
        CHECK(strstr(reply.body, "TIMEOUT"));
        reply_free(&reply);
        CHECK(client_sees_end(both[i]));
    }
    CHECK(client_sees_end(silent));
    uint64_t ms = (clock_ns() - start) / 1000000;
    CHECK_MSG(ms >= 300 && ms < 4000, "%llu ms", (unsigned long long)ms);
    close(half);
    close(body);
    close(silent);
    close(drops);
    check_alive();
    daemon_stop(&daemon_);
}

TEST(half_a_request_and_an_end_is_told_so)
{
    begin();
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "GET /v1/status HTTP/1.1\r\nHo"));
    shutdown(fd, SHUT_WR);
    struct reply reply = client_read(fd);
    CHECK_EQ(reply.status, 400);
    CHECK(strstr(reply.body, "middle of a message"));
    reply_free(&reply);
    close(fd);
    fd = client_connect(&daemon_);
    close(fd);
    check_alive();
    daemon_stop(&daemon_);
}

TEST(too_long_is_413_or_431_also_while_the_client_still_sends)
{
    begin();
    static const struct {
        const char *start, *again;
        unsigned status;
    } rows[] = {
        {"GET /v1/search?q=", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 431},
        {"GET / HTTP/1.1\r\n", "Abcdefghi: jklmnopqrstuvwxyz\r\n", 431},
        {"POST /v1/search HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 413},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf text;
        strbuf_init(&text, 4 << 20);
        strbuf_add_text(&text, rows[i].start);
        while (text.len < 2500000)
            strbuf_add_text(&text, rows[i].again);
        int fd = client_connect(&daemon_);
        (void)client_send(fd, text.data);
        struct reply reply = client_read(fd);
        CHECK_MSG(reply.status == rows[i].status, "row %zu: %u", i,
                  reply.status);
        CHECK(strstr(reply.body, "LIMIT"));
        reply_free(&reply);
        close(fd);
        strbuf_release(&text);
    }
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    strbuf_addf(&text, "POST /v1/search HTTP/1.1\r\nContent-Length: %d\r\n\r\n",
                LIMIT_QUERY_BYTES + 9);
    strbuf_add_text(&text, "{\"q\":\"");
    for (int i = 0; i < LIMIT_QUERY_BYTES + 1; i++)
        strbuf_add_char(&text, 'a');
    strbuf_add_text(&text, "\"}");
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, text.data));
    struct reply reply = client_read(fd);
    CHECK_MSG(reply.status == 422, "%u %s", reply.status, reply.body);
    reply_free(&reply);
    close(fd);
    strbuf_release(&text);
    daemon_stop(&daemon_);
}

TEST(a_full_queue_is_503_and_passes)
{
    daemon_prepare(&daemon_);
    daemon_.options.queue_limit = 3;
    daemon_start(&daemon_);
    int fd[6];
    for (int i = 0; i < 6; i++)
        fd[i] = client_connect(&daemon_);
    for (int i = 0; i < 2; i++)
        CHECK(client_send(fd[i], "GET /v1/count?q=block HTTP/1.1\r\n\r\n"));
    CHECK(searches_running(2));
    for (int i = 2; i < 5; i++)
        CHECK(client_send(fd[i], "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    CHECK(daemon_says(&daemon_, "/v1/status", "\"queue\":3"));

    CHECK(client_send(fd[5], "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    struct reply reply = client_read(fd[5]);
    CHECK_EQ(reply.status, 503);
    CHECK_MSG(strstr(reply.body, "BUSY") && reply.keep_alive, "%s", reply.body);
    reply_free(&reply);

    /* One that waits goes away: its place is free at once. */
    close(fd[4]);
    CHECK(daemon_says(&daemon_, "/v1/status", "\"queue\":2"));
    CHECK(client_send(fd[5], "GET /v1/count?q=a HTTP/1.1\r\n\r\n"));
    fake_release(true);
    for (int i = 0; i < 6; i++) {
        if (i == 4)
            continue;
        reply = client_read(fd[i]);
        CHECK_EQ(reply.status, 200);
        reply_free(&reply);
        close(fd[i]);
    }
    CHECK(
        daemon_says(&daemon_, "/metrics", "dateline_rejected_busy_total 1\n"));
    daemon_stop(&daemon_);
}

TEST(a_deadline_counts_the_time_in_the_queue)
{
    begin();
    int fd[3];
    for (int i = 0; i < 3; i++)
        fd[i] = client_connect(&daemon_);
    for (int i = 0; i < 2; i++)
        CHECK(client_send(fd[i], "GET /v1/count?q=block HTTP/1.1\r\n\r\n"));
    CHECK(searches_running(2));
    CHECK(client_send(fd[2],
                      "GET /v1/count?q=a&deadline_ms=50 HTTP/1.1\r\n\r\n"));
    usleep(100000);
    fake_release(true);
    struct reply reply = client_read(fd[2]);
    CHECK_MSG(reply.status == 504 && strstr(reply.body, "50 ms"), "%s",
              reply.body);
    reply_free(&reply);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    daemon_stop(&daemon_);
}

TEST(who_goes_away_cancels_what_runs)
{
    begin();
    int before = fake_counts().cancelled;
    int fd = client_connect(&daemon_);
    CHECK(client_send(fd, "GET /v1/search?q=block HTTP/1.1\r\n\r\n"
                          "GET /v1/search?q=block HTTP/1.1\r\n\r\n"));
    CHECK(searches_running(1));
    close(fd);
    CHECK(searches_running(0));
    CHECK_EQ(fake_counts().cancelled, before + 1); /* the second never began */

    fd = client_connect(&daemon_); /* closing one side only is the same */
    CHECK(client_send(fd, "GET /v1/search?q=block HTTP/1.1\r\n\r\n"));
    CHECK(searches_running(1));
    shutdown(fd, SHUT_WR);
    CHECK(searches_running(0));
    CHECK_EQ(fake_counts().cancelled, before + 2);
    CHECK(client_sees_end(fd));
    close(fd);
    CHECK(daemon_says(&daemon_, "/metrics", "dateline_cancelled_total 2\n"));
    daemon_stop(&daemon_);
}

/* Sends requests without reading: the daemon stops reading, too, long before it has
 * taken all of them; when the client reads, every reply is there. */
TEST(a_client_that_does_not_read_is_not_read_either)
{
    begin();
    /* Answered on the loop, and at length: nothing else slows the daemon down. */
    static const char request[] = "GET /metrics HTTP/1.1\r\n\r\n";
    enum { ENOUGH = 64 << 20 };
    int fd = client_connect(&daemon_);
    size_t sent = 0, at = 0;
    int quiet = 0;
    while (quiet < 20 && sent < ENOUGH) {
        ssize_t n = send(fd, request + at, sizeof request - 1 - at,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            sent += (size_t)n;
            at = (at + (size_t)n) % (sizeof request - 1);
            quiet = 0;
        } else {
            usleep(10000);
            quiet++;
        }
    }
    CHECK_MSG(sent < ENOUGH / 16, "%zu bytes went in", sent);
    check_alive();
    /* The last one may be cut; the others are answered. */
    for (size_t i = 0; i < sent / (sizeof request - 1); i++) {
        struct reply reply = client_read(fd);
        CHECK_MSG(reply.status == 200, "reply %zu: %u", i, reply.status);
        reply_free(&reply);
    }
    close(fd);
    daemon_stop(&daemon_);
}

TEST(too_many_connections_are_told_so)
{
    daemon_prepare(&daemon_);
    daemon_.options.connection_limit = 4;
    daemon_start(&daemon_);
    int fd[5];
    for (int i = 0; i < 5; i++) {
        fd[i] = client_connect(&daemon_);
        CHECK(client_send(fd[i], "GET /v1/status HTTP/1.1\r\n\r\n"));
        struct reply reply = client_read(fd[i]);
        CHECK_MSG(reply.status == (i < 4 ? 200 : 503), "%d: %u", i,
                  reply.status);
        reply_free(&reply);
    }
    CHECK(client_sees_end(fd[4]));
    CHECK(client_send(fd[0], "GET /metrics HTTP/1.1\r\n\r\n"));
    struct reply metrics = client_read(fd[0]);
    CHECK(strstr(metrics.body, "dateline_connections_refused_total 1\n"));
    reply_free(&metrics);
    for (int i = 0; i < 5; i++)
        close(fd[i]);
    daemon_stop(&daemon_);
}

RUN(T(half_a_request_and_nothing_at_all_time_out),
    T(half_a_request_and_an_end_is_told_so),
    T(too_long_is_413_or_431_also_while_the_client_still_sends),
    T(a_full_queue_is_503_and_passes),
    T(a_deadline_counts_the_time_in_the_queue),
    T(who_goes_away_cancels_what_runs),
    T(a_client_that_does_not_read_is_not_read_either),
    T(too_many_connections_are_told_so))
