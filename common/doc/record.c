/* record.c - the stored form of an article; docs/format/article.md is its page. */
#include "doc/article.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

enum {
    RECORD_VERSION = 2,
    RECORD_WITHOUT_FLAGS = 1, /* the version before: still read */
    FLAG_LANG_GUESSED = 1,
    RECORD_HEADER = 9, /* version, crc, payload size */
    /* Stored text is decompressed far more often than compressed; beyond this
     * level zlib wins about a percent and halves its speed. */
    DEFLATE_LEVEL = 4,
    /* A deflate stream cannot grow more than this (zlib's technical notes: 1032
     * to 1), so that a header cannot ask for memory its bytes do not earn. */
    DEFLATE_GROWTH = 1032,
};

static void *zlib_alloc(void *opaque, uInt count, uInt size)
{
    (void)opaque;
    return mem_alloc((size_t)count * size);
}

static void zlib_free(void *opaque, void *p)
{
    (void)opaque;
    mem_free(p);
}

static z_stream stream_of(struct slice in)
{
    return (z_stream){.zalloc = zlib_alloc,
                      .zfree = zlib_free,
                      .next_in = (Bytef *)(uintptr_t)in.data,
                      .avail_in = (uInt)in.len};
}

/* --- encoding --- */

/* The fields in their stored order, by their place in struct article. */
static const size_t text_fields[] = {
    offsetof(struct article, key),
    offsetof(struct article, text[PART_TITLE]),
    offsetof(struct article, text[PART_SUMMARY]),
    offsetof(struct article, text[PART_BODY]),
    offsetof(struct article, text[PART_CAPTIONS]),
    offsetof(struct article, id),
    offsetof(struct article, url),
    offsetof(struct article, source),
    offsetof(struct article, lang),
    offsetof(struct article, byline),
    offsetof(struct article, dateline),
    offsetof(struct article, status),
};
static const size_t list_fields[] = {
    offsetof(struct article, topics),
    offsetof(struct article, places),
    offsetof(struct article, people),
    offsetof(struct article, orgs),
};
enum {
    TEXT_FIELDS = sizeof text_fields / sizeof *text_fields,
    LIST_FIELDS = sizeof list_fields / sizeof *list_fields,
};

static const struct slice *text_field(const struct article *a, size_t i)
{
    return (const void *)((const char *)a + text_fields[i]);
}

static const struct slice_list *list_field(const struct article *a, size_t i)
{
    return (const void *)((const char *)a + list_fields[i]);
}

static void put_date(struct bytes_out *out, struct date date)
{
    put_u8(out, date.precision);
    put_u64(out, (uint64_t)date.seconds);
}

static void put_payload(struct bytes_out *out, const struct article *a)
{
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        put_slice(out, *text_field(a, i));
    put_varint(out, a->version);
    for (size_t i = 0; i < LIST_FIELDS; i++) {
        const struct slice_list *list = list_field(a, i);
        put_varint(out, (uint32_t)list->count);
        for (size_t j = 0; j < list->count; j++)
            put_slice(out, list->item[j]);
    }
    put_date(out, a->published);
    put_date(out, a->modified);
    put_u8(out, (uint8_t)a->published_from);
    put_u64(out, (uint64_t)a->ingested);
    put_u8(out, a->lang_guessed ? FLAG_LANG_GUESSED : 0);
}

/* At least the payload's size, so that no length below overflows its type. */
static size_t payload_bound(const struct article *a)
{
    size_t total = 64;
    for (size_t i = 0; i < TEXT_FIELDS; i++)
        total += text_field(a, i)->len + 5;
    for (size_t i = 0; i < LIST_FIELDS; i++)
        for (size_t j = 0; j < list_field(a, i)->count; j++)
            total += list_field(a, i)->item[j].len + 5;
    return total;
}

