/* http.h - HTTP/1.1 messages from bytes and to bytes; no sockets here.
 *
 * The parser is fed whatever arrived and calls back once for each whole message, so
 * that keep-alive and pipelining need nothing else. Limits are those of
 * base/limits.h. llhttp does the parsing; only http.c knows it.
 */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/strbuf.h"

struct err;

enum http_kind { HTTP_REQUESTS, HTTP_RESPONSES };

struct http_header {
    struct slice name, value;
};

/* Lives during the callback. */
struct http_message {
    struct slice method; /* requests: "GET" */
    struct slice target; /* requests: as sent, "/v1/search?q=a" */
    unsigned status;     /* responses */
    struct http_header *header;
    size_t header_count;
    struct slice body; /* chunks already put together */
    bool keep_alive;   /* false: nothing that follows is looked at */
    bool chunks;       /* HTTP/1.1: who sent it reads a chunked message, too */
};

/* Empty slice when there is none; names are compared without case. */
struct slice http_header(const struct http_message *message, const char *name);
size_t http_header_times(const struct http_message *message, const char *name);

struct http_parser;
typedef void (*http_on_message)(void *context, const struct http_message *);

/* NULL when out of memory. */
struct http_parser *http_parser_new(enum http_kind kind, size_t body_limit,
                                    http_on_message on_message, void *context);
void http_parser_free(struct http_parser *parser);

/* From now on the bytes of bodies go to `on_body` as they arrive, in pieces of any
 * size that live during the call; messages then have an empty body, and body_limit
 * bounds nothing. `status` is 0 for requests. When it returns false, the feed ends
 * with ERR_CANCELLED. No pausing from inside it. Call it between messages; NULL goes
 * back to whole bodies. */
typedef bool (*http_on_body)(void *context, unsigned status,
                             struct slice bytes);
void http_parser_on_body(struct http_parser *parser, http_on_body on_body);

/* Feed bytes. ERR_INVALID: no HTTP (answer 400 and close); ERR_LIMIT: headers or body
 * too long (431, 413: http_parser_in_body() tells which); ERR_UNSUPPORTED: an upgrade
 * or a version we do not speak. After an error only free is allowed. */
int http_parser_feed(struct http_parser *parser, struct slice bytes,
                     struct err *err);

/* From inside the callback: no further message until resume. Bytes behind this
 * message are kept; until http_parser_resume() has returned with the parser not
 * paused again, nothing may be fed. */
void http_parser_pause(struct http_parser *parser);
bool http_parser_paused(const struct http_parser *parser);
int http_parser_resume(struct http_parser *parser, struct err *err);

/* The peer closed: ERR_OK between messages (and ends a response without length),
 * ERR_INVALID in the middle of one. */
int http_parser_finish(struct http_parser *parser, struct err *err);
/* Whether a message has begun and is not whole yet; whether its headers are. */
bool http_parser_in_message(const struct http_parser *parser);
bool http_parser_in_body(const struct http_parser *parser);
/* Whether the sender of a half-read request waits for "100 Continue". True once. */
bool http_parser_wants_continue(struct http_parser *parser);

/* A whole response with Content-Length. `type` "application/json". */
void http_write_response(struct strbuf *out, unsigned status, const char *type,
                         bool keep_alive, struct slice body);
/* The same with further header lines, each ending in "\r\n". */
void http_write_response_with(struct strbuf *out, unsigned status,
                              const char *type, const char *lines,
                              bool keep_alive, struct slice body);
/* The head of a response whose body comes in chunks; or, without `chunked`, of one that
 * ends where the connection does. */
void http_write_stream_head(struct strbuf *out, unsigned status,
                            const char *type, bool chunked, bool keep_alive);
/* One chunk; nothing for empty bytes, which would end the body. */
void http_write_chunk(struct strbuf *out, struct slice bytes);
void http_write_last_chunk(struct strbuf *out);
/* A whole request; a body makes it a POST with JSON. */
void http_write_request(struct strbuf *out, const char *method,
                        const char *target, struct slice body);
const char *http_reason(unsigned status);

/* --- targets --- */

struct http_param {
    struct slice name, value; /* decoded; UTF-8 is checked */
};

struct http_target {
    struct slice path; /* decoded */
    struct http_param *param;
    size_t param_count;
};

/* Split and percent-decode ('+' in the query part is a blank). ERR_INVALID for broken
 * escapes, NUL bytes and ill-formed UTF-8. Everything in `arena`. */
int http_target_parse(struct slice target, struct arena *arena,
                      struct http_target *out, struct err *err);
/* Append `text` percent-encoded so that it may stand as a parameter's value or as
 * one segment of a path. */
void http_encode(struct strbuf *out, struct slice text);

#endif
