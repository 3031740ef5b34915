// c_headers.h - our C headers, for the C++ of this folder: so that they need not know
// that C++ exists.
//
// In C++ a struct is a name of functions, too: `struct bytes_in bytes_in(...)` is
// then a shadow of its constructor, which is no mistake of theirs.
#ifndef ENGINE_XAPIAN_C_HEADERS_H
#define ENGINE_XAPIAN_C_HEADERS_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "base/cancel.h"
#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "doc/digest.h"
#include "engine/corpus_digest.h"
#include "engine/engine.h"
#include "engine/index_lock.h"
#include "engine/manifest.h"
#include "engine/xapian/generations.h"
#include "engine/xapian/xapian_engine.h"
#include "query/filter.h"
#include "text/fold.h"
}
#pragma GCC diagnostic pop

#endif
