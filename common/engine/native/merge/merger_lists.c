/* One list out of several: documents of every input come in rising new ids, so that
 * the least is written each time. Whoever stands on it goes on until another
 * input is next, which makes inputs that follow each other a concatenation. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"

#include <stdlib.h>

struct walk {
    const struct merge_source *source;
    struct postings *list;
    struct doc_iter *iter;
    doc_id new_id; /* DOC_END at the end */
};

/* Skip what is not live, from where the iterator stands. */
static void walk_settle(const struct merge *m, struct walk *walk)
{
    const doc_id *new_of = walk->source->new_of;
    doc_id doc = walk->iter->doc;
    while (doc != DOC_END && !merge_is_live(m, new_of[doc]))
        doc = doc_iter_next(walk->iter);
    walk->new_id = doc == DOC_END ? DOC_END : new_of[doc];
}

static int walk_open(struct merge *m, struct merge_source *source,
                     enum term_class class, uint32_t docs, struct walk *out,
                     struct err *err)
{
    *out = (struct walk){.source = source};
    int rc = postings_open(source->segment->file, class, &source->cursor->entry,
                           docs, &m->term_arena, &out->list, err);
    if (rc == ERR_OK)
        out->iter = postings_iter(out->list);
    return rc;
}

static struct walk *first_walk(struct walk *walks, size_t count, doc_id *second)
{
    struct walk *first = &walks[0];
    *second = DOC_END;
    for (size_t i = 1; i < count; i++) {
        if (walks[i].new_id < first->new_id) {
            *second = first->new_id;
            first = &walks[i];
        } else if (walks[i].new_id < *second) {
            *second = walks[i].new_id;
        }
    }
    return first;
}

static int copy_one(struct merge *m, enum term_class class, struct walk *walk,
                    struct err *err)
{
    uint32_t frequency = 1;
    const uint32_t *positions = NULL;
    int rc = ERR_OK;
    if (term_has_positions(class))
        rc = postings_positions(walk->list, &positions, &frequency, err);
    else if (term_has_frequencies(class))
        frequency = postings_frequency(walk->list);
    if (rc == ERR_OK)
        rc = postings_add(m->postings, walk->new_id, frequency, positions, err);
    return rc;
}

/* Why a walk ended early, if one did: its text is in `err` already. */
static int check_walks(const struct walk *walks, size_t count)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = walks[i].iter->status;
    return rc;
}

static int merge_walks(struct merge *m, enum term_class class,
                       struct walk *walks, size_t count, uint64_t *docs,
                       struct err *err)
{
    doc_id second;
    struct walk *walk;
    while ((walk = first_walk(walks, count, &second))->new_id != DOC_END) {
        do {
            int rc = copy_one(m, class, walk, err);
            if (rc)
                return rc;
            ++*docs;
            doc_iter_next(walk->iter);
            walk_settle(m, walk);
        } while (walk->new_id < second);
    }
    return check_walks(walks, count);
}

int merge_list(struct merge *m, enum term_class class,
               struct merge_source *const *on, size_t count,
               struct term_entry *out, struct err *err)
{
    struct walk *walks = arena_array(&m->term_arena, struct walk, count);
    if (!walks)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        int rc =
            walk_open(m, on[i], class, on[i]->segment->docs, &walks[i], err);
        if (rc)
            return rc;
        walk_settle(m, &walks[i]);
    }
    uint64_t docs = 0;
    *out = (struct term_entry){0};
    postings_begin(m->postings, class);
    int rc = merge_walks(m, class, walks, count, &docs, err);
    return rc || docs == 0 ? rc : postings_end(m->postings, out, err);
}

/* --- keys: their articles may change places, being few --- */

static int by_number(const void *a, const void *b)
{
    doc_id x = *(const doc_id *)a, y = *(const doc_id *)b;
    return x < y ? -1 : x > y;
}

/* Those of one input that are not gone, behind ids[*count]. */
static int collect(struct merge *m, struct merge_source *source, doc_id *ids,
                   size_t *count, struct err *err)
{
    struct walk walk;
    uint32_t all = source->segment->docs + source->segment->archived;
    int rc = walk_open(m, source, TERM_KEY, all, &walk, err);
    if (rc)
        return rc;
    uint64_t left = source->cursor->entry.counts.docs;
    for (doc_id doc = walk.iter->doc; doc != DOC_END && left;
         doc = doc_iter_next(walk.iter), left--)
        if (source->new_of[doc] != DOC_END)
            ids[(*count)++] = source->new_of[doc];
    return check_walks(&walk, 1);
}

int merge_key_list(struct merge *m, struct merge_source *const *on,
                   size_t count, struct term_entry *out, struct err *err)
{
    uint64_t room = 0;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t docs = on[i]->cursor->entry.counts.docs;
        uint64_t all =
            (uint64_t)on[i]->segment->docs + on[i]->segment->archived;
        room += docs < all ? docs : all;
    }
    doc_id *ids = arena_array(&m->term_arena, doc_id, room);
    if (!ids)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = collect(m, on[i], ids, &found, err);
    *out = (struct term_entry){0};
    if (rc || found == 0)
        return rc;
    qsort(ids, found, sizeof *ids, by_number);
    postings_begin(m->postings, TERM_KEY);
    for (size_t i = 0; rc == ERR_OK && i < found; i++)
        rc = postings_add(m->postings, ids[i], 1, NULL, err);
    return rc ? rc : postings_end(m->postings, out, err);
}
