/* Mentions: every list against the articles, and the forms of an entity against the list of
 * all its mentions. */
#include "segment/segment_check_internal.h"

#include "base/err.h"

struct mention_walk {
    struct segment_check *check;
    const struct mentions *mentions;
    struct mention_cursor entity, form;
    uint32_t terms;
};

static struct slice term_of(const struct mention_cursor *cursor)
{
    return (struct slice){cursor->terms.term, cursor->terms.term_len};
}

static bool same_counts(const struct term_counts *a,
                        const struct term_counts *b)
{
    return a->docs == b->docs && a->frequency == b->frequency &&
           a->occurrences == b->occurrences;
}

static bool check_one(struct mention_walk *walk,
                      const struct mention_cursor *cursor,
                      struct list_sums *sums)
{
    struct segment_check *check = walk->check;
    struct slice term = term_of(cursor);
    bool good = check_list(check, term, &cursor->entry, sums);
    arena_reset(&check->scratch);
    walk->terms++;
    if (!good)
        return false;
    if (!same_counts(&cursor->entry.counts, &sums->all))
        check_fault(check, SECTION_DICTIONARY,
                    TERM_TEXT ": not the counts of its list", TERM_ARG(term));
    return true;
}

/* That the tree leads to it. */
static void check_found(struct mention_walk *walk)
{
    struct term_entry entry;
    bool found;
    struct err err = {0};
    int rc =
        mentions_find(walk->mentions, walk->entity.id, &entry, &found, &err);
    if (check_failed(walk->check, rc, &err))
        return;
    if (!found || entry.number != walk->entity.entry.number)
        check_fault(walk->check, SECTION_DICTIONARY, TERM_TEXT " is not found",
                    TERM_ARG(term_of(&walk->entity)));
}

/* The forms of the entity that the walk has come to, added up. False: no more can be
 * said. */
static bool add_forms(struct mention_walk *walk, struct list_sums *sums)
{
    struct segment_check *check = walk->check;
    struct err err = {0};
    while (!walk->form.at_end && !check->stop &&
           slice_eq(walk->form.id, walk->entity.id)) {
        struct list_sums one;
        if (!check_one(walk, &walk->form, &one))
            return false;
        sums->all.frequency += one.all.frequency;
        sums->all.occurrences += one.all.occurrences;
        sums->places += one.places;
        if (check_failed(check, mention_next(&walk->form, &err), &err))
            return false;
    }
    return true;
}

static bool check_entity(struct mention_walk *walk)
{
    struct segment_check *check = walk->check;
    struct list_sums all, forms = {.places = 0};
    struct err err = {0};
    check_found(walk);
    if (!check_one(walk, &walk->entity, &all) || !add_forms(walk, &forms))
        return false;
    if (all.all.frequency != forms.all.frequency ||
        all.all.occurrences != forms.all.occurrences ||
        all.places != forms.places)
        check_fault(check, SECTION_POSTINGS,
                    TERM_TEXT ": not the mentions of its forms",
                    TERM_ARG(term_of(&walk->entity)));
    return !check_failed(check, mention_next(&walk->entity, &err), &err);
}

static void walk_all(struct mention_walk *walk)
{
    struct segment_check *check = walk->check;
    struct err err = {0};
    int rc = mentions_entities(walk->mentions, &walk->entity, &err);
    if (rc == ERR_OK)
        rc = mentions_forms(walk->mentions, (struct slice){NULL, 0},
                            &walk->form, &err);
    if (check_failed(check, rc, &err))
        return;
    while (!walk->entity.at_end && !check->stop)
        if (!check_entity(walk))
            return;
    if (check->stop)
        return;
    if (!walk->form.at_end)
        check_fault(check, SECTION_DICTIONARY, TERM_TEXT " has no entity",
                    TERM_ARG(term_of(&walk->form)));
    else if (walk->terms != walk->mentions->dictionary.terms)
        check_fault(check, SECTION_DICTIONARY, "%u terms, its end says %u",
                    walk->terms, walk->mentions->dictionary.terms);
}

void check_mentions(struct segment_check *check)
{
    const struct mentions *mentions = check->segment->mentions;
    struct mention_walk *walk = arena_new(&check->arena, struct mention_walk);
    struct err err = {0};
    if (!walk) {
        check_no_memory(check);
        return;
    }
    walk->check = check;
    walk->mentions = mentions;
    check->of_mentions = true;
    if (!check_failed(check, dictionary_check(&mentions->dictionary, &err),
                      &err))
        walk_all(walk);
    check->of_mentions = false;
}
