/* Words: plain, hyphenated, quoted, in patterns. */
#include "query/oracle_internal.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "query/words.h"

#include <string.h>

/* A token's form has at most LIMIT_TERM_BYTES bytes, hence code points. */
struct code_points {
    uint32_t at[LIMIT_TERM_BYTES];
    size_t count;
};

static void spell(struct slice form, struct code_points *out)
{
    out->count = 0;
    for (size_t at = 0; at < form.len && out->count < LIMIT_TERM_BYTES;)
        out->at[out->count++] = utf8_next(form, &at);
}

static bool same_rest(const struct code_points *a, size_t i,
                      const struct code_points *b, size_t k)
{
    return i <= a->count && k <= b->count && a->count - i == b->count - k &&
           memcmp(a->at + i, b->at + k, (a->count - i) * sizeof *a->at) == 0;
}

/* "One code point more, less or another, or two neighbours swapped; the word
 * itself, too": each is tried where the two first differ. */
static bool one_edit_apart(struct slice form, struct slice wanted)
{
    struct code_points a, b;
    size_t i = 0;
    spell(form, &a);
    spell(wanted, &b);
    while (i < a.count && i < b.count && a.at[i] == b.at[i])
        i++;
    bool swapped = i + 1 < a.count && i + 1 < b.count &&
                   a.at[i] == b.at[i + 1] && a.at[i + 1] == b.at[i];
    return same_rest(&a, i, &b, i) || same_rest(&a, i + 1, &b, i) ||
           same_rest(&a, i, &b, i + 1) || same_rest(&a, i + 1, &b, i + 1) ||
           (swapped && same_rest(&a, i + 2, &b, i + 2));
}

static bool token_is(const struct token *token, const struct token *wanted,
                     struct slice wanted_stem, enum reading reading)
{
    bool same = slice_eq(token->form, wanted->form);
    switch (reading) {
    case AS_ITSELF:
        return same;
    case WITH_STEM:
        return same ||
               (wanted_stem.len > 0 && slice_eq(token->stem, wanted_stem));
    case VERY_FORM:
        return same && (token->all_caps || !wanted->all_caps);
    case BEGINNING:
        return slice_starts_with(token->form, wanted->form);
    case ONE_EDIT_APART:
        return one_edit_apart(token->form, wanted->form);
    }
    return false;
}

