/* Read everything there is, and compare everything that is said twice. */
#include "engine/native/read/native_reader.h"

#include "base/err.h"
#include "base/strbuf.h"
#include "engine/corpus_digest.h"
#include "engine/native/shared/key_docs.h"
#include "engine/native/shared/native_files.h"
#include "engine/native/shared/register_set.h"
#include "engine/register_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* How often a check starts again because a commit has come between. */
enum { CHECK_ATTEMPTS = 10, FAULTS_BYTES_MAX = 1 << 20 };

/* Faults are kept until it is sure that they are none of a generation that was retired
 * meanwhile. */
struct check {
    struct strbuf faults; /* each ends in a NUL */
    int rc;
    struct err first;
    const struct native_snapshot *before; /* whose segments were read already */
};

/* Once: generations share files. */
static void add_fault(void *context, const char *fault)
{
    struct check *check = context;
    for (size_t at = 0; at < check->faults.len;
         at += strlen(check->faults.data + at) + 1)
        if (strcmp(check->faults.data + at, fault) == 0)
            return;
    if (check->faults.len == 0)
        check->rc = err_set(&check->first, ERR_CORRUPT, "%s", fault);
    strbuf_add(&check->faults, fault, strlen(fault) + 1);
}

/* Damage has been told, or is told now; anything else ends the check. */
static int took(struct check *check, size_t faults_before, int rc,
                const struct err *err)
{
    if (rc != ERR_CORRUPT && rc != ERR_MISMATCH)
        return rc;
    if (check->faults.len == faults_before)
        add_fault(check, err->text);
    return ERR_OK;
}

/* --- one generation --- */

static bool has_same_mentions(const struct segment *a, const struct segment *b)
{
    return !a->mentions || !b->mentions
               ? a->mentions == b->mentions
               : strcmp(mentions_path(a->mentions),
                        mentions_path(b->mentions)) == 0;
}

/* Articles only die: an equal number of current ones is the same set of them. */
static bool is_same(const struct segment *a, const struct segment *b)
{
    return strcmp(segment_file_path(a->file), segment_file_path(b->file)) ==
               0 &&
           segment_live_docs(a) == segment_live_docs(b) &&
           has_same_mentions(a, b);
}

static bool was_checked(const struct check *check,
                        const struct segment *segment)
{
    const struct native_snapshot *before = check->before;
    for (size_t i = 0; before && i < before->segment_count; i++)
        if (is_same(before->segment[i], segment))
            return true;
    return false;
}

static int check_segment(struct check *check, const struct segment *segment)
{
    struct err err = {0};
    size_t faults = check->faults.len;
    if (was_checked(check, segment))
        return ERR_OK;
    int rc = segment_check(segment, add_fault, check, &err);
    rc = took(check, faults, rc, &err);
    return rc ? err_set(&check->first, rc, "%s", err.text) : ERR_OK;
}

/* --- its articles together --- */

struct key_check {
    struct check *check;
    const struct native_snapshot *snapshot;
    struct corpus_digest digest;
    struct arena arena; /* of one key */
};

/* Sum up the current articles of a key; there is one at most. */
static int check_key(void *context, struct slice key, struct err *err)
{
    struct key_check *keys = context;
    unsigned current = 0;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < keys->snapshot->segment_count; i++) {
        const struct segment *segment = keys->snapshot->segment[i];
        struct doc_record record;
        doc_id *docs;
        size_t count;
        rc = key_docs(segment, key, &keys->arena, &docs, &count, err);
        for (size_t d = 0; rc == ERR_OK && d < count; d++) {
            rc = columns_record(&segment->columns, docs[d], &record, err);
            if (rc || !segment_is_live(segment, docs[d]))
                continue;
            corpus_digest_add(&keys->digest, key, record.digest);
            current++;
        }
    }
    arena_reset(&keys->arena);
    if (rc || current < 2)
        return rc;
    struct err fault = {0};
    err_set(&fault, ERR_CORRUPT,
            "generation %llu: %u current articles have "
            "the key %.*s",
            (unsigned long long)keys->snapshot->base.info.generation, current,
            SLICE_ARG(key));
    add_fault(keys->check, fault.text);
    return ERR_OK;
}

static int check_keys(struct check *check, struct native_snapshot *snapshot,
                      struct err *err)
{
    struct native_searcher searcher = {.base.snapshot = &snapshot->base,
                                       .snapshot = snapshot};
    struct key_check keys = {.check = check, .snapshot = snapshot};
    char digest[DIGEST_TEXT_SIZE];
    arena_init(&keys.arena, SIZE_MAX);
    int rc = native_keys(&searcher.base, check_key, &keys, err);
    arena_reset(&keys.arena);
    if (rc)
        return rc;
    corpus_digest_format(&keys.digest, digest);
    if (strcmp(digest, snapshot->base.info.corpus_digest) == 0)
        return ERR_OK;
    return err_set(
        err, ERR_CORRUPT,
        "generation %llu: the digest of its articles is %s, MANIFEST "
        "says %s",
        (unsigned long long)snapshot->base.info.generation, digest,
        snapshot->base.info.corpus_digest);
}

