/* add: everything in the named files and folders, as one generation. */
#include "indexer/commands.h"

#include "base/err.h"
#include "indexer/interrupt.h"
#include "indexer/pipeline.h"
#include "indexer/registers.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct add {
    const char *format; /* NULL or "auto": told by content */
    struct reject_allowance allowance;
    struct index_ref index;
    struct registers registers;
    struct writer *writer;
    struct report report;
    struct pipeline *pipeline;
    const char *const *paths;
    size_t path_count;
    struct err *err;
};

struct add_options {
    const char *index, *format, *engine, *source, *max_rejects, *rejects;
    long threads, memory, commit_every;
    struct option_list registers;
    bool json, quiet, summary;
};

static int format_check(const char *name, struct err *err)
{
    char known[200] = "";
    if (!name || strcmp(name, "auto") == 0 || reader_by_name(name))
        return ERR_OK;
    for (size_t i = 0; reader_table[i]; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, ", %s",
                 reader_table[i]->name);
    }
    return err_set(err, ERR_INVALID,
                   "there is no format '%s'; there are auto%s", name, known);
}

/* --- what will be read --- */

struct expectation {
    uint64_t files, bytes;
};

static int count_file(void *context, const char *path,
                      const struct err *failure)
{
    struct expectation *expected = context;
    struct stat st;
    if (failure)
        return ERR_OK;
    expected->files++;
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && st.st_size > 0)
        expected->bytes += (uint64_t)st.st_size;
    return ERR_OK;
}

/* A path that is not there is a mistake in the command, and found before anything
 * is done; what is wrong inside a folder is that file's affair. */
static int survey_paths(const struct add *add, struct expectation *expected,
                        struct err *err)
{
    for (size_t i = 0; i < add->path_count; i++) {
        struct stat st;
        const char *path = add->paths[i];
        if (strcmp(path, "-") != 0 && stat(path, &st) != 0)
            return err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
        uint64_t files = expected->files;
        int rc = input_walk(&path, 1, count_file, expected, err);
        if (rc)
            return rc;
        if (expected->files == files)
            return err_set(err, ERR_INVALID, "%s: there is no file to read",
                           path);
    }
    return ERR_OK;
}

/* --- one file --- */

/* The whole file is rejected for `failure`. */
static int reject_file(struct add *add, const char *path,
                       const struct err *failure)
{
    /* Readers and the walk put the path first; so does the report. */
    const char *text = failure->text;
    size_t length = strlen(path);
    if (strncmp(text, path, length) == 0 && text[length] == ':')
        text += length + 1 + strspn(text + length + 1, " ");
    struct reject reject = {0};
    snprintf(reject.reason, sizeof reject.reason, "%.*s",
             (int)sizeof reject.reason - 1, text);
    return report_reject(&add->report, path, &reject, add->err);
}

static int add_file(void *context, const char *path, const struct err *failure)
{
    struct add *add = context;
    struct input *in = NULL;
    struct reader *reader = NULL;
    struct reject why = {0};
    struct err fault = failure ? *failure : (struct err){0};
    int rc = failure ? failure->code : input_open(path, &in, &fault);
    if (rc == ERR_OK)
        rc = reader_open(in, add->format, &reader, &why, &fault);
    if (rc == ERR_NOMEM)
        err_set(add->err, rc, "%s", fault.text);
    else if (rc < 0)
        rc = reject_file(add, path, &fault);
    else if (rc == READER_REJECT)
        rc = report_reject(&add->report, path, &why, add->err);
    else
        rc = pipeline_read(add->pipeline, reader, in, add->err);
    reader_close(reader);
    input_close(in);

    struct stat st;
    if (rc == ERR_OK && stat(path, &st) == 0 && st.st_size > 0)
        add->report.done += (uint64_t)st.st_size;
    return rc;
}

/* --- the run --- */

