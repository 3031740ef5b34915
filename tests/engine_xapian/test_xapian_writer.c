#include "bed.h"

#include "engine/manifest.h"
#include "engine/register_file.h"

#include <fcntl.h>
#include <sys/stat.h>

static bool exists(const struct bed *bed, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", bed->dir, name);
    return access(path, F_OK) == 0;
}

static bool lookup(struct bed *bed, const char *key, struct stored_version *out)
{
    struct err err = {0};
    bool found;
    CHECK_OK(xapian_engine.writer_lookup(bed->writer, slice_of(key), out,
                                         &found, &err),
             err);
    return found;
}

TEST(a_new_index_is_empty_and_can_be_read)
{
    struct bed bed;
    bed_open(&bed);
    struct err err = {0};
    CHECK_EQ(snapshot_open(bed.dir, bed_engines, &bed.snapshot, &err),
             ERR_NOTFOUND);
    bed_write(&bed);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.generation, 0);
    CHECK_EQ(bed.snapshot->info.articles, 0);
    CHECK_TEXT(bed.snapshot->info.engine, "xapian");
    CHECK_TEXT(bed_search(&bed, "istanbul"), "");
    CHECK_TEXT(bed_search(&bed, "date:none"), "");
    struct generation_info info = bed_commit(&bed);
    CHECK_EQ(info.generation, 0);
    bed_close(&bed);
}

TEST(put_commit_find_and_read_back)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "ap:1", "en", "Istanbul talks", "A draft was agreed.");
    bed_put(&bed, "ap:2", "en", "Rates", "The bank cut rates.");
    struct generation_info info = bed_commit(&bed);
    CHECK_EQ(info.generation, 1);
    CHECK_EQ(info.articles, 2);
    CHECK_EQ(info.words, 11);
    CHECK(info.bytes > 0 && info.committed > 0);
    bed_written(&bed);

    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "istanbul draft"), "ap:1");
    CHECK_TEXT(bed_search(&bed, "key:ap:2"), "ap:2");
    struct err err = {0};
    doc_ref doc;
    struct article article;
    CHECK_OK(xapian_engine.find(bed.searcher, SLICE("ap:2"), &doc, &err), err);
    CHECK_OK(
        xapian_engine.article(bed.searcher, doc, &bed.arena, &article, &err),
        err);
    CHECK_SLICE(article.text[PART_BODY], SLICE("The bank cut rates."));
    CHECK_SLICE(article.key, SLICE("ap:2"));
    CHECK_EQ(xapian_engine.find(bed.searcher, SLICE("ap:3"), &doc, &err),
             ERR_NOTFOUND);
    CHECK_EQ(xapian_engine.find(bed.searcher, SLICE(""), &doc, &err),
             ERR_NOTFOUND);
    CHECK_EQ(xapian_engine.article(bed.searcher, 0, &bed.arena, &article, &err),
             ERR_NOTFOUND);
    CHECK_EQ(xapian_engine.article(bed.searcher, UINT64_C(1) << 33, &bed.arena,
                                   &article, &err),
             ERR_NOTFOUND);
    bed_close(&bed);
}

TEST(a_lookup_sees_this_run_and_the_last_ones)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    struct stored_version there;
    struct article article = bed_article("k:1", "en", "One", "first text");
    article.version = 3;
    article.modified = (struct date){1234567, DATE_SECOND};
    char digest[DIGEST_TEXT_SIZE];
    article_digest(&article, digest);

    CHECK(!lookup(&bed, "k:1", &there));
    bed_put_article(&bed, &article);
    CHECK(lookup(&bed, "k:1", &there));
    CHECK(there.this_run);
    CHECK_TEXT(there.digest, digest);
    CHECK_EQ(there.version, 3);
    CHECK_EQ(there.modified.seconds, 1234567);
    CHECK_EQ(there.modified.precision, DATE_SECOND);
    bed_commit(&bed);
    CHECK(lookup(&bed, "k:1", &there));
    CHECK(there.this_run); /* since the writer was opened */
    bed_written(&bed);

    bed_write(&bed);
    CHECK(lookup(&bed, "k:1", &there));
    CHECK(!there.this_run);
    CHECK(!exists(&bed, "gen-2.tmp")); /* a lookup copies nothing */
    bed_put(&bed, "k:2", "en", "Two", "other");
    CHECK(lookup(&bed, "k:1", &there) && !there.this_run);
    bed_put(&bed, "k:1", "en", "One", "second text");
    CHECK(lookup(&bed, "k:1", &there) && there.this_run);
    CHECK(strcmp(there.digest, digest) != 0);
    bed_close(&bed);
}

