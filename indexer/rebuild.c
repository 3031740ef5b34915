/* rebuild: every stored article of an index, analysed anew into a fresh one. */
#include "indexer/commands.h"

#include "base/err.h"
#include "indexer/interrupt.h"
#include "indexer/pipeline.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct rebuild {
    const struct engine *engine;
    struct pipeline *pipeline;
    struct arena article_arena;
};

static const size_t ARTICLE_MEMORY = (size_t)512 << 20;
static const size_t VISIT_MEMORY = (size_t)64 << 20;

static int put_again(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    struct rebuild *rebuild = context;
    struct article article;
    (void)hits;
    int rc = rebuild->engine->article(searcher, doc, &rebuild->article_arena,
                                      &article, err);
    if (rc == ERR_OK)
        rc = pipeline_put_again(rebuild->pipeline, &article, err);
    arena_reset(&rebuild->article_arena);
    return rc;
}

/* Dated or not: all there are. */
static int visit_everything(struct rebuild *rebuild, struct searcher *searcher,
                            struct err *err)
{
    struct node dated = {.kind = NODE_DATE, .range = {DATE_MIN, DATE_MAX}};
    struct node undated = {.kind = NODE_DATE, .undated = true};
    struct node *either[] = {&dated, &undated};
    const struct node root = {
        .kind = NODE_OR, .child = either, .child_count = 2};
    const struct query everything = {.root = &root};

    struct arena arena;
    arena_init(&arena, VISIT_MEMORY);
    int rc = rebuild->engine->visit(searcher, &everything, false, NULL, &arena,
                                    put_again, rebuild, err);
    arena_reset(&arena);
    return rc;
}

/* From `searcher` into a new index at `to`. */
static int rebuild_into(struct searcher *searcher, const struct index_ref *to,
                        unsigned threads, struct report *report,
                        struct generation_info *info, struct err *err)
{
    struct rebuild rebuild = {.engine = searcher->snapshot->engine};
    struct writer_options writer_options = {0};
    struct pipeline_options options = {.threads = threads};
    struct writer *writer = NULL;
    arena_init(&rebuild.article_arena, ARTICLE_MEMORY);

    int rc = to->engine->writer_open(to->dir, &writer_options, &writer, err);
    if (rc)
        return rc;
    rc = pipeline_open(writer, &options, report, &rebuild.pipeline, err);
    if (rc == ERR_OK)
        rc = visit_everything(&rebuild, searcher, err);
    if (rc == ERR_OK)
        rc = pipeline_drain(rebuild.pipeline, err);
    if (rc == ERR_OK)
        rc = to->engine->writer_commit(writer, info, err);
    pipeline_close(rebuild.pipeline);
    to->engine->writer_close(writer);
    arena_reset(&rebuild.article_arena);
    return rc;
}

/* Every article must have arrived: this is what the old index is given up for. */
static int compare(const struct snapshot *from,
                   const struct generation_info *to, struct err *err)
{
    if (strcmp(from->info.corpus_digest, to->corpus_digest) == 0 &&
        from->info.articles == to->articles)
        return ERR_OK;
    return err_set(err, ERR_CORRUPT,
                   "the new index has %llu articles, the old one %llu, or "
                   "their texts differ: keep the old one",
                   (unsigned long long)to->articles,
                   (unsigned long long)from->info.articles);
}

static int run(const struct index_ref *from, const struct index_ref *to,
               const struct engine *const *engines, unsigned threads,
               struct report *report, struct generation_info *info,
               struct err *err)
{
    struct snapshot *snapshot = NULL;
    struct searcher *searcher = NULL;
    int rc = snapshot_open(from->dir, engines, &snapshot, err);
    if (rc)
        return rc;
    rc = searcher_open(snapshot, &searcher, err);
    if (rc == ERR_OK) {
        rc = rebuild_into(searcher, to, threads, report, info, err);
        if (rc == ERR_OK)
            rc = compare(snapshot, info, err);
        searcher_close(searcher);
    }
    snapshot_unref(snapshot);
    return rc;
}

int command_rebuild(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL, *into = NULL, *engine = NULL;
    long threads = 2;
    bool summary = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR",
         "the index to read [$DATELINE_INDEX]", 0, 0},
        {"into", 0, OPTION_TEXT, &into, "DIR", "the index to make", 0, 0},
        {"engine", 0, OPTION_TEXT, &engine, "NAME", "what makes it", 0, 0},
        {"threads", 0, OPTION_NUMBER, &threads, "N", "[2]", 1, 64},
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
    struct generation_info info = {0};
    struct report report;
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
    if (rc == ERR_OK && to.manifest.generation_count)
        rc =
            err_set(&err, ERR_INVALID, "there is an index in %s already", into);
    interrupt_install();
    if (rc == ERR_OK)
        rc = run(&from, &to, engines, (unsigned)threads, &report, &info, &err);
    report_clear_bar(&report);
    if (rc == ERR_OK && (summary || isatty(STDOUT_FILENO)))
        rc = report_summary(&report, &info, stdout);
    if (rc == ERR_OK && report.rejects.count)
        rc = err_set(&err, ERR_LIMIT, "%s", report.rejects.shown[0]);
    status = rc ? command_fail(&err) : EXIT_DONE;
    report_close(&report);
    index_close(&from);
    index_close(&to);
    return status;
}