static int run(struct add *add, const struct add_options *options,
               struct generation_info *info, struct err *err)
{
    struct expectation expected = {0};
    int rc = survey_paths(add, &expected, err);
    if (rc)
        return rc;
    add->report.expected = expected.bytes;
    rc = registers_open(&add->registers, &options->registers, add->index.dir,
                        err);
    if (rc)
        return rc;

    struct writer_options writer_options = {
        .memory_bytes = pipeline_writer_memory((size_t)options->memory,
                                               (unsigned)options->threads),
        .threads = (unsigned)options->threads,
        .entities = add->registers.entities,
        .progress = bar_progress,
        .progress_context = &add->report.bar,
    };
    rc = add->index.engine->writer_open(add->index.dir, &writer_options,
                                        &add->writer, err);
    if (rc)
        return rc;
    struct pipeline_options pipeline_options = {
        .source = slice_of(options->source),
        .ingested = (int64_t)time(NULL),
        .threads = (unsigned)options->threads,
        .memory_bytes = (size_t)options->memory,
        .commit_every = (uint64_t)options->commit_every,
        .recogniser = add->registers.recogniser,
    };
    rc = pipeline_open(add->writer, &pipeline_options, &add->report,
                       &add->pipeline, err);
    if (rc == ERR_OK)
        rc = input_walk(add->paths, add->path_count, add_file, add, err);
    if (rc == ERR_OK)
        rc = pipeline_drain(add->pipeline, err);
    if (rc == ERR_OK)
        rc = interrupt_check(err);
    /* Before the commit: when this fails, nothing has changed. */
    if (rc == ERR_OK)
        rc = rejects_publish(&add->report.rejects, err);
    if (rc == ERR_OK)
        rc = add->index.engine->writer_commit(add->writer, info, err);
    return rc;
}

/* The newest generation that there is; 0 for none, and when nobody knows. */
static uint64_t newest(const struct add *add)
{
    struct arena arena;
    struct manifest manifest;
    uint64_t generation = 0;
    arena_init(&arena, SIZE_MAX);
    if (manifest_read(add->index.dir, &arena, &manifest, NULL) == ERR_OK &&
        manifest.generation_count)
        generation = manifest.generation[0].info.generation;
    arena_reset(&arena);
    return generation;
}

/* A commit may fail when MANIFEST is replaced already: docs/format/index.md. */
static void tell_what_is_there(const struct add *add, const struct err *err)
{
    const struct manifest *before = &add->index.manifest;
    uint64_t now = newest(add);
    uint64_t then = add->index.exists && before->generation_count
                        ? before->generation[0].info.generation
                        : 0;
    if (now > then)
        fprintf(stderr,
                "dateline-index: %s; but generation %llu is there, unless a "
                "power failure takes it back\n",
                err->text, (unsigned long long)now);
    else
        fprintf(stderr, "dateline-index: %s; the index is unchanged\n",
                err->text);
}

static int tell_failure(const struct add *add, const struct err *err)
{
    struct generation_info committed = {0};
    if (add->pipeline)
        committed = pipeline_committed(add->pipeline);
    if (committed.generation)
        fprintf(stderr,
                "dateline-index: %s; --commit-every has made generation %llu, "
                "what came after it is not in the index\n",
                err->text, (unsigned long long)committed.generation);
    else if (exit_status_of(err->code) == EXIT_SYSTEM)
        tell_what_is_there(add, err);
    else
        return command_fail(err);
    return exit_status_of(err->code);
}

static int tell_success(const struct add *add,
                        const struct add_options *options,
                        const struct generation_info *info)
{
    bool allowed = report_rejects_allowed(&add->report, add->allowance);
    if (!allowed || (add->report.options.details && !options->quiet))
        report_print_rejects(&add->report);

    int rc = ERR_OK;
    if (options->json)
        rc = report_json(&add->report, info, stdout);
    else if (options->summary || (isatty(STDOUT_FILENO) && !options->quiet))
        rc = report_summary(&add->report, info, stdout);
    if (rc || fflush(stdout) != 0)
        fputs("dateline-index: the articles are in, but the summary could not "
              "be written\n",
              stderr);
    return allowed ? EXIT_DONE : EXIT_PARTLY;
}

