/* Which pairs have lists, and the lists of articles told twice, against the articles. */
#include "engine/native/shared/pair_lists.h"

#include "../segment/bed.h"

#include <stdlib.h>

#define PAGE PROJECT_DIR "/docs/format/pairs.md"

enum { DOCS = 300, WORDS = 24, TEXT_MAX = 40 };

/* The words of an article, one behind the other; the first `title` are its title. */
struct text {
    uint32_t word[TEXT_MAX];
    uint32_t count, title;
};

struct scene {
    struct bed bed;
    struct arena arena;
    struct text text[DOCS];
    uint32_t lengths[DOCS];
    struct pair_word word[WORDS]; /* numbers rise, with gaps */
    struct pair_lists lists;
    struct postings_writer *postings;
};

/* --- the rule --- */

TEST(the_rule_is_what_the_page_says)
{
    static const struct {
        uint32_t docs, a, b, share;
        bool stored;
    } rows[] = {
        {300, 280, 60, 16, true},
        {300, 250, 30, 16, true},
        {300, 280, 20, 16, false},
        {300, 250, 20, 16, false},
        {300, 60, 60, 16, false},
        {300, 75, 75, 16, true},
        {300, 75, 74, 16, false},
        {300, 280, 60, 0, false},
        {0, 0, 0, 16, false},
        {1, 1, 1, 16, true},
        {3, 1, 1, 8, false},
        {3, 1, 1, 9, true},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX, 1, true},
        {UINT32_MAX, UINT32_MAX, UINT32_MAX - 1, 1, false},
        {UINT32_MAX, 1 << 30, 1 << 30, 16, true},
        {UINT32_MAX, 1 << 30, (1 << 30) - 1, 16, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_EQ(
            pair_is_stored(rows[i].docs, rows[i].a, rows[i].b, rows[i].share),
            rows[i].stored);
        CHECK_EQ(
            pair_is_stored(rows[i].docs, rows[i].b, rows[i].a, rows[i].share),
            rows[i].stored);
    }
}

/* --- cells --- */

static uint32_t docs_of_number(const struct pair_word *word, uint32_t count,
                               uint32_t number)
{
    for (uint32_t i = 0; i < count; i++)
        if (word[i].number == number)
            return word[i].docs;
    CHECK(false);
    return 0;
}

static void check_table(const struct pair_table *t, uint32_t docs,
                        const struct pair_word *word, uint32_t count)
{
    uint32_t cells = 0;
    CHECK_EQ(t->words, count);
    for (uint32_t row = 0; row < count; row++) {
        uint32_t a = docs_of_number(word, count, t->number[row]);
        for (uint32_t column = 0; column < count; column++) {
            uint32_t b = docs_of_number(word, count, t->number[column]);
            uint32_t cell = pair_cell(t, row, column);
            bool stored = pair_is_stored(docs, a, b, t->share);
            CHECK_EQ(cell != PAIR_NO_CELL, stored);
            CHECK(!stored || cell < t->cells);
            cells += stored;
        }
        CHECK_EQ(pair_cell(t, row, count), PAIR_NO_CELL);
        CHECK_EQ(pair_cell(t, count, row), PAIR_NO_CELL);
    }
    CHECK_EQ(cells, t->cells);
    for (uint32_t i = 1; i < count; i++)
        CHECK(t->number[t->row[i - 1]] < t->number[t->row[i]] &&
              t->first[t->row[i - 1]] <= t->first[t->row[i]]);
}

TEST(each_pair_that_the_rule_asks_for_has_a_cell)
{
    uint64_t rng = 5;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (int round = 0; round < 300; round++) {
        struct pair_word word[WORDS];
        struct pair_table table;
        uint32_t docs = 1 + rng_below(&rng, 1000);
        uint32_t count = rng_below(&rng, WORDS + 1), number = 0;
        for (uint32_t i = 0; i < count; i++) {
            number += 1 + rng_below(&rng, 9);
            word[i] = (struct pair_word){number, 1 + rng_below(&rng, docs)};
        }
        uint32_t share = rng_below(&rng, 40);
        CHECK_EQ(pair_table_make(&table, docs, share, word, count, &arena), 0);
        CHECK_EQ(table.share, share);
        check_table(&table, docs, word, count);
        arena_reset(&arena);
    }
}

