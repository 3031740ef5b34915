/* live.h - which articles of a segment are current in one generation, and how much of
 * each term the others hold: docs/format/live.md.
 *
 * A file of its own, NAME.GENERATION.live, beside the segment; none when every article is
 * current. Immutable as everything else.
 */
#ifndef SEGMENT_LIVE_H
#define SEGMENT_LIVE_H

#include "segment/dictionary.h"

/* Counts of articles that are no longer current, by term number, rising. */
struct dead_term {
    uint32_t number;
    struct term_counts counts;
};

struct live_facts {
    uint32_t docs;      /* bits: as segment_facts.docs */
    uint32_t live_docs; /* bits that are set */
    uint64_t live_words;
};

/* Write `dir`/`name`, synced; size and CRC-32 as MANIFEST wants them. */
int live_write(const char *dir, const char *name,
               const struct live_facts *facts, const uint64_t *bits,
               const struct dead_term *dead, size_t count, uint64_t *size,
               uint32_t *crc32, struct err *err);

struct live; /* read-only, any thread */

/* Mapped like a segment: pages are checked when they are touched; the bitmap is read
 * and checked at once. `docs` of the segment must agree: ERR_CORRUPT. */
int live_open(const char *path, uint32_t docs, struct live **out,
              struct err *err);
void live_close(struct live *live); /* NULL is fine */

const char *live_path(const struct live *live);
uint64_t live_length(const struct live *live, enum section_id id);
const struct live_facts *live_facts_of(const struct live *live);
/* One bit an article, the rest of the last word zero. */
const uint64_t *live_bits(const struct live *live);
/* Counts of the dead of this term; zero when it has none. */
int live_dead(const struct live *live, uint32_t number, struct term_counts *out,
              struct err *err);
/* All of them, into `arena`. */
int live_dead_all(const struct live *live, struct arena *arena,
                  struct dead_term **out, size_t *count, struct err *err);
/* As segment_file_check() and segment_file_damage(). */
int live_check(const struct live *live,
               void (*report)(void *, const char *fault), void *context,
               struct err *err);
int live_damage(const struct live *live, struct err *err);

#endif
