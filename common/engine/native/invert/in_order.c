#include "engine/native/invert/in_order.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct helper {
    struct run *run;
    unsigned thread;
    pthread_t id;
};

struct run {
    const struct in_order *work;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t may_begin, made;
    uint32_t begun, taken;
    bool *done; /* of piece `i`: done[i % window] */
    struct err failure;
};

static bool can_begin(const struct run *run)
{
    return run->failure.code == 0 && run->begun < run->work->count &&
           run->begun - run->taken < run->work->window;
}

static bool is_over(const struct run *run)
{
    return run->failure.code != 0 || run->begun == run->work->count;
}

static void fail(struct run *run, int rc, const struct err *failure)
{
    if (rc && run->failure.code == 0) {
        run->failure = *failure;
        run->failure.code = rc;
    }
}

/* Holding the lock, before and after. */
static void make_next(struct run *run, unsigned thread)
{
    const struct in_order *work = run->work;
    struct err failure = {0};
    uint32_t piece = run->begun++;
    pthread_mutex_unlock(&run->lock);
    int rc = work->make(work->context, thread, piece, &failure);
    pthread_mutex_lock(&run->lock);
    run->done[piece % work->window] = true;
    fail(run, rc, &failure);
    if (thread && (piece == run->taken || rc))
        pthread_cond_signal(&run->made);
    if (rc)
        pthread_cond_broadcast(&run->may_begin);
}

static void take_next(struct run *run)
{
    const struct in_order *work = run->work;
    struct err failure = {0};
    uint32_t piece = run->taken;
    pthread_mutex_unlock(&run->lock);
    int rc = work->take(work->context, piece, &failure);
    pthread_mutex_lock(&run->lock);
    bool was_full = run->begun - run->taken == work->window;
    run->done[piece % work->window] = false;
    run->taken++;
    fail(run, rc, &failure);
    if (was_full || rc)
        pthread_cond_broadcast(&run->may_begin);
}

static void *help(void *context)
{
    struct helper *helper = context;
    struct run *run = helper->run;
    pthread_mutex_lock(&run->lock);
    while (!is_over(run))
        if (can_begin(run))
            make_next(run, helper->thread);
        else
            pthread_cond_wait(&run->may_begin, &run->lock);
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* The caller's part: taking comes first, so that others can go on. */
static void lead(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->failure.code == 0 && run->taken < run->work->count)
        if (run->done[run->taken % run->work->window])
            take_next(run);
        else if (can_begin(run))
            make_next(run, 0);
        else
            pthread_cond_wait(&run->made, &run->lock);
    pthread_cond_broadcast(&run->may_begin);
    pthread_mutex_unlock(&run->lock);
}

int run_in_order(const struct in_order *work, struct err *err)
{
    struct run run = {.work = work};
    unsigned helpers = work->threads > 1 ? work->threads - 1 : 0;
    struct helper *helper = mem_alloc((helpers + 1) * sizeof *helper);
    run.done = mem_alloc(work->window * sizeof *run.done);
    if (!helper || !run.done) {
        mem_free(helper);
        mem_free(run.done);
        return err_set(err, ERR_NOMEM, "no memory to share work");
    }
    memset(run.done, 0, work->window * sizeof *run.done);
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.may_begin, NULL);
    pthread_cond_init(&run.made, NULL);
    unsigned running = 0;
    for (; running < helpers; running++) {
        struct helper *next = &helper[running];
        *next = (struct helper){.run = &run, .thread = running + 1};
        if (pthread_create(&next->id, NULL, help, next))
            break;
    }
    lead(&run);
    for (unsigned i = 0; i < running; i++)
        pthread_join(helper[i].id, NULL);
    pthread_cond_destroy(&run.made);
    pthread_cond_destroy(&run.may_begin);
    pthread_mutex_destroy(&run.lock);
    mem_free(helper);
    mem_free(run.done);
    if (run.failure.code)
        return err_set(err, run.failure.code, "%s", run.failure.text);
    return ERR_OK;
}