/* A plain word, or a joined form: tokens of any width. */
static int token_occurrences(struct oracle *o, const struct token *wanted,
                             enum reading reading, struct found *out)
{
    struct slice stem = {0};
    if (reading == WITH_STEM &&
        stem_form(o->stemmers, o->article->lang, wanted->form, o->arena, &stem))
        return oracle_no_memory(o);
    const struct tokens *tokens = &o->analysis->tokens;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        int rc = oracle_step(o);
        if (rc == ERR_OK && token_is(token, wanted, stem, reading))
            rc = oracle_add(o, out, token->position,
                            token->position + token->width);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* Elements [next, count) one after the other from `at`; `start` is where the first
 * began. */
static int follow(struct oracle *o, const struct found *element, size_t count,
                  size_t next, uint32_t start, uint32_t at, struct found *out)
{
    if (next == count)
        return oracle_add(o, out, start, at);
    for (size_t i = 0; i < element[next].count; i++) {
        const struct span *span = &element[next].span[i];
        int rc = oracle_step(o);
        if (rc == ERR_OK && (next == 0 || span->start == at))
            rc = follow(o, element, count, next + 1,
                        next == 0 ? span->start : start, span->end, out);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* "In a phrase the next operand starts where the last one ended." */
static int phrase_occurrences(struct oracle *o, const struct found *element,
                              size_t count, struct found *out)
{
    struct found all = {0};
    int rc = follow(o, element, count, 0, 0, 0, &all);
    return rc == ERR_OK ? oracle_add_minimal(o, &all, out) : rc;
}

/* "The phrase of its parts OR its joined form." The parts are themselves; a prefix
 * is one in its last part. */
static int hyphenated_occurrences(struct oracle *o, const struct raw_word *word,
                                  enum reading reading, struct found *out)
{
    struct found *part = arena_array(o->arena, struct found, word->count);
    if (!part)
        return oracle_no_memory(o);
    size_t parts = 0;
    for (size_t i = 0; i < word->count; i++) {
        const struct token *token = &word->token[i];
        enum reading inner = reading == VERY_FORM ? VERY_FORM : AS_ITSELF;
        if (reading == BEGINNING && i + 1 == word->count)
            inner = BEGINNING;
        if (token->joined)
            continue;
        int rc = token_occurrences(o, token, inner, &part[parts++]);
        if (rc != ERR_OK)
            return rc;
    }
    int rc = phrase_occurrences(o, part, parts, out);
    if (rc == ERR_OK)
        rc = token_occurrences(o, word->joined, reading, out);
    return rc;
}

static int word_occurrences(struct oracle *o, const struct raw_word *word,
                            enum reading reading, struct found *out)
{
    int rc = word->joined ? hyphenated_occurrences(o, word, reading, out)
                          : token_occurrences(o, &word->token[0], reading, out);
    oracle_tidy(out);
    return rc;
}

/* The words of a text: one alone keeps its reading, several are themselves (or,
 * behind =, the very forms). */
int oracle_text(struct oracle *o, const struct ast *ast, enum reading reading,
                struct found *out)
{
    return oracle_text_of(o, ast, ast->text, reading, out);
}

int oracle_text_of(struct oracle *o, const struct ast *ast, struct slice text,
                   enum reading reading, struct found *out)
{
    struct raw_words words;
    if (words_find(text, o->arena, &words))
        return oracle_no_memory(o);
    if (words.count == 1)
        return word_occurrences(o, &words.word[0], reading, out);
    struct found *each = arena_array(o->arena, struct found, words.count);
    if (!each)
        return oracle_no_memory(o);
    for (size_t i = 0; i < words.count; i++) {
        int rc = word_occurrences(o, &words.word[i],
                                  reading == VERY_FORM ? VERY_FORM : AS_ITSELF,
                                  &each[i]);
        if (rc != ERR_OK)
            return rc;
    }
    return ast->kind == AST_WINDOW
               ? oracle_intervals(o, each, words.count, ast, out)
               : phrase_occurrences(o, each, words.count, out);
}

/* "Exactly one position that holds a word." */
static int every_position(struct oracle *o, struct found *out)
{
    const struct tokens *tokens = &o->analysis->tokens;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < tokens->count; i++)
        if (!tokens->token[i].joined)
            rc = oracle_add(o, out, tokens->token[i].position,
                            tokens->token[i].position + 1);
    return rc;
}

static int element_occurrences(struct oracle *o, const struct ast *ast,
                               struct found *out)
{
    int rc = ERR_OK;
    switch (ast->kind) {
    case AST_ANY:
        rc = every_position(o, out);
        break;
    case AST_WORD: /* "words in [ ] are themselves" */
        rc = oracle_text(o, ast, ast->exact ? VERY_FORM : AS_ITSELF, out);
        break;
    case AST_OR:
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
            rc = element_occurrences(o, ast->child[i], out);
        break;
    default:
        rc = oracle_occurrences(o, ast, out);
        break;
    }
    oracle_tidy(out);
    return rc;
}

/* "The elements in order, each starting where the last ended." */
int oracle_pattern(struct oracle *o, const struct ast *pattern,
                   struct found *out)
{
    struct found *element =
        arena_array(o->arena, struct found, pattern->child_count);
    if (!element)
        return oracle_no_memory(o);
    for (size_t i = 0; i < pattern->child_count; i++) {
        int rc = element_occurrences(o, pattern->child[i], &element[i]);
        if (rc != ERR_OK)
            return rc;
    }
    return phrase_occurrences(o, element, pattern->child_count, out);
}