static int parse(struct add *add, struct add_options *options,
                 const struct engine *const *engines, struct err *err)
{
    if (add->path_count == 0)
        return err_set(err, ERR_INVALID,
                       "what is to be added? Name files, folders, or - for "
                       "standard input");
    int rc = format_check(options->format, err);
    add->format = options->format;
    if (rc == ERR_OK)
        rc = reject_allowance_parse(options->max_rejects ? options->max_rejects
                                                         : "0",
                                    &add->allowance, err);
    if (rc == ERR_OK)
        rc = index_find(&add->index, engines, options->index, options->engine,
                        false, err);
    return rc;
}

int command_add(const struct engine *const *engines, int argc, char **argv)
{
    struct add_options options = {.threads = default_threads(),
                                  .memory = DEFAULT_MEMORY};
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &options.index, "DIR",
         "the index; made when it is not there [$DATELINE_INDEX]", 0, 0},
        {"format", 0, OPTION_TEXT, &options.format, "NAME",
         "what the files are [auto: told by their content]", 0, 0},
        {"engine", 0, OPTION_TEXT, &options.engine, "NAME",
         "what makes a new index [native]", 0, 0},
        REGISTER_OPTION(&options.registers),
        {"source", 0, OPTION_TEXT, &options.source, "NAME",
         "the source of articles that name none", 0, 0},
        {"threads", 0, OPTION_NUMBER, &options.threads, "N",
         "[one a processor, up to 4]", 1, 64},
        {"memory", 0, OPTION_BYTES, &options.memory, "SIZE",
         "for articles not yet written, as in 512M [512M]", 1 << 20, LONG_MAX},
        {"max-rejects", 0, OPTION_TEXT, &options.max_rejects, "N|P%",
         "rejected records that are all right [0]", 0, 0},
        {"rejects", 0, OPTION_TEXT, &options.rejects, "FILE",
         "write every rejected record there, as JSON lines", 0, 0},
        {"commit-every", 0, OPTION_NUMBER, &options.commit_every, "N",
         "a generation after each N changes [one at the end]", 1, LONG_MAX},
        {"json", 0, OPTION_FLAG, &options.json, NULL,
         "print what was done as JSON", 0, 0},
        {"quiet", 'q', OPTION_FLAG, &options.quiet, NULL,
         "nothing on a terminal but errors", 0, 0},
        {"summary", 0, OPTION_FLAG, &options.summary, NULL,
         "print what was done also when there is no terminal", 0, 0},
        {0},
    };
    int rest, status;
    if (!command_options(table, "add --index DIR [OPTION]... PATH...", argc,
                         argv, &rest, &status))
        return status;

    struct err err = {0};
    struct generation_info info = {0};
    bool watched = isatty(STDERR_FILENO) && !options.quiet;
    struct report_options report_options = {.bar = watched, .details = watched};
    struct add add = {.paths = (const char *const *)argv + 1,
                      .path_count = (size_t)rest,
                      .err = &err};
    interrupt_install();
    int rc = parse(&add, &options, engines, &err);
    if (rc == ERR_OK) {
        rc = report_open(&add.report, &report_options, options.rejects, &err);
        if (rc == ERR_OK)
            rc = run(&add, &options, &info, &err);
        bar_clear(&add.report.bar);
        status =
            rc ? tell_failure(&add, &err) : tell_success(&add, &options, &info);
        pipeline_close(add.pipeline);
        if (add.writer)
            add.index.engine->writer_close(add.writer);
        registers_close(&add.registers);
        report_close(&add.report);
    } else {
        status = command_fail(&err);
    }
    index_close(&add.index);
    return status;
}
