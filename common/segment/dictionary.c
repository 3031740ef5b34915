#include "segment/dictionary.h"

#include "base/err.h"
#include "segment/dictionary_format.h"

#include <inttypes.h>

enum { COPY = 16 }; /* as many bytes at once as most terms add */

static int open_parts(struct dictionary *d, uint64_t length, struct err *err)
{
    struct slice footer;
    if (length < DICTIONARY_FOOTER)
        return err_set(err, ERR_CORRUPT, "%s: no dictionary",
                       segment_file_path(d->file));
    int rc =
        section_bytes(d->file, SECTION_DICTIONARY, length - DICTIONARY_FOOTER,
                      DICTIONARY_FOOTER, &footer, err);
    if (rc)
        return rc;
    d->index_offset = load_u64(footer.data);
    d->terms = load_u32(footer.data + 8);
    d->blocks =
        d->terms / DICTIONARY_BLOCK + (d->terms % DICTIONARY_BLOCK != 0);
    d->buckets = dictionary_buckets(d->terms);
    if (d->index_offset <= length) {
        d->table_offset = dictionary_table_offset(d->index_offset, d->blocks);
        if (length == d->table_offset + (uint64_t)d->buckets * BUCKET_SIZE +
                          DICTIONARY_FOOTER)
            return ERR_OK;
    }
    return err_set(err, ERR_CORRUPT,
                   "%s: dictionary: %" PRIu32 " terms in %" PRIu64 " bytes",
                   segment_file_path(d->file), d->terms, length);
}

int dictionary_open(const struct segment_file *file, struct dictionary *out,
                    struct err *err)
{
    *out = (struct dictionary){.file = file};
    return open_parts(out, section_length(file, SECTION_DICTIONARY), err);
}

/* --- blocks --- */

int dictionary_corrupt(struct dictionary_cursor *cursor, const char *why,
                       struct err *err)
{
    cursor->at_end = true; /* a walk ends here */
    return err_set(err, ERR_CORRUPT, "%s: dictionary: term %" PRIu32 ": %s",
                   segment_file_path(cursor->dictionary->file), cursor->next,
                   why);
}

struct index_entry {
    uint64_t prefix, offset;
};

static int read_index(const struct dictionary *dictionary, uint32_t b,
                      struct index_entry *out, struct err *err)
{
    struct slice entry;
    int rc = section_bytes(dictionary->file, SECTION_DICTIONARY,
                           dictionary->index_offset +
                               (uint64_t)b * DICTIONARY_INDEX_ENTRY,
                           DICTIONARY_INDEX_ENTRY, &entry, err);
    if (rc == ERR_OK)
        *out = (struct index_entry){load_u64(entry.data),
                                    load_u64(entry.data + 8)};
    return rc;
}

/* Nearly all numbers take one or two bytes. */
static inline uint64_t take(struct bytes_in *in)
{
    const uint8_t *at = in->at;
    if (in->end - at >= 2) {
        bool two = at[0] >= 0x80;
        if (!two || at[1] < 0x80) {
            in->at += 1 + two;
            return two ? (uint64_t)at[1] << 7 | (at[0] & 0x7f) : at[0];
        }
    }
    return get_varint64(in);
}

/* The first term of a block stands in full. */
static bool first_term(struct bytes_in *in, struct slice *own)
{
    size_t shared;
    return dictionary_take_term(in, &shared, own) && shared == 0;
}

/* Of block `b`, and where it ends: the next begins there, the last at the index. */
static int read_extent(const struct dictionary *dictionary, uint32_t b,
                       struct index_entry *from, uint64_t *end, struct err *err)
{
    bool last = b + 1 == dictionary->blocks;
    struct slice both;
    int rc = section_bytes(dictionary->file, SECTION_DICTIONARY,
                           dictionary->index_offset +
                               (uint64_t)b * DICTIONARY_INDEX_ENTRY,
                           (last ? 1 : 2) * DICTIONARY_INDEX_ENTRY, &both, err);
    if (rc)
        return rc;
    *from = (struct index_entry){load_u64(both.data), load_u64(both.data + 8)};
    *end = last ? dictionary->index_offset
                : load_u64(both.data + DICTIONARY_INDEX_ENTRY + 8);
    return ERR_OK;
}

