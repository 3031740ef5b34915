#include "segment/dictionary.h"

#include "base/err.h"
#include "segment/dictionary_format.h"

#include <inttypes.h>

enum { COPY = 16 }; /* as many bytes at once as most terms add */

/* False: more of some classes than there can be. */
static bool number_terms(struct dictionary *d)
{
    uint64_t sum = d->words;
    struct dictionary_worded *caps = &d->worded[0], *plain = &d->worded[1];
    caps->first = (uint32_t)sum;
    sum += (uint64_t)caps->terms + d->stems;
    plain->first = (uint32_t)sum;
    sum += plain->terms;
    d->texts = d->terms - caps->terms - plain->terms;
    return sum <= d->terms && caps->terms <= d->words &&
           plain->terms <= d->words;
}

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
    out->words = load_u32(footer.data + 12);
    out->worded[0].terms = load_u32(footer.data + 16);
    out->stems = load_u32(footer.data + 20);
    out->worded[1].terms = load_u32(footer.data + 24);
    if (number_terms(out) && out->blocks_end <= length) {
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
    uint64_t texts = dictionary_take(&in);
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

/* Whether the term of this place among those with texts may be of this class. */
static bool is_of_region(const struct dictionary *d, uint32_t text,
                         uint8_t class)
{
    if (text < d->words)
        return class == TERM_WORD;
    if (text - d->words < d->stems)
        return class == TERM_STEM;
    return class >= TERM_FIELD && class <= TERM_FORM;
}

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
    if (!is_of_region(cursor->dictionary, cursor->next, cursor->term[0]))
        return dictionary_corrupt(cursor, "no class that belongs there", err);
    return ERR_OK;
}

static uint32_t articles_of(const struct dictionary *d, enum term_class class)
{
    const struct segment_facts *facts = segment_file_facts(d->file);
    return facts->docs + (class == TERM_KEY ? facts->archived : 0);
}

/* Of a place among those with texts. */
static uint32_t number_of(const struct dictionary *d, uint32_t text)
{
    if (text < d->words)
        return text;
    text += d->worded[0].terms;
    return text < d->worded[1].first ? text : text + d->worded[1].terms;
}

int dictionary_read_entry(struct dictionary_cursor *cursor, struct err *err)
{
    enum term_class class = (enum term_class)cursor->term[0];
    const char *wrong = dictionary_take_entry(
        &cursor->entries, class, articles_of(cursor->dictionary, class),
        cursor->base, &cursor->entry);
    cursor->entry.number = number_of(cursor->dictionary, cursor->next);
    return wrong ? dictionary_corrupt(cursor, wrong, err) : ERR_OK;
}

/* --- a walk over the texts --- */

static int read_next(struct dictionary_cursor *cursor, struct err *err)
{
    int rc = read_term(cursor, err);
    if (rc == ERR_OK)
        rc = dictionary_read_entry(cursor, err);
    if (rc == ERR_OK)
        cursor->next++;
    return rc;
}

/* At the end of a block nothing is left over. */
static int end_block(struct dictionary_cursor *cursor, struct err *err)
{
    if ((cursor->next % DICTIONARY_BLOCK == 0 ||
         cursor->next == cursor->dictionary->texts) &&
        (cursor->texts.at != cursor->texts.end ||
         cursor->entries.at != cursor->entries.end))
        return dictionary_corrupt(cursor, "bytes behind the last of a block",
                                  err);
    return ERR_OK;
}

/* There is one. */
static int next_text(struct dictionary_cursor *cursor, struct err *err)
{
    int rc = ERR_OK;
    if (cursor->next % DICTIONARY_BLOCK == 0)
        rc = enter_block(cursor, cursor->next / DICTIONARY_BLOCK, err);
    return rc ? rc : read_next(cursor, err);
}

/* Stand on the term of this place; there is one. */
static int stand(struct dictionary_cursor *cursor, uint32_t text,
                 struct err *err)
{
    cursor->term_len = 0;
    int rc = enter_block(cursor, text / DICTIONARY_BLOCK, err);
    do {
        if (rc == ERR_OK)
            rc = read_next(cursor, err);
    } while (rc == ERR_OK && cursor->next <= text);
    return rc;
}

/* --- words that are terms of another class --- */

static const struct dictionary_worded *
worded_of(const struct dictionary_cursor *cursor)
{
    return &cursor->dictionary->worded[cursor->region == REGION_PLAIN];
}

static enum term_class own_class(const struct dictionary_cursor *cursor)
{
    return cursor->region == REGION_PLAIN ? TERM_PLAIN : TERM_CAPS;
}

/* What the class has of it, and its text in place of the word's. */
static int read_own(struct dictionary_cursor *cursor, struct err *err)
{
    enum term_class class = own_class(cursor);
    const char *wrong = dictionary_take_own(
        &cursor->own.in, class, articles_of(cursor->dictionary, class),
        &cursor->own.entry, cursor->own.base, &cursor->entry);
    if (wrong)
        return dictionary_corrupt(cursor, wrong, err);
    cursor->entry.number = worded_of(cursor)->first + cursor->own.place;
    cursor->own.len = cursor->term_len;
    cursor->term[0] = (uint8_t) class;
    if (class == TERM_PLAIN)
        cursor->term_len = dictionary_form_len(cursor->term, cursor->term_len);
    return ERR_OK;
}

