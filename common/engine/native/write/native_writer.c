/* Articles go to memory, from there to segments, and a commit makes the segments a
 * generation. Until then nothing that was committed is touched: what a run changes about
 * committed segments is kept in memory. */
#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "base/files.h"
#include "base/mem.h"
#include "engine/index_lock.h"
#include "engine/native/shared/key_docs.h"
#include "engine/native/shared/native_engine.h"
#include "text/fold.h"

#include <stdio.h>
#include <string.h>

static const size_t MEMORY_DEFAULT = (size_t)512 << 20;
/* What a process that indexes needs besides: articles on their way, keys of the run, what
 * waits to be written, holes between allocations. Measured. */
static const size_t MEMORY_BESIDES = (size_t)32 << 20;

static struct native_writer *self_of(struct writer *writer)
{
    return (struct native_writer *)writer;
}

/* Of what the process may take, what articles in memory may. */
static size_t memory_for_buffer(size_t memory)
{
    size_t besides = MEMORY_BESIDES + memory / 16;
    return memory - (besides < memory / 2 ? besides : memory / 2);
}

void writer_progress(const struct native_writer *self, const char *what,
                     uint64_t done, uint64_t total)
{
    if (self->options.progress)
        self->options.progress(self->options.progress_context, what, done,
                               total);
}

static int refuse_failed(const struct native_writer *self, struct err *err)
{
    return err_set(err, ERR_IO, "%s: an earlier write failed", self->dir);
}

/* --- opening --- */

/* Generation 0: no articles, no files. */
static int create_index(struct native_writer *self, struct err *err)
{
    struct generation_info info = {0};
    const struct corpus_digest empty = {0};
    const struct generation_files nothing = {0};
    strcpy(info.engine, native_engine.name);
    corpus_digest_format(&empty, info.corpus_digest);
    self->manifest =
        (struct manifest){.analysis_version = ANALYSIS_VERSION,
                          .fold_version = slice_of(fold_version())};
    int rc = native_check_unused(self->dir, err);
    if (rc == ERR_OK)
        rc = dir_make(self->segments_dir, 0755, err);
    if (rc == ERR_OK)
        rc = file_sync_dir(self->dir, err);
    return rc ? rc
              : generation_publish(self->dir, &self->manifest, &nothing, &info,
                                   true, &self->manifest_arena[0], err);
}

static int check_index(struct native_writer *self, struct err *err)
{
    const char *engine = self->manifest.generation[0].info.engine;
    if (strcmp(engine, native_engine.name) != 0)
        return err_set(err, ERR_MISMATCH,
                       "%s: made by the engine '%s', not by '%s'", self->dir,
                       engine, native_engine.name);
    int rc = manifest_check_analysis(&self->manifest, err);
    /* An index without segments may have come here without their folder. */
    return rc ? rc : dir_make(self->segments_dir, 0755, err);
}

static void text_of(struct slice name, char out[SEGMENT_NAME_SIZE])
{
    size_t skip = name.len ? sizeof SEGMENT_DIR : 0;
    snprintf(out, SEGMENT_NAME_SIZE, "%.*s", (int)(name.len - skip),
             name.len ? (const char *)name.data + skip : "");
}

static int open_segments(struct native_writer *self, struct err *err)
{
    struct segment_ref *refs;
    size_t count;
    int rc = segment_refs(self->dir, &self->manifest.generation[0],
                          &self->scratch, &refs, &count, err);
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        char name[SEGMENT_NAME_SIZE], live_name[SEGMENT_NAME_SIZE];
        struct side_file mentions = {.size = refs[i].mentions.size,
                                     .crc32 = refs[i].mentions.crc32,
                                     .committed = true};
        struct writer_segment *s;
        text_of(refs[i].segment.name, name);
        text_of(refs[i].live.name, live_name);
        text_of(refs[i].mentions.name, mentions.name);
        rc = segment_adopt(self, name, live_name, &mentions, &s, err);
        if (rc)
            break;
        s->size = refs[i].segment.size;
        s->crc32 = refs[i].segment.crc32;
        s->live_size = refs[i].live.size;
        s->live_crc32 = refs[i].live.crc32;
        s->committed = true;
        self->articles += s->live_docs;
        self->words += s->live_words;
    }
    arena_reset(&self->scratch);
    /* Nobody else may retire files: who names what is gone is damaged. */
    return rc == ERR_NOTFOUND
               ? err_wrap(err, ERR_CORRUPT, "MANIFEST names what is not there")
               : rc;
}

