#include "engine/xapian/xapian_translate.h"

#include "engine/xapian/xapian_schema.h"
#include "engine/xapian/xapian_view.h"

#include <string>
#include <vector>

namespace dateline
{

static const translation nothing()
{
    return {Xapian::Query(), true};
}

// A term that only decides. Xapian (1.4.22) opens the list of all documents for one
// that stands in each of them, but looks for further chunks of that list under the
// term, and calls the database corrupt where there are none. Asked for all documents
// openly, it does not. (Not Query::MatchAll: that is a shared static object, whose
// reference count is not safe between threads.)
static Xapian::Query unscored_term(const Xapian::Database &db,
                                   const std::string &term)
{
    if (db.get_termfreq(term) == db.get_doccount())
        return Xapian::Query(std::string());
    return Xapian::Query(term);
}

// Several terms scored as if they were one.
static Xapian::Query one_of(const Xapian::Database &db,
                            const std::vector<std::string> &terms, bool scored)
{
    if (terms.empty())
        return Xapian::Query();
    if (scored && terms.size() == 1)
        return Xapian::Query(terms[0]);
    if (scored)
        return Xapian::Query(Xapian::Query::OP_SYNONYM, terms.begin(),
                             terms.end());
    std::vector<Xapian::Query> each;
    for (const std::string &term : terms)
        each.push_back(unscored_term(db, term));
    return Xapian::Query(Xapian::Query::OP_OR, each.begin(), each.end());
}

// A bare word: its stem in each language, and itself where words have no stems. Where
// they have, the article of the form has its stem, too: together each occurrence
// is found, and counted once.
static std::vector<std::string> bare_terms(const Xapian::Database &db,
                                           const struct node *word)
{
    std::vector<std::string> candidates, terms;
    for (size_t i = 0; i < word->stem_count; i++)
        candidates.push_back(stem_term(word->stem[i].lang, word->stem[i].text));
    for (size_t i = 0; i < word->form_count; i++)
        if (word->form[i].lang.len == 0)
            candidates.push_back(occurrence_term(PLAIN, word->form[i].text, 1));
    for (const std::string &term : candidates)
        if (db.term_exists(term))
            terms.push_back(term);
    return terms;
}

static std::vector<std::string> exact_terms(const Xapian::Database &db,
                                            const struct node *word)
{
    std::vector<std::string> terms;
    for (const word_term &term : word_terms(db, word))
        if (terms.empty() || terms.back() != term.term)
            terms.push_back(term.term);
    return terms;
}

static std::vector<std::string> entity_terms(const Xapian::Database &db,
                                             const struct node *word)
{
    std::string term = entity_term(word->entity);
    return db.term_exists(term) ? std::vector<std::string>{term}
                                : std::vector<std::string>{};
}

static translation translate_word(const Xapian::Database &db,
                                  const struct node *word, bool scored)
{
    bool any_form = word->entity.len && !word->some_forms;
    Xapian::Query found = one_of(db,
                                 any_form           ? entity_terms(db, word)
                                 : word->stem_count ? bare_terms(db, word)
                                                    : exact_terms(db, word),
                                 scored);
    if (found.empty())
        return nothing();
    if (scored && word->caps.len) {
        // Capitals are preferred, not demanded.
        std::string caps = occurrence_term(CAPS, word->caps, 1);
        if (db.term_exists(caps))
            found = Xapian::Query(Xapian::Query::OP_AND_MAYBE, found,
                                  Xapian::Query(caps));
    }
    // Without stems, forms of one language would stand here for any.
    bool exact = true;
    for (size_t i = 0; !word->stem_count && i < word->form_count; i++)
        exact = exact && word->form[i].lang.len == 0;
    return {found, exact};
}

static translation translate_all(const Xapian::Database &db,
                                 const struct node *node, bool scored)
{
    std::vector<Xapian::Query> parts;
    bool exact = true;
    for (size_t i = 0; i < node->child_count; i++) {
        translation part = translate(db, node->child[i], scored);
        if (part.query.empty())
            return nothing();
        parts.push_back(part.query);
        exact = exact && part.exact;
    }
    return {Xapian::Query(Xapian::Query::OP_AND, parts.begin(), parts.end()),
            exact};
}

static translation translate_any(const Xapian::Database &db,
                                 const struct node *node, bool scored)
{
    std::vector<Xapian::Query> parts;
    bool exact = true;
    for (size_t i = 0; i < node->child_count; i++) {
        translation part = translate(db, node->child[i], scored);
        if (part.query.empty())
            continue;
        parts.push_back(part.query);
        exact = exact && part.exact;
    }
    if (parts.empty())
        return nothing();
    return {Xapian::Query(Xapian::Query::OP_OR, parts.begin(), parts.end()),
            exact};
}

// Operators over positions: all words must be there, and the article decides.
static translation translate_positional(const Xapian::Database &db,
                                        const struct node *node, bool scored)
{
    translation all = translate_all(db, node, scored);
    if (!all.query.empty())
        all.exact = false;
    return all;
}

// What is taken away must not be too much.
static translation translate_not(const Xapian::Database &db,
                                 const struct node *node, bool scored)
{
    translation with = translate(db, node->child[0], scored);
    if (with.query.empty())
        return nothing();
    translation without = translate(db, node->child[1], false);
    if (without.query.empty())
        return with;
    if (!without.exact)
        return {with.query, false};
    return {Xapian::Query(Xapian::Query::OP_AND_NOT, with.query, without.query),
            with.exact};
}

static translation translate_field(const Xapian::Database &db,
                                   const struct node *node)
{
    if (node->field == FIELD_SINCE)
        return {node->since == UINT64_MAX
                    ? Xapian::Query()
                    : Xapian::Query(Xapian::Query::OP_VALUE_GE, SLOT_GENERATION,
                                    generation_value(node->since + 1)),
                true};
    bool cut;
    std::string term = filter_term(node, &cut);
    if (!db.term_exists(term))
        return nothing();
    return {Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT,
                          unscored_term(db, term), 0.0),
            !cut};
}

// SLOT_ORDER falls with time, and no value is a date alone: a key follows.
static translation translate_date(const struct node *node)
{
    if (node->undated)
        return {Xapian::Query(Xapian::Query::OP_VALUE_GE, SLOT_ORDER,
                              order_undated()),
                true};
    if (node->range.from >= node->range.to)
        return nothing();
    std::string newest = order_date(node->range.to - 1);
    std::string after_oldest = node->range.from > DATE_MIN
                                   ? order_date(node->range.from - 1)
                                   : order_undated();
    return {Xapian::Query(Xapian::Query::OP_VALUE_RANGE, SLOT_ORDER, newest,
                          after_oldest),
            true};
}

translation translate(const Xapian::Database &db, const struct node *node,
                      bool scored)
{
    switch (node->kind) {
    case NODE_WORD:
        return translate_word(db, node, scored);
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_TITLE:
        return translate_positional(db, node, scored);
    case NODE_NOTNEAR: {
        translation first = translate(db, node->child[0], scored);
        if (!first.query.empty())
            first.exact = false;
        return first;
    }
    case NODE_ANY: // some word stands in nearly every article
        return {Xapian::Query(std::string()), false};
    case NODE_AND:
        return translate_all(db, node, scored);
    case NODE_OR:
        return translate_any(db, node, scored);
    case NODE_NOT:
        return translate_not(db, node, scored);
    case NODE_FIELD:
        return translate_field(db, node);
    case NODE_DATE:
        return translate_date(node);
    case NODE_NOTHING:
        return nothing();
    }
    return nothing();
}

} // namespace dateline
