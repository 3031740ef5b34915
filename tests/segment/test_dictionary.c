#include "segment/dictionary.h"

#include "bed.h"

#include <unistd.h>

static char dir[64], path[128];

/* Thousands of files are written here, none of them to last. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-dictionary-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

/* --- the model: terms in an array --- */

struct item {
    uint8_t term[TERM_KEY_MAX];
    size_t len;
    struct term_entry entry;
};

enum { MODEL_DOCS = 1000, MODEL_ARCHIVED = 50 };

static struct slice item_term(const struct item *item)
{
    return (struct slice){item->term, item->len};
}

static int by_term(const void *a, const void *b)
{
    return slice_cmp(item_term(a), item_term(b));
}

/* Long runs of shared bytes, and now and then a term of the greatest length. */
static void random_term(uint64_t *seed, struct item *item)
{
    static const char *const stocks[] = {"a", "un", "en:", "reuters:2023-", ""};
    item->term[0] = (uint8_t)(TERM_WORD + rng_below(seed, TERM_KEY));
    strcpy((char *)item->term + 1, stocks[rng_below(seed, 5)]);
    item->len = 1 + strlen((char *)item->term + 1);
    size_t more = rng_below(seed, 6);
    if (rng_below(seed, 20) == 0)
        more = 10 + rng_below(seed, 40);
    if (rng_below(seed, 100) == 0)
        more = TERM_KEY_MAX - item->len;
    bool same = rng_below(seed, 2) == 0;
    for (size_t i = 0; i < more; i++)
        item->term[item->len++] =
            (uint8_t)(same && i + 2 < more ? 'x' : rng_below(seed, 256));
}

static void random_entry(uint64_t *seed, enum term_class class,
                         struct term_place *next,
                         const struct term_entry *earlier,
                         struct term_entry *out)
{
    uint32_t all = MODEL_DOCS + (class == TERM_KEY ? MODEL_ARCHIVED : 0);
    bool positions = term_has_positions(class);
    *out = (struct term_entry){0};
    if (rng_below(seed, 2)) {
        out->counts = (struct term_counts){1, 1, 1};
        out->place.single = true;
        out->place.doc = rng_below(seed, all);
        out->place.position =
            positions ? (uint32_t)rng_next(seed) >> rng_below(seed, 32) : 0;
        return;
    }
    uint64_t docs = 1 + rng_below(seed, all);
    out->counts = (struct term_counts){docs, docs, docs};
    if (term_has_frequencies(class)) {
        out->counts.occurrences +=
            rng_next(seed) >> 1 >> (1 + rng_below(seed, 62));
        out->counts.frequency =
            out->counts.occurrences + rng_below(seed, 3) * rng_below(seed, 9);
    }
    if (earlier && rng_below(seed, 3) == 0) {
        out->place = earlier->place; /* one list, two terms */
    } else {
        next->postings += 1 + rng_below(seed, 3000);
        next->positions += rng_below(seed, 90000);
        out->place = *next;
    }
    if (!positions)
        out->place.positions = 0;
}

static size_t make_model(uint64_t *seed, struct item *items, size_t wanted)
{
    for (size_t i = 0; i < wanted; i++)
        random_term(seed, &items[i]);
    qsort(items, wanted, sizeof *items, by_term);
    size_t n = 0;
    for (size_t i = 0; i < wanted; i++)
        if (n == 0 || by_term(&items[n - 1], &items[i]) < 0)
            items[n++] = items[i];
    struct term_place next = {.postings = 7};
    if (rng_below(seed, 4) == 0)
        next.postings = next.positions = UINT64_MAX - (UINT64_C(1) << 40);
    for (size_t i = 0; i < n; i++) {
        const struct term_entry *earlier =
            i ? &items[rng_below(seed, (uint32_t)i)].entry : NULL;
        if (earlier && earlier->place.single)
            earlier = NULL;
        random_entry(seed, (enum term_class)items[i].term[0], &next, earlier,
                     &items[i].entry);
        items[i].entry.number = (uint32_t)i;
    }
    return n;
}

