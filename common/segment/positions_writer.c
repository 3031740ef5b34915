#include "base/err.h"
#include "base/mem.h"
#include "segment/positions_format.h"

#include <assert.h>

void positions_begin(struct positions_writer *writer)
{
    writer->count = writer->repeats = 0;
    writer->bytes = 0;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "positions: no memory");
}

static int make_ends(struct positions_writer *writer, size_t blocks,
                     struct err *err)
{
    size_t capacity = writer->capacity ? writer->capacity : 64;
    if (blocks <= writer->capacity)
        return ERR_OK;
    while (capacity < blocks)
        capacity *= 2;
    uint32_t *end = mem_realloc(writer->end, capacity * sizeof *end);
    if (!end)
        return no_memory(err);
    writer->end = end;
    writer->capacity = capacity;
    return ERR_OK;
}

/* To the end of `scratch`; it is block number `block` of its list. */
static int encode(struct positions_writer *writer, const uint32_t *gap,
                  uint32_t count, size_t block, struct err *err)
{
    struct bytes_out *scratch = &writer->scratch;
    size_t before = scratch->len;
    if (count == SEGMENT_BLOCK)
        block_encode(gap, scratch);
    else
        tail_encode(gap, count, scratch);
    if (scratch->failed)
        return no_memory(err);
    writer->bytes += scratch->len - before;
    if (writer->bytes > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "positions of one term: over 4 GB");
    writer->end[block] = (uint32_t)writer->bytes;
    return ERR_OK;
}

static int write_block(struct positions_writer *writer, struct err *err)
{
    uint32_t filled = (writer->count - 1) % SEGMENT_BLOCK + 1;
    size_t block = (writer->count - 1) / SEGMENT_BLOCK;
    int rc = make_ends(writer, block + 1, err);
    writer->scratch.len = 0;
    if (rc == ERR_OK)
        rc = encode(writer, writer->gap, filled, block, err);
    if (rc == ERR_OK)
        section_put(writer->section, writer->scratch.data, writer->scratch.len);
    return rc;
}

/* A block is written when the next gap comes: a list may end in a full one. */
int positions_add(struct positions_writer *writer, const uint32_t *positions,
                  uint32_t count, struct err *err)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert(positions[i] >= before);
        uint32_t gap = positions[i] - before;
        uint32_t slot = writer->count % SEGMENT_BLOCK;
        if (slot == 0 && writer->count) {
            int rc = write_block(writer, err);
            if (rc)
                return rc;
        }
        writer->repeats += i && gap == 0;
        writer->gap[slot] = gap;
        writer->count++;
        before = positions[i];
    }
    return ERR_OK;
}

/* The table, and where the list is. */
static int write_ends(struct positions_writer *writer, uint64_t *place,
                      struct err *err)
{
    uint64_t size = section_size(writer->section);
    if (writer->count <= SEGMENT_BLOCK) {
        *place = size - writer->bytes;
        return ERR_OK;
    }
    writer->scratch.len = 0;
    size_t blocks = (writer->count - 1) / SEGMENT_BLOCK + 1;
    rising_put(&writer->scratch, writer->end, blocks, true);
    if (writer->scratch.failed)
        return no_memory(err);
    section_put(writer->section, writer->scratch.data, writer->scratch.len);
    *place = size;
    return ERR_OK;
}

int positions_end(struct positions_writer *writer, uint64_t *place,
                  struct err *err)
{
    int rc = write_block(writer, err);
    return rc ? rc : write_ends(writer, place, err);
}

int positions_put(struct positions_writer *writer, const uint32_t *gap,
                  uint32_t count, uint64_t *place, struct err *err)
{
    positions_begin(writer);
    writer->count = count;
    writer->scratch.len = 0;
    size_t blocks = (count - 1) / SEGMENT_BLOCK + 1;
    int rc = make_ends(writer, blocks, err);
    for (size_t block = 0; rc == ERR_OK && block < blocks; block++) {
        uint32_t from = (uint32_t)(block * SEGMENT_BLOCK), left = count - from;
        rc = encode(writer, gap + from,
                    left < SEGMENT_BLOCK ? left : SEGMENT_BLOCK, block, err);
    }
    if (rc)
        return rc;
    section_put(writer->section, writer->scratch.data, writer->scratch.len);
    return write_ends(writer, place, err);
}

void positions_release(struct positions_writer *writer)
{
    bytes_out_release(&writer->scratch);
    mem_free(writer->end);
}
