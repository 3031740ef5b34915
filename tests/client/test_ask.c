#include "client/ask.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/mem.h"
#include "client/request.h"
#include "client/unreachable.h"
#include "fake_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>

static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";

/* One question on a connection of its own. */
static int ask_once(const char *path, struct slice bytes, uint32_t timeout_ms,
                    struct answer *answer, struct err *err)
{
    struct connection connection;
    connection_init(&connection, path);
    int rc = connection_ask(&connection, bytes, timeout_ms, NULL, answer, err);
    connection_release(&connection);
    return rc;
}

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

TEST(a_whole_answer_arrives_however_it_is_cut)
{
    static const struct {
        const char *bytes, *body;
        unsigned status;
        bool hold;
    } rows[] = {
        {HEAD "Content-Length: 2\r\n\r\n{}", "{}", 200, false},
        {HEAD "Content-Length: 2\r\n\r\n{}", "{}", 200, true},
        {HEAD "Content-Length: 0\r\n\r\n", "", 200, true},
        {HEAD "Connection: close\r\n\r\n{\"a\":1}", "{\"a\":1}", 200, false},
        {HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
         "{}", 200, true},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", "x", 404,
         true},
        /* only the first of two answers counts, and no rubbish behind it */
        {HEAD "Content-Length: 2\r\n\r\n{}" HEAD "Content-Length: 2\r\n\r\n[]",
         "{}", 200, true},
        {HEAD "Content-Length: 2\r\n\r\n{}\x01\x02", "{}", 200, true},
    };
    const size_t pieces[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 3; j++) {
            struct err err = {0};
            struct answer answer;
            struct fake_daemon fake = {.answer = slice_of(rows[i].bytes),
                                       .piece = pieces[j],
                                       .hold = rows[i].hold};
            fake_start(&fake);
            int rc =
                ask_once(fake.path, slice_of(request), 5000, &answer, &err);
            fake_stop(&fake);
            CHECK_MSG(rc == 0, "row %zu: %s", i, err.text);
            CHECK_EQ(answer.status, rows[i].status);
            CHECK_TEXT(answer.body.data, rows[i].body);
            CHECK_TEXT(fake.got, request);
            answer_release(&answer);
        }
}

TEST(a_connection_is_kept_unless_it_is_spoilt)
{
    static const struct {
        const char *first;
        int connections;
    } rows[] = {
        {HEAD "Content-Length: 2\r\n\r\n{}", 1},
        {HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1},
        {HEAD "Content-Length: 2\r\nConnection: close\r\n\r\n{}", 2},
        {HEAD "Content-Length: 2\r\n\r\n{}" HEAD "Content-Length: 2\r\n\r\n[]",
         2},
        {HEAD "Content-Length: 2\r\n\r\n{}rubbish", 2},
    };
    static const struct slice second = SLICE(HEAD "Content-Length: 3\r\n\r\n"
                                                  "{ }");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct answer answer;
        struct connection connection;
        struct fake_daemon fake = {.answer = slice_of(rows[i].first),
                                   .more = &second,
                                   .more_count = 1,
                                   .per_connection =
                                       rows[i].connections == 2 ? 1 : 0,
                                   .hold = true};
        fake_start(&fake);
        connection_init(&connection, fake.path);
        for (int round = 0; round < 2; round++) {
            int rc = connection_ask(&connection, slice_of(request), 5000, NULL,
                                    &answer, &err);
            CHECK_MSG(rc == 0, "row %zu: %s", i, err.text);
            CHECK_TEXT(answer.body.data, round ? "{ }" : "{}");
            answer_release(&answer);
        }
        connection_release(&connection);
        fake_stop(&fake);
        CHECK_EQ(fake.connections, rows[i].connections);
    }
}

