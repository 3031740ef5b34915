/* The writer's contract in engine.h, sentence by sentence. The random sequences are in
 * test_writer_model.c. */
#include "writer_bed.h"

#include <limits.h>

static bool exists(const struct writer_bed *bed, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", bed->dir, name);
    return access(path, F_OK) == 0;
}

static void make_file(const struct writer_bed *bed, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", bed->dir, name);
    FILE *file = fopen(path, "w");
    CHECK(file);
    CHECK_EQ(fclose(file), 0);
}

static size_t segments(struct writer_bed *bed)
{
    bed_read(bed);
    size_t count = ((struct native_snapshot *)bed->snapshot)->segment_count;
    bed_stop_reading(bed);
    return count;
}

TEST(a_new_index_is_empty_and_can_be_read)
{
    struct writer_bed bed;
    struct err err = {0};
    const struct model empty = {0};
    bed_open(&bed);
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_NOTFOUND);
    bed_write(&bed);
    bed_expect(&bed, &empty);
    bed_check(&bed);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.generation, 0);
    CHECK_EQ(bed.snapshot->info.bytes, 0);
    CHECK_TEXT(bed.snapshot->info.engine, "native");
    CHECK(bed.snapshot->info.committed > 0);
    CHECK_EQ(bed_commit(&bed).generation,
             0); /* without changes there is none */
    bed_close(&bed);
}

TEST(a_folder_in_a_folder_is_made)
{
    struct writer_bed bed;
    struct err err = {0};
    struct writer *writer;
    char dir[128];
    bed_open(&bed);
    snprintf(dir, sizeof dir, "%s/news/index", bed.dir);
    CHECK_OK(native_engine.writer_open(dir, NULL, &writer, &err), err);
    native_engine.writer_close(writer);
    CHECK(exists(&bed, "news/index/MANIFEST"));
    bed_close(&bed);
}

TEST(a_lookup_sees_this_run_and_the_last_ones)
{
    struct writer_bed bed;
    struct err err = {0};
    struct stored_version there;
    bool found;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    CHECK_OK(native_engine.writer_lookup(bed.writer, SLICE("k:1"), &there,
                                         &found, &err),
             err);
    CHECK(found && there.this_run);
    bed_commit(&bed);
    CHECK_OK(native_engine.writer_lookup(bed.writer, SLICE("k:1"), &there,
                                         &found, &err),
             err);
    CHECK(found && there.this_run); /* since the writer was opened */
    bed_written(&bed);
    bed_write(&bed);
    CHECK_OK(native_engine.writer_lookup(bed.writer, SLICE("k:1"), &there,
                                         &found, &err),
             err);
    CHECK(found && !there.this_run);
    CHECK_EQ(bed_files(&bed), 1); /* looking makes no files */
    bed.memory_bytes = 1;
    bed_written(&bed);
    bed_write(&bed);
    bed_put(&bed, 1); /* flushed at once */
    CHECK_OK(native_engine.writer_lookup(bed.writer, SLICE("k:1"), &there,
                                         &found, &err),
             err);
    CHECK(found && there.this_run);
    bed_close(&bed);
}

TEST(without_changes_there_is_no_generation)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    struct generation_info one = bed_commit(&bed), again = bed_commit(&bed);
    CHECK_EQ(one.generation, 1);
    CHECK_EQ(memcmp(&one, &again, sizeof one), 0);
    bed_delete(&bed, 2); /* not there */
    bed_purge(&bed, 3);
    CHECK_EQ(bed_commit(&bed).generation, 1);
    bed_close(&bed);
}

TEST(the_last_two_generations_are_kept_and_leftovers_go)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_put(&bed, 2);
    bed_commit(&bed);
    bed_put(&bed, 2);
    bed_commit(&bed);
    CHECK(exists(&bed, "segments/s1-0.seg"));
    CHECK(exists(&bed, "segments/s2-0.seg"));
    /* Half of the first segment is dead: the second commit has rewritten it. */
    CHECK(exists(&bed, "segments/s2-1.seg"));
    bed_put(&bed, 3);
    bed_commit(&bed);
    CHECK(!exists(&bed, "segments/s1-0.seg"));
    bed_written(&bed);

    static const char *const ours[] = {
        "MANIFEST.new",          "segments/s9-0.seg",
        "segments/s9-0.10.live", "segments/s9-1.seg.tmp",
        "segments/spill-abcDEF", "segments/s1-0.3.live.tmp"};
    static const char *const theirs[] = {
        "notes.txt",
        "segments/s9-0.seg.bak",
        "segments/s09-0.seg",
        "segments/s9-0.live",
        "segments/s9.seg",
        "s9-0.seg",
        "segments/spill-abcD",
        "segments/x9-0.seg",
        "segments/s18446744073709551616-0.seg"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        make_file(&bed, ours[i]);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        make_file(&bed, theirs[i]);
    bed_check(&bed); /* no damage */
    bed_write(&bed);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        CHECK_MSG(!exists(&bed, ours[i]), "%s", ours[i]);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        CHECK_MSG(exists(&bed, theirs[i]), "%s", theirs[i]);
    bed_expect(&bed, &bed.committed);
    bed_close(&bed);
}

