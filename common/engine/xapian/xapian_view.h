// xapian_view.h - one article of the index for match.h: its words from position
// lists, its filters from terms and records.
//
// A view belongs to one query and one searcher, and stands on one article after
// another; which terms of the dictionary a word of the query means is found out once.
#ifndef ENGINE_XAPIAN_XAPIAN_VIEW_H
#define ENGINE_XAPIAN_XAPIAN_VIEW_H

#include "engine/xapian/c_headers.h"

#include "engine/xapian/xapian_reader.h"

#include <unordered_map>
#include <vector>

namespace dateline
{

// A term whose positions are occurrences of a word.
struct word_term {
    std::string term;
    unsigned width;
    std::string lang; // only in articles of this language; empty: in any
};

// The terms of a NODE_WORD that the dictionary has, sorted.
std::vector<word_term> word_terms(const Xapian::Database &db,
                                  const struct node *word);

struct xapian_view {
    article_view base; // first, so that C may hold a pointer to it
    const xapian_searcher *searcher;
    Xapian::docid doc = 0;
    bool have_record = false;
    record about; // of doc, when have_record
    std::unordered_map<const struct node *, std::vector<word_term>> words;

    explicit xapian_view(const xapian_searcher *searcher);
    void stand_on(Xapian::docid at)
    {
        doc = at;
        have_record = false;
    }
};

} // namespace dateline

#endif
