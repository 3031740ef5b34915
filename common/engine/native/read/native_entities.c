/* Which entities a snapshot's articles mention: the files of mentions of all segments as
 * one. */
#include "engine/native/read/native_entities.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/list_union.h"

#include <stdlib.h>
#include <string.h>

static const struct native_snapshot *snapshot_of(struct lexicon *lexicon)
{
    return ((struct native_lexicon *)lexicon)->searcher->snapshot;
}

/* --- the forms of one entity --- */

struct forms {
    struct entity_form_list list;
    size_t capacity;
    struct arena *arena;
    struct err *err;
};

static int push_form(struct forms *forms, const struct mention_cursor *at,
                     const struct term_counts *counts)
{
    struct entity_form_list *list = &forms->list;
    if (list->count == forms->capacity) {
        size_t capacity = forms->capacity ? 2 * forms->capacity : 16;
        struct entity_form *bigger =
            arena_array(forms->arena, struct entity_form, capacity);
        if (!bigger)
            return native_no_memory(forms->err);
        if (list->count)
            memcpy(bigger, list->form, list->count * sizeof *bigger);
        list->form = bigger;
        forms->capacity = capacity;
    }
    struct entity_form *form = &list->form[list->count];
    *form = (struct entity_form){.width = at->width,
                                 .articles = counts->docs,
                                 .mentions = counts->occurrences};
    if (arena_copy_slice(forms->arena, at->form, &form->text))
        return native_no_memory(forms->err);
    list->count++;
    return ERR_OK;
}

static int segment_forms(const struct segment *segment, struct slice id,
                         struct forms *forms)
{
    struct mention_cursor at;
    if (!segment->mentions)
        return ERR_OK;
    int rc = mentions_forms(segment->mentions, id, &at, forms->err);
    while (rc == ERR_OK && !at.at_end) {
        struct term_counts counts;
        rc = mentions_live_counts(segment, &at.entry, &counts, forms->err);
        if (rc == ERR_OK && counts.docs)
            rc = push_form(forms, &at, &counts);
        if (rc == ERR_OK)
            rc = mention_next(&at, forms->err);
    }
    return rc;
}

static int compare_forms(const void *a, const void *b)
{
    const struct entity_form *x = a, *y = b;
    int order = slice_cmp(x->text, y->text);
    return order ? order : (x->width > y->width) - (x->width < y->width);
}

/* Each once, with what all segments have. */
static void join_forms(struct entity_form_list *list)
{
    size_t kept = 0;
    if (list->count)
        qsort(list->form, list->count, sizeof *list->form, compare_forms);
    for (size_t i = 0; i < list->count; i++) {
        struct entity_form *last = kept ? &list->form[kept - 1] : NULL;
        if (last && compare_forms(last, &list->form[i]) == 0) {
            last->articles += list->form[i].articles;
            last->mentions += list->form[i].mentions;
        } else {
            list->form[kept++] = list->form[i];
        }
    }
    list->count = kept;
}

int native_entity_forms(struct lexicon *lexicon, struct slice id,
                        struct arena *arena, struct entity_form_list *out,
                        struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    struct forms forms = {.arena = arena, .err = err};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = segment_forms(snapshot->segment[i], id, &forms);
    join_forms(&forms.list);
    *out = forms.list;
    return rc ? rc : native_damage(snapshot, err);
}

int native_entity_frequency(struct lexicon *lexicon, struct slice id,
                            uint64_t *articles, uint64_t *mentions,
                            struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    *articles = *mentions = 0;
    for (size_t i = 0; i < snapshot->segment_count; i++) {
        const struct segment *segment = snapshot->segment[i];
        struct term_entry entry;
        struct term_counts counts;
        bool there;
        if (!segment->mentions)
            continue;
        int rc = mentions_find(segment->mentions, id, &entry, &there, err);
        if (rc == ERR_OK && there)
            rc = mentions_live_counts(segment, &entry, &counts, err);
        if (rc)
            return rc;
        *articles += there ? counts.docs : 0;
        *mentions += there ? counts.occurrences : 0;
    }
    return native_damage(snapshot, err);
}

/* --- all entities --- */

struct counts {
    struct entity_count_list list;
    size_t capacity;
    struct arena *arena;
    struct err *err;
};

static int push_count(struct counts *counts, struct slice id, uint64_t articles)
{
    struct entity_count_list *list = &counts->list;
    if (list->count == counts->capacity) {
        size_t capacity = counts->capacity ? 2 * counts->capacity : 64;
        struct entity_count *bigger =
            arena_array(counts->arena, struct entity_count, capacity);
        if (!bigger)
            return native_no_memory(counts->err);
        if (list->count)
            memcpy(bigger, list->entity, list->count * sizeof *bigger);
        list->entity = bigger;
        counts->capacity = capacity;
    }
    struct entity_count *count = &list->entity[list->count];
    count->articles = articles;
    if (arena_copy_slice(counts->arena, id, &count->id))
        return native_no_memory(counts->err);
    list->count++;
    return ERR_OK;
}

