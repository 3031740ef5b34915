#include "queryd/entity_facets.h"

#include "base/err.h"
#include "queryd/capitals.h"
#include "queryd/corpus.h"
#include "queryd/entity_json.h"
#include "queryd/entity_scores.h"

struct facets {
    struct question question;
    struct corpus corpus;
    struct doc_list here, all;
    uint64_t total_hits;
};

static int add_doc(struct doc_list *list, doc_ref doc, struct err *err)
{
    int rc = doc_list_add(list, doc);
    return rc ? err_set(err, rc, "no memory for the articles") : ERR_OK;
}

static int add_corpus(void *context, struct searcher *searcher, doc_ref doc,
                      const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)hits;
    struct facets *facets = context;
    return add_doc(&facets->all, doc, err);
}

static int add_match(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    struct facets *facets = context;
    facets->total_hits += hits->count;
    return add_doc(&facets->here, doc, err);
}

static int read_articles(struct facets *facets)
{
    const struct question *question = &facets->question;
    struct request *request = question->request;
    int rc = ERR_OK;
    if (facets->corpus.filtered)
        rc = corpus_visit(question, &facets->corpus, add_corpus, facets);
    if (rc == ERR_OK)
        rc = question->engine->visit(question->searcher, &question->query, true,
                                     request->cancel, &request->arena,
                                     add_match, facets, &request->err);
    return rc;
}

static void write_row(const struct facets *facets, const struct entity_row *row,
                      struct json_out *j)
{
    json_out_object(j);
    entity_write_name(&facets->question, "value", row->id, j);
    json_out_key(j, "articles");
    json_out_u64(j, row->articles);
    json_out_key(j, "corpus_articles");
    json_out_u64(j, row->corpus_articles);
    json_out_key(j, "log_likelihood");
    json_out_double(j, row->log_likelihood, 4);
    json_out_end(j);
}

static void write_answer(struct facets *facets, const struct entity_rows *rows,
                         const char *by)
{
    struct question *question = &facets->question;
    struct request *request = question->request;
    size_t limit = request->params.limit;
    size_t shown = limit && limit < rows->count ? limit : rows->count;
    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(question, &j);
    json_out_key(&j, "by");
    json_out_text(&j, by);
    corpus_write(&facets->corpus, &j);
    json_out_key(&j, "rows");
    json_out_array(&j);
    for (size_t i = 0; i < shown; i++)
        write_row(facets, &rows->row[i], &j);
    json_out_end(&j);
    json_out_key(&j, "more");
    json_out_u64(&j, rows->count - shown);
    json_out_key(&j, "total");
    json_out_u64(&j, facets->here.count);
    json_out_key(&j, "total_hits");
    json_out_u64(&j, facets->total_hits);
    question_write_notes(question, &j);
    json_out_end(&j);
    question_write_took(question, &j);
}

int answer_entity_facets(struct request *request, struct worker *worker)
{
    static const struct {
        const char *by;
        unsigned kinds;
    } types[] = {{"entity", 0},
                 {"person", 1u << KIND_PERSON},
                 {"place", 1u << KIND_PLACE},
                 {"org", 1u << KIND_ORGANISATION}};
    size_t type = request->params.by - FACETS_BY_ENTITY;
    struct facets facets = {0};
    struct entity_rows rows;
    int rc = question_read(request, worker, &facets.question);
    if (rc == ERR_OK)
        rc = entities_ready(&facets.question);
    if (rc == ERR_OK)
        rc = capitals_note(&facets.question);
    if (rc == ERR_OK)
        rc = corpus_of(&facets.question, &facets.corpus);
    if (rc == ERR_OK)
        rc = read_articles(&facets);
    struct entity_scores how = {.here = &facets.here,
                                .corpus =
                                    facets.corpus.filtered ? &facets.all : NULL,
                                .kinds = types[type].kinds};
    if (rc == ERR_OK)
        rc = entity_scores_fill(&how, &facets.question, &rows);
    if (rc == ERR_OK)
        write_answer(&facets, &rows, types[type].by);
    doc_list_release(&facets.here);
    doc_list_release(&facets.all);
    return rc;
}
