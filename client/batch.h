/* batch.h - many questions from a file, over one connection. */
#ifndef CLIENT_BATCH_H
#define CLIENT_BATCH_H

#include "client/question.h"

struct batch {
    struct session *session;
    struct question *question; /* is set for each line */
    /* Asks session->query. `id` lives during the call. */
    enum exit_status (*one)(void *context, const char *id);
    void *context;
};

void batch_add_row(struct option_table *table, const char **file);

/* Asks each ID<TAB>QUERY line of `file` ("-": stdin). What fails is said on stderr with
 * its line, and the next one is asked, unless there is no daemon, or no reader of
 * stdout. EXIT_TROUBLE when any failed, else EXIT_HITS when any found something. */
enum exit_status batch_run(const struct batch *batch, const char *file);

/* For --json: prints {"id":...,"reply":...}, one line. */
enum exit_status batch_ask_json(struct session *session,
                                const struct request *request, const char *id,
                                const struct view *view);

#endif
