/* A snapshot is the open files of one generation: once they are open, no commit can take
 * them away. */
#include "engine/native/read/native_reader.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/shared/key_docs.h"
#include "engine/native/shared/native_engine.h"
#include "engine/native/shared/native_files.h"
#include "engine/native/read/score_scale.h"
#include "engine/register_file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often a reader starts again because the writer has retired what it was about to
 * open: two commits must fall between two of its steps each time. */
enum { OPEN_ATTEMPTS = 10 };

/* --- opening --- */

static int path_of(const char *dir, struct slice name, char out[PATH_MAX],
                   struct err *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%.*s", dir, SLICE_ARG(name));
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    return ERR_OK;
}

static int open_segment(const char *dir, const struct segment_ref *ref,
                        struct segment **out, struct err *err)
{
    char path[PATH_MAX], live[PATH_MAX], mentions[PATH_MAX];
    int rc = path_of(dir, ref->segment.name, path, err);
    if (rc == ERR_OK)
        rc = path_of(dir, ref->live.name, live, err);
    if (rc == ERR_OK)
        rc = path_of(dir, ref->mentions.name, mentions, err);
    if (rc == ERR_OK)
        rc = segment_open(path, ref->live.name.len ? live : NULL, out, err);
    if (rc || !ref->mentions.name.len)
        return rc;
    rc = segment_open_mentions(*out, mentions, err);
    if (rc) {
        segment_close(*out);
        *out = NULL;
    }
    return rc;
}

/* MANIFEST has kept count, and so have the segments. */
static int check_statistics(const struct native_snapshot *self, const char *dir,
                            struct err *err)
{
    const struct generation_info *info = &self->base.info;
    uint64_t articles = 0, words = 0;
    for (size_t i = 0; i < self->segment_count; i++) {
        articles += segment_live_docs(self->segment[i]);
        words += segment_live_words(self->segment[i]);
    }
    if (articles == info->articles && words == info->words)
        return ERR_OK;
    return err_set(err, ERR_CORRUPT,
                   "%s: the segments hold %" PRIu64 " articles of %" PRIu64
                   " words, MANIFEST says %" PRIu64 " of %" PRIu64,
                   dir, articles, words, info->articles, info->words);
}

/* Averages change from generation to generation; what segments say of their blocks is
 * made to fit once, here. */
static int bound_scores(struct native_snapshot *self, const char *dir,
                        struct err *err)
{
    const struct generation_info *info = &self->base.info;
    const struct bm25_k now = bm25_k_of(info->words, info->articles);
    self->bounds =
        arena_array(&self->arena, struct score_bounds, self->segment_count + 1);
    if (!self->bounds)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", dir);
    for (size_t i = 0; i < self->segment_count; i++) {
        const struct segment_facts *facts =
            segment_file_facts(self->segment[i]->file);
        score_bounds_of(bm25_k_of(facts->words, facts->docs), now,
                        &self->bounds[i]);
    }
    return ERR_OK;
}

int native_generation_open(const char *dir,
                           const struct manifest_generation *generation,
                           struct native_snapshot **out, struct err *err)
{
    struct native_snapshot *self = mem_alloc(sizeof *self);
    struct segment_ref *refs;
    size_t count = 0;
    if (!self)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", dir);
    *self = (struct native_snapshot){.base.engine = &native_engine,
                                     .base.info = generation->info};
    arena_init(&self->arena, SIZE_MAX);
    int rc = ERR_OK;
    if (strcmp(generation->info.engine, native_engine.name) != 0)
        rc = err_set(err, ERR_MISMATCH,
                     "%s: made by the engine '%s', not by '%s'", dir,
                     generation->info.engine, native_engine.name);
    if (rc == ERR_OK)
        rc = segment_refs(dir, generation, &self->arena, &refs, &count, err);
    if (rc == ERR_OK) {
        self->segment = arena_array(&self->arena, struct segment *, count + 1);
        if (!self->segment)
            rc = err_set(err, ERR_NOMEM, "%s: no memory to open it", dir);
    }
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        rc = open_segment(dir, &refs[i], &self->segment[i], err);
        self->segment_count += rc == ERR_OK;
    }
    for (size_t i = 0; i < generation->file_count; i++)
        if (is_register_file(generation->file[i].name))
            self->register_bytes += generation->file[i].size;
    if (rc == ERR_OK)
        rc = check_statistics(self, dir, err);
    if (rc == ERR_OK)
        rc = bound_scores(self, dir, err);
    if (rc) {
        native_snapshot_close(&self->base);
        return rc;
    }
    *out = self;
    return ERR_OK;
}

