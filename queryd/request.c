#include "queryd/request.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "queryd/connection.h"
#include "queryd/connection_stream.h"
#include "queryd/endpoint.h"
#include "queryd/stream.h"

#include <string.h>

static const char json_type[] = "application/json";
const char json_lines_type[] = "application/x-ndjson";

static struct request *new_request(struct connection *conn,
                                   struct server *server)
{
    struct request *request = mem_alloc(sizeof *request);
    if (!request)
        return NULL;
    *request = (struct request){.server = server,
                                .conn = conn,
                                .endpoint = &endpoints[ENDPOINT_NONE],
                                .arrived_ns = clock_ns(),
                                .status = 200,
                                .type = json_type,
                                .lines = ""};
    arena_init(&request->arena, LIMIT_QUERY_MEMORY);
    strbuf_init(&request->reply, LIMIT_REPLY_BYTES);
    return request;
}

void request_free(struct request *request)
{
    cancel_free(request->cancel);
    stream_free(request->stream);
    if (request->snapshot)
        snapshot_unref(request->snapshot);
    names_unref(request->names);
    arena_reset(&request->arena);
    strbuf_release(&request->reply);
    mem_free(request);
}

/* --- what was asked --- */

/* A status that no ERR_ code stands for. */
static int refuse(struct request *request, unsigned status, const char *code,
                  int rc)
{
    request->status = status;
    request->error_code = code;
    return rc;
}

/* Only on TCP: a web page may send us requests, but the browser says from where. */
static int check_origin(struct request *request,
                        const struct http_message *message)
{
    unsigned port = request->server->port;
    struct slice origin = http_header(message, "Origin");
    struct slice scheme = SLICE("http://");
    bool good = http_header_times(message, "Host") == 1 &&
                loopback_host(http_header(message, "Host"), port);
    if (!good)
        return refuse(request, 403, "FORBIDDEN",
                      err_set(&request->err, ERR_INVALID,
                              "the Host header does not name this machine "
                              "(localhost:%u)",
                              port));
    if (http_header_times(message, "Origin") == 0)
        return ERR_OK;
    good = http_header_times(message, "Origin") == 1 &&
           slice_starts_with(origin, scheme) &&
           loopback_host(slice_part(origin, scheme.len, origin.len), port);
    if (!good)
        return refuse(request, 403, "FORBIDDEN",
                      err_set(&request->err, ERR_INVALID,
                              "requests from other sites' pages are refused"));
    return ERR_OK;
}

static int route(struct request *request)
{
    struct slice path = request->target.path;
    for (size_t i = 0; i < ENDPOINT_NONE; i++) {
        struct slice wanted = slice_of(endpoints[i].path);
        bool has_rest = wanted.data[wanted.len - 1] == '/';
        if (has_rest ? slice_starts_with(path, wanted) && path.len > wanted.len
                     : slice_eq(path, wanted))
            request->endpoint = &endpoints[i];
    }
    const struct endpoint *endpoint = request->endpoint;
    if (!endpoint->path)
        return err_set(
            &request->err, ERR_NOTFOUND,
            "no such path; there are /v1/search, /v1/count, "
            "/v1/explain, /v1/kwic, /v1/export, /v1/timeline, "
            "/v1/facets, /v1/collocates, /v1/entities, /v1/articles/KEY, "
            "/v1/status, /v1/reload and /metrics");
    bool get = slice_eq(request->method, SLICE("GET"));
    bool post = slice_eq(request->method, SLICE("POST"));
    if ((get && endpoint->get) || (post && endpoint->post)) {
        if (get && request->body.len > 0)
            return err_set(&request->err, ERR_INVALID,
                           "a GET has no body; send a POST");
        return ERR_OK;
    }
    request->lines = endpoint->allow;
    return refuse(request, 405, "METHOD",
                  err_set(&request->err, ERR_INVALID,
                          "the method is not for this path; %.*s",
                          (int)strcspn(endpoint->allow, "\r"),
                          endpoint->allow));
}

static int read_message(struct request *request,
                        const struct http_message *message, bool local)
{
    struct slice target;
    struct err *err = &request->err;
    if (arena_copy_slice(&request->arena, message->method, &request->method) ||
        arena_copy_slice(&request->arena, message->body, &request->body) ||
        arena_copy_slice(&request->arena, message->target, &target))
        return err_set(err, ERR_NOMEM, "no memory for the request");
    request->bodiless = slice_eq(request->method, SLICE("HEAD"));
    int rc = local ? ERR_OK : check_origin(request, message);
    if (rc == 0)
        rc = http_target_parse(target, &request->arena, &request->target, err);
    if (rc == 0)
        rc = route(request);
    return rc;
}

