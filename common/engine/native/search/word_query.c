#include "engine/native/search/word_query.h"

#include "base/err.h"

bool node_is_exact(const struct node *node)
{
    switch (node->kind) {
    case NODE_WORD:
    case NODE_FIELD:
    case NODE_DATE:
    case NODE_NOTHING:
        return true;
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
        for (size_t i = 0; i < node->child_count; i++)
            if (!node_is_exact(node->child[i]))
                return false;
        return node->child_count > 0;
    case NODE_ANY:
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_NOTNEAR:
    case NODE_TITLE:
        break;
    }
    return false;
}

struct reader {
    const struct ranking *ranking;
    struct word_query *query;
    size_t parts; /* that were read */
};

static bool has_word(const struct node *node)
{
    bool found = node->kind == NODE_WORD;
    for (size_t i = 0; !found && i < node->child_count; i++)
        found = has_word(node->child[i]);
    return found;
}

/* Words come in the order in which the ranking has them. */
static bool read_word(struct reader *r, const struct node *word)
{
    return r->parts < r->ranking->count &&
           r->ranking->part[r->parts++].node == word;
}

static bool read_arms(struct reader *r, const struct node *node)
{
    if (node->kind == NODE_WORD)
        return read_word(r, node);
    bool words = node->kind == NODE_OR || node->kind == NODE_NOTHING;
    for (size_t i = 0; words && i < node->child_count; i++)
        words = read_arms(r, node->child[i]);
    return words;
}

static bool read_clause(struct reader *r, const struct node *node)
{
    struct word_query *query = r->query;
    struct word_clause *clause = &query->clause[query->clauses++];
    clause->first = r->parts;
    bool words = read_arms(r, node);
    clause->count = r->parts - clause->first;
    return words;
}

static bool read_node(struct reader *r, const struct node *node)
{
    struct word_query *query = r->query;
    bool known = true;
    switch (node->kind) {
    case NODE_AND:
        for (size_t i = 0; known && i < node->child_count; i++)
            known = read_node(r, node->child[i]);
        return known;
    case NODE_NOT:
        query->without[query->withouts++] = node->child[1];
        return node_is_exact(node->child[1]) && read_node(r, node->child[0]);
    case NODE_WORD:
        return read_clause(r, node);
    case NODE_OR:
        if (has_word(node))
            return read_clause(r, node);
        break;
    case NODE_FIELD:
    case NODE_DATE:
        break;
    case NODE_ANY:
    case NODE_NOTHING:
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_NOTNEAR:
    case NODE_TITLE:
        return false;
    }
    query->filter[query->filters++] = node;
    return node_is_exact(node);
}

int word_query_of(const struct query *query, const struct ranking *ranking,
                  struct arena *arena, struct word_query *out, bool *is_one,
                  struct err *err)
{
    size_t nodes = node_count(query->root);
    *out = (struct word_query){
        .clause = arena_array(arena, struct word_clause, nodes),
        .filter = arena_array(arena, const struct node *, nodes),
        .without = arena_array(arena, const struct node *, nodes),
    };
    if (!out->clause || !out->filter || !out->without)
        return native_no_memory(err);
    struct reader reader = {ranking, out, 0};
    *is_one = read_node(&reader, query->root) &&
              reader.parts == ranking->count && out->clauses > 0;
    return ERR_OK;
}
