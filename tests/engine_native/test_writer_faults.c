/* One run - adds, replacements, deletes, a purge, a merge, several commits - of which each
 * system call fails in turn, or ends the process, or each allocation fails. After each:
 * the generation is the last one that was committed, whole; and the next run works and
 * leaves nothing behind. */
#include "base/mem.h"
#include "writer_scene.h"

#include <errno.h>
#include <sys/wait.h>

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
    expect_whole(scene, *scene->commits);
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
    fail_each(SHIM_FAIL_ALL, EIO, 0, 2);
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
    expect_whole(scene, *scene->commits);
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

TEST(the_process_dies_after_calls)
{
    die_at_each(SHIM_AFTERWARDS, 0, 3);
}

/* --- before there is an index --- */

static int first_run(struct writer_bed *bed, struct err *err)
{
    struct generation_info info;
    int rc = bed_try_write(bed, err);
    if (rc == ERR_OK)
        rc = bed_try_put(bed, 1, err);
    if (rc == ERR_OK)
        rc = bed_try_commit(bed, &info, err);
    bed_written(bed);
    return rc;
}

/* The call fails, or ends the process. False: there are no more calls. */
static bool break_first_run(struct writer_bed *bed, enum shim_mode mode,
                            uint64_t at)
{
    struct err err = {0};
    int status;
    CHECK_OK(tree_remove(bed->dir, &err), err);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        shim = (struct shim){.mode = mode, .error = ENOSPC, .at = at};
        int rc = first_run(bed, &err);
        _exit(rc == ERR_OK ? 0 : rc == ERR_IO || rc == ERR_NOMEM ? 1 : 2);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 2);
    bool whole = WEXITSTATUS(status) == 0;
    bed_write(bed);
    uint64_t before = bed_commit(bed).generation; /* whatever is there */
    CHECK(before <= 1 && (before == 1 || !whole));
    bed_put(bed, 2);
    CHECK_EQ(bed_commit(bed).articles, before + 1);
    bed_written(bed);
    bed_check(bed);
    return WEXITSTATUS(status) != 0;
}

TEST(each_call_of_the_very_first_run_fails_or_kills)
{
    for (enum shim_mode mode = SHIM_FAIL; mode <= SHIM_DIE; mode++) {
        struct writer_bed bed;
        uint64_t at = 0, last = 0;
        bed_open(&bed);
        /* Failures of the cleaning at the end are none: go on a bit. */
        for (; at < last + 10; at++)
            if (break_first_run(&bed, mode, at))
                last = at;
        CHECK_MSG(last > 25, "%llu", (unsigned long long)last);
        memset(&bed.committed, 0, sizeof bed.committed);
        bed_close(&bed);
    }
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
    expect_whole(scene, *scene->commits);
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
    T(the_process_dies_after_calls),
    T(each_call_of_the_very_first_run_fails_or_kills), T(each_allocation_fails))
