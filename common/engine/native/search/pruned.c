#include "engine/native/search/pruned.h"

#include "base/cancel.h"
#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/match_bits.h"

#include <string.h>

/* --- what is allowed --- */

static int narrow(struct pruned *p, const struct node *node, bool without,
                  uint64_t **allowed)
{
    size_t words = bit_words(p->segment->docs);
    uint64_t *bits;
    int rc = match_bits(p->segment, node, p->lists, &bits, p->err);
    for (size_t i = 0; rc == ERR_OK && without && i < words; i++)
        bits[i] = ~bits[i];
    for (size_t i = 0; rc == ERR_OK && *allowed && i < words; i++)
        bits[i] &= (*allowed)[i];
    *allowed = bits;
    return rc;
}

/* A range of dates is a range of articles. */
static int narrow_range(struct pruned *p, const struct node *node)
{
    const struct columns *columns = &p->segment->columns;
    doc_id first = 0, end = p->segment->docs;
    int rc = ERR_OK;
    if (node->undated)
        rc = columns_undated(columns, &first, p->err);
    else if (node->range.from >= node->range.to)
        end = 0;
    else
        rc = columns_date_range(columns, node->range.from, node->range.to,
                                &first, &end, p->err);
    p->first = p->first > first ? p->first : first;
    p->end = p->end < end ? p->end : end;
    return rc;
}

static int find_allowed(struct pruned *p)
{
    const struct word_query *query = p->query;
    uint64_t *allowed = NULL;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < query->filters; i++)
        rc = query->filter[i]->kind == NODE_DATE
                 ? narrow_range(p, query->filter[i])
                 : narrow(p, query->filter[i], false, &allowed);
    for (size_t i = 0; rc == ERR_OK && i < query->withouts; i++)
        rc = narrow(p, query->without[i], true, &allowed);
    if (rc || !p->segment->live)
        p->allowed = allowed;
    else {
        const uint64_t *live = live_bits(p->segment->live);
        for (size_t i = 0; allowed && i < bit_words(p->segment->docs); i++)
            allowed[i] &= live[i];
        p->allowed = allowed ? allowed : live;
    }
    return rc;
}

/* --- scores --- */

enum { SLACK_WORDS = 8 };

uint32_t pruned_count_slack(const struct pruned *p, uint32_t has)
{
    const struct ranking *ranking = p->ranking;
    uint32_t slack = 0;
    for (size_t i = 0; i < ranking->count; i++) {
        if (!(has & p->word[i].bit))
            continue;
        slack += (uint32_t)ranking->part[i].capitals;
        if (i > 0 && has & p->word[i - 1].bit)
            slack += ranking->part[i - 1].closeness;
    }
    return slack;
}

/* Of few words, for all that an article can have. */
static int tabulate_slack(struct pruned *p)
{
    size_t words = p->ranking->count;
    if (p->slack == 0 || words > SLACK_WORDS)
        return ERR_OK;
    uint32_t *slack_of = arena_array(p->lists, uint32_t, (size_t)1 << words);
    if (!slack_of)
        return native_no_memory(p->err);
    for (uint32_t has = 0; has < UINT32_C(1) << words; has++)
        slack_of[has] = pruned_count_slack(p, has);
    p->slack_of = slack_of;
    return ERR_OK;
}

/* With closeness and capitals. */
static int score(struct pruned *p, doc_id doc, uint32_t has, uint32_t *units)
{
    uint32_t bound;
    int rc = ERR_OK;
    if (!p->scoring) {
        rc = native_view_open(p->segment, p->leaves, p->lists, p->cancel,
                              &p->view, p->err);
        if (rc == ERR_OK)
            rc = scorer_open(p->ranking, &p->view, p->lists, p->scratch,
                             &p->scorer, p->err);
        p->scoring = rc == ERR_OK;
    }
    if (rc)
        return rc;
    arena_reset(p->scratch);
    native_view_stand_on(&p->view, doc);
    scorer_begin(&p->scorer);
    rc = p->ranking->count <= SCORED_WORD_BITS
             ? scorer_capitals(&p->scorer, has, units, &bound, p->err)
             : scorer_contributions(&p->scorer, units, &bound, p->err);
    if (rc == ERR_OK && bound)
        rc = scorer_closeness(&p->scorer, bound, ranked_list_least(p->best),
                              units, p->err);
    return rc;
}

