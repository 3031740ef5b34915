/* bits.h - counting in bitmaps: words of 64 bits in the machine's order, at any address.
 * With the instructions that the machine has (cpu.h). */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stddef.h>
#include <stdint.h>

/* Bits that are set in `count` words. */
uint64_t bits_count(const void *words, size_t count);
/* Bits that are set among the first `bits`; reads no word behind them. */
uint64_t bits_count_first(const void *words, size_t bits);
/* Bits that are set in both. */
uint64_t bits_count_both(const void *a, const void *b, size_t count);

#endif
