#include "queryd/server.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "queryd/connection.h"
#include "queryd/server_state.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <unistd.h>

enum {
    SWEEPS_PER_LIMIT = 10, /* timeouts are kept within a tenth */
    SWEEP_MS_MAX = 500,
    GRACE_MS = 5000,
    POLL_MS = 5000,
    BACKLOG = 1024,
};

static void stop(struct server *server);

/* --- events --- */

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *server = listener->data;
    if (status < 0) /* out of descriptors: libuv drops the connection */
        log_line(LOG_WARNING, "accept: %s", uv_strerror(status));
    else if (!server->stopping)
        connection_accept(server, listener);
}

static void on_sweep(uv_timer_t *timer)
{
    connections_sweep(timer->data);
}

static void on_grace_over(uv_timer_t *timer)
{
    struct server *server = timer->data;
    log_line(LOG_WARNING, "cancelling connections=%zu requests=%zu",
             server->connection_count, server->requests_out);
    connections_abort(server);
}

static void on_stop_asked(uv_async_t *async)
{
    stop(async->data);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct server *server = handle->data;
    if (number == SIGHUP) {
        if (!server->stopping)
            reload_ask(server, NULL);
        return;
    }
    log_line(LOG_INFO, "signal number=%d", number);
    if (server->stopping) /* asked twice: no grace */
        connections_abort(server);
    stop(server);
}

/* --- the end --- */

static void close_handle(uv_handle_t *handle, bool open)
{
    if (open && !uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void stop_listening(struct server *server)
{
    unix_socket_remove(&server->unix_socket);
    server->unix_socket.ours = false;
    close_handle((uv_handle_t *)&server->pipe, server->pipe_open);
    close_handle((uv_handle_t *)&server->tcp, server->tcp_open);
    server->pipe_open = server->tcp_open = false;
    server->stalled = NULL;
}

static void stop(struct server *server)
{
    if (server->stopping)
        return;
    server->stopping = true;
    notify_systemd("STOPPING=1");
    log_line(LOG_INFO, "stopping connections=%zu requests=%zu",
             server->connection_count, server->requests_out);
    stop_listening(server);
    reload_unwatch(server);
    uv_timer_start(&server->grace, on_grace_over, server->options.grace_ms, 0);
    connections_finish(server);
    server_progress(server);
}

/* Everything that keeps the loop alive. No job may be out. */
static void close_all(struct server *server)
{
    if (server->closing)
        return;
    server->closing = true;
    stop_listening(server);
    reload_unwatch(server);
    pool_close(server->workers);
    pool_close(server->helper);
    server->workers = server->helper = NULL;
    if (!server->handles_open)
        return;
    uv_close((uv_handle_t *)&server->sweep, NULL);
    uv_close((uv_handle_t *)&server->grace, NULL);
    uv_close((uv_handle_t *)&server->stop_asked, NULL);
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&server->signal[i], NULL);
}

void server_progress(struct server *server)
{
    if (server->stopping && server->connection_count == 0 &&
        server->requests_out == 0 && !server->reload.running)
        close_all(server);
}

void server_adopt(struct server *server, struct snapshot *fresh)
{
    struct snapshot *old = server->current;
    server->current = fresh;
    server->metrics.generations_adopted++;
    pool_adopt(server->workers, fresh);
    if (old)
        snapshot_unref(old);
}

void server_adopt_names(struct server *server, struct names *fresh)
{
    if (fresh == server->names)
        return;
    if (fresh && fresh->entities)
        server->metrics.registers_ok++;
    else if (fresh)
        server->metrics.registers_failed++;
    names_unref(server->names);
    server->names = fresh;
}

/* --- the beginning --- */

static void fill_options(struct server *server,
                         const struct server_options *options)
{
    struct server_options *o = &server->options;
    *o = *options;
    if (o->workers == 0)
        o->workers = 1;
    if (o->queue_limit == 0)
        o->queue_limit = LIMIT_QUEUE;
    if (o->connection_limit == 0)
        o->connection_limit = LIMIT_CONNECTIONS;
    if (o->idle_ms == 0)
        o->idle_ms = LIMIT_IDLE_SECONDS * 1000;
    if (o->request_ms == 0)
        o->request_ms = LIMIT_REQUEST_SECONDS * 1000;
    if (o->grace_ms == 0)
        o->grace_ms = GRACE_MS;
    if (o->poll_ms == 0)
        o->poll_ms = POLL_MS;
}

static void open_handles(struct server *server)
{
    static const int numbers[3] = {SIGTERM, SIGINT, SIGHUP};
    const struct server_options *options = &server->options;
    unsigned limit_ms = options->request_ms < options->idle_ms
                            ? options->request_ms
                            : options->idle_ms;
    unsigned sweep_ms = limit_ms / SWEEPS_PER_LIMIT + 1;
    if (sweep_ms > SWEEP_MS_MAX)
        sweep_ms = SWEEP_MS_MAX;
    uv_timer_init(&server->loop, &server->sweep);
    uv_timer_init(&server->loop, &server->grace);
    uv_async_init(&server->loop, &server->stop_asked, on_stop_asked);
    server->sweep.data = server->grace.data = server->stop_asked.data = server;
    uv_timer_start(&server->sweep, on_sweep, sweep_ms, sweep_ms);
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(&server->loop, &server->signal[i]);
        server->signal[i].data = server;
        if (options->signals)
            uv_signal_start(&server->signal[i], on_signal, numbers[i]);
    }
    server->handles_open = true;
}

