/* From a term to its entry, in its block: docs/format/dictionary.md. */
#include "base/err.h"
#include "segment/dictionary_format.h"

/* The search in a block. All terms so far are less than the one that is looked for, and
 * `alike` is how many bytes the last one has in common with it: so most terms are told
 * by their number of shared bytes, and no term is put together. */
struct term_search {
    struct slice term;
    size_t alike, last_len;
    bool found, passed;
    uint8_t class[DICTIONARY_BLOCK]; /* of each so far */
};

/* As slices_alike(); mostly in one step. */
static inline size_t alike_in(struct slice own, const uint8_t *end,
                              struct slice rest)
{
    if (end - own.data < 8 || rest.len < 8)
        return slices_alike(own, rest);
    uint64_t differ = load_u64(own.data) ^ load_u64(rest.data);
    if (differ == 0)
        return slices_alike(own, rest);
    size_t n = (size_t)__builtin_ctzll(differ) / 8;
    return n < own.len ? n : own.len;
}

/* The next term: `shared` bytes of the last one, then `own`. */
static inline void compare_next(struct term_search *search, size_t shared,
                                struct slice own, const uint8_t *end)
{
    if (shared > search->alike)
        return; /* it differs where the last one did */
    search->passed = shared < search->alike;
    if (search->passed)
        return;
    struct slice rest = {search->term.data + shared, search->term.len - shared};
    size_t n = alike_in(own, end, rest);
    search->alike += n;
    search->found = n == own.len && n == rest.len;
    search->passed =
        n < own.len && (n == rest.len || own.data[n] > rest.data[n]);
}

/* How many terms of the block are less; found or passed is the next. */
static int count_less(struct dictionary_cursor *cursor,
                      struct term_search *search, uint32_t terms,
                      uint32_t *less, struct err *err)
{
    uint8_t class = 0;
    for (uint32_t i = 0; i < terms; i++) {
        size_t shared;
        struct slice own;
        *less = i;
        if (!dictionary_take_term(&cursor->texts, &shared, &own))
            return dictionary_corrupt(cursor, "it is cut off", err);
        if (shared > search->last_len)
            return dictionary_corrupt(cursor, "not greater than the one before",
                                      err);
        if (shared == 0)
            class = own.data[0];
        if (class < TERM_WORD || class > TERM_FORM)
            return dictionary_corrupt(cursor, "no class that belongs there",
                                      err);
        search->class[i] = class;
        search->last_len = shared + own.len;
        compare_next(search, shared, own, cursor->texts.end);
        if (search->found || search->passed)
            return ERR_OK;
    }
    return ERR_OK;
}

/* --- stepping over what is known of a term --- */

#define STOPS                                                                  \
    UINT64_C(0x8080808080808080) /* the last byte of a varint has none */

/* Bytes [from, to), at most four. */
static inline uint64_t small_varint(uint64_t bytes, unsigned from, unsigned to)
{
    bytes >>= 4 * from;
    bytes >>= 4 * from; /* 8 * from may be all bits */
    bytes &= (UINT64_C(1) << 8 * (to - from)) - 1;
    return (bytes & 0x7f) | (bytes & 0x7f00) >> 1 | (bytes & 0x7f0000) >> 2 |
           (bytes & 0x7f000000) >> 3;
}

static inline uint64_t offset_step(uint64_t number, uint64_t back)
{
    return number >> back ^ (0 - (number & back));
}

/* In eight bytes at once, and without branches that nobody could guess: only offsets are
 * added up. False for the few that are longer or stand at the end. */
static inline bool skip_entry(struct dictionary_cursor *cursor, bool positions)
{
    /* numbers in front of the offsets, by the low bits of the first */
    static const uint8_t fronts[2][8] = {{2, 1, 2, 1, 1, 1, 1, 1},
                                         {3, 2, 3, 2, 1, 2, 1, 2}};
    struct bytes_in *in = &cursor->entries;
    if (in->end - in->at < 8)
        return false;
    uint64_t bytes = load_u64(in->at), stops = ~bytes & STOPS;
    unsigned single = bytes & ENTRY_SINGLE;
    unsigned front = fronts[positions][bytes & 7];
    unsigned offsets = single ? 0 : 1 + positions;
    unsigned end[6] = {0}; /* of each number */
    if ((unsigned)__builtin_popcountll(stops) < front + offsets)
        return false;
    for (unsigned i = 1; i < 6; i++) {
        end[i] = (unsigned)__builtin_ctzll(stops | UINT64_C(1) << 63) / 8 + 1;
        stops &= stops - 1;
    }
    /* what is not there is of no bytes, and 0 */
    unsigned from = end[front], middle = end[front + !single];
    unsigned to = end[front + offsets];
    if (middle - from > 4 || to - middle > 4)
        return false;
    uint64_t back = bytes >> 1 & !single;
    struct dictionary_base *base = &cursor->base[back];
    base->postings += offset_step(small_varint(bytes, from, middle), back);
    base->positions += offset_step(small_varint(bytes, middle, to), back);
    in->at += to;
    return true;
}

