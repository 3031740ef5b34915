/* segment_input.h - sections of any bytes, in a container whose checksums are right, so
 * that what decodes them is reached.
 *
 *     u16 docs, u16 archived, u32 words, u32 words of current articles, u16 share of pairs,
 *     u16 size of each section, their bytes
 *
 * Sizes past the end mean up to the end. LIVE and DEAD become a second file, if there is
 * anything of them.
 */
#ifndef TESTS_FUZZ_SEGMENT_INPUT_H
#define TESTS_FUZZ_SEGMENT_INPUT_H

#include "segment/segment.h"
#include "segment/segment_file_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum {
    INPUT_SIZES = 14,
    INPUT_HEADER = INPUT_SIZES + 2 * SECTION_COUNT,
    INPUT_DOCS_MAX = 4096, /* more would only be slow */
};

struct segment_input {
    struct segment_facts facts, live_facts;
    struct slice section[SECTION_COUNT];
};

static inline void demand(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static inline bool segment_input_parse(const uint8_t *data, size_t size,
                                       struct segment_input *out)
{
    if (size < INPUT_HEADER)
        return false;
    out->facts = (struct segment_facts){
        .docs = load_u16(data) % (INPUT_DOCS_MAX + 1u),
        .archived = load_u16(data + 2) % (INPUT_DOCS_MAX + 1u),
        .words = load_u32(data + 4),
        .pair_share = load_u16(data + 12)};
    out->live_facts = (struct segment_facts){.docs = out->facts.docs,
                                             .words = load_u32(data + 8)};
    size_t at = INPUT_HEADER;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        size_t len = load_u16(data + INPUT_SIZES + 2 * i);
        len = len < size - at ? len : size - at;
        out->section[i] = (struct slice){data + at, len};
        at += len;
    }
    return true;
}

static inline void put_zeros(struct bytes_out *out, size_t count)
{
    while (count--)
        put_u8(out, 0);
}

/* The sums of header, pages and tables, where they belong. False: nowhere. */
static inline bool segment_input_sum(struct bytes_out *file)
{
    if (file->failed || file->len < SEGMENT_HEADER_SIZE + SECTION_TABLE_SIZE)
        return false;
    uint8_t *data = file->data;
    uint64_t end = load_u64(data + 32), pages = segment_pages(end);
    size_t table = file->len - SECTION_TABLE_SIZE;
    uint32_t sum = (uint32_t)crc32_z(0, data, SEGMENT_HEADER_SUMMED);
    memcpy(data + SEGMENT_HEADER_SUMMED, &sum, sizeof sum);
    if (end > table || end + 4 * pages != table)
        return false;
    for (uint64_t page = 0; page < pages; page++) {
        uint64_t from = page * SEGMENT_PAGE;
        uint64_t len = end - from < SEGMENT_PAGE ? end - from : SEGMENT_PAGE;
        sum = (uint32_t)crc32_z(0, data + from, (size_t)len);
        memcpy(data + end + 4 * page, &sum, sizeof sum);
    }
    sum = (uint32_t)crc32_z(0, data + end, file->len - 4 - end);
    memcpy(data + file->len - 4, &sum, sizeof sum);
    return true;
}

/* Sections [from, to) of the input as a file; the others are empty. */
static inline void segment_input_file(const struct segment_input *input,
                                      const struct segment_facts *facts,
                                      int from, int to, struct bytes_out *out)
{
    uint64_t sizes[SECTION_COUNT] = {0};
    put_zeros(out, SEGMENT_HEADER_SIZE);
    for (int i = from; i < to; i++) {
        sizes[i] = input->section[i].len;
        put_raw(out, input->section[i].data, input->section[i].len);
        put_zeros(out, -out->len % SEGMENT_ALIGN);
    }
    uint64_t end = out->len, table = end + 4 * segment_pages(end);
    put_zeros(out, (size_t)(table - end));
    for (int i = 0; i < SECTION_COUNT; i++)
        put_u64(out, sizes[i]);
    put_u32(out, 0);
    struct bytes_out header = {0};
    put_raw(&header, SEGMENT_MAGIC, sizeof SEGMENT_MAGIC - 1);
    put_u32(&header, SEGMENT_FORMAT);
    put_u32(&header, SEGMENT_BLOCK);
    put_u32(&header, facts->docs);
    put_u32(&header, facts->archived);
    put_u64(&header, facts->words);
    put_u64(&header, end);
    put_u32(&header, facts->pair_share);
    put_u32(&header, 0);
    put_u64(&header, out->len);
    put_u32(&header, SECTION_COUNT);
    demand(!header.failed && !out->failed, "out of memory");
    memcpy(out->data, header.data, header.len);
    bytes_out_release(&header);
    demand(segment_input_sum(out), "a container of ours");
}

/* A file in memory, under a name that can be opened. */
struct memory_file {
    int fd;
    char path[40];
};

static inline void memory_file_open(struct memory_file *file,
                                    const struct bytes_out *bytes)
{
    file->fd = memfd_create("fuzz", MFD_CLOEXEC);
    demand(file->fd >= 0 &&
               write(file->fd, bytes->data, bytes->len) == (ssize_t)bytes->len,
           "memfd");
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

#endif
