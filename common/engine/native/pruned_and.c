/* All of the clauses: the articles of the rarest, block by block; blocks and articles that
 * cannot get in even with the most of the other clauses are not looked up there. */
#include "engine/native/pruned.h"

#include "base/err.h"
#include "engine/native/doc_iters.h"
#include "engine/native/list_union.h"
#include "engine/native/score_kernels.h"

#include <stdlib.h>

struct joined_clause {
    struct scored_word *word;
    size_t count;
    uint64_t cost;
    uint32_t most;  /* of all its words */
    uint32_t range; /* the same, where the block of the first clause is */
};

struct join {
    struct pruned *p;
    struct joined_clause *clause; /* the rarest first */
    size_t count;
    /* The most that all but the first add, with the slack: anywhere, and in the range. */
    uint32_t others, rest;
};

static int by_cost(const void *a, const void *b)
{
    uint64_t x = ((const struct joined_clause *)a)->cost;
    uint64_t y = ((const struct joined_clause *)b)->cost;
    return (x > y) - (x < y);
}

static int join_open(struct join *j, struct pruned *p)
{
    const struct word_query *query = p->query;
    *j = (struct join){
        .p = p,
        .clause = arena_array(p->lists, struct joined_clause, query->clauses),
        .count = query->clauses,
        .others = p->slack,
    };
    if (!j->clause)
        return native_no_memory(p->err);
    for (size_t i = 0; i < j->count; i++) {
        struct joined_clause *clause = &j->clause[i];
        clause->word = p->word + query->clause[i].first;
        clause->count = query->clause[i].count;
        for (size_t k = 0; k < clause->count; k++) {
            clause->cost += clause->word[k].cost;
            clause->most += clause->word[k].most;
        }
    }
    qsort(j->clause, j->count, sizeof *j->clause, by_cost);
    for (size_t i = 1; i < j->count; i++)
        j->others += j->clause[i].range = j->clause[i].most;
    j->rest = j->others;
    return ERR_OK;
}

/* Ranges come in rising order. False: a clause has nothing there. */
static bool bound_range(struct join *j, doc_id from, doc_id end)
{
    j->rest = j->p->slack;
    for (size_t i = 1; i < j->count; i++) {
        struct joined_clause *clause = &j->clause[i];
        clause->range = 0;
        for (size_t k = 0; k < clause->count; k++)
            clause->range += scored_word_most(&clause->word[k], from, end);
        if (clause->range == 0)
            return false;
        j->rest += clause->range;
    }
    return true;
}

static int clause_has(const struct joined_clause *clause, doc_id doc,
                      bool *there)
{
    int rc = ERR_OK;
    *there = false;
    for (size_t i = 0; rc == ERR_OK && !*there && i < clause->count; i++)
        rc = scored_word_has(&clause->word[i], doc, there);
    return rc;
}

/* Whether all clauses have it, as long as it may still get in; *rest falls to the most
 * that they add to it. */
static int all_have(struct join *j, doc_id doc, uint32_t units, uint32_t *rest,
                    bool *there)
{
    uint32_t least = ranked_list_least(j->p->best);
    int rc = ERR_OK;
    *there = units + *rest >= least;
    for (size_t i = 1; rc == ERR_OK && *there && i < j->count; i++) {
        struct joined_clause *clause = &j->clause[i];
        if (clause->count == 1) {
            *rest -= clause->range;
            *rest += scored_word_here(clause->word, doc, clause->range);
            if (units + *rest < least)
                *there = false;
        }
        if (*there)
            rc = clause_has(clause, doc, there);
    }
    return rc;
}

/* An article that is allowed, with what the words of the first clause add. */
static int look_up(struct join *j, doc_id doc, uint32_t units, uint32_t has)
{
    struct pruned *p = j->p;
    uint32_t rest = j->rest;
    bool there;
    int rc = all_have(j, doc, units, &rest, &there);
    if (rc || !there)
        return rc;
    for (size_t i = 1; i < j->count; i++)
        for (size_t k = 0; k < j->clause[i].count; k++) {
            struct joined_clause *clause = &j->clause[i];
            struct scored_word *word = &clause->word[k];
            uint32_t more;
            if (units + rest < ranked_list_least(p->best))
                return ERR_OK;
            if (clause->count == 1)
                rest -= scored_word_here(word, doc, clause->range);
            rc = scored_word_find(word, doc, &there, &more);
            if (rc)
                return rc;
            units += more;
            has |= there ? word->bit : 0;
        }
    return pruned_offer(p, doc, units, has);
}

