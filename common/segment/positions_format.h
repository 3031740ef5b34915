/* positions_format.h - the positions of one list, inside: docs/format/positions.md.
 *
 * Gaps in blocks, of all documents one after another: between positions of one document,
 * and from zero to its first. The blocks of a list stand directly before the table of
 * where they end, so that they are written as they come; a list of one block has no table.
 */
#ifndef SEGMENT_POSITIONS_FORMAT_H
#define SEGMENT_POSITIONS_FORMAT_H

#include "base/arena.h"
#include "segment/block.h"
#include "segment/rising.h"
#include "segment/segment_file.h"

/* --- writing --- */

struct positions_writer {
    struct section_out *section;
    uint32_t gap[SEGMENT_BLOCK];
    uint32_t count;   /* positions of this list */
    uint32_t repeats; /* those that stand twice */
    uint64_t bytes;   /* of its blocks so far */
    uint32_t *end;    /* of each block */
    size_t capacity;
    struct bytes_out scratch;
};

void positions_begin(struct positions_writer *writer);
/* Those of one document, at most UINT32_MAX in a list (the caller's to see to). ERR_NOMEM,
 * ERR_LIMIT. */
int positions_add(struct positions_writer *writer, const uint32_t *positions,
                  uint32_t count, struct err *err);
int positions_end(struct positions_writer *writer, uint64_t *place,
                  struct err *err);
/* A whole list, in place of begin, add and end. */
int positions_put(struct positions_writer *writer, const uint32_t *gap,
                  uint32_t count, uint64_t *place, struct err *err);
void positions_release(struct positions_writer *writer);

/* --- reading --- */

struct positions {
    const struct segment_file *file;
    struct arena *arena;
    uint64_t place; /* as positions_end() gave it */
    uint32_t count;
    uint32_t blocks;
    struct rising ends; /* of lists of more than one block */
    uint64_t first;     /* where the first block is in the section */
    uint32_t block;     /* that `gap` holds; `blocks`: none */
    uint32_t *gap;      /* a block of them */
    uint32_t *out;
    size_t capacity;
};

/* ERR_CORRUPT, ERR_NOMEM. */
int positions_open(const struct segment_file *file, uint64_t place,
                   uint32_t count, struct arena *arena, struct positions *out,
                   struct err *err);
/* `count` positions of one document, the first of them number `first` of the list;
 * first + count is within the list. Valid until the next call. */
int positions_read(struct positions *positions, uint32_t first, uint32_t count,
                   const uint32_t **out, struct err *err);

#endif
