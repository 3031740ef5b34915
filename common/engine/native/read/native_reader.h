/* native_reader.h - a snapshot and a searcher, inside; contracts in engine.h.
 *
 * A snapshot owns the open segments of one generation, newest articles in no particular
 * segment. A searcher adds what one thread needs. A doc_ref is the segment's place in
 * the snapshot in the high 32 bits, and the doc id in the low ones.
 */
#ifndef ENGINE_NATIVE_READ_NATIVE_READER_H
#define ENGINE_NATIVE_READ_NATIVE_READER_H

#include "engine/engine.h"
#include "segment/segment.h"

struct native_snapshot {
    struct snapshot base; /* first */
    struct segment **segment;
    size_t segment_count;
    struct score_bounds *bounds; /* of each segment: score_scale.h */
    uint64_t register_bytes;     /* of the files of its registers */
    struct arena arena;
};

struct native_searcher;
struct score_bounds;

struct native_lexicon {
    struct lexicon base; /* first */
    struct native_searcher *searcher;
};

struct native_searcher {
    struct searcher base; /* first */
    const struct native_snapshot *snapshot;
    struct native_lexicon lexicon;
    bool unpruned; /* look at every match: what tests compare with */
};

static inline doc_ref doc_ref_of(size_t segment, doc_id doc)
{
    return (doc_ref)segment << 32 | doc;
}

/* Whether any mapping of the snapshot was unreadable since it was opened (SIGBUS): asked
 * before an answer goes out. ERR_CORRUPT. */
int native_damage(const struct native_snapshot *snapshot, struct err *err);

extern const struct lexicon_ops native_lexicon_ops; /* native_lexicon.c */

/* native_snapshot.c */
struct manifest_generation;
/* One generation of an index. ERR_NOTFOUND: a file of it is not there. */
int native_generation_open(const char *dir,
                           const struct manifest_generation *generation,
                           struct native_snapshot **out, struct err *err);
int native_snapshot_open(const char *dir, struct snapshot **out,
                         struct err *err);
void native_snapshot_close(struct snapshot *snapshot);
int native_searcher_open(struct snapshot *snapshot, struct searcher **out,
                         struct err *err);
void native_searcher_close(struct searcher *searcher);
int native_article(struct searcher *searcher, doc_ref doc, struct arena *arena,
                   struct article *out, struct err *err);
int native_info(struct searcher *searcher, doc_ref doc, struct arena *arena,
                struct article_info *out, struct err *err);
int native_published(struct searcher *searcher, doc_ref doc,
                     struct date *published, uint32_t *words, struct err *err);
int native_find(struct searcher *searcher, struct slice key, doc_ref *out,
                struct err *err);
int native_versions(struct searcher *searcher, struct slice key,
                    struct arena *arena, struct version_list *out,
                    struct err *err);
int native_keys(struct searcher *searcher, key_visit visit, void *context,
                struct err *err);
int native_describe(struct snapshot *snapshot, struct composition *out,
                    struct err *err);
int native_check(const char *dir, void (*report)(void *, const char *fault),
                 void *context, struct err *err);

/* native_search.c */
struct lexicon *native_lexicon_of(struct searcher *searcher);
int native_search(struct searcher *searcher, const struct query *query,
                  const struct search_request *request, struct arena *arena,
                  struct search_result *out, struct err *err);
int native_visit(struct searcher *searcher, const struct query *query,
                 bool want_hits, struct cancel *cancel, struct arena *arena,
                 search_visit visit, void *context, struct err *err);

#endif
