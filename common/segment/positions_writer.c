#include "base/err.h"
#include "base/mem.h"
#include "segment/positions_format.h"

#include <assert.h>

void positions_begin(struct positions_writer *writer)
{
    writer->count = writer->repeats = 0;
    writer->bytes = 0;
}

static int write_block(struct positions_writer *writer, struct err *err)
{
    uint32_t filled = (writer->count - 1) % SEGMENT_BLOCK + 1;
    size_t block = (writer->count - 1) / SEGMENT_BLOCK;
    if (block == writer->capacity) {
        size_t capacity = block ? block * 2 : 64;
        uint32_t *end = mem_realloc(writer->end, capacity * sizeof *end);
        if (!end)
            return err_set(err, ERR_NOMEM, "positions: no memory");
        writer->end = end;
        writer->capacity = capacity;
    }
    struct bytes_out *scratch = &writer->scratch;
    scratch->len = 0;
    if (filled == SEGMENT_BLOCK)
        block_encode(writer->gap, scratch);
    else
        tail_encode(writer->gap, filled, scratch);
    if (scratch->failed)
        return err_set(err, ERR_NOMEM, "positions: no memory");
    writer->bytes += scratch->len;
    if (writer->bytes > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "positions of one term: over 4 GB");
    writer->end[block] = (uint32_t)writer->bytes;
    section_put(writer->section, scratch->data, scratch->len);
    return ERR_OK;
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

int positions_end(struct positions_writer *writer, uint64_t *place,
                  struct err *err)
{
    int rc = write_block(writer, err);
    if (rc)
        return rc;
    uint64_t size = section_size(writer->section);
    if (writer->count <= SEGMENT_BLOCK) {
        *place = size - writer->bytes;
        return ERR_OK;
    }
    writer->scratch.len = 0;
    size_t blocks = (writer->count - 1) / SEGMENT_BLOCK + 1;
    rising_put(&writer->scratch, writer->end, blocks, true);
    if (writer->scratch.failed)
        return err_set(err, ERR_NOMEM, "positions: no memory");
    section_put(writer->section, writer->scratch.data, writer->scratch.len);
    *place = size;
    return ERR_OK;
}

void positions_release(struct positions_writer *writer)
{
    bytes_out_release(&writer->scratch);
    mem_free(writer->end);
}