struct request *request_new(struct connection *conn, struct server *server,
                            const struct http_message *message, bool local)
{
    struct request *request = new_request(conn, server);
    if (!request)
        return NULL;
    request->keep_alive = message->keep_alive;
    request->chunks = message->chunks;
    if (read_message(request, message, local) && request->err.code == ERR_NOMEM)
        request->keep_alive = false;
    return request;
}

struct request *request_new_refusal(struct connection *conn,
                                    struct server *server, unsigned status,
                                    const struct err *err)
{
    struct request *request = new_request(conn, server);
    if (!request)
        return NULL;
    request->err = *err;
    request->status = status;
    request->error_code = status == 503   ? "BUSY"
                          : status == 408 ? "TIMEOUT"
                                          : err_name(err->code);
    return request;
}

/* --- the answer --- */

static unsigned status_of(int rc)
{
    switch (rc) {
    case ERR_INVALID:
        return 400;
    case ERR_NOTFOUND:
        return 404;
    case ERR_GONE:
        return 410;
    case ERR_LIMIT:
        return 422;
    case ERR_UNSUPPORTED:
        return 501;
    case ERR_DEADLINE:
        return 504;
    default:
        return 500;
    }
}

static void write_error(struct request *request)
{
    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    json_out_key(&j, "error");
    json_out_object(&j);
    json_out_key(&j, "code");
    json_out_text(&j, request->error_code);
    json_out_key(&j, "message");
    json_out_text(&j, request->err.text);
    if (request->err.at != ERR_NOWHERE) {
        json_out_key(&j, "position");
        json_out_i64(&j, request->err.at);
    }
    json_out_end(&j);
    if (request->repeat.data) {
        json_out_key(&j, "query");
        json_out_slice(&j, request->repeat);
    }
    json_out_end(&j);
}

static void log_request(const struct request *request, uint64_t us)
{
    const struct peer *peer = connection_peer(request->conn);
    bool query = request->server->options.log_queries;
    enum log_level level = request->status >= 500 ? LOG_WARNING
                           : query                ? LOG_INFO
                                                  : LOG_DEBUG;
    /* Sentences about a query quote it. */
    bool fault = request->status >= 500 || (request->err.code && query);
    struct slice text =
        request->params.q.data ? request->params.q : request->params.phrase;
    log_line(level,
             "request endpoint=%s status=%u us=%llu uid=%ld pid=%ld%s%.*s%s%s",
             request->endpoint->name, request->status, (unsigned long long)us,
             peer->uid, peer->pid, query && text.data ? " query=" : "",
             query ? (int)text.len : 0,
             text.data ? (const char *)text.data : "", fault ? " error=" : "",
             fault ? request->err.text : "");
}

static void record(struct request *request)
{
    uint64_t us = (clock_ns() - request->arrived_ns) / 1000;
    metrics_reply(&request->server->metrics,
                  (unsigned)(request->endpoint - endpoints), request->status,
                  us);
    log_request(request, us);
}

/* Its status is sent already. JSON Lines can say what went wrong, and stay whole for
 * HTTP; other formats cannot, and must not look whole. */
static void finish_stream(struct request *request, int rc)
{
    bool says = request->type == json_lines_type;
    if (rc && says) {
        if (stream_state(request->stream).mid_line)
            strbuf_add_char(&request->reply, '\n');
        write_error(request);
        strbuf_add_char(&request->reply, '\n');
    }
    request->status = 200;
    request->server->metrics.streams_cut += rc != 0;
    if (rc == ERR_IO || rc == ERR_CORRUPT || rc == ERR_NOMEM)
        log_line(LOG_WARNING, "stream cut endpoint=%s error=%s",
                 request->endpoint->name, request->err.text);
    record(request);
    connection_end_stream(request->conn, request, !rc || says);
}

