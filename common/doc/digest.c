#include "doc/digest.h"

#include "base/bytes.h"

#include <string.h>

#define C1 UINT64_C(0x87c37b91114253d5)
#define C2 UINT64_C(0x4cf5ad432745937f)

static uint64_t rotate(uint64_t v, int bits)
{
    return v << bits | v >> (64 - bits);
}

static uint64_t mix(uint64_t v)
{
    v ^= v >> 33;
    v *= UINT64_C(0xff51afd7ed558ccd);
    v ^= v >> 33;
    v *= UINT64_C(0xc4ceb9fe1a85ec53);
    v ^= v >> 33;
    return v;
}

static uint64_t scramble1(uint64_t k)
{
    return rotate(k * C1, 31) * C2;
}

static uint64_t scramble2(uint64_t k)
{
    return rotate(k * C2, 33) * C1;
}

static void add_block(struct digest *d, const uint8_t *p)
{
    d->h1 ^= scramble1(load_u64(p));
    d->h1 = (rotate(d->h1, 27) + d->h2) * 5 + 0x52dce729;
    d->h2 ^= scramble2(load_u64(p + 8));
    d->h2 = (rotate(d->h2, 31) + d->h1) * 5 + 0x38495ab5;
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    const uint8_t *at = data;
    if (len == 0)
        return;
    size_t held = d->len % sizeof d->block;
    d->len += len;
    if (held > 0) {
        size_t take = sizeof d->block - held;
        if (take > len)
            take = len;
        memcpy(d->block + held, at, take);
        at += take;
        len -= take;
        if (held + take < sizeof d->block)
            return;
        add_block(d, d->block);
    }
    for (; len >= sizeof d->block; len -= sizeof d->block) {
        add_block(d, at);
        at += sizeof d->block;
    }
    memcpy(d->block, at, len);
}

void digest_end(struct digest *d, uint8_t out[16])
{
    /* The rest counts as if zero bytes followed; a half of nothing adds nothing. */
    size_t held = d->len % sizeof d->block;
    memset(d->block + held, 0, sizeof d->block - held);
    d->h2 ^= scramble2(load_u64(d->block + 8));
    d->h1 ^= scramble1(load_u64(d->block));
    d->h1 ^= d->len;
    d->h2 ^= d->len;
    d->h1 += d->h2;
    d->h2 += d->h1;
    d->h1 = mix(d->h1);
    d->h2 = mix(d->h2);
    d->h1 += d->h2;
    d->h2 += d->h1;
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(d->h1 >> (8 * i));
        out[8 + i] = (uint8_t)(d->h2 >> (8 * i));
    }
}

void digest_end_text(struct digest *d, char out[33])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t hash[16];
    digest_end(d, hash);
    for (size_t i = 0; i < sizeof hash; i++) {
        out[2 * i] = hex[hash[i] >> 4];
        out[2 * i + 1] = hex[hash[i] & 15];
    }
    out[2 * sizeof hash] = '\0';
}
