#include "queryd/question.h"

#include "base/hash_map.h"
#include "base/limits.h"
#include "query/parse.h"
#include "queryd/worker_pool.h"

#include <stdio.h>
#include <string.h>

/* "understood" names every form of every prefix. */
enum { UNDERSTOOD_BYTES = 8 << 20 };

/* took_us stands near the front and is known at the end: this room is kept for it,
 * and what it does not need stays blank. 12 digits are eleven days. */
enum { TOOK_DIGITS = 12 };

static uint64_t digest_of(const struct params *params, struct slice typed)
{
    const uint64_t parts[] = {hash_bytes(typed), params->phrase.data != NULL,
                              params->match, params->sort};
    return hash_bytes((struct slice){(const uint8_t *)parts, sizeof parts});
}

static int open_searcher(struct question *question, struct worker *worker)
{
    struct request *request = question->request;
    int rc = worker_searcher(worker, request->snapshot, &question->searcher,
                             &request->err);
    if (rc == 0)
        rc = worker_stemmers(worker, &question->stemmers, &request->err);
    return rc;
}

static struct question new_question(struct request *request)
{
    const struct names *names = request->names;
    return (struct question){
        .request = request,
        .engine = request->snapshot->engine,
        .names = {.entities = names ? names->entities : NULL,
                  .annotated_by = names ? names->annotated_by : NULL},
        .started_ns = clock_ns()};
}

int question_begin(struct request *request, struct worker *worker,
                   struct question *out)
{
    *out = new_question(request);
    return open_searcher(out, worker);
}

/* A fault of the query is told whatever the state of the index. */
static int parse(struct question *question, struct parsed *out)
{
    struct request *request = question->request;
    const struct params *params = &request->params;
    struct arena *arena = &request->arena;
    struct err *err = &request->err;
    if (!params->q.data == !params->phrase.data)
        return err_set(err, ERR_INVALID,
                       "give either q (a query) or phrase (raw text)");
    if (params->phrase.data && params->match == MATCH_ANY)
        return err_set(err, ERR_INVALID, "match=any goes with q, not phrase");
    struct slice typed = params->q.data ? params->q : params->phrase;
    if (typed.len > LIMIT_QUERY_BYTES)
        return err_set(err, ERR_LIMIT, "the query is longer than %d bytes",
                       LIMIT_QUERY_BYTES);
    question->typed = typed;
    question->digest = digest_of(params, typed);
    return params->phrase.data ? query_parse_phrase(typed, arena, out, err)
           : params->match == MATCH_ANY
               ? query_parse_any(typed, arena, out, err)
               : query_parse(typed, arena, out, err);
}

static int resolve(const struct question *question, const struct parsed *parsed,
                   const struct query_names *names, struct arena *arena,
                   struct query *out, struct err *err)
{
    return query_resolve(parsed, question->engine->lexicon(question->searcher),
                         question->stemmers, names, arena, out, err);
}

int question_read(struct request *request, struct worker *worker,
                  struct question *out)
{
    struct parsed parsed;
    *out = new_question(request);
    int rc = parse(out, &parsed);
    if (rc == 0)
        rc = open_searcher(out, worker);
    struct query_names names = out->names;
    names.strict = request->params.strict;
    if (rc == 0)
        rc = resolve(out, &parsed, &names, &request->arena, &out->query,
                     &request->err);
    if (rc == 0)
        rc = cancel_check(request->cancel);
    return rc;
}

int question_resolve(const struct question *question, const struct ast *ast,
                     struct arena *arena, struct query *out, struct err *err)
{
    struct parsed parsed = {.root = ast};
    return resolve(question, &parsed, &question->names, arena, out, err);
}

int question_count(const struct question *question, const struct query *query,
                   struct arena *arena, uint64_t *total, struct err *err)
{
    struct search_request ask = {.count_total = true,
                                 .cancel = question->request->cancel};
    struct search_result result = {0};
    int rc = question->engine->search(question->searcher, query, &ask, arena,
                                      &result, err);
    *total = result.total;
    return rc;
}

static void write_query(const struct question *question, struct json_out *j)
{
    json_out_key(j, "query");
    json_out_object(j);
    json_out_key(j, "typed");
    json_out_slice(j, question->typed);
    struct strbuf understood;
    strbuf_init(&understood, UNDERSTOOD_BYTES);
    query_print(&question->query, &understood);
    json_out_key(j, "understood");
    json_out_slice(j, strbuf_slice(&understood));
    j->out->failed |= understood.failed;
    strbuf_release(&understood);
    json_out_end(j);
}

void question_write_times(struct question *question, struct json_out *j)
{
    json_out_key(j, "generation");
    json_out_u64(j, question->request->snapshot->info.generation);
    json_out_key(j, "took_us");
    question->took_at = j->out->len;
    json_out_u64(j, 0);
    strbuf_addf(j->out, "%*s", TOOK_DIGITS - 1, "");
}

void question_write_head(struct question *question, struct json_out *j)
{
    question_write_times(question, j);
    write_query(question, j);
}

void question_write_stream_head(struct question *question, struct json_out *j)
{
    json_out_key(j, "generation");
    json_out_u64(j, question->request->snapshot->info.generation);
    write_query(question, j);
}

void question_write_took(struct question *question, struct json_out *j)
{
    char digits[TOOK_DIGITS + 1];
    uint64_t us = (clock_ns() - question->started_ns) / 1000;
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)us);
    if (!j->out->failed && n <= TOOK_DIGITS)
        memcpy(j->out->data + question->took_at, digits, (size_t)n);
}

static void write_notes(const struct note *note, struct json_out *j)
{
    for (; note; note = note->next) {
        json_out_object(j);
        json_out_key(j, "code");
        json_out_text(j, note->code);
        json_out_key(j, "message");
        json_out_text(j, note->message);
        json_out_end(j);
    }
}

void question_write_notes(const struct question *question, struct json_out *j)
{
    json_out_key(j, "notes");
    json_out_array(j);
    write_notes(question->query.notes, j);
    write_notes(question->more_notes, j);
    json_out_end(j);
}
