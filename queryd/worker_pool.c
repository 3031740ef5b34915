#include "queryd/worker_pool.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>

struct worker {
    struct pool *pool;
    uv_thread_t thread;
    struct searcher *searcher; /* kept for the next job; may be NULL */
    struct stemmers *stemmers; /* made at the first job */
};

struct pool {
    uv_mutex_t lock;
    uv_cond_t wake;
    struct pool_job *first, **last; /* waiting, oldest first */
    size_t waiting, limit;
    size_t slow_waiting, slow_running, slow_limit;
    struct pool_job *finished;      /* newest first */
    const struct snapshot *adopted; /* only compared, never followed */
    bool stopping;

    uv_async_t done; /* .data points back here */
    unsigned threads;
    struct worker worker[];
};

static bool searcher_is_old(const struct worker *worker)
{
    return worker->searcher && worker->pool->adopted &&
           worker->searcher->snapshot != worker->pool->adopted;
}

static void drop_searcher(struct worker *worker)
{
    if (worker->searcher)
        searcher_close(worker->searcher);
    worker->searcher = NULL;
}

static void unlink_job(struct pool *pool, struct pool_job **at)
{
    struct pool_job *job = *at;
    *at = job->next;
    if (!*at)
        pool->last = at;
    pool->waiting--;
    pool->slow_waiting -= job->slow;
}

/* The oldest that may run now; NULL when there is none. */
static struct pool_job *take_first(struct pool *pool)
{
    for (struct pool_job **at = &pool->first; *at; at = &(*at)->next) {
        struct pool_job *job = *at;
        if (job->slow && pool->slow_running >= pool->slow_limit)
            continue;
        unlink_job(pool, at);
        pool->slow_running += job->slow;
        return job;
    }
    return NULL;
}

/* The next job, or NULL when the pool stops. The lock is held before and after,
 * not while an old searcher is closed: that may take as long as the disk likes. */
static struct pool_job *next_job(struct worker *worker)
{
    struct pool *pool = worker->pool;
    struct pool_job *job;
    for (;;) {
        if (searcher_is_old(worker)) {
            uv_mutex_unlock(&pool->lock);
            drop_searcher(worker);
            uv_mutex_lock(&pool->lock);
        } else if ((job = take_first(pool))) {
            return job;
        } else if (pool->stopping) {
            return NULL;
        } else {
            uv_cond_wait(&pool->wake, &pool->lock);
        }
    }
}

static void work(void *arg)
{
    struct worker *worker = arg;
    struct pool *pool = worker->pool;
    uv_mutex_lock(&pool->lock);
    for (struct pool_job *job; (job = next_job(worker));) {
        uv_mutex_unlock(&pool->lock);
        job->run(job, worker);
        uv_mutex_lock(&pool->lock);
        pool->slow_running -= job->slow;
        job->next = pool->finished;
        pool->finished = job;
        uv_async_send(&pool->done);
    }
    uv_mutex_unlock(&pool->lock);
    drop_searcher(worker);
    stemmers_free(worker->stemmers);
}

/* Loop thread. libuv may tell of several finished jobs with one call. */
static void on_done(uv_async_t *async)
{
    struct pool *pool = async->data;
    uv_mutex_lock(&pool->lock);
    struct pool_job *list = pool->finished;
    pool->finished = NULL;
    uv_mutex_unlock(&pool->lock);

    struct pool_job *oldest = NULL;
    while (list) {
        struct pool_job *next = list->next;
        list->next = oldest;
        oldest = list;
        list = next;
    }
    while (oldest) {
        struct pool_job *next = oldest->next;
        oldest->done(oldest);
        oldest = next;
    }
}

static void join(struct pool *pool)
{
    uv_mutex_lock(&pool->lock);
    pool->stopping = true;
    uv_cond_broadcast(&pool->wake);
    uv_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        uv_thread_join(&pool->worker[i].thread);
}

