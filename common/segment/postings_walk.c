/* The walk over a list: doc_iter.h. */
#include "base/err.h"
#include "segment/postings_format.h"

/* --- nothing more: after a single document, and after damage --- */

static doc_id ended_next(struct doc_iter *it)
{
    (void)it;
    return DOC_END;
}

static doc_id ended_seek(struct doc_iter *it, doc_id target)
{
    (void)it;
    (void)target;
    return DOC_END;
}

static const struct doc_iter_ops ended_ops = {ended_next, ended_seek};

doc_id postings_fail(struct postings *list, int rc)
{
    list->iter.status = rc;
    list->iter.ops = &ended_ops;
    return DOC_END;
}

/* --- blocks --- */

static doc_id enter_block(struct postings *list, uint32_t block)
{
    list->at = 0;
    if (block >= list->blocks) /* it stays in the last one */
        return DOC_END;
    int rc = postings_block_docs(list, block, list->in);
    return rc ? postings_fail(list, rc) : list->in->doc[0];
}

static doc_id sparse_next(struct doc_iter *it)
{
    struct postings *list = (struct postings *)it;
    if (list->at + 1 < list->in->count)
        return list->in->doc[++list->at];
    return enter_block(list, list->in->number + 1);
}

/* In a block whose last document is at least `target`. */
static doc_id seek_in_block(struct postings *list, doc_id target)
{
    const doc_id *doc = list->in->doc;
    uint32_t low = list->at, high = list->in->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (doc[middle] < target)
            low = middle + 1;
        else
            high = middle;
    }
    list->at = low;
    return doc[low];
}

static doc_id sparse_seek(struct doc_iter *it, doc_id target)
{
    struct postings *list = (struct postings *)it;
    if (list->in->doc[list->in->count - 1] < target) {
        uint32_t block = list->in->number + 1;
        if (block < list->blocks)
            block = postings_find_block(list, block, target);
        if (enter_block(list, block) == DOC_END)
            return DOC_END;
    }
    return seek_in_block(list, target);
}

static const struct doc_iter_ops sparse_ops = {sparse_next, sparse_seek};

/* --- bitmaps --- */

/* The first document from `from` on. The last bit is `last`: no word behind it is read. */
static doc_id next_bit(const struct postings *list, doc_id from)
{
    if (from > list->last)
        return DOC_END;
    uint32_t word = from / 64;
    uint64_t bits = postings_word(list, word) >> from % 64 << from % 64;
    while (!bits && word < list->last / 64)
        bits = postings_word(list, ++word);
    return bits ? word * 64 + (uint32_t)__builtin_ctzll(bits) : DOC_END;
}

static doc_id dense_next(struct doc_iter *it)
{
    struct postings *list = (struct postings *)it;
    doc_id doc = next_bit(list, it->doc + 1);
    if (list->ranked == it->doc) {
        list->ranked = doc;
        list->rank++;
    }
    return doc;
}

static doc_id dense_seek(struct doc_iter *it, doc_id target)
{
    return next_bit((struct postings *)it, target);
}

static const struct doc_iter_ops dense_ops = {dense_next, dense_seek};

/* --- the start --- */

static const struct doc_iter_ops *ops_of(const struct postings *list)
{
    return list->single ? &ended_ops : list->dense ? &dense_ops : &sparse_ops;
}

static doc_id first_doc(struct postings *list)
{
    if (list->single)
        return list->place.doc;
    if (list->dense) {
        list->ranked = next_bit(list, 0);
        return list->ranked;
    }
    list->in = arena_new(list->arena, struct postings_block);
    if (!list->in)
        return postings_fail(
            list, err_set(list->err, ERR_NOMEM, "postings: no memory"));
    return enter_block(list, 0);
}

struct doc_iter *postings_iter(struct postings *list)
{
    if (list->started)
        return &list->iter;
    list->started = true;
    list->iter.ops = ops_of(list);
    list->iter.cost = list->count;
    list->iter.doc = first_doc(list);
    return &list->iter;
}
