#include "engine/xapian/xapian_view.h"

#include "engine/xapian/xapian_document.h"
#include "engine/xapian/xapian_guard.h"
#include "engine/xapian/xapian_schema.h"

#include <algorithm>

namespace dateline
{

// With more terms than this, reading the article's list of terms is cheaper than
// asking for each term's positions (a search in a table each).
static constexpr size_t FEW_TERMS = 8;

static bool has_form(const struct node *word, const std::string &text)
{
    for (size_t i = 0; i < word->form_count; i++)
        if (slice_eq(word->form[i].text, as_slice(text)))
            return true;
    return false;
}

static std::vector<word_term> mention_terms(const Xapian::Database &db,
                                            const struct node *word)
{
    std::vector<word_term> terms;
    std::string entity = entity_term(word->entity);
    for (auto it = db.synonyms_begin(entity); it != db.synonyms_end(entity);
         ++it) {
        unsigned width;
        std::string mentioned = *it, text = form_text(mentioned, &width);
        std::string term = mention_term(word->entity, mentioned);
        if ((!word->some_forms || has_form(word, text)) && db.term_exists(term))
            terms.push_back({term, width, ""});
    }
    std::sort(
        terms.begin(), terms.end(),
        [](const word_term &a, const word_term &b) { return a.term < b.term; });
    return terms;
}

std::vector<word_term> word_terms(const Xapian::Database &db,
                                  const struct node *word)
{
    std::vector<word_term> terms;
    if (word->entity.len)
        return mention_terms(db, word);
    for (size_t i = 0; i < word->form_count; i++) {
        const struct word_form &form = word->form[i];
        std::string plain =
            occurrence_term(word->caps_only ? CAPS : WORD, form.text, 1);
        std::string lang = text_of(form.lang);
        if (db.term_exists(plain))
            terms.push_back({plain, 1, lang});
        std::string variants = plain + JOINED;
        for (auto it = db.allterms_begin(variants);
             it != db.allterms_end(variants); ++it) {
            std::string term = *it;
            terms.push_back(
                {term, static_cast<unsigned char>(term.back()), lang});
        }
    }
    std::stable_sort(
        terms.begin(), terms.end(),
        [](const word_term &a, const word_term &b) { return a.term < b.term; });
    return terms;
}

static xapian_view *self_of(struct article_view *view)
{
    return reinterpret_cast<xapian_view *>(view);
}

static const record &about(xapian_view *self, struct err *err)
{
    if (!self->have_record)
        self->about = record_of(self->searcher, self->doc, err);
    self->have_record = true;
    return self->about;
}

static const std::vector<word_term> &terms_of(xapian_view *self,
                                              const struct node *word)
{
    auto at = self->words.find(word);
    if (at == self->words.end())
        at = self->words.emplace(word, word_terms(self->searcher->db, word))
                 .first;
    return at->second;
}

// Call `visit` with the terms of `word` that may be in this article, until it
// returns true.
template <typename Visit>
static void each_term(xapian_view *self, const struct node *word,
                      struct err *err, Visit visit)
{
    const Xapian::Database &db = self->searcher->db;
    const std::vector<word_term> &terms = terms_of(self, word);
    bool few = terms.size() <= FEW_TERMS;
    Xapian::TermIterator there, end;
    if (!few) {
        there = db.termlist_begin(self->doc);
        end = db.termlist_end(self->doc);
    }
    for (const word_term &term : terms) {
        if (!few) {
            there.skip_to(term.term);
            if (there == end)
                return;
            if (*there != term.term)
                continue;
        }
        if (!term.lang.empty() && term.lang != primary_lang(about(self, err)))
            continue;
        if (visit(term))
            return;
    }
}

static bool before(const struct span &a, const struct span &b)
{
    return a.start != b.start ? a.start < b.start : a.end < b.end;
}

static bool same(const struct span &a, const struct span &b)
{
    return a.start == b.start && a.end == b.end;
}

static int word_spans(struct article_view *view, const struct node *word,
                      struct arena *arena, struct span_list *out,
                      struct err *err) noexcept
{
    return guarded(err, "positions", [&] {
        xapian_view *self = self_of(view);
        const Xapian::Database &db = self->searcher->db;
        std::vector<struct span> spans;
        each_term(self, word, err, [&](const word_term &term) {
            auto end = db.positionlist_end(self->doc, term.term);
            for (auto at = db.positionlist_begin(self->doc, term.term);
                 at != end; ++at)
                spans.push_back({*at - POSITION_OFFSET,
                                 *at - POSITION_OFFSET + term.width});
            return false;
        });
        std::sort(spans.begin(), spans.end(), before);
        spans.erase(std::unique(spans.begin(), spans.end(), same), spans.end());
        *out = {};
        if (spans.empty())
            return;
        out->span = static_cast<struct span *>(arena_copy(
            arena, spans.data(), spans.size() * sizeof(struct span)));
        if (!out->span)
            need(err_set(err, ERR_LIMIT, "one article has too many hits"));
        out->count = spans.size();
    });
}

static int word_present(struct article_view *view, const struct node *word,
                        bool *out, struct err *err) noexcept
{
    return guarded(err, "positions", [&] {
        xapian_view *self = self_of(view);
        const Xapian::Database &db = self->searcher->db;
        *out = false;
        each_term(self, word, err, [&](const word_term &term) {
            *out = db.positionlist_begin(self->doc, term.term) !=
                   db.positionlist_end(self->doc, term.term);
            return *out;
        });
    });
}

static bool has_term(const xapian_view *self, const std::string &term)
{
    const Xapian::Database &db = self->searcher->db;
    Xapian::TermIterator at = db.termlist_begin(self->doc);
    at.skip_to(term);
    return at != db.termlist_end(self->doc) && *at == term;
}

// A cut term proves nothing: the article itself decides.
static bool has_long_value(const xapian_view *self, const struct node *filter,
                           struct err *err)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    bool found = false;
    int rc = guarded(err, "article", [&] {
        struct article article;
        article_of(self->searcher, self->doc, &arena, &article, err);
        for_each_field_value(&article, filter->field, err,
                             [&](struct slice value) {
                                 found |= slice_eq(value, filter->value);
                             });
    });
    arena_reset(&arena);
    need(rc);
    return found;
}