TEST(a_new_version_replaces_and_a_deleted_article_is_gone)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "k:1", "en", "One", "alpha beta");
    bed_put(&bed, "k:2", "en", "Two", "alpha gamma");
    bed_put(&bed, "k:1", "en", "One", "alpha delta"); /* in the same run */
    struct generation_info one = bed_commit(&bed);
    CHECK_EQ(one.articles, 2);
    CHECK_EQ(one.words, 6);
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "beta"), "");
    CHECK_TEXT(bed_search(&bed, "delta"), "k:1");
    doc_ref doc;
    struct err err = {0};
    CHECK_OK(xapian_engine.find(bed.searcher, SLICE("k:2"), &doc, &err), err);

    bool found;
    CHECK_OK(
        xapian_engine.writer_delete(bed.writer, SLICE("k:9"), &found, &err),
        err);
    CHECK(!found);
    CHECK_OK(
        xapian_engine.writer_delete(bed.writer, SLICE("k:2"), &found, &err),
        err);
    CHECK(found);
    CHECK_OK(
        xapian_engine.writer_delete(bed.writer, SLICE("k:2"), &found, &err),
        err);
    CHECK(!found);
    bed_put(&bed, "k:1", "en", "One", "epsilon");
    struct generation_info two = bed_commit(&bed);
    CHECK_EQ(two.generation, 2);
    CHECK_EQ(two.articles, 1);
    CHECK_EQ(two.words, 2);

    CHECK_TEXT(bed_search(&bed, "alpha NOT epsilon"), "k:1 k:2"); /* the old */
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "alpha"), "");
    CHECK_TEXT(bed_search(&bed, "epsilon"), "k:1");
    struct article article;
    CHECK_EQ(
        xapian_engine.article(bed.searcher, doc, &bed.arena, &article, &err),
        ERR_NOTFOUND);
    CHECK_EQ(xapian_engine.find(bed.searcher, SLICE("k:2"), &doc, &err),
             ERR_NOTFOUND);
    bed_close(&bed);
}

TEST(equal_sets_have_equal_digests_whatever_the_way)
{
    struct bed a, b;
    bed_open(&a);
    bed_open(&b);
    bed_write(&a);
    bed_write(&b);
    bed_put(&a, "k:1", "en", "One", "alpha");
    bed_put(&a, "k:2", "en", "Two", "beta");
    struct generation_info of_a = bed_commit(&a);

    struct err err = {0};
    bool found;
    bed_put(&b, "k:3", "en", "Three", "gone");
    bed_put(&b, "k:2", "en", "Two", "not yet");
    struct generation_info of_b = bed_commit(&b);
    CHECK(strcmp(of_a.corpus_digest, of_b.corpus_digest) != 0);
    CHECK_OK(xapian_engine.writer_delete(b.writer, SLICE("k:3"), &found, &err),
             err);
    bed_put(&b, "k:2", "en", "Two", "beta");
    bed_put(&b, "k:1", "en", "One", "alpha");
    of_b = bed_commit(&b);
    CHECK_TEXT(of_a.corpus_digest, of_b.corpus_digest);
    CHECK_EQ(of_a.words, of_b.words);
    bed_close(&a);
    bed_close(&b);
}