static int open_own(struct dictionary_cursor *cursor, struct err *err)
{
    memset(cursor->own.base, 0, sizeof cursor->own.base);
    int rc = dictionary_words_entries(cursor->dictionary, worded_of(cursor),
                                      cursor->own.place, &cursor->own.in, err);
    cursor->at_end = cursor->at_end || rc;
    return rc;
}

/* On a word that is such a term, the first or from anywhere. */
static int stand_on_word(struct dictionary_cursor *cursor, uint32_t word,
                         struct err *err)
{
    uint32_t place;
    bool is_one;
    int rc = stand(cursor, word, err);
    cursor->own.entry = cursor->entry;
    if (rc == ERR_OK)
        rc = dictionary_words_rank(cursor->dictionary, worded_of(cursor), word,
                                   &place, &is_one, err);
    cursor->own.place = rc ? 0 : place / DICTIONARY_BLOCK * DICTIONARY_BLOCK;
    if (rc == ERR_OK)
        rc = open_own(cursor, err);
    while (rc == ERR_OK && cursor->own.place < place) {
        struct term_entry passed;
        const char *wrong =
            dictionary_take_own(&cursor->own.in, own_class(cursor),
                                articles_of(cursor->dictionary, TERM_WORD),
                                &cursor->own.entry, cursor->own.base, &passed);
        cursor->own.place++;
        if (wrong)
            return dictionary_corrupt(cursor, wrong, err);
    }
    cursor->at_end = cursor->at_end || rc;
    return rc ? rc : read_own(cursor, err);
}

/* The next of the class; *more false: that was the last one. */
static int next_word(struct dictionary_cursor *cursor, bool *more,
                     struct err *err)
{
    uint32_t words = cursor->dictionary->words, word = words;
    int rc = ERR_OK;
    cursor->term[0] = TERM_WORD;
    cursor->term_len = cursor->own.len;
    if (++cursor->own.place % DICTIONARY_BLOCK == 0 ||
        cursor->own.place == worded_of(cursor)->terms) {
        if (cursor->own.in.at != cursor->own.in.end)
            return dictionary_corrupt(cursor,
                                      "bytes behind the last of a block", err);
    }
    if (cursor->next < words)
        rc = dictionary_words_next(cursor->dictionary, worded_of(cursor),
                                   cursor->next, &word, err);
    *more = word < words;
    cursor->at_end = cursor->at_end || rc;
    if (rc || !*more)
        return rc;
    if (cursor->own.place >= worded_of(cursor)->terms)
        return dictionary_corrupt(cursor, "more words than terms", err);
    while (rc == ERR_OK && cursor->next <= word) {
        rc = end_block(cursor, err);
        if (rc == ERR_OK)
            rc = next_text(cursor, err);
    }
    cursor->own.entry = cursor->entry;
    if (rc == ERR_OK && cursor->own.place % DICTIONARY_BLOCK == 0)
        rc = open_own(cursor, err);
    return rc ? rc : read_own(cursor, err);
}

/* --- the walk --- */

/* Stand on the first term of this region or a later one. */
static int enter_region(struct dictionary_cursor *cursor, unsigned region,
                        struct err *err)
{
    const struct dictionary *d = cursor->dictionary;
    const uint32_t first[REGIONS] = {0, 0, d->words, 0, d->words + d->stems};
    const uint32_t terms[REGIONS] = {d->words, d->worded[0].terms, d->stems,
                                     d->worded[1].terms,
                                     d->texts - d->words - d->stems};
    uint32_t word;
    while (region < REGIONS && terms[region] == 0)
        region++;
    cursor->at_end = true;
    cursor->region = region;
    if (region == REGIONS)
        return ERR_OK;
    if (region != REGION_CAPS && region != REGION_PLAIN)
        return stand(cursor, first[region], err);
    int rc = dictionary_words_next(d, worded_of(cursor), 0, &word, err);
    if (rc == ERR_OK && word == d->words)
        rc = dictionary_corrupt(cursor, "fewer words than terms", err);
    return rc ? rc : stand_on_word(cursor, word, err);
}

static bool is_last_of_region(const struct dictionary_cursor *cursor)
{
    const struct dictionary *d = cursor->dictionary;
    return cursor->next == d->texts ||
           (cursor->region == REGION_WORD && cursor->next == d->words) ||
           (cursor->region == REGION_STEM &&
            cursor->next == d->words + d->stems);
}

