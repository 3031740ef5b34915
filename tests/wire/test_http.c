#include "wire/http.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "check.h"

/* What a parser saw, as text: one line a message, and how it ended. */
struct trace {
    struct strbuf text;
    struct http_parser *parser;
    size_t messages, pause_every;
};

static void on_message(void *context, const struct http_message *m)
{
    struct trace *t = context;
    if (m->status)
        strbuf_addf(&t->text, "%u", m->status);
    strbuf_add_slice(&t->text, m->method);
    strbuf_add_char(&t->text, ' ');
    strbuf_add_slice(&t->text, m->target);
    for (size_t i = 0; i < m->header_count; i++) {
        strbuf_addf(&t->text, " %.*s=", SLICE_ARG(m->header[i].name));
        strbuf_add_slice(&t->text, m->header[i].value);
    }
    strbuf_addf(&t->text, " <%.*s>%s\n", SLICE_ARG(m->body),
                m->keep_alive ? "" : " close");
    t->messages++;
    if (t->pause_every && t->messages % t->pause_every == 0)
        http_parser_pause(t->parser);
}

static int feed_copy(struct trace *t, const uint8_t *data, size_t len,
                     struct err *err)
{
    /* In exactly its size, so that a read past the end is seen. */
    uint8_t *copy = malloc(len + !len);
    memcpy(copy, data, len);
    int rc = http_parser_feed(t->parser, (struct slice){copy, len}, err);
    memset(copy, 'X', len); /* nothing may borrow from what was fed */
    free(copy);
    while (rc == 0 && http_parser_paused(t->parser))
        rc = http_parser_resume(t->parser, err);
    return rc;
}

/* Feed `in` in pieces: 0 whole, 1.. of that size, SIZE_MAX random by `seed`. */
static void run(struct slice in, enum http_kind kind, size_t piece,
                uint64_t seed, size_t pause_every, struct trace *t)
{
    *t = (struct trace){.pause_every = pause_every};
    strbuf_init(&t->text, 1 << 22);
    t->parser = http_parser_new(kind, 1000, on_message, t);
    CHECK(t->parser);
    struct err err = {0};
    int rc = 0;
    for (size_t at = 0; at < in.len && rc == 0;) {
        size_t len = piece == 0          ? in.len
                     : piece == SIZE_MAX ? 1 + rng_below(&seed, 20)
                                         : piece;
        if (len > in.len - at)
            len = in.len - at;
        rc = feed_copy(t, in.data + at, len, &err);
        at += len;
    }
    if (rc == 0)
        rc = http_parser_finish(t->parser, &err);
    strbuf_add_text(&t->text, err_name(rc));
    CHECK(rc == 0 || err.text[0]);
    http_parser_free(t->parser);
}

