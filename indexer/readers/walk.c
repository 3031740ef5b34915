#include "indexer/readers/input.h"

#include "base/err.h"
#include "engine/manifest.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int visit_failure(input_visit *visit, void *context, const FTSENT *entry)
{
    struct err failure;
    if (entry->fts_errno == ENOENT)
        err_set(&failure, ERR_NOTFOUND, "%s: no such file", entry->fts_path);
    else
        err_set(&failure, ERR_IO, "%s: %s", entry->fts_path,
                strerror(entry->fts_errno));
    return visit(context, entry->fts_path, &failure);
}

static int visit_strange(input_visit *visit, void *context, const FTSENT *entry)
{
    struct err failure;
    err_set(&failure, ERR_INVALID, "%s: not a file that holds text",
            entry->fts_path);
    return visit(context, entry->fts_path, &failure);
}

static int visit_entry(FTS *tree, FTSENT *entry, input_visit *visit,
                       void *context)
{
    bool named = entry->fts_level == FTS_ROOTLEVEL;
    if (!named && entry->fts_name[0] == '.') {
        fts_set(tree, entry, FTS_SKIP);
        return 0;
    }
    switch (entry->fts_info) {
    case FTS_D: /* an index that stands among the deliveries is none of them */
        if (manifest_is_there(entry->fts_path))
            fts_set(tree, entry, FTS_SKIP);
        return 0;
    case FTS_F:
        return visit(context, entry->fts_path, NULL);
    case FTS_DEFAULT: /* a pipe that was named is meant; a socket found is not */
        return named ? visit(context, entry->fts_path, NULL)
                     : visit_strange(visit, context, entry);
    case FTS_SLNONE:
        entry->fts_errno = ENOENT;
        return visit_failure(visit, context, entry);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return visit_failure(visit, context, entry);
    default: /* folders, behind them; FTS_DC, the way back up */
        return 0;
    }
}

static int walk_one(const char *path, input_visit *visit, void *context,
                    struct err *err)
{
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    int rc = 0;
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!tree) {
        struct err failure;
        if (errno == ENOMEM)
            return err_set_errno(err, "walk", path);
        err_set_errno(&failure, "walk", *path ? path : "''");
        return visit(context, path, &failure);
    }
    FTSENT *entry = NULL;
    while (!rc && (errno = 0, entry = fts_read(tree)))
        rc = visit_entry(tree, entry, visit, context);
    if (!rc && !entry && errno)
        rc = err_set_errno(err, "walk", path);
    fts_close(tree);
    return rc;
}

int input_walk(const char *const *paths, size_t count, input_visit *visit,
               void *context, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < count && !rc; i++)
        rc = strcmp(paths[i], "-") == 0
                 ? visit(context, paths[i], NULL)
                 : walk_one(paths[i], visit, context, err);
    return rc;
}
