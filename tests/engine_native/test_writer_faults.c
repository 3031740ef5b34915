/* One run - adds, replacements, deletes, a purge, a merge, several commits - of which each
 * system call fails in turn, or ends the process, or each allocation fails. After each:
 * the generation is the last one that was committed, whole; and the next run works and
 * leaves nothing behind. */
#include "base/mem.h"
#include "base/replace_file.h"
#include "io_shim.h"
#include "writer_bed.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum kind { PUT, DELETE, PURGE, MERGE, COMMIT };

struct step {
    enum kind kind;
    uint32_t key;
};

/* With no memory each put makes a segment, and the eighth a merge. */
static const struct step steps[] = {
    {PUT, 0},    {PUT, 1},   {PUT, 9},    {DELETE, 2}, {PUT, 3},
    {COMMIT, 0}, {PUT, 3},   {PUT, 10},   {PUT, 11},   {PUT, 12},
    {PUT, 1},    {PURGE, 4}, {PURGE, 12}, {COMMIT, 0}, {DELETE, 5},
    {PUT, 6},    {MERGE, 0}, {COMMIT, 0}, {DELETE, 6}, {COMMIT, 0},
};
enum { STEPS = sizeof steps / sizeof *steps, COMMITS = 4, FIRST = 8 };

struct prepared {
    struct article article;
    struct analysis analysis;
    uint32_t seed;
};

struct scene {
    struct writer_bed bed;
    struct arena arena; /* of the articles */
    struct prepared put[STEPS];
    char original[80];
    uint64_t generation;             /* of the original */
    struct model after[COMMITS + 2]; /* by the number of commits */
    volatile uint32_t *commits;      /* shared with children */
};

/* --- the run --- */

static int take_step(struct scene *scene, size_t i, struct err *err)
{
    struct writer_bed *bed = &scene->bed;
    struct prepared *put = &scene->put[i];
    struct model_key *key = &bed->now.key[steps[i].key];
    struct generation_info info;
    int rc;
    switch (steps[i].kind) {
    case PUT:
        rc = native_engine.writer_put(bed->writer, &put->article,
                                      &put->analysis, err);
        if (rc == ERR_OK) {
            key->seed[key->count++] = put->seed;
            key->current = true;
        }
        return rc;
    case DELETE:
        return bed_try_delete(bed, steps[i].key, err);
    case PURGE:
        return bed_try_purge(bed, steps[i].key, err);
    case MERGE:
        return native_engine.writer_merge(bed->writer, err);
    case COMMIT:
        return bed_try_commit(bed, &info, err);
    }
    return ERR_INVALID;
}

/* All of it, closed at the end. *commits: those that were reported. */
static int run(struct scene *scene, unsigned *commits, struct err *err)
{
    int rc = bed_try_write(&scene->bed, err);
    *commits = 0;
    for (size_t i = 0; rc == ERR_OK && i < STEPS; i++) {
        rc = take_step(scene, i, err);
        if (rc == ERR_OK && steps[i].kind == COMMIT)
            scene->after[++*commits] = scene->bed.committed;
    }
    native_engine.writer_close(scene->bed.writer);
    scene->bed.writer = NULL;
    return rc;
}

/* --- before and after --- */

static void copy_index(const char *from, const char *to)
{
    char a[128], b[128];
    struct err err = {0};
    struct bytes_out manifest = {0};
    CHECK_OK(tree_remove(to, &err), err);
    CHECK_OK(dir_make(to, 0755, &err), err);
    snprintf(a, sizeof a, "%s/segments", from);
    snprintf(b, sizeof b, "%s/segments", to);
    CHECK_OK(dir_copy(a, b, &err), err);
    snprintf(a, sizeof a, "%s/MANIFEST", from);
    CHECK_OK(file_read(a, 1 << 20, &manifest, &err), err);
    struct slice text = {manifest.data, manifest.len};
    CHECK_OK(replace_file(to, "MANIFEST", text, &err), err);
    bytes_out_release(&manifest);
}

