/* Positional operators need all of their words; whether they match is verified. What an
 * operator excludes must not be too much: where that cannot be told by lists alone, it
 * is left to the verification, too. */
#include "engine/native/lists/candidates.h"

#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/list_union.h"
#include "engine/native/shared/native_terms.h"

#include <string.h>

/* With more lists than this, one bitmap is cheaper than a heap of lists. */
enum { FEW_LISTS = 8 };

struct planner {
    const struct segment *segment;
    struct arena *arena;
    struct err *err;
};

static int plan(struct planner *p, const struct node *node,
                struct candidates *out);

static int done(struct planner *p, struct doc_iter *it, struct candidates *out)
{
    *out = (struct candidates){.it = it};
    if (!it)
        return native_no_memory(p->err);
    return it->status ? native_walk_failed(p->segment, it->status, p->err)
                      : ERR_OK;
}

static int plan_range(struct planner *p, doc_id first, doc_id end,
                      struct candidates *out)
{
    return done(p, iter_range(p->arena, first, end), out);
}

static int plan_nothing(struct planner *p, struct candidates *out)
{
    return plan_range(p, 0, 0, out);
}

/* Whatever else was to be verified, `node` comprises it. */
static int check_node(struct planner *p, const struct node *node,
                      struct candidates *out)
{
    out->check = arena_array(p->arena, const struct node *, 1);
    if (!out->check)
        return native_no_memory(p->err);
    out->check[0] = node;
    out->check_count = 1;
    return ERR_OK;
}

static int open_list(struct planner *p, const struct word_term *term,
                     struct doc_iter **out)
{
    struct postings *list;
    int rc = word_term_open(p->segment, term, p->arena, &list, p->err);
    if (rc == ERR_OK)
        *out = postings_iter(list);
    return rc;
}

static int plan_few(struct planner *p, const struct word_terms *terms,
                    struct candidates *out)
{
    struct doc_iter *list[FEW_LISTS];
    for (size_t i = 0; i < terms->count; i++) {
        int rc = open_list(p, &terms->term[i], &list[i]);
        if (rc)
            return rc;
    }
    return done(p, iter_or(p->arena, list, terms->count), out);
}

static int plan_word(struct planner *p, const struct node *word,
                     struct candidates *out)
{
    struct word_terms terms;
    int rc = word_terms_counted(p->segment, word, p->arena, &terms, p->err);
    if (rc)
        return rc;
    if (terms.count == 0)
        return plan_nothing(p, out);
    if (terms.count <= FEW_LISTS)
        return plan_few(p, &terms, out);
    uint32_t docs = p->segment->docs;
    uint64_t *bits = arena_array(p->arena, uint64_t, bit_words(docs));
    if (!bits)
        return native_no_memory(p->err);
    rc = word_terms_fill(p->segment, &terms, p->arena, bits, p->err);
    return rc ? rc : done(p, iter_bits(p->arena, bits, docs), out);
}

/* The children's iterators; of `*` nothing, for some word stands in any article. */
static int plan_children(struct planner *p, const struct node *node,
                         struct candidates *child, struct doc_iter **it,
                         size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        if (node->child[i]->kind == NODE_ANY)
            continue;
        int rc = plan(p, node->child[i], &child[*count]);
        if (rc)
            return rc;
        it[*count] = child[*count].it;
        ++*count;
    }
    return ERR_OK;
}

static int join_checks(struct planner *p, const struct candidates *child,
                       size_t count, struct candidates *out)
{
    size_t checks = 0;
    for (size_t i = 0; i < count; i++)
        checks += child[i].check_count;
    out->check = arena_array(p->arena, const struct node *, checks);
    if (checks && !out->check)
        return native_no_memory(p->err);
    for (size_t i = 0; i < count; i++) {
        if (child[i].check_count == 0)
            continue;
        memcpy(out->check + out->check_count, child[i].check,
               child[i].check_count * sizeof *out->check);
        out->check_count += child[i].check_count;
    }
    return ERR_OK;
}

static bool is_exact(const struct candidates *child, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (child[i].check_count)
            return false;
    return true;
}

