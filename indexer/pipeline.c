#include "indexer/pipeline.h"

#include "base/err.h"
#include "base/mem.h"
#include "indexer/analysts.h"
#include "indexer/interrupt.h"
#include "indexer/versions.h"

#include <assert.h>
#include <string.h>

enum {
    /* Items between reader and writer, for each thread; enough that none of them
     * waits while one long article is put. */
    ITEMS_PER_THREAD = 2 * ANALYSTS_GROUP,
    RING_MAX = 1024,
    /* Text between reader and writer, all items together, is at most this part of
     * the memory; its tokens take ten times as much. */
    RING_TEXT_PART = 32,
    RING_TEXT_MAX = 16 << 20,
    /* What a thread needs for itself: the stems and words that it remembers. */
    THREAD_BYTES = 12 << 20,
};

/* The longest article that a reader yields, with its tokens. */
static const size_t ITEM_MEMORY = (size_t)4 << 30;

struct slot {
    struct item item;
    uint64_t record, byte; /* where it was read, should it still be rejected */
    const char *file;      /* in the item's arena */
    enum upsert_kind kind;
    size_t text_bytes;
};

struct pipeline {
    struct writer *writer;
    struct pipeline_options options;
    struct report *report;
    struct versions *versions;
    struct analysts *analysts;
    struct generation_info committed;
    uint64_t changes_since_commit;
    /* slots [oldest, oldest + used) are on their way, modulo size */
    size_t oldest, used, size;
    size_t text_bytes, text_max;
    struct slot slot[];
};

size_t pipeline_writer_memory(size_t memory_bytes, unsigned threads)
{
    size_t ours = threads > 1 ? (size_t)threads * THREAD_BYTES : 0;
    size_t least = memory_bytes / 4;
    return ours < memory_bytes - least ? memory_bytes - ours : least;
}

int pipeline_open(struct writer *writer, const struct pipeline_options *options,
                  struct report *report, struct pipeline **out, struct err *err)
{
    /* This thread reads and writes; with one thread it analyses, too. */
    unsigned analysts = options->threads - 1;
    size_t size = analysts ? (size_t)ITEMS_PER_THREAD * options->threads : 1;
    if (size > RING_MAX)
        size = RING_MAX;

    size_t bytes = sizeof(struct pipeline) + size * sizeof(struct slot);
    struct pipeline *p = mem_alloc(bytes);
    if (!p)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(p, 0, bytes);
    p->writer = writer;
    p->options = *options;
    p->report = report;
    p->size = size;
    p->text_max = RING_TEXT_MAX;
    if (options->memory_bytes &&
        options->memory_bytes / RING_TEXT_PART < RING_TEXT_MAX)
        p->text_max = options->memory_bytes / RING_TEXT_PART;
    for (size_t i = 0; i < size; i++)
        arena_init(&p->slot[i].item.arena, ITEM_MEMORY);

    int rc = analysts_start(analysts, !writer->engine->finds_stems,
                            options->recogniser, &p->analysts, err);
    if (rc == ERR_OK && !(p->versions = versions_new(writer)))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc) {
        pipeline_close(p);
        return rc;
    }
    *out = p;
    return ERR_OK;
}

void pipeline_close(struct pipeline *p)
{
    if (!p)
        return;
    analysts_stop(p->analysts);
    versions_free(p->versions);
    for (size_t i = 0; i < p->size; i++)
        arena_reset(&p->slot[i].item.arena);
    mem_free(p);
}

static int reject_slot(struct pipeline *p, const struct slot *slot,
                       const char *reason, struct err *err)
{
    struct reject reject = {.record = slot->record, .byte = slot->byte};
    snprintf(reject.reason, sizeof reject.reason, "%s", reason);
    return report_reject(p->report, slot->file, &reject, err);
}

/* Give the oldest item to the writer. */
static int retire(struct pipeline *p, struct err *err)
{
    struct slot *slot = &p->slot[p->oldest];
    struct item *item = &slot->item;
    analysts_wait(p->analysts, item);
    p->oldest = (p->oldest + 1) % p->size;
    p->used--;
    p->text_bytes -= slot->text_bytes;

    int rc = item->rc;
    if (rc == ERR_LIMIT) {
        rc = reject_slot(p, slot, "its words take too much memory", err);
    } else if (rc) {
        rc = err_set(err, rc, "out of memory");
    } else {
        rc = p->writer->engine->writer_put(p->writer, &item->article,
                                           &item->analysis, err);
        if (rc == ERR_OK) {
            report_outcome(p->report, slot->kind, item->article.key);
            p->changes_since_commit++;
        }
    }
    arena_reset(&item->arena);
    if (rc == ERR_OK && p->options.commit_every &&
        p->changes_since_commit >= p->options.commit_every) {
        p->changes_since_commit = 0;
        rc = p->writer->engine->writer_commit(p->writer, &p->committed, err);
    }
    return rc;
}

int pipeline_drain(struct pipeline *p, struct err *err)
{
    int rc = ERR_OK;
    while (rc == ERR_OK && p->used)
        rc = retire(p, err);
    return rc;
}

/* A slot to read into. */
static int free_slot(struct pipeline *p, struct slot **out, struct err *err)
{
    int rc = ERR_OK;
    while (rc == ERR_OK && (p->used == p->size || p->text_bytes > p->text_max))
        rc = retire(p, err);
    *out = &p->slot[(p->oldest + p->used) % p->size];
    assert(rc || !(*out)->item.arena.chunks);
    return rc;
}

static void submit(struct pipeline *p, struct slot *slot)
{
    p->used++;
    p->text_bytes += slot->text_bytes;
    analysts_submit(p->analysts, &slot->item);
}

