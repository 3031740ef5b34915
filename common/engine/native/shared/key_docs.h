/* key_docs.h - the articles of a key within one segment: what writer and readers look
 * an article up by. */
#ifndef ENGINE_NATIVE_SHARED_KEY_DOCS_H
#define ENGINE_NATIVE_SHARED_KEY_DOCS_H

#include "segment/segment.h"

/* As public keys, with room for what the indexer appends: "#2". */
enum { ARTICLE_KEY_MAX = 216 };

/* All of them, old versions and dead ones, too; rising, in `arena`. */
int key_docs(const struct segment *segment, struct slice key,
             struct arena *arena, doc_id **docs, size_t *count,
             struct err *err);

/* The one whose bit is set in `bits` (one for each of segment->docs; NULL: all are), or
 * DOC_END. */
int key_live_doc(const struct segment *segment, struct slice key,
                 const uint64_t *bits, struct arena *arena, doc_id *out,
                 struct err *err);

#endif
