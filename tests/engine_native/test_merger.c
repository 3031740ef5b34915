#include "../fuzz/segment_input.h"
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
    CHECK_EQ(segment_file_facts(merged->file)->pair_share,
             segment_file_facts(anew->file)->pair_share);
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

/* --- purging --- */

/* Whatever bytes of `segment` can be made to speak: the file as it is, terms, records,
 * texts. */
static void read_all(const struct segment *segment, struct bytes_out *out)
{
    struct dictionary_cursor cursor;
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(file_read(segment_file_path(segment->file), 1 << 28, out, &err),
             err);
    CHECK_OK(dictionary_seek(&segment->dictionary, (struct slice){NULL, 0},
                             &cursor, &err),
             err);
    while (!cursor.at_end) {
        put_raw(out, cursor.term, cursor.term_len);
        put_u8(out, 0);
        CHECK_OK(dictionary_next(&cursor, &err), err);
    }
    for (doc_id doc = 0; doc < segment->docs + segment->archived; doc++) {
        struct doc_record record;
        struct slice payload;
        CHECK_OK(columns_record(&segment->columns, doc, &record, &err), err);
        put_raw(out, record.key.data, record.key.len);
        put_u8(out, 0);
        CHECK_OK(stored_read(&segment->stored, doc, &arena, &payload, &err),
                 err);
        put_raw(out, payload.data, payload.len);
        put_u8(out, 0);
    }
    CHECK(!out->failed);
    arena_reset(&arena);
}

static bool speaks_of(const struct bytes_out *bytes, const char *text)
{
    return memmem(bytes->data, bytes->len, text, strlen(text)) != NULL;
}

/* What only this article has: a word, an address, and its key if no other version is
 * there. */
static void check_traces(struct many *m, const struct bytes_out *bytes,
                         size_t i, bool there)
{
    const char *word = many_tag(m, i), *url = many_tag(m, 1000 + i);
    bool key_is_there = there;
    char key[32];
    uint8_t term[40] = {TERM_WORD};
    /* A key's bytes may stand in others' by chance: it is looked for as a term. */
    size_t len = (size_t)snprintf(key, sizeof key, "%c%.*s", TERM_KEY,
                                  SLICE_ARG(m->record[i].key));
    for (size_t k = 0; k < m->count; k++)
        if (m->fate[k] != IS_PURGED &&
            slice_eq(m->record[k].key, m->record[i].key))
            key_is_there = true;
    CHECK_MSG(speaks_of(bytes, word) == there, "%zu: %s", i, word);
    CHECK_MSG(speaks_of(bytes, url) == there, "%zu: %s", i, url);
    CHECK_MSG((memmem(bytes->data, bytes->len, key, len + 1) != NULL) ==
                  key_is_there,
              "%zu: %s", i, key);
    memcpy(term + 1, word, strlen(word));
    CHECK_MSG((memmem(bytes->data, bytes->len, term, strlen(word) + 2) !=
               NULL) == (m->fate[i] == STAYS),
              "%zu: the term %s", i, word);
}

TEST(a_purged_article_leaves_no_trace)
{
    static struct many_dead dead;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct many *m = many_new(seed, 200, seed % 2 ? 20 : 0, 10);
        bool chosen[MANY_MAX], old[MANY_MAX];
        struct merge_input input;
        struct bytes_out before = {0}, after = {0};
        struct err err = {0};
        int rc;
        for (size_t i = 0; i < m->count; i++) {
            chosen[i] = true;
            old[i] = m->fate[i] != STAYS && i % 2; /* old versions, too */
        }
        struct segment *whole = many_build(m, chosen, old);
        whole = with_state(m, whole, &dead, true, false, &input);
        struct segment *purged = many_merge(m, &input, 1, &rc, &err);
        CHECK_OK(rc, err);
        check_whole(purged);
        read_all(whole, &before);
        read_all(purged, &after);
        size_t gone = 0;
        for (size_t i = 0; i < m->count; i++) {
            CHECK(speaks_of(&before, many_tag(m, i)));
            check_traces(m, &after, i, m->fate[i] != IS_PURGED);
            gone += m->fate[i] == IS_PURGED;
        }
        CHECK(gone > 5);
        CHECK_EQ(purged->docs + purged->archived + gone, m->count);
        bytes_out_release(&before);
        bytes_out_release(&after);
        segment_close(whole);
        segment_close(purged);
        many_free(m);
    }
}

