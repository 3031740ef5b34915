#include "indexer/fake_writer.h"

#include "base/err.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "check.h"
#include "engine/corpus_digest.h"
#include "engine/manifest.h"
#include "text/fold.h"

enum { FAKE_MAX = 4000, KEY_MAX = 300, INDEX_MAX = 8 };

struct fake_article {
    char key[KEY_MAX];
    struct stored_version version;
    struct bytes_out stored; /* article_encode() */
    uint32_t words;
    unsigned generation; /* that put it in */
};

struct fake_index {
    /* In two parts: current ones, and those that were replaced or deleted. */
    struct fake_article article[FAKE_MAX], old[FAKE_MAX];
    size_t count, old_count;
    unsigned generation, pieces;
    bool changed;
};

/* One for each directory; `latest` is the one that was committed to last. */
static struct fake_index committed[INDEX_MAX], pending;
static size_t index_count;
static char writer_dir[512];
static struct fake_index *latest = committed;
static struct writer fake_writer;
static bool open_writer, whole; /* whole: no versions, no purge, no merge */
static size_t boasted;
static unsigned puts_left = UINT32_MAX;
static int put_code, open_code, commit_code;
static void (*on_put)(void);
static struct writer_options given;

static void release(struct fake_index *index)
{
    for (size_t i = 0; i < index->count; i++)
        bytes_out_release(&index->article[i].stored);
    for (size_t i = 0; i < index->old_count; i++)
        bytes_out_release(&index->old[i].stored);
    memset(index, 0, sizeof *index);
}

static void own_bytes(struct fake_article *article, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes_out from = article[i].stored;
        article[i].stored = (struct bytes_out){0};
        put_raw(&article[i].stored, from.data, from.len);
    }
}

static void copy(struct fake_index *to, const struct fake_index *from)
{
    release(to);
    *to = *from;
    own_bytes(to->article, to->count);
    own_bytes(to->old, to->old_count);
}

/* Its number is in a file, so that a directory may be renamed. */
static struct fake_index *index_in(const char *dir)
{
    char path[600];
    unsigned number = 0;
    snprintf(path, sizeof path, "%s/number", dir);
    FILE *f = fopen(path, "r");
    if (f) {
        CHECK_EQ(fscanf(f, "%u", &number), 1);
        CHECK_EQ(fclose(f), 0);
    } else {
        number = (unsigned)index_count++;
        CHECK((f = fopen(path, "w")));
        CHECK(fprintf(f, "%u", number) > 0);
        CHECK_EQ(fclose(f), 0);
    }
    CHECK_MSG(number < INDEX_MAX, "more than %d directories", INDEX_MAX);
    return &committed[number];
}

void fake_reset(void)
{
    for (size_t i = 0; i < INDEX_MAX; i++)
        release(&committed[i]);
    release(&pending);
    index_count = 0;
    latest = committed;
    puts_left = UINT32_MAX;
    open_code = commit_code = ERR_OK;
    on_put = NULL;
    whole = false;
    boasted = 0;
    given = (struct writer_options){0};
}

void fake_fail_put(unsigned puts, int code)
{
    puts_left = puts;
    put_code = code;
}

void fake_fail_open(int code)
{
    open_code = code;
}

void fake_fail_commit(int code)
{
    commit_code = code;
}

void fake_on_put(void (*call)(void))
{
    on_put = call;
}

void fake_be_whole(void)
{
    whole = true;
}

void fake_boast(size_t count)
{
    boasted = count;
}

unsigned fake_generation(void)
{
    return latest->generation;
}

size_t fake_memory(void)
{
    return given.memory_bytes;
}

static struct fake_article *find(struct fake_index *index, struct slice key)
{
    for (size_t i = 0; i < index->count; i++)
        if (slice_eq(slice_of(index->article[i].key), key))
            return &index->article[i];
    return NULL;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct fake_article *)a)->key,
                  ((const struct fake_article *)b)->key);
}

static size_t show(const struct fake_article *a, bool current, char *out,
                   size_t size)
{
    struct arena arena;
    struct article article;
    arena_init(&arena, 64 << 20);
    struct slice stored = {a->stored.data, a->stored.len};
    CHECK_EQ(article_decode(stored, &arena, &article, NULL), 0);
    size_t used = (size_t)snprintf(
        out, size, "%s%s=%.*s|%.*s (%u)\n", current ? "" : "old ", a->key,
        SLICE_ARG(article.text[PART_TITLE]), SLICE_ARG(article.text[PART_BODY]),
        a->words);
    CHECK(used < size);
    arena_reset(&arena);
    return used;
}

const char *fake_contents(void)
{
    static char text[FAKE_MAX * 60];
    size_t used = 0;
    text[0] = '\0';
    qsort(latest->article, latest->count, sizeof *latest->article, by_key);
    for (size_t i = 0; i < latest->count; i++)
        used +=
            show(&latest->article[i], true, text + used, sizeof text - used);
    return text;
}

const char *fake_old_versions(void)
{
    static char text[FAKE_MAX * 60];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < latest->old_count; i++)
        used += show(&latest->old[i], false, text + used, sizeof text - used);
    return text;
}

