/* Sections grow side by side, but the file wants them one behind the other: so each
 * waits in memory, and what is past SPILL_BYTES in a file without a name, until all
 * sizes are known. The file is then written from its first byte to its last. */
#include "segment/segment_file.h"

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "segment/segment_file_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    SPILL_BYTES = 1 << 20,
    COPY_BYTES = 256 << 10,
    NAME_SIZE = 256,
};

struct section_out {
    struct segment_writer *writer; /* NULL: aside */
    struct bytes_out tail;         /* what has come since the last spill */
    int spill;                     /* -1: none */
    uint64_t spilled;              /* bytes in it */
    struct err failure;            /* the first */
};

struct segment_writer {
    char *dir;
    char name[NAME_SIZE], temp[NAME_SIZE];
    int dir_fd;
    struct section_out section[SECTION_COUNT];
};

/* --- sections --- */

int segment_writer_open(const char *dir, const char *name,
                        struct segment_writer **out, struct err *err)
{
    struct segment_writer *writer = mem_alloc(sizeof *writer);
    char *copy = mem_alloc(strlen(dir) + 1);
    int rc = ERR_OK;
    if (!writer || !copy) {
        mem_free(writer);
        mem_free(copy);
        return err_set(err, ERR_NOMEM, "%s/%s: no memory to write it", dir,
                       name);
    }
    memset(writer, 0, sizeof *writer);
    writer->dir = strcpy(copy, dir);
    for (int i = 0; i < SECTION_COUNT; i++) {
        writer->section[i].writer = writer;
        writer->section[i].spill = -1;
    }
    int n = snprintf(writer->temp, NAME_SIZE, "%s.tmp", name);
    writer->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writer->dir_fd < 0)
        rc = err_set_errno(err, "open", dir);
    else if (n < 0 || n >= NAME_SIZE)
        rc = err_set(err, ERR_INVALID, "file name too long: %s", name);
    if (rc) {
        segment_writer_close(writer);
        return rc;
    }
    strcpy(writer->name, name);
    *out = writer;
    return ERR_OK;
}

struct section_out *segment_section(struct segment_writer *writer,
                                    enum section_id id)
{
    return &writer->section[id];
}

