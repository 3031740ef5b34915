/* quoted.c - the law of the quoted copy, through the whole engine.
 *
 *     dateline-quoted --index DIR [--runs N] [--seed N]
 *
 * Copies random runs of 3 to 8 whole words, byte for byte, from random live
 * articles (where Han or kana stand, runs of 2 to 8 characters), asks them as
 * phrases, and requires the article among the matches. Exit status 1 when one is
 * not.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/options.h"
#include "base/utf8.h"
#include "bench/random_query.h"

#include <stdio.h>

enum { FAILURES_SHOWN = 20, FOUND = 1 };

struct run {
    struct sample_set set;
    struct searcher *searcher;
    struct random_queries random; /* for its numbers */
    struct arena arena;           /* one question's */
    uint64_t asked, by_character, failures;
};

/* Bytes [from, to) of one part of an article. */
struct copy {
    struct slice text; /* of the part */
    size_t from, to;
};

static bool is_space(struct slice text, size_t at)
{
    return text.data[at] <= ' ';
}

/* Han, kana, and the punctuation between: no spaces are needed around them. */
static bool is_han(uint32_t c)
{
    return (c >= 0x3001 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xff01 && c <= 0xff0f) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool han_at(struct slice text, size_t at)
{
    return is_han(utf8_next(text, &at));
}

static size_t char_before(struct slice text, size_t at)
{
    do
        at--;
    while (at > 0 && (text.data[at] & 0xc0) == 0x80);
    return at;
}

/* Whether a copy may begin or end there: no word goes on across it. */
static bool is_edge(struct slice text, size_t at)
{
    if (at == 0 || at == text.len)
        return true;
    size_t before = char_before(text, at);
    return is_space(text, before) || is_space(text, at) ||
           han_at(text, before) || han_at(text, at);
}

static bool copy_words(struct slice text, size_t at, uint32_t words,
                       struct copy *out)
{
    while (at > 0 && !is_space(text, at - 1))
        at--;
    while (at < text.len && is_space(text, at))
        at++;
    size_t to = at, end = at;
    for (; words > 0 && to < text.len; words--) {
        while (to < text.len && is_space(text, to))
            to++;
        while (to < text.len && !is_space(text, to))
            to++;
        end = to;
    }
    *out = (struct copy){text, at, end};
    return words == 0;
}

static bool copy_characters(struct slice text, size_t at, uint32_t characters,
                            struct copy *out)
{
    size_t to = at;
    for (; characters > 0 && to < text.len; characters--)
        utf8_next(text, &to);
    *out = (struct copy){text, at, to};
    return characters == 0 && is_edge(text, at) && is_edge(text, to);
}

/* Punctuation alone is no copy of words. */
static bool has_word(const struct analysis *analysis, int part,
                     const struct copy *copy)
{
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token *t = &analysis->tokens.token[i];
        if (t->part == part && t->start >= copy->from && t->end <= copy->to)
            return true;
    }
    return false;
}

/* From somewhere in some part of the article; false: nothing there to copy. */
static bool copy_something(struct run *run, const struct sample_article *sample,
                           struct copy *out)
{
    int part = (int)random_below(&run->random, PART_COUNT);
    struct slice text = sample->article.text[part];
    if (text.len == 0)
        return false;
    size_t at = random_below(&run->random, (uint32_t)text.len);
    while (at > 0 && (text.data[at] & 0xc0) == 0x80)
        at--;
    bool by_character = han_at(text, at);
    bool copied =
        by_character
            ? copy_characters(text, at, 2 + random_below(&run->random, 7), out)
            : copy_words(text, at, 3 + random_below(&run->random, 6), out);
    if (!copied || !has_word(&sample->analysis, part, out))
        return false;
    run->by_character += by_character;
    return true;
}

static int stop_at(void *context, struct searcher *searcher, doc_ref doc,
                   const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    (void)hits;
    (void)err;
    return doc == *(const doc_ref *)context ? FOUND : ERR_OK;
}

/* FOUND, ERR_OK when it is not, or an error. */
static int find(struct run *run, struct slice words, doc_ref doc,
                struct err *err)
{
    const struct engine *engine = run->searcher->snapshot->engine;
    struct parsed parsed;
    struct query query;
    arena_reset(&run->arena);
    int rc = query_parse_phrase(words, &run->arena, &parsed, err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, engine->lexicon(run->searcher),
                           run->set.stemmers, NULL, &run->arena, &query, err);
    if (rc == ERR_OK)
        rc = engine->visit(run->searcher, &query, false, NULL, &run->arena,
                           stop_at, &doc, err);
    return rc;
}

static void ask(struct run *run, size_t at, const struct copy *copy)
{
    struct slice words = slice_part(copy->text, copy->from, copy->to);
    struct err err = {0};
    int rc = find(run, words, run->set.sample[at].doc, &err);
    run->asked++;
    if (rc == FOUND)
        return;
    if (run->failures++ < FAILURES_SHOWN)
        printf("NOT FOUND %s %s\n  copy    \"%.*s\"\n  article %.*s\n",
               rc ? err_name(rc) : "", err.text, SLICE_ARG(words),
               SLICE_ARG(run->set.sample[at].article.key));
}

int main(int argc, char **argv)
{
    const char *dir = NULL;
    long runs = 2000, seed = 1;
    bool help = false;
    int rest;
    const struct option table[] = {
        {"index", 0, OPTION_TEXT, &dir, "DIR", "the index to ask", 0, 0},
        {"runs", 0, OPTION_NUMBER, &runs, "N", "how many copies (2000)", 1,
         100000000},
        {"seed", 0, OPTION_NUMBER, &seed, "N", "of the random numbers (1)", 1,
         INT32_MAX},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    struct err err = {0};
    if (options_parse(table, argc, argv, 1, &rest, &help, &err) || rest ||
        !dir) {
        fprintf(stderr, "dateline-quoted: %s\n",
                err.code ? err.text : "--index DIR is needed");
        options_print(table);
        return 2;
    }
    struct run run = {0};
    run.random.state = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
    arena_init(&run.arena, LIMIT_QUERY_MEMORY);
    int rc = sample_set_open(&run.set, dir, &run.searcher, &err);
    if (rc) {
        fprintf(stderr, "dateline-quoted: %s: %s\n", err_name(rc), err.text);
    } else {
        /* An index of empty articles must end, too. */
        for (long tries = runs * 1000; run.asked < (uint64_t)runs && tries > 0;
             tries--) {
            size_t at = random_below(&run.random, (uint32_t)run.set.count);
            struct copy copy;
            if (copy_something(&run, &run.set.sample[at], &copy))
                ask(&run, at, &copy);
        }
        printf("%llu copies (%llu by character) from %zu articles: %llu not "
               "found\n",
               (unsigned long long)run.asked,
               (unsigned long long)run.by_character, run.set.count,
               (unsigned long long)run.failures);
        searcher_close(run.searcher);
    }
    sample_set_release(&run.set);
    arena_reset(&run.arena);
    return rc || run.failures || run.asked < (uint64_t)runs;
}
