#include "query/lex.h"

#include "base/err.h"

#include <string.h>

static int note_punctuation(struct lexer *lexer, struct slice run)
{
    static const char *const marks[] = {"\u201c", "\u201d", "\u201e", "\u00ab",
                                        "\u00bb"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(run.data, run.len, marks[i], strlen(marks[i]))) {
            int rc = lex_note(lexer, "typographic-quotes", "in '", run,
                              "' the quotation marks are punctuation; an exact "
                              "phrase stands in straight ones: \"...\"");
            if (rc != ERR_OK)
                return rc;
            break;
        }
    if (!memchr(run.data, ':', run.len))
        return ERR_OK;
    return lex_note(lexer, "colon-as-text", "the colon in '", run,
                    "' was read as punctuation");
}

/* The one word that a * or ~1 needs. */
static int single_word(struct lexer *lexer, struct slice text, size_t at,
                       const char *sign, struct raw_word *out)
{
    struct raw_words words;
    if (words_find(text, lexer->arena, &words) != ERR_OK)
        return lex_no_memory(lexer);
    if (words.count != 1)
        return err_set_at(lexer->err, ERR_INVALID, at,
                          "%s stands behind one word: write '%.*s' with a "
                          "space between its words",
                          sign, SLICE_ARG(lex_shown(text)));
    *out = words.word[0];
    return ERR_OK;
}

static size_t count_characters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

static int read_prefix(struct lexer *lexer, size_t from, size_t to, size_t star,
                       struct ast **out)
{
    struct slice base = slice_part(lexer->text, from, star);
    bool has_words;
    int rc = lex_has_words(lexer, base, &has_words);
    if (rc != ERR_OK)
        return rc;
    if (!has_words)
        return err_set_at(lexer->err, ERR_INVALID, star,
                          "* needs the beginning of a word before it: write "
                          "draft* for draft, drafts, drafted");
    if (star + 1 != to)
        return err_set_at(lexer->err, ERR_INVALID, star,
                          "* stands only at a word's end: write %.*s*",
                          SLICE_ARG(lex_shown(base)));
    struct raw_word word = {0};
    rc = single_word(lexer, base, from, "*", &word);
    if (rc != ERR_OK)
        return rc;
    struct slice form = word.joined ? word.joined->form : word.token->form;
    if (count_characters(form) < 2 && !lexer->in_pattern)
        return err_set_at(lexer->err, ERR_INVALID, from,
                          "one letter begins too many words: write at least "
                          "two before the *");
    rc = lex_new_node(lexer, AST_PREFIX, from, to, out);
    if (rc == ERR_OK)
        (*out)->text = base;
    return rc;
}

/* Where the ~ of word~1 is; `to` when there is none. A ~ anywhere else, as in
 * "~300", is punctuation. */
static size_t find_tilde(struct slice text, size_t from, size_t to)
{
    size_t at = to;
    while (at > from && text.data[at - 1] >= '0' && text.data[at - 1] <= '9')
        at--;
    return at > from + 1 && text.data[at - 1] == '~' ? at - 1 : to;
}

static int read_fuzzy(struct lexer *lexer, size_t from, size_t to, size_t tilde,
                      struct ast **out)
{
    struct slice base = slice_part(lexer->text, from, tilde);
    if (!slice_eq(slice_part(lexer->text, tilde + 1, to), SLICE("1")))
        return err_set_at(lexer->err, ERR_INVALID, tilde,
                          "one edit at most: write %.*s~1",
                          SLICE_ARG(lex_shown(base)));
    struct raw_word word = {0};
    int rc = single_word(lexer, base, from, "~1", &word);
    if (rc != ERR_OK)
        return rc;
    if (word.joined)
        return err_set_at(lexer->err, ERR_INVALID, from,
                          "~1 stands behind one plain word, without - or '");
    rc = lex_new_node(lexer, AST_FUZZY, from, to, out);
    if (rc == ERR_OK)
        (*out)->text = base;
    return rc;
}

int lex_word(struct lexer *lexer, size_t from, size_t to, bool exact,
             struct ast **out)
{
    struct slice run = slice_part(lexer->text, from, to);
    const uint8_t *star = run.len ? memchr(run.data, '*', run.len) : NULL;
    size_t tilde = find_tilde(lexer->text, from, to);
    lexer->at = to;

    bool has_words;
    int rc = lex_has_words(lexer, run, &has_words);
    if (rc != ERR_OK)
        return rc;
    if (!has_words && !star)
        return lex_note(lexer, "no-letters", exact ? "'=" : "'", run,
                        "' has no letters or digits and was left out");
    if (exact && (star || tilde < to))
        return err_set_at(lexer->err, ERR_INVALID, from - 1,
                          "= asks for one form, * and ~ for several: leave out "
                          "one of the two");
    if (star)
        return read_prefix(lexer, from, to, from + (size_t)(star - run.data),
                           out);
    if (tilde < to)
        return read_fuzzy(lexer, from, to, tilde, out);

