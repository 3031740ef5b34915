/* short_key.h - up to 24 bytes as three words: what tables of words compare and hash.
 *
 * With its length a key is its bytes (the middle ones stand twice where two words
 * overlap): equal words and equal lengths are equal bytes. Nothing behind the bytes is
 * read. The mixing is that of wyhash (Wang Yi, public domain): the two halves of a
 * product of 128 bits. The same on every machine, not for adversaries.
 */
#ifndef BASE_SHORT_KEY_H
#define BASE_SHORT_KEY_H

#include "base/bytes.h"

enum { SHORT_KEY_BYTES = 24 };

struct short_key {
    uint64_t a, b, c;
};

/* Needs text.len <= SHORT_KEY_BYTES. */
static inline struct short_key short_key_of(struct slice text)
{
    const uint8_t *data = text.data;
    size_t len = text.len;
    if (len >= 8)
        return (struct short_key){load_u64(data), load_u64(data + len - 8),
                                  len > 16 ? load_u64(data + 8) : 0};
    if (len >= 4)
        return (struct short_key){
            load_u32(data) | (uint64_t)load_u32(data + len - 4) << 32, 0, 0};
    if (len == 0)
        return (struct short_key){0, 0, 0};
    return (struct short_key){data[0] | (uint64_t)data[len / 2] << 8 |
                                  (uint64_t)data[len - 1] << 16,
                              0, 0};
}

static inline bool short_key_eq(struct short_key x, struct short_key y)
{
    return ((x.a ^ y.a) | (x.b ^ y.b) | (x.c ^ y.c)) == 0;
}

static inline uint64_t short_key_mix(uint64_t x, uint64_t y)
{
    __extension__ unsigned __int128 product = (unsigned __int128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* `salt`: the length, and whatever else tells keys apart. */
static inline uint64_t short_key_hash(struct short_key key, uint64_t salt)
{
    uint64_t ends = short_key_mix(key.a ^ UINT64_C(0xa0761d6478bd642f),
                                  key.b ^ UINT64_C(0xe7037ed1a0b428db));
    return short_key_mix(ends ^ key.c, UINT64_C(0x8ebc6af09c88c6e3) ^ salt);
}

#endif
