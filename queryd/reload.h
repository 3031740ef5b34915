/* reload.h - a new generation: noticed, opened beside the old one, swapped in.
 *
 * Noticed by inotify on the index directory, by a slow look at MANIFEST (network
 * file systems, lost events), by SIGHUP, and by POST /v1/reload. Opened on the helper
 * thread; a failure leaves everything as it was. One reload runs at a time; what is
 * asked meanwhile runs once more after it, so that who asks gets a generation at least
 * as new as the question.
 */
#ifndef QUERYD_RELOAD_H
#define QUERYD_RELOAD_H

#include "base/err.h"
#include "queryd/worker_pool.h"

struct names;
struct request;
struct server;

struct reload {
    struct pool_job job; /* first */
    struct server *server;

    /* Whoever has the job. */
    struct snapshot *fresh;
    struct names *names; /* of `fresh`; those in use when they are the same */
    int rc;
    struct err err;

    /* Loop thread. */
    bool running, again;
    struct request *waiting, *waiting_next; /* for this one; for the next one */
    uv_fs_event_t watch;
    uv_fs_poll_t poll;
    uv_timer_t settle; /* several events of one commit are one reload */
    bool handles_open;
    int64_t last_at; /* seconds; 0: never */
    bool last_ok;
    char last_message[160];
};

int reload_watch(struct server *server, struct err *err);
void reload_unwatch(struct server *server);

/* `request` is answered when it is done; NULL: nobody waits. */
void reload_ask(struct server *server, struct request *request);

#endif
