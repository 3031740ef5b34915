#include "engine/native/search/top_k.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>

void top_k_init(struct top_k *top, const struct native_snapshot *snapshot,
                size_t limit, struct err *err)
{
    *top = (struct top_k){.snapshot = snapshot, .limit = limit, .err = err};
}

void top_k_release(struct top_k *top)
{
    mem_free(top->item);
    top->item = NULL;
}

static struct slice key_of(struct top_k *top, const struct ranked *article)
{
    struct slice key = {0};
    const struct segment *segment = top->snapshot->segment[article->segment];
    if (top->rc == ERR_OK)
        top->rc =
            columns_record_key(&segment->columns, article->doc, &key, top->err);
    return key;
}

/* Most often scores decide, and it is not read. */
static int64_t seconds_of(struct top_k *top, const struct ranked *article)
{
    int64_t seconds = article->seconds;
    const struct segment *segment = top->snapshot->segment[article->segment];
    if (!article->dated && top->rc == ERR_OK)
        top->rc = columns_seconds(&segment->columns, article->doc, &seconds,
                                  top->err);
    return seconds;
}

/* Within a segment doc ids are in this order already. */
int ranked_compare(struct top_k *top, const struct ranked *a,
                   const struct ranked *b)
{
    if (a->units != b->units)
        return a->units > b->units ? -1 : 1;
    if (a->segment == b->segment)
        return a->doc < b->doc ? -1 : a->doc > b->doc;
    int64_t of_a = seconds_of(top, a), of_b = seconds_of(top, b);
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    struct slice key = key_of(top, a);
    return slice_cmp(key, key_of(top, b));
}

static void rise(struct top_k *top, size_t at)
{
    struct ranked article = top->item[at];
    while (at > 0) {
        size_t above = (at - 1) / 2;
        if (ranked_compare(top, &top->item[above], &article) > 0)
            break;
        top->item[at] = top->item[above];
        at = above;
    }
    top->item[at] = article;
}

static void sink(struct top_k *top, struct ranked article)
{
    size_t at = 0;
    for (;;) {
        size_t last = 2 * at + 1;
        if (last >= top->count)
            break;
        if (last + 1 < top->count &&
            ranked_compare(top, &top->item[last + 1], &top->item[last]) > 0)
            last++;
        if (ranked_compare(top, &article, &top->item[last]) > 0)
            break;
        top->item[at] = top->item[last];
        at = last;
    }
    top->item[at] = article;
}

static bool grow(struct top_k *top)
{
    size_t capacity = top->capacity ? 2 * top->capacity : 64;
    struct ranked *bigger =
        mem_realloc(top->item, capacity * sizeof *top->item);
    if (!bigger) {
        top->rc = err_set(top->err, ERR_NOMEM,
                          "no memory for a list of %zu articles", capacity);
        return false;
    }
    top->item = bigger;
    top->capacity = capacity;
    return true;
}

bool top_k_add(struct top_k *top, const struct ranked *article)
{
    if (top->limit == 0 || top->rc)
        return false;
    if (top->count < top->limit) {
        if (top->count == top->capacity && !grow(top))
            return false;
        top->item[top->count] = *article;
        rise(top, top->count++);
        return true;
    }
    if (ranked_compare(top, article, &top->item[0]) > 0)
        return false;
    sink(top, *article);
    return true;
}

static int compare(const void *a, const void *b, void *top)
{
    return ranked_compare(top, a, b);
}

int top_k_sort(struct top_k *top)
{
    if (top->rc == ERR_OK && top->count)
        qsort_r(top->item, top->count, sizeof *top->item, compare, top);
    return top->rc;
}
