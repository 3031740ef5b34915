/* One list, decoded to its end: documents rise and are of the segment, positions rise and
 * are inside the article, the title's twice, and no block promises less than it has. */
#include "segment/segment_check_internal.h"

#include "base/err.h"
#include "base/short_key.h"

#include <string.h>

#define PLACE_SALT UINT64_C(0x9e3779b97f4a7c15)

struct list_check {
    struct segment_check *check;
    struct slice term;
    enum term_class class;
    bool plain;     /* a WORD that is no joined form */
    bool mention;   /* an ENTITY or FORM */
    uint32_t width; /* positions that an occurrence covers */
    uint16_t lang;  /* of a STEM; if known_lang: the segment has it */
    bool known_lang;
    uint64_t *pair; /* of a PAIR, or NULL */
    struct postings *list;
    struct bm25_k k;
};

static enum article_part part_at(const struct position_range *part,
                                 uint64_t from, uint64_t end)
{
    int i = 0;
    while (i < PART_COUNT && !(from >= part[i].start && end <= part[i].end))
        i++;
    return (enum article_part)i;
}

/* *occurrences: each position once. */
static bool check_positions(struct list_check *list, doc_id doc,
                            uint32_t frequency, uint32_t *occurrences,
                            uint64_t *places)
{
    struct segment_check *check = list->check;
    const uint32_t *at;
    uint32_t count;
    struct err err = {0};
    *occurrences = 0;
    int rc = postings_positions(list->list, &at, &count, &err);
    if (check_failed(check, rc, &err))
        return false;
    if (count != frequency) {
        check_fault(check, SECTION_POSITIONS,
                    TERM_TEXT ": article %u: %u positions, frequency %u",
                    TERM_ARG(list->term), doc, count, frequency);
        return false;
    }
    for (uint32_t i = 0; i < count; i++, (*occurrences)++) {
        enum article_part part =
            part_at(check->part[doc], at[i], (uint64_t)at[i] + list->width);
        bool twice = i + 1 < count && at[i + 1] == at[i];
        if ((i > 0 && at[i] <= at[i - 1]) || part == PART_COUNT ||
            twice != (part == PART_TITLE)) {
            check_fault(check, SECTION_POSITIONS,
                        TERM_TEXT ": article %u: position %u has no place",
                        TERM_ARG(list->term), doc, at[i]);
            return false;
        }
        i += twice;
        if (list->mention)
            *places += short_key_mix((uint64_t)doc << 32 | at[i], PLACE_SALT);
    }
    return true;
}

static bool check_language(struct list_check *list, doc_id doc)
{
    uint16_t lang;
    struct err err = {0};
    int rc = columns_lang(&list->check->segment->columns, doc, &lang, &err);
    if (check_failed(list->check, rc, &err))
        return false;
    if (!list->known_lang || lang != list->lang) {
        check_fault(list->check, SECTION_POSTINGS,
                    TERM_TEXT ": article %u is in another language",
                    TERM_ARG(list->term), doc);
        return false;
    }
    return true;
}

static bool check_bound(struct list_check *list, doc_id doc, uint32_t frequency)
{
    float bound = postings_bound(list->list);
    float truth = bm25_tf(frequency, list->check->lengths[doc], list->k);
    if (truth <= bound)
        return true;
    check_fault(list->check, SECTION_POSTINGS,
                TERM_TEXT ": article %u: better than the best of its block",
                TERM_ARG(list->term), doc);
    return false;
}

static bool check_keyed(struct list_check *list, doc_id doc)
{
    struct segment_check *check = list->check;
    struct doc_record record;
    struct err err = {0};
    int rc = columns_record(&check->segment->columns, doc, &record, &err);
    if (check_failed(check, rc, &err))
        return false;
    if (!slice_eq(record.key, slice_part(list->term, 1, list->term.len))) {
        check_fault(check, SECTION_POSTINGS,
                    TERM_TEXT ": article %u has another key",
                    TERM_ARG(list->term), doc);
        return false;
    }
    check->keyed[doc / 64] |= UINT64_C(1) << doc % 64;
    return true;
}