static void on_closed(uv_handle_t *handle)
{
    struct pool *pool = handle->data;
    uv_cond_destroy(&pool->wake);
    uv_mutex_destroy(&pool->lock);
    mem_free(pool);
}

void pool_close(struct pool *pool)
{
    if (!pool)
        return;
    join(pool);
    assert(!pool->first && !pool->finished);
    uv_close((uv_handle_t *)&pool->done, on_closed);
}

int pool_open(uv_loop_t *loop, unsigned threads, size_t queue_limit,
              struct pool **out, struct err *err)
{
    struct pool *pool =
        mem_alloc(sizeof *pool + threads * sizeof pool->worker[0]);
    if (!pool)
        return err_set(err, ERR_NOMEM, "no memory for the workers");
    *pool = (struct pool){.limit = queue_limit,
                          .slow_limit = threads > 1 ? threads - 1 : 1};
    pool->last = &pool->first;
    pool->done.data = pool;
    if (uv_mutex_init(&pool->lock) || uv_cond_init(&pool->wake) ||
        uv_async_init(loop, &pool->done, on_done)) {
        mem_free(pool);
        return err_set(err, ERR_IO, "the workers' lock cannot be made");
    }
    for (; pool->threads < threads; pool->threads++) {
        struct worker *worker = &pool->worker[pool->threads];
        *worker = (struct worker){.pool = pool};
        int rc = uv_thread_create(&worker->thread, work, worker);
        if (rc) {
            pool_close(pool);
            return err_set(err, ERR_IO, "worker %u cannot start: %s",
                           pool->threads, uv_strerror(rc));
        }
    }
    *out = pool;
    return ERR_OK;
}

bool pool_submit(struct pool *pool, struct pool_job *job)
{
    uv_mutex_lock(&pool->lock);
    bool room = pool->waiting < pool->limit &&
                (!job->slow || pool->slow_waiting < (pool->limit + 1) / 2);
    if (room) {
        job->next = NULL;
        *pool->last = job;
        pool->last = &job->next;
        pool->waiting++;
        pool->slow_waiting += job->slow;
        uv_cond_signal(&pool->wake);
    }
    uv_mutex_unlock(&pool->lock);
    return room;
}

bool pool_withdraw(struct pool *pool, struct pool_job *job)
{
    bool found = false;
    uv_mutex_lock(&pool->lock);
    for (struct pool_job **at = &pool->first; *at; at = &(*at)->next) {
        if (*at != job)
            continue;
        unlink_job(pool, at);
        found = true;
        break;
    }
    uv_mutex_unlock(&pool->lock);
    return found;
}

size_t pool_waiting(struct pool *pool)
{
    uv_mutex_lock(&pool->lock);
    size_t waiting = pool->waiting;
    uv_mutex_unlock(&pool->lock);
    return waiting;
}

size_t pool_slow_running(struct pool *pool)
{
    uv_mutex_lock(&pool->lock);
    size_t running = pool->slow_running;
    uv_mutex_unlock(&pool->lock);
    return running;
}

void pool_adopt(struct pool *pool, const struct snapshot *snapshot)
{
    uv_mutex_lock(&pool->lock);
    pool->adopted = snapshot;
    uv_cond_broadcast(&pool->wake);
    uv_mutex_unlock(&pool->lock);
}

int worker_searcher(struct worker *worker, struct snapshot *snapshot,
                    struct searcher **out, struct err *err)
{
    if (worker->searcher && worker->searcher->snapshot != snapshot)
        drop_searcher(worker);
    int rc = ERR_OK;
    if (!worker->searcher)
        rc = searcher_open(snapshot, &worker->searcher, err);
    *out = worker->searcher;
    return rc;
}

int worker_stemmers(struct worker *worker, struct stemmers **out,
                    struct err *err)
{
    if (!worker->stemmers)
        worker->stemmers = stemmers_new();
    *out = worker->stemmers;
    return *out ? ERR_OK : err_set(err, ERR_NOMEM, "no memory for stemmers");
}
