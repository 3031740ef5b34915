/* Each positional node gives its hits as one sorted list; operators make their
 * candidates from their operands' lists and keep the minimal ones. Windows, where
 * the choice of occurrences matters, are in match_window.c. */
#include "query/match.h"

#include "base/cancel.h"
#include "base/err.h"
#include "query/match_internal.h"

#include <stdlib.h>
#include <string.h>

int match_no_memory(struct matcher *m)
{
    return err_set(m->err, ERR_LIMIT,
                   "the hits of one article need more memory than a query may "
                   "have");
}

static int compare_hits(const void *a, const void *b)
{
    const struct span *x = &((const struct hit *)a)->span;
    const struct span *y = &((const struct hit *)b)->span;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static void sort_unique(struct hit_list *list)
{
    if (list->count < 2)
        return;
    qsort(list->hit, list->count, sizeof *list->hit, compare_hits);
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++)
        if (compare_hits(&list->hit[i], &list->hit[kept - 1]) != 0)
            list->hit[kept++] = list->hit[i];
    list->count = kept;
}

/* From the last start to the first, an interval is minimal when it ends before
 * every one that starts later. */
void match_keep_minimal(struct hit_list *list)
{
    sort_unique(list);
    uint32_t nearest_end = UINT32_MAX;
    size_t kept = list->count;
    for (size_t i = list->count; i > 0;) {
        size_t first = i - 1; /* of those with the same start: the shortest */
        while (first > 0 &&
               list->hit[first - 1].span.start == list->hit[first].span.start)
            first--;
        if (list->hit[first].span.end < nearest_end) {
            nearest_end = list->hit[first].span.end;
            list->hit[--kept] = list->hit[first];
        }
        i = first;
    }
    if (list->count)
        memmove(list->hit, list->hit + kept,
                (list->count - kept) * sizeof *list->hit);
    list->count -= kept;
}

int match_go_on(struct matcher *m)
{
    int rc = cancel_check(m->view->cancel);
    if (rc == ERR_DEADLINE)
        return err_set(m->err, rc, "the deadline passed in a long article");
    return rc ? err_set(m->err, rc, "nobody waits for the answer") : ERR_OK;
}

int match_push(struct matcher *m, struct growing_hits *to, struct hit hit)
{
    if (to->list.count == to->capacity) {
        size_t capacity = to->capacity ? to->capacity * 2 : 16;
        struct hit *bigger = arena_array(m->arena, struct hit, capacity);
        if (!bigger)
            return match_no_memory(m);
        if (to->list.count)
            memcpy(bigger, to->list.hit, to->list.count * sizeof *bigger);
        to->list.hit = bigger;
        to->capacity = capacity;
    }
    to->list.hit[to->list.count++] = hit;
    return ERR_OK;
}

/* The leaves of `a`, then those of `b`; `a` ends before `b` begins. */
int match_join(struct matcher *m, const struct hit *a, const struct hit *b,
               struct hit *out)
{
    size_t count = a->leaf_count + b->leaf_count;
    struct span *leaf = arena_array(m->arena, struct span, count);
    if (count && !leaf)
        return match_no_memory(m);
    if (a->leaf_count)
        memcpy(leaf, a->leaf, a->leaf_count * sizeof *leaf);
    if (b->leaf_count)
        memcpy(leaf + a->leaf_count, b->leaf, b->leaf_count * sizeof *leaf);
    *out = (struct hit){{a->span.start, b->span.end}, leaf, count};
    return ERR_OK;
}

size_t match_first_from(const struct hit_list *list, uint32_t start)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->hit[middle].span.start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int word_hits(struct matcher *m, const struct node *word,
                     struct hit_list *out)
{
    struct span_list spans;
    int rc = m->view->ops->word_spans(m->view, word, m->arena, &spans, m->err);
    if (rc)
        return rc;
    struct hit *hit = arena_array(m->arena, struct hit, spans.count);
    if (spans.count && !hit)
        return match_no_memory(m);
    for (size_t i = 0; i < spans.count; i++)
        hit[i] = (struct hit){spans.span[i], &spans.span[i], 1};
    *out = (struct hit_list){hit, spans.count};
    return ERR_OK;
}

