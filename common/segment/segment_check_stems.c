/* The forms of a stem, all together, in the articles of its language: as often in each
 * article as the stem itself. */
#include "segment/segment_check_internal.h"

#include "base/err.h"

#include <string.h>

struct stem_check {
    struct segment_check *check;
    uint16_t lang;
    uint64_t unequal; /* articles where of_stem is not 0 */
};

/* Add a list to of_stem, or take it off, where the language is right; *found: anywhere.
 * False: it cannot be read. */
static bool weigh(struct stem_check *stem, enum term_class class,
                  const struct term_entry *entry, bool *found)
{
    struct segment_check *check = stem->check;
    const struct segment *segment = check->segment;
    struct postings *list;
    struct err err = {0};
    *found = false;
    int rc = postings_open(segment->file, class, entry, check->docs,
                           &check->scratch, &list, &err);
    if (check_failed(check, rc, &err))
        return false;
    struct doc_iter *it = postings_iter(list);
    for (; it->doc != DOC_END && rc == ERR_OK; doc_iter_next(it)) {
        uint32_t *at = &check->of_stem[it->doc];
        uint32_t frequency = postings_frequency(list);
        uint16_t lang;
        rc = columns_lang(&segment->columns, it->doc, &lang, &err);
        if (rc || lang != stem->lang)
            continue;
        *found = true;
        stem->unequal -= *at != 0;
        *at += class == TERM_STEM ? frequency : -frequency;
        stem->unequal += *at != 0;
    }
    return !check_failed(check, rc ? rc : it->status, &err);
}

static bool weigh_form(struct stem_check *stem, uint32_t number, bool *found)
{
    struct segment_check *check = stem->check;
    struct err err = {0};
    int rc = dictionary_at(&check->segment->dictionary, number, check->look_up,
                           &err);
    return !check_failed(check, rc, &err) &&
           weigh(stem, TERM_WORD, &check->look_up->entry, found);
}

static bool are_words(const uint32_t *forms, size_t count, uint32_t words)
{
    for (size_t i = 0; i < count; i++)
        if (forms[i] >= words || (i > 0 && forms[i] <= forms[i - 1]))
            return false;
    return count > 0;
}

static void check_forms(struct stem_check *stem, struct slice term,
                        const struct term_entry *entry, const uint32_t *forms,
                        size_t count)
{
    struct segment_check *check = stem->check;
    bool found, good = weigh(stem, TERM_STEM, entry, &found);
    for (size_t i = 0; i < count && good; i++) {
        good = weigh_form(stem, forms[i], &found);
        if (good && !found)
            check_fault(check, SECTION_STEMS,
                        TERM_TEXT ": no article has its form %u",
                        TERM_ARG(term), forms[i]);
    }
    if (good && stem->unequal)
        check_fault(check, SECTION_STEMS,
                    TERM_TEXT ": %u articles have it another number of times "
                              "than its forms",
                    TERM_ARG(term), (unsigned)stem->unequal);
    if (stem->unequal)
        memset(check->of_stem, 0, check->docs * sizeof *check->of_stem);
}

void check_stem(struct segment_check *check, struct slice term,
                const struct term_entry *entry, uint32_t words)
{
    struct stem_check stem = {.check = check};
    uint32_t *forms;
    size_t count;
    struct err err = {0};
    int rc = stems_forms(&check->segment->stems, entry->number, &check->scratch,
                         &forms, &count, &err);
    if (check_failed(check, rc, &err))
        return;
    if (!are_words(forms, count, words))
        check_fault(check, SECTION_STEMS, TERM_TEXT ": no words are its forms",
                    TERM_ARG(term));
    else if (check_stem_lang(check, term, &stem.lang))
        check_forms(&stem, term, entry, forms, count);
}
