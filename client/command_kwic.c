/* command_kwic.c - `dateline kwic`: concordance lines, as they come. */
#include "client/layout.h"
#include "client/question.h"
#include "client/stream.h"

enum {
    WIDTH_MAX = 1000,
    WIDTH_DEFAULT = 40, /* the daemon's own, in columns */
    WORDS_DEFAULT = 8,
    SAMPLE_MAX = 999999999,
    DEADLINE_MS = 60000,
};

static const char usage[] =
    "usage: dateline kwic [OPTION]... QUERY...\n"
    "\n"
    "Shows every hit in its context, one a line, the hits below each other.\n";

struct kwic {
    struct session session;
    struct question question;
    long width, sample, seed; /* 0, 0, -1: not given */
    bool words;
    const char *sort;
};

static void add_rows(struct option_table *table, struct kwic *k)
{
    const struct option rows[] = {
        {"width", 'w', OPTION_NUMBER, &k->width, "N",
         "columns of context to each side (what fits; 40 in a pipe)", 1,
         WIDTH_MAX},
        {"words", 0, OPTION_FLAG, &k->words, NULL, "the width is in words (8)",
         0, 0},
        {"sort", 0, OPTION_TEXT, &k->sort, "ORDER",
         "date (newest first), left, right, source, position, or index: as "
         "stored, the fastest",
         0, 0},
        {"sample", 0, OPTION_NUMBER, &k->sample, "N",
         "N of the hits, by chance", 1, SAMPLE_MAX},
        {"seed", 0, OPTION_NUMBER, &k->seed, "N",
         "which chance: the same seed, the same hits (1)", 0, SAMPLE_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        option_table_add(table, rows[i]);
    question_add_rows(table, &k->question, &k->session);
}

static void request_kwic(struct request *request, const struct kwic *k,
                         long width)
{
    question_request(request, &k->question, &k->session);
    if (width)
        request_number(request, "width", width);
    if (k->words)
        request_text(request, "unit", "words");
    if (k->sort)
        request_text(request, "sort", k->sort);
    if (k->sample)
        request_number(request, "sample", k->sample);
    if (k->seed >= 0)
        request_number(request, "seed", k->seed);
}

/* "1,234 lines, 0.4 ms, generation 3" below the lines of a terminal; a pipe gets the
 * lines alone. Notes are for people in either case. */
static void print_end(struct kwic *k, const struct stream *stream)
{
    bool terminal = k->session.look.terminal.width > 0;
    struct strbuf end;
    strbuf_init(&end, 4096);
    strbuf_add_text(&end, stream->lines ? "\n" : "");
    layout_count(&end, stream->lines, "line");
    strbuf_add_text(&end, ", ");
    print_took(&end, stream->took_us);
    strbuf_addf(&end, ", generation %llu\n",
                (unsigned long long)stream->generation);
    if (terminal)
        session_write(&k->session, stdout, strbuf_slice(&end));
    session_write(&k->session, terminal ? stdout : stderr,
                  strbuf_slice(&stream->notes));
    strbuf_release(&end);
}

static enum exit_status show_lines(struct kwic *k)
{
    struct output output = {.file = stdout};
    struct kwic_look look;
    struct stream stream = {.form =
                                k->session.json ? STREAM_LINES : STREAM_PRINTED,
                            .session = &k->session,
                            .print = print_kwic,
                            .context = &look,
                            .to = &output};
    struct request request = {.path = "/v1/kwic"};
    long width = k->width;
    bool fits = k->session.look.terminal.width && !k->session.json;
    if (!width && k->words)
        width = WORDS_DEFAULT;
    else if (!width && !fits)
        width = WIDTH_DEFAULT;
    kwic_look_init(&look, &k->session.look, (size_t)width, k->words);
    request_kwic(&request, k, width ? width : (long)look.width);
    enum exit_status status = stream_run(&stream, &request);
    if (status != EXIT_TROUBLE && !k->session.json && !k->session.lost)
        print_end(k, &stream);
    stream_release(&stream);
    return status;
}

enum exit_status command_kwic(int argc, char **argv)
{
    struct kwic k = {.session.default_ms = DEADLINE_MS, .seed = -1};
    struct option_table table = {0};
    enum exit_status status;
    int rest;
    add_rows(&table, &k);
    if (!session_begin(&k.session, &table, usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    if (k.seed >= 0 && !k.sample)
        complain("--seed needs --sample N");
    else if (question_ready(&k.question, &k.session, usage, rest, argv + 2) &&
             (!k.sort || question_check_text("--sort", k.sort)))
        status = show_lines(&k);
    question_release(&k.question);
    session_end(&k.session);
    return status;
}
