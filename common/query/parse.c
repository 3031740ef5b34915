/* Recursive descent, one lexeme ahead:
 *
 *     or      = and { OR and }
 *     and     = [ NOT ] near { [ AND ] [ NOT ] near }    at least one without NOT
 *     near    = primary [ NEAR/n primary ]
 *     primary = leaf | ( or ) | pattern
 *     pattern = [ element { element } ]
 *     element = leaf | * | ( leaf { | leaf } )
 *
 * What is denied in one `and` is collected: a -b -c is (a NOT (b OR c)), so that
 * the tree is no deeper than the parentheses suggest. Parentheses keep their
 * grouping: a OR (b OR c) stays nested.
 */
#include "query/parse.h"

#include "base/err.h"
#include "base/limits.h"
#include "query/lex.h"

#include <string.h>

struct parser {
    struct lexer lexer;
    struct lexeme now;
    unsigned depth; /* of parentheses */
};

struct ast_list {
    struct ast **item;
    size_t count, capacity;
};

static int advance(struct parser *p)
{
    return lex_next(&p->lexer, &p->now);
}

static int push(struct parser *p, struct ast_list *list, struct ast *ast)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 4;
        struct ast **bigger =
            arena_array(p->lexer.arena, struct ast *, capacity);
        if (!bigger)
            return lex_no_memory(&p->lexer);
        if (list->count)
            memcpy(bigger, list->item, list->count * sizeof *bigger);
        list->item = bigger;
        list->capacity = capacity;
    }
    list->item[list->count++] = ast;
    return ERR_OK;
}

/* An operator over the list; a list of one is its one child. */
static int operator_of(struct parser *p, enum ast_kind kind,
                       const struct ast_list *list, struct ast **out)
{
    if (list->count == 1) {
        *out = list->item[0];
        return ERR_OK;
    }
    uint32_t start = list->item[0]->start;
    uint32_t end = list->item[list->count - 1]->end;
    int rc = lex_new_node(&p->lexer, kind, start, end, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->child = list->item;
    (*out)->child_count = list->count;
    return ERR_OK;
}

static int pair_of(struct parser *p, enum ast_kind kind, struct ast *a,
                   struct ast *b, struct ast **out)
{
    struct ast_list two = {0};
    int rc = push(p, &two, a);
    if (rc == ERR_OK)
        rc = push(p, &two, b);
    if (rc == ERR_OK)
        rc = operator_of(p, kind, &two, out);
    return rc;
}

static bool operand_begins(const struct parser *p)
{
    return p->now.kind == LEX_LEAF || p->now.kind == LEX_OPEN ||
           p->now.kind == LEX_OPEN_PATTERN;
}

static bool is_distance(enum lex_kind kind)
{
    return kind == LEX_NEAR || kind == LEX_ADJ || kind == LEX_NOTNEAR;
}

/* The author's own words at the fault: "AND". */
static struct slice written(const struct parser *p, const struct lexeme *lexeme)
{
    return slice_part(p->lexer.text, lexeme->start, lexeme->end);
}

/* An operand is wanted, and something else stands there. `before` is the operator
 * that wants it, LEX_END at the start of the query or of parentheses. */
static int operand_missing(struct parser *p, const struct lexeme *before)
{
    struct slice op = written(p, before), now = written(p, &p->now);
    if (before->kind != LEX_END)
        return err_set_at(p->lexer.err, ERR_INVALID, before->start,
                          "something to look for is missing behind %.*s: write "
                          "it, or remove %.*s",
                          SLICE_ARG(op), SLICE_ARG(op));
    if (p->now.kind == LEX_CLOSE && p->depth > 0)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "nothing to look for stands before this parenthesis: "
                          "write a word, or remove the pair");
    if (p->now.kind == LEX_CLOSE)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "this parenthesis closes nothing: remove it, or "
                          "write ( before");
    if (p->now.kind == LEX_END && p->depth > 0)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "the query ends behind an open parenthesis: write a "
                          "word and )");
    if (p->now.kind == LEX_END)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "there is nothing to look for: write a word");
    return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                      "something to look for is missing before %.*s: write it, "
                      "or use small letters for the word",
                      SLICE_ARG(now));
}

