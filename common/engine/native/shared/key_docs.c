#include "engine/native/shared/key_docs.h"

#include "base/err.h"
#include "base/limits.h"
#include "engine/native/shared/native_terms.h"

_Static_assert((int)ARTICLE_KEY_MAX == LIMIT_KEY_BYTES + 16, "room for #2");

/* *list NULL: no article has the key. */
static int open_list(const struct segment *segment, struct slice key,
                     struct arena *arena, struct postings **list,
                     struct term_entry *entry, struct err *err)
{
    struct term term;
    bool found;
    *list = NULL;
    term_of_key(&term, key);
    if (term.len == 0)
        return ERR_OK;
    int rc = dictionary_find(&segment->dictionary, term_slice(&term), entry,
                             &found, err);
    if (rc || !found)
        return rc;
    return postings_open(segment->file, TERM_KEY, entry,
                         segment->docs + segment->archived, arena, list, err);
}

int key_docs(const struct segment *segment, struct slice key,
             struct arena *arena, doc_id **docs, size_t *count, struct err *err)
{
    struct postings *list;
    struct term_entry entry;
    *count = 0;
    int rc = open_list(segment, key, arena, &list, &entry, err);
    if (rc || !list)
        return rc;
    size_t most = (size_t)segment->docs + segment->archived;
    if (entry.counts.docs < most)
        most = (size_t)entry.counts.docs;
    *docs = arena_array(arena, doc_id, most);
    if (!*docs)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct doc_iter *it = postings_iter(list);
    for (; it->doc != DOC_END && *count < most; doc_iter_next(it))
        (*docs)[(*count)++] = it->doc;
    return it->status;
}

int key_live_doc(const struct segment *segment, struct slice key,
                 const uint64_t *bits, struct arena *arena, doc_id *out,
                 struct err *err)
{
    struct postings *list;
    struct term_entry entry;
    *out = DOC_END;
    int rc = open_list(segment, key, arena, &list, &entry, err);
    if (rc || !list)
        return rc;
    struct doc_iter *it = postings_iter(list);
    for (; it->doc < segment->docs; doc_iter_next(it))
        if (!bits || bits[it->doc / 64] >> (it->doc % 64) & 1) {
            *out = it->doc;
            return ERR_OK;
        }
    return it->status;
}
