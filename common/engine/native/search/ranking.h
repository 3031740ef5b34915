/* ranking.h - docs/ranking.md in code: which parts of a query are scored, what each
 * weighs over a whole snapshot, and the score of one article.
 *
 * Scores are whole numbers, SCORE_UNIT of them to 1.
 */
#ifndef ENGINE_NATIVE_SEARCH_RANKING_H
#define ENGINE_NATIVE_SEARCH_RANKING_H

#include "engine/native/read/native_reader.h"
#include "engine/native/read/native_view.h"

#define SCORE_UNIT 8192
#define IDF_FLOOR 0.2
#define CLOSENESS 0.25f
enum { CLOSENESS_REACH = 15 }; /* words between, at most */

/* An AND or NOT below an OR: what is under it counts only where it matches, and what
 * is above it, too. */
struct part_guard {
    const struct node *node;
    const struct part_guard *above; /* NULL: none */
    size_t number;
};

struct scored_part {
    const struct node *node;
    const struct part_guard *guard;
    const struct word_terms *terms; /* of a word, by segment; NULL: look */
    float weight;
    float capitals;     /* the weight of its capitals; 0: not preferred */
    uint32_t closeness; /* to the next part: the most that it can add */
    float nearest;      /* the same, before it was rounded */
};

struct ranking {
    struct scored_part *part; /* in the order of the text */
    size_t count, guards;
    struct bm25_k k;
};

/* In `arena`; `scratch` is reset. `closeness`: whether it counts. */
int ranking_of(const struct native_snapshot *snapshot,
               const struct query *query, bool closeness, struct arena *arena,
               struct arena *scratch, struct ranking *out, struct err *err);

/* --- one article after another, of one segment --- */

struct part_state {
    bool counts;
    bool have_hits, have_frequency, have_spans;
    struct hit_list hits;
    struct span_list spans;
    uint32_t frequency;
};

struct scorer {
    const struct ranking *ranking;
    struct native_view *view;
    const uint32_t *lengths;
    struct part_state *part;
    int8_t *guard; /* -1: not asked, else whether it matches */
    struct arena *scratch;
};

/* State in `arena`; what is found in an article is in `scratch`, which the caller
 * empties before scorer_begin(). */
int scorer_open(const struct ranking *ranking, struct native_view *view,
                struct arena *arena, struct arena *scratch, struct scorer *out,
                struct err *err);
/* The article that the view stands on, which matches the query. */
void scorer_begin(struct scorer *scorer);
/* How often a part occurs in the article, in the title twice; of an operator found once. */
int scorer_part_frequency(struct scorer *scorer, size_t part, uint32_t *out,
                          struct err *err);
/* Contributions of the parts, and the most that closeness can add to them. */
int scorer_contributions(struct scorer *scorer, uint32_t *units,
                         uint32_t *bound, struct err *err);
/* The same when all parts are words, and which of them stand in the article (a bit each)
 * and what they contribute is known: adds what capitals do. */
int scorer_capitals(struct scorer *scorer, uint32_t has, uint32_t *units,
                    uint32_t *bound, struct err *err);
/* What closeness does add, of at most `bound`; behind one of the two. May stop at less when
 * `least` cannot be reached. */
int scorer_closeness(struct scorer *scorer, uint32_t bound, uint32_t least,
                     uint32_t *units, struct err *err);

/* What closeness adds for a part and the next one, of an article with these occurrences. */
uint32_t closeness_units(const struct scored_part *part,
                         const struct span_list *here,
                         const struct span_list *next);
/* The least number of positions between a span of `a` and a different one of `b`, up to
 * CLOSENESS_REACH; more than that: CLOSENESS_REACH + 1. */
uint32_t closest_gap(const struct span_list *a, const struct span_list *b);

#endif
