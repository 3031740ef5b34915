#include "term_model.h"

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

static void check_model(uint64_t *seed, const struct item *items, size_t n)
{
    struct err err = {0};
    struct segment_file *file;
    struct dictionary dictionary;
    struct dictionary_cursor cursor;
    CHECK_OK(write_terms(items, n, &err), err);
    CHECK_OK(segment_file_open(path, &file, &err), err);
    CHECK_OK(dictionary_open(file, &dictionary, &err), err);
    CHECK_EQ(dictionary.terms, n);
    CHECK_OK(dictionary_check(&dictionary, &err), err);

    CHECK_OK(dictionary_seek(&dictionary, (struct slice){0}, &cursor, &err),
             err);
    for (size_t i = 0; i <= n; i++) {
        check_cursor(&cursor, items, n, i);
        CHECK_OK(dictionary_next(&cursor, &err), err);
    }
    check_cursor(&cursor, items, n, n); /* the end stays */
    for (size_t i = 0; i < n; i++) {
        CHECK_OK(dictionary_at(&dictionary, (uint32_t)i, &cursor, &err), err);
        check_cursor(&cursor, items, n, i);
        CHECK_OK(dictionary_next(&cursor, &err), err);
        check_cursor(&cursor, items, n, i + 1);
        struct term_entry entry;
        bool found;
        CHECK_OK(dictionary_find(&dictionary, item_term(&items[i]), &entry,
                                 &found, &err),
                 err);
        CHECK(found);
        check_entry(&entry, &items[i]);
    }
    CHECK_EQ(dictionary_at(&dictionary, (uint32_t)n, &cursor, &err),
             ERR_CORRUPT);
    CHECK(cursor.at_end && strstr(err.text, path));
    for (int i = 0; i < 60 && n; i++)
        ask_around(seed, &dictionary, items, n);
    for (uint8_t class = 0; class < 10; class ++) {
        struct item first = {{class}, 1, {0}};
        ask_for(&dictionary, items, n, &first);
    }
    segment_file_close(file);
}

TEST(a_dictionary_is_a_sorted_array)
{
    static const size_t sizes[] = {0,  1,  2,   15,  16,  17,
                                   31, 32, 100, 300, 700, 2000};
    struct item *items = calloc(2000, sizeof *items);
    make_dir();
    for (uint64_t round = 1; round <= 36; round++) {
        uint64_t seed = round;
        size_t n = make_model(&seed, items, sizes[round % 12]);
        check_model(&seed, items, n);
    }
    free(items);
    remove_dir();
}

static void add_item(struct item *items, size_t *n, enum term_class class,
                     unsigned number, unsigned width)
{
    struct item *item = &items[(*n)++];
    item->len =
        (size_t)snprintf((char *)item->term, 16, "%c%04u", class, number);
    if (width) {
        item->term[item->len++] = TERM_JOINED;
        item->term[item->len++] = (uint8_t)width;
    }
}

/* Few, many, all and none of some 1,500 words in capitals and without stem, with joined
 * forms beside the word or alone, and with terms of all other classes or none. */
TEST(words_may_be_terms_of_other_classes)
{
    enum { N = 1500, ITEMS = 6 * N };
    static const uint32_t shares[] = {0, 1, 30, 100, 100};
    struct item *items = calloc(ITEMS, sizeof *items);
    make_dir();
    for (uint64_t round = 0; round < 10; round++) {
        uint64_t seed = round + 1;
        uint32_t caps = shares[round % 5], plain = shares[(round / 2 + 1) % 5];
        size_t n = 0;
        for (unsigned i = 0; i < N; i++) {
            uint32_t joined = rng_below(&seed, 8);
            bool alone = joined == 0;
            if (!alone)
                add_item(items, &n, TERM_WORD, i, 0);
            if (joined < 2)
                add_item(items, &n, TERM_WORD, i, 2);
            if (joined == 0 && i % 3 == 0)
                add_item(items, &n, TERM_WORD, i, 3);
            if (rng_below(&seed, 100) < caps)
                add_item(items, &n, TERM_CAPS, i, alone ? 2 : 0);
            if (rng_below(&seed, 100) < plain)
                add_item(items, &n, TERM_PLAIN, i, 0);
            if (round % 2 && i % 7 == 0)
                add_item(items, &n, TERM_STEM, i, 0);
            if (round % 3 && i % 5 == 0)
                add_item(items, &n, TERM_FIELD + i % 3, i, 0);
        }
        qsort(items, n, sizeof *items, by_term);
        struct term_place next = {.postings = 1};
        for (size_t i = 0; i < n; i++) {
            enum term_class class = (enum term_class)items[i].term[0];
            random_entry(&seed, class, &next, NULL, &items[i].entry);
            if ((class == TERM_CAPS || class == TERM_PLAIN) &&
                (round < 3 || rng_below(&seed, 20)))
                items[i].entry = dictionary_same(
                    class, &word_of(items, i, &items[i])->entry);
            items[i].entry.number = (uint32_t)i;
        }
        check_model(&seed, items, n);
    }
    free(items);
    remove_dir();
}

