/* stored.h - the articles themselves, compressed: docs/format/stored.md.
 *
 * Articles are deflated in groups of 8 KB, each group primed with a dictionary that was
 * trained on its neighbours (so that one article is read in some 25 us), and found by doc
 * id. A section is a sequence of *chapters*, each with its own dictionary: a merge copies
 * chapters as they are, unless something in them must go or they are small. What is
 * compressed is the bytes that article_payload() makes of an article (doc/article.h).
 */
#ifndef SEGMENT_STORED_H
#define SEGMENT_STORED_H

#include "base/arena.h"
#include "segment/doc_iter.h"
#include "segment/segment_file.h"

/* --- writing --- */

struct stored_writer;

/* Articles may come in any order and get their doc ids at the end. Keeps the articles
 * of the current chapter in memory, uncompressed, until there are enough to train its
 * dictionary; stored_writer_memory() says how much that is. */
int stored_writer_open(struct segment_writer *segment,
                       struct stored_writer **out, struct err *err);
/* *ticket counts from 0. */
int stored_add(struct stored_writer *writer, struct slice payload,
               uint32_t *ticket, struct err *err);
size_t stored_writer_memory(const struct stored_writer *writer);
/* doc id -> ticket, for `docs` articles; every ticket that is named is kept, and must be
 * named once. An article of UINT32_MAX has no text. */
int stored_finish(struct stored_writer *writer, const uint32_t *ticket_of_doc,
                  uint32_t docs, struct err *err);
void stored_writer_close(struct stored_writer *writer);

/* --- reading --- */

struct stored {
    const struct segment_file *file;
    uint32_t docs, chapters;
    /* inside */
    uint64_t chapter_table, doc_table;
};

int stored_open(const struct segment_file *file, struct stored *out,
                struct err *err);
/* The payload, in `arena`. Any number of threads, each with its own arena. ERR_NOTFOUND
 * when the article has no text. */
int stored_read(const struct stored *stored, doc_id doc, struct arena *arena,
                struct slice *payload, struct err *err);

/* --- merging --- */

/* Append articles of `from` as they are, without inflating them, where whole chapters can
 * be copied; inflate and deflate anew where not (small chapters, or `drop` says that an
 * article of the chapter must leave no trace). tickets[doc] for every doc of `from`,
 * UINT32_MAX for those that were dropped. `drop` may be NULL. */
int stored_copy(struct stored_writer *writer, const struct stored *from,
                bool (*drop)(void *context, doc_id doc), void *context,
                uint32_t *tickets, struct err *err);

#endif
