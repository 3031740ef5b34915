/* request.h - one request's trip from a connection to an answer and back.
 *
 * Who may touch what:
 *
 *     loop thread      the first group of members, always
 *     whoever has it   the second group: the loop, and from pool_submit() until
 *                      done() the worker
 *     any              cancel_request(request->cancel)
 *
 * The snapshot reference taken on the loop keeps its files open even if a reload
 * replaces server->current meanwhile.
 */
#ifndef QUERYD_REQUEST_H
#define QUERYD_REQUEST_H

#include "base/cancel.h"
#include "base/err.h"
#include "queryd/params.h"
#include "queryd/server_state.h"

struct endpoint;
struct stream;

struct request {
    struct pool_job job; /* first, so that the two pointers are the same */
    struct server *server;
    struct connection *conn; /* NULL: nobody waits any more */
    struct request
        *next; /* of a connection, or of those who wait for a reload */
    struct cancel *cancel;
    const struct endpoint *endpoint; /* NULL: refused before one was found */
    bool keep_alive;
    bool chunks;           /* HTTP/1.1: a reply may come in chunks */
    struct stream *stream; /* NULL unless it streams and was started */
    bool head_sent;        /* of the stream */
    bool bodiless;         /* HEAD: no reply may have a body */

    struct snapshot *snapshot; /* counted; NULL until started */
    struct names *names;       /* of its generation; counted; NULL: none */
    struct arena arena;        /* everything below */
    struct slice method, body;
    struct http_target target;
    struct params params;
    uint64_t arrived_ns;
    unsigned status;
    const char *type, *lines; /* Content-Type; further header lines */
    struct strbuf reply;      /* of a stream: what its end says of a failure */
    struct err err;
    const char *error_code; /* NULL: the name of err.code */
    struct slice repeat;    /* the query to repeat, with ERR_GONE */
};

/* Content-Type of a stream whose last line may be an error. */
extern const char json_lines_type[];

/* Copies what it needs of the message. NULL when out of memory. A message that cannot
 * be read gives a request that will be answered by an error. */
struct request *request_new(struct connection *conn, struct server *server,
                            const struct http_message *message, bool local);

/* The answer to a connection that sent no HTTP. */
struct request *request_new_refusal(struct connection *conn,
                                    struct server *server, unsigned status,
                                    const struct err *err);

/* Answers by connection_reply(), at once or later. */
void request_start(struct request *request);

/* The answer is in status and reply, or in err. */
void request_finish(struct request *request, int rc);

/* The connection has gone. Frees the request, or leaves that to the worker. */
void request_abandon(struct request *request);

void request_free(struct request *request);

#endif
