#include "engine/native/search/scored_list.h"

#include "base/err.h"
#include "engine/native/search/score_kernels.h"

int scored_list_open(struct postings *list, const struct score_scale *scale,
                     float weight, struct scored_list *out)
{
    uint32_t blocks = postings_blocks(list);
    out->list = list;
    out->scale = scale;
    out->weight = weight;
    out->count = postings_count(list);
    out->blocks = blocks;
    out->best = blocks > 1 ? postings_bests(list) : NULL;
    out->last = blocks > 1 ? postings_lasts(list) : NULL;
    out->bitmap = NULL;
    if (postings_dense(list))
        out->bitmap = postings_bitmap(list, &out->bitmap_words);
    out->docs_of = out->frequencies_of = out->units_of = blocks;
    out->block = 0;
    out->most = 1;
    if (blocks > 1) {
        uint8_t best = 0;
        for (uint32_t i = 0; i < blocks; i++)
            best = out->best[i] > best ? out->best[i] : best;
        uint32_t most = score_units(weight, scale->bounds->most[best]);
        out->most = most + !most;
        out->here = scored_list_bound(out, 0);
        return ERR_OK;
    }
    int rc = scored_list_load(out, 0); /* it has no best */
    for (uint32_t i = 0; rc == ERR_OK && i < out->in.count; i++)
        out->most = out->units[i] > out->most ? out->units[i] : out->most;
    out->here = out->most;
    return rc;
}

/* --- decoding --- */

int scored_list_load_docs(struct scored_list *list, uint32_t block)
{
    if (list->docs_of == block)
        return ERR_OK;
    list->docs_of = list->frequencies_of = list->units_of = list->blocks;
    int rc = postings_block_docs(list->list, block, &list->in);
    if (rc == ERR_OK)
        list->docs_of = block;
    return rc;
}

/* Behind scored_list_load_docs(), unless it is a bitmap. */
static int load_frequencies(struct scored_list *list, uint32_t block)
{
    if (list->frequencies_of == block)
        return ERR_OK;
    if (list->docs_of != block) {
        list->docs_of = list->blocks;
        list->in.number = block;
    }
    list->frequencies_of = list->units_of = list->blocks;
    int rc = postings_block_frequencies(list->list, &list->in, list->frequency);
    if (rc == ERR_OK)
        list->frequencies_of = block;
    return rc;
}

int scored_list_load(struct scored_list *list, uint32_t block)
{
    if (list->units_of == block)
        return ERR_OK;
    int rc = scored_list_load_docs(list, block);
    if (rc == ERR_OK)
        rc = load_frequencies(list, block);
    if (rc)
        return rc;
    score_kernels()->score(list->scale, list->weight, list->frequency,
                           list->in.doc, list->in.count, list->units);
    list->units_of = block;
    return ERR_OK;
}

/* --- windows --- */

/* A block of a rare word goes over many windows, and is decoded in the first. */
static bool has_gap(const struct scored_list *list, doc_id from, doc_id end)
{
    if (list->docs_of != list->block || list->block >= list->blocks)
        return false;
    const doc_id *doc = list->in.doc;
    uint32_t count = list->in.count, i = 0;
    if (doc[count - 1] < end)
        return count == 0 || doc[count - 1] < from;
    while (doc[i] < from)
        i++;
    return doc[i] >= end;
}

uint32_t scored_list_most(struct scored_list *list, doc_id from, doc_id end)
{
    scored_list_here(list, from);
    if (has_gap(list, from, end))
        return 0;
    uint32_t most = 0;
    doc_id before = 0; /* where the block may begin */
    for (uint32_t i = list->block; i < list->blocks && before < end; i++) {
        uint32_t bound = scored_list_bound(list, i);
        most = bound > most ? bound : most;
        before = postings_block_last(list->list, i) + 1;
    }
    return most;
}

