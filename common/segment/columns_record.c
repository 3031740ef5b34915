#include "segment/columns_format.h"

#include "base/err.h"

static int corrupt(const struct columns *columns, enum section_id id,
                   doc_id doc, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: %s: of article %u: malformed",
                   segment_file_path(columns->file), section_name(id), doc);
}

/* Bytes of one article in SECTION_RECORDS or SECTION_MARKS. */
static int run_of(const struct columns *columns, enum section_id id, doc_id doc,
                  struct slice *out, struct err *err)
{
    bool record = id == SECTION_RECORDS;
    uint64_t bases = record ? columns->record_bases : columns->mark_bases;
    uint64_t ends = record ? columns->record_ends : columns->mark_ends;
    uint64_t base = 0, from = 0, to = 0;
    int rc = columns_at(columns, bases, doc / COLUMNS_END_BLOCK, 8, &base, err);
    if (!rc && doc % COLUMNS_END_BLOCK)
        rc = columns_at(columns, ends, doc - 1, 4, &from, err);
    if (!rc)
        rc = columns_at(columns, ends, doc, 4, &to, err);
    if (rc)
        return rc;
    if (from > to || base > section_length(columns->file, id))
        return corrupt(columns, id, doc, err);
    return section_bytes(columns->file, id, base + from, to - from, out, err);
}

static void get_digest(struct bytes_in *in, char out[DIGEST_TEXT_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_TEXT_SIZE - 1; i += 2) {
        uint8_t byte = get_u8(in);
        out[i] = hex[byte >> 4];
        out[i + 1] = hex[byte & 15];
    }
    out[DIGEST_TEXT_SIZE - 1] = 0;
}

static void get_modified(struct bytes_in *in, unsigned flags,
                         struct doc_record *r)
{
    if (flags & RECORD_MODIFIED_SAME) {
        r->modified = r->published;
    } else if (flags & RECORD_MODIFIED) {
        r->modified.precision = get_u8(in);
        uint64_t v = get_varint64(in);
        r->modified.seconds =
            (int64_t)((uint64_t)r->published.seconds + (v >> 1 ^ -(v & 1)));
    }
}

static bool good_modified(unsigned flags, struct date date)
{
    if (!(flags & RECORD_MODIFIED))
        return !(flags & RECORD_MODIFIED_SAME);
    return date.precision != DATE_NONE && date.precision <= DATE_SECOND &&
           date.seconds >= DATE_MIN && date.seconds < DATE_MAX;
}

/* False when a part ends past 2^32. */
static bool get_parts(struct bytes_in *in, unsigned flags,
                      struct position_range part[PART_COUNT])
{
    uint64_t end = 0;
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (!(flags & (unsigned)RECORD_PART << i))
            continue;
        uint64_t start = end + get_varint(in);
        end = start + get_varint(in) + 1;
        if (end > UINT32_MAX)
            return false;
        part[i] = (struct position_range){(uint32_t)start, (uint32_t)end};
    }
    return true;
}

static bool get_record(struct bytes_in *in, const struct columns *columns,
                       uint16_t lang, struct doc_record *r)
{
    unsigned flags = get_u8(in);
    r->key = get_slice(in);
    if (flags & RECORD_SOURCE_IN_KEY) {
        uint32_t len = get_varint(in);
        if (len > r->key.len)
            return false;
        r->source = slice_part(r->key, 0, len);
    } else {
        r->source = get_slice(in);
    }
    r->lang = flags & RECORD_LANG_PRIMARY ? columns->lang_names.item[lang]
                                          : get_slice(in);
    get_modified(in, flags, r);
    r->version = get_varint(in);
    r->generation = get_varint64(in);
    bool parts = get_parts(in, flags, r->part);
    get_digest(in, r->digest);
    return parts && !in->bad && in->at == in->end &&
           good_modified(flags, r->modified);
}

int columns_record(const struct columns *columns, doc_id doc,
                   struct doc_record *out, struct err *err)
{
    struct slice s;
    uint16_t lang;
    *out = (struct doc_record){0};
    int rc = run_of(columns, SECTION_RECORDS, doc, &s, err);
    if (!rc)
        rc = columns_date(columns, doc, &out->published, err);
    if (!rc)
        rc = columns_length(columns, doc, &out->words, err);
    if (!rc)
        rc = columns_lang(columns, doc, &lang, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    return get_record(&in, columns, lang, out)
               ? ERR_OK
               : corrupt(columns, SECTION_RECORDS, doc, err);
}

int columns_record_key(const struct columns *columns, doc_id doc,
                       struct slice *out, struct err *err)
{
    struct slice s;
    *out = (struct slice){0};
    int rc = run_of(columns, SECTION_RECORDS, doc, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    get_u8(&in); /* what the record has */
    *out = get_slice(&in);
    return in.bad ? corrupt(columns, SECTION_RECORDS, doc, err) : ERR_OK;
}

/* Marks in a run: each ends with a byte below 128. */
static size_t count_marks(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.data[i] < 0x80;
    return n;
}

int columns_marks(const struct columns *columns, doc_id doc,
                  struct arena *arena, struct doc_marks *out, struct err *err)
{
    struct slice s;
    *out = (struct doc_marks){0};
    int rc = run_of(columns, SECTION_MARKS, doc, &s, err);
    if (rc)
        return rc;
    size_t n = count_marks(s);
    out->sentence = arena_array(arena, uint32_t, n);
    out->paragraph = arena_array(arena, uint32_t, n);
    if (!out->sentence || !out->paragraph)
        return err_set(err, ERR_NOMEM, "no memory for %zu sentences", n);
    struct bytes_in in = bytes_in(s);
    uint64_t at = 0;
    while (in.at != in.end && !in.bad) {
        uint64_t v = get_varint64(&in);
        if (in.bad || v >> 1 > UINT32_MAX - at ||
            (v >> 1 == 0 && out->sentences > 0))
            return corrupt(columns, SECTION_MARKS, doc, err);
        at += v >> 1;
        out->sentence[out->sentences++] = (uint32_t)at;
        if (v & 1)
            out->paragraph[out->paragraphs++] = (uint32_t)at;
    }
    return ERR_OK;
}
