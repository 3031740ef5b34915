/* Indexes of each version of the format, as they were written when it was new:
 * tests/golden/README.md. What was written once is read for ever, and what is written
 * today is what was written then. */
#include "small_index.h"

#include "engine/manifest.h"
#include "segment/segment.h"

#include <dirent.h>

static char golden[300], fresh[40];

static void answer(const char *dir, struct strbuf *out)
{
    struct stemmers *stemmers = stemmers_new();
    struct small_reader reader;
    struct err err = {0};
    CHECK_OK(small_open(dir, stemmers, &reader, &err), err);
    for (size_t i = 0; i < SMALL_QUERIES; i++)
        CHECK_OK(small_ask(&reader, small_queries[i], out, &err), err);
    for (size_t i = 0; small_register && i < SMALL_NAMED; i++)
        CHECK_OK(small_ask(&reader, small_named[i], out, &err), err);
    for (size_t i = 0; i < sizeof small_articles / sizeof *small_articles; i++)
        if (small_articles[i].key[0])
            CHECK_OK(small_show(&reader, small_articles[i].key, out, &err),
                     err);
    small_close(&reader);
    stemmers_free(stemmers);
}

static void say(void *context, const char *fault)
{
    (void)context;
    print_error("%s\n", fault);
}

TEST(a_golden_index_is_whole)
{
    struct err err = {0};
    CHECK_OK(native_engine.check(golden, say, NULL, &err), err);
}

TEST(a_golden_index_gives_the_answers_it_gave)
{
    struct strbuf got;
    struct bytes_out want = {0};
    struct err err = {0};
    char path[800];
    strbuf_init(&got, 1 << 20);
    snprintf(path, sizeof path, "%s/answers.txt", golden);
    CHECK_OK(file_read(path, 1 << 20, &want, &err), err);
    answer(golden, &got);
    CHECK(want.len > 1000);
    CHECK_SLICE(strbuf_slice(&got), ((struct slice){want.data, want.len}));
    strbuf_reset(&got);
    answer(fresh, &got);
    CHECK_SLICE(strbuf_slice(&got), ((struct slice){want.data, want.len}));
    bytes_out_release(&want);
    strbuf_release(&got);
}

static void compare_texts(const struct segment_file *a,
                          const struct segment_file *b)
{
    struct stored x, y;
    struct err err = {0};
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(stored_open(a, &x, &err), err);
    CHECK_OK(stored_open(b, &y, &err), err);
    CHECK_EQ(x.docs, y.docs);
    CHECK_EQ(x.chapters, y.chapters);
    for (doc_id doc = 0; doc < x.docs; doc++) {
        struct slice one, two;
        CHECK_OK(stored_read(&x, doc, &arena, &one, &err), err);
        CHECK_OK(stored_read(&y, doc, &arena, &two, &err), err);
        CHECK_SLICE(one, two);
    }
    arena_reset(&arena);
}

static void compare_bytes(const char *name)
{
    struct bytes_out a = {0}, b = {0};
    struct err err = {0};
    char path[800];
    snprintf(path, sizeof path, "%s/%s", golden, name);
    CHECK_OK(file_read(path, 1 << 20, &a, &err), err);
    snprintf(path, sizeof path, "%s/%s", fresh, name);
    CHECK_OK(file_read(path, 1 << 20, &b, &err), err);
    CHECK_SLICE(((struct slice){a.data, a.len}),
                ((struct slice){b.data, b.len}));
    bytes_out_release(&a);
    bytes_out_release(&b);
}

/* Section by section. Two versions of zlib may deflate in different ways: stored
 * articles are compared inflated. */
static void compare_files(const char *name)
{
    struct segment_file *a, *b;
    struct err err = {0};
    char path[800];
    snprintf(path, sizeof path, "%s/%s", golden, name);
    CHECK_OK(segment_file_open(path, &a, &err), err);
    snprintf(path, sizeof path, "%s/%s", fresh, name);
    CHECK_OK(segment_file_open(path, &b, &err), err);
    CHECK_EQ(segment_file_facts(a)->docs, segment_file_facts(b)->docs);
    CHECK_EQ(segment_file_facts(a)->archived, segment_file_facts(b)->archived);
    CHECK_EQ(segment_file_facts(a)->words, segment_file_facts(b)->words);
    for (int i = 0; i < SECTION_COUNT; i++) {
        enum section_id id = (enum section_id)i;
        struct slice x, y;
        if (id == SECTION_STORED)
            continue;
        CHECK_OK(section_bytes(a, id, 0, section_length(a, id), &x, &err), err);
        CHECK_OK(section_bytes(b, id, 0, section_length(b, id), &y, &err), err);
        CHECK_MSG(slice_eq(x, y),
                  "%s: %s: %zu and %zu bytes: a change of the format? "
                  "tests/golden/README.md",
                  name, section_name(id), x.len, y.len);
    }
    if (section_length(a, SECTION_STORED))
        compare_texts(a, b);
    segment_file_close(a);
    segment_file_close(b);
}

