#include "queryd/stream.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/mem.h"
#include "wire/http.h"

#include <string.h>

enum {
    /* The loop is told when so much waits, and otherwise this long after it was told
     * last: a chunk for every line would cost more than the lines. What is written
     * after that goes with the next line, or with the end. */
    ENOUGH_BYTES = 16 << 10,
    ENOUGH_NS = 10000000,
};

struct stream {
    uv_async_t wake; /* .data points back here */
    void (*on_bytes)(void *context);
    void *context;

    uint64_t deadline_ns, told_ns; /* the worker's */

    uv_mutex_t lock;
    uv_cond_t room;
    bool gone;
    struct stream_state state;
    char buffer[STREAM_BUFFER];
};

static void on_wake(uv_async_t *async)
{
    struct stream *stream = async->data;
    stream->on_bytes(stream->context);
}

struct stream *stream_new(uv_loop_t *loop, void (*on_bytes)(void *context),
                          void *context)
{
    struct stream *stream = mem_alloc(sizeof *stream);
    if (!stream)
        return NULL;
    stream->on_bytes = on_bytes;
    stream->context = context;
    stream->deadline_ns = UINT64_MAX;
    stream->told_ns = 0;
    stream->gone = false;
    stream->state = (struct stream_state){0};
    stream->wake.data = stream;
    if (uv_mutex_init(&stream->lock))
        goto no_lock;
    if (uv_cond_init(&stream->room))
        goto no_condition;
    if (uv_async_init(loop, &stream->wake, on_wake) == 0)
        return stream;
    uv_cond_destroy(&stream->room);
no_condition:
    uv_mutex_destroy(&stream->lock);
no_lock:
    mem_free(stream);
    return NULL;
}

static void on_closed(uv_handle_t *handle)
{
    struct stream *stream = handle->data;
    uv_cond_destroy(&stream->room);
    uv_mutex_destroy(&stream->lock);
    mem_free(stream);
}

void stream_free(struct stream *stream)
{
    if (stream)
        uv_close((uv_handle_t *)&stream->wake, on_closed);
}

void stream_abandon(struct stream *stream)
{
    uv_mutex_lock(&stream->lock);
    stream->gone = true;
    uv_cond_signal(&stream->room);
    uv_mutex_unlock(&stream->lock);
}

void stream_set_deadline(struct stream *stream, uint64_t deadline_ns)
{
    stream->deadline_ns = deadline_ns;
}

/* Until `bytes` fit. The lock is held before and after. */
static int wait_for_room(struct stream *stream, size_t bytes)
{
    while (!stream->gone && STREAM_BUFFER - stream->state.waiting < bytes) {
        uint64_t now = clock_ns();
        if (now >= stream->deadline_ns)
            return ERR_DEADLINE;
        uv_async_send(&stream->wake);
        uv_cond_timedwait(&stream->room, &stream->lock,
                          stream->deadline_ns - now);
    }
    return stream->gone ? ERR_CANCELLED : ERR_OK;
}

static void append(struct stream *stream, struct slice bytes)
{
    struct stream_state *state = &stream->state;
    memcpy(stream->buffer + state->waiting, bytes.data, bytes.len);
    state->waiting += bytes.len;
    state->begun = true;
    state->mid_line = bytes.data[bytes.len - 1] != '\n';
    if (state->waiting > state->peak)
        state->peak = state->waiting;
}

int stream_write(struct stream *stream, struct slice bytes)
{
    int rc = ERR_OK;
    uv_mutex_lock(&stream->lock);
    while (rc == 0 && bytes.len > 0) {
        size_t n = bytes.len < STREAM_BUFFER ? bytes.len : STREAM_BUFFER;
        rc = wait_for_room(stream, n);
        if (rc)
            break;
        append(stream, slice_part(bytes, 0, n));
        bytes = slice_part(bytes, n, bytes.len);
    }
    size_t waiting = stream->state.waiting;
    uv_mutex_unlock(&stream->lock);

    uint64_t now = clock_ns();
    if (waiting >= ENOUGH_BYTES || now - stream->told_ns >= ENOUGH_NS) {
        stream->told_ns = now;
        uv_async_send(&stream->wake);
    }
    return rc;
}

void stream_take(struct stream *stream, bool chunked, struct strbuf *out)
{
    uv_mutex_lock(&stream->lock);
    struct slice bytes = {(const uint8_t *)stream->buffer,
                          stream->state.waiting};
    if (chunked)
        http_write_chunk(out, bytes);
    else
        strbuf_add_slice(out, bytes);
    stream->state.waiting = 0;
    uv_cond_signal(&stream->room);
    uv_mutex_unlock(&stream->lock);
}

struct stream_state stream_state(struct stream *stream)
{
    uv_mutex_lock(&stream->lock);
    struct stream_state state = stream->state;
    uv_mutex_unlock(&stream->lock);
    return state;
}
