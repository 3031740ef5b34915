#include "engine/native/search/scored_word.h"

#include "base/err.h"

#include <string.h>

int scored_word_open(const struct segment *segment, uint32_t at,
                     const struct scored_part *part, size_t number,
                     const struct score_scale *scale, struct arena *arena,
                     struct scored_word *out, struct err *err)
{
    struct word_terms terms;
    int rc = ERR_OK;
    if (part->terms)
        terms = part->terms[at];
    else
        rc = word_terms_counted(segment, part->node, arena, &terms, err);
    if (rc)
        return rc;
    *out = (struct scored_word){
        .scale = scale,
        .list = arena_array(arena, struct scored_list, terms.count),
        .overlap = terms.count > 1 && part->node->stem_count == 0,
        .weight = part->weight,
        .bit = UINT32_C(1) << number % SCORED_WORD_BITS,
    };
    if (terms.count && !out->list)
        return native_no_memory(err);
    for (; out->count < terms.count; out->count++) {
        struct scored_list *list = &out->list[out->count];
        struct postings *postings;
        rc = word_term_open(segment, &terms.term[out->count], arena, &postings,
                            err);
        if (rc == ERR_OK)
            rc = scored_list_open(postings, scale, part->weight, list);
        if (rc)
            return rc;
        out->cost += list->count < UINT32_MAX - out->cost
                         ? list->count
                         : UINT32_MAX - out->cost;
        out->most = out->most > list->most ? out->most : list->most;
    }
    if (out->overlap)
        out->most = score_units(part->weight, 1);
    return ERR_OK;
}

int scored_word_of(struct postings *list, const struct scored_part *part,
                   const struct score_scale *scale, struct arena *arena,
                   struct scored_word *out, struct err *err)
{
    *out = (struct scored_word){
        .scale = scale,
        .list = arena_new(arena, struct scored_list),
        .count = 1,
        .weight = part->weight,
        .bit = 1,
    };
    if (!out->list)
        return native_no_memory(err);
    int rc = scored_list_open(list, scale, part->weight, out->list);
    out->cost = out->list->count;
    out->most = out->list->most;
    return rc;
}

uint32_t scored_word_most(struct scored_word *word, doc_id from, doc_id end)
{
    uint32_t most = 0;
    for (size_t i = 0; i < word->count; i++) {
        uint32_t of_list = scored_list_most(&word->list[i], from, end);
        most = of_list > most ? of_list : most;
    }
    return most && word->overlap ? word->most : most;
}

/* Frequencies of all lists first. */
static int add_overlapping(struct scored_word *word,
                           const struct score_window *window,
                           uint32_t *frequencies)
{
    uint32_t size = window->end - window->from;
    const struct score_window sums = {
        .from = window->from, .end = window->end, .units = frequencies};
    memset(frequencies, 0, size * sizeof *frequencies);
    for (size_t i = 0; i < word->count; i++) {
        int rc = scored_list_add_frequencies(&word->list[i], &sums);
        if (rc)
            return rc;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (frequencies[i] == 0)
            continue;
        uint32_t units = score_of_posting(word->scale, word->weight,
                                          frequencies[i], window->from + i);
        if (window->touched) {
            score_window_touch(window, i, units, word->bit);
            continue;
        }
        window->units[i] += units;
        if (window->has)
            window->has[i] |= word->bit;
    }
    return ERR_OK;
}

int scored_word_add(struct scored_word *word, const struct score_window *window,
                    uint32_t worth, uint32_t *frequencies)
{
    int rc = ERR_OK;
    if (word->overlap)
        return add_overlapping(word, window, frequencies);
    for (size_t i = 0; rc == ERR_OK && i < word->count; i++)
        rc = scored_list_add(&word->list[i], window, worth, word->bit);
    return rc;
}

int scored_word_has(struct scored_word *word, doc_id doc, bool *there)
{
    int rc = ERR_OK;
    *there = false;
    for (size_t i = 0; rc == ERR_OK && !*there && i < word->count; i++)
        rc = scored_list_has(&word->list[i], doc, there);
    return rc;
}

int scored_word_find(struct scored_word *word, doc_id doc, bool *there,
                     uint32_t *units)
{
    uint32_t sum = 0;
    *there = false;
    *units = 0;
    for (size_t i = 0; i < word->count; i++) {
        uint32_t frequency = 0;
        bool in_list;
        int rc = scored_list_has(&word->list[i], doc, &in_list);
        if (rc == ERR_OK && in_list)
            rc = scored_list_frequency(&word->list[i], doc, &frequency);
        if (rc)
            return rc;
        sum += frequency;
        *there |= in_list;
        if (*there && !word->overlap)
            break;
    }
    if (*there)
        *units = score_of_posting(word->scale, word->weight, sum, doc);
    return ERR_OK;
}
