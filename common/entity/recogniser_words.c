/* Words of the register as a text would have them. */
#include "base/err.h"
#include "entity/recogniser_table.h"
#include "text/tokenise.h"

int name_words(struct slice text, struct arena *arena, struct name_word **out,
               size_t *count)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, arena, &tokens);
    *count = 0;
    *out = NULL;
    if (rc || tokens.positions == 0)
        return rc;
    if (tokens.positions > NAME_WORDS_MAX)
        return ERR_LIMIT;
    *out = arena_array(arena, struct name_word, tokens.positions);
    if (!*out)
        return ERR_NOMEM;
    for (size_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.token[i];
        if (!token->joined)
            (*out)[(*count)++] = (struct name_word){
                .written = slice_part(text, token->start, token->end),
                .folded = token->form};
    }
    return ERR_OK;
}

int neighbour_word(struct slice text, struct arena *arena, struct slice *out)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, arena, &tokens);
    uint16_t width = 0;
    *out = (struct slice){0};
    for (size_t i = 0; !rc && i < tokens.count; i++)
        if (tokens.token[i].width > width) {
            width = tokens.token[i].width;
            *out = tokens.token[i].form;
        }
    return rc;
}
