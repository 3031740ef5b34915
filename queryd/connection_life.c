#include "queryd/connection_state.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#include <sys/socket.h>

enum {
    /* Beyond the limit a connection is told so, beyond this margin cut off. */
    REFUSAL_MARGIN = 64,
    /* How long we listen on after the last reply: closing with unread bytes would
     * take the reply away from a client that is still sending. */
    LINGER_MS = 1000,
};

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
    conn->since_ms = connection_now_ms(conn);

    conn->parser = http_parser_new(HTTP_REQUESTS, LIMIT_HTTP_BODY_BYTES,
                                   connection_on_message, conn);
    size_t limit = server->options.connection_limit;
    if (uv_accept(listener, &conn->io.stream) || !conn->parser ||
        server->connection_count > limit + REFUSAL_MARGIN) {
        connection_close(conn);
        return;
    }
    read_peer(conn, listener);
    log_line(LOG_DEBUG, "accepted connections=%zu uid=%ld pid=%ld",
             server->connection_count, conn->peer.uid, conn->peer.pid);
    if (server->connection_count > limit) {
        struct err err;
        err_set(&err, ERR_LIMIT, "%zu connections are open; try again", limit);
        server->metrics.refused_connections++;
        connection_refuse(conn, 503, &err);
    }
    if (!connection_closing(conn))
        connection_advance(conn);
}

/* --- time --- */

static void sweep(struct connection *conn)
{
    const struct server_options *options = &conn->server->options;
    uint64_t silent = connection_now_ms(conn) - conn->since_ms;
    size_t unwritten = uv_stream_get_write_queue_size(&conn->io.stream);
    if (unwritten != conn->unwritten) { /* a slow reader is a reader */
        conn->unwritten = unwritten;
        conn->since_ms = connection_now_ms(conn);
    } else if (conn->lingering && unwritten == 0) {
        if (silent >= LINGER_MS)
            connection_close(conn);
    } else if (unwritten > 0) {
        if (silent >= options->idle_ms)
            connection_close(conn);
    } else if (conn->active || conn->pending || conn->deaf) {
        conn->since_ms = connection_now_ms(conn); /* the client waits for us */
    } else if (http_parser_in_message(conn->parser)) {
        if (silent < options->request_ms)
            return;
        struct err err;
        err_set(&err, ERR_INVALID, "the request was not whole after %u ms",
                options->request_ms);
        connection_refuse(conn, 408, &err);
        connection_advance(conn);
    } else if (silent >= options->idle_ms) {
        connection_close(conn);
    }
}

void connections_sweep(struct server *server)
{
    uv_stream_t *stalled = server->stalled;
    server->stalled = NULL;
    if (stalled && !uv_is_closing((uv_handle_t *)stalled))
        connection_accept(server, stalled);
    for (struct connection *conn = server->connections; conn; conn = conn->next)
        if (!connection_closing(conn))
            sweep(conn);
}

void connections_finish(struct server *server)
{
    for (struct connection *conn = server->connections; conn;
         conn = conn->next) {
        connection_drop_pending(conn);
        if (!conn->active && !conn->lingering &&
            uv_stream_get_write_queue_size(&conn->io.stream) == 0)
            connection_close(conn);
        else if (!conn->active && !conn->lingering && !connection_closing(conn))
            connection_linger(conn);
    }
}

void connections_abort(struct server *server)
{
    for (struct connection *conn = server->connections; conn; conn = conn->next)
        connection_close(conn);
}
