#include "queryd/hit_order.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

/* A key's share of the allocator's own memory. */
enum { KEY_OVERHEAD = 16, FIRST_CAPACITY = 256 };

typedef bool (*comes_first)(const struct ordered_hit *,
                            const struct ordered_hit *);

void hit_order_init(struct hit_order *order, size_t sample, size_t limit)
{
    *order = (struct hit_order){.sample = sample, .limit = limit};
}

static void free_key(struct hit_order *order, struct ordered_hit *hit)
{
    order->bytes -= hit->key.len + KEY_OVERHEAD;
    mem_free((void *)hit->key.data);
}

void hit_order_release(struct hit_order *order)
{
    for (size_t i = 0; i < order->count; i++)
        free_key(order, &order->heap[i]);
    mem_free(order->heap);
    *order = (struct hit_order){0};
}

/* --- the heap: the first one on top --- */

/* While it is collected: the one to be dropped next. */
static bool greater(const struct ordered_hit *a, const struct ordered_hit *b)
{
    if (a->value != b->value)
        return a->value > b->value;
    return slice_cmp(a->key, b->key) > 0;
}

static bool less(const struct ordered_hit *a, const struct ordered_hit *b)
{
    return slice_cmp(a->key, b->key) < 0;
}

static void sift_down(struct hit_order *order, size_t at, comes_first first)
{
    struct ordered_hit *heap = order->heap, moving = heap[at];
    for (size_t child; (child = 2 * at + 1) < order->count; at = child) {
        if (child + 1 < order->count && first(&heap[child + 1], &heap[child]))
            child++;
        if (!first(&heap[child], &moving))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moving;
}

static void heapify(struct hit_order *order, comes_first first)
{
    for (size_t at = order->count / 2; at-- > 0;)
        sift_down(order, at, first);
}

/* --- collecting --- */

static bool is_full(const struct hit_order *order)
{
    return order->sample && order->count == order->sample;
}

bool hit_order_wants(const struct hit_order *order, uint64_t value)
{
    return !is_full(order) || value <= order->heap[0].value;
}

static int too_many(const struct hit_order *order, struct err *err)
{
    return err_set(err, ERR_LIMIT,
                   "more than %zu hits cannot be sorted: ask with sort=index, "
                   "or for a sample",
                   order->count);
}

static int make_room(struct hit_order *order, size_t key_len, struct err *err)
{
    size_t capacity = order->capacity;
    if (order->count == capacity)
        capacity = capacity ? capacity * 2 : FIRST_CAPACITY;
    size_t more = (capacity - order->capacity) * sizeof *order->heap;
    if (order->bytes + more + key_len + KEY_OVERHEAD > order->limit)
        return too_many(order, err);
    if (more == 0)
        return ERR_OK;
    void *heap = mem_realloc(order->heap, capacity * sizeof *order->heap);
    if (!heap)
        return err_set(err, ERR_NOMEM, "no memory for sorting");
    order->heap = heap;
    order->capacity = capacity;
    order->bytes += more;
    return ERR_OK;
}

static int copy_key(struct hit_order *order, struct ordered_hit *hit,
                    struct err *err)
{
    uint8_t *key = mem_alloc(hit->key.len + !hit->key.len);
    if (!key)
        return err_set(err, ERR_NOMEM, "no memory for sorting");
    memcpy(key, hit->key.data, hit->key.len);
    hit->key.data = key;
    order->bytes += hit->key.len + KEY_OVERHEAD;
    return ERR_OK;
}

int hit_order_add(struct hit_order *order, const struct ordered_hit *hit,
                  struct err *err)
{
    struct ordered_hit fresh = *hit;
    bool full = is_full(order);
    if (full && !greater(&order->heap[0], &fresh))
        return ERR_OK;
    int rc = full ? ERR_OK : make_room(order, fresh.key.len, err);
    if (rc == 0)
        rc = copy_key(order, &fresh, err);
    if (rc)
        return rc;
    if (full) {
        free_key(order, &order->heap[0]);
        order->heap[0] = fresh;
        sift_down(order, 0, greater);
        return ERR_OK;
    }
    order->heap[order->count++] = fresh;
    if (is_full(order)) /* only now does the order of values matter */
        heapify(order, greater);
    return ERR_OK;
}

/* --- giving out --- */

void hit_order_ready(struct hit_order *order)
{
    heapify(order, less);
}

bool hit_order_next(struct hit_order *order, struct ordered_hit *out)
{
    if (order->count == 0)
        return false;
    *out = order->heap[0];
    free_key(order, &order->heap[0]);
    out->key = (struct slice){0};
    order->heap[0] = order->heap[--order->count];
    if (order->count > 0)
        sift_down(order, 0, less);
    return true;
}
