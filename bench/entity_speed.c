/* entity_speed.c - entities beside words that as many articles have.
 *
 *     dateline-entity-speed DIR
 *
 * Takes entities of the index, spread over how often they are mentioned, and to each the
 * word of the nearest frequency; asks the engine for both by turns, parsed, resolved and
 * searched, and prints one JSON object: medians of the classes in microseconds, and the
 * ratio of their sums.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "engine/register_file.h"
#include "engine/registry/engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAIRS = 120, RUNS = 9, LEAST_ARTICLES = 5, FORMS = 1 << 20 };

struct counted {
    struct slice text; /* an id, or a word */
    uint64_t articles;
};

struct counted_list {
    struct counted *item;
    size_t count, capacity;
};

struct bench {
    struct searcher *searcher;
    const struct engine *engine;
    struct lexicon *lexicon;
    struct stemmers *stemmers;
    struct query_names names;
    struct arena arena; /* what stays */
    struct counted_list entities, words;
    struct err *err;
};

static int push(struct bench *bench, struct counted_list *to, struct slice text,
                uint64_t articles)
{
    if (articles < LEAST_ARTICLES)
        return ERR_OK;
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 1024;
        struct counted *bigger =
            mem_realloc(to->item, capacity * sizeof *bigger);
        if (!bigger)
            return err_set(bench->err, ERR_NOMEM, "out of memory");
        to->item = bigger;
        to->capacity = capacity;
    }
    to->item[to->count++] = (struct counted){text, articles};
    return ERR_OK;
}

static int compare(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles < y->articles ? -1 : 1;
    return slice_cmp(x->text, y->text);
}

static int find_entities(struct bench *bench)
{
    struct slice_list ids;
    uint64_t articles, mentions;
    int rc = bench->lexicon->ops->entities(bench->lexicon, &bench->arena, &ids,
                                           bench->err);
    for (size_t i = 0; rc == ERR_OK && i < ids.count; i++) {
        rc = bench->lexicon->ops->entity_frequency(
            bench->lexicon, ids.item[i], &articles, &mentions, bench->err);
        if (rc == ERR_OK)
            rc = push(bench, &bench->entities, ids.item[i], articles);
    }
    return rc;
}

/* Words of Latin letters, which is what most of any index is. */
static int find_words(struct bench *bench)
{
    int rc = ERR_OK;
    for (char letter = 'a'; rc == ERR_OK && letter <= 'z'; letter++) {
        struct slice_list forms;
        uint64_t articles, occurrences;
        rc = bench->lexicon->ops->prefix_forms(
            bench->lexicon, (struct slice){(const uint8_t *)&letter, 1}, FORMS,
            &bench->arena, &forms, bench->err);
        for (size_t i = 0; rc == ERR_OK && i < forms.count; i++) {
            rc = bench->lexicon->ops->frequency(bench->lexicon, forms.item[i],
                                                &articles, &occurrences,
                                                bench->err);
            if (rc == ERR_OK)
                rc = push(bench, &bench->words, forms.item[i], articles);
        }
    }
    return rc;
}

static const struct counted *nearest(const struct counted_list *words,
                                     uint64_t articles)
{
    size_t low = 0, high = words->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (words->item[middle].articles < articles)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && articles - words->item[low - 1].articles <
                       words->item[low].articles - articles)
        low--;
    return &words->item[low];
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ask(struct bench *bench, const char *text, bool count,
               uint64_t *total, double *us)
{
    const struct search_request request = {.limit = count ? 0 : 10,
                                           .count_total = count};
    struct search_result result;
    struct parsed parsed;
    struct query query;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    double start = now_us();
    int rc = query_parse(slice_of(text), &arena, &parsed, bench->err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, bench->lexicon, bench->stemmers,
                           &bench->names, &arena, &query, bench->err);
    if (rc == ERR_OK)
        rc = bench->engine->search(bench->searcher, &query, &request, &arena,
                                   &result, bench->err);
    *us = now_us() - start;
    if (rc == ERR_OK)
        *total = count ? result.total : result.count;
    arena_reset(&arena);
    return rc;
}

/* An id may be the name of another entity, too, of which there is more. */
static bool is_its_own_name(const struct bench *bench, struct slice id)
{
    const struct entity **entity;
    size_t count;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc =
        register_named(bench->names.entities, id, 0, &arena, &entity, &count);
    arena_reset(&arena);
    return rc == ERR_OK && count == 1;
}

