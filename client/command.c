#include "client/command.h"

#include "base/limits.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum {
    DEADLINE_MS_DEFAULT = 10000, /* the daemon's own, but for views */
    PATIENCE_MS = 5000,          /* beyond the deadline, for a loaded machine */
    HTTP_OK = 200,
    HTTP_NOT_FOUND = 404,
};

enum exit_status complain(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("dateline: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return EXIT_TROUBLE;
}

void option_table_add(struct option_table *table, struct option row)
{
    /* One more row, all zero, ends the table. */
    assert(table->count + 1 < sizeof table->row / sizeof *table->row);
    table->row[table->count++] = row;
}

bool session_begin(struct session *session, struct option_table *table,
                   const char *usage, int argc, char **argv, int *rest,
                   enum exit_status *status)
{
    struct err err = {0};
    bool help;
    option_table_add(table,
                     (struct option){"json", 'j', OPTION_FLAG, &session->json,
                                     NULL, "print the reply as it came", 0, 0});
    option_table_add(
        table, (struct option){"color", 0, OPTION_TEXT, &session->color, "WHEN",
                               "auto (on a terminal), always or never", 0, 0});
    option_table_add(table, (struct option){"socket", 's', OPTION_TEXT,
                                            &session->socket, "PATH",
                                            "the daemon's socket", 0, 0});
    *status = EXIT_TROUBLE;
    session->color = "auto";
    connection_init(&session->connection, session->path);
    if (options_parse(table->row, argc, argv, 2, rest, &help, &err) ||
        (!help &&
         (terminal_init(&session->look.terminal, session->color, &err) ||
          socket_path(session->socket, session->path, &err)))) {
        complain("%s\n  dateline %s --help shows the options", err.text,
                 argv[1]);
        return false;
    }
    if (help) {
        printf("%s\n", usage);
        options_print(table->row);
        *status = EXIT_HITS;
    }
    return !help;
}

void session_end(struct session *session)
{
    connection_release(&session->connection);
}

/* Half an answer is none. SIGPIPE has ended us already when nobody reads, unless who
 * started us ignores it: then the end is as quiet. */
bool session_write(struct session *session, FILE *to, struct slice text)
{
    bool ok = fwrite(text.data, 1, text.len, to) == text.len;
    if (fflush(to) != 0)
        ok = false;
    session->lost |= !ok;
    if (!ok && errno != EPIPE)
        complain("cannot write: %s", strerror(errno));
    return ok;
}

/* --- asking --- */

bool session_fetch(struct session *session, const struct request *request,
                   const struct listener *listener, struct fetched *fetched,
                   int *code)
{
    struct err err = {0};
    struct strbuf bytes;
    long deadline = session->deadline_ms  ? session->deadline_ms
                    : session->default_ms ? session->default_ms
                                          : DEADLINE_MS_DEFAULT;
    int rc = ERR_LIMIT;
    *fetched = (struct fetched){0};
    strbuf_init(&fetched->answer.body, 0);
    strbuf_init(&bytes, LIMIT_REPLY_BYTES);
    request_write(request, &bytes);
    if (bytes.failed)
        complain("the request is too long");
    else
        rc = connection_ask(&session->connection, strbuf_slice(&bytes),
                            (uint32_t)(deadline + PATIENCE_MS), listener,
                            &fetched->answer, &err);
    session->lost |= rc == ERR_NOTFOUND || rc == ERR_CANCELLED;
    if (rc == ERR_OK && (!listener || fetched->answer.status != HTTP_OK))
        fetched->reply =
            reply_parse(strbuf_slice(&fetched->answer.body), &fetched->why);
    else if (rc && rc != ERR_CANCELLED && !bytes.failed)
        complain("%s", err.text);
    if (code)
        *code = rc;
    strbuf_release(&bytes);
    return rc == ERR_OK;
}

void fetched_release(struct fetched *fetched)
{
    json_decref(fetched->reply);
    answer_release(&fetched->answer);
}

/* --- showing --- */

enum exit_status session_judge(const struct fetched *fetched,
                               const struct view *view)
{
    unsigned status = fetched->answer.status;
    if (status == HTTP_NOT_FOUND && view->missing_is_none)
        return EXIT_NONE;
    if (status != HTTP_OK)
        return EXIT_TROUBLE;
    if (!view->none_if_0)
        return EXIT_HITS;
    const json_t *member = json_object_get(fetched->reply, view->none_if_0);
    return json_integer_value(member) > 0 ? EXIT_HITS : EXIT_NONE;
}

static enum exit_status show_json(struct session *session,
                                  const struct fetched *fetched,
                                  const struct view *view)
{
    struct slice body = strbuf_slice(&fetched->answer.body);
    bool ends = body.len && body.data[body.len - 1] == '\n';
    if (!session_write(session, stdout, body) ||
        (!ends && isatty(STDOUT_FILENO) &&
         !session_write(session, stdout, SLICE("\n"))))
        return EXIT_TROUBLE;
    return session_judge(fetched, view);
}

static enum exit_status show(struct session *session,
                             const struct fetched *fetched,
                             const struct view *view)
{
    const json_t *reply = fetched->reply;
    unsigned http = fetched->answer.status;
    struct shape shape = {0};
    struct strbuf out, notes;
    enum exit_status status = session_judge(fetched, view);
    strbuf_init(&out, LIMIT_REPLY_BYTES);
    strbuf_init(&notes, LIMIT_REPLY_BYTES);
    if (http != HTTP_OK) {
        reply_print_error(&notes, &shape, reply, http, session->query,
                          session->look.terminal.width);
    } else {
        view->print(&out, &shape, reply, &session->look);
        if (view->notes_on_stderr)
            print_notes(&notes, &shape, reply, &session->look);
        if (shape.wrong)
            status = complain("the daemon's answer is not as expected: %s",
                              shape.text);
    }
    if (out.failed || notes.failed)
        status = complain("no memory to print the answer");
    else if ((!shape.wrong &&
              !session_write(session, stdout, strbuf_slice(&out))) ||
             ((!shape.wrong || http != HTTP_OK) &&
              !session_write(session, stderr, strbuf_slice(&notes))))
        status = EXIT_TROUBLE;
    strbuf_release(&notes);
    strbuf_release(&out);
    return status;
}

enum exit_status session_show(struct session *session,
                              const struct fetched *fetched,
                              const struct view *view)
{
    enum exit_status status = EXIT_TROUBLE;
    if (session->json)
        status = show_json(session, fetched, view);
    if (!fetched->reply)
        status = complain("%s", fetched->why.text);
    else if (!session->json)
        status = show(session, fetched, view);
    return status;
}

enum exit_status session_ask(struct session *session,
                             const struct request *request,
                             const struct view *view)
{
    struct fetched fetched;
    enum exit_status status = EXIT_TROUBLE;
    if (session_fetch(session, request, NULL, &fetched, NULL))
        status = session_show(session, &fetched, view);
    fetched_release(&fetched);
    return status;
}