static int parse_or(struct parser *p, struct ast **out);

static int parse_element(struct parser *p, bool any_allowed, struct ast **out)
{
    if (p->now.kind != LEX_LEAF)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "a word is missing here: alternatives are written "
                          "(peace|grain)");
    if (p->now.leaf->kind == AST_ANY && !any_allowed)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "* stands for any word: the alternatives beside it "
                          "mean nothing, write * alone");
    *out = p->now.leaf;
    return advance(p);
}

/* ( a | b ) */
static int parse_alternatives(struct parser *p, struct ast **out)
{
    struct ast_list arms = {0};
    struct ast *arm = NULL;
    uint32_t open = p->now.start;
    int rc;
    do {
        rc = advance(p);
        if (rc == ERR_OK)
            rc = parse_element(p, false, &arm);
        if (rc == ERR_OK)
            rc = push(p, &arms, arm);
        if (rc != ERR_OK)
            return rc;
    } while (p->now.kind == LEX_BAR);
    if (p->now.kind == LEX_LEAF)
        return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                          "an alternative is one word: write | between words");
    if (p->now.kind != LEX_CLOSE)
        return err_set_at(p->lexer.err, ERR_INVALID, open,
                          "this parenthesis is never closed: write ) behind "
                          "the last alternative");
    rc = operator_of(p, AST_OR, &arms, out);
    return rc == ERR_OK ? advance(p) : rc;
}

static int parse_elements(struct parser *p, uint32_t open,
                          struct ast_list *elements)
{
    while (p->now.kind != LEX_CLOSE_PATTERN) {
        struct ast *element;
        int rc;
        if (p->now.kind == LEX_LEAF)
            rc = parse_element(p, true, &element);
        else if (p->now.kind == LEX_OPEN)
            rc = parse_alternatives(p, &element);
        else if (p->now.kind == LEX_END)
            rc = err_set_at(p->lexer.err, ERR_INVALID, open,
                            "this bracket is never closed: write ] behind the "
                            "pattern");
        else
            rc = err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                            "alternatives stand in parentheses: write "
                            "[peace (talks|deal)]");
        if (rc == ERR_OK)
            rc = push(p, elements, element);
        if (rc != ERR_OK)
            return rc;
    }
    for (size_t i = 0; i < elements->count; i++)
        if (elements->item[i]->kind != AST_ANY)
            return ERR_OK;
    return err_set_at(p->lexer.err, ERR_INVALID, open,
                      "a pattern needs a word: write it as in "
                      "[peace * talks]");
}

static int parse_pattern(struct parser *p, struct ast **out)
{
    uint32_t open = p->now.start;
    struct ast_list elements = {0};
    p->lexer.in_pattern = true;
    int rc = advance(p);
    if (rc == ERR_OK)
        rc = parse_elements(p, open, &elements);
    if (rc == ERR_OK)
        rc = lex_new_node(&p->lexer, AST_PATTERN, open, p->now.end, out);
    p->lexer.in_pattern = false;
    if (rc != ERR_OK)
        return rc;
    (*out)->child = elements.item;
    (*out)->child_count = elements.count;
    return advance(p);
}

static int parse_parentheses(struct parser *p, struct ast **out)
{
    uint32_t open = p->now.start;
    if (++p->depth > LIMIT_QUERY_DEPTH)
        return err_set_at(p->lexer.err, ERR_LIMIT, open,
                          "parentheses nest at most %d deep",
                          LIMIT_QUERY_DEPTH);
    int rc = advance(p);
    if (rc == ERR_OK)
        rc = parse_or(p, out);
    if (rc != ERR_OK)
        return rc;
    if (p->now.kind != LEX_CLOSE)
        return err_set_at(p->lexer.err, ERR_INVALID, open,
                          "this parenthesis is never closed: write ) where the "
                          "group ends");
    p->depth--;
    return advance(p);
}

