#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

void *stored_zlib_alloc(void *opaque, uInt count, uInt size)
{
    (void)opaque;
    return mem_alloc((size_t)count * size);
}

void stored_zlib_free(void *opaque, void *p)
{
    (void)opaque;
    mem_free(p);
}

int stored_corrupt(const struct stored *stored, const char *what,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: %s: %s",
                   segment_file_path(stored->file),
                   section_name(SECTION_STORED), what);
}

int stored_open(const struct segment_file *file, struct stored *out,
                struct err *err)
{
    const struct segment_facts *facts = segment_file_facts(file);
    uint64_t len = section_length(file, SECTION_STORED);
    struct slice s;
    *out = (struct stored){.file = file};
    if (len < STORED_TRAILER)
        return stored_corrupt(out, "no trailer", err);
    int rc = section_bytes(file, SECTION_STORED, len - STORED_TRAILER,
                           STORED_TRAILER, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    out->docs = get_u32(&in);
    out->chapters = get_u32(&in);
    out->chapter_table = get_u64(&in);
    if (out->chapter_table > len)
        return stored_corrupt(out, "a table that is not inside", err);
    out->doc_table =
        out->chapter_table + (uint64_t)out->chapters * STORED_CHAPTER_ENTRY;
    if (out->doc_table + (uint64_t)out->docs * STORED_DOC_ENTRY +
            STORED_TRAILER !=
        len)
        return stored_corrupt(out, "not the size of its tables", err);
    if (out->docs != (uint64_t)facts->docs + facts->archived)
        return stored_corrupt(out, "another number of articles", err);
    return ERR_OK;
}

int stored_chapter(const struct stored *stored, uint32_t number,
                   struct stored_chapter *out, struct err *err)
{
    bool last = number + 1 == stored->chapters;
    struct slice s;
    int rc = section_bytes(stored->file, SECTION_STORED,
                           stored->chapter_table +
                               (uint64_t)number * STORED_CHAPTER_ENTRY,
                           STORED_CHAPTER_ENTRY + (last ? 0 : 8), &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    out->start = get_u64(&in);
    out->dictionary = get_u32(&in);
    out->articles = get_u32(&in);
    out->text = get_u64(&in);
    out->end = last ? stored->chapter_table : get_u64(&in);
    if (out->start > out->end || out->end > stored->chapter_table ||
        out->dictionary > STORED_DICTIONARY_MAX ||
        out->dictionary > out->end - out->start)
        return stored_corrupt(stored, "a chapter that is not inside", err);
    return ERR_OK;
}

int stored_address_of(const struct stored *stored, doc_id doc,
                      struct stored_address *out, struct err *err)
{
    struct slice s;
    if (doc >= stored->docs)
        return stored_corrupt(stored, "no such article", err);
    int rc = section_bytes(stored->file, SECTION_STORED,
                           stored->doc_table + (uint64_t)doc * STORED_DOC_ENTRY,
                           STORED_DOC_ENTRY, &s, err);
    if (rc)
        return rc;
    out->group = load_u32(s.data) | (uint64_t)s.data[4] << 32;
    out->number = s.data[5];
    return ERR_OK;
}

int stored_chapter_of(const struct stored *stored, uint64_t place,
                      uint32_t *number, struct err *err)
{
    uint32_t low = 0, high = stored->chapters;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct stored_chapter chapter;
        int rc = stored_chapter(stored, middle, &chapter, err);
        if (rc)
            return rc;
        if (chapter.start <= place)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return stored_corrupt(stored, "an article before all chapters", err);
    *number = low - 1;
    return ERR_OK;
}

/* --- groups --- */

/* The first `size` bytes that `deflated` holds. What follows is not looked at. */
static int inflate_start(const struct stored *stored, struct slice dictionary,
                         struct slice deflated, uint8_t *text, uint32_t size,
                         struct err *err)
{
    z_stream z = {.zalloc = stored_zlib_alloc,
                  .zfree = stored_zlib_free,
                  .next_in = (Bytef *)(uintptr_t)deflated.data,
                  .avail_in = (uInt)deflated.len,
                  .next_out = text,
                  .avail_out = size};
    if (size == 0) /* no room is an error to zlib */
        return ERR_OK;
    int rc = inflateInit2(&z, -MAX_WBITS);
    if (rc == Z_OK && dictionary.len)
        rc = inflateSetDictionary(&z, dictionary.data, (uInt)dictionary.len);
    if (rc == Z_OK)
        rc = inflate(&z, Z_SYNC_FLUSH);
    inflateEnd(&z);
    if (rc == Z_MEM_ERROR)
        return err_set(err, ERR_NOMEM, "no memory to inflate an article");
    if (z.avail_out != 0 || (rc != Z_OK && rc != Z_STREAM_END))
        return stored_corrupt(stored, "an article that does not inflate", err);
    return ERR_OK;
}

/* What stands before a group; `in` moves behind it. */
static bool get_head(struct bytes_in *in, uint8_t last,
                     struct stored_group *out, uint32_t *deflated)
{
    uint64_t total = 0;
    *deflated = get_varint(in);
    out->count = get_varint(in);
    if (out->count > STORED_GROUP_ARTICLES || last >= out->count)
        return false;
    for (uint32_t i = 0; i < out->count; i++) {
        total += get_varint(in);
        if (total > STORED_ARTICLE_MAX)
            return false;
        out->end[i] = (uint32_t)total;
    }
    return !in->bad && total / STORED_GROWTH <= *deflated;
}

/* Sizes in the group at `place`, and its bytes. */
static int find_group(const struct stored *stored, uint64_t place, uint8_t last,
                      const struct stored_chapter *chapter,
                      struct stored_group *out, struct slice *deflated,
                      struct err *err)
{
    struct slice s;
    uint32_t len;
    if (place < chapter->start + chapter->dictionary || place >= chapter->end)
        return stored_corrupt(stored, "an article outside its chapter", err);
    uint64_t left = chapter->end - place;
    int rc =
        section_bytes(stored->file, SECTION_STORED, place,
                      left < STORED_HEAD_MAX ? left : STORED_HEAD_MAX, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    bool good = get_head(&in, last, out, &len);
    uint64_t head = (uint64_t)(in.at - s.data);
    if (!good || len > left - head)
        return stored_corrupt(stored, "an article of impossible size", err);
    return section_bytes(stored->file, SECTION_STORED, place + head, len,
                         deflated, err);
}

int stored_read_group(const struct stored *stored, uint64_t place, uint8_t last,
                      struct arena *arena, struct stored_group *out,
                      struct err *err)
{
    uint32_t number;
    struct stored_chapter chapter = {0};
    struct slice deflated = {0}, dictionary;
    int rc = stored_chapter_of(stored, place, &number, err);
    if (!rc)
        rc = stored_chapter(stored, number, &chapter, err);
    if (!rc)
        rc = find_group(stored, place, last, &chapter, out, &deflated, err);
    if (!rc)
        rc = section_bytes(stored->file, SECTION_STORED, chapter.start,
                           chapter.dictionary, &dictionary, err);
    if (rc)
        return rc;
    uint32_t size = out->end[last];
    uint8_t *text = arena_alloc(arena, size);
    if (!text)
        return err_set(err, ERR_NOMEM, "no memory for an article of %u bytes",
                       size);
    out->text = text;
    return inflate_start(stored, dictionary, deflated, text, size, err);
}

struct slice stored_in_group(const struct stored_group *group, uint8_t number)
{
    uint32_t from = number ? group->end[number - 1] : 0;
    return (struct slice){group->text + from, group->end[number] - from};
}

int stored_read(const struct stored *stored, doc_id doc, struct arena *arena,
                struct slice *payload, struct err *err)
{
    struct stored_address address;
    struct stored_group group;
    int rc = stored_address_of(stored, doc, &address, err);
    if (rc)
        return rc;
    if (stored_is_nowhere(address))
        return err_set(err, ERR_NOTFOUND, "%s: article %u has no text",
                       segment_file_path(stored->file), doc);
    rc = stored_read_group(stored, address.group, address.number, arena, &group,
                           err);
    if (!rc)
        *payload = stored_in_group(&group, address.number);
    return rc;
}