static int write_terms(const struct item *items, size_t n, struct err *err)
{
    const struct segment_facts facts = {MODEL_DOCS, MODEL_ARCHIVED, 5};
    struct segment_writer *segment = NULL;
    struct dictionary_writer *writer = NULL;
    uint64_t size;
    uint32_t crc;
    int rc = segment_writer_open(dir, "a.seg", &segment, err);
    if (rc == ERR_OK)
        rc = dictionary_writer_open(segment, &writer, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = dictionary_add(writer, item_term(&items[i]), &items[i].entry, err);
    if (rc == ERR_OK)
        rc = dictionary_finish(writer, err);
    if (rc == ERR_OK)
        rc = segment_writer_finish(segment, &facts, &size, &crc, err);
    dictionary_writer_close(writer);
    segment_writer_close(segment);
    return rc;
}

/* --- comparing --- */

static void check_entry(const struct term_entry *got, const struct item *want)
{
    const struct term_entry *e = &want->entry;
    CHECK_EQ(got->number, e->number);
    CHECK_EQ(got->counts.docs, e->counts.docs);
    CHECK_EQ(got->counts.frequency, e->counts.frequency);
    CHECK_EQ(got->counts.occurrences, e->counts.occurrences);
    CHECK_EQ(got->place.single, e->place.single);
    CHECK_EQ(got->place.doc, e->place.doc);
    CHECK_EQ(got->place.position, e->place.position);
    CHECK_EQ(got->place.postings, e->place.postings);
    CHECK_EQ(got->place.positions, e->place.positions);
}

static void check_cursor(const struct dictionary_cursor *cursor,
                         const struct item *items, size_t n, size_t at)
{
    CHECK_EQ(cursor->at_end, at == n);
    if (at == n)
        return;
    CHECK_SLICE(((struct slice){cursor->term, cursor->term_len}),
                item_term(&items[at]));
    check_entry(&cursor->entry, &items[at]);
}

static size_t first_not_less(const struct item *items, size_t n,
                             const struct item *than)
{
    size_t at = 0;
    while (at < n && by_term(&items[at], than) < 0)
        at++;
    return at;
}

static void ask_for(const struct dictionary *dictionary,
                    const struct item *items, size_t n,
                    const struct item *probe)
{
    struct err err = {0};
    struct term_entry entry;
    struct dictionary_cursor cursor;
    bool found;
    size_t at = first_not_less(items, n, probe);
    bool there = at < n && by_term(&items[at], probe) == 0;
    CHECK_OK(
        dictionary_find(dictionary, item_term(probe), &entry, &found, &err),
        err);
    CHECK_EQ(found, there);
    if (found)
        check_entry(&entry, &items[at]);
    CHECK_OK(dictionary_seek(dictionary, item_term(probe), &cursor, &err), err);
    for (size_t i = at; i <= n && i < at + 20; i++) {
        check_cursor(&cursor, items, n, i);
        CHECK_OK(dictionary_next(&cursor, &err), err);
    }
}

/* The term itself, and those that stand close to it. */
static void ask_around(uint64_t *seed, const struct dictionary *dictionary,
                       const struct item *items, size_t n)
{
    struct item probe = items[rng_below(seed, (uint32_t)n)];
    ask_for(dictionary, items, n, &probe);
    probe.term[probe.len - 1]++;
    ask_for(dictionary, items, n, &probe);
    probe.term[probe.len - 1] = (uint8_t)(probe.term[probe.len - 1] - 2);
    ask_for(dictionary, items, n, &probe);
    probe.len = rng_below(seed, (uint32_t)probe.len + 1);
    ask_for(dictionary, items, n, &probe);
    random_term(seed, &probe);
    ask_for(dictionary, items, n, &probe);
}

TEST(a_dictionary_is_a_sorted_array)
{
    static const size_t sizes[] = {0,  1,  2,   15,  16,  17,
                                   31, 32, 100, 300, 700, 2000};
    struct item *items = calloc(2000, sizeof *items);
    make_dir();
    for (uint64_t round = 1; round <= 36; round++) {
        uint64_t seed = round;
        struct err err = {0};
        size_t n = make_model(&seed, items, sizes[round % 12]);
        CHECK_OK(write_terms(items, n, &err), err);
        struct segment_file *file;
        struct dictionary dictionary;
        struct dictionary_cursor cursor;
        CHECK_OK(segment_file_open(path, &file, &err), err);
        CHECK_OK(dictionary_open(file, &dictionary, &err), err);
        CHECK_EQ(dictionary.terms, n);

        CHECK_OK(dictionary_seek(&dictionary, (struct slice){0}, &cursor, &err),
                 err);
        for (size_t i = 0; i <= n; i++) {
            check_cursor(&cursor, items, n, i);
            CHECK_OK(dictionary_next(&cursor, &err), err);
        }
        check_cursor(&cursor, items, n, n); /* the end stays */
        for (size_t i = 0; i < n; i++) {
            CHECK_OK(dictionary_at(&dictionary, (uint32_t)i, &cursor, &err),
                     err);
            check_cursor(&cursor, items, n, i);
            CHECK_OK(dictionary_next(&cursor, &err), err);
            check_cursor(&cursor, items, n, i + 1);
        }
        CHECK_EQ(dictionary_at(&dictionary, (uint32_t)n, &cursor, &err),
                 ERR_CORRUPT);
        CHECK(cursor.at_end && strstr(err.text, path));
        for (int i = 0; i < 60 && n; i++)
            ask_around(&seed, &dictionary, items, n);
        segment_file_close(file);
    }
    free(items);
    remove_dir();
}

/* --- attack --- */

static void use_everything(const struct dictionary *dictionary,
                           const struct item *items, size_t n)
{
    struct err err = {0};
    struct dictionary_cursor cursor;
    struct term_entry entry;
    bool found;
    int rc = dictionary_seek(dictionary, (struct slice){0}, &cursor, &err);
    for (uint32_t i = 0; rc == ERR_OK && !cursor.at_end; i++) {
        CHECK(i < dictionary->terms);
        rc = dictionary_next(&cursor, &err);
    }
    CHECK(rc == ERR_OK || (rc == ERR_CORRUPT && cursor.at_end));
    for (size_t i = 0; i < n; i += 5) {
        rc = dictionary_find(dictionary, item_term(&items[i]), &entry, &found,
                             &err);
        CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
        rc = dictionary_at(dictionary, (uint32_t)i, &cursor, &err);
        CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
        rc = dictionary_seek(dictionary, item_term(&items[i]), &cursor, &err);
        CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
    }
}

/* A section of these bytes, rightly summed: as from a writer gone wrong. */
static void with_section(const void *bytes, size_t len,
                         const struct item *items, size_t n)
{
    const struct segment_facts facts = {MODEL_DOCS, MODEL_ARCHIVED, 5};
    struct err err = {0};
    struct segment_writer *segment;
    struct segment_file *file;
    struct dictionary dictionary;
    uint64_t size;
    uint32_t crc;
    CHECK_OK(segment_writer_open(dir, "b.seg", &segment, &err), err);
    section_put(segment_section(segment, SECTION_DICTIONARY), bytes, len);
    CHECK_OK(segment_writer_finish(segment, &facts, &size, &crc, &err), err);
    segment_writer_close(segment);
    char name[160];
    snprintf(name, sizeof name, "%s/b.seg", dir);
    CHECK_OK(segment_file_open(name, &file, &err), err);
    int rc = dictionary_open(file, &dictionary, &err);
    if (rc == ERR_OK)
        use_everything(&dictionary, items, n);
    else
        CHECK_EQ(rc, ERR_CORRUPT);
    segment_file_close(file);
}

static struct slice section_of(const struct segment_file *file)
{
    struct err err = {0};
    struct slice bytes;
    CHECK_OK(section_bytes(file, SECTION_DICTIONARY, 0,
                           section_length(file, SECTION_DICTIONARY), &bytes,
                           &err),
             err);
    return bytes;
}

TEST(damaged_bytes_do_no_harm)
{
    struct err err = {0};
    struct item *items = calloc(60, sizeof *items);
    struct segment_file *file;
    uint64_t seed = 77;
    make_dir();
    size_t n = make_model(&seed, items, 40);
    CHECK_OK(write_terms(items, n, &err), err);
    CHECK_OK(segment_file_open(path, &file, &err), err);
    struct slice whole = section_of(file);
    uint8_t *copy = malloc(whole.len);
    memcpy(copy, whole.data, whole.len);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        with_section(copy, whole.len, items, n);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t len = 0; len < whole.len; len++) {
        with_section(whole.data, len, items, n);
        with_section(whole.data + len, whole.len - len, items, n);
    }
    for (int i = 0; i < 3000; i++) {
        for (int j = 0; j < 3; j++)
            copy[rng_below(&seed, (uint32_t)whole.len)] =
                (uint8_t)rng_next(&seed);
        with_section(copy, whole.len, items, n);
        if (i % 3 == 0)
            memcpy(copy, whole.data, whole.len);
    }
    free(copy);
    free(items);
    segment_file_close(file);
    remove_dir();
}

