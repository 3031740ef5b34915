// xapian.cc - game-xapian: the Xapian library as its manual sets it up: words with
// positions in one glass table, compacted, BM25 as it comes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                 \
    "-Wshadow" // of structs by functions, in C headers
extern "C" {
#include "base/err.h"
#include "bench/game/program.h"
}
#pragma GCC diagnostic pop

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>
#include <xapian.h>

namespace
{

// Articles between flushes: as many as half a gigabyte holds.
constexpr const char *FLUSH_ARTICLES = "100000";
constexpr size_t TERM_MAX = 245; // longer terms are refused

int failure(const Xapian::Error &e, struct err *err)
{
    return err_set(err, ERR_IO, "xapian: %s", e.get_description().c_str());
}

std::string text_of(struct slice s)
{
    return {reinterpret_cast<const char *>(s.data), s.len};
}

// --- build ---

int put_article(void *context, const struct game_article *in,
                struct err *err) noexcept
try {
    auto *db = static_cast<Xapian::WritableDatabase *>(context);
    Xapian::Document document;
    Xapian::termpos position = 0;
    std::string text = text_of(in->text);
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find(' ', at), text.size());
        document.add_posting(text.substr(at, std::min(end - at, TERM_MAX)),
                             position++);
        at = end + 1;
    }
    document.set_data(text_of(in->id));
    db->add_document(document);
    return ERR_OK;
} catch (const Xapian::Error &e) {
    return failure(e, err);
}

int build(const struct game_options *options, struct err *err) noexcept
try {
    std::string dir = options->dir, loose = dir + ".loose";
    setenv("XAPIAN_FLUSH_THRESHOLD", FLUSH_ARTICLES, 0);
    {
        Xapian::WritableDatabase db(loose, Xapian::DB_CREATE |
                                               Xapian::DB_DANGEROUS |
                                               Xapian::DB_NO_SYNC);
        int rc = game_read_articles(put_article, &db, err);
        if (rc)
            return rc;
        db.commit();
        if (options->keep_pieces)
            std::filesystem::copy(loose, dir);
        else
            db.compact(dir);
    }
    std::filesystem::remove_all(loose);
    return ERR_OK;
} catch (const Xapian::Error &e) {
    return failure(e, err);
} catch (const std::exception &e) {
    return err_set(err, ERR_IO, "%s", e.what());
}

// --- query ---

struct reader {
    Xapian::Database db;
    bool ids;
};

int open_reader(const struct game_options *options, void **out,
                struct err *err) noexcept
try {
    *out = new reader{Xapian::Database(options->dir), options->ids};
    return ERR_OK;
} catch (const Xapian::Error &e) {
    return failure(e, err);
}

void close_reader(void *context) noexcept
{
    delete static_cast<reader *>(context);
}

Xapian::Query query_of(const struct game_question *question)
{
    std::vector<Xapian::Query> words;
    for (size_t i = 0; i < question->count; i++)
        words.emplace_back(text_of(question->word[i]));
    if (question->form == GAME_PHRASE)
        return {Xapian::Query::OP_PHRASE, words.begin(), words.end(),
                static_cast<Xapian::termcount>(words.size())};
    return {question->form == GAME_ALL ? Xapian::Query::OP_AND
                                       : Xapian::Query::OP_OR,
            words.begin(), words.end()};
}

// Counting is exact when as many articles as there are are looked at.
int answer(void *context, const struct game_question *question,
           struct strbuf *out, struct err *err) noexcept
try {
    auto *self = static_cast<reader *>(context);
    Xapian::Enquire enquire(self->db);
    auto top = static_cast<Xapian::doccount>(game_question_top(question));
    enquire.set_query(query_of(question));
    if (top == 0)
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    Xapian::MSet found = enquire.get_mset(
        0, top, game_question_counts(question) ? self->db.get_doccount() : top);
    strbuf_addf(out, "%u",
                game_question_counts(question) ? found.get_matches_estimated()
                                               : found.size());
    for (auto hit = found.begin(); self->ids && hit != found.end(); ++hit)
        strbuf_addf(out, " %s", hit.get_document().get_data().c_str());
    return ERR_OK;
} catch (const Xapian::Error &e) {
    return failure(e, err);
}

} // namespace

int main(int argc, char **argv)
{
    static const struct game_engine engine = {"game-xapian", build, open_reader,
                                              answer, close_reader};
    return game_main(argc, argv, &engine);
}
