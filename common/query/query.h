/* query.h - a question that is ready to be evaluated: every word analysed, every
 * expansion made. It is what engines get; text analysis ends here.
 *
 * The tree lives in the request's arena and is read-only.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "query/ast.h"

enum node_kind {
    NODE_WORD,    /* a leaf: an occurrence is one of any of `form` */
    NODE_ANY,     /* a leaf: any one word, which is one position */
    NODE_PHRASE,  /* children, each starting where the one before ended */
    NODE_WINDOW,  /* children in any order, at most n other words inside */
    NODE_NEAR,    /* two children, any order, at most n others between */
    NODE_ADJ,     /* two children, in this order */
    NODE_NOTNEAR, /* the first, with no second within n */
    NODE_OR,
    NODE_AND,
    NODE_NOT,   /* the first without the second */
    NODE_TITLE, /* its child's occurrences that lie in the title */
    NODE_FIELD, /* field = value (folded) */
    NODE_DATE,  /* published in the range; or `undated` */
    NODE_NOTHING, /* matches no article: a prefix without words, punctuation only */
};

/* A spelling that counts as the word. */
struct word_form {
    struct slice text; /* folded */
    struct slice
        lang; /* only in articles of this language, as lang_primary() says;
                          empty: in any */
};

/* "Any form of this language with this stem": how an article matches a bare word
 * without looking at positions. Its forms are among `form`. */
struct word_stem {
    struct slice text, lang;
};

struct node {
    enum node_kind kind;
    uint32_t start, end;    /* bytes of the query text that it came from */
    struct slice shown;     /* NODE_WORD: the word as typed */
    struct word_form *form; /* by rising text, then lang */
    size_t form_count;
    struct word_stem *stem;
    size_t stem_count;
    struct slice
        caps; /* the folded form, when it was typed in capitals only: engines
                          may prefer the hidden capitals term in the score */
    bool caps_only; /* =US: only occurrences written in capitals */
    /* NODE_WORD that is an entity: its id. `form`: as written, lang empty, those that it is
     * mentioned in. An occurrence is a mention in any form, or, with `some_forms`, in one
     * of `form`. No stems, no caps. */
    struct slice entity;
    bool some_forms;
    uint32_t n;
    enum near_unit
        unit; /* NEAR, ADJ, NOTNEAR: n words, or one sentence, paragraph */
    enum ast_field field;
    uint64_t since; /* FIELD_SINCE: put in by a later generation than this */
    struct slice value;
    struct date_range range;
    bool undated;
    struct node **child;
    size_t child_count;
};

/* What a name in the query was taken for. */
struct named_entity {
    uint32_t start, end; /* bytes of the query text */
    struct slice id;     /* the chosen one */
    uint64_t articles;   /* that mention it */
    struct slice *
        other; /* ids that the name may mean, too, most frequent first; of an id
                   typed as it is, those that have it as a name */
    uint64_t *other_articles;
    size_t other_count;
    struct slice_list
        phrases; /* looked for, too: names newer than the mentions */
};

struct query {
    const struct node *root;
    const struct named_entity *entity;
    size_t entity_count;
    const struct ast *ast;
    const struct note *notes; /* the parser's and the resolver's */
};

/* Whether the node builds or is an occurrence: WORD, PHRASE, WINDOW, NEAR, ADJ,
 * NOTNEAR, TITLE; OR of those. */
bool node_is_positional(const struct node *node);

/* Of the tree, the node itself included. */
size_t node_count(const struct node *node);

/* The fully parenthesised form with every expansion, for people:
 * ("istanbul draft" AND draft{draft, drafts}). */
void query_print(const struct query *query, struct strbuf *out);

#endif
