#include "engine/native/read/native_view.h"

#include "base/err.h"
#include "engine/native/shared/native_terms.h"
#include "query/filter.h"

#include <stdlib.h>

/* --- leaves --- */

static bool is_leaf(const struct node *node)
{
    return node->kind == NODE_WORD || node->kind == NODE_FIELD ||
           node->kind == NODE_PHRASE;
}

static size_t count_leaves(const struct node *node)
{
    size_t count = is_leaf(node);
    for (size_t i = 0; i < node->child_count; i++)
        count += count_leaves(node->child[i]);
    return count;
}

static void add_leaves(const struct node *node, struct query_leaves *out)
{
    if (is_leaf(node))
        out->node[out->count++] = node;
    for (size_t i = 0; i < node->child_count; i++)
        add_leaves(node->child[i], out);
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (const struct node *const *)a;
    uintptr_t y = (uintptr_t) * (const struct node *const *)b;
    return (x > y) - (x < y);
}

int query_leaves_of(const struct query *query, struct arena *arena,
                    struct query_leaves *out, struct err *err)
{
    size_t count = count_leaves(query->root);
    *out = (struct query_leaves){0};
    out->node = arena_array(arena, const struct node *, count);
    if (count && !out->node)
        return native_no_memory(err);
    add_leaves(query->root, out);
    if (count)
        qsort(out->node, count, sizeof *out->node, by_address);
    return ERR_OK;
}

/* What is open of one word, filter or phrase. */
struct view_leaf {
    bool counted_open, placed_open, capitals_open, phrase_open;
    struct list_union counted, placed, capitals;
    struct phrase *phrase;
};

static struct view_leaf *leaf_of(struct native_view *view,
                                 const struct node *node)
{
    const struct query_leaves *leaves = view->leaves;
    const struct node *const *at = bsearch(&node, leaves->node, leaves->count,
                                           sizeof *leaves->node, by_address);
    assert(at);
    return &view->leaf[at - (const struct node *const *)leaves->node];
}

static int open_placed(struct native_view *view, const struct node *word,
                       struct view_leaf *leaf, struct err *err)
{
    struct word_terms terms;
    if (leaf->placed_open)
        return ERR_OK;
    leaf->placed_open = true;
    int rc = word_terms_placed(view->segment, word, view->lists, &terms, err);
    return rc ? rc
              : list_union_open(view->segment, &terms, view->lists,
                                &leaf->placed, err);
}

static int open_counted(struct native_view *view, const struct node *word,
                        struct view_leaf *leaf, struct err *err)
{
    struct word_terms terms;
    if (leaf->counted_open)
        return ERR_OK;
    leaf->counted_open = true;
    int rc = word_terms_counted(view->segment, word, view->lists, &terms, err);
    return rc ? rc
              : list_union_open(view->segment, &terms, view->lists,
                                &leaf->counted, err);
}

/* The lists that count a word. If they have its places, too, they need not be open
 * twice. */
static int counted_lists(struct native_view *view, const struct node *word,
                         struct list_union **out, struct err *err)
{
    struct view_leaf *leaf = leaf_of(view, word);
    if (word_is_counted_apart(word)) {
        *out = &leaf->counted;
        return open_counted(view, word, leaf, err);
    }
    *out = &leaf->placed;
    return open_placed(view, word, leaf, err);
}

int native_view_frequency(struct native_view *view, const struct node *word,
                          uint32_t *out, struct err *err)
{
    struct list_union *lists;
    bool there = false;
    *out = 0;
    int rc = counted_lists(view, word, &lists, err);
    if (rc == ERR_OK)
        rc = list_union_seek(lists, view->doc, &there, err);
    return rc || !there ? rc : list_union_frequency(lists, view->doc, out, err);
}

int native_view_capitals(struct native_view *view, const struct node *word,
                         uint32_t *out, struct err *err)
{
    struct view_leaf *leaf = leaf_of(view, word);
    bool there = false;
    int rc = ERR_OK;
    *out = 0;
    if (!leaf->capitals_open) {
        struct word_terms terms;
        leaf->capitals_open = true;
        rc = word_terms_capitals(view->segment, word->caps, view->lists, &terms,
                                 err);
        if (rc == ERR_OK)
            rc = list_union_open(view->segment, &terms, view->lists,
                                 &leaf->capitals, err);
    }
    if (rc == ERR_OK)
        rc = list_union_seek(&leaf->capitals, view->doc, &there, err);
    return rc || !there
               ? rc
               : list_union_frequency(&leaf->capitals, view->doc, out, err);
}