/* Needs operand_begins(). */
static int parse_primary(struct parser *p, struct ast **out)
{
    if (p->now.kind == LEX_OPEN)
        return parse_parentheses(p, out);
    if (p->now.kind == LEX_OPEN_PATTERN)
        return parse_pattern(p, out);
    *out = p->now.leaf;
    return advance(p);
}

static const char *distance_name(enum lex_kind kind)
{
    return kind == LEX_NEAR ? "NEAR" : kind == LEX_ADJ ? "ADJ" : "NOTNEAR";
}

/* Words, phrases, patterns, entities and ORs of them have positions that NEAR can
 * measure between. */
static int check_near_operand(struct parser *p, const struct ast *ast,
                              const char *name)
{
    const char *why = NULL;
    switch (ast->kind) {
    case AST_WORD:
    case AST_PREFIX:
    case AST_FUZZY:
    case AST_PHRASE:
    case AST_PATTERN:
    case AST_ENTITY:
    case AST_ANY:
        return ERR_OK;
    case AST_OR:
        for (size_t i = 0; i < ast->child_count; i++) {
            int rc = check_near_operand(p, ast->child[i], name);
            if (rc != ERR_OK)
                return rc;
        }
        return ERR_OK;
    case AST_AND:
        why = "AND has no place in the text: write (a OR b) or a phrase";
        break;
    case AST_NOT:
        why = "what is excluded has no place in the text: write NOT outside "
              "the parentheses";
        break;
    case AST_WINDOW:
        why = "\"...\"~n is a distance itself: quote the words without ~, or "
              "put all of them into one \"...\"~n";
        break;
    case AST_NEAR:
    case AST_ADJ:
    case AST_NOTNEAR:
        why = "distances do not nest: write \"a b c\"~10 for several words, or "
              "join two distances with AND";
        break;
    case AST_FIELD:
    case AST_TITLE:
    case AST_DATE:
        why = "a field has no place in the text: join it with AND";
        break;
    }
    return err_set_at(p->lexer.err, ERR_INVALID, ast->start, "beside %s: %s",
                      name, why);
}

static int near_chain(struct parser *p)
{
    return err_set_at(p->lexer.err, ERR_INVALID, p->now.start,
                      "%s takes two operands: write \"a b c\"~10 for three "
                      "words close together, or join two distances with AND",
                      distance_name(p->now.kind));
}

