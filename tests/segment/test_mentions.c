/* Files of mentions against rows; walks, counts, merges; damage, failing allocations. */
#include "mention_rows.h"

enum { DOCS = 120 };

static uint32_t lengths[DOCS];
static const char registers[2][DIGEST_TEXT_SIZE] = {DIGEST_A, DIGEST_B};

static struct mentions_target target_in(const struct bed *bed, const char *name)
{
    for (uint32_t i = 0; i < DOCS; i++)
        lengths[i] = 100 + i;
    return (struct mentions_target){.dir = bed->dir,
                                    .name = name,
                                    .docs = DOCS,
                                    .words = 19140,
                                    .lengths = lengths,
                                    .registers = registers,
                                    .register_count = 2};
}

static struct mentions *open_in(struct bed *bed, const char *name)
{
    char path[100];
    struct mentions *mentions = NULL;
    snprintf(path, sizeof path, "%s/%s", bed->dir, name);
    CHECK_OK(mentions_open(path, DOCS, 19140, &mentions, &bed->err), bed->err);
    return mentions;
}

static struct mentions *write_and_open(struct bed *bed, const char *name,
                                       struct mention_row *row, size_t count)
{
    const struct mentions_target target = target_in(bed, name);
    CHECK_OK(write_rows(&target, row, count, &bed->err), bed->err);
    return open_in(bed, name);
}

/* The list is that of the sorted rows [from, to). */
static void check_list(struct bed *bed, const struct mentions *mentions,
                       const struct term_entry *entry,
                       const struct mention_row *row, size_t count)
{
    struct arena arena;
    struct postings *list;
    size_t at = 0;
    uint64_t docs = 0, frequency = 0;
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(mentions_postings(mentions, entry, &arena, &list, &bed->err),
             bed->err);
    struct doc_iter *it = postings_iter(list);
    for (; it->doc != DOC_END; doc_iter_next(it), docs++) {
        const uint32_t *positions;
        uint32_t n;
        CHECK_OK(postings_positions(list, &positions, &n, &bed->err), bed->err);
        frequency += n;
        for (uint32_t i = 0; i < n; i++, at++) {
            CHECK(at < count);
            CHECK_EQ(row[at].doc, it->doc);
            CHECK_EQ(row[at].position, positions[i]);
            if (row[at].title) {
                i++;
                CHECK(i < n && positions[i] == positions[i - 1]);
            }
        }
    }
    CHECK_OK(it->status, bed->err);
    CHECK_EQ(at, count);
    CHECK(entry->counts.docs == docs);
    CHECK(entry->counts.frequency == frequency);
    CHECK(entry->counts.occurrences == count);
    arena_reset(&arena);
}

/* Of sorted rows from `at` on, those with the same term. */
static size_t run_of(const struct mention_row *row, size_t at, size_t count,
                     bool forms)
{
    uint8_t room[2][TERM_KEY_MAX];
    size_t n = 0;
    while (at + n < count && slice_eq(row_term(&row[at], forms, room[0]),
                                      row_term(&row[at + n], forms, room[1])))
        n++;
    return n;
}

static void check_entities(struct bed *bed, const struct mentions *mentions,
                           struct mention_row *row, size_t count)
{
    struct mention_cursor cursor;
    size_t at = 0;
    rows_by_form = false;
    if (count)
        qsort(row, count, sizeof *row, compare_rows);
    CHECK_OK(mentions_entities(mentions, &cursor, &bed->err), bed->err);
    for (size_t n; at < count; at += n) {
        struct term_entry entry;
        bool found;
        n = run_of(row, at, count, false);
        CHECK(!cursor.at_end);
        CHECK_SLICE(cursor.id, slice_of(row[at].id));
        check_list(bed, mentions, &cursor.entry, row + at, n);
        CHECK_OK(mentions_find(mentions, slice_of(row[at].id), &entry, &found,
                               &bed->err),
                 bed->err);
        CHECK(found);
        CHECK_EQ(entry.number, cursor.entry.number);
        check_list(bed, mentions, &entry, row + at, n);
        CHECK_OK(mention_next(&cursor, &bed->err), bed->err);
    }
    CHECK(cursor.at_end);
}

