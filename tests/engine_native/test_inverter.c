#include "base/files.h"
#include "base/mem.h"
#include "engine/native/invert/inverter.h"
#include "engine/native/invert/vocabulary.h"
#include "inverter_model.h"
#include "segment/pairs.h"
#include "segment/segment.h"

#include <unistd.h>

/* --- random articles --- */

static const char *const sources[] = {"Reuters", "Le Monde", "bbc", ""};
static const char *const langs[] = {"en",    "en-gb", "fr", "de", "ru",
                                    "pt-br", "xx",    "",   "zh"};
static const char *const words[] = {
    "war",
    "wars",
    "The",
    "the",
    "running",
    "runs",
    "run",
    "US",
    "us",
    "WHO",
    "who",
    "C-130",
    "c130",
    "U.S.",
    "l'accord",
    "laccord",
    "accord",
    "rendez-vous",
    "Peace",
    "peaceful",
    "peace",
    "TITLE",
    "title",
    "1,234.5",
    "\xe4\xb8\xad\xe5\x9b\xbd",
    "\xd0\xb2\xd0\xbe\xd0\xb9\xd0\xbd\xd1\x8b",
    "\xd0\xb2\xd0\xbe\xd0\xb9\xd0\xbd\xd0\xb0",
    "na\xc3\xafve",
    "naive",
    "DEF-CON",
    "def-con",
    "a",
    "antidisestablishmentarianism",
    "counterrevolutionaries-to-be",
    "x-y-z-1-2-3-4-5-6-7-8-9",
};
#define PICK(rng, list) (list)[rng_below(rng, sizeof(list) / sizeof *(list))]

struct set {
    struct given *given;
    size_t count;
    struct arena arena;
};

static struct slice random_text(uint64_t *rng, uint32_t most,
                                struct arena *arena)
{
    uint32_t count = rng_below(rng, most + 1);
    char text[8192];
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++) {
        const char *gap = rng_below(rng, 6) ? " " : ". The ";
        if (rng_below(rng, 12) == 0)
            gap = "\n\n";
        /* low words much more often */
        uint32_t kinds = sizeof words / sizeof *words;
        uint32_t word = rng_below(rng, rng_below(rng, kinds) + 1);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                words[word], gap);
    }
    struct slice out;
    CHECK(arena_copy_slice(arena, (struct slice){(uint8_t *)text, len}, &out) ==
          0);
    return out;
}

static struct slice_list random_topics(uint64_t *rng, struct arena *arena)
{
    static const char *const names[] = {"Grain", "grain", "Oil  Trade", "oil"};
    struct slice_list topics = {arena_array(arena, struct slice, 4),
                                rng_below(rng, 5)};
    for (size_t i = 0; i < topics.count; i++)
        topics.item[i] = slice_of(PICK(rng, names));
    return topics;
}

static void random_article(uint64_t *rng, size_t number, struct arena *arena,
                           struct stemmers *stemmers, struct given *out)
{
    struct article *article = &out->article;
    *article = (struct article){
        .key = slice_of(arena_printf(arena, "key:%zu", number)),
        .source = slice_of(PICK(rng, sources)),
        .lang = slice_of(PICK(rng, langs)),
        .topics = random_topics(rng, arena),
        .version = rng_below(rng, 3),
    };
    if (rng_below(rng, 4))
        article->published =
            (struct date){rng_below(rng, 5) * INT64_C(86400), DATE_DAY};
    for (int p = 0; p < PART_COUNT; p++)
        if (rng_below(rng, 3))
            article->text[p] = random_text(rng, p == PART_BODY ? 60 : 6, arena);
    CHECK(analyse_article(article, stemmers, arena, &out->analysis) == 0);
    given_record(out);
}

static void make_set(uint64_t seed, size_t count, unsigned archived_in_8,
                     struct set *set)
{
    struct stemmers *stemmers = stemmers_new();
    set->count = count;
    set->given = calloc(count + 1, sizeof *set->given);
    CHECK(stemmers && set->given);
    arena_init(&set->arena, SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        struct given *g = &set->given[i];
        random_article(&seed, i, &set->arena, stemmers, g);
        g->archived = rng_below(&seed, 8) < archived_in_8;
        if (g->archived && i > 0) { /* an old version of the one before */
            g->article.key = g[-1].article.key;
            given_record(g);
        }
    }
    stemmers_free(stemmers);
}

