#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_reader.h"
#include "engine/xapian/xapian_schema.h"

#include <algorithm>
#include <set>
#include <vector>

namespace dateline
{

static const Xapian::Database &db_of(struct lexicon *lexicon)
{
    return reinterpret_cast<xapian_lexicon *>(lexicon)->searcher->db;
}

static void give(const std::vector<std::string> &texts, struct arena *arena,
                 struct slice_list *out, struct err *err)
{
    *out = {};
    out->item = arena_array(arena, struct slice, texts.size() + 1);
    if (!out->item)
        need(err_set(err, ERR_NOMEM, "the query needs too much memory"));
    for (const std::string &text : texts)
        out->item[out->count++] = copy_to(arena, text, err);
}

static int prefix_forms(struct lexicon *lexicon, struct slice prefix,
                        size_t limit, struct arena *arena,
                        struct slice_list *out, struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string start = WORD + text_of(prefix);
        std::vector<std::string> forms;
        for (auto it = db.allterms_begin(start); it != db.allterms_end(start);
             ++it) {
            std::string term = *it;
            std::string form = term.substr(1, term.find(JOINED) - 1);
            if (!forms.empty() && forms.back() == form)
                continue;
            if (forms.size() == limit)
                need(err_set(err, ERR_LIMIT, "more than %zu words", limit));
            forms.push_back(form);
        }
        give(forms, arena, out, err);
    });
}

// The forms of the dictionary, each once, in order of bytes.
template <typename Visit>
static void each_form(const Xapian::Database &db, Visit visit)
{
    std::string all(1, WORD), before;
    for (auto it = db.allterms_begin(all); it != db.allterms_end(all); ++it) {
        std::string term = *it;
        std::string form = term.substr(1, term.find(JOINED) - 1);
        if (form != before)
            visit(form);
        before = form;
    }
}

static std::vector<uint32_t> code_points(const std::string &text)
{
    std::vector<uint32_t> points;
    for (size_t at = 0; at < text.size();)
        points.push_back(utf8_next(as_slice(text), &at));
    return points;
}

// Equal, or one edit apart (Damerau 1964): one code point more, less or another, or
// two neighbours swapped. What remains behind the first difference decides.
static bool within_one_edit(const std::vector<uint32_t> &a,
                            const std::vector<uint32_t> &b)
{
    size_t shorter = std::min(a.size(), b.size());
    if (std::max(a.size(), b.size()) > shorter + 1)
        return false;
    size_t at = 0;
    while (at < shorter && a[at] == b[at])
        at++;
    auto rest_equal = [&](size_t i, size_t k) {
        return std::equal(a.begin() + static_cast<ptrdiff_t>(i), a.end(),
                          b.begin() + static_cast<ptrdiff_t>(k), b.end());
    };
    if (a.size() != b.size())
        return a.size() > b.size() ? rest_equal(at + 1, at)
                                   : rest_equal(at, at + 1);
    if (at == a.size() || rest_equal(at + 1, at + 1))
        return true;
    return at + 1 < a.size() && a[at] == b[at + 1] && a[at + 1] == b[at] &&
           rest_equal(at + 2, at + 2);
}

// Looks at every form: the first letter may be the one that differs.
static int near_forms(struct lexicon *lexicon, struct slice form, size_t limit,
                      struct arena *arena, struct slice_list *out,
                      struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        std::vector<uint32_t> wanted = code_points(text_of(form));
        std::vector<std::string> forms;
        each_form(db_of(lexicon), [&](const std::string &candidate) {
            // A code point has at most four bytes.
            if (candidate.size() + 4 < form.len ||
                candidate.size() > form.len + 4 ||
                !within_one_edit(wanted, code_points(candidate)))
                return;
            if (forms.size() == limit)
                need(err_set(err, ERR_LIMIT, "more than %zu words", limit));
            forms.push_back(candidate);
        });
        give(forms, arena, out, err);
    });
}

