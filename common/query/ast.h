/* ast.h - a query as its author wrote it, before any word is analysed.
 *
 * Made by parse.h in the request's arena; printed back by ast_print(). What the
 * engines evaluate is query.h, made from this by resolve.h.
 */
#ifndef QUERY_AST_H
#define QUERY_AST_H

#include "base/arena.h"
#include "base/date.h"
#include "base/strbuf.h"

enum ast_kind {
    AST_WORD,   /* text; `exact` for =word */
    AST_PREFIX, /* text without the * */
    AST_FUZZY,  /* text~1 */
    AST_PHRASE, /* text: what stands between the quotes, "" already one quote */
    AST_WINDOW, /* text: the same; n: others between, any order */
    AST_PATTERN, /* children: the elements of [ ] in order, each WORD, PREFIX,
                    FUZZY, ENTITY, ANY, or an OR of those */
    AST_ANY,     /* the * of a pattern: any one word */
    AST_ENTITY, /* text: name or id; `form` the =form behind it; type or none */
    AST_NEAR,   /* two children; n, unit */
    AST_ADJ,    /* two children, in order; n, unit */
    AST_NOTNEAR, /* two children: first without second; n, unit */
    AST_AND,     /* two or more children */
    AST_OR,      /* two or more children */
    AST_NOT,     /* two children: first without second */
    AST_FIELD,   /* field, text: the value */
    AST_TITLE,   /* one child: WORD, PREFIX, FUZZY, PHRASE, WINDOW, ENTITY */
    AST_DATE,    /* text as typed, range; `undated` for date:none */
};

enum near_unit { NEAR_WORDS, NEAR_SENTENCE, NEAR_PARAGRAPH };

enum ast_field {
    FIELD_SOURCE,
    FIELD_LANG,
    FIELD_TOPIC,
    FIELD_KEY,
    FIELD_SINCE
};

enum entity_type { ENTITY_ANY, ENTITY_PERSON, ENTITY_PLACE, ENTITY_ORG };

struct ast {
    enum ast_kind kind;
    uint32_t start, end; /* bytes [start, end) of the query text */
    struct slice text, form;
    bool exact, undated;
    uint32_t n;
    enum near_unit unit;
    enum ast_field field;
    enum entity_type entity_type;
    struct date_range range;
    uint64_t since; /* FIELD_SINCE */
    struct ast **child;
    size_t child_count;
};

/* Something the author should know, that is no error: "the colon in `war: day` was
 * read as punctuation". */
struct note {
    const char *code; /* "colon-as-text" */
    const char *message;
    struct note *next;
};

/* Append `ast` as a query of the same meaning: fully parenthesised, operators
 * written out. Parsing it again gives an equal tree. */
void ast_print(const struct ast *ast, struct strbuf *out);

/* Same kind, same values, same children; byte ranges do not count. */
bool ast_equal(const struct ast *a, const struct ast *b);

const char *ast_kind_name(enum ast_kind kind);    /* "word" */
const char *ast_field_name(enum ast_field field); /* "source" */

#endif
