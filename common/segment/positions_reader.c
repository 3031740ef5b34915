#include "base/err.h"
#include "segment/positions_format.h"

#include <string.h>

static int corrupt(const struct positions *p, const char *reason,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: positions: %s",
                   segment_file_path(p->file), reason);
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "positions: no memory");
}

static int open_table(struct positions *p, struct err *err)
{
    struct slice table;
    int rc = section_bytes(p->file, SECTION_POSITIONS, p->place,
                           rising_size(p->blocks, true), &table, err);
    if (rc)
        return rc;
    p->ends = rising_of(table.data, p->blocks, true);
    uint32_t bytes = rising_at(&p->ends, p->blocks - 1);
    if (bytes > p->place)
        return corrupt(p, "blocks before the section", err);
    p->first = p->place - bytes;
    return ERR_OK;
}

int positions_open(const struct segment_file *file, uint64_t place,
                   uint32_t count, struct arena *arena, struct positions *out,
                   struct err *err)
{
    uint32_t blocks = (count - 1) / SEGMENT_BLOCK + 1;
    *out = (struct positions){.file = file,
                              .arena = arena,
                              .place = place,
                              .count = count,
                              .blocks = blocks,
                              .first = place,
                              .block = blocks};
    out->gap = arena_array(arena, uint32_t, SEGMENT_BLOCK);
    if (!out->gap)
        return no_memory(err);
    return blocks > 1 ? open_table(out, err) : ERR_OK;
}

/* Where a block is. Of a single one the end is not known, only the most it can be. */
static int block_bytes(const struct positions *p, uint32_t block,
                       struct slice *out, struct err *err)
{
    uint64_t length = section_length(p->file, SECTION_POSITIONS);
    uint32_t from = 0, to;
    if (p->blocks > 1) {
        rising_step(&p->ends, block, &from, &to);
        if (to <= from || to - from > BLOCK_BYTES_MAX)
            return corrupt(p, "impossible length of a block", err);
    } else {
        uint64_t rest = p->first < length ? length - p->first : 0;
        to = rest < BLOCK_BYTES_MAX ? (uint32_t)rest : BLOCK_BYTES_MAX;
    }
    return section_bytes(p->file, SECTION_POSITIONS, p->first + from, to - from,
                         out, err);
}

static int load_block(struct positions *p, uint32_t block, struct err *err)
{
    if (p->block == block)
        return ERR_OK;
    p->block = p->blocks;
    struct slice bytes;
    int rc = block_bytes(p, block, &bytes, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(bytes);
    uint32_t left = p->count - block * SEGMENT_BLOCK;
    if (left >= SEGMENT_BLOCK)
        block_decode(&in, p->gap);
    else
        tail_decode(&in, left, p->gap);
    if (in.bad || (p->blocks > 1 && in.at != in.end))
        return corrupt(p, "not a block", err);
    p->block = block;
    return ERR_OK;
}

/* Room for what is there for sure: `filled` positions and a block more. */
static int make_room(struct positions *p, size_t filled, struct err *err)
{
    if (filled + SEGMENT_BLOCK <= p->capacity)
        return ERR_OK;
    size_t capacity = p->capacity ? p->capacity * 2 : SEGMENT_BLOCK;
    uint32_t *out = arena_array(p->arena, uint32_t, capacity);
    if (!out)
        return no_memory(err);
    if (filled)
        memcpy(out, p->out, filled * sizeof *out);
    p->out = out;
    p->capacity = capacity;
    return ERR_OK;
}

/* The frequency may be damaged, too: memory grows with the blocks that were really
 * read. */
int positions_read(struct positions *p, uint32_t first, uint32_t count,
                   const uint32_t **out, struct err *err)
{
    uint64_t position = 0;
    for (uint32_t done = 0; done < count;) {
        uint32_t block = (first + done) / SEGMENT_BLOCK;
        uint32_t in_block = (first + done) % SEGMENT_BLOCK;
        uint32_t n = SEGMENT_BLOCK - in_block;
        n = n < count - done ? n : count - done;
        int rc = load_block(p, block, err);
        if (rc == ERR_OK)
            rc = make_room(p, done, err);
        if (rc)
            return rc;
        for (uint32_t i = 0; i < n; i++) {
            position += p->gap[in_block + i];
            p->out[done + i] = (uint32_t)position;
        }
        done += n;
    }
    if (position > UINT32_MAX)
        return corrupt(p, "a position past 2^32", err);
    *out = p->out;
    return ERR_OK;
}
