#include "engine/native/match_bits.h"

#include "base/err.h"
#include "engine/native/candidates.h"
#include "engine/native/doc_iters.h"
#include "engine/native/list_union.h"

static int of_word(const struct segment *segment, const struct node *word,
                   struct arena *arena, uint64_t *bits, struct err *err)
{
    struct word_terms terms;
    int rc = word_terms_counted(segment, word, arena, &terms, err);
    return rc ? rc : word_terms_fill(segment, &terms, arena, bits, err);
}

/* Filters and dates. */
static int of_candidates(const struct segment *segment, const struct node *node,
                         struct arena *arena, uint64_t *bits, struct err *err)
{
    struct candidates candidates;
    int rc = candidates_of(segment, node, arena, &candidates, err);
    if (rc)
        return rc;
    struct doc_iter *it = candidates.it;
    for (doc_id doc = it->doc; doc != DOC_END; doc = doc_iter_next(it))
        bit_set(bits, doc);
    return it->status ? native_walk_failed(segment, it->status, err) : ERR_OK;
}

static void combine(enum node_kind kind, uint64_t *bits, const uint64_t *more,
                    size_t words)
{
    for (size_t i = 0; i < words; i++)
        bits[i] = kind == NODE_AND  ? bits[i] & more[i]
                  : kind == NODE_OR ? bits[i] | more[i]
                                    : bits[i] & ~more[i];
}

static int of_children(const struct segment *segment, const struct node *node,
                       struct arena *arena, uint64_t **out, struct err *err)
{
    int rc = match_bits(segment, node->child[0], arena, out, err);
    for (size_t i = 1; rc == ERR_OK && i < node->child_count; i++) {
        uint64_t *more;
        rc = match_bits(segment, node->child[i], arena, &more, err);
        if (rc == ERR_OK)
            combine(node->kind, *out, more, bit_words(segment->docs));
    }
    return rc;
}

int match_bits(const struct segment *segment, const struct node *node,
               struct arena *arena, uint64_t **out, struct err *err)
{
    bool joins = node->kind == NODE_AND || node->kind == NODE_OR ||
                 node->kind == NODE_NOT;
    if (joins && node->child_count > 0)
        return of_children(segment, node, arena, out, err);
    *out = arena_array(arena, uint64_t, bit_words(segment->docs));
    if (!*out)
        return native_no_memory(err);
    return node->kind == NODE_WORD
               ? of_word(segment, node, arena, *out, err)
               : of_candidates(segment, node, arena, *out, err);
}
