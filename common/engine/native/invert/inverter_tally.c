#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

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

/* --- a count of everything, made when it is asked for --- */

struct tally {
    uint32_t docs, frequency;
    uint32_t title; /* occurrences there: counted twice in `frequency` */
    doc_id last;    /* the article counted last, plus one */
};

struct tallies {
    struct tally *word, *caps, *other;
};

static void count(struct tally *tally, uint32_t article, bool title)
{
    if (tally->last != article + 1) {
        tally->last = article + 1;
        tally->docs++;
    }
    tally->frequency += title ? 2 : 1;
    tally->title += title;
}

static void count_article(const struct inverter *inverter, uint32_t number,
                          struct tallies *tallies)
{
    const struct inverted *article = &inverter->article[number];
    uint32_t title_end = article->record.part[PART_TITLE].end, token;
    const struct stemming *form = inverter->maps[article->map].form;
    for (struct token_walk walk = token_walk(inverter, article);
         token_next(&walk, &token);) {
        uint32_t id = token & STREAM_ID;
        bool title = walk.position < title_end;
        count(&tallies->word[id], number, title);
        if (token & STREAM_CAPS)
            count(&tallies->caps[id], number, title);
        count(&tallies->other[form[id].score - 1], number, title);
    }
    for (uint32_t i = article->fields; i < article->fields_end; i++)
        count(&tallies->other[inverter->field_stream[i]], number, false);
}

static struct term_counts counts_of(const struct tally *tally,
                                    enum term_class class)
{
    if (!term_has_frequencies(class))
        return (struct term_counts){tally->docs, tally->docs, tally->docs};
    return (struct term_counts){tally->docs, tally->frequency,
                                term_has_positions(class)
                                    ? tally->frequency - tally->title
                                    : tally->frequency};
}

static int visit_words(const struct inverter *inverter, enum term_class class,
                       const struct tally *tally, inverter_visit visit,
                       void *context, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t id = 0; rc == ERR_OK && id < inverter->words.count; id++) {
        struct term term;
        struct term_counts counts = counts_of(&tally[id], class);
        if (counts.docs == 0)
            continue;
        word_term(inverter, class, id, &term);
        rc = visit(context, term_slice(&term), &counts, err);
    }
    return rc;
}

static int visit_others(const struct inverter *inverter,
                        const struct tally *tally, inverter_visit visit,
                        void *context, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t id = 0; rc == ERR_OK && id < inverter->others.count; id++) {
        struct slice term = other_term(inverter, id);
        struct term_counts counts =
            counts_of(&tally[id], (enum term_class)term.data[0]);
        if (counts.docs)
            rc = visit(context, term, &counts, err);
    }
    return rc;
}

static struct tally *new_tallies(uint32_t count)
{
    size_t size = (count + (size_t)1) * sizeof(struct tally);
    struct tally *tally = mem_alloc(size);
    if (!tally)
        return NULL;
    mem_random_access(tally, size);
    return memset(tally, 0, size);
}

/* --- pairs: an occurrence each, sorted --- */

struct met {
    uint64_t pair; /* numbers of both words */
    uint32_t article;
    uint32_t times;
};

static void meet_article(const struct inverter *inverter, uint32_t number,
                         struct met *met, size_t *count)
{
    const struct inverted *article = &inverter->article[number];
    uint32_t title_end = article->record.part[PART_TITLE].end, token;
    uint32_t before = 0, at = UINT32_MAX;
    bool first = true;
    for (struct token_walk walk = token_walk(inverter, article);
         token_next(&walk, &token);) {
        uint32_t id = token & STREAM_ID;
        if (vocabulary_tag(&inverter->words, id) != 1)
            continue; /* it stands over words that come apart, too */
        if (!first && walk.position == at + 1)
            met[(*count)++] = (struct met){(uint64_t)before << 32 | id, number,
                                           walk.position < title_end ? 2 : 1};
        first = false;
        before = id;
        at = walk.position;
    }
}

static int compare_met(const void *a, const void *b)
{
    const struct met *x = a, *y = b;
    if (x->pair != y->pair)
        return x->pair < y->pair ? -1 : 1;
    return (x->article > y->article) - (x->article < y->article);
}

/* The met of one pair; the result is how many. */
static size_t sum_up(const struct met *met, size_t left,
                     struct term_counts *counts)
{
    size_t i = 0;
    *counts = (struct term_counts){0};
    for (; i < left && met[i].pair == met[0].pair; i++) {
        counts->docs += i == 0 || met[i].article != met[i - 1].article;
        counts->frequency += met[i].times;
    }
    counts->occurrences = counts->frequency;
    return i;
}

static int visit_pairs(const struct inverter *inverter, inverter_visit visit,
                       void *context, struct err *err)
{
    struct met *met =
        mem_alloc((inverter->stream_len + (size_t)1) * sizeof *met);
    size_t count = 0;
    int rc =
        met ? ERR_OK : err_set(err, ERR_NOMEM, "no memory to count the words");
    for (uint32_t i = 0; rc == ERR_OK && i < inverter->articles; i++)
        if (!inverter->article[i].archived)
            meet_article(inverter, i, met, &count);
    if (count)
        qsort(met, count, sizeof *met, compare_met);
    for (size_t i = 0; rc == ERR_OK && i < count;) {
        struct term term;
        struct term_counts counts;
        uint64_t pair = met[i].pair;
        i += sum_up(met + i, count - i, &counts);
        term_of_pair(&term,
                     vocabulary_text(&inverter->words, (uint32_t)(pair >> 32)),
                     vocabulary_text(&inverter->words, (uint32_t)pair));
        rc = visit(context, term_slice(&term), &counts, err);
    }
    mem_free(met);
    return rc;
}

int inverter_each_term(struct inverter *inverter, inverter_visit visit,
                       void *context, struct err *err)
{
    struct tallies tallies = {new_tallies(inverter->words.count),
                              new_tallies(inverter->words.count),
                              new_tallies(inverter->others.count)};
    int rc = ERR_OK;
    if (!tallies.word || !tallies.caps || !tallies.other)
        rc = err_set(err, ERR_NOMEM, "no memory to count the words");
    for (uint32_t i = 0; rc == ERR_OK && i < inverter->articles; i++)
        if (!inverter->article[i].archived)
            count_article(inverter, i, &tallies);
    if (rc == ERR_OK)
        rc =
            visit_words(inverter, TERM_WORD, tallies.word, visit, context, err);
    if (rc == ERR_OK)
        rc =
            visit_words(inverter, TERM_CAPS, tallies.caps, visit, context, err);
    if (rc == ERR_OK)
        rc = visit_others(inverter, tallies.other, visit, context, err);
    if (rc == ERR_OK)
        rc = visit_pairs(inverter, visit, context, err);
    mem_free(tallies.word);
    mem_free(tallies.caps);
    mem_free(tallies.other);
    return rc;
}