static int check_statistics(struct native_writer *self, struct err *err)
{
    const struct generation_info *info = &self->manifest.generation[0].info;
    if (info->articles != self->articles || info->words != self->words)
        return err_set(err, ERR_CORRUPT,
                       "%s: the segments hold %llu articles, MANIFEST says "
                       "%llu, or their words differ",
                       self->dir, (unsigned long long)self->articles,
                       (unsigned long long)info->articles);
    if (!corpus_digest_parse(info->corpus_digest, &self->digest))
        return err_set(err, ERR_CORRUPT, "%s/MANIFEST: no corpus digest",
                       self->dir);
    return ERR_OK;
}

static int open_index(struct native_writer *self, struct err *err)
{
    int rc = dir_make(self->dir, 0755, err);
    if (rc == ERR_OK)
        rc = index_lock(self->dir, &self->lock, err);
    if (rc)
        return rc;
    rc = manifest_read(self->dir, &self->manifest_arena[0], &self->manifest,
                       err);
    if (rc == ERR_NOTFOUND ||
        (rc == ERR_OK && self->manifest.generation_count == 0))
        rc = create_index(self, err);
    else if (rc == ERR_OK)
        rc = check_index(self, err);
    if (rc == ERR_OK)
        rc = open_segments(self, err);
    if (rc == ERR_OK)
        rc = check_statistics(self, err);
    /* Not before it is sure that what MANIFEST names is whole. */
    return rc ? rc : native_clean(self->dir, &self->manifest, err);
}

int native_writer_open(const char *dir, const struct writer_options *options,
                       struct writer **out, struct err *err)
{
    struct native_writer *self = mem_alloc(sizeof *self);
    if (!self)
        return err_set(err, ERR_NOMEM, "out of memory");
    *self = (struct native_writer){.base.engine = &native_engine, .lock = -1};
    if (options)
        self->options = *options;
    self->memory_bytes = memory_for_buffer(self->options.memory_bytes
                                               ? self->options.memory_bytes
                                               : MEMORY_DEFAULT);
    arena_init(&self->manifest_arena[0], SIZE_MAX);
    arena_init(&self->manifest_arena[1], SIZE_MAX);
    arena_init(&self->scratch, SIZE_MAX);
    hash_map_init(&self->buffer.keys);

    int n = snprintf(self->dir, sizeof self->dir, "%s", dir);
    int m = snprintf(self->segments_dir, sizeof self->segments_dir,
                     "%s/" SEGMENT_DIR, dir);
    int rc = n < 0 || m < 0 || (size_t)m >= sizeof self->segments_dir
                 ? err_set(err, ERR_INVALID, "directory name too long: %s", dir)
                 : open_index(self, err);
    if (rc) {
        native_writer_close(&self->base);
        return rc;
    }
    self->generation_before = self->manifest.generation[0].info.generation;
    *out = &self->base;
    return ERR_OK;
}

/* After a failed commit nobody knows which MANIFEST the next start will find; the next
 * writer will, and cleans. Else what is not named goes now. */
static void remove_made_files(struct native_writer *self)
{
    struct manifest there;
    int rc = manifest_read(self->dir, &self->scratch, &there, NULL);
    if (rc == ERR_OK && there.generation_count &&
        there.generation[0].info.generation ==
            self->manifest.generation[0].info.generation)
        (void)native_clean(self->dir, &there, NULL);
}