// An article may hold a form plain and joined: it counts once.
static int frequency(struct lexicon *lexicon, struct slice form,
                     uint64_t *articles, uint64_t *occurrences,
                     struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string plain = occurrence_term(WORD, form, 1);
        std::vector<std::string> terms;
        if (db.term_exists(plain))
            terms.push_back(plain);
        std::string variants = plain + JOINED;
        for (auto it = db.allterms_begin(variants);
             it != db.allterms_end(variants); ++it)
            terms.push_back(*it);
        *articles = *occurrences = 0;
        for (const std::string &term : terms) {
            *occurrences += db.get_collection_freq(term);
            *articles = std::max<uint64_t>(*articles, db.get_termfreq(term));
        }
        if (terms.size() == 1 || *articles == db.get_doccount())
            return;
        std::set<Xapian::docid> in;
        for (const std::string &term : terms)
            in.insert(db.postlist_begin(term), db.postlist_end(term));
        *articles = in.size();
    });
}

static int stem_forms(struct lexicon *lexicon, struct slice lang,
                      struct slice stem, struct arena *arena,
                      struct slice_list *out, struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string key = stem_term(lang, stem);
        std::vector<std::string> forms;
        for (auto it = db.synonyms_begin(key); it != db.synonyms_end(key); ++it)
            forms.push_back(*it);
        std::sort(forms.begin(), forms.end());
        give(forms, arena, out, err);
    });
}

static int entity_forms(struct lexicon *lexicon, struct slice id,
                        struct arena *arena, struct entity_form_list *out,
                        struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string key = entity_term(id);
        std::vector<entity_form> forms;
        for (auto it = db.synonyms_begin(key); it != db.synonyms_end(key);
             ++it) {
            std::string term = mention_term(id, *it);
            struct entity_form form = {};
            form.text = copy_to(arena, form_text(*it, &form.width), err);
            form.articles = db.get_termfreq(term);
            form.mentions = db.get_collection_freq(term);
            if (form.articles)
                forms.push_back(form);
        }
        std::sort(forms.begin(), forms.end(),
                  [](const entity_form &a, const entity_form &b) {
                      int order = slice_cmp(a.text, b.text);
                      return order ? order < 0 : a.width < b.width;
                  });
        *out = {};
        if (forms.empty())
            return;
        out->form = static_cast<struct entity_form *>(arena_copy(
            arena, forms.data(), forms.size() * sizeof(struct entity_form)));
        if (!out->form)
            need(err_set(err, ERR_NOMEM, "the query needs too much memory"));
        out->count = forms.size();
    });
}

static int entity_frequency(struct lexicon *lexicon, struct slice id,
                            uint64_t *articles, uint64_t *mentions,
                            struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string term = entity_term(id);
        *articles = db.get_termfreq(term);
        *mentions = db.get_collection_freq(term);
    });
}

static int entities(struct lexicon *lexicon, struct arena *arena,
                    struct slice_list *out, struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::string all(1, ENTITY);
        std::vector<std::string> ids;
        for (auto it = db.allterms_begin(all); it != db.allterms_end(all); ++it)
            ids.push_back((*it).substr(1));
        give(ids, arena, out, err);
    });
}

static int languages(struct lexicon *lexicon, struct arena *arena,
                     struct slice_list *out, struct err *err) noexcept
{
    return guarded(err, "dictionary", [&] {
        const Xapian::Database &db = db_of(lexicon);
        std::vector<std::string> names;
        for (auto it = db.metadata_keys_begin(LANGUAGE_METADATA);
             it != db.metadata_keys_end(LANGUAGE_METADATA); ++it) {
            std::string name = db.get_metadata(*it);
            names.push_back(name.substr(0, name.size() - 1));
        }
        std::sort(names.begin(), names.end());
        give(names, arena, out, err);
    });
}

const struct lexicon_ops lexicon_functions = {
    prefix_forms, near_forms,       frequency, stem_forms,
    entity_forms, entity_frequency, entities,  languages};

} // namespace dateline
