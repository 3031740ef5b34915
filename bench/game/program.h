/* program.h - what a program of the game is, whatever engine is inside: its command
 * line, and its lines in and out.
 *
 *     PROGRAM build DIR [options]    articles on standard input
 *     PROGRAM query DIR [options]    questions on standard input, answers on output
 */
#ifndef BENCH_GAME_PROGRAM_H
#define BENCH_GAME_PROGRAM_H

#include "base/strbuf.h"
#include "bench/game/protocol.h"

struct game_options {
    const char *dir;
    bool ids;         /* answers go on with the ids of the articles shown */
    bool closeness;   /* where an engine has it: rank by more than BM25 */
    bool keep_pieces; /* do not merge all into one at the end */
    long title_words; /* where there are titles: so many words from the front */
    long memory;      /* of a builder, bytes */
};

struct game_engine {
    const char *name; /* of the program */
    /* An index of everything on standard input, in dir, which does not exist. */
    int (*build)(const struct game_options *, struct err *);
    int (*open)(const struct game_options *, void **reader, struct err *);
    /* Append the answer. */
    int (*answer)(void *reader, const struct game_question *,
                  struct strbuf *out, struct err *);
    void (*close)(void *reader);
};

/* What main() returns. */
int game_main(int argc, char **argv, const struct game_engine *engine);

typedef int (*game_take)(void *context, const struct game_article *,
                         struct err *);
/* Every article of standard input, one after the other; until a failure, which is
 * passed on with the line's number. */
int game_read_articles(game_take take, void *context, struct err *err);

#endif