static const struct {
    const char *what;
    struct slice in;
    const char *want;
} requests[] = {
    {"nothing", {NULL, 0}, "OK"},
    {"a plain one", SLICE("GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"),
     "GET /v1/status Host=a <>\nOK"},
    {"no header", SLICE("GET / HTTP/1.1\r\n\r\n"), "GET / <>\nOK"},
    {"empty lines before", SLICE("\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
     "GET / <>\nOK"},
    {"blanks around a value", SLICE("GET / HTTP/1.1\r\nA:  b c \r\n\r\n"),
     "GET / A=b c <>\nOK"},
    {"an empty value between others",
     SLICE("GET / HTTP/1.1\r\nA: 1\r\nB:\r\nC: 3\r\n\r\n"),
     "GET / A=1 B= C=3 <>\nOK"},
    {"three in a row",
     SLICE(
         "GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
         "xyGET /c HTTP/1.1\r\n\r\n"),
     "GET /a <>\nPOST /b Content-Length=2 <xy>\nGET /c <>\nOK"},
    {"close ends it, whatever follows",
     SLICE(
         "GET /a HTTP/1.1\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\n\r\n"),
     "GET /a Connection=close <> close\nOK"},
    {"HTTP/1.0 closes", SLICE("GET /a HTTP/1.0\r\n\r\n\x01\x02"),
     "GET /a <> close\nOK"},
    {"HTTP/1.0 that asks to stay",
     SLICE("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
     "GET /a Connection=keep-alive <>\nOK"},
    {"chunks are put together, trailers dropped",
     SLICE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"),
     "POST / Transfer-Encoding=chunked <abcde>\nOK"},
    {"raw UTF-8 in the target", SLICE("GET /\xd0\x9a HTTP/1.1\r\n\r\n"),
     "GET /\xd0\x9a <>\nOK"},
    {"any method that HTTP knows", SLICE("DELETE / HTTP/1.1\r\n\r\n"),
     "DELETE / <>\nOK"},

    {"half a request", SLICE("GET / HTTP/1.1\r\nHost:"), "INVALID"},
    {"half a body", SLICE("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"),
     "INVALID"},
    {"half a body, chunked",
     SLICE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
     "INVALID"},
    {"rubbish", SLICE("hello\r\n\r\n"), "INVALID"},
    {"zeros", SLICE("\0\0\0\0\0\0\0\0"), "INVALID"},
    {"a TLS handshake", SLICE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc"),
     "INVALID"},
    {"HTTP/2", SLICE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "UNSUPPORTED"},
    {"a version to come", SLICE("GET / HTTP/3.7\r\n\r\n"), "INVALID"},
    {"HTTP/2.0 in a request line", SLICE("GET / HTTP/2.0\r\n\r\n"),
     "UNSUPPORTED"},
    {"HTTP/0.9", SLICE("GET / HTTP/0.9\r\n\r\n"), "UNSUPPORTED"},
    {"an upgrade",
     SLICE("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
     "UNSUPPORTED"},
    {"CONNECT", SLICE("CONNECT a:1 HTTP/1.1\r\n\r\n"), "UNSUPPORTED"},
    {"no such method", SLICE("FETCH / HTTP/1.1\r\n\r\n"), "INVALID"},
    {"a length that is none",
     SLICE("POST / HTTP/1.1\r\nContent-Length: 2x\r\n\r\nab"), "INVALID"},
    {"a negative length",
     SLICE("POST / HTTP/1.1\r\nContent-Length: -2\r\n\r\nab"), "INVALID"},
    {"a length past 64 bits",
     SLICE("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"),
     "INVALID"},
    {"two lengths",
     SLICE(
         "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
     "INVALID"},
    {"length and chunks: smuggling",
     SLICE("POST / HTTP/1.1\r\nContent-Length: 1\r\n"
           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     "INVALID"},
    {"chunks and length: smuggling",
     SLICE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
           "Content-Length: 1\r\n\r\n0\r\n\r\n"),
     "INVALID"},
    {"an encoding behind chunked: smuggling",
     SLICE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n"),
     "INVALID"},
    {"a chunk size that is none",
     SLICE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
     "INVALID"},
    {"a blank in a header's name", SLICE("GET / HTTP/1.1\r\nA b: c\r\n\r\n"),
     "INVALID"},
    {"a NUL in a value", SLICE("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"), "INVALID"},
};

static const struct {
    const char *what;
    struct slice in;
    const char *want;
} responses[] = {
    {"with a length",
     SLICE("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 404 Not "
           "Found\r\nContent-Length: 0\r\n\r\n"),
     "200  Content-Length=2 <{}>\n404  Content-Length=0 <>\nOK"},
    {"until the end", SLICE("HTTP/1.1 200 OK\r\n\r\nall of it"),
     "200  <all of it> close\nOK"},
    {"cut off", SLICE("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"),
     "INVALID"},
};

TEST(a_message_is_the_same_however_it_arrives)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        for (size_t round = 0; round < 60; round++) {
            size_t piece = round < 30 ? round : SIZE_MAX;
            struct trace t;
            run(requests[i].in, HTTP_REQUESTS, piece, round + 1, round % 4, &t);
            CHECK_MSG(strcmp(t.text.data, requests[i].want) == 0,
                      "%s, round %zu: %s", requests[i].what, round,
                      t.text.data);
            strbuf_release(&t.text);
        }
    }
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        for (size_t piece = 0; piece < 30; piece++) {
            struct trace t;
            run(responses[i].in, HTTP_RESPONSES, piece, 1, 0, &t);
            CHECK_MSG(strcmp(t.text.data, responses[i].want) == 0,
                      "%s, pieces of %zu: %s", responses[i].what, piece,
                      t.text.data);
            strbuf_release(&t.text);
        }
    }
}

/* Two halves, cut at every byte. */
TEST(a_cut_may_fall_anywhere)
{
    struct slice in =
        SLICE("POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
              "{\"q\"}GET /v1/count?q=a HTTP/1.1\r\nAccept: */*\r\n\r\n"
              "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
              "4\r\nwxyz\r\n0\r\n\r\n");
    struct trace whole;
    run(in, HTTP_REQUESTS, 0, 1, 0, &whole);
    CHECK_EQ(whole.messages, 3);
    for (size_t cut = 1; cut < in.len; cut++) {
        struct trace t = {0};
        struct err err = {0};
        strbuf_init(&t.text, 1 << 20);
        t.parser = http_parser_new(HTTP_REQUESTS, 1000, on_message, &t);
        CHECK_OK(feed_copy(&t, in.data, cut, &err), err);
        CHECK_OK(feed_copy(&t, in.data + cut, in.len - cut, &err), err);
        CHECK_OK(http_parser_finish(t.parser, &err), err);
        strbuf_add_text(&t.text, "OK");
        CHECK_TEXT(t.text.data, whole.text.data);
        http_parser_free(t.parser);
        strbuf_release(&t.text);
    }
    strbuf_release(&whole.text);
}

/* Bytes changed at random: any end is good but a crash, and it is the same end for
 * every way of cutting. */
TEST(damaged_messages_end_the_same_way_whole_or_in_pieces)
{
    uint64_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        uint8_t bytes[600];
        size_t len = 0;
        for (int n = 0; n < 3; n++) {
            struct slice in =
                requests[rng_below(&seed, sizeof requests / sizeof *requests)]
                    .in;
            if (in.len > sizeof bytes - len || in.len == 0)
                continue;
            memcpy(bytes + len, in.data, in.len);
            len += in.len;
        }
        for (uint32_t n = rng_below(&seed, 4); n > 0 && len > 0; n--)
            bytes[rng_below(&seed, (uint32_t)len)] =
                (uint8_t)rng_below(&seed, 256);
        struct slice in = {bytes, len};
        struct trace a, b;
        run(in, HTTP_REQUESTS, 0, 1, 0, &a);
        run(in, HTTP_REQUESTS, SIZE_MAX, seed, rng_below(&seed, 3), &b);
        CHECK_MSG(strcmp(a.text.data, b.text.data) == 0,
                  "round %d: %s\n-- in pieces --\n%s", round, a.text.data,
                  b.text.data);
        strbuf_release(&a.text);
        strbuf_release(&b.text);
    }
}

