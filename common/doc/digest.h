/* digest.h - a 128-bit hash of bytes that come in pieces: MurmurHash3_x64_128.
 *
 * Austin Appleby, SMHasher, MurmurHash3.cpp (public domain), seed 0. Good spread,
 * the same on every machine, and no protection against somebody who wants two
 * texts to collide.
 *
 *     struct digest d = {0};
 *     digest_add(&d, "ab", 2);
 *     digest_add(&d, "c", 1);
 *     digest_end(&d, hash);        // the hash of "abc"
 */
#ifndef DOC_DIGEST_H
#define DOC_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t h1, h2;
    uint64_t len;
    uint8_t block[16]; /* the len % 16 bytes that fill no block yet */
};

void digest_add(struct digest *d, const void *data, size_t len);
/* Writes h1, then h2, little-endian. `d` is used up. */
void digest_end(struct digest *d, uint8_t out[16]);
/* The same as 32 lower-case hexadecimal digits and a NUL. */
void digest_end_text(struct digest *d, char out[33]);

#endif
