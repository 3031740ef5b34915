/* command.h - what `dateline COMMAND` does, from the words to the exit status. */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include "base/err.h"
#include "base/options.h"
#include "client/ask.h"
#include "client/print.h"
#include "client/request.h"
#include "wire/socket_path.h"

#include <stdio.h>

/* As grep's. */
enum exit_status { EXIT_HITS = 0, EXIT_NONE = 1, EXIT_TROUBLE = 2 };

/* argv[0] is the program, argv[1] the command. They print, and say on stderr what
 * went wrong. */
typedef enum exit_status command_function(int argc, char **argv);
command_function command_search, command_count, command_explain, command_show,
    command_status, command_kwic, command_timeline, command_facets,
    command_collocates, command_entities, command_export, command_cite,
    command_save, command_saved;

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
    long default_ms;   /* what the daemon takes then; 0: 10000 */
    const char *query; /* what an error's position counts in; NULL for none */
    struct look look;
    struct connection connection;
    char path[SOCKET_PATH_SIZE];
    bool lost; /* no daemon, or nobody reads stdout: asking on is useless */
};

/* Reads argv[2..argc) by `table` and the rows for every command, added to it. True
 * to go on, with *rest words in argv[2..], and session_end() at the end; false to
 * exit with *status: help was asked for, or the words make no sense (said on
 * stderr). */
bool session_begin(struct session *session, struct option_table *table,
                   const char *usage, int argc, char **argv, int *rest,
                   enum exit_status *status);
void session_end(struct session *session);

struct view {
    void (*print)(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
    bool notes_on_stderr;  /* for a stdout that programs read */
    bool missing_is_none;  /* 404 means "none", not trouble */
    const char *none_if_0; /* the reply's member that decides; NULL: hits */
};

/* A reply. */
struct fetched {
    struct answer answer;
    json_t *reply; /* NULL: it is no JSON, for this reason: */
    struct err why;
};

/* Asks the daemon; with a `listener` (ask.h) fetched->reply is that of a refusal only.
 * *rc, if not NULL, is connection_ask()'s. False when there is no reply: said on
 * stderr, unless it is the listener that had enough. fetched_release() in either
 * case. */
bool session_fetch(struct session *session, const struct request *request,
                   const struct listener *listener, struct fetched *fetched,
                   int *rc);
void fetched_release(struct fetched *fetched);

/* Prints the reply through `view`, or as it came for --json. */
enum exit_status session_show(struct session *session,
                              const struct fetched *fetched,
                              const struct view *view);
enum exit_status session_judge(const struct fetched *fetched,
                               const struct view *view);
/* fetch and show */
enum exit_status session_ask(struct session *session,
                             const struct request *request,
                             const struct view *view);

/* All of it, at once; false, said on stderr, when that fails. */
bool session_write(struct session *session, FILE *to, struct slice text);

/* "dateline: sentence" on stderr; EXIT_TROUBLE. */
__attribute__((format(printf, 1, 2))) enum exit_status complain(const char *fmt,
                                                                ...);

#endif
