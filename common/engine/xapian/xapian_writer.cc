// The working copy is made at the first real change: a run that finds nothing new
// copies nothing. It is private until MANIFEST names it, so flushing it early, and
// without syncing, is harmless.
#include "engine/xapian/xapian_writer.h"

#include "engine/xapian/xapian_document.h"
#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <unordered_set>

namespace dateline
{

// Measured on news: Xapian's buffers hold about this much for each term of an
// article, and for each of its words, until they are flushed.
static constexpr size_t BYTES_PER_TERM = 110, BYTES_PER_POSITION = 4;
// Beyond this the trees of the buffers fall out of the processor's cache: adding took
// 13 s with 32 MB and 21 s with 128 MB (docs/decisions/020).
static constexpr size_t BUFFER_BYTES_MAX = size_t{32} << 20;
// Words that the run knows to be in the stem dictionary; forgetting them costs time
// only.
static constexpr size_t KNOWN_FORMS_MAX = size_t{1} << 20;

struct xapian_writer {
    writer base; // first, so that C may hold a pointer to it
    std::string dir;
    int lock = -1;
    struct arena arena; // of the manifest, until close
    struct manifest manifest;
    size_t memory_bytes, pending_bytes = 0;
    struct writer_options options;

    std::unique_ptr<Xapian::Database> current; // the newest generation
    std::unique_ptr<Xapian::WritableDatabase> work;
    std::string work_dir;
    Xapian::docid last_before; // of the state this run began with
    bool failed = false;       // good for close only

    uint64_t articles, words; // of current, with this run's changes
    struct corpus_digest digest;
    std::unordered_set<std::string> known_forms, known_languages;

