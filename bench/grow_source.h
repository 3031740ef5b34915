/* grow_source.h - real articles taken apart, for grow.c to put together anew. */
#ifndef BENCH_GROW_SOURCE_H
#define BENCH_GROW_SOURCE_H

#include "base/arena.h"
#include "base/hash_map.h"

struct err;

/* A word in capitals within a sentence, not at its beginning: bytes of the sentence. */
struct grow_name {
    uint32_t start, end;
};

struct grow_sentence {
    struct slice text;
    struct grow_name *name;
    uint32_t names, words;
    uint32_t pool;
};

struct grow_template {
    struct slice title, date, source;
    uint32_t sentences, pool;
};

/* What one source published in one month. */
struct grow_pool {
    uint32_t *sentence; /* numbers */
    uint32_t count;
};

struct grow_source {
    struct arena arena;
    struct grow_sentence *sentence;
    size_t sentence_count, sentence_cap;
    struct grow_template *article;
    size_t article_count, article_cap;
    struct grow_pool *pool;
    size_t pool_count;
    uint64_t words;
    /* Different words among the first n: about growth * n^exponent (Heaps). */
    uint64_t different;
    double growth, exponent;
};

/* dateline's JSON lines from standard input. */
int grow_source_read(struct grow_source *out, struct err *err);
void grow_source_release(struct grow_source *source);

/* growth * n^exponent. */
double grow_source_different(const struct grow_source *source, uint64_t words);

#endif
