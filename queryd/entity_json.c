#include "queryd/entity_json.h"

#include "base/err.h"

#include <stdlib.h>

int entities_ready(const struct question *question)
{
    const struct request *request = question->request;
    struct err *err = &question->request->err;
    const struct lexicon_ops *ops =
        question->engine->lexicon(question->searcher)->ops;
    if (!request->names)
        return err_set(err, ERR_UNSUPPORTED,
                       "this index has no register of entities; dateline-index "
                       "add puts one in");
    if (!request->names->entities)
        return err_set(err, ERR_UNSUPPORTED, "the register cannot be read: %s",
                       request->names->fault);
    if (!ops->entities || !ops->entity_forms || !ops->entity_frequency ||
        !question->engine->entities_of)
        return err_set(err, ERR_UNSUPPORTED,
                       "the engine %s keeps no mentions of entities",
                       question->engine->name);
    return ERR_OK;
}

int entity_frequency(const struct question *question, struct slice id,
                     uint64_t *articles, uint64_t *mentions)
{
    struct lexicon *lexicon = question->engine->lexicon(question->searcher);
    int rc = cancel_check(question->request->cancel);
    return rc ? rc
              : lexicon->ops->entity_frequency(lexicon, id, articles, mentions,
                                               &question->request->err);
}

static int more_frequent(const void *a, const void *b)
{
    const struct entity_form *x = a, *y = b;
    if (x->mentions != y->mentions)
        return x->mentions > y->mentions ? -1 : 1;
    return slice_cmp(x->text, y->text);
}

/* One text may cover several numbers of positions; that is nothing to tell. */
static void join_widths(struct entity_form_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct entity_form *last = kept ? &list->form[kept - 1] : NULL;
        if (last && slice_eq(last->text, list->form[i].text))
            last->mentions += list->form[i].mentions;
        else
            list->form[kept++] = list->form[i];
    }
    list->count = kept;
}

int entity_forms(const struct question *question, struct slice id,
                 struct entity_form_list *out)
{
    struct lexicon *lexicon = question->engine->lexicon(question->searcher);
    struct request *request = question->request;
    int rc = lexicon->ops->entity_forms(lexicon, id, &request->arena, out,
                                        &request->err);
    if (rc)
        return rc;
    join_widths(out);
    if (out->count > 1)
        qsort(out->form, out->count, sizeof *out->form, more_frequent);
    return ERR_OK;
}

void entity_write_name(const struct question *question, const char *key,
                       struct slice id, struct json_out *j)
{
    const struct entity *entity =
        register_find(question->request->names->entities, id);
    json_out_key(j, key);
    json_out_slice(j, id);
    json_out_key(j, "name");
    json_out_slice(j, entity ? entity->name : id);
    if (entity) {
        json_out_key(j, "type");
        json_out_text(j, entity_kind_name(entity->kind));
    }
}

int entity_write_forms(const struct question *question, struct slice id,
                       struct json_out *j)
{
    struct entity_form_list forms = {0};
    int rc = entity_forms(question, id, &forms);
    if (rc)
        return rc;
    json_out_key(j, "forms");
    json_out_array(j);
    for (size_t i = 0; i < forms.count; i++) {
        json_out_object(j);
        json_out_key(j, "form");
        json_out_slice(j, forms.form[i].text);
        json_out_key(j, "hits");
        json_out_u64(j, forms.form[i].mentions);
        json_out_end(j);
    }
    json_out_end(j);
    return ERR_OK;
}

void entity_write_new_names(const struct named_entity *named,
                            struct json_out *j)
{
    if (named->phrases.count == 0)
        return;
    json_out_key(j, "new_names");
    json_out_array(j);
    for (size_t i = 0; i < named->phrases.count; i++)
        json_out_slice(j, named->phrases.item[i]);
    json_out_end(j);
}

/* --- what a query asks for --- */

static bool named_before(const struct query *query, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (slice_eq(query->entity[i].id, query->entity[at].id))
            return true;
    return false;
}

static void write_others(const struct question *question,
                         const struct named_entity *named, struct json_out *j)
{
    if (named->other_count == 0)
        return;
    json_out_key(j, "others");
    json_out_array(j);
    for (size_t i = 0; i < named->other_count; i++) {
        json_out_object(j);
        entity_write_name(question, "id", named->other[i], j);
        json_out_key(j, "articles");
        json_out_u64(j, named->other_articles[i]);
        json_out_end(j);
    }
    json_out_end(j);
}

/* Of several names of one entity, that which may mean the most others. */
static const struct named_entity *widest(const struct query *query, size_t at)
{
    const struct named_entity *best = &query->entity[at];
    for (size_t i = at + 1; i < query->entity_count; i++)
        if (slice_eq(query->entity[i].id, best->id) &&
            query->entity[i].other_count > best->other_count)
            best = &query->entity[i];
    return best;
}

int entities_write(const struct question *question, struct json_out *j)
{
    const struct query *query = &question->query;
    if (query->entity_count == 0)
        return ERR_OK;
    json_out_key(j, "entities");
    json_out_array(j);
    for (size_t i = 0; i < query->entity_count; i++) {
        if (named_before(query, i))
            continue;
        const struct named_entity *named = widest(query, i);
        json_out_object(j);
        entity_write_name(question, "id", named->id, j);
        json_out_key(j, "articles");
        json_out_u64(j, named->articles);
        int rc = entity_write_forms(question, named->id, j);
        if (rc)
            return rc;
        entity_write_new_names(&query->entity[i], j);
        write_others(question, named, j);
        json_out_end(j);
    }
    json_out_end(j);
    return ERR_OK;
}
