/* native_mentions.c - where one article mentions certain entities, from its segment's file
 * of mentions. */
#include "engine/native/read/native_entities.h"

#include "base/err.h"
#include "engine/native/lists/list_union.h"

#include <stdlib.h>
#include <string.h>

struct growing {
    struct mention_list list;
    size_t capacity;
    struct arena *arena;
    struct err *err;
};

static int push(struct growing *to, const struct mention *mention)
{
    struct mention_list *list = &to->list;
    if (list->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 16;
        struct mention *bigger =
            arena_array(to->arena, struct mention, capacity);
        if (!bigger)
            return native_no_memory(to->err);
        if (list->count)
            memcpy(bigger, list->mention, list->count * sizeof *bigger);
        list->mention = bigger;
        to->capacity = capacity;
    }
    list->mention[list->count++] = *mention;
    return ERR_OK;
}

/* Those of one form. What is in the title stands twice in the list. */
static int add_form(struct growing *to, const struct segment *segment,
                    doc_id doc, struct slice id,
                    const struct mention_cursor *form)
{
    struct postings *list;
    const uint32_t *position;
    uint32_t count;
    struct mention mention = {.entity = id, .width = form->width};
    int rc = mentions_postings(segment->mentions, &form->entry, to->arena,
                               &list, to->err);
    if (rc)
        return rc;
    struct doc_iter *it = postings_iter(list);
    if (doc_iter_seek(it, doc) != doc)
        return it->status ? native_walk_failed(segment, it->status, to->err)
                          : ERR_OK;
    if (arena_copy_slice(to->arena, form->form, &mention.form))
        return native_no_memory(to->err);
    rc = postings_positions(list, &position, &count, to->err);
    for (uint32_t i = 0; rc == ERR_OK && i < count; i++) {
        mention.position = position[i];
        if (i == 0 || position[i] != position[i - 1])
            rc = push(to, &mention);
    }
    return rc;
}

static int add_entity(struct growing *to, const struct segment *segment,
                      doc_id doc, struct slice id)
{
    struct mention_cursor form;
    int rc = mentions_forms(segment->mentions, id, &form, to->err);
    while (rc == ERR_OK && !form.at_end) {
        rc = add_form(to, segment, doc, id, &form);
        if (rc == ERR_OK)
            rc = mention_next(&form, to->err);
    }
    return rc;
}

static int compare(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return slice_cmp(x->entity, y->entity);
}

int native_mentions_of(struct searcher *searcher, doc_ref doc,
                       const struct slice *id, size_t count,
                       struct arena *arena, struct mention_list *out,
                       struct err *err)
{
    const struct native_snapshot *snapshot =
        ((struct native_searcher *)searcher)->snapshot;
    size_t at = (size_t)(doc >> 32);
    struct growing to = {.arena = arena, .err = err};
    *out = (struct mention_list){0};
    if (at >= snapshot->segment_count)
        return err_set(err, ERR_NOTFOUND, "no such article");
    const struct segment *segment = snapshot->segment[at];
    int rc = ERR_OK;
    if (!segment->mentions)
        return ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = add_entity(&to, segment, (doc_id)doc, id[i]);
    if (rc)
        return rc;
    if (to.list.count)
        qsort(to.list.mention, to.list.count, sizeof *to.list.mention, compare);
    *out = to.list;
    return segment_damage(segment, err);
}
