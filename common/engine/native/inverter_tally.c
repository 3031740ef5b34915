#include "engine/native/inverter_internal.h"

#include "base/err.h"

void tally_archived(struct inverter *inverter, const struct inverted *article)
{
    uint32_t stamp = ++inverter->stamp, token;
    uint32_t title_end = article->record.part[PART_TITLE].end;
    struct stemming *form = inverter->maps[article->map].form;
    for (struct token_walk walk = token_walk(inverter, article);
         token_next(&walk, &token);)
        tally_token(inverter, form, token & STREAM_ID, token & STREAM_CAPS,
                    stamp, UINT32_MAX, walk.position < title_end);
    for (uint32_t i = article->fields; i < article->fields_end; i++)
        tally_one(&inverter->other[inverter->field_stream[i]], stamp,
                  UINT32_MAX, false);
}

struct term_counts tally_counts(const struct tally *tally,
                                enum term_class class)
{
    if (!term_has_frequencies(class))
        return (struct term_counts){tally->docs, tally->docs, tally->docs};
    return (struct term_counts){tally->docs, tally->frequency,
                                term_has_positions(class)
                                    ? tally->frequency - tally->title
                                    : tally->frequency};
}

void word_term(const struct inverter *inverter, enum term_class class,
               uint32_t id, struct term *out)
{
    term_of_word(out, class, vocabulary_text(&inverter->words, id),
                 vocabulary_tag(&inverter->words, id));
}

struct slice other_term(const struct inverter *inverter, uint32_t id)
{
    return vocabulary_text(&inverter->others, id);
}

static int visit_words(const struct inverter *inverter, enum term_class class,
                       const struct tally *tally, inverter_visit visit,
                       void *context, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t id = 0; rc == ERR_OK && id < inverter->words.count; id++) {
        struct term term;
        struct term_counts counts = tally_counts(&tally[id], class);
        if (counts.docs == 0)
            continue;
        word_term(inverter, class, id, &term);
        rc = visit(context, term_slice(&term), &counts, err);
    }
    return rc;
}

int inverter_each_term(struct inverter *inverter, inverter_visit visit,
                       void *context, struct err *err)
{
    int rc =
        visit_words(inverter, TERM_WORD, inverter->word, visit, context, err);
    if (rc == ERR_OK)
        rc = visit_words(inverter, TERM_CAPS, inverter->caps, visit, context,
                         err);
    for (uint32_t id = 0; rc == ERR_OK && id < inverter->others.count; id++) {
        struct slice term = other_term(inverter, id);
        struct term_counts counts =
            tally_counts(&inverter->other[id], (enum term_class)term.data[0]);
        if (counts.docs)
            rc = visit(context, term, &counts, err);
    }
    return rc;
}
