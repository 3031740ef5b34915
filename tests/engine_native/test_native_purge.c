/* No byte of what is purged is left: not in a file as it is, not behind compression. */
#include "segment/segment.h"
#include "writer_bed.h"

static bool file_holds(const char *path, const char *text)
{
    struct bytes_out bytes = {0};
    struct err err = {0};
    CHECK_OK(file_read(path, 1 << 24, &bytes, &err), err);
    bool found = memmem(bytes.data, bytes.len, text, strlen(text)) != NULL;
    bytes_out_release(&bytes);
    return found;
}

/* In any file, as it is; or as a word or the text of an article in any segment. */
static bool index_holds(struct writer_bed *bed, const char *word)
{
    char path[512], dir[128];
    bool found = false;
    snprintf(dir, sizeof dir, "%s/segments", bed->dir);
    DIR *entries = opendir(dir);
    CHECK(entries);
    for (struct dirent *e; (e = readdir(entries));) {
        struct segment *segment;
        struct err err = {0};
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        found = found || file_holds(path, word);
        if (!strstr(e->d_name, ".seg"))
            continue;
        CHECK_OK(segment_open(path, NULL, &segment, &err), err);
        struct dictionary_cursor cursor;
        CHECK_OK(
            dictionary_seek(&segment->dictionary, SLICE(""), &cursor, &err),
            err);
        while (!cursor.at_end) {
            found = found ||
                    memmem(cursor.term, cursor.term_len, word, strlen(word));
            CHECK_OK(dictionary_next(&cursor, &err), err);
        }
        for (doc_id doc = 0; doc < segment->docs + segment->archived; doc++) {
            struct slice text;
            CHECK_OK(
                stored_read(&segment->stored, doc, &bed->arena, &text, &err),
                err);
            found = found || memmem(text.data, text.len, word, strlen(word));
            arena_reset(&bed->arena);
        }
        segment_close(segment);
    }
    closedir(entries);
    return found;
}

static void put_secret(struct writer_bed *bed, const char *key,
                       const char *word)
{
    struct err err = {0};
    char body[200];
    snprintf(body, sizeof body, "What %s said to %s about the %s of grain.",
             word, word, word);
    CHECK_OK(bed_put_text(bed, key, word, body, &err), err);
}

TEST(what_is_purged_leaves_no_trace)
{
    struct writer_bed bed;
    struct err err = {0};
    bool found;
    bed_open(&bed);
    bed_write(&bed);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_put(&bed, key);
    put_secret(&bed, "x:1", "zyzzyva");
    put_secret(&bed, "x:1", "quokka"); /* an old version in the same run */
    bed_commit(&bed);
    put_secret(&bed, "x:1", "narwhal"); /* in the next one */
    put_secret(&bed, "x:2", "axolotl");
    bed_commit(&bed);
    CHECK(index_holds(&bed, "zyzzyva"));
    CHECK(index_holds(&bed, "quokka"));
    CHECK(index_holds(&bed, "narwhal"));
    bed_read(&bed);                   /* somebody reads on */
    put_secret(&bed, "x:1", "okapi"); /* and one in memory */
    CHECK_OK(native_engine.writer_purge(bed.writer, SLICE("x:1"), &found, &err),
             err);
    CHECK(found);
    put_secret(&bed, "x:1", "walrus"); /* it may come again */
    CHECK_EQ(bed_commit(&bed).articles, KEYS + 2);
    CHECK(!index_holds(&bed, "zyzzyva"));
    CHECK(!index_holds(&bed, "quokka"));
    CHECK(!index_holds(&bed, "narwhal"));
    CHECK(!index_holds(&bed, "okapi"));
    CHECK(index_holds(&bed, "walrus"));
    CHECK(index_holds(&bed, "axolotl"));

    struct version_list list;
    CHECK_OK(native_engine.versions(bed.searcher, SLICE("x:1"), &bed.arena,
                                    &list, &err),
             err);
    CHECK_EQ(list.count, 3); /* its files are open */
    bed_stop_reading(&bed);

    CHECK_OK(native_engine.writer_purge(bed.writer, SLICE("x:1"), &found, &err),
             err);
    CHECK(found);
    CHECK_OK(native_engine.writer_purge(bed.writer, SLICE("x:1"), &found, &err),
             err);
    CHECK(!found);
    bed_commit(&bed);
    CHECK(!index_holds(&bed, "walrus"));
    CHECK(!index_holds(&bed, "x:1"));
    bed_check(&bed);

    struct manifest manifest;
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &manifest, &err), err);
    CHECK_EQ(manifest.generation_count, 1);
    bed_put(&bed, 1); /* the next commit keeps it */
    bed_commit(&bed);
    CHECK_OK(manifest_read(bed.dir, &bed.arena, &manifest, &err), err);
    CHECK_EQ(manifest.generation_count, 2);
    arena_reset(&bed.arena);
    bed_close(&bed);
}

TEST(a_deleted_article_is_purged_too)
{
    struct writer_bed bed;
    struct err err = {0};
    bool found;
    bed_open(&bed);
    bed_write(&bed);
    put_secret(&bed, "x:1", "zyzzyva");
    CHECK_OK(
        native_engine.writer_delete(bed.writer, SLICE("x:1"), &found, &err),
        err);
    CHECK(found);
    CHECK_EQ(bed_commit(&bed).articles, 0);
    CHECK(index_holds(&bed, "zyzzyva"));
    CHECK_OK(native_engine.writer_purge(bed.writer, SLICE("x:1"), &found, &err),
             err);
    CHECK(found);
    CHECK_EQ(bed_commit(&bed).generation, 2); /* that is a change */
    CHECK_EQ(bed_files(&bed), 0);
    bed_check(&bed);
    bed_close(&bed);
}

RUN(T(what_is_purged_leaves_no_trace), T(a_deleted_article_is_purged_too))
