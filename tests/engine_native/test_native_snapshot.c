/* Readers: nothing that a writer does disturbs them, and nothing that is damaged is
 * answered from. */
#include "base/mem.h"
#include "base/replace_file.h"
#include "engine/native/shared/native_files.h"
#include "io_shim.h"
#include "writer_bed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* Some articles in several segments, some of them dead, some replaced. */
static void fill(struct writer_bed *bed)
{
    bed_write(bed);
    for (uint32_t key = 0; key < 8; key++)
        bed_put(bed, key);
    bed_commit(bed);
    bed_delete(bed, 1);
    bed_put(bed, 2);
    bed_put(bed, 9);
    bed_commit(bed);
}

/* --- beside a writer --- */

struct intruder {
    struct writer_bed *bed;
    unsigned commits;
};

static void commit_meanwhile(void *context)
{
    struct intruder *intruder = context;
    for (unsigned i = 0; i < intruder->commits; i++) {
        bed_put(intruder->bed, i);
        bed_put(intruder->bed, 7);
        bed_commit(intruder->bed);
    }
}

/* Two commits before each call of an opening: what it was about to open is gone. */
TEST(a_reader_gets_one_whole_generation_while_others_are_made)
{
    for (unsigned commits = 1; commits <= 3; commits++) {
        struct writer_bed bed;
        struct intruder intruder = {&bed, commits};
        uint64_t at = 0;
        bed_open(&bed);
        fill(&bed);
        do {
            struct err err = {0};
            uint64_t before = bed_commit(&bed).generation;
            shim = (struct shim){.mode = SHIM_HOOK,
                                 .at = at++,
                                 .hook = commit_meanwhile,
                                 .context = &intruder};
            CHECK_OK(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
                     err);
            shim.mode = SHIM_PASS;
            uint64_t got = bed.snapshot->info.generation;
            CHECK(got == before || got == before + commits);
            for (uint32_t key = 0; key < KEYS; key++) {
                struct model_key *m = &bed.now.key[key];
                if (m->count > VERSIONS_MAX / 2) /* of the model only */
                    bed_purge(&bed, key);
            }
            snapshot_unref(bed.snapshot);
            bed.snapshot = NULL;
        } while (shim.struck);
        CHECK_MSG(at > 10, "%llu", (unsigned long long)at);
        bed_commit(&bed);
        bed_expect(&bed, &bed.committed);
        bed_close(&bed);
    }
}

TEST(a_check_finds_no_fault_while_generations_are_made)
{
    struct writer_bed bed;
    struct intruder intruder = {&bed, 3};
    uint64_t at = 0;
    bed_open(&bed);
    fill(&bed);
    do {
        shim = (struct shim){.mode = SHIM_HOOK,
                             .at = at++,
                             .hook = commit_meanwhile,
                             .context = &intruder};
        bed_check(&bed);
        shim.mode = SHIM_PASS;
        bed_purge(&bed, 0);
        bed_purge(&bed, 1);
        bed_purge(&bed, 2);
        bed_purge(&bed, 7);
    } while (shim.struck);
    CHECK_MSG(at > 30, "%llu", (unsigned long long)at);
    bed_close(&bed);
}

TEST(a_snapshot_stays_when_its_files_are_removed)
{
    struct writer_bed bed;
    bed_open(&bed);
    fill(&bed);
    const struct model then = bed.committed;
    bed_read(&bed);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_purge(&bed, key);
    bed_commit(&bed);
    CHECK_EQ(bed_files(&bed), 0);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_expect_key(&bed, key, &then.key[key]);
    struct err err = {0};
    struct searcher *second; /* that opens now */
    CHECK_OK(searcher_open(bed.snapshot, &second, &err), err);
    searcher_close(second);
    bed_expect(&bed, &bed.committed);
    bed_close(&bed);
}

