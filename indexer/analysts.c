#include "indexer/analysts.h"

#include "base/err.h"
#include "base/mem.h"
#include "text/language.h"

#include <pthread.h>
#include <string.h>

enum {
    ANALYSTS_MAX = 64,
    /* Items handed over together: to wake a thread takes as long as to analyse a short
     * article, and the more of them the fewer forms are new. */
    GROUP_TEXT = 128 << 10,
};

/* The longest article that a reader yields, with its tokens. */
static const size_t SCRATCH_MAX = (size_t)4 << 30;

struct analyst {
    struct analysts *pool;
    struct stemmers
        *stemmers; /* Snowball's objects keep state; NULL: no stems */
    struct language_guesser *guesser; /* NULL: nothing is guessed */
    struct word_group_maker *words;   /* NULL: tokens are not packed */
    struct arena scratch; /* of one article, whose words are packed */
    pthread_t thread;
};

/* Items by `next`. */
struct item_list {
    struct item *first, **last;
};

struct analysts {
    struct item_list group; /* submitted, and still the caller's */
    unsigned group_count;
    size_t group_text;
    pthread_mutex_t
        lock; /* guards the queue, `stop`, and every item's `done` */
    pthread_cond_t work, done;
    struct item *queue, **queue_end; /* groups by `next_group`, not taken yet */
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

/* The tokens are forgotten: what others need is in the item's arena. */
static int pack(struct analyst *me, struct item *item)
{
    struct analysis *analysis = &item->analysis;
    struct position_list *lists[] = {&analysis->sentences,
                                     &analysis->paragraphs};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t size = lists[i]->count * sizeof *lists[i]->at;
        lists[i]->at = arena_copy(&item->arena, lists[i]->at, size);
        if (!lists[i]->at)
            return ERR_NOMEM;
    }
    int rc = word_group_add(me->words, &analysis->tokens, &item->arena,
                            &analysis->words);
    analysis->tokens = (struct tokens){0};
    article_digest(&item->article, analysis->digest);
    return rc;
}

static void analyse_packed(struct analyst *me, struct item *item)
{
    guess_language(me->guesser, &item->article);
    item->rc =
        analyse_article(&item->article, NULL, &me->scratch, &item->analysis);
    if (item->rc == ERR_OK && me->pool->recogniser)
        item->rc = recogniser_find(me->pool->recogniser, &item->article,
                                   &item->analysis, &item->arena);
    if (item->rc == ERR_OK)
        item->rc = pack(me, item);
    arena_reset(&me->scratch);
}

/* The forms are in the arena of the last one, which is needed longest. */
static void end_group(struct analyst *me, struct item *first, struct item *last)
{
    struct word_group *group = arena_new(&last->arena, struct word_group);
    struct word_group none;
    int rc = word_group_end(me->words, &last->arena, group ? group : &none);
    for (struct item *item = first; item; item = item->next) {
        item->analysis.group = group;
        if (item->rc == ERR_OK && (rc || !group))
            item->rc = ERR_NOMEM;
    }
}

static void analyse_group(struct analyst *me, struct item *first)
{
    struct item *last = first;
    for (struct item *item = first; item; item = item->next) {
        if (me->words)
            analyse_packed(me, item);
        else
            analyse(me, item);
        last = item;
    }
    if (me->words)
        end_group(me, first, last);
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
        while (!pool->queue && !pool->stop)
            pthread_cond_wait(&pool->work, &pool->lock);
        struct item *first = pool->queue;
        if (!first)
            break;
        pool->queue = first->next_group;
        if (!pool->queue)
            pool->queue_end = &pool->queue;
        pthread_mutex_unlock(&pool->lock);

        analyse_group(me, first);

        pthread_mutex_lock(&pool->lock);
        for (struct item *item = first; item; item = item->next)
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
    pool->queue_end = &pool->queue;
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
        arena_init(&analyst->scratch, SCRATCH_MAX);
        if (threads && !stems)
            analyst->words = word_group_maker_new();
        if (stems ? !analyst->stemmers : threads && !analyst->words) {
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

static void hand_over(struct analysts *pool)
{
    struct item *first = pool->group.first;
    if (!first)
        return;
    pthread_mutex_lock(&pool->lock);
    *pool->queue_end = first;
    pool->queue_end = &first->next_group;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (struct item *item = first; item; item = item->next)
        item->handed_over = true;
    clear_list(&pool->group);
    pool->group_count = 0;
    pool->group_text = 0;
}

void analysts_submit(struct analysts *pool, struct item *item)
{
    if (pool->running == 0) {
        analyse(&pool->analyst[0], item);
        item->done = item->handed_over = true;
        return;
    }
    item->done = item->handed_over = false;
    item->next = item->next_group = NULL;
    *pool->group.last = item;
    pool->group.last = &item->next;
    for (int part = 0; part < PART_COUNT; part++)
        pool->group_text += item->article.text[part].len;
    if (++pool->group_count == ANALYSTS_GROUP || pool->group_text >= GROUP_TEXT)
        hand_over(pool);
}

void analysts_wait(struct analysts *pool, struct item *item)
{
    if (!item->handed_over)
        hand_over(pool);
    pthread_mutex_lock(&pool->lock);
    while (!item->done)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void analysts_stop(struct analysts *pool)
{
    if (!pool)
        return;
    hand_over(pool);
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->running; i++)
        pthread_join(pool->analyst[i].thread, NULL);
    for (unsigned i = 0; i < ANALYSTS_MAX; i++) {
        stemmers_free(pool->analyst[i].stemmers);
        language_guesser_free(pool->analyst[i].guesser);
        word_group_maker_free(pool->analyst[i].words);
        arena_reset(&pool->analyst[i].scratch);
    }
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    mem_free(pool);
}
