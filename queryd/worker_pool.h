/* worker_pool.h - threads that answer, and the bounded queue before them.
 *
 * Who may touch what:
 *
 *     loop thread      everything declared here but the worker's two functions
 *     worker thread    its own struct worker, and a job while it runs
 *     lock             the queue, the list of finished jobs, `adopted`
 *
 * A job is never on both sides at once: submit hands it over, done() hands it back.
 * A slow job is one whose client decides how long it takes, or that looks at every
 * article of a corpus. At most threads - 1 of them run at once (one, when there is one
 * thread), so that a worker is left for the others, and they fill at most half of the
 * queue.
 *
 * Not libuv's pool: a worker keeps a searcher and stemmers, the queue has a limit,
 * and slow queries must not stop file system calls.
 */
#ifndef QUERYD_WORKER_POOL_H
#define QUERYD_WORKER_POOL_H

#include "engine/engine.h"

#include <uv.h>

struct pool;
struct worker;

struct pool_job {
    void (*run)(struct pool_job *, struct worker *); /* worker thread */
    void (*done)(struct pool_job *);                 /* loop thread */
    struct pool_job *next;                           /* the pool's */
    bool slow;
};

/* ERR_NOMEM, ERR_IO. `queue_limit`: jobs that wait, beside those that run. */
int pool_open(uv_loop_t *loop, unsigned threads, size_t queue_limit,
              struct pool **out, struct err *err);

/* False when the queue is full, for this job: nothing happened. */
bool pool_submit(struct pool *pool, struct pool_job *job);

/* True when the job had not begun: it never will, and done() is not called. */
bool pool_withdraw(struct pool *pool, struct pool_job *job);

size_t pool_waiting(struct pool *pool);
size_t pool_slow_running(struct pool *pool);

/* From now on workers close searchers of any other snapshot, idle ones at once. */
void pool_adopt(struct pool *pool, const struct snapshot *snapshot);

/* No job may be left. Joins the threads; memory goes when the loop runs on. */
void pool_close(struct pool *pool);

/* The worker's searcher of this snapshot; stays the worker's. */
int worker_searcher(struct worker *worker, struct snapshot *snapshot,
                    struct searcher **out, struct err *err);
int worker_stemmers(struct worker *worker, struct stemmers **out,
                    struct err *err);

#endif
