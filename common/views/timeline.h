/* timeline.h - articles and hits by day, week, month or year, beside the corpus they
 * are a share of. Sums over all rows, the undated ones included, equal the count.
 */
#ifndef VIEWS_TIMELINE_H
#define VIEWS_TIMELINE_H

#include "base/date.h"

struct err;

enum timeline_by { BY_DAY, BY_WEEK, BY_MONTH, BY_YEAR };

struct timeline_row {
    int64_t from;        /* first second of the period; weeks begin on Monday */
    struct slice source; /* empty unless by source */
    uint64_t articles, hits;
    uint64_t corpus_articles, corpus_words; /* same filter; both 0: a gap in the
                                               corpus, which is not a zero */
};

struct timeline;

/* NULL when out of memory. */
struct timeline *timeline_new(enum timeline_by by, bool by_source);
void timeline_free(struct timeline *timeline);

/* One article of the corpus (of the query's filter), and one that matches, which is
 * to be added to the corpus, too. The date counts at its first instant; DATE_NONE
 * goes into the undated row. ERR_NOMEM; ERR_CORRUPT: a date outside the years 1 to
 * 9999. */
int timeline_add_corpus(struct timeline *timeline, struct date published,
                        struct slice source, uint32_t words);
int timeline_add_match(struct timeline *timeline, struct date published,
                       struct slice source, uint64_t hits);

/* All periods from the first to the last of the corpus, gaps included, rising; when
 * by source, each has a row for every source of the corpus, by rising bytes.
 * `undated`: one row, or one for each source. Valid until the next call or free.
 * ERR_NOMEM, and ERR_LIMIT past LIMIT_TIMELINE_ROWS. */
int timeline_rows(struct timeline *timeline, struct timeline_row **rows,
                  size_t *count, struct timeline_row **undated,
                  size_t *undated_count, struct err *err);

/* "2022-03-29", "2022-W13" (ISO 8601), "2022-03", "2022". Returns `out`. */
char *timeline_label(enum timeline_by by, int64_t from,
                     char out[DATE_TEXT_SIZE]);

#endif
