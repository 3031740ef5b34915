/* simple_units.h - sentences and paragraphs by the simplest rule, so that tests of operators
 * do not hang on where a sentence really ends. */
#ifndef TESTS_QUERY_SIMPLE_UNITS_H
#define TESTS_QUERY_SIMPLE_UNITS_H

#include "check.h"
#include "text/analyse.h"

#include <string.h>

/* A full stop between two words ends a sentence, an empty line a paragraph, the end of
 * a part both. Replaces what the analysis says. */
static inline void simple_units(const struct article *article,
                                struct arena *arena, struct analysis *analysis)
{
    const struct tokens *tokens = &analysis->tokens;
    struct position_list *sentences = &analysis->sentences;
    struct position_list *paragraphs = &analysis->paragraphs;
    *sentences =
        (struct position_list){arena_array(arena, uint32_t, tokens->count), 0};
    *paragraphs =
        (struct position_list){arena_array(arena, uint32_t, tokens->count), 0};
    const struct token *last = NULL;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        if (token->joined)
            continue;
        bool part = !last || last->part != token->part;
        struct slice between = {0};
        if (!part && last->end < token->start)
            between =
                slice_part(article->text[token->part], last->end, token->start);
        bool paragraph = part || (between.len &&
                                  memmem(between.data, between.len, "\n\n", 2));
        if (paragraph)
            paragraphs->at[paragraphs->count++] = token->position;
        if (paragraph ||
            (between.len && memchr(between.data, '.', between.len)))
            sentences->at[sentences->count++] = token->position;
        last = token;
    }
}

#endif