/* Walk the forms of `id`, all when it is NULL, beside the rows sorted by form. */
static void check_forms_of(struct bed *bed, const struct mentions *mentions,
                           const char *id, const struct mention_row *row,
                           size_t count)
{
    struct mention_cursor cursor;
    CHECK_OK(mentions_forms(mentions, slice_of(id), &cursor, &bed->err),
             bed->err);
    for (size_t at = 0, n; at < count; at += n) {
        n = run_of(row, at, count, true);
        if (id && strcmp(id, row[at].id) != 0)
            continue;
        CHECK(!cursor.at_end);
        CHECK_SLICE(cursor.id, slice_of(row[at].id));
        CHECK_SLICE(cursor.form, slice_of(row[at].form));
        CHECK_EQ(cursor.width, row[at].width);
        check_list(bed, mentions, &cursor.entry, row + at, n);
        CHECK_OK(mention_next(&cursor, &bed->err), bed->err);
    }
    CHECK(cursor.at_end);
}

static void check_rows(struct bed *bed, const struct mentions *mentions,
                       struct mention_row *row, size_t count)
{
    static const char *const ids[] = {NULL,       "georgia",       "georgia-us",
                                      "istanbul", "sergei-lavrov", "rare",
                                      "nobody",   "georgia-u",     ""};
    check_entities(bed, mentions, row, count);
    rows_by_form = true;
    if (count)
        qsort(row, count, sizeof *row, compare_rows);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (!ids[i] || ids[i][0])
            check_forms_of(bed, mentions, ids[i], row, count);
}

TEST(entities_and_their_forms_are_those_that_were_written)
{
    static struct mention_row row[ROWS_MAX];
    static const size_t counts[] = {0, 1, 2, 5, 40, 300, 3000};
    struct bed bed;
    bed_init(&bed);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (uint64_t seed = 1; seed < 6; seed++) {
            size_t n = random_rows(seed, seed == 5 ? 3 : DOCS, counts[i], row);
            struct mentions *mentions = write_and_open(&bed, "s.ent", row, n);
            CHECK_EQ(mentions->register_count, 2);
            CHECK_TEXT(mentions->registers[0], DIGEST_A);
            CHECK_TEXT(mentions->registers[1], DIGEST_B);
            check_rows(&bed, mentions, row, n);
            mentions_close(mentions);
        }
    bed_end(&bed);
}

TEST(who_has_one_form_has_one_list)
{
    struct mention_row row[] = {{"kyiv", "Kyiv", 1, 1, 5, false},
                                {"kyiv", "Kyiv", 1, 3, 7, false},
                                {"kyiv", "Kyiv", 1, 3, 9, false}};
    struct bed bed;
    bed_init(&bed);
    struct mentions *mentions = write_and_open(&bed, "s.ent", row, 3);
    struct mention_cursor form;
    struct term_entry entity;
    bool found;
    CHECK_OK(mentions_find(mentions, SLICE("kyiv"), &entity, &found, &bed.err),
             bed.err);
    CHECK_OK(mentions_forms(mentions, SLICE("kyiv"), &form, &bed.err), bed.err);
    CHECK(found && !form.at_end);
    CHECK(form.entry.place.postings == entity.place.postings);
    CHECK(form.entry.place.positions == entity.place.positions);
    mentions_close(mentions);
    bed_end(&bed);
}

/* --- docs/format/mentions.md --- */

