/* term_model.h - a dictionary as a sorted array of terms that were thrown together, and
 * how it is written. Included by the tests of dictionaries, each a program. */
#ifndef TESTS_SEGMENT_TERM_MODEL_H
#define TESTS_SEGMENT_TERM_MODEL_H

#include "segment/dictionary_format.h"

#include "bed.h"

static char dir[64], path[128];

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-dictionary-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

struct item {
    uint8_t term[TERM_KEY_MAX];
    size_t len;
    struct term_entry entry;
};

enum { MODEL_DOCS = 1000, MODEL_ARCHIVED = 50 };

static struct slice item_term(const struct item *item)
{
    return (struct slice){item->term, item->len};
}

static int by_term(const void *a, const void *b)
{
    return slice_cmp(item_term(a), item_term(b));
}

/* Long runs of shared bytes, and now and then a term of the greatest length. */
static void random_term(uint64_t *seed, struct item *item)
{
    static const char *const stocks[] = {"a", "un", "en:", "reuters:2023-", ""};
    item->term[0] = (uint8_t)(TERM_WORD + rng_below(seed, TERM_PAIR));
    strcpy((char *)item->term + 1, stocks[rng_below(seed, 5)]);
    item->len = 1 + strlen((char *)item->term + 1);
    size_t more = rng_below(seed, 6);
    if (rng_below(seed, 20) == 0)
        more = 10 + rng_below(seed, 40);
    if (rng_below(seed, 100) == 0)
        more = TERM_KEY_MAX - item->len;
    bool same = rng_below(seed, 2) == 0;
    for (size_t i = 0; i < more; i++)
        item->term[item->len++] =
            (uint8_t)(same && i + 2 < more ? 'x' : 2 + rng_below(seed, 254));
    if (item->term[0] == TERM_WORD && rng_below(seed, 5) == 0 &&
        item->len > 1 && item->len + 2 <= TERM_KEY_MAX) {
        item->term[item->len++] = TERM_JOINED;
        item->term[item->len++] = (uint8_t)(2 + rng_below(seed, 3));
    }
}

/* The first word with this text (CAPS) or form (PLAIN). */
static const struct item *word_of(const struct item *items, size_t n,
                                  const struct item *term)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = items[i].len;
        if (term->term[0] == TERM_PLAIN)
            len = dictionary_form_len(items[i].term, len);
        if (items[i].term[0] == TERM_WORD && len == term->len &&
            memcmp(items[i].term + 1, term->term + 1, len - 1) == 0)
            return &items[i];
    }
    return NULL;
}

/* CAPS and PLAIN get the text of a word. */
static void borrow_texts(uint64_t *seed, struct item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t class = items[i].term[0];
        if (class != TERM_CAPS && class != TERM_PLAIN)
            continue;
        const struct item *word = &items[rng_below(seed, (uint32_t)n)];
        if (word->term[0] != TERM_WORD) {
            items[i].term[0] = TERM_STEM;
            continue;
        }
        items[i] = *word;
        items[i].term[0] = class;
        if (class == TERM_PLAIN)
            items[i].len = dictionary_form_len(word->term, word->len);
    }
}

static void random_entry(uint64_t *seed, enum term_class class,
                         struct term_place *next,
                         const struct term_entry *earlier,
                         struct term_entry *out)
{
    uint32_t all = MODEL_DOCS + (class == TERM_KEY ? MODEL_ARCHIVED : 0);
    bool positions = term_has_positions(class);
    *out = (struct term_entry){0};
    if (rng_below(seed, 2)) {
        out->counts = (struct term_counts){1, 1, 1};
        out->place.single = true;
        out->place.doc = rng_below(seed, all);
        out->place.position =
            positions ? (uint32_t)rng_next(seed) >> rng_below(seed, 32) : 0;
        return;
    }
    uint64_t docs = 1 + rng_below(seed, all);
    out->counts = (struct term_counts){docs, docs, docs};
    if (term_has_frequencies(class) && rng_below(seed, 3)) {
        out->counts.occurrences +=
            rng_next(seed) >> 1 >> (1 + rng_below(seed, 62));
        out->counts.frequency = out->counts.occurrences;
        if (positions)
            out->counts.frequency += rng_below(seed, 3) * rng_below(seed, 9);
    }
    if (earlier && rng_below(seed, 3) == 0) {
        out->place = earlier->place; /* one list, two terms */
    } else {
        next->postings += 1 + rng_below(seed, 3000);
        next->positions += rng_below(seed, 90000);
        out->place = *next;
    }
    if (rng_below(seed, 30) == 0)
        out->place.positions = rng_below(seed, 1000);
    if (!positions)
        out->place.positions = 0;
}

static size_t make_model(uint64_t *seed, struct item *items, size_t wanted)
{
    for (size_t i = 0; i < wanted; i++)
        random_term(seed, &items[i]);
    borrow_texts(seed, items, wanted);
    qsort(items, wanted, sizeof *items, by_term);
    size_t n = 0;
    for (size_t i = 0; i < wanted; i++)
        if (n == 0 || by_term(&items[n - 1], &items[i]) < 0)
            items[n++] = items[i];
    struct term_place next = {.postings = 7};
    if (rng_below(seed, 4) == 0)
        next.postings = next.positions = UINT64_MAX - (UINT64_C(1) << 40);
    for (size_t i = 0; i < n; i++) {
        const struct term_entry *earlier =
            i ? &items[rng_below(seed, (uint32_t)i)].entry : NULL;
        if (earlier && earlier->place.single)
            earlier = NULL;
        random_entry(seed, (enum term_class)items[i].term[0], &next, earlier,
                     &items[i].entry);
        enum term_class class = (enum term_class)items[i].term[0];
        if ((class == TERM_CAPS || class == TERM_PLAIN) && rng_below(seed, 2))
            items[i].entry =
                dictionary_same(class, &word_of(items, i, &items[i])->entry);
        items[i].entry.number = (uint32_t)i;
    }
    return n;
}

/* What stands behind one block and says so: of `terms`, whose first begins with these
 * bytes, and all are of its class. */
__attribute__((unused)) static void put_ends(struct bytes_out *section,
                                             uint64_t key, uint32_t terms)
{
    size_t len = section->len;
    while (section->len % NODE_SIZE)
        put_u8(section, 0);
    put_u64(section, key);
    for (int i = 1; i < NODE_KEYS; i++)
        put_u64(section, NO_KEY);
    put_u64(section, 0);
    put_u16(section, (uint16_t)len);
    put_u64(section, len);
    put_u32(section, terms);
    put_u32(section, key >> 56 == TERM_WORD ? terms : 0);
    put_u32(section, 0);
    put_u32(section, key >> 56 == TERM_STEM ? terms : 0);
    put_u32(section, 0);
}

static int write_terms(const struct item *items, size_t n, struct err *err)
{
    const struct segment_facts facts = {MODEL_DOCS, MODEL_ARCHIVED, 5, 0};
    struct segment_writer *segment = NULL;
    struct dictionary_writer *writer = NULL;
    uint64_t size;
    uint32_t crc;
    int rc = segment_writer_open(dir, "a.seg", &segment, err);
    if (rc == ERR_OK)
        rc = dictionary_writer_open(segment, &writer, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = dictionary_add(writer, item_term(&items[i]), &items[i].entry, err);
    if (rc == ERR_OK)
        rc = dictionary_finish(writer, err);
    if (rc == ERR_OK)
        rc = segment_writer_finish(segment, &facts, &size, &crc, err);
    dictionary_writer_close(writer);
    segment_writer_close(segment);
    return rc;
}

#endif