int dictionary_open_block(struct dictionary_cursor *cursor, uint32_t b,
                          uint64_t *prefix, struct err *err)
{
    const struct dictionary *dictionary = cursor->dictionary;
    struct index_entry from;
    uint64_t end;
    struct slice bytes;
    cursor->at_end = true; /* until it is known to be good */
    cursor->next = b * DICTIONARY_BLOCK;
    int rc = read_extent(dictionary, b, &from, &end, err);
    if (rc)
        return rc;
    if (from.offset >= end || end > dictionary->index_offset)
        return dictionary_corrupt(cursor,
                                  "a block that is not among the blocks", err);
    rc = section_bytes(dictionary->file, SECTION_DICTIONARY, from.offset,
                       end - from.offset, &bytes, err);
    cursor->in = bytes_in(bytes);
    cursor->list = cursor->back = (struct dictionary_base){0};
    *prefix = from.prefix;
    return rc;
}

/* Make ready to read block `b`: its first term is the next, and what the cursor's `term`
 * holds must be less. */
static int enter_block(struct dictionary_cursor *cursor, uint32_t b,
                       struct err *err)
{
    uint64_t prefix;
    int rc = dictionary_open_block(cursor, b, &prefix, err);
    if (rc)
        return rc;
    struct bytes_in look = cursor->in;
    struct slice own;
    if (!first_term(&look, &own) || dictionary_prefix(own) != prefix)
        return dictionary_corrupt(cursor, "not what the sparse index says",
                                  err);
    cursor->at_end = false;
    return ERR_OK;
}

/* --- one term --- */

/* Terms rise: either the one before is a prefix, or the first byte that differs is
 * greater. */
static int read_term(struct dictionary_cursor *cursor, struct err *err)
{
    size_t shared;
    struct slice own;
    if (!dictionary_take_term(&cursor->in, &shared, &own))
        return dictionary_corrupt(cursor, "it is cut off", err);
    size_t last = cursor->term_len;
    bool first = cursor->next % DICTIONARY_BLOCK == 0;
    if (first ? slice_cmp((struct slice){cursor->term, last}, own) >= 0
              : shared > last ||
                    (shared < last && own.data[0] <= cursor->term[shared]))
        return dictionary_corrupt(cursor, "not greater than the one before",
                                  err);
    if (own.len <= COPY && shared <= TERM_KEY_MAX - COPY &&
        cursor->in.end - own.data >= COPY)
        memcpy(cursor->term + shared, own.data, COPY); /* without a loop */
    else
        memcpy(cursor->term + shared, own.data, own.len);
    cursor->term_len = shared + own.len;
    if (cursor->term[0] < TERM_WORD || cursor->term[0] > TERM_PAIR)
        return dictionary_corrupt(cursor, "no class that there is", err);
    return ERR_OK;
}

static uint64_t unzigzag(uint64_t v)
{
    return v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
}

/* False when an offset is past 2^64. Those of shared lists wrap by design; where they
 * lead is checked by who reads the list. */
static bool read_offsets(struct dictionary_cursor *cursor, enum entry_kind kind,
                         bool positions)
{
    struct term_place *place = &cursor->entry.place;
    uint64_t postings = take(&cursor->in);
    uint64_t position = positions ? take(&cursor->in) : 0;
    struct dictionary_base *base = &cursor->back;
    if (kind == ENTRY_LIST) {
        base = &cursor->list;
        if (__builtin_add_overflow(base->postings, postings, &base->postings) ||
            __builtin_add_overflow(base->positions, position, &base->positions))
            return false;
    } else {
        base->postings += unzigzag(postings);
        base->positions += unzigzag(position);
    }
    place->postings = base->postings;
    place->positions = positions ? base->positions : 0;
    return true;
}

static bool read_counts(struct dictionary_cursor *cursor, uint64_t docs)
{
    struct term_counts *counts = &cursor->entry.counts;
    *counts = (struct term_counts){docs, docs, docs};
    if (!term_has_frequencies((enum term_class)cursor->term[0]))
        return true;
    uint64_t more = take(&cursor->in), less = take(&cursor->in);
    if (less > more || __builtin_add_overflow(docs, more, &counts->frequency))
        return false;
    counts->occurrences = counts->frequency - less;
    return true;
}

int dictionary_read_entry(struct dictionary_cursor *cursor, struct err *err)
{
    enum term_class class = (enum term_class)cursor->term[0];
    const struct segment_facts *facts =
        segment_file_facts(cursor->dictionary->file);
    uint32_t all = facts->docs + (class == TERM_KEY ? facts->archived : 0);
    struct bytes_in *in = &cursor->in;
    uint64_t head = take(in), n = head >> ENTRY_KIND_BITS;
    cursor->entry.number = cursor->next;
    cursor->entry.place = (struct term_place){0};
    switch (head & ((1 << ENTRY_KIND_BITS) - 1)) {
    case ENTRY_SINGLE:
        if (n >= all)
            return dictionary_corrupt(cursor, "an article that there is not",
                                      err);
        cursor->entry.counts = (struct term_counts){1, 1, 1};
        cursor->entry.place.single = true;
        cursor->entry.place.doc = (doc_id)n;
        if (term_has_positions(class))
            cursor->entry.place.position = get_varint(in);
        break;
    case ENTRY_LIST:
    case ENTRY_BACK:
        if (n == 0 || n > all || !read_counts(cursor, n) ||
            !read_offsets(cursor, (enum entry_kind)(head & 3),
                          term_has_positions(class)))
            return dictionary_corrupt(cursor, "counts that cannot be", err);
        break;
    default:
        return dictionary_corrupt(cursor, "no kind that there is", err);
    }
    return in->bad ? dictionary_corrupt(cursor, "it is cut off", err) : ERR_OK;
}

