/* engines.h - the engines of this build, for the programs. */
#ifndef REGISTRY_ENGINES_H
#define REGISTRY_ENGINES_H

#include "engine/engine.h"

/* NULL-terminated; the first one is the default. */
extern const struct engine *const engines[];

/* ERR_NOTFOUND, naming those there are. */
int engine_named(const char *name, const struct engine **out, struct err *err);

#endif