static int compare_us(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Medians of both, by turns. */
static int time_pair(struct bench *bench, const char *const text[2], bool count,
                     const uint64_t articles[2], double out[2])
{
    double us[2][RUNS];
    for (size_t run = 0; run < RUNS; run++)
        for (size_t side = 0; side < 2; side++) {
            uint64_t total;
            int rc = ask(bench, text[side], count, &total, &us[side][run]);
            if (rc)
                return rc;
            if (count && total != articles[side])
                return err_set(bench->err, ERR_CORRUPT, "%s: another count",
                               text[side]);
        }
    for (size_t side = 0; side < 2; side++) {
        qsort(us[side], RUNS, sizeof us[side][0], compare_us);
        out[side] = us[side][RUNS / 2];
    }
    return ERR_OK;
}

static int measure(struct bench *bench)
{
    static const char *const name[2] = {"TOP_10", "COUNT"};
    double sum[2][2] = {{0}};
    size_t pairs = 0, step = bench->entities.count / PAIRS + 1;
    for (size_t i = 0; i < bench->entities.count; i += step) {
        const struct counted *entity = &bench->entities.item[i];
        const struct counted *word = nearest(&bench->words, entity->articles);
        char text[2][512];
        if (!is_its_own_name(bench, entity->text))
            continue;
        snprintf(text[0], sizeof text[0], "@\"%.*s\"", SLICE_ARG(entity->text));
        snprintf(text[1], sizeof text[1], "\"%.*s\"", SLICE_ARG(word->text));
        for (int count = 0; count < 2; count++) {
            double us[2] = {0};
            int rc =
                time_pair(bench, (const char *[]){text[0], text[1]}, count,
                          (uint64_t[]){entity->articles, word->articles}, us);
            if (rc)
                return rc;
            sum[count][0] += us[0];
            sum[count][1] += us[1];
        }
        pairs++;
    }
    printf("{\"pairs\": %zu", pairs);
    for (int count = 0; count < 2; count++)
        printf(", \"%s\": {\"entity\": %.2f, \"word\": %.2f, \"ratio\": %.3f}",
               name[count], sum[count][0] / (double)pairs,
               sum[count][1] / (double)pairs, sum[count][0] / sum[count][1]);
    printf("}\n");
    return ERR_OK;
}

static int run(struct bench *bench, const char *dir)
{
    struct snapshot *snapshot;
    struct entity_register *entities = NULL;
    int rc = snapshot_open(dir, engines, &snapshot, bench->err);
    if (rc)
        return rc;
    rc = register_file_read(dir, snapshot->info.register_digest, &entities,
                            bench->err);
    if (rc == ERR_OK)
        rc = searcher_open(snapshot, &bench->searcher, bench->err);
    bench->engine = snapshot->engine;
    bench->names.entities = entities;
    bench->stemmers = stemmers_new();
    if (rc == ERR_OK && !bench->stemmers)
        rc = err_set(bench->err, ERR_NOMEM, "out of memory");
    if (rc == ERR_OK) {
        bench->lexicon = bench->engine->lexicon(bench->searcher);
        rc = find_entities(bench);
    }
    if (rc == ERR_OK)
        rc = find_words(bench);
    if (rc == ERR_OK && (!bench->entities.count || !bench->words.count))
        rc = err_set(bench->err, ERR_NOTFOUND, "%s: too few names", dir);
    if (rc == ERR_OK) {
        qsort(bench->entities.item, bench->entities.count,
              sizeof *bench->entities.item, compare);
        qsort(bench->words.item, bench->words.count, sizeof *bench->words.item,
              compare);
        rc = measure(bench);
    }
    stemmers_free(bench->stemmers);
    searcher_close(bench->searcher);
    register_free(entities);
    snapshot_unref(snapshot);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct bench bench = {.err = &err};
    if (argc != 2) {
        fputs("usage: dateline-entity-speed DIR\n", stderr);
        return 2;
    }
    arena_init(&bench.arena, SIZE_MAX);
    int rc = run(&bench, argv[1]);
    if (rc)
        fprintf(stderr, "dateline-entity-speed: %s\n", err.text);
    mem_free(bench.entities.item);
    mem_free(bench.words.item);
    arena_reset(&bench.arena);
    return rc != 0;
}
