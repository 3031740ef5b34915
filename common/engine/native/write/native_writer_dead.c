/* Nothing in the index says which terms an article has; so the dead are analysed again,
 * from their texts, when they die. docs/decisions/052 says why. */
#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- which are current --- */

const uint64_t *current_bits(const struct writer_segment *s)
{
    if (s->bits)
        return s->bits;
    return s->segment->live ? live_bits(s->segment->live) : NULL;
}

static int own_bits(struct writer_segment *s, struct err *err)
{
    size_t words = bit_words(s->segment->docs);
    const uint64_t *now = current_bits(s);
    if (s->bits)
        return ERR_OK;
    s->bits = mem_alloc(words * sizeof *s->bits);
    if (!s->bits)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (now) {
        memcpy(s->bits, now, words * sizeof *s->bits);
        return ERR_OK;
    }
    memset(s->bits, 0xff, words * sizeof *s->bits);
    if (s->segment->docs % 64)
        s->bits[words - 1] = (UINT64_C(1) << (s->segment->docs % 64)) - 1;
    return ERR_OK;
}

int segment_archive(struct writer_segment *s, doc_id doc, struct err *err)
{
    uint32_t words;
    int rc = columns_length(&s->segment->columns, doc, &words, err);
    if (rc == ERR_OK)
        rc = own_bits(s, err);
    if (rc)
        return rc;
    if (s->live_words < words)
        return err_set(err, ERR_CORRUPT, "%s: an article longer than all",
                       segment_file_path(s->segment->file));
    s->bits[doc / 64] &= ~(UINT64_C(1) << (doc % 64));
    s->live_docs--;
    s->live_words -= words;
    return ERR_OK;
}

int segment_mark_purged(struct writer_segment *s, doc_id doc, struct err *err)
{
    if (!s->purged) {
        size_t bytes =
            bit_words((uint64_t)s->segment->docs + s->segment->archived) *
            sizeof *s->purged;
        s->purged = mem_alloc(bytes);
        if (!s->purged)
            return err_set(err, ERR_NOMEM, "out of memory");
        memset(s->purged, 0, bytes);
    }
    s->purged[doc / 64] |= UINT64_C(1) << (doc % 64);
    return ERR_OK;
}

/* --- what the dead hold --- */

struct counted {
    uint32_t number;
    struct term_counts dead, all; /* as the dictionary has it */
};

struct dead_count {
    struct native_writer *writer;
    const struct segment *segment;
    struct inverter *inverter;
    struct arena arena;    /* of one article */
    struct counted *batch; /* of the articles in the inverter */
    size_t batch_count, batch_capacity;
    struct dead_term *sum; /* of all before, rising */
    size_t sum_count;
};

static int differs(const struct segment *segment, struct err *err)
{
    return err_set(err, ERR_CORRUPT,
                   "%s: a stored article, analysed again, gives terms that the "
                   "index has not",
                   segment_file_path(segment->file));
}

static int add_term(void *context, struct slice term,
                    const struct term_counts *counts, struct err *err)
{
    struct dead_count *d = context;
    struct term_entry entry;
    bool found;
    int rc =
        dictionary_find(&d->segment->dictionary, term, &entry, &found, err);
    if (rc == ERR_OK && !found && term.data[0] == TERM_PAIR)
        return ERR_OK; /* the segment has lists of some pairs only */
    if (rc || !found)
        return rc ? rc : differs(d->segment, err);
    if (d->batch_count == d->batch_capacity) {
        size_t capacity = d->batch_capacity ? 2 * d->batch_capacity : 256;
        struct counted *more = mem_realloc(d->batch, capacity * sizeof *more);
        if (!more)
            return err_set(err, ERR_NOMEM, "out of memory");
        d->batch = more;
        d->batch_capacity = capacity;
    }
    d->batch[d->batch_count++] =
        (struct counted){entry.number, *counts, entry.counts};
    return ERR_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = ((const struct counted *)a)->number;
    uint32_t y = ((const struct counted *)b)->number;
    return (x > y) - (x < y);
}

static bool add_counts(struct term_counts *sum, const struct counted *more)
{
    sum->docs += more->dead.docs;
    sum->frequency += more->dead.frequency;
    sum->occurrences += more->dead.occurrences;
    return sum->docs <= more->all.docs &&
           sum->frequency <= more->all.frequency &&
           sum->occurrences <= more->all.occurrences;
}

