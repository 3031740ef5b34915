#include "bed.h"
#include "engine/manifest.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { FLIPS = 3000 };

static void open_two_generations(struct bed *bed)
{
    bed_open(bed);
    bed_write(bed);
    bed_put(bed, "k:1", "en", "Istanbul", "a first draft of the agreement");
    bed_commit(bed);
    bed_put(bed, "k:2", "de", "Berlin", "ein Entwurf");
    bed_commit(bed);
    bed_written(bed);
}

static void flip(const char *path, uint64_t at, int bit)
{
    uint8_t byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQ(pread(fd, &byte, 1, (off_t)at), 1);
    byte = (uint8_t)(byte ^ 1 << bit);
    CHECK_EQ(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
}

struct faults {
    int count;
    char last[400];
};

static void note_fault(void *context, const char *fault)
{
    struct faults *faults = context;
    faults->count++;
    snprintf(faults->last, sizeof faults->last, "%s", fault);
}

TEST(a_flipped_bit_anywhere_is_found_and_its_file_named)
{
    struct bed bed;
    open_two_generations(&bed);
    struct err err = {0};
    struct manifest m;
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &m, &err), err);
    CHECK_EQ(m.generation_count, 2);
    uint64_t rng = 77;
    for (int i = 0; i < FLIPS; i++) {
        const struct manifest_generation *g = &m.generation[rng_below(&rng, 2)];
        const struct manifest_file *file =
            &g->file[rng_below(&rng, (uint32_t)g->file_count)];
        if (file->size == 0)
            continue;
        char path[256];
        snprintf(path, sizeof path, "%s/%.*s", bed.dir, SLICE_ARG(file->name));
        uint64_t at = rng_below(&rng, (uint32_t)file->size);
        int bit = (int)rng_below(&rng, 8);
        struct faults faults = {0};
        flip(path, at, bit);
        CHECK_MSG(xapian_engine.check(bed.dir, note_fault, &faults, &err) ==
                      ERR_CORRUPT,
                  "%s byte %llu", path, (unsigned long long)at);
        CHECK(strstr(err.text, path));
        CHECK_EQ(faults.count, 1);
        CHECK(strstr(faults.last, path));
        flip(path, at, bit);
    }
    CHECK_OK(xapian_engine.check(bed.dir, note_fault, NULL, &err), err);
    bed_close(&bed);
}

TEST(a_damaged_manifest_is_reported)
{
    struct bed bed;
    open_two_generations(&bed);
    struct err err = {0};
    struct faults faults = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/MANIFEST", bed.dir);
    flip(path, 20, 1);
    CHECK_EQ(xapian_engine.check(bed.dir, note_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK(strstr(err.text, "MANIFEST"));
    CHECK_EQ(faults.count, 1);
    CHECK(strstr(faults.last, "MANIFEST"));
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_CORRUPT);
    struct writer_options options = {0};
    CHECK_EQ(xapian_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             ERR_CORRUPT);
    bed_close(&bed);
}

TEST(missing_short_and_additional_files)
{
    struct bed bed;
    open_two_generations(&bed);
    struct err err = {0};
    char path[256];
    snprintf(path, sizeof path, "%s/gen-2/more", bed.dir);
    CHECK_OK(dir_make(path, 0755, &err), err);
    CHECK_OK(xapian_engine.check(bed.dir, NULL, NULL, &err), err);
    snprintf(path, sizeof path, "%s/gen-2/postlist.glass", bed.dir);
    struct stat st;
    CHECK_EQ(stat(path, &st), 0);
    CHECK_EQ(truncate(path, st.st_size - 1), 0);
    CHECK_EQ(xapian_engine.check(bed.dir, NULL, NULL, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, path));
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_CORRUPT);
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(xapian_engine.check(bed.dir, NULL, NULL, &err), ERR_CORRUPT);
    snprintf(path, sizeof path, "%s/gen-2", bed.dir);
    CHECK_OK(tree_remove(path, &err), err);
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_CORRUPT);
    bed_close(&bed);
}

/* Xapian meets bytes that no checksum of ours guards at query time: an error or an
 * answer, never a crash. */
TEST(searching_a_damaged_database_is_safe)
{
    struct bed bed;
    open_two_generations(&bed);
    struct err err = {0};
    struct manifest m;
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &m, &err), err);
    uint64_t rng = 78;
    for (int i = 0; i < 400; i++) {
        const struct manifest_file *file =
            &m.generation[0]
                 .file[rng_below(&rng, (uint32_t)m.generation[0].file_count)];
        if (file->size == 0)
            continue;
        char path[256];
        snprintf(path, sizeof path, "%s/%.*s", bed.dir, SLICE_ARG(file->name));
        uint64_t at = rng_below(&rng, (uint32_t)file->size);
        flip(path, at, 3);
        struct search_request request = {.limit = 10, .count_hits = true};
        struct search_result result;
        struct arena arena;
        arena_init(&arena, 1 << 22);
        int rc = snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err);
        if (rc == ERR_OK)
            rc = searcher_open(bed.snapshot, &bed.searcher, &err);
        if (rc == ERR_OK)
            rc = bed_try_search(&bed, "\"first draft\" OR ein*", &request,
                                &result, &err);
        CHECK(rc <= 0);
        bed_stop_reading(&bed);
        arena_reset(&arena);
        flip(path, at, 3);
    }
    bed_close(&bed);
}

static void set_modes(const struct bed *bed, const char *dirs,
                      const char *files)
{
    char command[256];
    snprintf(command, sizeof command,
             "find %s -type f -exec chmod %s {} + && chmod -R %s %s", bed->dir,
             files, dirs, bed->dir);
    CHECK_EQ(system(command), 0);
}

TEST(readers_need_no_write_access)
{
    struct bed bed;
    open_two_generations(&bed);
    set_modes(&bed, "a-w", "0444");
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "\"first draft\""), "k:1");
    struct err err = {0};
    CHECK_OK(xapian_engine.check(bed.dir, NULL, NULL, &err), err);
    set_modes(&bed, "u+w", "0644");
    bed_close(&bed);
}

RUN(T(a_flipped_bit_anywhere_is_found_and_its_file_named),
    T(a_damaged_manifest_is_reported), T(missing_short_and_additional_files),
    T(searching_a_damaged_database_is_safe), T(readers_need_no_write_access))
