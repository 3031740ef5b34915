/* Lists are poured into bitmaps; under an AND, a list that is much longer than what is
 * left is only asked about that. */
#include "engine/native/lists/match_bits.h"

#include "base/bits.h"
#include "base/err.h"
#include "engine/native/lists/candidates.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/list_union.h"

#include <stdlib.h>
#include <string.h>

/* To ask about one article costs as much as so many are poured. */
enum { ASK = 16 };

struct gatherer {
    const struct segment *segment;
    struct arena *arena;
    size_t words; /* of a bitmap */
    struct err *err;
};

static int add_node(struct gatherer *g, const struct node *node,
                    uint64_t *bits);

static int new_bits(struct gatherer *g, uint64_t **out)
{
    *out = arena_array(g->arena, uint64_t, g->words);
    return *out || g->words == 0 ? ERR_OK : native_no_memory(g->err);
}

static int add_word(struct gatherer *g, const struct node *word, uint64_t *bits)
{
    struct word_terms terms;
    int rc = word_terms_counted(g->segment, word, g->arena, &terms, g->err);
    return rc ? rc
              : word_terms_fill(g->segment, &terms, g->arena, bits, g->err);
}

/* Filters and dates. */
static int add_candidates(struct gatherer *g, const struct node *node,
                          uint64_t *bits)
{
    struct candidates candidates;
    int rc = candidates_of(g->segment, node, g->arena, &candidates, g->err);
    if (rc)
        return rc;
    struct doc_iter *it = candidates.it;
    for (doc_id doc = it->doc; doc != DOC_END; doc = doc_iter_next(it))
        bit_set(bits, doc);
    return it->status ? native_walk_failed(g->segment, it->status, g->err)
                      : ERR_OK;
}

/* --- AND --- */

/* An operand, with its lists if it is a word. */
struct operand {
    const struct node *node;
    struct word_terms terms;
    uint64_t cost;
};

static int by_cost(const void *a, const void *b)
{
    uint64_t x = ((const struct operand *)a)->cost;
    uint64_t y = ((const struct operand *)b)->cost;
    return (x > y) - (x < y);
}

static int read_operand(struct gatherer *g, const struct node *node,
                        struct operand *out)
{
    *out = (struct operand){.node = node, .cost = g->segment->docs};
    if (node->kind != NODE_WORD)
        return ERR_OK;
    int rc =
        word_terms_counted(g->segment, node, g->arena, &out->terms, g->err);
    out->cost = 0;
    for (size_t i = 0; rc == ERR_OK && i < out->terms.count; i++)
        out->cost += out->terms.term[i].entry.counts.docs;
    return rc;
}

static void and_words(uint64_t *bits, const uint8_t *with, size_t words)
{
    for (size_t i = 0; i < words; i++)
        bits[i] &= load_u64(with + 8 * i);
}

/* Keep of `bits` what the list has. */
static int ask_list(struct gatherer *g, struct postings *list, uint64_t *bits)
{
    struct doc_iter *it = postings_iter(list);
    for (size_t i = 0; i < g->words; i++)
        for (uint64_t left = bits[i]; left; left &= left - 1) {
            doc_id doc = (doc_id)(64 * i) + (doc_id)__builtin_ctzll(left);
            if (doc_iter_seek(it, doc) != doc)
                bits[i] &= ~(left & -left);
        }
    return it->status ? native_walk_failed(g->segment, it->status, g->err)
                      : ERR_OK;
}

static int keep_list(struct gatherer *g, const struct operand *with,
                     uint64_t left, uint64_t *bits, bool *done)
{
    struct postings *list;
    int rc = word_term_open(g->segment, &with->terms.term[0], g->arena, &list,
                            g->err);
    *done = rc == ERR_OK;
    if (rc)
        return rc;
    if (postings_dense(list)) {
        uint32_t words;
        const uint8_t *bitmap = postings_bitmap(list, &words);
        and_words(bits, bitmap, words);
        memset(bits + words, 0, (g->words - words) * sizeof *bits);
        return ERR_OK;
    }
    *done = left * ASK < with->cost;
    return *done ? ask_list(g, list, bits) : ERR_OK;
}