static int deflate_into(struct slice payload, struct bytes_out *out)
{
    z_stream z = stream_of(payload);
    if (deflateInit2(&z, DEFLATE_LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_NOMEM;
    uint8_t chunk[8 << 10];
    int rc;
    do {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        rc = deflate(&z, Z_FINISH);
        put_raw(out, chunk, sizeof chunk - z.avail_out);
    } while (rc == Z_OK);
    deflateEnd(&z);
    return rc == Z_STREAM_END && !out->failed ? ERR_OK : ERR_NOMEM;
}

/* Over everything but itself. */
static uint32_t record_crc(uint8_t version, struct slice from_size)
{
    uLong sum = crc32(0, &version, 1);
    return (uint32_t)crc32(sum, from_size.data, (uInt)from_size.len);
}

int article_payload(const struct article *article, struct bytes_out *out,
                    struct err *err)
{
    if (payload_bound(article) > LIMIT_ARTICLE_BYTES)
        return err_set(err, ERR_LIMIT, "article of more than %d bytes",
                       LIMIT_ARTICLE_BYTES);
    put_payload(out, article);
    return out->failed
               ? err_set(err, ERR_NOMEM, "no memory to store an article")
               : ERR_OK;
}

int article_encode(const struct article *article, struct bytes_out *out,
                   struct err *err)
{
    struct bytes_out payload = {0}, body = {0};
    int rc = article_payload(article, &payload, err);
    if (rc)
        goto out;
    put_u32(&body, (uint32_t)payload.len);
    if (body.failed ||
        deflate_into((struct slice){payload.data, payload.len}, &body)) {
        rc = err_set(err, ERR_NOMEM, "no memory to store an article");
        goto out;
    }
    put_u8(out, RECORD_VERSION);
    put_u32(out,
            record_crc(RECORD_VERSION, (struct slice){body.data, body.len}));
    put_raw(out, body.data, body.len);
    if (out->failed)
        rc = err_set(err, ERR_NOMEM, "no memory to store an article");

out:
    bytes_out_release(&payload);
    bytes_out_release(&body);
    return rc;
}

/* --- decoding --- */

static int corrupt(struct err *err, const char *what)
{
    return err_set(err, ERR_CORRUPT, "stored article: %s", what);
}

/* Exactly `size` bytes into `arena`, not one more: what a stream would like to
 * become is never asked. */
static int inflate_all(struct slice deflated, uint32_t size,
                       struct arena *arena, struct slice *payload,
                       struct err *err)
{
    uint8_t *data = arena_alloc(arena, size);
    if (!data)
        return err_set(err, ERR_NOMEM, "stored article: no memory for %u bytes",
                       size);
    z_stream z = stream_of(deflated);
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return err_set(err, ERR_NOMEM, "stored article: no memory to inflate");
    z.next_out = data;
    z.avail_out = size;
    int rc = inflate(&z, Z_FINISH);
    bool whole = rc == Z_STREAM_END && z.avail_in == 0 && z.avail_out == 0;
    inflateEnd(&z);
    if (rc == Z_MEM_ERROR)
        return err_set(err, ERR_NOMEM, "stored article: no memory to inflate");
    if (!whole)
        return corrupt(err, "the deflated bytes are not what the header says");
    *payload = (struct slice){data, size};
    return ERR_OK;
}

static bool get_date(struct bytes_in *in, struct date *out)
{
    out->precision = get_u8(in);
    out->seconds = (int64_t)get_u64(in);
    if (out->precision == DATE_NONE)
        return out->seconds == 0;
    return out->precision <= DATE_SECOND && out->seconds >= DATE_MIN &&
           out->seconds < DATE_MAX;
}

static int get_text(struct bytes_in *in, struct slice *out, struct err *err)
{
    size_t bad_at;
    *out = get_slice(in);
    return utf8_valid(*out, &bad_at) ? ERR_OK
                                     : corrupt(err, "text that is not UTF-8");
}

static int get_list(struct bytes_in *in, struct arena *arena,
                    struct slice_list *out, struct err *err)
{
    size_t count = get_varint(in);
    int rc = ERR_OK;
    if (count > (size_t)(in->end - in->at)) /* each costs a byte at least */
        return corrupt(err, "a list longer than the record");
    if (count == 0)
        return ERR_OK;
    out->item = arena_array(arena, struct slice, count);
    if (!out->item)
        return err_set(err, ERR_NOMEM, "stored article: no memory for a list");
    for (; out->count < count && !rc; out->count++)
        rc = get_text(in, &out->item[out->count], err);
    return rc;
}

static int get_payload(struct slice payload, unsigned version,
                       struct arena *arena, struct article *a, struct err *err)
{
    struct bytes_in in = bytes_in(payload);
    int rc = ERR_OK;
    for (size_t i = 0; i < TEXT_FIELDS && !rc; i++)
        rc = get_text(&in, (void *)((char *)a + text_fields[i]), err);
    a->version = get_varint(&in);
    for (size_t i = 0; i < LIST_FIELDS && !rc; i++)
        rc = get_list(&in, arena, (void *)((char *)a + list_fields[i]), err);
    if (rc)
        return rc;
    bool dates = get_date(&in, &a->published);
    dates = get_date(&in, &a->modified) && dates;
    unsigned origin = get_u8(&in);
    a->ingested = (int64_t)get_u64(&in);
    unsigned flags = version == RECORD_WITHOUT_FLAGS ? 0 : get_u8(&in);
    if (in.bad || in.at != in.end)
        return corrupt(err, "the fields do not fill the record");
    if (!dates || origin > ORIGIN_FILE_NAME)
        return corrupt(err, "an impossible date");
    if (flags & ~(unsigned)FLAG_LANG_GUESSED)
        return corrupt(err, "an unknown flag");
    a->published_from = (enum date_origin)origin;
    a->lang_guessed = flags & FLAG_LANG_GUESSED;
    return ERR_OK;
}

int article_from_payload(struct slice payload, struct arena *arena,
                         struct article *out, struct err *err)
{
    *out = (struct article){0};
    return get_payload(payload, RECORD_VERSION, arena, out, err);
}

int article_decode(struct slice stored, struct arena *arena,
                   struct article *out, struct err *err)
{
    *out = (struct article){0};
    if (stored.len < RECORD_HEADER || stored.len > UINT_MAX)
        return corrupt(err, "too short or too long");
    struct bytes_in in = bytes_in(stored);
    uint8_t version = get_u8(&in);
    uint32_t crc = get_u32(&in);
    struct slice summed = slice_part(stored, 5, stored.len);
    uint32_t size = get_u32(&in);
    struct slice deflated = slice_part(stored, RECORD_HEADER, stored.len);
    if (record_crc(version, summed) != crc)
        return corrupt(err, "checksum mismatch");
    if (version != RECORD_VERSION && version != RECORD_WITHOUT_FLAGS)
        return corrupt(err, "a version that this program does not know");
    if (size > LIMIT_ARTICLE_BYTES)
        return err_set(err, ERR_LIMIT, "stored article: %u bytes, at most %d",
                       size, LIMIT_ARTICLE_BYTES);
    if (size / DEFLATE_GROWTH > deflated.len)
        return corrupt(err, "more text than its bytes can hold");
    struct slice payload;
    int rc = inflate_all(deflated, size, arena, &payload, err);
    return rc ? rc : get_payload(payload, version, arena, out, err);
}