    rc = note_punctuation(lexer, run);
    if (rc == ERR_OK)
        rc = lex_new_node(lexer, AST_WORD, exact ? from - 1 : from, to, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->text = run;
    (*out)->exact = exact;
    return ERR_OK;
}

/* A name, or a form, is whole and spelt as it is: what else would be left out without a
 * word. In quotation marks a star is punctuation, as it is in a phrase. */
static int refuse_signs(struct lexer *lexer, size_t from, bool quoted)
{
    struct slice text = lexer->text;
    size_t end = lexer->at;
    if (quoted) {
        from = end;
        end += end < text.len;
    }
    struct slice part = slice_part(text, from, end);
    const uint8_t *sign = part.len ? memchr(part.data, '*', part.len) : NULL;
    size_t at = sign ? (size_t)(sign - text.data) : find_tilde(text, from, end);
    if (quoted && !sign && part.len && *part.data == '~')
        at = from;
    if (at == end)
        return ERR_OK;
    return err_set_at(lexer->err, ERR_INVALID, at,
                      "an entity has no %c, it is found under all its names: "
                      "leave it out, or ask for words",
                      text.data[at]);
}

/* What stands behind = : a quotation, or the rest of the run. */
static int entity_form(struct lexer *lexer, struct slice *out)
{
    size_t at = ++lexer->at;
    int rc = ERR_OK;
    bool quoted = at < lexer->text.len && lexer->text.data[at] == '"';
    if (quoted) {
        rc = lex_quotation(lexer, out);
    } else {
        lexer->at = lex_run_end(lexer, at);
        *out = slice_part(lexer->text, at, lexer->at);
    }
    bool has_words = true;
    if (rc == ERR_OK)
        rc = lex_has_words(lexer, *out, &has_words);
    if (rc == ERR_OK && !has_words)
        rc = err_set_at(lexer->err, ERR_INVALID, at,
                        "a form is missing behind =: write it as in "
                        "@lavrov=Sergey");
    return rc == ERR_OK ? refuse_signs(lexer, at, quoted) : rc;
}

int lex_entity(struct lexer *lexer, enum entity_type type, size_t start,
               struct ast **out)
{
    struct slice text = lexer->text, name, form = {0};
    size_t at = lexer->at;
    int rc = ERR_OK;
    bool quoted = at < text.len && text.data[at] == '"';
    if (quoted) {
        rc = lex_quotation(lexer, &name);
    } else {
        size_t end = lex_run_end(lexer, at);
        while (lexer->at < end && text.data[lexer->at] != '=')
            lexer->at++;
        name = slice_part(text, at, lexer->at);
    }
    bool has_words = true;
    if (rc == ERR_OK)
        rc = lex_has_words(lexer, name, &has_words);
    if (rc == ERR_OK && !has_words)
        rc = err_set_at(lexer->err, ERR_INVALID, at,
                        "a name is missing: write it as in @lavrov or "
                        "@\"Sergei Lavrov\"");
    if (rc == ERR_OK)
        rc = refuse_signs(lexer, at, quoted);
    if (rc == ERR_OK && lexer->at < text.len && text.data[lexer->at] == '=')
        rc = entity_form(lexer, &form);
    if (rc == ERR_OK)
        rc = lex_new_node(lexer, AST_ENTITY, start, lexer->at, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->text = name;
    (*out)->form = form;
    (*out)->entity_type = type;
    return ERR_OK;
}

/* An @ alone, or before punctuation, is punctuation. */
static int read_at_sign(struct lexer *lexer, size_t end, struct ast **out)
{
    size_t start = lexer->at;
    bool has_words;
    int rc =
        lex_has_words(lexer, slice_part(lexer->text, start, end), &has_words);
    if (rc != ERR_OK)
        return rc;
    bool quoted = end == start + 1 && end < lexer->text.len &&
                  lexer->text.data[end] == '"';
    if (!has_words && !quoted)
        return lex_word(lexer, start, end, false, out);
    lexer->at = start + 1;
    return lex_entity(lexer, ENTITY_ANY, start, out);
}

int lex_leaf(struct lexer *lexer, size_t end, struct ast **out)
{
    struct slice text = lexer->text;
    size_t start = lexer->at;
    *out = NULL;
    if (text.data[start] == '@')
        return read_at_sign(lexer, end, out);
    if (text.data[start] == '=') {
        if (end == start + 1 && end < text.len &&
            strchr("\"([", text.data[end]))
            return err_set_at(lexer->err, ERR_INVALID, start,
                              "= stands before one word, as in =US; words in "
                              "quotes are already exact");
        return lex_word(lexer, start + 1, end, true, out);
    }
    int rc = lex_field_leaf(lexer, end, out);
    if (rc != ERR_OK || *out)
        return rc;
    return lex_word(lexer, start, end, false, out);
}
