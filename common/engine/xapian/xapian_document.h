// xapian_document.h - an analysed article as a Xapian document (xapian_schema.h).
#ifndef ENGINE_XAPIAN_XAPIAN_DOCUMENT_H
#define ENGINE_XAPIAN_XAPIAN_DOCUMENT_H

#include "engine/xapian/c_headers.h"

#include "engine/xapian/xapian_record.h"

#include <functional>
#include <string>
#include <xapian.h>

namespace dateline
{

// Throws `stopped`.
Xapian::Document document_of(const struct article *article,
                             const struct analysis *analysis,
                             const record &record, struct err *err);

// Every folded value an article is found under in `field`.
void for_each_field_value(const struct article *article, enum ast_field field,
                          struct err *err,
                          const std::function<void(struct slice)> &visit);

} // namespace dateline

#endif
