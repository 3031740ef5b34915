/* stream.h - a reply that is sent while it is made: a worker writes, the loop takes,
 * and the worker waits while the client does not read.
 *
 * Who may touch what:
 *
 *     loop thread    stream_new(), stream_take(), stream_abandon(), stream_free()
 *     worker thread  stream_set_deadline(), stream_write(), only while it runs the
 *                    stream's job
 *     lock           the buffer, `gone`, and what is counted; never held while waiting
 *
 * At most STREAM_BUFFER bytes wait here, and the loop takes them only when all that it
 * took before is written: a stream costs twice that, whatever its client does. The
 * worker is lost to others meanwhile, so worker_pool.h bounds how many of them may be,
 * and the deadline for how long.
 */
#ifndef QUERYD_STREAM_H
#define QUERYD_STREAM_H

#include "base/bytes.h"
#include "base/strbuf.h"

#include <uv.h>

enum { STREAM_BUFFER = 128 << 10 };

struct stream;

/* Calls `on_bytes` on the loop when there is something to take. NULL: no memory. */
struct stream *stream_new(uv_loop_t *loop, void (*on_bytes)(void *context),
                          void *context);

/* The worker has given it back, or never had it. Memory goes when the loop runs on. */
void stream_free(struct stream *stream);

/* Nobody reads any more: writing fails from now on. */
void stream_abandon(struct stream *stream);

/* In terms of clock_ns(). Before the first write. */
void stream_set_deadline(struct stream *stream, uint64_t deadline_ns);

/* Waits for room. Bytes of one call that fit into the buffer get there all or not at
 * all, so that a stream ends between lines. ERR_CANCELLED, ERR_DEADLINE. */
int stream_write(struct stream *stream, struct slice bytes);

/* Append all that waits to `out`, as one chunk or as it is. */
void stream_take(struct stream *stream, bool chunked, struct strbuf *out);

struct stream_state {
    size_t waiting;
    size_t peak;   /* the most that ever waited */
    bool begun;    /* something was written */
    bool mid_line; /* the last byte written was no line feed */
};
struct stream_state stream_state(struct stream *stream);

#endif
