/* segment_file_format.h - where things are in a segment: docs/format/segment.md. For
 * segment_writer.c and segment_file.c only. */
#ifndef SEGMENT_SEGMENT_FILE_FORMAT_H
#define SEGMENT_SEGMENT_FILE_FORMAT_H

#include "segment/segment_file.h"

enum {
    SEGMENT_FORMAT = 1,
    SEGMENT_ALIGN =
        64, /* of sections: a cache line, and more than any column */
    SEGMENT_HEADER_SIZE = 64,
    /* The header's CRC-32 is its last field, in every version. */
    SEGMENT_HEADER_SUMMED = SEGMENT_HEADER_SIZE - 4,
    /* sizes of the sections, CRC-32 of both tables */
    SECTION_TABLE_SIZE = 8 * SECTION_COUNT + 4,
};

/* As PNG's, the name ends in what a transfer as text would change. */
#define SEGMENT_MAGIC "dlnseg\r\n"

static inline uint64_t segment_align(uint64_t offset)
{
    return (offset + SEGMENT_ALIGN - 1) & ~(uint64_t)(SEGMENT_ALIGN - 1);
}

static inline uint64_t segment_pages(uint64_t data_end)
{
    return (data_end >> SEGMENT_PAGE_BITS) + (data_end % SEGMENT_PAGE != 0);
}

#endif
