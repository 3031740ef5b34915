/* dateline-index register, over files. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/files.h"
#include "indexer/commands.h"
#include "indexer/fake_writer.h"

static char place[] = "/tmp/dateline_test_register_XXXXXX";
static char out[20000], err_out[20000];

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    CHECK(f);
    CHECK(fputs(text, f) >= 0);
    CHECK_EQ(fclose(f), 0);
}

static void read_back(const char *name, char *to, size_t size)
{
    FILE *f = fopen(name, "r");
    CHECK_MSG(f, "%s", name);
    to[fread(to, 1, size - 1, f)] = '\0';
    fclose(f);
}

/* A command line with '|' between its words. */
static int command(const char *line)
{
    static char words[2000], program[] = "dateline-index", name[] = "register";
    char *argv[32] = {program, name};
    int argc = 2, saved[2];
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = word;
    static const char *const to[] = {"stdout", "stderr"};
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        saved[i] = dup(i + 1);
        FILE *f = fopen(to[i], "w");
        CHECK(f && dup2(fileno(f), i + 1) >= 0);
        fclose(f);
    }
    int status = command_main(fake_engines, argc, argv);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    read_back("stdout", out, sizeof out);
    read_back("stderr", err_out, sizeof err_out);
    return status;
}

#define SOME                                                                   \
    "kyiv\tplace\tKyiv\t!Kiev; uk:Київ; Zed\tparent=ukraine\n"             \
    "ukraine\tplace\tUkraine\n"                                                \
    "kiev-city\tplace\tKiev City\t~The City\n"

static int setup(void **state)
{
    (void)state;
    strcpy(place + strlen(place) - 6, "XXXXXX");
    CHECK(mkdtemp(place));
    CHECK_EQ(chdir(place), 0);
    write_file("base.tsv", SOME);
    CHECK_EQ(setenv("DATELINE_REGISTER", "base.tsv", 1), 0);
    unsetenv("DATELINE_INDEX");
    fake_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return chdir("/") || tree_remove(place, NULL);
}

/* One after the other, over the edits of before. */
TEST(edits_are_lines_behind_those_of_the_file)
{
    static const struct {
        const char *line;
        int status;
        const char *says; /* on stdout, or on stderr after a failure */
    } rows[] = {
        {"add|--file|hand|kyiv|Kyyiv|~ru:Киев", 0,
         "kyiv\tplace\tKyiv\tKyyiv; ~ru:Киев\t\n"},
        {"show|--file|hand|Q1", 2, "dateline-index: nothing is called 'Q1'\n"},
        {"add|--file|hand|kyiv|--option|wikidata=Q1|--option|near=Dnipro", 0,
         "kyiv\tplace\tKyiv\t\twikidata=Q1 near=Dnipro\n"},
        {"show|--file|hand|Q1", 0,
         "kyiv\tplace\tKyiv\t!Kiev; Kyyiv; Zed; ~ru:Киев; uk:Київ\t"
         "parent=ukraine wikidata=Q1 near=dnipro\n"},
        {"merge|--file|hand|kiev-city|kyiv", 0,
         "kyiv\tplace\tKyiv\t\t\n"
         "kiev-city\tplace\tKiev City\t\tinto=kyiv\n"},
        {"list|--file|hand|the city", 0, "kyiv\tplace\tKyiv\n"},
        {"split|--file|hand|kyiv|zed|Zed|The City|--type|person", 0,
         "kyiv\tplace\tKyiv\t-Zed; -The City\t\n"
         "zed\tperson\tZed\tZed; ~The City\t\n"},
        {"list|--file|hand|the city", 0, "zed\tperson\tZed\n"},
        {"add|--file|hand|--|kyiv|-Kyyiv", 0, "kyiv\tplace\tKyiv\t-Kyyiv\t\n"},
        {"add|--file|hand|--type|event|--name|The War|war", 0,
         "war\tevent\tThe War\t\t\n"},
        {"block|--file|hand|zed", 0, "zed\tperson\tZed\t\tblock\n"},
        {"list|--file|hand", 0,
         "kyiv\tplace\tKyiv\nukraine\tplace\tUkraine\nwar\tevent\tThe "
         "War\n"},
        {"check|hand", 0, NULL},
        {"check|hand|--register|none", 0, NULL},
        /* and failures, which change nothing */
        {"add|--file|hand|kyiv|--option|parent=mars", 2,
         "this edit:1: parent=mars: there is no such entity\n"
         "dateline-index: the register has 1 fault\n"},
        {"add|--file|hand|zed|x", 2,
         "dateline-index: there is no 'zed' yet; a new entity needs --type and "
         "--name\n"},
        {"split|--file|hand|kyiv|zed|Kyiv", 2, NULL},
        {"split|--file|hand|kyiv|zed|Nothing", 2,
         "dateline-index: 'Nothing' is no name of kyiv\n"},
        {"split|--file|hand|kyiv|war|Kiev", 2,
         "dateline-index: there is an entity 'war' already\n"},
        {"merge|--file|hand|kyiv", 2,
         "dateline-index: what is wanted: register merge ID INTO\n"},
        {"merge|--file|hand|kyiv|kyiv", 2, NULL},
        {"block|--file|hand|mars", 2, NULL},
        {"block|ukraine", 2,
         "dateline-index: edit what? Say --index DIR or --file FILE\n"},
        {"block|--index|i|--file|hand|ukraine", 2, NULL},
        {"block|--index|i|ukraine", 2,
         "dateline-index: there is no index in i\n"},
        {"show", 2, NULL},
        {"list|--register|nowhere.tsv", 2, NULL},
        {"list|--register|none|--register|base.tsv", 2, NULL},
        {"turn", 2, NULL},
    };
    char before[5000] = "", after[5000];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = command(rows[i].line);
        CHECK_MSG(status == rows[i].status, "%s: %d\n%s%s", rows[i].line,
                  status, out, err_out);
        if (rows[i].says)
            CHECK_TEXT(status ? err_out : out, rows[i].says);
        /* Alone, the edits say near=Dnipro of no name with !. */
        bool warns = strcmp(rows[i].line, "check|hand|--register|none") == 0;
        if (warns)
            CHECK_MSG(strstr(err_out, "near= has no effect"), "%s", err_out);
        else
            CHECK_MSG((status ? out : err_out)[0] == '\0', "%s", rows[i].line);
        read_back("hand", after, sizeof after);
        if (status)
            CHECK_TEXT(after, before);
        strcpy(before, after);
    }
}

