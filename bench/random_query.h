/* random_query.h - questions made from the words of real articles, so that many of
 * them have answers. */
#ifndef BENCH_RANDOM_QUERY_H
#define BENCH_RANDOM_QUERY_H

#include "base/strbuf.h"
#include "bench/sample_set.h"

enum random_operator {
    RANDOM_WORD,
    RANDOM_EXACT,
    RANDOM_PREFIX,
    RANDOM_ONE_EDIT,
    RANDOM_PHRASE,
    RANDOM_WINDOW,
    RANDOM_PATTERN,
    RANDOM_ANY,          /* the * of a pattern */
    RANDOM_ALTERNATIVES, /* its (a|b) */
    RANDOM_NEAR,
    RANDOM_ADJ,
    RANDOM_NOTNEAR,
    RANDOM_SENTENCE, /* of these three, those with /S */
    RANDOM_PARAGRAPH,
    RANDOM_TITLE,
    RANDOM_FIELD,
    RANDOM_DATE,
    RANDOM_SINCE,
    RANDOM_AND,
    RANDOM_OR,
    RANDOM_NOT,
    RANDOM_ENTITY,
    RANDOM_ENTITY_FORM, /* @x=form */
    RANDOM_OPERATORS,
};

const char *random_operator_name(enum random_operator op);

struct random_queries {
    const struct sample_article *sample;
    size_t sample_count;
    uint64_t state;                  /* of the generator; not 0 */
    uint64_t used[RANDOM_OPERATORS]; /* how often each operator was written */
};

/* Replace the text of `out` with one query. */
void random_query(struct random_queries *random, struct strbuf *out);

/* Uniform in 0 .. limit-1 (xorshift64*, Vigna 2016); limit > 0. */
uint32_t random_below(struct random_queries *random, uint32_t limit);

#endif
