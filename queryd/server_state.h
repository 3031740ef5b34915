/* server_state.h - what the files of the daemon share of the server. All of it is
 * the loop thread's. */
#ifndef QUERYD_SERVER_STATE_H
#define QUERYD_SERVER_STATE_H

#include "queryd/metrics.h"
#include "queryd/names.h"
#include "queryd/reload.h"
#include "queryd/server.h"
#include "queryd/sockets.h"
#include "queryd/worker_pool.h"

#include <uv.h>

struct connection;

struct server {
    uv_loop_t loop;
    struct server_options options; /* zeros replaced by what they stand for */
    struct snapshot *current;      /* counted; replaced by a reload */
    struct names *names;           /* of `current`; counted; NULL: none */
    struct pool *workers;          /* answer queries */
    struct pool *helper;           /* one thread: opens generations */
    struct reload reload;
    struct metrics metrics;

    struct unix_socket unix_socket;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
    bool pipe_open, tcp_open; /* handles that exist */
    unsigned port;

    uv_stream_t *stalled;           /* a listener we had no memory for */
    struct connection *connections; /* all, newest first */
    size_t connection_count;
    size_t requests_out; /* at a worker, or waiting for a reload */

    uv_timer_t sweep, grace;
    uv_async_t stop_asked;
    uv_signal_t signal[3];
    bool handles_open; /* the four above */
    bool stopping, closing;
    /* Everything from one read: connections are read one after the other. */
    char read_buffer[64 << 10];
};

/* A connection or a request has ended: perhaps it was the last one. */
void server_progress(struct server *server);

/* Take over the reference. */
void server_adopt(struct server *server, struct snapshot *fresh);
void server_adopt_names(struct server *server, struct names *fresh);

#endif
