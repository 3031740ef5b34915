#include "queryd/connection.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "queryd/request.h"
#include "queryd/server_state.h"

#include <assert.h>
#include <sys/socket.h>

enum {
    /* Beyond the limit a connection is told so, beyond this margin cut off. */
    REFUSAL_MARGIN = 64,
    PENDING_BYTES = 2 * LIMIT_HTTP_BODY_BYTES,
    /* How long we listen on after the last reply: closing with unread bytes would
     * take the reply away from a client that is still sending. */
    LINGER_MS = 1000,
};

struct connection {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } io; /* .handle.data points back here */
    struct server *server;
    struct connection *next, **link; /* server->connections */
    struct http_parser *parser;
    struct peer peer;

    struct request *active;          /* being answered */
    struct request *pending, **last; /* read ahead, oldest first */
    size_t pending_count, pending_bytes;

    bool reading, advancing;
    bool
        deaf; /* what still arrives is thrown away: after a fault, at the end */
    bool lingering;    /* the last reply is written */
    uint64_t since_ms; /* since when it is idle, mid-request, not reading us */
    size_t unwritten;  /* at the last sweep */
};

struct writing {
    uv_write_t write; /* .data points back here */
    struct strbuf text;
};

static void advance(struct connection *conn);

static bool closing(const struct connection *conn)
{
    return uv_is_closing(&conn->io.handle);
}

static uint64_t now_ms(const struct connection *conn)
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

static void drop_pending(struct connection *conn)
{
    while (conn->pending) {
        struct request *request = conn->pending;
        conn->pending = request->next;
        request_free(request);
    }
    conn->last = &conn->pending;
    conn->pending_count = conn->pending_bytes = 0;
}

