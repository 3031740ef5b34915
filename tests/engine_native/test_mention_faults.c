/* A run with another register - a put, a deletion, mentions found anew, a commit - of which
 * each system call fails in turn, or ends the process, or each allocation fails. After each:
 * the mentions are those that were committed last, and the next run leaves nothing
 * behind. */
#include "base/mem.h"
#include "mention_bed.h"
#include "writer_scene.h"

#include <errno.h>
#include <sys/wait.h>

struct fault_scene {
    struct scene scene;
    struct entity_register *registers[2];
    struct model after[2];
};

/* *done: it was reported. */
static int run_with_register(struct fault_scene *s, bool *done, struct err *err)
{
    struct writer_bed *bed = &s->scene.bed;
    struct generation_info info;
    uint64_t articles;
    *done = false;
    int rc = bed_try_write(bed, err);
    if (rc == ERR_OK)
        rc = native_engine.writer_put(bed->writer, &s->scene.put[0].article,
                                      &s->scene.put[0].analysis, err);
    if (rc == ERR_OK)
        rc = bed_try_delete(bed, 2, err);
    if (rc == ERR_OK)
        rc = native_engine.writer_reannotate(bed->writer, &articles, err);
    if (rc == ERR_OK)
        rc = bed_try_commit(bed, &info, err);
    *done = rc == ERR_OK;
    native_engine.writer_close(bed->writer);
    bed->writer = NULL;
    return rc;
}

static void open_scene(struct fault_scene *s, size_t memory_bytes)
{
    struct scene *scene = &s->scene;
    struct writer_bed *bed = &scene->bed;
    shim = (struct shim){0};
    memset(s, 0, sizeof *s);
    s->registers[0] = register_of(first_register);
    s->registers[1] = register_of(second_register);
    arena_init(&scene->arena, SIZE_MAX);
    bed_open(bed);
    bed_use_register(bed, s->registers[0]);
    bed_write(bed);
    for (uint32_t key = 0; key < FIRST; key++)
        bed_put(bed, key);
    bed_commit(bed);
    bed_put(bed, 7);
    scene->generation = bed_commit(bed).generation;
    bed_written(bed);
    bed->memory_bytes = memory_bytes;

    bed_use_register(bed, s->registers[1]);
    struct prepared *put = &scene->put[0];
    put->seed = bed->next_seed++;
    put->article = bed_article(&scene->arena, 1, put->seed);
    CHECK_EQ(analyse_article(&put->article, bed->stemmers, &scene->arena,
                             &put->analysis),
             0);
    CHECK_EQ(recogniser_find(bed->recogniser, &put->article, &put->analysis,
                             &scene->arena),
             0);
    snprintf(scene->original, sizeof scene->original, "%s.original", bed->dir);
    copy_index(bed->dir, scene->original);
    scene->commits = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(scene->commits != MAP_FAILED);
    scene->reported = scene->commits + 1;
    s->after[0] = s->after[1] = scene->after[0] = bed->committed;
    struct model_key *one = &s->after[1].key[1];
    one->seed[one->count++] = put->seed;
    s->after[1].key[2].current = false;
}

static void close_scene(struct fault_scene *s)
{
    scene_close(&s->scene);
    register_free(s->registers[0]);
    register_free(s->registers[1]);
}

static size_t all_files(const struct writer_bed *bed)
{
    char path[128];
    size_t count = bed_files(bed);
    snprintf(path, sizeof path, "%s/" REGISTER_DIR, bed->dir);
    DIR *entries = opendir(path);
    CHECK(entries);
    for (struct dirent *e; (e = readdir(entries));)
        count += e->d_name[0] != '.';
    closedir(entries);
    return count;
}

static void expect_whole_mentions(struct fault_scene *s, uint32_t done)
{
    struct writer_bed *bed = &s->scene.bed;
    shim.mode = SHIM_PASS;
    CHECK(done <= 1);
    bed_check(bed);
    bed_expect(bed, &s->after[done]);
    bed_read(bed);
    CHECK_EQ(bed->snapshot->info.generation, s->scene.generation + done);
    CHECK_TEXT(bed->snapshot->info.register_digest, s->registers[done]->digest);
    bed_stop_reading(bed);
    bed_use_register(bed, s->registers[done]);
    expect_mentions(bed, &s->after[done]);
    /* The next run cleans. */
    bed_use_register(bed, NULL);
    bed_write(bed);
    bed_commit(bed);
    bed_written(bed);
    CHECK_EQ(all_files(bed), named_files(bed));
    bed_use_register(bed, s->registers[1]);
}

