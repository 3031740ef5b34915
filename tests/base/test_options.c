#include "base/options.h"

#include "base/err.h"
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

/* What a command line of one program may set. */
static struct values {
    bool quiet, verbose;
    const char *index;
    struct option_list registers;
    long limit, memory;
} values;

static const struct option table[] = {
    {"index", 'i', OPTION_TEXT, &values.index, "DIR", "where the index is", 0,
     0},
    {"limit", 'n', OPTION_NUMBER, &values.limit, "N", "articles", -1, 1000},
    {"memory", 0, OPTION_BYTES, &values.memory, "BYTES", "memory to use",
     1 << 20, 8L << 30},
    {"quiet", 'q', OPTION_FLAG, &values.quiet, NULL, "say nothing", 0, 0},
    {"register", 0, OPTION_LIST, &values.registers, "FILE",
     "names of people and places, from a file that is read before anything "
     "else; may be given again",
     0, 0},
    {"verbose", 'v', OPTION_FLAG, &values.verbose, NULL, "say more", 0, 0},
    {0},
};

enum { WORDS_MAX = 8 };

/* Parses the words behind the program's name and the command. */
static int parse(const char *const *words, char **argv, int *rest, bool *help,
                 struct err *err)
{
    static char program[] = "build/dateline-index", command[] = "add";
    int argc = 2;
    argv[0] = program;
    argv[1] = command;
    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        argv[argc++] = (char *)(uintptr_t)words[i];
    values = (struct values){.limit = 10};
    return options_parse(table, argc, argv, 2, rest, help, err);
}

