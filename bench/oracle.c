/* oracle.c - does the engine give the answers that the slow evaluator gives?
 *
 *     dateline-oracle --index DIR [--queries N] [--seed N] [--others N] [--show]
 *     dateline-oracle --index DIR --against DIR2 [--queries N] [--seed N]
 *
 * Loads every live article of an index, asks random questions made from their words,
 * and compares, article by article and hit by hit. With --others N only the articles
 * that the engine returned (the first 200) and N random others are looked at, for
 * large sets. With --against it is the answers of another index of the same articles
 * that are compared: another engine's, or one that came about otherwise. Exit status 1
 * on any difference, or when under a third of the questions had an answer.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/options.h"
#include "bench/random_query.h"
#include "bench/side.h"
#include "query/oracle.h"

#include <stdio.h>
#include <string.h>

enum { RETURNED_MAX = 200, DIFFERENCES_SHOWN = 20 };

struct run {
    struct sample_set set;
    struct side side, other;
    struct random_queries random;
    struct arena arena;   /* one question's */
    struct arena scratch; /* one article's */
    struct strbuf text;
    size_t others; /* 0: look at every article */
    bool show, against;
    uint64_t asked, answered, refused, refused_by_one, undecided, differences;
};

static void differ(struct run *run, const char *what, size_t at)
{
    if (run->differences++ < DIFFERENCES_SHOWN)
        printf("DIFFERENT %s\n  query   %s\n  article %.*s\n", what,
               run->text.data, SLICE_ARG(run->set.sample[at].article.key));
}

static void show_hits(const char *who, const struct answer *answer)
{
    printf("  %-6s", who);
    for (size_t i = 0; i < answer->hit_count; i++)
        printf(" [%u,%u)", answer->hit[i].start, answer->hit[i].end);
    putchar('\n');
}

/* What one says against what the other one says, of one article. */
static void compare_answers(struct run *run, size_t at,
                            const struct answer *want, const char *who)
{
    const struct answer *got = &run->side.answer[at];
    if (got->found != want->found) {
        differ(run,
               got->found ? "the engine invents it" : "the engine misses it",
               at);
        return;
    }
    bool same = got->hit_count == want->hit_count;
    for (size_t i = 0; same && i < got->hit_count; i++)
        same = got->hit[i].start == want->hit[i].start &&
               got->hit[i].end == want->hit[i].end;
    if (same || !got->found)
        return;
    differ(run, "hits", at);
    if (run->differences <= DIFFERENCES_SHOWN) {
        show_hits("engine", got);
        show_hits(who, want);
    }
}

/* One article: the engine's answer against the slow evaluator's. */
static int compare_article(struct run *run, const struct query *query,
                           size_t at, struct err *err)
{
    const struct sample_article *sample = &run->set.sample[at];
    struct answer slow = {0};
    struct hit_list hits = {0};
    arena_reset(&run->scratch);
    int rc =
        oracle_match(query, &sample->article, &sample->analysis,
                     run->set.stemmers, &run->scratch, &slow.found, &hits, err);
    if (rc == ERR_LIMIT) {
        run->undecided++;
        return ERR_OK;
    }
    if (rc)
        return rc;
    slow.hit_count = hits.count;
    slow.hit = arena_array(&run->scratch, struct span, hits.count + 1);
    if (!slow.hit)
        return err_set(err, ERR_NOMEM, "no memory for the hits");
    for (size_t i = 0; i < hits.count; i++)
        slow.hit[i] = hits.hit[i].span;
    compare_answers(run, at, &slow, "slow");
    return ERR_OK;
}

static int compare_articles(struct run *run, const struct query *query,
                            struct err *err)
{
    int rc = ERR_OK;
    size_t count = run->set.count;
    if (run->others == 0) {
        for (size_t i = 0; rc == ERR_OK && i < count; i++)
            rc = compare_article(run, query, i, err);
        return rc;
    }
    size_t looked_at = 0;
    for (size_t i = 0; rc == ERR_OK && i < count && looked_at < RETURNED_MAX;
         i++)
        if (run->side.answer[i].found) {
            rc = compare_article(run, query, i, err);
            looked_at++;
        }
    for (size_t i = 0; rc == ERR_OK && i < run->others; i++)
        rc = compare_article(run, query,
                             random_below(&run->random, (uint32_t)count), err);
    return rc;
}

