/* command_entities.c - `dateline entities`: who and what the articles speak of. */
#include "base/limits.h"
#include "client/question.h"

enum { LIMIT_MAX = 1000000, DEADLINE_MS = 60000, DEADLINE_MS_MAX = 600000 };

static const char usage[] = "usage: dateline entities [OPTION]... [NAME...]\n"
                            "\n"
                            "Shows the persons, places and organisations that "
                            "the articles mention most;\n"
                            "or those of one name: how each is written, how "
                            "often, when and with whom.\n";

struct entities {
    struct session session;
    const char *type;
    long limit, companions; /* -1: not given */
};

static void add_rows(struct option_table *table, struct entities *e)
{
    const struct option rows[] = {
        {"type", 0, OPTION_TEXT, &e->type, "TYPE",
         "only: person, place, org, event or document", 0, 0},
        {"limit", 'n', OPTION_NUMBER, &e->limit, "N", "entities to show (20)",
         0, LIMIT_MAX},
        {"companions", 0, OPTION_NUMBER, &e->companions, "N",
         "others of the same articles to show of each (10)", 0, LIMIT_MAX},
        {"deadline-ms", 0, OPTION_NUMBER, &e->session.deadline_ms, "N",
         "give up after N milliseconds (60000)", 1, DEADLINE_MS_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        option_table_add(table, rows[i]);
}

static enum exit_status ask(struct entities *e, int count, char **words)
{
    static const struct view view = {.print = print_entities,
                                     .none_if_0 = "total"};
    struct request request = {.path = "/v1/entities"};
    enum exit_status status = EXIT_TROUBLE;
    struct strbuf name;
    strbuf_init(&name, LIMIT_HTTP_BODY_BYTES);
    for (int i = 0; i < count; i++)
        strbuf_addf(&name, "%s%s", i ? " " : "", words[i]);
    if (name.failed) {
        complain("the name is longer than %d bytes", LIMIT_HTTP_BODY_BYTES);
    } else if (question_check_text("the name", count ? name.data : "") &&
               (!e->type || question_check_text("--type", e->type))) {
        if (count)
            request_text(&request, "q", name.data);
        if (e->type)
            request_text(&request, "type", e->type);
        if (e->limit >= 0)
            request_number(&request, "limit", e->limit);
        if (e->companions >= 0)
            request_number(&request, "companions", e->companions);
        if (e->session.deadline_ms)
            request_number(&request, "deadline_ms", e->session.deadline_ms);
        status = session_ask(&e->session, &request, &view);
    }
    strbuf_release(&name);
    return status;
}

enum exit_status command_entities(int argc, char **argv)
{
    struct entities e = {.limit = -1, .companions = -1};
    struct option_table table = {0};
    enum exit_status status;
    int rest;
    e.session.default_ms = DEADLINE_MS;
    add_rows(&table, &e);
    if (!session_begin(&e.session, &table, usage, argc, argv, &rest, &status))
        return status;
    status = ask(&e, rest, argv + 2);
    session_end(&e.session);
    return status;
}