/* *newest: what MANIFEST said. */
static int open_newest(const char *dir, uint64_t *newest, struct snapshot **out,
                       struct err *err)
{
    struct native_snapshot *self = NULL;
    struct manifest manifest;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    int rc = manifest_read(dir, &arena, &manifest, err);
    if (rc == ERR_OK && manifest.generation_count == 0)
        rc = err_set(err, ERR_NOTFOUND, "%s: an index without a generation",
                     dir);
    else if (rc == ERR_OK) {
        *newest = manifest.generation[0].info.generation;
        rc = native_generation_open(dir, &manifest.generation[0], &self, err);
        /* The codes say which: no index there, or not all of one. */
        rc = rc == ERR_NOTFOUND ? ERR_GONE : rc;
    }
    arena_reset(&arena);
    *out = self ? &self->base : NULL;
    return rc;
}

int native_snapshot_open(const char *dir, struct snapshot **out,
                         struct err *err)
{
    uint64_t newest = 0, before = UINT64_MAX;
    int rc = ERR_GONE;
    for (int i = 0; rc == ERR_GONE && newest != before && i < OPEN_ATTEMPTS;
         i++) {
        before = i ? newest : UINT64_MAX;
        rc = open_newest(dir, &newest, out, err);
    }
    if (rc == ERR_GONE) /* and MANIFEST still names what is not there */
        rc = err_wrap(err, ERR_CORRUPT, "MANIFEST names what is not there");
    return rc;
}

void native_snapshot_close(struct snapshot *snapshot)
{
    struct native_snapshot *self = (struct native_snapshot *)snapshot;
    for (size_t i = 0; i < self->segment_count; i++)
        segment_close(self->segment[i]);
    arena_reset(&self->arena);
    mem_free(self);
}

int native_damage(const struct native_snapshot *snapshot, struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = segment_damage(snapshot->segment[i], err);
    return rc;
}

/* --- searchers --- */

int native_searcher_open(struct snapshot *snapshot, struct searcher **out,
                         struct err *err)
{
    struct native_searcher *self = mem_alloc(sizeof *self);
    if (!self)
        return err_set(err, ERR_NOMEM, "no memory for a searcher");
    *self = (struct native_searcher){
        .snapshot = (struct native_snapshot *)snapshot,
        .lexicon = {.base.ops = &native_lexicon_ops, .searcher = self}};
    *out = &self->base;
    return ERR_OK;
}

void native_searcher_close(struct searcher *searcher)
{
    mem_free(searcher);
}

static const struct native_snapshot *snapshot_of(struct searcher *searcher)
{
    return ((struct native_searcher *)searcher)->snapshot;
}

/* --- articles --- */

static int segment_of(struct searcher *searcher, doc_ref ref,
                      const struct segment **segment, doc_id *doc,
                      struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(searcher);
    uint64_t at = ref >> 32;
    *doc = (doc_id)ref;
    if (at >= snapshot->segment_count)
        return err_set(err, ERR_NOTFOUND, "no such article");
    *segment = snapshot->segment[at];
    if (*doc >= (uint64_t)(*segment)->docs + (*segment)->archived)
        return err_set(err, ERR_NOTFOUND, "no such article");
    return ERR_OK;
}

int native_article(struct searcher *searcher, doc_ref ref, struct arena *arena,
                   struct article *out, struct err *err)
{
    const struct segment *segment = NULL;
    struct doc_record record;
    struct slice payload;
    doc_id doc;
    int rc = segment_of(searcher, ref, &segment, &doc, err);
    if (rc == ERR_OK)
        rc = stored_read(&segment->stored, doc, arena, &payload, err);
    if (rc == ERR_OK)
        rc = article_from_payload(payload, arena, out, err);
    if (rc == ERR_OK)
        rc = columns_record(&segment->columns, doc, &record, err);
    if (rc)
        return rc;
    out->generation = record.generation;
    return segment_damage(segment, err);
}

int native_info(struct searcher *searcher, doc_ref ref, struct arena *arena,
                struct article_info *out, struct err *err)
{
    const struct segment *segment = NULL;
    struct doc_record record;
    doc_id doc;
    int rc = segment_of(searcher, ref, &segment, &doc, err);
    if (rc == ERR_OK)
        rc = columns_record(&segment->columns, doc, &record, err);
    if (rc)
        return rc;
    if (arena_copy_slice(arena, record.key, &out->key) ||
        arena_copy_slice(arena, record.source, &out->source) ||
        arena_copy_slice(arena, record.lang, &out->lang))
        return err_set(err, ERR_NOMEM, "the answer needs too much memory");
    out->published = record.published;
    out->words = record.words;
    out->generation = record.generation;
    return segment_damage(segment, err);
}

