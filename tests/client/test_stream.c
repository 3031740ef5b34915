#include "client/stream.h"

#include "base/err.h"
#include "base/mem.h"
#include "run_command.h"

#include <errno.h>
#include <signal.h>

/* A body in one chunk; `whole`: with the chunk that ends it. */
static struct slice chunked(const char *body, bool whole)
{
    static char text[OUTPUT_MAX];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "%zx\r\n%s\r\n%s",
                       strlen(body), body, whole ? "0\r\n\r\n" : "");
    CHECK(len > 0 && (size_t)len < sizeof text);
    return slice_of(text);
}

#define HEAD "{\"generation\":3,\"query\":{},\"notes\":[{\"message\":\"m\"}]}\n"
#define LINE(date, hit)                                                        \
    "{\"key\":\"k\",\"date\":\"" date "\",\"source\":\"s\",\"left\":\"the \"," \
    "\"hit\":\"" hit "\",\"right\":\" it\",\"marks\":[[0,3]]}\n"
#define END(n) "{\"done\":true,\"lines\":" n ",\"took_us\":412}\n"
#define ERROR                                                                  \
    "{\"error\":{\"code\":\"DEADLINE\",\"message\":\"not ready after 5 "       \
    "ms\"}}\n"

#define LEFT                                                                   \
    "                                     " /* of 40 columns, "the" in it */
#define SHOWN_OIL "2022-03    s                 " LEFT "the  oil  it\n"
#define SHOWN_GAS "2022-04    s                 " LEFT "the  gas  it\n"

static const char two_lines[] =
    HEAD LINE("2022-03", "oil") LINE("2022-04", "gas") END("2");

struct row {
    command_function *command;
    const char *words[WORDS_MAX];
    const char *body;
    bool whole;
    int status;
    const char *request, *out, *err;
};

