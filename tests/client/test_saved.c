/* Queries with names, and what is new of them. */
#include "client/pairs.h"
#include "client/saved.h"

#include "base/err.h"
#include "base/mem.h"
#include "own_home.h"

#define QUERIES ".config/dateline/queries"
#define SEEN ".local/state/dateline/seen"

/* --- files of pairs --- */

TEST(pairs_are_read_line_by_line)
{
    static char text[] =
        "# a comment\n\n q1 \t a b \nq2\tx\ty\r\n \t \nlonely\n"
        "\tno name\nlast\tz";
    static const struct {
        int rc;
        const char *name, *value;
        size_t line;
    } rows[] = {{1, "q1", "a b", 3},      {1, "q2", "x\ty", 4},
                {ERR_INVALID, "", "", 6}, {ERR_INVALID, "", "", 7},
                {1, "last", "z", 8},      {0, "", "", 0}};
    FILE *file = fmemopen(text, sizeof text - 1, "r");
    struct pairs pairs;
    struct pair pair;
    CHECK(file);
    pairs_init(&pairs, file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        CHECK_EQ(pairs_next(&pairs, &pair, &err), rows[i].rc);
        CHECK_SLICE(pair.name, slice_of(rows[i].name));
        CHECK_SLICE(pair.value, slice_of(rows[i].value));
        CHECK_EQ(pair.line, rows[i].line);
    }
    pairs_release(&pairs);
    fclose(file);
}

