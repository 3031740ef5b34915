/* Every function of the slow evaluator is one sentence of docs/query.md. Where the
 * choice of occurrences matters, all choices are tried. Here: fields, AND, OR, NOT. */
#include "query/oracle_internal.h"

#include "base/err.h"
#include "query/filter.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 10 * 1000 * 1000 };

int oracle_no_memory(struct oracle *o)
{
    return err_set(o->err, ERR_NOMEM, "no memory to try every reading");
}

int oracle_step(struct oracle *o)
{
    if (++o->steps <= MAX_STEPS)
        return ERR_OK;
    return err_set(o->err, ERR_LIMIT, "more than %d steps to try", MAX_STEPS);
}

int oracle_add(struct oracle *o, struct found *to, uint32_t start, uint32_t end)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 16;
        struct span *bigger = arena_array(o->arena, struct span, capacity);
        if (!bigger)
            return oracle_no_memory(o);
        if (to->count)
            memcpy(bigger, to->span, to->count * sizeof *bigger);
        to->span = bigger;
        to->capacity = capacity;
    }
    to->span[to->count++] = (struct span){start, end};
    return ERR_OK;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

void oracle_tidy(struct found *found)
{
    size_t kept = 0;
    if (found->count > 1)
        qsort(found->span, found->count, sizeof *found->span, compare_spans);
    for (size_t i = 0; i < found->count; i++)
        if (i == 0 || compare_spans(&found->span[i], &found->span[kept - 1]))
            found->span[kept++] = found->span[i];
    found->count = kept;
}

