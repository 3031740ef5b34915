/* rebuild: every stored article of an index, analysed anew into a fresh one. */
#include "indexer/commands.h"

#include "base/cancel.h"
#include "base/err.h"
#include "indexer/fresh_dir.h"
#include "indexer/interrupt.h"
#include "indexer/pipeline.h"
#include "indexer/registers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A key of which more than one live version is to be put. */
struct later_key {
    struct later_key *next;
    struct slice key;
    size_t versions;
    bool deleted; /* behind the last one */
};

/* Versions go in one generation after the other: first the oldest of each key, then
 * the second ones ..., so that their order is the same again. */
struct rebuild {
    struct searcher *from;
    const struct engine *engine; /* of `from` */
    struct registers registers;
    struct writer *writer;
    struct pipeline *pipeline;
    struct report *report;
    struct arena article_arena;
    struct arena key_arena;
    struct later_key *later;
    size_t most_versions; /* of a key */
    uint64_t old_versions;
    struct generation_info info;
};

static const size_t ARTICLE_MEMORY = (size_t)512 << 20;
static const size_t VISIT_MEMORY = (size_t)64 << 20;
static const size_t KEY_MEMORY = (size_t)4 << 30;

static int put_again(struct rebuild *rebuild, doc_ref doc, struct err *err)
{
    struct article article;
    int rc = rebuild->engine->article(rebuild->from, doc,
                                      &rebuild->article_arena, &article, err);
    if (rc == ERR_OK)
        rc = pipeline_put_again(rebuild->pipeline, &article, err);
    return rc;
}

/* --- engines that keep no old versions --- */

static int visit_article(void *context, struct searcher *searcher, doc_ref doc,
                         const struct hit_list *hits, struct err *err)
{
    struct rebuild *rebuild = context;
    (void)searcher, (void)hits;
    int rc = put_again(rebuild, doc, err);
    arena_reset(&rebuild->article_arena);
    return rc;
}

/* Dated or not: all there are. */
static int put_current(struct rebuild *rebuild, struct err *err)
{
    struct node dated = {.kind = NODE_DATE, .range = {DATE_MIN, DATE_MAX}};
    struct node undated = {.kind = NODE_DATE, .undated = true};
    struct node *either[] = {&dated, &undated};
    const struct node root = {
        .kind = NODE_OR, .child = either, .child_count = 2};
    const struct query everything = {.root = &root};

    struct arena arena;
    arena_init(&arena, VISIT_MEMORY);
    int rc = rebuild->engine->visit(rebuild->from, &everything, false, NULL,
                                    &arena, visit_article, rebuild, err);
    arena_reset(&arena);
    return rc;
}

/* --- and those that do --- */

static int remember(struct rebuild *rebuild, struct slice key,
                    const struct version_list *list, struct err *err)
{
    struct later_key *later = arena_new(&rebuild->key_arena, struct later_key);
    if (!later || arena_copy_slice(&rebuild->key_arena, key, &later->key))
        return err_set(err, ERR_NOMEM, "out of memory");
    later->versions = list->count;
    later->deleted = !list->version[list->count - 1].current;
    later->next = rebuild->later;
    rebuild->later = later;
    if (list->count > rebuild->most_versions)
        rebuild->most_versions = list->count;
    return ERR_OK;
}

/* The version of this number, from 0. */
static int put_version(struct rebuild *rebuild, struct slice key, size_t number,
                       struct err *err)
{
    struct version_list list;
    int rc = rebuild->engine->versions(rebuild->from, key,
                                       &rebuild->article_arena, &list, err);
    if (rc == ERR_OK && number < list.count) {
        rebuild->old_versions += !list.version[number].current;
        rc = put_again(rebuild, list.version[number].doc, err);
        if (rc == ERR_OK && number == 0 &&
            (list.count > 1 || !list.version[0].current))
            rc = remember(rebuild, key, &list, err);
    }
    arena_reset(&rebuild->article_arena);
    return rc;
}

static int put_first_version(void *context, struct slice key, struct err *err)
{
    return put_version(context, key, 0, err);
}

