/* block.h - SEGMENT_BLOCK numbers in as few bits as most of them need.
 *
 * Patched frame of reference (PFOR: Zukowski et al., "Super-Scalar RAM-CPU Cache
 * Compression", ICDE 2006; the patching as in Lemire & Boytsov, "Decoding billions of
 * integers per second through vectorization", SPE 45(1), 2015): all numbers are packed
 * in one width, and the few that need more keep their high bits apart, as exceptions.
 * Packed in four interleaved lanes of 32 bits, so that SSE and plain C read the same
 * bytes. docs/format/postings.md.
 */
#ifndef SEGMENT_BLOCK_H
#define SEGMENT_BLOCK_H

#include "base/bytes.h"

/* 128 in every index that is used; tests are built with 8, for many blocks. */
_Static_assert(SEGMENT_BLOCK == 128 || SEGMENT_BLOCK == 8, "four lanes");

/* The most that one block or tail takes. */
enum { BLOCK_BYTES_MAX = 1 + 4 * SEGMENT_BLOCK };

/* Appends one block; `out` fails stickily. Chooses the width with the fewest bytes. */
void block_encode(const uint32_t v[SEGMENT_BLOCK], struct bytes_out *out);

/* Reads one block and moves behind it; `in->bad` when the bytes are no block. */
void block_decode(struct bytes_in *in, uint32_t v[SEGMENT_BLOCK]);

/* The same, of 1 to SEGMENT_BLOCK - 1 numbers: a tail, packed without lanes. `count` is
 * not stored. */
void tail_encode(const uint32_t *v, size_t count, struct bytes_out *out);
void tail_decode(struct bytes_in *in, size_t count, uint32_t *v);

#endif
