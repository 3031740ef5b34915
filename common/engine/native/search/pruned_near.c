/* Articles whose score depends on positions wait until some have come together. The best
 * are then scored first, so that for most no position is read; and what an article has
 * without them counts from the beginning, for it is part of its score. */
#include "engine/native/search/pruned.h"

#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/search/word_places.h"

#include <stdlib.h>

enum {
    FIRST_LOT = SEGMENT_BLOCK == 8 ? 4 : 16,
    WAITING_MOST = SEGMENT_BLOCK == 8 ? 16 : 512,
    LEAST_KEPT_MOST = 4096, /* for long lists the worst score is worth little */
};

struct waiting {
    doc_id doc;
    uint32_t units, has, most;
};

struct near {
    struct waiting waiting[WAITING_MOST];
    size_t count;
    uint32_t
        *kept; /* a heap of the best sums of contributions, the least on top */
    size_t kept_count, kept_most;
    struct word_places *places; /* by part; NULL: not opened */
    struct span_list *spans;    /* of one article ... */
    uint32_t have_spans;        /* ... and the parts of which they are found */
};

/* --- what an article has at least --- */

static void sink(struct near *near, uint32_t units)
{
    size_t at = 0;
    for (;;) {
        size_t least = 2 * at + 1;
        if (least >= near->kept_count)
            break;
        if (least + 1 < near->kept_count &&
            near->kept[least + 1] < near->kept[least])
            least++;
        if (near->kept[least] >= units)
            break;
        near->kept[at] = near->kept[least];
        at = least;
    }
    near->kept[at] = units;
}

static void rise(struct near *near, uint32_t units)
{
    size_t at = near->kept_count++;
    for (; at > 0 && near->kept[(at - 1) / 2] > units; at = (at - 1) / 2)
        near->kept[at] = near->kept[(at - 1) / 2];
    near->kept[at] = units;
}

static void keep_least(struct pruned *p, struct near *near, uint32_t units)
{
    if (near->kept_count < near->kept_most)
        rise(near, units);
    else if (near->kept_most && units > near->kept[0])
        sink(near, units);
    if (near->kept_most && near->kept_count == near->kept_most &&
        near->kept[0] > p->best->floor)
        p->best->floor = near->kept[0];
}

/* --- scores --- */

static int open_places(struct pruned *p, struct near *near, bool *few)
{
    const struct ranking *ranking = p->ranking;
    struct word_places *places =
        arena_array(p->lists, struct word_places, ranking->count);
    int rc = places ? ERR_OK : native_no_memory(p->err);
    *few = true;
    for (size_t i = 0; rc == ERR_OK && *few && i < ranking->count; i++) {
        const struct scored_part *part = &ranking->part[i];
        rc = word_places_open(
            p->segment, part->node, part->terms ? &part->terms[p->at] : NULL,
            &p->scale, part->capitals > 0, p->lists, &places[i], few, p->err);
    }
    near->places = places;
    return rc;
}

static int add_capitals(struct pruned *p, struct near *near,
                        struct waiting *article)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < p->ranking->count; i++) {
        float capitals = p->ranking->part[i].capitals;
        uint32_t frequency;
        if (capitals <= 0 || !(article->has >> i & 1))
            continue;
        rc = word_places_capitals(&near->places[i], article->doc, &frequency);
        if (rc == ERR_OK && frequency)
            article->units +=
                score_of_posting(&p->scale, capitals, frequency, article->doc);
    }
    return rc;
}

static int spans_of(struct pruned *p, struct near *near, doc_id doc,
                    size_t part)
{
    if (near->have_spans >> part & 1)
        return ERR_OK;
    near->have_spans |= UINT32_C(1) << part;
    return word_places_spans(&near->places[part], doc, p->scratch,
                             &near->spans[part], p->err);
}