static void make_writable(const struct writer_bed *bed, bool writable)
{
    char path[128];
    snprintf(path, sizeof path, "%s/segments", bed->dir);
    CHECK_EQ(chmod(path, writable ? 0755 : 0555), 0);
    CHECK_EQ(chmod(bed->dir, writable ? 0755 : 0555), 0);
    snprintf(path, sizeof path, "%s/lock", bed->dir);
    CHECK(chmod(path, writable ? 0644 : 0000) == 0);
}

/* As root nothing is forbidden: then the calls are counted that would need it. */
TEST(readers_need_no_right_to_write)
{
    struct writer_bed bed;
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    make_writable(&bed, false);
    /* Every call that changes something fails from the first on. */
    shim = (struct shim){.mode = SHIM_FAIL_ALL,
                         .error = EROFS,
                         .at = UINT64_MAX,
                         .struck = true};
    bed_check(&bed);
    bed_expect(&bed, &bed.committed);
    shim.mode = SHIM_PASS;
    make_writable(&bed, true);
    bed_close(&bed);
}

/* --- what fails, fails --- */

TEST(each_call_of_an_opening_fails)
{
    struct writer_bed bed;
    struct err err = {0};
    bed_open(&bed);
    fill(&bed);
    uint64_t at = 0;
    for (;; at++) {
        shim = (struct shim){.mode = SHIM_FAIL, .error = EIO, .at = at};
        int rc = snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err);
        shim.mode = SHIM_PASS;
        if (!shim.struck)
            break;
        CHECK_MSG(rc == ERR_IO || rc == ERR_NOMEM, "%s: %s (%s)", shim.name,
                  err_name(rc), err.text);
    }
    CHECK(at > 15);
    snapshot_unref(bed.snapshot);
    bed.snapshot = NULL;
    bed_close(&bed);
}

static int read_without_memory(struct writer_bed *bed, long n, struct err *err)
{
    struct version_list list;
    struct article article;
    struct article_info info;
    doc_ref doc;
    mem_fail_after(n);
    int rc = snapshot_open(bed->dir, bed_engines, &bed->snapshot, err);
    if (rc == ERR_OK)
        rc = searcher_open(bed->snapshot, &bed->searcher, err);
    if (rc == ERR_OK)
        rc = native_engine.find(bed->searcher, SLICE("k:2"), &doc, err);
    if (rc == ERR_OK)
        rc = native_engine.article(bed->searcher, doc, &bed->arena, &article,
                                   err);
    if (rc == ERR_OK)
        rc = native_engine.info(bed->searcher, doc, &bed->arena, &info, err);
    if (rc == ERR_OK)
        rc = native_engine.versions(bed->searcher, SLICE("k:2"), &bed->arena,
                                    &list, err);
    if (rc == ERR_OK)
        rc = native_engine.check(bed->dir, NULL, NULL, err);
    mem_fail_after(-1);
    if (rc)
        CHECK_MSG(rc == ERR_NOMEM, "%ld: %s (%s)", n, err_name(rc), err->text);
    bed_stop_reading(bed);
    arena_reset(&bed->arena);
    return rc;
}

TEST(each_allocation_of_a_reader_fails)
{
    struct writer_bed bed;
    struct err err = {0};
    long n = 0;
    bed_open(&bed);
    fill(&bed);
    while (read_without_memory(&bed, n, &err))
        n++;
    CHECK_MSG(n > 50, "%ld", n);
    bed_close(&bed);
}

/* --- damage --- */

static void path_in(const struct writer_bed *bed, const char *name,
                    char out[128])
{
    snprintf(out, 128, "%s/segments/%s", bed->dir, name);
}

static void count_fault(void *context, const char *fault)
{
    unsigned *count = context;
    ++*count;
    CHECK(strlen(fault) > 10);
}

/* The newest generation is damaged: readers say so, naming the file, and do not go back
 * to the one before; nor does a writer go on. */