/* AND, OR, and the words of positional operators. */
static int plan_many(struct planner *p, const struct node *node,
                     struct candidates *out)
{
    struct candidates *child =
        arena_array(p->arena, struct candidates, node->child_count);
    struct doc_iter **it =
        arena_array(p->arena, struct doc_iter *, node->child_count);
    size_t count;
    if (!child || !it)
        return native_no_memory(p->err);
    int rc = plan_children(p, node, child, it, &count);
    if (rc)
        return rc;
    if (count == 0)
        rc = plan_range(p, 0, p->segment->docs, out);
    else
        rc = done(p,
                  node->kind == NODE_OR ? iter_or(p->arena, it, count)
                                        : iter_and(p->arena, it, count),
                  out);
    if (rc)
        return rc;
    if (node->kind == NODE_AND)
        return join_checks(p, child, count, out);
    return node->kind == NODE_OR && is_exact(child, count)
               ? ERR_OK
               : check_node(p, node, out);
}

static int plan_not(struct planner *p, const struct node *node,
                    struct candidates *out)
{
    struct candidates without;
    int rc = plan(p, node->child[0], out);
    if (rc == ERR_OK)
        rc = plan(p, node->child[1], &without);
    if (rc)
        return rc;
    if (without.check_count)
        return check_node(p, node, out);
    struct candidates with = *out;
    rc = done(p, iter_not(p->arena, with.it, without.it), out);
    out->check = with.check;
    out->check_count = with.check_count;
    return rc;
}

static int plan_notnear(struct planner *p, const struct node *node,
                        struct candidates *out)
{
    int rc = plan(p, node->child[0], out);
    return rc ? rc : check_node(p, node, out);
}

static int plan_term(struct planner *p, enum term_class class,
                     const struct term *term, struct candidates *out)
{
    struct term_entry entry;
    struct postings *list;
    bool there = false;
    const struct segment *segment = p->segment;
    int rc = dictionary_find(&segment->dictionary, term_slice(term), &entry,
                             &there, p->err);
    if (rc)
        return rc;
    if (!there)
        return plan_nothing(p, out);
    uint32_t docs = segment->docs;
    if (class == TERM_KEY) /* old versions have it, too, and are no answers */
        docs += segment->archived;
    rc = postings_open(segment->file, class, &entry, docs, p->arena, &list,
                       p->err);
    if (rc)
        return rc;
    struct doc_iter *it = postings_iter(list);
    return done(
        p, class == TERM_KEY ? iter_below(p->arena, it, segment->docs) : it,
        out);
}

static int plan_field(struct planner *p, const struct node *node,
                      struct candidates *out)
{
    struct term term;
    if (node->field == FIELD_SINCE)
        return done(p,
                    iter_since(p->arena, &p->segment->columns, p->segment->docs,
                               node->since, p->err),
                    out);
    if (node->field == FIELD_KEY) {
        term_of_key(&term, node->value);
        return term.len ? plan_term(p, TERM_KEY, &term, out)
                        : plan_nothing(p, out);
    }
    term_of_field(&term, node->field, node->value);
    return plan_term(p, TERM_FIELD, &term, out);
}

static int plan_date(struct planner *p, const struct node *node,
                     struct candidates *out)
{
    const struct columns *columns = &p->segment->columns;
    doc_id first = 0, end = p->segment->docs;
    int rc;
    if (node->undated)
        rc = columns_undated(columns, &first, p->err);
    else if (node->range.from >= node->range.to)
        return plan_nothing(p, out);
    else
        rc = columns_date_range(columns, node->range.from, node->range.to,
                                &first, &end, p->err);
    return rc ? rc : plan_range(p, first, end, out);
}

static int plan(struct planner *p, const struct node *node,
                struct candidates *out)
{
    *out = (struct candidates){0};
    switch (node->kind) {
    case NODE_WORD:
        return plan_word(p, node, out);
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_TITLE:
    case NODE_AND:
    case NODE_OR:
        return plan_many(p, node, out);
    case NODE_NOTNEAR:
        return plan_notnear(p, node, out);
    case NODE_NOT:
        return plan_not(p, node, out);
    case NODE_FIELD:
        return plan_field(p, node, out);
    case NODE_DATE:
        return plan_date(p, node, out);
    case NODE_ANY:
    case NODE_NOTHING:
        break;
    }
    return plan_nothing(p, out);
}

int candidates_of(const struct segment *segment, const struct node *root,
                  struct arena *arena, struct candidates *out, struct err *err)
{
    struct planner p = {segment, arena, err};
    return plan(&p, root, out);
}