void request_finish(struct request *request, int rc)
{
    struct metrics *metrics = &request->server->metrics;
    if (rc == 0 && request->reply.failed)
        rc = err_set(&request->err, ERR_LIMIT,
                     "the reply is longer than %d bytes", LIMIT_REPLY_BYTES);
    if (rc) {
        if (!request->error_code) {
            request->status = status_of(rc);
            request->error_code = err_name(rc);
        }
        strbuf_reset(&request->reply);
    }
    metrics->busy += request->status == 503;
    metrics->deadline += rc == ERR_DEADLINE;
    metrics->cancelled += !request->conn;
    if (!request->conn) {
        request_free(request);
        return;
    }
    if (request->stream && stream_state(request->stream).begun) {
        finish_stream(request, rc);
        return;
    }
    if (rc) {
        request->type = json_type;
        write_error(request);
    }
    record(request);
    connection_reply(request->conn, request);
}

/* --- there and back --- */

/* Worker thread. */
static int answer(struct request *request, struct worker *worker)
{
    struct err *err = &request->err;
    int rc =
        params_read(&request->target, request->body, request->endpoint->params,
                    &request->arena, &request->params, err);
    if (rc)
        return rc;
    uint64_t deadline_ns =
        request->arrived_ns + request->params.deadline_ms * UINT64_C(1000000);
    cancel_set_deadline(request->cancel, deadline_ns);
    if (request->stream)
        stream_set_deadline(request->stream, deadline_ns);
    rc = cancel_check(request->cancel); /* it may have waited too long */
    if (rc == 0)
        rc = request->endpoint->answer(request, worker);
    if (rc == ERR_DEADLINE)
        err_set(err, rc, "the answer was not ready after %u ms",
                request->params.deadline_ms);
    return rc;
}

static void on_worker(struct pool_job *job, struct worker *worker)
{
    struct request *request = (struct request *)job;
    request->err = (struct err){.at = ERR_NOWHERE};
    request->err.code = answer(request, worker);
}

static void on_loop(struct pool_job *job)
{
    struct request *request = (struct request *)job;
    struct server *server = request->server;
    server->requests_out--;
    request_finish(request, request->err.code);
    server_progress(server);
}

static void on_stream_bytes(void *context)
{
    struct request *request = context;
    if (request->conn)
        connection_pump(request->conn);
}

static void send_to_worker(struct request *request)
{
    struct server *server = request->server;
    struct err *err = &request->err;
    bool streams = request->endpoint->place == ON_STREAM;
    request->cancel = cancel_new(0);
    if (streams)
        request->stream = stream_new(&server->loop, on_stream_bytes, request);
    if (!request->cancel || (streams && !request->stream)) {
        request_finish(request,
                       err_set(err, ERR_NOMEM, "no memory for the request"));
        return;
    }
    request->snapshot = server->current;
    snapshot_ref(request->snapshot);
    request->names = names_ref(server->names);
    request->job.run = on_worker;
    request->job.done = on_loop;
    request->job.slow = request->endpoint->place != ON_WORKER;
    if (pool_submit(server->workers, &request->job)) {
        server->requests_out++;
        return;
    }
    request->lines = "Retry-After: 1\r\n";
    request_finish(
        request,
        refuse(request, 503, "BUSY",
               err_set(err, ERR_LIMIT, "%zu requests are waiting; try again",
                       server->options.queue_limit)));
}

static bool on_a_worker(const struct request *request)
{
    enum endpoint_place place = request->endpoint->place;
    return place == ON_WORKER || place == ON_SLOW || place == ON_STREAM;
}

void request_start(struct request *request)
{
    const struct endpoint *endpoint = request->endpoint;
    int rc = request->err.code;
    if (rc == 0 && on_a_worker(request)) {
        send_to_worker(request);
        return;
    }
    if (rc == 0)
        rc = params_read(&request->target, request->body, endpoint->params,
                         &request->arena, &request->params, &request->err);
    if (rc == 0 && endpoint->place == ON_RELOAD) {
        request->server->requests_out++;
        reload_ask(request->server, request);
        return;
    }
    if (rc == 0)
        rc = endpoint->answer(request, NULL);
    request_finish(request, rc);
}

void request_abandon(struct request *request)
{
    struct server *server = request->server;
    request->conn = NULL;
    if (request->cancel)
        cancel_request(request->cancel);
    if (request->stream)
        stream_abandon(request->stream);
    if (!on_a_worker(request) || !pool_withdraw(server->workers, &request->job))
        return; /* whoever has it gives it back */
    server->requests_out--;
    server->metrics.cancelled++;
    request_free(request);
}