static void expect_damage(struct writer_bed *bed, const char *name)
{
    struct err err = {0};
    unsigned faults = 0;
    int rc = snapshot_open(bed->dir, bed_engines, &bed->snapshot, &err);
    CHECK_MSG(rc == ERR_CORRUPT, "%s (%s)", err_name(rc), err.text);
    CHECK_MSG(strstr(err.text, name), "%s", err.text);
    bed->snapshot = NULL;
    rc = bed_try_write(bed, &err);
    CHECK_MSG(rc == ERR_CORRUPT, "%s (%s)", err_name(rc), err.text);
    CHECK_MSG(strstr(err.text, name), "%s", err.text);
    CHECK_EQ(native_engine.check(bed->dir, count_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK(faults >= 1);
}

TEST(a_file_that_is_missing_or_cut_is_damage)
{
    struct writer_bed bed;
    char from[128], to[128];
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    static const char *const names[] = {"s1-0.seg", "s1-0.2.live", "s2-0.seg"};
    for (size_t i = 0; i < 3; i++) {
        struct stat st;
        path_in(&bed, names[i], from);
        path_in(&bed, "elsewhere", to);
        CHECK_EQ(rename(from, to), 0);
        expect_damage(&bed, names[i]);
        CHECK_EQ(rename(to, from), 0);
        CHECK_EQ(stat(from, &st), 0);
        CHECK_EQ(truncate(from, st.st_size + 1), 0);
        expect_damage(&bed, names[i]);
        CHECK_EQ(truncate(from, st.st_size), 0);
        bed_expect(&bed, &bed.committed);
    }
    bed_close(&bed);
}

/* A MANIFEST whose checksum is right, and whose words are not. */
static void expect_bad_manifest(struct writer_bed *bed,
                                void (*spoil)(struct manifest *))
{
    struct arena arena;
    struct manifest manifest, spoilt;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    CHECK_OK(manifest_read(bed->dir, &arena, &manifest, &err), err);
    spoilt = manifest;
    struct manifest_file file[8];
    CHECK(manifest.generation[0].file_count < 8);
    memcpy(file, manifest.generation[0].file,
           manifest.generation[0].file_count * sizeof *file);
    spoilt.generation[0].file = file;
    spoil(&spoilt);
    CHECK_OK(manifest_write(bed->dir, &spoilt, &err), err);
    expect_damage(bed, bed->dir);
    CHECK_OK(manifest_write(bed->dir, &manifest, &err), err);
    bed_expect(bed, &bed->committed);
    arena_reset(&arena);
}

static void one_more_article(struct manifest *m)
{
    m->generation[0].info.articles++;
}
static void fewer_words(struct manifest *m)
{
    m->generation[0].info.words--;
}
static void no_files(struct manifest *m)
{
    m->generation[0].file_count = 0;
    m->generation[0].info.bytes = 0;
}
static void state_first(struct manifest *m)
{
    struct manifest_file first = m->generation[0].file[0];
    m->generation[0].file[0] = m->generation[0].file[1];
    m->generation[0].file[1] = first;
}
static void state_behind_another(struct manifest *m)
{
    struct manifest_file *file = m->generation[0].file;
    struct manifest_file last = file[2];
    CHECK_EQ(m->generation[0].file_count, 3);
    file[2] = file[1];
    file[1] = last;
}
static void a_state_twice(struct manifest *m)
{
    struct manifest_generation *g = &m->generation[0];
    g->file[g->file_count++] = g->file[2];
    g->file[2] = g->file[1];
    g->info.bytes += g->file[1].size;
}
static void another_name(struct manifest *m)
{
    m->generation[0].file[2].name = SLICE("segments/s02-0.seg");
}

TEST(a_manifest_that_is_wrong_is_damage)
{
    struct writer_bed bed;
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    expect_bad_manifest(&bed, one_more_article);
    expect_bad_manifest(&bed, fewer_words);
    expect_bad_manifest(&bed, no_files);
    expect_bad_manifest(&bed, state_first);
    expect_bad_manifest(&bed, state_behind_another);
    expect_bad_manifest(&bed, a_state_twice);
    expect_bad_manifest(&bed, another_name);
    bed_close(&bed);
}

TEST(segments_without_a_manifest_are_not_written_over)
{
    struct writer_bed bed;
    struct err err = {0};
    char path[128];
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    size_t files = bed_files(&bed);
    snprintf(path, sizeof path, "%s/MANIFEST", bed.dir);
    CHECK_EQ(unlink(path), 0);
    CHECK_EQ(bed_try_write(&bed, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, "no MANIFEST"));
    CHECK_EQ(bed_files(&bed), files);
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_NOTFOUND);
    bed.snapshot = NULL;
    bed_close(&bed);
}

/* The digest of the articles, which nobody but check looks at. */
static void another_digest(struct manifest *m)
{
    char *digit = &m->generation[0].info.corpus_digest[3];
    *digit = *digit == '0' ? '1' : '0';
}
/* A key that is current twice: the same segment under two names. */
static void twice_the_same(struct manifest *m)
{
    struct manifest_generation *g = &m->generation[0];
    g->file[1] = g->file[0]; /* instead of its state: all are current */
    g->file[1].name = SLICE("segments/s1-1.seg");
    g->file_count = 2;
    g->info.bytes = 2 * g->file[0].size;
}

static void expect_found_by_check(struct writer_bed *bed,
                                  void (*spoil)(struct manifest *),
                                  const char *words)
{
    struct manifest manifest;
    struct err err = {0};
    unsigned faults = 0;
    CHECK_OK(manifest_read(bed->dir, &bed->arena, &manifest, &err), err);
    spoil(&manifest);
    CHECK_OK(manifest_write(bed->dir, &manifest, &err), err);
    CHECK_EQ(native_engine.check(bed->dir, count_fault, &faults, &err),
             ERR_CORRUPT);
    CHECK(faults >= 1);
    CHECK_MSG(strstr(err.text, words), "%s", err.text);
    arena_reset(&bed->arena);
}

TEST(a_check_compares_the_digest)
{
    struct writer_bed bed;
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    expect_found_by_check(&bed, another_digest, "digest");
    bed_close(&bed);
}

TEST(a_check_finds_a_key_that_is_current_twice)
{
    struct writer_bed bed;
    char from[128], to[128];
    struct manifest manifest;
    struct err err = {0};
    bed_open(&bed);
    fill(&bed);
    bed_written(&bed);
    path_in(&bed, "s1-0.seg", from);
    path_in(&bed, "s1-1.seg", to);
    CHECK_EQ(link(from, to), 0);
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &manifest, &err), err);
    twice_the_same(&manifest);
    manifest.generation[0].info.articles = 16;
    manifest.generation[0].info.words = 2 * manifest.generation[1].info.words;
    CHECK_OK(manifest_write(bed.dir, &manifest, &err), err);
    CHECK_EQ(native_engine.check(bed.dir, NULL, NULL, &err), ERR_CORRUPT);
    CHECK_MSG(strstr(err.text, "have the key k:0"), "%s", err.text);
    arena_reset(&bed.arena);
    bed_close(&bed);
}

