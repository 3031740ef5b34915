/* Header and tables are small, and checked when a file is opened; they are read through
 * the mapping, so that one that cannot be read is damage like any other. */
#include "segment/segment_file.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "segment/segment_file_format.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

const char *section_name(enum section_id id)
{
    static const char *const names[] = {
#define SECTION_TEXT(name, text) text,
        SECTION_LIST(SECTION_TEXT)
#undef SECTION_TEXT
    };
    return names[id];
}

/* --- opening --- */

static struct slice file_part(const struct segment_file *file, uint64_t from,
                              uint64_t to)
{
    struct slice all = {file->mapping.data, file->mapping.size};
    return slice_part(all, (size_t)from, (size_t)to);
}

static uint32_t sum_of(struct slice bytes)
{
    return (uint32_t)crc32_z(0, bytes.data, bytes.len);
}

/* Header and tables cannot be trusted; `why` is for a person. */
static int refuse(const struct segment_file *file, const char *why,
                  struct err *err)
{
    int rc = mapping_damage(&file->mapping, err);
    return rc ? rc
              : err_set(err, ERR_CORRUPT, "%s: %s", file->mapping.path, why);
}

static int read_header(struct segment_file *file, struct err *err)
{
    const char *path = file->mapping.path;
    if (file->mapping.size < SEGMENT_HEADER_SIZE + SECTION_TABLE_SIZE)
        return refuse(file, "too short for a segment", err);
    struct bytes_in in = bytes_in(file_part(file, 0, SEGMENT_HEADER_SIZE));
    if (memcmp(in.at, SEGMENT_MAGIC, sizeof SEGMENT_MAGIC - 1) != 0)
        return refuse(file, "no segment: it begins differently", err);
    struct bytes_in sum =
        bytes_in(file_part(file, SEGMENT_HEADER_SUMMED, SEGMENT_HEADER_SIZE));
    if (sum_of(file_part(file, 0, SEGMENT_HEADER_SUMMED)) != get_u32(&sum))
        return refuse(file, "the header's checksum differs", err);

    in.at += sizeof SEGMENT_MAGIC - 1;
    uint32_t version = get_u32(&in), block = get_u32(&in);
    file->facts.docs = get_u32(&in);
    file->facts.archived = get_u32(&in);
    file->facts.words = get_u64(&in);
    file->data_end = get_u64(&in);
    file->facts.pair_share = get_u32(&in);
    uint32_t zero = get_u32(&in);
    uint64_t size = get_u64(&in);
    uint32_t sections = get_u32(&in);

    if (version > SEGMENT_FORMAT)
        return err_set(err, ERR_MISMATCH,
                       "%s: format %" PRIu32 ", this program reads %d", path,
                       version, SEGMENT_FORMAT);
    if (version != SEGMENT_FORMAT || sections != SECTION_COUNT)
        return refuse(file, "no format that ever was", err);
    if (block != SEGMENT_BLOCK)
        return err_set(err, ERR_MISMATCH,
                       "%s: blocks of %" PRIu32 ", this program reads %d", path,
                       block, SEGMENT_BLOCK);
    if (size != file->mapping.size)
        return err_set(err, ERR_CORRUPT,
                       "%s: %zu bytes, its header says %" PRIu64, path,
                       file->mapping.size, size);
    if (file->data_end > size || file->data_end % SEGMENT_ALIGN != 0 ||
        file->data_end < SEGMENT_HEADER_SIZE ||
        size - file->data_end < SECTION_TABLE_SIZE ||
        size - SECTION_TABLE_SIZE !=
            file->data_end + 4 * segment_pages(file->data_end) ||
        zero != 0)
        return refuse(file, "its parts are not where they must be", err);
    /* The greatest number is no article: DOC_END. */
    if (file->facts.archived >= UINT32_MAX - file->facts.docs)
        return refuse(file, "more articles than have numbers", err);
    return ERR_OK;
}

static int read_tables(struct segment_file *file, struct err *err)
{
    uint64_t table = file->mapping.size - SECTION_TABLE_SIZE;
    uint64_t summed = file->mapping.size - 4;
    struct bytes_in in = bytes_in(file_part(file, table, file->mapping.size));
    uint64_t at = SEGMENT_HEADER_SIZE;
    for (int i = 0; i < SECTION_COUNT; i++) {
        uint64_t size = get_u64(&in);
        if (size > file->data_end - at)
            return refuse(file, "sections that are not inside", err);
        file->section[i] = (struct section_place){at, size};
        at = segment_align(at + size);
    }
    if (at != file->data_end)
        return refuse(file, "sections that do not fill it", err);
    if (sum_of(file_part(file, file->data_end, summed)) != get_u32(&in))
        return refuse(file, "the tables' checksum differs", err);
    return ERR_OK;
}

