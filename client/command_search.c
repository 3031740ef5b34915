/* command_search.c - `dateline search`: one question, a file of them, or what is new of
 * a saved one. */
#include "base/limits.h"
#include "client/batch.h"
#include "client/layout.h"
#include "client/saved.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_DEFAULT = 10 };

static const char usage[] =
    "usage: dateline search [OPTION]... QUERY...\n"
    "       dateline search --saved NAME [--new]\n"
    "       dateline search --batch FILE\n"
    "\n"
    "Shows the articles that match, best first. The words of the command line "
    "are\n"
    "joined by blanks to one query; see dateline(1) for the language.\n";

struct search {
    struct session session;
    struct question question;
    long limit;
    const char *sort, *cursor, *marks, *batch;
    bool no_snippets, only_new;
};

static const struct view view = {.print = print_search, .none_if_0 = "total"};

static void add_rows(struct option_table *table, struct search *s)
{
    const struct option rows[] = {
        {"limit", 'n', OPTION_NUMBER, &s->limit, "N", "articles to show (10)",
         0, LIMIT_PAGE},
        {"sort", 0, OPTION_TEXT, &s->sort, "ORDER",
         "relevance, or date: newest first", 0, 0},
        {"cursor", 0, OPTION_TEXT, &s->cursor, "C",
         "go on after an earlier page", 0, 0},
        {"no-snippets", 0, OPTION_FLAG, &s->no_snippets, NULL, "titles only", 0,
         0},
        {"marks", 0, OPTION_TEXT, &s->marks, "HOW",
         "what matched: auto (in colour), brackets or none", 0, 0},
        {"new", 0, OPTION_FLAG, &s->only_new, NULL,
         "with --saved: only what is new since the last time", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        option_table_add(table, rows[i]);
    question_add_hits(table, &s->question);
    question_add_cite(table, &s->question);
    batch_add_row(table, &s->batch);
    question_add_rows(table, &s->question, &s->session);
}

static bool options_make_sense(const struct search *s, struct look *look)
{
    look->brackets = strcmp(s->marks, "brackets") == 0;
    look->unmarked = strcmp(s->marks, "none") == 0;
    if (!look->brackets && !look->unmarked && strcmp(s->marks, "auto") != 0)
        complain("--marks is auto, brackets or none, not '%s'", s->marks);
    else if (strcmp(s->sort, "relevance") != 0 && strcmp(s->sort, "date") != 0)
        complain("--sort is relevance or date, not '%s'", s->sort);
    else if (s->only_new && (!s->question.saved || s->question.any))
        complain("--new needs --saved NAME, and no --any");
    else
        return !s->cursor || question_check_text("the cursor", s->cursor);
    return false;
}

static void request_search(struct request *request, const struct search *s)
{
    *request = (struct request){.path = "/v1/search"};
    question_request(request, &s->question, &s->session);
    request_number(request, "limit", s->limit);
    if (strcmp(s->sort, "relevance") != 0)
        request_text(request, "sort", s->sort);
    if (s->cursor)
        request_text(request, "cursor", s->cursor);
    if (s->no_snippets)
        request_number(request, "snippets", 0);
}

/* --- one question --- */

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
static void add_more(struct strbuf *out, const struct search *s)
{
    const struct question *q = &s->question;
    const struct session *session = &s->session;
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
    if (q->strict)
        add_word(out, "--strict", NULL);
    if (q->phrase)
        add_word(out, "--phrase", q->phrase);
    else
        add_word(out, *session->query == '-' ? "--" : "", session->query);
}

static enum exit_status show_page(struct search *s,
                                  const struct fetched *fetched)
{
    struct strbuf more;
    strbuf_init(&more, LIMIT_HTTP_BODY_BYTES * 4);
    add_more(&more, s);
    s->session.look.more = more.data;
    enum exit_status status = session_show(&s->session, fetched, &view);
    s->session.look.more = NULL;
    strbuf_release(&more);
    return status;
}

static enum exit_status search_one(struct search *s)
{
    struct request request;
    struct fetched fetched;
    enum exit_status status = EXIT_TROUBLE;
    request_search(&request, s);
    if (session_fetch(&s->session, &request, NULL, &fetched, NULL))
        status = show_page(s, &fetched);
    fetched_release(&fetched);
    return status;
}

/* --- what is new --- */

/* Asks for `query`, or for what of it is newer than `seen`. False: said on stderr. */
static bool fetch_since(struct search *s, const char *query, uint64_t seen,
                        struct fetched *fetched)
{
    struct request request;
    struct strbuf text;
    strbuf_init(&text, LIMIT_HTTP_BODY_BYTES);
    if (seen)
        strbuf_addf(&text, "(%s) since:%" PRIu64, query, seen);
    else
        strbuf_add_text(&text, query);
    *fetched = (struct fetched){0};
    bool ok = false;
    if (text.failed)
        complain("the query is too long");
    else
        ok = question_set(&s->question, &s->session, strbuf_slice(&text));
    if (ok) {
        request_search(&request, s);
        ok = session_fetch(&s->session, &request, NULL, fetched, NULL);
    }
    strbuf_release(&text);
    return ok;
}

/* The page is shown before it is remembered: what goes wrong between costs a page that
 * is shown twice, never one that nobody saw. */
static enum exit_status show_and_remember(struct search *s,
                                          const struct fetched *fetched)
{
    struct err err = {0};
    struct shape shape = {0};
    enum exit_status status = show_page(s, fetched);
    if (status == EXIT_TROUBLE)
        return status;
    uint64_t now = must_u64(&shape, fetched->reply, "generation");
    if (shape.wrong)
        return complain("the daemon's answer is not as expected: %s",
                        shape.text);
    if (seen_remember(s->question.saved, now, &err))
        return complain("%s", err.text);
    return status;
}

static enum exit_status search_new(struct search *s)
{
    struct err err = {0};
    struct shape shape = {0};
    struct fetched fetched;
    uint64_t seen;
    enum exit_status status = EXIT_TROUBLE;
    if (seen_find(s->question.saved, &seen, &err))
        return complain("%s", err.text);
    struct strbuf query = s->question.text; /* moved: it is set anew */
    strbuf_init(&s->question.text, LIMIT_HTTP_BODY_BYTES);
    bool came = fetch_since(s, query.data, seen, &fetched);
    uint64_t now = reply_u64(&shape, fetched.reply, "generation");
    if (came && now > 0 && now < seen) {
        fprintf(stderr,
                "dateline: generation %" PRIu64 " was seen of '%s', but this "
                "index is at %" PRIu64 ": another one, so all of it is new\n",
                seen, s->question.saved, now);
        fetched_release(&fetched);
        came = fetch_since(s, query.data, 0, &fetched);
    }
    if (came)
        status = show_and_remember(s, &fetched);
    fetched_release(&fetched);
    strbuf_release(&query);
    return status;
}

/* --- many questions --- */

static enum exit_status batch_one(void *context, const char *id)
{
    struct search *s = context;
    struct request request;
    struct fetched fetched;
    struct strbuf head;
    enum exit_status status = EXIT_TROUBLE;
    request_search(&request, s);
    if (s->session.json)
        return batch_ask_json(&s->session, &request, id, &view);
    strbuf_init(&head, LIMIT_HTTP_BODY_BYTES * 4);
    if (!session_fetch(&s->session, &request, NULL, &fetched, NULL))
        goto out;
    strbuf_add_text(&head, "== ");
    layout_clean(&head, slice_of(id));
    strbuf_add_text(&head, ": ");
    print_bold(&head, slice_of(s->session.query), strlen("== "),
               &s->session.look);
    strbuf_add_char(&head, '\n');
    if (head.failed)
        complain("no memory to print the answer");
    else if (session_write(&s->session, stdout, strbuf_slice(&head)))
        status = session_show(&s->session, &fetched, &view);
    if (status != EXIT_TROUBLE &&
        !session_write(&s->session, stdout, SLICE("\n")))
        status = EXIT_TROUBLE;
out:
    fetched_release(&fetched);
    strbuf_release(&head);
    return status;
}

static enum exit_status search_batch(struct search *s, int words)
{
    const struct batch batch = {&s->session, &s->question, batch_one, s};
    if (words > 0 || s->question.phrase || s->question.saved || s->cursor)
        return complain("--batch has the queries: no words, --phrase, --saved "
                        "or --cursor beside it");
    return batch_run(&batch, s->batch);
}

enum exit_status command_search(int argc, char **argv)
{
    struct search s = {
        .limit = LIMIT_DEFAULT, .sort = "relevance", .marks = "auto"};
    struct option_table table = {0};
    enum exit_status status;
    int rest;
    add_rows(&table, &s);
    if (!session_begin(&s.session, &table, usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    bool sense = options_make_sense(&s, &s.session.look);
    if (sense && s.batch)
        status = search_batch(&s, rest);
    else if (sense &&
             question_ready(&s.question, &s.session, usage, rest, argv + 2))
        status = s.only_new ? search_new(&s) : search_one(&s);
    question_release(&s.question);
    session_end(&s.session);
    return status;
}
