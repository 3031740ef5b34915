#include "engine/registry/engines.h"

#include "base/err.h"
#include "engine/native/shared/native_engine.h"

#include <stdio.h>
#include <string.h>

#ifdef DATELINE_XAPIAN
#include "engine/xapian/xapian_engine.h"
#endif

const struct engine *const engines[] = {
    &native_engine,
#ifdef DATELINE_XAPIAN
    &xapian_engine,
#endif
    NULL,
};

int engine_named(const char *name, const struct engine **out, struct err *err)
{
    char known[128] = "";
    for (size_t i = 0; engines[i]; i++) {
        if (strcmp(engines[i]->name, name) == 0) {
            *out = engines[i];
            return ERR_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, " %s", engines[i]->name);
    }
    return err_set(err, ERR_NOTFOUND, "no engine is called '%s'; there is:%s",
                   name, known);
}
