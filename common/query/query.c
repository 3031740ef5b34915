#include "query/query.h"

#include <stdio.h>

bool node_is_positional(const struct node *node)
{
    switch (node->kind) {
    case NODE_WORD:
    case NODE_ANY:
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_NOTNEAR:
    case NODE_TITLE:
        return true;
    case NODE_OR:
        for (size_t i = 0; i < node->child_count; i++)
            if (!node_is_positional(node->child[i]))
                return false;
        return true;
    case NODE_AND:
    case NODE_NOT:
    case NODE_FIELD:
    case NODE_DATE:
    case NODE_NOTHING:
        return false;
    }
    return false;
}

size_t node_count(const struct node *node)
{
    size_t count = 1;
    for (size_t i = 0; i < node->child_count; i++)
        count += node_count(node->child[i]);
    return count;
}

/* draft{draft, drafts [de]}: the typed word, then every form it stands for, with
 * the language that a form is limited to. @sergei-lavrov{Sergei Lavrov, Lavrov}. */
static void print_word(const struct node *word, struct strbuf *out)
{
    if (word->caps_only)
        strbuf_add_char(out, '=');
    strbuf_add_slice(out, word->shown);
    bool itself = word->form_count == 1 && word->stem_count == 0 &&
                  !word->entity.len &&
                  slice_eq(word->form[0].text, word->shown);
    if (itself || word->caps_only)
        return;
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < word->form_count; i++) {
        const struct word_form *form = &word->form[i];
        if (i > 0)
            strbuf_add_text(out, ", ");
        strbuf_add_slice(out, form->text);
        bool more_of_it = i + 1 < word->form_count &&
                          slice_eq(form->text, word->form[i + 1].text);
        if (form->lang.len && !more_of_it)
            strbuf_addf(out, " [%.*s]", SLICE_ARG(form->lang));
    }
    strbuf_add_char(out, '}');
}

static void print_node(const struct node *node, struct strbuf *out);

static void print_children(const struct node *node, const char *between,
                           struct strbuf *out)
{
    for (size_t i = 0; i < node->child_count; i++) {
        if (i > 0)
            strbuf_add_text(out, between);
        print_node(node->child[i], out);
    }
}

static void print_operator(const struct node *node, const char *name,
                           bool counted, struct strbuf *out)
{
    char between[32];
    if (!counted)
        snprintf(between, sizeof between, " %s ", name);
    else if (node->unit == NEAR_WORDS)
        snprintf(between, sizeof between, " %s/%u ", name, node->n);
    else
        snprintf(between, sizeof between, " %s/%c ", name,
                 node->unit == NEAR_SENTENCE ? 'S' : 'P');
    strbuf_add_char(out, '(');
    print_children(node, between, out);
    strbuf_add_char(out, ')');
}

/* Depth is bounded by the parser's LIMIT_QUERY_DEPTH. */
static void print_node(const struct node *node, struct strbuf *out)
{
    switch (node->kind) {
    case NODE_WORD:
        print_word(node, out);
        break;
    case NODE_ANY:
        strbuf_add_char(out, '*');
        break;
    case NODE_PHRASE:
    case NODE_WINDOW:
        strbuf_add_char(out, '"');
        print_children(node, " ", out);
        strbuf_add_char(out, '"');
        if (node->kind == NODE_WINDOW)
            strbuf_addf(out, "~%u", node->n);
        break;
    case NODE_NEAR:
        print_operator(node, "NEAR", true, out);
        break;
    case NODE_ADJ:
        print_operator(node, "ADJ", true, out);
        break;
    case NODE_NOTNEAR:
        print_operator(node, "NOTNEAR", true, out);
        break;
    case NODE_OR:
        print_operator(node, "OR", false, out);
        break;
    case NODE_AND:
        print_operator(node, "AND", false, out);
        break;
    case NODE_NOT:
        print_operator(node, "NOT", false, out);
        break;
    case NODE_TITLE:
        strbuf_add_text(out, "title:");
        print_node(node->child[0], out);
        break;
    case NODE_FIELD:
        if (node->field == FIELD_SINCE) {
            strbuf_addf(out, "since:%llu", (unsigned long long)node->since);
            break;
        }
        strbuf_addf(out, "%s:\"%.*s\"", ast_field_name(node->field),
                    SLICE_ARG(node->value));
        break;
    case NODE_DATE:
        strbuf_addf(out, "date:%.*s", SLICE_ARG(node->shown));
        break;
    case NODE_NOTHING:
        strbuf_add_slice(out, node->shown);
        strbuf_add_text(out, "{}");
        break;
    }
}

void query_print(const struct query *query, struct strbuf *out)
{
    print_node(query->root, out);
}
