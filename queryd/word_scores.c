#include "queryd/word_scores.h"

#include <stdlib.h>

static int compare(double x, double y, const struct count_row *a,
                   const struct count_row *b)
{
    if (x != y)
        return x > y ? -1 : 1;
    return slice_cmp(a->value, b->value);
}

static int compare_likelihood(const void *a, const void *b)
{
    const struct count_row *x = a, *y = b;
    return compare(x->log_likelihood, y->log_likelihood, x, y);
}

static int compare_dice(const void *a, const void *b)
{
    const struct count_row *x = a, *y = b;
    return compare(x->log_dice, y->log_dice, x, y);
}

int word_scores_fill(const struct word_scores *how,
                     const struct question *question, struct count_row *rows,
                     size_t *count)
{
    struct request *request = question->request;
    struct lexicon *lexicon = question->engine->lexicon(question->searcher);
    uint64_t corpus_words = request->snapshot->info.words;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        struct count_row row = rows[i];
        if (row.articles < how->min_articles || row.times < how->min_times)
            continue;
        int rc = cancel_check(request->cancel);
        if (rc == 0)
            rc = lexicon->ops->frequency(lexicon, row.value,
                                         &row.corpus_articles,
                                         &row.corpus_times, &request->err);
        if (rc)
            return rc;
        row.log_likelihood = log_likelihood(row.times, how->words_here,
                                            row.corpus_times, corpus_words);
        if (row.times > 0)
            row.log_dice = log_dice(row.times, how->hits, row.corpus_times);
        if (!how->commoner || row.log_likelihood > 0)
            rows[kept++] = row;
    }
    *count = kept;
    if (kept > 1)
        qsort(rows, kept, sizeof *rows,
              how->sort == BY_LOG_DICE ? compare_dice : compare_likelihood);
    return ERR_OK;
}
