/* native_engine.h - the immutable-segment index of our own as an engine; see engine.h
 * and docs/ARCHITECTURE.md. */
#ifndef ENGINE_NATIVE_NATIVE_ENGINE_H
#define ENGINE_NATIVE_NATIVE_ENGINE_H

#include "engine/engine.h"

extern const struct engine native_engine;

#endif
