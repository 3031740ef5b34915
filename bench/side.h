/* side.h - an index that is asked, and its answers by the articles of a sample set: two
 * of them, of whatever engines, can be compared. */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include "bench/sample_set.h"

/* What an engine says of one article. */
struct answer {
    bool found;
    struct span *hit; /* in the arena of the question */
    size_t hit_count;
};

struct side {
    const struct sample_set *set;
    struct searcher *searcher;
    struct place
        *place; /* which sample is which article; NULL: the set's own */
    struct answer *answer; /* one for each sample */
    uint64_t found, hits;  /* by visit, for this question */
};

/* The index that the set was read from; takes the searcher. ERR_NOMEM. */
int side_own(struct side *side, const struct sample_set *set,
             struct searcher *searcher, struct err *err);
/* Another one with the same articles: ERR_INVALID when it has others. */
int side_open(struct side *side, const struct sample_set *set, const char *dir,
              struct err *err);
void side_close(struct side *side);

/* Fill the answers. ERR_LIMIT and ERR_UNSUPPORTED are refusals. */
int side_ask(struct side *side, const char *text, struct arena *arena,
             struct query *query, struct err *err);
/* search() must agree with visit() on both totals: *agree. */
int side_totals(struct side *side, const struct query *query,
                struct arena *arena, struct search_result *result, bool *agree,
                struct err *err);

#endif