static int compare_totals(struct run *run, struct side *side,
                          const struct query *query, struct err *err)
{
    struct search_result result;
    bool agree;
    int rc = side_totals(side, query, &run->arena, &result, &agree, err);
    if (rc == ERR_OK && !agree) {
        run->differences++;
        printf("DIFFERENT totals: search %llu articles %llu hits, visit %llu "
               "and %llu\n  query   %s\n",
               (unsigned long long)result.total,
               (unsigned long long)result.total_hits,
               (unsigned long long)side->found, (unsigned long long)side->hits,
               run->text.data);
    }
    return rc;
}

static bool is_refusal(int rc)
{
    return rc == ERR_LIMIT || rc == ERR_UNSUPPORTED;
}

static int compare_sides(struct run *run, struct err *err)
{
    struct query query;
    int rc = side_ask(&run->other, run->text.data, &run->arena, &query, err);
    if (is_refusal(rc)) {
        run->refused_by_one++;
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = compare_totals(run, &run->other, &query, err);
    for (size_t i = 0; rc == ERR_OK && i < run->set.count; i++)
        compare_answers(run, i, &run->other.answer[i], "other");
    return rc;
}

static int ask(struct run *run, struct err *err)
{
    struct query query;
    arena_reset(&run->arena);
    int rc = side_ask(&run->side, run->text.data, &run->arena, &query, err);
    if (is_refusal(rc)) { /* refused, not wrong */
        run->refused++;
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = compare_totals(run, &run->side, &query, err);
    if (rc == ERR_OK)
        rc = run->against ? compare_sides(run, err)
                          : compare_articles(run, &query, err);
    run->asked++;
    run->answered += run->side.found > 0;
    if (run->show)
        printf("%6llu  %s\n", (unsigned long long)run->side.found,
               run->text.data);
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
    if (run->against)
        printf("%llu refused by the other one only\n",
               (unsigned long long)run->refused_by_one);
    printf("%llu differences\n", (unsigned long long)run->differences);
}

static int run_queries(struct run *run, const char *dir, const char *against,
                       long queries, struct err *err)
{
    struct searcher *searcher;
    int rc = sample_set_open(&run->set, dir, &searcher, err);
    if (rc)
        return rc;
    rc = side_own(&run->side, &run->set, searcher, err);
    if (rc == ERR_OK && against)
        rc = side_open(&run->other, &run->set, against, err);
    run->against = against != NULL;
    run->random.sample = run->set.sample;
    run->random.sample_count = run->set.count;
    for (long i = 0; rc == ERR_OK && i < queries; i++) {
        /* since: is about the history of an index, which is not compared. */
        do
            random_query(&run->random, &run->text);
        while (against && strstr(run->text.data, "since:"));
        rc = ask(run, err);
        if (rc)
            printf("query: %s\n", run->text.data);
    }
    side_close(&run->other);
    side_close(&run->side);
    return rc;
}

int main(int argc, char **argv)
{
    const char *dir = NULL, *against = NULL;
    long queries = 2000, seed = 1, others = 0;
    bool help = false, show = false;
    int rest;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index to ask", 0, 0},
        {"against", 0, OPTION_TEXT, &against, "DIR",
         "compare with this index of the same articles", 0, 0},
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

    int rc = run_queries(&run, dir, against, queries, &err);
    if (rc)
        fprintf(stderr, "dateline-oracle: %s: %s\n", err_name(rc), err.text);
    else
        report(&run);
    bool enough = run.answered * 3 >= run.asked;
    if (!rc && !enough)
        printf("under a third of the queries had an answer\n");

    sample_set_release(&run.set);
    strbuf_release(&run.text);
    arena_reset(&run.arena);
    arena_reset(&run.scratch);
    return rc || run.differences || !enough;
}
