/* command_saved.c - `dateline save` and `dateline saved`. */
#include "base/limits.h"
#include "client/layout.h"
#include "client/pairs.h"
#include "client/question.h"
#include "client/saved.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char save_usage[] =
    "usage: dateline save [OPTION]... NAME QUERY...\n"
    "\n"
    "Gives a query a name, for --saved NAME.\n";

static const char saved_usage[] =
    "usage: dateline saved [OPTION]...\n"
    "\n"
    "Lists the saved queries: name, the generation that --new has seen, "
    "query.\n";

/* These two ask no daemon: they have none of the options of every command. */
static bool begin(struct option_table *table, const char *usage, int argc,
                  char **argv, int *rest, enum exit_status *status)
{
    struct err err = {0};
    bool help = false;
    *status = EXIT_TROUBLE;
    if (options_parse(table->row, argc, argv, 2, rest, &help, &err)) {
        complain("%s\n  dateline %s --help shows the options", err.text,
                 argv[1]);
        return false;
    }
    if (help) {
        printf("%s\n", usage);
        options_print(table->row);
        *status = EXIT_HITS;
    }
    return !help;
}

enum exit_status command_save(int argc, char **argv)
{
    struct option_table table = {0};
    struct strbuf query;
    struct err err = {0};
    enum exit_status status;
    bool replace = false;
    int rest;
    option_table_add(&table,
                     (struct option){"replace", 0, OPTION_FLAG, &replace, NULL,
                                     "in the place of an older one", 0, 0});
    if (!begin(&table, save_usage, argc, argv, &rest, &status))
        return status;
    status = EXIT_TROUBLE;
    strbuf_init(&query, LIMIT_HTTP_BODY_BYTES);
    for (int i = 1; i < rest; i++)
        strbuf_addf(&query, "%s%s", i > 1 ? " " : "", argv[2 + i]);
    if (query.failed)
        complain("the query is longer than %d bytes", LIMIT_HTTP_BODY_BYTES);
    else if (slice_trim(strbuf_slice(&query)).len == 0)
        complain("a name and a query, please\n%s", save_usage);
    else if (question_check_text("the query", query.data)) {
        if (saved_add(argv[2], query.data, replace, &err))
            complain("%s", err.text);
        else
            status = EXIT_HITS;
    }
    strbuf_release(&query);
    return status;
}

/* "lavrov<TAB>7<TAB>@lavrov draft". */
static int list_pair(struct strbuf *out, const struct pair *pair,
                     struct err *err)
{
    struct strbuf name;
    uint64_t generation;
    strbuf_init(&name, SAVED_FILE_BYTES_MAX);
    strbuf_add_slice(&name, pair->name);
    int rc = seen_find(name.data, &generation, err);
    layout_clean(out, pair->name);
    strbuf_add_char(out, '\t');
    if (generation)
        strbuf_addf(out, "%" PRIu64, generation);
    else
        strbuf_add_char(out, '-');
    strbuf_add_char(out, '\t');
    layout_clean(out, pair->value);
    strbuf_add_char(out, '\n');
    out->failed |= name.failed;
    strbuf_release(&name);
    return rc;
}

static int list(struct strbuf *out, struct err *err)
{
    struct strbuf path;
    struct pairs pairs;
    struct pair pair = {0};
    FILE *file = NULL;
    int rc = saved_path(&path, err);
    if (rc == ERR_OK && !(file = fopen(path.data, "re")) && errno != ENOENT)
        rc = err_set_errno(err, "open", path.data);
    pairs_init(&pairs, file);
    while (file && (rc = pairs_next(&pairs, &pair, err)) > 0) {
        rc = list_pair(out, &pair, err);
        if (rc)
            break;
    }
    if (rc == ERR_INVALID && file)
        err_wrap(err, rc, "line %zu of %s", pair.line, path.data);
    pairs_release(&pairs);
    if (file)
        fclose(file);
    strbuf_release(&path);
    return rc;
}

enum exit_status command_saved(int argc, char **argv)
{
    struct session session = {0};
    struct option_table table = {0};
    struct strbuf out;
    struct err err = {0};
    enum exit_status status;
    int rest;
    if (!begin(&table, saved_usage, argc, argv, &rest, &status))
        return status;
    if (rest > 0)
        return complain("saved takes no words, but there is '%s'", argv[2]);
    strbuf_init(&out, SAVED_FILE_BYTES_MAX);
    status = EXIT_TROUBLE;
    if (list(&out, &err))
        complain("%s", err.text);
    else if (out.failed)
        complain("no memory for the list");
    else if (session_write(&session, stdout, strbuf_slice(&out)))
        status = out.len ? EXIT_HITS : EXIT_NONE;
    strbuf_release(&out);
    return status;
}
