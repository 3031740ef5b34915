/* Plain C: block_kernels.h. */
#include "segment/block_kernels.h"

/* As many as can be loaded in eight bytes each, without a look at the end. */
static size_t easy_ones(const uint8_t *data, const uint8_t *end, unsigned width,
                        size_t count)
{
    size_t bytes = (size_t)(end - data);
    if (width == 0 || bytes < sizeof(uint64_t))
        return width == 0 ? count : 0;
    size_t easy = (bytes - sizeof(uint64_t)) * 8 / width + 1;
    return easy < count ? easy : count;
}

void block_unpack_string(const uint8_t *data, const uint8_t *end,
                         unsigned width, size_t count, uint32_t *v)
{
    if (width == 0) {
        memset(v, 0, count * sizeof *v);
        return;
    }
    size_t easy = easy_ones(data, end, width, count), bit = 0;
    uint32_t mask = mask_of(width);
    for (size_t i = 0; i < easy; i++, bit += width)
        v[i] = (uint32_t)(load_u64(data + bit / 8) >> bit % 8) & mask;
    unpack_rest(data, end, width, easy, count, v);
}

static bool add_up(uint32_t next, const uint32_t *gap, size_t count,
                   uint32_t *out)
{
    uint64_t sum = next;
    for (size_t i = 0; i < count; i++) {
        sum += gap[i];
        out[i] = (uint32_t)sum++;
    }
    return sum - 1 <= UINT32_MAX;
}

const struct block_kernels block_plain = {block_unpack_string, add_up};
