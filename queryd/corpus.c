#include "queryd/corpus.h"

#include "query/parse.h"

/* What matches every article, said in the language of queries. */
static const char everything[] = "date:0001..9999 OR date:none";

enum { FILTER_BYTES = 1 << 20 };

static bool only_filters(const struct ast *ast)
{
    if (ast->kind == AST_FIELD || ast->kind == AST_DATE)
        return true;
    if (ast->kind != AST_AND && ast->kind != AST_OR && ast->kind != AST_NOT)
        return false;
    for (size_t i = 0; i < ast->child_count; i++)
        if (!only_filters(ast->child[i]))
            return false;
    return true;
}

struct maker {
    struct arena *arena;
    struct ast *everything;
    bool failed; /* out of memory */
};

static struct ast *new_node(struct maker *m, const struct ast *like,
                            size_t children)
{
    struct ast *node = arena_new(m->arena, struct ast);
    struct ast **child = arena_array(m->arena, struct ast *, children);
    if (!node || !child) {
        m->failed = true;
        return NULL;
    }
    *node = (struct ast){.kind = like->kind,
                         .start = like->start,
                         .end = like->end,
                         .child = child,
                         .child_count = children};
    return node;
}

static struct ast *filters_of(struct maker *m, struct ast *ast);

/* The same node over those children that `pick` leaves something of. */
static struct ast *pick_children(struct maker *m, const struct ast *ast,
                                 struct ast *(*pick)(struct maker *m,
                                                     struct ast *ast))
{
    struct ast *all = new_node(m, ast, ast->child_count);
    if (!all)
        return NULL;
    all->child_count = 0;
    for (size_t i = 0; i < ast->child_count; i++) {
        struct ast *filter = pick(m, ast->child[i]);
        if (filter)
            all->child[all->child_count++] = filter;
    }
    if (all->child_count == 0)
        return NULL;
    return all->child_count == 1 ? all->child[0] : all;
}

/* What is taken away: `a NOT date:2022 NOT b` is a without any of the two. */
static struct ast *taken_away(struct maker *m, struct ast *ast)
{
    if (only_filters(ast))
        return ast;
    return ast->kind == AST_OR ? pick_children(m, ast, taken_away) : NULL;
}

/* NULL: there is none. Depth is bounded by the parser's LIMIT_QUERY_DEPTH. */
static struct ast *filters_of(struct maker *m, struct ast *ast)
{
    if (only_filters(ast))
        return ast;
    if (ast->kind == AST_AND)
        return pick_children(m, ast, filters_of);
    if (ast->kind != AST_NOT)
        return NULL;
    struct ast *left = filters_of(m, ast->child[0]);
    struct ast *right = taken_away(m, ast->child[1]);
    struct ast *without = right ? new_node(m, ast, 2) : NULL;
    if (!without)
        return left;
    without->child[0] = left ? left : m->everything;
    without->child[1] = right;
    return without;
}

int corpus_of(const struct question *question, struct corpus *out)
{
    struct request *request = question->request;
    struct err *err = &request->err;
    struct parsed all;
    int rc = query_parse(slice_of(everything), &request->arena, &all, err);
    if (rc)
        return rc;
    struct maker m = {&request->arena, (struct ast *)all.root, false};
    struct ast *filter = filters_of(&m, (struct ast *)question->query.ast);
    if (m.failed)
        return err_set(err, ERR_NOMEM, "no memory for the filters");
    *out = (struct corpus){.filtered = filter};
    return question_resolve(question, filter ? filter : all.root,
                            &request->arena, &out->query, err);
}

void corpus_write(const struct corpus *corpus, struct json_out *j)
{
    struct strbuf text;
    json_out_key(j, "filter");
    if (!corpus->filtered) {
        json_out_null(j);
        return;
    }
    strbuf_init(&text, FILTER_BYTES);
    query_print(&corpus->query, &text);
    json_out_slice(j, strbuf_slice(&text));
    j->out->failed |= text.failed;
    strbuf_release(&text);
}

int corpus_visit(const struct question *question, const struct corpus *corpus,
                 search_visit each, void *context)
{
    struct request *request = question->request;
    return question->engine->visit(question->searcher, &corpus->query, false,
                                   request->cancel, &request->arena, each,
                                   context, &request->err);
}