static void release_set(struct set *set)
{
    free(set->given);
    arena_reset(&set->arena);
}

/* --- a segment of them --- */

struct bed {
    char dir[64], path[128];
    uint64_t size;
    uint32_t crc;
};

static void bed_open(struct bed *bed)
{
    *bed = (struct bed){.dir = "/tmp/inverter-XXXXXX"};
    CHECK(mkdtemp(bed->dir));
    snprintf(bed->path, sizeof bed->path, "%s/a.seg", bed->dir);
}

static void bed_close(struct bed *bed)
{
    tree_remove(bed->dir, NULL);
}

static int add_all(struct inverter *inverter, const struct set *set,
                   const size_t *order, struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < set->count; i++) {
        struct given *g = &set->given[order ? order[i] : i];
        rc = inverter_add(inverter, &g->article, &g->analysis, &g->record,
                          UINT32_MAX, err);
        if (rc == ERR_OK && g->archived)
            inverter_archive(inverter, (uint32_t)i);
    }
    return rc;
}

static int write_stored(struct segment_writer *writer, const uint32_t *tickets,
                        uint32_t count, struct err *err)
{
    struct stored_writer *stored;
    int rc = stored_writer_open(writer, &stored, err);
    if (rc)
        return rc;
    rc = stored_finish(stored, tickets, count, err);
    stored_writer_close(stored);
    return rc;
}

static int write_set_by(struct bed *bed, const struct set *set,
                        const size_t *order, unsigned threads, struct err *err)
{
    struct inverter *inverter = NULL;
    struct segment_writer *writer = NULL;
    struct segment_facts facts;
    struct arena arena;
    uint32_t *tickets;
    arena_init(&arena, SIZE_MAX);
    int rc = inverter_new(&inverter, err);
    if (rc == ERR_OK) {
        inverter_set_threads(inverter, threads);
        rc = add_all(inverter, set, order, err);
    }
    if (rc == ERR_OK)
        rc = segment_writer_open(bed->dir, "a.seg", &writer, err);
    if (rc == ERR_OK)
        rc = inverter_write(inverter, writer, &arena, &facts, &tickets, NULL,
                            err);
    if (rc == ERR_OK)
        rc = write_stored(writer, tickets, facts.docs + facts.archived, err);
    if (rc == ERR_OK)
        rc = segment_writer_finish(writer, &facts, &bed->size, &bed->crc, err);
    segment_writer_close(writer);
    inverter_free(inverter);
    arena_reset(&arena);
    return rc;
}

static int write_set(struct bed *bed, const struct set *set,
                     const size_t *order, struct err *err)
{
    return write_set_by(bed, set, order, 1, err);
}

/* --- compared with the model --- */

static void check_list(const struct model *m, size_t from, size_t end,
                       struct segment *segment, struct slice term)
{
    struct arena arena;
    struct err err;
    struct postings *list;
    enum term_class class = (enum term_class)term.data[0];
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(segment_postings(segment, term, &arena, &list, &err), err);
    CHECK(list);
    struct doc_iter *iter = postings_iter(list);
    for (size_t i = from; i < end;) {
        uint32_t frequency = 0, count;
        const uint32_t *at = NULL;
        CHECK_EQ(iter->doc, m->row[i].doc);
        if (term_has_positions(class))
            CHECK_OK(postings_positions(list, &at, &count, &err), err);
        for (; i < end && m->row[i].doc == iter->doc; i++)
            for (uint32_t t = 0; t < m->row[i].times; t++, frequency++)
                if (at)
                    CHECK_EQ(at[frequency], m->row[i].position);
        if (at)
            CHECK_EQ(count, frequency);
        if (term_has_frequencies(class))
            CHECK_EQ(postings_frequency(list), frequency);
        doc_iter_next(iter);
    }
    CHECK_EQ(iter->doc, DOC_END);
    CHECK_EQ(iter->status, ERR_OK);
    arena_reset(&arena);
}

