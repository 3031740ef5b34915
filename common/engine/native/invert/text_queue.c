#include "engine/native/invert/text_queue.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>

enum {
    BATCH_BYTES = 256 << 10, /* handed over together */
    /* A chapter is collected before it is compressed (stored_writer.c): as much may come
     * while that is done. */
    WAITING_MAX = 4 << 20,
};
_Static_assert(TEXT_QUEUE_MEMORY >= 4 * WAITING_MAX, "also what is collected");

struct batch {
    struct batch *next;
    struct bytes_out text; /* payloads, one behind the other */
    struct bytes_out ends; /* of each, 8 bytes */
};

struct text_queue {
    struct stored_writer *stored;
    bool threaded;
    uint32_t tickets;
    struct batch *filling; /* NULL: none yet */

    bool running;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t came, went;
    struct batch *first, **last; /* handed over, not stored yet */
    size_t waiting;              /* bytes of them, that at work included */
    bool stop, drop;
    struct err failure;
};

int text_queue_open(struct stored_writer *stored, bool threaded,
                    struct text_queue **out, struct err *err)
{
    struct text_queue *queue = mem_alloc(sizeof *queue);
    if (!queue)
        return err_set(err, ERR_NOMEM, "no memory to store articles");
    *queue = (struct text_queue){.stored = stored, .threaded = threaded};
    queue->last = &queue->first;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->came, NULL);
    pthread_cond_init(&queue->went, NULL);
    *out = queue;
    return ERR_OK;
}

static void free_batch(struct batch *batch)
{
    if (!batch)
        return;
    bytes_out_release(&batch->text);
    bytes_out_release(&batch->ends);
    mem_free(batch);
}

static int store_batch(struct stored_writer *stored, const struct batch *batch,
                       struct err *err)
{
    struct slice text = {batch->text.data, batch->text.len};
    size_t from = 0;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < batch->ends.len; i += 8) {
        uint32_t ticket;
        size_t to = (size_t)load_u64(batch->ends.data + i);
        rc = stored_add(stored, slice_part(text, from, to), &ticket, err);
        from = to;
    }
    return rc;
}

static void *work(void *context)
{
    struct text_queue *queue = context;
    pthread_mutex_lock(&queue->lock);
    for (;;) {
        while (!queue->first && !queue->stop)
            pthread_cond_wait(&queue->came, &queue->lock);
        struct batch *batch = queue->first;
        if (!batch)
            break;
        queue->first = batch->next;
        if (!queue->first)
            queue->last = &queue->first;
        bool wanted = queue->failure.code == ERR_OK && !queue->drop;
        pthread_mutex_unlock(&queue->lock);

        struct err failure = {0};
        if (wanted)
            store_batch(queue->stored, batch, &failure);
        size_t bytes = batch->text.len;
        free_batch(batch);

        pthread_mutex_lock(&queue->lock);
        queue->waiting -= bytes;
        if (failure.code)
            queue->failure = failure;
        pthread_cond_signal(&queue->went);
    }
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

/* A machine that gives no thread has it done here. */
static int hand_over(struct text_queue *queue, struct err *err)
{
    struct batch *batch = queue->filling;
    queue->filling = NULL;
    if (!queue->running)
        queue->running = pthread_create(&queue->thread, NULL, work, queue) == 0;
    if (!queue->running) {
        int rc = store_batch(queue->stored, batch, err);
        free_batch(batch);
        return rc;
    }
    pthread_mutex_lock(&queue->lock);
    while (queue->waiting > WAITING_MAX)
        pthread_cond_wait(&queue->went, &queue->lock);
    *queue->last = batch;
    queue->last = &batch->next;
    queue->waiting += batch->text.len;
    int rc = queue->failure.code;
    if (rc)
        err_set(err, rc, "%s", queue->failure.text);
    pthread_cond_signal(&queue->came);
    pthread_mutex_unlock(&queue->lock);
    return rc;
}

static int new_batch(struct text_queue *queue, struct err *err)
{
    queue->filling = mem_alloc(sizeof *queue->filling);
    if (!queue->filling)
        return err_set(err, ERR_NOMEM, "no memory to store an article");
    *queue->filling = (struct batch){0};
    return ERR_OK;
}

int text_queue_put(struct text_queue *queue, const struct article *article,
                   uint32_t *ticket, struct err *err)
{
    int rc = queue->filling ? ERR_OK : new_batch(queue, err);
    if (rc)
        return rc;
    struct batch *batch = queue->filling;
    if (!queue->threaded) {
        batch->text.len = 0;
        rc = article_payload(article, &batch->text, err);
        struct slice payload = {batch->text.data, batch->text.len};
        return rc ? rc : stored_add(queue->stored, payload, ticket, err);
    }
    rc = article_payload(article, &batch->text, err);
    if (rc)
        return rc;
    put_u64(&batch->ends, batch->text.len);
    if (batch->ends.failed)
        return err_set(err, ERR_NOMEM, "no memory to store an article");
    *ticket = queue->tickets++; /* stored_add() counts as we do */
    return batch->text.len < BATCH_BYTES ? ERR_OK : hand_over(queue, err);
}

static void end_thread(struct text_queue *queue)
{
    if (!queue->running)
        return;
    pthread_mutex_lock(&queue->lock);
    queue->stop = true;
    pthread_cond_signal(&queue->came);
    pthread_mutex_unlock(&queue->lock);
    pthread_join(queue->thread, NULL);
    queue->running = false;
}

int text_queue_finish(struct text_queue *queue, struct err *err)
{
    end_thread(queue);
    if (queue->failure.code)
        return err_set(err, queue->failure.code, "%s", queue->failure.text);
    if (!queue->threaded || !queue->filling)
        return ERR_OK;
    return store_batch(queue->stored, queue->filling, err);
}

size_t text_queue_memory(const struct text_queue *queue)
{
    if (queue->threaded)
        return TEXT_QUEUE_MEMORY;
    return stored_writer_memory(queue->stored) +
           (queue->filling ? queue->filling->text.cap : 0);
}

void text_queue_close(struct text_queue *queue)
{
    if (!queue)
        return;
    pthread_mutex_lock(&queue->lock);
    queue->drop = true;
    pthread_mutex_unlock(&queue->lock);
    end_thread(queue);
    free_batch(queue->filling);
    pthread_cond_destroy(&queue->came);
    pthread_cond_destroy(&queue->went);
    pthread_mutex_destroy(&queue->lock);
    mem_free(queue);
}
