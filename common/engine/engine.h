/* engine.h - what any search engine must be able to do for us.
 *
 * The indexer, the daemon, the benchmark and the tests know only this header. A
 * query that two engines answer differently is a bug in one of them.
 *
 *   engine     one kind of engine, a table of functions; engine/registry lists them
 *   writer     the one process that changes an index directory; all or nothing
 *   snapshot   one committed generation, which no later commit can change; needs no
 *              lock and no write access. Shared by threads and counted; the last
 *              unref closes its files
 *   searcher   one thread's way into a snapshot
 *
 * Text is analysed above: an engine gets finished tokens, and a resolved query.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "doc/article.h"
#include "query/match.h"
#include "query/resolve.h"
#include "text/analyse.h"

struct cancel;
struct entity_register;
struct err;

/* --- what is committed --- */

struct generation_info {
    uint64_t generation; /* 0: an index without a commit */
    uint64_t articles;   /* live and current */
    uint64_t words;      /* their lengths added up */
    uint64_t bytes;      /* of all files of this generation */
    int64_t committed;   /* seconds since 1970 */
    char engine[16];
    /* Digest of the set of (key, text digest) of the live articles: equal sets have
     * equal digests, whatever the order they came in. */
    char corpus_digest[DIGEST_TEXT_SIZE];
    /* Of the register by which names are looked up (register_file.h); "": none. */
    char register_digest[DIGEST_TEXT_SIZE];
};

/* --- reading --- */

typedef uint64_t
    doc_ref; /* an article within one snapshot; never shown to users */

enum search_sort { SORT_RELEVANCE, SORT_DATE };

/* Where a page continues: after this hit, in the order of the sort. */
struct search_cursor {
    bool set;
    double score;
    int64_t date; /* seconds; DATE_MIN for undated */
    struct slice key;
};

struct search_request {
    size_t limit; /* best articles wanted; 0: only count */
    enum search_sort sort;
    struct search_cursor after;
    bool count_total; /* exact, or not at all */
    bool count_hits;
    /* Rank by words alone, as engines do that know nothing of closeness: for
     * measurements beside them. */
    bool without_closeness;
    struct cancel *cancel; /* may be NULL */
};

struct found {
    doc_ref doc;
    double score; /* 0 for queries of filters only */
    struct date published;
    struct slice key;
};

struct search_result {
    struct found *found; /* order is total: score, newer, key */
    size_t count;
    uint64_t total;      /* articles, when asked */
    uint64_t total_hits; /* occurrences, when asked */
    bool more;           /* there are articles after the last one */
};

/* What views need of an article without reading its text. */
struct article_info {
    struct slice key, source, lang;
    struct date published;
    uint32_t words;
    uint64_t generation; /* the one that put it in, or changed it last */
};

/* The versions of one key, oldest first: those that were replaced or deleted, and last
 * the current one, if there is one. */
struct version {
    doc_ref doc; /* good for article() and info() */
    struct date published, modified;
    uint64_t generation; /* that put it in */
    bool current;
};
struct version_list {
    struct version *version; /* the first is version 1 */
    size_t count;
};

/* What a generation is made of, for people who ask. */
enum { COMPOSITION_PARTS_MAX = 16 };
struct composition {
    uint64_t pieces;       /* segments */
    uint64_t old_versions; /* that are kept */
    struct {
        const char *name; /* "postings"; static */
        uint64_t bytes;   /* in all pieces */
    } part[COMPOSITION_PARTS_MAX];
    size_t part_count;
};

struct entity_count_list {
    struct entity_count {
        struct slice id;
        uint64_t articles;
    } * entity;
    size_t count;
};

struct snapshot;
struct searcher;

/* Returns non-zero to stop; that is passed on. `key` is valid during the call. */
typedef int (*key_visit)(void *context, struct slice key, struct err *err);

/* For every matching article, in an order of the engine's own, until a non-zero
 * return, which is passed on. `hits` only when asked; valid during the call. */
typedef int (*search_visit)(void *context, struct searcher *, doc_ref doc,
                            const struct hit_list *hits, struct err *err);

/* --- writing --- */

/* What the index, with this run's changes, holds under a key. */
struct stored_version {
    char digest[DIGEST_TEXT_SIZE];
    struct date modified;
    uint32_t version; /* as the source counts them; 0: not given */
    bool this_run;    /* put by this writer since it was opened */
};

struct writer_options {
    size_t memory_bytes; /* 0: a sensible default */
    unsigned threads;    /* more than 1: the engine may have one of its own */
    /* Index the words and keep no text: nothing can be shown, replaced or deleted. For
     * measurements beside engines that keep none. ERR_UNSUPPORTED where there is no
     * such thing. */
    bool without_text;
    /* The register that mentions are found by (analysis.mentions comes from it); it is
     * kept with the generation. NULL: that of the index stays. Borrowed until close. */
    const struct entity_register *entities;
    /* Edits of the register by hand, as text, that are kept with the generation
     * (register_hand_read()); they are in `entities` already. data NULL: those of the index
     * stay; empty: none. Borrowed until close. */
    struct slice hand_edits;
    /* What takes its time at the end: "sorting", "merging". May be NULL. */
    void (*progress)(void *context, const char *what, uint64_t done,
                     uint64_t total);
    void *progress_context;
};

struct writer;

struct engine {
    const char *name;

