/* match_window.c - "a b c"~n: one occurrence of each word, in any order, no two of
 * them on the same position, at most n positions inside uncovered.
 *
 * For each place where an occurrence starts, the nearest end that qualifies is
 * sought; of the intervals so found the minimal ones are the hits.
 *
 * When no two words ever share a position and all are one position wide, the
 * nearest end is that of the word whose first occurrence from here is last (the
 * sliding window of Clarke, Cormack & Burkowski). Otherwise (a word twice,
 * hyphenated words) it is a search over sets of words already placed, by rising
 * end; it has a budget, and past it the query is refused, never answered wrongly.
 */
#include "query/match_internal.h"

#include "base/err.h"
#include "base/limits.h"

#include <string.h>

enum { WINDOW_BUDGET = 1 << 16 }; /* states looked at in one article */

struct window {
    struct matcher *m;
    uint32_t n;
    size_t words;
    struct hit_list word[LIMIT_WINDOW_WORDS];
    /* The bit of the word before with the same occurrences, or 0. Such words are
     * placed in their order, which spares all the other orders. */
    uint32_t twin[LIMIT_WINDOW_WORDS];
    size_t budget;
};

/* All occurrences one position wide, and no position that two words share. */
static bool is_simple(const struct window *w)
{
    size_t at[LIMIT_WINDOW_WORDS] = {0};
    for (size_t i = 0; i < w->words; i++)
        for (size_t k = 0; k < w->word[i].count; k++)
            if (w->word[i].hit[k].span.end != w->word[i].hit[k].span.start + 1)
                return false;
    uint32_t last = UINT32_MAX;
    for (;;) { /* merge the lists; an equal start is a shared position */
        size_t least = w->words;
        for (size_t i = 0; i < w->words; i++)
            if (at[i] < w->word[i].count &&
                (least == w->words ||
                 w->word[i].hit[at[i]].span.start <
                     w->word[least].hit[at[least]].span.start))
                least = i;
        if (least == w->words)
            return true;
        uint32_t start = w->word[least].hit[at[least]++].span.start;
        if (start == last)
            return false;
        last = start;
    }
}

static int push_chosen(struct window *w, const struct hit *const *chosen,
                       struct growing_hits *to)
{
    struct growing_hits in_order = {0};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < w->words; i++)
        rc = match_push(w->m, &in_order, *chosen[i]);
    if (rc)
        return rc;
    match_keep_minimal(&in_order.list); /* disjoint: this only sorts */
    struct hit whole = in_order.list.hit[0];
    for (size_t i = 1; rc == ERR_OK && i < in_order.list.count; i++)
        rc = match_join(w->m, &whole, &in_order.list.hit[i], &whole);
    return rc ? rc : match_push(w->m, to, whole);
}

static int simple_hits(struct window *w, struct growing_hits *to)
{
    size_t at[LIMIT_WINDOW_WORDS] = {0};
    const struct hit *chosen[LIMIT_WINDOW_WORDS];
    for (;;) {
        /* The current occurrences: from the first of them to the last. */
        size_t first = 0;
        uint32_t end = 0;
        for (size_t i = 0; i < w->words; i++) {
            if (at[i] == w->word[i].count)
                return ERR_OK;
            chosen[i] = &w->word[i].hit[at[i]];
            if (chosen[i]->span.start < chosen[first]->span.start)
                first = i;
            if (chosen[i]->span.end > end)
                end = chosen[i]->span.end;
        }
        uint32_t width = end - chosen[first]->span.start;
        if (width - (uint32_t)w->words <= w->n) {
            int rc = push_chosen(w, chosen, to);
            if (rc)
                return rc;
        }
        int rc = match_go_on(w->m);
        if (rc)
            return rc;
        at[first]++;
    }
}

/* Words placed so far, and where the last one ended. */
struct placed {
    uint32_t words; /* a bit for each */
    uint32_t end, gaps;
    const struct hit *last;
    const struct placed *before;
    struct placed *next; /* in the same bucket */
};

/* Add a state to the bucket of its end, unless one as good is there. */
static int place(struct window *w, struct placed **bucket, struct placed state)
{
    for (struct placed *p = *bucket; p; p = p->next) {
        if (p->words != state.words)
            continue;
        if (p->gaps > state.gaps) {
            state.next = p->next;
            *p = state;
        }
        return ERR_OK;
    }
    if (w->budget == 0)
        return err_set(w->m->err, ERR_LIMIT,
                       "too many ways to place the words of a \"...\"~%u; use "
                       "fewer words or a smaller distance",
                       w->n);
    w->budget--;
    struct placed *copy = arena_new(w->m->arena, struct placed);
    if (!copy)
        return match_no_memory(w->m);
    *copy = state;
    copy->next = *bucket;
    *bucket = copy;
    return ERR_OK;
}

