/* lex.h - inside the parser: query text to lexemes. Only parse.c and the lex files
 * include it.
 *
 * An operand (a word, a quotation, a field with its value, an entity) is one
 * lexeme and comes as a finished leaf. Text without a letter or digit is dropped,
 * with a note. The end can be read again and again. */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include "query/ast.h"
#include "query/words.h"

struct err;

enum lex_kind {
    LEX_END,
    LEX_LEAF,
    LEX_OPEN,  /* ( */
    LEX_CLOSE, /* ) */
    LEX_OPEN_PATTERN,
    LEX_CLOSE_PATTERN,
    LEX_BAR, /* | in a pattern */
    LEX_AND,
    LEX_OR,
    LEX_NOT, /* also a minus before an operand */
    LEX_NEAR,
    LEX_ADJ,
    LEX_NOTNEAR,
};

struct lexeme {
    enum lex_kind kind;
    uint32_t start, end;
    struct ast *leaf;    /* LEX_LEAF */
    uint32_t n;          /* LEX_NEAR, LEX_ADJ, LEX_NOTNEAR */
    enum near_unit unit; /* of these: n words, or /S, /P */
};

struct lexer {
    struct slice text;
    size_t at;
    struct arena *arena;
    struct err *err;
    struct note *notes, *last_note;
    struct tokens scratch; /* memory of lex_has_words() */
    size_t nodes;          /* made so far, by the parser too */
    bool in_pattern;       /* between [ and ]: words, *, | and entities only */
};

/* ERR_INVALID for text that is no UTF-8 or holds a NUL, ERR_LIMIT. */
int lex_start(struct lexer *lexer, struct slice text, struct arena *arena,
              struct err *err);
int lex_next(struct lexer *lexer, struct lexeme *out);

/* --- shared by the lex files and parse.c --- */

/* ERR_LIMIT past LIMIT_QUERY_NODES. */
int lex_new_node(struct lexer *lexer, enum ast_kind kind, size_t start,
                 size_t end, struct ast **out);
int lex_no_memory(struct lexer *lexer);
/* Text was left out, and nothing else was there. */
int lex_nothing_left(struct lexer *lexer);
/* Record a note, once for each code. `fmt` may take one %.*s: the start of
 * `shown`. */
int lex_note(struct lexer *lexer, const char *code, const char *before,
             struct slice shown, const char *after);
/* At most 40 bytes of `s`, whole code points: for messages. */
struct slice lex_shown(struct slice s);

bool lex_is_blank(struct slice text, size_t at, size_t *after);
/* Where the run of text that starts at `at` ends: at white space, a quotation
 * mark, a parenthesis, a bracket; in a pattern also at |. */
size_t lex_run_end(const struct lexer *lexer, size_t at);
int lex_has_words(struct lexer *lexer, struct slice text, bool *out);

/* lex_quote.c: the text of the quotation that opens at lexer->at, "" already one
 * quote mark; lexer->at moves behind it. */
int lex_quotation(struct lexer *lexer, struct slice *out);
/* A phrase or, with ~n behind it, a window. NULL when it holds no word. */
int lex_quoted_leaf(struct lexer *lexer, struct ast **out);
/* A number of words up to LIMIT_DISTANCE; `example` says how to write it. */
int lex_distance(struct lexer *lexer, struct slice digits, size_t at,
                 const char *example, uint32_t *out);

/* lex_leaf.c: the operand whose run is [lexer->at, end). NULL when it has no letter
 * or digit. */
int lex_leaf(struct lexer *lexer, size_t end, struct ast **out);
/* lex_field.c: the same, when the run begins with a field's name and its value;
 * else *out stays NULL. */
int lex_field_leaf(struct lexer *lexer, size_t end, struct ast **out);
int lex_entity(struct lexer *lexer, enum entity_type type, size_t start,
               struct ast **out);
/* A word, prefix or one-edit word from [from, to). */
int lex_word(struct lexer *lexer, size_t from, size_t to, bool exact,
             struct ast **out);

/* suggest.c: the field name nearest to what was typed, or NULL. */
const char *suggest_field(struct slice typed);
/* "NEAR/5" for "near/5" or "NAER/5"; false when it looks like no operator. */
bool suggest_operator(struct slice run, const char **name);

#endif
