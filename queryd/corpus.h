/* corpus.h - what a result is a share of: the articles that the query's filters leave.
 *
 * A filter is an operand of fields and dates only that AND joins at the top of the
 * query, or NOT takes away there. Without any the corpus is all articles. Worker
 * thread. */
#ifndef QUERYD_CORPUS_H
#define QUERYD_CORPUS_H

#include "queryd/question.h"

struct corpus {
    struct query query; /* that its articles match */
    bool filtered;
};

/* In the request's arena; errors are in its err. */
int corpus_of(const struct question *question, struct corpus *out);

/* "filter": as understood, null when there is none. */
void corpus_write(const struct corpus *corpus, struct json_out *j);

/* Call `each` for the articles of the corpus, without hits. */
int corpus_visit(const struct question *question, const struct corpus *corpus,
                 search_visit each, void *context);

#endif
