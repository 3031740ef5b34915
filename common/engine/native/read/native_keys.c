/* Every key once: the KEY terms of all segments, merged. Few segments, so the smallest
 * is found by looking at each. */
#include "engine/native/read/native_reader.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

struct key_walk {
    struct dictionary_cursor *cursor; /* one a segment */
    size_t count;
};

static struct slice cursor_term(const struct dictionary_cursor *cursor)
{
    return (struct slice){cursor->term, cursor->term_len};
}

static bool on_a_key(const struct dictionary_cursor *cursor)
{
    return !cursor->at_end && cursor->term_len && cursor->term[0] == TERM_KEY;
}

/* A cursor on the smallest key; NULL at the end. */
static const struct dictionary_cursor *smallest(const struct key_walk *walk)
{
    const struct dictionary_cursor *least = NULL;
    for (size_t i = 0; i < walk->count; i++) {
        const struct dictionary_cursor *cursor = &walk->cursor[i];
        if (on_a_key(cursor) &&
            (!least || slice_cmp(cursor_term(cursor), cursor_term(least)) < 0))
            least = cursor;
    }
    return least;
}

static int walk_keys(struct key_walk *walk, key_visit visit, void *context,
                     struct err *err)
{
    uint8_t term[TERM_KEY_MAX];
    const struct dictionary_cursor *least;
    int rc = ERR_OK;
    while (rc == ERR_OK && (least = smallest(walk))) {
        struct slice key = {term, least->term_len};
        memcpy(term, least->term, least->term_len);
        for (size_t i = 0; rc == ERR_OK && i < walk->count; i++)
            if (on_a_key(&walk->cursor[i]) &&
                slice_eq(cursor_term(&walk->cursor[i]), key))
                rc = dictionary_next(&walk->cursor[i], err);
        if (rc == ERR_OK)
            rc = visit(context, slice_part(key, 1, key.len), err);
    }
    return rc;
}

int native_keys(struct searcher *searcher, key_visit visit, void *context,
                struct err *err)
{
    const struct native_snapshot *snapshot =
        ((struct native_searcher *)searcher)->snapshot;
    static const uint8_t first[] = {TERM_KEY};
    struct key_walk walk = {.count = snapshot->segment_count};
    int rc = ERR_OK;
    walk.cursor = mem_alloc(walk.count * sizeof *walk.cursor + 1);
    if (!walk.cursor)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == ERR_OK && i < walk.count; i++)
        rc = dictionary_seek(&snapshot->segment[i]->dictionary,
                             (struct slice){first, sizeof first},
                             &walk.cursor[i], err);
    if (rc == ERR_OK)
        rc = walk_keys(&walk, visit, context, err);
    if (rc == ERR_OK)
        rc = native_damage(snapshot, err);
    mem_free(walk.cursor);
    return rc;
}