TEST(the_last_two_generations_are_kept_and_leftovers_go)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    for (int i = 1; i <= 4; i++) {
        bed_put(&bed, "k:1", "en", i % 2 ? "odd" : "even", "text");
        CHECK_EQ(bed_commit(&bed).generation, i);
    }
    bed_written(&bed);
    CHECK(exists(&bed, "gen-4") && exists(&bed, "gen-3"));
    CHECK(!exists(&bed, "gen-2") && !exists(&bed, "gen-5.tmp"));

    /* What a killed run leaves, and what is not ours. */
    static const char *const names[] = {"gen-5", "gen-5.tmp", "gen-x",
                                        "notes.tmp", "MANIFEST.new"};
    for (size_t i = 0; i < 5; i++) {
        char path[128];
        struct err err = {0};
        snprintf(path, sizeof path, "%s/%s", bed.dir, names[i]);
        CHECK_OK(dir_make(path, 0755, &err), err);
    }
    bed_read(&bed);
    CHECK(exists(&bed, "gen-5")); /* a reader removes nothing */
    bed_write(&bed);
    CHECK(!exists(&bed, "gen-5") && !exists(&bed, "gen-5.tmp") &&
          !exists(&bed, "MANIFEST.new"));
    CHECK(exists(&bed, "gen-x") && exists(&bed, "notes.tmp"));
    bed_put(&bed, "k:2", "en", "more", "text");
    CHECK_EQ(bed_commit(&bed).generation, 5);
    bed_close(&bed);
}

TEST(what_was_not_committed_is_gone)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "k:1", "en", "One", "alpha");
    bed_commit(&bed);
    bed_put(&bed, "k:2", "en", "Two", "beta");
    CHECK(exists(&bed, "gen-2.tmp"));
    bed_written(&bed);
    CHECK(!exists(&bed, "gen-2.tmp"));
    bed_write(&bed);
    struct stored_version there;
    CHECK(!lookup(&bed, "k:2", &there));
    CHECK_EQ(bed_commit(&bed).generation, 1);
    bed_close(&bed);
}

TEST(a_second_writer_is_locked_out)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    struct writer *second;
    struct err err = {0};
    struct writer_options options = {0};
    CHECK_EQ(xapian_engine.writer_open(bed.dir, &options, &second, &err),
             ERR_LOCKED);
    CHECK(strstr(err.text, bed.dir));
    bed_written(&bed);
    bed_write(&bed);
    bed_close(&bed);
}

TEST(impossible_keys_are_refused_and_harm_nothing)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    char key[400];
    memset(key, 'x', sizeof key);
    key[399] = '\0';
    struct err err = {0};
    struct article article = bed_article(key, "en", "Title", "text");
    CHECK_EQ(bed_try_put(&bed, &article, &err), ERR_LIMIT);
    article.key = SLICE("");
    CHECK_EQ(bed_try_put(&bed, &article, &err), ERR_INVALID);
    article.key = (struct slice){(const uint8_t *)key, LIMIT_KEY_BYTES};
    bed_put_article(&bed, &article);
    article.key.len += 2; /* key#2 */
    bed_put_article(&bed, &article);
    CHECK_EQ(bed_commit(&bed).articles, 2);
    bed_close(&bed);
}

TEST(very_long_words_and_field_values_are_found)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    char word[300], source[600], query[700];
    memset(word, 'y', sizeof word);
    word[299] = '\0';
    memset(source, 's', sizeof source);
    source[599] = '\0';
    struct article article = bed_article("k:1", "en", "Title", word);
    article.source = slice_of(source);
    bed_put_article(&bed, &article);
    source[598] = 't'; /* another one, equal for 598 bytes */
    article.key = SLICE("k:2");
    article.source = slice_of(source);
    bed_put_article(&bed, &article);
    bed_commit(&bed);
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, word), "k:1 k:2");
    snprintf(query, sizeof query, "source:%s", source);
    CHECK_TEXT(bed_search(&bed, query), "k:2");
    bed_close(&bed);
}

TEST(another_analysis_is_refused_and_names_the_way_out)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "k:1", "en", "One", "alpha");
    bed_commit(&bed);
    bed_written(&bed);

    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct manifest manifest;
    struct err err = {0};
    CHECK_OK(manifest_read(bed.dir, &arena, &manifest, &err), err);
    manifest.analysis_version++;
    CHECK_OK(manifest_write(bed.dir, &manifest, &err), err);
    arena_reset(&arena);
    struct writer_options options = {0};
    CHECK_EQ(xapian_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             ERR_MISMATCH);
    CHECK(strstr(err.text, "dateline-index rebuild"));
    bed_read(&bed); /* what rebuild reads from */
    CHECK_TEXT(bed_search(&bed, "alpha"), "k:1");
    bed_close(&bed);
}

