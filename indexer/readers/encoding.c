#include "indexer/readers/encoding.h"

#include "base/sixteen_bytes.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

/* --- single bytes --- */

/* Windows-1252, bytes 0x80 to 0x9f; 0 where it has no character.
 * https://encoding.spec.whatwg.org/index-windows-1252.txt, but for its five control
 * characters, which tell us that the text is Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

/* Latin-1 and Windows-1252 differ in 0x80..0x9f only, which are control characters
 * in Latin-1. */
static bool fits_windows_1252(struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] >= 0x80 && bytes.data[i] < 0xa0 &&
            windows_1252[bytes.data[i] - 0x80] == 0)
            return false;
    return true;
}

static int from_single_bytes(struct slice bytes, struct arena *arena,
                             struct slice *text)
{
    bool windows = fits_windows_1252(bytes);
    uint8_t *out = arena_alloc(arena, 3 * bytes.len + 1);
    size_t len = 0;
    if (!out)
        return ERR_NOMEM;
    for (size_t i = 0; i < bytes.len; i++) {
        uint32_t c = bytes.data[i];
        if (c >= 0x80 && c < 0xa0)
            c = windows ? windows_1252[c - 0x80] : ' ';
        len += utf8_put(c, out + len);
    }
    *text = (struct slice){out, len};
    return ERR_OK;
}

/* --- UTF-16 --- */

static uint32_t unit_at(struct slice bytes, size_t at, bool big)
{
    uint32_t a = bytes.data[at], b = bytes.data[at + 1];
    return big ? a << 8 | b : b << 8 | a;
}

