#include "query/lex.h"

#include "base/err.h"
#include "base/limits.h"

#include <string.h>

/* Every "" of `raw` as one quote mark. */
static int undouble(struct lexer *lexer, struct slice raw, struct slice *out)
{
    uint8_t *text = arena_alloc(lexer->arena, raw.len);
    if (!text)
        return lex_no_memory(lexer);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        text[len++] = raw.data[i];
        if (raw.data[i] == '"')
            i++;
    }
    *out = (struct slice){text, len};
    return ERR_OK;
}

int lex_quotation(struct lexer *lexer, struct slice *out)
{
    struct slice text = lexer->text;
    size_t open = lexer->at;
    bool doubled = false;
    for (size_t at = open + 1; at < text.len; at++) {
        if (text.data[at] != '"')
            continue;
        if (at + 1 < text.len && text.data[at + 1] == '"') {
            doubled = true;
            at++;
            continue;
        }
        lexer->at = at + 1;
        *out = slice_part(text, open + 1, at);
        return doubled ? undouble(lexer, *out, out) : ERR_OK;
    }
    return err_set_at(lexer->err, ERR_INVALID, open,
                      "this quotation mark is never closed: write \" at the "
                      "end of the quotation");
}

int lex_distance(struct lexer *lexer, struct slice digits, size_t at,
                 const char *example, uint32_t *out)
{
    uint32_t n = 0;
    bool good = digits.len > 0;
    for (size_t i = 0; good && i < digits.len; i++) {
        good = digits.data[i] >= '0' && digits.data[i] <= '9';
        n = n * 10 + (uint32_t)(digits.data[i] - '0');
        good = good && n <= LIMIT_DISTANCE;
    }
    *out = n;
    if (good)
        return ERR_OK;
    return err_set_at(lexer->err, ERR_INVALID, at,
                      "a distance is a number from 0 to %d: write %s",
                      LIMIT_DISTANCE, example);
}

/* The first @name of a quotation: words they are, and no entity. */
static int note_entity(struct lexer *lexer, struct slice text)
{
    for (size_t at = 0; at + 1 < text.len; at++) {
        size_t blank, end = at + 1;
        if (text.data[at] != '@' || (at && !lex_is_blank(text, at - 1, &blank)))
            continue;
        while (end < text.len && !lex_is_blank(text, end, &blank))
            end++;
        if (end == at + 1)
            continue;
        return lex_note(lexer, "entity-in-quotes", "in quotation marks '",
                        slice_part(text, at, end),
                        "' is a word; an entity may stand in a pattern: "
                        "[@istanbul draft]");
    }
    return ERR_OK;
}

int lex_quoted_leaf(struct lexer *lexer, struct ast **out)
{
    size_t start = lexer->at;
    struct slice text;
    int rc = lex_quotation(lexer, &text);
    if (rc != ERR_OK)
        return rc;

    bool window =
        lexer->at < lexer->text.len && lexer->text.data[lexer->at] == '~';
    uint32_t n = 0;
    if (window) {
        size_t from = lexer->at + 1, end = lex_run_end(lexer, from);
        rc = lex_distance(lexer, slice_part(lexer->text, from, end), from,
                          "\"...\"~10", &n);
        if (rc != ERR_OK)
            return rc;
        lexer->at = end;
    }

    struct raw_words words;
    if (words_find(text, lexer->arena, &words) != ERR_OK)
        return lex_no_memory(lexer);
    if (words.count == 0)
        return lex_note(lexer, "no-letters", "\"", text,
                        "\" has no letters or digits and was left out");
    if (window && words.count > LIMIT_WINDOW_WORDS)
        return err_set_at(lexer->err, ERR_LIMIT, start,
                          "%zu words before ~%u: at most %d may float; quote "
                          "fewer, or leave out the ~",
                          words.count, n, LIMIT_WINDOW_WORDS);
    rc = note_entity(lexer, text);
    if (rc != ERR_OK)
        return rc;
    rc = lex_new_node(lexer, window ? AST_WINDOW : AST_PHRASE, start, lexer->at,
                      out);
    if (rc != ERR_OK)
        return rc;
    (*out)->text = text;
    (*out)->n = n;
    return ERR_OK;
}