/* --- writing --- */

static int open_(const char *dir, const struct writer_options *options,
                 struct writer **out, struct err *err)
{
    given = *options;
    if (open_code)
        return err_set(err, open_code, "%s: as the test asked", dir);
    CHECK(!open_writer);
    int rc = dir_make(dir, 0755, err);
    if (rc)
        return rc;
    open_writer = true;
    snprintf(writer_dir, sizeof writer_dir, "%s", dir);
    copy(&pending, index_in(dir));
    for (size_t i = 0; i < pending.count; i++)
        pending.article[i].version.this_run = false;
    fake_writer.engine = &fake_engine;
    *out = &fake_writer;
    return ERR_OK;
}

static int lookup(struct writer *writer, struct slice key,
                  struct stored_version *version, bool *found, struct err *err)
{
    (void)writer, (void)err;
    const struct fake_article *a = find(&pending, key);
    *found = a != NULL;
    if (a)
        *version = a->version;
    return ERR_OK;
}

/* It is no longer the current one. */
static void archive(const struct fake_article *a)
{
    CHECK(pending.old_count < FAKE_MAX);
    struct fake_article *old = &pending.old[pending.old_count++];
    *old = *a;
    own_bytes(old, 1);
}

static int put(struct writer *writer, const struct article *article,
               const struct analysis *analysis, struct err *err)
{
    (void)writer;
    if (on_put)
        on_put();
    if (puts_left-- == 0)
        return err_set(err, put_code, "as the test asked");
    struct fake_article *a = find(&pending, article->key);
    if (a) {
        archive(a);
    } else {
        CHECK(pending.count < FAKE_MAX && article->key.len < KEY_MAX);
        a = &pending.article[pending.count++];
        *a = (struct fake_article){0};
        memcpy(a->key, article->key.data, article->key.len);
    }
    article_digest(article, a->version.digest);
    a->version.modified = article->modified;
    a->version.version = article->version;
    a->version.this_run = true;
    a->words = analysis->word_count;
    a->generation = pending.generation + 1;
    bytes_out_release(&a->stored);
    a->stored = (struct bytes_out){0};
    pending.changed = true;
    return article_encode(article, &a->stored, err);
}

static void remove_at(struct fake_article *list, size_t *count, size_t at)
{
    bytes_out_release(&list[at].stored);
    memmove(&list[at], &list[at + 1], (--*count - at) * sizeof *list);
}

static int delete_(struct writer *writer, struct slice key, bool *found,
                   struct err *err)
{
    (void)writer, (void)err;
    struct fake_article *a = find(&pending, key);
    *found = a != NULL;
    if (!a)
        return ERR_OK;
    archive(a);
    remove_at(pending.article, &pending.count, (size_t)(a - pending.article));
    pending.changed = true;
    return ERR_OK;
}

static int purge(struct writer *writer, struct slice key, bool *found,
                 struct err *err)
{
    (void)writer;
    if (whole)
        return err_set(err, ERR_UNSUPPORTED,
                       "the engine 'fake' cannot purge; make another");
    struct fake_article *a = find(&pending, key);
    *found = a != NULL;
    if (a)
        remove_at(pending.article, &pending.count,
                  (size_t)(a - pending.article));
    for (size_t i = pending.old_count; i-- > 0;)
        if (slice_eq(slice_of(pending.old[i].key), key)) {
            remove_at(pending.old, &pending.old_count, i);
            *found = true;
        }
    pending.changed |= *found;
    return ERR_OK;
}

static int merge(struct writer *writer, struct err *err)
{
    (void)writer;
    if (whole)
        return err_set(err, ERR_UNSUPPORTED, "nothing to merge: one piece");
    if (pending.pieces > 1) {
        pending.changed = true;
        pending.pieces = 0;
    }
    return ERR_OK;
}

static void summarise(const struct fake_index *index,
                      struct generation_info *info)
{
    struct corpus_digest digest = {0};
    *info = (struct generation_info){.generation = index->generation,
                                     .articles = index->count,
                                     .engine = "fake"};
    for (size_t i = 0; i < index->count; i++) {
        info->words += index->article[i].words;
        corpus_digest_add(&digest, slice_of(index->article[i].key),
                          index->article[i].version.digest);
    }
    corpus_digest_format(&digest, info->corpus_digest);
}

static int commit(struct writer *writer, struct generation_info *out,
                  struct err *err)
{
    (void)writer;
    int rc = ERR_OK;
    latest = index_in(writer_dir);
    if (given.progress && pending.changed)
        for (uint64_t done = 0; done <= 4; done++)
            given.progress(given.progress_context,
                           done < 2 ? "sorting" : "merging", done, 4);
    if (pending.changed || latest->generation == 0) {
        pending.generation += pending.changed;
        pending.pieces += pending.changed;
        pending.changed = false;
        struct manifest manifest = {
            .analysis_version = ANALYSIS_VERSION,
            .fold_version = slice_of(fold_version()),
            .generation_count = pending.generation > 0,
        };
        summarise(&pending, &manifest.generation[0].info);
        manifest.generation[0].dir = SLICE("gen-1");
        rc = manifest_write(writer_dir, &manifest, err);
        if (rc == ERR_OK)
            copy(latest, &pending);
    }
    summarise(latest, out);
    if (rc == ERR_OK && commit_code) {
        rc = err_set(err, commit_code, "as the test asked");
        commit_code = ERR_OK;
    }
    return rc;
}

