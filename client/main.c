/* dateline - ask a news archive, from a terminal or a script. */
#include "client/command.h"

#include <stdio.h>
#include <string.h>

static enum exit_status command_help(int argc, char **argv);

static const struct {
    const char *name;
    enum exit_status (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"search", command_search, "the articles that match, best first"},
    {"count", command_count, "how many match"},
    {"kwic", command_kwic, "every hit in its context"},
    {"timeline", command_timeline, "articles and hits over time"},
    {"facets", command_facets,
     "by source, language, topic, year, names, words"},
    {"collocates", command_collocates, "the words near the hits"},
    {"entities", command_entities, "who and what the articles speak of"},
    {"export", command_export, "everything: JSON Lines, CSV, TREC run"},
    {"show", command_show, "one article"},
    {"explain", command_explain, "how a query is read"},
    {"save", command_save, "give a query a name"},
    {"saved", command_saved, "the queries with names"},
    {"cite", command_cite, "is a cited result still so?"},
    {"status", command_status, "what the daemon serves, and how it is"},
    {"help", command_help, "this, or the help of a command"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int find(const char *name)
{
    int i = 0;
    while (i < COMMANDS && strcmp(commands[i].name, name) != 0)
        i++;
    return i;
}

static enum exit_status print_help(FILE *to)
{
    fputs("usage: dateline COMMAND [OPTION]... [QUERY...]\n\n", to);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "  dateline search Istanbul draft 2022\n"
          "  dateline search '\"Istanbul draft\" NEAR/10 lavrov date:2025'\n"
          "  dateline count --phrase \"the road to peace\"\n"
          "\n"
          "dateline COMMAND --help shows the options of a command. The daemon "
          "is\n"
          "asked at --socket PATH, else $DATELINE_SOCKET, else\n"
          "$XDG_RUNTIME_DIR/dateline.sock, else /run/dateline/dateline.sock.\n"
          "Exit status: 0 something was found, 1 nothing, 2 trouble.\n",
          to);
    return to == stdout ? EXIT_HITS : EXIT_TROUBLE;
}

static enum exit_status unknown(const char *name)
{
    return complain("there is no command '%s'; to search for it: "
                    "dateline search %s\n  dateline help lists the commands",
                    name, name);
}

static enum exit_status command_help(int argc, char **argv)
{
    static char asked[] = "--help";
    if (argc < 3 || strcmp(argv[2], "help") == 0)
        return print_help(stdout);
    int i = find(argv[2]);
    if (i == COMMANDS)
        return unknown(argv[2]);
    char *words[] = {argv[0], argv[2], asked, NULL};
    return commands[i].run(3, words);
}

static enum exit_status run(int argc, char **argv)
{
    if (argc < 2)
        return print_help(stderr);
    if (strcmp(argv[1], "--version") == 0) {
        puts("dateline " DATELINE_VERSION);
        return EXIT_HITS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(stdout);
    int i = find(argv[1]);
    return i < COMMANDS ? commands[i].run(argc, argv) : unknown(argv[1]);
}

int main(int argc, char **argv)
{
    return (int)run(argc, argv);
}