static int compare_counts(const void *a, const void *b)
{
    return slice_cmp(((const struct entity_count *)a)->id,
                     ((const struct entity_count *)b)->id);
}

static void join_counts(struct entity_count_list *list)
{
    size_t kept = 0;
    if (list->count)
        qsort(list->entity, list->count, sizeof *list->entity, compare_counts);
    for (size_t i = 0; i < list->count; i++) {
        struct entity_count *last = kept ? &list->entity[kept - 1] : NULL;
        if (last && slice_eq(last->id, list->entity[i].id))
            last->articles += list->entity[i].articles;
        else
            list->entity[kept++] = list->entity[i];
    }
    list->count = kept;
}

/* How many of the articles of a list are in `bits`. */
static int count_in(const struct segment *segment,
                    const struct term_entry *entry, const uint64_t *bits,
                    struct arena *scratch, uint64_t *out, struct err *err)
{
    struct postings *list;
    *out = 0;
    int rc = mentions_postings(segment->mentions, entry, scratch, &list, err);
    if (rc)
        return rc;
    struct doc_iter *it = postings_iter(list);
    for (doc_id doc = it->doc; doc != DOC_END; doc = doc_iter_next(it))
        *out += bits[doc / 64] >> doc % 64 & 1;
    return it->status ? native_walk_failed(segment, it->status, err) : ERR_OK;
}

static int go_on(struct cancel *cancel, struct err *err)
{
    int rc = cancel_check(cancel);
    if (rc == ERR_DEADLINE)
        return err_set(err, rc,
                       "the deadline passed while entities were "
                       "counted");
    return rc ? err_set(err, rc, "nobody waits for the answer") : ERR_OK;
}

/* `bits` NULL: every entity, uncounted. */
static int segment_counts_of(const struct segment *segment,
                             const uint64_t *bits, struct cancel *cancel,
                             struct counts *counts)
{
    struct mention_cursor at;
    struct arena scratch;
    struct err *err = counts->err;
    if (!segment->mentions)
        return ERR_OK;
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    int rc = mentions_entities(segment->mentions, &at, err);
    while (rc == ERR_OK && !at.at_end) {
        uint64_t articles = 0;
        rc = go_on(cancel, err);
        if (rc == ERR_OK && bits)
            rc = count_in(segment, &at.entry, bits, &scratch, &articles, err);
        if (rc == ERR_OK && (articles || !bits))
            rc = push_count(counts, at.id, articles);
        if (rc == ERR_OK)
            rc = mention_next(&at, err);
        arena_reset(&scratch);
    }
    arena_reset(&scratch);
    return rc;
}

int native_entities(struct lexicon *lexicon, struct arena *arena,
                    struct slice_list *out, struct err *err)
{
    const struct native_snapshot *snapshot = snapshot_of(lexicon);
    struct counts counts = {.arena = arena, .err = err};
    int rc = ERR_OK;
    *out = (struct slice_list){0};
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = segment_counts_of(snapshot->segment[i], NULL, NULL, &counts);
    if (rc)
        return rc;
    join_counts(&counts.list);
    out->item = arena_array(arena, struct slice, counts.list.count);
    if (counts.list.count && !out->item)
        return native_no_memory(err);
    for (; out->count < counts.list.count; out->count++)
        out->item[out->count] = counts.list.entity[out->count].id;
    return native_damage(snapshot, err);
}

/* A bitmap a segment; NULL for those that have none of the articles. */
static int bits_of(const struct native_snapshot *snapshot, const doc_ref *docs,
                   size_t count, struct arena *arena, uint64_t **bits,
                   struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(docs[i] >> 32);
        doc_id doc = (doc_id)docs[i];
        if (at >= snapshot->segment_count || doc >= snapshot->segment[at]->docs)
            return err_set(err, ERR_NOTFOUND, "no such article");
        if (!bits[at])
            bits[at] = arena_array(arena, uint64_t,
                                   bit_words(snapshot->segment[at]->docs));
        if (!bits[at])
            return native_no_memory(err);
        bits[at][doc / 64] |= UINT64_C(1) << doc % 64;
    }
    return ERR_OK;
}

int native_entities_of(struct searcher *searcher, const doc_ref *docs,
                       size_t count, struct cancel *cancel, struct arena *arena,
                       struct entity_count_list *out, struct err *err)
{
    const struct native_snapshot *snapshot =
        ((struct native_searcher *)searcher)->snapshot;
    struct counts counts = {.arena = arena, .err = err};
    struct arena scratch;
    *out = (struct entity_count_list){0};
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    uint64_t **bits =
        arena_array(&scratch, uint64_t *, snapshot->segment_count);
    int rc = bits || !snapshot->segment_count ? ERR_OK : native_no_memory(err);
    if (rc == ERR_OK)
        rc = bits_of(snapshot, docs, count, &scratch, bits, err);
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        if (bits[i])
            rc = segment_counts_of(snapshot->segment[i], bits[i], cancel,
                                   &counts);
    arena_reset(&scratch);
    if (rc)
        return rc;
    join_counts(&counts.list);
    *out = counts.list;
    return native_damage(snapshot, err);
}
