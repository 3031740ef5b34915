#include "client/command.h"

#include "base/err.h"
#include "base/limits.h"
#include "client/ask.h"
#include "wire/socket_path.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    DEADLINE_MS_DEFAULT = 10000, /* the daemon's own */
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
    if (options_parse(table->row, argc, argv, 2, rest, &help, &err) ||
        (!help &&
         terminal_init(&session->look.terminal, session->color, &err))) {
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

/* Everything at once: half an answer is none. SIGPIPE has ended us already when
 * nobody reads. */
static bool write_all(FILE *to, struct slice text)
{
    bool ok = fwrite(text.data, 1, text.len, to) == text.len;
    if (fflush(to) != 0)
        ok = false;
    if (!ok)
        complain("cannot write: %s", strerror(errno));
    return ok;
}

static enum exit_status judge(const struct view *view, const json_t *reply,
                              unsigned status)
{
    if (status == HTTP_NOT_FOUND && view->missing_is_none)
        return EXIT_NONE;
    if (status != HTTP_OK)
        return EXIT_TROUBLE;
    if (!view->none_if_0)
        return EXIT_HITS;
    const json_t *member = json_object_get(reply, view->none_if_0);
    return json_integer_value(member) > 0 ? EXIT_HITS : EXIT_NONE;
}

static enum exit_status show_json(const struct answer *answer,
                                  const json_t *reply, const struct view *view)
{
    struct slice body = strbuf_slice(&answer->body);
    bool ends = body.len && body.data[body.len - 1] == '\n';
    if (!write_all(stdout, body) ||
        (!ends && isatty(STDOUT_FILENO) && !write_all(stdout, SLICE("\n"))))
        return EXIT_TROUBLE;
    return judge(view, reply, answer->status);
}

static enum exit_status show(const struct session *session,
                             const struct answer *answer, const json_t *reply,
                             const struct view *view)
{
    struct shape shape = {0};
    struct strbuf out, notes;
    enum exit_status status = judge(view, reply, answer->status);
    strbuf_init(&out, LIMIT_REPLY_BYTES);
    strbuf_init(&notes, LIMIT_REPLY_BYTES);
    if (answer->status != HTTP_OK) {
        reply_print_error(&notes, &shape, reply, answer->status, session->query,
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
    else if ((!shape.wrong && !write_all(stdout, strbuf_slice(&out))) ||
             ((!shape.wrong || answer->status != HTTP_OK) &&
              !write_all(stderr, strbuf_slice(&notes))))
        status = EXIT_TROUBLE;
    strbuf_release(&notes);
    strbuf_release(&out);
    return status;
}

static enum exit_status show_answer(const struct session *session,
                                    const struct answer *answer,
                                    const struct view *view)
{
    struct err err = {0};
    json_t *reply = reply_parse(strbuf_slice(&answer->body), &err);
    enum exit_status status = EXIT_TROUBLE;
    if (session->json)
        status = show_json(answer, reply, view);
    if (!reply)
        status = complain("%s", err.text);
    else if (!session->json)
        status = show(session, answer, reply, view);
    json_decref(reply);
    return status;
}

enum exit_status session_ask(const struct session *session,
                             const struct request *request,
                             const struct view *view)
{
    struct err err = {0};
    struct answer answer;
    struct strbuf bytes;
    char path[SOCKET_PATH_SIZE];
    long deadline =
        session->deadline_ms ? session->deadline_ms : DEADLINE_MS_DEFAULT;
    enum exit_status status = EXIT_TROUBLE;

    strbuf_init(&bytes, LIMIT_REPLY_BYTES);
    request_write(request, &bytes);
    if (bytes.failed)
        complain("the request is too long");
    else if (socket_path(session->socket, path, &err))
        complain("%s", err.text);
    else {
        if (ask(path, strbuf_slice(&bytes), (uint32_t)(deadline + PATIENCE_MS),
                &answer, &err))
            complain("%s", err.text);
        else
            status = show_answer(session, &answer, view);
        answer_release(&answer);
    }
    strbuf_release(&bytes);
    return status;
}
