/* Every byte of a small committed index changed, one at a time: check finds it and names
 * its file, and whoever reads gets the right answer or an error that names the file. */
#include "small_index.h"

#include "engine/manifest.h"

#include <fcntl.h>

enum { ASKED = SMALL_QUERIES + 4, FILES_MAX = 16 };

static const char *const keys[] = {"wire:1", "wire:2", "paper:7", "wire:9"};
_Static_assert(ASKED == SMALL_QUERIES + sizeof keys / sizeof *keys, "all");

struct bed {
    char dir[64];
    struct stemmers *stemmers;
    char *file[FILES_MAX]; /* relative; MANIFEST first */
    size_t files;
    struct arena arena;
    struct strbuf right[ASKED], got;
};

static int ask(struct bed *bed, struct small_reader *reader, size_t which,
               struct strbuf *out, struct err *err)
{
    (void)bed;
    return which < SMALL_QUERIES
               ? small_ask(reader, small_queries[which], out, err)
               : small_show(reader, keys[which - SMALL_QUERIES], out, err);
}

static void list_files(struct bed *bed)
{
    struct manifest manifest;
    struct err err = {0};
    bed->file[bed->files++] = "MANIFEST";
    CHECK_OK(manifest_read(bed->dir, &bed->arena, &manifest, &err), err);
    CHECK_EQ(manifest.generation_count, 2);
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < manifest.generation[g].file_count; i++) {
            struct slice name = manifest.generation[g].file[i].name;
            bool known = false;
            for (size_t k = 0; k < bed->files; k++)
                known = known || slice_eq(name, slice_of(bed->file[k]));
            CHECK(bed->files < FILES_MAX);
            if (!known)
                bed->file[bed->files++] =
                    arena_printf(&bed->arena, "%.*s", SLICE_ARG(name));
        }
    CHECK_EQ(bed->files, 4); /* two segments and the state of one */
}

static void open_bed(struct bed *bed)
{
    struct small_reader reader;
    struct err err = {0};
    *bed = (struct bed){.dir = "/tmp/dateline-bytes-XXXXXX",
                        .stemmers = stemmers_new()};
    CHECK(mkdtemp(bed->dir) && bed->stemmers);
    arena_init(&bed->arena, SIZE_MAX);
    strbuf_init(&bed->got, 1 << 20);
    small_index_write(bed->dir, 4);
    list_files(bed);
    CHECK_OK(native_engine.check(bed->dir, NULL, NULL, &err), err);
    CHECK_OK(small_open(bed->dir, bed->stemmers, &reader, &err), err);
    for (size_t i = 0; i < ASKED; i++) {
        strbuf_init(&bed->right[i], 1 << 20);
        CHECK_OK(ask(bed, &reader, i, &bed->right[i], &err), err);
    }
    small_close(&reader);
}

static void close_bed(struct bed *bed)
{
    for (size_t i = 0; i < ASKED; i++)
        strbuf_release(&bed->right[i]);
    strbuf_release(&bed->got);
    stemmers_free(bed->stemmers);
    CHECK_EQ(tree_remove(bed->dir, NULL), 0);
    arena_reset(&bed->arena);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void note(void *context, const char *fault)
{
    strbuf_addf(context, "%s\n", fault);
}

static void want_found(struct bed *bed, const char *name, size_t at)
{
    struct err err = {0};
    strbuf_reset(&bed->got);
    int rc = native_engine.check(bed->dir, note, &bed->got, &err);
    CHECK_MSG(rc == ERR_CORRUPT || rc == ERR_MISMATCH, "%s: byte %zu: %d %s",
              name, at, rc, err.text);
    CHECK_MSG(strstr(err.text, base_name(name)), "%s: byte %zu: %s", name, at,
              err.text);
    CHECK_MSG(strstr(bed->got.data, base_name(name)), "%s: byte %zu: %s", name,
              at, bed->got.data);
}

static void expect_error(int rc, const struct err *err, const char *name,
                         size_t at)
{
    CHECK_MSG(rc == ERR_CORRUPT || rc == ERR_MISMATCH, "%s: byte %zu: %d %s",
              name, at, rc, err->text);
    CHECK_MSG(strstr(err->text, base_name(name)), "%s: byte %zu: %s", name, at,
              err->text);
}

static void expect_right_or_error(struct bed *bed, const char *name, size_t at)
{
    struct small_reader reader;
    struct err err = {0};
    int rc = small_open(bed->dir, bed->stemmers, &reader, &err);
    if (rc)
        expect_error(rc, &err, name, at);
    for (size_t i = 0; rc == ERR_OK && i < ASKED; i++) {
        strbuf_reset(&bed->got);
        int asked = ask(bed, &reader, i, &bed->got, &err);
        if (asked)
            expect_error(asked, &err, name, at);
        else
            CHECK_MSG(
                slice_eq(strbuf_slice(&bed->got), strbuf_slice(&bed->right[i])),
                "%s: byte %zu: a wrong answer: %s", name, at, bed->got.data);
    }
    small_close(&reader);
}

static void change_every_byte(struct bed *bed, const char *name)
{
    char path[200];
    struct bytes_out bytes = {0};
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", bed->dir, name);
    CHECK_OK(file_read(path, 1 << 24, &bytes, &err), err);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0 && bytes.len > 0);
    for (size_t at = 0; at < bytes.len; at++) {
        uint8_t changed = (uint8_t)(bytes.data[at] ^ 1 << at % 8);
        CHECK(pwrite(fd, &changed, 1, (off_t)at) == 1);
        want_found(bed, name, at);
        expect_right_or_error(bed, name, at);
        CHECK(pwrite(fd, &bytes.data[at], 1, (off_t)at) == 1);
    }
    close(fd);
    bytes_out_release(&bytes);
}

TEST(every_changed_byte_is_found_and_gives_no_wrong_answer)
{
    struct bed bed;
    struct err err = {0};
    open_bed(&bed);
    for (size_t i = 0; i < bed.files; i++)
        change_every_byte(&bed, bed.file[i]);
    CHECK_OK(native_engine.check(bed.dir, NULL, NULL, &err), err);
    close_bed(&bed);
}

/* Every length that a file may be cut to, or grow to by one. */
TEST(every_cut_file_is_found_and_gives_no_wrong_answer)
{
    struct bed bed;
    open_bed(&bed);
    for (size_t i = 0; i < bed.files; i++) {
        char path[200];
        struct bytes_out bytes = {0};
        struct err err = {0};
        snprintf(path, sizeof path, "%s/%s", bed.dir, bed.file[i]);
        CHECK_OK(file_read(path, 1 << 24, &bytes, &err), err);
        int fd = open(path, O_RDWR);
        CHECK(fd >= 0);
        for (size_t len = 0; len <= bytes.len + 1; len += 1 + len % 7) {
            if (len == bytes.len)
                continue;
            CHECK(ftruncate(fd, (off_t)len) == 0);
            want_found(&bed, bed.file[i], len);
            expect_right_or_error(&bed, bed.file[i], len);
            CHECK(pwrite(fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len);
        }
        CHECK(ftruncate(fd, (off_t)bytes.len) == 0);
        close(fd);
        bytes_out_release(&bytes);
    }
    close_bed(&bed);
}

RUN(T(every_changed_byte_is_found_and_gives_no_wrong_answer),
    T(every_cut_file_is_found_and_gives_no_wrong_answer))
