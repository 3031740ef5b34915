/* The score of one article: whole numbers, so that no order of adding changes a sum. */
#include "engine/native/search/ranking.h"

#include "base/err.h"

#include <string.h>

int scorer_open(const struct ranking *ranking, struct native_view *view,
                struct arena *arena, struct arena *scratch, struct scorer *out,
                struct err *err)
{
    *out =
        (struct scorer){.ranking = ranking, .view = view, .scratch = scratch};
    out->part = arena_array(arena, struct part_state, ranking->count);
    out->guard = arena_array(arena, int8_t, ranking->guards);
    if ((ranking->count && !out->part) || (ranking->guards && !out->guard))
        return native_no_memory(err);
    return columns_lengths(&view->segment->columns, &out->lengths, err);
}

void scorer_begin(struct scorer *scorer)
{
    const struct ranking *ranking = scorer->ranking;
    if (ranking->count)
        memset(scorer->part, 0, ranking->count * sizeof *scorer->part);
    if (ranking->guards)
        memset(scorer->guard, -1, ranking->guards);
}

/* The hits of an operator, found once an article. */
static int part_hits(struct scorer *scorer, size_t part,
                     const struct hit_list **out, struct err *err)
{
    struct part_state *state = &scorer->part[part];
    const struct query alone = {.root = scorer->ranking->part[part].node};
    int rc = state->have_hits ? ERR_OK
                              : match_hits(&alone, &scorer->view->base,
                                           scorer->scratch, &state->hits, err);
    state->have_hits = rc == ERR_OK;
    *out = &state->hits;
    return rc;
}

static int guard_matches(struct scorer *scorer, const struct part_guard *guard,
                         bool *out, struct err *err)
{
    *out = true;
    for (; guard && *out; guard = guard->above) {
        int8_t *known = &scorer->guard[guard->number];
        const struct query alone = {.root = guard->node};
        int rc = *known >= 0 ? ERR_OK
                             : match_article(&alone, &scorer->view->base,
                                             scorer->scratch, out, err);
        if (rc)
            return rc;
        if (*known < 0)
            *known = *out;
        *out = *known == 1;
    }
    return ERR_OK;
}

/* Hits of an operator; those in the title twice. */
static int hit_frequency(struct scorer *scorer, size_t part, uint32_t *out,
                         struct err *err)
{
    const struct hit_list *hits;
    struct span title;
    struct article_view *view = &scorer->view->base;
    *out = 0;
    int rc = part_hits(scorer, part, &hits, err);
    if (rc || hits->count == 0)
        return rc;
    rc = view->ops->part_range(view, PART_TITLE, &title, err);
    for (size_t i = 0; rc == ERR_OK && i < hits->count; i++) {
        const struct span *span = &hits->hit[i].span;
        *out += span->start >= title.start && span->end <= title.end ? 2 : 1;
    }
    return rc;
}

static int phrase_hits(struct scorer *scorer, const struct node *node,
                       size_t part, uint32_t *out, struct err *err)
{
    struct phrase *phrase;
    bool there;
    int rc = native_view_phrase(scorer->view, node, &phrase, err);
    if (rc)
        return rc;
    if (!phrase)
        return hit_frequency(scorer, part, out, err);
    rc = phrase_seek(phrase, scorer->view->doc, &there);
    return rc || !there ? rc : phrase_frequency(phrase, out);
}

int scorer_part_frequency(struct scorer *scorer, size_t part, uint32_t *out,
                          struct err *err)
{
    struct part_state *state = &scorer->part[part];
    const struct node *node = scorer->ranking->part[part].node;
    int rc = ERR_OK;
    *out = 0;
    if (node->kind == NODE_WORD)
        return native_view_frequency(scorer->view, node, out, err);
    if (!state->have_frequency)
        rc = node->kind == NODE_PHRASE
                 ? phrase_hits(scorer, node, part, &state->frequency, err)
                 : hit_frequency(scorer, part, &state->frequency, err);
    state->have_frequency = rc == ERR_OK;
    *out = state->frequency;
    return rc;
}

static uint32_t contribution(const struct scorer *scorer, float weight,
                             uint32_t frequency)
{
    uint32_t length = scorer->lengths[scorer->view->doc];
    float share = bm25_tf(frequency, length, scorer->ranking->k);
    return (uint32_t)(weight * share);
}

static int add_capitals(struct scorer *scorer, const struct scored_part *part,
                        uint32_t *units, struct err *err)
{
    uint32_t frequency;
    if (part->capitals <= 0)
        return ERR_OK;
    int rc = native_view_capitals(scorer->view, part->node, &frequency, err);
    if (rc == ERR_OK && frequency)
        *units += contribution(scorer, part->capitals, frequency);
    return rc;
}

static int score_part(struct scorer *scorer, size_t at, uint32_t *units,
                      struct err *err)
{
    const struct scored_part *part = &scorer->ranking->part[at];
    uint32_t frequency = 0;
    bool counts = true;
    int rc = scorer_part_frequency(scorer, at, &frequency, err);
    if (rc == ERR_OK && frequency)
        rc = guard_matches(scorer, part->guard, &counts, err);
    if (rc || frequency == 0 || !counts)
        return rc;
    scorer->part[at].counts = true;
    *units += contribution(scorer, part->weight, frequency);
    return add_capitals(scorer, part, units, err);
}