static int feed_repeated(const char *start, const char *again, size_t times,
                         bool *in_body, struct err *err)
{
    struct trace t = {0};
    strbuf_init(&t.text, 1 << 22);
    t.parser = http_parser_new(HTTP_REQUESTS, 1000, on_message, &t);
    int rc = http_parser_feed(t.parser, slice_of(start), err);
    for (size_t i = 0; i < times && rc == 0; i++)
        rc = http_parser_feed(t.parser, slice_of(again), err);
    *in_body = http_parser_in_body(t.parser);
    http_parser_free(t.parser);
    strbuf_release(&t.text);
    return rc;
}

TEST(what_never_ends_is_refused)
{
    static const struct {
        const char *what, *start, *again;
        bool in_body;
    } rows[] = {
        {"a target", "GET /", "aaaaaaaaaaaaaaaa", false},
        {"a header's name", "GET / HTTP/1.1\r\n", "aaaaaaaaaaaaaaaa", false},
        {"a value", "GET / HTTP/1.1\r\na: ", "aaaaaaaaaaaaaaaa", false},
        {"blanks before a value", "GET / HTTP/1.1\r\na: ", "                ",
         false},
        {"headers", "GET / HTTP/1.1\r\n", "a: b\r\n", false},
        {"a body", "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
         "aaaaaaaaaaaaaaaa", true},
        {"chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "1\r\na\r\n", true},
        {"the name of a chunk's extension",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a",
         "aaaaaaaaaaaaaaaa", true},
        {"trailers",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
         "a: b\r\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        bool in_body;
        int rc =
            feed_repeated(rows[i].start, rows[i].again, 100000, &in_body, &err);
        CHECK_MSG(rc == ERR_LIMIT && in_body == rows[i].in_body, "%s: %s, %s",
                  rows[i].what, err_name(rc), err.text);
    }
}

TEST(too_much_is_refused_when_it_is_announced)
{
    static const struct {
        const char *what, *start;
        int rc;
    } rows[] = {
        {"a body that fits", "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n",
         ERR_OK},
        {"a body", "POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
         ERR_LIMIT},
        {"a body that waits to be sent",
         "POST / HTTP/1.1\r\nExpect: 100-continue\r\n"
         "Content-Length: 1000000000000\r\n\r\n",
         ERR_LIMIT},
        {"a chunk that fits",
         "POST / HTTP/1.1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n1\r\na\r\n3e7\r\n",
         ERR_OK},
        {"a chunk",
         "POST / HTTP/1.1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n1\r\na\r\n3e8\r\n",
         ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        bool in_body;
        int rc = feed_repeated(rows[i].start, "", 0, &in_body, &err);
        CHECK_MSG(rc == rows[i].rc && in_body, "%s: %s, %s", rows[i].what,
                  err_name(rc), err.text);
    }
}

TEST(the_limits_are_exact)
{
    for (size_t over = 0; over < 2; over++) {
        struct strbuf text;
        strbuf_init(&text, 1 << 20);
        strbuf_add_text(&text, "GET /");
        for (size_t i = 4; i < LIMIT_HTTP_HEADER_BYTES + over; i++)
            strbuf_add_char(&text, 'a');
        strbuf_add_text(&text, " HTTP/1.1\r\n\r\n");
        struct trace t;
        run(strbuf_slice(&text), HTTP_REQUESTS, 1000, 1, 0, &t);
        CHECK_EQ(t.messages, !over);
        strbuf_release(&t.text);

        strbuf_reset(&text);
        strbuf_addf(&text, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n",
                    1000 + over);
        for (size_t i = 0; i < 1000 + over; i++)
            strbuf_add_char(&text, 'a');
        run(strbuf_slice(&text), HTTP_REQUESTS, 100, 1, 0, &t);
        CHECK_EQ(t.messages, !over);
        strbuf_release(&t.text);
        strbuf_release(&text);
    }
}

TEST(a_pause_holds_back_everything_behind_it)
{
    struct trace t = {.pause_every = 2};
    struct err err = {0};
    strbuf_init(&t.text, 1 << 20);
    t.parser = http_parser_new(HTTP_REQUESTS, 1000, on_message, &t);
    struct slice in = SLICE("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"
                            "GET /3 HTTP/1.1\r\n\r\nGET /4 HTTP/1.1\r\n\r\n"
                            "GET /5 HTTP/1.1\r\n");
    CHECK_OK(http_parser_feed(t.parser, in, &err), err);
    CHECK_EQ(t.messages, 2);
    CHECK(http_parser_paused(t.parser));
    CHECK_OK(http_parser_resume(t.parser, &err), err);
    CHECK_EQ(t.messages, 4);
    CHECK(http_parser_paused(t.parser));
    CHECK_OK(http_parser_resume(t.parser, &err), err);
    CHECK_EQ(t.messages, 4);
    CHECK(!http_parser_paused(t.parser));
    CHECK(http_parser_in_message(t.parser));
    CHECK_OK(http_parser_feed(t.parser, SLICE("\r\n"), &err), err);
    CHECK_EQ(t.messages, 5);
    http_parser_free(t.parser);
    strbuf_release(&t.text);
}

TEST(an_expected_continue_is_told_once)
{
    struct trace t = {0};
    struct err err = {0};
    strbuf_init(&t.text, 1 << 20);
    t.parser = http_parser_new(HTTP_REQUESTS, 1000, on_message, &t);
    struct slice head = SLICE("POST / HTTP/1.1\r\nExpect: 100-Continue\r\n"
                              "Content-Length: 2\r\n\r\n");
    for (int round = 0; round < 2; round++) {
        CHECK_OK(http_parser_feed(t.parser, head, &err), err);
        CHECK(http_parser_wants_continue(t.parser));
        CHECK(!http_parser_wants_continue(t.parser));
        CHECK_OK(http_parser_feed(t.parser, SLICE("ab"), &err), err);
        CHECK(!http_parser_wants_continue(t.parser));
    }
    /* A sender that did not wait is not told. */
    CHECK_OK(http_parser_feed(t.parser, head, &err), err);
    CHECK_OK(http_parser_feed(t.parser, SLICE("a"), &err), err);
    CHECK(!http_parser_wants_continue(t.parser));
    http_parser_free(t.parser);
    strbuf_release(&t.text);
}

TEST(no_memory_is_told_as_such)
{
    struct slice in =
        SLICE("POST /v1/search HTTP/1.1\r\nHost: x\r\n"
              "Content-Length: 5\r\n\r\n{\"q\"}GET / HTTP/1.1\r\n");
    int rc = ERR_NOMEM;
    for (long n = 0; rc == ERR_NOMEM; n++) {
        CHECK(n < 50);
        struct trace t = {.pause_every = 1};
        struct err err = {0};
        strbuf_init(&t.text, 1 << 20);
        strbuf_add(&t.text, "", 1); /* the test's own memory comes first */
        mem_fail_after(n);
        t.parser = http_parser_new(HTTP_REQUESTS, 1000, on_message, &t);
        rc = t.parser ? http_parser_feed(t.parser, in, &err) : ERR_NOMEM;
        if (rc == 0)
            rc = http_parser_resume(t.parser, &err);
        mem_fail_after(-1);
        http_parser_free(t.parser);
        strbuf_release(&t.text);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%s", err_name(rc));
    }
}

TEST(headers_are_found_without_case)
{
    struct http_header header[] = {{SLICE("Host"), SLICE("a")},
                                   {SLICE("X"), SLICE("")},
                                   {SLICE("hOST"), SLICE("b")}};
    struct http_message m = {.header = header, .header_count = 3};
    CHECK_SLICE(http_header(&m, "HOST"), SLICE("a"));
    CHECK_EQ(http_header_times(&m, "host"), 2);
    CHECK_EQ(http_header(&m, "hos").len, 0);
    CHECK_EQ(http_header_times(&m, "hosts"), 0);
}

TEST(what_is_written_can_be_read)
{
    struct strbuf s;
    struct trace t;
    strbuf_init(&s, 1 << 20);
    http_write_request(&s, "GET", "/v1/status", (struct slice){0});
    http_write_request(&s, "GET", "/v1/search", SLICE("{}"));
    http_write_request(&s, "POST", "/v1/reload", (struct slice){0});
    run(strbuf_slice(&s), HTTP_REQUESTS, 0, 1, 0, &t);
    CHECK_TEXT(t.text.data,
               "GET /v1/status Host=localhost <>\n"
               "POST /v1/search Host=localhost Content-Type=application/json "
               "Content-Length=2 <{}>\n"
               "POST /v1/reload Host=localhost Content-Length=0 <>\nOK");
    strbuf_release(&t.text);

    strbuf_reset(&s);
    http_write_response(&s, 200, "application/json", true, SLICE("{}"));
    http_write_response_with(&s, 405, "text/plain", "Allow: GET\r\n", false,
                             SLICE("x"));
    run(strbuf_slice(&s), HTTP_RESPONSES, 0, 1, 0, &t);
    CHECK_TEXT(t.text.data,
               "200  Content-Type=application/json Content-Length=2 <{}>\n"
               "405  Content-Type=text/plain Content-Length=1 Allow=GET "
               "Connection=close <x> close\nOK");
    strbuf_release(&t.text);
    strbuf_release(&s);
}

/* --- bodies as they come --- */

struct body_trace {
    struct strbuf text; /* each body, then its message */
    size_t pieces, stop_after;
};

static bool on_body(void *context, unsigned status, struct slice bytes)
{
    struct body_trace *t = context;
    CHECK(bytes.len > 0);
    if (t->pieces++ == 0)
        strbuf_addf(&t->text, "%u:", status);
    strbuf_add_slice(&t->text, bytes);
    return t->pieces != t->stop_after;
}

static void on_body_end(void *context, const struct http_message *m)
{
    struct body_trace *t = context;
    CHECK_EQ(m->body.len, 0);
    strbuf_addf(&t->text, "|%u\n", m->status);
    t->pieces = 0;
}

static int feed_bodies(struct slice in, size_t piece, struct body_trace *t,
                       struct err *err)
{
    struct http_parser *parser =
        http_parser_new(HTTP_RESPONSES, 10, on_body_end, t);
    CHECK(parser);
    http_parser_on_body(parser, on_body);
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < in.len; at += piece) {
        size_t end = at + piece < in.len ? at + piece : in.len;
        rc = http_parser_feed(parser, slice_part(in, at, end), err);
    }
    if (rc == 0)
        rc = http_parser_finish(parser, err);
    http_parser_free(parser);
    return rc;
}

TEST(bodies_are_passed_on_as_they_come)
{
    static const struct {
        struct slice in;
        const char *want;
    } rows[] = {
        {SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
               "HTTP/1.1 404 No\r\nContent-Length: 12\r\n\r\nabcdefghijkl"),
         "200:abc0123456789abcdef|200\n404:abcdefghijkl|404\nOK"},
        {SLICE("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "|200\nOK"},
        {SLICE("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end"),
         "200:to the end|200\nOK"},
        {SLICE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\nabc\r\n0\r\n"),
         "200:abcINVALID"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t piece = 1; piece < 120; piece++) {
            struct body_trace t = {0};
            struct err err = {0};
            strbuf_init(&t.text, 1 << 20);
            int rc = feed_bodies(rows[i].in, piece, &t, &err);
            strbuf_add_text(&t.text, err_name(rc));
            CHECK_TEXT(t.text.data, rows[i].want);
            strbuf_release(&t.text);
        }
}

TEST(who_has_enough_of_a_body_ends_it)
{
    struct body_trace t = {.stop_after = 2};
    struct err err = {0};
    strbuf_init(&t.text, 1 << 20);
    int rc = feed_bodies(SLICE("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                               "123456789"),
                         1, &t, &err);
    CHECK_EQ(rc, ERR_CANCELLED);
    CHECK_TEXT(t.text.data, "200:12");
    strbuf_release(&t.text);
}

TEST(a_body_that_is_passed_on_has_no_limit)
{
    enum { BODY = 3 << 20 };
    for (int whole = 0; whole < 2; whole++) {
        struct body_trace t = {0};
        struct err err = {0};
        struct strbuf in;
        strbuf_init(&in, BODY * 2);
        strbuf_init(&t.text, BODY * 2);
        strbuf_addf(&in, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY);
        for (size_t i = 0; i < BODY; i++)
            strbuf_add_char(&in, 'x');
        CHECK_OK(
            feed_bodies(strbuf_slice(&in), whole ? in.len : 1000, &t, &err),
            err);
        CHECK_EQ(t.text.len, sizeof "200:|200\n" - 1 + BODY);
        strbuf_release(&t.text);
        strbuf_release(&in);
    }
}

RUN(T(a_message_is_the_same_however_it_arrives), T(a_cut_may_fall_anywhere),
    T(damaged_messages_end_the_same_way_whole_or_in_pieces),
    T(what_never_ends_is_refused), T(too_much_is_refused_when_it_is_announced),
    T(the_limits_are_exact), T(a_pause_holds_back_everything_behind_it),
    T(an_expected_continue_is_told_once), T(no_memory_is_told_as_such),
    T(headers_are_found_without_case), T(what_is_written_can_be_read),
    T(bodies_are_passed_on_as_they_come), T(who_has_enough_of_a_body_ends_it),
    T(a_body_that_is_passed_on_has_no_limit))