/* --- the walk --- */

static int read_next(struct dictionary_cursor *cursor, struct err *err)
{
    int rc = read_term(cursor, err);
    if (rc == ERR_OK)
        rc = dictionary_read_entry(cursor, err);
    if (rc == ERR_OK)
        cursor->next++;
    return rc;
}

static bool block_is_read(const struct dictionary_cursor *cursor)
{
    return cursor->next % DICTIONARY_BLOCK == 0 ||
           cursor->next == cursor->dictionary->terms;
}

int dictionary_next(struct dictionary_cursor *cursor, struct err *err)
{
    if (cursor->at_end)
        return ERR_OK;
    if (block_is_read(cursor)) {
        if (cursor->in.at != cursor->in.end)
            return dictionary_corrupt(cursor,
                                      "bytes behind the last of a block", err);
        if (cursor->next == cursor->dictionary->terms) {
            cursor->at_end = true;
            return ERR_OK;
        }
        int rc = enter_block(cursor, cursor->next / DICTIONARY_BLOCK, err);
        if (rc)
            return rc;
    }
    return read_next(cursor, err);
}

/* Stand on the first term of a block. */
static int stand(const struct dictionary *dictionary, uint32_t b,
                 struct dictionary_cursor *cursor, struct err *err)
{
    cursor->dictionary = dictionary;
    cursor->term_len = 0;
    int rc = enter_block(cursor, b, err);
    return rc ? rc : read_next(cursor, err);
}

/* *order: how the first term of block `b` stands to `term`. */
static int compare_first(const struct dictionary *dictionary, uint32_t b,
                         struct slice term, uint64_t prefix, int *order,
                         struct err *err)
{
    struct index_entry entry;
    int rc = read_index(dictionary, b, &entry, err);
    if (rc)
        return rc;
    *order = (entry.prefix > prefix) - (entry.prefix < prefix);
    if (*order)
        return ERR_OK;
    struct dictionary_cursor cursor;
    struct slice first;
    cursor.dictionary = dictionary;
    rc = enter_block(&cursor, b, err);
    if (rc == ERR_OK && first_term(&cursor.in, &first))
        *order = slice_cmp(first, term);
    return rc;
}

int dictionary_find_block(const struct dictionary *dictionary,
                          struct slice term, uint32_t *block, struct err *err)
{
    uint32_t low = 0, high = dictionary->blocks;
    uint64_t prefix = dictionary_prefix(term);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        int order;
        int rc = compare_first(dictionary, middle, term, prefix, &order, err);
        if (rc)
            return rc;
        if (order > 0)
            high = middle;
        else
            low = middle;
    }
    *block = low;
    return ERR_OK;
}

static int compare(const struct dictionary_cursor *cursor, struct slice term)
{
    return slice_cmp((struct slice){cursor->term, cursor->term_len}, term);
}

int dictionary_seek(const struct dictionary *dictionary, struct slice from,
                    struct dictionary_cursor *cursor, struct err *err)
{
    uint32_t block;
    cursor->dictionary = dictionary;
    cursor->at_end = true;
    if (dictionary->terms == 0)
        return ERR_OK;
    int rc = dictionary_find_block(dictionary, from, &block, err);
    if (rc == ERR_OK)
        rc = stand(dictionary, block, cursor, err);
    while (rc == ERR_OK && !cursor->at_end && compare(cursor, from) < 0)
        rc = dictionary_next(cursor, err);
    return rc;
}

int dictionary_at(const struct dictionary *dictionary, uint32_t number,
                  struct dictionary_cursor *cursor, struct err *err)
{
    cursor->dictionary = dictionary;
    cursor->at_end = true;
    cursor->next = number;
    if (number >= dictionary->terms)
        return dictionary_corrupt(cursor, "there is none of this number", err);
    int rc = stand(dictionary, number / DICTIONARY_BLOCK, cursor, err);
    while (rc == ERR_OK && cursor->entry.number < number)
        rc = read_next(cursor, err);
    return rc;
}