/* --- a word goes first, list by list --- */

static int join_block(struct join *j, struct scored_list *lead, uint32_t bit)
{
    struct pruned *p = j->p;
    uint64_t enough[(SEGMENT_BLOCK + 63) / 64];
    uint32_t least = ranked_list_least(p->best);
    score_kernels()->enough(lead->units, lead->in.count,
                            least > j->rest ? least - j->rest : 0, enough);
    for (uint32_t base = 0; base < lead->in.count; base += 64)
        for (uint64_t left = enough[base / 64]; left; left &= left - 1) {
            uint32_t i = base + (uint32_t)__builtin_ctzll(left);
            doc_id doc = lead->in.doc[i];
            if (doc < p->first || doc >= p->end || !pruned_allows(p, doc))
                continue;
            int rc = look_up(j, doc, lead->units[i], bit);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

static void rewind_others(struct join *j)
{
    for (size_t i = 1; i < j->count; i++)
        for (size_t k = 0; k < j->clause[i].count; k++)
            scored_word_rewind(&j->clause[i].word[k], j->p->first);
}

static int join_list(struct join *j, struct scored_list *lead)
{
    struct pruned *p = j->p;
    uint32_t block = postings_find_block(lead->list, 0, p->first);
    doc_id before = block ? postings_block_last(lead->list, block - 1) + 1 : 0;
    for (; block < lead->blocks && before < p->end; block++) {
        doc_id from = before;
        before = postings_block_last(lead->list, block) + 1;
        int rc = pruned_stopped(p);
        if (rc)
            return rc;
        uint32_t least = ranked_list_least(p->best);
        if (scored_list_bound(lead, block) + j->others < least)
            continue;
        if (!bound_range(j, from, before) ||
            scored_list_bound(lead, block) + j->rest < least)
            continue;
        rc = scored_list_load(lead, block);
        if (rc == ERR_OK)
            rc = join_block(j, lead, j->clause[0].word->bit);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* --- several lists go first --- */

static int open_lead(struct join *j, struct doc_iter **out)
{
    const struct joined_clause *lead = &j->clause[0];
    struct pruned *p = j->p;
    size_t lists = 0, count = 0;
    for (size_t i = 0; i < lead->count; i++)
        lists += lead->word[i].count;
    struct doc_iter **it = arena_array(p->lists, struct doc_iter *, lists + 1);
    if (!it)
        return native_no_memory(p->err);
    for (size_t i = 0; i < lead->count; i++)
        for (size_t k = 0; k < lead->word[i].count; k++)
            it[count++] = postings_iter(lead->word[i].list[k].list);
    *out = count ? iter_or(p->lists, it, count) : iter_range(p->lists, 0, 0);
    return *out ? ERR_OK : native_no_memory(p->err);
}

static int join_article(struct join *j, doc_id doc)
{
    const struct joined_clause *lead = &j->clause[0];
    uint32_t units = 0, has = 0;
    for (size_t i = 0; i < lead->count; i++) {
        uint32_t more;
        bool there;
        int rc = scored_word_find(&lead->word[i], doc, &there, &more);
        if (rc)
            return rc;
        units += more;
        has |= there ? lead->word[i].bit : 0;
    }
    return units + j->others < ranked_list_least(j->p->best)
               ? ERR_OK
               : look_up(j, doc, units, has);
}

static int join_lists(struct join *j)
{
    struct pruned *p = j->p;
    struct doc_iter *it;
    int rc = open_lead(j, &it);
    if (rc)
        return rc;
    for (doc_id doc = doc_iter_seek(it, p->first); doc < p->end;
         doc = doc_iter_next(it)) {
        rc = pruned_stopped(p);
        if (rc == ERR_OK && pruned_allows(p, doc))
            rc = join_article(j, doc);
        if (rc)
            return rc;
    }
    return it->status;
}

int pruned_and(struct pruned *p)
{
    struct join j;
    int rc = join_open(&j, p);
    if (rc || j.clause[0].cost == 0 ||
        j.clause[0].most + j.others < ranked_list_least(p->best))
        return rc;
    struct scored_word *lead = j.clause[0].word;
    if (j.clause[0].count > 1 || !scored_word_is_apart(lead) ||
        (lead->count > 1 && !pruned_any_order(p)))
        return join_lists(&j);
    for (size_t i = 0; rc == ERR_OK && i < lead->count; i++) {
        if (i > 0)
            rewind_others(&j);
        rc = join_list(&j, &lead->list[i]);
    }
    return rc;
}