static int parse_near(struct parser *p, struct ast **out)
{
    struct ast *left, *right;
    int rc = parse_primary(p, &left);
    if (rc != ERR_OK)
        return rc;
    *out = left;
    if (!is_distance(p->now.kind))
        return ERR_OK;

    struct lexeme op = p->now;
    rc = advance(p);
    if (rc == ERR_OK && !operand_begins(p))
        rc = operand_missing(p, &op);
    if (rc == ERR_OK)
        rc = parse_primary(p, &right);
    if (rc == ERR_OK && is_distance(p->now.kind))
        rc = near_chain(p);
    const char *name = distance_name(op.kind);
    if (rc == ERR_OK)
        rc = check_near_operand(p, left, name);
    if (rc == ERR_OK)
        rc = check_near_operand(p, right, name);
    enum ast_kind kind = op.kind == LEX_NEAR  ? AST_NEAR
                         : op.kind == LEX_ADJ ? AST_ADJ
                                              : AST_NOTNEAR;
    if (rc == ERR_OK)
        rc = pair_of(p, kind, left, right, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->n = op.n;
    (*out)->unit = op.unit;
    return ERR_OK;
}

/* One term of an `and`, with the NOT before it. `before` is the AND. */
static int parse_term(struct parser *p, const struct lexeme *before,
                      struct ast_list *wanted, struct ast_list *denied)
{
    struct lexeme op = *before;
    struct ast *term;
    bool deny = p->now.kind == LEX_NOT;
    if (deny) {
        op = p->now;
        int rc = advance(p);
        if (rc != ERR_OK)
            return rc;
        if (p->now.kind == LEX_NOT)
            return err_set_at(p->lexer.err, ERR_INVALID, op.start,
                              "NOT stands twice: remove both, or one");
    }
    if (!operand_begins(p))
        return operand_missing(p, &op);
    int rc = parse_near(p, &term);
    return rc == ERR_OK ? push(p, deny ? denied : wanted, term) : rc;
}

static int parse_and(struct parser *p, const struct lexeme *before,
                     struct ast **out)
{
    struct ast_list wanted = {0}, denied = {0};
    struct lexeme op = *before;
    uint32_t start = p->now.start;
    for (;;) {
        int rc = parse_term(p, &op, &wanted, &denied);
        if (rc != ERR_OK)
            return rc;
        op = (struct lexeme){.kind = LEX_END};
        if (p->now.kind == LEX_AND) {
            op = p->now;
            rc = advance(p);
            if (rc != ERR_OK)
                return rc;
        } else if (p->now.kind != LEX_NOT && !operand_begins(p)) {
            break;
        }
    }
    if (wanted.count == 0)
        return err_set_at(p->lexer.err, ERR_INVALID, start,
                          "only NOT: write what to look for before it, as in "
                          "draft NOT beer");
    struct ast *left, *right;
    int rc = operator_of(p, AST_AND, &wanted, &left);
    *out = left;
    if (rc != ERR_OK || denied.count == 0)
        return rc;
    rc = operator_of(p, AST_OR, &denied, &right);
    return rc == ERR_OK ? pair_of(p, AST_NOT, left, right, out) : rc;
}

static int parse_or(struct parser *p, struct ast **out)
{
    struct ast_list arms = {0};
    struct lexeme op = {.kind = LEX_END};
    for (;;) {
        struct ast *arm = NULL;
        int rc = parse_and(p, &op, &arm);
        if (rc == ERR_OK)
            rc = push(p, &arms, arm);
        if (rc != ERR_OK)
            return rc;
        if (p->now.kind != LEX_OR)
            return operator_of(p, AST_OR, &arms, out);
        op = p->now;
        rc = advance(p);
        if (rc != ERR_OK)
            return rc;
    }
}

/* Printed fully parenthesised, every operator becomes a pair of parentheses: the
 * tree may not be deeper than those that may be typed. */
static int check_depth(struct parser *p, const struct ast *ast, unsigned depth)
{
    if (ast->child_count > 0 && ++depth > LIMIT_QUERY_DEPTH)
        return err_set_at(p->lexer.err, ERR_LIMIT, ast->start,
                          "operators nest at most %d deep", LIMIT_QUERY_DEPTH);
    for (size_t i = 0; i < ast->child_count; i++) {
        int rc = check_depth(p, ast->child[i], depth);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

int query_parse(struct slice text, struct arena *arena, struct parsed *out,
                struct err *err)
{
    struct parser p = {0};
    struct ast *root = NULL;
    int rc = lex_start(&p.lexer, text, arena, err);
    if (rc == ERR_OK)
        rc = advance(&p);
    if (rc == ERR_OK && p.now.kind == LEX_END && p.lexer.notes)
        rc = lex_nothing_left(&p.lexer);
    if (rc == ERR_OK)
        rc = parse_or(&p, &root);
    if (rc == ERR_OK && p.now.kind != LEX_END)
        rc = operand_missing(&p, &(struct lexeme){.kind = LEX_END});
    if (rc == ERR_OK)
        rc = check_depth(&p, root, 0);
    if (rc == ERR_OK)
        *out = (struct parsed){root, p.lexer.notes};
    return rc;
}
