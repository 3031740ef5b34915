#include "bench/game/program.h"

#include "base/err.h"
#include "base/options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, INPUT_BUFFER = 1 << 20 };

/* A line of standard input without its newline; it lives until the next one. */
struct lines {
    char *text;
    size_t cap;
    uint64_t number;
};

static bool next_line(struct lines *lines, struct slice *out)
{
    ssize_t len = getline(&lines->text, &lines->cap, stdin);
    if (len < 0)
        return false;
    lines->number++;
    if (len && lines->text[len - 1] == '\n')
        len--;
    *out = (struct slice){(uint8_t *)lines->text, (size_t)len};
    return true;
}

int game_read_articles(game_take take, void *context, struct err *err)
{
    struct lines lines = {0};
    struct slice line;
    int rc = ERR_OK;
    setvbuf(stdin, NULL, _IOFBF, INPUT_BUFFER);
    while (rc == ERR_OK && next_line(&lines, &line)) {
        struct game_article article;
        rc = game_article_parse(line, &article, err);
        if (rc == ERR_OK)
            rc = take(context, &article, err);
    }
    if (rc)
        rc = err_wrap(err, rc, "line %llu", (unsigned long long)lines.number);
    free(lines.text);
    return rc;
}

static int put_all(const struct strbuf *out, struct err *err)
{
    for (size_t at = 0; at < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + at, out->len - at);
        if (n < 0)
            return err_set_errno(err, "writing", "answers");
        at += (size_t)n;
    }
    return ERR_OK;
}

static int answer_all(const struct game_engine *engine, void *reader,
                      struct err *err)
{
    struct lines lines = {0};
    struct slice line;
    struct strbuf out;
    strbuf_init(&out, ANSWER_MAX);
    int rc = ERR_OK;
    while (rc == ERR_OK && next_line(&lines, &line)) {
        struct game_question question;
        strbuf_reset(&out);
        rc = game_question_parse(line, &question, err);
        if (rc == ERR_OK)
            rc = engine->answer(reader, &question, &out, err);
        strbuf_add_char(&out, '\n');
        if (rc == ERR_OK && out.failed)
            rc = err_set(err, ERR_NOMEM, "an answer of over %d bytes",
                         ANSWER_MAX);
        if (rc == ERR_OK)
            rc = put_all(&out, err);
    }
    if (rc)
        rc = err_wrap(err, rc, "line %llu", (unsigned long long)lines.number);
    strbuf_release(&out);
    free(lines.text);
    return rc;
}

static int query(const struct game_engine *engine,
                 const struct game_options *options, struct err *err)
{
    void *reader = NULL;
    int rc = engine->open(options, &reader, err);
    if (rc == ERR_OK)
        rc = answer_all(engine, reader, err);
    engine->close(reader);
    return rc;
}

int game_main(int argc, char **argv, const struct game_engine *engine)
{
    struct game_options options = {.memory = 512L << 20};
    struct err err = {0};
    bool help = false;
    int rest;
    const struct option table[] = {
        {"ids", 0, OPTION_FLAG, &options.ids, NULL,
         "say which articles are shown", 0, 0},
        {"closeness", 0, OPTION_FLAG, &options.closeness, NULL,
         "the product's ranking, not BM25 alone", 0, 0},
        {"keep-pieces", 0, OPTION_FLAG, &options.keep_pieces, NULL,
         "do not merge into one", 0, 0},
        {"title-words", 0, OPTION_NUMBER, &options.title_words, "N",
         "take the first N words of each text for its title [0]", 0, 1000},
        {"memory", 0, OPTION_BYTES, &options.memory, "SIZE",
         "to build with [512M]", 1 << 20, LONG_MAX},
        {0},
    };
    int rc = options_parse(table, argc, argv, 1, &rest, &help, &err);
    bool build = rest == 2 && strcmp(argv[1], "build") == 0;
    if (rc || help ||
        (!build && (rest != 2 || strcmp(argv[1], "query") != 0))) {
        fprintf(help ? stdout : stderr, "%s build|query DIR [options]%s%s\n",
                engine->name, rc ? ": " : "", rc ? err.text : "");
        options_print(table);
        return help ? 0 : 2;
    }
    options.dir = argv[2];
    rc = build ? engine->build(&options, &err) : query(engine, &options, &err);
    if (rc)
        fprintf(stderr, "%s: %s\n", engine->name, err.text);
    return rc != 0;
}
