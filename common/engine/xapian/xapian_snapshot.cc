#include "engine/xapian/xapian_reader.h"

#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

#include <algorithm>
#include <cinttypes>
#include <map>
#include <memory>
#include <unistd.h>
#include <vector>

namespace dateline
{

// How often a reader starts again because the writer has retired what it was about
// to open: two commits must fall between two of its steps each time.
static constexpr int OPEN_ATTEMPTS = 10;

struct manifest_here {
    struct arena arena;
    struct manifest manifest;
    manifest_here() { arena_init(&arena, SIZE_MAX); }
    ~manifest_here() { arena_reset(&arena); }
    manifest_here(const manifest_here &) = delete;
    manifest_here &operator=(const manifest_here &) = delete;
};

// --- snapshots ---

// ERR_GONE: the generation was retired meanwhile.
static int open_newest(const char *dir, struct snapshot **out, struct err *err)
{
    manifest_here here;
    int rc = manifest_read(dir, &here.arena, &here.manifest, err);
    if (rc)
        return rc;
    if (here.manifest.generation_count == 0)
        return err_set(err, ERR_NOTFOUND, "%s: an index without a generation",
                       dir);
    const struct manifest_generation &newest = here.manifest.generation[0];
    std::string path = std::string(dir) + '/' + text_of(newest.dir);
    rc = generations_check_sizes(dir, &newest, err);
    if (rc)
        return access(path.c_str(), F_OK) < 0 ? ERR_GONE : rc;
    auto self = std::make_unique<xapian_snapshot>();
    self->base.info = newest.info;
    self->dir = path;
    *out = &self.release()->base;
    return ERR_OK;
}

int snapshot_open(const char *dir, struct snapshot **out,
                  struct err *err) noexcept
{
    return guarded(err, "open", [&] {
        int rc = ERR_GONE;
        for (int i = 0; rc == ERR_GONE && i < OPEN_ATTEMPTS; i++)
            rc = open_newest(dir, out, err);
        if (rc == ERR_GONE) // MANIFEST names what is not there
            rc = err_wrap(err, ERR_CORRUPT, "the newest generation is missing");
        need(rc);
    });
}

void snapshot_close(struct snapshot *snapshot) noexcept
{
    delete reinterpret_cast<xapian_snapshot *>(snapshot);
}

// --- searchers ---

int searcher_open(struct snapshot *snapshot, struct searcher **out,
                  struct err *err) noexcept
{
    return guarded(err, "open", [&] {
        auto *from = reinterpret_cast<xapian_snapshot *>(snapshot);
        auto self = std::make_unique<xapian_searcher>();
        self->lexicon = {{&lexicon_functions}, self.get()};
        try {
            self->db = Xapian::Database(from->dir, Xapian::DB_BACKEND_GLASS);
        } catch (const Xapian::Error &) {
            if (access(from->dir.c_str(), F_OK) == 0)
                throw;
            need(err_set(err, ERR_GONE, "generation %" PRIu64 " is retired",
                         snapshot->info.generation));
        }
        if (self->db.get_doccount() != snapshot->info.articles)
            need(err_set(err, ERR_CORRUPT,
                         "%s: %u articles, MANIFEST says %" PRIu64,
                         from->dir.c_str(), self->db.get_doccount(),
                         snapshot->info.articles));
        *out = &self.release()->base;
    });
}

void searcher_close(struct searcher *searcher) noexcept
{
    delete self_of(searcher);
}

struct lexicon *lexicon_of(struct searcher *searcher) noexcept
{
    return &self_of(searcher)->lexicon.base;
}

// --- articles ---

struct slice copy_to(struct arena *arena, const std::string &text,
                     struct err *err)
{
    struct slice copy;
    if (arena_copy_slice(arena, as_slice(text), &copy))
        need(err_set(err, ERR_NOMEM, "the answer needs too much memory"));
    return copy;
}

record record_of(const xapian_searcher *self, Xapian::docid doc,
                 struct err *err)
{
    return record_decode(self->db.get_document(doc).get_value(SLOT_RECORD),
                         err);
}

void article_of(const xapian_searcher *self, Xapian::docid doc,
                struct arena *arena, struct article *out, struct err *err)
{
    Xapian::Document document = self->db.get_document(doc);
    std::string stored = document.get_data();
    need(article_decode(as_slice(stored), arena, out, err));
    out->generation =
        record_decode(document.get_value(SLOT_RECORD), err).generation;
}

int article(struct searcher *searcher, doc_ref doc, struct arena *arena,
            struct article *out, struct err *err) noexcept
{
    return guarded(err, "article", [&] {
        if (doc == 0 || doc > self_of(searcher)->db.get_lastdocid())
            need(err_set(err, ERR_NOTFOUND, "no such article"));
        article_of(self_of(searcher), static_cast<Xapian::docid>(doc), arena,
                   out, err);
    });
}

static Xapian::Document document_of(struct searcher *searcher, doc_ref doc,
                                    struct err *err)
{
    const Xapian::Database &db = self_of(searcher)->db;
    if (doc == 0 || doc > db.get_lastdocid())
        need(err_set(err, ERR_NOTFOUND, "no such article"));
    return db.get_document(static_cast<Xapian::docid>(doc));
}

int info(struct searcher *searcher, doc_ref doc, struct arena *arena,
         struct article_info *out, struct err *err) noexcept
{
    return guarded(err, "article", [&] {
        Xapian::Document document = document_of(searcher, doc, err);
        record about = record_decode(document.get_value(SLOT_RECORD), err);
        std::string order = document.get_value(SLOT_ORDER);
        if (order.size() < ORDER_DATE_BYTES)
            need(err_set(err, ERR_CORRUPT, "an article's date is damaged"));
        out->key = copy_to(arena, order.substr(ORDER_DATE_BYTES), err);
        out->source = copy_to(arena, about.source, err);
        out->lang = copy_to(arena, about.lang, err);
        out->published = about.published;
        out->words = about.words;
        out->generation = about.generation;
    });
}

int published(struct searcher *searcher, doc_ref doc, struct date *published,
              uint32_t *words, struct err *err) noexcept
{
    return guarded(err, "article", [&] {
        Xapian::Document document = document_of(searcher, doc, err);
        record about = record_decode(document.get_value(SLOT_RECORD), err);
        *published = about.published;
        *words = about.words;
    });
}

// The terms of each article tell.
int entities_of(struct searcher *searcher, const doc_ref *docs, size_t count,
                struct cancel *cancel, struct arena *arena,
                struct entity_count_list *out, struct err *err) noexcept
{
    return guarded(err, "entities", [&] {
        const Xapian::Database &db = self_of(searcher)->db;
        std::map<std::string, uint64_t> articles;
        for (size_t i = 0; i < count; i++) {
            if (cancel_check(cancel))
                need(err_set(err, cancel_check(cancel),
                             "nobody waits for the entities of %zu articles",
                             count));
            if (docs[i] == 0 || docs[i] > db.get_lastdocid())
                need(err_set(err, ERR_NOTFOUND, "no such article"));
            auto doc = static_cast<Xapian::docid>(docs[i]);
            auto at = db.termlist_begin(doc), end = db.termlist_end(doc);
            for (at.skip_to(std::string(1, ENTITY));
                 at != end && (*at)[0] == ENTITY; ++at)
                articles[(*at).substr(1)]++;
        }
        *out = {};
        out->entity = arena_array(arena, struct entity_count_list::entity_count,
                                  articles.size());
        if (!articles.empty() && !out->entity)
            need(err_set(err, ERR_NOMEM, "the answer needs too much memory"));
        for (const auto &one : articles)
            out->entity[out->count++] = {copy_to(arena, one.first, err),
                                         one.second};
    });
}

static void add_mentions(const Xapian::Database &db, Xapian::docid doc,
                         struct slice id, struct arena *arena,
                         std::vector<struct mention> &to, struct err *err)
{
    std::string entity = entity_term(id);
    for (auto it = db.synonyms_begin(entity); it != db.synonyms_end(entity);
         ++it) {
        unsigned width;
        std::string mentioned = *it, text = form_text(mentioned, &width);
        std::string term = mention_term(id, mentioned);
        auto posting = db.postlist_begin(term), end = db.postlist_end(term);
        if (posting == end)
            continue;
        posting.skip_to(doc);
        if (posting == end || *posting != doc)
            continue;
        struct slice form = copy_to(arena, text, err);
        for (auto at = posting.positionlist_begin();
             at != posting.positionlist_end(); ++at)
            to.push_back({id, form, *at - POSITION_OFFSET,
                          static_cast<uint16_t>(width)});
    }
}

int mentions_of(struct searcher *searcher, doc_ref doc, const struct slice *id,
                size_t count, struct arena *arena, struct mention_list *out,
                struct err *err) noexcept
{
    return guarded(err, "mentions", [&] {
        std::vector<struct mention> all;
        for (size_t i = 0; i < count; i++)
            add_mentions(self_of(searcher)->db, static_cast<Xapian::docid>(doc),
                         id[i], arena, all, err);
        std::sort(all.begin(), all.end(),
                  [](const struct mention &a, const struct mention &b) {
                      if (a.position != b.position)
                          return a.position < b.position;
                      return slice_cmp(a.entity, b.entity) < 0;
                  });
        *out = {};
        if (all.empty())
            return;
        out->mention = static_cast<struct mention *>(
            arena_copy(arena, all.data(), all.size() * sizeof all[0]));
        if (!out->mention)
            need(err_set(err, ERR_NOMEM, "the answer needs too much memory"));
        out->count = all.size();
    });
}

int find(struct searcher *searcher, struct slice key, doc_ref *out,
         struct err *err) noexcept
{
    return guarded(err, "find", [&] {
        const Xapian::Database &db = self_of(searcher)->db;
        std::string term = key_term(key);
        Xapian::PostingIterator at = db.postlist_begin(term);
        if (key.len > KEY_MAX || at == db.postlist_end(term))
            need(err_set(err, ERR_NOTFOUND, "no article has the key '%.*s'",
                         SLICE_ARG(key)));
        *out = *at;
    });
}

// --- check ---

int check(const char *dir, void (*report)(void *, const char *fault),
          void *context, struct err *err) noexcept
{
    return guarded(err, "check", [&] {
        manifest_here here;
        int rc = manifest_read(dir, &here.arena, &here.manifest, err);
        if (rc == ERR_CORRUPT && report) {
            struct err again = {};
            (void)manifest_read(dir, &here.arena, &here.manifest, &again);
            report(context, again.text);
        }
        need(rc);
        need(manifest_check_files(dir, &here.manifest, report, context, err));
        need(generations_check_registers(dir, &here.manifest, report, context,
                                         err));
    });
}

} // namespace dateline
