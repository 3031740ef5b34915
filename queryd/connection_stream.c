#include "queryd/connection_stream.h"

#include "queryd/connection_state.h"
#include "queryd/stream.h"

enum { HEAD_BYTES = 1 << 10 };

static bool stays(const struct connection *conn, const struct request *request)
{
    return request->keep_alive && request->chunks && !conn->server->stopping;
}

static void begin(struct connection *conn, struct request *request,
                  struct strbuf *text)
{
    if (request->head_sent)
        return;
    request->head_sent = true;
    http_write_stream_head(text, request->status, request->type,
                           request->chunks, stays(conn, request));
}

static void count(struct connection *conn, const struct stream_state *state,
                  size_t bytes)
{
    struct metrics *metrics = &conn->server->metrics;
    metrics->stream_bytes += bytes;
    if (state->peak > metrics->stream_buffer_max)
        metrics->stream_buffer_max = state->peak;
}

void connection_pump(struct connection *conn)
{
    struct request *request = conn->active;
    if (!request || !request->stream || connection_closing(conn) ||
        uv_stream_get_write_queue_size(&conn->io.stream) > 0)
        return;
    struct stream_state state = stream_state(request->stream);
    if (state.waiting == 0)
        return;
    struct strbuf text;
    strbuf_init(&text, STREAM_BUFFER + HEAD_BYTES);
    begin(conn, request, &text);
    stream_take(request->stream, request->chunks, &text);
    count(conn, &state, text.len);
    connection_send(conn, &text);
}

void connection_end_stream(struct connection *conn, struct request *request,
                           bool whole)
{
    struct stream_state state = stream_state(request->stream);
    struct strbuf text;
    strbuf_init(&text, STREAM_BUFFER + HEAD_BYTES + request->reply.len + 100);
    begin(conn, request, &text);
    stream_take(request->stream, request->chunks, &text);
    if (request->chunks)
        http_write_chunk(&text, strbuf_slice(&request->reply));
    else
        strbuf_add_slice(&text, strbuf_slice(&request->reply));
    if (request->chunks && whole)
        http_write_last_chunk(&text);
    count(conn, &state, text.len);
    bool open = whole && stays(conn, request);
    conn->active = NULL;
    request_free(request);
    connection_send(conn, &text);
    if (connection_closing(conn))
        return;
    if (!open)
        connection_linger(conn);
    connection_advance(conn);
}
