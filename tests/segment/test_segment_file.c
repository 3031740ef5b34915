#include "segment/segment_file.h"

#include "bed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

/* --- the system's refusals: the n-th call from now of a kind fails --- */

enum call { CALL_OPENAT, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALLS };

static long calls_left[CALLS];
static bool no_tmpfile;
static size_t write_at_most = SIZE_MAX;

static bool refused(enum call call)
{
    return calls_left[call] >= 0 && calls_left[call]-- == 0;
}

static void refuse_call(enum call call, long after)
{
    for (int i = 0; i < CALLS; i++)
        calls_left[i] = -1;
    calls_left[call] = after;
}

static void refuse_no_call(void)
{
    refuse_call(CALL_OPENAT, -1);
}

int openat(int dir, const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (refused(CALL_OPENAT)) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (fd > 2 && refused(CALL_WRITE)) {
        errno = ENOSPC;
        return -1;
    }
    if (fd > 2 && len > write_at_most)
        len = write_at_most;
    return syscall(SYS_write, fd, data, len);
}

int fsync(int fd)
{
    if (refused(CALL_FSYNC)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (refused(CALL_RENAME)) {
        errno = EROFS;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

/* --- helpers --- */

static char dir[64], path[128];

static void make_dir(void)
{
    refuse_no_call();
    strcpy(dir, "/tmp/dateline-segment-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

static int entries(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    CHECK(d);
    for (const struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static const struct segment_facts facts = {3, 2, 1000};

/* Section `id` has sizes[id] bytes of a sequence that is its own. */
static uint8_t byte_at(int id, size_t at)
{
    return (uint8_t)(at * 7 + at / 251 + (size_t)id * 31);
}

static int write_file(const size_t sizes[SECTION_COUNT], size_t step,
                      uint64_t *size, uint32_t *crc, struct err *err)
{
    struct segment_writer *writer = NULL;
    int rc = segment_writer_open(dir, "a.seg", &writer, err);
    if (rc)
        return rc;
    uint8_t *bytes = malloc(step);
    for (int id = 0; id < SECTION_COUNT; id++) {
        struct section_out *out = segment_section(writer, (enum section_id)id);
        for (size_t at = 0; at < sizes[id];) {
            size_t n = step < sizes[id] - at ? step : sizes[id] - at;
            for (size_t i = 0; i < n; i++)
                bytes[i] = byte_at(id, at + i);
            section_put(out, bytes, n);
            at += n;
        }
    }
    free(bytes);
    rc = segment_writer_finish(writer, &facts, size, crc, err);
    segment_writer_close(writer);
    return rc;
}

static const size_t small[SECTION_COUNT] = {700, 0, 64, 1, 65, 300, 2, 128};

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

static void check_section(const struct segment_file *file, int id, size_t size)
{
    struct err err = {0};
    struct slice all;
    enum section_id section = (enum section_id)id;
    CHECK_EQ(section_length(file, section), size);
    CHECK_OK(section_bytes(file, section, 0, size, &all, &err), err);
    CHECK_EQ((uintptr_t)all.data % 64, 0);
    CHECK_EQ(all.len, size);
    for (size_t i = 0; i < size; i++)
        CHECK_MSG(all.data[i] == byte_at(id, i), "section %d, byte %zu", id, i);
    CHECK_EQ(section_bytes(file, section, 0, size + 1, &all, &err),
             ERR_CORRUPT);
    CHECK(strstr(err.text, section_name(section)) && strstr(err.text, path));
    CHECK_EQ(section_bytes(file, section, size + 1, 0, &all, &err),
             ERR_CORRUPT);
    CHECK_EQ(section_bytes(file, section, UINT64_MAX, 2, &all, &err),
             ERR_CORRUPT);
    CHECK_EQ(section_bytes(file, section, 1, UINT64_MAX, &all, &err),
             ERR_CORRUPT);
    CHECK_OK(section_bytes(file, section, size, 0, &all, &err), err);
}

/* --- the tests --- */

TEST(what_is_put_is_read)
{
    static const struct {
        const char *what;
        size_t sizes[SECTION_COUNT];
        size_t step;
    } rows[] = {
        {"all empty", {0}, 1},
        {"one byte", {0, 0, 0, 1}, 1},
        {"small", {700, 0, 64, 1, 65, 300, 2, 128}, 13},
        {"at the limit of memory", {1 << 20, 0, (1 << 20) - 1}, 1 << 10},
        {"past it", {3 << 20, 1, (1 << 20) + 1, 0, 0, 0, 0, 2 << 20}, 100},
        {"in great pieces", {5000000, 3000000, 0, 0, 700000}, 1300000},
        {"pieces of more than half", {3 << 20, 0, 0, 5}, 600 << 10},
    };
    make_dir();
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        for (int named = 0; named < 2; named++) {
            struct err err = {0};
            uint64_t size, real_size;
            uint32_t crc, real_crc;
            no_tmpfile = named;
            write_at_most = row % 2 ? 100000 : SIZE_MAX;
            CHECK_MSG(write_file(rows[row].sizes, rows[row].step, &size, &crc,
                                 &err) == 0,
                      "%s: %s", rows[row].what, err.text);
            CHECK_EQ(entries(), 1);
            CHECK_OK(file_crc32(path, &real_crc, &real_size, &err), err);
            CHECK_EQ(size, real_size);
            CHECK_EQ(crc, real_crc);
            struct segment_file *file;
            CHECK_OK(segment_file_open(path, &file, &err), err);
            CHECK_TEXT(segment_file_path(file), path);
            CHECK(memcmp(segment_file_facts(file), &facts, sizeof facts) == 0);
            for (int id = 0; id < SECTION_COUNT; id++)
                check_section(file, id, rows[row].sizes[id]);
            CHECK_OK(segment_file_check(file, NULL, NULL, &err), err);
            CHECK_OK(segment_file_damage(file, &err), err);
            segment_file_close(file);
        }
    no_tmpfile = false;
    write_at_most = SIZE_MAX;
    remove_dir();
}

TEST(a_writer_that_does_not_finish_leaves_nothing)
{
    struct err err = {0};
    struct segment_writer *writer;
    make_dir();
    CHECK_OK(segment_writer_open(dir, "a.seg", &writer, &err), err);
    uint8_t *much = calloc(1, 3 << 20);
    section_put(segment_section(writer, SECTION_STORED), much, 3 << 20);
    CHECK_EQ(section_size(segment_section(writer, SECTION_STORED)), 3 << 20);
    CHECK_EQ(entries(), 0);
    segment_writer_close(writer);
    segment_writer_close(NULL);
    CHECK_EQ(entries(), 0);
    free(much);
    remove_dir();
}

TEST(a_name_or_directory_that_cannot_be_is_refused)
{
    struct err err = {0};
    struct segment_writer *writer;
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    make_dir();
    CHECK_EQ(segment_writer_open(dir, name, &writer, &err), ERR_INVALID);
    CHECK_EQ(segment_writer_open(path, "a.seg", &writer, &err), ERR_IO);
    CHECK(strstr(err.text, path));
    remove_dir();
}

TEST(a_refusal_of_the_system_leaves_no_file)
{
    static const size_t sizes[SECTION_COUNT] = {3 << 20, 5, 2 << 20};
    make_dir();
    for (int call = 0; call < CALLS; call++)
        for (int named = 0; named < 2; named++) {
            int failures = 0;
            for (long n = 0;; n++) {
                struct err err = {0};
                uint64_t size;
                uint32_t crc;
                no_tmpfile = named;
                refuse_call((enum call)call, n);
                int rc = write_file(sizes, 100000, &size, &crc, &err);
                /* A refused O_TMPFILE is not the end, mkostemp() is tried: which
                 * does not go through our openat(). */
                bool reached = calls_left[call] < 0;
                refuse_no_call();
                if (rc == ERR_OK && !reached)
                    break;
                CHECK_EQ(entries(), rc == ERR_OK);
                CHECK(rc == ERR_OK || (rc == ERR_IO && strlen(err.text) > 20));
                failures += rc != ERR_OK;
                unlink(path);
            }
            CHECK_MSG(failures > 0, "call %d", call);
            unlink(path);
        }
    no_tmpfile = false;
    remove_dir();
}

TEST(memory_may_run_out_anywhere)
{
    make_dir();
    for (long n = 0;; n++) {
        struct err err = {0};
        uint64_t size;
        uint32_t crc;
        struct segment_file *file = NULL;
        mem_fail_after(n);
        int rc = write_file(small, 13, &size, &crc, &err);
        CHECK_EQ(entries(), rc == ERR_OK);
        if (rc == ERR_OK)
            rc = segment_file_open(path, &file, &err);
        mem_fail_after(-1);
        segment_file_close(file);
        unlink(path);
        if (rc == ERR_OK)
            break;
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK(strstr(err.text, dir));
    }
    remove_dir();
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
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        struct segment_file *file = NULL;
        whole.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put_whole_file(path, whole.data, whole.len);
        whole.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int rc = segment_file_open(path, &file, &err);
        CHECK_MSG(rc == ERR_OK || rc == ERR_CORRUPT, "bit %zu: %s", bit,
                  err.text);
        CHECK(rc == ERR_OK || strstr(err.text, path));
        if (rc)
            continue;
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
    }
    bytes_out_release(&whole);
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
    for (size_t len = 0; len < whole.len; len++) {
        put_whole_file(path, whole.data, len);
        CHECK_EQ(segment_file_open(path, &file, &err), ERR_CORRUPT);
        CHECK(strstr(err.text, path));
    }
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
    enum { DOCS = 16, DATA_END = 32, TABLE = 40, SIZE = 48, SECTIONS = 56 };
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
        {"a table elsewhere", TABLE, 64, 8, ERR_CORRUPT},
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
    static const struct {
        int section;
        uint64_t size;
    } rows[] = {{0, UINT64_MAX}, {0, UINT64_MAX - 63}, {0, 0}, {7, 0}, {7, 129},
                {3, 65},         {5, 1 << 30}};
    struct err err = {0};
    struct bytes_out whole = {0};
    struct segment_file *file;
    make_dir();
    write_small();
    CHECK_OK(file_read(path, 1 << 20, &whole, &err), err);
    struct bytes_in in =
        bytes_in((struct slice){whole.data + 32, whole.len - 32});
    uint64_t data_end = get_u64(&in), table = get_u64(&in);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        uint8_t *copy = malloc(whole.len);
        memcpy(copy, whole.data, whole.len);
        for (int i = 0; i < 8; i++)
            copy[table + (uint64_t)rows[row].section * 8 + (uint64_t)i] =
                (uint8_t)(rows[row].size >> 8 * i);
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
    static const struct segment_facts documented = {3, 1, 250};
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

RUN(T(what_is_put_is_read), T(a_writer_that_does_not_finish_leaves_nothing),
    T(a_name_or_directory_that_cannot_be_is_refused),
    T(a_refusal_of_the_system_leaves_no_file), T(memory_may_run_out_anywhere),
    T(every_flipped_bit_is_found), T(a_file_of_another_length_is_refused),
    T(a_header_that_contradicts_itself_is_refused),
    T(sections_that_do_not_fit_are_refused), T(what_is_no_segment_says_why),
    T(the_documented_example_is_what_it_says))
