/* Raw text: nothing in it is syntax. */
#include "query/parse.h"

#include "base/err.h"
#include "query/lex.h"

/* An operator's name typed as a word would read as the operator when printed. */
static bool is_operator_name(struct slice word)
{
    static const char *const names[] = {"AND",  "OR",  "NOT",
                                        "NEAR", "ADJ", "NOTNEAR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_eq(word, slice_of(names[i])))
            return true;
    return false;
}

static int make_words(struct lexer *lexer, const struct raw_words *words,
                      struct ast **arm)
{
    for (size_t i = 0; i < words->count; i++) {
        const struct raw_word *word = &words->word[i];
        int rc = lex_new_node(lexer, AST_WORD, word->start, word->end, &arm[i]);
        if (rc != ERR_OK)
            return rc;
        arm[i]->text = slice_part(lexer->text, word->start, word->end);
        if (is_operator_name(arm[i]->text))
            arm[i]->text = word->token->form;
    }
    return ERR_OK;
}

int query_parse_any(struct slice text, struct arena *arena, struct parsed *out,
                    struct err *err)
{
    struct lexer lexer;
    struct raw_words words;
    int rc = lex_start(&lexer, text, arena, err);
    if (rc != ERR_OK)
        return rc;
    if (words_find(text, arena, &words) != ERR_OK)
        return lex_no_memory(&lexer);
    if (words.count == 0)
        return lex_nothing_left(&lexer);
    struct ast **arm = arena_array(arena, struct ast *, words.count);
    if (!arm)
        return lex_no_memory(&lexer);
    rc = make_words(&lexer, &words, arm);
    struct ast *root = arm[0];
    if (rc == ERR_OK && words.count > 1) {
        rc = lex_new_node(&lexer, AST_OR, 0, text.len, &root);
        if (rc == ERR_OK) {
            root->child = arm;
            root->child_count = words.count;
        }
    }
    if (rc == ERR_OK)
        *out = (struct parsed){root, NULL};
    return rc;
}

int query_parse_phrase(struct slice text, struct arena *arena,
                       struct parsed *out, struct err *err)
{
    struct lexer lexer;
    struct ast *root;
    bool has_words = false;
    int rc = lex_start(&lexer, text, arena, err);
    if (rc == ERR_OK)
        rc = lex_has_words(&lexer, text, &has_words);
    if (rc == ERR_OK && !has_words)
        rc = lex_nothing_left(&lexer);
    if (rc == ERR_OK)
        rc = lex_new_node(&lexer, AST_PHRASE, 0, text.len, &root);
    if (rc != ERR_OK)
        return rc;
    root->text = text;
    *out = (struct parsed){root, NULL};
    return ERR_OK;
}
