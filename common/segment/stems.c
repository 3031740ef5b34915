#include "segment/stems.h"

#include "base/err.h"
#include "base/mem.h"

enum {
    STEM_BLOCK = 16, /* stems for one entry of the index */
    TRAILER = 8,     /* stems, bytes of data */
};

/* --- writing --- */

struct stems_writer {
    struct section_out *out;
    struct bytes_out index, data; /* data: of this block */
    uint32_t count;
    uint64_t written;  /* blocks before this one */
    uint32_t previous; /* first form of the stem before, in this block */
};

int stems_writer_open(struct segment_writer *segment, struct stems_writer **out,
                      struct err *err)
{
    struct stems_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory for stems");
    *writer =
        (struct stems_writer){.out = segment_section(segment, SECTION_STEMS)};
    *out = writer;
    return ERR_OK;
}

static void flush_block(struct stems_writer *writer)
{
    section_put(writer->out, writer->data.data, writer->data.len);
    writer->written += writer->data.len;
    writer->data.len = 0;
}

static uint64_t zigzag(uint32_t from, uint32_t to)
{
    return to >= from ? (uint64_t)(to - from) << 1
                      : (uint64_t)(from - to) << 1 | 1;
}

int stems_add(struct stems_writer *writer, const uint32_t *forms, size_t count,
              struct err *err)
{
    assert(count > 0 && count <= UINT32_MAX);
    if (writer->count % STEM_BLOCK == 0) {
        flush_block(writer);
        if (writer->written > UINT32_MAX)
            return err_set(err, ERR_LIMIT, "more than 4 GB of stems");
        put_u32(&writer->index, (uint32_t)writer->written);
        writer->previous = 0;
    }
    put_varint(&writer->data, (uint32_t)(count - 1));
    put_varint64(&writer->data, zigzag(writer->previous, forms[0]));
    for (size_t i = 1; i < count; i++) {
        assert(forms[i] > forms[i - 1]);
        put_varint(&writer->data, forms[i] - forms[i - 1] - 1);
    }
    writer->previous = forms[0];
    writer->count++;
    return writer->index.failed || writer->data.failed
               ? err_set(err, ERR_NOMEM, "no memory for stems")
               : ERR_OK;
}

int stems_finish(struct stems_writer *writer, struct err *err)
{
    flush_block(writer);
    if (writer->written > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "more than 4 GB of stems");
    uint32_t trailer[2] = {writer->count, (uint32_t)writer->written};
    section_put(writer->out, writer->index.data, writer->index.len);
    section_put(writer->out, trailer, sizeof trailer);
    return ERR_OK;
}

void stems_writer_close(struct stems_writer *writer)
{
    if (!writer)
        return;
    bytes_out_release(&writer->index);
    bytes_out_release(&writer->data);
    mem_free(writer);
}

/* --- reading --- */

static int corrupt(const struct segment_file *file, const char *what,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: %s: %s", segment_file_path(file),
                   section_name(SECTION_STEMS), what);
}

/* The number of the first term of `class` or a later one. */
static int first_of(const struct dictionary *dictionary, enum term_class class,
                    uint32_t *out, struct err *err)
{
    uint8_t byte = (uint8_t) class;
    struct dictionary_cursor cursor;
    int rc =
        dictionary_seek(dictionary, (struct slice){&byte, 1}, &cursor, err);
    if (!rc)
        *out = cursor.at_end ? dictionary->terms : cursor.entry.number;
    return rc;
}

int stems_open(const struct dictionary *dictionary, struct stems *out,
               struct err *err)
{
    const struct segment_file *file = dictionary->file;
    uint64_t len = section_length(file, SECTION_STEMS);
    struct slice s;
    uint32_t end = 0;
    *out = (struct stems){.file = file};
    if (len < TRAILER)
        return corrupt(file, "no trailer", err);
    int rc =
        section_bytes(file, SECTION_STEMS, len - TRAILER, TRAILER, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    out->count = get_u32(&in);
    out->index = get_u32(&in); /* the index follows the data */
    uint64_t blocks = ((uint64_t)out->count + STEM_BLOCK - 1) / STEM_BLOCK;
    if (len != out->index + blocks * 4 + TRAILER)
        return corrupt(file, "not the size of its parts", err);
    rc = first_of(dictionary, TERM_STEM, &out->first, err);
    if (!rc)
        rc = first_of(dictionary, TERM_PLAIN, &end, err);
    if (!rc && end - out->first != out->count)
        rc = corrupt(file, "not as many as in the dictionary", err);
    return rc;
}

/* The bytes of a block. */
static int block_at(const struct stems *stems, uint32_t block,
                    struct slice *out, struct err *err)
{
    uint32_t blocks =
        stems->count / STEM_BLOCK + (stems->count % STEM_BLOCK ? 1 : 0);
    bool last = block + 1 == blocks;
    struct slice s;
    int rc = section_bytes(stems->file, SECTION_STEMS,
                           stems->index + (uint64_t)block * 4, last ? 4 : 8, &s,
                           err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    uint32_t from = get_u32(&in);
    uint64_t to = last ? stems->index : get_u32(&in);
    if (from > to || to > stems->index || (block == 0 && from != 0))
        return corrupt(stems->file, "an offset that falls", err);
    return section_bytes(stems->file, SECTION_STEMS, from, to - from, out, err);
}

/* Forms of the next stem, behind their count; `forms` NULL: skip them. */
static bool get_forms(struct bytes_in *in, uint32_t limit, uint32_t *previous,
                      uint32_t count, uint32_t *forms)
{
    uint64_t step = get_varint64(in);
    uint64_t form =
        step & 1 ? *previous - (step >> 1) : *previous + (step >> 1);
    if (form >= limit) /* also what fell below zero */
        return false;
    *previous = (uint32_t)form;
    if (forms)
        forms[0] = (uint32_t)form;
    for (uint32_t i = 1; i < count && !in->bad; i++) {
        form += (uint64_t)get_varint(in) + 1;
        if (form >= limit)
            return false;
        if (forms)
            forms[i] = (uint32_t)form;
    }
    return !in->bad;
}

int stems_forms(const struct stems *stems, uint32_t number, struct arena *arena,
                uint32_t **forms, size_t *count, struct err *err)
{
    struct slice s;
    uint32_t previous = 0;
    if (number < stems->first || number - stems->first >= stems->count)
        return err_set(err, ERR_CORRUPT, "%s: %s: term %u is no stem",
                       segment_file_path(stems->file),
                       section_name(SECTION_STEMS), number);
    uint32_t index = number - stems->first;
    int rc = block_at(stems, index / STEM_BLOCK, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    for (uint32_t i = 0;; i++) {
        uint32_t more = get_varint(&in);
        bool wanted = i == index % STEM_BLOCK;
        if (in.bad || more >= (size_t)(in.end - in.at)) /* a byte each */
            return corrupt(stems->file, "more forms than bytes", err);
        if (wanted) {
            *count = (size_t)more + 1;
            *forms = arena_array(arena, uint32_t, *count);
            if (!*forms)
                return err_set(err, ERR_NOMEM, "no memory for %zu forms",
                               *count);
        }
        /* Words stand before stems in the dictionary. */
        if (!get_forms(&in, stems->first, &previous, more + 1,
                       wanted ? *forms : NULL))
            return corrupt(stems->file, "forms that are no words", err);
        if (wanted)
            return ERR_OK;
    }
}
