#include "segment/dictionary.h"

#include "base/err.h"
#include "segment/dictionary_format.h"

#include <inttypes.h>

enum { COPY = 16 }; /* as many bytes at once as most terms add */

int dictionary_open(const struct segment_file *file, struct dictionary *out,
                    struct err *err)
{
    uint64_t length = section_length(file, SECTION_DICTIONARY), size;
    struct slice footer;
    *out = (struct dictionary){.file = file};
    if (length < DICTIONARY_FOOTER)
        return err_set(err, ERR_CORRUPT, "%s: no dictionary",
                       segment_file_path(file));
    int rc = section_bytes(file, SECTION_DICTIONARY, length - DICTIONARY_FOOTER,
                           DICTIONARY_FOOTER, &footer, err);
    if (rc)
        return rc;
    out->blocks_end = load_u64(footer.data);
    out->terms = load_u32(footer.data + 8);
    if (out->blocks_end <= length) {
        dictionary_lay_out(out, &size);
        if (length == size + DICTIONARY_FOOTER)
            return ERR_OK;
    }
    return err_set(err, ERR_CORRUPT,
                   "%s: dictionary: %" PRIu32 " terms in %" PRIu64 " bytes",
                   segment_file_path(file), out->terms, length);
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

int dictionary_open_block(struct dictionary_cursor *cursor, uint32_t b,
                          struct err *err)
{
    struct slice bytes;
    cursor->at_end = true; /* until it is known to be good */
    cursor->next = b * DICTIONARY_BLOCK;
    int rc = dictionary_block(cursor->dictionary, b, &bytes, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(bytes);
    uint64_t texts = take(&in);
    if (in.bad || texts > (size_t)(in.end - in.at))
        return dictionary_corrupt(cursor, "it is cut off", err);
    cursor->texts = (struct bytes_in){in.at, in.at + texts, false};
    cursor->entries = (struct bytes_in){in.at + texts, in.end, false};
    memset(cursor->base, 0, sizeof cursor->base);
    return ERR_OK;
}

/* Make ready to read block `b`: its first term is the next, and what the cursor's `term`
 * holds must be less. */
static int enter_block(struct dictionary_cursor *cursor, uint32_t b,
                       struct err *err)
{
    uint64_t key;
    int rc = dictionary_open_block(cursor, b, err);
    if (rc == ERR_OK)
        rc = dictionary_key(cursor->dictionary, b, &key, err);
    if (rc)
        return rc;
    struct bytes_in look = cursor->texts;
    struct slice own;
    if (!first_term(&look, &own) || dictionary_prefix(own) != key)
        return dictionary_corrupt(cursor, "not what the tree says", err);
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
    if (!dictionary_take_term(&cursor->texts, &shared, &own))
        return dictionary_corrupt(cursor, "it is cut off", err);
    size_t last = cursor->term_len;
    bool first = cursor->next % DICTIONARY_BLOCK == 0;
    if (first ? slice_cmp((struct slice){cursor->term, last}, own) >= 0
              : shared > last ||
                    (shared < last && own.data[0] <= cursor->term[shared]))
        return dictionary_corrupt(cursor, "not greater than the one before",
                                  err);
    if (own.len <= COPY && shared <= TERM_KEY_MAX - COPY &&
        cursor->texts.end - own.data >= COPY)
        memcpy(cursor->term + shared, own.data, COPY); /* without a loop */
    else
        memcpy(cursor->term + shared, own.data, own.len);
    cursor->term_len = shared + own.len;
    if (cursor->term[0] < TERM_WORD || cursor->term[0] > TERM_PAIR)
        return dictionary_corrupt(cursor, "no class that there is", err);
    return ERR_OK;
}

/* False when an offset is past 2^64. Those of shared lists wrap by design; where they
 * lead is checked by who reads the list. */
static bool read_offsets(struct dictionary_cursor *cursor, bool back,
                         bool positions)
{
    struct term_place *place = &cursor->entry.place;
    struct dictionary_base *base = &cursor->base[back];
    uint64_t postings = take(&cursor->entries);
    uint64_t position = positions ? take(&cursor->entries) : 0;
    if (back) {
        base->postings += dictionary_unzigzag(postings);
        base->positions += dictionary_unzigzag(position);
    } else if (__builtin_add_overflow(base->postings, postings,
                                      &base->postings) ||
               __builtin_add_overflow(base->positions, position,
                                      &base->positions)) {
        return false;
    }
    place->postings = base->postings;
    place->positions = positions ? base->positions : 0;
    return true;
}

static bool read_counts(struct dictionary_cursor *cursor, uint64_t docs,
                        bool once)
{
    enum term_class class = (enum term_class)cursor->term[0];
    struct term_counts *counts = &cursor->entry.counts;
    *counts = (struct term_counts){docs, docs, docs};
    if (once)
        return true;
    uint64_t more = take(&cursor->entries);
    uint64_t repeats = term_has_positions(class) ? take(&cursor->entries) : 0;
    if (!term_has_frequencies(class) ||
        __builtin_add_overflow(docs + 1, more, &counts->frequency) ||
        repeats > more + 1)
        return false;
    counts->occurrences = counts->frequency - repeats;
    return true;
}

int dictionary_read_entry(struct dictionary_cursor *cursor, struct err *err)
{
    enum term_class class = (enum term_class)cursor->term[0];
    const struct segment_facts *facts =
        segment_file_facts(cursor->dictionary->file);
    uint32_t all = facts->docs + (class == TERM_KEY ? facts->archived : 0);
    struct bytes_in *in = &cursor->entries;
    uint64_t head = take(in);
    cursor->entry.number = cursor->next;
    cursor->entry.place = (struct term_place){0};
    if (head & ENTRY_SINGLE) {
        if (head >> ENTRY_SINGLE_SHIFT >= all)
            return dictionary_corrupt(cursor, "an article that there is not",
                                      err);
        cursor->entry.counts = (struct term_counts){1, 1, 1};
        cursor->entry.place.single = true;
        cursor->entry.place.doc = (doc_id)(head >> ENTRY_SINGLE_SHIFT);
        if (term_has_positions(class))
            cursor->entry.place.position = get_varint(in);
    } else {
        uint64_t docs = head >> ENTRY_LIST_SHIFT;
        if (docs == 0 || docs > all ||
            !read_counts(cursor, docs, head & ENTRY_ONCE) ||
            !read_offsets(cursor, head & ENTRY_BACK, term_has_positions(class)))
            return dictionary_corrupt(cursor, "counts that cannot be", err);
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
        if (cursor->texts.at != cursor->texts.end ||
            cursor->entries.at != cursor->entries.end)
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
