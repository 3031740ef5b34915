/* segment.h - one immutable piece of an index, open for reading: the file and its
 * sections, and the state that a generation gives it.
 *
 * Counted references to neither: a snapshot owns its segments. Any number of threads.
 */
#ifndef SEGMENT_SEGMENT_H
#define SEGMENT_SEGMENT_H

#include "segment/columns.h"
#include "segment/dictionary.h"
#include "segment/live.h"
#include "segment/mentions.h"
#include "segment/postings.h"
#include "segment/stems.h"
#include "segment/stored.h"

struct segment {
    struct segment_file *file;
    struct live *live;         /* NULL: every article is current */
    struct mentions *mentions; /* NULL: no register was at hand */
    struct arena arena;
    struct dictionary dictionary;
    struct columns columns;
    struct stored stored;
    struct stems stems;
    uint32_t docs, archived; /* doc ids: docs + archived */
};

/* `live_path` NULL: all are current. ERR_CORRUPT, ERR_MISMATCH, ERR_NOTFOUND. */
int segment_open(const char *path, const char *live_path, struct segment **out,
                 struct err *err);
/* Its mentions, once. ERR_CORRUPT, ERR_MISMATCH, ERR_NOTFOUND. */
int segment_open_mentions(struct segment *segment, const char *path,
                          struct err *err);
void segment_close(struct segment *segment); /* NULL is fine */

uint32_t segment_live_docs(const struct segment *segment);
uint64_t segment_live_words(const struct segment *segment);
bool segment_is_live(const struct segment *segment, doc_id doc);

/* Counts of the live articles; zeros when the term is not there. For KEY: all. */
int segment_counts(const struct segment *segment, struct slice term,
                   struct term_counts *out, struct err *err);

/* The list of a term, or NULL in *out when there is none. `err` as in postings_open(). */
int segment_postings(const struct segment *segment, struct slice term,
                     struct arena *arena, struct postings **out,
                     struct err *err);

/* ERR_CORRUPT once a page of it was unreadable (SIGBUS). Cheap. */
int segment_damage(const struct segment *segment, struct err *err);

/* Read everything: checksums, then every list, record and article, and whether they
 * agree with each other (counts, order, ids, dead counts against the bitmap). */
int segment_check(const struct segment *segment,
                  void (*report)(void *, const char *fault), void *context,
                  struct err *err);

#endif
