/* xapian_engine.h - the Xapian library as an engine; see engine.h. */
#ifndef ENGINE_XAPIAN_XAPIAN_ENGINE_H
#define ENGINE_XAPIAN_XAPIAN_ENGINE_H

#include "engine/engine.h"

extern const struct engine xapian_engine;

#endif