static bool fail_at(struct fault_scene *s, enum shim_mode mode, int error,
                    uint64_t at)
{
    bool reported;
    struct err err = {0};
    scene_begin(&s->scene);
    shim_set(&s->scene, mode, error, at);
    int rc = run_with_register(s, &reported, &err);
    shim.mode = SHIM_PASS;
    CHECK_MSG(rc == ERR_OK || rc == ERR_IO || rc == ERR_NOMEM,
              "%s, call %llu: %s (%s)", shim.name, (unsigned long long)at,
              err_name(rc), err.text);
    uint32_t done = *s->scene.commits;
    CHECK(done >= reported);
    if (done != reported)
        CHECK_MSG(strcmp(shim.name, "fsync") == 0, "%s, call %llu", shim.name,
                  (unsigned long long)at);
    else if (rc && mode == SHIM_FAIL) /* and else nothing is left behind */
        CHECK_MSG(all_files(&s->scene.bed) == named_files(&s->scene.bed),
                  "%s, call %llu: leftovers", shim.name,
                  (unsigned long long)at);
    expect_whole_mentions(s, done);
    return shim.struck;
}

static void fail_each(enum shim_mode mode, int error, size_t memory_bytes,
                      uint64_t stride)
{
    static struct fault_scene s;
    uint64_t at = 0, failed = 0;
    open_scene(&s, memory_bytes);
    for (; fail_at(&s, mode, error, at); at += stride)
        failed++;
    print_message("%llu calls failed in turn\n", (unsigned long long)failed);
    CHECK(failed > 40 / stride);
    close_scene(&s);
}

TEST(each_call_fails_once)
{
    fail_each(SHIM_FAIL, EIO, 0, 1);
}

/* Each article goes to a file of its own on the way. */
TEST(each_call_fails_once_without_memory)
{
    fail_each(SHIM_FAIL, ENOSPC, 1, 3);
}

TEST(the_disk_is_gone_for_good_after_each_call)
{
    fail_each(SHIM_FAIL_ALL, EIO, 0, 2);
}

static bool die_at(struct fault_scene *s, enum shim_mode mode, uint64_t at)
{
    scene_begin(&s->scene);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool reported;
        struct err err = {0};
        shim_set(&s->scene, mode, 0, at);
        _exit(run_with_register(s, &reported, &err) ? 1 : 0);
    }
    int status;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    int code = WEXITSTATUS(status);
    CHECK_MSG(code == 0 || code == SHIM_EXIT, "call %llu: exit %d",
              (unsigned long long)at, code);
    expect_whole_mentions(s, *s->scene.commits);
    return code == SHIM_EXIT;
}

static void die_at_each(enum shim_mode mode, size_t memory_bytes,
                        uint64_t stride)
{
    static struct fault_scene s;
    uint64_t at = 0, died = 0;
    open_scene(&s, memory_bytes);
    for (; die_at(&s, mode, at); at += stride)
        died++;
    print_message("%llu deaths\n", (unsigned long long)died);
    CHECK(died > 40 / stride);
    close_scene(&s);
}

TEST(the_process_dies_in_each_call)
{
    die_at_each(SHIM_DIE, 0, 1);
}

TEST(the_process_dies_in_calls_without_memory)
{
    die_at_each(SHIM_DIE, 1, 5);
}

TEST(the_process_dies_after_calls)
{
    die_at_each(SHIM_AFTERWARDS, 0, 3);
}

TEST(each_allocation_fails)
{
    static struct fault_scene s;
    struct err err = {0};
    long n = 0, failed = 0;
    int rc = ERR_NOMEM;
    open_scene(&s, 0);
    while (rc == ERR_NOMEM) {
        bool reported;
        scene_begin(&s.scene);
        shim_set(&s.scene, SHIM_PASS, 0, 0);
        mem_fail_after(n);
        rc = run_with_register(&s, &reported, &err);
        mem_fail_after(-1);
        CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM, "allocation %ld: %s (%s)", n,
                  err_name(rc), err.text);
        CHECK_EQ(reported, *s.scene.commits);
        expect_whole_mentions(&s, *s.scene.commits);
        n += 1 + n / 64;
        failed++;
    }
    print_message("%ld of %ld allocations failed\n", failed, n);
    CHECK(failed > 100);
    close_scene(&s);
}

RUN(T(each_call_fails_once), T(each_call_fails_once_without_memory),
    T(the_disk_is_gone_for_good_after_each_call),
    T(the_process_dies_in_each_call),
    T(the_process_dies_in_calls_without_memory),
    T(the_process_dies_after_calls), T(each_allocation_fails))