static void scene_open(struct scene *scene, size_t memory_bytes)
{
    struct writer_bed *bed = &scene->bed;
    unsigned commits;
    struct err err = {0};
    shim = (struct shim){0};
    memset(scene, 0, sizeof *scene);
    arena_init(&scene->arena, SIZE_MAX);
    bed_open(bed);
    bed_write(bed);
    for (uint32_t key = 0; key < FIRST; key++)
        bed_put(bed, key);
    bed_put(bed, 4); /* an old version */
    bed_commit(bed);
    bed_put(bed, 7);
    scene->generation = bed_commit(bed).generation;
    bed_written(bed);
    bed->memory_bytes = memory_bytes;
    for (size_t i = 0; i < STEPS; i++) {
        struct prepared *put = &scene->put[i];
        put->seed = bed->next_seed++;
        put->article = bed_article(&scene->arena, steps[i].key, put->seed);
        CHECK_EQ(analyse_article(&put->article, bed->stemmers, &scene->arena,
                                 &put->analysis),
                 0);
    }
    snprintf(scene->original, sizeof scene->original, "%s.original", bed->dir);
    copy_index(bed->dir, scene->original);
    scene->commits = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(scene->commits != MAP_FAILED);
    /* What it should be after each commit. */
    scene->after[0] = bed->committed;
    CHECK_OK(run(scene, &commits, &err), err);
    CHECK_EQ(commits, COMMITS);
}

static void scene_close(struct scene *scene)
{
    struct err err = {0};
    shim.mode = SHIM_PASS;
    CHECK_OK(tree_remove(scene->original, &err), err);
    CHECK_EQ(munmap((void *)scene->commits, 4096), 0);
    arena_reset(&scene->arena);
    bed_close(&scene->bed);
}

static void scene_begin(struct scene *scene)
{
    shim.mode = SHIM_PASS;
    copy_index(scene->original, scene->bed.dir);
    scene->bed.committed = scene->bed.now = scene->after[0];
    *scene->commits = 0;
}

static void shim_set(struct scene *scene, enum shim_mode mode, int error,
                     uint64_t at)
{
    shim = (struct shim){
        .mode = mode, .error = error, .at = at, .commits = scene->commits};
}

static size_t named_files(const struct writer_bed *bed)
{
    struct arena arena;
    struct manifest manifest;
    struct err err = {0};
    size_t count = 0;
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(manifest_read(bed->dir, &arena, &manifest, &err), err);
    /* The older one's files that the newer one has, too, count once. */
    for (size_t g = 0; g < manifest.generation_count; g++)
        for (size_t i = 0; i < manifest.generation[g].file_count; i++) {
            bool seen = false;
            for (size_t j = 0; g && j < manifest.generation[0].file_count; j++)
                seen = seen || slice_eq(manifest.generation[0].file[j].name,
                                        manifest.generation[1].file[i].name);
            count += !seen;
        }
    arena_reset(&arena);
    return count;
}

/* Whatever has happened: the index is what MANIFEST's last replacement made of it, and
 * the next run repairs. */
static void expect_whole(struct scene *scene)
{
    struct writer_bed *bed = &scene->bed;
    uint32_t commits = *scene->commits;
    shim.mode = SHIM_PASS;
    CHECK(commits <= COMMITS);
    bed_check(bed);
    bed_expect(bed, &scene->after[commits]);
    bed_read(bed);
    CHECK_EQ(bed->snapshot->info.generation, scene->generation + commits);

    bed->committed = scene->after[commits];
    bed_write(bed);
    CHECK_EQ(bed_files(bed), named_files(bed)); /* leftovers have gone */
    bed_put(bed, 1);
    CHECK_EQ(bed_commit(bed).generation, scene->generation + commits + 1);
    bed_written(bed);
    CHECK_EQ(bed_files(bed), named_files(bed));
    bed_check(bed);
    bed_expect(bed, &bed->committed);
}

/* --- calls that fail --- */

