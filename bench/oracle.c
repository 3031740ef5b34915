/* oracle.c - does the engine give the answers that the slow evaluator gives?
 *
 *     dateline-oracle --index DIR [--queries N] [--seed N] [--others N] [--show]
 *
 * Loads every live article of an index, asks random questions made from their words,
 * and compares, article by article and hit by hit. With --others N only the articles
 * that the engine returned (the first 200) and N random others are looked at, for
 * large sets. Exit status 1 on any difference, or when under a third of the
 * questions had an answer.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/options.h"
#include "bench/random_query.h"
#include "query/oracle.h"

#include <stdio.h>
#include <stdlib.h>

enum { RETURNED_MAX = 200, DIFFERENCES_SHOWN = 20 };

/* What the engine says of one article. */
struct answer {
    bool found;
    struct span *hit;
    size_t hit_count;
};

struct run {
    struct sample_set set;
    struct searcher *searcher;
    struct random_queries random;
    struct answer *answer; /* one for each sample */
    struct arena arena;    /* one question's */
    struct arena scratch;  /* one article's */
    struct strbuf text;
    size_t others; /* 0: look at every article */
    bool show;
    uint64_t asked, answered, refused, undecided, differences;
    size_t found; /* by visit, for this question */
    uint64_t hits;
};

static int take_answer(void *context, struct searcher *searcher, doc_ref doc,
                       const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    struct run *run = context;
    size_t at = sample_set_find(&run->set, doc);
    if (at == run->set.count)
        return err_set(err, ERR_CORRUPT,
                       "an article that was not there before");
    struct span *hit = arena_array(&run->arena, struct span, hits->count);
    if (hits->count && !hit)
        return err_set(err, ERR_NOMEM, "no memory for the hits");
    for (size_t i = 0; i < hits->count; i++)
        hit[i] = hits->hit[i].span;
    run->answer[at] = (struct answer){true, hit, hits->count};
    run->found++;
    run->hits += hits->count;
    return ERR_OK;
}

static int prepare(struct run *run, const char *text, struct query *query,
                   struct err *err)
{
    struct parsed parsed;
    int rc = query_parse(slice_of(text), &run->arena, &parsed, err);
    if (rc)
        return rc;
    const struct engine *engine = run->searcher->snapshot->engine;
    return query_resolve(&parsed, engine->lexicon(run->searcher),
                         run->set.stemmers, &run->arena, query, err);
}

static void differ(struct run *run, const char *what, size_t at)
{
    if (run->differences++ < DIFFERENCES_SHOWN)
        printf("DIFFERENT %s\n  query   %s\n  article %.*s\n", what,
               run->text.data, SLICE_ARG(run->set.sample[at].article.key));
}

static void show_hits(const char *who, const struct span *hit, size_t count,
                      size_t stride)
{
    printf("  %s", who);
    for (size_t i = 0; i < count; i++) {
        const struct span *span =
            (const void *)((const char *)hit + i * stride);
        printf(" [%u,%u)", span->start, span->end);
    }
    putchar('\n');
}

/* One article: the engine's answer against the slow evaluator's. */
static int compare_article(struct run *run, const struct ast *ast, size_t at,
                           struct err *err)
{
    const struct sample_article *sample = &run->set.sample[at];
    const struct answer *answer = &run->answer[at];
    bool matches;
    struct hit_list hits = {0};
    arena_reset(&run->scratch);
    int rc =
        oracle_match(ast, &sample->article, &sample->analysis,
                     run->set.stemmers, &run->scratch, &matches, &hits, err);
    if (rc == ERR_LIMIT) {
        run->undecided++;
        return ERR_OK;
    }
    if (rc)
        return rc;
    if (matches != answer->found) {
        differ(run, matches ? "the engine misses it" : "the engine invents it",
               at);
        return ERR_OK;
    }
    bool same = hits.count == answer->hit_count;
    for (size_t i = 0; same && i < hits.count; i++)
        same = hits.hit[i].span.start == answer->hit[i].start &&
               hits.hit[i].span.end == answer->hit[i].end;
    if (!same && matches) {
        differ(run, "hits", at);
        if (run->differences <= DIFFERENCES_SHOWN) {
            show_hits("engine", answer->hit, answer->hit_count,
                      sizeof *answer->hit);
            show_hits("slow  ", hits.count ? &hits.hit->span : NULL, hits.count,
                      sizeof *hits.hit);
        }
    }
    return ERR_OK;
}

static int compare_articles(struct run *run, const struct ast *ast,
                            struct err *err)
{
    int rc = ERR_OK;
    size_t count = run->set.count;
    if (run->others == 0) {
        for (size_t i = 0; rc == ERR_OK && i < count; i++)
            rc = compare_article(run, ast, i, err);
        return rc;
    }
    size_t looked_at = 0;
    for (size_t i = 0; rc == ERR_OK && i < count && looked_at < RETURNED_MAX;
         i++)
        if (run->answer[i].found) {
            rc = compare_article(run, ast, i, err);
            looked_at++;
        }
    for (size_t i = 0; rc == ERR_OK && i < run->others; i++)
        rc = compare_article(run, ast,
                             random_below(&run->random, (uint32_t)count), err);
    return rc;
}

