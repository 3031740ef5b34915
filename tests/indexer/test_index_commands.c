/* dateline-index, from command line to exit status, over the engine in memory. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/files.h"
#include "indexer/commands.h"
#include "indexer/fake_writer.h"

static char place[] = "/tmp/dateline_test_commands_XXXXXX";
static char out[20000], err_out[20000];

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    CHECK(f);
    CHECK(fputs(text, f) >= 0);
    CHECK_EQ(fclose(f), 0);
}

static void read_back(int fd, char *to, size_t size)
{
    ssize_t n = pread(fd, to, size - 1, 0);
    CHECK(n >= 0);
    to[n] = '\0';
    close(fd);
}

/* A command line with blanks between its words; stdin is /dev/null. */
static int command(const char *line)
{
    static char words[2000], program[] = "dateline-index";
    char *argv[32] = {program};
    int argc = 1;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;

    int fds[2], saved[2];
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        char name[] = "/tmp/dateline_capture_XXXXXX";
        fds[i] = mkstemp(name);
        CHECK(fds[i] >= 0);
        unlink(name);
        saved[i] = dup(i + 1);
        dup2(fds[i], i + 1);
    }
    int status = command_main(fake_engines, argc, argv);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    read_back(fds[0], out, sizeof out);
    read_back(fds[1], err_out, sizeof err_out);
    return status;
}

#define COMMAND(line, status)                                                  \
    do {                                                                       \
        int got_ = command(line);                                              \
        CHECK_MSG(got_ == (status), "`%s` exits %d\n%s%s", line, got_, out,    \
                  err_out);                                                    \
    } while (0)
#define SILENT()                                                               \
    do {                                                                       \
        CHECK_TEXT(out, "");                                                   \
        CHECK_TEXT(err_out, "");                                               \
    } while (0)

#define GOOD                                                                   \
    "{\"id\":\"1\",\"source\":\"s\",\"title\":\"One\",\"body\":\"First.\"}\n"  \
    "{\"id\":\"2\",\"source\":\"s\",\"title\":\"Two\",\"body\":\"Second.\"}\n"
#define BAD GOOD "{\"id\":\"3\",\n"

static int setup(void **state)
{
    (void)state;
    strcpy(place + strlen(place) - 6, "XXXXXX");
    CHECK(mkdtemp(place));
    CHECK_EQ(chdir(place), 0);
    CHECK_EQ(mkdir("folder", 0755), 0);
    CHECK_EQ(mkdir("empty", 0755), 0);
    write_file("good.jsonl", GOOD);
    write_file("bad.jsonl", BAD);
    write_file("folder/good.jsonl", GOOD);
    unsetenv("DATELINE_INDEX");
    fake_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return chdir("/") || tree_remove(place, NULL);
}

TEST(a_command_line_without_sense_exits_2_and_changes_nothing)
{
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"", "which command? `dateline-index help` lists them"},
        {"ad", "there is no command 'ad'; `dateline-index help` lists them"},
        {"add good.jsonl",
         "which index? Say --index DIR, or set DATELINE_INDEX"},
        {"add --index i", "what is to be added? Name files, folders, or - for "
                          "standard input"},
        {"add --index i none.jsonl", "none.jsonl: No such file or directory"},
        {"add --index i good.jsonl none.jsonl",
         "none.jsonl: No such file or directory"},
        {"add --index i empty", "empty: there is no file to read"},
        {"add --index i --engine lucene good.jsonl",
         "no engine of this program is called 'lucene'; there is: fake"},
        {"add --index i --max-rejects some good.jsonl",
         "--max-rejects some: a number or a percentage, as in 20 or 2%"},
        {"add --index i --max-rejects 101% good.jsonl",
         "--max-rejects 101%: a number or a percentage, as in 20 or 2%"},
        {"add --index i --max-rejects 1.5 good.jsonl",
         "--max-rejects 1.5: a number or a percentage, as in 20 or 2%"},
        {"delete --index i 1", "there is no index in i"},
        {"check --index i", "there is no index in i"},
        {"info --index i", "there is no index in i"},
        {"merge --index i", "there is no index in i"},
        {"rebuild --index i",
         "where to? Say --into NEWDIR; the old index stays"},
        {"rebuild --index i --into j", "there is no index in i"},
        {"check --index i twice", "check takes no 'twice'; say --index DIR"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[500];
        COMMAND(rows[i].line, EXIT_USAGE);
        snprintf(want, sizeof want, "dateline-index: %s\n", rows[i].says);
        CHECK_TEXT(err_out, want);
        CHECK_TEXT(out, "");
        CHECK(access("i", F_OK) != 0);
    }
    COMMAND("add --index i --register r.jsonl good.jsonl", EXIT_USAGE);
    COMMAND("add --index i --format nitf good.jsonl", EXIT_USAGE);
    COMMAND("add --index i --threads 0 good.jsonl", EXIT_USAGE);
}