/* Each bit of each file, and of MANIFEST: all of it is under some checksum. */
TEST(a_check_finds_every_flipped_bit)
{
    struct writer_bed bed;
    struct err err = {0};
    struct manifest manifest;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_put(&bed, 2);
    bed_commit(&bed);
    bed_put(&bed, 3);
    bed_put(&bed, 1);
    bed_commit(&bed);
    bed_written(&bed);
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &manifest, &err), err);
    for (size_t i = 0; i <= manifest.generation[0].file_count; i++) {
        char path[256];
        uint8_t byte;
        if (i < manifest.generation[0].file_count)
            snprintf(path, sizeof path, "%s/%.*s", bed.dir,
                     SLICE_ARG(manifest.generation[0].file[i].name));
        else
            snprintf(path, sizeof path, "%s/MANIFEST", bed.dir);
        int fd = open(path, O_RDWR);
        CHECK(fd >= 0);
        for (off_t at = 0; pread(fd, &byte, 1, at) == 1; at += 13) {
            uint8_t flipped = (uint8_t)(byte ^ 1 << at % 8);
            unsigned faults = 0;
            CHECK_EQ(pwrite(fd, &flipped, 1, at), 1);
            int rc = native_engine.check(bed.dir, count_fault, &faults, &err);
            CHECK_MSG(rc == ERR_CORRUPT && faults, "%s, byte %lld", path,
                      (long long)at);
            CHECK_EQ(pwrite(fd, &byte, 1, at), 1);
        }
        CHECK_EQ(close(fd), 0);
    }
    bed_check(&bed);
    arena_reset(&bed.arena);
    bed_close(&bed);
}