static void compare_section(const struct mentions *mentions, enum section_id id,
                            int block)
{
    struct bytes_out want =
        hex_block(PROJECT_DIR "/docs/format/mentions.md", block);
    struct bytes_out got = bed_section(mentions->file, id);
    for (size_t i = 0; i < got.len && i < want.len; i++)
        CHECK_MSG(got.data[i] == want.data[i], "%s: byte %zu is %02x",
                  section_name(id), i, got.data[i]);
    CHECK_EQ(got.len, want.len);
    bytes_out_release(&want);
    bytes_out_release(&got);
}

TEST(the_documented_example_is_what_it_says)
{
    struct mention_row row[] = {
        {"georgia", "Georgia", 1, 5, 7, false},
        {"kyiv", "Kiev", 1, 1, 4, false},
        {"kyiv", "Kyiv", 1, 1, 0, true},
        {"kyiv", "Kyiv", 1, 3, 9, false},
        {"nato", "North Atlantic Alliance", 3, 2, 11, false},
        {"nato", "North Atlantic Alliance", 3, 4, 2, false}};
    struct bed bed;
    bed_init(&bed);
    struct mentions *mentions = write_and_open(&bed, "s.ent", row, 6);
    compare_section(mentions, SECTION_RECORDS, 1);
    compare_section(mentions, SECTION_DICTIONARY, 2);
    compare_section(mentions, SECTION_POSTINGS, 3);
    compare_section(mentions, SECTION_POSITIONS, 4);
    mentions_close(mentions);
    bed_end(&bed);
}

TEST(a_form_longer_than_a_term_is_cut_at_a_character)
{
    static char form[3000];
    uint8_t room[TERM_KEY_MAX];
    char id[MENTION_ID_MAX + 2];
    struct slice term;
    struct err err;
    for (size_t i = 0; i < 1000; i++)
        memcpy(form + 1 + 2 * i, "\xd0\xb8", 2);
    form[0] = 'x';
    memset(id, 'a', sizeof id);
    struct slice text = slice_of(form);
    CHECK_OK(mention_term((struct slice){(uint8_t *)id, MENTION_ID_MAX}, &text,
                          3, room, &term, &err),
             err);
    CHECK_EQ(term.len, 1 + MENTION_ID_MAX + 1 + 599 + 2);
    CHECK_EQ(mention_term((struct slice){(uint8_t *)id, MENTION_ID_MAX + 1},
                          &text, 3, room, &term, &err),
             ERR_LIMIT);
    CHECK_EQ(mention_term(SLICE(""), &text, 3, room, &term, &err), ERR_INVALID);
    CHECK_EQ(mention_term(SLICE("a\1b"), &text, 3, room, &term, &err),
             ERR_INVALID);
}

/* --- merging --- */

TEST(merged_files_have_the_articles_that_stay)
{
    static struct mention_row row[3][ROWS_MAX / 4], want[ROWS_MAX];
    enum { EACH = DOCS / 4 };
    struct bed bed;
    bed_init(&bed);
    for (uint64_t seed = 1; seed < 20; seed++) {
        doc_id new_of[3][DOCS];
        uint64_t dice = seed;
        struct mentions_source source[4] = {{NULL, NULL}};
        struct mentions *mentions[3];
        size_t wanted = 0, next = 0;
        /* Articles of the sources in turn, as dates have it; some are gone. */
        size_t at[3] = {0};
        memset(new_of, 0xff, sizeof new_of);
        while (at[0] < EACH || at[1] < EACH || at[2] < EACH) {
            uint32_t s = rng_below(&dice, 3);
            if (at[s] == EACH)
                continue;
            new_of[s][at[s]++] = rng_below(&dice, 4) ? (doc_id)next++ : DOC_END;
        }
        for (size_t s = 0; s < 3; s++) {
            char name[] = "s0.ent";
            name[1] = (char)('0' + s);
            size_t n =
                random_rows(seed * 3 + s, EACH, s == 2 ? 3 : 200, row[s]);
            mentions[s] = write_and_open(&bed, name, row[s], n);
            source[s + (s > 1)] =
                (struct mentions_source){mentions[s], new_of[s]};
            for (size_t i = 0; i < n; i++) {
                want[wanted] = row[s][i];
                want[wanted].doc = new_of[s][row[s][i].doc];
                wanted += want[wanted].doc != DOC_END;
            }
        }
        const struct mentions_target target = target_in(&bed, "all.ent");
        struct mentions_writer *writer = NULL;
        uint64_t size;
        uint32_t crc;
        CHECK_OK(mentions_writer_open(&target, &writer, &bed.err), bed.err);
        CHECK_OK(mentions_merge(source, 4, writer, &bed.err), bed.err);
        CHECK_OK(mentions_finish(writer, &size, &crc, &bed.err), bed.err);
        mentions_writer_close(writer);
        struct mentions *all = open_in(&bed, "all.ent");
        check_rows(&bed, all, want, wanted);
        mentions_close(all);
        for (size_t s = 0; s < 3; s++)
            mentions_close(mentions[s]);
    }
    bed_end(&bed);
}

