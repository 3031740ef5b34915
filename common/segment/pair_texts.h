/* pair_texts.h - the frequent words of articles in the order of their positions again: what
 * pairs are found in where there are only lists.
 *
 * Articles come in rising order, some at a time: as many as have room in a window, at
 * least one. Each list is walked once.
 */
#ifndef SEGMENT_PAIR_TEXTS_H
#define SEGMENT_PAIR_TEXTS_H

#include "segment/postings.h"

/* Of a word in one segment. */
struct pair_source {
    struct postings *list;
    const doc_id *new_of; /* by its doc id; NULL: as it is */
    uint32_t row;         /* of the word (pairs.h) */
};

struct pair_texts {
    uint32_t docs; /* articles; new_of[] at or past it are left out */
    /* By article, one past the last position of its last part. */
    const uint32_t *ends;
    uint32_t none; /* for a place without a frequent word */
    struct pair_source *source;
    size_t sources;
    /* The rows at the positions of one article, from 0 on. */
    void (*visit)(void *context, doc_id doc, const uint32_t *row,
                  uint32_t count);
    void *context;
};

/* ERR_CORRUPT for a position past the article's end, with `path` in the message;
 * ERR_NOMEM. */
int pair_texts_read(const struct pair_texts *texts, const char *path,
                    struct err *err);

#endif
