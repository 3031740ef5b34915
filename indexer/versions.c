#include "indexer/versions.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/mem.h"

#include <string.h>

/* What a slot holds. As small as can be: an initial load has one for each article.
 */
struct entry {
    char digest[DIGEST_TEXT_SIZE - 1];
    uint8_t precision; /* of `modified` */
    uint32_t version;
    int64_t modified;
};

struct versions {
    struct writer *writer;
    struct hash_map
        index; /* slot key to entry number: what this run has seen */
    struct entry *entry;
    size_t count, capacity;
};

/* The slots of one key while a decision is made. */
struct family {
    struct entry entry[UPSERT_SLOTS_MAX];
    struct slice key[UPSERT_SLOTS_MAX];
    struct upsert_slot slot[UPSERT_SLOTS_MAX];
    size_t count;
};

struct versions *versions_new(struct writer *writer)
{
    struct versions *versions = mem_alloc(sizeof *versions);
    if (!versions)
        return NULL;
    *versions = (struct versions){.writer = writer};
    hash_map_init(&versions->index);
    return versions;
}

void versions_free(struct versions *versions)
{
    if (!versions)
        return;
    hash_map_release(&versions->index);
    mem_free(versions->entry);
    mem_free(versions);
}

static struct upsert_stamp stamp_of(const struct entry *entry)
{
    return (struct upsert_stamp){
        .version = entry->version,
        .modified = {.seconds = entry->modified, .precision = entry->precision},
    };
}

static void set_stamp(struct entry *entry, struct upsert_stamp stamp)
{
    entry->version = stamp.version;
    entry->modified = stamp.modified.seconds;
    entry->precision = stamp.modified.precision;
}

static struct entry entry_of(const char digest[DIGEST_TEXT_SIZE],
                             struct upsert_stamp stamp)
{
    struct entry entry;
    memcpy(entry.digest, digest, sizeof entry.digest);
    set_stamp(&entry, stamp);
    return entry;
}

static int slot_key(struct slice key, size_t slot, struct arena *arena,
                    struct slice *out, struct err *err)
{
    *out = key;
    if (slot == 0)
        return ERR_OK;
    char *text = arena_printf(arena, "%.*s#%zu", SLICE_ARG(key), slot + 1);
    if (!text)
        return err_set(err, ERR_NOMEM, "out of memory");
    *out = slice_of(text);
    return ERR_OK;
}

/* What is under `key`: known from this run, or asked of the index. */
static int look(struct versions *v, struct slice key, struct entry *entry,
                bool *seen, bool *found, struct err *err)
{
    const uint64_t *known = hash_map_get(&v->index, key);
    *seen = known != NULL;
    if (known) {
        *entry = v->entry[*known];
        *found = true;
        return ERR_OK;
    }
    struct stored_version stored;
    int rc =
        v->writer->engine->writer_lookup(v->writer, key, &stored, found, err);
    if (rc == ERR_OK && *found)
        *entry = entry_of(stored.digest,
                          (struct upsert_stamp){.version = stored.version,
                                                .modified = stored.modified});
    return rc;
}

/* Collect the slots of `key` up to one with this text, or to the first free one. */
static int gather(struct versions *v, struct slice key,
                  const struct entry *incoming, struct arena *arena,
                  struct family *family, struct err *err)
{
    family->count = 0;
    while (family->count < UPSERT_SLOTS_MAX) {
        size_t i = family->count;
        bool found;
        int rc = slot_key(key, i, arena, &family->key[i], err);
        if (rc == ERR_OK)
            rc = look(v, family->key[i], &family->entry[i],
                      &family->slot[i].seen, &found, err);
        if (rc || !found)
            return rc;
        family->slot[i].same_text =
            memcmp(family->entry[i].digest, incoming->digest,
                   sizeof incoming->digest) == 0;
        family->slot[i].stamp = stamp_of(&family->entry[i]);
        family->count++;
        if (family->slot[i].same_text)
            break;
    }
    return ERR_OK;
}

static int remember(struct versions *v, struct slice key,
                    const struct entry *entry, struct err *err)
{
    uint64_t *known = hash_map_get(&v->index, key);
    if (known) {
        v->entry[*known] = *entry;
        return ERR_OK;
    }
    if (v->count == v->capacity) {
        size_t capacity = v->capacity ? v->capacity * 2 : 256;
        struct entry *grown =
            mem_realloc(v->entry, capacity * sizeof *v->entry);
        if (!grown)
            return err_set(err, ERR_NOMEM, "out of memory");
        v->entry = grown;
        v->capacity = capacity;
    }
    if (hash_map_put(&v->index, key, v->count, NULL))
        return err_set(err, ERR_NOMEM, "out of memory");
    v->entry[v->count++] = *entry;
    return ERR_OK;
}

int versions_decide(struct versions *versions, struct article *article,
                    struct arena *arena, enum upsert_kind *out, struct err *err)
{
    struct upsert_stamp stamp = {.version = article->version,
                                 .modified = article->modified};
    char digest[DIGEST_TEXT_SIZE];
    article_digest(article, digest);
    struct entry entry = entry_of(digest, stamp);

    struct family *family = arena_alloc_unset(arena, sizeof *family);
    if (!family)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = gather(versions, article->key, &entry, arena, family, err);
    if (rc)
        return rc;

    struct upsert_choice choice =
        upsert_decide(family->slot, family->count, stamp);
    *out = choice.kind;
    switch (choice.kind) {
    case UPSERT_NEW:
    case UPSERT_NEW_VERSION:
    case UPSERT_CONFLICT:
        article->key = family->key[choice.slot];
        break;
    case UPSERT_SAME:
        /* The latest time this text was vouched for keeps out what lies between. */
        entry = family->entry[choice.slot];
        if (stamp_compare(stamp, stamp_of(&entry)) == STAMP_NEWER)
            set_stamp(&entry, stamp);
        break;
    case UPSERT_OLDER:
        entry = family->entry[choice.slot];
        break;
    default: /* UPSERT_FULL: nothing is learned */
        return ERR_OK;
    }
    return remember(versions, family->key[choice.slot], &entry, err);
}
