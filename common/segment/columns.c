#include "segment/columns.h"

#include "base/err.h"
#include "segment/columns_format.h"

#include <string.h>

/* Arrays by doc id; records and marks are in columns_record.c. */

static int corrupt(const struct columns *columns, const char *what,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: %s: %s",
                   segment_file_path(columns->file),
                   section_name(SECTION_COLUMNS), what);
}

/* --- the order --- */

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int doc_record_order(const struct doc_record *a, const struct doc_record *b)
{
    bool dated_a = a->published.precision != DATE_NONE;
    bool dated_b = b->published.precision != DATE_NONE;
    if (dated_a != dated_b)
        return dated_a ? -1 : 1;
    if (dated_a && a->published.seconds != b->published.seconds)
        return a->published.seconds > b->published.seconds ? -1 : 1;
    int order = slice_cmp(a->key, b->key);
    return order ? order : compare(a->generation, b->generation);
}

/* --- opening --- */

static uint64_t articles(const struct columns *columns)
{
    return (uint64_t)columns->docs + columns->archived;
}

/* Each array behind the one before, widest first, so that all are aligned. */
static uint64_t place_arrays(struct columns *columns, uint64_t at)
{
    uint64_t n = articles(columns);
    uint64_t bases = (n + COLUMNS_END_BLOCK - 1) / COLUMNS_END_BLOCK;
    columns->seconds = at;
    columns->record_bases = columns->seconds + n * 8;
    columns->mark_bases = columns->record_bases + bases * 8;
    columns->lengths = columns->mark_bases + bases * 8;
    columns->record_ends = columns->lengths + n * 4;
    columns->mark_ends = columns->record_ends + n * 4;
    columns->langs = columns->mark_ends + n * 4;
    columns->precisions = columns->langs + n * 2;
    return columns->precisions + n;
}

static int read_names(struct columns *columns, uint32_t count, uint32_t size,
                      struct arena *arena, struct err *err)
{
    struct slice s;
    if (count > size || count > COLUMNS_LANGS_MAX)
        return corrupt(columns, "more languages than bytes for them", err);
    int rc = section_bytes(columns->file, SECTION_COLUMNS, COLUMNS_HEADER, size,
                           &s, err);
    if (rc)
        return rc;
    struct slice_list *names = &columns->lang_names;
    names->item = arena_array(arena, struct slice, count);
    if (!names->item)
        return err_set(err, ERR_NOMEM, "no memory for %u languages", count);
    struct bytes_in in = bytes_in(s);
    for (; names->count < count; names->count++)
        names->item[names->count] = get_slice(&in);
    return in.bad || in.at != in.end
               ? corrupt(columns, "languages that do not fill their place", err)
               : ERR_OK;
}

