#include "run_command.h"

#include <signal.h>

#define SEARCH(total, hits)                                                    \
    "{\"generation\":3,\"took_us\":412,\"query\":{\"understood\":\"(x)\"},"    \
    "\"total\":" total ",\"hits\":[" hits "]}"
#define ONE_HIT "{\"key\":\"k\",\"title\":\"T\",\"date\":\"2022\"}"
#define ONE_HIT_SHOWN "1  T\n   2022 · k\n\n1 article, 0.4 ms, generation 3\n"
#define NO_HIT_SHOWN "0 articles, 0.4 ms, generation 3\nunderstood: (x)\n"
#define BAD_QUERY                                                              \
    "{\"error\":{\"code\":\"INVALID\",\"message\":\"never closed\","           \
    "\"position\":2}}"
#define NO_ARTICLE "{\"error\":{\"code\":\"NOTFOUND\",\"message\":\"none\"}}"

TEST(a_command_asks_prints_and_says_how_it_went)
{
    static const struct {
        command_function *command;
        const char *words[WORDS_MAX];
        const char *status, *body; /* of the reply */
        int want;
        const char *request, *out, *err;
    } rows[] = {
        {command_search,
         {"search", "Istanbul", "draft"},
         "200",
         SEARCH("1", ONE_HIT),
         EXIT_HITS,
         "GET /v1/search?q=Istanbul%20draft&limit=10 HTTP",
         ONE_HIT_SHOWN,
         ""},
        {command_search,
         {"search", "x"},
         "200",
         SEARCH("0", ""),
         EXIT_NONE,
         "GET /v1/search?q=x&",
         NO_HIT_SHOWN,
         ""},
        {command_search,
         {"search", "--limit", "0", "x"},
         "200",
         SEARCH("7", ""),
         EXIT_HITS,
         "GET /v1/search?q=x&limit=0 ",
         "7 articles, 0.4 ms, generation 3\n",
         ""},
        {command_search,
         {"search", "--phrase", "a \"b\"", "--sort=date", "--hits",
          "--no-snippets", "--cursor", "3.1", "--deadline-ms=50"},
         "200",
         SEARCH("1", ONE_HIT),
         EXIT_HITS,
         "GET /v1/search?phrase=a%20%22b%22&hits=1&deadline_ms=50&limit=10"
         "&sort=date&cursor=3.1&snippets=0 HTTP",
         ONE_HIT_SHOWN,
         ""},
        {command_search,
         {"search", "--any", "--", "-x"},
         "200",
         SEARCH("1", ONE_HIT),
         EXIT_HITS,
         "GET /v1/search?q=-x&match=any&limit=10 ",
         ONE_HIT_SHOWN,
         ""},
        {command_search,
         {"search", "--json", "x"},
         "200",
         "{ \"total\" : 1, \"hits\":\n\"\\u001b\"}",
         EXIT_HITS,
         "GET ",
         "{ \"total\" : 1, \"hits\":\n\"\\u001b\"}",
         ""},
        {command_search,
         {"search", "--json", "x"},
         "200",
         "{\"total\":0}\n",
         EXIT_NONE,
         "GET ",
         "{\"total\":0}\n",
         ""},
        {command_search,
         {"search", "--json", "x"},
         "400",
         BAD_QUERY,
         EXIT_TROUBLE,
         "GET ",
         BAD_QUERY,
         ""},
        {command_search,
         {"search", "--json", "x"},
         "200",
         "rubbish",
         EXIT_TROUBLE,
         "GET ",
         "rubbish",
         "dateline: the daemon's answer is no JSON (line 1, column 7: "
         "'[' or '{' expected near 'rubbish')\n"},
        {command_search,
         {"search", "a", "\"b"},
         "400",
         BAD_QUERY,
         EXIT_TROUBLE,
         "GET ",
         "",
         "dateline: never closed\n  a \"b\n    ^\n"},
        {command_search,
         {"search", "x"},
         "200",
         "{}",
         EXIT_TROUBLE,
         "GET ",
         "",
         "dateline: the daemon's answer is not as expected: hits is missing\n"},
        {command_search,
         {"search", "x"},
         "500",
         "{}",
         EXIT_TROUBLE,
         "GET ",
         "",
         "dateline: the daemon answered with HTTP status 500 and no reason\n"},
        {command_search,
         {"search", "x"},
         "404",
         NO_ARTICLE,
         EXIT_TROUBLE,
         "GET ",
         "",
         "dateline: none\n"},
        {command_count,
         {"count", "--hits", "x"},
         "200",
         "{\"total\":12345,\"total_hits\":1,\"notes\":[{\"message\":\"n\"}]}",
         EXIT_HITS,
         "GET /v1/count?q=x&hits=1 ",
         "12345\n1 hit\n",
         "note: n\n"},
        {command_count,
         {"count", "x"},
         "200",
         "{\"total\":0,\"notes\":[]}",
         EXIT_NONE,
         "GET /v1/count?q=x ",
         "0\n",
         ""},
        {command_count,
         {"count", "x"},
         "200",
         "{\"notes\":[]}",
         EXIT_TROUBLE,
         "GET ",
         "",
         "dateline: the daemon's answer is not as expected: total is "
         "missing\n"},
        {command_show,
         {"show", "a:b/ü"},
         "200",
         "{\"article\":{\"key\":\"a\",\"title\":\"T\"}}",
         EXIT_HITS,
         "GET /v1/articles/a%3Ab%2F%C3%BC ",
         "T\nundated\n\nkey         a\n",
         ""},
        {command_show,
         {"show", "--version", "2", "a"},
         "200",
         "{\"version\":2,\"versions\":3,\"current\":false,\"put_in\":5,"
         "\"article\":{\"key\":\"a\",\"title\":\"T\"}}",
         EXIT_HITS,
         "GET /v1/articles/a?version=2 ",
         "T\nversion 2 of 3, replaced · undated\n\nkey         a\n"
         "version     2 of 3, since generation 5\n",
         ""},
        {command_show,
         {"show", "a"},
         "404",
         NO_ARTICLE,
         EXIT_NONE,
         "GET ",
         "",
         "dateline: none\n"},
        {command_show,
         {"show", "--json", "a"},
         "404",
         NO_ARTICLE,
         EXIT_NONE,
         "GET ",
         NO_ARTICLE,
         ""},
        {command_explain,
         {"explain", "x"},
         "200",
         "{\"query\":{\"understood\":\"x\"},\"tree\":{\"kind\":\"word\","
         "\"text\":\"x\"},\"total\":0}",
         EXIT_HITS,
         "GET /v1/explain?q=x ",
         "typed       \nunderstood  x\ntree\n  word      x\nmatches     0 "
         "articles\n",
         ""},
        {command_status,
         {"status"},
         "200",
         "{\"generation\":3}",
         EXIT_HITS,
         "GET /v1/status HTTP",
         "generation    3\n",
         ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome outcome;
        struct fake_daemon fake = {.answer =
                                       reply_of(rows[i].status, rows[i].body)};
        fake_start(&fake);
        run(rows[i].command, rows[i].words, fake.path, &outcome);
        fake_stop(&fake);
        CHECK_MSG(outcome.status == rows[i].want, "row %zu: status %d, %s", i,
                  outcome.status, outcome.err);
        CHECK_MSG(strncmp(fake.got, rows[i].request, strlen(rows[i].request)) ==
                      0,
                  "row %zu: %s", i, fake.got);
        CHECK_TEXT(outcome.out, rows[i].out);
        CHECK_TEXT(outcome.err, rows[i].err);
    }
}

TEST(a_command_line_without_sense_asks_nobody)
{
    static const struct {
        command_function *command;
        const char *words[WORDS_MAX];
        const char *err;
    } rows[] = {
        {command_search, {"search"}, "dateline: what is to be found?\n"},
        {command_search, {"search", " ", ""}, "what is to be found?\n"},
        {command_search,
         {"search", "--phrase", "a", "b"},
         "either a query or --phrase, not both"},
        {command_search, {"search", "a\xff"}, "the query is no UTF-8 (byte 2)"},
        {command_search,
         {"search", "--cursor", "\xff", "a"},
         "the cursor is no UTF-8 (byte 1)"},
        {command_search,
         {"search", "--sort", "size", "a"},
         "--sort is relevance or date, not 'size'"},
        {command_search,
         {"search", "--marks", "red", "a"},
         "--marks is auto, brackets or none, not 'red'"},
        {command_search,
         {"search", "--color", "pink", "a"},
         "--color is auto, always or never, not 'pink'"},
        {command_search,
         {"search", "--limit", "1001", "a"},
         "--limit: 1001 is not between 0 and 1000"},
        {command_search,
         {"search", "istanbul", "-draft"},
         "a word that begins with a dash stands behind --"},
        {command_count, {"count", "--sort=date", "a"}, "unknown option --sort"},
        {command_show, {"show"}, "which article? one key, please"},
        {command_show, {"show", "a", "b"}, "which article? one key, please"},
        {command_show,
         {"show", "--version=0", "a"},
         "--version: 0 is not between 1 and"},
        {command_status, {"status", "x"}, "status takes no words"},
        {command_status,
         {"status", "--socket", "/nonexistent/s"},
         "no daemon is running: there is no /nonexistent/s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome outcome;
        run(rows[i].command, rows[i].words, "/nonexistent/other", &outcome);
        CHECK_MSG(outcome.status == EXIT_TROUBLE, "row %zu", i);
        CHECK_TEXT(outcome.out, "");
        CHECK_MSG(strstr(outcome.err, rows[i].err) &&
                      strncmp(outcome.err, "dateline: ", 10) == 0,
                  "row %zu: %s", i, outcome.err);
    }
}

static const struct {
    command_function *command;
    const char *name;
    bool asks; /* the daemon */
} all_commands[] = {{command_search, "search", true},
                    {command_count, "count", true},
                    {command_explain, "explain", true},
                    {command_kwic, "kwic", true},
                    {command_timeline, "timeline", true},
                    {command_facets, "facets", true},
                    {command_collocates, "collocates", true},
                    {command_export, "export", true},
                    {command_show, "show", true},
                    {command_save, "save", false},
                    {command_saved, "saved", false},
                    {command_cite, "cite", true},
                    {command_status, "status", true}};
enum { COMMANDS = sizeof all_commands / sizeof *all_commands };

TEST(every_command_shows_its_help)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        char usage[40];
        struct outcome outcome;
        const char *const words[WORDS_MAX] = {all_commands[i].name, "--help"};
        run(all_commands[i].command, words, "/nonexistent/s", &outcome);
        CHECK_EQ(outcome.status, EXIT_HITS);
        snprintf(usage, sizeof usage, "usage: dateline %s ",
                 all_commands[i].name);
        CHECK(strncmp(outcome.out, usage, strlen(usage)) == 0);
        CHECK(!strstr(outcome.out, "--json") == !all_commands[i].asks);
        for (const char *line = outcome.out; line; line = strchr(line, '\n')) {
            line += *line == '\n';
            CHECK_MSG(strcspn(line, "\n") < 80, "%s", line);
        }
    }
}

