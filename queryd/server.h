/* server.h - the daemon: one index, a Unix socket, and threads that answer.
 *
 * One thread runs the loop and owns everything but what worker_pool.h lends out.
 * server_stop() alone may be called from anywhere.
 */
#ifndef QUERYD_SERVER_H
#define QUERYD_SERVER_H

#include "engine/engine.h"

struct entity_register;
struct server;

struct server_options {
    const char *index_dir;
    const char *socket;       /* NULL: where socket_path.h says */
    const char *socket_group; /* NULL: the process's */
    const char *listen;       /* "127.0.0.1:8080"; NULL: no TCP */
    unsigned workers;         /* at least 1 */
    bool log_queries;
    bool signals; /* SIGTERM and SIGINT end it, SIGHUP reloads */

    /* Any thread: the newest generation in `dir`. */
    int (*open)(const char *dir, struct snapshot **, struct err *);
    /* Any thread: the register of a generation in `dir`. */
    int (*open_register)(const char *dir, const char *digest,
                         struct entity_register **, struct err *);

    /* 0: as in base/limits.h */
    size_t queue_limit, connection_limit;
    unsigned idle_ms, request_ms;
    unsigned grace_ms; /* for what runs at the end; 0: five seconds */
    unsigned poll_ms;  /* a look at MANIFEST; 0: five seconds */
};

/* Opens the index and listens. ERR_NOTFOUND: no index; ERR_LOCKED: a daemon answers
 * on the socket; ERR_INVALID, ERR_IO, ERR_NOMEM. The options' strings stay borrowed. */
int server_new(const struct server_options *options, struct server **out,
               struct err *err);

/* Serves until a signal or server_stop(), and until what runs has finished. */
void server_run(struct server *server);

void server_stop(struct server *server); /* any thread */

/* After server_run(). */
void server_free(struct server *server);

/* The port of --listen, also when 0 was asked for. */
unsigned server_port(const struct server *server);

#endif
