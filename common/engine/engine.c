#include "engine/engine.h"

#include "base/err.h"
#include "engine/manifest.h"

#include <assert.h>
#include <string.h>

enum { MANIFEST_MEMORY = 64 << 20 };

static int engine_of(const char *dir, const struct engine *const *engines,
                     const struct engine **out, struct err *err)
{
    struct arena manifest_arena;
    arena_init(&manifest_arena, MANIFEST_MEMORY);
    struct manifest manifest;
    int rc = manifest_read(dir, &manifest_arena, &manifest, err);
    if (rc)
        goto out;
    if (manifest.generation_count == 0) {
        rc = err_set(err, ERR_NOTFOUND, "%s: an index without a generation",
                     dir);
        goto out;
    }
    const char *name = manifest.generation[0].info.engine;
    for (; *engines; engines++)
        if (strcmp((*engines)->name, name) == 0)
            break;
    *out = *engines;
    if (!*engines)
        rc = err_set(err, ERR_UNSUPPORTED,
                     "%s: made by the engine '%s', which this build is without",
                     dir, name);
out:
    arena_reset(&manifest_arena);
    return rc;
}

int snapshot_open(const char *dir, const struct engine *const *engines,
                  struct snapshot **out, struct err *err)
{
    const struct engine *engine = NULL;
    int rc = engine_of(dir, engines, &engine, err);
    if (rc)
        return rc;
    rc = engine->snapshot_open(dir, out, err);
    if (rc == ERR_OK) {
        (*out)->engine = engine;
        (*out)->refs = 1;
    }
    return rc;
}

void snapshot_ref(struct snapshot *snapshot)
{
    int before = __atomic_fetch_add(&snapshot->refs, 1, __ATOMIC_RELAXED);
    assert(before > 0);
    (void)before;
}

/* Acquire and release: whatever other threads did with the snapshot has happened
 * before its files are closed. */
void snapshot_unref(struct snapshot *snapshot)
{
    if (!snapshot)
        return;
    int before = __atomic_fetch_sub(&snapshot->refs, 1, __ATOMIC_ACQ_REL);
    assert(before > 0);
    if (before == 1)
        snapshot->engine->snapshot_close(snapshot);
}

int searcher_open(struct snapshot *snapshot, struct searcher **out,
                  struct err *err)
{
    int rc = snapshot->engine->searcher_open(snapshot, out, err);
    if (rc == ERR_OK) {
        snapshot_ref(snapshot);
        (*out)->snapshot = snapshot;
    }
    return rc;
}

void searcher_close(struct searcher *searcher)
{
    if (!searcher)
        return;
    struct snapshot *snapshot = searcher->snapshot;
    snapshot->engine->searcher_close(searcher);
    snapshot_unref(snapshot);
}