TEST(help_is_there_for_every_command)
{
    COMMAND("help", EXIT_DONE);
    CHECK(strstr(out, "Usage: dateline-index COMMAND"));
    COMMAND("--version", EXIT_DONE);
    CHECK_TEXT(out, "dateline-index " DATELINE_VERSION "\n");
    static const char *const names[] = {"add",  "delete",  "check",
                                        "info", "rebuild", "merge"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[40], usage[60];
        snprintf(line, sizeof line, "help %s", names[i]);
        snprintf(usage, sizeof usage, "Usage: dateline-index %s", names[i]);
        COMMAND(line, EXIT_DONE);
        CHECK(strstr(out, usage) == out);
        CHECK(strstr(out, "--index DIR"));
    }
}

TEST(what_goes_well_is_silent)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    SILENT();
    COMMAND("add --index i good.jsonl folder", EXIT_DONE);
    SILENT();
    CHECK_EQ(fake_generation(), 1);
    CHECK_TEXT(fake_contents(), "s:1=One|First. (2)\ns:2=Two|Second. (2)\n");
    COMMAND("check --index i", EXIT_DONE);
    SILENT();
    COMMAND("merge --index i", EXIT_DONE);
    SILENT();
    COMMAND("delete --index i s:1", EXIT_DONE);
    SILENT();
    CHECK_TEXT(fake_contents(), "s:2=Two|Second. (2)\n");
    CHECK_EQ(setenv("DATELINE_INDEX", "i", 1), 0);
    COMMAND("add good.jsonl", EXIT_DONE);
    SILENT();
    CHECK_EQ(fake_generation(), 3);
}

