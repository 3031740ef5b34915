/* tokens_text.h - tokens as one line of text, so that a table can hold them. */
#ifndef TESTS_TOKENS_TEXT_H
#define TESTS_TOKENS_TEXT_H

#include "base/err.h"
#include "base/strbuf.h"
#include "text/tokenise.h"

/* "c c130/2 130": forms in order, a joined one with its width. Checks on the way
 * what holds for every list of tokens. */
static inline void tokens_text(struct slice text, const struct tokens *tokens,
                               struct strbuf *line)
{
    uint32_t position = 0;
    bool may_join = false;
    strbuf_reset(line);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *t = &tokens->token[i];
        CHECK(t->start < t->end && t->end <= text.len);
        CHECK(t->form.len > 0 && t->form.len <= 240);
        if (line->len)
            strbuf_add_char(line, ' ');
        strbuf_add_slice(line, t->form);
        if (t->joined) {
            CHECK(may_join && t->position == position - 1);
            CHECK(t->width > 1);
            strbuf_addf(line, "/%d", t->width);
        } else {
            CHECK_EQ(t->position, position);
            CHECK_EQ(t->width, 1);
            position++;
        }
        may_join = !t->joined;
    }
    CHECK_EQ(tokens->positions, position);
}

/* tokenise(), which must not fail here. */
static inline struct tokens tokens_of(struct slice text, struct arena *arena)
{
    struct tokens tokens = {0};
    CHECK_EQ(tokenise(text, 0, arena, &tokens), 0);
    return tokens;
}

#endif
