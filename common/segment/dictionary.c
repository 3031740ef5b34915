#include "segment/dictionary.h"

#include "base/err.h"
#include "segment/dictionary_format.h"

#include <inttypes.h>

enum { COPY = 16 }; /* as many bytes at once as most terms add */

int dictionary_open(const struct segment_file *file, struct dictionary *out,
                    struct err *err)
{
    uint64_t length = section_length(file, SECTION_DICTIONARY);
    struct slice footer;
    *out = (struct dictionary){.file = file};
    if (length < DICTIONARY_FOOTER)
        return err_set(err, ERR_CORRUPT, "%s: no dictionary",
                       segment_file_path(file));
    int rc = section_bytes(file, SECTION_DICTIONARY, length - DICTIONARY_FOOTER,
                           DICTIONARY_FOOTER, &footer, err);
    if (rc)
        return rc;
    out->terms = load_u32(footer.data);
    out->blocks =
        out->terms / DICTIONARY_BLOCK + (out->terms % DICTIONARY_BLOCK != 0);
    uint64_t index = (uint64_t)out->blocks * DICTIONARY_INDEX_ENTRY;
    if (index > length - DICTIONARY_FOOTER)
        return err_set(err, ERR_CORRUPT,
                       "%s: dictionary: %" PRIu32 " terms in %" PRIu64 " bytes",
                       segment_file_path(file), out->terms, length);
    out->index_offset = length - DICTIONARY_FOOTER - index;
    return ERR_OK;
}

/* --- blocks --- */

static int corrupt(struct dictionary_cursor *cursor, const char *why,
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

/* Of block `b`; behind the last one stands where the blocks end. */
static int read_index(const struct dictionary *dictionary, uint32_t b,
                      struct index_entry *out, struct err *err)
{
    if (b == dictionary->blocks) {
        *out = (struct index_entry){UINT64_MAX, dictionary->index_offset};
        return ERR_OK;
    }
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

/* How many bytes a term has from the one before it, and which are its own. */
static bool take_term(struct bytes_in *in, size_t *shared, struct slice *own)
{
    if (in->at == in->end)
        return false;
    uint8_t nibbles = *in->at++;
    uint64_t from_last = nibbles >> 4, more = nibbles & DICTIONARY_NIBBLE;
    if (from_last == DICTIONARY_NIBBLE)
        from_last += get_varint(in);
    if (more == DICTIONARY_NIBBLE)
        more += get_varint(in);
    if (in->bad || from_last + more >= TERM_KEY_MAX ||
        more >= (size_t)(in->end - in->at))
        return false;
    *shared = (size_t)from_last;
    *own = (struct slice){in->at, (size_t)more + 1};
    in->at += more + 1;
    return true;
}

/* The first term of a block stands in full. */
static bool first_term(struct bytes_in *in, struct slice *own)
{
    size_t shared;
    return take_term(in, &shared, own) && shared == 0;
}

/* Make ready to read block `b`: its first term is the next, and what the cursor's `term`
 * holds must be less. */
static int enter_block(struct dictionary_cursor *cursor, uint32_t b,
                       struct err *err)
{
    const struct dictionary *dictionary = cursor->dictionary;
    struct index_entry from, to;
    struct slice bytes, own;
    cursor->at_end = true; /* until it is known to be good */
    cursor->next = b * DICTIONARY_BLOCK;
    int rc = read_index(dictionary, b, &from, err);
    if (rc == ERR_OK)
        rc = read_index(dictionary, b + 1, &to, err);
    if (rc)
        return rc;
    if (from.offset >= to.offset)
        return corrupt(cursor, "a block that is not among the blocks", err);
    rc = section_bytes(dictionary->file, SECTION_DICTIONARY, from.offset,
                       to.offset - from.offset, &bytes, err);
    if (rc)
        return rc;
    cursor->in = bytes_in(bytes);
    struct bytes_in look = cursor->in;
    if (!first_term(&look, &own) || dictionary_prefix(own) != from.prefix)
        return corrupt(cursor, "not what the sparse index says", err);
    cursor->list = cursor->back = (struct dictionary_base){0};
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
    if (!take_term(&cursor->in, &shared, &own))
        return corrupt(cursor, "it is cut off", err);
    size_t last = cursor->term_len;
    bool first = cursor->next % DICTIONARY_BLOCK == 0;
    if (first ? slice_cmp((struct slice){cursor->term, last}, own) >= 0
              : shared > last ||
                    (shared < last && own.data[0] <= cursor->term[shared]))
        return corrupt(cursor, "not greater than the one before", err);
    if (own.len <= COPY && shared <= TERM_KEY_MAX - COPY &&
        cursor->in.end - own.data >= COPY)
        memcpy(cursor->term + shared, own.data, COPY); /* without a loop */
    else
        memcpy(cursor->term + shared, own.data, own.len);
    cursor->term_len = shared + own.len;
    if (cursor->term[0] < TERM_WORD || cursor->term[0] > TERM_KEY)
        return corrupt(cursor, "no class that there is", err);
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

static int read_entry(struct dictionary_cursor *cursor, struct err *err)
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
            return corrupt(cursor, "an article that there is not", err);
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
            return corrupt(cursor, "counts that cannot be", err);
        break;
    default:
        return corrupt(cursor, "no kind that there is", err);
    }
    return in->bad ? corrupt(cursor, "it is cut off", err) : ERR_OK;
}

/* --- the walk --- */

static int read_next(struct dictionary_cursor *cursor, struct err *err)
{
    int rc = read_term(cursor, err);
    if (rc == ERR_OK)
        rc = read_entry(cursor, err);
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
            return corrupt(cursor, "bytes behind the last of a block", err);
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

/* The block that `term` is in if it is anywhere: the last one whose first term is not
 * greater; the first, if there is none. The dictionary is not empty. */
static int find_block(const struct dictionary *dictionary, struct slice term,
                      uint32_t *block, struct err *err)
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

int dictionary_find(const struct dictionary *dictionary, struct slice term,
                    struct term_entry *out, bool *found, struct err *err)
{
    struct dictionary_cursor cursor;
    uint32_t block;
    *found = false;
    if (dictionary->terms == 0 || term.len == 0)
        return ERR_OK;
    int rc = find_block(dictionary, term, &block, err);
    if (rc == ERR_OK)
        rc = stand(dictionary, block, &cursor, err);
    int order = -1;
    while (rc == ERR_OK && (order = compare(&cursor, term)) < 0 &&
           !block_is_read(&cursor))
        rc = read_next(&cursor, err);
    if (rc == ERR_OK && order == 0) {
        *out = cursor.entry;
        *found = true;
    }
    return rc;
}

int dictionary_seek(const struct dictionary *dictionary, struct slice from,
                    struct dictionary_cursor *cursor, struct err *err)
{
    uint32_t block;
    cursor->dictionary = dictionary;
    cursor->at_end = true;
    if (dictionary->terms == 0)
        return ERR_OK;
    int rc = find_block(dictionary, from, &block, err);
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
        return corrupt(cursor, "there is none of this number", err);
    int rc = stand(dictionary, number / DICTIONARY_BLOCK, cursor, err);
    while (rc == ERR_OK && cursor->entry.number < number)
        rc = read_next(cursor, err);
    return rc;
}