static void add_sums(struct list_check *list, doc_id doc,
                     const struct term_counts *one, struct list_sums *sums)
{
    struct segment_check *check = list->check;
    struct term_counts *of[] = {&sums->all, &sums->dead};
    size_t n = list->class != TERM_KEY && !check_is_live(check, doc) ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        of[i]->docs += one->docs;
        of[i]->frequency += one->frequency;
        of[i]->occurrences += one->occurrences;
    }
    if (list->pair)
        check_pair_posting(list->pair, doc, (uint32_t)one->frequency);
    if (list->plain)
        check->words[doc] += (uint32_t)one->occurrences;
    if (list->class == TERM_WORD)
        check->balance[doc] += (uint32_t)one->frequency;
    else if (list->class == TERM_STEM || list->class == TERM_PLAIN)
        check->balance[doc] -= (uint32_t)one->frequency;
}

static bool check_one(struct list_check *list, doc_id doc,
                      struct list_sums *sums)
{
    uint32_t frequency = postings_frequency(list->list);
    uint32_t occurrences = frequency;
    if (list->class == TERM_KEY && !check_keyed(list, doc))
        return false;
    if (list->class == TERM_STEM && !check_language(list, doc))
        return false;
    if (term_has_positions(list->class) &&
        !check_positions(list, doc, frequency, &occurrences, &sums->places))
        return false;
    if (term_has_frequencies(list->class) && !check_bound(list, doc, frequency))
        return false;
    struct term_counts one = {1, frequency, occurrences};
    add_sums(list, doc, &one, sums);
    return true;
}

/* The width of a WORD, CAPS or FORM term; 1 for others. */
static uint32_t width_of(struct slice term)
{
    if (term.data[0] == TERM_FORM)
        return (uint32_t)term.data[term.len - 2] << 8 | term.data[term.len - 1];
    bool joined = term.len > 2 && term.data[0] <= TERM_CAPS &&
                  term.data[term.len - 2] == TERM_JOINED;
    return joined ? term.data[term.len - 1] : 1;
}

bool check_stem_lang(const struct segment_check *check, struct slice term,
                     uint16_t *out)
{
    const struct slice_list *names = &check->segment->columns.lang_names;
    const uint8_t *colon = memchr(term.data, ':', term.len);
    if (!colon || colon == term.data)
        return false;
    struct slice lang = slice_part(term, 1, (size_t)(colon - term.data));
    for (size_t i = 0; i < names->count; i++)
        if (slice_eq(names->item[i], lang)) {
            *out = (uint16_t)i;
            return true;
        }
    return false;
}

bool check_list(struct segment_check *check, struct slice term,
                const struct term_entry *entry, struct list_sums *out)
{
    const struct segment_facts *facts =
        segment_file_facts(check->segment->file);
    struct list_check list = {.check = check,
                              .term = term,
                              .class = term.data[0],
                              .width = width_of(term),
                              .k = bm25_k_of(facts->words, facts->docs)};
    struct err err = {0};
    uint32_t docs = list.class == TERM_KEY ? check->all : check->docs;
    bool good = true;
    *out = (struct list_sums){0};
    list.plain = list.class == TERM_WORD && list.width == 1;
    list.mention = list.class == TERM_ENTITY || list.class == TERM_FORM;
    if (list.class == TERM_STEM)
        list.known_lang = check_stem_lang(check, term, &list.lang);
    if (list.class == TERM_PAIR)
        list.pair = check_pair(check, term);
    int rc = postings_open(
        list.mention ? check->segment->mentions->file : check->segment->file,
        list.class, entry, docs, &check->scratch, &list.list, &err);
    if (check_failed(check, rc, &err))
        return false;
    struct doc_iter *it = postings_iter(list.list);
    for (; it->doc != DOC_END && good && !check->stop; doc_iter_next(it))
        good = check_one(&list, it->doc, out);
    return good && !check_failed(check, it->status, &err);
}
