/* connection.h - one client: bytes in, requests in order, replies in order.
 *
 * Requests of one connection are answered one after the other, so that a client that
 * reloads and then asks gets the new generation, and none can fill the queue alone.
 * Up to LIMIT_PIPELINE are read ahead; then, and while a reply waits for the client
 * to read it, nothing more is read. All of it is the loop thread's.
 *
 * EOF means that the client has gone: what it asked is cancelled, unread requests are
 * dropped. That includes a client that only closed its sending side.
 */
#ifndef QUERYD_CONNECTION_H
#define QUERYD_CONNECTION_H

#include "wire/http.h"

#include <uv.h>

struct connection;
struct request;
struct server;

struct peer {
    bool known; /* a Unix socket */
    long pid, uid;
};

/* `listener` has a connection waiting. Without memory it is dropped. */
void connection_accept(struct server *server, uv_stream_t *listener);

/* The one answer to the active request, whose reply this sends and then frees. */
void connection_reply(struct connection *conn, struct request *request);

const struct peer *connection_peer(const struct connection *conn);

/* Close those that stayed silent too long. */
void connections_sweep(struct server *server);

/* The daemon stops: what runs is answered, everything else closed. */
void connections_finish(struct server *server);

/* ... and was not done in time. */
void connections_abort(struct server *server);

#endif
