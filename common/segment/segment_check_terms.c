/* The dictionary from end to end: entries against their lists, and what all lists
 * together must say of each article. */
#include "segment/segment_check_internal.h"

#include "base/err.h"

#include <string.h>

struct term_walk {
    struct segment_check *check;
    struct dictionary_cursor cursor;
    uint8_t before[TERM_KEY_MAX];
    size_t before_len;
    uint32_t words; /* WORD terms */
};

/* --- one term --- */

static bool check_place(struct term_walk *walk, struct slice term)
{
    struct slice before = {walk->before, walk->before_len};
    if (term.len < 2 || term.data[0] < TERM_WORD || term.data[0] > TERM_PAIR) {
        check_fault(walk->check, SECTION_DICTIONARY,
                    "term %u is of no class or empty",
                    walk->cursor.entry.number);
        return false;
    }
    if (slice_cmp(before, term) >= 0)
        check_fault(walk->check, SECTION_DICTIONARY,
                    TERM_TEXT " is not in its place", TERM_ARG(term));
    memcpy(walk->before, term.data, term.len);
    walk->before_len = term.len;
    walk->words += term.data[0] == TERM_WORD;
    return true;
}

/* The counts of the dead that the state of the segment has for this term. */
static struct term_counts dead_of(struct segment_check *check, uint32_t number)
{
    if (check->dead_at == check->dead_count ||
        check->dead[check->dead_at].number != number)
        return (struct term_counts){0};
    return check->dead[check->dead_at++].counts;
}

/* An article has a term at least once, and scored at most twice as often. */
static bool possible(const struct term_counts *counts)
{
    return counts->occurrences <= counts->frequency &&
           counts->occurrences >= counts->docs;
}

/* Classes without positions do not tell what the title repeats. */
static bool counts_agree(enum term_class class, const struct term_counts *told,
                         const struct term_counts *found)
{
    if (told->docs != found->docs || told->frequency != found->frequency)
        return false;
    if (term_has_positions(class))
        return told->occurrences == found->occurrences;
    return told->occurrences == told->frequency;
}

static void check_counts(struct segment_check *check, struct slice term,
                         const struct term_entry *entry,
                         const struct list_sums *sums)
{
    enum term_class class = term.data[0];
    struct term_counts dead = dead_of(check, entry->number);
    if (entry->counts.docs == 0 ||
        !counts_agree(class, &entry->counts, &sums->all)) {
        check_fault(check, SECTION_DICTIONARY,
                    TERM_TEXT ": not the counts of its list", TERM_ARG(term));
        return;
    }
    struct term_counts live = {entry->counts.docs - dead.docs,
                               entry->counts.frequency - dead.frequency,
                               entry->counts.occurrences - dead.occurrences};
    if (!counts_agree(class, &dead, &sums->dead) || !possible(&live))
        check_fault(check, SECTION_DEAD,
                    TERM_TEXT ": not the counts of the dead", TERM_ARG(term));
}

/* That the tree leads to it. */
static void check_found(struct segment_check *check, struct slice term,
                        uint32_t number)
{
    struct term_entry entry;
    bool found;
    struct err err = {0};
    int rc = dictionary_find(&check->segment->dictionary, term, &entry, &found,
                             &err);
    if (check_failed(check, rc, &err))
        return;
    if (!found || entry.number != number)
        check_fault(check, SECTION_DICTIONARY, TERM_TEXT " is not found",
                    TERM_ARG(term));
}

static void check_term(struct term_walk *walk)
{
    struct segment_check *check = walk->check;
    const struct term_entry *entry = &walk->cursor.entry;
    struct slice term = {walk->cursor.term, walk->cursor.term_len};
    struct list_sums sums;
    while (check->dead_at < check->dead_count &&
           check->dead[check->dead_at].number < entry->number)
        check->dead_at++;
    if (!check_place(walk, term))
        return;
    check_found(check, term, entry->number);
    if (term.data[0] == TERM_PAIR)
        check_pairs_begin(check);
    if (!check_list(check, term, entry, &sums))
        return;
    check_counts(check, term, entry, &sums);
    check_note_word(check, term, entry);
    if (term.data[0] == TERM_STEM)
        check_stem(check, term, entry, walk->words);
}

/* --- all of them --- */

static void check_articles(struct segment_check *check)
{
    for (doc_id doc = 0; doc < check->docs; doc++) {
        if (check->words[doc] != check->lengths[doc])
            check_fault(check, SECTION_POSTINGS,
                        "article %u: %u words, its length is %u", doc,
                        check->words[doc], check->lengths[doc]);
        if (check->balance[doc] != 0)
            check_fault(check, SECTION_POSTINGS,
                        "article %u: not one stem or plain form a word", doc);
    }
    for (doc_id doc = 0; doc < check->all; doc++)
        if (!(check->keyed[doc / 64] >> doc % 64 & 1))
            check_fault(check, SECTION_POSTINGS,
                        "article %u: no key leads to it", doc);
}

static bool walk_all(struct term_walk *walk)
{
    struct segment_check *check = walk->check;
    struct err err = {0};
    uint32_t count = 0;
    int rc = dictionary_seek(&check->segment->dictionary,
                             (struct slice){NULL, 0}, &walk->cursor, &err);
    for (; rc == ERR_OK && !walk->cursor.at_end && !check->stop; count++) {
        check_term(walk);
        arena_reset(&check->scratch);
        rc = dictionary_next(&walk->cursor, &err);
    }
    if (check_failed(check, rc, &err) || check->stop)
        return false;
    if (count != check->segment->dictionary.terms)
        check_fault(check, SECTION_DICTIONARY, "%u terms, its end says %u",
                    count, check->segment->dictionary.terms);
    if (check->dead_count && check->dead_at < check->dead_count)
        check_fault(check, SECTION_DEAD, "term %u does not exist",
                    check->dead[check->dead_at].number);
    return true;
}

void check_terms(struct segment_check *check)
{
    struct term_walk *walk = arena_new(&check->arena, struct term_walk);
    if (!walk) {
        check_no_memory(check);
        return;
    }
    walk->check = check;
    struct err err = {0};
    check_failed(check, dictionary_check(&check->segment->dictionary, &err),
                 &err);
    /* Lists that could not be read leave sums that mean nothing. */
    uint32_t faults = check->faults;
    if (!walk_all(walk) || check->faults != faults)
        return;
    check_articles(check);
    check_pairs_end(check);
}