int columns_open(const struct segment_file *file, struct arena *arena,
                 struct columns *out, struct err *err)
{
    const struct segment_facts *facts = segment_file_facts(file);
    struct slice s;
    *out = (struct columns){
        .file = file, .docs = facts->docs, .archived = facts->archived};
    if (articles(out) > UINT32_MAX)
        return corrupt(out, "more articles than doc ids", err);
    int rc = section_bytes(file, SECTION_COLUMNS, 0, COLUMNS_HEADER, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    uint32_t count = get_u32(&in), size = get_u32(&in);
    uint64_t end =
        place_arrays(out, COLUMNS_HEADER + ((uint64_t)size + 7) / 8 * 8);
    if (end != section_length(file, SECTION_COLUMNS))
        return corrupt(out, "not the size of its arrays", err);
    return read_names(out, count, size, arena, err);
}

/* --- single values --- */

int columns_at(const struct columns *columns, uint64_t array, doc_id doc,
               unsigned width, uint64_t *out, struct err *err)
{
    struct slice s;
    uint64_t v = 0;
    if (doc >= articles(columns))
        return err_set(err, ERR_CORRUPT, "%s: article %u of %u",
                       segment_file_path(columns->file), doc,
                       (uint32_t)articles(columns));
    int rc = section_bytes(columns->file, SECTION_COLUMNS,
                           array + (uint64_t)doc * width, width, &s, err);
    if (rc)
        return rc;
    memcpy(&v, s.data, width);
    *out = v;
    return ERR_OK;
}

int columns_seconds(const struct columns *columns, doc_id doc, int64_t *out,
                    struct err *err)
{
    uint64_t v;
    int rc = columns_at(columns, columns->seconds, doc, 8, &v, err);
    if (rc)
        return rc;
    *out = (int64_t)v;
    return *out >= DATE_MIN && *out < DATE_MAX
               ? ERR_OK
               : corrupt(columns, "a date outside the years 1 to 9999", err);
}

int columns_length(const struct columns *columns, doc_id doc, uint32_t *out,
                   struct err *err)
{
    uint64_t v;
    int rc = columns_at(columns, columns->lengths, doc, 4, &v, err);
    if (!rc)
        *out = (uint32_t)v;
    return rc;
}

int columns_lengths(const struct columns *columns, const uint32_t **out,
                    struct err *err)
{
    struct slice s;
    int rc = section_bytes(columns->file, SECTION_COLUMNS, columns->lengths,
                           articles(columns) * 4, &s, err);
    if (!rc) /* aligned: the section is, and all arrays before it */
        *out = (const uint32_t *)(const void *)s.data;
    return rc;
}

int columns_lang(const struct columns *columns, doc_id doc, uint16_t *out,
                 struct err *err)
{
    uint64_t v;
    int rc = columns_at(columns, columns->langs, doc, 2, &v, err);
    if (rc)
        return rc;
    if (v >= columns->lang_names.count)
        return corrupt(columns, "a language that has no name", err);
    *out = (uint16_t)v;
    return ERR_OK;
}

int columns_date(const struct columns *columns, doc_id doc, struct date *out,
                 struct err *err)
{
    uint64_t precision;
    int rc = columns_at(columns, columns->precisions, doc, 1, &precision, err);
    if (!rc)
        rc = columns_seconds(columns, doc, &out->seconds, err);
    if (rc)
        return rc;
    if (precision > DATE_SECOND ||
        (precision == DATE_NONE && out->seconds != DATE_MIN))
        return corrupt(columns, "a date of no known precision", err);
    out->precision = (uint8_t)precision;
    if (precision == DATE_NONE)
        out->seconds = 0;
    return ERR_OK;
}

/* --- ranges: the live part falls, undated last --- */

int columns_undated(const struct columns *columns, doc_id *first,
                    struct err *err)
{
    doc_id low = 0, high = columns->docs;
    while (low < high) {
        doc_id middle = low + (high - low) / 2;
        uint64_t precision;
        int rc = columns_at(columns, columns->precisions, middle, 1, &precision,
                            err);
        if (rc)
            return rc;
        if (precision == DATE_NONE)
            high = middle;
        else
            low = middle + 1;
    }
    *first = low;
    return ERR_OK;
}

/* The first of [0, dated) that is older than `limit`. */
static int first_before(const struct columns *columns, doc_id dated,
                        int64_t limit, doc_id *out, struct err *err)
{
    doc_id low = 0, high = dated;
    while (low < high) {
        doc_id middle = low + (high - low) / 2;
        int64_t seconds;
        int rc = columns_seconds(columns, middle, &seconds, err);
        if (rc)
            return rc;
        if (seconds < limit)
            high = middle;
        else
            low = middle + 1;
    }
    *out = low;
    return ERR_OK;
}

int columns_date_range(const struct columns *columns, int64_t from, int64_t to,
                       doc_id *first, doc_id *end, struct err *err)
{
    doc_id dated;
    int rc = columns_undated(columns, &dated, err);
    if (!rc)
        rc = first_before(columns, dated, to, first, err);
    if (!rc)
        rc = first_before(columns, dated, from, end, err);
    if (!rc && *end < *first) /* from > to */
        *end = *first;
    return rc;
}
