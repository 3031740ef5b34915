#include "queryd/article_json.h"
#include "queryd/citation.h"
#include "queryd/cursor.h"
#include "queryd/capitals.h"
#include "queryd/coverage.h"
#include "queryd/endpoint.h"
#include "queryd/operands.h"
#include "queryd/entity_json.h"
#include "queryd/named_words.h"
#include "queryd/question.h"
#include "queryd/view_article.h"
#include "queryd/relaxations.h"
#include "views/snippet.h"

enum { SNIPPET_BYTES = 300 };

static int read_cursor(struct question *question, struct search_cursor *after)
{
    struct request *request = question->request;
    struct cursor cursor;
    if (!request->params.cursor.data)
        return ERR_OK;
    int rc = cursor_read(request->params.cursor, &request->arena, &cursor,
                         &request->err);
    if (rc)
        return rc;
    if (cursor.question != question->digest)
        return err_set(&request->err, ERR_INVALID,
                       "the cursor belongs to another query or sort");
    if (cursor.generation != request->snapshot->info.generation) {
        request->repeat = question->typed;
        return err_set(&request->err, ERR_GONE,
                       "generation %llu of the cursor is retired; repeat the "
                       "query without it",
                       (unsigned long long)cursor.generation);
    }
    *after = cursor.after;
    return ERR_OK;
}

static int write_snippet(const struct question *question, doc_ref doc,
                         const struct article *article, struct arena *arena,
                         struct json_out *j)
{
    struct err *err = &question->request->err;
    struct analysis analysis;
    struct snippet snippet;
    int rc = analyse_article(article, question->stemmers, arena, &analysis);
    if (rc)
        return err_set(err, rc, "an article cannot be analysed: %s",
                       err_name(rc));
    rc = article_mentions(question, doc, arena, &analysis);
    if (rc)
        return rc;
    rc = snippet_make(&question->query, article, &analysis, SNIPPET_BYTES,
                      arena, &snippet, err);
    if (rc)
        return rc;
    json_out_key(j, "snippet");
    json_out_object(j);
    json_out_key(j, "text");
    json_out_slice(j, snippet.text);
    json_out_key(j, "marks");
    json_out_array(j);
    for (size_t i = 0; i < snippet.mark_count; i++) {
        json_out_array(j);
        json_out_u64(j, snippet.mark[i].start);
        json_out_u64(j, snippet.mark[i].end);
        json_out_end(j);
    }
    json_out_end(j);
    json_out_key(j, "cut_before");
    json_out_bool(j, snippet.cut_before);
    json_out_key(j, "cut_after");
    json_out_bool(j, snippet.cut_after);
    json_out_end(j);
    return ERR_OK;
}

/* An article in an arena of its own: a page of long ones must not need the memory
 * of all of them together. */
static int write_found(const struct question *question,
                       const struct found *found, struct json_out *j)
{
    struct request *request = question->request;
    struct article article;
    struct arena arena;
    arena_init(&arena, request->arena.limit);
    int rc = cancel_check(request->cancel);
    if (rc == 0)
        rc = question->engine->article(question->searcher, found->doc, &arena,
                                       &article, &request->err);
    if (rc)
        goto out;
    json_out_object(j);
    json_out_key(j, "key");
    json_out_slice(j, article.key);
    json_out_key(j, "score");
    json_out_double(j, found->score, 6);
    json_out_key(j, "title");
    json_out_slice(j, article.text[PART_TITLE]);
    json_out_key(j, "date");
    date_write_json(j, article.published);
    json_out_key(j, "source");
    json_out_slice(j, article.source);
    json_out_key(j, "url");
    json_out_slice(j, article.url);
    json_out_key(j, "lang");
    json_out_slice(j, article.lang);
    if (request->params.snippets)
        rc = write_snippet(question, found->doc, &article, &arena, j);
    if (rc == 0)
        json_out_end(j);
out:
    arena_reset(&arena);
    return rc;
}

static void write_cursor(const struct question *question,
                         const struct found *last, struct json_out *j)
{
    struct strbuf text;
    struct cursor cursor = {
        .generation = question->request->snapshot->info.generation,
        .question = question->digest,
        .after = {.set = true,
                  .score = last->score,
                  .date = last->published.precision == DATE_NONE
                              ? DATE_MIN
                              : last->published.seconds,
                  .key = last->key},
    };
    strbuf_init(&text, 4096);
    cursor_write(&cursor, &text);
    json_out_key(j, "cursor");
    json_out_slice(j, strbuf_slice(&text));
    j->out->failed |= text.failed;
    strbuf_release(&text);
}

/* Whether to say why so little was found, and what would find more. */
static bool is_few(const struct params *params,
                   const struct search_result *result)
{
    return params->count == COUNT_EXACT && params->relax &&
           result->total <= RELAX_TOTAL && !params->cursor.data;
}

static int write_answer(const struct question *question,
                        const struct search_result *result, struct json_out *j)
{
    const struct params *params = &question->request->params;
    if (params->count == COUNT_EXACT) {
        json_out_key(j, "total");
        json_out_u64(j, result->total);
    }
    if (params->hits) {
        json_out_key(j, "total_hits");
        json_out_u64(j, result->total_hits);
    }
    json_out_key(j, "hits");
    json_out_array(j);
    for (size_t i = 0; i < result->count; i++) {
        int rc = write_found(question, &result->found[i], j);
        if (rc)
            return rc;
    }
    json_out_end(j);
    if (result->more && result->count > 0)
        write_cursor(question, &result->found[result->count - 1], j);
    if (params->cite)
        citation_write(question, result->total, result->total_hits, j);
    int rc = entities_write(question, j);
    if (rc)
        return rc;
    question_write_notes(question, j);
    if (!is_few(params, result))
        return ERR_OK;
    rc = operands_write(question, j);
    if (rc == ERR_OK)
        (void)relaxations_write(question, result->total, j);
    return rc;
}

int answer_search(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    struct search_result result = {0};
    struct search_request ask = {
        .limit = params->limit,
        .sort = (enum search_sort)params->sort,
        .count_total = params->count == COUNT_EXACT || params->cite,
        .count_hits = params->hits || params->cite,
        .cancel = request->cancel,
    };
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = read_cursor(&question, &ask.after);
    if (rc == 0)
        rc = question.engine->search(question.searcher, &question.query, &ask,
                                     &request->arena, &result, &request->err);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0)
        rc = named_words_note(&question);
    if (rc == 0 && is_few(params, &result))
        rc = coverage_note(&question);
    if (rc)
        return rc;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(&question, &j);
    rc = write_answer(&question, &result, &j);
    if (rc)
        return rc;
    json_out_end(&j);
    question_write_took(&question, &j);
    return ERR_OK;
}