static void add_block(const struct scored_list *list,
                      const struct score_window *window, uint32_t bit)
{
    const doc_id *doc = list->in.doc;
    uint32_t i = 0, count = list->in.count, from = window->from;
    while (i < count && doc[i] < from)
        i++;
    while (count > i && doc[count - 1] >= window->end)
        count--;
    if (window->touched) {
        for (uint32_t k = i; k < count; k++)
            score_window_touch(window, doc[k] - from, list->units[k], bit);
        return;
    }
    for (uint32_t k = i; k < count; k++)
        window->units[doc[k] - from] += list->units[k];
    for (uint32_t k = i; window->has && k < count; k++)
        window->has[doc[k] - from] |= bit;
}

int scored_list_add(struct scored_list *list, const struct score_window *window,
                    uint32_t worth, uint32_t bit)
{
    doc_id before = 0;
    for (uint32_t i = list->block; i < list->blocks && before < window->end;
         i++) {
        before = postings_block_last(list->list, i) + 1;
        if (scored_list_bound(list, i) < worth)
            continue;
        int rc = scored_list_load(list, i);
        if (rc)
            return rc;
        add_block(list, window, bit);
    }
    return ERR_OK;
}

int scored_list_add_frequencies(struct scored_list *list,
                                const struct score_window *window)
{
    doc_id before = 0;
    for (uint32_t i = list->block; i < list->blocks && before < window->end;
         i++) {
        before = postings_block_last(list->list, i) + 1;
        int rc = scored_list_load_docs(list, i);
        if (rc == ERR_OK)
            rc = load_frequencies(list, i);
        if (rc)
            return rc;
        for (uint32_t k = 0; k < list->in.count; k++) {
            doc_id doc = list->in.doc[k];
            if (doc >= window->from && doc < window->end)
                window->units[doc - window->from] += list->frequency[k];
        }
    }
    return ERR_OK;
}

/* --- single documents --- */

static void stand_in(struct scored_list *list, uint32_t block)
{
    list->block = block;
    list->here = block < list->blocks ? scored_list_bound(list, block) : 0;
}

void scored_list_pass(struct scored_list *list, doc_id doc)
{
    stand_in(list, postings_find_block(list->list, list->block, doc));
}

int scored_list_find(struct scored_list *list, doc_id doc, bool *there)
{
    *there = false;
    if (list->block >= list->blocks)
        return ERR_OK;
    int rc = scored_list_load_docs(list, list->block);
    if (rc)
        return rc;
    if (list->at < list->in.count && list->in.doc[list->at] == doc) {
        *there = true;
        return ERR_OK;
    }
    uint32_t at = score_kernels()->below(list->in.doc, list->in.count, doc);
    *there = at < list->in.count && list->in.doc[at] == doc;
    list->at = at;
    return ERR_OK;
}

/* Its number in the list. */
static int number_of(const struct scored_list *list, doc_id doc, uint32_t *out)
{
    if (list->bitmap)
        return postings_number(list->list, doc, out);
    *out = list->block * SEGMENT_BLOCK + list->at;
    return ERR_OK;
}

int scored_list_frequency(struct scored_list *list, doc_id doc, uint32_t *out)
{
    uint32_t number;
    int rc = number_of(list, doc, &number);
    *out = 0;
    if (rc == ERR_OK)
        rc = load_frequencies(list, number / SEGMENT_BLOCK);
    if (rc == ERR_OK)
        *out = list->frequency[number % SEGMENT_BLOCK];
    return rc;
}

int scored_list_units(struct scored_list *list, doc_id doc, uint32_t *out)
{
    uint32_t frequency;
    int rc = scored_list_frequency(list, doc, &frequency);
    *out = score_of_posting(list->scale, list->weight, frequency, doc);
    return rc;
}

int scored_list_positions(struct scored_list *list, doc_id doc,
                          const uint32_t **at, uint32_t *count)
{
    uint32_t number;
    int rc = number_of(list, doc, &number);
    if (rc)
        return rc;
    if (list->bitmap) {
        list->docs_of = list->frequencies_of = list->units_of = list->blocks;
        list->in.number = number / SEGMENT_BLOCK;
    }
    return postings_positions_at(list->list, &list->in, number, at, count);
}