static bool same_word(struct slice a, struct slice b)
{
    unsigned width;
    return slice_eq(term_form(a, &width), term_form(b, &width));
}

/* The word whose list the term may share: as native_terms.h says. */
static bool model_only_word(const struct model *m, size_t from, size_t end,
                            struct term *out)
{
    struct slice term = row_term(&m->row[from]);
    switch ((enum term_class)term.data[0]) {
    case TERM_CAPS:
        out->len = term.len;
        memcpy(out->bytes, term.data, term.len);
        out->bytes[0] = TERM_WORD;
        return true;
    case TERM_STEM:
    case TERM_PLAIN:
        out->len = m->row[from].word.len;
        memcpy(out->bytes, m->row[from].word.data, out->len);
        for (size_t i = from; i < end; i++)
            if (!slice_eq(m->row[i].word, m->row[from].word))
                return false;
        if (term.data[0] == TERM_STEM)
            return true;
        for (size_t i = 0; i < m->count; i++) {
            struct slice other = row_term(&m->row[i]);
            if (other.data[0] == TERM_WORD &&
                same_word(other, term_slice(out)) &&
                !slice_eq(other, term_slice(out)))
                return false;
        }
        return true;
    default:
        return false;
    }
}

static void check_sharing(const struct model *m, size_t from, size_t end,
                          struct segment *segment,
                          const struct term_entry *entry)
{
    struct term word;
    struct term_entry its;
    struct err err;
    bool found;
    size_t word_from = 0, word_end = 0;
    if (!model_only_word(m, from, end, &word))
        return;
    CHECK_OK(dictionary_find(&segment->dictionary, term_slice(&word), &its,
                             &found, &err),
             err);
    CHECK(found && model_find(m, term_slice(&word), &word_from, &word_end));
    struct term_counts counts = model_counts(m, word_from, word_end);
    CHECK_EQ(!entry->place.single &&
                 entry->place.postings == its.place.postings,
             !its.place.single && term_shares_list(&entry->counts, &counts));
}

static void check_stems(const struct model *m, size_t from, size_t end,
                        struct segment *segment, uint32_t number)
{
    struct arena arena;
    struct err err;
    uint32_t *forms, before = 0;
    size_t count;
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(stems_forms(&segment->stems, number, &arena, &forms, &count, &err),
             err);
    bool *seen = arena_array(&arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        CHECK(i == 0 || forms[i] > before);
        before = forms[i];
    }
    for (size_t i = from; i < end; i++) {
        struct term_entry entry;
        bool found;
        CHECK_OK(dictionary_find(&segment->dictionary, m->row[i].word, &entry,
                                 &found, &err),
                 err);
        CHECK(found);
        size_t at = 0;
        while (at < count && forms[at] != entry.number)
            at++;
        CHECK(at < count);
        seen[at] = true;
    }
    for (size_t i = 0; i < count; i++)
        CHECK(seen[i]);
    arena_reset(&arena);
}

/* docs of a WORD term, 0 for other widths and classes */
static uint32_t plain_docs(const struct model *m, size_t from, size_t end)
{
    unsigned width;
    struct slice term = row_term(&m->row[from]);
    term_form(term, &width);
    return term.data[0] == TERM_WORD && width == 1
               ? (uint32_t)model_counts(m, from, end).docs
               : 0;
}

static uint64_t count_cells(const struct model *m, uint32_t share)
{
    uint32_t docs[200], count = 0;
    uint64_t cells = 0;
    for (size_t from = 0, end; from < m->count; from = end) {
        end = model_term_end(m, from);
        docs[count] = plain_docs(m, from, end);
        count += docs[count] > 0;
        CHECK(count < sizeof docs / sizeof *docs);
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++)
            cells += pair_is_stored(m->docs, docs[i], docs[j], share);
    return cells;
}

/* As many pairs as there may be. */
static void check_share(const struct model *m, const struct segment *segment)
{
    uint32_t share = segment_file_facts(segment->file)->pair_share;
    if (m->docs < PAIR_DOCS_LEAST) {
        CHECK_EQ(share, 0);
        return;
    }
    CHECK(share > 0 && PAIR_SHARE % share == 0);
    CHECK(count_cells(m, share) <= PAIR_CELLS_MAX);
    CHECK(share == PAIR_SHARE || count_cells(m, 2 * share) > PAIR_CELLS_MAX);
}

