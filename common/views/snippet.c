#include "views/snippet.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "views/view_text.h"

#include <stdlib.h>

/* The words of one hit that stand together, as bytes of a part. */
struct leaf {
    uint32_t start, end;
    uint8_t part;
    uint64_t form; /* hash of its first word's form: tells operands apart */
};

/* Bytes [start, end) of a part. */
struct window {
    enum article_part part;
    uint32_t start, end;
};

struct snippet_maker {
    const struct article *article;
    const struct analysis *analysis;
    uint32_t width;
    struct arena *arena;
    struct leaf *leaf; /* by part, then start */
    size_t leaf_count;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_LIMIT, "no memory for a snippet");
}

static int compare_leaves(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static int find_leaves(struct snippet_maker *s, const struct hit_list *hits,
                       struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < hits->count; i++)
        count += hits->hit[i].leaf_count;
    s->leaf = arena_array(s->arena, struct leaf, count);
    if (count && !s->leaf)
        return no_memory(err);
    for (size_t i = 0; i < hits->count; i++) {
        for (size_t k = 0; k < hits->hit[i].leaf_count; k++) {
            const struct span *span = &hits->hit[i].leaf[k];
            const struct token *first =
                view_token_at(&s->analysis->tokens, span->start);
            const struct token *last =
                view_token_at(&s->analysis->tokens, span->end - 1);
            if (first && last)
                s->leaf[s->leaf_count++] =
                    (struct leaf){first->start, last->end, first->part,
                                  hash_bytes(first->form)};
        }
    }
    qsort(s->leaf, s->leaf_count, sizeof *s->leaf, compare_leaves);
    return ERR_OK;
}

static bool has_form(const struct leaf *from, const struct leaf *to,
                     uint64_t form)
{
    for (; from < to; from++)
        if (from->form == form)
            return true;
    return false;
}

/* Of all runs of leaves within the width: the most different words, then the
 * closest together, then the earliest. The title counts only when nothing else has
 * a hit, for it is shown anyway. Looks at the first MANY leaves: an article with
 * more shows what it is about there. */
static struct window densest(const struct snippet_maker *s)
{
    enum { MANY = 2000, RUN = 64 };
    const struct leaf *end = s->leaf + s->leaf_count;
    const struct leaf *begin = s->leaf;
    while (begin < end && begin->part == PART_TITLE)
        begin++;
    if (begin == end)
        begin = s->leaf;
    if (end - begin > MANY)
        end = begin + MANY;

    struct window best = {PART_BODY, 0, 0};
    size_t best_words = 0;
    for (const struct leaf *first = begin; first < end; first++) {
        size_t words = 0;
        uint32_t far = first->end;
        for (const struct leaf *leaf = first; leaf < end && leaf < first + RUN;
             leaf++) {
            if (leaf->part != first->part ||
                (leaf > first && leaf->end - first->start > s->width))
                break;
            if (has_form(first, leaf, leaf->form))
                continue;
            words++;
            if (leaf->end > far)
                far = leaf->end;
            if (words > best_words ||
                (words == best_words &&
                 far - first->start < best.end - best.start)) {
                best_words = words;
                best = (struct window){first->part, first->start, far};
            }
        }
    }
    return best;
}

/* Without hits: the start of the first of these that has text. */
static struct window opening(const struct article *article)
{
    static const enum article_part order[] = {PART_SUMMARY, PART_BODY,
                                              PART_CAPTIONS, PART_TITLE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (article->text[order[i]].len)
            return (struct window){order[i], 0, 0};
    return (struct window){PART_BODY, 0, 0};
}

/* Where the sentence begins that the window begins in, in bytes of its part. */
static uint32_t sentence_start(const struct snippet_maker *s,
                               const struct window *window)
{
    const struct position_list *starts = &s->analysis->sentences;
    uint32_t found = 0;
    for (size_t i = 0; i < starts->count; i++) {
        const struct token *first =
            view_token_at(&s->analysis->tokens, starts->at[i]);
        if (first && first->part == window->part &&
            first->start <= window->start)
            found = first->start;
    }
    return found;
}

/* Grow the window to the width: from the beginning of its sentence when that is
 * near, else with a third of what is left in front; and cut it between words. */
static void widen(const struct snippet_maker *s, struct window *window)
{
    uint32_t len = (uint32_t)s->article->text[window->part].len;
    uint32_t spare = window->end - window->start < s->width
                         ? s->width - (window->end - window->start)
                         : 0;
    uint32_t from = sentence_start(s, window);
    if (window->start - from > spare * 2 / 3)
        from = window->start > spare / 3 ? window->start - spare / 3 : 0;
    uint32_t to = len - from > s->width ? from + s->width : len;
    if (to < window->end)
        to = window->end;

    /* Whole words only, and to the very ends where they are in reach. */
    uint32_t start = window->start, end = window->end;
    for (size_t i = 0; i < s->analysis->tokens.count; i++) {
        const struct token *token = &s->analysis->tokens.token[i];
        if (token->part != window->part || token->joined)
            continue;
        if (token->start >= from && token->start < start)
            start = token->start;
        if (token->end <= to && token->end > end)
            end = token->end;
    }
    window->start = from == 0 ? 0 : start;
    window->end = to == len ? len : end;
}

/* The leaves within the window as bytes of it; `to` has room for all. */
static size_t leaves_within(const struct snippet_maker *s,
                            const struct window *window, struct mark *to)
{
    size_t count = 0;
    for (size_t i = 0; i < s->leaf_count; i++) {
        const struct leaf *leaf = &s->leaf[i];
        if (leaf->part == window->part && leaf->start >= window->start &&
            leaf->end <= window->end)
            to[count++] = (struct mark){leaf->start - window->start,
                                        leaf->end - window->start};
    }
    return count;
}

static int show_window(const struct snippet_maker *s, struct window window,
                       struct snippet *out, struct err *err)
{
    struct slice text = s->article->text[window.part];
    bool cut_before = window.start > 0, cut_after = window.end < text.len;
    while (window.start < window.end && view_is_blank(text.data[window.start]))
        window.start++;
    while (window.start < window.end &&
           view_is_blank(text.data[window.end - 1]))
        window.end--;

    struct view_line line;
    struct mark *range = arena_array(s->arena, struct mark, s->leaf_count);
    if (s->leaf_count && !range)
        return no_memory(err);
    int rc =
        view_squeeze(slice_part(text, window.start, window.end), range,
                     leaves_within(s, &window, range), s->arena, &line, err);
    if (rc == ERR_OK)
        *out = (struct snippet){line.text, line.mark, line.mark_count,
                                cut_before, cut_after};
    return rc;
}

int snippet_make(const struct query *query, const struct article *article,
                 const struct analysis *analysis, uint32_t width,
                 struct arena *arena, struct snippet *out, struct err *err)
{
    struct snippet_maker s = {article, analysis, width, arena, NULL, 0};
    struct token_view view;
    token_view_init(&view, article, analysis);
    struct hit_list hits;
    int rc = match_hits(query, &view.base, arena, &hits, err);
    if (rc == ERR_OK)
        rc = find_leaves(&s, &hits, err);
    if (rc)
        return rc;
    struct window window = s.leaf_count ? densest(&s) : opening(article);
    widen(&s, &window);
    return show_window(&s, window, out, err);
}