int pruned_offer(struct pruned *p, doc_id doc, uint32_t units, uint32_t has)
{
    struct ranked article = {.segment = p->at, .doc = doc, .units = units};
    uint32_t slack = pruned_slack(p, has);
    bool behind;
    int rc = ERR_OK;
    p->looked_at++;
    if (units + slack < ranked_list_least(p->best))
        return ERR_OK;
    if (slack && p->near)
        return near_offer(p, doc, units, has, slack);
    if (slack)
        rc = score(p, doc, has, &article.units);
    return rc ? rc : ranked_list_offer(p->best, &article, &behind, p->err);
}

int pruned_stopped(struct pruned *p)
{
    int rc = cancel_check(p->cancel);
    return rc ? err_set(p->err, rc, "stopped after %llu articles",
                        (unsigned long long)p->looked_at)
              : ERR_OK;
}

/* --- a floor before the first article --- */

/* Blocks are disjoint: as many of them as articles are wanted hold so many articles, each
 * with the least that the best of its block has. */
static uint32_t floor_of(const struct scored_list *list, size_t wanted)
{
    uint32_t with[256] = {0};
    size_t better = 0;
    int best = 256;
    if (list->blocks < wanted || list->blocks < 2)
        return 0;
    for (uint32_t i = 0; i < list->blocks; i++)
        with[list->best[i]]++;
    while (better < wanted)
        better += with[--best];
    return score_units(list->weight, list->scale->bounds->least[best]);
}

/* Where one word is enough, and every article is asked for. */
static void raise_floor(struct pruned *p)
{
    const struct ranked_list *best = p->best;
    if (p->allowed || p->query->clauses > 1 || best->request->after.set ||
        p->first > 0 || p->end < p->segment->docs)
        return;
    for (size_t i = 0; i < p->ranking->count; i++)
        for (size_t k = 0; k < p->word[i].count; k++) {
            uint32_t floor = floor_of(&p->word[i].list[k], best->top.limit);
            if (floor > best->floor)
                p->best->floor = floor;
        }
}

/* --- the search --- */

static int open_words(struct pruned *p, struct postings *list, bool *fits)
{
    const struct ranking *ranking = p->ranking;
    uint64_t most = 0;
    p->word = arena_array(p->lists, struct scored_word, ranking->count);
    if (!p->word)
        return native_no_memory(p->err);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct scored_part *part = &ranking->part[i];
        int rc = list ? scored_word_of(list, part, &p->scale, p->lists,
                                       &p->word[i], p->err)
                      : scored_word_open(p->segment, p->at, part, i, &p->scale,
                                         p->lists, &p->word[i], p->err);
        if (rc)
            return rc;
        p->slack += part->closeness + (uint32_t)part->capitals;
        most +=
            (uint64_t)part->weight + part->closeness + (uint64_t)part->capitals;
    }
    *fits = most < INT32_MAX;
    return ERR_OK;
}

static bool is_one_word(const struct pruned *p)
{
    return p->ranking->count == 1 && pruned_any_order(p) &&
           scored_word_is_apart(&p->word[0]);
}

int pruned_search(const struct pruned_options *options, uint32_t segment,
                  bool *done, struct err *err)
{
    const struct native_snapshot *snapshot = options->snapshot;
    struct pruned p = {
        .at = segment,
        .segment = snapshot->segment[segment],
        .query = options->query,
        .ranking = options->ranking,
        .leaves = options->leaves,
        .best = options->best,
        .cancel = options->cancel,
        .lists = options->lists,
        .scratch = options->scratch,
        .err = err,
        .scale = {.k = options->ranking->k,
                  .bounds = &snapshot->bounds[segment]},
        .end = snapshot->segment[segment]->docs,
    };
    int rc = columns_lengths(&p.segment->columns, &p.scale.lengths, err);
    if (rc == ERR_OK)
        rc = open_words(&p, options->list, done);
    if (rc == ERR_OK)
        rc = tabulate_slack(&p);
    if (rc == ERR_OK)
        rc = near_open(&p);
    if (rc == ERR_OK)
        rc = find_allowed(&p);
    if (rc || !*done)
        return rc;
    raise_floor(&p);
    if (p.query->clauses > 1)
        rc = pruned_and(&p);
    else
        rc = is_one_word(&p) ? pruned_word(&p) : pruned_or(&p);
    if (rc == ERR_OK)
        rc = near_end(&p);
    return rc ? native_walk_failed(p.segment, rc, err) : ERR_OK;
}
