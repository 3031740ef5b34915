/* Any bytes as a block or a tail, as many as the first byte says: refused, or numbers
 * that come back from what the encoder makes of them, in no more bytes. Then the same bytes
 * as numbers. */
#include "segment/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { B = SEGMENT_BLOCK };

static void demand(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void encode(const uint32_t *v, size_t count, struct bytes_out *out)
{
    if (count == B)
        block_encode(v, out);
    else
        tail_encode(v, count, out);
}

static bool decode(struct bytes_in *in, size_t count, uint32_t *v)
{
    if (count == B)
        block_decode(in, v);
    else
        tail_decode(in, count, v);
    return !in->bad;
}

static void check_round_trip(const uint32_t *v, size_t count, size_t most)
{
    struct bytes_out out = {0};
    uint32_t got[B];
    encode(v, count, &out);
    demand(!out.failed && out.len <= most, "longer than it must be");
    struct bytes_in in = bytes_in((struct slice){out.data, out.len});
    demand(decode(&in, count, got) && in.at == in.end, "not what was put");
    demand(memcmp(got, v, count * sizeof *v) == 0, "other numbers");
    bytes_out_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t count = 1 + data[0] % B;
    uint32_t v[B];
    struct bytes_in in = bytes_in((struct slice){data + 1, size - 1});
    if (decode(&in, count, v))
        check_round_trip(v, count, (size_t)(in.at - data) - 1);

    size_t numbers = (size - 1) / sizeof *v;
    if (numbers > B)
        numbers = B;
    if (numbers > 0) {
        memcpy(v, data + 1, numbers * sizeof *v);
        check_round_trip(v, numbers, BLOCK_BYTES_MAX);
    }
    return 0;
}