/* The file's text, without the backslashes of a manual. */
static void read_plain(const char *path, char *out, size_t size)
{
    struct bytes_out bytes = {0};
    size_t len = 0;
    CHECK_EQ(file_read(path, size - 1, &bytes, NULL), 0);
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] != '\\')
            out[len++] = (char)bytes.data[i];
    out[len] = '\0';
    bytes_out_release(&bytes);
}

/* What the completion offers behind "dateline COMMAND -". */
static void complete(const char *command, char out[OUTPUT_MAX])
{
    char line[400];
    snprintf(line, sizeof line,
             "bash -c '. %s/client/dateline.bash; COMP_WORDS=(dateline %s -); "
             "COMP_CWORD=2; _dateline; printf \"%%s\\n\" \"${COMPREPLY[@]}\"'",
             PROJECT_DIR, command);
    FILE *from = popen(line, "r");
    CHECK(from);
    size_t len = fread(out, 1, OUTPUT_MAX - 1, from);
    out[len] = '\0';
    CHECK_EQ(pclose(from), 0);
}

/* Whether `word` stands in the text, and no other character of a word beside it. */
static bool has_word(const char *text, const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
    for (const char *at = text; (at = strstr(at, word)); at++)
        if (!at[strlen(word)] || !strchr(letters, at[strlen(word)]))
            return true;
    return false;
}

