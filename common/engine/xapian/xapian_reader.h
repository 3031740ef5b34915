// xapian_reader.h - a snapshot and a searcher, inside; contracts in engine.h.
//
// No Xapian object may be used by two threads: a searcher has its own Database, and
// a snapshot has none. A Database keeps its files open, so that a searcher outlives
// the removal of its generation.
#ifndef ENGINE_XAPIAN_XAPIAN_READER_H
#define ENGINE_XAPIAN_XAPIAN_READER_H

#include "engine/xapian/c_headers.h"

#include "engine/xapian/xapian_record.h"

#include <string>
#include <xapian.h>

namespace dateline
{

struct xapian_snapshot {
    snapshot base; // first, so that C may hold a pointer to it
    std::string dir;
};

struct xapian_searcher;

struct xapian_lexicon {
    lexicon base;
    xapian_searcher *searcher;
};

struct xapian_searcher {
    searcher base;
    Xapian::Database db;
    xapian_lexicon lexicon;
};

inline xapian_searcher *self_of(struct searcher *searcher)
{
    return reinterpret_cast<xapian_searcher *>(searcher);
}

extern const struct lexicon_ops lexicon_functions;

// Slices in `arena`; throws `stopped`.
struct slice copy_to(struct arena *arena, const std::string &text,
                     struct err *err);
// What is stored about and of an article; throws.
record record_of(const xapian_searcher *self, Xapian::docid doc,
                 struct err *err);
void article_of(const xapian_searcher *self, Xapian::docid doc,
                struct arena *arena, struct article *out, struct err *err);

int snapshot_open(const char *dir, struct snapshot **out,
                  struct err *err) noexcept;
void snapshot_close(struct snapshot *snapshot) noexcept;
int searcher_open(struct snapshot *snapshot, struct searcher **out,
                  struct err *err) noexcept;
void searcher_close(struct searcher *searcher) noexcept;
struct lexicon *lexicon_of(struct searcher *searcher) noexcept;
int search(struct searcher *searcher, const struct query *query,
           const struct search_request *request, struct arena *arena,
           struct search_result *out, struct err *err) noexcept;
int visit(struct searcher *searcher, const struct query *query, bool want_hits,
          struct cancel *cancel, struct arena *arena, search_visit call,
          void *context, struct err *err) noexcept;
int article(struct searcher *searcher, doc_ref doc, struct arena *arena,
            struct article *out, struct err *err) noexcept;
int info(struct searcher *searcher, doc_ref doc, struct arena *arena,
         struct article_info *out, struct err *err) noexcept;
int published(struct searcher *searcher, doc_ref doc, struct date *published,
              uint32_t *words, struct err *err) noexcept;
int entities_of(struct searcher *searcher, const doc_ref *docs, size_t count,
                struct cancel *cancel, struct arena *arena,
                struct entity_count_list *out, struct err *err) noexcept;
int mentions_of(struct searcher *searcher, doc_ref doc, const struct slice *id,
                size_t count, struct arena *arena, struct mention_list *out,
                struct err *err) noexcept;
int find(struct searcher *searcher, struct slice key, doc_ref *out,
         struct err *err) noexcept;
int check(const char *dir, void (*report)(void *, const char *fault),
          void *context, struct err *err) noexcept;

} // namespace dateline

#endif