TEST(options_stand_anywhere_and_words_keep_their_order)
{
    static const struct {
        const char *words[WORDS_MAX];
        struct values want;
        const char *rest[WORDS_MAX];
    } rows[] = {
        {{NULL}, {.limit = 10}, {NULL}},
        {{"a", "b"}, {.limit = 10}, {"a", "b"}},
        {{"--index", "D", "a"}, {.limit = 10, .index = "D"}, {"a"}},
        {{"a", "--index=D"}, {.limit = 10, .index = "D"}, {"a"}},
        {{"a", "-i", "D", "b"}, {.limit = 10, .index = "D"}, {"a", "b"}},
        {{"-iD"}, {.limit = 10, .index = "D"}, {NULL}},
        {{"--index="}, {.limit = 10, .index = ""}, {NULL}},
        {{"--index=a=b"}, {.limit = 10, .index = "a=b"}, {NULL}},
        {{"--index", "--quiet"}, {.limit = 10, .index = "--quiet"}, {NULL}},
        {{"--limit", "3", "--limit", "4"}, {.limit = 4}, {NULL}},
        {{"-n-1"}, {.limit = -1}, {NULL}},
        {{"-qv"}, {.limit = 10, .quiet = true, .verbose = true}, {NULL}},
        {{"-qn7", "-v"}, {.limit = 7, .quiet = true, .verbose = true}, {NULL}},
        {{"--", "--quiet", "-x"}, {.limit = 10}, {"--quiet", "-x"}},
        {{"a", "--", "--"}, {.limit = 10}, {"a", "--"}},
        {{"-", "-q"}, {.limit = 10, .quiet = true}, {"-"}},
        {{"", "-q"}, {.limit = 10, .quiet = true}, {""}},
        {{"--memory", "512M"}, {.limit = 10, .memory = 512L << 20}, {NULL}},
        {{"--memory", "2048k"}, {.limit = 10, .memory = 2L << 20}, {NULL}},
        {{"--memory", "8G"}, {.limit = 10, .memory = 8L << 30}, {NULL}},
        {{"--memory", "1048576"}, {.limit = 10, .memory = 1L << 20}, {NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        char *argv[WORDS_MAX + 2];
        int rest;
        bool help;
        CHECK_OK(parse(rows[i].words, argv, &rest, &help, &err), err);
        CHECK(!help);
        const struct values *want = &rows[i].want;
        CHECK_MSG(
            values.quiet == want->quiet && values.verbose == want->verbose &&
                values.limit == want->limit && values.memory == want->memory,
            "row %zu", i);
        CHECK_TEXT(values.index ? values.index : "none",
                   want->index ? want->index : "none");
        int count = 0;
        for (; rows[i].rest[count]; count++) {
            CHECK_MSG(count < rest, "row %zu: %d words", i, rest);
            CHECK_TEXT(argv[2 + count], rows[i].rest[count]);
        }
        CHECK_MSG(rest == count, "row %zu: %d words", i, rest);
    }
}

TEST(a_wrong_command_line_gets_a_sentence)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *text;
    } rows[] = {
        {{"--imdex", "D"}, "unknown option --imdex; did you mean --index?"},
        {{"--mem=1M"}, "unknown option --mem; did you mean --memory?"},
        {{"--zzzzzz"}, "unknown option --zzzzzz"},
        {{"--q"}, "unknown option --q"},
        {{"--inde"}, "unknown option --inde; did you mean --index?"},
        {{"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
         "unknown option "
         "--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {{"--=x"}, "unknown option --"},
        {{"-x"},
         "unknown option -x (a word that begins with a dash stands behind --)"},
        {{"-harbour"},
         "unknown option -harbour (a word that begins with a dash stands "
         "behind --)"},
        {{"--quiet=yes"}, "--quiet takes no value"},
        {{"--help=yes"}, "unknown option --help"},
        {{"a", "--index"}, "--index needs a value: --index DIR"},
        {{"-i"}, "--index needs a value: --index DIR"},
        {{"--limit", ""}, "--limit needs a number, not ''"},
        {{"--limit", "ten"}, "--limit needs a number, not 'ten'"},
        {{"--limit", "3x"}, "--limit needs a number, not '3x'"},
        {{"--limit", "3K"}, "--limit needs a number, not '3K'"},
        {{"--limit", " 3"}, "--limit needs a number, not ' 3'"},
        {{"--limit", "+3"}, "--limit needs a number, not '+3'"},
        {{"--limit", "-"}, "--limit needs a number, not '-'"},
        {{"--limit=1001"}, "--limit: 1001 is not between -1 and 1000"},
        {{"--limit=-2"}, "--limit: -2 is not between -1 and 1000"},
        {{"--limit=99999999999999999999"},
         "--limit: 99999999999999999999 is not between -1 and 1000"},
        {{"--memory=K"},
         "--memory needs a number, or one with K, M or G, not 'K'"},
        {{"--memory=1MB"},
         "--memory needs a number, or one with K, M or G, not '1MB'"},
        {{"--memory=9G"}, "--memory: 9G is not between 1M and 8G"},
        {{"--memory=17179869185G"}, /* 1G more than 2^64 */
         "--memory: 17179869185G is not between 1M and 8G"},
        {{"--memory=9999999999999G"},
         "--memory: 9999999999999G is not between 1M and 8G"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        char *argv[WORDS_MAX + 2];
        int rest;
        bool help;
        CHECK_EQ(parse(rows[i].words, argv, &rest, &help, &err), ERR_INVALID);
        CHECK_TEXT(err.text, rows[i].text);
    }
}

TEST(a_list_collects_up_to_its_limit)
{
    char program[] = "p", option[] = "--register=x";
    char *argv[1 + OPTION_LIST_MAX + 1] = {program};
    for (int i = 0; i < OPTION_LIST_MAX + 1; i++)
        argv[1 + i] = option;
    struct err err = {0};
    int rest;
    bool help;
    values.registers.count = 0;
    CHECK_OK(
        options_parse(table, 1 + OPTION_LIST_MAX, argv, 1, &rest, &help, &err),
        err);
    CHECK_EQ(values.registers.count, OPTION_LIST_MAX);
    CHECK_TEXT(values.registers.item[OPTION_LIST_MAX - 1], "x");
    values.registers.count = 0;
    CHECK_EQ(
        options_parse(table, 2 + OPTION_LIST_MAX, argv, 1, &rest, &help, &err),
        ERR_INVALID);
    CHECK_TEXT(err.text, "--register is given more than 64 times");
}

TEST(help_stops_reading)
{
    static const char *const rows[][WORDS_MAX] = {
        {"--help"},
        {"-h", "--bogus"},
        {"a", "-qh"},
        {"--help", "--limit", "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        char *argv[WORDS_MAX + 2];
        int rest;
        bool help = false;
        CHECK_OK(parse(rows[i], argv, &rest, &help, &err), err);
        CHECK_MSG(help, "row %zu", i);
    }
}

/* What `print` writes to stdout in a child, and the child's exit status. */
static int printed_by(void (*print)(void), char *out, size_t size)
{
    int ends[2], status = -1;
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        print();
        fflush(stdout);
        _exit(99);
    }
    close(ends[1]);
    size_t len = 0;
    ssize_t n;
    while (len + 1 < size && (n = read(ends[0], out + len, size - 1 - len)) > 0)
        len += (size_t)n;
    out[len] = '\0';
    close(ends[0]);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void ask_version(void)
{
    static const char *const words[WORDS_MAX] = {"a", "--version"};
    char *argv[WORDS_MAX + 2];
    int rest;
    bool help;
    parse(words, argv, &rest, &help, NULL);
}

TEST(version_prints_the_programs_name_and_ends_it)
{
    char out[200];
    CHECK_EQ(printed_by(ask_version, out, sizeof out), EXIT_SUCCESS);
    CHECK_TEXT(out, "dateline-index " DATELINE_VERSION "\n");
}

static void print_help(void)
{
    options_print(table);
}

TEST(help_rows_are_aligned_and_wrapped)
{
    char out[2000];
    CHECK_EQ(printed_by(print_help, out, sizeof out), 99);
    CHECK_TEXT(
        out,
        "  -i, --index DIR      where the index is\n"
        "  -n, --limit N        articles\n"
        "      --memory BYTES   memory to use\n"
        "  -q, --quiet          say nothing\n"
        "      --register FILE  names of people and places, from a file that "
        "is read\n"
        "                       before anything else; may be given again\n"
        "  -v, --verbose        say more\n"
        "  -h, --help           show this help\n"
        "      --version        show the version\n");
}

RUN(T(options_stand_anywhere_and_words_keep_their_order),
    T(a_wrong_command_line_gets_a_sentence), T(a_list_collects_up_to_its_limit),
    T(help_stops_reading), T(version_prints_the_programs_name_and_ends_it),
    T(help_rows_are_aligned_and_wrapped))
