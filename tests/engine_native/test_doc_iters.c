/* Trees of iterators beside sets of bits. */
#include "base/err.h"
#include "base/mem.h"
#include "check.h"
#include "engine/native/lists/doc_iters.h"

enum { DOCS = 300, TREES = 400, WALKS = 8 };

struct set {
    bool has[DOCS];
};

/* A list in memory, that may break off. */
struct list_iter {
    struct doc_iter base;
    const struct set *set;
    doc_id breaks_at; /* ERR_CORRUPT there; DOCS: never */
};

static doc_id list_seek(struct doc_iter *base, doc_id target)
{
    const struct list_iter *it = (const struct list_iter *)base;
    for (; target < DOCS; target++) {
        if (target >= it->breaks_at) {
            base->status = ERR_CORRUPT;
            return DOC_END;
        }
        if (it->set->has[target])
            return target;
    }
    return DOC_END;
}

static doc_id list_next(struct doc_iter *base)
{
    return list_seek(base, base->doc + 1);
}

static struct doc_iter *iter_list(struct arena *arena, const struct set *set,
                                  doc_id breaks_at)
{
    static const struct doc_iter_ops ops = {list_next, list_seek};
    struct list_iter *it = arena_new(arena, struct list_iter);
    if (!it)
        return NULL;
    *it = (struct list_iter){{.ops = &ops}, set, breaks_at};
    for (doc_id doc = 0; doc < DOCS; doc++)
        it->base.cost += set->has[doc];
    it->base.doc = list_seek(&it->base, 0);
    return &it->base;
}

struct builder {
    struct arena arena;
    uint64_t rng;
    doc_id breaks_at;
    const struct doc_iter *broken; /* the list that may break off */
};

static struct set *new_set(struct builder *b)
{
    struct set *set = arena_new(&b->arena, struct set);
    CHECK(set);
    return set;
}

static struct doc_iter *leaf(struct builder *b, struct set *out)
{
    uint32_t share = 1 + rng_below(&b->rng, 20);
    struct set *set = new_set(b);
    uint64_t *bits;
    doc_id first, end;
    switch (rng_below(&b->rng, 4)) {
    case 0:
        first = rng_below(&b->rng, DOCS);
        end = rng_below(&b->rng, DOCS + 1);
        for (doc_id doc = first; doc < end; doc++)
            out->has[doc] = true;
        return iter_range(&b->arena, first, end);
    case 1:
        bits = arena_array(&b->arena, uint64_t, bit_words(DOCS));
        CHECK(bits);
        for (doc_id doc = 0; doc < DOCS; doc++)
            if (rng_below(&b->rng, share) == 0) {
                out->has[doc] = true;
                bit_set(bits, doc);
                CHECK(bit_is_set(bits, doc));
            }
        return iter_bits(&b->arena, bits, DOCS);
    default:
        for (doc_id doc = 0; doc < DOCS; doc++)
            set->has[doc] = rng_below(&b->rng, share) == 0;
        *out = *set;
        struct doc_iter *it = iter_list(&b->arena, set, b->breaks_at);
        b->breaks_at = DOCS; /* one of them at most */
        return it;
    }
}

static struct doc_iter *tree(struct builder *b, int depth, struct set *out)
{
    struct doc_iter *child[5];
    size_t count = 1 + rng_below(&b->rng, 5);
    uint32_t kind = rng_below(&b->rng, depth > 3 ? 1 : 5);
    *out = (struct set){{false}};
    if (kind == 0)
        return leaf(b, out);
    if (kind == 1) {
        doc_id end = rng_below(&b->rng, DOCS + 1);
        struct doc_iter *it = tree(b, depth + 1, out);
        for (doc_id doc = end; doc < DOCS; doc++)
            out->has[doc] = false;
        return iter_below(&b->arena, it, end);
    }
    if (kind == 2)
        count = 2;
    for (size_t i = 0; i < count; i++) {
        struct set *set = new_set(b);
        child[i] = tree(b, depth + 1, set);
        for (doc_id doc = 0; doc < DOCS; doc++) {
            bool had = out->has[doc], has = set->has[doc];
            out->has[doc] = i == 0      ? has
                            : kind == 2 ? had && !has
                            : kind == 3 ? had && has
                                        : had || has;
        }
    }
    return kind == 2   ? iter_not(&b->arena, child[0], child[1])
           : kind == 3 ? iter_and(&b->arena, child, count)
                       : iter_or(&b->arena, child, count);
}

