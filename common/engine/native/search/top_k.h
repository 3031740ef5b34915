/* top_k.h - the best of many articles, in the order of docs/ranking.md: score, newer,
 * key. A heap with the last of them on top.
 */
#ifndef ENGINE_NATIVE_SEARCH_TOP_K_H
#define ENGINE_NATIVE_SEARCH_TOP_K_H

#include "engine/native/read/native_reader.h"

struct ranked {
    uint32_t units; /* 0 for all of them when dates alone decide */
    uint32_t segment;
    doc_id doc;
    bool dated;      /* seconds is read */
    int64_t seconds; /* DATE_MIN when undated */
};

struct top_k {
    const struct native_snapshot *snapshot;
    size_t limit; /* how many are kept */
    struct ranked *item;
    size_t count, capacity;
    int rc; /* sticky: a date or key could not be read, or no memory */
    struct err *err;
};

void top_k_init(struct top_k *top, const struct native_snapshot *snapshot,
                size_t limit, struct err *err);
void top_k_release(struct top_k *top);

/* False when it is not among the best. A failure is told by top_k_sort(). */
bool top_k_add(struct top_k *top, const struct ranked *article);
/* The best first. */
int top_k_sort(struct top_k *top);

/* < 0 when `a` comes first. */
int ranked_compare(struct top_k *top, const struct ranked *a,
                   const struct ranked *b);

#endif
