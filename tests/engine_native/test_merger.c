#include "many_articles.h"

#include "base/mem.h"

/* What is written here need not outlive the machine. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

static void say(void *context, const char *fault)
{
    (void)context;
    print_error("%s\n", fault);
}

static void check_whole(const struct segment *segment)
{
    struct err err = {0};
    CHECK_OK(segment_check(segment, say, NULL, &err), err);
}

/* Everything but the stored texts, whose chapters may be others. */
static void check_equal(const struct segment *a, const struct segment *b,
                        const char *what)
{
    for (int id = 0; id < SECTION_COUNT; id++) {
        struct slice x, y;
        struct err err = {0};
        if (id == SECTION_STORED)
            continue;
        CHECK_OK(section_bytes(a->file, (enum section_id)id, 0,
                               section_length(a->file, (enum section_id)id), &x,
                               &err),
                 err);
        CHECK_OK(section_bytes(b->file, (enum section_id)id, 0,
                               section_length(b->file, (enum section_id)id), &y,
                               &err),
                 err);
        CHECK_MSG(slice_eq(x, y), "%s: %s differ: %zu and %zu bytes", what,
                  section_name((enum section_id)id), x.len, y.len);
    }
}

static void check_texts(struct many *m, const struct segment *segment)
{
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, SIZE_MAX);
    for (doc_id doc = 0; doc < segment->docs + segment->archived; doc++) {
        struct slice payload;
        struct article article;
        size_t i = many_which(m, segment, doc);
        CHECK_OK(stored_read(&segment->stored, doc, &arena, &payload, &err),
                 err);
        CHECK_OK(article_from_payload(payload, &arena, &article, &err), err);
        CHECK_SLICE(article.text[PART_BODY], m->article[i].text[PART_BODY]);
        CHECK_SLICE(article.url, m->article[i].url);
    }
    arena_reset(&arena);
}

/* The live articles and the old versions, as if nothing else had ever been. */
static struct segment *build_anew(struct many *m)
{
    bool chosen[MANY_MAX], old[MANY_MAX];
    for (size_t i = 0; i < m->count; i++) {
        chosen[i] = m->fate[i] != IS_PURGED;
        old[i] = m->fate[i] == DIES;
    }
    return many_build(m, chosen, old);
}

/* A segment with the state that some articles of it are dead, as a file or in memory. */
static struct segment *with_state(struct many *m, struct segment *segment,
                                  struct many_dead *d, bool purge, bool as_file,
                                  struct merge_input *out)
{
    struct err err = {0};
    many_kill(m, segment, true, purge, d);
    *out = (struct merge_input){.segment = segment,
                                .bits = d->bits,
                                .dead = d->dead,
                                .dead_count = d->count,
                                .purged = purge ? d->purged : NULL};
    if (!as_file)
        return segment;
    char path[200], name[32];
    uint64_t size;
    uint32_t crc;
    snprintf(path, sizeof path, "%s", segment_file_path(segment->file));
    snprintf(name, sizeof name, "l%u.live", m->files++);
    CHECK_OK(live_write(m->dir, name, &d->facts, d->bits, d->dead, d->count,
                        &size, &crc, &err),
             err);
    segment_close(segment);
    CHECK_OK(segment_open(path, many_path(m, name), &segment, &err), err);
    check_whole(segment);
    *out = (struct merge_input){.segment = segment, .purged = out->purged};
    return segment;
}

/* Some neighbours of `list` into one, with or without deaths. */
static void merge_some(struct many *m, struct segment **list, size_t *count,
                       uint64_t *rng)
{
    static struct many_dead dead[8];
    struct merge_input input[8];
    struct err err = {0};
    int rc;
    size_t n = 1 + rng_below(rng, (uint32_t)*count);
    size_t from = rng_below(rng, (uint32_t)(*count - n + 1));
    bool die = rng_below(rng, 2);
    for (size_t i = 0; i < n; i++) {
        input[i] = (struct merge_input){.segment = list[from + i]};
        if (die)
            list[from + i] = with_state(m, list[from + i], &dead[i], false,
                                        rng_below(rng, 2), &input[i]);
    }
    struct segment *merged = many_merge(m, input, n, &rc, &err);
    CHECK_OK(rc, err);
    check_whole(merged);
    for (size_t i = 0; i < n; i++)
        segment_close(list[from + i]);
    list[from] = merged;
    memmove(list + from + 1, list + from + n,
            (*count - from - n) * sizeof *list);
    *count -= n - 1;
}

/* The strong law: in however many pieces articles come, and in whatever order pieces are
 * merged, what comes out is what one run makes of those that are left. */
static void try_history(uint64_t seed, size_t articles, size_t pieces,
                        uint32_t die, uint32_t purge)
{
    static struct many_dead dead[8];
    struct merge_input input[8];
    struct segment *list[8];
    struct many *m = many_new(seed, articles, die, purge);
    struct err err = {0};
    uint64_t rng = seed + 1;
    char what[100];
    int rc;
    size_t piece_of[MANY_MAX], count = pieces;
    for (size_t i = 0; i < articles; i++)
        piece_of[i] = seed % 2 ? rng_below(&rng, (uint32_t)pieces)
                               : i * pieces / articles;
    for (size_t p = 0; p < pieces; p++) {
        bool chosen[MANY_MAX], old[MANY_MAX];
        for (size_t i = 0; i < articles; i++) {
            chosen[i] = piece_of[i] == p;
            old[i] = m->fate[i] == DIES && rng_below(&rng, 4) == 0;
        }
        list[p] = many_build(m, chosen, old);
        check_whole(list[p]);
    }
    for (size_t i = seed % 3; i > 0; i--)
        merge_some(m, list, &count, &rng);
    for (size_t p = 0; p < count; p++)
        list[p] = with_state(m, list[p], &dead[p], true, rng_below(&rng, 2),
                             &input[p]);
    struct segment *merged = many_merge(m, input, count, &rc, &err);
    CHECK_OK(rc, err);
    struct segment *anew = build_anew(m);
    check_whole(anew);
    check_whole(merged);
    snprintf(what, sizeof what, "seed %llu: %zu articles, %zu pieces",
             (unsigned long long)seed, articles, pieces);
    check_equal(merged, anew, what);
    check_texts(m, merged);
    CHECK_EQ(segment_file_facts(merged->file)->words,
             segment_file_facts(anew->file)->words);
    for (size_t p = 0; p < count; p++)
        segment_close(list[p]);
    segment_close(merged);
    segment_close(anew);
    many_free(m);
}

TEST(a_merged_segment_is_one_that_was_built_anew)
{
    static const struct {
        size_t articles, pieces;
        uint32_t die, purge;
    } cases[] = {
        {0, 1, 0, 0},    {0, 3, 0, 0},    {1, 1, 0, 0},   {1, 3, 0, 0},
        {2, 2, 0, 0},    {2, 2, 100, 0},  {2, 2, 0, 100}, {9, 1, 50, 20},
        {30, 5, 0, 0},   {30, 5, 100, 0}, {40, 5, 30, 0}, {40, 4, 30, 10},
        {120, 5, 10, 5}, {120, 8, 60, 0}, {300, 5, 5, 5}, {300, 2, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t seed = 1; seed <= 6; seed++)
            try_history(100 * i + seed, cases[i].articles, cases[i].pieces,
                        cases[i].die, cases[i].purge);
    /* In small ones counts are often equal by chance. */
    for (uint64_t seed = 10000; seed < 10150; seed++)
        try_history(seed, 2 + seed % 4, 1 + seed % 3, 25, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_merged_segment_is_one_that_was_built_anew),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