static uint32_t docs_of_form(const struct segment *segment, struct slice form)
{
    struct term term;
    struct term_entry entry;
    struct err err;
    bool found;
    term_of_word(&term, TERM_WORD, form, 1);
    CHECK_OK(dictionary_find(&segment->dictionary, term_slice(&term), &entry,
                             &found, &err),
             err);
    CHECK(found);
    return (uint32_t)entry.counts.docs;
}

/* A pair that the rule does not ask for. */
static bool is_left_out(const struct segment *segment, struct slice term)
{
    if (term.data[0] != TERM_PAIR)
        return false;
    const uint8_t *at = memchr(term.data, TERM_JOINED, term.len);
    CHECK(at);
    size_t between = (size_t)(at - term.data);
    uint32_t a = docs_of_form(segment, slice_part(term, 1, between));
    uint32_t b = docs_of_form(segment, slice_part(term, between + 1, term.len));
    return !pair_is_stored(segment->docs, a, b,
                           segment_file_facts(segment->file)->pair_share);
}

static void check_terms(const struct model *m, struct segment *segment)
{
    static struct dictionary_cursor cursor;
    struct err err;
    uint32_t number = 0;
    CHECK_OK(
        dictionary_seek(&segment->dictionary, (struct slice){0}, &cursor, &err),
        err);
    for (size_t from = 0, end; from < m->count; from = end, number++) {
        end = model_term_end(m, from);
        struct slice term = row_term(&m->row[from]);
        if (is_left_out(segment, term))
            continue;
        CHECK(!cursor.at_end);
        CHECK_SLICE(((struct slice){cursor.term, cursor.term_len}), term);
        struct term_counts want = model_counts(m, from, end);
        CHECK_EQ(cursor.entry.counts.docs, want.docs);
        CHECK_EQ(cursor.entry.counts.frequency, want.frequency);
        CHECK_EQ(cursor.entry.counts.occurrences, want.occurrences);
        check_list(m, from, end, segment, term);
        check_sharing(m, from, end, segment, &cursor.entry);
        if (term.data[0] == TERM_STEM)
            check_stems(m, from, end, segment, number);
        CHECK_OK(dictionary_next(&cursor, &err), err);
    }
    CHECK(cursor.at_end);
}

static void check_marks(const struct analysis *analysis,
                        const struct doc_marks *marks)
{
    CHECK_EQ(marks->sentences, analysis->sentences.count);
    for (size_t i = 0; i < marks->sentences; i++)
        CHECK_EQ(marks->sentence[i], analysis->sentences.at[i]);
    CHECK_EQ(marks->paragraphs, analysis->paragraphs.count);
    for (size_t i = 0; i < marks->paragraphs; i++)
        CHECK_EQ(marks->paragraph[i], analysis->paragraphs.at[i]);
}

static void check_columns(const struct model *m, struct segment *segment)
{
    struct arena arena;
    struct err err;
    arena_init(&arena, SIZE_MAX);
    for (doc_id doc = 0; doc < m->all; doc++) {
        const struct given *want = m->doc[doc];
        struct doc_record record;
        struct doc_marks marks;
        uint16_t lang;
        CHECK_OK(columns_record(&segment->columns, doc, &record, &err), err);
        CHECK_SLICE(record.key, want->article.key);
        CHECK_SLICE(record.source, want->article.source);
        CHECK_SLICE(record.lang, want->article.lang);
        CHECK_EQ(record.words, want->analysis.word_count);
        CHECK_EQ(record.published.seconds, want->article.published.seconds);
        CHECK_TEXT(record.digest, want->record.digest);
        CHECK_OK(columns_lang(&segment->columns, doc, &lang, &err), err);
        CHECK_SLICE(segment->columns.lang_names.item[lang],
                    lang_primary(want->article.lang));
        if (doc < m->docs) {
            CHECK_OK(
                columns_marks(&segment->columns, doc, &arena, &marks, &err),
                err);
            check_marks(&want->analysis, &marks);
        }
    }
    arena_reset(&arena);
}

