/* native_engine.h - the immutable-segment index of our own as an engine; see engine.h
 * and docs/ARCHITECTURE.md. Defined above all of its parts; declared below them, because a
 * snapshot and a writer say whose they are. */
#ifndef ENGINE_NATIVE_SHARED_NATIVE_ENGINE_H
#define ENGINE_NATIVE_SHARED_NATIVE_ENGINE_H

#include "engine/engine.h"

extern const struct engine native_engine;

#endif