int segment_file_open(const char *path, struct segment_file **out,
                      struct err *err)
{
    struct segment_file *file = mem_alloc(sizeof *file);
    if (!file)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", path);
    *file = (struct segment_file){0};
    int rc = mapping_open(path, &file->mapping, err);
    if (rc == ERR_OK)
        rc = read_header(file, err);
    if (rc == ERR_OK)
        rc = read_tables(file, err);
    if (rc == ERR_OK) {
        size_t pages = (size_t)segment_pages(file->data_end);
        file->summed = mem_alloc(pages);
        if (file->summed)
            memset((void *)file->summed, 0, pages);
        else
            rc = err_set(err, ERR_NOMEM, "%s: no memory to open it", path);
    }
    if (rc) {
        segment_file_close(file);
        return rc;
    }
    *out = file;
    return ERR_OK;
}

void segment_file_close(struct segment_file *file)
{
    if (!file)
        return;
    mapping_close(&file->mapping);
    mem_free((void *)file->summed);
    mem_free(file);
}

const char *segment_file_path(const struct segment_file *file)
{
    return file->mapping.path;
}

const struct segment_facts *segment_file_facts(const struct segment_file *file)
{
    return &file->facts;
}

uint64_t section_length(const struct segment_file *file, enum section_id id)
{
    return file->section[id].size;
}

int segment_file_damage(const struct segment_file *file, struct err *err)
{
    return mapping_damage(&file->mapping, err);
}

/* --- pages --- */

static struct slice page_bytes(const struct segment_file *file, uint64_t page)
{
    uint64_t from = page << SEGMENT_PAGE_BITS;
    uint64_t left = file->data_end - from;
    return file_part(file, from,
                     from + (left < SEGMENT_PAGE ? left : SEGMENT_PAGE));
}

static bool page_is_right(const struct segment_file *file, uint64_t page)
{
    uint64_t at = file->data_end + 4 * page;
    struct bytes_in sum = bytes_in(file_part(file, at, at + 4));
    return sum_of(page_bytes(file, page)) == get_u32(&sum);
}

static int refuse_page(const struct segment_file *file, enum section_id id,
                       uint64_t page, struct err *err)
{
    int rc = mapping_damage(&file->mapping, err);
    return rc ? rc
              : err_set(err, ERR_CORRUPT,
                        "%s: %s: page %" PRIu64 ": checksum differs",
                        file->mapping.path, section_name(id), page);
}

int section_bytes_check(const struct segment_file *file, enum section_id id,
                        uint64_t offset, uint64_t len, struct err *err)
{
    const struct section_place *place = &file->section[id];
    if (offset > place->size || len > place->size - offset)
        return err_set(err, ERR_CORRUPT,
                       "%s: %s: %" PRIu64 " bytes at %" PRIu64 " of %" PRIu64,
                       file->mapping.path, section_name(id), len, offset,
                       place->size);
    if (len == 0)
        return ERR_OK;
    uint64_t page = (place->offset + offset) >> SEGMENT_PAGE_BITS;
    uint64_t last = (place->offset + offset + len - 1) >> SEGMENT_PAGE_BITS;
    for (; page <= last; page++) {
        if (segment_page_summed(file, page << SEGMENT_PAGE_BITS))
            continue;
        if (!page_is_right(file, page))
            return refuse_page(file, id, page, err);
        atomic_store_explicit(&file->summed[page], 1, memory_order_release);
    }
    return ERR_OK;
}

/* --- check --- */

struct faults {
    void (*report)(void *, const char *fault);
    void *context;
    struct err *err;
    int rc;
};

static void fault(struct faults *faults, const struct err *what)
{
    if (faults->report)
        faults->report(faults->context, what->text);
    if (faults->rc == ERR_OK)
        faults->rc = err_set(faults->err, what->code, "%s", what->text);
}

/* What a page holds a byte of: "the header, postings, positions". */
static void name_page(const struct segment_file *file, uint64_t page,
                      struct strbuf *names)
{
    uint64_t from = page << SEGMENT_PAGE_BITS;
    uint64_t to = from + page_bytes(file, page).len;
    if (page == 0)
        strbuf_add_text(names, "the header");
    for (int i = 0; i < SECTION_COUNT; i++) {
        const struct section_place *place = &file->section[i];
        uint64_t end = segment_align(place->offset + place->size);
        if (place->size == 0 || place->offset >= to || end <= from)
            continue;
        if (names->len)
            strbuf_add_text(names, ", ");
        strbuf_add_text(names, section_name((enum section_id)i));
    }
}

int segment_file_check(const struct segment_file *file,
                       void (*report)(void *, const char *fault_text),
                       void *context, struct err *err)
{
    struct faults faults = {report, context, err, ERR_OK};
    struct segment_file again = {.mapping = file->mapping};
    struct err what;
    if (read_header(&again, &what) || read_tables(&again, &what))
        fault(&faults, &what);
    uint64_t pages = segment_pages(file->data_end);
    for (uint64_t page = 0; page < pages; page++) {
        if (page_is_right(file, page))
            continue;
        struct strbuf names;
        strbuf_init(&names, sizeof what.text);
        name_page(file, page, &names);
        err_set(&what, ERR_CORRUPT,
                "%s: page %" PRIu64 " (%s): checksum differs",
                file->mapping.path, page, names.data);
        strbuf_release(&names);
        fault(&faults, &what);
    }
    if (segment_file_damage(file, &what))
        fault(&faults, &what);
    return faults.rc;
}
