#include "indexer/fake_writer.h"

#include "base/err.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "check.h"
#include "engine/corpus_digest.h"
#include "engine/manifest.h"
#include "text/fold.h"

enum { FAKE_MAX = 4000, KEY_MAX = 300 };

struct fake_article {
    char key[KEY_MAX];
    struct stored_version version;
    struct bytes_out stored; /* article_encode() */
    uint32_t words;
};

struct fake_index {
    struct fake_article article[FAKE_MAX];
    size_t count;
    unsigned generation;
    bool changed;
};

struct fake_writer {
    struct writer base;
    char dir[512];
};

static struct fake_index committed, pending;
static bool open_writer;
static unsigned puts_left = UINT32_MAX;
static int put_code, open_code;
static void (*on_put)(void);

static void release(struct fake_index *index)
{
    for (size_t i = 0; i < index->count; i++)
        bytes_out_release(&index->article[i].stored);
    memset(index, 0, sizeof *index);
}

static void copy(struct fake_index *to, const struct fake_index *from)
{
    release(to);
    *to = *from;
    for (size_t i = 0; i < to->count; i++) {
        to->article[i].stored = (struct bytes_out){0};
        put_raw(&to->article[i].stored, from->article[i].stored.data,
                from->article[i].stored.len);
    }
}

void fake_reset(void)
{
    release(&committed);
    release(&pending);
    puts_left = UINT32_MAX;
    open_code = ERR_OK;
    on_put = NULL;
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

void fake_on_put(void (*call)(void))
{
    on_put = call;
}

unsigned fake_generation(void)
{
    return committed.generation;
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

const char *fake_contents(void)
{
    static char text[FAKE_MAX * 60];
    struct arena arena;
    size_t used = 0;
    arena_init(&arena, 64 << 20);
    text[0] = '\0';
    qsort(committed.article, committed.count, sizeof *committed.article,
          by_key);
    for (size_t i = 0; i < committed.count; i++) {
        const struct fake_article *a = &committed.article[i];
        struct article article;
        struct slice stored = {a->stored.data, a->stored.len};
        CHECK_EQ(article_decode(stored, &arena, &article, NULL), 0);
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s=%.*s|%.*s (%u)\n", a->key,
                                 SLICE_ARG(article.text[PART_TITLE]),
                                 SLICE_ARG(article.text[PART_BODY]), a->words);
        CHECK(used < sizeof text);
    }
    arena_reset(&arena);
    return text;
}

/* --- writing --- */

static int open_(const char *dir, const struct writer_options *options,
                 struct writer **out, struct err *err)
{
    static struct fake_writer writer;
    (void)options;
    if (open_code)
        return err_set(err, open_code, "%s: as the test asked", dir);
    CHECK(!open_writer);
    int rc = dir_make(dir, 0755, err);
    if (rc)
        return rc;
    open_writer = true;
    copy(&pending, &committed);
    for (size_t i = 0; i < pending.count; i++)
        pending.article[i].version.this_run = false;
    writer.base.engine = &fake_engine;
    snprintf(writer.dir, sizeof writer.dir, "%s", dir);
    *out = &writer.base;
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

static int put(struct writer *writer, const struct article *article,
               const struct analysis *analysis, struct err *err)
{
    (void)writer;
    if (on_put)
        on_put();
    if (puts_left-- == 0)
        return err_set(err, put_code, "as the test asked");
    struct fake_article *a = find(&pending, article->key);
    if (!a) {
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
    bytes_out_release(&a->stored);
    a->stored = (struct bytes_out){0};
    pending.changed = true;
    return article_encode(article, &a->stored, err);
}

static int delete_(struct writer *writer, struct slice key, bool *found,
                   struct err *err)
{
    (void)writer, (void)err;
    struct fake_article *a = find(&pending, key);
    *found = a != NULL;
    if (!a)
        return ERR_OK;
    bytes_out_release(&a->stored);
    *a = pending.article[--pending.count];
    pending.changed = true;
    return ERR_OK;
}

static void describe(const struct fake_index *index,
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
    struct fake_writer *self = (struct fake_writer *)writer;
    int rc = ERR_OK;
    if (pending.changed || committed.generation == 0) {
        pending.generation += pending.changed;
        pending.changed = false;
        struct manifest manifest = {
            .analysis_version = ANALYSIS_VERSION,
            .fold_version = slice_of(fold_version()),
            .generation_count = pending.generation > 0,
        };
        describe(&pending, &manifest.generation[0].info);
        manifest.generation[0].dir = SLICE("gen-1");
        rc = manifest_write(self->dir, &manifest, err);
        if (rc == ERR_OK)
            copy(&committed, &pending);
    }
    describe(&committed, out);
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

/* --- reading: enough for rebuild --- */

static struct snapshot fake_snapshot;
static struct searcher fake_searcher;

static int snapshot_open_(const char *dir, struct snapshot **out,
                          struct err *err)
{
    (void)dir, (void)err;
    describe(&committed, &fake_snapshot.info);
    *out = &fake_snapshot;
    return ERR_OK;
}

static void snapshot_close_(struct snapshot *snapshot)
{
    (void)snapshot;
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
    size_t count = committed.count; /* a rebuild commits over it in this fake */
    for (size_t i = 0; i < count; i++) {
        int rc = call(context, searcher, i, NULL, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int article_(struct searcher *searcher, doc_ref doc, struct arena *arena,
                    struct article *out, struct err *err)
{
    (void)searcher;
    const struct fake_article *a = &committed.article[doc];
    return article_decode((struct slice){a->stored.data, a->stored.len}, arena,
                          out, err);
}

const struct engine fake_engine = {
    .name = "fake",
    .writer_open = open_,
    .writer_lookup = lookup,
    .writer_put = put,
    .writer_delete = delete_,
    .writer_commit = commit,
    .writer_close = close_,
    .check = check,
    .snapshot_open = snapshot_open_,
    .snapshot_close = snapshot_close_,
    .searcher_open = searcher_open_,
    .searcher_close = searcher_close_,
    .visit = visit,
    .article = article_,
};

const struct engine *const fake_engines[] = {&fake_engine, NULL};
