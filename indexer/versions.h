/* versions.h - one run's memory of the keys it has met, and what upsert.h decides
 * about each article.
 *
 * The index is asked once for each slot; after that this run's own knowledge counts,
 * so that a decision never waits for the writer, and input order alone makes the
 * outcome, whatever the number of threads.
 *
 *   Threads   one
 *   Memory    about 100 bytes a key until versions_free()
 */
#ifndef INDEXER_VERSIONS_H
#define INDEXER_VERSIONS_H

#include "engine/engine.h"
#include "indexer/upsert.h"

struct versions;

/* Borrows the writer. NULL when out of memory. */
struct versions *versions_new(struct writer *writer);
void versions_free(struct versions *versions); /* NULL is fine */

/* Decide about `article`, whose key is assigned, and count on what was decided being
 * done. For an article that is to be put, its key becomes that of its slot, in
 * `arena`. ERR_NOMEM, and whatever writer_lookup says. */
int versions_decide(struct versions *versions, struct article *article,
                    struct arena *arena, enum upsert_kind *out,
                    struct err *err);

#endif
