#include "queryd/connection_state.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "queryd/connection_stream.h"
#include "queryd/request.h"
#include "queryd/server_state.h"

#include <assert.h>

enum { PENDING_BYTES = 2 * LIMIT_HTTP_BODY_BYTES };

struct writing {
    uv_write_t write; /* .data points back here */
    struct strbuf text;
};

bool connection_closing(const struct connection *conn)
{
    return uv_is_closing(&conn->io.handle);
}

uint64_t connection_now_ms(const struct connection *conn)
{
    return uv_now(&conn->server->loop);
}

const struct peer *connection_peer(const struct connection *conn)
{
    return &conn->peer;
}

/* --- the end --- */

static void on_closed(uv_handle_t *handle)
{
    struct connection *conn = handle->data;
    struct server *server = conn->server;
    *conn->link = conn->next;
    if (conn->next)
        conn->next->link = conn->link;
    server->connection_count--;
    http_parser_free(conn->parser);
    mem_free(conn);
    server_progress(server);
}

void connection_drop_pending(struct connection *conn)
{
    while (conn->pending) {
        struct request *request = conn->pending;
        conn->pending = request->next;
        request_free(request);
    }
    conn->last = &conn->pending;
    conn->pending_count = conn->pending_bytes = 0;
}

void connection_close(struct connection *conn)
{
    if (connection_closing(conn))
        return;
    connection_drop_pending(conn);
    if (conn->active)
        request_abandon(conn->active);
    conn->active = NULL;
    uv_close(&conn->io.handle, on_closed);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)status; /* a client that has gone already will give EOF */
    mem_free(shutdown);
}

/* Nothing more will be said: tell the client, and wait for it to go. */
void connection_linger(struct connection *conn)
{
    conn->deaf = conn->lingering = true;
    conn->since_ms = connection_now_ms(conn);
    connection_drop_pending(conn);
    uv_shutdown_t *shutdown = mem_alloc(sizeof *shutdown);
    if (!shutdown || uv_shutdown(shutdown, &conn->io.stream, on_shutdown)) {
        mem_free(shutdown);
        connection_close(conn);
    }
}

/* --- writing --- */

static void on_written(uv_write_t *write, int status)
{
    struct writing *writing = write->data;
    struct connection *conn = write->handle->data;
    strbuf_release(&writing->text);
    mem_free(writing);
    if (connection_closing(conn))
        return;
    conn->since_ms = connection_now_ms(conn);
    if (status < 0)
        connection_close(conn);
    else
        connection_advance(conn);
}

void connection_send(struct connection *conn, struct strbuf *text)
{
    struct writing *writing = text->failed ? NULL : mem_alloc(sizeof *writing);
    if (!writing) {
        strbuf_release(text);
        connection_close(conn);
        return;
    }
    *writing = (struct writing){.text = *text};
    writing->write.data = writing;
    uv_buf_t buf = uv_buf_init(writing->text.data, (unsigned)writing->text.len);
    conn->since_ms = connection_now_ms(conn);
    int rc = uv_write(&writing->write, &conn->io.stream, &buf, 1, on_written);
    if (rc) {
        strbuf_release(&writing->text);
        mem_free(writing);
        connection_close(conn);
    }
}

void connection_reply(struct connection *conn, struct request *request)
{
    assert(conn->active == request);
    bool stays = request->keep_alive && !conn->server->stopping;
    struct slice body = strbuf_slice(&request->reply);
    if (request->bodiless)
        body.len = 0;
    struct strbuf text;
    strbuf_init(&text, LIMIT_REPLY_BYTES + (64 << 10));
    http_write_response_with(&text, request->status, request->type,
                             request->lines, stays, body);
    conn->active = NULL;
    request_free(request);
    connection_send(conn, &text);
    if (connection_closing(conn))
        return;
    if (!stays)
        connection_linger(conn);
    connection_advance(conn);
}

static void send_continue(struct connection *conn)
{
    struct strbuf text;
    strbuf_init(&text, 100);
    strbuf_add_text(&text, "HTTP/1.1 100 Continue\r\n\r\n");
    connection_send(conn, &text);
}

/* --- requests in order --- */

static void append(struct connection *conn, struct request *request)
{
    request->next = NULL;
    *conn->last = request;
    conn->last = &request->next;
    conn->pending_count++;
    conn->pending_bytes += request->body.len;
}

