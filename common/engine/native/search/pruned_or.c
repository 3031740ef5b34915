/* Any of the words: contributions are added up in an array, a window of documents after
 * the other. Words that together cannot bring an article in are only asked about the
 * articles that the others leave over. Adding is cheap, asking is dear: a word is asked
 * only if it has more postings than all that are added. */
#include "engine/native/search/pruned.h"

#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/search/score_kernels.h"

#include <string.h>

enum {
    TOUCH =
        8, /* to count one article costs as much as to look through so many */
    APART = 4,
};

struct windows {
    struct pruned *p;
    struct scored_word *word;
    size_t count;
    size_t *order;   /* by rising bound */
    uint32_t *bound; /* of each word, in this window */
    uint32_t *frequencies;
    struct score_window window;
    uint32_t *has; /* for a window */
    uint64_t touched[SCORE_WINDOW / 64];
    bool once;           /* those that were touched are done */
    size_t asked;        /* words that are not added: the first in order */
    uint32_t asked_bits; /* those of them that are there */
    uint32_t slack;      /* the most beside contributions, in the window */
    uint32_t rest;       /* the most that they add, there or ... */
    uint32_t rest_of_window;
};

static void sort_by_bound(struct windows *w)
{
    for (size_t i = 1; i < w->count; i++) {
        size_t word = w->order[i], at = i;
        for (; at > 0 && w->bound[w->order[at - 1]] > w->bound[word]; at--)
            w->order[at] = w->order[at - 1];
        w->order[at] = word;
    }
}

/* Of a word that stands in some article of the range that is bounded, else 0. */
static uint32_t bit_in_range(const struct windows *w, size_t word)
{
    return w->bound[word] ? w->word[word].bit : 0;
}

static void ask(struct windows *w, size_t asked)
{
    w->asked = asked;
    w->rest = w->asked_bits = 0;
    for (size_t i = 0; i < asked; i++) {
        w->rest += w->bound[w->order[i]];
        w->asked_bits |= bit_in_range(w, w->order[i]);
    }
}

/* Which words are only asked. False: nothing in the window can get in. */
static bool divide(struct windows *w, uint32_t least)
{
    size_t asked = 0;
    uint64_t added = 0;
    uint32_t most = 0, bits = 0;
    for (; asked < w->count; asked++) {
        most += w->bound[w->order[asked]];
        bits |= bit_in_range(w, w->order[asked]);
        if (most + pruned_most_slack(w->p, bits) >= least)
            break;
    }
    if (asked == w->count)
        return false;
    for (size_t i = asked; i < w->count; i++)
        added += w->word[w->order[i]].cost;
    while (asked > 0) {
        size_t last = w->order[asked - 1];
        if (w->word[last].cost > added && !w->word[last].overlap)
            break;
        added += w->word[last].cost;
        asked--;
    }
    /* Lists that may share articles are added. */
    for (size_t i = 0; i < asked; i++)
        if (w->word[w->order[i]].overlap)
            asked = 0;
    ask(w, asked);
    return true;
}