static const struct row rows[] = {
    {command_kwic,
     {"kwic", "oil"},
     two_lines,
     true,
     EXIT_HITS,
     "GET /v1/kwic?q=oil&width=40 HTTP",
     SHOWN_OIL SHOWN_GAS,
     "note: m\n"},
    {command_kwic,
     {"kwic", "--json", "oil"},
     two_lines,
     true,
     EXIT_HITS,
     "GET /v1/kwic?q=oil&width=40 HTTP",
     two_lines,
     ""},
    {command_kwic,
     {"kwic", "--words", "--sort=right", "--sample", "5", "--seed=0", "--any",
      "oil"},
     HEAD END("0"),
     true,
     EXIT_NONE,
     "GET /v1/kwic?q=oil&match=any&width=8&unit=words&sort=right&sample=5"
     "&seed=0 HTTP",
     "",
     "note: m\n"},
    {command_kwic,
     {"kwic", "-w", "7", "--phrase", "a b", "--deadline-ms=9"},
     HEAD END("0"),
     true,
     EXIT_NONE,
     "GET /v1/kwic?phrase=a%20b&deadline_ms=9&width=7 HTTP",
     "",
     "note: m\n"},
    /* the last line's end may be missing, but not the line */
    {command_kwic,
     {"kwic", "oil"},
     HEAD "{\"done\":true,\"lines\":0}",
     true,
     EXIT_NONE,
     "GET ",
     "",
     "note: m\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD LINE("2022-03", "oil"),
     true,
     EXIT_TROUBLE,
     "GET ",
     SHOWN_OIL,
     "dateline: the answer was cut off: its last line is missing\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD LINE("2022-03", "oil") "{\"key\":",
     true,
     EXIT_TROUBLE,
     "GET ",
     SHOWN_OIL,
     "dateline: line 3: the daemon's answer is no JSON"},
    {command_kwic,
     {"kwic", "oil"},
     "",
     true,
     EXIT_TROUBLE,
     "GET ",
     "",
     "dateline: the answer was cut off: its last line is missing\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD LINE("2022-03", "oil"),
     false,
     EXIT_TROUBLE,
     "GET ",
     SHOWN_OIL,
     "broke off in the middle of its answer\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD LINE("2022-03", "oil") ERROR,
     true,
     EXIT_TROUBLE,
     "GET ",
     SHOWN_OIL,
     "dateline: not ready after 5 ms\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD END("0") LINE("2022-03", "oil"),
     true,
     EXIT_TROUBLE,
     "GET ",
     "",
     "line 3: the answer goes on behind its end\n"},
    {command_kwic,
     {"kwic", "oil"},
     HEAD LINE("2022-03", "oil") "{\"hit\":7}\n" END("2"),
     true,
     EXIT_TROUBLE,
     "GET ",
     SHOWN_OIL,
     "dateline: the daemon's answer is not as expected: line 3: hit is no "
     "text\n"},
    {command_kwic,
     {"kwic", "oil"},
     LINE("2022-03", "oil") END("1"),
     true,
     EXIT_TROUBLE,
     "GET ",
     "",
     "not as expected: line 1: generation is missing\n"},
    {command_kwic,
     {"kwic", "oil"},
     "[]\n" END("1"),
     true,
     EXIT_TROUBLE,
     "GET ",
     "",
     "dateline: line 1: the daemon's answer is no JSON object\n"},
    {command_export,
     {"export", "oil"},
     two_lines,
     true,
     EXIT_HITS,
     "GET /v1/export?q=oil&format=jsonl HTTP",
     two_lines,
     ""},
    {command_export,
     {"export", "oil", "--what=hits", "--limit", "7", "--sort", "index",
      "--deadline-ms=9"},
     HEAD END("0"),
     true,
     EXIT_NONE,
     "GET /v1/export?q=oil&deadline_ms=9&what=hits&format=jsonl&limit=7"
     "&sort=index HTTP",
     HEAD END("0"),
     ""},
    {command_export,
     {"export", "oil"},
     HEAD LINE("2022-03", "oil"),
     true,
     EXIT_TROUBLE,
     "GET ",
     HEAD LINE("2022-03", "oil"),
     "dateline: the answer was cut off: its last line is missing\n"
     "  what was written is not whole: 2 lines, 152 bytes\n"},
    {command_export,
     {"export", "oil"},
     HEAD ERROR,
     true,
     EXIT_TROUBLE,
     "GET ",
     HEAD ERROR,
     "dateline: not ready after 5 ms\n"
     "  what was written is not whole: 2 lines, 117 bytes\n"},
    {command_export,
     {"export", "oil"},
     HEAD,
     false,
     EXIT_TROUBLE,
     "GET ",
     HEAD,
     "broke off in the middle of its answer\n"
     "  what was written is not whole: 1 line, 54 bytes\n"},
    {command_export,
     {"export", "oil"},
     "",
     true,
     EXIT_TROUBLE,
     "GET ",
     "",
     "dateline: the answer was cut off: its last line is missing\n"},
    {command_export,
     {"export", "oil", "-f", "csv"},
     "key,title\r\na,\"b\r\nc\"\r\n",
     true,
     EXIT_HITS,
     "GET /v1/export?q=oil&format=csv HTTP",
     "key,title\r\na,\"b\r\nc\"\r\n",
     ""},
    {command_export,
     {"export", "oil", "-f", "csv"},
     "key,title\r\n",
     true,
     EXIT_NONE,
     "GET ",
     "key,title\r\n",
     ""},
    {command_export,
     {"export", "oil", "-f", "csv"},
     "key,title\r\na,b\r\n",
     false,
     EXIT_TROUBLE,
     "GET ",
     "key,title\r\na,b\r\n",
     "  what was written is not whole: 2 lines, 16 bytes\n"},
    {command_export,
     {"export", "oil", "-f", "trec", "--tag", "t", "--qid", "7"},
     "7 Q0 k 1 2.5 t\n",
     true,
     EXIT_HITS,
     "GET /v1/export?q=oil&format=trec&tag=t&qid=7 HTTP",
     "7 Q0 k 1 2.5 t\n",
     ""},
    {command_export,
     {"export", "oil", "--format=trec"},
     "",
     true,
     EXIT_NONE,
     "GET /v1/export?q=oil&format=trec HTTP",
     "",
     ""},
};

TEST(streams_are_passed_on_however_they_are_cut)
{
    const size_t pieces[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 3; j++) {
            const struct row *row = &rows[i];
            struct outcome outcome;
            struct fake_daemon fake = {.answer = chunked(row->body, row->whole),
                                       .piece = pieces[j]};
            fake_start(&fake);
            run(row->command, row->words, fake.path, &outcome);
            fake_stop(&fake);
            CHECK_MSG(outcome.status == row->status, "row %zu: status %d, %s",
                      i, outcome.status, outcome.err);
            CHECK_MSG(strncmp(fake.got, row->request, strlen(row->request)) ==
                          0,
                      "row %zu: %s", i, fake.got);
            CHECK_MSG(strcmp(outcome.out, row->out) == 0,
                      "row %zu: got \"%s\", want \"%s\"", i, outcome.out,
                      row->out);
            CHECK_MSG(*row->err ? strstr(outcome.err, row->err) != NULL
                                : !*outcome.err,
                      "row %zu: %s", i, outcome.err);
            CHECK(!strstr(outcome.err, "what was written") ==
                  !strstr(row->err, "what was written"));
        }
}

TEST(a_refusal_is_shown_as_of_any_command)
{
    static const char error[] =
        "{\"error\":{\"code\":\"INVALID\",\"message\":\"never closed\","
        "\"position\":2}}";
    static const struct {
        command_function *command;
        const char *words[WORDS_MAX], *out, *err;
    } commands[] = {
        {command_kwic,
         {"kwic", "a", "\"b"},
         "",
         "dateline: never closed\n  a \"b\n    ^\n"},
        {command_kwic, {"kwic", "--json", "a", "\"b"}, error, ""},
        {command_export,
         {"export", "-o", "/nonexistent/o", "a", "\"b"},
         "",
         "dateline: never closed\n  a \"b\n    ^\n"},
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct outcome outcome;
        struct fake_daemon fake = {.answer = reply_of("400", error)};
        fake_start(&fake);
        run(commands[i].command, commands[i].words, fake.path, &outcome);
        fake_stop(&fake);
        CHECK_EQ(outcome.status, EXIT_TROUBLE);
        CHECK_TEXT(outcome.out, commands[i].out);
        CHECK_TEXT(outcome.err, commands[i].err);
    }
}

TEST(a_terminal_gets_marks_and_a_last_line)
{
    static const char *const words[WORDS_MAX] = {"kwic", "oil"};
    static const char *const none[WORDS_MAX] = {"kwic", "oil", "--color=never"};
    char out[OUTPUT_MAX];
    struct fake_daemon fake = {.answer = chunked(two_lines, true)};
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    fake_start(&fake);
    run_in_terminal(command_kwic, words, fake.path, 60, out);
    fake_stop(&fake);
    CHECK_MSG(strstr(out, "  \x1b[1;31moil\x1b[0m  it\r\n"), "%s", out);
    CHECK_MSG(strstr(out, "\r\n\r\n2 lines, 0.4 ms, generation 3\r\nnote: m"),
              "%s", out);
    CHECK(strstr(fake.got, "/v1/kwic?q=oil&width="));

    fake.answer = chunked(two_lines, true);
    fake_start(&fake);
    run_in_terminal(command_kwic, none, fake.path, 60, out);
    fake_stop(&fake);
    CHECK(!strchr(out, '\x1b'));
}

TEST(options_that_make_no_sense_ask_nobody)
{
    static const struct {
        command_function *command;
        const char *words[WORDS_MAX], *err;
    } commands[] = {
        {command_kwic, {"kwic"}, "what is to be found?"},
        {command_kwic, {"kwic", "x", "--seed", "1"}, "--seed needs --sample"},
        {command_kwic, {"kwic", "x", "--width", "0"}, "not between 1 and"},
        {command_kwic, {"kwic", "x", "--sort", "\xff"}, "--sort is no UTF-8"},
        {command_export,
         {"export", "x", "--format", "xml"},
         "--format is jsonl, csv or trec, not 'xml'"},
        {command_export, {"export", "x", "--tag", "t"}, "need --format trec"},
        {command_export,
         {"export", "x", "-f", "csv", "--batch", "f"},
         "need --format trec"},
        {command_export,
         {"export", "x", "-f", "trec", "--batch", "f"},
         "--batch has the queries and their ids"},
        {command_export,
         {"export", "-f", "trec", "--batch", "f", "--qid", "1"},
         "--batch has the queries and their ids"},
        {command_timeline,
         {"timeline", "x", "--csv", "--json"},
         "either --csv or --json"},
        {command_facets, {"facets", "x", "--by", "\xff"}, "--by is no UTF-8"},
        {command_collocates,
         {"collocates", "x", "--window", "51"},
         "not between 1 and 50"},
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct outcome outcome;
        run(commands[i].command, commands[i].words, "/nonexistent/s", &outcome);
        CHECK_EQ(outcome.status, EXIT_TROUBLE);
        CHECK_TEXT(outcome.out, "");
        CHECK_MSG(strstr(outcome.err, commands[i].err), "row %zu: %s", i,
                  outcome.err);
    }
}

TEST(an_output_file_is_made_when_something_comes)
{
    char dir[] = "/tmp/test_client.XXXXXX", path[60];
    struct outcome outcome;
    struct bytes_out bytes = {0};
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/o", dir);
    const char *const words[WORDS_MAX] = {"export", "-f", "trec",
                                          "-o",     path, "x"};
    struct fake_daemon fake = {
        .answer = reply_of("503", "{\"error\":{\"code\":\"BUSY\","
                                  "\"message\":\"later\"}}")};
    fake_start(&fake);
    run(command_export, words, fake.path, &outcome);
    fake_stop(&fake);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK_EQ(access(path, F_OK), -1);

    static const char *const bodies[] = {"1 Q0 k 1 2 t\n", ""};
    for (int i = 0; i < 2; i++) {
        fake.answer = chunked(bodies[i], true);
        fake_start(&fake);
        run(command_export, words, fake.path, &outcome);
        fake_stop(&fake);
        CHECK_EQ(outcome.status, i ? EXIT_NONE : EXIT_HITS);
        CHECK_TEXT(outcome.out, "");
        bytes.len = 0;
        CHECK_EQ(file_read(path, 1000, &bytes, NULL), 0);
        CHECK_SLICE(((struct slice){bytes.data, bytes.len}),
                    slice_of(bodies[i]));
    }
    bytes_out_release(&bytes);

    const char *const nowhere[WORDS_MAX] = {"export", "-o", "/nonexistent/o",
                                            "x"};
    fake.answer = chunked(two_lines, true);
    fake_start(&fake);
    run(command_export, nowhere, fake.path, &outcome);
    fake_stop(&fake);
    CHECK_EQ(outcome.status, EXIT_TROUBLE);
    CHECK(strstr(outcome.err, "cannot write /nonexistent/o: "));
    CHECK_EQ(tree_remove(dir, NULL), 0);
}

/* --- who stops reading --- */

static int run_without_reader(command_function *command, const char *word,
                              void (*pipe_signal)(int), bool endless,
                              char err[OUTPUT_MAX])
{
    const char *const words[WORDS_MAX] = {word, "x"};
    int out[2], errors[2];
    struct fake_daemon fake = {.answer = endless ? chunked(HEAD, false)
                                                 : chunked(two_lines, true),
                               .hold = true};
    CHECK(pipe2(out, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0);
    close(out[0]);
    signal(SIGPIPE, pipe_signal);
    fake_start(&fake);
    pid_t child = start(command, words, fake.path, out[1], errors[1]);
    signal(SIGPIPE, SIG_DFL);
    read_all(errors[0], err);
    close(errors[0]);
    int status = status_of(child);
    fake_stop(&fake);
    return status;
}

TEST(a_reader_that_has_gone_ends_it_quietly)
{
    char err[OUTPUT_MAX];
    for (int endless = 0; endless < 2; endless++) {
        int status =
            run_without_reader(command_kwic, "kwic", SIG_IGN, endless, err);
        CHECK(status == EXIT_HITS || status == EXIT_TROUBLE);
        CHECK_TEXT(err, "");
        status =
            run_without_reader(command_export, "export", SIG_IGN, endless, err);
        CHECK(status == EXIT_HITS || status == EXIT_TROUBLE);
        CHECK_TEXT(err, "");
        run_without_reader(command_export, "export", SIG_DFL, endless, err);
        CHECK_TEXT(err, "");
    }
}

TEST(a_full_disk_is_said)
{
    static const char *const words[WORDS_MAX] = {"export", "x"};
    char err[OUTPUT_MAX];
    int ends[2];
    struct fake_daemon fake = {.answer = chunked(two_lines, true)};
    fake_start(&fake);
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = start(command_export, words, fake.path,
                        open("/dev/full", O_WRONLY), ends[1]);
    read_all(ends[0], err);
    CHECK_EQ(status_of(child), EXIT_TROUBLE);
    CHECK_MSG(strstr(err, "cannot write: No space left on device\n"), "%s",
              err);
    close(ends[0]);
    fake_stop(&fake);
}

/* --- memory --- */

static enum exit_status stream_to(FILE *to, const struct look *look,
                                  const char *path, enum stream_form form)
{
    struct session session = {.look = *look};
    struct request request = {.path = "/v1/kwic"};
    struct kwic_look kwic;
    struct output output = {.file = to};
    struct stream stream = {.form = form,
                            .session = &session,
                            .print = print_kwic,
                            .context = &kwic,
                            .to = &output};
    kwic_look_init(&kwic, look, 10, false);
    connection_init(&session.connection, path);
    enum exit_status status = stream_run(&stream, &request);
    stream_release(&stream);
    session_end(&session);
    return status;
}

TEST(without_memory_a_stream_is_trouble_and_never_half)
{
    static const struct look look = {0};
    static const enum stream_form forms[] = {STREAM_PRINTED, STREAM_LINES};
    int quiet = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    for (size_t i = 0; i < 2; i++) {
        enum exit_status status = EXIT_TROUBLE;
        for (long n = 0; status == EXIT_TROUBLE; n++) {
            struct fake_daemon fake = {.answer = chunked(two_lines, true)};
            FILE *to = fopen("/dev/null", "w");
            CHECK(to && n < 100);
            fake_start(&fake);
            dup2(null, STDERR_FILENO);
            mem_fail_after(n);
            status = stream_to(to, &look, fake.path, forms[i]);
            mem_fail_after(-1);
            dup2(quiet, STDERR_FILENO);
            fake_stop(&fake);
            fclose(to);
        }
        CHECK_EQ(status, EXIT_HITS);
    }
    close(quiet);
    close(null);
}

static ssize_t write_nowhere(void *cookie, const char *text, size_t len)
{
    (void)cookie, (void)text, (void)len;
    errno = EPIPE;
    return 0;
}

TEST(a_write_that_nobody_reads_is_as_quiet)
{
    static const struct look look = {0};
    struct fake_daemon fake = {.answer = chunked(two_lines, true)};
    FILE *to =
        fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_nowhere});
    int quiet = dup(STDERR_FILENO), said[2];
    char err[OUTPUT_MAX];
    CHECK(to && pipe2(said, O_CLOEXEC) == 0);
    fake_start(&fake);
    dup2(said[1], STDERR_FILENO);
    CHECK_EQ(stream_to(to, &look, fake.path, STREAM_LINES), EXIT_HITS);
    fflush(stderr);
    dup2(quiet, STDERR_FILENO);
    close(said[1]);
    read_all(said[0], err);
    CHECK_TEXT(err, "");
    fake_stop(&fake);
    fclose(to);
    close(said[0]);
    close(quiet);
}

