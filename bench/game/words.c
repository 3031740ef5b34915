/* words.c - game-words: articles as every program of the game gets them, so that all
 * have the same words.
 *
 *     game-words <articles.jsonl >game.jsonl     {"id":"0","text":"..."}, ids counting
 *     game-words --lines <lines >reduced         each line on its own
 *
 * A word is a run of letters or digits, in the form that dateline's tokens have: small,
 * without diacritics. Between words stands one blank. Of an article: title, summary,
 * body and captions. */
#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "text/tokenise.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

/* With blanks for all that is neither letter, mark nor digit. */
static struct slice blank_rest(struct slice text, struct arena *arena)
{
    uint8_t *out = arena_copy(arena, text.data, text.len);
    if (!out)
        return (struct slice){0};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        UChar32 c;
        U8_NEXT(text.data, at, text.len, c);
        if (c < 0 || !(U_MASK(u_charType(c)) &
                       (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)))
            memset(out + start, ' ', at - start);
    }
    return (struct slice){out, text.len};
}

/* *words counts over all calls for one line. */
static int print_words(struct slice text, struct arena *arena, size_t *words)
{
    struct tokens tokens = {0};
    struct slice plain = blank_rest(text, arena);
    int rc = plain.data ? tokenise(plain, 0, arena, &tokens) : ERR_NOMEM;
    for (size_t i = 0; rc == ERR_OK && i < tokens.count; i++) {
        if ((*words)++)
            putchar(' ');
        fwrite(tokens.token[i].form.data, 1, tokens.token[i].form.len, stdout);
    }
    return rc;
}

static int print_article(const char *line, size_t len, struct arena *arena,
                         unsigned long long number)
{
    static const char *const parts[] = {"title", "summary", "body", "captions"};
    size_t words = 0;
    json_t *article = json_loadb(line, len, 0, NULL);
    if (!article)
        return ERR_INVALID;
    int rc = ERR_OK;
    printf("{\"id\":\"%llu\",\"text\":\"", number);
    for (size_t i = 0; rc == ERR_OK && i < sizeof parts / sizeof *parts; i++) {
        const char *text =
            json_string_value(json_object_get(article, parts[i]));
        if (text)
            rc = print_words(slice_of(text), arena, &words);
    }
    puts("\"}");
    json_decref(article);
    return rc;
}

int main(int argc, char **argv)
{
    bool lines = argc == 2 && strcmp(argv[1], "--lines") == 0;
    char *line = NULL;
    size_t cap = 0, words;
    unsigned long long number = 0;
    struct arena arena; /* one line's */
    int rc = ERR_OK;
    if (argc > 1 && !lines) {
        fprintf(stderr, "game-words [--lines] <INPUT\n");
        return 2;
    }
    arena_init(&arena, 64L * LIMIT_ARTICLE_BYTES);
    for (ssize_t len; rc == ERR_OK && (len = getline(&line, &cap, stdin)) > 0;
         number++) {
        if (lines) {
            words = 0;
            rc = print_words((struct slice){(uint8_t *)line, (size_t)len},
                             &arena, &words);
            putchar('\n');
        } else {
            rc = print_article(line, (size_t)len, &arena, number);
        }
        arena_reset(&arena);
    }
    if (rc)
        fprintf(stderr, "game-words: line %llu: %s\n", number, err_name(rc));
    free(line);
    return rc || fflush(stdout) || ferror(stdout);
}