    xapian_writer() { arena_init(&arena, SIZE_MAX); }
    ~xapian_writer()
    {
        arena_reset(&arena);
        index_unlock(lock);
    }
    const Xapian::Database &db() const { return work ? *work : *current; }
    struct manifest_generation &newest() { return manifest.generation[0]; }
};

static xapian_writer *self_of(struct writer *writer)
{
    return reinterpret_cast<xapian_writer *>(writer);
}

// --- opening ---

// Private, so in place and unsynced: as fast as copy-on-write, a third smaller.
static constexpr int WORK_FLAGS =
    Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS;

// Generation 0: a database without articles.
static void create_index(xapian_writer *self, struct err *err)
{
    self->manifest.analysis_version = ANALYSIS_VERSION;
    self->manifest.fold_version = ::slice_of(fold_version());
    need(generations_clean(self->dir.c_str(), &self->manifest, err));
    std::string tmp = self->dir + "/gen-0.tmp";
    Xapian::WritableDatabase(tmp, Xapian::DB_CREATE | WORK_FLAGS).close();

    struct generation_info info = {};
    strcpy(info.engine, xapian_engine.name);
    struct corpus_digest empty = {};
    corpus_digest_format(&empty, info.corpus_digest);
    need(generations_publish(self->dir.c_str(), tmp.c_str(), nullptr, &info,
                             &self->arena, &self->manifest, err));
}

static void read_index(xapian_writer *self, struct err *err)
{
    const struct generation_info &info = self->newest().info;
    if (strcmp(info.engine, xapian_engine.name) != 0)
        need(err_set(err, ERR_MISMATCH,
                     "%s: made by the engine '%s', not by '%s'",
                     self->dir.c_str(), info.engine, xapian_engine.name));
    need(manifest_check_analysis(&self->manifest, err));
    need(generations_clean(self->dir.c_str(), &self->manifest, err));
}

static void read_statistics(xapian_writer *self, struct err *err)
{
    const struct manifest_generation &newest = self->newest();
    self->articles = newest.info.articles;
    self->words = newest.info.words;
    if (!corpus_digest_parse(newest.info.corpus_digest, &self->digest))
        need(err_set(err, ERR_CORRUPT, "%s/MANIFEST: no corpus digest",
                     self->dir.c_str()));
    need(generations_check_sizes(self->dir.c_str(), &newest, err));
    self->current = std::make_unique<Xapian::Database>(
        self->dir + '/' + text_of(newest.dir), Xapian::DB_BACKEND_GLASS);
}

int writer_open(const char *dir, const struct writer_options *options,
                struct writer **out, struct err *err) noexcept
{
    return guarded(err, "writer", [&] {
        auto self = std::make_unique<xapian_writer>();
        self->base.engine = &xapian_engine;
        self->dir = dir;
        self->memory_bytes = BUFFER_BYTES_MAX;
        if (options)
            self->options = *options;
        if (options && options->memory_bytes)
            self->memory_bytes =
                std::min(options->memory_bytes, BUFFER_BYTES_MAX);
        need(dir_make(dir, 0755, err));
        need(index_lock(dir, &self->lock, err));
        int rc = manifest_read(dir, &self->arena, &self->manifest, err);
        if (rc == ERR_NOTFOUND ||
            (rc == ERR_OK && self->manifest.generation_count == 0))
            create_index(self.get(), err);
        else if (rc == ERR_OK)
            read_index(self.get(), err);
        else
            throw stopped{rc};
        read_statistics(self.get(), err);
        self->last_before = self->current->get_lastdocid();
        *out = &self.release()->base;
    });
}

void writer_close(struct writer *writer) noexcept
{
    if (!writer)
        return;
    xapian_writer *self = self_of(writer);
    // Closing a WritableDatabase commits what it can and swallows what it throws;
    // the copy goes either way.
    self->work.reset();
    if (!self->work_dir.empty())
        (void)tree_remove(self->work_dir.c_str(), nullptr);
    delete self;
}

// --- changing ---

// `body` sets `failed` while an exception would leave the working copy unknown.
template <typename Body>
static int changing(xapian_writer *self, struct err *err, const char *doing,
                    Body body) noexcept
{
    if (self->failed)
        return err_set(err, ERR_IO, "%s: an earlier write failed",
                       self->dir.c_str());
    return guarded(err, doing, body);
}

static Xapian::docid find_key(const xapian_writer *self, struct slice key)
{
    std::string term = key_term(key);
    const Xapian::Database &db = self->db();
    Xapian::PostingIterator at = db.postlist_begin(term);
    return at == db.postlist_end(term) ? 0 : *at;
}

static record record_at(const xapian_writer *self, Xapian::docid doc,
                        struct err *err)
{
    return record_decode(self->db().get_document(doc).get_value(SLOT_RECORD),
                         err);
}

int writer_lookup(struct writer *writer, struct slice key,
                  struct stored_version *out, bool *found,
                  struct err *err) noexcept
{
    xapian_writer *self = self_of(writer);
    return changing(self, err, "lookup", [&] {
        Xapian::docid doc = find_key(self, key);
        *found = doc != 0;
        if (!doc)
            return;
        record there = record_at(self, doc, err);
        memcpy(out->digest, there.digest, sizeof out->digest);
        out->modified = there.modified;
        out->version = there.version;
        // A new version is a new document, and numbers only rise.
        out->this_run = doc > self->last_before;
    });
}

static void open_work(xapian_writer *self, struct err *err)
{
    if (self->work)
        return;
    const struct manifest_generation &newest = self->newest();
    self->work_dir = self->dir + "/gen-" +
                     std::to_string(newest.info.generation + 1) + ".tmp";
    std::string from = self->dir + '/' + text_of(newest.dir);
    need(dir_copy(from.c_str(), self->work_dir.c_str(), err));
    self->work = std::make_unique<Xapian::WritableDatabase>(
        self->work_dir, Xapian::DB_OPEN | WORK_FLAGS);
}

static void remove_article(xapian_writer *self, Xapian::docid doc,
                           struct slice key, struct err *err)
{
    record old = record_at(self, doc, err);
    self->work->delete_document(doc);
    self->articles--;
    self->words -= old.words;
    corpus_digest_remove(&self->digest, key, old.digest);
}

static void add_language(xapian_writer *self, const std::string &lang)
{
    if (self->known_languages.insert(lang).second)
        self->work->set_metadata(bounded_term(LANGUAGE_METADATA + lang),
                                 lang + ' ');
}

// (language, stem) -> form, for lexicon.stem_forms. Xapian's synonym table is that
// dictionary; adding twice changes nothing.
static void add_forms(xapian_writer *self, const std::string &lang,
                      const struct analysis *analysis)
{
    if (self->known_forms.size() > KNOWN_FORMS_MAX)
        self->known_forms.clear();
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token &token = analysis->tokens.token[i];
        if (token.stem.len &&
            self->known_forms.insert(lang + ':' + text_of(token.form)).second)
            self->work->add_synonym(stem_term(as_slice(lang), token.stem),
                                    text_of(token.form));
    }
}