static int from_utf16(struct slice bytes, bool big, struct arena *arena,
                      struct slice *text, struct reject *why)
{
    uint8_t *out = arena_alloc(arena, bytes.len / 2 * 3 + 1);
    size_t len = 0;
    if (!out)
        return ERR_NOMEM;
    if (bytes.len % 2 != 0)
        return reject_set(why, 0, bytes.len - 1, "half a character of UTF-16");
    for (size_t at = 2; at < bytes.len; at += 2) {
        uint32_t c = unit_at(bytes, at, big);
        if (c >= 0xd800 && c < 0xe000) {
            uint32_t low = at + 2 < bytes.len ? unit_at(bytes, at + 2, big) : 0;
            if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
                return reject_set(why, 0, at, "half a character of UTF-16");
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        len += utf8_put(c, out + len);
    }
    *text = (struct slice){out, len};
    return ERR_OK;
}

/* --- which one --- */

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* What speaks for and against each encoding in bytes that are not UTF-8. */
struct evidence {
    size_t sequences, broken; /* of UTF-8, longer than one byte */
    size_t ascii_letters, high_letters;
};

static struct evidence gather(struct slice bytes)
{
    struct evidence e = {0};
    for (size_t at = 0; at < bytes.len;) {
        size_t before = at;
        uint32_t c = utf8_next(bytes, &at);
        bool broken = c == 0xfffd && at - before == 1;
        e.sequences += at - before > 1;
        e.broken += broken;
        e.ascii_letters += is_letter(bytes.data[before]);
        for (size_t i = before; i < at; i++)
            e.high_letters += bytes.data[i] >= 0xc0;
    }
    return e;
}

static int from_bytes_without_mark(struct slice bytes, size_t bad_at,
                                   struct arena *arena, struct slice *text,
                                   struct reject *why)
{
    struct evidence e = gather(bytes);
    if (e.sequences > e.broken)
        return reject_set(why, 0, bad_at,
                          "damaged UTF-8: byte 0x%02x does not belong here",
                          bytes.data[bad_at]);
    if (e.high_letters > (e.ascii_letters + e.high_letters) / 3)
        return reject_set(why, 0, bad_at,
                          "neither UTF-8, UTF-16, Windows-1252 nor Latin-1");
    return from_single_bytes(bytes, arena, text);
}

int encoding_decode(struct slice bytes, struct arena *arena, struct slice *text,
                    struct reject *why)
{
    size_t bad_at, mark = 0;
    if (slice_starts_with(bytes, SLICE("\xff\xfe")))
        return from_utf16(bytes, false, arena, text, why);
    if (slice_starts_with(bytes, SLICE("\xfe\xff")))
        return from_utf16(bytes, true, arena, text, why);
    const uint8_t *nul = bytes.len ? memchr(bytes.data, 0, bytes.len) : NULL;
    if (nul)
        return reject_set(why, 0, (uint64_t)(nul - bytes.data),
                          "a zero byte: this is no text");
    if (slice_starts_with(bytes, SLICE("\xef\xbb\xbf")))
        mark = 3;
    *text = slice_part(bytes, mark, bytes.len);
    if (utf8_valid(*text, &bad_at))
        return ERR_OK;
    if (mark)
        return reject_set(why, 0, bad_at + mark,
                          "damaged UTF-8: byte 0x%02x does not belong here",
                          text->data[bad_at]);
    return from_bytes_without_mark(bytes, bad_at, arena, text, why);
}

/* --- cleaning --- */

static bool is_line_end(uint8_t c)
{
    return c == '\n' || c == '\r';
}

/* Behind the line end at `at`, and whether blank lines follow it. */
static size_t skip_line_end(struct slice text, size_t at, bool *blank)
{
    *blank = false;
    for (;;) {
        at += text.data[at] == '\r' && at + 1 < text.len &&
                      text.data[at + 1] == '\n'
                  ? 2
                  : 1;
        size_t next = at;
        while (next < text.len &&
               (text.data[next] == ' ' || text.data[next] == '\t'))
            next++;
        if (next == text.len || !is_line_end(text.data[next]))
            return at;
        *blank = true;
        at = next;
    }
}

/* Copy what stays as it is from text.data[*at], sixteen bytes at a time, up to the next
 * control character or until less is left. The room at `to` is never less than what is
 * left. */
static size_t copy_plain(struct slice text, size_t *at, uint8_t *to)
{
    size_t from = *at;
    while (text.len - *at >= 16) {
        struct sixteen x = sixteen_load(text.data + *at);
        unsigned stop = sixteen_bits(
            sixteen_or(sixteen_range(x, 0, ' ' - 1), sixteen_equal(x, 0x7f)));
        sixteen_store(to + (*at - from), x);
        *at += stop ? (size_t)__builtin_ctz(stop) : 16;
        if (stop)
            break;
    }
    return *at - from;
}

int text_clean(struct slice text, struct arena *arena, struct slice *out)
{
    text = slice_trim(text);
    uint8_t *data = arena_alloc_unset(arena, text.len + 1);
    size_t len = 0;
    if (!data)
        return ERR_NOMEM;
    for (size_t at = 0; at < text.len;) {
        len += copy_plain(text, &at, data + len);
        if (at == text.len)
            break;
        uint8_t c = text.data[at];
        if (is_line_end(c)) {
            bool blank;
            at = skip_line_end(text, at, &blank);
            data[len++] = '\n';
            if (blank)
                data[len++] = '\n';
            continue;
        }
        data[len++] = (c < ' ' && c != '\t') || c == 0x7f ? ' ' : c;
        at++;
    }
    data[len] = '\0'; /* as arena_copy_slice() */
    *out = slice_trim((struct slice){data, len});
    return ERR_OK;
}

int text_clean_line(struct slice text, struct arena *arena, struct slice *out)
{
    uint8_t *data = arena_alloc_unset(arena, text.len + 1);
    size_t len = 0;
    if (!data)
        return ERR_NOMEM;
    for (size_t at = 0; at < text.len; at++) {
        uint8_t c = text.data[at];
        if (c > ' ' && c != 0x7f)
            data[len++] = c;
        else if (len > 0 && data[len - 1] != ' ')
            data[len++] = ' ';
    }
    data[len] = '\0'; /* as arena_copy_slice() */
    *out = slice_trim((struct slice){data, len});
    return ERR_OK;
}