static size_t lines_in(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

TEST(rejects_are_one_line_and_exit_1_and_the_rest_goes_in)
{
    COMMAND("add --index i bad.jsonl", EXIT_PARTLY);
    CHECK_TEXT(out, "");
    CHECK_EQ(lines_in(err_out), 1);
    const char *start = "dateline-index: 1 of 3 records rejected; the first: "
                        "bad.jsonl: record 3, byte ";
    CHECK_MSG(strncmp(err_out, start, strlen(start)) == 0, "%s", err_out);
    CHECK_TEXT(fake_contents(), "s:1=One|First. (2)\ns:2=Two|Second. (2)\n");
}

TEST(allowed_rejects_are_silent)
{
    static const struct {
        const char *allowed;
        int status;
    } rows[] = {
        {"0", EXIT_PARTLY},  {"1", EXIT_DONE},     {"2", EXIT_DONE},
        {"34%", EXIT_DONE},  {"33%", EXIT_PARTLY}, {"33.4%", EXIT_DONE},
        {"0%", EXIT_PARTLY}, {"100%", EXIT_DONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[200];
        fake_reset();
        snprintf(line, sizeof line, "add --index i --max-rejects %s bad.jsonl",
                 rows[i].allowed);
        COMMAND(line, rows[i].status);
        CHECK_TEXT(out, "");
        CHECK_EQ(lines_in(err_out), rows[i].status == EXIT_PARTLY);
    }
}

TEST(a_file_that_cannot_be_read_is_a_reject_among_others)
{
    CHECK_EQ(symlink("nowhere", "folder/broken.jsonl"), 0);
    COMMAND("add --index i folder", EXIT_PARTLY);
    const char *start = "dateline-index: 1 of 3 records rejected; the first: "
                        "folder/broken.jsonl: ";
    CHECK_MSG(strncmp(err_out, start, strlen(start)) == 0, "%s", err_out);
    CHECK_EQ(lines_in(err_out), 1);
    CHECK_EQ(fake_generation(), 1);
}

TEST(rejects_are_written_to_the_file_that_was_named)
{
    write_file("r.jsonl", "yesterday's\n");
    COMMAND("add --index i --rejects r.jsonl bad.jsonl", EXIT_PARTLY);
    struct bytes_out file = {0};
    CHECK_EQ(file_read("r.jsonl", 1 << 20, &file, NULL), 0);
    const char *start = "{\"file\":\"bad.jsonl\",\"record\":3,\"byte\":";
    CHECK(file.len > strlen(start));
    CHECK_MSG(memcmp(file.data, start, strlen(start)) == 0, "%.*s",
              (int)file.len, (const char *)file.data);
    CHECK_EQ(file.data[file.len - 1], '\n');
    bytes_out_release(&file);
    CHECK(access("r.jsonl.new", F_OK) != 0);

    COMMAND("add --index i --rejects r.jsonl good.jsonl", EXIT_DONE);
    struct stat st;
    CHECK_EQ(stat("r.jsonl", &st), 0);
    CHECK_EQ(st.st_size, 0);

    /* A device is written to, not replaced. */
    CHECK_EQ(symlink("/dev/null", "null"), 0);
    COMMAND("add --index i --rejects null bad.jsonl", EXIT_PARTLY);
    CHECK(lstat("null", &st) == 0 && S_ISLNK(st.st_mode));
    COMMAND("add --index i --rejects no/where.jsonl good.jsonl", EXIT_SYSTEM);
}

TEST(a_summary_says_what_became_of_every_record)
{
    write_file("mixed.jsonl",
               BAD "{\"id\":\"1\",\"source\":\"s\",\"title\":\"Other\"}\n");
    COMMAND("add --index i --summary --max-rejects 9 mixed.jsonl good.jsonl",
            EXIT_DONE);
    CHECK_MSG(strstr(out, "6 records, "), "%s", out);
    CHECK(strstr(out, "         2 added\n"));
    CHECK(strstr(out, "         2 the same text again\n"));
    CHECK(strstr(out, "         1 conflict, kept under a key of its own\n"
                      "            s:1#2\n"));
    CHECK(strstr(out, "         1 rejected\n            1: "));
    CHECK(strstr(out, "generation 1: 3 articles\n"));
    COMMAND("add --index i --summary good.jsonl", EXIT_DONE);
    CHECK(strstr(out, "no new generation; still generation 1: 3 articles\n"));

    COMMAND("add --index i --json --max-rejects 9 mixed.jsonl", EXIT_DONE);
    CHECK_EQ(lines_in(out), 1);
    static const char *const parts[] = {
        "{\"records\":4,\"added\":0,\"new_versions\":0,\"conflicts\":0,"
        "\"unchanged\":3,\"older\":0,\"rejected\":1,",
        "\"generation\":1,\"new_generation\":false,\"articles\":3,",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK_MSG(strstr(out, parts[i]), "%s", out);
}

TEST(what_the_engine_refuses_has_its_exit_status)
{
    static const struct {
        int code, status;
    } rows[] = {{ERR_LOCKED, EXIT_LOCKED},
                {ERR_IO, EXIT_SYSTEM},
                {ERR_NOMEM, EXIT_SYSTEM},
                {ERR_CORRUPT, EXIT_DAMAGED},
                {ERR_MISMATCH, EXIT_DAMAGED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake_fail_open(rows[i].code);
        COMMAND("add --index i good.jsonl", rows[i].status);
        CHECK_EQ(lines_in(err_out), 1);
    }
    fake_reset();
    fake_fail_put(1, ERR_IO);
    COMMAND("add --index i good.jsonl", EXIT_SYSTEM);
    CHECK_TEXT(err_out, "dateline-index: as the test asked; the index is "
                        "unchanged\n");
    CHECK_EQ(fake_generation(), 0);
    fake_fail_put(UINT32_MAX, ERR_OK);
    fake_fail_commit(ERR_IO);
    COMMAND("add --index late good.jsonl", EXIT_SYSTEM);
    CHECK_TEXT(err_out,
               "dateline-index: as the test asked; but generation 1 is there, "
               "unless a power failure takes it back\n");
    fake_fail_put(1, ERR_IO);
    COMMAND("add --index i --commit-every 1 good.jsonl", EXIT_SYSTEM);
    CHECK_TEXT(err_out,
               "dateline-index: as the test asked; --commit-every has made "
               "generation 1, what came after it is not in the index\n");
}

TEST(keys_that_are_not_there_are_told)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    write_file("keys", "s:2\n\n  s:9  \ns:8");
    COMMAND("delete --index i --keys keys s:7", EXIT_PARTLY);
    CHECK_TEXT(err_out, "dateline-index: 3 of 4 keys are not in the index; the "
                        "first: s:7\n");
    CHECK_TEXT(fake_contents(), "s:1=One|First. (2)\n");
    CHECK_EQ(fake_generation(), 2);
    COMMAND("delete --index i s:2", EXIT_PARTLY);
    CHECK_EQ(fake_generation(), 2);
    COMMAND("delete --index i", EXIT_USAGE);
    COMMAND("delete --index i --keys none", EXIT_USAGE);
    CHECK_EQ(fake_generation(), 2);
    COMMAND("delete --index i --json s:1", EXIT_DONE);
    CHECK_TEXT(out, "{\"deleted\":1,\"not_found\":0,\"generation\":3,"
                    "\"articles\":0}\n");
}

TEST(check_tells_every_fault)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    fake_fail_open(ERR_CORRUPT);
    COMMAND("check --index i", EXIT_DAMAGED);
    CHECK_TEXT(err_out, "dateline-index: gen-1/a: one fault\n"
                        "dateline-index: gen-1/b: another fault\n");
    fake_reset();
    COMMAND("check --index i --summary", EXIT_DONE);
    CHECK_TEXT(out, "ok\n");
    COMMAND("check --index folder", EXIT_DAMAGED);
    CHECK_TEXT(err_out, "dateline-index: folder: there is no MANIFEST\n");
    write_file("i/MANIFEST", "dateline 1\n");
    COMMAND("check --index i", EXIT_DAMAGED);
    COMMAND("info --index i", EXIT_DAMAGED);
    COMMAND("add --index i good.jsonl", EXIT_DAMAGED);
}

TEST(info_tells_what_the_index_holds)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    COMMAND("info --index i", EXIT_DONE);
    CHECK(strstr(out, "engine        fake\ngeneration    1\n"));
    CHECK(strstr(out, "articles      2\nwords         4\n"));
    COMMAND("info --index i --json", EXIT_DONE);
    CHECK(strstr(out, "\"generation\":1,"));
    CHECK(strstr(out, "\"articles\":2,\"words\":4,"));
}

TEST(info_tells_what_the_index_is_made_of_when_the_engine_can)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    COMMAND("delete --index i s:1", EXIT_DONE);
    COMMAND("info --index i", EXIT_DONE);
    CHECK_MSG(strstr(out,
                     "bytes         0\n"
                     "pieces        2\n"
                     "old versions  1\n"
                     "of the bytes  words                   0.0 %  3000\n"
                     "              stored articles         0.0 %  1000\n"),
              "%s", out);
    COMMAND("info --index i --json", EXIT_DONE);
    CHECK_MSG(strstr(out, "\"pieces\":2,\"old_versions\":1,\"parts\":["
                          "{\"name\":\"words\",\"bytes\":3000},{\"name\":"
                          "\"stored articles\",\"bytes\":1000}]}"),
              "%s", out);
    fake_be_whole();
    COMMAND("info --index i", EXIT_DONE);
    CHECK(!strstr(out, "pieces"));
    COMMAND("info --index i --json", EXIT_DONE);
    CHECK(!strstr(out, "pieces"));

    /* Damaged files: what MANIFEST says, and the exit status. */
    fake_fail_open(ERR_CORRUPT);
    COMMAND("info --index i", EXIT_DAMAGED);
    CHECK_TEXT(err_out, "dateline-index: i: as the test asked\n");
    CHECK(strstr(out, "generation    2\n"));
}

