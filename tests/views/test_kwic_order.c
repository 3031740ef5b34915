/* In which order the lines of a concordance come, and which of them a sample has. */
#include "views/kwic.h"

#include "check.h"
#include "views/scene.h"

enum { HITS_MOST = 4000 };

struct entry {
    const struct scene *scene;
    const struct hit *hit;
    struct slice key;
};

static enum kwic_sort sorting;

/* The definition, straight: word by word from the plain list of words. */
static int compare_words(const struct entry *x, const struct entry *y,
                         bool forward)
{
    for (uint32_t i = 1; i <= 8; i++) {
        struct slice form[2] = {{0}};
        const struct entry *side[] = {x, y};
        for (int s = 0; s < 2; s++) {
            const struct analysis *analysis = &side[s]->scene->one.analysis;
            const struct span *span = &side[s]->hit->span;
            int64_t at =
                forward ? (int64_t)span->end - 1 + i : (int64_t)span->start - i;
            for (size_t t = 0; t < analysis->tokens.count; t++)
                if (analysis->tokens.token[t].position == at &&
                    !analysis->tokens.token[t].joined)
                    form[s] = analysis->tokens.token[t].form;
        }
        int order = slice_cmp(form[0], form[1]);
        if (order || !form[0].len)
            return order;
    }
    return 0;
}

static int naive_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const struct article *p = &x->scene->one.article,
                         *q = &y->scene->one.article;
    int order = 0;
    if (sorting == KWIC_BY_LEFT || sorting == KWIC_BY_RIGHT)
        order = compare_words(x, y, sorting == KWIC_BY_RIGHT);
    if (sorting == KWIC_BY_SOURCE)
        order = slice_cmp(p->source, q->source);
    if (!order && sorting != KWIC_BY_POSITION) {
        bool dated[] = {p->published.precision != DATE_NONE,
                        q->published.precision != DATE_NONE};
        order = dated[1] - dated[0];
        if (!order && dated[0])
            order = (q->published.seconds > p->published.seconds) -
                    (q->published.seconds < p->published.seconds);
    }
    if (!order)
        order = slice_cmp(p->key, q->key);
    if (!order)
        order = (x->hit->span.start > y->hit->span.start) -
                (x->hit->span.start < y->hit->span.start);
    if (!order)
        order = (x->hit->span.end > y->hit->span.end) -
                (x->hit->span.end < y->hit->span.end);
    return order;
}

static int key_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return slice_cmp(x->key, y->key);
}

TEST(keys_sort_as_a_plain_comparison_of_the_context)
{
    enum { SCENES = 60 };
    static struct scene scene[SCENES];
    static struct strbuf text[SCENES];
    static struct entry entry[HITS_MOST], copy[HITS_MOST];
    static const char *const sources[] = {"", "a", "ab", "b"};
    uint64_t rng = 13;
    size_t count = 0;
    for (size_t i = 0; i < SCENES; i++) {
        strbuf_init(&text[i], SIZE_MAX);
        scene_init(&scene[i], rng_below(&rng, 2) ? "oil" : "crude oil prices",
                   random_text(&rng, &text[i]), questions[i % 8]);
        struct article *article = &scene[i].one.article;
        article->key = slice_of(
            arena_printf(&scene[i].arena, "t:%u", rng_below(&rng, 10000)));
        article->source = slice_of(sources[rng_below(&rng, 4)]);
        article->published = (struct date){
            .seconds = (int64_t)rng_below(&rng, 3) * 1000000000 - 1000000000,
            .precision = rng_below(&rng, 3) ? DATE_DAY : DATE_NONE};
        for (size_t h = 0; h < scene[i].hits.count; h++)
            entry[count++] =
                (struct entry){&scene[i], &scene[i].hits.hit[h], {0}};
    }
    CHECK(count > 200);
    for (sorting = KWIC_BY_DATE; sorting <= KWIC_BY_POSITION; sorting++) {
        for (size_t i = 0; i < count; i++) {
            const struct one_article *one = &entry[i].scene->one;
            struct arena *arena = &scene[0].arena;
            struct err err = {0};
            CHECK_OK(kwic_key(&one->article, &one->analysis, entry[i].hit,
                              sorting, arena, &entry[i].key, &err),
                     err);
        }
        memcpy(copy, entry, sizeof copy);
        qsort(entry, count, sizeof *entry, key_order);
        qsort(copy, count, sizeof *copy, naive_order);
        for (size_t i = 0; i < count; i++) {
            CHECK_MSG(entry[i].hit == copy[i].hit, "sort %d, place %zu",
                      sorting, i);
            if (i > 0)
                CHECK_MSG(key_order(&entry[i - 1], &entry[i]) < 0,
                          "sort %d: a hit twice", sorting);
        }
    }
    for (size_t i = 0; i < SCENES; i++) {
        scene_release(&scene[i]);
        strbuf_release(&text[i]);
    }
}

TEST(the_eighth_word_counts_and_the_ninth_does_not)
{
    static const struct {
        const char *body;
        enum kwic_sort sort;
        bool differs;
    } rows[] = {
        {"hit a b c d e f g X i", KWIC_BY_RIGHT, true},
        {"hit a b c d e f g h X", KWIC_BY_RIGHT, false},
        {"i X g f e d c b a hit", KWIC_BY_LEFT, true},
        {"X h g f e d c b a hit", KWIC_BY_LEFT, false},
    };
    for (size_t i = 0; i < 4; i++) {
        struct slice key[2];
        struct scene scene[2];
        for (int s = 0; s < 2; s++) {
            struct err err = {0};
            char body[64];
            snprintf(body, sizeof body, "%s", rows[i].body);
            *strchr(body, 'X') = s ? 'y' : 'z';
            scene_init(&scene[s], "", body, "hit");
            CHECK_OK(kwic_key(&scene[s].one.article, &scene[s].one.analysis,
                              &scene[s].hits.hit[0], rows[i].sort,
                              &scene[s].arena, &key[s], &err),
                     err);
        }
        CHECK_EQ(slice_cmp(key[0], key[1]) > 0, rows[i].differs);
        CHECK_EQ(slice_eq(key[0], key[1]), !rows[i].differs);
        scene_release(&scene[0]);
        scene_release(&scene[1]);
    }
}

/* --- sampling --- */

TEST(samples_are_the_same_for_a_seed_and_fair)
{
    enum { KEYS = 200, POSITIONS = 50, BINS = 16 };
    size_t bin[BINS] = {0}, moved = 0;
    for (int k = 0; k < KEYS; k++) {
        char key[32];
        snprintf(key, sizeof key, "t:%d", k);
        for (uint32_t p = 0; p < POSITIONS; p++) {
            uint64_t value = kwic_sample_value(1, slice_of(key), p);
            CHECK(value == kwic_sample_value(1, slice_of(key), p));
            moved +=
                value >> 60 != kwic_sample_value(2, slice_of(key), p) >> 60;
            bin[value >> 60]++;
        }
    }
    /* 625 expected in each, deviation 24. */
    for (size_t i = 0; i < BINS; i++)
        CHECK_MSG(bin[i] > 500 && bin[i] < 750, "bin %zu: %zu", i, bin[i]);
    /* Another seed is another sample: 15 of 16 move. */
    CHECK(moved > 9000);
}

RUN(T(keys_sort_as_a_plain_comparison_of_the_context),
    T(the_eighth_word_counts_and_the_ninth_does_not),
    T(samples_are_the_same_for_a_seed_and_fair))
