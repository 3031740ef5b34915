// xapian_translate.h - a resolved query as a Xapian query that finds at least the
// articles that match.
//
// Xapian's own OP_PHRASE and OP_NEAR mean something else than our operators and are
// not used: of those, a Xapian query finds the articles that contain the words, and
// match.h decides about each from its positions.
#ifndef ENGINE_XAPIAN_XAPIAN_TRANSLATE_H
#define ENGINE_XAPIAN_XAPIAN_TRANSLATE_H

#include "engine/xapian/c_headers.h"

#include <xapian.h>

namespace dateline
{

struct translation {
    Xapian::Query query; // empty(): nothing can match
    bool exact;          // it finds no other articles either
};

// `scored` false: for BoolWeight.
translation translate(const Xapian::Database &db, const struct node *node,
                      bool scored);

} // namespace dateline

#endif
