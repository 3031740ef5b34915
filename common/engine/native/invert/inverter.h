/* inverter.h - analysed articles in memory, until they become a segment.
 *
 * Every token is appended to a stream as the number of its form; the stream is inverted
 * when it is written out: frequencies are then known exactly, terms are sorted, and
 * lists are scattered into one array of their exact sizes, in the order of the
 * dictionary. Any order of documents costs nothing. The alternatives, and their times:
 * docs/decisions/050-inversion.md.
 *
 * Articles are numbered as they come (0 ...). One that is replaced or deleted before the
 * segment is written is dropped from the lists and becomes an old version.
 */
#ifndef ENGINE_NATIVE_INVERT_INVERTER_H
#define ENGINE_NATIVE_INVERT_INVERTER_H

#include "segment/columns.h"
#include "segment/dictionary.h"
#include "segment/segment_file.h"
#include "text/analyse.h"

struct inverter;

/* ERR_NOMEM. */
int inverter_new(struct inverter **out, struct err *err);
void inverter_free(struct inverter *inverter); /* NULL is fine */

/* How many threads inverter_write() may use; the segment is the same. */
void inverter_set_threads(struct inverter *inverter, unsigned threads);

/* `article` for its fields and key, `record` for the columns (both are copied);
 * tokens without stems are given some where their language has any; `ticket` of the stored text (stored.h), or UINT32_MAX. After a failure the inverter
 * is good for inverter_free() only. ERR_NOMEM, ERR_LIMIT. */
int inverter_add(struct inverter *inverter, const struct article *article,
                 const struct analysis *analysis,
                 const struct doc_record *record, uint32_t ticket,
                 struct err *err);
/* No longer current. */
void inverter_archive(struct inverter *inverter, uint32_t number);

uint32_t inverter_articles(const struct inverter *inverter); /* all */
uint32_t inverter_live(const struct inverter *inverter);
/* The record of an article, as it was given; slices live as long as the inverter. */
const struct doc_record *inverter_record(const struct inverter *inverter,
                                         uint32_t number);
/* Bytes held, and those that writing will need besides: what the budget is for. */
size_t inverter_memory(const struct inverter *inverter);

/* Half of what a segment can hold: time to write it, whatever memory there is. */
bool inverter_is_full(const struct inverter *inverter);

/* All sections but STORED of one segment, and the order for it: ticket_of_doc, in
 * `arena`, for stored_finish(); number_of_doc as well, unless it is NULL. Fills *facts. What has been added is used up: of the
 * inverter only inverter_record() and inverter_free() are left. */
int inverter_write(struct inverter *inverter, struct segment_writer *segment,
                   struct arena *arena, struct segment_facts *facts,
                   uint32_t **ticket_of_doc, uint32_t **number_of_doc,
                   struct err *err);

/* Every term of the live articles with its counts, in no order: how the dead of a
 * segment are counted. KEY terms are left out; all pairs of neighbours are there, whatever
 * their frequency. */
typedef int (*inverter_visit)(void *context, struct slice term,
                              const struct term_counts *counts,
                              struct err *err);
int inverter_each_term(struct inverter *inverter, inverter_visit visit,
                       void *context, struct err *err);

#endif
