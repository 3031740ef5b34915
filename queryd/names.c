#include "queryd/names.h"

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static bool same_register(const struct names *names, const char *digest)
{
    return names && names->entities && strcmp(names->digest, digest) == 0;
}

int names_open(const struct server_options *options,
               const struct generation_info *info, struct names *kept,
               struct names **out, struct err *err)
{
    const char *digest = info->register_digest;
    struct err why = {0};
    *out = NULL;
    if (!*digest)
        return ERR_OK;
    if (same_register(kept, digest)) {
        *out = kept;
        return ERR_OK;
    }
    struct names *names = mem_alloc(sizeof *names);
    if (!names)
        return err_set(err, ERR_NOMEM, "no memory for the register");
    *names = (struct names){.refs = 1};
    snprintf(names->digest, sizeof names->digest, "%s", digest);
    int rc = options->open_register(options->index_dir, digest,
                                    &names->entities, &why);
    if (rc) {
        names->entities = NULL;
        int most = (int)sizeof names->fault - 1;
        snprintf(names->fault, sizeof names->fault, "%.*s", most, why.text);
        log_line(LOG_WARNING, "no register digest=%s error=%s", digest,
                 why.text);
    }
    *out = names;
    return ERR_OK;
}

struct names *names_ref(struct names *names)
{
    if (names)
        names->refs++;
    return names;
}

void names_unref(struct names *names)
{
    if (!names || --names->refs > 0)
        return;
    register_free(names->entities);
    mem_free(names);
}