void native_writer_close(struct writer *writer)
{
    struct native_writer *self = self_of(writer);
    if (!self)
        return;
    buffer_drop(self);
    for (size_t i = 0; i < self->segment_count; i++)
        segment_forget(&self->segment[i]);
    if (self->made_files)
        remove_made_files(self);
    stemmers_free(self->stemmers);
    arena_reset(&self->scratch);
    arena_reset(&self->manifest_arena[0]);
    arena_reset(&self->manifest_arena[1]);
    index_unlock(self->lock);
    mem_free(self->segment);
    mem_free(self);
}

/* --- finding --- */

/* Where the current article of a key is, and what is known about it. */
struct place {
    bool found, in_buffer;
    size_t segment;
    doc_id doc; /* its number, in the buffer */
    struct doc_record record;
};

static int find_in_segments(struct native_writer *self, struct slice key,
                            struct place *out, struct err *err)
{
    int rc = ERR_OK;
    uint64_t hash = hash_bytes(key);
    for (size_t i = self->segment_count; rc == ERR_OK && i-- > 0;) {
        const struct writer_segment *s = &self->segment[i];
        if (!key_filter_may_have(s->keys, hash))
            continue;
        rc = key_live_doc(s->segment, key, current_bits(s), &self->scratch,
                          &out->doc, err);
        if (rc == ERR_OK && out->doc == DOC_END)
            continue;
        if (rc == ERR_OK)
            rc = columns_record(&s->segment->columns, out->doc, &out->record,
                                err);
        if (rc == ERR_OK)
            rc = segment_damage(s->segment, err);
        out->found = rc == ERR_OK;
        out->segment = i;
        break;
    }
    arena_reset(&self->scratch);
    return rc;
}

static int find_current(struct native_writer *self, struct slice key,
                        struct place *out, struct err *err)
{
    *out = (struct place){0};
    if (!buffer_find(self, key, &out->doc))
        return find_in_segments(self, key, out, err);
    out->found = out->in_buffer = true;
    out->record = *inverter_record(self->buffer.inverter, out->doc);
    return ERR_OK;
}

int native_writer_lookup(struct writer *writer, struct slice key,
                         struct stored_version *out, bool *found,
                         struct err *err)
{
    struct native_writer *self = self_of(writer);
    struct place place;
    if (self->failed)
        return refuse_failed(self, err);
    int rc = find_current(self, key, &place, err);
    if (rc)
        return rc;
    *found = place.found;
    if (!place.found)
        return ERR_OK;
    memcpy(out->digest, place.record.digest, sizeof out->digest);
    out->modified = place.record.modified;
    out->version = place.record.version;
    out->this_run = place.record.generation > self->generation_before;
    return ERR_OK;
}

/* --- changing --- */

/* The article stays, as an old version. */
static int archive(struct native_writer *self, struct slice key,
                   const struct place *place, struct err *err)
{
    if (!place->found)
        return ERR_OK;
    if (self->options.without_text)
        return err_set(err, ERR_UNSUPPORTED,
                       "%.*s: without texts nothing is replaced or deleted",
                       SLICE_ARG(key));
    if (place->in_buffer) {
        buffer_archive(self, key, place->doc);
    } else {
        int rc =
            segment_archive(&self->segment[place->segment], place->doc, err);
        if (rc)
            return rc;
    }
    self->changed = true;
    self->articles--;
    self->words -= place->record.words;
    corpus_digest_remove(&self->digest, key, place->record.digest);
    return ERR_OK;
}

static struct doc_record record_of(const struct article *article,
                                   const struct analysis *analysis,
                                   uint64_t generation)
{
    struct doc_record r = {.key = article->key,
                           .source = article->source,
                           .lang = article->lang,
                           .published = article->published,
                           .modified = article->modified,
                           .version = article->version,
                           .words = analysis->word_count,
                           .generation = generation};
    for (int part = 0; part < PART_COUNT; part++)
        r.part[part] = (struct position_range){analysis->part[part].start,
                                               analysis->part[part].end};
    if (analysis->group)
        memcpy(r.digest, analysis->digest, sizeof r.digest);
    else
        article_digest(article, r.digest);
    return r;
}

