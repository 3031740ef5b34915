/* merge: one piece of many, as one generation with the same articles. */
#include "indexer/commands.h"

#include "base/err.h"
#include "indexer/bar.h"
#include "indexer/interrupt.h"

#include <stdio.h>
#include <unistd.h>

/* *merged false: there was one piece already; then *info is what there is. */
static int merge(const struct index_ref *index, struct bar *bar, bool *merged,
                 struct generation_info *info, struct err *err)
{
    const struct engine *engine = index->engine;
    struct writer_options options = {.progress = bar_progress,
                                     .progress_context = bar};
    struct writer *writer = NULL;
    uint64_t before = index->manifest.generation_count
                          ? index->manifest.generation[0].info.generation
                          : 0;
    int rc = engine->writer_open(index->dir, &options, &writer, err);
    if (rc)
        return rc;
    rc = engine->writer_merge(writer, err);
    if (rc == ERR_OK)
        rc = interrupt_check(err);
    if (rc == ERR_OK)
        rc = engine->writer_commit(writer, info, err);
    *merged = rc == ERR_OK && info->generation != before;
    engine->writer_close(writer);
    return rc;
}

static void tell(bool merged, const struct generation_info *info, bool json)
{
    unsigned long long generation = info->generation, articles = info->articles;
    if (json)
        printf("{\"merged\":%s,\"generation\":%llu,\"articles\":%llu}\n",
               merged ? "true" : "false", generation, articles);
    else if (merged)
        printf("merged\ngeneration %llu: %llu articles\n", generation,
               articles);
    else
        printf("nothing to merge; still generation %llu: %llu articles\n",
               generation, articles);
}

int command_merge(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL;
    bool summary = false, json = false, merged = false;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        {"json", 0, OPTION_FLAG, &json, NULL, "print what was done as JSON", 0,
         0},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "say what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "merge --index DIR", argc, argv, &rest,
                         &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    struct generation_info info = {0};
    struct bar bar = {.on = isatty(STDERR_FILENO)};
    int rc = ERR_OK;
    if (rest)
        rc = err_set(&err, ERR_INVALID, "merge takes no '%s'; say --index DIR",
                     argv[1]);
    interrupt_install();
    if (rc == ERR_OK)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    if (rc == ERR_OK)
        rc = merge(&index, &bar, &merged, &info, &err);
    if (rc == ERR_UNSUPPORTED && index.engine) { /* it is one piece always */
        rc = ERR_OK;
        if (index.manifest.generation_count)
            info = index.manifest.generation[0].info;
    }
    bar_clear(&bar);
    if (rc == ERR_OK && (json || summary || isatty(STDOUT_FILENO)))
        tell(merged, &info, json);
    status = rc ? command_fail(&err) : EXIT_DONE;
    index_close(&index);
    return status;
}
