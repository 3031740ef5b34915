#include "queryd/names.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static bool is_usable(const struct names *names, const char *digest,
                      uint64_t annotated_hash)
{
    return names && names->entities && strcmp(names->digest, digest) == 0 &&
           names->annotated_hash == annotated_hash;
}

static uint64_t hash_of(const struct slice_list *digests)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < digests->count; i++) {
        const uint64_t parts[] = {hash, hash_bytes(digests->item[i])};
        hash = hash_bytes((struct slice){(const uint8_t *)parts, sizeof parts});
    }
    return hash;
}

static size_t names_in(const struct entity_register *entities)
{
    size_t count = 0;
    for (size_t i = 0; i < entities->count; i++)
        count += entities->entity[i].alias_count;
    return count;
}

/* An empty one stands for articles that were put without any. */
static int read_register(const struct server_options *options,
                         struct slice digest, struct entity_register **out,
                         struct err *err)
{
    char text[DIGEST_TEXT_SIZE];
    if (digest.len == 0)
        return register_read(NULL, 0, NULL, NULL, out, err);
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(digest));
    return options->open_register(options->index_dir, text, out, err);
}

/* Without it a name is looked for among mentions only. */
static void read_annotated_by(struct names *names,
                              const struct server_options *options,
                              const struct slice_list *digests)
{
    for (size_t i = 0; i < digests->count; i++) {
        struct entity_register *one = NULL;
        struct err why = {0};
        if (slice_eq(digests->item[i], slice_of(names->digest)))
            continue;
        if (read_register(options, digests->item[i], &one, &why)) {
            log_line(LOG_WARNING, "no register digest=%.*s error=%s",
                     SLICE_ARG(digests->item[i]), why.text);
            continue;
        }
        if (names->annotated_by &&
            names_in(one) >= names_in(names->annotated_by)) {
            register_free(one);
            continue;
        }
        register_free(names->annotated_by);
        names->annotated_by = one;
    }
}

static void read_names(struct names *names,
                       const struct server_options *options,
                       const struct slice_list *annotated_by)
{
    struct err why = {0};
    if (options->open_register(options->index_dir, names->digest,
                               &names->entities, &why) == ERR_OK) {
        read_annotated_by(names, options, annotated_by);
        return;
    }
    names->entities = NULL;
    int most = (int)sizeof names->fault - 1;
    snprintf(names->fault, sizeof names->fault, "%.*s", most, why.text);
    log_line(LOG_WARNING, "no register digest=%s error=%s", names->digest,
             why.text);
}

static int open_names(const struct server_options *options, const char *digest,
                      const struct slice_list *annotated_by, struct names *kept,
                      struct names **out, struct err *err)
{
    uint64_t hash = hash_of(annotated_by);
    if (is_usable(kept, digest, hash)) {
        *out = kept;
        return ERR_OK;
    }
    struct names *names = mem_alloc(sizeof *names);
    if (!names)
        return err_set(err, ERR_NOMEM, "no memory for the register");
    *names = (struct names){.refs = 1, .annotated_hash = hash};
    snprintf(names->digest, sizeof names->digest, "%s", digest);
    read_names(names, options, annotated_by);
    *out = names;
    return ERR_OK;
}

int names_open(const struct server_options *options, struct snapshot *snapshot,
               struct names *kept, struct names **out, struct err *err)
{
    const struct engine *engine = snapshot->engine;
    const char *digest = snapshot->info.register_digest;
    struct slice_list annotated_by = {0};
    struct arena arena;
    int rc = ERR_OK;
    *out = NULL;
    if (!*digest)
        return ERR_OK;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    if (engine->registers)
        rc = engine->registers(snapshot, &arena, &annotated_by, err);
    if (rc == ERR_OK)
        rc = open_names(options, digest, &annotated_by, kept, out, err);
    arena_reset(&arena);
    return rc;
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
    register_free(names->annotated_by);
    mem_free(names);
}