static void close_(struct writer *writer)
{
    (void)writer;
    release(&pending);
    open_writer = false;
}

static int check(const char *dir, void (*report)(void *, const char *),
                 void *context, struct err *err)
{
    (void)dir;
    if (!open_code)
        return ERR_OK;
    report(context, "gen-1/a: one fault");
    report(context, "gen-1/b: another fault");
    return err_set(err, open_code, "gen-1/a: one fault");
}

/* --- reading: enough for rebuild and info --- */

static struct fake_index seen; /* by the one snapshot */
static struct snapshot fake_snapshot;
static struct searcher fake_searcher;

static int snapshot_open_(const char *dir, struct snapshot **out,
                          struct err *err)
{
    if (open_code)
        return err_set(err, open_code, "%s: as the test asked", dir);
    copy(&seen, index_in(dir));
    summarise(&seen, &fake_snapshot.info);
    *out = &fake_snapshot;
    return ERR_OK;
}

static void snapshot_close_(struct snapshot *snapshot)
{
    (void)snapshot;
    release(&seen);
}

static int searcher_open_(struct snapshot *snapshot, struct searcher **out,
                          struct err *err)
{
    (void)snapshot, (void)err;
    *out = &fake_searcher;
    return ERR_OK;
}

static void searcher_close_(struct searcher *searcher)
{
    (void)searcher;
}

static int visit(struct searcher *searcher, const struct query *query,
                 bool want_hits, struct cancel *cancel, struct arena *arena,
                 search_visit call, void *context, struct err *err)
{
    (void)query, (void)want_hits, (void)cancel, (void)arena;
    for (size_t i = 0; i < seen.count; i++) {
        int rc = call(context, searcher, i, NULL, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* Old versions are behind the current articles. */
static const struct fake_article *article_at(doc_ref doc)
{
    return doc < FAKE_MAX ? &seen.article[doc] : &seen.old[doc - FAKE_MAX];
}

static int article_(struct searcher *searcher, doc_ref doc, struct arena *arena,
                    struct article *out, struct err *err)
{
    (void)searcher;
    const struct fake_article *a = article_at(doc);
    return article_decode((struct slice){a->stored.data, a->stored.len}, arena,
                          out, err);
}

static int versions(struct searcher *searcher, struct slice key,
                    struct arena *arena, struct version_list *out,
                    struct err *err)
{
    (void)searcher;
    if (whole)
        return err_set(err, ERR_UNSUPPORTED, "no old versions");
    *out = (struct version_list){0};
    out->version = arena_array(arena, struct version, seen.old_count + 1);
    for (size_t i = 0; i < seen.old_count; i++)
        if (slice_eq(slice_of(seen.old[i].key), key))
            out->version[out->count++] = (struct version){
                .doc = FAKE_MAX + i, .generation = seen.old[i].generation};
    const struct fake_article *a = find(&seen, key);
    if (a)
        out->version[out->count++] =
            (struct version){.doc = (doc_ref)(a - seen.article),
                             .generation = a->generation,
                             .current = true};
    return ERR_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int keys(struct searcher *searcher, key_visit call, void *context,
                struct err *err)
{
    (void)searcher;
    if (whole)
        return err_set(err, ERR_UNSUPPORTED, "no old versions");
    static char key[2 * FAKE_MAX][KEY_MAX];
    size_t count = 0;
    for (size_t i = 0; i < seen.count; i++)
        strcpy(key[count++], seen.article[i].key);
    for (size_t i = 0; i < seen.old_count; i++)
        strcpy(key[count++], seen.old[i].key);
    qsort(key, count, KEY_MAX, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i && strcmp(key[i], key[i - 1]) == 0)
            continue;
        int rc = call(context, slice_of(key[i]), err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int describe(struct snapshot *snapshot, struct composition *out,
                    struct err *err)
{
    (void)snapshot;
    if (whole)
        return err_set(err, ERR_UNSUPPORTED, "nothing to tell");
    *out = (struct composition){
        .pieces = seen.pieces,
        .old_versions = seen.old_count + boasted,
        .part = {{"words", 3000}, {"stored articles", 1000}},
        .part_count = 2};
    return ERR_OK;
}

const struct engine fake_engine = {
    .name = "fake",
    .writer_open = open_,
    .writer_lookup = lookup,
    .writer_put = put,
    .writer_delete = delete_,
    .writer_purge = purge,
    .writer_merge = merge,
    .writer_commit = commit,
    .writer_close = close_,
    .check = check,
    .snapshot_open = snapshot_open_,
    .snapshot_close = snapshot_close_,
    .searcher_open = searcher_open_,
    .searcher_close = searcher_close_,
    .visit = visit,
    .article = article_,
    .versions = versions,
    .keys = keys,
    .describe = describe,
};

const struct engine *const fake_engines[] = {&fake_engine, NULL};
