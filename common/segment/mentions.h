/* mentions.h - where the articles of a segment mention entities: docs/format/mentions.md.
 *
 * A file of its own, NAME.GENERATION.DIGEST.ent, beside the segment, in its doc ids; none
 * when no register was at hand. Immutable as everything else: a better register makes
 * another file. Dead articles stay in it until then, and nothing counts them:
 * mentions_live_counts() looks.
 *
 * The container is a segment's; terms are of two classes:
 *
 *   ENTITY  ID                    all mentions of an entity
 *   FORM    ID 01 FORM WIDTH      those written so; WIDTH (two bytes, high one first): the
 *                                 positions that each of them covers
 *
 * Lists are as those of words: positions of first words, and one in the title stands twice.
 * Block bounds are made with the lengths of the articles, as the segment's.
 */
#ifndef SEGMENT_MENTIONS_H
#define SEGMENT_MENTIONS_H

#include "doc/article.h"
#include "segment/postings.h"

struct segment;

enum {
    MENTION_ID_MAX = 400,
    /* A longer form is cut at a character: only text with hundreds of signs between two words
     * has one. Both fit a term. */
    MENTION_FORM_MAX = 600,
};

/* In place of a register's digest: some articles were put without one. */
#define NO_REGISTER "00000000000000000000000000000000"

/* An open file; any number of threads. */
struct mentions {
    struct segment_file *file;
    struct dictionary dictionary;
    uint32_t docs; /* of the segment */
    /* Digests of the registers that mentions were found by, each in some of the articles;
     * rising, at least one. */
    char (*registers)[DIGEST_TEXT_SIZE];
    size_t register_count;
};

/* `docs` and `words` of the segment must agree: ERR_CORRUPT. */
int mentions_open(const char *path, uint32_t docs, uint64_t words,
                  struct mentions **out, struct err *err);
void mentions_close(struct mentions *mentions); /* NULL is fine */

const char *mentions_path(const struct mentions *mentions);
/* *found false, or the entry of the list of all its mentions. */
int mentions_find(const struct mentions *mentions, struct slice id,
                  struct term_entry *out, bool *found, struct err *err);
/* A list, of either class; as segment_postings(). */
int mentions_postings(const struct mentions *mentions,
                      const struct term_entry *entry, struct arena *arena,
                      struct postings **out, struct err *err);
/* What current articles have of a list. */
int mentions_live_counts(const struct segment *segment,
                         const struct term_entry *entry,
                         struct term_counts *out, struct err *err);

/* A walk over entities, or over the forms of one; slices and entry are valid until the next
 * move; a failure ends it. About 1 kB. */
struct mention_cursor {
    bool at_end;
    struct slice id;
    struct slice form; /* of forms: as written, and the positions it covers */
    uint16_t width;
    struct term_entry entry;
    /* inside */
    struct dictionary_cursor terms;
    enum term_class class;
    size_t
        prefix; /* bytes of the term that all forms of the entity share; 0: of any */
};

/* Stand on the first entity, by rising id. */
int mentions_entities(const struct mentions *mentions,
                      struct mention_cursor *cursor, struct err *err);
/* Stand on the first form of this entity, rising; at_end: it has none. `id` empty: of all
 * entities, one after the other. */
int mentions_forms(const struct mentions *mentions, struct slice id,
                   struct mention_cursor *cursor, struct err *err);
int mention_next(struct mention_cursor *cursor, struct err *err);

/* --- writing --- */

struct mentions_writer;

struct mentions_target {
    const char *dir, *name;
    uint32_t docs; /* of the segment: its articles with postings, */
    uint64_t words;
    const uint32_t *lengths; /* and theirs; kept by the caller */
    const char (*registers)[DIGEST_TEXT_SIZE]; /* rising, at least one */
    size_t register_count;
};

/* ERR_NOMEM, ERR_IO, ERR_INVALID. */
int mentions_writer_open(const struct mentions_target *target,
                         struct mentions_writer **out, struct err *err);

/* As the target said. */
uint32_t mentions_writer_docs(const struct mentions_writer *writer);

/* The term of an entity (`form` NULL) or of a form, in `room`. ERR_LIMIT, ERR_INVALID for an
 * id that is empty, too long, or has a byte below 02. */
int mention_term(struct slice id, const struct slice *form, uint16_t width,
                 uint8_t room[TERM_KEY_MAX], struct slice *out,
                 struct err *err);

/* All entities, then all forms, in the order of their terms (assert): begin, add rising
 * documents with `count` stored positions, end. A list without documents is left out. ERR_CORRUPT: a
 * form without its entity. */
void mentions_begin(struct mentions_writer *writer, struct slice term);
int mentions_add(struct mentions_writer *writer, doc_id doc,
                 const uint32_t *positions, uint32_t count, struct err *err);
int mentions_end(struct mentions_writer *writer, struct err *err);
/* Synced and under its name; size and CRC-32 as MANIFEST wants them. */
int mentions_finish(struct mentions_writer *writer, uint64_t *size,
                    uint32_t *crc32, struct err *err);
void mentions_writer_close(struct mentions_writer *writer); /* NULL is fine */

/* --- several into one --- */

struct mentions_source {
    const struct mentions *mentions; /* NULL: has none */
    /* By doc id, rising: what they become; those from `docs` of the target on are left
     * out. */
    const doc_id *new_of;
};

/* Every list of the sources; no two of them have the same article. ERR_CORRUPT. */
int mentions_merge(const struct mentions_source *source, size_t count,
                   struct mentions_writer *writer, struct err *err);

#endif