int native_published(struct searcher *searcher, doc_ref ref,
                     struct date *published, uint32_t *words, struct err *err)
{
    const struct segment *segment = NULL;
    doc_id doc;
    int rc = segment_of(searcher, ref, &segment, &doc, err);
    if (rc == ERR_OK)
        rc = columns_date(&segment->columns, doc, published, err);
    if (rc == ERR_OK)
        rc = columns_length(&segment->columns, doc, words, err);
    return rc ? rc : segment_damage(segment, err);
}

/* --- keys --- */

int native_find(struct searcher *searcher, struct slice key, doc_ref *out,
                struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(searcher);
    struct arena arena;
    doc_id doc = DOC_END;
    int rc = ERR_OK;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = snapshot->segment_count;
         rc == ERR_OK && doc == DOC_END && i-- > 0;) {
        const struct segment *segment = snapshot->segment[i];
        const uint64_t *bits = segment->live ? live_bits(segment->live) : NULL;
        rc = key_live_doc(segment, key, bits, &arena, &doc, err);
        if (rc == ERR_OK)
            rc = segment_damage(segment, err);
        *out = doc_ref_of(i, doc);
    }
    arena_reset(&arena);
    if (rc == ERR_OK && doc == DOC_END)
        return err_set(err, ERR_NOTFOUND, "no article has the key '%.*s'",
                       SLICE_ARG(key));
    return rc;
}

/* A version with what settles its place among the others. */
struct dated_version {
    struct version version;
    uint32_t number; /* as the source counts them */
};

static int compare_dates(struct date a, struct date b)
{
    return (a.seconds > b.seconds) - (a.seconds < b.seconds);
}

/* Oldest first: the generation says it, but not of versions that came in one run. The
 * rest is the same for every way to the same index. */
static int compare_versions(const void *a, const void *b)
{
    const struct dated_version *x = a, *y = b;
    if (x->version.current != y->version.current)
        return x->version.current ? 1 : -1;
    if (x->version.generation != y->version.generation)
        return x->version.generation > y->version.generation ? 1 : -1;
    if (x->number != y->number)
        return x->number > y->number ? 1 : -1;
    int order = compare_dates(x->version.modified, y->version.modified);
    if (order == 0)
        order = compare_dates(x->version.published, y->version.published);
    if (order == 0)
        order = (x->version.doc > y->version.doc) -
                (x->version.doc < y->version.doc);
    return order;
}

struct found_versions {
    struct dated_version *version;
    size_t count, capacity;
};

static int add_version(struct found_versions *found,
                       const struct native_snapshot *snapshot, size_t at,
                       doc_id doc, struct err *err)
{
    const struct segment *segment = snapshot->segment[at];
    struct doc_record record;
    int rc = columns_record(&segment->columns, doc, &record, err);
    if (rc)
        return rc;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? 2 * found->capacity : 8;
        struct dated_version *more =
            mem_realloc(found->version, capacity * sizeof *more);
        if (!more)
            return err_set(err, ERR_NOMEM, "out of memory");
        found->version = more;
        found->capacity = capacity;
    }
    found->version[found->count++] = (struct dated_version){
        .version = {.doc = doc_ref_of(at, doc),
                    .published = record.published,
                    .modified = record.modified,
                    .generation = record.generation,
                    .current = segment_is_live(segment, doc)},
        .number = record.version};
    return ERR_OK;
}

static int find_versions(const struct native_snapshot *snapshot,
                         struct slice key, struct found_versions *found,
                         struct err *err)
{
    struct arena arena;
    int rc = ERR_OK;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++) {
        doc_id *docs;
        size_t count;
        rc = key_docs(snapshot->segment[i], key, &arena, &docs, &count, err);
        for (size_t d = 0; rc == ERR_OK && d < count; d++)
            rc = add_version(found, snapshot, i, docs[d], err);
        if (rc == ERR_OK)
            rc = segment_damage(snapshot->segment[i], err);
        arena_reset(&arena);
    }
    return rc;
}

int native_versions(struct searcher *searcher, struct slice key,
                    struct arena *arena, struct version_list *out,
                    struct err *err)
{
    struct found_versions found = {0};
    int rc = find_versions(snapshot_of(searcher), key, &found, err);
    *out = (struct version_list){0};
    if (rc == ERR_OK && found.count) {
        qsort(found.version, found.count, sizeof *found.version,
              compare_versions);
        out->version = arena_array(arena, struct version, found.count);
        if (!out->version)
            rc = err_set(err, ERR_NOMEM, "the answer needs too much memory");
    }
    for (size_t i = 0; rc == ERR_OK && i < found.count; i++)
        out->version[out->count++] = found.version[i].version;
    mem_free(found.version);
    return rc;
}
