#include "queryd/article_json.h"
#include "queryd/endpoint.h"

#include <string.h>

int answer_article(struct request *request, struct worker *worker)
{
    size_t prefix = strlen(request->endpoint->path);
    struct slice path = request->target.path;
    struct slice key = slice_part(path, prefix, path.len);
    const struct engine *engine = request->snapshot->engine;
    struct searcher *searcher;
    struct article article;
    doc_ref doc;
    int rc =
        worker_searcher(worker, request->snapshot, &searcher, &request->err);
    if (rc == 0)
        rc = engine->find(searcher, key, &doc, &request->err);
    if (rc == ERR_NOTFOUND)
        err_set(&request->err, rc, "no article has the key '%.*s'",
                SLICE_ARG(key));
    if (rc == 0)
        rc = engine->article(searcher, doc, &request->arena, &article,
                             &request->err);
    if (rc)
        return rc;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    json_out_key(&j, "generation");
    json_out_u64(&j, request->snapshot->info.generation);
    json_out_key(&j, "article");
    article_write_json(&j, &article);
    json_out_end(&j);
    return ERR_OK;
}
