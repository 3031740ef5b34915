/* postings.h - in which documents a term stands, how often, and where:
 * docs/format/postings.md, docs/format/positions.md.
 *
 * A list of one document and frequency 1 lives in the dictionary. A term in an eighth
 * of the documents or more is a bitmap with ranks; any other is blocks of
 * SEGMENT_BLOCK gaps and a tail. Frequencies go in blocks by rank in both. Heads of
 * blocks (last document, offset, frequencies before, best bm25_tf() in a byte,
 * rounded up) stand apart, so that a seek touches little memory. Positions are in a
 * section of their own, in blocks that know nothing of documents: a document's first
 * position is the sum of the frequencies before it.
 *
 * A position in the title stands twice, so that a frequency, which is what is scored,
 * is the number of positions that are stored.
 */
#ifndef SEGMENT_POSTINGS_H
#define SEGMENT_POSTINGS_H

#include "segment/bm25.h"
#include "segment/dictionary.h"

/* --- writing --- */

struct postings_writer;

/* `lengths` (words, by doc id, `docs` of them; kept by the caller) and `k` of this segment
 * alone are for the block maxima. ERR_NOMEM. */
int postings_writer_open(struct segment_writer *segment, uint32_t docs,
                         const uint32_t *lengths, struct bm25_k k,
                         struct postings_writer **out, struct err *err);

/* Another one for lists of the same documents, so that several threads may make them, with a
 * writer each. */
int postings_writer_like(const struct postings_writer *model,
                         struct postings_writer **out, struct err *err);
/* Places are told from the beginnings of these. NULL, NULL: those of the segment. */
void postings_writer_to(struct postings_writer *writer,
                        struct section_out *postings,
                        struct section_out *positions);

/* One list: begin, add rising documents, end. `positions` (rising, `frequency` of
 * them, equal ones only for the title) is read if the class has positions, and
 * `frequency` if it has frequencies, else it is 1. */
void postings_begin(struct postings_writer *writer, enum term_class class);
int postings_add(struct postings_writer *writer, doc_id doc, uint32_t frequency,
                 const uint32_t *positions, struct err *err);
/* *out: counts.docs, counts.frequency and place; counts.occurrences is frequency less
 * the repeated positions, or frequency in a class without positions. */
int postings_end(struct postings_writer *writer, struct term_entry *out,
                 struct err *err);

/* A whole list, in place of begin, add and end. */
struct postings_list {
    const doc_id *doc;         /* rising */
    const uint32_t *frequency; /* of each; not read in a class without */
    uint32_t count;            /* of documents, at least one */
    uint64_t total; /* of the frequencies; `count` in a class without */
    /* Of a class with positions, `total` of them: steps between those of one document, and
     * from 0 to its first; and how many stand twice. */
    const uint32_t *gap;
    uint32_t repeats;
};
int postings_put(struct postings_writer *writer, enum term_class class,
                 const struct postings_list *list, struct term_entry *out,
                 struct err *err);
void postings_writer_close(struct postings_writer *writer);

/* --- reading --- */

struct postings; /* one list, opened; in an arena; one thread */

/* ERR_CORRUPT, ERR_NOMEM. `docs` bounds doc ids: for KEY the archived ones count. `err`
 * must live as long as the list: a walk that meets damage tells the reason there. */
int postings_open(const struct segment_file *file, enum term_class class,
                  const struct term_entry *entry, uint32_t docs,
                  struct arena *arena, struct postings **out, struct err *err);

/* The walk over a list; one per list. After damage, in a frequency, too, it ends; see
 * its `status`. */
struct doc_iter *postings_iter(struct postings *list);
/* Of the document that the iterator stands on. Asking for frequencies is paid for when
 * asked. 1 in a class without. */
uint32_t postings_frequency(struct postings *list);
/* The stored positions, title ones twice: `count` = frequency. Valid until the next
 * move or call. ERR_CORRUPT. */
int postings_positions(struct postings *list, const uint32_t **at,
                       uint32_t *count, struct err *err);

/* Set the bit of every document; `bits` has at least `docs` of them. Faster than a
 * walk. */
int postings_fill(struct postings *list, uint64_t *bits, struct err *err);

/* Whether it is a bitmap. */
bool postings_dense(const struct postings *list);

/* Of SEGMENT_BLOCK postings each, the last of fewer. `best`/255.0f is at least the
 * bm25_tf() of each of the block with the lengths and `k` that were written; no document
 * of it comes after `last`. Short lists, and bitmaps without frequencies, know no better
 * than 255 and the segment's last document. */
uint32_t postings_blocks(const struct postings *list);
doc_id postings_block_last(const struct postings *list, uint32_t block);
uint8_t postings_block_best(const struct postings *list, uint32_t block);
/* Of all blocks, as they are stored: the best of each, the last documents (4 bytes,
 * little-endian, at any address). NULL when nothing is known of them. */
const uint8_t *postings_bests(const struct postings *list);
const uint8_t *postings_lasts(const struct postings *list);
/* best/255.0f of the block in which the iterator stands. */
float postings_bound(struct postings *list);

/* --- reading block by block: many documents at once ---
 *
 * Apart from the iterator, which is neither asked nor moved. A posting's number is how
 * many stand before it in the list; those of block b begin at b * SEGMENT_BLOCK.
 * ERR_CORRUPT, with the reason in the `err` of postings_open(). */

/* Documents of the list. */
uint32_t postings_count(const struct postings *list);

/* The first block from `from` on whose last document is `target` or greater;
 * postings_blocks() when there is none. Not of a bitmap without frequencies, which
 * does not know its blocks. */
uint32_t postings_find_block(const struct postings *list, uint32_t from,
                             doc_id target);

struct postings_block {
    uint32_t number, count;
    struct bytes_in coded; /* inside: its frequencies */
    doc_id doc[SEGMENT_BLOCK];
};

/* Of any list but a bitmap without frequencies. */
int postings_block_docs(const struct postings *list, uint32_t block,
                        struct postings_block *out);
/* `out` has room for SEGMENT_BLOCK; all 1 in a class without. Of a bitmap, only the
 * block's `number` must be set. */
int postings_block_frequencies(const struct postings *list,
                               const struct postings_block *block,
                               uint32_t *out);
/* Frequency and stored positions of the posting of this number in the list, which is in
 * `block`; as postings_positions(). The block's frequencies are decoded once for both. */
int postings_frequency_at(struct postings *list,
                          const struct postings_block *block, uint32_t number,
                          uint32_t *out);
int postings_positions_at(struct postings *list,
                          const struct postings_block *block, uint32_t number,
                          const uint32_t **at, uint32_t *count);

/* Of a bitmap: its words, little-endian, at any address; the last document's is the
 * last of them. */
const uint8_t *postings_bitmap(const struct postings *list, uint32_t *words);
/* The number of the posting of `doc`, which is in the bitmap; of a damaged one it may
 * be postings_count() or more. */
uint32_t postings_rank(const struct postings *list, doc_id doc);
/* The same; ERR_CORRUPT when it is. */
int postings_number(const struct postings *list, doc_id doc, uint32_t *out);

static inline bool bitmap_has(const uint8_t *bitmap, doc_id doc)
{
    return bitmap[doc / 8] >> doc % 8 & 1;
}

#endif
