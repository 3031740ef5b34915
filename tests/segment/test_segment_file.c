#include "patterned_file.h"

#include "bed.h"

#include <fcntl.h>
#include <zlib.h>

static void write_small(void)
{
    struct err err = {0};
    uint64_t size;
    uint32_t crc;
    CHECK_OK(write_file(small, 13, &size, &crc, &err), err);
}

static void put_whole_file(const char *name, const void *data, size_t len)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK(fd >= 0 && file_write_all(fd, data, len) == 0);
    close(fd);
}

static void count_fault(void *context, const char *fault)
{
    CHECK(strstr(fault, path));
    ++*(int *)context;
}

/* Every bit of a file of all kinds of parts: found at opening or by check, and a
 * section's bytes are right or refused. */
TEST(every_flipped_bit_is_found)
{
    struct err err = {0};
    struct bytes_out whole = {0};
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        struct segment_file *file = NULL;
        uint8_t byte = whole.data[bit / 8];
        uint8_t wrong = (uint8_t)(byte ^ 1 << bit % 8);
        CHECK(pwrite(fd, &wrong, 1, (off_t)(bit / 8)) == 1);
        int rc = segment_file_open(path, &file, &err);
        if (rc) {
            CHECK_MSG(rc == ERR_CORRUPT && strstr(err.text, path),
                      "bit %zu: %s", bit, err.text);
            CHECK(pwrite(fd, &byte, 1, (off_t)(bit / 8)) == 1);
            continue;
        }
        for (int id = 0; id < SECTION_COUNT; id++) {
            struct slice got;
            rc = section_bytes(file, (enum section_id)id, 0, small[id], &got,
                               &err);
            for (size_t i = 0; rc == ERR_OK && i < small[id]; i++)
                CHECK_EQ(got.data[i], byte_at(id, i));
            CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
        }
        int faults = 0;
        CHECK_EQ(segment_file_check(file, count_fault, &faults, &err),
                 ERR_CORRUPT);
        CHECK_EQ(faults, 1);
        segment_file_close(file);
        CHECK(pwrite(fd, &byte, 1, (off_t)(bit / 8)) == 1);
    }
    close(fd);
    bytes_out_release(&whole);
    remove_dir();
}

/* Bytes that were right once are not summed again, but by check. */
TEST(damage_after_opening_is_found_by_check)
{
    struct err err = {0};
    struct segment_file *file;
    struct slice got;
    struct bytes_out whole = {0};
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    CHECK_OK(segment_file_open(path, &file, &err), err);
    for (int id = 0; id < SECTION_COUNT; id++)
        CHECK_OK(
            section_bytes(file, (enum section_id)id, 0, small[id], &got, &err),
            err);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0);
    for (size_t at = 0; at < whole.len; at++) {
        uint8_t wrong = whole.data[at] ^ 0x10;
        int faults = 0;
        CHECK(pwrite(fd, &wrong, 1, (off_t)at) == 1);
        CHECK_OK(section_bytes(file, SECTION_STORED, 0, 700, &got, &err), err);
        CHECK_EQ(segment_file_check(file, count_fault, &faults, &err),
                 ERR_CORRUPT);
        CHECK(faults > 0);
        CHECK(pwrite(fd, &whole.data[at], 1, (off_t)at) == 1);
    }
    CHECK_OK(segment_file_check(file, NULL, NULL, &err), err);
    close(fd);
    segment_file_close(file);
    bytes_out_release(&whole);
    remove_dir();
}

/* The first page is known to be right, the last is not. */
TEST(each_page_of_a_range_is_summed)
{
    enum { LONG = 4 * SEGMENT_PAGE };
    static const size_t sizes[SECTION_COUNT] = {LONG};
    struct err err = {0};
    struct segment_file *file;
    struct slice got;
    uint64_t size;
    uint32_t crc;
    make_dir();
    for (int bad = 1; bad < 4; bad++) {
        CHECK_OK(write_file(sizes, 4096, &size, &crc, &err), err);
        int fd = open(path, O_RDWR);
        CHECK(fd >= 0 && pwrite(fd, "!?", 2, bad * SEGMENT_PAGE) == 2);
        close(fd);
        CHECK_OK(segment_file_open(path, &file, &err), err);
        for (uint32_t len = 1; len <= LONG; len += SEGMENT_PAGE / 8) {
            bool reaches = len + 64 > (uint32_t)bad * SEGMENT_PAGE;
            CHECK_EQ(section_bytes(file, SECTION_STORED, 0, len, &got, &err),
                     reaches ? ERR_CORRUPT : ERR_OK);
        }
        segment_file_close(file);
    }
    remove_dir();
}

