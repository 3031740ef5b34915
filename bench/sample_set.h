/* sample_set.h - every live article of an index, read, analysed, and searched for names
 * by the register of the index, if it has one: what random
 * questions are made from, and what answers are compared with. */
#ifndef BENCH_SAMPLE_SET_H
#define BENCH_SAMPLE_SET_H

#include "engine/engine.h"

struct sample_article {
    struct article article;
    struct analysis analysis;
    doc_ref doc;
};

struct sample_set {
    struct sample_article *sample; /* rising by `doc` */
    size_t count, capacity;
    struct arena arena;               /* the articles and their tokens */
    struct entity_register *entities; /* NULL: the index has none */
    struct recogniser *recogniser;
    struct query_names names;
    struct stemmers *stemmers;
};

/* A searcher of the newest generation of `dir`, and its articles; ERR_INVALID when
 * there are none. Release the set after a failure, too. */
int sample_set_open(struct sample_set *set, const char *dir,
                    struct searcher **out, struct err *err);
void sample_set_release(struct sample_set *set);

/* The place of `doc` in the set; set->count when it is not there. */
size_t sample_set_find(const struct sample_set *set, doc_ref doc);

#endif