static int put(struct native_writer *self, const struct article *article,
               const struct analysis *analysis, struct err *err)
{
    struct place old;
    const struct doc_record record =
        record_of(article, analysis, writer_generation(self));
    int rc = find_current(self, article->key, &old, err);
    if (rc == ERR_OK)
        rc = archive(self, article->key, &old, err);
    if (rc == ERR_OK)
        rc = buffer_put(self, article, analysis, &record, err);
    if (rc)
        return rc;
    self->changed = true;
    self->articles++;
    self->words += record.words;
    corpus_digest_add(&self->digest, article->key, record.digest);
    if (buffer_memory(self) < self->memory_bytes &&
        !inverter_is_full(self->buffer.inverter))
        return ERR_OK;
    rc = buffer_flush(self, err);
    return rc ? rc : merge_when_many(self, err);
}

int native_writer_put(struct writer *writer, const struct article *article,
                      const struct analysis *analysis, struct err *err)
{
    struct native_writer *self = self_of(writer);
    if (self->failed)
        return refuse_failed(self, err);
    if (article->key.len == 0)
        return err_set(err, ERR_INVALID, "an article without a key");
    if (article->key.len > ARTICLE_KEY_MAX)
        return err_set(err, ERR_LIMIT, "a key of more than %d bytes",
                       ARTICLE_KEY_MAX);
    self->failed = true; /* unless all of this succeeds */
    int rc = put(self, article, analysis, err);
    self->failed = rc != ERR_OK;
    return rc;
}

int native_writer_delete(struct writer *writer, struct slice key, bool *found,
                         struct err *err)
{
    struct native_writer *self = self_of(writer);
    struct place place;
    if (self->failed)
        return refuse_failed(self, err);
    int rc = find_current(self, key, &place, err);
    if (rc)
        return rc;
    *found = place.found;
    rc = archive(self, key, &place, err);
    self->failed = rc != ERR_OK;
    return rc;
}

/* Mark every version of the key in the segments. */
static int purge(struct native_writer *self, struct slice key, bool *found,
                 struct err *err)
{
    int rc = ERR_OK;
    *found = false;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++) {
        struct writer_segment *s = &self->segment[i];
        doc_id *docs;
        size_t count;
        rc = key_docs(s->segment, key, &self->scratch, &docs, &count, err);
        for (size_t d = 0; rc == ERR_OK && d < count; d++) {
            if (s->purged && bit_at(s->purged, docs[d]))
                continue; /* purged before in this run */
            *found = true;
            rc = segment_mark_purged(s, docs[d], err);
        }
        if (rc == ERR_OK) /* or else a version may have been missed */
            rc = segment_damage(s->segment, err);
        arena_reset(&self->scratch);
    }
    return rc;
}

int native_writer_purge(struct writer *writer, struct slice key, bool *found,
                        struct err *err)
{
    struct native_writer *self = self_of(writer);
    struct place current;
    if (self->failed)
        return refuse_failed(self, err);
    self->failed = true;
    int rc = ERR_OK;
    /* What is in memory leaves no trace once it is in a segment. */
    if (buffer_knows(self, key))
        rc = buffer_flush(self, err);
    if (rc == ERR_OK)
        rc = find_current(self, key, &current, err);
    if (rc == ERR_OK)
        rc = archive(self, key, &current, err);
    if (rc == ERR_OK)
        rc = purge(self, key, found, err);
    if (rc)
        return rc;
    self->failed = false;
    self->changed = self->changed || *found;
    self->purging = self->purging || *found;
    return ERR_OK;
}

int native_writer_merge(struct writer *writer, struct err *err)
{
    struct native_writer *self = self_of(writer);
    if (self->failed)
        return refuse_failed(self, err);
    self->merge_all = true;
    return ERR_OK;
}