static doc_id first_from(const struct set *set, doc_id doc)
{
    while (doc < DOCS && !set->has[doc])
        doc++;
    return doc < DOCS ? doc : DOC_END;
}

static size_t size_of(const struct set *set)
{
    size_t count = 0;
    for (doc_id doc = 0; doc < DOCS; doc++)
        count += set->has[doc];
    return count;
}

TEST(trees_walk_over_what_their_sets_hold)
{
    struct builder b = {.rng = 31, .breaks_at = DOCS};
    arena_init(&b.arena, SIZE_MAX);
    for (int round = 0; round < TREES * WALKS; round++) {
        struct set want;
        struct doc_iter *it = tree(&b, 0, &want);
        CHECK(it);
        CHECK(it->cost >= size_of(&want));
        doc_id doc = first_from(&want, 0);
        uint32_t step = rng_below(&b.rng, WALKS);
        while (doc != DOC_END) {
            CHECK_EQ(it->doc, doc);
            if (rng_below(&b.rng, WALKS) < step) {
                doc_id target = doc + rng_below(&b.rng, 40);
                doc = first_from(&want, target);
                CHECK_EQ(doc_iter_seek(it, target), doc);
            } else {
                doc = first_from(&want, doc + 1);
                CHECK_EQ(doc_iter_next(it), doc);
            }
        }
        CHECK_EQ(it->doc, DOC_END);
        CHECK_EQ(doc_iter_next(it), DOC_END);
        CHECK_EQ(doc_iter_seek(it, 5), DOC_END);
        CHECK_EQ(it->status, ERR_OK);
        arena_reset(&b.arena);
    }
}

/* One list breaks off: up to there the walk is right; then it ends, and says so unless
 * it was at its end before it came there. */
TEST(a_list_that_breaks_off_ends_the_walk_with_its_status)
{
    struct builder b = {.rng = 77};
    size_t told = 0;
    arena_init(&b.arena, SIZE_MAX);
    for (int round = 0; round < TREES; round++) {
        struct set want;
        doc_id breaks_at = rng_below(&b.rng, DOCS);
        b.breaks_at = breaks_at;
        struct doc_iter *it = tree(&b, 0, &want);
        doc_id doc = 0;
        for (; it->doc != DOC_END; doc_iter_next(it)) {
            doc = first_from(&want, doc);
            CHECK_EQ(it->doc, doc);
            doc++;
        }
        CHECK(it->status == ERR_OK || it->status == ERR_CORRUPT);
        if (it->status == ERR_OK)
            CHECK_EQ(first_from(&want, doc), DOC_END);
        told += it->status != ERR_OK;
        arena_reset(&b.arena);
    }
    CHECK(told > TREES / 10);
}

TEST(without_memory_there_is_no_iterator)
{
    struct arena arena, none;
    arena_init(&arena, SIZE_MAX);
    arena_init(&none, 0);
    struct doc_iter *a = iter_range(&arena, 0, 9);
    struct doc_iter *both[] = {a, iter_range(&arena, 5, 20)};
    const uint64_t bits = 7;
    CHECK(!iter_range(&none, 0, 1));
    CHECK(!iter_below(&none, a, 3));
    CHECK(!iter_bits(&none, &bits, 3));
    CHECK(!iter_since(&none, NULL, 0, 0, NULL));
    CHECK(!iter_and(&none, both, 2));
    CHECK(!iter_or(&none, both, 2));
    CHECK(!iter_not(&none, both[0], both[1]));
    arena_reset(&arena);
}

RUN(T(trees_walk_over_what_their_sets_hold),
    T(a_list_that_breaks_off_ends_the_walk_with_its_status),
    T(without_memory_there_is_no_iterator))