/* Every way to go on from `state` with a word that is not placed yet. */
static int extend(struct window *w, const struct placed *state, uint32_t start,
                  struct placed **buckets, uint32_t reach)
{
    for (size_t i = 0; i < w->words; i++) {
        if (state->words & UINT32_C(1) << i ||
            (state->words & w->twin[i]) != w->twin[i])
            continue;
        const struct hit_list *list = &w->word[i];
        size_t at = match_first_from(list, state->end);
        for (; at < list->count; at++) {
            const struct hit *hit = &list->hit[at];
            uint32_t gaps = state->gaps + hit->span.start - state->end;
            if (gaps > w->n)
                break;
            uint32_t end = hit->span.end - start;
            if (end > reach)
                continue;
            int rc =
                place(w, &buckets[end],
                      (struct placed){state->words | UINT32_C(1) << i,
                                      hit->span.end, gaps, hit, state, NULL});
            if (rc)
                return rc;
        }
    }
    return ERR_OK;
}

/* The nearest end for windows that start with `first`, an occurrence of word i. */
static int search_from(struct window *w, size_t i, const struct hit *first,
                       uint32_t reach, struct growing_hits *to)
{
    const uint32_t all = (uint32_t)((UINT64_C(1) << w->words) - 1);
    struct placed **buckets =
        arena_array(w->m->arena, struct placed *, (size_t)reach + 1);
    if (!buckets)
        return match_no_memory(w->m);
    uint32_t start = first->span.start, width = first->span.end - start;
    if (width > reach)
        return ERR_OK;
    int rc = place(w, &buckets[width],
                   (struct placed){UINT32_C(1) << i, first->span.end, 0, first,
                                   NULL, NULL});
    if (rc == ERR_OK)
        rc = match_go_on(w->m);
    for (uint32_t end = width; rc == ERR_OK && end <= reach; end++) {
        for (const struct placed *p = buckets[end]; rc == ERR_OK && p;
             p = p->next) {
            if (p->words != all) {
                rc = extend(w, p, start, buckets, reach);
                continue;
            }
            const struct hit *chosen[LIMIT_WINDOW_WORDS];
            size_t count = 0;
            for (const struct placed *q = p; q; q = q->before)
                chosen[count++] = q->last;
            return push_chosen(w, chosen, to);
        }
    }
    return rc;
}

static bool same_spans(const struct hit_list *a, const struct hit_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->hit[i].span.start != b->hit[i].span.start ||
            a->hit[i].span.end != b->hit[i].span.end)
            return false;
    return true;
}

static void find_twins(struct window *w)
{
    for (size_t i = 0; i < w->words; i++)
        for (size_t k = i; k > 0 && !w->twin[i]; k--)
            if (same_spans(&w->word[k - 1], &w->word[i]))
                w->twin[i] = UINT32_C(1) << (k - 1);
}

static int searched_hits(struct window *w, struct growing_hits *to)
{
    find_twins(w);
    /* As far as a window can reach: n others, and each word at its widest. */
    uint32_t reach = w->n;
    for (size_t i = 0; i < w->words; i++) {
        uint32_t widest = 0;
        for (size_t k = 0; k < w->word[i].count; k++) {
            const struct span *span = &w->word[i].hit[k].span;
            if (span->end - span->start > widest)
                widest = span->end - span->start;
        }
        reach += widest;
    }
    for (size_t i = 0; i < w->words; i++)
        for (size_t k = 0; !w->twin[i] && k < w->word[i].count; k++) {
            int rc = search_from(w, i, &w->word[i].hit[k], reach, to);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

int match_window_hits(struct matcher *m, const struct node *window,
                      struct hit_list *out)
{
    struct window w = {
        .m = m,
        .n = window->n,
        .words = window->child_count,
        .budget = WINDOW_BUDGET,
    };
    *out = (struct hit_list){0};
    for (size_t i = 0; i < w.words; i++) {
        int rc = match_node_hits(m, window->child[i], &w.word[i]);
        if (rc || w.word[i].count == 0)
            return rc;
    }
    struct growing_hits found = {0};
    int rc =
        is_simple(&w) ? simple_hits(&w, &found) : searched_hits(&w, &found);
    *out = found.list;
    if (rc == ERR_OK)
        match_keep_minimal(out);
    return rc;
}
