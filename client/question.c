#include "client/question.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "client/saved.h"

#include <stdio.h>

enum { DEADLINE_MS_MAX = 600000 };

void question_add_rows(struct option_table *table, struct question *q,
                       struct session *session)
{
    option_table_add(
        table, (struct option){"phrase", 'p', OPTION_TEXT, &q->phrase, "TEXT",
                               "raw text, as one exact phrase", 0, 0});
    option_table_add(
        table, (struct option){"any", 0, OPTION_FLAG, &q->any, NULL,
                               "any of the words; nothing is syntax", 0, 0});
    option_table_add(table,
                     (struct option){"saved", 0, OPTION_TEXT, &q->saved, "NAME",
                                     "a query that was saved", 0, 0});
    option_table_add(
        table, (struct option){"strict", 0, OPTION_FLAG, &q->strict, NULL,
                               "refuse @names that may mean several", 0, 0});
    option_table_add(
        table, (struct option){
                   "deadline-ms", 0, OPTION_NUMBER, &session->deadline_ms, "N",
                   session->default_ms ? "give up after N milliseconds (60000)"
                                       : "give up after N milliseconds (10000)",
                   1, DEADLINE_MS_MAX});
}

void question_add_hits(struct option_table *table, struct question *q)
{
    option_table_add(
        table, (struct option){"hits", 0, OPTION_FLAG, &q->hits, NULL,
                               "count the places in the articles, too", 0, 0});
}

void question_add_cite(struct option_table *table, struct question *q)
{
    option_table_add(
        table, (struct option){"cite", 0, OPTION_FLAG, &q->cite, NULL,
                               "a line to cite, for dateline cite", 0, 0});
}

bool question_check_text(const char *name, const char *text)
{
    size_t bad_at;
    if (utf8_valid(slice_of(text), &bad_at))
        return true;
    complain("%s is no UTF-8 (byte %zu)", name, bad_at + 1);
    return false;
}

static bool check_query(const struct question *q, struct session *session)
{
    session->query = q->phrase ? q->phrase : q->text.data;
    if (q->text.failed)
        complain("the query is longer than %d bytes", LIMIT_HTTP_BODY_BYTES);
    else
        return question_check_text(q->phrase ? "the phrase" : "the query",
                                   session->query);
    return false;
}

bool question_ready(struct question *q, struct session *session,
                    const char *usage, int count, char **words)
{
    struct err err = {0};
    strbuf_init(&q->text, LIMIT_HTTP_BODY_BYTES);
    if ((q->phrase != NULL) + (q->saved != NULL) + (count > 0) > 1) {
        complain(q->saved ? "either --saved, or a query, or --phrase"
                          : "either a query or --phrase, not both");
        return false;
    }
    if (q->saved && saved_find(q->saved, &q->text, &err)) {
        complain("%s", err.text);
        return false;
    }
    for (int i = 0; i < count; i++)
        strbuf_addf(&q->text, "%s%s", i ? " " : "", words[i]);
    if (!q->phrase && !q->text.failed &&
        slice_trim(strbuf_slice(&q->text)).len == 0) {
        complain("what is to be found?\n%s", usage);
        return false;
    }
    return check_query(q, session);
}

bool question_set(struct question *q, struct session *session,
                  struct slice query)
{
    question_release(q);
    strbuf_init(&q->text, LIMIT_HTTP_BODY_BYTES);
    strbuf_add_slice(&q->text, query);
    return check_query(q, session);
}

void question_release(struct question *q)
{
    strbuf_release(&q->text);
}

void question_request(struct request *request, const struct question *q,
                      const struct session *session)
{
    request_text(request, q->phrase ? "phrase" : "q", session->query);
    if (q->any)
        request_text(request, "match", "any");
    if (q->hits)
        request_number(request, "hits", 1);
    if (q->cite)
        request_number(request, "cite", 1);
    if (q->strict)
        request_number(request, "strict", 1);
    if (session->deadline_ms)
        request_number(request, "deadline_ms", session->deadline_ms);
}