TEST(what_was_not_committed_is_gone)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed.memory_bytes = 1;
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_commit(&bed);
    size_t files = bed_files(&bed);
    bed_put(&bed, 1);
    bed_put(&bed, 2);
    CHECK(bed_files(&bed) > files);
    bed_written(&bed);
    CHECK_EQ(bed_files(&bed), files);
    bed_expect(&bed, &bed.committed);
    bed_close(&bed);
}

TEST(a_second_writer_is_locked_out)
{
    struct writer_bed bed;
    struct err err = {0};
    struct writer *second = NULL;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    make_file(&bed, "segments/s9-0.seg");
    CHECK_EQ(native_engine.writer_open(bed.dir, NULL, &second, &err),
             ERR_LOCKED);
    CHECK(strstr(err.text, bed.dir));
    CHECK(exists(&bed, "segments/s9-0.seg")); /* it has touched nothing */
    bed_commit(&bed);
    bed_written(&bed);
    bed_write(&bed);
    bed_close(&bed);
}

TEST(impossible_keys_are_refused_and_harm_nothing)
{
    struct writer_bed bed;
    struct err err = {0};
    char key[400];
    bed_open(&bed);
    bed_write(&bed);
    memset(key, 'x', sizeof key);
    key[217] = '\0';
    CHECK_EQ(bed_put_text(&bed, key, "Title", "text", &err), ERR_LIMIT);
    CHECK_EQ(bed_put_text(&bed, "", "Title", "text", &err), ERR_INVALID);
    key[216] = '\0';
    CHECK_OK(bed_put_text(&bed, key, "Title", "text", &err), err);
    key[215] = '\0';
    CHECK_OK(bed_put_text(&bed, key, "Title", "text", &err), err);
    CHECK_EQ(bed_commit(&bed).articles, 2);
    bed_read(&bed);
    doc_ref doc;
    CHECK_OK(native_engine.find(bed.searcher, slice_of(key), &doc, &err), err);
    key[215] = 'x';
    CHECK_OK(native_engine.find(bed.searcher, slice_of(key), &doc, &err), err);
    key[216] = 'x';
    CHECK_EQ(native_engine.find(bed.searcher, slice_of(key), &doc, &err),
             ERR_NOTFOUND);
    CHECK_EQ(native_engine.find(bed.searcher, SLICE(""), &doc, &err),
             ERR_NOTFOUND);
    bed_close(&bed);
}

static void change_manifest(struct writer_bed *bed, uint32_t analysis,
                            const char *engine)
{
    struct arena arena;
    struct manifest manifest;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    CHECK_OK(manifest_read(bed->dir, &arena, &manifest, &err), err);
    manifest.analysis_version += analysis;
    strcpy(manifest.generation[0].info.engine, engine);
    CHECK_OK(manifest_write(bed->dir, &manifest, &err), err);
    arena_reset(&arena);
}

TEST(another_analysis_or_engine_is_refused)
{
    struct writer_bed bed;
    struct err err = {0};
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_commit(&bed);
    bed_written(&bed);
    change_manifest(&bed, 1, "native");
    CHECK_EQ(bed_try_write(&bed, &err), ERR_MISMATCH);
    CHECK(strstr(err.text, "dateline-index rebuild"));
    bed_expect(&bed, &bed.committed); /* what rebuild reads from */
    change_manifest(&bed, (uint32_t)-1, "xapian");
    CHECK_EQ(bed_try_write(&bed, &err), ERR_MISMATCH);
    CHECK(strstr(err.text, "xapian"));
    CHECK_EQ(native_engine.snapshot_open(bed.dir, &bed.snapshot, &err),
             ERR_MISMATCH);
    bed.snapshot = NULL;
    bed_close(&bed);
}

