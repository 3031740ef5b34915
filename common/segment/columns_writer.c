#include "segment/columns_format.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/mem.h"

/* Records and marks go out at once; arrays wait, side by side, for the last article. */
struct columns_writer {
    struct section_out *columns, *records, *marks;
    struct bytes_out seconds, record_bases, mark_bases, lengths, record_ends,
        mark_ends, langs, precisions;
    struct bytes_out names, scratch;
    struct hash_map lang_numbers;
    uint64_t record_base, mark_base; /* of the block that is written */
    uint32_t count;
};

int columns_writer_open(struct segment_writer *segment,
                        struct columns_writer **out, struct err *err)
{
    struct columns_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory for columns");
    *writer = (struct columns_writer){
        .columns = segment_section(segment, SECTION_COLUMNS),
        .records = segment_section(segment, SECTION_RECORDS),
        .marks = segment_section(segment, SECTION_MARKS),
    };
    hash_map_init(&writer->lang_numbers);
    *out = writer;
    return ERR_OK;
}

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static bool same_date(struct date a, struct date b)
{
    return a.precision == b.precision && a.seconds == b.seconds;
}

static uint8_t record_flags(const struct doc_record *r, struct slice primary)
{
    unsigned flags = 0;
    if (slice_starts_with(r->key, r->source))
        flags |= RECORD_SOURCE_IN_KEY;
    if (slice_eq(r->lang, primary))
        flags |= RECORD_LANG_PRIMARY;
    if (r->modified.precision != DATE_NONE)
        flags |= RECORD_MODIFIED;
    if (flags & RECORD_MODIFIED && same_date(r->modified, r->published))
        flags |= RECORD_MODIFIED_SAME;
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (r->part[part].start < r->part[part].end)
            flags |= (unsigned)RECORD_PART << part;
    return (uint8_t)flags;
}

