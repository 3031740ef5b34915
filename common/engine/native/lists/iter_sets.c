/* iter_sets.c - documents that need no posting list: a range, a bitmap, records. */
#include "engine/native/lists/doc_iters.h"

struct range_iter {
    struct doc_iter base; /* first */
    doc_id end;
};

static doc_id range_seek(struct doc_iter *base, doc_id target)
{
    const struct range_iter *it = (const struct range_iter *)base;
    return target < it->end ? target : DOC_END;
}

static doc_id range_next(struct doc_iter *base)
{
    return range_seek(base, base->doc + 1);
}

struct doc_iter *iter_range(struct arena *arena, doc_id first, doc_id end)
{
    static const struct doc_iter_ops ops = {range_next, range_seek};
    struct range_iter *it = arena_new(arena, struct range_iter);
    if (!it)
        return NULL;
    bool empty = first >= end;
    it->base = (struct doc_iter){.ops = &ops,
                                 .doc = empty ? DOC_END : first,
                                 .cost = empty ? 0 : end - first};
    it->end = end;
    return &it->base;
}

struct below_iter {
    struct doc_iter base; /* first */
    struct doc_iter *child;
    doc_id end;
};

static doc_id below(struct below_iter *it)
{
    it->base.status = it->child->status;
    return it->child->doc < it->end ? it->child->doc : DOC_END;
}

static doc_id below_next(struct doc_iter *base)
{
    struct below_iter *it = (struct below_iter *)base;
    doc_iter_next(it->child);
    return below(it);
}

static doc_id below_seek(struct doc_iter *base, doc_id target)
{
    struct below_iter *it = (struct below_iter *)base;
    doc_iter_seek(it->child, target);
    return below(it);
}

struct doc_iter *iter_below(struct arena *arena, struct doc_iter *child,
                            doc_id end)
{
    static const struct doc_iter_ops ops = {below_next, below_seek};
    struct below_iter *it = arena_new(arena, struct below_iter);
    if (!it)
        return NULL;
    *it = (struct below_iter){{.ops = &ops, .cost = child->cost}, child, end};
    it->base.doc = below(it);
    return &it->base;
}

struct bits_iter {
    struct doc_iter base; /* first */
    const uint64_t *bits;
    size_t words;
};

static doc_id bits_seek(struct doc_iter *base, doc_id target)
{
    const struct bits_iter *it = (const struct bits_iter *)base;
    size_t at = target / 64;
    if (at >= it->words)
        return DOC_END;
    uint64_t word = it->bits[at] >> (target % 64) << (target % 64);
    while (word == 0) {
        if (++at == it->words)
            return DOC_END;
        word = it->bits[at];
    }
    return (doc_id)(at * 64 + (size_t)__builtin_ctzll(word));
}

static doc_id bits_next(struct doc_iter *base)
{
    return bits_seek(base, base->doc + 1);
}

struct doc_iter *iter_bits(struct arena *arena, const uint64_t *bits,
                           uint32_t docs)
{
    static const struct doc_iter_ops ops = {bits_next, bits_seek};
    struct bits_iter *it = arena_new(arena, struct bits_iter);
    if (!it)
        return NULL;
    *it = (struct bits_iter){{.ops = &ops}, bits, bit_words(docs)};
    for (size_t i = 0; i < it->words; i++)
        it->base.cost += (uint32_t)__builtin_popcountll(bits[i]);
    it->base.doc = bits_seek(&it->base, 0);
    return &it->base;
}

struct since_iter {
    struct doc_iter base; /* first */
    const struct columns *columns;
    uint32_t docs;
    uint64_t since;
    struct err *err;
};

static doc_id since_seek(struct doc_iter *base, doc_id target)
{
    struct since_iter *it = (struct since_iter *)base;
    for (; target < it->docs; target++) {
        struct doc_record record;
        base->status = columns_record(it->columns, target, &record, it->err);
        if (base->status)
            return DOC_END;
        if (record.generation > it->since)
            return target;
    }
    return DOC_END;
}

static doc_id since_next(struct doc_iter *base)
{
    return since_seek(base, base->doc + 1);
}

struct doc_iter *iter_since(struct arena *arena, const struct columns *columns,
                            uint32_t docs, uint64_t since, struct err *err)
{
    static const struct doc_iter_ops ops = {since_next, since_seek};
    struct since_iter *it = arena_new(arena, struct since_iter);
    if (!it)
        return NULL;
    *it = (struct since_iter){
        {.ops = &ops, .cost = docs}, columns, docs, since, err};
    it->base.doc = since_seek(&it->base, 0);
    return &it->base;
}
