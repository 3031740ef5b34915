/* protocol.h - the lines of the public search-benchmark game.
 *
 * A builder reads {"id":"1","text":"..."} lines. A query program reads lines of
 *
 *     COMMAND<TAB>QUERY      COUNT, TOP_10, TOP_100 or TOP_10_COUNT
 *
 * where the query is "a b" (a phrase), +a +b (all of them) or a b (any of them), and
 * answers each with one line: a number of articles. COUNT and TOP_10_COUNT count all
 * that match, TOP_k those that it shows.
 *
 * Words are what stands between blanks, as they are: bench/game/words.c has made
 * them the same for every program.
 */
#ifndef BENCH_GAME_PROTOCOL_H
#define BENCH_GAME_PROTOCOL_H

#include "base/bytes.h"

struct err;

enum game_command { GAME_COUNT, GAME_TOP_10, GAME_TOP_100, GAME_TOP_10_COUNT };

enum game_form { GAME_ANY, GAME_ALL, GAME_PHRASE };

enum { GAME_WORDS_MAX = 64 };

struct game_question {
    enum game_command command;
    enum game_form form;
    struct slice word[GAME_WORDS_MAX]; /* of the line */
    size_t count;                      /* at least 1 */
};

/* `line` without its newline. ERR_INVALID: no command, no words, too many of them, or
 * a mixture of forms. */
int game_question_parse(struct slice line, struct game_question *out,
                        struct err *err);

/* How many articles are to be shown; 0 for COUNT. */
size_t game_question_top(const struct game_question *question);
/* Whether all that match are to be counted. */
bool game_question_counts(const struct game_question *question);

struct game_article {
    struct slice id, text;
};

/* One line of a builder's input: an object of these two strings, in this order. What
 * has an escape in it is refused, ERR_INVALID: words.c writes none. */
int game_article_parse(struct slice line, struct game_article *out,
                       struct err *err);

#endif
