/* connection_stream.h - a streaming reply on its way out. Loop thread. */
#ifndef QUERYD_CONNECTION_STREAM_H
#define QUERYD_CONNECTION_STREAM_H

#include <stdbool.h>

struct connection;
struct request;

/* Send what the active request's stream holds, once all before is written. */
void connection_pump(struct connection *conn);

/* The stream of the active request has ended: send the rest and, when not all is there,
 * `request->reply` behind it; then free the request. `whole`: end the body in good
 * order; else the connection is closed in the middle of it. */
void connection_end_stream(struct connection *conn, struct request *request,
                           bool whole);

#endif
