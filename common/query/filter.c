#include "query/filter.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "text/fold.h"

#include <string.h>

struct slice lang_primary(struct slice lang)
{
    const uint8_t *dash = lang.len ? memchr(lang.data, '-', lang.len) : NULL;
    return dash ? slice_part(lang, 0, (size_t)(dash - lang.data)) : lang;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int filter_value(enum ast_field field, struct slice raw, struct arena *arena,
                 struct slice *out)
{
    if (field == FIELD_KEY) {
        *out = raw;
        return ERR_OK;
    }
    struct strbuf folded;
    strbuf_init(&folded, LIMIT_QUERY_MEMORY);
    int rc = ERR_OK;
    for (size_t at = 0; rc == ERR_OK && at < raw.len;) {
        size_t end = at;
        while (end < raw.len && !is_blank(raw.data[end]))
            end++;
        struct slice word;
        rc = fold_word(slice_part(raw, at, end), arena, &word);
        if (rc == ERR_OK && word.len) {
            if (folded.len)
                strbuf_add_char(&folded, ' ');
            strbuf_add_slice(&folded, word);
        }
        at = end;
        while (at < raw.len && is_blank(raw.data[at]))
            at++;
    }
    if (rc == ERR_OK && folded.failed)
        rc = ERR_NOMEM;
    if (rc == ERR_OK)
        rc = arena_copy_slice(arena, strbuf_slice(&folded), out);
    strbuf_release(&folded);
    return rc;
}

bool filter_date(const struct node *node, struct date published)
{
    if (published.precision == DATE_NONE)
        return node->undated;
    return !node->undated && published.seconds >= node->range.from &&
           published.seconds < node->range.to;
}
