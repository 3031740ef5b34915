#include "segment/rising.h"

#include <assert.h>

static size_t group_start(size_t i)
{
    return i - i % RISING_GROUP;
}

bool rising_is_narrow(const uint32_t *v, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (v[i] - v[group_start(i)] > UINT16_MAX)
            return false;
    return true;
}

void rising_put(struct bytes_out *out, const uint32_t *v, size_t count,
                bool narrow)
{
    for (size_t i = 0; i < count; i += narrow ? RISING_GROUP : 1)
        put_u32(out, v[i]);
    for (size_t i = 0; narrow && i < count; i++) {
        uint32_t step = v[i] - v[group_start(i)];
        assert(step <= UINT16_MAX);
        put_u16(out, (uint16_t)step);
    }
}