/* What was deleted behind its version of this number. */
static int delete_again(struct rebuild *rebuild, size_t number, struct err *err)
{
    int rc = pipeline_drain(rebuild->pipeline, err);
    for (const struct later_key *later = rebuild->later; rc == ERR_OK && later;
         later = later->next) {
        bool found;
        if (later->deleted && later->versions == number + 1)
            rc = rebuild->writer->engine->writer_delete(
                rebuild->writer, later->key, &found, err);
    }
    return rc;
}

static int put_versions(struct rebuild *rebuild, struct err *err)
{
    int rc =
        rebuild->engine->keys(rebuild->from, put_first_version, rebuild, err);
    if (rc == ERR_OK)
        rc = delete_again(rebuild, 0, err);
    for (size_t number = 1; rc == ERR_OK && number < rebuild->most_versions;
         number++) {
        rc = rebuild->writer->engine->writer_commit(rebuild->writer,
                                                    &rebuild->info, err);
        for (const struct later_key *later = rebuild->later;
             rc == ERR_OK && later; later = later->next)
            if (number < later->versions)
                rc = put_version(rebuild, later->key, number, err);
        if (rc == ERR_OK)
            rc = delete_again(rebuild, number, err);
    }
    return rc;
}

/* --- the run --- */

static int put_everything(struct rebuild *rebuild, struct err *err)
{
    struct composition composition;
    int rc =
        rebuild->engine->describe(rebuild->from->snapshot, &composition, err);
    rebuild->report->expected = rebuild->from->snapshot->info.articles;
    if (rc == ERR_OK)
        rebuild->report->expected += composition.old_versions;
    else if (rc != ERR_UNSUPPORTED)
        return rc;
    rc = rc ? put_current(rebuild, err) : put_versions(rebuild, err);
    if (rc == ERR_OK)
        rc = pipeline_drain(rebuild->pipeline, err);
    return rc;
}

/* Every article must have arrived: this is what the old index is given up for. */
static int compare(const struct rebuild *rebuild, struct err *err)
{
    const struct generation_info *from = &rebuild->from->snapshot->info;
    const struct report *report = rebuild->report;
    if (report->rejects.count)
        return err_set(err, ERR_LIMIT, "%s", report->rejects.shown[0]);
    if (strcmp(from->corpus_digest, rebuild->info.corpus_digest) == 0 &&
        from->articles == rebuild->info.articles &&
        report->expected == from->articles + rebuild->old_versions)
        return ERR_OK;
    return err_set(err, ERR_CORRUPT,
                   "the new index would have %llu articles and %llu old "
                   "versions, the old one has %llu and %llu, or their texts "
                   "differ: there is no new one",
                   (unsigned long long)rebuild->info.articles,
                   (unsigned long long)rebuild->old_versions,
                   (unsigned long long)from->articles,
                   (unsigned long long)(report->expected - from->articles));
}

/* Into a new index in `dir`. */
static int rebuild_into(struct rebuild *rebuild, const char *dir,
                        const struct engine *engine, unsigned threads,
                        size_t memory, struct err *err)
{
    struct writer_options writer_options = {
        .memory_bytes = pipeline_writer_memory(memory, threads),
        .threads = threads,
        .entities = rebuild->registers.entities,
        .hand_edits = {rebuild->registers.hand.data,
                       rebuild->registers.hand.len},
        .progress = bar_progress,
        .progress_context = &rebuild->report->bar,
    };
    struct pipeline_options options = {.threads = threads,
                                       .memory_bytes = memory,
                                       .recogniser =
                                           rebuild->registers.recogniser};
    int rc = engine->writer_open(dir, &writer_options, &rebuild->writer, err);
    if (rc)
        return rc;
    rc = pipeline_open(rebuild->writer, &options, rebuild->report,
                       &rebuild->pipeline, err);
    if (rc == ERR_OK)
        rc = put_everything(rebuild, err);
    if (rc == ERR_OK)
        rc = engine->writer_commit(rebuild->writer, &rebuild->info, err);
    if (rc == ERR_OK)
        rc = compare(rebuild, err);
    pipeline_close(rebuild->pipeline);
    engine->writer_close(rebuild->writer);
    return rc;
}

