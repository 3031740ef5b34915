/* endpoint_timeline.c - two walks: over the corpus, and over what matches. Only dates
 * and sources are read, no text. */
#include "base/limits.h"
#include "queryd/capitals.h"
#include "queryd/corpus.h"
#include "queryd/endpoint.h"
#include "views/timeline.h"

struct count {
    const struct question *question;
    struct timeline *timeline;
    uint64_t total, total_hits;
};

/* What the rows need: a source only if they are by source. */
static int read_info(const struct question *question, doc_ref doc,
                     struct arena *arena, struct article_info *out,
                     struct err *err)
{
    *out = (struct article_info){0};
    if (question->request->params.group == GROUP_SOURCE)
        return question->engine->info(question->searcher, doc, arena, out, err);
    return question->engine->published(question->searcher, doc, &out->published,
                                       &out->words, err);
}

static int add(struct count *count, doc_ref doc, const struct hit_list *hits,
               struct err *err)
{
    const struct question *question = count->question;
    struct article_info info;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = read_info(question, doc, &arena, &info, err);
    if (rc)
        goto out;
    if (hits) {
        rc = timeline_add_match(count->timeline, info.published, info.source,
                                hits->count);
        count->total++;
        count->total_hits += hits->count;
    } else {
        rc = timeline_add_corpus(count->timeline, info.published, info.source,
                                 info.words);
    }
    if (rc == ERR_CORRUPT &&
        question->engine->info(question->searcher, doc, &arena, &info, err) ==
            ERR_OK)
        err_set(err, rc, "%.*s: a date outside the calendar",
                SLICE_ARG(info.key));
    else if (rc && rc != ERR_CORRUPT)
        err_set(err, rc, "no memory for the timeline");
out:
    arena_reset(&arena);
    return rc;
}

static int add_corpus(void *context, struct searcher *searcher, doc_ref doc,
                      const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)hits;
    return add(context, doc, NULL, err);
}

static int add_match(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    return add(context, doc, hits, err);
}

static void write_numbers(const struct timeline_row *row, bool by_source,
                          struct json_out *j)
{
    if (by_source) {
        json_out_key(j, "source");
        json_out_slice(j, row->source);
    }
    json_out_key(j, "articles");
    json_out_u64(j, row->articles);
    json_out_key(j, "hits");
    json_out_u64(j, row->hits);
    json_out_key(j, "corpus_articles");
    json_out_u64(j, row->corpus_articles);
    json_out_key(j, "corpus_words");
    json_out_u64(j, row->corpus_words);
}

static int write_rows(const struct count *count, struct json_out *j)
{
    struct request *request = count->question->request;
    enum timeline_by by = (enum timeline_by)request->params.by;
    bool by_source = request->params.group == GROUP_SOURCE;
    struct timeline_row *row, *undated;
    size_t rows, undated_rows;
    char label[DATE_TEXT_SIZE];
    int rc = timeline_rows(count->timeline, &row, &rows, &undated,
                           &undated_rows, &request->err);
    if (rc)
        return rc;
    json_out_key(j, "rows");
    json_out_array(j);
    for (size_t i = 0; i < rows; i++) {
        json_out_object(j);
        json_out_key(j, "from");
        json_out_text(j, timeline_label(by, row[i].from, label));
        write_numbers(&row[i], by_source, j);
        if (row[i].corpus_articles == 0) {
            json_out_key(j, "gap");
            json_out_bool(j, true);
        }
        json_out_end(j);
    }
    json_out_end(j);
    json_out_key(j, "undated");
    json_out_array(j);
    for (size_t i = 0; i < undated_rows; i++) {
        if (undated[i].corpus_articles == 0)
            continue;
        json_out_object(j);
        write_numbers(&undated[i], by_source, j);
        json_out_end(j);
    }
    json_out_end(j);
    return ERR_OK;
}

static int write_answer(const struct count *count, const struct corpus *corpus,
                        struct question *question)
{
    static const char *const names[] = {"day", "week", "month", "year"};
    struct request *request = question->request;
    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(question, &j);
    json_out_key(&j, "by");
    json_out_text(&j, names[request->params.by]);
    corpus_write(corpus, &j);
    int rc = write_rows(count, &j);
    if (rc)
        return rc;
    json_out_key(&j, "total");
    json_out_u64(&j, count->total);
    json_out_key(&j, "total_hits");
    json_out_u64(&j, count->total_hits);
    question_write_notes(question, &j);
    json_out_end(&j);
    question_write_took(question, &j);
    return ERR_OK;
}

int answer_timeline(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    struct corpus corpus;
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0)
        rc = corpus_of(&question, &corpus);
    if (rc)
        return rc;
    struct count count = {.question = &question};
    count.timeline = timeline_new((enum timeline_by)params->by,
                                  params->group == GROUP_SOURCE);
    if (!count.timeline)
        return err_set(&request->err, ERR_NOMEM, "no memory for the timeline");
    rc = corpus_visit(&question, &corpus, add_corpus, &count);
    if (rc == 0)
        rc = question.engine->visit(question.searcher, &question.query, true,
                                    request->cancel, &request->arena, add_match,
                                    &count, &request->err);
    if (rc == 0)
        rc = write_answer(&count, &corpus, &question);
    timeline_free(count.timeline);
    return rc;
}
