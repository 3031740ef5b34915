/* oracle_internal.h - what the files of the slow evaluator share; nobody else
 * includes it. Functions give ERR_OK, ERR_NOMEM, or ERR_LIMIT when there is too much
 * to try. */
#ifndef QUERY_ORACLE_INTERNAL_H
#define QUERY_ORACLE_INTERNAL_H

#include "query/oracle.h"

struct oracle {
    const struct query *query;
    const struct article *article;
    const struct analysis *analysis;
    struct stemmers *stemmers;
    struct arena *arena;
    struct err *err;
    long steps;
};

/* Occurrences or intervals, in any order until oracle_tidy(). */
struct found {
    struct span *span;
    size_t count, capacity;
};

enum reading {
    AS_ITSELF,      /* in quotes, in [ ] */
    WITH_STEM,      /* a bare word */
    VERY_FORM,      /* =US: in capitals, when it was typed so */
    BEGINNING,      /* draft* */
    ONE_EDIT_APART, /* lavrov~1 */
};

/* oracle.c */
int oracle_no_memory(struct oracle *o);
int oracle_step(struct oracle *o);
int oracle_add(struct oracle *o, struct found *to, uint32_t start,
               uint32_t end);
/* In order, each span once. */
void oracle_tidy(struct found *found);
/* "Hits are the minimal qualifying intervals": no other lies inside. */
int oracle_add_minimal(struct oracle *o, struct found *all, struct found *out);
/* Of everything that stands in the text: words, position operators, title:, and ORs
 * of them. */
int oracle_occurrences(struct oracle *o, const struct ast *ast,
                       struct found *out);

/* oracle_words.c: words, quotations, patterns. */
int oracle_text(struct oracle *o, const struct ast *ast, enum reading reading,
                struct found *out);
int oracle_text_of(struct oracle *o, const struct ast *ast, struct slice text,
                   enum reading reading, struct found *out);
int oracle_pattern(struct oracle *o, const struct ast *pattern,
                   struct found *out);

/* oracle_entity.c: mentions. */
int oracle_entity(struct oracle *o, const struct ast *ast, struct found *out);

/* oracle_near.c: windows and distances. */
int oracle_intervals(struct oracle *o, const struct found *operand,
                     size_t count, const struct ast *distance,
                     struct found *out);
int oracle_near(struct oracle *o, const struct ast *ast, struct found *out);

#endif