static void print_fault(void *context, const char *fault)
{
    (void)context;
    print_error("%s\n", fault);
}

static void check_set(const struct bed *bed, const struct set *set)
{
    struct model model;
    struct segment *segment;
    struct err err;
    model_of(set->given, set->count, &model);
    CHECK_OK(segment_open(bed->path, NULL, &segment, &err), err);
    CHECK_EQ(segment->docs, model.docs);
    CHECK_EQ(segment->archived, model.all - model.docs);
    check_share(&model, segment);
    check_terms(&model, segment);
    check_columns(&model, segment);
    CHECK_OK(segment_check(segment, print_fault, NULL, &err), err);
    segment_close(segment);
    model_release(&model);
}

TEST(a_segment_holds_what_the_model_holds)
{
    static const struct {
        size_t count;
        unsigned archived_in_8;
    } rows[] = {{0, 0}, {1, 0}, {1, 8}, {5, 8}, {40, 0}, {60, 2}, {300, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct set set;
        struct bed bed;
        struct err err;
        make_set(31 + i, rows[i].count, rows[i].archived_in_8, &set);
        bed_open(&bed);
        CHECK_OK(write_set(&bed, &set, NULL, &err), err);
        check_set(&bed, &set);
        bed_close(&bed);
        release_set(&set);
    }
}

TEST(any_order_of_arrival_gives_the_same_bytes)
{
    struct set set;
    struct bed bed;
    struct err err;
    size_t order[50];
    uint64_t rng = 99, size = 0;
    uint32_t crc = 0;
    make_set(5, 50, 0, &set);
    bed_open(&bed);
    for (size_t i = 0; i < 50; i++)
        order[i] = i;
    for (int run = 0; run < 8; run++) {
        CHECK_OK(write_set(&bed, &set, order, &err), err);
        if (run == 0) {
            size = bed.size;
            crc = bed.crc;
        }
        CHECK_EQ(bed.size, size);
        CHECK_EQ(bed.crc, crc);
        for (uint32_t i = 49; i > 0; i--) {
            uint32_t j = rng_below(&rng, i + 1);
            size_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }
    bed_close(&bed);
    release_set(&set);
}

/* The stem of "run" and "runs" in English has five occurrences, and so has the word "runs",
 * three of them French. */
TEST(as_many_occurrences_of_two_forms_are_not_the_list_of_one)
{
    static const char *const rows[][2] = {{"en", "run run run runs runs"},
                                          {"fr", "runs runs runs"}};
    struct stemmers *stemmers = stemmers_new();
    struct set set = {calloc(2, sizeof *set.given), 2, {0}};
    struct bed bed;
    struct err err;
    CHECK(stemmers && set.given);
    arena_init(&set.arena, SIZE_MAX);
    for (size_t i = 0; i < 2; i++) {
        struct given *g = &set.given[i];
        g->article = (struct article){.key = slice_of(rows[i][0]),
                                      .lang = slice_of(rows[i][0]),
                                      .text[PART_BODY] = slice_of(rows[i][1])};
        CHECK_EQ(
            analyse_article(&g->article, stemmers, &set.arena, &g->analysis),
            0);
        given_record(g);
    }
    bed_open(&bed);
    CHECK_OK(write_set(&bed, &set, NULL, &err), err);
    check_set(&bed, &set);
    bed_close(&bed);
    release_set(&set);
    stemmers_free(stemmers);
}

/* --- counts without a segment --- */

struct tally_check {
    const struct model *model;
    size_t terms;
};

static int check_visit(void *context, struct slice term,
                       const struct term_counts *counts, struct err *err)
{
    (void)err;
    struct tally_check *check = context;
    size_t from = 0, end = 0;
    CHECK(model_find(check->model, term, &from, &end));
    struct term_counts want = model_counts(check->model, from, end);
    CHECK_EQ(counts->docs, want.docs);
    CHECK_EQ(counts->frequency, want.frequency);
    CHECK_EQ(counts->occurrences, want.occurrences);
    check->terms++;
    return ERR_OK;
}

static int stop_visit(void *context, struct slice term,
                      const struct term_counts *counts, struct err *err)
{
    (void)term;
    (void)counts;
    int *left = context;
    return --*left == 0 ? err_set(err, ERR_CANCELLED, "enough") : ERR_OK;
}

static void drop_stems(struct set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct tokens *tokens = &set->given[i].analysis.tokens;
        for (size_t t = 0; t < tokens->count; t++)
            tokens->token[t].stem = (struct slice){0};
    }
}

TEST(tokens_without_stems_are_given_the_same)
{
    struct set set;
    struct bed with, without;
    struct err err;
    make_set(6, 60, 1, &set);
    bed_open(&with);
    bed_open(&without);
    CHECK_OK(write_set(&with, &set, NULL, &err), err);
    drop_stems(&set);
    CHECK_OK(write_set(&without, &set, NULL, &err), err);
    CHECK_EQ(without.size, with.size);
    CHECK_EQ(without.crc, with.crc);
    bed_close(&without);
    bed_close(&with);
    release_set(&set);
}

TEST(each_term_has_the_counts_of_live_articles)
{
    struct set set;
    struct model model;
    struct inverter *inverter;
    struct err err;
    make_set(77, 60, 3, &set);
    model_of(set.given, set.count, &model);
    CHECK_OK(inverter_new(&inverter, &err), err);
    CHECK_OK(add_all(inverter, &set, NULL, &err), err);
    CHECK_EQ(inverter_articles(inverter), model.all);
    CHECK_EQ(inverter_live(inverter), model.docs);
    CHECK_SLICE(inverter_record(inverter, 3)->key, set.given[3].article.key);
    struct tally_check check = {&model, 0};
    CHECK_OK(inverter_each_term(inverter, check_visit, &check, &err), err);
    size_t want = 0;
    for (size_t from = 0; from < model.count;) {
        want += model.row[from].term[0] != TERM_KEY;
        from = model_term_end(&model, from);
    }
    CHECK_EQ(check.terms, want);
    for (int left = 1; left < (int)want; left += 50) {
        int count = left;
        CHECK_EQ(inverter_each_term(inverter, stop_visit, &count, &err),
                 ERR_CANCELLED);
    }
    inverter_free(inverter);
    model_release(&model);
    release_set(&set);
}

TEST(archiving_twice_is_archiving)
{
    struct set set;
    struct inverter *inverter;
    struct err err;
    struct tally_check check = {0};
    make_set(78, 2, 0, &set);
    CHECK_OK(inverter_new(&inverter, &err), err);
    CHECK_OK(add_all(inverter, &set, NULL, &err), err);
    for (int i = 0; i < 4; i++)
        inverter_archive(inverter, (uint32_t)i % 2);
    CHECK_EQ(inverter_live(inverter), 0);
    CHECK_OK(inverter_each_term(inverter, check_visit, &check, &err), err);
    CHECK_EQ(check.terms, 0);
    inverter_free(inverter);
    release_set(&set);
}

TEST(memory_grows_with_the_articles)
{
    struct set set;
    struct inverter *inverter;
    struct err err;
    make_set(79, 300, 0, &set);
    CHECK_OK(inverter_new(&inverter, &err), err);
    size_t empty = inverter_memory(inverter), tokens = 0;
    CHECK_OK(add_all(inverter, &set, NULL, &err), err);
    for (size_t i = 0; i < set.count; i++)
        tokens += set.given[i].analysis.tokens.count;
    CHECK(inverter_memory(inverter) > empty + 4 * tokens);
    inverter_free(inverter);
    release_set(&set);
}

TEST(a_segment_holds_so_many_positions_and_says_when_it_is_half_full)
{
    static const struct {
        uint32_t position;
        int rc;
        bool full;
    } rows[] = {
        {(1 << 30) - 2, ERR_OK, false}, {0, ERR_OK, false},   {0, ERR_OK, true},
        {(1 << 30) - 2, ERR_OK, true},  {0, ERR_LIMIT, true},
    };
    struct set set;
    struct inverter *inverter;
    struct err err;
    make_set(80, 1, 0, &set);
    CHECK_OK(inverter_new(&inverter, &err), err);
    struct given *g = &set.given[0];
    struct token token = {.width = 1, .form = SLICE("far")};
    g->analysis.tokens = (struct tokens){.token = &token, .count = 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        token.position = rows[i].position;
        CHECK_EQ(inverter_add(inverter, &g->article, &g->analysis, &g->record,
                              UINT32_MAX, &err),
                 rows[i].rc);
        CHECK_EQ(inverter_is_full(inverter), rows[i].full);
    }
    inverter_free(inverter);
    release_set(&set);
}

/* The words of some articles at a time in place of their tokens. */
static void pack_set(struct set *set, size_t group_size)
{
    struct word_group_maker *maker = word_group_maker_new();
    CHECK(maker);
    for (size_t from = 0; from < set->count; from += group_size) {
        struct word_group *group = arena_new(&set->arena, struct word_group);
        size_t to =
            from + group_size < set->count ? from + group_size : set->count;
        CHECK(group);
        for (size_t i = from; i < to; i++) {
            struct analysis *analysis = &set->given[i].analysis;
            CHECK_EQ(word_group_add(maker, &analysis->tokens, &set->arena,
                                    &analysis->words),
                     0);
            analysis->tokens = (struct tokens){0};
            analysis->group = group;
        }
        CHECK_EQ(word_group_end(maker, &set->arena, group), 0);
    }
    word_group_maker_free(maker);
}

static void check_same(const struct bed *a, const struct bed *b)
{
    CHECK_EQ(a->size, b->size);
    CHECK_EQ(a->crc, b->crc);
}

TEST(packed_words_give_the_same_bytes)
{
    static const size_t groups[] = {1, 2, 7, 1000};
    for (unsigned archived = 0; archived < 3; archived += 2)
        for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
            struct set set;
            struct bed plain, packed;
            struct err err;
            make_set(83 + archived, 150, archived, &set);
            bed_open(&plain);
            bed_open(&packed);
            CHECK_OK(write_set(&plain, &set, NULL, &err), err);
            pack_set(&set, groups[i]);
            CHECK_OK(write_set(&packed, &set, NULL, &err), err);
            check_same(&plain, &packed);
            bed_close(&plain);
            bed_close(&packed);
            release_set(&set);
        }
}

