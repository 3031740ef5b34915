#include "base/files.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/dateline-files-XXXXXX";

/* dir/name; valid until four more calls. */
static const char *path_of(const char *name)
{
    static char room[4][200];
    static size_t next;
    char *path = room[next++ % 4];
    snprintf(path, sizeof room[0], "%s/%s", dir, name);
    return path;
}

static void make_file(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK_MSG(fd >= 0, "%s", path);
    CHECK_EQ(file_write_all(fd, data, len), 0);
    CHECK_EQ(close(fd), 0);
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* Bytes of every value, more than any buffer inside. */
static struct slice large_content(void)
{
    static uint8_t data[(300 << 10) + 7];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 >> 3);
    return (struct slice){data, sizeof data};
}

TEST(a_file_comes_back_whole)
{
    const size_t sizes[] = {0, 1, 16 << 10, (16 << 10) + 1, 300 << 10};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct err err = {0};
        struct bytes_out out = {0};
        struct slice want = slice_part(large_content(), 0, sizes[i]);
        make_file(path_of("a"), want.data, want.len);
        CHECK_OK(file_read(path_of("a"), want.len, &out, &err), err);
        CHECK(slice_eq((struct slice){out.data, out.len}, want));
        bytes_out_release(&out);
        if (sizes[i] == 0)
            continue;
        CHECK_EQ(file_read(path_of("a"), want.len - 1, &out, &err), ERR_LIMIT);
        CHECK(strstr(err.text, path_of("a")));
        bytes_out_release(&out);
    }
}

/* `call` fails like this, and the text names `path`. */
#define CHECK_FAILS(call, code, path)                                          \
    do {                                                                       \
        err = (struct err){0};                                                 \
        CHECK_EQ(call, code);                                                  \
        CHECK_MSG(strstr(err.text, path), "%s", err.text);                     \
    } while (0)

TEST(failures_name_the_path)
{
    struct err err;
    struct bytes_out out = {0};
    uint32_t crc;
    uint64_t size;
    const char *missing = path_of("missing/x"), *file = path_of("file");
    char below_file[250], copy[200];
    make_file(file, "x", 1);
    snprintf(below_file, sizeof below_file, "%s/below", file);
    snprintf(copy, sizeof copy, "%s", path_of("copy"));
    CHECK_FAILS(file_read(missing, 9, &out, &err), ERR_NOTFOUND, missing);
    CHECK_FAILS(file_read(below_file, 9, &out, &err), ERR_IO, below_file);
    CHECK_FAILS(file_read(dir, 9, &out, &err), ERR_IO, dir);
    CHECK_FAILS(file_sync_dir(missing, &err), ERR_IO, missing);
    CHECK_FAILS(file_sync_dir(file, &err), ERR_IO, file);
    CHECK_FAILS(dir_make(below_file, 0755, &err), ERR_IO, file);
    CHECK_FAILS(dir_make(file, 0755, &err), ERR_IO, file);
    CHECK_FAILS(dir_make("", 0755, &err), ERR_INVALID, "''");
    CHECK_FAILS(file_crc32(missing, &crc, &size, &err), ERR_IO, missing);
    CHECK_FAILS(file_crc32(dir, &crc, &size, &err), ERR_IO, dir);
    CHECK_FAILS(dir_copy(missing, copy, &err), ERR_IO, missing);
    CHECK_FAILS(dir_copy(dir, file, &err), ERR_IO, file);
    bytes_out_release(&out);
}

