/* Any question to any article: the fast matching and the slow evaluator say the same.
 * The first line is the question, the second the headline, the rest the text; a
 * question that begins with '!' is asked of an article without a language. */
#include "../query/one_article.h"
#include "base/utf8.h"
#include "query/oracle.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARTICLE_BYTES = 2000 }; /* the slow evaluator is slow */

static void demand(bool ok, const char *what, struct slice input)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %.*s\n", what, SLICE_ARG(input));
    abort();
}

/* Up to the end of the line; *at moves behind it. */
static const char *read_line(struct slice input, size_t *at,
                             struct arena *arena)
{
    size_t end = *at;
    while (end < input.len && input.data[end] != '\n')
        end++;
    const char *line =
        arena_printf(arena, "%.*s", SLICE_ARG(slice_part(input, *at, end)));
    *at = end < input.len ? end + 1 : end;
    return line;
}

static void check_hits(const struct hit_list *hits, const struct hit_list *slow,
                       struct slice input)
{
    demand(hits->count == slow->count, "another number of hits", input);
    for (size_t i = 0; i < hits->count; i++) {
        const struct hit *hit = &hits->hit[i];
        demand(hit->span.start == slow->hit[i].span.start &&
                   hit->span.end == slow->hit[i].span.end,
               "another hit", input);
        demand(hit->leaf_count > 0, "a hit without a word", input);
        uint32_t at = hit->span.start;
        for (size_t k = 0; k < hit->leaf_count; k++) {
            demand(at <= hit->leaf[k].start &&
                       hit->leaf[k].end <= hit->span.end,
                   "a word outside its hit", input);
            at = hit->leaf[k].start;
        }
    }
}

static void ask(struct one_article *one, const char *question,
                struct arena *arena, struct slice input)
{
    struct query query;
    struct token_view view;
    struct hit_list hits, slow;
    bool matches, slow_matches;
    struct err err = {0};
    if (one_article_query(one, question, arena, &query, &err))
        return;
    token_view_init(&view, &one->article, &one->analysis);
    if (match_article(&query, &view.base, arena, &matches, &err) ||
        match_hits(&query, &view.base, arena, &hits, &err) ||
        oracle_match(&query, &one->article, &one->analysis, one->stemmers,
                     arena, &slow_matches, &slow, &err))
        return; /* a limit */
    demand(matches == slow_matches, "matches or not", input);
    check_hits(&hits, &slow, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = {data, size};
    size_t at = 0, bad_at;
    if (!utf8_valid(input, &bad_at))
        return 0;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    const char *question = read_line(input, &at, &arena);
    const char *title = read_line(input, &at, &arena);
    struct slice rest = slice_part(input, at, input.len);
    const char *body = arena_printf(&arena, "%.*s", SLICE_ARG(rest));
    struct one_article one;
    if (question && title && body && input.len - at < ARTICLE_BYTES) {
        const char *lang = question[0] == '!' ? "" : "en";
        if (one_article_init(&one, lang, title, body) == ERR_OK)
            ask(&one, question + (question[0] == '!'), &arena, input);
        one_article_release(&one);
    }
    arena_reset(&arena);
    return 0;
}