static struct request *take_first(struct connection *conn)
{
    struct request *request = conn->pending;
    conn->pending = request->next;
    if (!conn->pending)
        conn->last = &conn->pending;
    conn->pending_count--;
    conn->pending_bytes -= request->body.len;
    return request;
}

/* The reply to it is the last one of this connection. */
void connection_refuse(struct connection *conn, unsigned status,
                       const struct err *why)
{
    conn->deaf = true;
    struct request *request =
        request_new_refusal(conn, conn->server, status, why);
    if (!request) {
        connection_close(conn);
        return;
    }
    append(conn, request);
}

static void refuse_feed(struct connection *conn, int rc, const struct err *why)
{
    conn->server->metrics.malformed++;
    unsigned status = 400;
    if (rc == ERR_LIMIT)
        status = http_parser_in_body(conn->parser) ? 413 : 431;
    else if (rc == ERR_UNSUPPORTED)
        status = 501;
    else if (rc == ERR_NOMEM)
        status = 500;
    connection_refuse(conn, status, why);
}

void connection_on_message(void *context, const struct http_message *message)
{
    struct connection *conn = context;
    if (conn->deaf || connection_closing(conn))
        return;
    struct request *request =
        request_new(conn, conn->server, message, conn->peer.known);
    if (!request) {
        connection_close(conn);
        return;
    }
    append(conn, request);
    if (!request->keep_alive)
        conn->deaf = true;
    if (conn->pending_count >= LIMIT_PIPELINE ||
        conn->pending_bytes >= PENDING_BYTES)
        http_parser_pause(conn->parser);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct server *server = ((struct connection *)handle->data)->server;
    (void)size;
    *buf = uv_buf_init(server->read_buffer, sizeof server->read_buffer);
}

/* Read while there is room for what may arrive. */
static void read_or_rest(struct connection *conn)
{
    bool wanted = conn->deaf || !http_parser_paused(conn->parser);
    if (wanted == conn->reading || connection_closing(conn))
        return;
    conn->reading = wanted;
    if (!wanted)
        uv_read_stop(&conn->io.stream);
    else if (uv_read_start(&conn->io.stream, give_buffer, on_read))
        connection_close(conn);
}

static void feed(struct connection *conn, struct slice bytes, bool resume)
{
    struct err err = {0};
    bool before = http_parser_in_message(conn->parser);
    int rc = resume ? http_parser_resume(conn->parser, &err)
                    : http_parser_feed(conn->parser, bytes, &err);
    if (connection_closing(conn) || conn->deaf)
        return;
    if (rc)
        refuse_feed(conn, rc, &err);
    else if (!before && http_parser_in_message(conn->parser))
        conn->since_ms = connection_now_ms(conn);
}

/* Whatever can be done now. Answers given at once come back here through
 * connection_reply(); the flag makes that a loop and no recursion. */
void connection_advance(struct connection *conn)
{
    if (conn->advancing || connection_closing(conn))
        return;
    conn->advancing = true;
    while (!connection_closing(conn) && !conn->active && !conn->lingering &&
           uv_stream_get_write_queue_size(&conn->io.stream) == 0) {
        if (conn->pending) {
            conn->active = take_first(conn);
            request_start(conn->active);
        } else if (http_parser_paused(conn->parser) && !conn->deaf) {
            feed(conn, (struct slice){0}, true);
        } else {
            if (!conn->deaf && http_parser_wants_continue(conn->parser))
                send_continue(conn);
            break;
        }
    }
    conn->advancing = false;
    connection_pump(conn);
    if (!connection_closing(conn))
        read_or_rest(conn);
}

static void on_gone(struct connection *conn)
{
    struct err err = {0};
    bool quiet = conn->active || conn->pending || conn->deaf;
    /* One that closed its sending side only can still read what was wrong. */
    if (!quiet && http_parser_finish(conn->parser, &err)) {
        refuse_feed(conn, ERR_INVALID, &err);
        connection_advance(conn);
    }
    connection_close(conn);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct connection *conn = stream->data;
    if (n == 0 || connection_closing(conn))
        return;
    if (n < 0) {
        on_gone(conn);
        return;
    }
    if (conn->deaf)
        return;
    feed(conn, (struct slice){(const uint8_t *)buf->base, (size_t)n}, false);
    if (!connection_closing(conn))
        connection_advance(conn);
}