/* 450 articles have lists of more than a block and of a part of their own. */
TEST(any_number_of_threads_gives_the_same_bytes)
{
    static const size_t counts[] = {0, 1, 20, 450};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct set set;
        struct bed one, many;
        struct err err;
        make_set(91, counts[i], 1, &set);
        bed_open(&one);
        bed_open(&many);
        CHECK_OK(write_set(&one, &set, NULL, &err), err);
        for (unsigned threads = 2; threads <= 4; threads++) {
            CHECK_OK(write_set_by(&many, &set, NULL, threads, &err), err);
            check_same(&one, &many);
        }
        bed_close(&one);
        bed_close(&many);
        release_set(&set);
    }
}

TEST(every_allocation_may_fail)
{
    struct set set;
    struct bed bed;
    struct err err;
    make_set(11, 6, 1, &set);
    bed_open(&bed);
    drop_stems(&set); /* so that they are found, too */
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc != ERR_OK; n++) {
        mem_fail_after(n);
        rc = write_set(&bed, &set, NULL, &err);
        mem_fail_after(-1);
        CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM, "%ld: %s", n, err.text);
        CHECK_EQ(access(bed.path, F_OK) == 0, rc == ERR_OK);
    }
    CHECK(n > 50);
    bed_close(&bed);
    release_set(&set);
}

RUN(T(a_segment_holds_what_the_model_holds),
    T(as_many_occurrences_of_two_forms_are_not_the_list_of_one),
    T(any_order_of_arrival_gives_the_same_bytes),
    T(tokens_without_stems_are_given_the_same),
    T(packed_words_give_the_same_bytes),
    T(any_number_of_threads_gives_the_same_bytes),
    T(each_term_has_the_counts_of_live_articles),
    T(archiving_twice_is_archiving), T(memory_grows_with_the_articles),
    T(a_segment_holds_so_many_positions_and_says_when_it_is_half_full),
    T(every_allocation_may_fail))