TEST(manual_and_completion_know_every_option)
{
    static char manual[64 << 10];
    read_plain(PROJECT_DIR "/docs/man/dateline.1", manual, sizeof manual);
    for (size_t i = 0; i < COMMANDS; i++) {
        struct outcome outcome;
        char completion[OUTPUT_MAX];
        const char *const words[WORDS_MAX] = {all_commands[i].name, "--help"};
        int options = 0, offered = 0;
        run(all_commands[i].command, words, "/nonexistent/s", &outcome);
        complete(all_commands[i].name, completion);
        for (char *line = strstr(outcome.out, "\n  "); line;
             line = strstr(line + 1, "\n  ")) {
            char name[40];
            if (strncmp(line + 3, "-", 1) != 0 &&
                strncmp(line + 3, "    --", 6) != 0)
                continue; /* goes on with a help text */
            char *at = strstr(line, "--");
            snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " \n"), at);
            options++;
            CHECK_MSG(has_word(completion, name), "%s %s", all_commands[i].name,
                      name);
            if (strcmp(name, "--help") && strcmp(name, "--version"))
                CHECK_MSG(has_word(manual, name), "%s", name);
        }
        for (char *at = completion; *at; at += strcspn(at, "\n") + 1)
            offered++;
        CHECK_EQ(offered, options);
        CHECK(options >= 2);
        CHECK(has_word(manual, all_commands[i].name));
    }
}

