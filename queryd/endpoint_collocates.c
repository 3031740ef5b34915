#include "queryd/capitals.h"
#include "queryd/endpoint.h"
#include "queryd/view_article.h"
#include "queryd/word_scores.h"

struct collocates {
    const struct question *question;
    struct counts *counts;
    uint64_t hits, words_near;
};

static int add_article(void *context, struct searcher *searcher, doc_ref doc,
                       const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    struct collocates *c = context;
    struct view_article view;
    if (hits->count == 0)
        return ERR_OK;
    c->hits += hits->count;
    int rc = view_article_read(&view, c->question, doc);
    if (rc == 0) {
        counts_next_article(c->counts);
        rc = counts_add_near(c->counts, &view.analysis, hits,
                             c->question->request->params.window,
                             &c->words_near, &view.arena);
        if (rc)
            err_set(err, rc, "no memory for the words near the hits");
    }
    view_article_release(&view);
    return rc;
}

static void write_row(const struct count_row *row, struct json_out *j)
{
    json_out_object(j);
    json_out_key(j, "value");
    json_out_slice(j, row->value);
    json_out_key(j, "articles");
    json_out_u64(j, row->articles);
    json_out_key(j, "times");
    json_out_u64(j, row->times);
    json_out_key(j, "corpus_times");
    json_out_u64(j, row->corpus_times);
    json_out_key(j, "log_likelihood");
    json_out_double(j, row->log_likelihood, 4);
    json_out_key(j, "log_dice");
    json_out_double(j, row->log_dice, 4);
    json_out_end(j);
}

static int write_answer(const struct collocates *c, struct question *question)
{
    struct request *request = question->request;
    const struct params *params = &request->params;
    struct word_scores scores = {.words_here = c->words_near,
                                 .hits = c->hits,
                                 .min_times = params->min,
                                 .sort = (enum word_sort)params->sort};
    struct count_row *row;
    size_t count, shown;
    counts_rows(c->counts, &row, &count);
    int rc = word_scores_fill(&scores, question, row, &count);
    if (rc)
        return rc;
    shown = params->limit && params->limit < count ? params->limit : count;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(question, &j);
    json_out_key(&j, "window");
    json_out_u64(&j, params->window);
    json_out_key(&j, "hits");
    json_out_u64(&j, c->hits);
    json_out_key(&j, "words_near");
    json_out_u64(&j, c->words_near);
    json_out_key(&j, "rows");
    json_out_array(&j);
    for (size_t i = 0; i < shown; i++)
        write_row(&row[i], &j);
    json_out_end(&j);
    json_out_key(&j, "more");
    json_out_u64(&j, count - shown);
    question_write_notes(question, &j);
    json_out_end(&j);
    question_write_took(question, &j);
    return ERR_OK;
}

int answer_collocates(struct request *request, struct worker *worker)
{
    struct question question;
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc)
        return rc;
    struct collocates c = {.question = &question, .counts = counts_new()};
    if (!c.counts)
        return err_set(&request->err, ERR_NOMEM, "no memory for the counts");
    rc = question.engine->visit(question.searcher, &question.query, true,
                                request->cancel, &request->arena, add_article,
                                &c, &request->err);
    if (rc == 0)
        rc = write_answer(&c, &question);
    counts_free(c.counts);
    return rc;
}
