/* daemon.h - a server in a thread over the fake engine, and a client that speaks
 * bytes. */
#ifndef TESTS_DAEMON_H
#define TESTS_DAEMON_H

#include "queryd/server.h"
#include "queryd/fake_engine.h"

#include <pthread.h>

struct daemon {
    char dir[64], socket[96];
    struct server_options options; /* fill before daemon_start() */
    struct server *server;
    pthread_t thread;
};

/* Options for a small daemon over a fresh index of 20 articles, generation 1. */
void daemon_prepare(struct daemon *daemon);
void daemon_start(struct daemon *daemon);
/* Stops it, and checks that every snapshot and searcher was closed. */
void daemon_stop(struct daemon *daemon);

/* A connected socket; reading gives up after five seconds. */
int client_connect(const struct daemon *daemon);
int client_connect_tcp(unsigned port);
/* Sends all; false when the daemon has closed. */
bool client_send(int fd, const char *text);

struct reply {
    unsigned status; /* 0: closed, or nothing for five seconds */
    bool keep_alive;
    char allow[64];
    char *body; /* malloc'ed, never NULL */
};

/* The next reply on this connection. */
struct reply client_read(int fd);
void reply_free(struct reply *reply);

/* One GET on a connection of its own. */
struct reply daemon_get(const struct daemon *daemon, const char *target);
/* True when the daemon closes within five seconds; what it still says is dropped. */
bool client_sees_end(int fd);

/* Waits until `text` stands in the reply to a GET; false after five seconds. */
bool daemon_says(const struct daemon *daemon, const char *target,
                 const char *text);
/* Waits until that many searches run. */
bool searches_running(int wanted);

#endif