TEST(a_file_of_another_length_is_refused)
{
    struct err err = {0};
    struct bytes_out whole = {0};
    struct segment_file *file;
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    for (size_t len = whole.len; len-- > 0;) {
        CHECK(truncate(path, (off_t)len) == 0);
        CHECK_EQ(segment_file_open(path, &file, &err), ERR_CORRUPT);
        CHECK(strstr(err.text, path));
        CHECK(strstr(err.text, len == 0    ? "empty"
                               : len < 148 ? "too short"
                                           : "its header says"));
    }
    put_whole_file(path, whole.data, whole.len);
    for (size_t more = 1; more < 70; more++) {
        put_u8(&whole, 0);
        put_whole_file(path, whole.data, whole.len);
        CHECK_EQ(segment_file_open(path, &file, &err), ERR_CORRUPT);
    }
    bytes_out_release(&whole);
    remove_dir();
}

/* Writers that are wrong but sum what they write. */
TEST(a_header_that_contradicts_itself_is_refused)
{
    enum { DOCS = 16, DATA_END = 32, ZERO = 44, SIZE = 48, SECTIONS = 56 };
    static const struct {
        const char *what;
        size_t at;
        uint64_t value;
        int width, rc;
    } rows[] = {
        {"a newer format", 8, 2, 4, ERR_MISMATCH},
        {"format 0", 8, 0, 4, ERR_CORRUPT},
        {"other blocks", 12, 64, 4, ERR_MISMATCH},
        {"too many articles", DOCS, UINT32_MAX - 2, 4, ERR_CORRUPT},
        {"no number for archived", DOCS, UINT32_MAX, 4, ERR_CORRUPT},
        {"data that end nowhere", DATA_END, UINT64_MAX - 63, 8, ERR_CORRUPT},
        {"data that end at an odd place", DATA_END, 65, 8, ERR_CORRUPT},
        {"no header", DATA_END, 0, 8, ERR_CORRUPT},
        {"no data", DATA_END, 64, 8, ERR_CORRUPT},
        {"no zeros", ZERO, 1 << 24, 4, ERR_CORRUPT},
        {"another size", SIZE, 1 << 20, 8, ERR_CORRUPT},
        {"another number of sections", SECTIONS, SECTION_COUNT + 1, 4,
         ERR_CORRUPT},
    };
    struct err err = {0};
    struct bytes_out whole = {0};
    struct segment_file *file;
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        uint8_t *copy = malloc(whole.len);
        memcpy(copy, whole.data, whole.len);
        for (int i = 0; i < rows[row].width; i++)
            copy[rows[row].at + (size_t)i] =
                (uint8_t)(rows[row].value >> 8 * i);
        uint32_t sum = (uint32_t)crc32(0, copy, 60);
        for (int i = 0; i < 4; i++)
            copy[60 + i] = (uint8_t)(sum >> 8 * i);
        put_whole_file(path, copy, whole.len);
        free(copy);
        int rc = segment_file_open(path, &file, &err);
        CHECK_MSG(rc == rows[row].rc, "%s: %s", rows[row].what, err.text);
        CHECK(strstr(err.text, path));
    }
    bytes_out_release(&whole);
    remove_dir();
}