TEST(lines_of_any_length_pass_with_little_memory)
{
    /* A line that is passed on is not kept: its end is found behind it. */
    enum { LINES = 40, LONG = 200 << 10 };
    static const struct look look = {0};
    struct strbuf answer;
    strbuf_init(&answer, 64 << 20);
    strbuf_add_text(&answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                             "{\"generation\":1}\n");
    for (int i = 0; i < LINES; i++) {
        strbuf_add_text(&answer, "{\"body\":\"");
        for (int j = 0; j < LONG; j++)
            strbuf_add_char(&answer, 'x');
        strbuf_add_text(&answer, "\"}\n");
    }
    strbuf_add_text(&answer, END("40"));
    struct fake_daemon fake = {.answer = strbuf_slice(&answer)};
    FILE *to = fopen("/dev/null", "w");
    CHECK(to);
    fake_start(&fake);
    CHECK_EQ(stream_to(to, &look, fake.path, STREAM_LINES), EXIT_HITS);
    fake_stop(&fake);
    fclose(to);
    strbuf_release(&answer);
}

RUN(T(streams_are_passed_on_however_they_are_cut),
    T(a_refusal_is_shown_as_of_any_command),
    T(a_terminal_gets_marks_and_a_last_line),
    T(options_that_make_no_sense_ask_nobody),
    T(an_output_file_is_made_when_something_comes),
    T(a_reader_that_has_gone_ends_it_quietly), T(a_full_disk_is_said),
    T(without_memory_a_stream_is_trouble_and_never_half),
    T(a_write_that_nobody_reads_is_as_quiet),
    T(lines_of_any_length_pass_with_little_memory))
