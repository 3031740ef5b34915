/* From a term to its entry, by the hash table: docs/format/dictionary.md. */
#include "base/err.h"
#include "segment/dictionary_format.h"

/* The search in a block. All terms so far are less than the one that is looked for, and
 * `alike` is how many bytes the last one has in common with it: so most terms are told
 * by their number of shared bytes, and no term is put together. */
struct term_search {
    struct slice term;
    size_t alike, last_len;
    bool frequencies, positions; /* of the class of the last one */
    bool found, passed;
};

/* The next term: `shared` bytes of the last one, then `own`. */
static void compare_next(struct term_search *search, size_t shared,
                         struct slice own)
{
    if (shared > search->alike)
        return; /* it differs where the last one did */
    search->passed = shared < search->alike;
    if (search->passed)
        return;
    struct slice rest = slice_part(search->term, shared, search->term.len);
    size_t n = slices_alike(own, rest);
    search->alike += n;
    search->found = n == own.len && n == rest.len;
    search->passed =
        n < own.len && (n == rest.len || own.data[n] > rest.data[n]);
}

/* --- stepping over what is known of a term --- */

#define STOPS                                                                  \
    UINT64_C(0x8080808080808080) /* the last byte of a varint has none */

/* Of at most four bytes, at the low end of `bytes`. */
static inline uint64_t small_varint(uint64_t bytes, unsigned len)
{
    bytes &= UINT64_MAX >> (64 - 8 * len);
    return (bytes & 0x7f) | (bytes & 0x7f00) >> 1 | (bytes & 0x7f0000) >> 2 |
           (bytes & 0x7f000000) >> 3;
}

/* In eight bytes at once, adding offsets up only; false for the few that are longer, stand
 * at the end or have a list elsewhere. */
static bool skip_entry(struct dictionary_cursor *cursor,
                       const struct term_search *search)
{
    struct bytes_in *in = &cursor->in;
    bool positions = search->positions;
    if (in->end - in->at < 8)
        return false;
    uint64_t bytes = load_u64(in->at), stops = ~bytes & STOPS;
    unsigned kind = bytes & ((1 << ENTRY_KIND_BITS) - 1);
    if (kind == ENTRY_SINGLE) {
        if (positions)
            stops &= stops - 1;
        if (!stops)
            return false;
        in->at += (unsigned)__builtin_ctzll(stops) / 8 + 1;
        return true;
    }
    if (search->frequencies) {
        stops &= stops - 1;
        stops &= stops - 1;
    }
    uint64_t to = stops & (stops - 1), last = positions ? to & (to - 1) : to;
    if (kind != ENTRY_LIST || !last)
        return false;
    unsigned from = (unsigned)__builtin_ctzll(stops) / 8 + 1;
    unsigned middle = (unsigned)__builtin_ctzll(to) / 8 + 1;
    unsigned end = (unsigned)__builtin_ctzll(last) / 8 + 1;
    if (middle - from > 4 || end - middle > 4)
        return false;
    cursor->list.postings += small_varint(bytes >> 8 * from, middle - from);
    if (positions)
        cursor->list.positions +=
            small_varint(bytes >> 8 * middle, end - middle);
    in->at += end;
    return true;
}

/* --- a block --- */

static int next_term(struct dictionary_cursor *cursor,
                     struct term_search *search, struct err *err)
{
    size_t shared;
    struct slice own;
    if (!dictionary_take_term(&cursor->in, &shared, &own))
        return dictionary_corrupt(cursor, "it is cut off", err);
    if (shared > search->last_len)
        return dictionary_corrupt(cursor, "not greater than the one before",
                                  err);
    if (shared == 0) {
        enum term_class class = (enum term_class)own.data[0];
        if (class < TERM_WORD || class > TERM_PAIR)
            return dictionary_corrupt(cursor, "no class that there is", err);
        cursor->term[0] = own.data[0];
        search->frequencies = term_has_frequencies(class);
        search->positions = term_has_positions(class);
    }
    search->last_len = shared + own.len;
    compare_next(search, shared, own);
    if (search->passed || (!search->found && skip_entry(cursor, search)))
        return ERR_OK;
    return dictionary_read_entry(cursor, err);
}

static int find_in_block(const struct dictionary *dictionary, uint32_t block,
                         struct slice term, struct term_entry *out, bool *found,
                         struct err *err)
{
    struct dictionary_cursor cursor;
    struct term_search search = {.term = term};
    cursor.dictionary = dictionary;
    uint64_t prefix;
    int rc = dictionary_open_block(&cursor, block, &prefix, err);
    uint32_t left = dictionary->terms - block * DICTIONARY_BLOCK;
    if (left > DICTIONARY_BLOCK)
        left = DICTIONARY_BLOCK;
    for (; rc == ERR_OK && left && !search.found && !search.passed; left--) {
        rc = next_term(&cursor, &search, err);
        cursor.next++;
    }
    *found = rc == ERR_OK && search.found;
    if (*found) {
        *out = cursor.entry;
        out->number = cursor.next - 1;
    }
    return rc;
}

