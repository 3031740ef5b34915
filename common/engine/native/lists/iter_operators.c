/* iter_operators.c - AND, OR and NOT of other iterators. */
#include "engine/native/lists/doc_iters.h"

#include <stdlib.h>
#include <string.h>

struct many_iter {
    struct doc_iter base; /* first */
    struct doc_iter **child;
    size_t count;
};

static struct many_iter *new_many(struct arena *arena,
                                  const struct doc_iter_ops *ops,
                                  struct doc_iter *const *child, size_t count)
{
    struct many_iter *it = arena_new(arena, struct many_iter);
    if (!it)
        return NULL;
    it->child = arena_copy(arena, child, count * sizeof *child);
    if (!it->child)
        return NULL;
    it->base.ops = ops;
    it->count = count;
    return it;
}

/* --- AND --- */

/* The first document from `doc` on, where the first child stands, that all have. The
 * cheapest child leads; the others are asked from cheap to dear. */
static doc_id and_align(struct many_iter *it, doc_id doc)
{
    size_t agreed = 1;
    while (doc != DOC_END && agreed < it->count) {
        doc_id other = doc_iter_seek(it->child[agreed], doc);
        if (other == doc) {
            agreed++;
            continue;
        }
        doc = other == DOC_END ? DOC_END : doc_iter_seek(it->child[0], other);
        agreed = 1;
    }
    for (size_t i = 0; doc == DOC_END && i < it->count; i++)
        if (it->child[i]->status)
            it->base.status = it->child[i]->status;
    return doc;
}

static doc_id and_next(struct doc_iter *base)
{
    struct many_iter *it = (struct many_iter *)base;
    return and_align(it, doc_iter_next(it->child[0]));
}

static doc_id and_seek(struct doc_iter *base, doc_id target)
{
    struct many_iter *it = (struct many_iter *)base;
    return and_align(it, doc_iter_seek(it->child[0], target));
}

static int by_cost(const void *a, const void *b)
{
    uint32_t x = (*(struct doc_iter *const *)a)->cost;
    uint32_t y = (*(struct doc_iter *const *)b)->cost;
    return (x > y) - (x < y);
}

struct doc_iter *iter_and(struct arena *arena, struct doc_iter *const *child,
                          size_t count)
{
    static const struct doc_iter_ops ops = {and_next, and_seek};
    if (count == 1)
        return child[0];
    struct many_iter *it = new_many(arena, &ops, child, count);
    if (!it)
        return NULL;
    qsort(it->child, count, sizeof(struct doc_iter *), by_cost);
    it->base.cost = it->child[0]->cost;
    it->base.doc = and_align(it, it->child[0]->doc);
    return &it->base;
}

/* --- OR: a heap of the children, the one that is least far on top --- */

static void sink(struct many_iter *it, size_t at)
{
    struct doc_iter *child = it->child[at];
    for (;;) {
        size_t least = 2 * at + 1;
        if (least >= it->count)
            break;
        if (least + 1 < it->count &&
            it->child[least + 1]->doc < it->child[least]->doc)
            least++;
        if (it->child[least]->doc >= child->doc)
            break;
        it->child[at] = it->child[least];
        at = least;
    }
    it->child[at] = child;
}

static doc_id or_seek(struct doc_iter *base, doc_id target)
{
    struct many_iter *it = (struct many_iter *)base;
    while (it->child[0]->doc < target) {
        doc_iter_seek(it->child[0], target);
        if (it->child[0]->status) {
            base->status = it->child[0]->status;
            return DOC_END;
        }
        sink(it, 0);
    }
    return it->child[0]->doc;
}

static doc_id or_next(struct doc_iter *base)
{
    return or_seek(base, base->doc + 1);
}

struct doc_iter *iter_or(struct arena *arena, struct doc_iter *const *child,
                         size_t count)
{
    static const struct doc_iter_ops ops = {or_next, or_seek};
    if (count == 1)
        return child[0];
    struct many_iter *it = new_many(arena, &ops, child, count);
    if (!it)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_add_overflow(it->base.cost, child[i]->cost,
                                   &it->base.cost))
            it->base.cost = UINT32_MAX;
        if (child[i]->status)
            it->base.status = child[i]->status;
    }
    for (size_t i = count / 2; i > 0; i--)
        sink(it, i - 1);
    it->base.doc = it->base.status ? DOC_END : it->child[0]->doc;
    return &it->base;
}

/* --- NOT --- */

struct not_iter {
    struct doc_iter base; /* first */
    struct doc_iter *with, *without;
};

static doc_id not_align(struct not_iter *it)
{
    doc_id doc = it->with->doc;
    while (doc != DOC_END && doc_iter_seek(it->without, doc) == doc)
        doc = doc_iter_next(it->with);
    it->base.status = it->with->status;
    if (it->without->status) {
        it->base.status = it->without->status;
        doc = DOC_END;
    }
    return doc;
}

static doc_id not_next(struct doc_iter *base)
{
    struct not_iter *it = (struct not_iter *)base;
    doc_iter_next(it->with);
    return not_align(it);
}

static doc_id not_seek(struct doc_iter *base, doc_id target)
{
    struct not_iter *it = (struct not_iter *)base;
    doc_iter_seek(it->with, target);
    return not_align(it);
}

struct doc_iter *iter_not(struct arena *arena, struct doc_iter *with,
                          struct doc_iter *without)
{
    static const struct doc_iter_ops ops = {not_next, not_seek};
    struct not_iter *it = arena_new(arena, struct not_iter);
    if (!it)
        return NULL;
    *it = (struct not_iter){{.ops = &ops, .cost = with->cost}, with, without};
    it->base.doc = not_align(it);
    return &it->base;
}
