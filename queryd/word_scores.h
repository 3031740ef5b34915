/* word_scores.h - counted words beside the corpus: which of them stand out. Worker
 * thread. */
#ifndef QUERYD_WORD_SCORES_H
#define QUERYD_WORD_SCORES_H

#include "queryd/question.h"
#include "views/counts.h"

struct word_scores {
    uint64_t words_here, hits; /* what they were counted among, and near */
    uint64_t min_articles, min_times;
    bool commoner; /* only words commoner here than in the corpus */
    enum word_sort sort;
};

/* Fills the corpus numbers and the scores of `rows`, drops those not wanted, and
 * sorts the *count that stay: by falling score, then word. Errors are in the
 * request's err. */
int word_scores_fill(const struct word_scores *how,
                     const struct question *question, struct count_row *rows,
                     size_t *count);

#endif
