#include "text/analyse.h"

#include "base/err.h"
#include "base/limits.h"
#include "text/units.h"

static int analyse_part(struct slice text, enum article_part part,
                        struct arena *arena, struct units *units,
                        struct analysis *out)
{
    struct tokens *tokens = &out->tokens;
    size_t before = tokens->count;
    uint32_t start = tokens->positions;
    if (before && start > UINT32_MAX - LIMIT_SECTION_GAP)
        return ERR_LIMIT;
    if (before)
        start += LIMIT_SECTION_GAP;
    int rc = tokenise(text, start, arena, tokens);
    if (rc)
        return rc;
    out->part[part] = (struct part_range){start, start};
    if (tokens->count == before)
        return ERR_OK;
    out->part[part].end = tokens->positions;
    for (size_t i = before; i < tokens->count; i++) {
        tokens->token[i].part = (uint8_t)part;
        out->word_count += !tokens->token[i].joined;
    }
    return units_add(text, tokens->token + before, tokens->count - before,
                     part == PART_TITLE, arena, units);
}

int analyse_article(const struct article *article, struct stemmers *stemmers,
                    struct arena *arena, struct analysis *out)
{
    struct units units = {0};
    *out = (struct analysis){0};
    for (int part = 0; part < PART_COUNT; part++) {
        int rc = analyse_part(article->text[part], (enum article_part)part,
                              arena, &units, out);
        if (rc)
            return rc;
    }
    out->sentences = units.sentences.list;
    out->paragraphs = units.paragraphs.list;
    if (!stemmers || !stem_language_known(article->lang))
        return ERR_OK;
    return stem_tokens(stemmers, article->lang, out->tokens.token,
                       out->tokens.count, arena);
}
