#include "views/view_text.h"

#include "base/err.h"

const struct token *view_token_at(const struct tokens *tokens,
                                  uint32_t position)
{
    size_t low = 0, high = tokens->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tokens->token[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    /* A joined form comes after the word it begins with. */
    if (low == tokens->count || tokens->token[low].position != position)
        return NULL;
    return &tokens->token[low];
}

bool view_is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int view_squeeze(struct slice text, const struct mark *range,
                 size_t range_count, struct arena *arena, struct view_line *out,
                 struct err *err)
{
    uint8_t *copy = arena_alloc(arena, text.len + 1);
    struct mark *mark = arena_array(arena, struct mark, range_count);
    if (!copy || (range_count && !mark))
        return err_set(err, ERR_LIMIT, "no memory for a line of text");

    const struct mark *end = range + range_count;
    uint32_t len = 0;
    size_t marks = 0;
    size_t mark_end = 0; /* a byte of `text`, while a mark is open */
    for (size_t at = 0; at < text.len; at++) {
        if (mark_end && at == mark_end) {
            mark[marks++].end = len;
            mark_end = 0;
        }
        for (; range < end && range->start <= at; range++) {
            if (!mark_end)
                mark[marks].start = len;
            if (range->end > mark_end)
                mark_end = range->end;
        }
        if (!view_is_blank(text.data[at]))
            copy[len++] = text.data[at];
        else if (len == 0 || copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    if (mark_end)
        mark[marks++].end = len;
    *out = (struct view_line){{copy, len}, mark, marks};
    return ERR_OK;
}
