#include "term_model.h"

static void use_everything(const struct dictionary *dictionary,
                           const struct item *items, size_t n)
{
    struct err err = {0};
    struct dictionary_cursor cursor;
    struct term_entry entry;
    bool found;
    int rc = dictionary_check(dictionary, &err);
    CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
    rc = dictionary_seek(dictionary, (struct slice){0}, &cursor, &err);
    struct item last = {0};
    for (uint32_t i = 0; rc == ERR_OK && !cursor.at_end; i++) {
        struct slice term = {cursor.term, cursor.term_len};
        CHECK(i < dictionary->terms && slice_cmp(item_term(&last), term) < 0);
        memcpy(last.term, term.data, term.len);
        last.len = term.len;
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
    const struct segment_facts facts = {MODEL_DOCS, MODEL_ARCHIVED, 5, 0};
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
    unlink(name); /* a rename over it would be waited for */
    int rc = dictionary_open(file, &dictionary, &err);
    if (rc == ERR_OK)
        use_everything(&dictionary, items, n);
    else
        CHECK_EQ(rc, ERR_CORRUPT);
    segment_file_close(file);
}

TEST(damaged_bytes_do_no_harm)
{
    struct err err = {0};
    struct item *items = calloc(60, sizeof *items);
    struct segment_file *file;
    uint64_t seed = 77;
    make_dir();
    size_t n = make_model(&seed, items, 22);
    CHECK_OK(write_terms(items, n, &err), err);
    CHECK_OK(segment_file_open(path, &file, &err), err);
    struct bytes_out whole = bed_section(file, SECTION_DICTIONARY);
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
    for (int i = 0; i < 1500; i++) {
        for (int j = 0; j < 3; j++)
            copy[rng_below(&seed, (uint32_t)whole.len)] =
                (uint8_t)rng_next(&seed);
        with_section(copy, whole.len, items, n);
        if (i % 3 == 0)
            memcpy(copy, whole.data, whole.len);
    }
    free(copy);
    bytes_out_release(&whole);
    free(items);
    segment_file_close(file);
    remove_dir();
}

/* What the page says must be refused: one block, rightly indexed unless said otherwise;
 * 8 articles and 1 old version. */
TEST(a_block_that_contradicts_itself_is_refused)
{
#define SHIP "\x04\1ship"
#define LONG "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
    static const struct {
        struct slice texts, entries;
        uint32_t terms;
        const char *reason; /* NULL: it is good */
    } rows[] = {
        {SLICE(SHIP), SLICE("\x07\x11"), 1, NULL},
        {SLICE(SHIP "\x50s"), SLICE("\x07\x11\x07\x11"), 2, NULL},
        {SLICE(SHIP "\x00\2"), SLICE("\x07\x11\x07\x11"), 2,
         "no class that belongs there"},
        {SLICE(SHIP "\x00\3"), SLICE("\x07\x11\x07"), 2,
         "no class that belongs there"},
        {SLICE("\x04\5wire\x00\6"), SLICE("\x07\x07"), 2, NULL},
        {SLICE("\x04\4ship"), SLICE("\x07"), 1, "no class that belongs there"},
        {SLICE("\x04\6wire"), SLICE("\x11"), 1, NULL},
        {SLICE("\x04\5wire"), SLICE("\x4c\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire"), SLICE("\x4c\0"), 1, NULL},
        {SLICE("\x04\6wire"), SLICE("\x54\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire"), SLICE("\x04\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire"), SLICE("\x08\0\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire"), SLICE("\x13"), 1, "an article that there is not"},
        {SLICE(SHIP), SLICE("\x11\x11"), 1, "an article that there is not"},
        {SLICE("\x04\12ship"), SLICE("\x07\x11"), 1,
         "no class that belongs there"},
        {SLICE("\x04\0ship"), SLICE("\x07\x11"), 1,
         "no class that belongs there"},
        {SLICE(SHIP), SLICE("\x07"), 1, "it is cut off"},
        {SLICE("\x04\1shi"), SLICE("\x07\x11"), 1, "not what the tree says"},
        {SLICE("\x14\1ship"), SLICE("\x07\x11"), 1, "not what the tree says"},
        {SLICE("\x05\1ships"), SLICE("\x07\x11"), 1, "not what the tree says"},
        {SLICE(SHIP "x"), SLICE("\x07\x11"), 1,
         "bytes behind the last of a block"},
        {SLICE(SHIP), SLICE("\x07\x11x"), 1,
         "bytes behind the last of a block"},
        {SLICE(SHIP), SLICE("\x07\x11\x07\x11"), 2, "it is cut off"},
        {SLICE(SHIP "\x60s"), SLICE("\x07\x11\x07\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40p"), SLICE("\x07\x11\x07\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40o"), SLICE("\x07\x11\x07\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40q"), SLICE("\x07\x11\x07\x11"), 2, NULL},
        {SLICE(SHIP "\x30ho"), SLICE("\x07\x11\x07\x11"), 2,
         "not greater than"},
        {SLICE(SHIP "\xf0\x01s"), SLICE("\x07\x11\x07\x11"), 2,
         "not greater than"},
        {SLICE(SHIP "\x5f\xf0\x07s"), SLICE("\x07\x11\x07\x11"), 2,
         "it is cut off"},
        {SLICE(SHIP), SLICE("\x08\x02\x03\0\0"), 1, NULL},
        {SLICE(SHIP), SLICE("\x08\x02\x04\0\0"), 1, "counts that cannot be"},
        {SLICE("\x04\3ship"), SLICE("\x08\x02\0"), 1, NULL},
        {SLICE("\x04\3ship"), SLICE("\x08\x02\0\0"), 1,
         "bytes behind the last of a block"},
        {SLICE("\x04\3ship"), SLICE("\x08" LONG "\0"), 1,
         "counts that cannot be"},
        {SLICE("\x04\5ship\x50s"), SLICE("\x0c" LONG "\x0c\x01"), 2,
         "counts that cannot be"},
        {SLICE("\x04\5ship\x50s"), SLICE("\x0e" LONG "\x0e\x01"), 2, NULL},
        {SLICE("\x04\5ship"),
         SLICE("\x0e\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 1,
         "it is cut off"},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct bed bed;
        struct bytes_out section = {0};
        struct dictionary dictionary;
        struct dictionary_cursor cursor;
        struct slice texts = rows[row].texts, entries = rows[row].entries;
        bed_init(&bed);
        bed_begin(&bed);
        uint64_t prefix = 0; /* of a first term of five bytes */
        for (size_t i = 1; i <= 8; i++)
            prefix =
                prefix << 8 | (i <= 5 && i < texts.len ? texts.data[i] : 0);
        put_slice(&section, texts);
        put_raw(&section, entries.data, entries.len);
        put_ends(&section, prefix, rows[row].terms);
        section_put(segment_section(bed.writer, SECTION_DICTIONARY),
                    section.data, section.len);
        bytes_out_release(&section);
        bed_write(&bed, 8, 1);
        CHECK_OK(dictionary_open(bed.file, &dictionary, &bed.err), bed.err);
        int rc =
            dictionary_seek(&dictionary, (struct slice){0}, &cursor, &bed.err);
        while (rc == ERR_OK && !cursor.at_end)
            rc = dictionary_next(&cursor, &bed.err);
        if (rows[row].reason)
            CHECK_MSG(rc == ERR_CORRUPT && cursor.at_end &&
                          strstr(bed.err.text, rows[row].reason) &&
                          strstr(bed.err.text, bed.path),
                      "row %zu: %s", row, rc ? bed.err.text : "accepted");
        else
            CHECK_MSG(rc == ERR_OK, "row %zu: %s", row, bed.err.text);
        bed_end(&bed);
    }
}

/* One more byte than a term may have; and more terms than there is room for. */
TEST(sizes_that_cannot_be_are_refused)
{
    for (uint32_t len = TERM_KEY_MAX - 1; len <= TERM_KEY_MAX + 1; len++)
        for (uint32_t terms = 1; terms <= 17; terms += 16) {
            struct bed bed;
            struct bytes_out section = {0};
            struct dictionary dictionary;
            struct dictionary_cursor cursor;
            bed_init(&bed);
            bed_begin(&bed);
            struct bytes_out more = {0};
            put_varint(&more, len - 1 - 15);
            put_varint(&section, (uint32_t)(1 + more.len + len));
            bytes_out_release(&more);
            put_u8(&section, 0x0f);
            put_varint(&section, len - 1 - 15);
            for (uint32_t i = 0; i < len; i++)
                put_u8(&section, 1);
            put_u8(&section, 0x07);
            put_u8(&section, 0x11);
            uint64_t end = section.len;
            put_ends(&section, UINT64_C(0x0101010101010101), terms);
            if (terms > 1)
                memset(section.data + section.len - 20, 0xff, 4);
            section_put(segment_section(bed.writer, SECTION_DICTIONARY),
                        section.data, section.len);
            bytes_out_release(&section);
            bed_write(&bed, 8, 1);
            int rc = dictionary_open(bed.file, &dictionary, &bed.err);
            CHECK_EQ(rc, terms == 1 ? ERR_OK : ERR_CORRUPT);
            if (rc == ERR_OK) {
                CHECK_EQ(dictionary.blocks_end, end);
                rc = dictionary_at(&dictionary, 0, &cursor, &bed.err);
                CHECK_EQ(rc, len > TERM_KEY_MAX ? ERR_CORRUPT : ERR_OK);
            }
            bed_end(&bed);
        }
}

/* `at` bytes behind where the tree begins one byte is another. */
static int check_with(const struct item *items, size_t n, long at, uint8_t byte,
                      const char *reason)
{
    struct err err = {0};
    struct bed bed;
    struct dictionary dictionary;
    bed_init(&bed);
    CHECK_OK(write_terms(items, n, &err), err);
    CHECK_OK(segment_file_open(path, &bed.file, &err), err);
    CHECK_OK(dictionary_open(bed.file, &dictionary, &err), err);
    struct bytes_out section = bed_section(bed.file, SECTION_DICTIONARY);
    section.data[(long)dictionary.level[0].offset + at] = byte;
    struct segment_file *written = bed.file;
    bed.file = NULL;
    bed_forge(&bed, written, SECTION_DICTIONARY,
              (struct slice){section.data, section.len});
    segment_file_close(written);
    bytes_out_release(&section);
    CHECK_OK(dictionary_open(bed.file, &dictionary, &err), err);
    int rc = dictionary_check(&dictionary, &err);
    CHECK_MSG(rc == ERR_OK ||
                  (strstr(err.text, bed.path) && strstr(err.text, reason)),
              "%s", err.text);
    bed_end(&bed);
    return rc;
}

/* 40 blocks: five nodes, one above them, two places, the lengths. */
/* 600 words, every other one in capitals, and of those every third as the word is not: 57
 * blocks. */
TEST(bits_of_words_against_their_rules_are_refused)
{
    enum { WORDS = 600, BITS = 6 * 64 + 2 * 8 + 57 * 2, RANKS = BITS + 80 };
    static struct item items[WORDS + WORDS / 2];
    for (int i = 0; i < WORDS + WORDS / 2; i++) {
        bool caps = i >= WORDS;
        items[i].len = (size_t)snprintf((char *)items[i].term, 16, "%c%03d",
                                        caps ? TERM_CAPS : TERM_WORD,
                                        caps ? 2 * (i - WORDS) : i);
        items[i].entry = (struct term_entry){
            .counts = {1, 1, 1},
            .place = {.single = true, .position = caps && i % 3 == 0}};
    }
    make_dir();
    static const struct {
        long at;
        uint8_t byte;
        const char *reason;
    } rows[] = {
        {BITS, 0x55, NULL},
        {BITS, 0x57, "words that are not those of a class"},
        {BITS, 0x15, "words that are not those of a class"},
        {BITS + 75, 0x01, "words that are not those of a class"},
        {RANKS, 1, "words that are not those of a class"},
        {RANKS + 4, 1, "words that are not those of a class"},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        CHECK_EQ(check_with(items, WORDS + WORDS / 2, rows[row].at,
                            rows[row].byte, rows[row].reason),
                 rows[row].reason ? ERR_CORRUPT : ERR_OK);
    remove_dir();
}

TEST(a_tree_or_place_against_its_rules_is_refused)
{
    enum { N = 640, ABOVE = 320, PLACES = 384, LENGTHS = 400 };
    static struct item items[N];
    for (int i = 0; i < N; i++) {
        items[i].len = (size_t)snprintf((char *)items[i].term, 16, "\1%03d", i);
        items[i].entry =
            (struct term_entry){.counts = {1, 1, 1}, .place = {.single = true}};
    }
    make_dir();
    static const struct {
        long at;
        uint8_t byte;
        const char *reason; /* NULL: as it was */
    } rows[] = {
        {4, '0', NULL}, /* "\1000" */
        {-1, 1, "no zeros before the tree"},
        {12, '1',
         NULL}, /* "\1016": 116, and so not less than those behind it */
        {13, '9', "do not rise"},
        {7, 2, "do not rise"},
        {0, 1, "contradicts itself"},
        {ABOVE, 1, "contradicts itself"},
        {ABOVE + 5 * 8, 0xfe, "do not rise"},
        {PLACES + 8, 0, "do not follow each other"},
        {PLACES, 1, "do not follow each other"},
        {PLACES + 7, 0x80, "not among the blocks"},
        {LENGTHS, 0, "do not follow each other"},
        {LENGTHS + 31 * 2, 1, "do not follow each other"},
        {LENGTHS + 39 * 2, 1, "in no block"},
        {LENGTHS + 39 * 2 + 1, 0xff, "not among the blocks"},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        CHECK_EQ(check_with(items, N, rows[row].at, rows[row].byte,
                            rows[row].reason),
                 rows[row].reason ? ERR_CORRUPT : ERR_OK);
    remove_dir();
}

RUN(T(bits_of_words_against_their_rules_are_refused),
    T(a_tree_or_place_against_its_rules_is_refused),
    T(damaged_bytes_do_no_harm), T(a_block_that_contradicts_itself_is_refused),
    T(sizes_that_cannot_be_are_refused))