TEST(merge_makes_one_piece_of_many)
{
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    COMMAND("merge --index i --summary", EXIT_DONE);
    CHECK_TEXT(out, "nothing to merge; still generation 1: 2 articles\n");
    COMMAND("delete --index i s:1", EXIT_DONE);
    COMMAND("merge --index i --json", EXIT_DONE);
    CHECK_TEXT(out, "{\"merged\":true,\"generation\":3,\"articles\":1}\n");
    COMMAND("info --index i", EXIT_DONE);
    CHECK(strstr(out, "pieces        1\n"));
    CHECK_TEXT(fake_contents(), "s:2=Two|Second. (2)\n");

    COMMAND("add --index i good.jsonl", EXIT_DONE);
    fake_be_whole();
    COMMAND("merge --index i", EXIT_DONE);
    SILENT();
    COMMAND("merge --index i --summary", EXIT_DONE);
    CHECK_TEXT(out, "nothing to merge; still generation 4: 2 articles\n");
    CHECK_EQ(fake_generation(), 4);
    fake_fail_open(ERR_LOCKED);
    COMMAND("merge --index i", EXIT_LOCKED);
}

TEST(a_purge_takes_every_version)
{
    write_file("new.jsonl",
               "{\"id\":\"1\",\"source\":\"s\",\"title\":\"Uno\"}\n");
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    COMMAND("add --index i new.jsonl", EXIT_DONE);
    COMMAND("delete --index i s:2", EXIT_DONE);
    CHECK_TEXT(fake_old_versions(),
               "old s:1=One|First. (2)\nold s:2=Two|Second. (2)\n");
    COMMAND("delete --index i --purge --summary s:1", EXIT_DONE);
    CHECK_TEXT(out, "1 purged, with all versions; earlier generations are "
                    "gone\ngeneration 4: 0 articles\n");
    CHECK_TEXT(fake_old_versions(), "old s:2=Two|Second. (2)\n");
    COMMAND("delete --index i --purge --json s:2 s:1", EXIT_PARTLY);
    CHECK_TEXT(out, "{\"purged\":1,\"not_found\":1,\"generation\":5,"
                    "\"articles\":0}\n");
    CHECK_TEXT(err_out, "dateline-index: 1 of 2 keys are not in the index; the "
                        "first: s:1\n");
    CHECK_TEXT(fake_old_versions(), "");
    COMMAND("delete --index i --purge --summary s:1", EXIT_PARTLY);
    CHECK_TEXT(out, "0 purged\nno new generation; still generation 5: 0 "
                    "articles\n");

    COMMAND("add --index i good.jsonl", EXIT_DONE);
    fake_be_whole();
    COMMAND("delete --index i --purge s:1", EXIT_USAGE);
    CHECK_TEXT(err_out, "dateline-index: the engine 'fake' cannot purge; make "
                        "another\n");
    CHECK_TEXT(fake_contents(), "s:1=One|First. (2)\ns:2=Two|Second. (2)\n");
}