/* --- inputs that contradict themselves --- */

TEST(contradictions_are_damage_that_names_the_file)
{
    static struct many_dead right, dead;
    struct many *m = many_new(3, 60, 30, 10);
    bool chosen[MANY_MAX];
    struct err err = {0};
    int rc;
    for (size_t i = 0; i < m->count; i++)
        chosen[i] = true;
    struct segment *segment = many_build(m, chosen, NULL);
    many_kill(m, segment, true, true, &right);
    CHECK(right.count > 20);
    for (int i = 0; i < 13; i++) {
        dead = right;
        struct merge_input input = {.segment = segment,
                                    .bits = dead.bits,
                                    .dead = dead.dead,
                                    .dead_count = dead.count,
                                    .purged = dead.purged};
        switch (i) {
        case 0: /* all is well */
            break;
        case 1:
            dead.dead[0].counts.docs += 1000;
            break;
        case 2:
            dead.dead[dead.count / 2].counts.frequency += 1000;
            break;
        case 3:
            dead.dead[dead.count / 2].counts.occurrences += 1000;
            break;
        case 4: /* one dead article less, by the counts of one term */
            dead.dead[5].counts.docs--;
            break;
        case 5:
            dead.dead[5].counts.frequency--;
            break;
        case 6:
            dead.dead[5] = dead.dead[4]; /* as if the fifth had none */
            memmove(dead.dead + 4, dead.dead + 5,
                    (dead.count - 5) * sizeof *dead.dead);
            input.dead_count--;
            break;
        case 7:
            dead.dead[dead.count] =
                (struct dead_term){UINT32_MAX - 1, {1, 1, 1}};
            input.dead_count++;
            break;
        case 8: /* out of order */
            dead.dead[0].number = dead.dead[1].number;
            break;
        case 9: /* one more is dead than was counted */
            for (doc_id doc = 0; doc < segment->docs; doc++)
                if (dead.bits[0] >> doc & 1) {
                    dead.bits[0] &= ~(UINT64_C(1) << doc);
                    break;
                }
            break;
        case 10: /* one less */
            dead.bits[0] = UINT64_MAX >> (64 - segment->docs);
            break;
        case 11: /* purged, and counted as if it were live */
            dead.purged[0] = UINT64_MAX >> (64 - segment->docs);
            break;
        case 12: /* live, and nothing said of the dead */
            input.dead_count = 0;
            break;
        }
        struct segment *merged = many_merge(m, &input, 1, &rc, &err);
        if (i == 0) {
            CHECK_OK(rc, err);
            segment_close(merged);
            continue;
        }
        CHECK_MSG(rc == ERR_CORRUPT, "case %d: %d", i, rc);
        CHECK_MSG(strstr(err.text, segment_file_path(segment->file)),
                  "case %d: %s", i, err.text);
    }
    segment_close(segment);
    many_free(m);
}

/* Bytes changed behind right checksums: check and merger refuse what they see, and what
 * check finds whole can be merged. */
static void try_damaged(struct many *m, const struct bytes_out *bytes,
                        struct segment *other, size_t *refused)
{
    struct memory_file memory;
    struct segment *segment;
    struct err err = {0};
    memory_file_open(&memory, bytes);
    int rc = segment_open(memory.path, NULL, &segment, &err);
    CHECK_MSG(rc == ERR_OK || rc == ERR_CORRUPT || rc == ERR_MISMATCH, "%d %s",
              rc, err.text);
    *refused += rc != 0;
    if (rc == ERR_OK) {
        struct merge_input input[2] = {{.segment = segment},
                                       {.segment = other}};
        int checked = segment_check(segment, NULL, NULL, &err);
        CHECK_MSG(checked == ERR_OK || checked == ERR_CORRUPT, "%d %s", checked,
                  err.text);
        struct segment *merged = many_merge(m, input, 2, &rc, &err);
        CHECK_MSG(rc == ERR_OK || (checked && rc == ERR_CORRUPT), "%d %s", rc,
                  err.text);
        if (rc == ERR_CORRUPT)
            CHECK_MSG(strstr(err.text, memory.path), "%s", err.text);
        *refused += rc != 0;
        segment_close(merged);
        segment_close(segment);
    }
    close(memory.fd);
}