TEST(memory_may_run_out_anywhere)
{
    struct item *items = calloc(200, sizeof *items);
    uint64_t seed = 5;
    make_dir();
    size_t n = make_model(&seed, items, 200);
    for (long i = 0;; i++) {
        struct err err = {0};
        mem_fail_after(i);
        int rc = write_terms(items, n, &err);
        mem_fail_after(-1);
        if (rc == ERR_OK)
            break;
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK(err.text[0]);
    }
    free(items);
    remove_dir();
}

/* --- docs/format/dictionary.md --- */

TEST(the_documented_example_is_what_it_says)
{
    static const struct {
        struct slice term;
        struct term_entry entry;
    } rows[] = {
        {{(const uint8_t *)"\1ship", 5},
         {.counts = {1, 1, 1},
          .place = {.single = true, .doc = 3, .position = 17}}},
        {{(const uint8_t *)"\1ships", 6}, {.counts = {2, 3, 2}}},
        {{(const uint8_t *)"\1shipyard", 9},
         {.counts = {5, 5, 5}, .place = {.postings = 9, .positions = 12}}},
        {{(const uint8_t *)"\3en:ship", 8},
         {.counts = {3, 4, 3}, .place = {.postings = 30}}},
        {{(const uint8_t *)"\4shipyard", 9},
         {.counts = {5, 5, 5}, .place = {.postings = 9}}},
        {{(const uint8_t *)"\6wire:7", 7},
         {.counts = {1, 1, 1}, .place = {.single = true, .doc = 8}}},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct bed bed;
    struct dictionary_writer *writer;
    struct dictionary dictionary;
    struct dictionary_cursor cursor;
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(dictionary_writer_open(bed.writer, &writer, &bed.err), bed.err);
    for (int i = 0; i < ROWS; i++)
        CHECK_OK(dictionary_add(writer, rows[i].term, &rows[i].entry, &bed.err),
                 bed.err);
    CHECK_OK(dictionary_finish(writer, &bed.err), bed.err);
    dictionary_writer_close(writer);
    bed_write(&bed, 8, 1);

    struct bytes_out want =
        hex_block(PROJECT_DIR "/docs/format/dictionary.md", 1);
    struct slice got = section_of(bed.file);
    CHECK_EQ(got.len, want.len);
    for (size_t i = 0; i < got.len; i++)
        CHECK_MSG(got.data[i] == want.data[i], "byte %zu: %02x, want %02x", i,
                  got.data[i], want.data[i]);
    bytes_out_release(&want);

    CHECK_OK(dictionary_open(bed.file, &dictionary, &bed.err), bed.err);
    CHECK_OK(dictionary_seek(&dictionary, SLICE("\1"), &cursor, &bed.err),
             bed.err);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct item item = {.len = rows[i].term.len, .entry = rows[i].entry};
        memcpy(item.term, rows[i].term.data, item.len);
        item.entry.number = i;
        check_cursor(&cursor, &item, 1, 0);
        CHECK_OK(dictionary_next(&cursor, &bed.err), bed.err);
    }
    CHECK(cursor.at_end);
    bed_end(&bed);
}

RUN(T(a_dictionary_is_a_sorted_array), T(damaged_bytes_do_no_harm),
    T(memory_may_run_out_anywhere), T(the_documented_example_is_what_it_says))
