/* command_cite.c - `dateline cite LINE`: is what was cited still so? */
#include "base/limits.h"
#include "client/citation.h"
#include "client/layout.h"
#include "client/question.h"

#include <errno.h>
#include <string.h>

enum { LABEL_COLUMNS = 12 };

static const char usage[] =
    "usage: dateline cite [OPTION]... LINE\n"
    "\n"
    "Asks the query of a citation (search --cite, count --cite) again, and "
    "shows\n"
    "what has changed. Without LINE it is read from standard input.\n"
    "Exit status: 0 the same totals, 1 others, 2 trouble.\n";

static bool read_line(struct strbuf *out, int count, char **words)
{
    char buffer[4096];
    size_t n;
    strbuf_init(out, LIMIT_HTTP_BODY_BYTES);
    for (int i = 0; i < count; i++)
        strbuf_addf(out, "%s%s", i ? " " : "", words[i]);
    while (count == 0 && !out->failed &&
           (n = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        strbuf_add(out, buffer, n);
    if (out->failed)
        complain("the citation is longer than %d bytes", LIMIT_HTTP_BODY_BYTES);
    else if (count == 0 && ferror(stdin))
        complain("cannot read standard input: %s", strerror(errno));
    else if (memchr(slice_trim(strbuf_slice(out)).data, '\n',
                    slice_trim(strbuf_slice(out)).len))
        complain("one citation at a time, please");
    else
        return true;
    return false;
}

/* "generation  3, now 4", one line for each field. True: the totals are the same. */
static bool compare(struct strbuf *out, const struct citation *then,
                    const struct citation *now)
{
    bool same_totals = true;
    for (size_t i = 0; i < CITED_FIELDS; i++) {
        struct slice a = then->field[i], b = now->field[i];
        if (!a.data && i != CITED_QUERY)
            continue;
        bool same = slice_eq(a, b);
        if (i == CITED_TOTAL || i == CITED_TOTAL_HITS)
            same_totals &= same;
        strbuf_add_text(out, citation_names[i]);
        layout_blanks(out, LABEL_COLUMNS - strlen(citation_names[i]));
        layout_clean(out, a);
        if (!same) {
            strbuf_add_text(out, i == CITED_QUERY ? "\n  now: " : ", now ");
            layout_clean(out, b.data ? b : SLICE("not said"));
        }
        strbuf_add_text(out, same ? ", the same\n" : "\n");
    }
    return same_totals;
}

static enum exit_status show(struct session *session,
                             const struct citation *then,
                             const struct fetched *fetched)
{
    struct shape shape = {0};
    struct citation now;
    struct err err = {0};
    struct slice line = must_text(&shape, fetched->reply, "citation");
    if (shape.wrong)
        return complain("the daemon's answer is not as expected: %s",
                        shape.text);
    if (citation_parse(line, &now, &err))
        return complain("the daemon's answer is not as expected: %s", err.text);
    struct strbuf out;
    strbuf_init(&out, LIMIT_REPLY_BYTES);
    bool same = compare(&out, then, &now);
    enum exit_status status = same ? EXIT_HITS : EXIT_NONE;
    if (out.failed)
        status = complain("no memory to print the answer");
    else if (!session->json &&
             !session_write(session, stdout, strbuf_slice(&out)))
        status = EXIT_TROUBLE;
    strbuf_release(&out);
    return status;
}

static enum exit_status ask_again(struct session *session,
                                  const struct citation *then)
{
    static const struct view view = {0};
    struct question question = {.cite = true,
                                .hits = then->field[CITED_TOTAL_HITS].data};
    struct request request = {.path = "/v1/count"};
    struct fetched fetched = {0};
    enum exit_status status = EXIT_TROUBLE;
    if (question_set(&question, session, then->field[CITED_QUERY])) {
        question_request(&request, &question, session);
        bool came = session_fetch(session, &request, NULL, &fetched, NULL);
        bool good = came && fetched.reply && fetched.answer.status == 200;
        if (came && (session->json || !good))
            status = session_show(session, &fetched, &view);
        if (good)
            status = show(session, then, &fetched);
    }
    fetched_release(&fetched);
    question_release(&question);
    return status;
}

enum exit_status command_cite(int argc, char **argv)
{
    struct session session = {0};
    struct option_table table = {0};
    struct citation then;
    struct strbuf line;
    struct err err = {0};
    enum exit_status status;
    int rest;
    if (!session_begin(&session, &table, usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    if (read_line(&line, rest, argv + 2)) {
        if (citation_parse(strbuf_slice(&line), &then, &err))
            complain("%s", err.text);
        else
            status = ask_again(&session, &then);
    }
    strbuf_release(&line);
    session_end(&session);
    return status;
}
