/* match_near.c - NEAR, ADJ and NOTNEAR: two operands, n positions between them at
 * most, or both in one sentence or paragraph. */
#include "query/match_internal.h"

#include "base/err.h"

/* What "near" means for one operator: n positions between, or one unit around. */
struct nearness {
    uint32_t n;
    bool in_unit;
    struct position_list starts;
};

static int nearness_of(struct matcher *m, const struct node *node,
                       struct nearness *out)
{
    *out = (struct nearness){.n = node->n};
    if (node->unit == NEAR_WORDS)
        return ERR_OK;
    out->in_unit = true;
    out->n = UINT32_MAX;
    return m->view->ops->unit_starts(m->view, node->unit, m->arena,
                                     &out->starts, m->err);
}

/* The number of the unit that a position is in. */
static size_t unit_of(const struct nearness *near, uint32_t position)
{
    size_t low = 0, high = near->starts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (near->starts.at[middle] <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_near(const struct nearness *near, const struct span *a,
                    const struct span *b)
{
    uint32_t start = a->start < b->start ? a->start : b->start;
    uint32_t end = a->end > b->end ? a->end : b->end;
    bool overlap = a->start < b->end && b->start < a->end;
    if (near->in_unit) /* a phrase may cross the end of a sentence */
        return overlap || unit_of(near, start) == unit_of(near, end - 1);
    uint32_t between = b->start >= a->end   ? b->start - a->end
                       : a->start >= b->end ? a->start - b->end
                                            : 0;
    return between <= near->n;
}

/* Whether `early` ends too far in front of `late` to be near it, or anything that
 * starts behind `late`. */
static bool is_past(const struct nearness *near, const struct span *early,
                    const struct span *late)
{
    if (early->end > late->start)
        return false;
    if (near->in_unit)
        return unit_of(near, early->end - 1) < unit_of(near, late->start);
    return late->start - early->end > near->n;
}

/* Every `first` with the `second` behind it that is near and ends soonest. */
static int add_pairs(struct matcher *m, const struct hit_list *first,
                     const struct hit_list *second, const struct nearness *near,
                     struct growing_hits *to)
{
    for (size_t i = 0; i < first->count; i++) {
        const struct hit *a = &first->hit[i], *best = NULL;
        int rc = match_go_on(m);
        if (rc)
            return rc;
        size_t at = match_first_from(second, a->span.end);
        for (; at < second->count; at++) {
            const struct hit *b = &second->hit[at];
            if (best && b->span.start >= best->span.end)
                break; /* whatever follows ends later */
            if (is_near(near, &a->span, &b->span)) {
                if (!best || b->span.end < best->span.end)
                    best = b;
            } else if (is_past(near, &a->span, &b->span)) {
                break; /* whatever follows starts later */
            }
        }
        if (!best)
            continue;
        struct hit pair = {0};
        rc = match_join(m, a, best, &pair);
        if (rc == ERR_OK)
            rc = match_push(m, to, pair);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int match_pair_hits(struct matcher *m, const struct node *node,
                    struct hit_list *out)
{
    struct hit_list a, b;
    struct nearness near;
    *out = (struct hit_list){0};
    int rc = match_node_hits(m, node->child[0], &a);
    if (rc || a.count == 0)
        return rc;
    rc = match_node_hits(m, node->child[1], &b);
    struct growing_hits pairs = {0};
    if (rc == ERR_OK)
        rc = nearness_of(m, node, &near);
    if (rc == ERR_OK)
        rc = add_pairs(m, &a, &b, &near, &pairs);
    if (rc == ERR_OK && node->kind == NODE_NEAR)
        rc = add_pairs(m, &b, &a, &near, &pairs);
    *out = pairs.list;
    if (rc == ERR_OK)
        match_keep_minimal(out);
    return rc;
}

int match_notnear_hits(struct matcher *m, const struct node *node,
                       struct hit_list *out)
{
    struct hit_list a, b;
    struct nearness near;
    int rc = match_node_hits(m, node->child[0], &a);
    if (rc == ERR_OK)
        rc = match_node_hits(m, node->child[1], &b);
    if (rc == ERR_OK)
        rc = nearness_of(m, node, &near);
    struct growing_hits alone = {0};
    size_t first =
        0; /* those before it are too far in front of every a to come */
    for (size_t i = 0; rc == ERR_OK && i < a.count; i++) {
        const struct span *here = &a.hit[i].span;
        while (first < b.count && is_past(&near, &b.hit[first].span, here))
            first++;
        bool found = false;
        for (size_t k = first; !found && k < b.count; k++) {
            if (is_past(&near, here, &b.hit[k].span))
                break; /* and all later ones start later still */
            found = is_near(&near, here, &b.hit[k].span);
        }
        rc = match_go_on(m);
        if (rc == ERR_OK && !found)
            rc = match_push(m, &alone, a.hit[i]);
    }
    *out = alone.list;
    if (rc == ERR_OK)
        match_keep_minimal(out);
    return rc;
}
