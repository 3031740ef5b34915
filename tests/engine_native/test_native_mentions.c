/* What articles mention is in the index: as they come, when they are replaced, deleted, purged,
 * merged, and when another register finds it anew. */
#include "mention_bed.h"

enum { STEPS = 300, SEEDS = 4, REGISTERS = 3 };

static struct entity_register *registers[REGISTERS];

static void merge_all(struct writer_bed *bed)
{
    struct err err = {0};
    CHECK_OK(native_engine.writer_merge(bed->writer, &err), err);
}

static uint64_t reannotate(struct writer_bed *bed)
{
    struct err err = {0};
    uint64_t articles;
    CHECK_OK(native_engine.writer_reannotate(bed->writer, &articles, &err),
             err);
    return articles;
}

/* `pure`: all articles were annotated by the register of the bed. */
static void commit_and_compare(struct writer_bed *bed, bool pure)
{
    struct generation_info info = bed_commit(bed);
    bed_check(bed);
    if (info.generation) {
        CHECK_TEXT(info.register_digest, bed->entities->digest);
        if (pure)
            expect_mentions(bed, &bed->committed);
    }
}

struct state {
    bool pure, committed_pure;
};

static void step(struct writer_bed *bed, struct state *state, uint64_t *rng)
{
    uint32_t key = rng_below(rng, KEYS), dice = rng_below(rng, 100);
    if (dice < 60 && bed->now.key[key].count < VERSIONS_MAX)
        bed_put(bed, key);
    else if (dice < 70)
        bed_delete(bed, key);
    else if (dice < 75)
        bed_purge(bed, key);
    else if (dice < 78)
        merge_all(bed);
    else if (dice < 81) {
        reannotate(bed);
        state->pure = true;
    } else if (dice < 92) {
        commit_and_compare(bed, state->pure);
        state->committed_pure = state->pure;
    } else {
        bed_written(bed); /* what was not committed is gone */
        state->pure = state->committed_pure;
        if (rng_below(rng, 2)) {
            bed_use_register(bed, registers[rng_below(rng, REGISTERS)]);
            state->pure = state->committed_pure = false;
        }
        bed->memory_bytes = rng_below(rng, 3) ? 0 : 1 + rng_below(rng, 60000);
        bed_write(bed);
    }
}

TEST(mentions_are_those_of_the_articles_that_are_current)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct writer_bed bed;
        struct state state = {true, true};
        uint64_t rng = seed;
        bed_open(&bed);
        bed_use_register(&bed, registers[0]);
        bed_write(&bed);
        for (int i = 0; i < STEPS; i++)
            step(&bed, &state, &rng);
        bed_written(&bed);
        bed_use_register(&bed, registers[seed % 2]);
        bed_write(&bed);
        bed_put(&bed, 1);
        reannotate(&bed);
        commit_and_compare(&bed, true);
        CHECK(expect_mentions(&bed, &bed.committed) > 10);
        merge_all(&bed);
        commit_and_compare(&bed, true);
        bed_close(&bed);
    }
}

static size_t count_in(const struct writer_bed *bed, const char *folder,
                       const char *ending)
{
    char path[128];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", bed->dir, folder);
    DIR *entries = opendir(path);
    for (struct dirent *e; entries && (e = readdir(entries));) {
        size_t len = strlen(e->d_name), end = strlen(ending);
        count += len > end && strcmp(e->d_name + len - end, ending) == 0;
    }
    if (entries)
        closedir(entries);
    return count;
}

TEST(without_a_register_there_is_nothing_more_than_before)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, 1);
    struct generation_info info = bed_commit(&bed);
    CHECK_TEXT(info.register_digest, "");
    CHECK_EQ(bed_files(&bed), 1);
    CHECK_EQ(count_in(&bed, REGISTER_DIR, ".tsv"), 0);
    uint64_t articles;
    struct err err = {0};
    CHECK_EQ(native_engine.writer_reannotate(bed.writer, &articles, &err),
             ERR_INVALID);
    bed_close(&bed);
}

TEST(a_register_comes_to_an_index_that_had_none)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_write(&bed);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_put(&bed, key);
    bed_commit(&bed);
    bed_written(&bed);

    bed_use_register(&bed, registers[0]);
    bed_write(&bed);
    struct generation_info info = bed_commit(&bed);
    CHECK_EQ(info.generation,
             2); /* for look-ups; mentions there are none yet */
    CHECK_TEXT(info.register_digest, registers[0]->digest);
    CHECK_EQ(count_in(&bed, "segments", ".ent"), 0);
    CHECK_EQ(bed_commit(&bed).generation, 2);
    bed_check(&bed);

    CHECK_EQ(reannotate(&bed), KEYS);
    CHECK_EQ(bed_commit(&bed).generation, 3);
    CHECK_EQ(count_in(&bed, "segments", ".seg"), 1);
    CHECK(expect_mentions(&bed, &bed.committed) > 10);
    CHECK_EQ(reannotate(&bed), 0);
    CHECK_EQ(bed_commit(&bed).generation, 3);
    bed_check(&bed);
    bed_close(&bed);
}

TEST(a_register_without_mentions_reads_few_articles)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_use_register(&bed, registers[0]);
    bed_write(&bed);
    for (uint32_t key = 0; key < KEYS; key++)
        bed_put(&bed, key);
    bed_commit(&bed);
    bed_written(&bed);
    /* One more name, that only some articles have. */
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    strbuf_addf(&text, "%srates\tevent\tRates Agreed\t\t\n", first_register);
    struct entity_register *more = register_of(text.data);
    bed_use_register(&bed, more);
    bed_write(&bed);
    CHECK(reannotate(&bed) < KEYS);
    bed_commit(&bed);
    bed_check(&bed);
    expect_mentions(&bed, &bed.committed);
    bed_close(&bed);
    register_free(more);
    strbuf_release(&text);
}