static int run(struct rebuild *rebuild, const struct index_ref *from,
               const struct index_ref *to, const struct engine *const *engines,
               unsigned threads, size_t memory, struct err *err)
{
    struct fresh_dir fresh;
    struct snapshot *snapshot = NULL;
    arena_init(&rebuild->article_arena, ARTICLE_MEMORY);
    arena_init(&rebuild->key_arena, KEY_MEMORY);
    int rc = snapshot_open(from->dir, engines, &snapshot, err);
    if (rc)
        return rc;
    rc = searcher_open(snapshot, &rebuild->from, err);
    snapshot_unref(snapshot);
    if (rc)
        return rc;
    rebuild->engine = rebuild->from->snapshot->engine;
    rc = fresh_dir_begin(&fresh, to->dir, err);
    if (rc == ERR_OK) {
        rc =
            rebuild_into(rebuild, fresh.temp, to->engine, threads, memory, err);
        rc = rc ? fresh_dir_drop(&fresh, rc) : fresh_dir_publish(&fresh, err);
    }
    searcher_close(rebuild->from);
    arena_reset(&rebuild->article_arena);
    arena_reset(&rebuild->key_arena);
    return rc;
}

static void tell(const struct rebuild *rebuild)
{
    const struct report *report = rebuild->report;
    double seconds = (double)(clock_ns() - report->started_ns) / 1e9;
    printf("%llu articles and %llu old versions, %.1f MB in %.1f s (%.1f "
           "MB/s)\ngeneration %llu: %llu articles\n",
           (unsigned long long)rebuild->info.articles,
           (unsigned long long)rebuild->old_versions,
           (double)report->bytes / 1e6, seconds,
           seconds > 0 ? (double)report->bytes / 1e6 / seconds : 0,
           (unsigned long long)rebuild->info.generation,
           (unsigned long long)rebuild->info.articles);
}

int command_rebuild(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL, *into = NULL, *engine = NULL;
    struct option_list registers = {0};
    long threads = default_threads(), memory = DEFAULT_MEMORY;
    bool summary = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR",
         "the index to read [$DATELINE_INDEX]", 0, 0},
        {"into", 0, OPTION_TEXT, &into, "DIR", "the index to make", 0, 0},
        {"engine", 0, OPTION_TEXT, &engine, "NAME", "what makes it [native]", 0,
         0},
        REGISTER_OPTION(&registers),
        {"threads", 0, OPTION_NUMBER, &threads, "N",
         "[one a processor, up to 4]", 1, 64},
        {"memory", 0, OPTION_BYTES, &memory, "SIZE",
         "for articles not yet written, as in 512M [512M]", 1 << 20, LONG_MAX},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "print what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "rebuild --index DIR --into NEWDIR", argc, argv,
                         &rest, &status))
        return status;

    struct err err = {0};
    struct index_ref from = {0}, to = {0};
    struct report report;
    struct rebuild rebuild = {.report = &report};
    struct report_options report_options = {.bar = isatty(STDERR_FILENO)};
    int rc = report_open(&report, &report_options, NULL, &err);
    if (rc == ERR_OK && rest)
        rc = err_set(&err, ERR_INVALID, "rebuild takes no '%s'", argv[1]);
    else if (rc == ERR_OK && !into)
        rc = err_set(&err, ERR_INVALID,
                     "where to? Say --into NEWDIR; the old index stays");
    if (rc == ERR_OK)
        rc = index_find(&from, engines, dir, NULL, true, &err);
    if (rc == ERR_OK)
        rc = index_find(&to, engines, into, engine, false, &err);
    if (rc == ERR_OK && to.exists)
        rc =
            err_set(&err, ERR_INVALID, "there is an index in %s already", into);
    interrupt_install();
    if (rc == ERR_OK)
        rc = registers_open(&rebuild.registers, &registers, from.dir, &err);
    if (rc == ERR_OK)
        rc = run(&rebuild, &from, &to, engines, (unsigned)threads,
                 (size_t)memory, &err);
    bar_clear(&report.bar);
    if (rc == ERR_OK && (summary || isatty(STDOUT_FILENO)))
        tell(&rebuild);
    status = rc ? command_fail(&err) : EXIT_DONE;
    report_close(&report);
    registers_close(&rebuild.registers);
    index_close(&from);
    index_close(&to);
    return status;
}
