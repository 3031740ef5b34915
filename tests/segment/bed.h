/* bed.h - a segment file in a directory of its own, for the tests of its sections. */
#ifndef TESTS_SEGMENT_BED_H
#define TESTS_SEGMENT_BED_H

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "segment/segment_file.h"

#include "check.h"

#include <unistd.h>

/* Thousands of small files are written, and none must outlive a crash. */
int fsync(int fd);
int fsync(int fd)
{
    (void)fd;
    return 0;
}

struct bed {
    char dir[32], path[48];
    struct segment_writer *writer;
    struct segment_file *file;
    struct err err;
};

/* Begins a file; bed_end() ends what bed_init() began. */
__attribute__((unused)) static void bed_init(struct bed *bed)
{
    *bed = (struct bed){.dir = "/tmp/segment-XXXXXX"};
    CHECK(mkdtemp(bed->dir));
    snprintf(bed->path, sizeof bed->path, "%s/s.seg", bed->dir);
}

__attribute__((unused)) static void bed_begin(struct bed *bed)
{
    segment_file_close(bed->file);
    bed->file = NULL;
    CHECK_OK(segment_writer_open(bed->dir, "s.seg", &bed->writer, &bed->err),
             bed->err);
}

__attribute__((unused)) static void bed_write(struct bed *bed, uint32_t docs,
                                              uint32_t archived)
{
    const struct segment_facts facts = {.docs = docs, .archived = archived};
    uint64_t size;
    uint32_t crc;
    CHECK_OK(segment_writer_finish(bed->writer, &facts, &size, &crc, &bed->err),
             bed->err);
    segment_writer_close(bed->writer);
    bed->writer = NULL;
    CHECK_OK(segment_file_open(bed->path, &bed->file, &bed->err), bed->err);
}

/* A file whose sections are those of `from`, except that `id` has `bytes`: damage under
 * good checksums. */
__attribute__((unused)) static void bed_forge(struct bed *bed,
                                              const struct segment_file *from,
                                              enum section_id id,
                                              struct slice bytes)
{
    const struct segment_facts *facts = segment_file_facts(from);
    bed_begin(bed);
    for (int i = 0; i < SECTION_COUNT; i++) {
        enum section_id copied = (enum section_id)i;
        struct slice s = bytes;
        if (copied != id)
            CHECK_OK(section_bytes(from, copied, 0,
                                   section_length(from, copied), &s, &bed->err),
                     bed->err);
        section_put(segment_section(bed->writer, copied), s.data, s.len);
    }
    bed_write(bed, facts->docs, facts->archived);
}

/* A section, copied. */
__attribute__((unused)) static struct bytes_out
bed_section(const struct segment_file *file, enum section_id id)
{
    struct bytes_out out = {0};
    struct slice s;
    struct err err;
    CHECK_OK(section_bytes(file, id, 0, section_length(file, id), &s, &err),
             err);
    put_raw(&out, s.data, s.len);
    return out;
}

__attribute__((unused)) static void bed_end(struct bed *bed)
{
    struct err err;
    segment_writer_close(bed->writer);
    segment_file_close(bed->file);
    CHECK_OK(tree_remove(bed->dir, &err), err);
}

/* The n-th ```hex block of a page, as bytes; text behind ';' is a comment. */
__attribute__((unused)) static struct bytes_out hex_block(const char *page_path,
                                                          int n)
{
    struct bytes_out page = {0}, bytes = {0};
    struct err err;
    CHECK_OK(file_read(page_path, 1 << 20, &page, &err), err);
    put_u8(&page, 0);
    const char *at = (const char *)page.data;
    for (int i = 0; i < n; i++) {
        at = strstr(at, "```hex\n");
        CHECK(at);
        at += strlen("```hex\n");
    }
    while (*at != '`') {
        unsigned value;
        int used;
        if (*at == ';')
            at = strchr(at, '\n');
        else if (*at == ' ' || *at == '\n')
            at++;
        else {
            CHECK_EQ(sscanf(at, "%2x%n", &value, &used), 1);
            put_u8(&bytes, (uint8_t)value);
            at += used;
        }
    }
    bytes_out_release(&page);
    return bytes;
}

#endif