/* `left`: bits that are set, at most. */
static int keep_operand(struct gatherer *g, const struct operand *with,
                        uint64_t left, uint64_t *bits)
{
    uint64_t *more;
    bool done = false;
    int rc = ERR_OK;
    if (with->terms.count == 1)
        rc = keep_list(g, with, left, bits, &done);
    if (rc || done)
        return rc;
    rc = new_bits(g, &more);
    if (rc == ERR_OK)
        rc = add_node(g, with->node, more);
    for (size_t i = 0; rc == ERR_OK && i < g->words; i++)
        bits[i] &= more[i];
    return rc;
}

/* Into empty bits: the rarest, and of it what the others have. */
static int intersect(struct gatherer *g, const struct node *node,
                     uint64_t *bits)
{
    struct operand *operand =
        arena_array(g->arena, struct operand, node->child_count);
    if (!operand)
        return native_no_memory(g->err);
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < node->child_count; i++)
        rc = read_operand(g, node->child[i], &operand[i]);
    if (rc)
        return rc;
    qsort(operand, node->child_count, sizeof *operand, by_cost);
    if (operand[0].cost == 0)
        return ERR_OK;
    rc = add_node(g, operand[0].node, bits);
    for (size_t i = 1; rc == ERR_OK && i < node->child_count; i++)
        rc = keep_operand(g, &operand[i], operand[0].cost, bits);
    return rc;
}

/* --- all kinds --- */

/* AND, NOT: apart, and then added. */
static int add_apart(struct gatherer *g, const struct node *node,
                     uint64_t *bits)
{
    uint64_t *with, *without = NULL;
    int rc = new_bits(g, &with);
    if (rc == ERR_OK && node->kind == NODE_AND)
        rc = intersect(g, node, with);
    else if (rc == ERR_OK) {
        rc = new_bits(g, &without);
        if (rc == ERR_OK)
            rc = add_node(g, node->child[0], with);
        if (rc == ERR_OK)
            rc = add_node(g, node->child[1], without);
    }
    for (size_t i = 0; rc == ERR_OK && i < g->words; i++)
        bits[i] |= without ? with[i] & ~without[i] : with[i];
    return rc;
}

static int add_node(struct gatherer *g, const struct node *node, uint64_t *bits)
{
    int rc = ERR_OK;
    switch (node->kind) {
    case NODE_WORD:
        return add_word(g, node, bits);
    case NODE_OR:
        for (size_t i = 0; rc == ERR_OK && i < node->child_count; i++)
            rc = add_node(g, node->child[i], bits);
        return rc;
    case NODE_AND:
    case NODE_NOT:
        return add_apart(g, node, bits);
    default:
        return add_candidates(g, node, bits);
    }
}

int match_bits(const struct segment *segment, const struct node *node,
               struct arena *arena, uint64_t **out, struct err *err)
{
    struct gatherer g = {segment, arena, bit_words(segment->docs), err};
    int rc = new_bits(&g, out);
    if (rc)
        return rc;
    return node->kind == NODE_AND ? intersect(&g, node, *out)
                                  : add_node(&g, node, *out);
}

int match_count(const struct segment *segment, const struct node *node,
                struct arena *arena, uint64_t *out, struct err *err)
{
    uint64_t *bits;
    *out = 0;
    if (node->kind == NODE_WORD) {
        struct word_terms terms;
        int rc = word_terms_counted(segment, node, arena, &terms, err);
        return rc ? rc
                  : word_terms_articles(segment, &terms, node->stem_count > 0,
                                        arena, out, err);
    }
    int rc = match_bits(segment, node, arena, &bits, err);
    if (rc)
        return rc;
    size_t words = bit_words(segment->docs);
    *out = segment->live
               ? bits_count_both(bits, live_bits(segment->live), words)
               : bits_count(bits, words);
    return ERR_OK;
}