TEST(registers_stay_as_long_as_a_generation_needs_them)
{
    struct writer_bed bed;
    bed_open(&bed);
    for (uint32_t i = 0; i < REGISTERS; i++) {
        bed_use_register(&bed, registers[i]);
        bed_write(&bed);
        bed_put(&bed, i);
        bed_commit(&bed);
        bed_written(&bed);
    }
    /* A segment by each. */
    CHECK_EQ(count_in(&bed, REGISTER_DIR, ".tsv"), 3);
    CHECK_EQ(count_in(&bed, "segments", ".ent"), 3);
    bed_check(&bed);
    bed_write(&bed);
    merge_all(&bed); /* one, by all three */
    bed_commit(&bed);
    bed_check(&bed);
    bed_read(&bed);
    const struct segment *segment =
        ((struct native_snapshot *)bed.snapshot)->segment[0];
    CHECK_EQ(segment->mentions->register_count, 3);
    bed_stop_reading(&bed);
    reannotate(&bed);
    bed_commit(&bed);
    /* The generation before still needs them. */
    CHECK_EQ(count_in(&bed, REGISTER_DIR, ".tsv"), 3);
    bed_put(&bed, 7);
    bed_commit(&bed);
    CHECK_EQ(count_in(&bed, REGISTER_DIR, ".tsv"), 1);
    bed_check(&bed);
    bed_close(&bed);
}

/* Articles that a register was not at hand for are known to be such after a merge, too. */
TEST(articles_of_no_register_are_found_when_there_is_one)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed_use_register(&bed, registers[0]);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_commit(&bed);
    bed_written(&bed);
    bed_use_register(&bed, NULL);
    bed_write(&bed);
    bed_put(&bed, 2);
    merge_all(&bed);
    CHECK_TEXT(bed_commit(&bed).register_digest, registers[0]->digest);
    bed_check(&bed);
    bed_written(&bed);
    bed_use_register(&bed, registers[0]);
    bed_write(&bed);
    CHECK_EQ(reannotate(&bed), 2);
    commit_and_compare(&bed, true);
    bed_close(&bed);
}

TEST(edits_by_hand_stay)
{
    struct writer_bed bed;
    struct err err = {0};
    struct generation_info info;
    struct bytes_out text = {0};
    struct writer_options options = {
        .entities = registers[0],
        .hand_edits = SLICE("nato\torganisation\tNATO\t\t\n")};
    bed_open(&bed);
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    CHECK_OK(native_engine.writer_commit(bed.writer, &info, &err), err);
    CHECK_EQ(info.generation, 1);
    bed_written(&bed);
    bed_use_register(&bed, registers[1]);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_commit(&bed);
    bed_check(&bed);
    CHECK_OK(register_hand_read(bed.dir, &text, &err), err);
    CHECK_SLICE(((struct slice){text.data, text.len}), options.hand_edits);
    bed_written(&bed);
    options.hand_edits = SLICE("");
    CHECK_OK(native_engine.writer_open(bed.dir, &options, &bed.writer, &err),
             err);
    CHECK_OK(native_engine.writer_commit(bed.writer, &info, &err), err);
    CHECK_EQ(info.generation, 3);
    text.len = 0;
    CHECK_OK(register_hand_read(bed.dir, &text, &err), err);
    CHECK_EQ(text.len, 0);
    bytes_out_release(&text);
    bed_close(&bed);
}

TEST(damaged_registers_are_found)
{
    struct writer_bed bed;
    struct err err = {0};
    char path[200];
    struct entity_register *entities = NULL;
    bed_open(&bed);
    bed_use_register(&bed, registers[0]);
    bed_write(&bed);
    bed_put(&bed, 1);
    bed_commit(&bed);
    CHECK_OK(register_file_read(bed.dir, registers[0]->digest, &entities, &err),
             err);
    CHECK_TEXT(entities->digest, registers[0]->digest);
    register_free(entities);
    CHECK_EQ(register_file_read(bed.dir, registers[1]->digest, &entities, &err),
             ERR_NOTFOUND);
    snprintf(path, sizeof path, "%s/%s/%s.tsv", bed.dir, REGISTER_DIR,
             registers[0]->digest);
    FILE *f = fopen(path, "r+");
    CHECK(f && fputc('j', f) == 'j');
    fclose(f);
    CHECK_EQ(register_file_read(bed.dir, registers[0]->digest, &entities, &err),
             ERR_CORRUPT);
    CHECK_EQ(native_engine.check(bed.dir, NULL, NULL, &err), ERR_CORRUPT);
    CHECK_MSG(strstr(err.text, REGISTER_DIR), "%s", err.text);
    bed_close(&bed);
}

static int begin(void **state)
{
    static const char *const texts[] = {first_register, second_register,
                                        third_register};
    (void)state;
    for (size_t i = 0; i < REGISTERS; i++)
        registers[i] = register_of(texts[i]);
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < REGISTERS; i++)
        register_free(registers[i]);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(mentions_are_those_of_the_articles_that_are_current),
        T(without_a_register_there_is_nothing_more_than_before),
        T(a_register_comes_to_an_index_that_had_none),
        T(a_register_without_mentions_reads_few_articles),
        T(registers_stay_as_long_as_a_generation_needs_them),
        T(articles_of_no_register_are_found_when_there_is_one),
        T(edits_by_hand_stay),
        T(damaged_registers_are_found)};
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, begin, end);
}