TEST(too_many_pairs_halve_the_share)
{
    enum { MANY = 2000 };
    struct arena arena;
    struct pair_table table;
    arena_init(&arena, SIZE_MAX);
    struct pair_word *word = arena_array(&arena, struct pair_word, MANY);
    CHECK(word);
    for (uint32_t i = 0; i < MANY; i++)
        word[i] = (struct pair_word){i, i < 4 ? 1000 : 600};
    CHECK_EQ(pair_table_make(&table, 1000, 16, word, MANY, &arena), 0);
    /* 600 * 600 is more than 1000 * 1000 / 4, and 600 * 1000 than a half. */
    CHECK_EQ(table.share, SEGMENT_BLOCK == 8 ? 1 : 2);
    CHECK(table.cells <= PAIR_CELLS_MAX);
    arena_reset(&arena);
}

/* --- lists --- */

static void open_lists(struct scene *s)
{
    bed_init(&s->bed);
    bed_begin(&s->bed);
    for (size_t i = 0; i < DOCS; i++)
        s->lengths[i] = 100;
    CHECK_OK(postings_writer_open(s->bed.writer, DOCS, s->lengths,
                                  bm25_k_of(100, 1), &s->postings, &s->bed.err),
             s->bed.err);
}

static void close_lists(struct scene *s)
{
    pair_lists_release(&s->lists);
    arena_reset(&s->arena);
    bed_end(&s->bed);
}

/* Words with low numbers are in most articles. */
static void write_texts(struct scene *s, uint64_t *rng)
{
    *s = (struct scene){.bed = s->bed};
    arena_init(&s->arena, SIZE_MAX);
    for (uint32_t i = 0; i < WORDS; i++)
        s->word[i].number = 3 * i + 1;
    for (uint32_t doc = 0; doc < DOCS; doc++) {
        struct text *text = &s->text[doc];
        bool seen[WORDS] = {false};
        text->count = rng_below(rng, TEXT_MAX);
        text->title = rng_below(rng, text->count + 1);
        for (uint32_t i = 0; i < text->count; i++) {
            uint32_t most = 1 + rng_below(rng, WORDS);
            text->word[i] = rng_below(rng, 1 + rng_below(rng, most));
            seen[text->word[i]] = true;
        }
        for (uint32_t i = 0; i < WORDS; i++)
            s->word[i].docs += seen[i];
    }
}

static void tell(struct scene *s)
{
    uint32_t row[WORDS];
    for (uint32_t i = 0; i < WORDS; i++)
        for (uint32_t word = 0; word < WORDS; word++)
            if (s->lists.table.number[i] == s->word[word].number)
                row[word] = i;
    for (doc_id doc = 0; doc < DOCS; doc++)
        for (uint32_t i = 1; i < s->text[doc].count; i++)
            pair_lists_put(&s->lists, row[s->text[doc].word[i - 1]],
                           row[s->text[doc].word[i]], doc,
                           i < s->text[doc].title);
}

/* The result is how many windows it took. */
static unsigned write_lists(struct scene *s, uint64_t room)
{
    unsigned windows = 0;
    bool more = true;
    struct err *err = &s->bed.err;
    CHECK_EQ(
        pair_table_make(&s->lists.table, DOCS, 16, s->word, WORDS, &s->arena),
        0);
    CHECK_OK(pair_lists_count(&s->lists, err), *err);
    tell(s);
    CHECK_OK(pair_lists_counted(&s->lists, err), *err);
    for (; more; windows++) {
        CHECK_OK(pair_lists_window(&s->lists, room, &more, err), *err);
        if (!more)
            break;
        tell(s);
        CHECK_OK(pair_lists_write(&s->lists, s->postings, err), *err);
    }
    postings_writer_close(s->postings);
    bed_write(&s->bed, DOCS, 0);
    return windows;
}

static uint32_t frequency_in(const struct text *text, uint32_t first,
                             uint32_t second)
{
    uint32_t frequency = 0;
    for (uint32_t i = 1; i < text->count; i++)
        if (text->word[i - 1] == first && text->word[i] == second)
            frequency += i < text->title ? 2 : 1;
    return frequency;
}