/* Closeness of neighbours, while they can bring it in. */
static int add_closeness(struct pruned *p, struct near *near,
                         struct waiting *article)
{
    const struct scored_part *part = p->ranking->part;
    uint32_t pairs = article->has & article->has >> 1, bound = 0;
    uint32_t least = ranked_list_least(p->best);
    for (uint32_t left = pairs; left; left &= left - 1)
        bound += part[__builtin_ctz(left)].closeness;
    arena_reset(p->scratch);
    near->have_spans = 0;
    for (; pairs && article->units + bound >= least; pairs &= pairs - 1) {
        size_t i = (size_t)__builtin_ctz(pairs);
        bound -= part[i].closeness;
        if (part[i].closeness == 0)
            continue;
        int rc = spans_of(p, near, article->doc, i);
        if (rc == ERR_OK)
            rc = spans_of(p, near, article->doc, i + 1);
        if (rc)
            return rc;
        article->units +=
            closeness_units(&part[i], &near->spans[i], &near->spans[i + 1]);
    }
    return ERR_OK;
}

static int by_most(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    if (x->most != y->most)
        return x->most > y->most ? -1 : 1;
    return x->doc < y->doc ? -1 : 1;
}

static int by_doc(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

/* By now the worst that is kept may be better. */
static void drop_worse(struct pruned *p, struct near *near)
{
    uint32_t least = ranked_list_least(p->best);
    size_t count = 0;
    for (size_t i = 0; i < near->count; i++)
        if (near->waiting[i].most >= least)
            near->waiting[count++] = near->waiting[i];
    near->count = count;
}

static int score(struct pruned *p, struct near *near, struct waiting *article)
{
    bool behind;
    if (article->most < ranked_list_least(p->best))
        return ERR_OK;
    int rc = add_capitals(p, near, article);
    if (rc == ERR_OK)
        rc = add_closeness(p, near, article);
    struct ranked ranked = {
        .segment = p->at, .doc = article->doc, .units = article->units};
    return rc ? rc : ranked_list_offer(p->best, &ranked, &behind, p->err);
}

/* The best few, then more: the first may make the others needless. Within each lot they
 * come in the order in which lists are decoded. */
int near_end(struct pruned *p)
{
    struct near *near = p->near;
    size_t lot = FIRST_LOT;
    int rc = ERR_OK;
    if (!near)
        return ERR_OK;
    drop_worse(p, near);
    qsort(near->waiting, near->count, sizeof *near->waiting, by_most);
    for (size_t from = 0; rc == ERR_OK && from < near->count; lot *= 2) {
        struct waiting *article = near->waiting + from;
        if (article->most < ranked_list_least(p->best))
            break;
        size_t count = near->count - from < lot ? near->count - from : lot;
        qsort(article, count, sizeof *article, by_doc);
        for (size_t i = 0; rc == ERR_OK && i < count; i++)
            rc = score(p, near, &article[i]);
        from += count;
    }
    near->count = 0;
    return rc;
}

/* --- waiting --- */

int near_open(struct pruned *p)
{
    const struct ranked_list *best = p->best;
    if (p->slack == 0 || p->ranking->count > SCORED_WORD_BITS)
        return ERR_OK;
    struct near *near = arena_alloc_unset(p->lists, sizeof *near);
    bool few;
    if (!near)
        return native_no_memory(p->err);
    near->count = near->kept_count = near->kept_most = 0;
    int rc = open_places(p, near, &few);
    if (rc || !few)
        return rc;
    near->spans = arena_array(p->lists, struct span_list, p->ranking->count);
    if (!best->request->after.set && best->top.limit <= LEAST_KEPT_MOST) {
        near->kept_most = best->top.limit;
        near->kept = arena_array(p->lists, uint32_t, near->kept_most);
    }
    if (!near->spans || (near->kept_most && !near->kept))
        return native_no_memory(p->err);
    p->near = near;
    return ERR_OK;
}

int near_offer(struct pruned *p, doc_id doc, uint32_t units, uint32_t has,
               uint32_t slack)
{
    struct near *near = p->near;
    keep_least(p, near, units);
    near->waiting[near->count++] =
        (struct waiting){doc, units, has, units + slack};
    return near->count < WAITING_MOST ? ERR_OK : near_end(p);
}