int native_view_phrase(struct native_view *view, const struct node *node,
                       struct phrase **out, struct err *err)
{
    struct view_leaf *leaf = leaf_of(view, node);
    int rc = ERR_OK;
    if (!leaf->phrase_open)
        rc = phrase_open(view->segment, node, view->lists, &leaf->phrase, err);
    leaf->phrase_open = true;
    *out = leaf->phrase && phrase_tells(leaf->phrase, view->doc) ? leaf->phrase
                                                                 : NULL;
    return rc;
}

/* --- what match.h asks --- */

static int word_spans(struct article_view *base, const struct node *word,
                      struct arena *arena, struct span_list *out,
                      struct err *err)
{
    struct native_view *view = (struct native_view *)base;
    struct view_leaf *leaf = leaf_of(view, word);
    bool there = false;
    *out = (struct span_list){0};
    int rc = open_placed(view, word, leaf, err);
    if (rc == ERR_OK)
        rc = list_union_seek(&leaf->placed, view->doc, &there, err);
    return rc || !there
               ? rc
               : list_union_spans(&leaf->placed, view->doc, arena, out, err);
}

static int word_present(struct article_view *base, const struct node *word,
                        bool *out, struct err *err)
{
    struct native_view *view = (struct native_view *)base;
    struct list_union *lists;
    *out = false;
    int rc = counted_lists(view, word, &lists, err);
    return rc ? rc : list_union_seek(lists, view->doc, out, err);
}

static int read_record(struct native_view *view, struct err *err)
{
    if (view->have_record)
        return ERR_OK;
    int rc =
        columns_record(&view->segment->columns, view->doc, &view->record, err);
    view->have_record = rc == ERR_OK;
    return rc;
}

/* A value that is asked for by its list, opened like a word's. */
static int has_field(struct native_view *view, const struct node *filter,
                     bool *out, struct err *err)
{
    struct view_leaf *leaf = leaf_of(view, filter);
    int rc = ERR_OK;
    *out = false;
    if (!leaf->counted_open) {
        struct term term;
        struct word_term found = {.class = TERM_FIELD, .lang = ANY_LANG};
        bool there = false;
        leaf->counted_open = true;
        term_of_field(&term, filter->field, filter->value);
        rc = dictionary_find(&view->segment->dictionary, term_slice(&term),
                             &found.entry, &there, err);
        const struct word_terms terms = {&found, there, there};
        if (rc == ERR_OK)
            rc = list_union_open(view->segment, &terms, view->lists,
                                 &leaf->counted, err);
    }
    return rc ? rc : list_union_seek(&leaf->counted, view->doc, out, err);
}

static int filter_matches(struct article_view *base, const struct node *filter,
                          bool *out, struct err *err)
{
    struct native_view *view = (struct native_view *)base;
    int rc;
    if (filter->kind == NODE_DATE) {
        struct date date = {0};
        rc = columns_date(&view->segment->columns, view->doc, &date, err);
        *out = rc == ERR_OK && filter_date(filter, date);
        return rc;
    }
    if (filter->field != FIELD_SINCE && filter->field != FIELD_KEY)
        return has_field(view, filter, out, err);
    *out = false;
    rc = read_record(view, err);
    if (rc == ERR_OK)
        *out = filter->field == FIELD_KEY
                   ? slice_eq(view->record.key, filter->value)
                   : view->record.generation > filter->since;
    return rc;
}

static int part_range(struct article_view *base, enum article_part part,
                      struct span *out, struct err *err)
{
    struct native_view *view = (struct native_view *)base;
    *out = (struct span){0};
    int rc = read_record(view, err);
    if (rc == ERR_OK)
        *out = (struct span){view->record.part[part].start,
                             view->record.part[part].end};
    return rc;
}

static int unit_starts(struct article_view *base, enum near_unit unit,
                       struct arena *arena, struct position_list *out,
                       struct err *err)
{
    const struct native_view *view = (const struct native_view *)base;
    struct doc_marks marks = {0};
    int rc =
        columns_marks(&view->segment->columns, view->doc, arena, &marks, err);
    *out = unit == NEAR_SENTENCE
               ? (struct position_list){marks.sentence, marks.sentences}
               : (struct position_list){marks.paragraph, marks.paragraphs};
    return rc;
}

int native_view_open(const struct segment *segment,
                     const struct query_leaves *leaves, struct arena *lists,
                     struct cancel *cancel, struct native_view *out,
                     struct err *err)
{
    static const struct article_view_ops ops = {
        word_spans, word_present, filter_matches, part_range, unit_starts};
    *out = (struct native_view){.base = {&ops, cancel},
                                .segment = segment,
                                .leaves = leaves,
                                .lists = lists,
                                .doc = DOC_END};
    out->leaf = arena_array(lists, struct view_leaf, leaves->count);
    if (leaves->count && !out->leaf)
        return native_no_memory(err);
    return ERR_OK;
}
