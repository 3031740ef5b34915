#include "base/limits.h"
#include "base/utf8.h"
#include "client/command.h"
#include "client/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEADLINE_MS_MAX = 600000, LIMIT_DEFAULT = 10 };

/* What search, count and explain have in common. */
struct question {
    const char *phrase; /* raw text; NULL: the words are a query */
    bool any, hits;
    struct strbuf text; /* the words, joined by blanks */
};

struct search {
    struct question question;
    long limit;
    const char *sort, *cursor, *marks;
    bool no_snippets;
};

static void add_question_rows(struct option_table *table, struct question *q,
                              struct session *session)
{
    option_table_add(
        table, (struct option){"phrase", 'p', OPTION_TEXT, &q->phrase, "TEXT",
                               "raw text, as one exact phrase", 0, 0});
    option_table_add(
        table, (struct option){"any", 0, OPTION_FLAG, &q->any, NULL,
                               "any of the words; nothing is syntax", 0, 0});
    option_table_add(
        table, (struct option){
                   "deadline-ms", 0, OPTION_NUMBER, &session->deadline_ms, "N",
                   "give up after N milliseconds (10000)", 1, DEADLINE_MS_MAX});
}

static void add_hits_row(struct option_table *table, struct question *q)
{
    option_table_add(
        table, (struct option){"hits", 0, OPTION_FLAG, &q->hits, NULL,
                               "count the places in the articles, too", 0, 0});
}

static bool check_text(const char *name, const char *text)
{
    size_t bad_at;
    if (utf8_valid(slice_of(text), &bad_at))
        return true;
    complain("%s is no UTF-8 (byte %zu)", name, bad_at + 1);
    return false;
}

/* Joins the words; false, said on stderr, when there is nothing to ask. */
static bool question_ready(struct question *q, struct session *session,
                           const char *usage, int count, char **words)
{
    strbuf_init(&q->text, LIMIT_HTTP_BODY_BYTES);
    for (int i = 0; i < count; i++)
        strbuf_addf(&q->text, "%s%s", i ? " " : "", words[i]);
    session->query = q->phrase ? q->phrase : q->text.data;
    if (q->text.failed)
        complain("the query is longer than %d bytes", LIMIT_HTTP_BODY_BYTES);
    else if (q->phrase && count > 0)
        complain("either a query or --phrase, not both");
    else if (!q->phrase && slice_trim(strbuf_slice(&q->text)).len == 0)
        complain("what is to be found?\n%s", usage);
    else
        return check_text(q->phrase ? "the phrase" : "the query",
                          session->query);
    return false;
}

static void request_question(struct request *request, const struct question *q,
                             const struct session *session)
{
    request_text(request, q->phrase ? "phrase" : "q", session->query);
    if (q->any)
        request_text(request, "match", "any");
    if (q->hits)
        request_number(request, "hits", 1);
    if (session->deadline_ms)
        request_number(request, "deadline_ms", session->deadline_ms);
}

/* --- search --- */

static const char search_usage[] =
    "usage: dateline search [OPTION]... QUERY...\n"
    "\n"
    "Shows the articles that match, best first. The words of the command line "
    "are\n"
    "joined by blanks to one query; see dateline(1) for the language.\n";

static void add_search_rows(struct option_table *table, struct search *s)
{
    option_table_add(
        table, (struct option){"limit", 'n', OPTION_NUMBER, &s->limit, "N",
                               "articles to show (10)", 0, LIMIT_PAGE});
    option_table_add(table,
                     (struct option){"sort", 0, OPTION_TEXT, &s->sort, "ORDER",
                                     "relevance, or date: newest first", 0, 0});
    option_table_add(table,
                     (struct option){"cursor", 0, OPTION_TEXT, &s->cursor, "C",
                                     "go on after an earlier page", 0, 0});
    option_table_add(table, (struct option){"no-snippets", 0, OPTION_FLAG,
                                            &s->no_snippets, NULL,
                                            "titles only", 0, 0});
    option_table_add(
        table, (struct option){
                   "marks", 0, OPTION_TEXT, &s->marks, "HOW",
                   "what matched: auto (in colour), brackets or none", 0, 0});
}

static bool search_ready(const struct search *s, struct look *look)
{
    look->brackets = strcmp(s->marks, "brackets") == 0;
    look->unmarked = strcmp(s->marks, "none") == 0;
    if (!look->brackets && !look->unmarked && strcmp(s->marks, "auto") != 0)
        complain("--marks is auto, brackets or none, not '%s'", s->marks);
    else if (strcmp(s->sort, "relevance") != 0 && strcmp(s->sort, "date") != 0)
        complain("--sort is relevance or date, not '%s'", s->sort);
    else
        return !s->cursor || check_text("the cursor", s->cursor);
    return false;
}