/* What mentions were found by is a file of the generation. */
static int check_registers(struct check *check, const char *dir,
                           const struct manifest_generation *generation,
                           const struct native_snapshot *snapshot,
                           struct err *err)
{
    struct register_set set = {0};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        if (snapshot->segment[i]->mentions)
            rc = register_set_add_segment(&set, snapshot->segment[i], 1, err);
    for (size_t i = 0; rc == ERR_OK && i < set.count; i++)
        if (strcmp(set.digest[i], NO_REGISTER) != 0 &&
            !register_file_of(generation, set.digest[i]))
            rc = err_set(err, ERR_CORRUPT,
                         "%s/MANIFEST: no register %s, which mentions were "
                         "found by",
                         dir, set.digest[i]);
    register_set_release(&set);
    return rc ? rc
              : register_files_check(dir, generation, add_fault, check, err);
}

static int check_generation(struct check *check, const char *dir,
                            const struct manifest_generation *generation,
                            struct native_snapshot *snapshot)
{
    struct err err = {0};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = check_segment(check, snapshot->segment[i]);
    if (rc)
        return rc;
    /* What stands in damaged pages says nothing about the rest. */
    if (check->faults.len)
        return ERR_OK;
    rc = took(check, 0, check_keys(check, snapshot, &err), &err);
    if (rc == ERR_OK)
        rc =
            took(check, 0,
                 check_registers(check, dir, generation, snapshot, &err), &err);
    return rc ? err_set(&check->first, rc, "%s", err.text) : ERR_OK;
}

/* The pages of a generation that cannot be opened: which of them are damaged, and what is
 * in them. False: that was not why. */
static bool check_pages(struct check *check, const char *dir,
                        const struct manifest_generation *generation)
{
    bool any = false;
    for (size_t i = 0; i < generation->file_count; i++) {
        char path[PATH_MAX];
        struct segment_file *file;
        int n = snprintf(path, sizeof path, "%s/%.*s", dir,
                         SLICE_ARG(generation->file[i].name));
        if (n < 0 || (size_t)n >= sizeof path ||
            segment_file_open(path, &file, NULL))
            continue; /* opening the generation has told why */
        any |= segment_file_check(file, add_fault, check, NULL) == ERR_CORRUPT;
        segment_file_close(file);
    }
    return any;
}

/* --- all of it --- */

static int check_contents(struct check *check, const char *dir,
                          const struct manifest *manifest)
{
    struct native_snapshot *newest = NULL;
    int rc = ERR_OK;
    for (size_t g = 0; rc == ERR_OK && g < manifest->generation_count; g++) {
        struct native_snapshot *snapshot = NULL;
        struct err err = {0};
        size_t faults = check->faults.len;
        rc = native_generation_open(dir, &manifest->generation[g], &snapshot,
                                    &err);
        if (rc == ERR_NOTFOUND) /* its files have been missed already */
            rc = ERR_CORRUPT;
        if (rc == ERR_CORRUPT &&
            check_pages(check, dir, &manifest->generation[g]))
            rc = ERR_OK;
        rc = took(check, faults, rc, &err);
        if (rc)
            rc = err_set(&check->first, rc, "%s", err.text);
        else if (snapshot)
            rc = check_generation(check, dir, &manifest->generation[g],
                                  snapshot);
        if (g == 0)
            check->before = newest = snapshot;
        else if (snapshot)
            native_snapshot_close(&snapshot->base);
    }
    check->before = NULL;
    if (newest)
        native_snapshot_close(&newest->base);
    return rc;
}

/* *generation: the newest that was checked. */
static int check_once(struct check *check, const char *dir,
                      uint64_t *generation)
{
    struct manifest manifest;
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, SIZE_MAX);
    int rc = manifest_read(dir, &arena, &manifest, &err);
    if (rc == ERR_OK) {
        *generation = manifest.generation_count
                          ? manifest.generation[0].info.generation
                          : 0;
        rc = manifest_check_files(dir, &manifest, add_fault, check, &err);
    }
    rc = took(check, 0, rc, &err);
    if (rc)
        rc = err_set(&check->first, rc, "%s", err.text);
    else if (manifest.generation_count)
        rc = check_contents(check, dir, &manifest);
    arena_reset(&arena);
    return rc;
}

static bool has_moved_on(const char *dir, uint64_t generation)
{
    struct manifest manifest;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    bool moved = manifest_read(dir, &arena, &manifest, NULL) == ERR_OK &&
                 manifest.generation_count &&
                 manifest.generation[0].info.generation != generation;
    arena_reset(&arena);
    return moved;
}

int native_check(const char *dir, void (*report)(void *, const char *fault),
                 void *context, struct err *err)
{
    struct check check = {0};
    int rc = ERR_OK;
    strbuf_init(&check.faults, FAULTS_BYTES_MAX);
    for (int i = 0; i < CHECK_ATTEMPTS; i++) {
        uint64_t generation = 0;
        strbuf_reset(&check.faults);
        check.rc = ERR_OK;
        rc = check_once(&check, dir, &generation);
        if ((rc == ERR_OK && check.rc == ERR_OK) ||
            !has_moved_on(dir, generation))
            break;
    }
    rc = rc ? rc : check.rc;
    for (size_t at = 0; report && at < check.faults.len;
         at += strlen(check.faults.data + at) + 1)
        report(context, check.faults.data + at);
    if (rc)
        err_set(err, rc, "%s", check.first.text);
    strbuf_release(&check.faults);
    return rc;
}