static void check_list(struct scene *s, const struct pair_list *list)
{
    struct postings *postings;
    struct err err = {0};
    uint32_t number = 0;
    uint64_t total = 0;
    CHECK_OK(postings_open(s->bed.file, TERM_PAIR, &list->entry, DOCS,
                           &s->arena, &postings, &err),
             err);
    struct doc_iter *it = postings_iter(postings);
    for (doc_id doc = 0; doc < DOCS; doc++) {
        uint32_t want =
            frequency_in(&s->text[doc], list->first / 3, list->second / 3);
        if (want == 0)
            continue;
        CHECK_EQ(it->doc, doc);
        CHECK_EQ(postings_frequency(postings), want);
        number++;
        total += want;
        doc_iter_next(it);
    }
    CHECK_EQ(it->doc, DOC_END);
    CHECK_EQ(list->entry.counts.docs, number);
    CHECK_EQ(list->entry.counts.frequency, total);
}

/* Pairs that occur and that the rule asks for. */
static uint32_t count_wanted(const struct scene *s)
{
    uint32_t count = 0;
    for (uint32_t a = 0; a < WORDS; a++)
        for (uint32_t b = 0; b < WORDS; b++) {
            uint32_t docs = 0;
            for (doc_id doc = 0; doc < DOCS; doc++)
                docs += frequency_in(&s->text[doc], a, b) > 0;
            count += docs &&
                     pair_is_stored(DOCS, s->word[a].docs, s->word[b].docs, 16);
        }
    return count;
}

TEST(lists_are_those_of_the_articles_in_any_number_of_windows)
{
    static const uint64_t rooms[] = {1, 1500, 1 << 20};
    static struct scene s;
    uint64_t rng = 77;
    unsigned windows = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        write_texts(&s, &rng);
        open_lists(&s);
        unsigned now = write_lists(&s, rooms[i]);
        CHECK(i == 0 || now < windows);
        windows = now;
        CHECK_EQ(s.lists.count, count_wanted(&s));
        for (uint32_t k = 0; k < s.lists.count; k++) {
            const struct pair_list *list = &s.lists.list[k];
            CHECK(k == 0 || list[-1].first < list->first ||
                  (list[-1].first == list->first &&
                   list[-1].second < list->second));
            check_list(&s, list);
        }
        close_lists(&s);
    }
    CHECK_EQ(windows, 1);
}

/* --- docs/format/pairs.md --- */

TEST(the_documented_example_is_what_it_says)
{
    static struct scene s;
    /* the, war: 3 twice, 40 in its title, 41 once */
    static const struct {
        doc_id doc;
        struct text text;
    } texts[] = {{3, {{0, 1, 2, 0, 1}, 5, 0}},
                 {40, {{0, 1}, 2, 2}},
                 {41, {{0, 1, 1}, 3, 0}}};
    arena_init(&s.arena, SIZE_MAX);
    for (uint32_t i = 0; i < WORDS; i++)
        s.word[i] = (struct pair_word){3 * i + 1, 0};
    s.word[0].docs = 280;
    s.word[1].docs = 60;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        s.text[texts[i].doc] = texts[i].text;
    open_lists(&s);
    write_lists(&s, 1 << 20);
    struct bytes_out got = bed_section(s.bed.file, SECTION_POSTINGS);
    struct bytes_out want = hex_block(PAGE, 1);
    CHECK_EQ(got.len, want.len);
    for (size_t i = 0; i < got.len; i++)
        CHECK_MSG(got.data[i] == want.data[i],
                  "byte %zu is %02x, the page has %02x", i, got.data[i],
                  want.data[i]);
    CHECK_EQ(s.lists.count, 1);
    CHECK_EQ(s.lists.list[0].entry.counts.docs, 3);
    CHECK_EQ(s.lists.list[0].entry.counts.frequency, 5);
    bytes_out_release(&got);
    bytes_out_release(&want);
    close_lists(&s);
}

RUN(T(the_rule_is_what_the_page_says),
    T(each_pair_that_the_rule_asks_for_has_a_cell),
    T(too_many_pairs_halve_the_share),
    T(lists_are_those_of_the_articles_in_any_number_of_windows),
    T(the_documented_example_is_what_it_says))