TEST(names_have_no_blanks)
{
    static const char *const good[] = {"a", "é", "a#", "7", "a.b/c"};
    static const char *const bad[] = {"",   "a b",   "a\tb", "#a",
                                      "\n", "a\xff", "\x7f"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(pair_name_is_good(slice_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!pair_name_is_good(slice_of(bad[i])));
}

/* --- saved queries --- */

static void check_found(const char *name, const char *want)
{
    struct strbuf out;
    struct err err = {0};
    strbuf_init(&out, 10000);
    int rc = saved_find(name, &out, &err);
    CHECK_MSG(rc == (want ? 0 : ERR_NOTFOUND), "%s", err.text);
    CHECK_TEXT(out.data, want ? want : "");
    strbuf_release(&out);
}

TEST(a_query_is_saved_and_found)
{
    struct err err = {0};
    uint64_t generation;
    new_home();
    check_found("a", NULL);
    CHECK_OK(saved_add("a", "x OR\ty\n", false, &err), err);
    CHECK_OK(saved_add("ab", "z", false, &err), err);
    check_found("a", "x OR y");
    check_found("ab", "z");
    check_found("b", NULL);
    CHECK_EQ(saved_add("a", "new", false, &err), ERR_INVALID);
    CHECK(strstr(err.text, "there is a saved query 'a' already: x OR y"));
    CHECK_EQ(saved_add("a b", "new", true, &err), ERR_INVALID);
    write_text(QUERIES, "# mine\n a\t x\n\nab\tz\na\ttwice\nlonely");
    CHECK_OK(saved_add("a", "new", true, &err), err);
    check_file(QUERIES, "# mine\na\tnew\n\nab\tz\nlonely\n");
    CHECK_EQ(saved_find("zz", &(struct strbuf){0}, &err), ERR_INVALID);
    CHECK_MSG(strstr(err.text, "line 5 of ") && strstr(err.text, home), "%s",
              err.text);

    CHECK_OK(seen_find("a", &generation, &err), err);
    CHECK_EQ(generation, 0);
    CHECK_OK(seen_remember("a", 7, &err), err);
    CHECK_OK(seen_remember("ab", 9, &err), err);
    CHECK_OK(seen_remember("a", 8, &err), err);
    CHECK_OK(seen_find("a", &generation, &err), err);
    CHECK_EQ(generation, 8);
    check_file(SEEN, "a\t8\nab\t9\n");
    write_text(SEEN, "a\tx\n");
    CHECK_EQ(seen_find("a", &generation, &err), ERR_INVALID);
    end_home();
}

TEST(the_folders_are_those_of_the_desktop)
{
    struct err err = {0};
    char path[100];
    new_home();
    snprintf(path, sizeof path, "%s/cfg", home);
    setenv("XDG_CONFIG_HOME", path, 1);
    CHECK_OK(saved_add("a", "x", false, &err), err);
    check_file("cfg/dateline/queries", "a\tx\n");
    setenv("XDG_CONFIG_HOME", "relative", 1); /* as if it were not set */
    check_found("a", NULL);
    CHECK_OK(saved_add("b", "y", false, &err), err);
    check_file(QUERIES, "b\ty\n");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    CHECK_EQ(saved_add("a", "x", false, &err), ERR_INVALID);
    CHECK_TEXT(err.text,
               "neither $XDG_CONFIG_HOME nor $HOME says where to look for "
               "queries");
    end_home();
}

TEST(without_memory_a_saved_query_is_what_it_was)
{
    int rc = ERR_NOMEM;
    struct err err = {0};
    new_home();
    CHECK_OK(saved_add("a", "old", false, &err), err);
    for (long n = 0; rc; n++) {
        CHECK(n < 40);
        mem_fail_after(n);
        rc = saved_add("a", "new", true, &err);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%s", err.text);
        check_found("a", rc ? "old" : "new");
    }
    end_home();
}

TEST(what_is_new_is_asked_since_the_last_time)
{
    static const char *const words[WORDS_MAX] = {"search", "--saved", "talks",
                                                 "--new"};
    static const struct {
        const char *bodies[2], *log, *out;
        int status;
        const char *seen;
    } rows[] = {
        {{REPLY("4", "3")},
         "GET /v1/search?q=a%20OR%20b&limit=10 HTTP/1.1\n",
         SHOWN("4", "3"),
         EXIT_HITS,
         "talks\t4\n"},
        {{REPLY("6", "2")},
         "GET /v1/search?q=%28a%20OR%20b%29%20since%3A4&limit=10 HTTP/1.1\n",
         SHOWN("6", "2"),
         EXIT_HITS,
         "talks\t6\n"},
        {{REPLY("7", "0")},
         "GET /v1/search?q=%28a%20OR%20b%29%20since%3A6&limit=10 HTTP/1.1\n",
         SHOWN("7", "0") "understood: x\n",
         EXIT_NONE,
         "talks\t7\n"},
        /* not understood: nothing is remembered */
        {{"{\"generation\":9}"},
         "GET /v1/search?q=%28a%20OR%20b%29%20since%3A7&limit=10 HTTP/1.1\n",
         "",
         EXIT_TROUBLE,
         "talks\t7\n"},
        /* another index, at an earlier generation: all of it is new */
        {{REPLY("2", "0"), REPLY("2", "3")},
         "GET /v1/search?q=%28a%20OR%20b%29%20since%3A7&limit=10 HTTP/1.1\n"
         "GET /v1/search?q=a%20OR%20b&limit=10 HTTP/1.1\n",
         SHOWN("2", "3"),
         EXIT_HITS,
         "talks\t2\n"},
    };
    new_home();
    CHECK_EQ(saved_add("talks", "a OR b", false, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome outcome;
        struct fake_daemon fake = {0};
        const struct slice answers[] = {
            answer_of("200", rows[i].bodies[0]),
            answer_of("200", rows[i].bodies[1] ? rows[i].bodies[1] : "")};
        run_with(command_search, words, answers, rows[i].bodies[1] ? 2 : 1,
                 &fake, &outcome);
        CHECK_MSG(outcome.status == rows[i].status, "row %zu: %d, %s", i,
                  outcome.status, outcome.err);
        CHECK_TEXT(fake.log, rows[i].log);
        CHECK_TEXT(outcome.out, rows[i].out);
        CHECK_EQ(fake.connections, 1);
        check_file(SEEN, rows[i].seen);
    }
    end_home();
}

TEST(what_was_not_shown_is_new_the_next_time)
{
    static const char *const words[WORDS_MAX] = {"search", "--saved", "t",
                                                 "--new"};
    new_home();
    CHECK_EQ(saved_add("t", "a", false, NULL), 0);
    CHECK_EQ(seen_remember("t", 3, NULL), 0);
    struct fake_daemon fake = {.answer = answer_of("200", REPLY("5", "1"))};
    fake_start(&fake);
    pid_t child = start(command_search, words, fake.path,
                        open("/dev/full", O_WRONLY), open("/dev/null", O_RDWR));
    CHECK_EQ(status_of(child), EXIT_TROUBLE);
    fake_stop(&fake);
    check_file(SEEN, "t\t3\n");
    end_home();
}

TEST(saved_queries_are_listed_and_asked_by_name)
{
    static const struct {
        command_function *command;
        const char *words[WORDS_MAX];
        int status;
        const char *out, *err;
    } rows[] = {
        {command_saved, {"saved"}, EXIT_NONE, "", ""},
        {command_save, {"save", "t", "a", "OR b"}, EXIT_HITS, "", ""},
        {command_save, {"save", "t", "c"}, EXIT_TROUBLE, "", "already: a OR b"},
        {command_save, {"save", "--replace", "t", "c"}, EXIT_HITS, "", ""},
        {command_save, {"save", "t"}, EXIT_TROUBLE, "", "a name and a query"},
        {command_save, {"save"}, EXIT_TROUBLE, "", "a name and a query"},
        {command_save, {"save", "t", "\xff"}, EXIT_TROUBLE, "", "no UTF-8"},
        {command_save,
         {"save", "t", "x", "--json"},
         EXIT_TROUBLE,
         "",
         "unknown option --json"},
        {command_saved, {"saved"}, EXIT_HITS, "t\t-\tc\n", ""},
        {command_saved, {"saved", "x"}, EXIT_TROUBLE, "", "takes no words"},
        {command_count,
         {"count", "--saved", "u"},
         EXIT_TROUBLE,
         "",
         "there is no saved query 'u'"},
        {command_count,
         {"count", "--saved", "t", "x"},
         EXIT_TROUBLE,
         "",
         "either --saved, or a query, or --phrase"},
        {command_search,
         {"search", "--new", "x"},
         EXIT_TROUBLE,
         "",
         "--new needs --saved NAME"},
    };
    new_home();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome outcome;
        run(rows[i].command, rows[i].words, "/nonexistent/s", &outcome);
        CHECK_MSG(outcome.status == rows[i].status, "row %zu: %d, %s", i,
                  outcome.status, outcome.err);
        CHECK_TEXT(outcome.out, rows[i].out);
        CHECK_MSG(*rows[i].err ? strstr(outcome.err, rows[i].err) != NULL
                               : !*outcome.err,
                  "row %zu: %s", i, outcome.err);
    }
    CHECK_EQ(seen_remember("t", 12, NULL), 0);
    static const char *const list[WORDS_MAX] = {"saved"};
    static const char *const count[WORDS_MAX] = {"count", "--saved", "t"};
    struct outcome outcome;
    struct fake_daemon fake = {0};
    const struct slice answer = answer_of("200", "{\"total\":3}");
    run(command_saved, list, "/nonexistent/s", &outcome);
    CHECK_TEXT(outcome.out, "t\t12\tc\n");
    run_with(command_count, count, &answer, 1, &fake, &outcome);
    CHECK_TEXT(fake.log, "GET /v1/count?q=c HTTP/1.1\n");
    CHECK_TEXT(outcome.out, "3\n");
    end_home();
}

RUN(T(pairs_are_read_line_by_line), T(names_have_no_blanks),
    T(a_query_is_saved_and_found), T(the_folders_are_those_of_the_desktop),
    T(without_memory_a_saved_query_is_what_it_was),
    T(what_is_new_is_asked_since_the_last_time),
    T(what_was_not_shown_is_new_the_next_time),
    T(saved_queries_are_listed_and_asked_by_name))
