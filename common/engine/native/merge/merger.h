/* merger.h - several segments into one: lists are merged term by term, doc ids
 * renumbered in their order (columns.h), articles that are no longer current lose
 * their postings and stay as old versions, and what must go goes without a trace.
 *
 * Reads its inputs once, front to back, and single lists again where stems need it.
 * Memory: to renumber, 12 bytes an article and 4 a word of every input; 40 bytes a word
 * of the output that has a list of its own. No list is ever held whole.
 */
#ifndef ENGINE_NATIVE_MERGE_MERGER_H
#define ENGINE_NATIVE_MERGE_MERGER_H

#include "segment/segment.h"

struct merge_input {
    const struct segment *segment;
    /* Current articles, one bit each, instead of segment->live; NULL: that. With it,
     * the counts of the dead, by term number; needed when `bits` is. */
    const uint64_t *bits;
    const struct dead_term *dead;
    size_t dead_count;
    /* Doc ids (old versions, too) that leave no trace; NULL: none. */
    const uint64_t *purged;
};

struct merge_progress {
    void (*call)(void *context, uint64_t done,
                 uint64_t total); /* bytes of input */
    void *context;
};

/* The mentions of all inputs, in a file of their own, finished. */
struct merge_mentions {
    const char *dir, *name;
    const char (*registers)[DIGEST_TEXT_SIZE]; /* as in mentions_target */
    size_t register_count;
    uint64_t size;  /* filled in */
    uint32_t crc32; /* the same */
};

/* Write a whole segment (not finished: that is the caller's). *facts as in
 * segment_writer_finish(). ERR_CORRUPT when the inputs contradict themselves: what is
 * merged has the counts that the dictionaries and the dead promised. ERR_LIMIT when the
 * articles or positions of a list no longer fit 32 bits. `mentions` NULL: none are kept.
 * `progress` may be NULL. */
int merge_segments(const struct merge_input *input, size_t count,
                   struct segment_writer *segment, struct segment_facts *facts,
                   struct merge_mentions *mentions,
                   const struct merge_progress *progress, struct err *err);

#endif
