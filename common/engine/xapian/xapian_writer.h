// xapian_writer.h - the writing half of the engine's table; contracts in engine.h.
#ifndef ENGINE_XAPIAN_XAPIAN_WRITER_H
#define ENGINE_XAPIAN_XAPIAN_WRITER_H

#include "engine/xapian/c_headers.h"

namespace dateline
{

int writer_open(const char *dir, const struct writer_options *options,
                struct writer **out, struct err *err) noexcept;
int writer_lookup(struct writer *writer, struct slice key,
                  struct stored_version *out, bool *found,
                  struct err *err) noexcept;
int writer_put(struct writer *writer, const struct article *article,
               const struct analysis *analysis, struct err *err) noexcept;
int writer_delete(struct writer *writer, struct slice key, bool *found,
                  struct err *err) noexcept;
int writer_commit(struct writer *writer, struct generation_info *out,
                  struct err *err) noexcept;
void writer_close(struct writer *writer) noexcept;

} // namespace dateline

#endif
