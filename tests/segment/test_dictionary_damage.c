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
#define SHIP "\x04\1ship\x0d\x11"
    static const struct {
        struct slice block;
        uint32_t terms;
        const char *reason; /* NULL: it is good */
    } rows[] = {
        {SLICE(SHIP), 1, NULL},
        {SLICE(SHIP "\x50s\x0d\x11"), 2, NULL},
        {SLICE(SHIP "\x00\2\x0d\x11"), 2, NULL},
        {SLICE("\x04\6wire\x21"), 1, NULL},
        {SLICE("\x04\5wire\x24\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire\x24\0"), 1, NULL},
        {SLICE("\x04\6wire\x28\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire\x00\0"), 1, "counts that cannot be"},
        {SLICE("\x04\6wire\x25"), 1, "an article that there is not"},
        {SLICE("\x04\1ship\x21\x11"), 1, "an article that there is not"},
        {SLICE("\x04\1ship\x0f\x11"), 1, "no kind that there is"},
        {SLICE("\x04\10ship\x0d\x11"), 1, "no class that there is"},
        {SLICE("\x04\0ship\x0d\x11"), 1, "no class that there is"},
        {SLICE("\x04\1ship\x0d"), 1, "it is cut off"},
        {SLICE("\x04\1shi"), 1, "not what the sparse index says"},
        {SLICE("\x14\1ship\x0d\x11"), 1, "not what the sparse index says"},
        {SLICE("\x05\1ships\x0d\x11"), 1, "not what the sparse index says"},
        {SLICE(SHIP "x"), 1, "bytes behind the last of a block"},
        {SLICE(SHIP), 2, "it is cut off"},
        {SLICE(SHIP "\x60s\x0d\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40p\x0d\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40o\x0d\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x40q\x0d\x11"), 2, NULL},
        {SLICE(SHIP "\x30ho\x0d\x11"), 2, "not greater than"},
        {SLICE(SHIP "\xf0\x01s\x0d\x11"), 2, "not greater than"},
        {SLICE(SHIP "\x5f\xf0\x07s\x0d\x11"), 2, "it is cut off"},
        {SLICE("\x04\3ship\x08\x02\x02\x00"), 1, NULL},
        {SLICE("\x04\3ship\x08\x02\x03\x00"), 1, "counts that cannot be"},
        {SLICE("\x04\3ship\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"
               "\x00"),
         1, "counts that cannot be"},
        {SLICE("\x04\5ship\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
               "\x50s\x08\x01"),
         2, "counts that cannot be"},
        {SLICE("\x04\5ship\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
               "\x50s\x0a\x01"),
         2, NULL},
        {SLICE("\x04\5ship\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 1,
         "it is cut off"},
        {SLICE(""), 1, "a block that is not among the blocks"},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct bed bed;
        struct bytes_out section = {0};
        struct dictionary dictionary;
        struct dictionary_cursor cursor;
        struct slice block = rows[row].block;
        bed_init(&bed);
        bed_begin(&bed);
        uint64_t prefix = 0; /* of a first term of five bytes */
        for (size_t i = 1; i <= 8; i++)
            prefix =
                prefix << 8 | (i <= 5 && i < block.len ? block.data[i] : 0);
        put_raw(&section, block.data, block.len);
        put_u64(&section, prefix);
        put_u64(&section, 0);
        put_ends(&section, block.len, rows[row].terms);
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
            put_u8(&section, 0x0f);
            put_varint(&section, len - 1 - 15);
            for (uint32_t i = 0; i < len; i++)
                put_u8(&section, 1);
            put_u8(&section, 0x0d);
            put_u8(&section, 0x11);
            uint64_t end = section.len;
            put_u64(&section, UINT64_C(0x0101010101010101));
            put_u64(&section, 0);
            put_ends(&section, end, terms);
            if (terms > 1)
                memset(section.data + section.len - 4, 0xff, 4);
            section_put(segment_section(bed.writer, SECTION_DICTIONARY),
                        section.data, section.len);
            bytes_out_release(&section);
            bed_write(&bed, 8, 1);
            int rc = dictionary_open(bed.file, &dictionary, &bed.err);
            CHECK_EQ(rc, terms == 1 ? ERR_OK : ERR_CORRUPT);
            if (rc == ERR_OK) {
                CHECK_EQ(dictionary.index_offset, end);
                rc = dictionary_at(&dictionary, 0, &cursor, &bed.err);
                CHECK_EQ(rc, len > TERM_KEY_MAX ? ERR_CORRUPT : ERR_OK);
            }
            bed_end(&bed);
        }
}

/* A table against its blocks: `at` bytes behind where it begins one byte is another. */
static int check_with(const struct item *items, size_t n, long at, uint8_t byte)
{
    struct err err = {0};
    struct bed bed;
    struct dictionary dictionary;
    bed_init(&bed);
    CHECK_OK(write_terms(items, n, &err), err);
    CHECK_OK(segment_file_open(path, &bed.file, &err), err);
    CHECK_OK(dictionary_open(bed.file, &dictionary, &err), err);
    struct bytes_out section = bed_section(bed.file, SECTION_DICTIONARY);
    section.data[(long)dictionary.table_offset + at] = byte;
    struct segment_file *written = bed.file;
    bed.file = NULL;
    bed_forge(&bed, written, SECTION_DICTIONARY,
              (struct slice){section.data, section.len});
    segment_file_close(written);
    bytes_out_release(&section);
    CHECK_OK(dictionary_open(bed.file, &dictionary, &err), err);
    int rc = dictionary_check(&dictionary, &err);
    CHECK(rc == ERR_OK || strstr(err.text, bed.path));
    bed_end(&bed);
    return rc;
}

TEST(a_hash_table_against_its_rules_is_refused)
{
    static struct item items[3] = {
        {{TERM_WORD, 'a'}, 2, {.counts = {1, 1, 1}, .place = {.single = true}}},
        {{TERM_WORD, 'b'}, 2, {.counts = {1, 1, 1}, .place = {.single = true}}},
        {{TERM_WORD, 'c'}, 2, {.counts = {1, 1, 1}, .place = {.single = true}}},
    };
    make_dir();
    CHECK_EQ(check_with(items, 3, 0, 1), ERR_OK);
    CHECK_EQ(check_with(items, 3, -1, 1), ERR_CORRUPT); /* zeros */
    CHECK_EQ(check_with(items, 3, 12, 1), ERR_CORRUPT); /* a fourth */
    CHECK_EQ(check_with(items, 3, 60, 1), ERR_CORRUPT); /* a gap */
    remove_dir();
}

RUN(T(a_hash_table_against_its_rules_is_refused), T(damaged_bytes_do_no_harm),
    T(a_block_that_contradicts_itself_is_refused),
    T(sizes_that_cannot_be_are_refused))
