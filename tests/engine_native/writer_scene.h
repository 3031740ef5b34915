/* writer_scene.h - one run of a writer - adds, replacements, deletes, a purge, a merge,
 * several commits - over an index of two generations, as often as a test wants; and what
 * must hold when it has ended in any way.
 */
#ifndef TESTS_WRITER_SCENE_H
#define TESTS_WRITER_SCENE_H

#include "base/replace_file.h"
#include "io_shim.h"
#include "writer_bed.h"

#include <sys/mman.h>

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
    /* Shared with children: how often MANIFEST was replaced, and how often a commit was
     * reported. */
    volatile uint32_t *commits, *reported;
};

/* --- the run --- */

static inline int take_step(struct scene *scene, size_t i, struct err *err)
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
static inline int run(struct scene *scene, unsigned *commits, struct err *err)
{
    int rc = bed_try_write(&scene->bed, err);
    *commits = 0;
    for (size_t i = 0; rc == ERR_OK && i < STEPS; i++) {
        rc = take_step(scene, i, err);
        if (rc == ERR_OK && steps[i].kind == COMMIT)
            scene->after[ *scene->reported = ++*commits] = scene->bed.committed;
    }
    native_engine.writer_close(scene->bed.writer);
    scene->bed.writer = NULL;
    return rc;
}

/* --- before and after --- */

static inline void copy_index(const char *from, const char *to)
{
    char a[128], b[128];
    struct err err = {0};
    struct bytes_out manifest = {0};
    CHECK_OK(tree_remove(to, &err), err);
    CHECK_OK(dir_make(to, 0755, &err), err);
    snprintf(a, sizeof a, "%s/segments", from);
    snprintf(b, sizeof b, "%s/segments", to);
    CHECK_OK(dir_copy(a, b, &err), err);
    snprintf(a, sizeof a, "%s/registers", from);
    snprintf(b, sizeof b, "%s/registers", to);
    if (access(a, F_OK) == 0)
        CHECK_OK(dir_copy(a, b, &err), err);
    snprintf(a, sizeof a, "%s/MANIFEST", from);
    CHECK_OK(file_read(a, 1 << 20, &manifest, &err), err);
    struct slice text = {manifest.data, manifest.len};
    CHECK_OK(replace_file(to, "MANIFEST", text, &err), err);
    bytes_out_release(&manifest);
}

static inline void scene_open(struct scene *scene, size_t memory_bytes)
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
    scene->reported = scene->commits + 1;
    /* What it should be after each commit. */
    scene->after[0] = bed->committed;
    CHECK_OK(run(scene, &commits, &err), err);
    CHECK_EQ(commits, COMMITS);
}

static inline void scene_close(struct scene *scene)
{
    struct err err = {0};
    shim.mode = SHIM_PASS;
    CHECK_OK(tree_remove(scene->original, &err), err);
    CHECK_EQ(munmap((void *)scene->commits, 4096), 0);
    arena_reset(&scene->arena);
    bed_close(&scene->bed);
}

static inline void scene_begin(struct scene *scene)
{
    shim.mode = SHIM_PASS;
    copy_index(scene->original, scene->bed.dir);
    scene->bed.committed = scene->bed.now = scene->after[0];
    *scene->commits = *scene->reported = 0;
}

static inline void shim_set(struct scene *scene, enum shim_mode mode, int error,
                            uint64_t at)
{
    shim = (struct shim){
        .mode = mode, .error = error, .at = at, .commits = scene->commits};
}

static inline size_t named_files(const struct writer_bed *bed)
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

/* The index in bed->dir is what so many commits have made of it, and the next run
 * repairs. */
static inline void expect_whole(struct scene *scene, uint32_t commits)
{
    struct writer_bed *bed = &scene->bed;
    shim.mode = SHIM_PASS;
    CHECK(commits <= COMMITS);
    bed_check(bed);
    bed_expect(bed, &scene->after[commits]);
    bed_read(bed);
    CHECK_EQ(bed->snapshot->info.generation, scene->generation + commits);
    bed_stop_reading(bed);

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

#endif
