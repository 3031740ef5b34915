/* bytes.h - reading and writing the little-endian bytes of our files and wire.
 *
 * Both directions fail stickily. Read a whole header, then test `bad` once;
 * after the first short read every getter returns 0 and moves nowhere. That
 * keeps a decoder looking like the format it decodes.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes. Whoever hands out a slice says how long it lives. */
struct slice {
    const uint8_t *data;
    size_t len;
};

struct slice_list {
    struct slice *item;
    size_t count;
};

/* The bytes of a string literal, without its final NUL. */
#define SLICE(literal)                                                         \
    ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

struct slice
slice_of(const char *text); /* borrows; NULL gives the empty slice */
bool slice_eq(struct slice a, struct slice b);
int slice_cmp(struct slice a, struct slice b); /* as memcmp, shorter first */
bool slice_starts_with(struct slice s, struct slice prefix);
struct slice
slice_trim(struct slice s); /* without ASCII white space at both ends */
/* Bytes [from, to) of `s`; needs from <= to <= s.len. */
struct slice slice_part(struct slice s, size_t from, size_t to);
/* For printf: printf("%.*s", SLICE_ARG(s)). */
#define SLICE_ARG(s) (int)(s).len, (const char *)(s).data

struct bytes_in {
    const uint8_t *at, *end;
    bool bad; /* asked for more than there was, or a malformed varint */
};

struct bytes_in bytes_in(struct slice s);
uint8_t get_u8(struct bytes_in *in);
uint32_t get_u32(struct bytes_in *in);
uint64_t get_u64(struct bytes_in *in);
/* A varint length, then that many bytes, which stay borrowed. */
struct slice get_slice(struct bytes_in *in);
uint32_t get_varint(struct bytes_in *in);   /* 1..5 bytes, low 7 bits first */
uint64_t get_varint64(struct bytes_in *in); /* 1..10 bytes, the same */

/* Where whoever asks has seen to the bounds: tables, and inner loops. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "our files are little-endian, and so must the machine be"
#endif

static inline uint16_t load_u16(const uint8_t *at)
{
    uint16_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static inline uint32_t load_u32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static inline uint64_t load_u64(const uint8_t *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

struct bytes_out {
    uint8_t *data; /* owned; release with bytes_out_release() */
    size_t len, cap;
    bool failed; /* out of memory: `data` holds a prefix, do not use it */
};

/* Room for `more` bytes at the end; whoever writes some adds them to `len`. NULL: it has
 * failed. */
uint8_t *bytes_out_room(struct bytes_out *out, size_t more);

void put_u8(struct bytes_out *out, uint8_t v);
void put_u16(struct bytes_out *out, uint16_t v);
void put_u32(struct bytes_out *out, uint32_t v);
void put_u64(struct bytes_out *out, uint64_t v);
void put_slice(struct bytes_out *out, struct slice s); /* s.len < 2^32 */
void put_raw(struct bytes_out *out, const void *data, size_t len);
void put_varint(struct bytes_out *out, uint32_t v);
void put_varint64(struct bytes_out *out, uint64_t v);
void bytes_out_release(struct bytes_out *out);

#endif