static size_t text_bytes(const struct article *article)
{
    size_t sum = 0;
    for (int part = 0; part < PART_COUNT; part++)
        sum += article->text[part].len;
    return sum;
}

/* The article in `slot`: reject it, leave it, or send it on. */
static int take(struct pipeline *p, struct slot *slot, struct err *err)
{
    struct article *article = &slot->item.article;
    struct arena *arena = &slot->item.arena;
    slot->text_bytes = text_bytes(article);
    if (article->source.len == 0)
        article->source = p->options.source;
    article->ingested = p->options.ingested;
    int rc = article_assign_key(article, arena);
    if (rc)
        return err_set(err, rc, "out of memory");
    rc = versions_decide(p->versions, article, arena, &slot->kind, err);
    if (rc)
        return rc;

    switch (slot->kind) {
    case UPSERT_NEW:
    case UPSERT_NEW_VERSION:
    case UPSERT_CONFLICT:
        submit(p, slot);
        return ERR_OK;
    case UPSERT_FULL:
        return reject_slot(p, slot, "too many different texts under one key",
                           err);
    default:
        report_outcome(p->report, slot->kind, article->key);
        return ERR_OK;
    }
}

/* A record that the reader gave up the file at: the rest of it is lost. */
static int reject_rest(struct pipeline *p, struct input *in, uint64_t record,
                       const struct err *fault, struct err *err)
{
    struct reject reject = {.record = record, .byte = input_offset(in)};
    snprintf(reject.reason, sizeof reject.reason, "%.*s",
             (int)sizeof reject.reason - 1, fault->text);
    return report_reject(p->report, input_name(in), &reject, err);
}

static int read_record(struct pipeline *p, struct reader *reader,
                       struct input *in, uint64_t record, bool *end,
                       struct err *err)
{
    struct slot *slot;
    int rc = free_slot(p, &slot, err);
    if (rc)
        return rc;
    struct arena *arena = &slot->item.arena;
    struct reject reject = {0};
    struct err fault = {0};
    slot->item.article = (struct article){0};
    slot->record = record;
    slot->byte = input_offset(in);

    int step = reader_next(reader, arena, &slot->item.article, &reject, &fault);
    if (step == READER_ARTICLE) {
        slot->file = arena_printf(arena, "%s", input_name(in));
        size_t used = p->used;
        rc = slot->file ? take(p, slot, err)
                        : err_set(err, ERR_NOMEM, "out of memory");
        if (p->used != used)
            return rc; /* the arena is on its way */
    } else if (step == READER_REJECT) {
        rc = report_reject(p->report, input_name(in), &reject, err);
    } else if (step == ERR_NOMEM) {
        rc = err_set(err, ERR_NOMEM, "%s", fault.text);
    } else {
        *end = true;
        if (step < 0)
            rc = reject_rest(p, in, record, &fault, err);
    }
    arena_reset(arena);
    return rc;
}

int pipeline_read(struct pipeline *p, struct reader *reader, struct input *in,
                  struct err *err)
{
    int rc = ERR_OK;
    bool end = false;
    for (uint64_t record = 1; rc == ERR_OK && !end; record++) {
        rc = interrupt_check(err);
        if (rc == ERR_OK)
            rc = read_record(p, reader, in, record, &end, err);
        report_tick(p->report, input_offset(in), input_stored_offset(in));
    }
    p->report->bytes += input_offset(in);
    return rc;
}

static int copy_list(struct arena *arena, struct slice_list *list)
{
    struct slice *item = arena_array(arena, struct slice, list->count + 1);
    if (!item)
        return ERR_NOMEM;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < list->count; i++)
        rc = arena_copy_slice(arena, list->item[i], &item[i]);
    list->item = item;
    return rc;
}

static int copy_article(const struct article *from, struct arena *arena,
                        struct article *to)
{
    *to = *from;
    struct slice *const fields[] = {
        &to->key,  &to->id,     &to->url,      &to->source,
        &to->lang, &to->byline, &to->dateline, &to->status,
    };
    struct slice_list *const lists[] = {&to->topics, &to->places, &to->people,
                                        &to->orgs};
    int rc = ERR_OK;
    for (int part = 0; rc == ERR_OK && part < PART_COUNT; part++)
        rc = arena_copy_slice(arena, to->text[part], &to->text[part]);
    for (size_t i = 0; rc == ERR_OK && i < sizeof fields / sizeof *fields; i++)
        rc = arena_copy_slice(arena, *fields[i], fields[i]);
    for (size_t i = 0; rc == ERR_OK && i < sizeof lists / sizeof *lists; i++)
        rc = copy_list(arena, lists[i]);
    return rc;
}

int pipeline_put_again(struct pipeline *p, const struct article *article,
                       struct err *err)
{
    struct slot *slot;
    int rc = interrupt_check(err);
    if (rc == ERR_OK)
        rc = free_slot(p, &slot, err);
    if (rc)
        return rc;
    rc = copy_article(article, &slot->item.arena, &slot->item.article);
    if (rc) {
        arena_reset(&slot->item.arena);
        return err_set(err, rc, "out of memory");
    }
    slot->file = "the old index";
    slot->record = p->report->records + p->used + 1;
    slot->byte = 0;
    slot->kind = UPSERT_NEW;
    slot->text_bytes = text_bytes(article);
    p->report->bytes += slot->text_bytes;
    p->report->done++;
    submit(p, slot);
    report_tick(p->report, 0, 0);
    return ERR_OK;
}

struct generation_info pipeline_committed(const struct pipeline *p)
{
    return p->committed;
}
