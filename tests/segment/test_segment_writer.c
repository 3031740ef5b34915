#include "patterned_file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

/* --- the system's refusals: the n-th call from now of a kind fails --- */

enum call { CALL_OPENAT, CALL_WRITE, CALL_FSYNC, CALL_RENAME, CALLS };

static long calls_left[CALLS] = {-1, -1, -1, -1};
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

int openat(int at, const char *name, int flags, ...)
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
    return (int)syscall(SYS_openat, at, name, flags, mode);
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

/* A disk is not waited for. */
int fsync(int fd)
{
    (void)fd;
    if (refused(CALL_FSYNC)) {
        errno = EIO;
        return -1;
    }
    return 0;
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (refused(CALL_RENAME)) {
        errno = EROFS;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

/* --- the tests --- */

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
            CHECK(memcmp(segment_file_facts(file), &pattern_facts,
                         sizeof pattern_facts) == 0);
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

/* What was said to be written is there. */
static void check_file(const size_t sizes[SECTION_COUNT])
{
    struct err err = {0};
    struct segment_file *file;
    CHECK_OK(segment_file_open(path, &file, &err), err);
    for (int id = 0; id < SECTION_COUNT; id++)
        check_section(file, id, sizes[id]);
    segment_file_close(file);
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
                if (rc == ERR_OK)
                    check_file(sizes);
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
        if (rc == ERR_OK)
            check_file(small);
        unlink(path);
        if (rc == ERR_OK)
            break;
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK(strstr(err.text, dir));
    }
    remove_dir();
}

RUN(T(what_is_put_is_read), T(a_writer_that_does_not_finish_leaves_nothing),
    T(a_name_or_directory_that_cannot_be_is_refused),
    T(a_refusal_of_the_system_leaves_no_file), T(memory_may_run_out_anywhere))