/* False when there are no more calls. */
static bool fail_at(struct scene *scene, enum shim_mode mode, int error,
                    uint64_t at)
{
    unsigned reported;
    struct err err = {0};
    scene_begin(scene);
    shim_set(scene, mode, error, at);
    int rc = run(scene, &reported, &err);
    shim.mode = SHIM_PASS;
    CHECK_MSG(rc == ERR_OK || rc == ERR_IO || rc == ERR_NOMEM,
              "%s, call %llu: %s (%s)", shim.name, (unsigned long long)at,
              err_name(rc), err.text);
    uint32_t done = *scene->commits;
    CHECK_MSG(reported <= done && done <= reported + 1,
              "%s, call %llu: %u reported, %u done", shim.name,
              (unsigned long long)at, reported, done);
    /* Committed, and yet a failure: MANIFEST is replaced, but the last sync failed, or
     * the files of what the second commit purges could not be removed. */
    if (done != reported)
        CHECK_MSG(strcmp(shim.name, "fsync") == 0 || reported == 1,
                  "%s, call %llu", shim.name, (unsigned long long)at);
    else if (rc && mode == SHIM_FAIL) /* and else nothing is left behind */
        CHECK_MSG(bed_files(&scene->bed) == named_files(&scene->bed),
                  "%s, call %llu: leftovers", shim.name,
                  (unsigned long long)at);
    expect_whole(scene);
    return shim.struck;
}

static void fail_each(enum shim_mode mode, int error, size_t memory_bytes,
                      uint64_t stride)
{
    static struct scene scene;
    uint64_t at = 0, failed = 0;
    scene_open(&scene, memory_bytes);
    for (; fail_at(&scene, mode, error, at); at += stride)
        failed++;
    print_message("%llu calls failed in turn\n", (unsigned long long)failed);
    CHECK(failed > 100 / stride);
    scene_close(&scene);
}

TEST(each_call_fails_once)
{
    fail_each(SHIM_FAIL, EIO, 0, 1);
}

TEST(each_call_fails_once_with_many_segments)
{
    fail_each(SHIM_FAIL, ENOSPC, 1, 7);
}

TEST(the_disk_is_gone_for_good_after_each_call)
{
    fail_each(SHIM_FAIL_ALL, EIO, 0, 1);
}

/* --- calls that kill --- */

static bool die_at(struct scene *scene, enum shim_mode mode, uint64_t at)
{
    scene_begin(scene);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        unsigned reported;
        struct err err = {0};
        shim_set(scene, mode, 0, at);
        _exit(run(scene, &reported, &err) ? 1 : 0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    int code = WEXITSTATUS(status);
    CHECK_MSG(code == 0 || code == SHIM_EXIT, "call %llu: exit %d",
              (unsigned long long)at, code);
    expect_whole(scene);
    return code == SHIM_EXIT;
}

static void die_at_each(enum shim_mode mode, size_t memory_bytes,
                        uint64_t stride)
{
    static struct scene scene;
    uint64_t at = 0, died = 0;
    scene_open(&scene, memory_bytes);
    for (; die_at(&scene, mode, at); at += stride)
        died++;
    print_message("%llu deaths\n", (unsigned long long)died);
    CHECK(died > 100 / stride);
    scene_close(&scene);
}

TEST(the_process_dies_in_each_call)
{
    die_at_each(SHIM_DIE, 0, 1);
}

TEST(the_process_dies_in_calls_with_many_segments)
{
    die_at_each(SHIM_DIE, 1, 7);
}

TEST(the_process_dies_after_each_call)
{
    die_at_each(SHIM_AFTERWARDS, 0, 1);
}

/* --- memory --- */

static int run_without_memory(struct scene *scene, long n, struct err *err)
{
    unsigned reported;
    scene_begin(scene);
    shim_set(scene, SHIM_PASS, 0, 0);
    mem_fail_after(n);
    int rc = run(scene, &reported, err);
    mem_fail_after(-1);
    CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM, "allocation %ld: %s (%s)", n,
              err_name(rc), err->text);
    CHECK_EQ(reported, *scene->commits);
    expect_whole(scene);
    return rc;
}

/* The first ones each, then ever fewer. */
TEST(each_allocation_fails)
{
    static struct scene scene;
    struct err err = {0};
    long n = 0, failed = 0;
    scene_open(&scene, 0);
    while (run_without_memory(&scene, n, &err) != ERR_OK) {
        n += 1 + n / 64;
        failed++;
    }
    print_message("%ld of %ld allocations failed\n", failed, n);
    CHECK(failed > 100);
    scene_close(&scene);
}

RUN(T(each_call_fails_once), T(each_call_fails_once_with_many_segments),
    T(the_disk_is_gone_for_good_after_each_call),
    T(the_process_dies_in_each_call),
    T(the_process_dies_in_calls_with_many_segments),
    T(the_process_dies_after_each_call), T(each_allocation_fails))