TEST(memory_for_little_flushes_often_and_changes_nothing)
{
    struct bed small, big;
    bed_open(&small);
    bed_open(&big);
    struct err err = {0};
    struct writer_options options = {.memory_bytes = 1};
    CHECK_OK(
        xapian_engine.writer_open(small.dir, &options, &small.writer, &err),
        err);
    bed_write(&big);
    for (int i = 0; i < 50; i++) {
        char key[16], body[64];
        snprintf(key, sizeof key, "k:%d", i % 40);
        snprintf(body, sizeof body, "word%d common text%d", i, i % 7);
        bed_put(&small, key, "en", "Title", body);
        bed_put(&big, key, "en", "Title", body);
    }
    struct generation_info a = bed_commit(&small), b = bed_commit(&big);
    CHECK_EQ(a.articles, 40);
    CHECK_EQ(b.articles, 40);
    CHECK_TEXT(a.corpus_digest, b.corpus_digest);
    bed_read(&small);
    bed_read(&big);
    char first[4096];
    snprintf(first, sizeof first, "%s", bed_search(&small, "text3 OR word4*"));
    CHECK_TEXT(bed_search(&big, "text3 OR word4*"), first);
    bed_close(&small);
    bed_close(&big);
}

/* Names are looked up by the register of the generation. */
TEST(a_generation_keeps_its_register)
{
    static const char lines[] = "nato\torganisation\tNATO\t\t\n";
    struct register_text text = {SLICE("test"), slice_of(lines)};
    struct entity_register *entities, *read;
    struct bed bed;
    struct err err = {0};
    uint64_t articles;
    CHECK_OK(register_read(&text, 1, NULL, NULL, &entities, &err), err);
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "ap:1", "en", "NATO", "A draft was agreed.");
    CHECK_TEXT(bed_commit(&bed).register_digest, "");
    bed_written(&bed);

    bed.names.entities = entities;
    bed_write(&bed);
    CHECK_EQ(xapian_engine.writer_reannotate(bed.writer, &articles, &err),
             ERR_UNSUPPORTED);
    CHECK(strstr(err.text, "rebuild"));
    struct generation_info info = bed_commit(&bed);
    CHECK_EQ(info.generation, 2);
    CHECK_TEXT(info.register_digest, entities->digest);
    CHECK_EQ(bed_commit(&bed).generation, 2);
    bed_written(&bed);

    /* Without one, that of the index stays. */
    bed.names.entities = NULL;
    for (int i = 0; i < 3; i++) {
        bed_write(&bed);
        bed_put(&bed, arena_printf(&bed.arena, "ap:%d", i + 2), "en", "x", "y");
        CHECK_TEXT(bed_commit(&bed).register_digest, entities->digest);
        bed_written(&bed);
    }
    CHECK_OK(register_file_read(bed.dir, entities->digest, &read, &err), err);
    CHECK_EQ(read->count, 1);
    CHECK_OK(xapian_engine.check(bed.dir, NULL, NULL, &err), err);
    bed_read(&bed);
    bed.names.entities = read;
    CHECK_TEXT(bed_search(&bed, "@nato"), "");
    CHECK_TEXT(bed_search(&bed, "draft OR @nato"), "ap:1");
    register_free(read);
    register_free(entities);
    bed_close(&bed);
}

RUN(T(a_new_index_is_empty_and_can_be_read), T(put_commit_find_and_read_back),
    T(a_lookup_sees_this_run_and_the_last_ones),
    T(a_new_version_replaces_and_a_deleted_article_is_gone),
    T(equal_sets_have_equal_digests_whatever_the_way),
    T(the_last_two_generations_are_kept_and_leftovers_go),
    T(what_was_not_committed_is_gone), T(a_second_writer_is_locked_out),
    T(impossible_keys_are_refused_and_harm_nothing),
    T(very_long_words_and_field_values_are_found),
    T(another_analysis_is_refused_and_names_the_way_out),
    T(memory_for_little_flushes_often_and_changes_nothing),
    T(a_generation_keeps_its_register))
