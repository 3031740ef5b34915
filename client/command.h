/* command.h - what `dateline COMMAND` does, from the words to the exit status. */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include "base/options.h"
#include "client/print.h"
#include "client/request.h"

/* As grep's. */
enum exit_status { EXIT_HITS = 0, EXIT_NONE = 1, EXIT_TROUBLE = 2 };

/* argv[0] is the program, argv[1] the command. They print, and say on stderr what
 * went wrong. */
enum exit_status command_search(int argc, char **argv);
enum exit_status command_count(int argc, char **argv);
enum exit_status command_explain(int argc, char **argv);
enum exit_status command_show(int argc, char **argv);
enum exit_status command_status(int argc, char **argv);

/* --- what they share --- */

/* A command's options, then those of every command. */
struct option_table {
    struct option row[24];
    size_t count;
};
void option_table_add(struct option_table *table, struct option row);

struct session {
    const char *socket, *color; /* as given */
    bool json;
    long deadline_ms;  /* 0: not given */
    const char *query; /* what an error's position counts in; NULL for none */
    struct look look;
};

/* Reads argv[2..argc) by `table` and the rows for every command, added to it. True
 * to go on, with *rest words in argv[2..]; false to exit with *status: help was
 * asked for, or the words make no sense (said on stderr). */
bool session_begin(struct session *session, struct option_table *table,
                   const char *usage, int argc, char **argv, int *rest,
                   enum exit_status *status);

struct view {
    void (*print)(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
    bool notes_on_stderr;  /* for a stdout that programs read */
    bool missing_is_none;  /* 404 means "none", not trouble */
    const char *none_if_0; /* the reply's member that decides; NULL: hits */
};

/* Ask the daemon, print its reply through `view`, or as it came for --json. */
enum exit_status session_ask(const struct session *session,
                             const struct request *request,
                             const struct view *view);

/* "dateline: sentence" on stderr; EXIT_TROUBLE. */
__attribute__((format(printf, 1, 2))) enum exit_status complain(const char *fmt,
                                                                ...);

#endif