TEST(memory_reaches_the_writer)
{
    static const struct {
        const char *options;
        size_t megabytes;
    } rows[] = {{"--threads 1", 512},
                {"--threads 1 --memory 64M", 64},
                {"--threads 2", 488},
                {"--threads 4 --memory 100M", 52},
                {"--threads 4 --memory 40M", 10}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[100];
        snprintf(line, sizeof line, "add --index i %s good.jsonl",
                 rows[i].options);
        COMMAND(line, EXIT_DONE);
        CHECK_EQ(fake_memory(), rows[i].megabytes << 20);
    }
    COMMAND("rebuild --index i --into j --threads 1", EXIT_DONE);
    CHECK_EQ(fake_memory(), (size_t)512 << 20);
    COMMAND("rebuild --index i --into k --threads 2 --memory 80M", EXIT_DONE);
    CHECK_EQ(fake_memory(), (size_t)56 << 20);
}

/* Three versions of s:1, two of s:2, which is deleted. */
static void make_versions(void)
{
    static const char *const titles[] = {"One", "Uno", "One"};
    for (size_t i = 0; i < 3; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "{\"id\":\"1\",\"source\":\"s\",\"title\":\"%s\"}\n"
                 "{\"id\":\"2\",\"source\":\"s\",\"title\":\"%zu\"}\n"
                 "{\"id\":\"3\",\"source\":\"s\",\"title\":\"Three\"}\n",
                 titles[i], i);
        write_file("v.jsonl", text);
        COMMAND("add --index i v.jsonl", EXIT_DONE);
        if (i == 1)
            COMMAND("delete --index i s:2", EXIT_DONE);
    }
    COMMAND("delete --index i s:2", EXIT_DONE);
}

TEST(rebuild_keeps_old_versions_and_their_order)
{
    char want[500], old[500];
    make_versions();
    snprintf(want, sizeof want, "%s", fake_contents());
    CHECK_TEXT(want, "s:1=One| (1)\ns:3=Three| (1)\n");
    snprintf(old, sizeof old, "%s", fake_old_versions());
    COMMAND("rebuild --index i --into j --summary", EXIT_DONE);
    CHECK_MSG(strstr(out, "2 articles and 5 old versions, ") == out, "%s", out);
    CHECK(strstr(out, "\ngeneration 3: 2 articles\n"));
    CHECK_TEXT(fake_contents(), want);
    static const char *const first[] = {"One", "Uno"};
    const char *at = fake_old_versions();
    for (size_t i = 0; i < 2; i++) {
        char line[100];
        snprintf(line, sizeof line, "old s:1=%s| (1)\n", first[i]);
        CHECK_MSG((at = strstr(at, line)), "%s", fake_old_versions());
    }
    at = fake_old_versions();
    for (int i = 0; i < 3; i++) {
        char line[100];
        snprintf(line, sizeof line, "old s:2=%d| (1)\n", i);
        CHECK_MSG((at = strstr(at, line)), "%s", fake_old_versions());
    }
    CHECK_EQ(strlen(fake_old_versions()), strlen(old));

    fake_be_whole(); /* then only what is current */
    COMMAND("rebuild --index i --into k --summary", EXIT_DONE);
    CHECK(strstr(out, "2 articles and 0 old versions, ") == out);
    CHECK_TEXT(fake_contents(), want);
    CHECK_TEXT(fake_old_versions(), "");
}