static int add_words(struct windows *w, uint32_t least, uint64_t all)
{
    struct score_window *window = &w->window;
    uint32_t size = window->end - window->from;
    if (window->touched) {
        memset(window->touched, 0, sizeof w->touched);
    } else {
        memset(window->units, 0, size * sizeof *window->units);
        if (window->has)
            memset(window->has, 0, size * sizeof *window->has);
    }
    for (size_t i = w->asked; i < w->count; i++) {
        struct scored_word *word = &w->word[w->order[i]];
        uint64_t others = all - w->bound[w->order[i]];
        uint32_t worth = others < least ? least - (uint32_t)others : 0;
        int rc = scored_word_add(word, window, worth, w->frequencies);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* An article that may get in, if the words that were not added help. */
static int complete(struct windows *w, doc_id doc, uint32_t units, uint32_t has)
{
    struct pruned *p = w->p;
    uint32_t rest = w->rest, may_have = has | w->asked_bits;
    for (size_t k = w->asked; k > 0; k--) {
        size_t at = w->order[k - 1];
        uint32_t more;
        bool there;
        if (w->bound[at] == 0)
            continue;
        rest -= w->bound[at];
        uint32_t here = scored_word_here(&w->word[at], doc, w->bound[at]);
        if (units + rest + here + pruned_most_slack(p, may_have) <
            ranked_list_least(p->best))
            return ERR_OK;
        int rc = scored_word_find(&w->word[at], doc, &there, &more);
        if (rc)
            return rc;
        units += more;
        if (there)
            has |= w->word[at].bit;
        else
            may_have &= ~w->word[at].bit;
    }
    return pruned_offer(p, doc, units, has);
}

static int take_best(struct windows *w)
{
    const struct score_window *window = &w->window;
    struct pruned *p = w->p;
    uint32_t size = window->end - window->from;
    uint32_t least = ranked_list_least(p->best);
    uint64_t enough[SCORE_WINDOW / 64];
    const uint64_t *mask = window->touched;
    if (!mask) {
        score_kernels()->enough(window->units, size, least - w->rest - w->slack,
                                enough);
        mask = enough;
    }
    for (uint32_t base = 0; base < size; base += 64) {
        uint64_t left = mask[base / 64];
        if (p->allowed)
            left &= p->allowed[(window->from + base) / 64];
        for (; left; left &= left - 1) {
            uint32_t i = base + (uint32_t)__builtin_ctzll(left);
            uint32_t has = window->has ? window->has[i] : 0;
            uint32_t slack =
                window->has ? pruned_most_slack(p, has | w->asked_bits) : 0;
            if (window->from + i < p->first ||
                window->units[i] + w->rest + slack < least)
                continue;
            int rc = complete(w, window->from + i, window->units[i], has);
            if (rc)
                return rc;
        }
    }
    return ERR_OK;
}

/* --- one word is added: its blocks need no window --- */

/* With the bounds where the block is. */
static void bound_block(struct windows *w, doc_id from, doc_id end)
{
    w->rest = w->asked_bits = 0;
    for (size_t i = 0; i < w->asked; i++) {
        size_t at = w->order[i];
        w->bound[at] = scored_word_most(&w->word[at], from, end);
        w->rest += w->bound[at];
        w->asked_bits |= bit_in_range(w, at);
    }
}

static int take_block(struct windows *w, const struct scored_list *list,
                      uint32_t bit)
{
    struct pruned *p = w->p;
    uint64_t enough[(SEGMENT_BLOCK + 63) / 64];
    uint32_t least = ranked_list_least(p->best);
    uint32_t rest = w->rest + pruned_most_slack(p, w->asked_bits | bit);
    score_kernels()->enough(list->units, list->in.count,
                            least > rest ? least - rest : 0, enough);
    for (uint32_t base = 0; base < list->in.count; base += 64)
        for (uint64_t left = enough[base / 64]; left; left &= left - 1) {
            uint32_t i = base + (uint32_t)__builtin_ctzll(left);
            doc_id doc = list->in.doc[i];
            if (doc < w->window.from || doc < p->first ||
                doc >= w->window.end || !pruned_allows(p, doc) ||
                (w->once && bit_is_set(w->touched, doc - w->window.from)))
                continue;
            int rc = complete(w, doc, list->units[i], bit);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

/* From the beginning of the window again. */
static void rewind_asked(struct windows *w, size_t asked)
{
    for (size_t i = 0; i < asked; i++) {
        size_t at = w->order[i];
        scored_word_rewind(&w->word[at], w->window.from);
        w->bound[at] =
            scored_word_most(&w->word[at], w->window.from, w->window.end);
    }
}

static int search_list(struct windows *w, struct scored_list *list,
                       uint32_t bit)
{
    doc_id before = w->window.from;
    w->rest_of_window = w->rest + w->slack;
    for (uint32_t i = list->block; i < list->blocks && before < w->window.end;
         i++) {
        doc_id from = before, last = postings_block_last(list->list, i);
        uint32_t least = ranked_list_least(w->p->best);
        before = last < w->window.end ? last + 1 : w->window.end;
        uint32_t most = scored_list_bound(list, i);
        if (most + w->rest_of_window < least)
            continue;
        bound_block(w, from, before);
        most += pruned_most_slack(w->p, w->asked_bits | bit);
        if (most + w->rest < least)
            continue;
        int rc = scored_list_load(list, i);
        if (rc == ERR_OK)
            rc = take_block(w, list, bit);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int search_word(struct windows *w, struct scored_word *word)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < word->count; i++) {
        if (i > 0) {
            rewind_asked(w, w->asked);
            ask(w, w->asked);
        }
        rc = search_list(w, &word->list[i], word->bit);
    }
    return rc;
}

/* --- several words are added --- */

/* Where few articles are touched they are counted one by one, as also where all of them
 * may get in. */
static int search_together(struct windows *w, uint32_t least, uint64_t all)
{
    struct score_window *window = &w->window;
    uint64_t size = window->end - window->from, postings = 0;
    for (size_t i = w->asked; i < w->count; i++)
        postings += w->word[w->order[i]].cost;
    bool few = postings * size / w->p->segment->docs * TOUCH < size;
    window->touched =
        few || w->once || least <= w->rest + w->slack ? w->touched : NULL;
    window->has = window->touched || w->p->slack ? w->has : NULL;
    int rc = add_words(w, least, all);
    return rc ? rc : take_best(w);
}

/* Whether of the words that are added the one with the least bound has most of the
 * postings: it is worth its while to go through the others first, and then to look for what
 * is only in it, block by block. */
static bool is_apart(const struct windows *w)
{
    const struct pruned *p = w->p;
    const struct scored_word *word = &w->word[w->order[w->asked]];
    uint64_t others = 0;
    for (size_t i = w->asked + 1; i < w->count; i++)
        others += w->word[w->order[i]].cost;
    return scored_word_is_apart(word) && pruned_any_order(p) &&
           others * APART <= word->cost;
}

static int search_apart(struct windows *w, uint32_t least, uint64_t all)
{
    size_t asked = w->asked;
    w->once = true;
    ask(w, asked + 1);
    int rc = search_together(w, least, all);
    if (rc == ERR_OK) {
        rewind_asked(w, asked + 1);
        ask(w, asked);
        rc = search_word(w, &w->word[w->order[asked]]);
    }
    w->once = false;
    return rc;
}

static int search_window(struct windows *w)
{
    struct pruned *p = w->p;
    uint32_t least = ranked_list_least(p->best);
    uint64_t all = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < w->count; i++) {
        w->bound[i] =
            scored_word_most(&w->word[i], w->window.from, w->window.end);
        all += w->bound[i];
        bits |= bit_in_range(w, i);
    }
    w->slack = pruned_most_slack(p, bits);
    all += w->slack;
    sort_by_bound(w);
    if (all < least || !divide(w, least))
        return ERR_OK;
    struct scored_word *last = &w->word[w->order[w->count - 1]];
    if (w->asked + 1 == w->count && scored_word_is_apart(last) &&
        (last->count == 1 || pruned_any_order(p)))
        return search_word(w, last);
    return is_apart(w) ? search_apart(w, least, all)
                       : search_together(w, least, all);
}

static int windows_open(struct windows *w, struct pruned *p)
{
    const struct word_clause *clause = &p->query->clause[0];
    struct arena *arena = p->lists;
    size_t size = SCORE_WINDOW * sizeof(uint32_t);
    *w = (struct windows){
        .p = p,
        .word = p->word + clause->first,
        .count = clause->count,
        .order = arena_array(arena, size_t, clause->count),
        .bound = arena_array(arena, uint32_t, clause->count),
        .frequencies = arena_alloc_unset(arena, size),
        .window.units = arena_alloc_unset(arena, size),
        .has = arena_alloc_unset(arena, size),
    };
    if (!w->order || !w->bound || !w->frequencies || !w->window.units ||
        !w->has)
        return native_no_memory(p->err);
    for (size_t i = 0; i < w->count; i++)
        w->order[i] = i;
    return ERR_OK;
}

int pruned_or(struct pruned *p)
{
    struct windows w;
    int rc = windows_open(&w, p);
    doc_id from = p->first / SCORE_WINDOW * SCORE_WINDOW;

    while (rc == ERR_OK && from < p->end) {
        doc_id end =
            p->end - from > SCORE_WINDOW ? from + SCORE_WINDOW : p->end;
        w.window.from = from;
        w.window.end = end;

        rc = pruned_stopped(p);
        if (rc == ERR_OK)
            rc = search_window(&w);
        from = end;
    }
    return rc;
}
