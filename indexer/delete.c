/* delete: articles out by their keys, as one generation. */
#include "indexer/commands.h"

#include "base/err.h"
#include "base/json_out.h"
#include "indexer/bar.h"
#include "indexer/interrupt.h"
#include "indexer/readers/input.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_LINE_MAX = 4096 };

struct delete
{
    struct writer *writer;
    bool purge;
    uint64_t deleted, missing;
    char first_missing[256];
};

static int delete_key(struct delete *run, struct slice key, struct err *err)
{
    bool found;
    const struct engine *engine = run->writer->engine;
    int rc = interrupt_check(err);
    if (rc == ERR_OK)
        rc = (run->purge ? engine->writer_purge : engine->writer_delete)(
            run->writer, key, &found, err);
    if (rc)
        return rc;
    if (found)
        run->deleted++;
    else if (run->missing++ == 0)
        snprintf(run->first_missing, sizeof run->first_missing, "%.*s",
                 SLICE_ARG(key));
    return ERR_OK;
}

/* One key a line; empty lines do not count. */
static int delete_listed(struct delete *run, const char *path, struct err *err)
{
    struct input *in = NULL;
    struct slice line;
    int rc = input_open(path, &in, err);
    if (rc)
        return rc;
    while ((rc = input_line(in, KEY_LINE_MAX, &line, err)) == INPUT_LINE) {
        line = slice_trim(line);
        if (line.len && (rc = delete_key(run, line, err)) != ERR_OK)
            break;
    }
    if (rc == INPUT_LONG)
        rc = err_set(err, ERR_INVALID, "%s: a line longer than any key", path);
    else if (rc == INPUT_END && input_damage(in))
        rc = err_set(err, ERR_INVALID, "%s: %s", path, input_damage(in));
    input_close(in);
    return rc; /* INPUT_END is 0 */
}

static int delete_all(struct delete *run, const struct index_ref *index,
                      const char *const *keys, size_t count,
                      const char *key_file, struct bar *bar,
                      struct generation_info *info, struct err *err)
{
    const struct engine *engine = index->engine;
    struct writer_options options = {.progress = bar_progress,
                                     .progress_context = bar};
    int rc = engine->writer_open(index->dir, &options, &run->writer, err);
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = delete_key(run, slice_of(keys[i]), err);
    if (rc == ERR_OK && key_file)
        rc = delete_listed(run, key_file, err);
    if (rc == ERR_OK)
        rc = interrupt_check(err);
    if (rc == ERR_OK)
        rc = engine->writer_commit(run->writer, info, err);
    return rc;
}

static int tell(const struct delete *run, const struct generation_info *info,
                bool json, bool summary)
{
    if (json)
        printf("{\"%s\":%llu,\"not_found\":%llu,\"generation\":%llu,"
               "\"articles\":%llu}\n",
               run->purge ? "purged" : "deleted",
               (unsigned long long)run->deleted,
               (unsigned long long)run->missing,
               (unsigned long long)info->generation,
               (unsigned long long)info->articles);
    else if (summary)
        printf("%llu %s\n%s %llu: %llu articles\n",
               (unsigned long long)run->deleted,
               !run->purge    ? "deleted"
               : run->deleted ? "purged, with all versions; earlier "
                                "generations are gone"
                              : "purged",
               run->deleted ? "generation"
                            : "no new generation; still generation",
               (unsigned long long)info->generation,
               (unsigned long long)info->articles);
    if (run->missing == 0)
        return EXIT_DONE;
    fprintf(stderr,
            "dateline-index: %llu of %llu keys are not in the index; the "
            "first: %s\n",
            (unsigned long long)run->missing,
            (unsigned long long)(run->missing + run->deleted),
            run->first_missing);
    return EXIT_PARTLY;
}

int command_delete(const struct engine *const *engines, int argc, char **argv)
{
    const char *dir = NULL, *key_file = NULL;
    bool json = false, summary = false;
    struct delete run = {0};
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index [$DATELINE_INDEX]", 0,
         0},
        {"keys", 0, OPTION_TEXT, &key_file, "FILE",
         "a file with a key on each line; - is standard input", 0, 0},
        {"purge", 0, OPTION_FLAG, &run.purge, NULL,
         "with all versions and from the files, beyond recovery; earlier "
         "generations go, too",
         0, 0},
        {"json", 0, OPTION_FLAG, &json, NULL, "print what was done as JSON", 0,
         0},
        {"summary", 0, OPTION_FLAG, &summary, NULL,
         "print what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table,
                         "delete --index DIR [--purge] KEY... | --keys FILE",
                         argc, argv, &rest, &status))
        return status;

    struct err err = {0};
    struct index_ref index = {0};
    struct generation_info info = {0};
    struct bar bar = {.on = isatty(STDERR_FILENO)};
    int rc = ERR_OK;
    if (rest == 0 && !key_file)
        rc = err_set(&err, ERR_INVALID,
                     "what is to be deleted? Name keys, or --keys FILE");
    interrupt_install();
    if (rc == ERR_OK)
        rc = index_find(&index, engines, dir, NULL, true, &err);
    if (rc == ERR_OK)
        rc = delete_all(&run, &index, (const char *const *)argv + 1,
                        (size_t)rest, key_file, &bar, &info, &err);
    bar_clear(&bar);
    status = rc ? command_fail(&err)
                : tell(&run, &info, json, summary || isatty(STDOUT_FILENO));
    if (run.writer)
        index.engine->writer_close(run.writer);
    index_close(&index);
    return status;
}
