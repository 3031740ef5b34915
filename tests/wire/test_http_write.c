/* Responses in chunks: the bytes, and read back by our own parser in any pieces. */
#include "wire/http.h"

#include "base/err.h"
#include "check.h"

TEST(the_head_says_how_the_body_ends)
{
    static const struct {
        bool chunked, stays;
        const char *want;
    } rows[] = {
        {true, true,
         "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
         "Transfer-Encoding: chunked\r\n\r\n"},
        {true, false,
         "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
         "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"},
        /* without chunks only the end of the connection ends it */
        {false, true,
         "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
         "Connection: close\r\n\r\n"},
        {false, false,
         "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
         "Connection: close\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        http_write_stream_head(&out, 200, "text/csv", rows[i].chunked,
                               rows[i].stays);
        CHECK_TEXT(out.data, rows[i].want);
        strbuf_release(&out);
    }
}

TEST(a_chunk_has_its_length_in_front_and_an_empty_one_is_none)
{
    struct strbuf out;
    strbuf_init(&out, 1000);
    http_write_chunk(&out, SLICE("hello\r\n"));
    http_write_chunk(&out, SLICE(""));
    http_write_chunk(&out, SLICE("0123456789abcdefghijk"));
    http_write_last_chunk(&out);
    CHECK_TEXT(out.data, "7\r\nhello\r\n\r\n15\r\n0123456789abcdefghijk\r\n"
                         "0\r\n\r\n");
    strbuf_release(&out);
}

struct seen {
    struct strbuf body;
    int messages;
};

static void on_message(void *context, const struct http_message *message)
{
    struct seen *seen = context;
    seen->messages++;
    CHECK_EQ(message->status, 200);
    CHECK(message->keep_alive && message->chunks);
    strbuf_add_slice(&seen->body, message->body);
}

TEST(what_is_written_is_read_whatever_the_pieces)
{
    uint64_t seed = 11;
    for (int round = 0; round < 500; round++) {
        struct strbuf out, body;
        struct seen seen = {0};
        struct err err = {0};
        strbuf_init(&out, 1 << 20);
        strbuf_init(&body, 1 << 20);
        strbuf_init(&seen.body, 1 << 20);
        http_write_stream_head(&out, 200, "text/plain", true, true);
        for (uint32_t n = rng_below(&seed, 20); n > 0; n--) {
            uint8_t bytes[300];
            struct slice chunk = {bytes, rng_below(&seed, sizeof bytes)};
            for (size_t i = 0; i < chunk.len; i++)
                bytes[i] = (uint8_t) "\r\n0a;: "[rng_below(&seed, 7)];
            strbuf_add_slice(&body, chunk);
            http_write_chunk(&out, chunk);
        }
        http_write_last_chunk(&out);
        struct http_parser *parser =
            http_parser_new(HTTP_RESPONSES, 1 << 20, on_message, &seen);
        struct slice rest = strbuf_slice(&out);
        while (rest.len > 0) {
            CHECK_EQ(seen.messages, 0);
            size_t n = 1 + rng_below(&seed, 400);
            n = n < rest.len ? n : rest.len;
            CHECK_OK(http_parser_feed(parser, slice_part(rest, 0, n), &err),
                     err);
            rest = slice_part(rest, n, rest.len);
        }
        CHECK_EQ(seen.messages, 1);
        CHECK_SLICE(strbuf_slice(&seen.body), strbuf_slice(&body));
        http_parser_free(parser);
        strbuf_release(&out);
        strbuf_release(&body);
        strbuf_release(&seen.body);
    }
}

RUN(T(the_head_says_how_the_body_ends),
    T(a_chunk_has_its_length_in_front_and_an_empty_one_is_none),
    T(what_is_written_is_read_whatever_the_pieces))