static int listen_unix(struct server *server, struct err *err)
{
    char path[SOCKET_PATH_SIZE];
    const struct server_options *options = &server->options;
    int rc = ERR_OK;
    if (options->socket || !unix_socket_inherited(&server->unix_socket)) {
        rc = socket_path(options->socket, path, err);
        if (rc == 0)
            rc = unix_socket_bind(path, options->socket_group,
                                  &server->unix_socket, err);
    }
    if (rc)
        return rc;
    uv_pipe_init(&server->loop, &server->pipe, 0);
    server->pipe.data = server;
    server->pipe_open = true;
    int uv = uv_pipe_open(&server->pipe, server->unix_socket.fd);
    if (uv)
        close(server->unix_socket.fd);
    else
        uv = uv_listen((uv_stream_t *)&server->pipe, BACKLOG, on_connection);
    return uv ? err_set(err, ERR_IO, "listen on %s: %s",
                        server->unix_socket.path, uv_strerror(uv))
              : ERR_OK;
}

static int listen_tcp(struct server *server, struct err *err)
{
    struct sockaddr_storage address;
    const char *text = server->options.listen;
    if (!text)
        return ERR_OK;
    int rc = loopback_address(text, &address, err);
    if (rc)
        return rc;
    uv_tcp_init(&server->loop, &server->tcp);
    server->tcp.data = server;
    server->tcp_open = true;
    int uv = uv_tcp_bind(&server->tcp, (struct sockaddr *)&address, 0);
    if (uv == 0)
        uv = uv_listen((uv_stream_t *)&server->tcp, BACKLOG, on_connection);
    int len = sizeof address;
    if (uv == 0)
        uv =
            uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&address, &len);
    if (uv)
        return err_set(err, ERR_IO, "listen on %s: %s", text, uv_strerror(uv));
    server->port = ntohs(address.ss_family == AF_INET6
                             ? ((struct sockaddr_in6 *)&address)->sin6_port
                             : ((struct sockaddr_in *)&address)->sin_port);
    return ERR_OK;
}

static int start(struct server *server, struct err *err)
{
    struct server_options *options = &server->options;
    struct snapshot *first;
    struct names *names;
    /* The socket first: a second daemon must not open a large index to learn that
     * there is one already. Who connects before the rest is ready, waits. */
    int rc = listen_unix(server, err);
    if (rc == 0)
        rc = listen_tcp(server, err);
    if (rc == 0)
        rc = pool_open(&server->loop, options->workers, options->queue_limit,
                       &server->workers, err);
    if (rc == 0)
        rc = pool_open(&server->loop, 1, 1, &server->helper, err);
    /* Watching begins before reading, or a commit between the two is missed. */
    if (rc == 0)
        rc = reload_watch(server, err);
    if (rc == 0)
        rc = options->open(options->index_dir, &first, err);
    if (rc)
        return rc;
    server_adopt(server, first);
    rc = names_open(options, first, NULL, &names, err);
    if (rc == 0)
        server_adopt_names(server, names);
    return rc;
}

int server_new(const struct server_options *options, struct server **out,
               struct err *err)
{
    struct server *server = mem_alloc(sizeof *server);
    if (!server)
        return err_set(err, ERR_NOMEM, "no memory for the server");
    *server = (struct server){.metrics.started_ns = clock_ns()};
    fill_options(server, options);
    int uv = uv_loop_init(&server->loop);
    if (uv) {
        mem_free(server);
        return err_set(err, ERR_IO, "the loop cannot start: %s",
                       uv_strerror(uv));
    }
    open_handles(server);
    int rc = start(server, err);
    if (rc) {
        close_all(server);
        server_free(server);
        return rc;
    }
    log_line(LOG_INFO,
             "listening socket=%s port=%u index=%s generation=%llu "
             "articles=%llu workers=%u",
             server->unix_socket.path, server->port, options->index_dir,
             (unsigned long long)server->current->info.generation,
             (unsigned long long)server->current->info.articles,
             server->options.workers);
    *out = server;
    return ERR_OK;
}

void server_run(struct server *server)
{
    notify_systemd("READY=1");
    uv_run(&server->loop, UV_RUN_DEFAULT);
    log_line(LOG_INFO, "stopped");
}

void server_stop(struct server *server)
{
    uv_async_send(&server->stop_asked);
}

void server_free(struct server *server)
{
    uv_run(&server->loop, UV_RUN_DEFAULT); /* handles that were closed last */
    uv_loop_close(&server->loop);
    if (server->current)
        snapshot_unref(server->current);
    names_unref(server->names);
    mem_free(server);
}

unsigned server_port(const struct server *server)
{
    return server->port;
}
