#include "query/words.h"

#include "base/err.h"

int words_find(struct slice text, struct arena *arena, struct raw_words *out)
{
    struct tokens tokens = {0};
    *out = (struct raw_words){0};
    if (tokenise(text, 0, arena, &tokens) != ERR_OK)
        return ERR_NOMEM;
    if (tokens.count == 0)
        return ERR_OK;
    out->word = arena_array(arena, struct raw_word, tokens.count);
    if (!out->word)
        return ERR_NOMEM;

    uint32_t covered = 0; /* one past the last position of the word so far */
    for (size_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.token[i];
        struct raw_word *word = out->count ? &out->word[out->count - 1] : NULL;
        if (!word || (!token->joined && token->position >= covered)) {
            word = &out->word[out->count++];
            *word = (struct raw_word){token, 0, NULL, token->start, 0};
            covered = token->position + 1;
        }
        word->count++;
        word->end = token->end > word->end ? token->end : word->end;
        if (token->joined) {
            word->joined = token;
            covered = token->position + token->width;
        }
    }
    return ERR_OK;
}
