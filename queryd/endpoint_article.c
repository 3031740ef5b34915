#include "queryd/article_json.h"
#include "queryd/endpoint.h"

#include <string.h>

/* Which version of an article is shown. */
struct shown_version {
    doc_ref doc;
    uint32_t number,
        count;       /* from 1; count 0: the engine keeps current ones only */
    uint64_t put_in; /* a generation */
    bool current;
};

static int none(struct slice key, struct err *err)
{
    return err_set(err, ERR_NOTFOUND, "no article has the key '%.*s'",
                   SLICE_ARG(key));
}

static int deleted(struct slice key, size_t versions, struct err *err)
{
    if (versions == 1)
        return err_set(err, ERR_NOTFOUND,
                       "the article '%.*s' was deleted; version=1 shows it as "
                       "it was",
                       SLICE_ARG(key));
    return err_set(err, ERR_NOTFOUND,
                   "the article '%.*s' was deleted; version=1 to version=%zu "
                   "show it as it was",
                   SLICE_ARG(key), versions);
}

static int choose_version(const struct version_list *list, struct slice key,
                          uint32_t wanted, struct shown_version *out,
                          struct err *err)
{
    if (list->count == 0)
        return none(key, err);
    if (wanted == 0 && !list->version[list->count - 1].current)
        return deleted(key, list->count, err);
    if (wanted > list->count)
        return err_set(err, ERR_NOTFOUND,
                       "the article '%.*s' has %zu version%s, there is no "
                       "version %u",
                       SLICE_ARG(key), list->count, list->count == 1 ? "" : "s",
                       wanted);
    uint32_t number = wanted ? wanted : (uint32_t)list->count;
    const struct version *version = &list->version[number - 1];
    *out = (struct shown_version){.doc = version->doc,
                                  .number = number,
                                  .count = (uint32_t)list->count,
                                  .put_in = version->generation,
                                  .current = version->current};
    return ERR_OK;
}

static int find_version(struct request *request, struct searcher *searcher,
                        struct slice key, struct shown_version *out)
{
    const struct engine *engine = request->snapshot->engine;
    struct err *err = &request->err;
    struct version_list list;
    uint32_t wanted = request->params.version;
    int rc = engine->versions(searcher, key, &request->arena, &list, err);
    if (rc == ERR_OK)
        return choose_version(&list, key, wanted, out, err);
    if (rc != ERR_UNSUPPORTED || wanted)
        return rc;
    *out = (struct shown_version){0};
    rc = engine->find(searcher, key, &out->doc, err);
    return rc == ERR_NOTFOUND ? none(key, err) : rc;
}

int answer_article(struct request *request, struct worker *worker)
{
    size_t prefix = strlen(request->endpoint->path);
    struct slice path = request->target.path;
    struct slice key = slice_part(path, prefix, path.len);
    struct searcher *searcher;
    struct shown_version shown;
    struct article article;
    int rc =
        worker_searcher(worker, request->snapshot, &searcher, &request->err);
    if (rc == 0)
        rc = find_version(request, searcher, key, &shown);
    if (rc == 0)
        rc = request->snapshot->engine->article(
            searcher, shown.doc, &request->arena, &article, &request->err);
    if (rc)
        return rc;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    json_out_key(&j, "generation");
    json_out_u64(&j, request->snapshot->info.generation);
    if (shown.count) {
        json_out_key(&j, "version");
        json_out_u64(&j, shown.number);
        json_out_key(&j, "versions");
        json_out_u64(&j, shown.count);
        json_out_key(&j, "current");
        json_out_bool(&j, shown.current);
        json_out_key(&j, "put_in");
        json_out_u64(&j, shown.put_in);
    }
    json_out_key(&j, "article");
    article_write_json(&j, &article);
    json_out_end(&j);
    return ERR_OK;
}