/* The part that a position is in; empty when it is in none. */
static int part_around(struct matcher *m, uint32_t position, struct span *out)
{
    for (int part = 0; part < PART_COUNT; part++) {
        int rc = m->view->ops->part_range(m->view, (enum article_part)part, out,
                                          m->err);
        if (rc || (out->start <= position && position < out->end))
            return rc;
    }
    *out = (struct span){0};
    return ERR_OK;
}

/* Chains with `before` more words in front and `behind` more at the end, whatever
 * they are: every position of a part is one word. The others are dropped. */
static int widen_chains(struct matcher *m, struct hit_list *chains,
                        uint32_t before, uint32_t behind)
{
    size_t kept = 0;
    for (size_t i = 0; i < chains->count; i++) {
        struct hit chain = chains->hit[i];
        struct span part;
        int rc = part_around(m, chain.span.start, &part);
        if (rc)
            return rc;
        if (chain.span.start - part.start < before ||
            part.end - chain.span.end < behind)
            continue;
        chain.span.start -= before;
        chain.span.end += behind;
        chains->hit[kept++] = chain;
    }
    chains->count = kept;
    return ERR_OK;
}

/* Each chain with each of `next` that starts where it ends. */
static int lengthen_chains(struct matcher *m, struct hit_list *chains,
                           const struct hit_list *next)
{
    struct growing_hits longer = {0};
    for (size_t i = 0; i < chains->count; i++) {
        const struct hit *chain = &chains->hit[i];
        size_t at = match_first_from(next, chain->span.end);
        int rc = match_go_on(m);
        if (rc)
            return rc;
        for (; at < next->count && next->hit[at].span.start == chain->span.end;
             at++) {
            struct hit joined = {0};
            rc = match_join(m, chain, &next->hit[at], &joined);
            if (rc == ERR_OK)
                rc = match_push(m, &longer, joined);
            if (rc)
                return rc;
        }
    }
    /* A chain that ends elsewhere may still be the one that goes on: only equal
     * ones are dropped here. */
    sort_unique(&longer.list);
    *chains = longer.list;
    return ERR_OK;
}

/* Chains of operands, each starting where the one before ended. A pattern has a word
 * that is not *: the first one begins the chains. */
static int phrase_hits(struct matcher *m, const struct node *phrase,
                       struct hit_list *out)
{
    uint32_t first = 0;
    while (phrase->child[first]->kind == NODE_ANY)
        first++;
    int rc = match_node_hits(m, phrase->child[first], out);
    if (rc == ERR_OK && first > 0)
        rc = widen_chains(m, out, first, 0);
    for (size_t c = first + 1;
         rc == ERR_OK && out->count && c < phrase->child_count; c++) {
        if (phrase->child[c]->kind == NODE_ANY) {
            rc = widen_chains(m, out, 0, 1);
            continue;
        }
        struct hit_list next;
        rc = match_node_hits(m, phrase->child[c], &next);
        if (rc == ERR_OK)
            rc = lengthen_chains(m, out, &next);
    }
    if (rc == ERR_OK)
        match_keep_minimal(out);
    return rc;
}

static int title_hits(struct matcher *m, const struct node *title,
                      struct hit_list *out)
{
    struct span range;
    int rc = m->view->ops->part_range(m->view, PART_TITLE, &range, m->err);
    if (rc == ERR_OK)
        rc = match_node_hits(m, title->child[0], out);
    size_t kept = 0;
    for (size_t i = 0; rc == ERR_OK && i < out->count; i++)
        if (out->hit[i].span.start >= range.start &&
            out->hit[i].span.end <= range.end)
            out->hit[kept++] = out->hit[i];
    out->count = kept;
    return rc;
}