TEST(sections_that_do_not_fit_are_refused)
{
    /* Two sections whose sizes are changed; the second may make up for the first. */
    static const struct {
        int section;
        uint64_t size;
        int other;
        uint64_t other_size;
    } rows[] = {
        {0, UINT64_MAX, 7, 128},
        {0, UINT64_MAX - 63, 7, 128},
        {0, 0, 7, 128},
        {0, 700, 7, 0},
        {0, 700, 7, 129},
        {3, 65, 7, 128},
        {5, 1 << 30, 7, 128},
        {0, UINT64_MAX - 63, 7, 768 + 128},
        {0, UINT64_MAX - 127, 7, 1024},
    };
    struct err err = {0};
    struct bytes_out whole = {0};
    struct segment_file *file;
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    struct bytes_in in =
        bytes_in((struct slice){whole.data + 32, whole.len - 32});
    uint64_t data_end = get_u64(&in);
    size_t table = whole.len - 8 * SECTION_COUNT - 4;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        uint8_t *copy = malloc(whole.len);
        memcpy(copy, whole.data, whole.len);
        memcpy(copy + table + 8 * rows[row].section, &rows[row].size, 8);
        memcpy(copy + table + 8 * rows[row].other, &rows[row].other_size, 8);
        uint32_t sum =
            (uint32_t)crc32_z(0, copy + data_end, whole.len - 4 - data_end);
        for (int i = 0; i < 4; i++)
            copy[whole.len - 4 + (size_t)i] = (uint8_t)(sum >> 8 * i);
        put_whole_file(path, copy, whole.len);
        free(copy);
        CHECK_MSG(segment_file_open(path, &file, &err) == ERR_CORRUPT,
                  "row %zu", row);
        CHECK(strstr(err.text, path));
    }
    bytes_out_release(&whole);
    remove_dir();
}

TEST(what_is_no_segment_says_why)
{
    struct err err = {0};
    struct segment_file *file;
    uint8_t zeros[4096] = {0};
    make_dir();
    CHECK_EQ(segment_file_open(path, &file, &err), ERR_NOTFOUND);
    CHECK_EQ(segment_file_open(dir, &file, &err), ERR_CORRUPT);
    CHECK_EQ(segment_file_open("/dev/null", &file, &err), ERR_CORRUPT);
    put_whole_file(path, "", 0);
    CHECK_EQ(segment_file_open(path, &file, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, "empty"));
    put_whole_file(path, zeros, sizeof zeros);
    CHECK_EQ(segment_file_open(path, &file, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, "no segment"));
    remove_dir();
}

/* --- docs/format/segment.md --- */

static void set_sum(uint8_t *whole, size_t at, size_t from, size_t to)
{
    uint32_t sum = (uint32_t)crc32_z(0, whole + from, to - from);
    for (int i = 0; i < 4; i++)
        whole[at + (size_t)i] = (uint8_t)(sum >> 8 * i);
}

/* The page has blocks of 128. */
TEST(the_documented_example_is_what_it_says)
{
    static const struct segment_facts documented = {3, 1, 250, 16};
    struct err err = {0};
    struct segment_writer *writer;
    struct bytes_out got = {0};
    uint64_t size;
    uint32_t crc;
    struct bytes_out want = hex_block(PROJECT_DIR "/docs/format/segment.md", 1);
    CHECK_EQ(want.len, 216);
    if (SEGMENT_BLOCK == 8) {
        want.data[12] = 8;
        set_sum(want.data, 60, 0, 60);
        set_sum(want.data, 128, 0, 128);
        set_sum(want.data, 212, 128, 212);
    }
    make_dir();
    CHECK_OK(segment_writer_open(dir, "a.seg", &writer, &err), err);
    section_put(segment_section(writer, SECTION_POSITIONS), "abc", 3);
    CHECK_OK(segment_writer_finish(writer, &documented, &size, &crc, &err),
             err);
    segment_writer_close(writer);
    CHECK_OK(file_read(path, 1 << 20, &got, &err), err);
    CHECK_EQ(got.len, want.len);
    for (size_t i = 0; i < got.len; i++)
        CHECK_MSG(got.data[i] == want.data[i], "byte %zu: %02x, want %02x", i,
                  got.data[i], want.data[i]);
    bytes_out_release(&got);
    bytes_out_release(&want);
    remove_dir();
}

RUN(T(every_flipped_bit_is_found), T(damage_after_opening_is_found_by_check),
    T(each_page_of_a_range_is_summed), T(a_file_of_another_length_is_refused),
    T(a_header_that_contradicts_itself_is_refused),
    T(sections_that_do_not_fit_are_refused), T(what_is_no_segment_says_why),
    T(the_documented_example_is_what_it_says))
