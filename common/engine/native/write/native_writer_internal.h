/* native_writer_internal.h - what the parts of the writer share.
 *
 *   native_writer.c         open, close; look up, put, delete, purge
 *   native_writer_buffer.c  articles in memory, and their flush to a segment
 *   native_writer_dead.c    which articles of a segment are current; the counts of the
 *                           others
 *   native_writer_merge.c   several segments to one; purges
 *   native_writer_commit.c  all of it to a generation
 *   native_reannotate.c     mentions found anew
 */
#ifndef ENGINE_NATIVE_WRITE_NATIVE_WRITER_INTERNAL_H
#define ENGINE_NATIVE_WRITE_NATIVE_WRITER_INTERNAL_H

#include "base/hash_map.h"
#include "engine/corpus_digest.h"
#include "engine/native/invert/inverter.h"
#include "engine/native/write/key_filter.h"
#include "engine/native/invert/mention_buffer.h"
#include "engine/native/shared/native_files.h"
#include "engine/native/write/native_writer.h"
#include "engine/native/shared/register_set.h"
#include "engine/native/invert/text_queue.h"
#include "segment/segment.h"
#include "text/stem.h"

#include <limits.h>

/* name "": none. */
struct side_file {
    char name[SEGMENT_NAME_SIZE];
    uint64_t size;
    uint32_t crc32;
    bool committed;
};

/* A segment on disk, committed or not, and what this run has changed about it. */
struct writer_segment {
    char name[SEGMENT_NAME_SIZE], live_name[SEGMENT_NAME_SIZE]; /* "": none */
    uint64_t size, live_size;
    uint32_t crc32, live_crc32;
    struct side_file mentions;
    bool committed; /* MANIFEST names it */
    struct segment *segment;
    uint64_t
        *bits; /* current articles; NULL: still as segment->live has them */
    uint64_t *purged; /* doc ids that must leave no trace; NULL: none */
    uint32_t live_docs;
    uint64_t live_words;
    struct key_filter *keys; /* those of its current articles; NULL: unknown */
};

/* Articles that are not in a segment yet; all NULL while there are none. */
struct writer_buffer {
    char name[SEGMENT_NAME_SIZE];
    struct segment_writer *file;
    struct stored_writer *stored;
    struct text_queue *texts; /* on their way there */
    struct inverter *inverter;
    struct mention_buffer mentions; /* with a register only */
    struct hash_map
        keys; /* to the number in the inverter + 1; 0: not current */
};

struct native_writer {
    struct writer base; /* first */
    char dir[PATH_MAX], segments_dir[PATH_MAX];
    int lock;
    struct writer_options options;
    size_t memory_bytes; /* for what is in memory until a flush */

    /* The manifest lives in one of the arenas; a commit moves it to the other. */
    struct arena manifest_arena[2];
    unsigned manifest_in;
    struct manifest manifest;
    uint64_t generation_before; /* the newest one when the writer was opened */
    uint32_t next_number;       /* of a segment in the generation being made */

    struct writer_segment *segment;
    size_t segment_count, segment_capacity;
    struct writer_buffer buffer;

    struct stemmers *stemmers; /* made when they are needed */
    struct arena scratch;      /* of one step */

    uint64_t articles, words; /* with this run's changes, as digest */
    struct corpus_digest digest;
    bool changed;    /* since the last commit */
    bool merge_all;  /* at the next commit */
    bool purging;    /* the next commit keeps no earlier generation */
    bool made_files; /* that MANIFEST may not name */
    bool failed;     /* good for close only */
};

static inline uint64_t writer_generation(const struct native_writer *self)
{
    return self->manifest.generation[0].info.generation + 1;
}

static inline size_t bit_words(uint64_t bits)
{
    return (size_t)((bits + 63) / 64);
}
static inline bool bit_at(const uint64_t *bits, uint32_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}

void writer_progress(const struct native_writer *self, const char *what,
                     uint64_t done, uint64_t total);

/* --- native_writer_buffer.c --- */

int buffer_put(struct native_writer *self, const struct article *article,
               const struct analysis *analysis, const struct doc_record *record,
               struct err *err);
/* Where the current article of a key is; false when it is not in the buffer. */
bool buffer_find(const struct native_writer *self, struct slice key,
                 uint32_t *number);
void buffer_archive(struct native_writer *self, struct slice key,
                    uint32_t number);
/* Whether any article of the key is there, current or not. */
bool buffer_knows(const struct native_writer *self, struct slice key);
size_t buffer_memory(const struct native_writer *self);
/* To a segment, if there is anything. */
int buffer_flush(struct native_writer *self, struct err *err);
void buffer_drop(struct native_writer *self);

/* --- native_writer_dead.c --- */

/* As they are now; NULL: all. */
const uint64_t *current_bits(const struct writer_segment *s);
/* One article less. ERR_NOMEM, ERR_CORRUPT. */
int segment_archive(struct writer_segment *s, doc_id doc, struct err *err);
int segment_mark_purged(struct writer_segment *s, doc_id doc, struct err *err);
/* What the articles that are not current hold of each term, by number. Free *out with
 * mem_free(). ERR_CORRUPT when their texts do not give the terms that the segment has. */
int count_dead(struct native_writer *self, const struct writer_segment *s,
               struct dead_term **out, size_t *count, struct err *err);

/* --- native_writer_merge.c --- */

/* Begin the next segment file of this generation. */
int segment_begin(struct native_writer *self, char name[SEGMENT_NAME_SIZE],
                  struct segment_writer **out, struct err *err);
/* Finish it and open it as the last of the segments. */
int segment_end(struct native_writer *self, const char *name,
                struct segment_writer *file, const struct segment_facts *facts,
                const struct side_file *mentions, struct err *err);
/* Open segments/`name` as the last of the segments; the files' sizes and sums are the
 * caller's to fill in. */
int segment_adopt(struct native_writer *self, const char *name,
                  const char *live_name, const struct side_file *mentions,
                  struct writer_segment **out, struct err *err);
int segment_path(const struct native_writer *self, const char *name,
                 char out[PATH_MAX], struct err *err);
void segment_forget(struct writer_segment *s);

/* After a flush: keep the files of this run few enough to be open side by side, and to
 * look keys up in. */
enum { FRESH_SEGMENTS_MAX = 48 };
int merge_when_many(struct native_writer *self, struct err *err);
/* Before a commit: purges, what was asked, what the policy wants. */
int merge_for_commit(struct native_writer *self, struct err *err);
/* Whether writer_merge() asked for something that is not so already. */
bool merge_is_needed(const struct native_writer *self);

#endif
