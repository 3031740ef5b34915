#include "indexer/analysts.h"

#include "base/err.h"
#include "base/mem.h"
#include "text/language.h"

#include <pthread.h>
#include <string.h>

enum {
    ANALYSTS_MAX = 64,
    /* Items handed over together: to wake a thread takes as long as to analyse a short
     * article. */
    GROUP = 8,
};

struct analyst {
    struct analysts *pool;
    struct stemmers
        *stemmers; /* Snowball's objects keep state; NULL: no stems */
    struct language_guesser *guesser; /* NULL: nothing is guessed */
    pthread_t thread;
};

/* Items by `next`. */
struct item_list {
    struct item *first, **last;
};

struct analysts {
    struct item_list group; /* submitted, and still the caller's */
    unsigned group_count;
    pthread_mutex_t
        lock; /* guards the queue, `stop`, and every item's `done` */
    pthread_cond_t work, done;
    struct item_list queue; /* handed over, not taken yet */
    bool stop;
    unsigned running;
    const struct recogniser *recogniser;  /* NULL: no mentions */
    struct analyst analyst[ANALYSTS_MAX]; /* [0] also works without a thread */
};

/* A guess of an earlier run, on a rebuild, is made again. */
static void guess_language(struct language_guesser *guesser,
                           struct article *article)
{
    if (!guesser || (article->lang.len && !article->lang_guessed))
        return;
    article->lang = language_guess(guesser, article);
    article->lang_guessed = article->lang.len > 0;
}

static void analyse(struct analyst *me, struct item *item)
{
    guess_language(me->guesser, &item->article);
    item->rc = analyse_article(&item->article, me->stemmers, &item->arena,
                               &item->analysis);
    if (item->rc == ERR_OK && me->pool->recogniser)
        item->rc = recogniser_find(me->pool->recogniser, &item->article,
                                   &item->analysis, &item->arena);
}

static void clear_list(struct item_list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void *work(void *context)
{
    struct analyst *me = context;
    struct analysts *pool = me->pool;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->queue.first && !pool->stop)
            pthread_cond_wait(&pool->work, &pool->lock);
        struct item *item = pool->queue.first;
        if (!item)
            break;
        pool->queue.first = item->next;
        if (!pool->queue.first)
            clear_list(&pool->queue);
        pthread_mutex_unlock(&pool->lock);

        analyse(me, item);

        pthread_mutex_lock(&pool->lock);
        item->done = true;
        pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

int analysts_start(unsigned threads, bool stems,
                   const struct recogniser *recogniser, struct analysts **out,
                   struct err *err)
{
    struct analysts *pool = mem_alloc(sizeof *pool);
    if (!pool)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(pool, 0, sizeof *pool);
    pool->recogniser = recogniser;
    clear_list(&pool->queue);
    clear_list(&pool->group);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);

    if (threads > ANALYSTS_MAX)
        threads = ANALYSTS_MAX;
    int rc = ERR_OK;
    for (unsigned i = 0; rc == ERR_OK && i < (threads ? threads : 1); i++) {
        struct analyst *analyst = &pool->analyst[i];
        analyst->pool = pool;
        analyst->stemmers = stems ? stemmers_new() : NULL;
        analyst->guesser = language_guesser_new();
        if (stems && !analyst->stemmers) {
            rc = err_set(err, ERR_NOMEM, "out of memory");
        } else if (threads) {
            int failed = pthread_create(&analyst->thread, NULL, work, analyst);
            if (failed)
                rc = err_set(err, ERR_IO, "cannot start a thread: %s",
                             strerror(failed));
            else
                pool->running++;
        }
    }
    if (rc) {
        analysts_stop(pool);
        return rc;
    }
    *out = pool;
    return ERR_OK;
}

/* Holding the lock. */
static void hand_over(struct analysts *pool)
{
    if (!pool->group.first)
        return;
    *pool->queue.last = pool->group.first;
    pool->queue.last = pool->group.last;
    clear_list(&pool->group);
    pool->group_count = 0;
    pthread_cond_broadcast(&pool->work);
}

void analysts_submit(struct analysts *pool, struct item *item)
{
    if (pool->running == 0) {
        analyse(&pool->analyst[0], item);
        item->done = true;
        return;
    }
    item->done = false;
    item->next = NULL;
    *pool->group.last = item;
    pool->group.last = &item->next;
    if (++pool->group_count < GROUP)
        return;
    pthread_mutex_lock(&pool->lock);
    hand_over(pool);
    pthread_mutex_unlock(&pool->lock);
}

void analysts_wait(struct analysts *pool, struct item *item)
{
    pthread_mutex_lock(&pool->lock);
    if (!item->done)
        hand_over(pool);
    while (!item->done)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void analysts_stop(struct analysts *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    hand_over(pool);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->running; i++)
        pthread_join(pool->analyst[i].thread, NULL);
    for (unsigned i = 0; i < ANALYSTS_MAX; i++) {
        stemmers_free(pool->analyst[i].stemmers);
        language_guesser_free(pool->analyst[i].guesser);
    }
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}
