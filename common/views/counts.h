/* counts.h - how often each of many things occurs: facets and collocates.
 *
 * Scores: log-likelihood G2 (Dunning, "Accurate Methods for the Statistics of Surprise
 * and Coincidence", Computational Linguistics 19(1), 1993; in the two-corpus form of
 * Rayson & Garside, "Comparing Corpora using Frequency Profiling", 2000), signed:
 * negative when the word is rarer than expected.
 * logDice (Rychly, "A Lexicographer-Friendly Association Score", RASLAN 2008).
 */
#ifndef VIEWS_COUNTS_H
#define VIEWS_COUNTS_H

#include "query/match.h"
#include "text/analyse.h"

struct counts;

struct count_row {
    struct slice value;
    uint64_t articles; /* that have it */
    uint64_t times;    /* hits of those articles, or occurrences of the word */
    uint64_t corpus_articles, corpus_times; /* filled by the caller */
    double log_likelihood, log_dice;        /* filled by the caller */
};

struct counts *counts_new(void); /* NULL when out of memory */
void counts_free(struct counts *counts);

/* The next article begins: a value added again is of the same one until then. */
void counts_next_article(struct counts *counts);

/* The article has this value. ERR_NOMEM; ERR_LIMIT past LIMIT_VIEW_MEMORY. */
int counts_add(struct counts *counts, struct slice value, uint64_t times);

/* The words of the article, each with its occurrences; joined forms are left out.
 * As counts_add(). */
int counts_add_words(struct counts *counts, const struct analysis *analysis);

/* The words within `window` positions of a hit and in its part, those between its
 * words included. Words that hits are made of, of whichever, are left out, and each
 * occurrence counts once, however many hits it is near. *near grows by their number.
 * As counts_add(). */
int counts_add_near(struct counts *counts, const struct analysis *analysis,
                    const struct hit_list *hits, uint32_t window,
                    uint64_t *near, struct arena *scratch);

/* The row of a value; NULL: none. Valid until the next add; not after counts_rows(). */
const struct count_row *counts_find(const struct counts *counts,
                                    struct slice value);

/* By falling `articles`, then `times`, then value. Valid until free; nothing may be
 * added afterwards. */
void counts_rows(struct counts *counts, struct count_row **rows, size_t *count);

/* `a` occurrences among `b` words here, `c` among `d` in the whole corpus, which
 * includes here. Numbers that cannot be, because the corpus was counted otherwise,
 * are taken as the nearest that can. */
double log_likelihood(uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* `together` (not 0) of `x` and `y`; 14 at most. */
double log_dice(uint64_t together, uint64_t x, uint64_t y);

#endif
