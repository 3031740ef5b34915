/* http.c - llhttp's callbacks collect one message in two buffers.
 *
 * `head` holds method, target and headers one behind the other, and `field` the
 * offsets, because the buffer moves while it grows. */
#include "wire/http.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"

#include <llhttp.h>
#include <string.h>
#include <strings.h>

enum {
    HEADERS_MAX = 128,
    /* Blanks before values, chunk heads and trailers never reach a buffer; a
     * message of this many bytes consists of little else. */
    RAW_FACTOR = 8,
};

struct field {
    size_t name, name_len, value, value_len;
};

struct http_parser {
    llhttp_t llhttp; /* .data points back here */
    llhttp_settings_t settings;
    http_on_message on_message;
    http_on_body on_body; /* NULL: bodies are collected */
    void *context;
    size_t body_limit;

    struct strbuf head, body;
    size_t method_len, target, target_len;
    struct field field[HEADERS_MAX];
    size_t field_count;
    bool value_begun; /* the next piece of a name begins a new field */

    bool in_message, in_body, continue_asked;
    bool closed; /* the last message said so: what follows is not looked at */
    bool paused;
    size_t raw;         /* bytes fed since the last whole message */
    bool passed_on;     /* some of what is being fed went to on_body */
    struct strbuf rest; /* fed, but behind the message that paused */

    int failure; /* set by a callback that ends the parse */
    struct err err;
};

static struct http_parser *self(llhttp_t *llhttp)
{
    return llhttp->data;
}

static const char body_too_long[] = "the body is too long";

static int refuse(struct http_parser *p, int code, const char *sentence)
{
    p->failure = err_set(&p->err, code, "%s", sentence);
    return HPE_USER;
}

static int add(struct http_parser *p, struct strbuf *to, const char *at,
               size_t len)
{
    size_t room = to->limit - to->len;
    strbuf_add(to, at, len);
    if (!to->failed)
        return 0;
    if (len <= room)
        return refuse(p, ERR_NOMEM, "no memory for the message");
    return refuse(p, ERR_LIMIT,
                  to == &p->head ? "the request line and headers are too long"
                                 : body_too_long);
}

static int on_begin(llhttp_t *llhttp)
{
    struct http_parser *p = self(llhttp);
    strbuf_reset(&p->head);
    strbuf_reset(&p->body);
    p->method_len = p->target = p->target_len = p->field_count = 0;
    p->value_begun = true;
    p->in_message = true;
    p->in_body = p->continue_asked = false;
    return 0;
}

static int on_method(llhttp_t *llhttp, const char *at, size_t len)
{
    struct http_parser *p = self(llhttp);
    p->method_len += len;
    return add(p, &p->head, at, len);
}

static int on_url(llhttp_t *llhttp, const char *at, size_t len)
{
    struct http_parser *p = self(llhttp);
    if (p->target_len == 0)
        p->target = p->head.len;
    p->target_len += len;
    return add(p, &p->head, at, len);
}

static int on_field(llhttp_t *llhttp, const char *at, size_t len)
{
    struct http_parser *p = self(llhttp);
    if (llhttp->flags & F_TRAILING)
        return 0; /* behind a chunked body: nothing of ours can stand there */
    if (p->value_begun) {
        if (p->field_count == HEADERS_MAX)
            return refuse(p, ERR_LIMIT, "too many headers");
        p->field[p->field_count++] =
            (struct field){.name = p->head.len, .value = p->head.len};
        p->value_begun = false;
    }
    p->field[p->field_count - 1].name_len += len;
    return add(p, &p->head, at, len);
}

static int on_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct http_parser *p = self(llhttp);
    if (llhttp->flags & F_TRAILING)
        return 0;
    struct field *field = &p->field[p->field_count - 1];
    if (!p->value_begun)
        field->value = p->head.len;
    p->value_begun = true;
    field->value_len += len;
    return add(p, &p->head, at, len);
}

/* A header without a value has no value callback that carries bytes. */
static int on_value_end(llhttp_t *llhttp)
{
    self(llhttp)->value_begun = true;
    return 0;
}

static struct slice part(const struct http_parser *p, size_t at, size_t len)
{
    return (struct slice){(const uint8_t *)p->head.data + at, len};
}

static bool same_name(struct slice name, const char *wanted)
{
    return name.len == strlen(wanted) &&
           strncasecmp((const char *)name.data, wanted, name.len) == 0;
}