TEST(the_same_articles_are_the_same_bytes_today)
{
    struct manifest old, new;
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(manifest_read(golden, &arena, &old, &err), err);
    CHECK_OK(manifest_read(fresh, &arena, &new, &err), err);
    CHECK_EQ(old.generation_count, 2);
    CHECK_EQ(new.generation_count, 2);
    for (size_t g = 0; g < 2; g++) {
        const struct manifest_generation *a = &old.generation[g],
                                         *b = &new.generation[g];
        CHECK_EQ(a->info.generation, b->info.generation);
        CHECK_EQ(a->info.articles, b->info.articles);
        CHECK_EQ(a->info.words, b->info.words);
        CHECK_TEXT(a->info.corpus_digest, b->info.corpus_digest);
        CHECK_EQ(a->file_count, b->file_count);
        for (size_t i = 0; i < a->file_count; i++) {
            char name[200];
            CHECK_SLICE(a->file[i].name, b->file[i].name);
            snprintf(name, sizeof name, "%.*s", SLICE_ARG(a->file[i].name));
            if (strncmp(name, "registers/", 10) == 0)
                compare_bytes(name);
            else
                compare_files(name);
        }
    }
    arena_reset(&arena);
}

/* For a new version of the format. */
static int write_golden(const char *dir)
{
    char path[800];
    struct strbuf answers;
    strbuf_init(&answers, 1 << 20);
    small_index_write(dir, SIZE_MAX);
    answer(dir, &answers);
    snprintf(path, sizeof path, "%s/lock", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/answers.txt", dir);
    FILE *file = fopen(path, "wb");
    bool good =
        file && fwrite(answers.data, 1, answers.len, file) == answers.len;
    good = file && fclose(file) == 0 && good;
    strbuf_release(&answers);
    return good ? 0 : 1;
}

static void use_register(void)
{
    const struct register_text text = {SLICE("small"), slice_of(small_names)};
    struct err err = {0};
    CHECK_OK(register_read(&text, 1, NULL, NULL, &small_register, &err), err);
}

TEST(mentions_are_in_the_golden_index)
{
    DIR *folder;
    char path[800];
    size_t files = 0;
    snprintf(path, sizeof path, "%s/segments", golden);
    folder = opendir(path);
    CHECK(folder);
    for (const struct dirent *at; (at = readdir(folder)) != NULL;) {
        size_t length = strlen(at->d_name);
        files += length > 4 && strcmp(at->d_name + length - 4, ".ent") == 0;
    }
    closedir(folder);
    CHECK_EQ(files > 0, small_register != NULL);
}

/* Against the golden index of this name. */
static int compare(const char *name)
{
    const struct CMUnitTest tests[] = {
        T(mentions_are_in_the_golden_index),
        T(a_golden_index_is_whole),
        T(a_golden_index_gives_the_answers_it_gave),
        T(the_same_articles_are_the_same_bytes_today),
    };
    snprintf(golden, sizeof golden, "%s/tests/golden/v1/%sblock%d", PROJECT_DIR,
             name, SEGMENT_BLOCK);
    snprintf(fresh, sizeof fresh, "/tmp/dateline-golden-XXXXXX");
    if (!mkdtemp(fresh))
        return 1;
    small_index_write(fresh, SIZE_MAX);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tree_remove(fresh, NULL);
    return failed;
}

int main(int argc, char **argv)
{
    int failed;
    if (argc >= 3 && strcmp(argv[1], "write") == 0) {
        if (argc == 4 && strcmp(argv[3], "named") == 0)
            use_register();
        failed = write_golden(argv[2]);
        register_free(small_register);
        return failed;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    failed = compare("");
    use_register();
    failed += compare("named-");
    register_free(small_register);
    return failed;
}