TEST(check_tells_every_fault_with_its_line)
{
    write_file("bad.tsv", "X\tplace\tY\n\nkyiv\t\t\t\tfoo\n");
    CHECK_EQ(command("check|bad.tsv"), EXIT_USAGE);
    CHECK_TEXT(err_out,
               "bad.tsv:1: 'X' is no id: small letters a-z, digits and '-'\n"
               "bad.tsv:3: 'foo' is no option; there are country=, parent=, "
               "wikidata=, near=, not=, into= and block\n"
               "dateline-index: the register has 2 faults\n");
    write_file("good.tsv", "kyiv\t\t\tKyyiv\n");
    CHECK_EQ(command("check|good.tsv"), EXIT_DONE);
    CHECK_MSG(strncmp(out, "3 entities with 8 names, register ", 34) == 0, "%s",
              out);
    CHECK_EQ(command("check|--register|none|good.tsv"), EXIT_USAGE);
    CHECK_EQ(command("check"), EXIT_USAGE);
}

TEST(check_warns_of_conditions_that_bear_on_no_name)
{
    write_file("idle.tsv",
               "# near= and not= are for names with !\n"
               "turkey\tplace\tTurkey\t!Turkey\tnear=Ankara not=roast\n"
               "\n"
               "hajj\tevent\tHajj\tHaj\tnear=Mecca not=x country=turkey\n"
               "later\tevent\tLater\t\tnear=Mecca\n"
               "forgotten\tevent\tForgotten\t\tnear=Mecca\n"
               "gone\tevent\tGone\t\tnear=Mecca\n");
    write_file("more.tsv", "later\t\t\t!Later\nforgotten\t\t\t\tnear=\n"
                           "gone\t\t\t\tblock\n");
    CHECK_EQ(command("check|--register|none|idle.tsv|more.tsv"), EXIT_DONE);
    CHECK_TEXT(err_out,
               "idle.tsv:4: near= has no effect: hajj has no name with !, and "
               "it is for those\n"
               "idle.tsv:4: not= has no effect: hajj has no name with !, and "
               "it is for those\n");
    CHECK_MSG(strstr(out, "\n2 conditions without effect\n"), "%s", out);
    /* Those of the registers below are no matter of these files. */
    CHECK_EQ(command("check|--register|idle.tsv|more.tsv"), EXIT_DONE);
    CHECK_TEXT(err_out, "");
    CHECK(!strstr(out, "conditions"));
}

#define E(test)                                                                \
    {                                                                          \
#test, test, setup, teardown, NULL                                     \
    }
RUN(E(edits_are_lines_behind_those_of_the_file),
    E(check_tells_every_fault_with_its_line),
    E(check_warns_of_conditions_that_bear_on_no_name))