static void add_word(struct strbuf *out, const char *option, const char *value)
{
    if (*option)
        strbuf_addf(out, " %s", option);
    if (value) {
        strbuf_add_char(out, ' ');
        layout_shell_word(out, slice_of(value));
    }
}

/* The command line again, for the next page. */
static void add_more(struct strbuf *out, const struct search *s,
                     const struct session *session)
{
    const struct question *q = &s->question;
    if (s->limit != LIMIT_DEFAULT)
        strbuf_addf(out, " --limit %ld", s->limit);
    if (strcmp(s->sort, "relevance") != 0)
        add_word(out, "--sort", s->sort);
    if (strcmp(s->marks, "auto") != 0)
        add_word(out, "--marks", s->marks);
    if (strcmp(session->color, "auto") != 0)
        add_word(out, "--color", session->color);
    if (session->deadline_ms)
        strbuf_addf(out, " --deadline-ms %ld", session->deadline_ms);
    if (session->socket)
        add_word(out, "--socket", session->socket);
    if (s->no_snippets)
        add_word(out, "--no-snippets", NULL);
    if (q->hits)
        add_word(out, "--hits", NULL);
    if (q->any)
        add_word(out, "--any", NULL);
    if (q->phrase)
        add_word(out, "--phrase", q->phrase);
    else
        add_word(out, *session->query == '-' ? "--" : "", session->query);
}

static void request_search(struct request *request, const struct search *s,
                           const struct session *session)
{
    request_question(request, &s->question, session);
    request_number(request, "limit", s->limit);
    if (strcmp(s->sort, "relevance") != 0)
        request_text(request, "sort", s->sort);
    if (s->cursor)
        request_text(request, "cursor", s->cursor);
    if (s->no_snippets)
        request_number(request, "snippets", 0);
}

enum exit_status command_search(int argc, char **argv)
{
    static const struct view view = {.print = print_search,
                                     .none_if_0 = "total"};
    struct session session = {0};
    struct search s = {
        .limit = LIMIT_DEFAULT, .sort = "relevance", .marks = "auto"};
    struct option_table table = {0};
    struct strbuf more;
    enum exit_status status;
    int rest;
    add_search_rows(&table, &s);
    add_hits_row(&table, &s.question);
    add_question_rows(&table, &s.question, &session);
    if (!session_begin(&session, &table, search_usage, argc, argv, &rest,
                       &status))
        return status;

    strbuf_init(&more, LIMIT_HTTP_BODY_BYTES * 4);
    status = EXIT_TROUBLE;
    if (question_ready(&s.question, &session, search_usage, rest, argv + 2) &&
        search_ready(&s, &session.look)) {
        struct request request = {.path = "/v1/search"};
        add_more(&more, &s, &session);
        session.look.more = more.data;
        request_search(&request, &s, &session);
        status = session_ask(&session, &request, &view);
    }
    strbuf_release(&more);
    strbuf_release(&s.question.text);
    return status;
}

/* --- count, explain --- */

static const char count_usage[] =
    "usage: dateline count [OPTION]... QUERY...\n"
    "\n"
    "Prints the number of articles that match, alone on its line.\n";

static const char explain_usage[] =
    "usage: dateline explain [OPTION]... QUERY...\n"
    "\n"
    "Shows how a query is read, and how many articles have each of its "
    "words.\n";

static enum exit_status run_question(int argc, char **argv, bool hits,
                                     const char *path, const char *usage,
                                     const struct view *view)
{
    struct session session = {0};
    struct question question = {0};
    struct option_table table = {0};
    struct request request = {.path = path};
    enum exit_status status;
    int rest;
    if (hits)
        add_hits_row(&table, &question);
    add_question_rows(&table, &question, &session);
    if (!session_begin(&session, &table, usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    if (question_ready(&question, &session, usage, rest, argv + 2)) {
        request_question(&request, &question, &session);
        status = session_ask(&session, &request, view);
    }
    strbuf_release(&question.text);
    return status;
}

/* The number alone on its line: scripts read it. */
static void print_count(struct strbuf *out, struct shape *shape,
                        const json_t *reply, const struct look *look)
{
    (void)look;
    strbuf_addf(out, "%" PRIu64 "\n", must_u64(shape, reply, "total"));
    if (reply_has(reply, "total_hits")) {
        uint64_t hits = reply_u64(shape, reply, "total_hits");
        strbuf_addf(out, "%" PRIu64 " hit%s\n", hits, hits == 1 ? "" : "s");
    }
}

enum exit_status command_count(int argc, char **argv)
{
    static const struct view view = {
        .print = print_count, .notes_on_stderr = true, .none_if_0 = "total"};
    return run_question(argc, argv, true, "/v1/count", count_usage, &view);
}

enum exit_status command_explain(int argc, char **argv)
{
    static const struct view view = {.print = print_explain};
    return run_question(argc, argv, false, "/v1/explain", explain_usage, &view);
}
