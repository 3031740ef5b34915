/* What is known of a term: docs/format/dictionary.md. */
#include "segment/dictionary_format.h"

/* False when an offset is past 2^64. Those of shared lists wrap by design; where they
 * lead is checked by who reads the list. */
static bool take_offsets(struct bytes_in *in, bool back, bool positions,
                         struct dictionary_base *base, struct term_place *place)
{
    uint64_t postings = dictionary_take(in);
    uint64_t position = positions ? dictionary_take(in) : 0;
    base += back;
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

static bool take_counts(struct bytes_in *in, enum term_class class,
                        uint64_t docs, bool once, struct term_counts *counts)
{
    *counts = (struct term_counts){docs, docs, docs};
    if (once)
        return true;
    uint64_t more = dictionary_take(in);
    uint64_t repeats = term_has_positions(class) ? dictionary_take(in) : 0;
    if (!term_has_frequencies(class) ||
        __builtin_add_overflow(docs + 1, more, &counts->frequency) ||
        repeats > more + 1)
        return false;
    counts->occurrences = counts->frequency - repeats;
    return true;
}

const char *dictionary_take_entry(struct bytes_in *in, enum term_class class,
                                  uint32_t all, struct dictionary_base *base,
                                  struct term_entry *out)
{
    uint64_t head = dictionary_take(in);
    out->place = (struct term_place){0};
    if (head & ENTRY_SINGLE) {
        if (head >> ENTRY_SINGLE_SHIFT >= all)
            return "an article that there is not";
        out->counts = (struct term_counts){1, 1, 1};
        out->place.single = true;
        out->place.doc = (doc_id)(head >> ENTRY_SINGLE_SHIFT);
        if (term_has_positions(class))
            out->place.position = get_varint(in);
    } else {
        uint64_t docs = head >> ENTRY_LIST_SHIFT;
        if (docs == 0 || docs > all ||
            !take_counts(in, class, docs, head & ENTRY_ONCE, &out->counts) ||
            !take_offsets(in, head & ENTRY_BACK, term_has_positions(class),
                          base, &out->place))
            return "counts that cannot be";
    }
    return in->bad ? "it is cut off" : NULL;
}

struct term_entry dictionary_same(enum term_class class,
                                  const struct term_entry *word)
{
    struct term_entry entry = *word;
    if (!term_has_positions(class)) {
        entry.counts.occurrences = entry.counts.frequency;
        entry.place.position = 0;
        entry.place.positions = 0;
    }
    return entry;
}

const char *dictionary_take_own(struct bytes_in *in, enum term_class class,
                                uint32_t all, const struct term_entry *word,
                                struct dictionary_base *base,
                                struct term_entry *out)
{
    if (in->end == NULL) { /* a block of none: all are as their words */
        *out = dictionary_same(class, word);
        return NULL;
    }
    if (in->at < in->end && *in->at == ENTRY_SAME) {
        in->at++;
        *out = dictionary_same(class, word);
        return NULL;
    }
    return dictionary_take_entry(in, class, all, base, out);
}
