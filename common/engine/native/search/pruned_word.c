/* One word: of each list the blocks with the best first, so that few others need be
 * looked at. */
#include "engine/native/search/pruned.h"

#include "base/err.h"
#include "engine/native/search/score_kernels.h"

#include <stdlib.h>

/* Most articles of a block are not among the best, nor many of its blocks. */
static int take_block(struct pruned *p, struct scored_list *list,
                      uint32_t block)
{
    uint64_t enough[(SEGMENT_BLOCK + 63) / 64];
    uint32_t least = ranked_list_least(p->best);
    if (scored_list_bound(list, block) + p->slack < least ||
        postings_block_last(list->list, block) < p->first ||
        (block > 0 && postings_block_last(list->list, block - 1) >= p->end))
        return ERR_OK;
    int rc = pruned_stopped(p);
    if (rc == ERR_OK)
        rc = scored_list_load(list, block);
    if (rc)
        return rc;
    score_kernels()->enough(list->units, list->in.count,
                            least > p->slack ? least - p->slack : 0, enough);
    for (uint32_t base = 0; base < list->in.count; base += 64)
        for (uint64_t left = enough[base / 64]; left; left &= left - 1) {
            uint32_t i = base + (uint32_t)__builtin_ctzll(left);
            doc_id doc = list->in.doc[i];
            if (doc < p->first || doc >= p->end || !pruned_allows(p, doc))
                continue;
            rc = pruned_offer(p, doc, list->units[i], p->word[0].bit);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

/* The level that as many blocks reach as articles are wanted; 0: all must be taken. */
static int level_of(const uint8_t *best, uint32_t blocks, size_t wanted)
{
    uint32_t with[256] = {0};
    size_t reach = 0;
    int level = 256;
    for (uint32_t i = 0; i < blocks; i++)
        with[best[i]]++;
    while (level > 0 && reach < wanted)
        reach += with[--level];
    return level;
}

struct block_order {
    uint32_t block;
    uint8_t best;
};

static int by_best(const void *a, const void *b)
{
    const struct block_order *x = a, *y = b;
    if (x->best != y->best)
        return x->best > y->best ? -1 : 1;
    return x->block < y->block ? -1 : 1;
}

static int take_list(struct pruned *p, struct scored_list *list)
{
    const uint8_t *best = list->best;
    if (!best)
        return take_block(p, list, 0);
    int level = level_of(best, list->blocks, p->best->top.limit);
    struct block_order *first =
        arena_array(p->lists, struct block_order, list->blocks);
    size_t count = 0;
    int rc = ERR_OK;
    if (!first)
        return native_no_memory(p->err);
    for (uint32_t i = 0; i < list->blocks; i++)
        if (best[i] >= level)
            first[count++] = (struct block_order){i, best[i]};
    qsort(first, count, sizeof *first, by_best);
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = take_block(p, list, first[i].block);
    for (uint32_t i = 0; rc == ERR_OK && i < list->blocks; i++)
        if (best[i] < level)
            rc = take_block(p, list, i);
    return rc;
}

int pruned_word(struct pruned *p)
{
    struct scored_word *word = &p->word[0];
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < word->count; i++)
        rc = take_list(p, &word->list[i]);
    return rc;
}
