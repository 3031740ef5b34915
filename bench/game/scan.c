/* scan.c - game-scan: the right counts, by looking at every word of every article.
 *
 *     game-scan GAME.jsonl <questions     one count a line, whatever the command
 *
 * The text is a row of word numbers, 0 after each article. A phrase is compared at
 * every place; for all and any, each article's words are marked off. */
#include "base/err.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "bench/game/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

enum { END = 0 };

struct text {
    struct hash_map numbers; /* from 1 */
    uint32_t *at;
    size_t len, cap;
};

static int add(struct text *text, uint32_t number)
{
    if (text->len == text->cap) {
        size_t cap = text->cap ? 2 * text->cap : 1 << 20;
        uint32_t *at = mem_realloc(text->at, cap * sizeof *at);
        if (!at)
            return ERR_NOMEM;
        text->at = at;
        text->cap = cap;
    }
    text->at[text->len++] = number;
    return ERR_OK;
}

static int add_word(struct text *text, struct slice word)
{
    const uint64_t *known = hash_map_get(&text->numbers, word);
    if (known)
        return add(text, (uint32_t)*known);
    uint64_t number = text->numbers.count + 1;
    int rc = hash_map_put(&text->numbers, word, number, NULL);
    return rc ? rc : add(text, (uint32_t)number);
}

static int add_article(struct text *text, struct slice words)
{
    int rc = ERR_OK;
    for (size_t at = 0, start; rc == ERR_OK && at < words.len; at++) {
        for (start = at; at < words.len && words.data[at] != ' ';)
            at++;
        if (at > start)
            rc = add_word(text, slice_part(words, start, at));
    }
    return rc ? rc : add(text, END);
}

static int read_text(const char *path, struct text *text, struct err *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    int rc = file ? ERR_OK : err_set_errno(err, "opening", path);
    for (ssize_t len; !rc && (len = getline(&line, &cap, file)) > 1;) {
        struct slice all = {(uint8_t *)line, (size_t)len - 1};
        struct game_article article;
        rc = game_article_parse(all, &article, err);
        if (rc == ERR_OK && add_article(text, article.text))
            rc = err_set(err, ERR_NOMEM, "no memory for %s", path);
    }
    free(line);
    if (file)
        fclose(file);
    return rc;
}

/* --- counting --- */

struct counter {
    const struct text *text;
    uint64_t *bit; /* by word number: which words of the question it is */
    uint32_t word[GAME_WORDS_MAX];
    size_t count;
};

static bool phrase_at(const struct counter *c, size_t at)
{
    for (size_t i = 1; i < c->count; i++)
        if (c->text->at[at + i] != c->word[i])
            return false;
    return true;
}

/* A match never crosses an END, which is no word's number; nor the end of the text,
 * whose last is one. */
static uint64_t count_phrase(const struct counter *c)
{
    const struct text *text = c->text;
    uint64_t count = 0;
    bool found = false;
    for (size_t at = 0; at < text->len; at++) {
        uint32_t number = text->at[at];
        if (number == END) {
            count += found;
            found = false;
        } else if (number == c->word[0] && !found) {
            found = phrase_at(c, at);
        }
    }
    return count;
}

static uint64_t count_words(const struct counter *c, bool all)
{
    const struct text *text = c->text;
    uint64_t wanted = 0, found = 0, count = 0;
    for (size_t i = 0; i < c->count; i++)
        wanted |= c->bit[c->word[i]] |= UINT64_C(1) << i;
    for (size_t at = 0; at < text->len; at++) {
        found |= c->bit[text->at[at]];
        if (text->at[at] == END) {
            count += all ? found == wanted : found != 0;
            found = 0;
        }
    }
    for (size_t i = 0; i < c->count; i++)
        c->bit[c->word[i]] = 0;
    return count;
}

static uint64_t count_question(struct counter *c,
                               const struct game_question *question)
{
    c->count = 0;
    for (size_t i = 0; i < question->count; i++) {
        const uint64_t *number =
            hash_map_get(&c->text->numbers, question->word[i]);
        if (number)
            c->word[c->count++] = (uint32_t)*number;
        else if (question->form != GAME_ANY)
            return 0;
    }
    if (c->count == 0)
        return 0;
    return question->form == GAME_PHRASE
               ? count_phrase(c)
               : count_words(c, question->form == GAME_ALL);
}

static int answer_all(struct counter *counter, struct err *err)
{
    char *line = NULL;
    size_t cap = 0;
    int rc = ERR_OK;
    for (ssize_t len; !rc && (len = getline(&line, &cap, stdin)) > 1;) {
        struct slice all = {(uint8_t *)line, (size_t)len - 1};
        struct game_question question;
        rc = game_question_parse(all, &question, err);
        if (rc == ERR_OK)
            printf("%llu\n",
                   (unsigned long long)count_question(counter, &question));
    }
    free(line);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct text text = {0};
    struct counter counter = {.text = &text};
    if (argc != 2) {
        fprintf(stderr, "game-scan GAME.jsonl <QUESTIONS\n");
        return 2;
    }
    hash_map_init(&text.numbers);
    int rc = read_text(argv[1], &text, &err);
    if (rc == ERR_OK) {
        counter.bit = calloc(text.numbers.count + 1, sizeof *counter.bit);
        rc = counter.bit ? answer_all(&counter, &err)
                         : err_set(&err, ERR_NOMEM, "no memory for the words");
    }
    if (rc)
        fprintf(stderr, "game-scan: %s\n", err.text);
    free(counter.bit);
    mem_free(text.at);
    hash_map_release(&text.numbers);
    return rc || fflush(stdout);
}
