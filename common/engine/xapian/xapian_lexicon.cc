#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_reader.h"
#include "engine/xapian/xapian_schema.h"

#include <algorithm>
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

const struct lexicon_ops lexicon_functions = {prefix_forms, stem_forms,
                                              languages};

} // namespace dateline