TEST(a_merge_makes_one_segment_and_only_when_there_is_need)
{
    struct writer_bed bed;
    struct err err = {0};
    bed_open(&bed);
    bed.memory_bytes = 1;
    bed_write(&bed);
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    CHECK_EQ(bed_commit(&bed).generation, 0); /* nothing to merge */
    for (uint32_t key = 0; key < 5; key++)
        bed_put(&bed, key);
    bed_commit(&bed);
    CHECK_EQ(segments(&bed), 5);
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    CHECK_EQ(bed_commit(&bed).generation, 2);
    CHECK_EQ(segments(&bed), 1);
    bed_expect(&bed, &bed.committed);
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    CHECK_EQ(bed_commit(&bed).generation, 2); /* it is one, and clean */
    bed_delete(&bed, 0); /* a fifth: the policy leaves it */
    bed_commit(&bed);
    CHECK_EQ(segments(&bed), 1);
    CHECK(exists(&bed, "segments/s2-0.3.live"));
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    CHECK_EQ(bed_commit(&bed).generation, 4);
    CHECK(exists(&bed, "segments/s4-0.seg"));
    bed_expect(&bed, &bed.committed);
    bed_put(&bed, 9);
    CHECK_EQ(bed_commit(&bed).generation, 5);
    CHECK_EQ(segments(&bed), 2); /* asked for once */
    bed_close(&bed);
}

/* --- what must not happen --- */

/* Put an article with the analysis of another text; then delete it. */
static int delete_of_another_analysis(const char *text, const char *analysed,
                                      struct err *err)
{
    struct writer_bed bed;
    struct generation_info info;
    struct analysis analysis;
    struct article article = {.key = SLICE("x:1"), .lang = SLICE("en")};
    struct article other = article;
    bool found;
    article.text[PART_BODY] = slice_of(text);
    other.text[PART_BODY] = slice_of(analysed);
    bed_open(&bed);
    bed_write(&bed);
    CHECK_EQ(analyse_article(&other, bed.stemmers, &bed.arena, &analysis), 0);
    CHECK_OK(native_engine.writer_put(bed.writer, &article, &analysis, err),
             *err);
    CHECK_OK(bed_put_text(&bed, "x:2", "Grain", "Ships of grain", err), *err);
    bed_commit(&bed);
    CHECK_OK(native_engine.writer_delete(bed.writer, SLICE("x:1"), &found, err),
             *err);
    int rc = bed_try_commit(&bed, &info, err);
    bed_written(&bed);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.articles, rc ? 2 : 1);
    bed_close(&bed);
    return rc;
}

TEST(an_old_text_with_other_terms_than_the_index_is_damage)
{
    struct err err = {0};
    CHECK_OK(delete_of_another_analysis("Oil and grain", "Oil and grain", &err),
             err);
    CHECK_EQ(delete_of_another_analysis("Oil and gas", "Oil and grain", &err),
             ERR_CORRUPT);
    CHECK(strstr(err.text, "segments/s1-0.seg"));
    CHECK_EQ(delete_of_another_analysis("Oil, oil, oil", "Oil and oil", &err),
             ERR_CORRUPT);
}

TEST(after_a_failure_a_writer_is_good_for_close_only)
{
    struct writer_bed bed;
    struct err err = {0};
    struct stored_version there;
    struct generation_info info;
    bool found;
    const struct writer_options options = {.without_text = true};
    bed_open(&bed);
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    CHECK_OK(bed_put_text(&bed, "x:1", "Grain", "Ships of grain", &err), err);
    CHECK_EQ(bed_put_text(&bed, "x:1", "Grain", "Other", &err),
             ERR_UNSUPPORTED);
    CHECK_EQ(bed_put_text(&bed, "x:2", "Grain", "Other", &err), ERR_IO);
    CHECK(strstr(err.text, "earlier"));
    CHECK_EQ(native_engine.writer_lookup(bed.writer, SLICE("x:1"), &there,
                                         &found, &err),
             ERR_IO);
    CHECK_EQ(
        native_engine.writer_delete(bed.writer, SLICE("x:1"), &found, &err),
        ERR_IO);
    CHECK_EQ(native_engine.writer_purge(bed.writer, SLICE("x:1"), &found, &err),
             ERR_IO);
    CHECK_EQ(native_engine.writer_merge(bed.writer, &err), ERR_IO);
    CHECK_EQ(native_engine.writer_commit(bed.writer, &info, &err), ERR_IO);
    bed_written(&bed);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.generation, 0);
    bed_close(&bed);
}

