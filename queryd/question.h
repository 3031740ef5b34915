/* question.h - the query of a request, parsed and resolved against its snapshot: what
 * search, count and explain begin with. Worker thread. */
#ifndef QUERYD_QUESTION_H
#define QUERYD_QUESTION_H

#include "base/json_out.h"
#include "query/resolve.h"
#include "queryd/request.h"

struct question {
    struct request *request;
    struct query_names names; /* that its own are looked up by */
    struct slice typed;       /* what the user gave, as query or as phrase */
    struct query query;
    struct note *more_notes; /* ours, behind those of the query */
    uint64_t digest;         /* of everything that a cursor depends on */
    struct searcher *searcher;
    const struct engine *engine;
    struct stemmers *stemmers;
    uint64_t started_ns;
    size_t took_at; /* where took_us stands in the reply */
};

/* What is asked without a query: a searcher, and stemmers. Errors are in
 * request->err. */
int question_begin(struct request *request, struct worker *worker,
                   struct question *out);

/* The same, and params q, phrase, match, strict. */
int question_read(struct request *request, struct worker *worker,
                  struct question *out);

/* A tree of our own, evaluated like the user's. */
int question_resolve(const struct question *question, const struct ast *ast,
                     struct arena *arena, struct query *out, struct err *err);

/* How many articles match. */
int question_count(const struct question *question, const struct query *query,
                   struct arena *arena, uint64_t *total, struct err *err);

/* "generation", "took_us"; and "query"; "notes"; and at the end the time it took. */
void question_write_times(struct question *question, struct json_out *j);
void question_write_head(struct question *question, struct json_out *j);
/* Without the time. */
void question_write_stream_head(struct question *question, struct json_out *j);
void question_write_took(struct question *question, struct json_out *j);
void question_write_notes(const struct question *question, struct json_out *j);

#endif