// Entity -> form, for lexicon.entity_forms: in the same table.
static void add_mentioned(xapian_writer *self, const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->mentions.count; i++) {
        const struct mention &mention = analysis->mentions.mention[i];
        std::string form = mentioned_form(mention.form, mention.width);
        std::string entity = entity_term(mention.entity);
        if (self->known_forms.insert(entity + JOINED + form).second)
            self->work->add_synonym(entity, form);
    }
}

static void flush_when_full(xapian_writer *self)
{
    if (self->pending_bytes < self->memory_bytes)
        return;
    self->work->commit();
    self->pending_bytes = 0;
}

static void check_key(struct slice key, struct err *err)
{
    if (key.len == 0)
        need(err_set(err, ERR_INVALID, "an article without a key"));
    if (key.len > KEY_MAX)
        need(err_set(err, ERR_LIMIT, "a key of more than %d bytes",
                     LIMIT_KEY_BYTES));
}

int writer_put(struct writer *writer, const struct article *article,
               const struct analysis *analysis, struct err *err) noexcept
{
    xapian_writer *self = self_of(writer);
    return changing(self, err, "put", [&] {
        check_key(article->key, err);
        record fresh =
            record_of(article, analysis, self->newest().info.generation + 1);
        Xapian::Document document = document_of(article, analysis, fresh, err);
        self->failed = true; // unless all of this succeeds
        open_work(self, err);
        Xapian::docid old = find_key(self, article->key);
        if (old)
            remove_article(self, old, article->key, err);
        self->work->add_document(document);
        add_language(self, primary_lang(fresh));
        add_forms(self, primary_lang(fresh), analysis);
        add_mentioned(self, analysis);
        self->articles++;
        self->words += fresh.words;
        corpus_digest_add(&self->digest, article->key, fresh.digest);
        self->pending_bytes += document.termlist_count() * BYTES_PER_TERM +
                               analysis->tokens.count * BYTES_PER_POSITION;
        flush_when_full(self);
        self->failed = false;
    });
}

int writer_delete(struct writer *writer, struct slice key, bool *found,
                  struct err *err) noexcept
{
    xapian_writer *self = self_of(writer);
    return changing(self, err, "delete", [&] {
        *found = find_key(self, key) != 0;
        if (!*found)
            return;
        self->failed = true;
        open_work(self, err);
        remove_article(self, find_key(self, key), key, err);
        self->failed = false;
    });
}

// --- committing ---

int writer_commit(struct writer *writer, struct generation_info *out,
                  struct err *err) noexcept
{
    xapian_writer *self = self_of(writer);
    return changing(self, err, "commit", [&] {
        if (!self->work &&
            !generations_register_changed(&self->manifest, &self->options)) {
            *out = self->newest().info;
            return;
        }
        self->failed = true;
        open_work(self, err);
        self->work->commit();
        self->work->close();
        self->work.reset();

        struct generation_info info = self->newest().info;
        info.generation++;
        info.articles = self->articles;
        info.words = self->words;
        corpus_digest_format(&self->digest, info.corpus_digest);
        need(generations_publish(self->dir.c_str(), self->work_dir.c_str(),
                                 &self->options, &info, &self->arena,
                                 &self->manifest, err));
        self->work_dir.clear();
        self->pending_bytes = 0;
        self->current = std::make_unique<Xapian::Database>(
            self->dir + '/' + text_of(self->newest().dir),
            Xapian::DB_BACKEND_GLASS);
        *out = info;
        self->failed = false;
    });
}

} // namespace dateline