TEST(one_article_in_two_sources_is_refused)
{
    struct mention_row row[] = {{"kyiv", "Kyiv", 1, 1, 5, false}};
    struct bed bed;
    doc_id new_of[DOCS] = {0, 1};
    bed_init(&bed);
    struct mentions *mentions = write_and_open(&bed, "s.ent", row, 1);
    const struct mentions_source source[] = {{mentions, new_of},
                                             {mentions, new_of}};
    const struct mentions_target target = target_in(&bed, "all.ent");
    struct mentions_writer *writer = NULL;
    CHECK_OK(mentions_writer_open(&target, &writer, &bed.err), bed.err);
    CHECK_EQ(mentions_merge(source, 2, writer, &bed.err), ERR_CORRUPT);
    mentions_writer_close(writer);
    mentions_close(mentions);
    bed_end(&bed);
}

/* --- damage --- */

/* Whatever the bytes are: an error, or lists that end. */
static void read_all(const struct mentions *mentions)
{
    struct arena arena;
    struct err err;
    struct mention_cursor cursor;
    arena_init(&arena, 1 << 24);
    for (int forms = 0; forms < 2; forms++) {
        int rc = forms ? mentions_forms(mentions, SLICE(""), &cursor, &err)
                       : mentions_entities(mentions, &cursor, &err);
        for (; rc == 0 && !cursor.at_end; rc = mention_next(&cursor, &err)) {
            struct postings *list;
            if (mentions_postings(mentions, &cursor.entry, &arena, &list, &err))
                continue;
            struct doc_iter *it = postings_iter(list);
            for (; it->doc != DOC_END; doc_iter_next(it)) {
                const uint32_t *at;
                uint32_t n;
                if (postings_positions(list, &at, &n, &err))
                    break;
            }
            arena_reset(&arena);
        }
    }
    arena_reset(&arena);
}

/* Merging them either. */
static void merge_alone(const struct bed *bed, const struct mentions *mentions)
{
    doc_id same[DOCS];
    const struct mentions_source source = {mentions, same};
    const struct mentions_target target = target_in(bed, "merged.ent");
    struct mentions_writer *writer = NULL;
    struct err err;
    for (doc_id doc = 0; doc < DOCS; doc++)
        same[doc] = doc;
    CHECK_OK(mentions_writer_open(&target, &writer, &err), err);
    int rc = mentions_merge(&source, 1, writer, &err);
    CHECK(rc == 0 || rc == ERR_CORRUPT);
    mentions_writer_close(writer);
}

