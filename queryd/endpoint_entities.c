/* endpoint_entities.c - the entities of an index: the most frequent ones, or all that is
 * known of those of one name. */
#include "queryd/endpoint.h"
#include "queryd/entity_json.h"
#include "queryd/entity_profile.h"

#include "base/err.h"
#include "base/limits.h"

#include <stdlib.h>

struct listed {
    const struct entity *entity; /* NULL: the register knows it no more */
    struct slice id;
    uint64_t articles, mentions;
};

struct listing {
    struct question *question;
    unsigned kinds;
    struct listed *item;
    size_t count;
};

static unsigned kinds_of(uint32_t type)
{
    return type == TYPE_ANY ? 0 : 1u << (type - 1);
}
_Static_assert(TYPE_PERSON - 1 == (int)KIND_PERSON &&
                   TYPE_DOCUMENT - 1 == (int)KIND_DOCUMENT,
               "a type is its kind, and one more");

static int by_articles(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles > y->articles ? -1 : 1;
    return slice_cmp(x->id, y->id);
}

static int make_room(struct listing *list, size_t count)
{
    struct request *request = list->question->request;
    list->item = arena_array(&request->arena, struct listed, count);
    return list->item || count == 0 ? ERR_OK
                                    : err_set(&request->err, ERR_LIMIT,
                                              "no memory for so many entities");
}

static int add(struct listing *list, const struct entity *entity,
               struct slice id)
{
    struct listed *item = &list->item[list->count];
    *item = (struct listed){.entity = entity, .id = id};
    list->count++;
    return entity_frequency(list->question, id, &item->articles,
                            &item->mentions);
}

/* Whether articles mention them or not. */
static int find_named(struct listing *list)
{
    struct request *request = list->question->request;
    const struct entity **entity;
    size_t count;
    int rc = register_named(request->names->entities, request->params.q,
                            list->kinds, &request->arena, &entity, &count);
    if (rc)
        return err_set(&request->err, rc, "no memory for the names");
    rc = make_room(list, count);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add(list, entity[i], entity[i]->id);
    return rc;
}

static int find_mentioned(struct listing *list)
{
    struct request *request = list->question->request;
    struct lexicon *lexicon =
        list->question->engine->lexicon(list->question->searcher);
    struct slice_list ids = {0};
    int rc =
        lexicon->ops->entities(lexicon, &request->arena, &ids, &request->err);
    if (rc == 0)
        rc = make_room(list, ids.count);
    for (size_t i = 0; i < ids.count && rc == 0; i++) {
        const struct entity *entity =
            register_find(request->names->entities, ids.item[i]);
        if (list->kinds && !(entity && list->kinds & 1u << entity->kind))
            continue;
        rc = add(list, entity, ids.item[i]);
        if (rc == 0 && list->item[list->count - 1].articles == 0)
            list->count--; /* its articles are deleted */
    }
    return rc;
}

static int write_item(const struct listing *list, const struct listed *item,
                      struct json_out *j)
{
    const struct params *params = &list->question->request->params;
    int rc = ERR_OK;
    json_out_object(j);
    entity_write_name(list->question, "id", item->id, j);
    if (params->q.data) {
        rc = entity_profile_write(list->question, item->entity,
                                  params->companions, j);
    } else {
        json_out_key(j, "articles");
        json_out_u64(j, item->articles);
        json_out_key(j, "mentions");
        json_out_u64(j, item->mentions);
    }
    json_out_end(j);
    return rc;
}

static int write_answer(struct listing *list)
{
    struct question *question = list->question;
    struct request *request = question->request;
    size_t limit = request->params.limit;
    size_t shown = limit && limit < list->count ? limit : list->count;
    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_times(question, &j);
    json_out_key(&j, "register");
    json_out_text(&j, request->names->digest);
    json_out_key(&j, "entities");
    json_out_array(&j);
    for (size_t i = 0; i < shown; i++) {
        int rc = write_item(list, &list->item[i], &j);
        if (rc)
            return rc;
    }
    json_out_end(&j);
    json_out_key(&j, "total");
    json_out_u64(&j, list->count);
    question_write_notes(question, &j);
    json_out_end(&j);
    question_write_took(question, &j);
    return ERR_OK;
}

/* A list has what was found when the articles were annotated. */
static int note_newer_names(struct question *question)
{
    static const struct note newer = {
        "newer-names",
        "the register was edited since the articles were annotated: names that "
        "it has got since are found by @name, but not counted here before "
        "dateline-index reannotate",
        NULL};
    struct request *request = question->request;
    if (!request->names->annotated_by || request->params.q.data)
        return ERR_OK;
    question->more_notes = arena_new(&request->arena, struct note);
    if (!question->more_notes)
        return err_set(&request->err, ERR_NOMEM, "no memory for a note");
    *question->more_notes = newer;
    return ERR_OK;
}

int answer_entities(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    struct listing list = {&question, kinds_of(params->type), NULL, 0};
    int rc = question_begin(request, worker, &question);
    if (rc == 0)
        rc = entities_ready(&question);
    if (rc == 0 && params->q.len > LIMIT_QUERY_BYTES)
        rc = err_set(&request->err, ERR_LIMIT,
                     "the name is longer than %d bytes", LIMIT_QUERY_BYTES);
    if (rc == 0)
        rc = params->q.data ? find_named(&list) : find_mentioned(&list);
    if (rc == 0)
        rc = note_newer_names(&question);
    if (rc)
        return rc;
    if (list.count > 1)
        qsort(list.item, list.count, sizeof *list.item, by_articles);
    return write_answer(&list);
}
