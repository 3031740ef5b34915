/* connection_state.h - one connection, for connection.c (requests and replies) and
 * connection_life.c (beginning, time, end). Loop thread only. */
#ifndef QUERYD_CONNECTION_STATE_H
#define QUERYD_CONNECTION_STATE_H

#include "queryd/connection.h"
#include "queryd/request.h"
#include "queryd/server_state.h"

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

void connection_on_message(void *context, const struct http_message *message);

/* Takes over `text`. Without memory the connection is closed. */
void connection_send(struct connection *conn, struct strbuf *text);

/* Do whatever can be done now: start a request, send of a stream, parse,
 * read or stop reading. */
void connection_advance(struct connection *conn);

/* The reply to it will be the last one of this connection. */
void connection_refuse(struct connection *conn, unsigned status,
                       const struct err *why);

/* Nothing more will be said: tell the client, and wait a moment for it to go. */
void connection_linger(struct connection *conn);

/* At once; memory goes when libuv says so. */
void connection_close(struct connection *conn);
bool connection_closing(const struct connection *conn);

void connection_drop_pending(struct connection *conn);
uint64_t connection_now_ms(const struct connection *conn);

#endif
