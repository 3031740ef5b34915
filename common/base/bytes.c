#include "base/bytes.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

struct slice slice_of(const char *text)
{
    return (struct slice){(const uint8_t *)text, text ? strlen(text) : 0};
}

bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool slice_starts_with(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len &&
           slice_eq((struct slice){s.data, prefix.len}, prefix);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && is_space(s.data[s.len - 1]))
        s.len--;
    while (s.len > 0 && is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    return s;
}

struct slice slice_part(struct slice s, size_t from, size_t to)
{
    assert(from <= to && to <= s.len);
    /* NULL + 0 is undefined in C. */
    return (struct slice){s.data ? s.data + from : NULL, to - from};
}

struct bytes_in bytes_in(struct slice s)
{
    assert(s.data || s.len == 0);
    return (struct bytes_in){.at = s.data, .end = s.data + s.len};
}

uint8_t get_u8(struct bytes_in *in)
{
    if (in->bad || in->at == in->end) {
        in->bad = true;
        return 0;
    }
    return *in->at++;
}

uint32_t get_u32(struct bytes_in *in)
{
    uint32_t v = 0;
    for (int shift = 0; shift < 32; shift += 8)
        v |= (uint32_t)get_u8(in) << shift;
    return in->bad ? 0 : v;
}

uint64_t get_u64(struct bytes_in *in)
{
    uint64_t low = get_u32(in), high = get_u32(in);
    return in->bad ? 0 : high << 32 | low;
}

struct slice get_slice(struct bytes_in *in)
{
    uint32_t len = get_varint(in);
    if (in->bad || len > (size_t)(in->end - in->at)) {
        in->bad = true;
        return (struct slice){0};
    }
    struct slice s = {in->at, len};
    in->at += len;
    return s;
}

uint32_t get_varint(struct bytes_in *in)
{
    uint32_t v = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        uint8_t byte = get_u8(in);
        if (shift == 28 && byte > 0x0f) /* would not fit in 32 bits */
            break;
        v |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return in->bad ? 0 : v;
    }
    in->bad = true;
    return 0;
}

uint64_t get_varint64(struct bytes_in *in)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        uint8_t byte = get_u8(in);
        if (shift == 63 && byte > 0x01) /* would not fit in 64 bits */
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return in->bad ? 0 : v;
    }
    in->bad = true;
    return 0;
}

static bool make_room(struct bytes_out *out, size_t more)
{
    if (out->failed)
        return false;
    if (more <= out->cap - out->len)
        return true;
    size_t cap = out->cap ? out->cap * 2 : 64;
    while (cap - out->len < more)
        cap *= 2;
    uint8_t *data = mem_realloc(out->data, cap);
    if (!data) {
        out->failed = true;
        return false;
    }
    out->data = data;
    out->cap = cap;
    return true;
}

uint8_t *bytes_out_room(struct bytes_out *out, size_t more)
{
    return make_room(out, more) ? out->data + out->len : NULL;
}

void put_raw(struct bytes_out *out, const void *data, size_t len)
{
    if (len == 0 || !make_room(out, len))
        return;
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

void put_u8(struct bytes_out *out, uint8_t byte)
{
    if (make_room(out, 1))
        out->data[out->len++] = byte;
}

void put_u16(struct bytes_out *out, uint16_t v)
{
    put_u8(out, (uint8_t)v);
    put_u8(out, (uint8_t)(v >> 8));
}

void put_u32(struct bytes_out *out, uint32_t v)
{
    for (int shift = 0; shift < 32; shift += 8)
        put_u8(out, (uint8_t)(v >> shift));
}

void put_u64(struct bytes_out *out, uint64_t v)
{
    put_u32(out, (uint32_t)v);
    put_u32(out, (uint32_t)(v >> 32));
}

void put_slice(struct bytes_out *out, struct slice s)
{
    assert(s.len <= UINT32_MAX);
    put_varint(out, (uint32_t)s.len);
    put_raw(out, s.data, s.len);
}

void put_varint(struct bytes_out *out, uint32_t v)
{
    for (; v >= 0x80; v >>= 7)
        put_u8(out, (uint8_t)(v | 0x80));
    put_u8(out, (uint8_t)v);
}

void put_varint64(struct bytes_out *out, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        put_u8(out, (uint8_t)(v | 0x80));
    put_u8(out, (uint8_t)v);
}

void bytes_out_release(struct bytes_out *out)
{
    mem_free(out->data);
    *out = (struct bytes_out){0};
}