/* search() and visit() must agree on the totals, too. */
static int compare_totals(struct run *run, const struct query *query,
                          struct err *err)
{
    struct search_request request = {
        .limit = 10, .count_total = true, .count_hits = true};
    struct search_result result;
    int rc = run->searcher->snapshot->engine->search(
        run->searcher, query, &request, &run->arena, &result, err);
    if (rc)
        return rc;
    if (result.total != run->found || result.total_hits != run->hits) {
        run->differences++;
        printf(
            "DIFFERENT totals: search %llu articles %llu hits, visit %zu and "
            "%llu\n  query   %s\n",
            (unsigned long long)result.total,
            (unsigned long long)result.total_hits, run->found,
            (unsigned long long)run->hits, run->text.data);
    }
    return ERR_OK;
}

static int ask(struct run *run, struct err *err)
{
    arena_reset(&run->arena);
    for (size_t i = 0; i < run->set.count; i++)
        run->answer[i] = (struct answer){0};
    run->found = 0;
    run->hits = 0;

    struct query query;
    int rc = prepare(run, run->text.data, &query, err);
    if (rc == ERR_OK)
        rc = run->searcher->snapshot->engine->visit(run->searcher, &query, true,
                                                    NULL, &run->arena,
                                                    take_answer, run, err);
    if (rc == ERR_LIMIT || rc == ERR_UNSUPPORTED) { /* refused, not wrong */
        run->refused++;
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = compare_totals(run, &query, err);
    if (rc == ERR_OK)
        rc = compare_articles(run, query.ast, err);
    run->asked++;
    run->answered += run->found > 0;
    if (run->show)
        printf("%6zu  %s\n", run->found, run->text.data);
    return rc;
}

static void report(const struct run *run)
{
    uint64_t operators = 0;
    for (int op = 0; op < RANDOM_OPERATORS; op++)
        operators += run->random.used[op];
    for (int op = 0; op < RANDOM_OPERATORS; op++)
        printf("%-10s %5.1f %%\n",
               random_operator_name((enum random_operator)op),
               100.0 * (double)run->random.used[op] / (double)operators);
    printf(
        "%llu queries over %zu articles: %llu had answers (%.1f %%), %llu "
        "refused, %llu comparisons skipped by the slow evaluator's budget\n",
        (unsigned long long)run->asked, run->set.count,
        (unsigned long long)run->answered,
        100.0 * (double)run->answered / (double)(run->asked ? run->asked : 1),
        (unsigned long long)run->refused, (unsigned long long)run->undecided);
    printf("%llu differences\n", (unsigned long long)run->differences);
}

static int run_queries(struct run *run, const char *dir, long queries,
                       struct err *err)
{
    int rc = sample_set_open(&run->set, dir, &run->searcher, err);
    if (rc)
        return rc;
    run->random.sample = run->set.sample;
    run->random.sample_count = run->set.count;
    run->answer = mem_alloc(run->set.count * sizeof *run->answer);
    if (!run->answer)
        rc = err_set(err, ERR_NOMEM, "no memory for the answers");
    for (long i = 0; rc == ERR_OK && i < queries; i++) {
        random_query(&run->random, &run->text);
        rc = ask(run, err);
        if (rc)
            printf("query: %s\n", run->text.data);
    }
    searcher_close(run->searcher);
    return rc;
}

int main(int argc, char **argv)
{
    const char *dir = NULL;
    long queries = 2000, seed = 1, others = 0;
    bool help = false, show = false;
    int rest;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index to ask", 0, 0},
        {"queries", 0, OPTION_NUMBER, &queries, "N", "how many (2000)", 1,
         100000000},
        {"seed", 0, OPTION_NUMBER, &seed, "N", "of the random numbers (1)", 1,
         INT32_MAX},
        {"others", 0, OPTION_NUMBER, &others, "N",
         "compare only what was returned, and N others", 0, 1000000},
        {"show", 0, OPTION_FLAG, &show, NULL, "print every query and its total",
         0, 0},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    struct err err = {0};
    if (options_parse(table, argc, argv, 1, &rest, &help, &err) || rest ||
        !dir) {
        fprintf(stderr, "dateline-oracle: %s\n",
                err.code ? err.text : "--index DIR is needed");
        options_print(table);
        return 2;
    }
    struct run run = {.others = (size_t)others, .show = show};
    run.random.state = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
    arena_init(&run.arena, LIMIT_QUERY_MEMORY);
    arena_init(&run.scratch, LIMIT_QUERY_MEMORY);
    strbuf_init(&run.text, LIMIT_QUERY_BYTES);

    int rc = run_queries(&run, dir, queries, &err);
    if (rc)
        fprintf(stderr, "dateline-oracle: %s: %s\n", err_name(rc), err.text);
    else
        report(&run);
    bool enough = run.answered * 3 >= run.asked;
    if (!rc && !enough)
        printf("under a third of the queries had an answer\n");

    sample_set_release(&run.set);
    mem_free(run.answer);
    strbuf_release(&run.text);
    arena_reset(&run.arena);
    arena_reset(&run.scratch);
    return rc || run.differences || !enough;
}