static void close_now(struct connection *conn)
{
    if (closing(conn))
        return;
    drop_pending(conn);
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
static void linger(struct connection *conn)
{
    conn->deaf = conn->lingering = true;
    conn->since_ms = now_ms(conn);
    drop_pending(conn);
    uv_shutdown_t *shutdown = mem_alloc(sizeof *shutdown);
    if (!shutdown || uv_shutdown(shutdown, &conn->io.stream, on_shutdown)) {
        mem_free(shutdown);
        close_now(conn);
    }
}

/* --- writing --- */

static void on_written(uv_write_t *write, int status)
{
    struct writing *writing = write->data;
    struct connection *conn = write->handle->data;
    strbuf_release(&writing->text);
    mem_free(writing);
    if (closing(conn))
        return;
    conn->since_ms = now_ms(conn);
    if (status < 0)
        close_now(conn);
    else
        advance(conn);
}

/* Takes over `text`. */
static void send_text(struct connection *conn, struct strbuf *text)
{
    struct writing *writing = text->failed ? NULL : mem_alloc(sizeof *writing);
    if (!writing) {
        strbuf_release(text);
        close_now(conn);
        return;
    }
    *writing = (struct writing){.text = *text};
    writing->write.data = writing;
    uv_buf_t buf = uv_buf_init(writing->text.data, (unsigned)writing->text.len);
    conn->since_ms = now_ms(conn);
    int rc = uv_write(&writing->write, &conn->io.stream, &buf, 1, on_written);
    if (rc) {
        strbuf_release(&writing->text);
        mem_free(writing);
        close_now(conn);
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
    send_text(conn, &text);
    if (closing(conn))
        return;
    if (!stays)
        linger(conn);
    advance(conn);
}

static void send_continue(struct connection *conn)
{
    struct strbuf text;
    strbuf_init(&text, 100);
    strbuf_add_text(&text, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(conn, &text);
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
static void refuse(struct connection *conn, unsigned status,
                   const struct err *why)
{
    conn->deaf = true;
    struct request *request =
        request_new_refusal(conn, conn->server, status, why);
    if (!request) {
        close_now(conn);
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
    refuse(conn, status, why);
}

static void on_message(void *context, const struct http_message *message)
{
    struct connection *conn = context;
    if (conn->deaf || closing(conn))
        return;
    struct request *request =
        request_new(conn, conn->server, message, conn->peer.known);
    if (!request) {
        close_now(conn);
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
    if (wanted == conn->reading || closing(conn))
        return;
    conn->reading = wanted;
    if (!wanted)
        uv_read_stop(&conn->io.stream);
    else if (uv_read_start(&conn->io.stream, give_buffer, on_read))
        close_now(conn);
}

static void feed(struct connection *conn, struct slice bytes, bool resume)
{
    struct err err = {0};
    bool before = http_parser_in_message(conn->parser);
    int rc = resume ? http_parser_resume(conn->parser, &err)
                    : http_parser_feed(conn->parser, bytes, &err);
    if (closing(conn) || conn->deaf)
        return;
    if (rc)
        refuse_feed(conn, rc, &err);
    else if (!before && http_parser_in_message(conn->parser))
        conn->since_ms = now_ms(conn);
}

/* Whatever can be done now. Answers given at once come back here through
 * connection_reply(); the flag makes that a loop and no recursion. */
static void advance(struct connection *conn)
{
    if (conn->advancing || closing(conn))
        return;
    conn->advancing = true;
    while (!closing(conn) && !conn->active && !conn->lingering &&
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
    if (!closing(conn))
        read_or_rest(conn);
}

static void on_gone(struct connection *conn)
{
    struct err err = {0};
    bool quiet = conn->active || conn->pending || conn->deaf;
    /* One that closed its sending side only can still read what was wrong. */
    if (!quiet && http_parser_finish(conn->parser, &err)) {
        refuse_feed(conn, ERR_INVALID, &err);
        advance(conn);
    }
    close_now(conn);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct connection *conn = stream->data;
    if (n == 0 || closing(conn))
        return;
    if (n < 0) {
        on_gone(conn);
        return;
    }
    if (conn->deaf)
        return;
    feed(conn, (struct slice){(const uint8_t *)buf->base, (size_t)n}, false);
    if (!closing(conn))
        advance(conn);
}

/* --- the beginning --- */

static void read_peer(struct connection *conn, uv_stream_t *listener)
{
    uv_os_fd_t fd;
    struct ucred credentials;
    socklen_t len = sizeof credentials;
    if (listener->type != UV_NAMED_PIPE || uv_fileno(&conn->io.handle, &fd))
        return;
    conn->peer.known = true;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) == 0) {
        conn->peer.pid = credentials.pid;
        conn->peer.uid = credentials.uid;
    }
}

void connection_accept(struct server *server, uv_stream_t *listener)
{
    struct connection *conn = mem_alloc(sizeof *conn);
    if (!conn) { /* libuv is deaf until somebody accepts this one */
        server->stalled = listener;
        return;
    }
    *conn = (struct connection){.server = server};
    conn->last = &conn->pending;
    int rc = listener->type == UV_TCP
                 ? uv_tcp_init(&server->loop, &conn->io.tcp)
                 : uv_pipe_init(&server->loop, &conn->io.pipe, 0);
    if (rc) {
        server->stalled = listener;
        mem_free(conn);
        return;
    }
    conn->io.handle.data = conn;
    conn->next = server->connections;
    conn->link = &server->connections;
    if (conn->next)
        conn->next->link = &conn->next;
    server->connections = conn;
    server->connection_count++;
    server->metrics.accepted++;
    conn->since_ms = now_ms(conn);

    conn->parser =
        http_parser_new(HTTP_REQUESTS, LIMIT_HTTP_BODY_BYTES, on_message, conn);
    size_t limit = server->options.connection_limit;
    if (uv_accept(listener, &conn->io.stream) || !conn->parser ||
        server->connection_count > limit + REFUSAL_MARGIN) {
        close_now(conn);
        return;
    }
    read_peer(conn, listener);
    log_line(LOG_DEBUG, "accepted connections=%zu uid=%ld pid=%ld",
             server->connection_count, conn->peer.uid, conn->peer.pid);
    if (server->connection_count > limit) {
        struct err err;
        err_set(&err, ERR_LIMIT, "%zu connections are open; try again", limit);
        server->metrics.refused_connections++;
        refuse(conn, 503, &err);
    }
    if (!closing(conn))
        advance(conn);
}

/* --- time --- */

static void sweep(struct connection *conn)
{
    const struct server_options *options = &conn->server->options;
    uint64_t silent = now_ms(conn) - conn->since_ms;
    size_t unwritten = uv_stream_get_write_queue_size(&conn->io.stream);
    if (unwritten != conn->unwritten) { /* a slow reader is a reader */
        conn->unwritten = unwritten;
        conn->since_ms = now_ms(conn);
    } else if (conn->lingering && unwritten == 0) {
        if (silent >= LINGER_MS)
            close_now(conn);
    } else if (unwritten > 0) {
        if (silent >= options->idle_ms)
            close_now(conn);
    } else if (conn->active || conn->pending || conn->deaf) {
        conn->since_ms = now_ms(conn); /* the client waits for us */
    } else if (http_parser_in_message(conn->parser)) {
        if (silent < options->request_ms)
            return;
        struct err err;
        err_set(&err, ERR_INVALID, "the request was not whole after %u ms",
                options->request_ms);
        refuse(conn, 408, &err);
        advance(conn);
    } else if (silent >= options->idle_ms) {
        close_now(conn);
    }
}

void connections_sweep(struct server *server)
{
    uv_stream_t *stalled = server->stalled;
    server->stalled = NULL;
    if (stalled && !uv_is_closing((uv_handle_t *)stalled))
        connection_accept(server, stalled);
    for (struct connection *conn = server->connections; conn; conn = conn->next)
        if (!closing(conn))
            sweep(conn);
}

void connections_finish(struct server *server)
{
    for (struct connection *conn = server->connections; conn;
         conn = conn->next) {
        drop_pending(conn);
        if (!conn->active && !conn->lingering &&
            uv_stream_get_write_queue_size(&conn->io.stream) == 0)
            close_now(conn);
        else if (!conn->active && !conn->lingering && !closing(conn))
            linger(conn);
    }
}

void connections_abort(struct server *server)
{
    for (struct connection *conn = server->connections; conn; conn = conn->next)
        close_now(conn);
}