/* Of class CAPS or PLAIN. */
TEST(a_term_that_is_no_word_is_refused)
{
    static const char *const terms[] = {"\2a",      "\2aa\1\3", "\2c",
                                        "\4aa\1\2", "\4a",      "\4c"};
    make_dir();
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        struct item items[3] = {{.term = "\1aa\1\2", .len = 5},
                                {.term = "\1b", .len = 2}};
        struct err err = {0};
        items[2].len = strlen(terms[i]);
        memcpy(items[2].term, terms[i], items[2].len);
        for (int k = 0; k < 3; k++)
            items[k].entry = (struct term_entry){.counts = {1, 1, 1},
                                                 .place = {.single = true}};
        CHECK_EQ(write_terms(items, 3, &err), ERR_CORRUPT);
        CHECK_MSG(strstr(err.text, "is not among the words"), "%s", err.text);
    }
    remove_dir();
}

/* Hundreds of blocks whose first terms have the same first eight bytes, others before and
 * behind them. */
TEST(terms_that_begin_alike_are_found)
{
    enum { N = 5000 };
    static const char *const begins[] = {"a", "alike-a", "alike-b", "alike-c",
                                         "b"};
    struct item *items = calloc(N, sizeof *items);
    make_dir();
    for (uint64_t round = 1; round <= 3; round++) {
        uint64_t seed = round;
        struct err err = {0};
        struct segment_file *file;
        struct dictionary dictionary;
        size_t n = 0;
        for (size_t i = 0; i < N; i++) {
            uint32_t which = rng_below(&seed, 30);
            items[i].len = (size_t)snprintf(
                (char *)items[i].term, sizeof items[i].term, "\1%s%u",
                begins[which < 4 ? which : 2 + (round == 3)],
                (unsigned)rng_below(&seed, 100000));
        }
        qsort(items, N, sizeof *items, by_term);
        for (size_t i = 0; i < N; i++)
            if (n == 0 || by_term(&items[n - 1], &items[i]) < 0)
                items[n++] = items[i];
        for (size_t i = 0; i < n; i++)
            items[i].entry = (struct term_entry){
                .number = (uint32_t)i,
                .counts = {2, 3, 2},
                .place = {.postings = 5 * i, .positions = 7 * i},
            };
        CHECK_OK(write_terms(items, n, &err), err);
        CHECK_OK(segment_file_open(path, &file, &err), err);
        CHECK_OK(dictionary_open(file, &dictionary, &err), err);
        CHECK_OK(dictionary_check(&dictionary, &err), err);
        for (size_t i = 0; i < n; i++) {
            struct item other = items[i];
            ask_for(&dictionary, items, n, &other);
            if (i % 16 > 2)
                continue;
            other.term[other.len++] = '!';
            ask_for(&dictionary, items, n, &other);
            other.len -= 2;
            ask_for(&dictionary, items, n, &other);
        }
        segment_file_close(file);
    }
    free(items);
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
         {.counts = {3, 4, 4}, .place = {.postings = 30}}},
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
    struct bytes_out got = bed_section(bed.file, SECTION_DICTIONARY);
    CHECK_EQ(got.len, want.len);
    for (size_t i = 0; i < got.len; i++)
        CHECK_MSG(got.data[i] == want.data[i], "byte %zu: %02x, want %02x", i,
                  got.data[i], want.data[i]);
    bytes_out_release(&want);
    bytes_out_release(&got);

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

RUN(T(a_dictionary_is_a_sorted_array), T(words_may_be_terms_of_other_classes),
    T(a_term_that_is_no_word_is_refused), T(terms_that_begin_alike_are_found),
    T(memory_may_run_out_anywhere), T(the_documented_example_is_what_it_says))