static void put_digest(struct bytes_out *out, const char *hex)
{
    for (size_t i = 0; i < DIGEST_TEXT_SIZE - 1; i += 2) {
        unsigned byte = 0;
        for (size_t j = i; j < i + 2; j++) {
            char c = hex[j];
            assert((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
            byte = byte << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        put_u8(out, (uint8_t)byte);
    }
}

static void put_parts(struct bytes_out *out, const struct doc_record *r)
{
    uint32_t end = 0;
    for (unsigned part = 0; part < PART_COUNT; part++) {
        const struct position_range *p = &r->part[part];
        if (p->start >= p->end)
            continue;
        assert(p->start >= end);
        put_varint(out, p->start - end);
        put_varint(out, p->end - p->start - 1);
        end = p->end;
    }
}

static void put_record(struct bytes_out *out, const struct doc_record *r,
                       struct slice primary)
{
    uint8_t flags = record_flags(r, primary);
    bool dated = r->published.precision != DATE_NONE;
    int64_t base = dated ? r->published.seconds : 0;
    put_u8(out, flags);
    put_slice(out, r->key);
    if (flags & RECORD_SOURCE_IN_KEY)
        put_varint(out, (uint32_t)r->source.len);
    else
        put_slice(out, r->source);
    if (!(flags & RECORD_LANG_PRIMARY))
        put_slice(out, r->lang);
    if (flags & RECORD_MODIFIED && !(flags & RECORD_MODIFIED_SAME)) {
        put_u8(out, r->modified.precision);
        put_varint64(out, zigzag(r->modified.seconds - base));
    }
    put_varint(out, r->version);
    put_varint64(out, r->generation);
    put_parts(out, r);
    put_digest(out, r->digest);
}

static void put_marks(struct bytes_out *out, const struct doc_marks *marks)
{
    uint32_t before = 0;
    size_t p = 0;
    for (size_t s = 0; s < marks->sentences; s++) {
        uint32_t at = marks->sentence[s];
        assert(s == 0 || at > before);
        bool paragraph = p < marks->paragraphs && marks->paragraph[p] == at;
        put_varint64(out, (uint64_t)(at - before) << 1 | paragraph);
        before = at;
        p += paragraph;
    }
    assert(p == marks->paragraphs); /* else one begins inside a sentence */
}

/* Writes scratch to `section`, and where it ends to `ends`. */
static int put_run(struct columns_writer *writer, struct section_out *section,
                   uint64_t *base, struct bytes_out *bases,
                   struct bytes_out *ends)
{
    if (writer->count % COLUMNS_END_BLOCK == 0) {
        *base = section_size(section);
        put_u64(bases, *base);
    }
    if (writer->scratch.failed)
        return ERR_NOMEM;
    section_put(section, writer->scratch.data, writer->scratch.len);
    writer->scratch.len = 0;
    uint64_t end = section_size(section) - *base;
    if (end > UINT32_MAX)
        return ERR_LIMIT;
    put_u32(ends, (uint32_t)end);
    return ERR_OK;
}

static int lang_number(struct columns_writer *writer, struct slice name,
                       uint16_t *out)
{
    const uint64_t *known = hash_map_get(&writer->lang_numbers, name);
    size_t next = writer->lang_numbers.count;
    *out = (uint16_t)(known ? *known : next);
    if (known)
        return ERR_OK;
    if (next >= COLUMNS_LANGS_MAX)
        return ERR_LIMIT;
    put_slice(&writer->names, name);
    return hash_map_put(&writer->lang_numbers, name, next, NULL);
}

static int add(struct columns_writer *writer, const struct doc_record *record,
               struct slice primary_lang, const struct doc_marks *marks)
{
    uint16_t lang = 0;
    bool dated = record->published.precision != DATE_NONE;
    put_record(&writer->scratch, record, primary_lang);
    int rc = put_run(writer, writer->records, &writer->record_base,
                     &writer->record_bases, &writer->record_ends);
    if (rc)
        return rc;
    if (marks)
        put_marks(&writer->scratch, marks);
    rc = put_run(writer, writer->marks, &writer->mark_base, &writer->mark_bases,
                 &writer->mark_ends);
    if (!rc)
        rc = lang_number(writer, primary_lang, &lang);
    if (rc)
        return rc;
    put_u64(&writer->seconds,
            (uint64_t)(dated ? record->published.seconds : DATE_MIN));
    put_u8(&writer->precisions, record->published.precision);
    put_u32(&writer->lengths, record->words);
    put_u16(&writer->langs, lang);
    writer->count++;
    return ERR_OK;
}

int columns_add(struct columns_writer *writer, const struct doc_record *record,
                struct slice primary_lang, const struct doc_marks *marks,
                struct err *err)
{
    int rc = add(writer, record, primary_lang, marks);
    if (rc == ERR_LIMIT)
        return err_set(err, rc,
                       "more languages or longer articles than columns hold");
    return rc ? err_set(err, rc, "no memory for columns") : ERR_OK;
}

int columns_finish(struct columns_writer *writer, struct err *err)
{
    static const uint8_t zeros[8];
    struct bytes_out *array[] = {&writer->seconds,     &writer->record_bases,
                                 &writer->mark_bases,  &writer->lengths,
                                 &writer->record_ends, &writer->mark_ends,
                                 &writer->langs,       &writer->precisions};
    size_t count = sizeof array / sizeof *array;
    bool failed = writer->names.failed;
    for (size_t i = 0; i < count; i++)
        failed = failed || array[i]->failed;
    if (failed)
        return err_set(err, ERR_NOMEM, "no memory for columns");
    uint32_t header[2] = {(uint32_t)writer->lang_numbers.count,
                          (uint32_t)writer->names.len};
    section_put(writer->columns, header, sizeof header);
    section_put(writer->columns, writer->names.data, writer->names.len);
    section_put(writer->columns, zeros, -writer->names.len & 7);
    for (size_t i = 0; i < count; i++)
        section_put(writer->columns, array[i]->data, array[i]->len);
    return ERR_OK;
}

void columns_writer_close(struct columns_writer *writer)
{
    if (!writer)
        return;
    bytes_out_release(&writer->seconds);
    bytes_out_release(&writer->record_bases);
    bytes_out_release(&writer->mark_bases);
    bytes_out_release(&writer->lengths);
    bytes_out_release(&writer->record_ends);
    bytes_out_release(&writer->mark_ends);
    bytes_out_release(&writer->langs);
    bytes_out_release(&writer->precisions);
    bytes_out_release(&writer->names);
    bytes_out_release(&writer->scratch);
    hash_map_release(&writer->lang_numbers);
    mem_free(writer);
}