int dictionary_next(struct dictionary_cursor *cursor, struct err *err)
{
    bool more = true;
    if (cursor->at_end)
        return ERR_OK;
    if (cursor->region == REGION_CAPS || cursor->region == REGION_PLAIN) {
        int rc = next_word(cursor, &more, err);
        return rc || more ? rc : enter_region(cursor, cursor->region + 1, err);
    }
    int rc = end_block(cursor, err);
    if (rc)
        return rc;
    return is_last_of_region(cursor)
               ? enter_region(cursor, cursor->region + 1, err)
               : next_text(cursor, err);
}

static int compare(const struct dictionary_cursor *cursor, struct slice term)
{
    return slice_cmp((struct slice){cursor->term, cursor->term_len}, term);
}

/* Stand on the first text that is not less; *there false: there is none. */
static int seek_text(struct dictionary_cursor *cursor, struct slice from,
                     bool *there, struct err *err)
{
    uint32_t block;
    *there = false;
    if (cursor->dictionary->texts == 0)
        return ERR_OK;
    int rc = dictionary_find_block(cursor->dictionary, from, &block, err);
    if (rc == ERR_OK)
        rc = stand(cursor, block * DICTIONARY_BLOCK, err);
    while (rc == ERR_OK && compare(cursor, from) < 0) {
        rc = end_block(cursor, err);
        if (rc || cursor->next == cursor->dictionary->texts)
            return rc;
        rc = next_text(cursor, err);
    }
    *there = rc == ERR_OK;
    return rc;
}

/* In CAPS or PLAIN: by the word with this text or the next one. */
static int seek_word(struct dictionary_cursor *cursor, struct slice from,
                     struct err *err)
{
    const struct dictionary *d = cursor->dictionary;
    uint8_t text[TERM_KEY_MAX + 1];
    struct slice word = {text, from.len < sizeof text ? from.len : sizeof text};
    uint32_t at = d->words;
    bool there;
    memcpy(text, from.data, word.len);
    text[0] = TERM_WORD;
    int rc = seek_text(cursor, word, &there, err);
    if (rc == ERR_OK && there && cursor->next <= d->words)
        rc = dictionary_words_next(d, worded_of(cursor), cursor->next - 1, &at,
                                   err);
    cursor->at_end = true;
    if (rc)
        return rc;
    if (at == d->words)
        return enter_region(cursor, cursor->region + 1, err);
    rc = stand_on_word(cursor, at, err);
    while (rc == ERR_OK && !cursor->at_end && compare(cursor, from) < 0)
        rc = dictionary_next(cursor, err);
    return rc;
}

static unsigned region_of(struct slice from)
{
    uint8_t class = from.len ? from.data[0] : 0;
    switch (class) {
    case 0:
    case TERM_WORD:
        return REGION_WORD;
    case TERM_CAPS:
        return REGION_CAPS;
    case TERM_STEM:
        return REGION_STEM;
    case TERM_PLAIN:
        return REGION_PLAIN;
    default:
        return REGION_REST;
    }
}

int dictionary_seek(const struct dictionary *dictionary, struct slice from,
                    struct dictionary_cursor *cursor, struct err *err)
{
    bool there;
    cursor->dictionary = dictionary;
    cursor->at_end = true;
    cursor->region = region_of(from);
    if (cursor->region == REGION_CAPS || cursor->region == REGION_PLAIN)
        return worded_of(cursor)->terms
                   ? seek_word(cursor, from, err)
                   : enter_region(cursor, cursor->region + 1, err);
    int rc = seek_text(cursor, from, &there, err);
    if (rc)
        return rc;
    uint32_t ends[REGIONS] = {dictionary->words, 0,
                              dictionary->words + dictionary->stems, 0,
                              dictionary->texts};
    cursor->at_end = !there;
    return there && cursor->next <= ends[cursor->region]
               ? ERR_OK
               : enter_region(cursor, cursor->region + 1, err);
}

int dictionary_at(const struct dictionary *dictionary, uint32_t number,
                  struct dictionary_cursor *cursor, struct err *err)
{
    const struct dictionary_worded *caps = &dictionary->worded[0];
    const struct dictionary_worded *plain = &dictionary->worded[1];
    uint32_t word;
    cursor->dictionary = dictionary;
    cursor->at_end = true;
    cursor->next = number;
    if (number >= dictionary->terms)
        return dictionary_corrupt(cursor, "there is none of this number", err);
    cursor->region = number < caps->first                   ? REGION_WORD
                     : number < caps->first + caps->terms   ? REGION_CAPS
                     : number < plain->first                ? REGION_STEM
                     : number - plain->first < plain->terms ? REGION_PLAIN
                                                            : REGION_REST;
    if (cursor->region == REGION_CAPS || cursor->region == REGION_PLAIN) {
        const struct dictionary_worded *worded = worded_of(cursor);
        int rc = dictionary_words_select(dictionary, worded,
                                         number - worded->first, &word, err);
        return rc ? rc : stand_on_word(cursor, word, err);
    }
    if (number >= caps->first)
        number -= caps->terms;
    if (cursor->region == REGION_REST)
        number -= plain->terms;
    return stand(cursor, number, err);
}