/* Every bit of each section under good checksums. */
TEST(a_flipped_bit_under_good_checksums_is_an_error_or_another_list)
{
    static const enum section_id sections[] = {
        SECTION_RECORDS, SECTION_DICTIONARY, SECTION_POSTINGS,
        SECTION_POSITIONS};
    static struct mention_row row[ROWS_MAX];
    struct bed bed;
    bed_init(&bed);
    size_t n = random_rows(7, DOCS, 40, row), refused = 0;
    struct mentions *good = write_and_open(&bed, "good.ent", row, n);
    for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
        struct bytes_out bytes = bed_section(good->file, sections[s]);
        for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
            struct mentions *bad = NULL;
            struct segment_facts facts = *segment_file_facts(good->file);
            bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            bed_begin(&bed);
            for (int i = 0; i < SECTION_COUNT; i++) {
                struct slice part = {bytes.data, bytes.len};
                if (i != (int)sections[s])
                    CHECK_OK(section_bytes(
                                 good->file, (enum section_id)i, 0,
                                 section_length(good->file, (enum section_id)i),
                                 &part, &bed.err),
                             bed.err);
                section_put(segment_section(bed.writer, (enum section_id)i),
                            part.data, part.len);
            }
            uint64_t size;
            uint32_t crc;
            CHECK_OK(segment_writer_finish(bed.writer, &facts, &size, &crc,
                                           &bed.err),
                     bed.err);
            segment_writer_close(bed.writer);
            bed.writer = NULL;
            int rc = mentions_open(bed.path, DOCS, 19140, &bad, &bed.err);
            refused += rc == ERR_CORRUPT;
            CHECK(rc == 0 || rc == ERR_CORRUPT);
            if (rc == 0) {
                read_all(bad);
                merge_alone(&bed, bad);
            }
            mentions_close(bad);
            bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        bytes_out_release(&bytes);
    }
    CHECK(refused > 0);
    mentions_close(good);
    bed_end(&bed);
}

TEST(a_file_of_another_segment_is_refused)
{
    struct mention_row row[] = {{"kyiv", "Kyiv", 1, 1, 5, false}};
    struct mentions *mentions = NULL;
    struct bed bed;
    char path[100];
    bed_init(&bed);
    mentions_close(write_and_open(&bed, "s.ent", row, 1));
    snprintf(path, sizeof path, "%s/s.ent", bed.dir);
    CHECK_EQ(mentions_open(path, DOCS + 1, 19140, &mentions, &bed.err),
             ERR_CORRUPT);
    CHECK_EQ(mentions_open(path, DOCS, 19141, &mentions, &bed.err),
             ERR_CORRUPT);
    bed_end(&bed);
}

TEST(without_memory_nothing_is_left)
{
    static struct mention_row row[ROWS_MAX];
    struct bed bed;
    int rc = ERR_NOMEM;
    bed_init(&bed);
    size_t n = random_rows(3, DOCS, 200, row);
    const struct mentions_target target = target_in(&bed, "s.ent");
    for (long left = 0; rc == ERR_NOMEM; left++) {
        CHECK(left < 10000);
        mem_fail_after(left);
        rc = write_rows(&target, row, n, &bed.err);
        mem_fail_after(-1);
    }
    CHECK_OK(rc, bed.err);
    rc = ERR_NOMEM;
    for (long left = 0; rc == ERR_NOMEM; left++) {
        struct mentions *mentions = NULL;
        char path[100];
        snprintf(path, sizeof path, "%s/s.ent", bed.dir);
        mem_fail_after(left);
        rc = mentions_open(path, DOCS, 19140, &mentions, &bed.err);
        mem_fail_after(-1);
        mentions_close(mentions);
    }
    CHECK_OK(rc, bed.err);
    bed_end(&bed);
}

RUN(T(entities_and_their_forms_are_those_that_were_written),
    T(who_has_one_form_has_one_list), T(the_documented_example_is_what_it_says),
    T(a_form_longer_than_a_term_is_cut_at_a_character),
    T(merged_files_have_the_articles_that_stay),
    T(one_article_in_two_sources_is_refused),
    T(a_flipped_bit_under_good_checksums_is_an_error_or_another_list),
    T(a_file_of_another_segment_is_refused), T(without_memory_nothing_is_left))