TEST(reading_without_memory_is_an_error)
{
    struct slice content = large_content();
    make_file(path_of("big"), content.data, content.len);
    int rc = ERR_NOMEM;
    for (long n = 0; rc; n++) {
        struct err err = {0};
        struct bytes_out out = {0};
        CHECK(n < 40);
        mem_fail_after(n);
        rc = file_read(path_of("big"), content.len, &out, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        CHECK(rc == 0 || strstr(err.text, path_of("big")));
        bytes_out_release(&out);
    }
}

TEST(a_directory_is_made_with_its_parents)
{
    static const char *const rows[] = {"p/q/r", "p/q", "p/q/s/", "p//t/./u"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int again = 0; again < 2; again++) {
            struct err err = {0};
            struct stat st;
            CHECK_OK(dir_make(path_of(rows[i]), 0755, &err), err);
            CHECK_EQ(stat(path_of(rows[i]), &st), 0);
            CHECK(S_ISDIR(st.st_mode));
        }
    char too_long[PATH_MAX + 2];
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    CHECK_EQ(dir_make(too_long, 0755, NULL), ERR_INVALID);
}

TEST(a_directory_holds_something_or_nothing)
{
    CHECK(!dir_holds_anything(path_of("none")));
    CHECK_EQ(dir_make(path_of("empty"), 0755, NULL), 0);
    CHECK(!dir_holds_anything(path_of("empty")));
    make_file(path_of("empty/.x"), "", 0);
    CHECK(dir_holds_anything(path_of("empty")));
    CHECK(!dir_holds_anything(path_of("empty/.x")));
    CHECK_EQ(tree_remove(path_of("empty"), NULL), 0);
}

TEST(a_tree_is_removed_and_nothing_beside_it)
{
    struct err err = {0};
    CHECK_OK(dir_make(path_of("tree/deep/er"), 0755, &err), err);
    make_file(path_of("tree/deep/er/file"), "x", 1);
    make_file(path_of("kept"), "x", 1);
    CHECK_EQ(symlink("../kept", path_of("tree/link")), 0);
    CHECK_EQ(symlink("../../..", path_of("tree/deep/up")), 0);
    CHECK_OK(tree_remove(path_of("tree"), &err), err);
    CHECK(!exists(path_of("tree")));
    CHECK(exists(path_of("kept")));
    CHECK_OK(tree_remove(path_of("tree"), &err), err);
    CHECK_OK(tree_remove(path_of("kept"), &err), err);
    CHECK(!exists(path_of("kept")));
}

TEST(a_copy_is_equal)
{
    struct err err = {0};
    struct slice content = large_content();
    CHECK_OK(dir_make(path_of("from"), 0755, &err), err);
    make_file(path_of("from/large"), content.data, content.len);
    make_file(path_of("from/empty"), "", 0);
    CHECK_OK(dir_copy(path_of("from"), path_of("to"), &err), err);
    uint32_t crc, crc_copy;
    uint64_t size, size_copy;
    CHECK_OK(file_crc32(path_of("from/large"), &crc, &size, &err), err);
    CHECK_OK(file_crc32(path_of("to/large"), &crc_copy, &size_copy, &err), err);
    CHECK_EQ(size, content.len);
    CHECK_EQ(size_copy, content.len);
    CHECK_EQ(crc_copy, crc);
    CHECK_OK(file_crc32(path_of("to/empty"), &crc, &size, &err), err);
    CHECK(crc == 0 && size == 0);
    CHECK_EQ(dir_copy(path_of("from"), path_of("to"), &err), ERR_IO);
}

TEST(a_copy_that_fails_names_the_file)
{
    struct err err = {0};
    CHECK_OK(dir_make(path_of("mixed/inner"), 0755, &err), err);
    CHECK_EQ(dir_copy(path_of("mixed"), path_of("mixed_copy"), &err), ERR_IO);
    CHECK_MSG(strstr(err.text, path_of("mixed/inner")), "%s", err.text);
    CHECK_OK(dir_make(path_of("linked"), 0755, &err), err);
    CHECK_EQ(symlink("nowhere", path_of("linked/link")), 0);
    CHECK_EQ(dir_copy(path_of("linked"), path_of("linked_copy"), &err), ERR_IO);
    CHECK_MSG(strstr(err.text, path_of("linked/link")), "%s", err.text);
}

TEST(the_checksum_is_that_of_zlib)
{
    struct err err = {0};
    uint32_t crc;
    uint64_t size;
    make_file(path_of("nine"), "123456789", 9);
    CHECK_OK(file_crc32(path_of("nine"), &crc, &size, &err), err);
    CHECK_EQ(crc, 0xcbf43926); /* the check value of CRC-32 */
    CHECK_EQ(size, 9);
}

TEST(writing_everything_or_an_errno)
{
    int ends[2];
    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(file_write_all(ends[1], "abc", 3), 0);
    char got[4] = "";
    CHECK_EQ(read(ends[0], got, 3), 3);
    CHECK_TEXT(got, "abc");
    close(ends[1]);
    CHECK_EQ(file_write_all(ends[0], "abc", 3), -1);
    close(ends[0]);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return tree_remove(dir, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file_comes_back_whole),
        T(failures_name_the_path),
        T(reading_without_memory_is_an_error),
        T(a_directory_is_made_with_its_parents),
        T(a_directory_holds_something_or_nothing),
        T(a_tree_is_removed_and_nothing_beside_it),
        T(a_copy_is_equal),
        T(a_copy_that_fails_names_the_file),
        T(the_checksum_is_that_of_zlib),
        T(writing_everything_or_an_errno),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
