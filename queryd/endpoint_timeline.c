/* endpoint_timeline.c - two walks: over the corpus, and over what matches; one more for
 * each column. Only dates and sources are read, no text. */
#include "base/err.h"
#include "base/limits.h"
#include "entity/register.h"
#include "queryd/capitals.h"
#include "queryd/corpus.h"
#include "queryd/endpoint.h"
#include "queryd/entity_json.h"
#include "queryd/timeline_columns.h"

/* A column's articles are counted under its id, as if that were their source; the result
 * as a whole, and the corpus, under none. */
struct count {
    const struct question *question;
    struct timeline *timeline;
    struct timeline_columns columns;
    const struct timeline_column *column; /* that is counted; NULL: the whole */
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
    if (count->column) {
        rc = timeline_add_match(count->timeline, info.published,
                                count->column->id, 0);
    } else if (hits) {
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

static int count_columns(struct count *count)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count->columns.count; i++) {
        count->column = &count->columns.column[i];
        rc = timeline_columns_visit(count->question, count->column, add_corpus,
                                    count);
    }
    count->column = NULL;
    return rc;
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

/* `row` and, with columns, those of its period behind it. */
static void write_row(const struct count *count, const struct timeline_row *row,
                      size_t rows, struct json_out *j)
{
    const struct params *params = &count->question->request->params;
    write_numbers(row, params->group == GROUP_SOURCE, j);
    if (params->of != OF_NONE)
        timeline_columns_write_row(&count->columns, row, rows, j);
}

static int write_rows(const struct count *count, struct json_out *j)
{
    struct request *request = count->question->request;
    enum timeline_by by = (enum timeline_by)request->params.by;
    struct timeline_row *row, *undated;
    size_t rows, undated_rows;
    char label[DATE_TEXT_SIZE];
    int rc = timeline_rows(count->timeline, &row, &rows, &undated,
                           &undated_rows, &request->err);
    if (rc)
        return rc;
    /* "" is the first of the ids, and there whenever there is a row. */
    size_t step = request->params.of == OF_NONE ? 1 : undated_rows;
    json_out_key(j, "rows");
    json_out_array(j);
    for (size_t i = 0; i < rows; i += step) {
        json_out_object(j);
        json_out_key(j, "from");
        json_out_text(j, timeline_label(by, row[i].from, label));
        write_row(count, &row[i], step, j);
        if (row[i].corpus_articles == 0) {
            json_out_key(j, "gap");
            json_out_bool(j, true);
        }
        json_out_end(j);
    }
    json_out_end(j);
    json_out_key(j, "undated");
    json_out_array(j);
    for (size_t i = 0; i < undated_rows; i += step) {
        if (undated[i].corpus_articles == 0)
            continue;
        json_out_object(j);
        write_row(count, &undated[i], step, j);
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
    if (request->params.of != OF_NONE)
        timeline_columns_write(question, &count->columns, &j);
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

static int find_columns(struct question *question, struct timeline_columns *out)
{
    static const unsigned kinds[] = {
        [OF_ENTITY] = (1u << KIND_COUNT) - 1,
        [OF_PERSON] = 1u << KIND_PERSON,
        [OF_PLACE] = 1u << KIND_PLACE,
        [OF_ORG] = 1u << KIND_ORGANISATION,
    };
    const struct params *params = &question->request->params;
    if (params->of == OF_NONE)
        return ERR_OK;
    if (params->group != GROUP_NONE)
        return err_set(&question->request->err, ERR_INVALID,
                       "either group or of: not both");
    int rc = entities_ready(question);
    return rc ? rc
              : timeline_columns_find(question, kinds[params->of], params->top,
                                      out);
}

int answer_timeline(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    struct corpus corpus;
    struct count count = {.question = &question};
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0)
        rc = corpus_of(&question, &corpus);
    if (rc == 0)
        rc = find_columns(&question, &count.columns);
    if (rc)
        return rc;
    count.timeline =
        timeline_new((enum timeline_by)params->by,
                     params->group == GROUP_SOURCE || params->of != OF_NONE);
    if (!count.timeline)
        return err_set(&request->err, ERR_NOMEM, "no memory for the timeline");
    rc = corpus_visit(&question, &corpus, add_corpus, &count);
    if (rc == 0)
        rc = question.engine->visit(question.searcher, &question.query, true,
                                    request->cancel, &request->arena, add_match,
                                    &count, &request->err);
    if (rc == 0)
        rc = count_columns(&count);
    if (rc == 0)
        rc = write_answer(&count, &corpus, &question);
    timeline_free(count.timeline);
    return rc;
}
