/* command_export.c - `dateline export`: everything that matches, for other programs. */
#include "base/limits.h"
#include "client/batch.h"
#include "client/stream.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT_MAX = 999999999, DEADLINE_MS = 60000 };

static const char usage[] =
    "usage: dateline export [OPTION]... QUERY...\n"
    "       dateline export --format trec --batch FILE\n"
    "\n"
    "Writes every article or hit: JSON Lines, CSV, or a run for trec_eval.\n";

struct exporting {
    struct session session;
    struct question question;
    const char *what, *format, *sort, *tag, *qid, *path, *batch;
    long limit;
    struct output output;
};

static void add_rows(struct option_table *table, struct exporting *e)
{
    const struct option rows[] = {
        {"what", 0, OPTION_TEXT, &e->what, "WHAT", "articles, or hits", 0, 0},
        {"format", 'f', OPTION_TEXT, &e->format, "FORMAT", "jsonl, csv or trec",
         0, 0},
        {"limit", 'n', OPTION_NUMBER, &e->limit, "N", "the first N (all)", 0,
         LIMIT_MAX},
        {"sort", 0, OPTION_TEXT, &e->sort, "ORDER",
         "relevance, date (newest first) or index", 0, 0},
        {"tag", 0, OPTION_TEXT, &e->tag, "TAG", "trec: the name of the run", 0,
         0},
        {"qid", 0, OPTION_TEXT, &e->qid, "ID", "trec: the query's id (1)", 0,
         0},
        {"output", 'o', OPTION_TEXT, &e->path, "FILE",
         "write there, not to stdout", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        option_table_add(table, rows[i]);
    batch_add_row(table, &e->batch);
    question_add_rows(table, &e->question, &e->session);
}

static bool is_format(const struct exporting *e, const char *format)
{
    return strcmp(e->format, format) == 0;
}

static enum exit_status export_one(void *context, const char *id)
{
    struct exporting *e = context;
    struct stream stream = {.form = is_format(e, "jsonl") ? STREAM_LINES
                                                          : STREAM_BYTES,
                            .session = &e->session,
                            .to = &e->output,
                            .heading = is_format(e, "csv")};
    struct request request = {.path = "/v1/export"};
    question_request(&request, &e->question, &e->session);
    if (strcmp(e->what, "articles") != 0)
        request_text(&request, "what", e->what);
    request_text(&request, "format", e->format);
    if (e->limit)
        request_number(&request, "limit", e->limit);
    if (e->sort)
        request_text(&request, "sort", e->sort);
    if (e->tag)
        request_text(&request, "tag", e->tag);
    if (id)
        request_text(&request, "qid", id);
    enum exit_status status = stream_run(&stream, &request);
    stream_release(&stream);
    return status;
}

static bool options_make_sense(const struct exporting *e, int words)
{
    bool trec = is_format(e, "trec");
    const struct {
        const char *name, *text;
    } texts[] = {{"--what", e->what},
                 {"--format", e->format},
                 {"--sort", e->sort},
                 {"--tag", e->tag},
                 {"--qid", e->qid}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text && !question_check_text(texts[i].name, texts[i].text))
            return false;
    if (!trec && !is_format(e, "jsonl") && !is_format(e, "csv"))
        complain("--format is jsonl, csv or trec, not '%s'", e->format);
    else if (!trec && (e->tag || e->qid || e->batch))
        complain("--tag, --qid and --batch need --format trec");
    else if (e->batch &&
             (words > 0 || e->question.phrase || e->question.saved || e->qid))
        complain("--batch has the queries and their ids: no words, --phrase, "
                 "--saved or --qid beside it");
    else
        return true;
    return false;
}

enum exit_status command_export(int argc, char **argv)
{
    struct exporting e = {.session.default_ms = DEADLINE_MS,
                          .what = "articles",
                          .format = "jsonl"};
    struct option_table table = {0};
    enum exit_status status;
    int rest;
    add_rows(&table, &e);
    if (!session_begin(&e.session, &table, usage, argc, argv, &rest, &status))
        return status;
    const struct batch batch = {&e.session, &e.question, export_one, &e};
    bool sense = options_make_sense(&e, rest);
    status = EXIT_TROUBLE;
    e.output.path = e.path;
    e.output.file = e.path ? NULL : stdout;
    if (sense && e.batch)
        status = batch_run(&batch, e.batch);
    else if (sense &&
             question_ready(&e.question, &e.session, usage, rest, argv + 2))
        status = export_one(&e, e.qid);
    if (e.path && e.output.file && fclose(e.output.file) != 0)
        status = complain("cannot write %s", e.path);
    question_release(&e.question);
    session_end(&e.session);
    return status;
}
