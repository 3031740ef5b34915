/* build_speed.c - dateline-index's pipeline with what the product does not offer: an
 * index without stored articles; and how long an index takes to open.
 *
 *     dateline-build-speed --index DIR [--without-text] [--merge] [--threads N]
 *                          [--memory SIZE] PATH...
 *     dateline-build-speed --index DIR
 *
 * With PATHs: makes the index from what `dateline-index add` would read, and prints
 * articles, bytes read, seconds and processor seconds as one JSON object. Without:
 * opens it a hundred times, one after the other, and prints the median in
 * microseconds. bench/run makes tables of both.
 */
#include "base/cancel.h"
#include "base/err.h"
#include "base/options.h"
#include "engine/registry/engines.h"
#include "indexer/pipeline.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { OPENINGS = 100 };

struct build {
    const char *dir;
    bool without_text, merge;
    long threads, memory;
    struct pipeline *pipeline;
    struct report report;
    struct err *err;
};

static int read_file(void *context, const char *path, const struct err *failure)
{
    struct build *build = context;
    struct input *in = NULL;
    struct reader *reader = NULL;
    struct reject why;
    if (failure)
        return err_set(build->err, failure->code, "%s", failure->text);
    int rc = input_open(path, &in, build->err);
    if (rc == ERR_OK)
        rc = reader_open(in, NULL, &reader, &why, build->err);
    if (rc == READER_REJECT)
        rc = err_set(build->err, ERR_INVALID, "%s: %s", path, why.reason);
    if (rc == ERR_OK)
        rc = pipeline_read(build->pipeline, reader, in, build->err);
    reader_close(reader);
    input_close(in);
    return rc;
}

static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int build_index(struct build *build, const char *const *paths,
                       size_t count, struct generation_info *info)
{
    const struct engine *engine = engines[0];
    struct writer_options writer_options = {
        .memory_bytes = (size_t)build->memory,
        .threads = (unsigned)build->threads,
        .without_text = build->without_text,
    };
    struct pipeline_options options = {.source = SLICE("bench"),
                                       .ingested = 1,
                                       .threads = (unsigned)build->threads};
    struct writer *writer = NULL;
    int rc =
        engine->writer_open(build->dir, &writer_options, &writer, build->err);
    if (rc)
        return rc;
    rc = pipeline_open(writer, &options, &build->report, &build->pipeline,
                       build->err);
    if (rc == ERR_OK)
        rc = input_walk(paths, count, read_file, build, build->err);
    if (rc == ERR_OK)
        rc = pipeline_drain(build->pipeline, build->err);
    if (rc == ERR_OK && build->merge)
        rc = engine->writer_merge(writer, build->err);
    if (rc == ERR_OK)
        rc = engine->writer_commit(writer, info, build->err);
    pipeline_close(build->pipeline);
    engine->writer_close(writer);
    return rc;
}

static int measure_build(struct build *build, const char *const *paths,
                         size_t count)
{
    struct generation_info info = {0};
    const struct report_options options = {0};
    int rc = report_open(&build->report, &options, NULL, build->err);
    uint64_t started_ns = clock_ns();
    double used = processor_seconds();
    if (rc == ERR_OK)
        rc = build_index(build, paths, count, &info);
    if (rc == ERR_OK)
        printf("{\"articles\":%llu,\"rejected\":%llu,\"bytes_read\":%llu,"
               "\"seconds\":%.3f,\"processor_seconds\":%.3f,\"bytes\":%llu}\n",
               (unsigned long long)info.articles,
               (unsigned long long)build->report.rejects.count,
               (unsigned long long)build->report.bytes,
               (double)(clock_ns() - started_ns) / 1e9,
               processor_seconds() - used, (unsigned long long)info.bytes);
    report_close(&build->report);
    return rc;
}

static int by_size(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first > second) - (first < second);
}

/* A snapshot and a searcher: what stands between a question and an index that nobody
 * has open. */
static int measure_opening(const char *dir, struct err *err)
{
    uint64_t took_ns[OPENINGS];
    for (size_t i = 0; i < OPENINGS; i++) {
        struct snapshot *snapshot;
        struct searcher *searcher;
        uint64_t started_ns = clock_ns();
        int rc = snapshot_open(dir, engines, &snapshot, err);
        if (rc)
            return rc;
        rc = searcher_open(snapshot, &searcher, err);
        snapshot_unref(snapshot);
        if (rc)
            return rc;
        took_ns[i] = clock_ns() - started_ns;
        searcher_close(searcher);
    }
    qsort(took_ns, OPENINGS, sizeof *took_ns, by_size);
    printf("{\"open_us\":%.1f}\n", (double)took_ns[OPENINGS / 2] / 1e3);
    return ERR_OK;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct build build = {.threads = 1, .memory = 512L << 20, .err = &err};
    bool help = false;
    int rest;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &build.dir, "DIR", "the index", 0, 0},
        {"without-text", 0, OPTION_FLAG, &build.without_text, NULL,
         "keep no articles, only their words", 0, 0},
        {"merge", 0, OPTION_FLAG, &build.merge, NULL, "into one segment", 0, 0},
        {"threads", 0, OPTION_NUMBER, &build.threads, "N", "[1]", 1, 64},
        {"memory", 0, OPTION_BYTES, &build.memory, "SIZE", "[512M]", 1 << 20,
         LONG_MAX},
        {0},
    };
    if (options_parse(table, argc, argv, 1, &rest, &help, &err) || !build.dir) {
        fprintf(stderr, "dateline-build-speed: %s\n",
                err.code ? err.text : "--index DIR is needed");
        options_print(table);
        return 2;
    }
    int rc = rest ? measure_build(&build, (const char *const *)argv + 1,
                                  (size_t)rest)
                  : measure_opening(build.dir, &err);
    if (rc)
        fprintf(stderr, "dateline-build-speed: %s\n", err.text);
    return rc != 0;
}