static int check_announced(struct http_parser *p, uint64_t bytes)
{
    if (!p->on_body && bytes > p->body.limit - p->body.len)
        return refuse(p, ERR_LIMIT, body_too_long);
    return 0;
}

static int on_headers(llhttp_t *llhttp)
{
    struct http_parser *p = self(llhttp);
    if (llhttp->http_major != 1)
        return refuse(p, ERR_UNSUPPORTED,
                      "this is no HTTP/1.0 or 1.1; no other version is spoken");
    if (llhttp->upgrade)
        return refuse(p, ERR_UNSUPPORTED, "no upgrade is spoken here");
    for (size_t i = 0; i < p->field_count; i++) {
        struct field f = p->field[i];
        struct slice name = part(p, f.name, f.name_len);
        struct slice value = part(p, f.value, f.value_len);
        /* llhttp lets it pass outside its strict mode, which would refuse
         * targets with raw UTF-8. */
        if (memchr(name.data, ' ', name.len))
            return refuse(p, ERR_INVALID, "a blank in a header's name");
        if (same_name(name, "expect") &&
            same_name(slice_trim(value), "100-continue"))
            p->continue_asked = llhttp->http_minor >= 1;
    }
    p->in_body = true;
    /* Refused when it is announced: nobody waits for what will not be read, and
     * nobody is told to continue sending it. */
    if (llhttp->flags & F_CONTENT_LENGTH)
        return check_announced(p, llhttp->content_length);
    return 0;
}

/* llhttp keeps the size of the chunk to come where the length of a body would
 * be. */
static int on_chunk_header(llhttp_t *llhttp)
{
    return check_announced(self(llhttp), llhttp->content_length);
}

static int on_body_bytes(llhttp_t *llhttp, const char *at, size_t len)
{
    struct http_parser *p = self(llhttp);
    p->continue_asked = false; /* it did not wait */
    if (p->on_body) {
        unsigned status =
            llhttp->type == HTTP_RESPONSE ? llhttp->status_code : 0;
        p->passed_on = true;
        if (!p->on_body(p->context, status,
                        (struct slice){(const uint8_t *)at, len}))
            return refuse(p, ERR_CANCELLED, "nobody reads the body on");
        return 0;
    }
    return add(p, &p->body, at, len);
}

static int on_complete(llhttp_t *llhttp)
{
    struct http_parser *p = self(llhttp);
    struct http_header header[HEADERS_MAX];
    struct http_message message = {
        .method = part(p, 0, p->method_len),
        .target = part(p, p->target, p->target_len),
        .status = llhttp->type == HTTP_RESPONSE ? llhttp->status_code : 0,
        .header = header,
        .header_count = p->field_count,
        .body = strbuf_slice(&p->body),
        .keep_alive = llhttp_should_keep_alive(llhttp),
        .chunks = llhttp->http_minor >= 1,
    };
    for (size_t i = 0; i < p->field_count; i++) {
        struct field f = p->field[i];
        header[i].name = part(p, f.name, f.name_len);
        header[i].value = slice_trim(part(p, f.value, f.value_len));
    }
    p->in_message = p->in_body = p->continue_asked = false;
    p->raw = 0;
    p->closed = !message.keep_alive;
    p->on_message(p->context, &message);
    /* Paused in either case: nothing of the next message may be looked at. */
    return p->paused || p->closed ? HPE_PAUSED : 0;
}

struct http_parser *http_parser_new(enum http_kind kind, size_t body_limit,
                                    http_on_message on_message, void *context)
{
    struct http_parser *p = mem_alloc(sizeof *p);
    if (!p)
        return NULL;
    *p = (struct http_parser){
        .on_message = on_message, .context = context, .body_limit = body_limit};
    strbuf_init(&p->head, LIMIT_HTTP_HEADER_BYTES);
    strbuf_init(&p->body, body_limit);
    strbuf_init(&p->rest, SIZE_MAX / 2); /* never more than one feed */

    llhttp_settings_init(&p->settings);
    p->settings.on_message_begin = on_begin;
    p->settings.on_method = on_method;
    p->settings.on_url = on_url;
    p->settings.on_header_field = on_field;
    p->settings.on_header_value = on_value;
    p->settings.on_header_value_complete = on_value_end;
    p->settings.on_headers_complete = on_headers;
    p->settings.on_chunk_header = on_chunk_header;
    p->settings.on_body = on_body_bytes;
    p->settings.on_message_complete = on_complete;
    llhttp_init(&p->llhttp,
                kind == HTTP_REQUESTS ? HTTP_REQUEST : HTTP_RESPONSE,
                &p->settings);
    p->llhttp.data = p;
    return p;
}

