#include "query/ast.h"

#include <inttypes.h>
#include <stdio.h>

const char *ast_kind_name(enum ast_kind kind)
{
    static const char *const names[] = {
        [AST_WORD] = "word",       [AST_PREFIX] = "prefix",
        [AST_FUZZY] = "fuzzy",     [AST_PHRASE] = "phrase",
        [AST_WINDOW] = "window",   [AST_PATTERN] = "pattern",
        [AST_ANY] = "any",         [AST_ENTITY] = "entity",
        [AST_NEAR] = "near",       [AST_ADJ] = "adj",
        [AST_NOTNEAR] = "notnear", [AST_AND] = "and",
        [AST_OR] = "or",           [AST_NOT] = "not",
        [AST_FIELD] = "field",     [AST_TITLE] = "title",
        [AST_DATE] = "date",
    };
    return names[kind];
}

const char *ast_field_name(enum ast_field field)
{
    static const char *const names[] = {
        [FIELD_SOURCE] = "source", [FIELD_LANG] = "lang",
        [FIELD_TOPIC] = "topic",   [FIELD_KEY] = "key",
        [FIELD_SINCE] = "since",
    };
    return names[field];
}

/* Quoted text may hold anything, so everything that may is printed quoted. */
static void print_quoted(struct slice text, struct strbuf *out)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            strbuf_add_char(out, '"');
        strbuf_add_char(out, (char)text.data[i]);
    }
    strbuf_add_char(out, '"');
}

static void print_entity(const struct ast *ast, struct strbuf *out)
{
    static const char *const sign[] = {
        [ENTITY_ANY] = "@",
        [ENTITY_PERSON] = "person:",
        [ENTITY_PLACE] = "place:",
        [ENTITY_ORG] = "org:",
    };
    strbuf_add_text(out, sign[ast->entity_type]);
    print_quoted(ast->text, out);
    if (ast->form.len > 0) {
        strbuf_add_char(out, '=');
        print_quoted(ast->form, out);
    }
}

static void print_children(const struct ast *ast, const char *open,
                           const char *between, const char *close,
                           struct strbuf *out)
{
    strbuf_add_text(out, open);
    for (size_t i = 0; i < ast->child_count; i++) {
        if (i > 0)
            strbuf_add_text(out, between);
        ast_print(ast->child[i], out);
    }
    strbuf_add_text(out, close);
}

static void print_pattern(const struct ast *ast, struct strbuf *out)
{
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < ast->child_count; i++) {
        if (i > 0)
            strbuf_add_char(out, ' ');
        if (ast->child[i]->kind == AST_OR)
            print_children(ast->child[i], "(", "|", ")", out);
        else
            ast_print(ast->child[i], out);
    }
    strbuf_add_char(out, ']');
}

static void print_near(const struct ast *ast, const char *name,
                       struct strbuf *out)
{
    char between[32];
    if (ast->unit == NEAR_WORDS)
        snprintf(between, sizeof between, " %s/%u ", name, ast->n);
    else
        snprintf(between, sizeof between, " %s/%c ", name,
                 ast->unit == NEAR_SENTENCE ? 'S' : 'P');
    print_children(ast, "(", between, ")", out);
}

void ast_print(const struct ast *ast, struct strbuf *out)
{
    switch (ast->kind) {
    case AST_WORD:
        if (ast->exact)
            strbuf_add_char(out, '=');
        strbuf_add_slice(out, ast->text);
        break;
    case AST_PREFIX:
        strbuf_add_slice(out, ast->text);
        strbuf_add_char(out, '*');
        break;
    case AST_FUZZY:
        strbuf_add_slice(out, ast->text);
        strbuf_add_text(out, "~1");
        break;
    case AST_PHRASE:
        print_quoted(ast->text, out);
        break;
    case AST_WINDOW:
        print_quoted(ast->text, out);
        strbuf_addf(out, "~%u", ast->n);
        break;
    case AST_PATTERN:
        print_pattern(ast, out);
        break;
    case AST_ANY:
        strbuf_add_char(out, '*');
        break;
    case AST_ENTITY:
        print_entity(ast, out);
        break;
    case AST_NEAR:
        print_near(ast, "NEAR", out);
        break;
    case AST_ADJ:
        print_near(ast, "ADJ", out);
        break;
    case AST_NOTNEAR:
        print_near(ast, "NOTNEAR", out);
        break;
    case AST_AND:
        print_children(ast, "(", " AND ", ")", out);
        break;
    case AST_OR:
        print_children(ast, "(", " OR ", ")", out);
        break;
    case AST_NOT:
        print_children(ast, "(", " NOT ", ")", out);
        break;
    case AST_FIELD:
        strbuf_add_text(out, ast_field_name(ast->field));
        strbuf_add_char(out, ':');
        if (ast->field == FIELD_SINCE)
            strbuf_addf(out, "%" PRIu64, ast->since);
        else
            print_quoted(ast->text, out);
        break;
    case AST_TITLE:
        print_children(ast, "title:", "", "", out);
        break;
    case AST_DATE:
        strbuf_add_text(out, "date:");
        strbuf_add_slice(out, ast->text);
        break;
    }
}

bool ast_equal(const struct ast *a, const struct ast *b)
{
    if (a->kind != b->kind || !slice_eq(a->text, b->text) ||
        !slice_eq(a->form, b->form) || a->exact != b->exact ||
        a->undated != b->undated || a->n != b->n || a->unit != b->unit ||
        a->field != b->field || a->since != b->since ||
        a->entity_type != b->entity_type || a->range.from != b->range.from ||
        a->range.to != b->range.to || a->child_count != b->child_count)
        return false;
    for (size_t i = 0; i < a->child_count; i++)
        if (!ast_equal(a->child[i], b->child[i]))
            return false;
    return true;
}