/* --- the table --- */

static int read_bucket(const struct dictionary *dictionary, uint32_t bucket,
                       struct slice *out, struct err *err)
{
    return section_bytes(dictionary->file, SECTION_DICTIONARY,
                         dictionary->table_offset +
                             (uint64_t)bucket * BUCKET_SIZE,
                         BUCKET_SIZE, out, err);
}

/* The slots that may be those of a term, as bits; *full: none is empty. */
static uint32_t matches(struct slice slots, uint32_t wanted, uint32_t blocks,
                        bool *full)
{
    uint32_t match = 0, empty = 0;
    for (int i = 0; i < BUCKET_SLOTS; i++) {
        uint32_t slot = load_u32(slots.data + 4 * i);
        match |= (uint32_t)((slot ^ wanted) < blocks) << i;
        empty |= slot == 0;
    }
    *full = !empty;
    return match;
}

/* *full: the bucket says nothing of terms that are not in it. */
static int find_in_bucket(const struct dictionary *dictionary, uint32_t bucket,
                          uint32_t hash, struct slice term,
                          struct term_entry *out, bool *found, bool *full,
                          struct err *err)
{
    unsigned block_bits = dictionary_block_bits(dictionary->blocks);
    uint32_t wanted = dictionary_slot(hash, 0, block_bits);
    struct slice slots;
    int rc = read_bucket(dictionary, bucket, &slots, err);
    if (rc)
        return rc;
    uint32_t match = matches(slots, wanted, dictionary->blocks, full);
    for (; rc == ERR_OK && !*found && match; match &= match - 1) {
        uint32_t slot = load_u32(slots.data + 4 * __builtin_ctz(match));
        rc = find_in_block(dictionary, slot ^ wanted, term, out, found, err);
    }
    return rc;
}

int dictionary_find(const struct dictionary *dictionary, struct slice term,
                    struct term_entry *out, bool *found, struct err *err)
{
    uint32_t buckets = dictionary->buckets;
    *found = false;
    if (dictionary->terms == 0 || term.len == 0)
        return ERR_OK;
    uint32_t hash = dictionary_hash(term);
    uint32_t bucket = dictionary_bucket(hash, buckets);
    int rc = ERR_OK;
    bool full = true;
    for (uint32_t probe = 0; probe < BUCKET_PROBES && probe < buckets;
         probe++) {
        rc = find_in_bucket(dictionary, bucket, hash, term, out, found, &full,
                            err);
        if (rc || *found || !full)
            return rc;
        bucket = bucket + 1 < buckets ? bucket + 1 : 0;
    }
    uint32_t block;
    rc = dictionary_find_block(dictionary, term, &block, err);
    return rc ? rc : find_in_block(dictionary, block, term, out, found, err);
}

/* --- check --- */

static int corrupt(const struct dictionary *dictionary, const char *why,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: dictionary: %s",
                   segment_file_path(dictionary->file), why);
}

static int check_zeros(const struct dictionary *dictionary, struct err *err)
{
    uint64_t from = dictionary->index_offset +
                    (uint64_t)dictionary->blocks * DICTIONARY_INDEX_ENTRY;
    uint64_t len = dictionary->table_offset - from;
    struct slice zeros;
    if (len == 0)
        return ERR_OK;
    int rc = section_bytes(dictionary->file, SECTION_DICTIONARY, from, len,
                           &zeros, err);
    for (size_t i = 0; rc == ERR_OK && i < zeros.len; i++)
        if (zeros.data[i])
            rc = corrupt(dictionary, "no zeros before the hash table", err);
    return rc;
}

int dictionary_check(const struct dictionary *dictionary, struct err *err)
{
    uint64_t used = 0;
    int rc = check_zeros(dictionary, err);
    for (uint32_t b = 0; rc == ERR_OK && b < dictionary->buckets; b++) {
        struct slice slots;
        bool ended = false;
        rc = read_bucket(dictionary, b, &slots, err);
        for (int i = 0; rc == ERR_OK && i < BUCKET_SLOTS; i++) {
            bool empty = load_u32(slots.data + 4 * i) == 0;
            if (ended && !empty)
                rc = corrupt(dictionary, "a gap in the hash table", err);
            ended = ended || empty;
            used += !empty;
        }
    }
    if (rc == ERR_OK && used > dictionary->terms)
        rc = corrupt(dictionary, "more in the hash table than terms", err);
    return rc;
}
