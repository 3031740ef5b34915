/* command_count.c - `dateline count` and `dateline explain`. */
#include "client/batch.h"
#include "client/layout.h"

#include <inttypes.h>

static const char count_usage[] =
    "usage: dateline count [OPTION]... QUERY...\n"
    "       dateline count --batch FILE\n"
    "\n"
    "Prints the number of articles that match, alone on its line.\n";

static const char explain_usage[] =
    "usage: dateline explain [OPTION]... QUERY...\n"
    "\n"
    "Shows how a query is read, and how many articles have each of its "
    "words.\n";

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
    print_citation(out, shape, reply);
}

/* "7<TAB>12", and "<TAB>31" for the hits. */
static void print_batch_count(struct strbuf *out, struct shape *shape,
                              const json_t *reply, const struct look *look)
{
    layout_clean(out, slice_of(look->id));
    strbuf_addf(out, "\t%" PRIu64, must_u64(shape, reply, "total"));
    if (reply_has(reply, "total_hits"))
        strbuf_addf(out, "\t%" PRIu64, reply_u64(shape, reply, "total_hits"));
    strbuf_add_char(out, '\n');
}

static const struct view count_view = {
    .print = print_count, .notes_on_stderr = true, .none_if_0 = "total"};
static const struct view batch_view = {.print = print_batch_count,
                                       .none_if_0 = "total"};

struct counting {
    struct session session;
    struct question question;
};

static enum exit_status count_one(void *context, const char *id)
{
    struct counting *c = context;
    struct request request = {.path = "/v1/count"};
    question_request(&request, &c->question, &c->session);
    c->session.look.id = id;
    if (c->session.json)
        return batch_ask_json(&c->session, &request, id, &batch_view);
    return session_ask(&c->session, &request, &batch_view);
}

static enum exit_status count_batch(struct counting *c, const char *file,
                                    int words)
{
    const struct batch batch = {&c->session, &c->question, count_one, c};
    if (words > 0 || c->question.phrase || c->question.saved ||
        c->question.cite)
        return complain("--batch has the queries: no words, --phrase, --saved "
                        "or --cite beside it");
    return batch_run(&batch, file);
}

enum exit_status command_count(int argc, char **argv)
{
    struct counting c = {0};
    struct option_table table = {0};
    const char *file = NULL;
    enum exit_status status;
    int rest;
    question_add_hits(&table, &c.question);
    question_add_cite(&table, &c.question);
    batch_add_row(&table, &file);
    question_add_rows(&table, &c.question, &c.session);
    if (!session_begin(&c.session, &table, count_usage, argc, argv, &rest,
                       &status))
        return status;
    status = EXIT_TROUBLE;
    if (file) {
        status = count_batch(&c, file, rest);
    } else if (question_ready(&c.question, &c.session, count_usage, rest,
                              argv + 2)) {
        struct request request = {.path = "/v1/count"};
        question_request(&request, &c.question, &c.session);
        status = session_ask(&c.session, &request, &count_view);
    }
    question_release(&c.question);
    session_end(&c.session);
    return status;
}

enum exit_status command_explain(int argc, char **argv)
{
    static const struct view view = {.print = print_explain};
    struct session session = {0};
    struct question question = {0};
    struct option_table table = {0};
    struct request request = {.path = "/v1/explain"};
    enum exit_status status;
    int rest;
    question_add_rows(&table, &question, &session);
    if (!session_begin(&session, &table, explain_usage, argc, argv, &rest,
                       &status))
        return status;
    status = EXIT_TROUBLE;
    if (question_ready(&question, &session, explain_usage, rest, argv + 2)) {
        question_request(&request, &question, &session);
        status = session_ask(&session, &request, &view);
    }
    question_release(&question);
    session_end(&session);
    return status;
}