TEST(changed_bytes_behind_right_checksums_are_refused_or_merged)
{
    struct many *m = many_new(8, 5, 0, 0);
    bool first[MANY_MAX] = {true, true, true}, rest[MANY_MAX] = {false};
    struct bytes_out bytes = {0};
    struct err err = {0};
    size_t refused = 0, tried = 0;
    rest[3] = rest[4] = true;
    struct segment *segment = many_build(m, first, NULL);
    struct segment *other = many_build(m, rest, NULL);
    CHECK_OK(file_read(segment_file_path(segment->file), 1 << 20, &bytes, &err),
             err);
    for (size_t at = SEGMENT_HEADER_SIZE; at < load_u64(bytes.data + 32);
         at++, tried++) {
        uint8_t byte = bytes.data[at];
        bytes.data[at] = (uint8_t)(byte ^ 1 << at % 8);
        CHECK(segment_input_sum(&bytes));
        try_damaged(m, &bytes, other, &refused);
        bytes.data[at] = byte;
    }
    CHECK(tried > 1000 && refused > tried / 3);
    bytes_out_release(&bytes);
    segment_close(segment);
    segment_close(other);
    many_free(m);
}

/* --- what goes wrong elsewhere --- */

TEST(no_memory_leaves_nothing_behind)
{
    static struct many_dead dead[2];
    struct many *m = many_new(5, 40, 20, 5);
    struct segment *segment[2];
    struct merge_input input[2];
    struct err err = {0};
    for (size_t p = 0; p < 2; p++) {
        bool chosen[MANY_MAX];
        for (size_t i = 0; i < m->count; i++)
            chosen[i] = i % 2 == p;
        segment[p] = many_build(m, chosen, NULL);
        segment[p] =
            with_state(m, segment[p], &dead[p], true, p == 0, &input[p]);
    }
    int rc = ERR_NOMEM;
    for (long n = 0; rc == ERR_NOMEM && n < 100000; n++) {
        struct segment_writer *writer;
        struct segment_facts facts;
        CHECK_OK(segment_writer_open(m->dir, "memory.seg", &writer, &err), err);
        mem_fail_after(n);
        rc = merge_segments(input, 2, writer, &facts, NULL, NULL, &err);
        mem_fail_after(-1);
        segment_writer_close(writer);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%ld: %d %s", n, rc, err.text);
    }
    CHECK_EQ(rc, 0);
    segment_close(segment[0]);
    segment_close(segment[1]);
    many_free(m);
}

struct told {
    uint64_t calls, done, total;
};

static void note_progress(void *context, uint64_t done, uint64_t total)
{
    struct told *told = context;
    CHECK(done >= told->done && done <= total);
    CHECK(told->total == 0 || total == told->total);
    told->calls++;
    told->done = done;
    told->total = total;
}

TEST(progress_rises_to_its_end)
{
    struct many *m = many_new(6, MANY_MAX, 0, 0);
    bool chosen[MANY_MAX];
    struct merge_input input[3];
    struct segment_writer *writer;
    struct segment_facts facts;
    struct err err = {0};
    struct told told = {0};
    struct merge_progress progress = {note_progress, &told};
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < m->count; i++)
            chosen[i] = i % 3 == p;
        input[p] = (struct merge_input){.segment = many_build(m, chosen, NULL)};
    }
    CHECK_OK(segment_writer_open(m->dir, "told.seg", &writer, &err), err);
    CHECK_OK(merge_segments(input, 3, writer, &facts, NULL, &progress, &err),
             err);
    CHECK(told.calls >= 5);
    CHECK(told.done == told.total && told.total > 0);
    CHECK_EQ(facts.docs + facts.archived, MANY_MAX);
    segment_writer_close(writer);
    for (size_t p = 0; p < 3; p++)
        segment_close((struct segment *)(uintptr_t)input[p].segment);
    many_free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_merged_segment_is_one_that_was_built_anew),
        T(a_purged_article_leaves_no_trace),
        T(contradictions_are_damage_that_names_the_file),
        T(changed_bytes_behind_right_checksums_are_refused_or_merged),
        T(no_memory_leaves_nothing_behind),
        T(progress_rises_to_its_end),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