int oracle_add_minimal(struct oracle *o, struct found *all, struct found *out)
{
    oracle_tidy(all);
    for (size_t i = 0; i < all->count; i++) {
        struct span outer = all->span[i];
        bool holds_another = false;
        for (size_t k = 0; k < all->count; k++) {
            struct span inner = all->span[k];
            if (k != i && inner.start >= outer.start && inner.end <= outer.end)
                holds_another = true;
            int rc = oracle_step(o);
            if (rc != ERR_OK)
                return rc;
        }
        int rc =
            holds_another ? ERR_OK : oracle_add(o, out, outer.start, outer.end);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static int title_occurrences(struct oracle *o, const struct ast *ast,
                             struct found *out)
{
    struct part_range title = o->analysis->part[PART_TITLE];
    struct found all = {0};
    int rc = oracle_occurrences(o, ast->child[0], &all);
    for (size_t i = 0; rc == ERR_OK && i < all.count; i++)
        if (all.span[i].start >= title.start && all.span[i].end <= title.end)
            rc = oracle_add(o, out, all.span[i].start, all.span[i].end);
    return rc;
}

int oracle_occurrences(struct oracle *o, const struct ast *ast,
                       struct found *out)
{
    int rc = ERR_OK;
    switch (ast->kind) {
    case AST_WORD:
        rc = oracle_text(o, ast, ast->exact ? VERY_FORM : WITH_STEM, out);
        break;
    case AST_PREFIX:
        rc = oracle_text(o, ast, BEGINNING, out);
        break;
    case AST_FUZZY:
        rc = oracle_text(o, ast, ONE_EDIT_APART, out);
        break;
    case AST_PATTERN:
        rc = oracle_pattern(o, ast, out);
        break;
    case AST_ENTITY:
        rc = oracle_entity(o, ast, out);
        break;
    case AST_PHRASE:
    case AST_WINDOW:
        rc = oracle_text(o, ast, AS_ITSELF, out);
        break;
    case AST_NEAR:
    case AST_ADJ:
    case AST_NOTNEAR:
        rc = oracle_near(o, ast, out);
        break;
    case AST_TITLE:
        rc = title_occurrences(o, ast, out);
        break;
    default: /* OR */
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
            rc = oracle_occurrences(o, ast->child[i], out);
        break;
    }
    oracle_tidy(out);
    return rc;
}

/* Whether the article's `value` is the one asked for. */
static int value_is(struct oracle *o, const struct ast *ast, struct slice value,
                    bool *same)
{
    struct slice wanted, has;
    if (filter_value(ast->field, ast->text, o->arena, &wanted) ||
        filter_value(ast->field, value, o->arena, &has))
        return oracle_no_memory(o);
    *same = *same || slice_eq(wanted, has);
    return ERR_OK;
}

static int field_matches(struct oracle *o, const struct ast *ast, bool *out)
{
    const struct article *article = o->article;
    int rc = ERR_OK;
    *out = false;
    switch (ast->field) {
    case FIELD_SOURCE:
        return value_is(o, ast, article->source, out);
    case FIELD_KEY:
        return value_is(o, ast, article->key, out);
    case FIELD_LANG:
        rc = value_is(o, ast, article->lang, out);
        if (rc == ERR_OK)
            rc = value_is(o, ast, lang_primary(article->lang), out);
        return rc;
    case FIELD_SINCE:
        *out = article->generation > ast->since;
        return ERR_OK;
    case FIELD_TOPIC:
        for (size_t i = 0; rc == ERR_OK && i < article->topics.count; i++)
            rc = value_is(o, ast, article->topics.item[i], out);
        return rc;
    }
    return rc;
}

static int matches(struct oracle *o, const struct ast *ast, bool *out)
{
    struct found found = {0};
    struct node date = {.kind = NODE_DATE};
    bool child;
    int rc = ERR_OK;
    switch (ast->kind) {
    case AST_AND:
    case AST_OR:
        *out = ast->kind == AST_AND;
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++) {
            rc = matches(o, ast->child[i], &child);
            if (rc == ERR_OK)
                *out = ast->kind == AST_AND ? *out && child : *out || child;
        }
        return rc;
    case AST_NOT:
        rc = matches(o, ast->child[0], out);
        if (rc == ERR_OK)
            rc = matches(o, ast->child[1], &child);
        if (rc == ERR_OK)
            *out = *out && !child;
        return rc;
    case AST_FIELD:
        return field_matches(o, ast, out);
    case AST_DATE:
        date.range = ast->range;
        date.undated = ast->undated;
        *out = filter_date(&date, o->article->published);
        return ERR_OK;
    default:
        rc = oracle_occurrences(o, ast, &found);
        *out = found.count > 0;
        return rc;
    }
}

/* "An operand that does not match the article contributes none." */
static int hits_of(struct oracle *o, const struct ast *ast, struct found *out)
{
    bool match;
    int rc = matches(o, ast, &match);
    if (rc != ERR_OK || !match)
        return rc;
    switch (ast->kind) {
    case AST_AND:
    case AST_OR:
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
            rc = hits_of(o, ast->child[i], out);
        return rc;
    case AST_NOT:
        return hits_of(o, ast->child[0], out);
    case AST_FIELD:
    case AST_DATE:
        return ERR_OK;
    default:
        return oracle_occurrences(o, ast, out);
    }
}

int oracle_match(const struct query *query, const struct article *article,
                 const struct analysis *analysis, struct stemmers *stemmers,
                 struct arena *arena, bool *matches_out, struct hit_list *hits,
                 struct err *err)
{
    struct oracle o = {query, article, analysis, stemmers, arena, err, 0};
    struct found found = {0};
    int rc = matches(&o, query->ast, matches_out);
    if (rc == ERR_OK)
        rc = hits_of(&o, query->ast, &found);
    if (rc != ERR_OK)
        return rc;
    oracle_tidy(&found);
    *hits = (struct hit_list){arena_array(arena, struct hit, found.count),
                              found.count};
    if (found.count && !hits->hit)
        return oracle_no_memory(&o);
    for (size_t i = 0; i < found.count; i++)
        hits->hit[i].span = found.span[i];
    return ERR_OK;
}
