/* endpoint_export.c - every article or hit, for other programs. */
#include "base/cancel.h"
#include "base/limits.h"
#include "queryd/article_json.h"
#include "queryd/capitals.h"
#include "queryd/csv.h"
#include "queryd/endpoint.h"
#include "queryd/hit_line.h"

#include <math.h>

static const char csv_type[] = "text/csv; charset=utf-8";
static const char text_type[] = "text/plain; charset=utf-8";

struct export
{
    struct question *question;
    const struct params *params;
    struct lines lines;
    struct slice qid, tag;
    float last_score; /* of the TREC line before */
};

/* --- articles --- */

static void write_list(struct csv_row *row, const struct slice_list *list,
                       struct strbuf *scratch)
{
    strbuf_reset(scratch);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            strbuf_add_text(scratch, "; ");
        strbuf_add_slice(scratch, list->item[i]);
    }
    csv_text(row, strbuf_slice(scratch));
    row->out->failed |= scratch->failed;
}

static void write_date(struct csv_row *row, struct date date)
{
    char text[DATE_TEXT_SIZE];
    csv_text(row, slice_of(date_format(date, text)));
}

/* The members of the JSON record, in their order. */
static const char csv_names[] =
    "key,version,title,summary,body,captions,byline,dateline,lang,source,id,"
    "url,status,published,published_from,modified,ingested,topics,places,"
    "people,orgs\r\n";

static void write_csv(struct strbuf *out, const struct article *a)
{
    struct csv_row row = {.out = out};
    struct strbuf scratch;
    strbuf_init(&scratch, LIMIT_REPLY_BYTES);
    csv_text(&row, a->key);
    csv_number(&row, a->version);
    for (enum article_part part = 0; part < PART_COUNT; part++)
        csv_text(&row, a->text[part]);
    const struct slice *const texts[] = {&a->byline, &a->dateline, &a->lang,
                                         &a->source, &a->id,       &a->url,
                                         &a->status};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        csv_text(&row, *texts[i]);
    write_date(&row, a->published);
    csv_text(&row, slice_of(date_origin_name(a->published_from)));
    write_date(&row, a->modified);
    write_date(&row,
               (struct date){.seconds = a->ingested, .precision = DATE_SECOND});
    const struct slice_list *const lists[] = {&a->topics, &a->places,
                                              &a->people, &a->orgs};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        write_list(&row, lists[i], &scratch);
    csv_end(&row);
    strbuf_release(&scratch);
}

static int send_article(struct export *export, doc_ref doc)
{
    struct question *question = export->question;
    struct strbuf *text = &export->lines.text;
    struct article article;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = question->engine->article(question->searcher, doc, &arena,
                                       &article, &question->request->err);
    if (rc == 0 && export->params->format == FORMAT_CSV) {
        write_csv(text, &article);
    } else if (rc == 0) {
        struct json_out j;
        json_out_begin(&j, text);
        article_write_json(&j, &article);
        strbuf_add_char(text, '\n');
    }
    arena_reset(&arena);
    return rc ? rc : lines_send(&export->lines);
}

/* --- hits --- */

enum { CONTEXT_COLUMNS = 40 };

/* `hits` NULL: to be found. */
static int send_hits(struct export *export, doc_ref doc,
                     const struct hit_list *hits)
{
    struct hit_line_style style = {.unit = KWIC_COLUMNS,
                                   .width = CONTEXT_COLUMNS,
                                   .span = true,
                                   .csv = export->params->format == FORMAT_CSV};
    struct view_article view;
    int rc = view_article_read(&view, export->question, doc);
    if (rc == 0 && !hits) {
        rc = view_article_hits(&view, export->question);
        hits = &view.hits;
    }
    for (size_t i = 0; rc == 0 && i < hits->count; i++)
        rc = hit_line_send(&export->lines, &style, &view, &hits->hit[i]);
    view_article_release(&view);
    return rc;
}

/* --- a run --- */

/* trec_eval sorts by score, which it keeps as a float, and equal ones by their names.
 * So that every reader gets our order, whatever it sorts with, no two scores are equal
 * as floats: a tie is broken by the smallest step there is. */
static float run_score(struct export *export, double score)
{
    float next = (float)score;
    if (export->lines.sent > 0 && next >= export->last_score)
        next = nextafterf(export->last_score, -INFINITY);
    export->last_score = next;
    return next;
}