TEST(a_name_that_is_too_long_is_an_error)
{
    struct err err = {0};
    struct writer *writer = NULL;
    struct snapshot *snapshot = NULL;
    static char name[PATH_MAX + 100];
    for (size_t len = PATH_MAX - 30; len < sizeof name; len++) {
        memset(name, '/', len);
        memcpy(name, "/dev/null", 9); /* nothing can be made there */
        CHECK(native_engine.writer_open(name, NULL, &writer, &err) != ERR_OK);
        CHECK(native_engine.snapshot_open(name, &snapshot, &err) != ERR_OK);
        CHECK(native_engine.check(name, NULL, NULL, &err) != ERR_OK);
    }
}

/* --- without texts --- */

TEST(without_texts_words_are_found_and_nothing_else)
{
    struct writer_bed bed;
    struct err err = {0};
    const struct writer_options options = {.without_text = true};
    struct article article;
    doc_ref doc;
    bool found;
    bed_open(&bed);
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    CHECK_OK(bed_put_text(&bed, "x:1", "Grain", "Ships of grain", &err), err);
    CHECK_OK(bed_put_text(&bed, "x:2", "Oil", "Prices of oil", &err), err);
    CHECK_EQ(bed_commit(&bed).articles, 2);
    CHECK_EQ(bed_put_text(&bed, "x:1", "Grain", "Other", &err),
             ERR_UNSUPPORTED);
    bed_written(&bed);
    bed_read(&bed);
    CHECK_OK(native_engine.find(bed.searcher, SLICE("x:1"), &doc, &err), err);
    CHECK_EQ(
        native_engine.article(bed.searcher, doc, &bed.arena, &article, &err),
        ERR_NOTFOUND);
    bed_check(&bed);

    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    CHECK_OK(
        native_engine.writer_delete(bed.writer, SLICE("x:3"), &found, &err),
        err);
    CHECK(!found);
    CHECK_EQ(
        native_engine.writer_delete(bed.writer, SLICE("x:2"), &found, &err),
        ERR_UNSUPPORTED);
    bed_written(&bed);
    /* A run with texts cannot count what they held, either; and says so. */
    struct generation_info info;
    bed_write(&bed);
    CHECK_OK(
        native_engine.writer_delete(bed.writer, SLICE("x:2"), &found, &err),
        err);
    CHECK_EQ(bed_try_commit(&bed, &info, &err), ERR_UNSUPPORTED);
    CHECK(strstr(err.text, "x:2"));
    bed_written(&bed);
    bed_check(&bed);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.articles, 2);
    bed_close(&bed);
}

TEST(without_texts_segments_are_merged_too)
{
    struct writer_bed bed;
    struct err err = {0};
    const struct writer_options options = {.memory_bytes = 1,
                                           .without_text = true};
    bed_open(&bed);
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_put(&bed, key);
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    CHECK_EQ(bed_commit(&bed).articles, KEYS);
    CHECK_EQ(segments(&bed), 1);
    bed_check(&bed);
    bed_close(&bed);
}

/* --- progress --- */

struct told {
    unsigned sorting, merging;
    bool wrong;
};

static void tell(void *context, const char *what, uint64_t done, uint64_t total)
{
    struct told *told = context;
    told->sorting += strcmp(what, "sorting") == 0;
    told->merging += strcmp(what, "merging") == 0;
    told->wrong = told->wrong || done > total;
}

TEST(flushes_and_merges_are_told)
{
    struct writer_bed bed;
    struct err err = {0};
    struct told told = {0};
    const struct writer_options options = {
        .memory_bytes = 1, .progress = tell, .progress_context = &told};
    bed_open(&bed);
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    bed_put(&bed, 1);
    bed_put(&bed, 2);
    CHECK(told.sorting && !told.merging && !told.wrong);
    CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
    bed_commit(&bed);
    CHECK(told.merging && !told.wrong);
    bed_close(&bed);
}

RUN(T(a_new_index_is_empty_and_can_be_read), T(a_folder_in_a_folder_is_made),
    T(a_lookup_sees_this_run_and_the_last_ones),
    T(without_changes_there_is_no_generation),
    T(the_last_two_generations_are_kept_and_leftovers_go),
    T(what_was_not_committed_is_gone), T(a_second_writer_is_locked_out),
    T(impossible_keys_are_refused_and_harm_nothing),
    T(another_analysis_or_engine_is_refused),
    T(a_merge_makes_one_segment_and_only_when_there_is_need),
    T(an_old_text_with_other_terms_than_the_index_is_damage),
    T(after_a_failure_a_writer_is_good_for_close_only),
    T(a_name_that_is_too_long_is_an_error),
    T(without_texts_words_are_found_and_nothing_else),
    T(without_texts_segments_are_merged_too), T(flushes_and_merges_are_told))
