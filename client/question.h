/* question.h - the part of a command line that says what is to be found. */
#ifndef CLIENT_QUESTION_H
#define CLIENT_QUESTION_H

#include "client/command.h"

struct question {
    const char *phrase; /* raw text; NULL: the words are a query */
    const char *saved;  /* or a saved query of this name */
    bool any, hits, cite, strict;
    struct strbuf text; /* the query */
};

/* The rows of every such command; --hits and --cite for those that have them. */
void question_add_rows(struct option_table *table, struct question *question,
                       struct session *session);
void question_add_hits(struct option_table *table, struct question *question);
void question_add_cite(struct option_table *table, struct question *question);

/* Joins the words, or reads the saved query; false, said on stderr, when there is
 * nothing to ask. question_release() in either case. */
bool question_ready(struct question *question, struct session *session,
                    const char *usage, int count, char **words);
/* Another query in the place of the words, for --batch and --new. */
bool question_set(struct question *question, struct session *session,
                  struct slice query);
void question_release(struct question *question);

void question_request(struct request *request, const struct question *question,
                      const struct session *session);

/* False, said on stderr, when `text` is no UTF-8. */
bool question_check_text(const char *name, const char *text);

#endif