struct page_faults {
    unsigned count, twice;
    char last[400];
};

static void count_page(void *context, const char *fault)
{
    struct page_faults *faults = context;
    faults->count += strstr(fault, ": page ") && strstr(fault, "s1-0.seg");
    faults->twice += strcmp(fault, faults->last) == 0;
    snprintf(faults->last, sizeof faults->last, "%s", fault);
}

/* Also those of a segment that cannot be opened, and each once, although both
 * generations have it. */
TEST(a_check_names_every_damaged_page)
{
    struct writer_bed bed;
    struct err err = {0};
    struct page_faults faults = {0};
    struct segment_file *file;
    char path[128];
    unsigned damaged = 0;
    bed_open(&bed);
    bed_write(&bed);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_put(&bed, key);
    bed_commit(&bed);
    bed_put(&bed, 3);
    bed_commit(&bed);
    bed_written(&bed);

    path_in(&bed, "s1-0.seg", path);
    CHECK_OK(segment_file_open(path, &file, &err), err);
    uint64_t end =
        64; /* of the sections, at least: without what lies between */
    for (int id = 0; id < SECTION_COUNT; id++)
        end += section_length(file, (enum section_id)id);
    segment_file_close(file);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0);
    for (uint64_t at = 100; at < end; at += SEGMENT_PAGE, damaged++) {
        uint8_t byte;
        CHECK_EQ(pread(fd, &byte, 1, (off_t)at), 1);
        byte ^= 1;
        CHECK_EQ(pwrite(fd, &byte, 1, (off_t)at), 1);
    }
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(native_engine.check(bed.dir, count_page, &faults, &err),
             ERR_CORRUPT);
    CHECK_EQ(faults.count, damaged);
    CHECK_EQ(faults.twice, 0);
    bed_close(&bed);
}

TEST(no_doc_ref_but_those_that_were_given_is_read)
{
    struct writer_bed bed;
    struct err err = {0};
    struct article article;
    struct article_info info;
    struct date published;
    uint32_t words;
    bed_open(&bed);
    fill(&bed);
    bed_read(&bed);
    const struct segment *first =
        ((struct native_snapshot *)bed.snapshot)->segment[0];
    const doc_ref wrong[] = {
        UINT64_MAX,        1000,       UINT64_C(1000) << 32,
        UINT64_C(2) << 32, UINT32_MAX, first->docs + first->archived};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_EQ(native_engine.article(bed.searcher, wrong[i], &bed.arena,
                                       &article, &err),
                 ERR_NOTFOUND);
        CHECK_EQ(
            native_engine.info(bed.searcher, wrong[i], &bed.arena, &info, &err),
            ERR_NOTFOUND);
        CHECK_EQ(native_engine.published(bed.searcher, wrong[i], &published,
                                         &words, &err),
                 ERR_NOTFOUND);
    }
    bed_close(&bed);
}

RUN(T(a_reader_gets_one_whole_generation_while_others_are_made),
    T(a_check_finds_no_fault_while_generations_are_made),
    T(a_snapshot_stays_when_its_files_are_removed),
    T(readers_need_no_right_to_write), T(each_call_of_an_opening_fails),
    T(each_allocation_of_a_reader_fails),
    T(a_file_that_is_missing_or_cut_is_damage),
    T(a_manifest_that_is_wrong_is_damage),
    T(segments_without_a_manifest_are_not_written_over),
    T(a_check_compares_the_digest),
    T(a_check_finds_a_key_that_is_current_twice),
    T(a_check_finds_every_flipped_bit), T(a_check_names_every_damaged_page),
    T(no_doc_ref_but_those_that_were_given_is_read))