TEST(a_bad_answer_is_an_error_with_a_sentence)
{
    static const struct {
        const char *bytes;
        bool hold, deaf;
        int rc;
        const char *text;
    } rows[] = {
        {"", false, false, ERR_IO, "closed the connection without an answer"},
        {"", false, true, ERR_IO, "closed the connection without an answer"},
        {"", true, false, ERR_DEADLINE, "did not answer within 0.2 s"},
        {"HTTP/1.1 200 OK\r\nConte", false, false, ERR_IO, "broke off"},
        {HEAD "Content-Length: 9\r\n\r\n{}", false, false, ERR_IO, "broke off"},
        {HEAD "Content-Length: 9\r\n\r\n{}", true, false, ERR_DEADLINE,
         "did not answer within 0.2 s"},
        {HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n{}", false, false, ERR_IO,
         "broke off"},
        {"SSH-2.0-OpenSSH_9.2\r\n", true, false, ERR_INVALID, "cannot be read"},
        {"\x01\x02\x03\x04", true, false, ERR_INVALID, "cannot be read"},
        {HEAD "Content-Length: -1\r\n\r\n", true, false, ERR_INVALID,
         "cannot be read"},
        {HEAD "Content-Length: 999999999999\r\n\r\n{", true, false, ERR_LIMIT,
         "too long"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct answer answer;
        struct fake_daemon fake = {.answer = slice_of(rows[i].bytes),
                                   .hold = rows[i].hold,
                                   .deaf = rows[i].deaf};
        fake_start(&fake);
        int rc = ask_once(fake.path, slice_of(request), 200, &answer, &err);
        fake_stop(&fake);
        CHECK_MSG(rc == rows[i].rc, "row %zu: %s: %s", i, err_name(rc),
                  err.text);
        CHECK_MSG(strstr(err.text, rows[i].text), "row %zu: %s", i, err.text);
        CHECK_MSG(strstr(err.text, fake.path), "row %zu: %s", i, err.text);
        answer_release(&answer);
    }
}

TEST(a_refusal_of_a_half_read_request_is_heard)
{
    enum { LARGE = 4 << 20 };
    char *large = malloc(LARGE);
    CHECK(large);
    memset(large, 'x', LARGE);
    struct err err = {0};
    struct answer answer;
    struct fake_daemon fake = {
        .answer = SLICE("HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\n{}"),
        .deaf = true};
    fake_start(&fake);
    int rc = ask_once(fake.path, (struct slice){(uint8_t *)large, LARGE}, 5000,
                      &answer, &err);
    fake_stop(&fake);
    CHECK_OK(rc, err);
    CHECK_EQ(answer.status, 413);
    answer_release(&answer);
    free(large);
}

TEST(a_daemon_that_does_not_read_is_not_waited_for_forever)
{
    /* The listener's queue is full: connect() itself has to wait. */
    struct answer answer;
    struct err err = {0};
    char dir[] = "/tmp/test_client.XXXXXX", path[60];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fds[8], listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    memcpy(address.sun_path, path, strlen(path) + 1);
    CHECK_EQ(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_EQ(listen(listener, 1), 0);
    for (int i = 0; i < 8; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fds[i], (struct sockaddr *)&address, sizeof address);
    }
    uint64_t before = clock_ns();
    CHECK_EQ(ask_once(path, slice_of(request), 200, &answer, &err),
             ERR_DEADLINE);
    uint64_t waited_ms = (clock_ns() - before) / 1000000;
    CHECK_MSG(waited_ms >= 190 && waited_ms < 5000, "%d ms", (int)waited_ms);
    answer_release(&answer);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    close(listener);
    CHECK_EQ(tree_remove(dir, NULL), 0);
}

/* What ask() says about a path nobody listens at. */
static void check_unreachable(const char *path, int code, const char *text)
{
    struct err err = {0};
    struct answer answer;
    CHECK_EQ(ask_once(path, slice_of(request), 1000, &answer, &err), code);
    CHECK_MSG(strstr(err.text, text) && strstr(err.text, path), "%s", err.text);
    answer_release(&answer);
}

TEST(without_a_daemon_the_user_is_helped)
{
    char dir[] = "/tmp/test_client.XXXXXX", path[60], below[80];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    check_unreachable(path, ERR_NOTFOUND, "no daemon is running: there is no ");
    check_unreachable(path, ERR_NOTFOUND,
                      "start one:     dateline-queryd --index DIR --socket ");

    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    memcpy(address.sun_path, path, strlen(path) + 1);
    CHECK_EQ(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* the file stays, as after a crash */
    check_unreachable(path, ERR_NOTFOUND, "the socket is a leftover");
    CHECK_EQ(unlink(path), 0);

    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    CHECK(fd >= 0);
    close(fd);
    check_unreachable(path, ERR_IO, "is no socket");
    snprintf(below, sizeof below, "%s/below", path);
    check_unreachable(below, ERR_NOTFOUND, "there is no ");

    char too_long[200];
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    check_unreachable(too_long, ERR_INVALID, "too long");
    CHECK_EQ(tree_remove(dir, NULL), 0);
}

TEST(who_is_kept_out_learns_which_group_is_let_in)
{
    /* Not through connect(): root is never kept out. */
    struct err err = {0};
    char dir[] = "/tmp/test_client.XXXXXX", want[200];
    CHECK(mkdtemp(dir));
    const struct group *group = getgrgid(getegid());
    if (group)
        snprintf(want, sizeof want, "members of the group %s\n",
                 group->gr_name);
    else
        snprintf(want, sizeof want, "members of the group %lu\n",
                 (unsigned long)getegid());
    CHECK_EQ(unreachable(dir, EACCES, &err), ERR_IO);
    CHECK_MSG(strstr(err.text, want) && strstr(err.text, dir), "%s", err.text);
    CHECK_EQ(tree_remove(dir, NULL), 0);
    CHECK_EQ(unreachable(dir, EACCES, &err), ERR_IO);
    CHECK_MSG(strstr(err.text, "a folder above it is closed"), "%s", err.text);
    CHECK_EQ(unreachable(dir, EMFILE, &err), ERR_IO);
    CHECK_MSG(strstr(err.text, "Too many open files"), "%s", err.text);
}

TEST(without_memory_asking_fails_cleanly)
{
    int rc = ERR_NOMEM;
    for (long n = 0; rc; n++) {
        struct err err = {0};
        struct answer answer;
        struct fake_daemon fake = {
            .answer =
                SLICE(HEAD "Content-Length: 100\r\n\r\n"
                           "0123456789012345678901234567890123456789012345"
                           "6789012345678901234567890123456789012345678901"
                           "23456789"),
            .hold = true};
        CHECK(n < 40);
        fake_start(&fake);
        mem_fail_after(n); /* of this thread alone */
        rc = ask_once(fake.path, slice_of(request), 5000, &answer, &err);
        mem_fail_after(-1);
        fake_stop(&fake);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%s: %s", err_name(rc), err.text);
        answer_release(&answer);
    }
}

TEST(long_requests_are_posted)
{
    static const char tail[] = "a \"b\" ш";
    const size_t lengths[] = {0, 1, 1900, 2100, 500000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct request r = {.path = "/v1/search"};
        struct strbuf out, query, want;
        strbuf_init(&out, 1 << 20);
        strbuf_init(&query, 1 << 20);
        strbuf_init(&want, 1 << 20);
        for (size_t j = 0; j < lengths[i]; j++)
            strbuf_add_char(&query, 'x');
        strbuf_add_text(&query, tail);
        request_text(&r, "q", query.data);
        request_number(&r, "limit", -3);
        request_write(&r, &out);
        CHECK(!out.failed);
        if (lengths[i] < 2000)
            strbuf_addf(&want,
                        "GET /v1/search?q=%.*sa%%20%%22b%%22%%20%%D1%%88"
                        "&limit=-3 HTTP/1.1\r\n",
                        (int)lengths[i], query.data);
        else
            strbuf_add_text(&want, "POST /v1/search HTTP/1.1\r\n");
        CHECK_MSG(strncmp(out.data, want.data, want.len) == 0, "%.2500s",
                  out.data);
        strbuf_reset(&want);
        strbuf_addf(&want, "{\"q\":\"%.*sa \\\"b\\\" ш\",\"limit\":-3}",
                    (int)lengths[i], query.data);
        if (lengths[i] >= 2000)
            CHECK_TEXT(strstr(out.data, "\r\n\r\n") + 4, want.data);
        strbuf_release(&want);
        strbuf_release(&query);
        strbuf_release(&out);
    }
}

TEST(a_request_without_parameters_or_memory)
{
    struct request r = {.path = "/v1/status"};
    bool failed = true;
    for (long n = 0; failed; n++) {
        struct strbuf out;
        CHECK(n < 20);
        strbuf_init(&out, 1 << 20);
        mem_fail_after(n);
        request_write(&r, &out);
        mem_fail_after(-1);
        failed = out.failed;
        if (!failed)
            CHECK(strncmp(out.data, "GET /v1/status HTTP/1.1\r\n", 25) == 0);
        strbuf_release(&out);
    }
}

RUN(T(a_whole_answer_arrives_however_it_is_cut),
    T(a_connection_is_kept_unless_it_is_spoilt),
    T(a_bad_answer_is_an_error_with_a_sentence),
    T(a_refusal_of_a_half_read_request_is_heard),
    T(a_daemon_that_does_not_read_is_not_waited_for_forever),
    T(without_a_daemon_the_user_is_helped),
    T(who_is_kept_out_learns_which_group_is_let_in),
    T(without_memory_asking_fails_cleanly), T(long_requests_are_posted),
    T(a_request_without_parameters_or_memory))