TEST(a_rebuild_is_in_its_place_when_it_is_complete)
{
    make_versions();
    fake_fail_put(3, ERR_IO); /* in its second generation */
    COMMAND("rebuild --index i --into j", EXIT_SYSTEM);
    CHECK(access("j", F_OK) != 0);
    CHECK(access("j.rebuilding", F_OK) != 0);
    fake_fail_put(1000, ERR_OK);

    /* What a killed run left goes; what is not ours stays. */
    CHECK_EQ(mkdir("j.rebuilding", 0755), 0);
    write_file("j.rebuilding/lock", "");
    write_file("j.rebuilding/gen-1", "half");
    CHECK_EQ(mkdir("j", 0755), 0);
    COMMAND("rebuild --index i --into j/", EXIT_DONE);
    CHECK(access("j/MANIFEST", F_OK) == 0);
    CHECK(access("j.rebuilding", F_OK) != 0);
    CHECK_EQ(mkdir("k.rebuilding", 0755), 0);
    write_file("k.rebuilding/mine", "");
    COMMAND("rebuild --index i --into k", EXIT_USAGE);
    CHECK_TEXT(err_out, "dateline-index: k.rebuilding is in the way\n");
    CHECK(access("k.rebuilding/mine", F_OK) == 0);
    COMMAND("rebuild --index i --into folder", EXIT_USAGE);
    CHECK_TEXT(err_out, "dateline-index: folder is not empty\n");
}

TEST(a_rebuild_that_loses_anything_is_none)
{
    make_versions();
    fake_boast(1);
    COMMAND("rebuild --index i --into j", EXIT_DAMAGED);
    CHECK_TEXT(err_out,
               "dateline-index: the new index would have 2 articles and 5 old "
               "versions, the old one has 2 and 6, or their texts differ: "
               "there is no new one\n");
    CHECK(access("j", F_OK) != 0);
    CHECK(access("j.rebuilding", F_OK) != 0);
}

TEST(rebuild_puts_every_article_into_the_new_index)
{
    char want[500];
    COMMAND("add --index i good.jsonl", EXIT_DONE);
    snprintf(want, sizeof want, "%s", fake_contents());
    COMMAND("rebuild --index i --into j --threads 3", EXIT_DONE);
    SILENT();
    CHECK_TEXT(fake_contents(), want);
    COMMAND("info --index j --json", EXIT_DONE);
    CHECK(strstr(out, "\"articles\":2,"));
    COMMAND("rebuild --index i --into j", EXIT_USAGE);
    CHECK_TEXT(err_out, "dateline-index: there is an index in j already\n");
}

#define TT(name)                                                               \
    {                                                                          \
#name, name, setup, teardown, NULL                                     \
    }

RUN(TT(a_command_line_without_sense_exits_2_and_changes_nothing),
    TT(help_is_there_for_every_command), TT(what_goes_well_is_silent),
    TT(rejects_are_one_line_and_exit_1_and_the_rest_goes_in),
    TT(allowed_rejects_are_silent),
    TT(a_file_that_cannot_be_read_is_a_reject_among_others),
    TT(rejects_are_written_to_the_file_that_was_named),
    TT(a_summary_says_what_became_of_every_record),
    TT(what_the_engine_refuses_has_its_exit_status),
    TT(keys_that_are_not_there_are_told), TT(check_tells_every_fault),
    TT(info_tells_what_the_index_holds),
    TT(info_tells_what_the_index_is_made_of_when_the_engine_can),
    TT(merge_makes_one_piece_of_many), TT(a_purge_takes_every_version),
    TT(memory_reaches_the_writer),
    TT(rebuild_keeps_old_versions_and_their_order),
    TT(a_rebuild_is_in_its_place_when_it_is_complete),
    TT(a_rebuild_that_loses_anything_is_none),
    TT(rebuild_puts_every_article_into_the_new_index))
