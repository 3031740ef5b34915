#include "engine/native/search/article_walk.h"

#include "base/cancel.h"
#include "base/err.h"
#include "engine/native/lists/doc_iters.h"

static int walk_only(struct article_walk *walk, struct doc_iter *only,
                     struct arena *lists, struct err *err)
{
    struct doc_iter *both[] = {only, walk->candidates.it};
    if (only)
        walk->candidates.it = iter_and(lists, both, 2);
    return walk->candidates.it ? ERR_OK : native_no_memory(err);
}

/* What is verified and scored, too, is looked at once. */
static int find_check_parts(struct article_walk *walk,
                            const struct walk_options *options, struct err *err)
{
    const struct candidates *candidates = &walk->candidates;
    walk->check_part =
        arena_array(options->lists, size_t, candidates->check_count);
    if (candidates->check_count && !walk->check_part)
        return native_no_memory(err);
    for (size_t i = 0; i < candidates->check_count; i++) {
        walk->check_part[i] = SIZE_MAX;
        for (size_t p = 0; walk->scored && p < options->ranking->count; p++)
            if (options->ranking->part[p].node == candidates->check[i])
                walk->check_part[i] = p;
    }
    return ERR_OK;
}

int article_walk_open(const struct segment *segment,
                      const struct walk_options *options,
                      struct article_walk *out, struct err *err)
{
    *out = (struct article_walk){
        .segment = segment,
        .scored = options->ranking && options->ranking->count,
        .live = segment->live ? live_bits(segment->live) : NULL,
        .scratch = options->scratch,
        .cancel = options->cancel,
    };
    int rc = candidates_of(segment, options->query->root, options->lists,
                           &out->candidates, err);
    if (rc == ERR_OK)
        rc = walk_only(out, options->only, options->lists, err);
    if (rc == ERR_OK)
        rc = native_view_open(segment, options->leaves, options->lists,
                              options->cancel, &out->view, err);
    if (rc == ERR_OK && out->scored)
        rc = scorer_open(options->ranking, &out->view, options->lists,
                         options->scratch, &out->scorer, err);
    return rc ? rc : find_check_parts(out, options, err);
}

static int matches_node(struct article_walk *walk, const struct node *node,
                        bool *matches, struct err *err);

static int matches_phrase(struct article_walk *walk, const struct node *node,
                          bool *matches, struct err *err)
{
    const struct query alone = {.root = node};
    struct phrase *phrase;
    *matches = false;
    int rc = native_view_phrase(&walk->view, node, &phrase, err);
    if (rc == ERR_OK && !phrase)
        return match_article(&alone, &walk->view.base, walk->scratch, matches,
                             err);
    if (rc == ERR_OK)
        rc = phrase_seek(phrase, walk->doc, matches);
    return rc || !*matches ? rc : phrase_occurs(phrase, matches);
}

/* Up to the first child that says `decides`. */
static int matches_children(struct article_walk *walk, const struct node *node,
                            bool decides, bool *matches, struct err *err)
{
    int rc = ERR_OK;
    *matches = !decides;
    for (size_t i = 0;
         rc == ERR_OK && *matches != decides && i < node->child_count; i++)
        rc = matches_node(walk, node->child[i], matches, err);
    return rc;
}

/* As match_article(), which need not look at phrases that their lists tell. */
static int matches_node(struct article_walk *walk, const struct node *node,
                        bool *matches, struct err *err)
{
    const struct query alone = {.root = node};
    int rc;
    switch (node->kind) {
    case NODE_PHRASE:
        return matches_phrase(walk, node, matches, err);
    case NODE_AND:
        return matches_children(walk, node, false, matches, err);
    case NODE_OR:
        return matches_children(walk, node, true, matches, err);
    case NODE_NOT:
        rc = matches_node(walk, node->child[0], matches, err);
        if (rc || !*matches)
            return rc;
        rc = matches_node(walk, node->child[1], matches, err);
        *matches = !*matches;
        return rc;
    default:
        return match_article(&alone, &walk->view.base, walk->scratch, matches,
                             err);
    }
}

static int verify(struct article_walk *walk, bool *matches, struct err *err)
{
    const struct candidates *candidates = &walk->candidates;
    int rc = ERR_OK;
    *matches = true;
    for (size_t i = 0; rc == ERR_OK && *matches && i < candidates->check_count;
         i++) {
        size_t part = walk->check_part[i];
        uint32_t frequency;
        if (part == SIZE_MAX ||
            walk->scorer.ranking->part[part].node->kind == NODE_WORD) {
            rc = matches_node(walk, candidates->check[i], matches, err);
            continue;
        }
        rc = scorer_part_frequency(&walk->scorer, part, &frequency, err);
        *matches = rc == ERR_OK && frequency > 0;
    }
    return rc;
}

static int stopped(const struct article_walk *walk, int rc, struct err *err)
{
    return err_set(err, rc, "stopped after %llu articles",
                   (unsigned long long)walk->looked_at);
}

static doc_id advance(struct article_walk *walk, doc_id from)
{
    struct doc_iter *it = walk->candidates.it;
    if (walk->begun && it->doc >= from)
        return doc_iter_next(it);
    walk->begun = true;
    return doc_iter_seek(it, from);
}

int article_walk_next(struct article_walk *walk, doc_id from, bool *found,
                      struct err *err)
{
    const struct doc_iter *it = walk->candidates.it;
    int rc;
    *found = false;
    while ((walk->doc = advance(walk, from)) != DOC_END) {
        rc = cancel_check(walk->cancel);
        if (rc)
            return stopped(walk, rc, err);
        if (walk->live && !bit_is_set(walk->live, walk->doc))
            continue;
        walk->looked_at++;
        arena_reset(walk->scratch);
        native_view_stand_on(&walk->view, walk->doc);
        if (walk->scored)
            scorer_begin(&walk->scorer);
        rc = verify(walk, found, err);
        if (rc || *found)
            return rc;
    }
    return it->status ? native_walk_failed(walk->segment, it->status, err)
                      : ERR_OK;
}