/* A file that goes away with its descriptor. Not every file system has O_TMPFILE. */
static int open_spill(const struct segment_writer *writer, struct err *err)
{
    int fd = openat(writer->dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    size_t size = strlen(writer->dir) + sizeof "/spill-XXXXXX";
    char *path = mem_alloc(size);
    if (!path) {
        err_set(err, ERR_NOMEM, "%s: no memory for a file's name", writer->dir);
        return -1;
    }
    snprintf(path, size, "%s/spill-XXXXXX", writer->dir);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        err_set_errno(err, "make a temporary file in", writer->dir);
    else
        unlink(path);
    mem_free(path);
    return fd;
}

/* The section's bytes until now, and `len` more, go to its file. */
static int spill(struct section_out *out, const void *data, size_t len)
{
    struct err *err = &out->failure;
    const char *dir = out->writer->dir;
    if (out->spill < 0)
        out->spill = open_spill(out->writer, err);
    if (out->spill < 0)
        return err->code;
    if (file_write_all(out->spill, out->tail.data, out->tail.len) < 0 ||
        file_write_all(out->spill, data, len) < 0)
        return err_set_errno(err, "write a temporary file in", dir);
    out->spilled += out->tail.len + len;
    out->tail.len = 0;
    return ERR_OK;
}

void section_put(struct section_out *out, const void *data, size_t len)
{
    if (out->failure.code)
        return;
    if (out->writer &&
        (len > SPILL_BYTES || out->tail.len > SPILL_BYTES - len)) {
        if (len > SPILL_BYTES / 2) { /* not worth a copy */
            spill(out, data, len);
            return;
        }
        if (spill(out, NULL, 0))
            return;
    }
    put_raw(&out->tail, data, len);
    if (out->tail.failed && out->writer)
        err_set(&out->failure, ERR_NOMEM, "%s/%s: no memory for a section",
                out->writer->dir, out->writer->name);
    else if (out->tail.failed)
        err_set(&out->failure, ERR_NOMEM, "no memory for a section");
}

uint64_t section_size(const struct section_out *out)
{
    return out->spilled + out->tail.len;
}

struct section_out *section_aside_new(void)
{
    struct section_out *aside = mem_alloc(sizeof *aside);
    if (aside)
        *aside = (struct section_out){.spill = -1};
    return aside;
}

void section_aside_free(struct section_out *aside)
{
    if (!aside)
        return;
    bytes_out_release(&aside->tail);
    mem_free(aside);
}

void section_append(struct section_out *to, struct section_out *aside)
{
    if (aside->failure.code && !to->failure.code)
        to->failure = aside->failure;
    if (aside->tail.len)
        section_put(to, aside->tail.data, aside->tail.len);
    aside->tail.len = 0;
}

/* --- the file --- */

/* Bytes on their way to the file, and the sums of those that have passed. */
struct sink {
    int fd;
    uint8_t *buffer; /* COPY_BYTES */
    size_t filled;
    uint64_t offset; /* bytes that have passed */
    uLong page, whole;
    struct bytes_out sums; /* of pages that are full */
};

static void end_page(struct sink *sink, uint64_t len)
{
    sink->whole = crc32_combine(sink->whole, sink->page, (z_off_t)len);
    put_u32(&sink->sums, (uint32_t)sink->page);
    sink->page = 0;
}

static int sink_flush(struct sink *sink)
{
    size_t len = sink->filled;
    sink->filled = 0;
    return file_write_all(sink->fd, sink->buffer, len);
}

/* -1 and errno. */
static int sink_put(struct sink *sink, const uint8_t *data, uint64_t len)
{
    while (len > 0) {
        size_t room = COPY_BYTES - sink->filled;
        size_t in_page = SEGMENT_PAGE - (size_t)(sink->offset % SEGMENT_PAGE);
        size_t n = room < in_page ? room : in_page;
        if (n > len)
            n = (size_t)len;
        memcpy(sink->buffer + sink->filled, data, n);
        sink->page = crc32(sink->page, data, (uInt)n);
        sink->filled += n;
        sink->offset += n;
        data += n;
        len -= n;
        if (n == in_page)
            end_page(sink, SEGMENT_PAGE);
        if (sink->filled == COPY_BYTES && sink_flush(sink) < 0)
            return -1;
    }
    return 0;
}

static int sink_pad(struct sink *sink)
{
    static const uint8_t zeros[SEGMENT_ALIGN];
    return sink_put(sink, zeros, segment_align(sink->offset) - sink->offset);
}

static int copy_spill(struct section_out *section, struct sink *sink,
                      uint8_t *buffer)
{
    for (uint64_t at = 0; at < section->spilled;) {
        ssize_t n = pread(section->spill, buffer, COPY_BYTES, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO; /* somebody has cut it */
        if (n <= 0 || sink_put(sink, buffer, (uint64_t)n) < 0)
            return -1;
        at += (uint64_t)n;
    }
    return 0;
}

static uint64_t data_end(const struct segment_writer *writer)
{
    uint64_t end = SEGMENT_HEADER_SIZE;
    for (int i = 0; i < SECTION_COUNT; i++)
        end = segment_align(end + section_size(&writer->section[i]));
    return end;
}

static void put_header(struct bytes_out *out, const struct segment_facts *facts,
                       uint64_t end)
{
    uint64_t table = end + 4 * segment_pages(end);
    put_raw(out, SEGMENT_MAGIC, sizeof SEGMENT_MAGIC - 1);
    put_u32(out, SEGMENT_FORMAT);
    put_u32(out, SEGMENT_BLOCK);
    put_u32(out, facts->docs);
    put_u32(out, facts->archived);
    put_u64(out, facts->words);
    put_u64(out, end);
    put_u32(out, facts->pair_share);
    put_u32(out, 0);
    put_u64(out, table + SECTION_TABLE_SIZE);
    put_u32(out, SECTION_COUNT);
    if (!out->failed)
        put_u32(out, (uint32_t)crc32(0, out->data, (uInt)out->len));
}

/* Page checksums and section table, behind the pages. */
static void put_tables(const struct segment_writer *writer,
                       struct bytes_out *sums)
{
    for (int i = 0; i < SECTION_COUNT; i++)
        put_u64(sums, section_size(&writer->section[i]));
    if (!sums->failed)
        put_u32(sums, (uint32_t)crc32_z(0, sums->data, sums->len));
}

/* Everything, into sink->fd. ERR_NOMEM, or ERR_IO with errno's text. */
static int put_file(struct segment_writer *writer,
                    const struct segment_facts *facts, struct sink *sink,
                    struct err *err)
{
    struct bytes_out header = {0};
    uint8_t *buffer = mem_alloc(2 * (size_t)COPY_BYTES);
    int failed = 0, rc = ERR_NOMEM;
    put_header(&header, facts, data_end(writer));
    if (!buffer || header.failed)
        goto out;
    sink->buffer = buffer + COPY_BYTES;
    failed = sink_put(sink, header.data, header.len);
    for (int i = 0; i < SECTION_COUNT && !failed; i++) {
        struct section_out *section = &writer->section[i];
        failed = copy_spill(section, sink, buffer) < 0 ||
                 sink_put(sink, section->tail.data, section->tail.len) < 0 ||
                 sink_pad(sink) < 0;
    }
    uint64_t in_page = sink->offset % SEGMENT_PAGE;
    if (in_page)
        end_page(sink, in_page);
    put_tables(writer, &sink->sums);
    if (sink->sums.failed)
        goto out;
    failed = failed || sink_flush(sink) < 0 ||
             file_write_all(sink->fd, sink->sums.data, sink->sums.len) < 0;
    sink->whole =
        crc32_combine(sink->whole, crc32_z(0, sink->sums.data, sink->sums.len),
                      (z_off_t)sink->sums.len);
    sink->offset += sink->sums.len;
    rc = ERR_OK;
out:
    if (failed)
        rc = err_set_errno(err, "write", writer->temp);
    else if (rc)
        err_set(err, rc, "%s/%s: no memory to write it", writer->dir,
                writer->name);
    bytes_out_release(&header);
    mem_free(buffer);
    return rc;
}

int segment_writer_finish(struct segment_writer *writer,
                          const struct segment_facts *facts, uint64_t *size,
                          uint32_t *crc32, struct err *err)
{
    for (int i = 0; i < SECTION_COUNT; i++) {
        const struct err *failure = &writer->section[i].failure;
        if (failure->code)
            return err_set(err, failure->code, "%s", failure->text);
    }
    int fd = openat(writer->dir_fd, writer->temp,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_set_errno(err, "create", writer->temp);

    struct sink sink = {.fd = fd};
    int rc = put_file(writer, facts, &sink, err);
    if (rc == ERR_OK && fsync(fd) < 0)
        rc = err_set_errno(err, "sync", writer->temp);
    if (close(fd) < 0 && rc == ERR_OK)
        rc = err_set_errno(err, "close", writer->temp);
    if (rc == ERR_OK && renameat(writer->dir_fd, writer->temp, writer->dir_fd,
                                 writer->name) < 0)
        rc = err_set_errno(err, "rename", writer->temp);
    if (rc)
        unlinkat(writer->dir_fd, writer->temp, 0);
    *size = sink.offset;
    *crc32 = (uint32_t)sink.whole;
    bytes_out_release(&sink.sums);
    return rc;
}

void segment_writer_close(struct segment_writer *writer)
{
    if (!writer)
        return;
    for (int i = 0; i < SECTION_COUNT; i++) {
        bytes_out_release(&writer->section[i].tail);
        if (writer->section[i].spill >= 0)
            close(writer->section[i].spill);
    }
    if (writer->dir_fd >= 0)
        close(writer->dir_fd);
    mem_free(writer->dir);
    mem_free(writer);
}
