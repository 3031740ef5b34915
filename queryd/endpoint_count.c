#include "queryd/capitals.h"
#include "queryd/citation.h"
#include "queryd/endpoint.h"
#include "queryd/entity_json.h"
#include "queryd/named_words.h"
#include "queryd/question.h"

int answer_count(struct request *request, struct worker *worker)
{
    struct question question;
    struct search_result result = {0};
    int rc = question_read(request, worker, &question);
    if (rc)
        return rc;
    struct search_request ask = {.count_total = true,
                                 .count_hits = request->params.hits ||
                                               request->params.cite,
                                 .cancel = request->cancel};
    rc = question.engine->search(question.searcher, &question.query, &ask,
                                 &request->arena, &result, &request->err);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0)
        rc = named_words_note(&question);
    if (rc)
        return rc;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(&question, &j);
    json_out_key(&j, "total");
    json_out_u64(&j, result.total);
    if (request->params.hits) {
        json_out_key(&j, "total_hits");
        json_out_u64(&j, result.total_hits);
    }
    if (request->params.cite)
        citation_write(&question, result.total, result.total_hits, &j);
    rc = entities_write(&question, &j);
    if (rc)
        return rc;
    question_write_notes(&question, &j);
    json_out_end(&j);
    question_write_took(&question, &j);
    return ERR_OK;
}
