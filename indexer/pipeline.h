/* pipeline.h - an article's way in: reader, key, decision, analysis, writer.
 *
 * One thread reads, decides and writes, in the order of the input; others analyse
 * what lies between (analysts.h). The outcome is that of one thread, whatever
 * their number: decisions are made in input order, and so are puts.
 *
 *     reader -> key -> versions_decide() -> [ring of items] -> writer_put()
 *                                               |    ^
 *                                               v    |
 *                                              analysts
 *
 *   Errors   ERR_CANCELLED after SIGINT or SIGTERM; whatever the writer says
 *            (ERR_IO: the disk is full); ERR_NOMEM. What is wrong with a record or
 *            a file is none: it is told to the report
 */
#ifndef INDEXER_PIPELINE_H
#define INDEXER_PIPELINE_H

#include "engine/engine.h"
#include "indexer/readers/input.h"
#include "indexer/readers/reader.h"
#include "indexer/report.h"

struct pipeline;

struct pipeline_options {
    struct slice source;   /* of articles that name none; may be empty */
    int64_t ingested;      /* the run's time */
    unsigned threads;      /* at least 1 */
    size_t memory_bytes;   /* of writer and pipeline together; 0: enough */
    uint64_t commit_every; /* changes; 0: one commit at the end */
    const struct recogniser *recogniser; /* finds mentions; NULL: none */
};

/* What the writer may have of `memory_bytes`, beside `threads` of ours. */
size_t pipeline_writer_memory(size_t memory_bytes, unsigned threads);

/* Borrows writer and report. */
int pipeline_open(struct writer *writer, const struct pipeline_options *options,
                  struct report *report, struct pipeline **out,
                  struct err *err);

/* All records of one file. `in` is what the reader reads; it gives name and place. */
int pipeline_read(struct pipeline *pipeline, struct reader *reader,
                  struct input *in, struct err *err);

/* An article that is in an index already, key and all: no decision is made. The
 * article is copied. For rebuild. */
int pipeline_put_again(struct pipeline *pipeline, const struct article *article,
                       struct err *err);

/* Everything read so far is in the writer after this. */
int pipeline_drain(struct pipeline *pipeline, struct err *err);

/* The last generation that commit_every made; generation 0: none. */
struct generation_info pipeline_committed(const struct pipeline *pipeline);

void pipeline_close(struct pipeline *pipeline); /* NULL is fine */

#endif