static int skip_entries(struct dictionary_cursor *cursor,
                        const struct term_search *search, uint32_t count,
                        struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < count; i++) {
        cursor->term[0] = search->class[i];
        if (!skip_entry(cursor, term_has_positions(search->class[i])))
            rc = dictionary_read_entry(cursor, err);
        cursor->next++;
    }
    return rc;
}

static int find_in_block(const struct dictionary *dictionary, uint32_t block,
                         struct slice term, struct term_entry *out, bool *found,
                         struct err *err)
{
    struct dictionary_cursor cursor;
    struct term_search search = {.term = term};
    uint32_t less = 0, terms = dictionary->texts - block * DICTIONARY_BLOCK;
    cursor.dictionary = dictionary;
    int rc = dictionary_open_block(&cursor, block, err);
    if (rc == ERR_OK)
        rc = count_less(&cursor, &search,
                        terms < DICTIONARY_BLOCK ? terms : DICTIONARY_BLOCK,
                        &less, err);
    if (rc || !search.found)
        return rc;
    rc = skip_entries(&cursor, &search, less, err);
    cursor.term[0] = term.data[0];
    if (rc == ERR_OK)
        rc = dictionary_read_entry(&cursor, err);
    *found = rc == ERR_OK;
    if (*found)
        *out = cursor.entry;
    return rc;
}

static int find_text(const struct dictionary *dictionary, struct slice term,
                     struct term_entry *out, bool *found, struct err *err)
{
    uint32_t block;
    *found = false;
    if (dictionary->texts == 0)
        return ERR_OK;
    int rc = dictionary_find_block(dictionary, term, &block, err);
    return rc ? rc : find_in_block(dictionary, block, term, out, found, err);
}

/* The first WORD with the text of a CAPS or the form of a PLAIN term. */
static int find_word(const struct dictionary *dictionary, struct slice term,
                     struct term_entry *out, bool *found, struct err *err)
{
    uint8_t text[TERM_KEY_MAX];
    struct slice word = {text, term.len};
    *found = false;
    if (term.len > sizeof text)
        return ERR_OK;
    memcpy(text, term.data, term.len);
    text[0] = TERM_WORD;
    if (term.data[0] == TERM_PLAIN &&
        memchr(text + 1, TERM_JOINED, term.len - 1))
        return ERR_OK;
    int rc = find_text(dictionary, word, out, found, err);
    if (rc || *found || term.data[0] == TERM_CAPS)
        return rc;
    struct dictionary_cursor cursor;
    rc = dictionary_seek(dictionary, word, &cursor, err);
    if (rc || cursor.at_end || cursor.term[0] != TERM_WORD ||
        dictionary_form_len(cursor.term, cursor.term_len) != word.len ||
        memcmp(cursor.term, text, word.len) != 0)
        return rc;
    *found = true;
    *out = cursor.entry;
    return ERR_OK;
}

static int find_worded(const struct dictionary *dictionary,
                       const struct dictionary_worded *worded,
                       struct slice term, struct term_entry *out, bool *found,
                       struct err *err)
{
    enum term_class class = (enum term_class)term.data[0];
    uint32_t all = segment_file_facts(dictionary->file)->docs, place;
    struct dictionary_base base[2] = {{0}};
    struct term_entry word;
    struct bytes_in in;
    bool is_one;
    *found = false;
    if (worded->terms == 0)
        return ERR_OK;
    int rc = find_word(dictionary, term, &word, &is_one, err);
    if (rc == ERR_OK && is_one)
        rc = dictionary_words_rank(dictionary, worded, word.number, &place,
                                   &is_one, err);
    if (rc || !is_one)
        return rc;
    rc = dictionary_words_entries(dictionary, worded, place, &in, err);
    for (uint32_t i = 0; rc == ERR_OK && i <= place % DICTIONARY_BLOCK; i++) {
        const char *wrong =
            dictionary_take_own(&in, class, all, &word, base, out);
        if (wrong)
            rc = err_set(err, ERR_CORRUPT, "%s: dictionary: term %u: %s",
                         segment_file_path(dictionary->file),
                         (unsigned)(worded->first + place), wrong);
    }
    out->number = worded->first + place;
    *found = rc == ERR_OK;
    return rc;
}

int dictionary_find(const struct dictionary *dictionary, struct slice term,
                    struct term_entry *out, bool *found, struct err *err)
{
    *found = false;
    if (term.len == 0)
        return ERR_OK;
    if (term.data[0] == TERM_CAPS || term.data[0] == TERM_PLAIN)
        return find_worded(dictionary,
                           &dictionary->worded[term.data[0] == TERM_PLAIN],
                           term, out, found, err);
    return find_text(dictionary, term, out, found, err);
}