/* A separator that stands in a cell, too, takes the rest of its row away. */
TEST(every_row_of_the_manuals_tables_has_two_cells)
{
    static char manual[64 << 10];
    int rows = 0;
    read_plain(PROJECT_DIR "/docs/man/dateline.1", manual, sizeof manual);
    for (char *table = strstr(manual, "\ntab("); table;
         table = strstr(table + 1, "\ntab(")) {
        char separator = table[strlen("\ntab(")];
        char *line = strstr(table, ".\nfB"); /* behind the row of formats */
        CHECK(line);
        for (line += 2; strncmp(line, ".TE", 3) != 0;
             line += strcspn(line, "\n") + 1) {
            size_t len = strcspn(line, "\n"), cells = 1;
            for (size_t i = 0; i < len; i++)
                cells += line[i] == separator;
            CHECK_MSG(cells == 2, "%.*s", (int)len, line);
            rows++;
        }
    }
    CHECK(rows >= 10);
}

TEST(a_terminal_gets_colours_unless_told_otherwise)
{
    static const struct {
        const char *name, *value, *words[WORDS_MAX];
        bool colour;
    } rows[] = {
        {"NO_COLOR", NULL, {"search", "x"}, true},
        {"NO_COLOR", "", {"search", "x"}, true},
        {"NO_COLOR", "1", {"search", "x"}, false},
        {"NO_COLOR", "1", {"search", "x", "--color=always"}, true},
        {"NO_COLOR", NULL, {"search", "x", "--color=never"}, false},
        {"TERM", "dumb", {"search", "x"}, false},
        {"TERM", NULL, {"search", "x"}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[OUTPUT_MAX];
        struct fake_daemon fake = {.answer =
                                       reply_of("200", SEARCH("1", ONE_HIT))};
        unsetenv("NO_COLOR");
        setenv("TERM", "xterm", 1);
        if (rows[i].value)
            setenv(rows[i].name, rows[i].value, 1);
        else
            unsetenv(rows[i].name);
        fake_start(&fake);
        run_in_terminal(command_search, rows[i].words, fake.path, 80, out);
        fake_stop(&fake);
        CHECK_MSG((strchr(out, '\x1b') != NULL) == rows[i].colour,
                  "row %zu: %s", i, out);
        CHECK(strstr(out, "1 article, 0.4 ms"));
    }
}

TEST(a_terminal_gets_lines_that_fit)
{
    static const struct {
        unsigned short columns,
            fits; /* 0: as on a terminal that does not say */
    } rows[] = {{0, 80}, {20, 40}, {60, 60}, {300, 120}};
    static const char *const words[WORDS_MAX] = {"search", "x",
                                                 "--color=never"};
    char title[1000] = "";
    for (int i = 0; i < 99; i++)
        strcat(title, "abcd efg ");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[OUTPUT_MAX], body[2000];
        snprintf(body, sizeof body,
                 SEARCH("1", "{\"key\":\"k\",\"title\":\"%s\"}"), title);
        struct fake_daemon fake = {.answer = reply_of("200", body)};
        fake_start(&fake);
        run_in_terminal(command_search, words, fake.path, rows[i].columns, out);
        fake_stop(&fake);
        size_t widest = 0;
        for (const char *line = strtok(out, "\r\n"); line;
             line = strtok(NULL, "\r\n"))
            widest = strlen(line) > widest ? strlen(line) : widest;
        CHECK_MSG(widest <= rows[i].fits && widest > rows[i].fits - 6U,
                  "row %zu: %zu columns", i, widest);
    }
}

TEST(a_full_disk_is_trouble)
{
    static const char *const words[WORDS_MAX] = {"search", "x"};
    char err[OUTPUT_MAX];
    int ends[2];
    struct fake_daemon fake = {.answer = reply_of("200", SEARCH("1", ONE_HIT))};
    fake_start(&fake);
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = start(command_search, words, fake.path,
                        open("/dev/full", O_WRONLY), ends[1]);
    read_all(ends[0], err);
    CHECK_EQ(status_of(child), EXIT_TROUBLE);
    CHECK_TEXT(err, "dateline: cannot write: No space left on device\n");
    close(ends[0]);
    fake_stop(&fake);
}

RUN(T(a_command_asks_prints_and_says_how_it_went),
    T(a_command_line_without_sense_asks_nobody),
    T(every_command_shows_its_help), T(manual_and_completion_know_every_option),
    T(every_row_of_the_manuals_tables_has_two_cells),
    T(a_terminal_gets_colours_unless_told_otherwise),
    T(a_terminal_gets_lines_that_fit), T(a_full_disk_is_trouble))