    /* ERR_LOCKED when another process writes; ERR_MISMATCH when the index was made
     * by another analysis. Creates `dir` and an empty index when there is none, and
     * removes what a killed run left. */
    int (*writer_open)(const char *dir, const struct writer_options *,
                       struct writer **, struct err *);
    /* *found false, or what is there. */
    int (*writer_lookup)(struct writer *, struct slice key,
                         struct stored_version *, bool *found, struct err *);
    /* Put an article in, in place of the one with its key. */
    int (*writer_put)(struct writer *, const struct article *,
                      const struct analysis *, struct err *);
    int (*writer_delete)(struct writer *, struct slice key, bool *found,
                         struct err *);
    /* All versions of a key, from the files, too: once committed, no byte of them is
     * left in the directory, and no earlier generation. ERR_UNSUPPORTED. */
    int (*writer_purge)(struct writer *, struct slice key, bool *found,
                        struct err *);
    /* Find the mentions anew of every article that may have others by options.entities
     * than by the register it was annotated by; at the next
     * commit. *articles: that were read. ERR_UNSUPPORTED where only a rebuild does that. */
    int (*writer_reannotate)(struct writer *, uint64_t *articles, struct err *);
    /* Everything there is in one piece, at the next commit. ERR_UNSUPPORTED where an
     * index always is. */
    int (*writer_merge)(struct writer *, struct err *);
    /* Make everything since the last commit one new generation, durably. Without
     * changes there is none, and *out is the old one. After a failure nothing has
     * changed and the writer is good for close only. */
    int (*writer_commit)(struct writer *, struct generation_info *out,
                         struct err *);
    /* What was not committed is gone. */
    void (*writer_close)(struct writer *);

    /* Read every byte of every kept generation. ERR_CORRUPT names the file and what
     * is wrong with it; the first fault is in `err`, each one is told to `report`. */
    int (*check)(const char *dir, void (*report)(void *, const char *fault),
                 void *context, struct err *);

    int (*snapshot_open)(const char *dir, struct snapshot **, struct err *);
    void (*snapshot_close)(struct snapshot *);
    int (*searcher_open)(struct snapshot *, struct searcher **, struct err *);
    void (*searcher_close)(struct searcher *);

    struct lexicon *(*lexicon)(struct searcher *);
    int (*search)(struct searcher *, const struct query *,
                  const struct search_request *, struct arena *,
                  struct search_result *, struct err *);
    int (*visit)(struct searcher *, const struct query *, bool want_hits,
                 struct cancel *, struct arena *, search_visit, void *context,
                 struct err *);
    /* The stored article; slices in `arena`. */
    int (*article)(struct searcher *, doc_ref, struct arena *, struct article *,
                   struct err *);
    /* Slices in `arena`. */
    int (*info)(struct searcher *, doc_ref, struct arena *,
                struct article_info *, struct err *);
    /* Of what info() tells the publication and the words alone, and faster. */
    int (*published)(struct searcher *, doc_ref, struct date *, uint32_t *words,
                     struct err *);
    /* Of `count` articles, each once, in any order: how many mention each entity, by id, those of none
     * left out. In `arena`. */
    int (*entities_of)(struct searcher *, const doc_ref *docs, size_t count,
                       struct cancel *, struct arena *,
                       struct entity_count_list *out, struct err *);
    /* Where an article mentions any of these `count` entities, each named once; by rising
     * position, then entity. In `arena`. */
    int (*mentions_of)(struct searcher *, doc_ref, const struct slice *id,
                       size_t count, struct arena *, struct mention_list *out,
                       struct err *);
    /* ERR_NOTFOUND when no live article has this key. */
    int (*find)(struct searcher *, struct slice key, doc_ref *, struct err *);
    /* In `arena`; count 0 when the key was never there. ERR_UNSUPPORTED. */
    int (*versions)(struct searcher *, struct slice key, struct arena *,
                    struct version_list *, struct err *);
    /* Every key that versions() knows, also of articles that were deleted; each once,
     * rising. ERR_UNSUPPORTED. */
    int (*keys)(struct searcher *, key_visit, void *context, struct err *);
    /* ERR_UNSUPPORTED where there is nothing to tell. */
    int (*describe)(struct snapshot *, struct composition *, struct err *);
    /* Digests of the registers that the mentions of current articles were found by, each
     * once; an empty one: some articles were put without any. In `arena`. NULL where that
     * is not known. */
    int (*registers)(struct snapshot *, struct arena *, struct slice_list *out,
                     struct err *);
    /* Finds the stems itself, once for each form: the tokens given to writer_put() need
     * not have any; and they may be packed (text/word_group.h). */
    bool finds_stems;
};

/* Each engine's own structs begin with one of these. */
struct writer {
    const struct engine *engine;
};

struct snapshot {
    const struct engine *engine;
    struct generation_info info;
    int refs; /* only through the functions below; a plain int because C11's and
                 C++'s atomic types cannot share a header */
};

struct searcher {
    struct snapshot *snapshot; /* counted */
};

/* --- the same for all engines (engine.c) --- */

/* The newest generation of the index in `dir`, by the engine that made it, looked up
 * by name in `engines` (NULL-terminated). ERR_NOTFOUND: no index there. */
int snapshot_open(const char *dir, const struct engine *const *engines,
                  struct snapshot **out, struct err *err);
void snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

/* Takes a reference to the snapshot; searcher_close() gives it back. ERR_GONE when the
 * snapshot's files have been retired before this searcher opened them: open the newest
 * snapshot instead. Searchers that are open keep theirs. */
int searcher_open(struct snapshot *snapshot, struct searcher **out,
                  struct err *err);
void searcher_close(struct searcher *searcher);

#endif
