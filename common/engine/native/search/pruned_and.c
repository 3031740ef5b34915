/* All of the clauses: the articles of the rarest, block by block; blocks and articles that
 * cannot get in even with the most of the other clauses are not looked up there. */
#include "engine/native/search/pruned.h"

#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/list_union.h"
#include "engine/native/search/score_kernels.h"
#include "engine/native/lists/sieve.h"

#include <stdlib.h>

struct joined_clause {
    struct scored_word *word;
    size_t count;
    struct scored_list *list; /* the only one; NULL: there are more, or none */
    uint64_t cost;
    uint32_t most;  /* of all its words */
    uint32_t range; /* the same, where the block of the first clause is */
    uint32_t here;  /* the same, where the article is */
};

struct join {
    struct pruned *p;
    struct joined_clause *clause; /* the rarest first */
    size_t count;
    /* The most that all but the first add, with the slack: anywhere, and in the range. */
    uint32_t others, rest;
    struct joined_clause
        *sieved; /* the rarest of one list of blocks; or NULL */
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
        if (clause->count == 1 && clause->word->count == 1)
            clause->list = clause->word->list;
    }
    qsort(j->clause, j->count, sizeof *j->clause, by_cost);
    for (size_t i = 1; i < j->count; i++)
        j->others += j->clause[i].range = j->clause[i].most;
    for (size_t i = j->count; i-- > 1;)
        if (j->clause[i].list && !j->clause[i].list->bitmap)
            j->sieved = &j->clause[i];
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
    if (clause->list)
        return scored_list_has(clause->list, doc, there);
    *there = false;
    for (size_t i = 0; rc == ERR_OK && !*there && i < clause->count; i++)
        rc = scored_word_has(&clause->word[i], doc, there);
    return rc;
}

/* The most that it adds to this article; passes the blocks before. */
static uint32_t most_here(const struct joined_clause *clause, doc_id doc)
{
    if (clause->count > 1)
        return clause->range;
    if (!clause->list)
        return scored_word_here(clause->word, doc, clause->range);
    uint32_t here = scored_list_here(clause->list, doc);
    return here < clause->range ? here : clause->range;
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
        clause->here = most_here(clause, doc);
        *rest -= clause->range - clause->here;
        *there = units + *rest >= least;
        if (*there)
            rc = clause_has(clause, doc, there);
    }
    return rc;
}

/* What the words of a clause add to an article that it has. */
static int add_clause(const struct joined_clause *clause, doc_id doc,
                      uint32_t *units, uint32_t *has)
{
    uint32_t more;
    if (clause->list) {
        int rc = scored_list_units(clause->list, doc, &more);
        *units += rc ? 0 : more;
        *has |= clause->word->bit;
        return rc;
    }
    for (size_t i = 0; i < clause->count; i++) {
        bool there;
        int rc = scored_word_find(&clause->word[i], doc, &there, &more);
        if (rc)
            return rc;
        *units += more;
        *has |= there ? clause->word[i].bit : 0;
    }
    return ERR_OK;
}

/* An article that is allowed, with what the words of the first clause add. */
static int look_up(struct join *j, doc_id doc, uint32_t units, uint32_t has)
{
    uint32_t rest = j->rest;
    bool there;
    int rc = all_have(j, doc, units, &rest, &there);
    if (rc || !there)
        return rc;
    for (size_t i = 1; i < j->count; i++) {
        const struct joined_clause *clause = &j->clause[i];
        if (units + rest < ranked_list_least(j->p->best))
            return ERR_OK;
        rest -= clause->here;
        rc = add_clause(clause, doc, &units, &has);
        if (rc)
            return rc;
    }
    return pruned_offer(j->p, doc, units, has);
}

/* --- a word goes first, list by list --- */

/* A bit for each article of the block that leads. */
struct lead_mask {
    uint64_t word[(SEGMENT_BLOCK + 63) / 64];
};

/* Of word `number` those in [from, end). */
static uint64_t mask_part(const struct lead_mask *mask, uint32_t number,
                          uint32_t from, uint32_t end)
{
    uint64_t word = mask->word[number];
    uint32_t base = 64 * number;
    if (from > base)
        word = word >> (from - base) << (from - base);
    if (end < base + 64)
        word &= (UINT64_C(1) << (end - base)) - 1;
    return word;
}

/* The first one in [from, end), or `end`. */
static uint32_t mask_next(const struct lead_mask *mask, uint32_t from,
                          uint32_t end)
{
    for (; from < end; from = (from / 64 + 1) * 64) {
        uint64_t word = mask_part(mask, from / 64, from, end);
        if (word)
            return from / 64 * 64 + (uint32_t)__builtin_ctzll(word);
    }
    return end;
}