static int filter_matches(struct article_view *view, const struct node *filter,
                          bool *out, struct err *err) noexcept
{
    return guarded(err, "filter", [&] {
        xapian_view *self = self_of(view);
        if (filter->kind == NODE_DATE) {
            *out = filter_date(filter, about(self, err).published);
            return;
        }
        if (filter->field == FIELD_SINCE) {
            *out = about(self, err).generation > filter->since;
            return;
        }
        bool cut;
        std::string term = filter_term(filter, &cut);
        *out =
            has_term(self, term) && (!cut || has_long_value(self, filter, err));
    });
}

static int part_range(struct article_view *view, enum article_part part,
                      struct span *out, struct err *err) noexcept
{
    return guarded(err, "part", [&] {
        const struct part_range &range = about(self_of(view), err).part[part];
        *out = {range.start, range.end};
    });
}

static int unit_starts(struct article_view *view, enum near_unit unit,
                       struct arena *arena, struct position_list *out,
                       struct err *err) noexcept
{
    return guarded(err, "sentences", [&] {
        xapian_view *self = self_of(view);
        const Xapian::Database &db = self->searcher->db;
        std::vector<uint32_t> starts;
        std::string term = unit_term(unit);
        auto end = db.positionlist_end(self->doc, term);
        for (auto at = db.positionlist_begin(self->doc, term); at != end; ++at)
            starts.push_back(*at - POSITION_OFFSET);
        *out = {};
        if (starts.empty())
            return;
        out->at = static_cast<uint32_t *>(
            arena_copy(arena, starts.data(), starts.size() * sizeof(uint32_t)));
        if (!out->at)
            need(err_set(err, ERR_LIMIT, "one article has too many sentences"));
        out->count = starts.size();
    });
}

static const struct article_view_ops view_functions = {
    word_spans, word_present, filter_matches, part_range, unit_starts};

xapian_view::xapian_view(const xapian_searcher *from)
    : base{&view_functions, nullptr}, searcher(from), about()
{
}

} // namespace dateline
