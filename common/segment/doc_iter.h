/* doc_iter.h - a walk over document numbers, in strictly rising order.
 *
 * Posting lists, AND, OR, NOT, phrases and date ranges all look like this, so that
 * the evaluator can stack them without knowing what is underneath.
 *
 *   - A new iterator already stands on its first document.
 *   - DOC_END means there are no more. Both moves are allowed there and stay.
 *   - Failure is not signalled per move: a damaged block ends the walk, sets
 *     `status`, and the evaluator looks at it once, after the walk.
 *
 * Iterators are taken from the query's arena. There is no close.
 */
#ifndef SEGMENT_DOC_ITER_H
#define SEGMENT_DOC_ITER_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t doc_id; /* an article within one segment: 0 .. count - 1 */
#define DOC_END UINT32_MAX

struct doc_iter;

struct doc_iter_ops {
    doc_id (*next)(struct doc_iter *it);
    doc_id (*seek)(struct doc_iter *it, doc_id target);
};

struct doc_iter {
    const struct doc_iter_ops *ops;
    doc_id doc;    /* where it stands now */
    uint32_t cost; /* upper bound on how many documents it will yield */
    int status;    /* ERR_OK, or why the walk ended early */
};

/* The promises above are checked here, once, for every implementation: an iterator
 * over bytes from disk makes sure of them itself. */
static inline doc_id doc_iter_next(struct doc_iter *it)
{
    doc_id before = it->doc;
    if (before == DOC_END)
        return DOC_END;
    it->doc = it->ops->next(it);
    assert(it->doc > before);
    return it->doc;
}

/* First document >= target. Standing there already is not a move. */
static inline doc_id doc_iter_seek(struct doc_iter *it, doc_id target)
{
    if (it->doc >= target)
        return it->doc;
    it->doc = it->ops->seek(it, target);
    assert(it->doc >= target);
    return it->doc;
}

#endif