void http_parser_free(struct http_parser *p)
{
    if (!p)
        return;
    strbuf_release(&p->head);
    strbuf_release(&p->body);
    strbuf_release(&p->rest);
    mem_free(p);
}

void http_parser_on_body(struct http_parser *p, http_on_body on_body)
{
    p->on_body = on_body;
}

static int failed(struct http_parser *p, llhttp_errno_t code, struct err *err)
{
    if (p->failure)
        return err_set(err, p->failure, "%s", p->err.text);
    if (code == HPE_PAUSED_UPGRADE || code == HPE_PAUSED_H2_UPGRADE)
        return err_set(err, ERR_UNSUPPORTED, "no upgrade is spoken here");
    const char *reason = llhttp_get_error_reason(&p->llhttp);
    return err_set(err, ERR_INVALID, "this is no HTTP/1.1: %s",
                   reason && *reason ? reason : llhttp_errno_name(code));
}

int http_parser_feed(struct http_parser *p, struct slice bytes, struct err *err)
{
    if (p->closed || bytes.len == 0)
        return ERR_OK;
    const char *at = (const char *)bytes.data;
    llhttp_errno_t code = llhttp_execute(&p->llhttp, at, bytes.len);
    if (code == HPE_PAUSED && p->closed)
        return ERR_OK;
    if (code == HPE_PAUSED && p->paused) {
        size_t used = (size_t)(llhttp_get_error_pos(&p->llhttp) - at);
        strbuf_add(&p->rest, at + used, bytes.len - used);
        if (p->rest.failed)
            return err_set(err, ERR_NOMEM, "no memory for the message");
        return ERR_OK;
    }
    if (code != HPE_OK)
        return failed(p, code, err);
    if (p->in_message) {
        p->raw = p->passed_on ? 0 : p->raw + bytes.len;
        p->passed_on = false;
        size_t most = LIMIT_HTTP_HEADER_BYTES * 2;
        if (p->in_body)
            most += p->body_limit * RAW_FACTOR;
        if (p->raw > most)
            return err_set(err, ERR_LIMIT, "the message is too long");
    }
    return ERR_OK;
}

void http_parser_pause(struct http_parser *p)
{
    p->paused = true;
}

bool http_parser_paused(const struct http_parser *p)
{
    return p->paused;
}

int http_parser_resume(struct http_parser *p, struct err *err)
{
    if (!p->paused)
        return ERR_OK;
    p->paused = false;
    if (p->closed)
        return ERR_OK;
    llhttp_resume(&p->llhttp);
    struct strbuf rest =
        p->rest; /* the feed may pause again and keep a new one */
    strbuf_init(&p->rest, rest.limit);
    int rc = http_parser_feed(p, strbuf_slice(&rest), err);
    strbuf_release(&rest);
    return rc;
}

int http_parser_finish(struct http_parser *p, struct err *err)
{
    /* Asked first: after a pause llhttp still believes itself in the message. */
    if (p->closed || !p->in_message)
        return ERR_OK;
    llhttp_errno_t code = llhttp_finish(&p->llhttp);
    if (code == HPE_OK || (code == HPE_PAUSED && !p->failure))
        return ERR_OK;
    if (p->failure)
        return failed(p, code, err);
    return err_set(err, ERR_INVALID, "it ends in the middle of a message");
}

bool http_parser_in_message(const struct http_parser *p)
{
    return p->in_message;
}

bool http_parser_in_body(const struct http_parser *p)
{
    return p->in_message && p->in_body;
}

bool http_parser_wants_continue(struct http_parser *p)
{
    bool wants = p->in_message && p->continue_asked;
    p->continue_asked = false;
    return wants;
}

struct slice http_header(const struct http_message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (same_name(message->header[i].name, name))
            return message->header[i].value;
    return (struct slice){0};
}

size_t http_header_times(const struct http_message *message, const char *name)
{
    size_t times = 0;
    for (size_t i = 0; i < message->header_count; i++)
        times += same_name(message->header[i].name, name);
    return times;
}