static uint32_t mask_count(const struct lead_mask *mask, uint32_t from,
                           uint32_t end)
{
    uint32_t count = 0;
    for (uint32_t i = from / 64; 64 * i < end; i++)
        count += (uint32_t)__builtin_popcountll(mask_part(mask, i, from, end));
    return count;
}

static int look_up_masked(struct join *j, const struct scored_list *lead,
                          const struct lead_mask *mask, uint32_t from,
                          uint32_t end)
{
    struct pruned *p = j->p;
    uint32_t bit = j->clause[0].word->bit;
    for (uint32_t k = from / 64; 64 * k < end; k++)
        for (uint64_t left = mask_part(mask, k, from, end); left;
             left &= left - 1) {
            uint32_t i = 64 * k + (uint32_t)__builtin_ctzll(left);
            doc_id doc = lead->in.doc[i];
            if (doc < p->first || doc >= p->end || !pruned_allows(p, doc))
                continue;
            int rc = look_up(j, doc, lead->units[i], bit);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

/* What the bitmap has. */
static void keep_of_bitmap(const struct scored_list *list,
                           const struct scored_list *lead,
                           struct lead_mask *mask)
{
    for (uint32_t k = 0; 64 * k < lead->in.count; k++) {
        uint64_t kept = 0;
        for (uint64_t left = mask->word[k]; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            doc_id doc = lead->in.doc[64 * k + i];
            kept |= (uint64_t)scored_list_bitmap_has(list, doc) << i;
        }
        mask->word[k] = kept;
    }
}

/* Of [from, end) what may be in the block that the list stands in. */
static int keep_of_block(struct scored_list *list,
                         const struct scored_list *lead, struct lead_mask *mask,
                         uint32_t from, uint32_t end)
{
    struct sieve sieve;
    int rc = scored_list_load_docs(list, list->block);
    if (rc)
        return rc;
    sieve_fill(&sieve, list->in.doc, list->in.count);
    for (uint32_t k = from / 64; 64 * k < end; k++) {
        uint64_t kept = 0, asked = mask_part(mask, k, from, end);
        for (uint64_t left = asked; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            doc_id doc = lead->in.doc[64 * k + i];
            kept |= (uint64_t)sieve_passes(&sieve, doc) << i;
        }
        mask->word[k] ^= asked ^ kept;
    }
    return ERR_OK;
}

/* Of [from, end) what may get in with so much more. */
static void keep_enough(const struct join *j, const struct scored_list *lead,
                        struct lead_mask *mask, uint32_t from, uint32_t end,
                        uint32_t more)
{
    uint32_t least = ranked_list_least(j->p->best);
    for (uint32_t k = from / 64; 64 * k < end; k++) {
        uint64_t kept = 0, asked = mask_part(mask, k, from, end);
        for (uint64_t left = asked; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            kept |= (uint64_t)(lead->units[64 * k + i] + more >= least) << i;
        }
        mask->word[k] ^= asked ^ kept;
    }
}

/* Less than it takes to fill a sieve. */
enum { SOUGHT = SEGMENT_BLOCK / 16 };

/* Block by block of the list that is asked first. */
static int join_sieved(struct join *j, const struct scored_list *lead,
                       struct lead_mask *mask)
{
    struct scored_list *list = j->sieved->list;
    uint32_t count = lead->in.count, end;
    int rc = ERR_OK;
    for (uint32_t i = mask_next(mask, 0, count); rc == ERR_OK && i < count;
         i = mask_next(mask, end, count)) {
        uint32_t here = scored_list_here(list, lead->in.doc[i]);
        if (list->block >= list->blocks)
            break;
        doc_id last = postings_block_last(list->list, list->block);
        end = last < lead->in.doc[count - 1]
                  ? score_kernels()->below(lead->in.doc, count, last + 1)
                  : count;
        here = here < j->sieved->range ? here : j->sieved->range;
        keep_enough(j, lead, mask, i, end, j->rest - j->sieved->range + here);
        if (mask_count(mask, i, end) > SOUGHT)
            rc = keep_of_block(list, lead, mask, i, end);
        if (rc == ERR_OK)
            rc = look_up_masked(j, lead, mask, i, end);
    }
    return rc;
}

static int join_block(struct join *j, const struct scored_list *lead)
{
    struct lead_mask mask;
    uint32_t least = ranked_list_least(j->p->best);
    score_kernels()->enough(lead->units, lead->in.count,
                            least > j->rest ? least - j->rest : 0, mask.word);
    for (size_t i = 1; i < j->count; i++)
        if (j->clause[i].list && j->clause[i].list->bitmap)
            keep_of_bitmap(j->clause[i].list, lead, &mask);
    return j->sieved ? join_sieved(j, lead, &mask)
                     : look_up_masked(j, lead, &mask, 0, lead->in.count);
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
            rc = join_block(j, lead);
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
    int rc = add_clause(lead, doc, &units, &has);
    if (rc)
        return rc;
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