static int send_run_line(struct export *export, const struct found *found)
{
    strbuf_addf(&export->lines.text, "%.*s Q0 %.*s %llu %.9g %.*s\n",
                SLICE_ARG(export->qid), SLICE_ARG(found->key),
                (unsigned long long)export->lines.sent + 1,
                (double)run_score(export, found->score),
                SLICE_ARG(export->tag));
    return lines_send(&export->lines);
}

/* --- all of it --- */

static int visit_one(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)err;
    struct export *export = context;
    return export->params->what == EXPORT_HITS ? send_hits(export, doc, hits)
                                               : send_article(export, doc);
}

static int by_index(struct export *export)
{
    struct question *question = export->question;
    struct request *request = question->request;
    return question->engine->visit(question->searcher, &question->query,
                                   export->params->what == EXPORT_HITS,
                                   request->cancel, &request->arena, visit_one,
                                   export, &request->err);
}

static int by_rank(struct export *export)
{
    struct question *question = export->question;
    struct request *request = question->request;
    const struct params *params = export->params;
    struct search_result result = {0};
    uint64_t articles = request->snapshot->info.articles;
    bool some = params->limit && params->what == EXPORT_ARTICLES &&
                params->limit < articles;
    struct search_request ask = {
        .limit = some ? params->limit : (size_t)articles,
        .sort = params->sort == EXPORT_DATE ? SORT_DATE : SORT_RELEVANCE,
        .cancel = request->cancel,
    };
    int rc =
        question->engine->search(question->searcher, &question->query, &ask,
                                 &request->arena, &result, &request->err);
    if (rc == ERR_LIMIT)
        return err_wrap(&request->err, rc,
                        "too much to sort; sort=index needs no memory");
    for (size_t i = 0; i < result.count && rc == 0; i++) {
        rc = cancel_check(request->cancel);
        if (rc == 0 && params->format == FORMAT_TREC)
            rc = send_run_line(export, &result.found[i]);
        else if (rc == 0 && params->what == EXPORT_HITS)
            rc = send_hits(export, result.found[i].doc, NULL);
        else if (rc == 0)
            rc = send_article(export, result.found[i].doc);
    }
    return rc;
}

static bool is_one_word(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] == 0x7f)
            return false;
    return text.len > 0;
}

static int check(struct export *export, struct err *err)
{
    const struct params *params = export->params;
    if (params->format != FORMAT_TREC)
        return params->qid.data || params->tag.data
                   ? err_set(err, ERR_INVALID,
                             "qid and tag go with format=trec")
                   : ERR_OK;
    if (params->what == EXPORT_HITS)
        return err_set(err, ERR_INVALID, "a TREC run lists articles, not hits");
    if (params->sort == EXPORT_DATE || params->sort == EXPORT_INDEX)
        return err_set(err, ERR_INVALID, "a TREC run is sorted by relevance");
    if (!is_one_word(export->qid) || !is_one_word(export->tag))
        return err_set(err, ERR_INVALID,
                       "qid and tag are one word each, without blanks");
    return ERR_OK;
}

static void begin(struct export *export)
{
    const struct params *params = export->params;
    lines_init(&export->lines, export->question,
               params->format == FORMAT_JSONL);
    export->lines.most = params->limit;
    if (params->format == FORMAT_TREC)
        export->question->request->type = text_type;
    if (params->format != FORMAT_CSV)
        return;
    export->question->request->type = csv_type;
    if (params->what == EXPORT_HITS)
        hit_line_names(&export->lines);
    else
        strbuf_add_text(&export->lines.head, csv_names);
}

int answer_export(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    struct export export = {
        .question = &question,
        .params = params,
        .qid = params->qid.data ? params->qid : SLICE("1"),
        .tag = params->tag.data ? params->tag : SLICE("dateline"),
    };
    int rc = check(&export, &request->err);
    if (rc == 0)
        rc = question_read(request, worker, &question);
    if (rc == 0 && params->format == FORMAT_JSONL)
        rc = capitals_note(&question);
    if (rc)
        return rc;
    begin(&export);
    bool index =
        params->sort == EXPORT_INDEX ||
        (params->sort == EXPORT_STANDARD && params->format != FORMAT_TREC);
    rc = index ? by_index(&export) : by_rank(&export);
    if (rc == 0 || rc == LINES_ENOUGH)
        rc = lines_end(&export.lines);
    lines_release(&export.lines);
    return rc;
}