/* The sorted batch into the sum: both rise. */
static int add_batch(struct dead_count *d, struct err *err)
{
    size_t most = d->sum_count + d->batch_count, count = 0;
    struct dead_term *sum = mem_alloc(most * sizeof *sum + 1);
    if (!sum)
        return err_set(err, ERR_NOMEM, "out of memory");
    bool right = true;
    for (size_t s = 0, b = 0; s < d->sum_count || b < d->batch_count;) {
        bool from_sum =
            b == d->batch_count ||
            (s < d->sum_count && d->sum[s].number <= d->batch[b].number);
        struct dead_term *term = &sum[count++];
        *term = from_sum ? d->sum[s++]
                         : (struct dead_term){.number = d->batch[b].number};
        if (b < d->batch_count && d->batch[b].number == term->number)
            right = add_counts(&term->counts, &d->batch[b++]) && right;
    }
    mem_free(d->sum);
    d->sum = sum;
    d->sum_count = count;
    d->batch_count = 0;
    return right ? ERR_OK : differs(d->segment, err);
}

/* Count what is in the inverter, and empty it. */
static int count_inverter(struct dead_count *d, struct err *err)
{
    if (!d->inverter)
        return ERR_OK;
    int rc = inverter_each_term(d->inverter, add_term, d, err);
    inverter_free(d->inverter);
    d->inverter = NULL;
    if (rc)
        return rc;
    if (d->batch_count)
        qsort(d->batch, d->batch_count, sizeof *d->batch, compare_numbers);
    return add_batch(d, err);
}

static int analyse(struct native_writer *writer, const struct article *article,
                   struct arena *arena, struct analysis *out, struct err *err)
{
    if (!writer->stemmers)
        writer->stemmers = stemmers_new();
    if (!writer->stemmers)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = analyse_article(article, writer->stemmers, arena, out);
    return rc ? err_set(err, rc, "an old version of %.*s cannot be analysed",
                        SLICE_ARG(article->key))
              : ERR_OK;
}

static int add_dead(struct dead_count *d, doc_id doc, struct err *err)
{
    struct doc_record record;
    struct article article;
    struct analysis analysis;
    struct slice payload;
    int rc = columns_record(&d->segment->columns, doc, &record, err);
    if (rc)
        return rc;
    rc = stored_read(&d->segment->stored, doc, &d->arena, &payload, err);
    if (rc == ERR_NOTFOUND)
        return err_set(err, ERR_UNSUPPORTED,
                       "%.*s: no text is kept of it, so it cannot be replaced "
                       "or deleted",
                       SLICE_ARG(record.key));
    if (rc == ERR_OK)
        rc = article_from_payload(payload, &d->arena, &article, err);
    if (rc)
        return rc;
    article.key = record.key;
    rc = analyse(d->writer, &article, &d->arena, &analysis, err);
    if (rc == ERR_OK && !d->inverter)
        rc = inverter_new(&d->inverter, err);
    return rc ? rc
              : inverter_add(d->inverter, &article, &analysis, &record,
                             UINT32_MAX, err);
}

static int add_all_dead(struct dead_count *d, const uint64_t *before,
                        const uint64_t *now, struct err *err)
{
    int rc = ERR_OK;
    for (doc_id doc = 0; rc == ERR_OK && doc < d->segment->docs; doc++) {
        if (bit_at(now, doc) || (before && !bit_at(before, doc)))
            continue;
        rc = add_dead(d, doc, err);
        arena_reset(&d->arena);
        if (rc == ERR_OK &&
            inverter_memory(d->inverter) > d->writer->memory_bytes / 2)
            rc = count_inverter(d, err);
    }
    return rc ? rc : count_inverter(d, err);
}

int count_dead(struct native_writer *self, const struct writer_segment *s,
               struct dead_term **out, size_t *count, struct err *err)
{
    struct dead_count d = {.writer = self, .segment = s->segment};
    const struct live *live = s->segment->live;
    int rc = ERR_OK;
    arena_init(&d.arena, SIZE_MAX);
    if (live) {
        struct dead_term *before;
        rc = live_dead_all(live, &d.arena, &before, &d.sum_count, err);
        if (rc == ERR_OK) {
            d.sum = mem_alloc(d.sum_count * sizeof *d.sum + 1);
            if (!d.sum)
                rc = err_set(err, ERR_NOMEM, "out of memory");
            else if (d.sum_count)
                memcpy(d.sum, before, d.sum_count * sizeof *d.sum);
        }
        arena_reset(&d.arena);
    }
    if (rc == ERR_OK && s->bits)
        rc = add_all_dead(&d, live ? live_bits(live) : NULL, s->bits, err);
    if (rc == ERR_OK)
        rc = segment_damage(s->segment, err);
    inverter_free(d.inverter);
    mem_free(d.batch);
    arena_reset(&d.arena);
    if (rc) {
        mem_free(d.sum);
        d = (struct dead_count){0};
    }
    *out = d.sum;
    *count = d.sum_count;
    return rc;
}