int scorer_contributions(struct scorer *scorer, uint32_t *units,
                         uint32_t *bound, struct err *err)
{
    const struct ranking *ranking = scorer->ranking;
    *units = *bound = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        int rc = score_part(scorer, i, units, err);
        if (rc)
            return rc;
        if (i > 0 && scorer->part[i].counts && scorer->part[i - 1].counts)
            *bound += ranking->part[i - 1].closeness;
    }
    return ERR_OK;
}

int scorer_capitals(struct scorer *scorer, uint32_t has, uint32_t *units,
                    uint32_t *bound, struct err *err)
{
    const struct ranking *ranking = scorer->ranking;
    *bound = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        scorer->part[i].counts = has >> i & 1;
        if (!scorer->part[i].counts)
            continue;
        int rc = add_capitals(scorer, &ranking->part[i], units, err);
        if (rc)
            return rc;
        if (i > 0 && scorer->part[i - 1].counts)
            *bound += ranking->part[i - 1].closeness;
    }
    return ERR_OK;
}

/* --- closeness --- */

static int find_spans(struct scorer *scorer, size_t part, struct span_list *out,
                      struct err *err)
{
    const struct node *node = scorer->ranking->part[part].node;
    struct article_view *view = &scorer->view->base;
    const struct hit_list *hits;
    if (node->kind == NODE_WORD)
        return view->ops->word_spans(view, node, scorer->scratch, out, err);
    int rc = part_hits(scorer, part, &hits, err);
    if (rc)
        return rc;
    out->count = hits->count;
    out->span = arena_array(scorer->scratch, struct span, hits->count);
    if (hits->count && !out->span)
        return native_no_memory(err);
    for (size_t i = 0; i < hits->count; i++)
        out->span[i] = hits->hit[i].span;
    return ERR_OK;
}

/* Most parts have two neighbours, and are found once. */
static int part_spans(struct scorer *scorer, size_t part,
                      const struct span_list **out, struct err *err)
{
    struct part_state *state = &scorer->part[part];
    int rc = state->have_spans ? ERR_OK
                               : find_spans(scorer, part, &state->spans, err);
    state->have_spans = rc == ERR_OK;
    *out = &state->spans;
    return rc;
}

/* The furthest end of the spans of one list that were passed, and the furthest without
 * the one that was passed last. */
struct passed {
    bool any, any_before;
    struct span last;
    uint32_t end, end_before;
};

static void pass(struct passed *p, struct span span)
{
    p->any_before = p->any;
    p->end_before = p->end;
    p->end = p->any && p->end > span.end ? p->end : span.end;
    p->any = true;
    p->last = span;
}

/* Words between `here` and the nearest of those passed that is not the same. */
static uint32_t gap_behind(const struct passed *p, struct span here)
{
    bool same =
        p->any && p->last.start == here.start && p->last.end == here.end;
    if (same ? !p->any_before : !p->any)
        return CLOSENESS_REACH + 1;
    uint32_t end = same ? p->end_before : p->end;
    return here.start > end ? here.start - end : 0;
}

static bool goes_first(struct span a, struct span b)
{
    return a.start != b.start ? a.start < b.start : a.end <= b.end;
}

/* Both lists are passed in one order; of two spans the later one sees the earlier. */
uint32_t closest_gap(const struct span_list *a, const struct span_list *b)
{
    struct passed of_a = {0}, of_b = {0};
    uint32_t least = CLOSENESS_REACH + 1;
    size_t i = 0, k = 0;
    while (least > 0 && (i < a->count || k < b->count)) {
        bool from_a = k == b->count ||
                      (i < a->count && goes_first(a->span[i], b->span[k]));
        struct span here = from_a ? a->span[i++] : b->span[k++];
        uint32_t gap = gap_behind(from_a ? &of_b : &of_a, here);
        least = gap < least ? gap : least;
        pass(from_a ? &of_a : &of_b, here);
    }
    return least;
}

uint32_t closeness_units(const struct scored_part *part,
                         const struct span_list *here,
                         const struct span_list *next)
{
    uint32_t gap = closest_gap(here, next);
    return gap <= CLOSENESS_REACH ? (uint32_t)(part->nearest / (float)(1 + gap))
                                  : 0;
}

int scorer_closeness(struct scorer *scorer, uint32_t bound, uint32_t least,
                     uint32_t *units, struct err *err)
{
    const struct ranking *ranking = scorer->ranking;
    for (size_t i = 0; i + 1 < ranking->count; i++) {
        const struct span_list *here, *next;
        if (!scorer->part[i].counts || !scorer->part[i + 1].counts ||
            ranking->part[i].closeness == 0)
            continue;
        if (*units + bound < least)
            return ERR_OK;
        bound -= ranking->part[i].closeness;
        int rc = part_spans(scorer, i, &here, err);
        if (rc == ERR_OK)
            rc = part_spans(scorer, i + 1, &next, err);
        if (rc)
            return rc;
        *units += closeness_units(&ranking->part[i], here, next);
    }
    return ERR_OK;
}
