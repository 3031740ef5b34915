/* command_table.c - `dateline timeline`, `facets` and `collocates`: what is counted. */
#include "client/question.h"
#include "client/timeline_columns.h"

enum { LIMIT_MAX = 1000000, WINDOW_MAX = 50, DEADLINE_MS = 60000 };

static const char timeline_usage[] =
    "usage: dateline timeline [OPTION]... QUERY...\n"
    "\n"
    "Shows articles and hits over time, beside the articles of the corpus.\n";

static const char facets_usage[] =
    "usage: dateline facets [OPTION]... QUERY...\n"
    "\n"
    "Shows what the articles that match have in common.\n";

static const char collocates_usage[] =
    "usage: dateline collocates [OPTION]... QUERY...\n"
    "\n"
    "Shows which words stand near the hits.\n";

struct counting {
    struct session session;
    struct question question;
    const char *by, *sort, *of;
    long limit, window, min, top; /* -1, 0, 0, 0: not given */
    bool by_source, csv;
};

static enum exit_status run(struct counting *c, struct option_table *table,
                            const char *path, const char *usage, int argc,
                            char **argv, const struct view *view,
                            const struct view *csv_view)
{
    struct request request = {.path = path};
    enum exit_status status;
    int rest;
    c->session.default_ms = DEADLINE_MS;
    option_table_add(table, (struct option){"csv", 0, OPTION_FLAG, &c->csv,
                                            NULL, "print CSV", 0, 0});
    question_add_rows(table, &c->question, &c->session);
    if (!session_begin(&c->session, table, usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    if (c->csv && c->session.json)
        complain("either --csv or --json");
    else if (question_ready(&c->question, &c->session, usage, rest, argv + 2) &&
             (!c->by || question_check_text("--by", c->by)) &&
             (!c->sort || question_check_text("--sort", c->sort)) &&
             (!c->of || question_check_text("--of", c->of))) {
        question_request(&request, &c->question, &c->session);
        if (c->by)
            request_text(&request, "by", c->by);
        if (c->by_source)
            request_text(&request, "group", "source");
        if (c->of)
            request_text(&request, "of", c->of);
        if (c->top)
            request_number(&request, "top", c->top);
        if (c->sort)
            request_text(&request, "sort", c->sort);
        if (c->limit >= 0)
            request_number(&request, "limit", c->limit);
        if (c->window)
            request_number(&request, "window", c->window);
        if (c->min)
            request_number(&request, "min", c->min);
        status = session_ask(&c->session, &request, c->csv ? csv_view : view);
    }
    question_release(&c->question);
    session_end(&c->session);
    return status;
}

enum exit_status command_timeline(int argc, char **argv)
{
    static const struct view view = {.print = print_timeline,
                                     .none_if_0 = "total"};
    static const struct view csv = {.print = print_timeline_csv,
                                    .notes_on_stderr = true,
                                    .none_if_0 = "total"};
    struct counting c = {.limit = -1};
    struct option_table table = {0};
    option_table_add(&table,
                     (struct option){"by", 0, OPTION_TEXT, &c.by, "PERIOD",
                                     "day, week, month or year (month)", 0, 0});
    option_table_add(&table,
                     (struct option){"by-source", 0, OPTION_FLAG, &c.by_source,
                                     NULL, "each source for itself", 0, 0});
    option_table_add(
        &table,
        (struct option){"of", 0, OPTION_TEXT, &c.of, "WHAT",
                        "the most frequent of person, place, org or entity "
                        "beside each other",
                        0, 0});
    option_table_add(&table, (struct option){"top", 0, OPTION_NUMBER, &c.top,
                                             "N", "so many of them (5)", 1,
                                             TIMELINE_COLUMNS_MAX});
    option_table_add(
        &table,
        (struct option){"share", 0, OPTION_FLAG, &c.session.look.shares, NULL,
                        "bars show shares of the corpus, not articles", 0, 0});
    return run(&c, &table, "/v1/timeline", timeline_usage, argc, argv, &view,
               &csv);
}

enum exit_status command_facets(int argc, char **argv)
{
    static const struct view view = {.print = print_facets,
                                     .none_if_0 = "total"};
    static const struct view csv = {.print = print_facets_csv,
                                    .notes_on_stderr = true,
                                    .none_if_0 = "total"};
    struct counting c = {.limit = -1};
    struct option_table table = {0};
    option_table_add(
        &table,
        (struct option){"by", 0, OPTION_TEXT, &c.by, "WHAT",
                        "source, lang, topic, year, entity, person, place, "
                        "org, or words: those that stand out (source)",
                        0, 0});
    option_table_add(&table,
                     (struct option){"limit", 'n', OPTION_NUMBER, &c.limit, "N",
                                     "rows to show (20)", 0, LIMIT_MAX});
    return run(&c, &table, "/v1/facets", facets_usage, argc, argv, &view, &csv);
}

enum exit_status command_collocates(int argc, char **argv)
{
    static const struct view view = {.print = print_collocates,
                                     .none_if_0 = "hits"};
    static const struct view csv = {.print = print_collocates_csv,
                                    .notes_on_stderr = true,
                                    .none_if_0 = "hits"};
    struct counting c = {.limit = -1};
    struct option_table table = {0};
    const struct option rows[] = {
        {"window", 0, OPTION_NUMBER, &c.window, "N",
         "words to each side of a hit (5)", 1, WINDOW_MAX},
        {"sort", 0, OPTION_TEXT, &c.sort, "SCORE",
         "log_likelihood (the standard) or log_dice", 0, 0},
        {"limit", 'n', OPTION_NUMBER, &c.limit, "N", "rows to show (50)", 0,
         LIMIT_MAX},
        {"min", 0, OPTION_NUMBER, &c.min, "N", "words seen that often (2)", 1,
         LIMIT_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        option_table_add(&table, rows[i]);
    return run(&c, &table, "/v1/collocates", collocates_usage, argc, argv,
               &view, &csv);
}