/* The union of what the children that match have to show. */
static int union_hits(struct matcher *m, const struct node *node,
                      size_t children, struct hit_list *out)
{
    struct growing_hits all = {0};
    int rc = ERR_OK;
    for (size_t c = 0; rc == ERR_OK && c < children; c++) {
        struct hit_list part;
        rc = match_node_hits(m, node->child[c], &part);
        for (size_t i = 0; rc == ERR_OK && i < part.count; i++)
            rc = match_push(m, &all, part.hit[i]);
    }
    *out = all.list;
    sort_unique(out);
    return rc;
}

int match_node_hits(struct matcher *m, const struct node *node,
                    struct hit_list *out)
{
    *out = (struct hit_list){0};
    bool matches = true;
    int rc = ERR_OK;
    switch (node->kind) {
    case NODE_WORD:
        return word_hits(m, node, out);
    case NODE_PHRASE:
        return phrase_hits(m, node, out);
    case NODE_WINDOW:
        return match_window_hits(m, node, out);
    case NODE_NEAR:
    case NODE_ADJ:
        return match_pair_hits(m, node, out);
    case NODE_NOTNEAR:
        return match_notnear_hits(m, node, out);
    case NODE_TITLE:
        return title_hits(m, node, out);
    case NODE_OR:
        return union_hits(m, node, node->child_count, out);
    case NODE_AND:
        rc = match_node(m, node, &matches);
        return rc || !matches ? rc
                              : union_hits(m, node, node->child_count, out);
    case NODE_NOT:
        rc = match_node(m, node, &matches);
        return rc || !matches ? rc : union_hits(m, node, 1, out);
    case NODE_FIELD:
    case NODE_DATE:
    case NODE_NOTHING:
    case NODE_ANY: /* phrase_hits() looks at it */
        return ERR_OK;
    }
    return ERR_OK;
}

static int match_any(struct matcher *m, const struct node *node, bool *matches)
{
    int rc = ERR_OK;
    *matches = false;
    for (size_t i = 0; rc == ERR_OK && !*matches && i < node->child_count; i++)
        rc = match_node(m, node->child[i], matches);
    return rc;
}

static int match_all(struct matcher *m, const struct node *node, bool *matches)
{
    int rc = ERR_OK;
    *matches = true;
    for (size_t i = 0; rc == ERR_OK && *matches && i < node->child_count; i++)
        rc = match_node(m, node->child[i], matches);
    return rc;
}

int match_node(struct matcher *m, const struct node *node, bool *matches)
{
    struct hit_list hits;
    int rc = ERR_OK;
    switch (node->kind) {
    case NODE_WORD:
        return m->view->ops->word_present(m->view, node, matches, m->err);
    case NODE_FIELD:
    case NODE_DATE:
        return m->view->ops->filter_matches(m->view, node, matches, m->err);
    case NODE_AND:
        return match_all(m, node, matches);
    case NODE_OR:
        return match_any(m, node, matches);
    case NODE_NOT:
        rc = match_node(m, node->child[0], matches);
        if (rc == ERR_OK && *matches) {
            rc = match_node(m, node->child[1], matches);
            *matches = !*matches;
        }
        return rc;
    case NODE_NOTHING:
        *matches = false;
        return ERR_OK;
    case NODE_ANY:
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_NOTNEAR:
    case NODE_TITLE:
        rc = match_node_hits(m, node, &hits);
        *matches = hits.count > 0;
        return rc;
    }
    return rc;
}

int match_article(const struct query *query, struct article_view *view,
                  struct arena *arena, bool *matches, struct err *err)
{
    struct matcher m = {view, arena, err};
    *matches = false;
    return match_node(&m, query->root, matches);
}

int match_hits(const struct query *query, struct article_view *view,
               struct arena *arena, struct hit_list *out, struct err *err)
{
    struct matcher m = {view, arena, err};
    return match_node_hits(&m, query->root, out);
}
