#include "engine/native/search/word_places.h"

#include "base/err.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/lists/list_union.h"

/* With more, a heap of lists is cheaper than to ask each. */
enum { FEW_LISTS = 8 };

struct placed_list {
    struct scored_list list;
    unsigned width;
    int lang;
};

static int open_lists(const struct segment *segment,
                      const struct word_terms *terms,
                      const struct score_scale *scale, struct arena *arena,
                      struct placed_list **out, struct err *err)
{
    *out = arena_array(arena, struct placed_list, terms->count);
    if (terms->count && !*out)
        return native_no_memory(err);
    for (size_t i = 0; i < terms->count; i++) {
        struct placed_list *placed = &(*out)[i];
        struct postings *postings;
        placed->width = terms->term[i].width;
        placed->lang = terms->term[i].lang;
        int rc =
            word_term_open(segment, &terms->term[i], arena, &postings, err);
        if (rc == ERR_OK)
            rc = scored_list_open(postings, scale, 0, &placed->list);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int word_places_open(const struct segment *segment, const struct node *word,
                     const struct word_terms *counted,
                     const struct score_scale *scale, bool capitals,
                     struct arena *arena, struct word_places *out, bool *few,
                     struct err *err)
{
    struct word_terms forms, caps = {0};
    *out = (struct word_places){.segment = segment};
    int rc = ERR_OK;
    if (counted && !word_is_counted_apart(word))
        forms = *counted;
    else
        rc = word_terms_placed(segment, word, arena, &forms, err);
    if (rc == ERR_OK && capitals)
        rc = word_terms_capitals(segment, word->caps, arena, &caps, err);
    if (rc)
        return rc;
    *few = forms.count <= FEW_LISTS && caps.count <= FEW_LISTS;
    if (!*few)
        return ERR_OK;
    for (size_t i = 0; i < forms.count; i++)
        out->of_lang = out->of_lang || forms.term[i].lang != ANY_LANG;
    out->forms = forms.count;
    out->capitals = caps.count;
    rc = open_lists(segment, &forms, scale, arena, &out->form, err);
    return rc ? rc
              : open_lists(segment, &caps, scale, arena, &out->capital, err);
}

static int list_has(struct scored_list *list, doc_id doc, bool *there)
{
    scored_list_rewind(list, doc);
    return scored_list_has(list, doc, there);
}

/* What is in the title stands twice in the list, and once among the spans. */
static size_t put_spans(const uint32_t *position, uint32_t count,
                        unsigned width, struct span *to)
{
    size_t put = 0;
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || position[i] != position[i - 1])
            to[put++] = (struct span){position[i], position[i] + width};
    return put;
}

/* One list's, behind those that are there. */
static int add_spans(struct placed_list *placed, doc_id doc,
                     struct arena *arena, struct span_list *out,
                     struct err *err)
{
    const uint32_t *position;
    uint32_t count;
    bool there;
    int rc = list_has(&placed->list, doc, &there);
    if (rc || !there)
        return rc;
    rc = scored_list_positions(&placed->list, doc, &position, &count);
    if (rc)
        return rc;
    struct span *span =
        arena_alloc_unset(arena, (out->count + (size_t)count) * sizeof *span);
    if (!span)
        return err_set(err, ERR_LIMIT, "one article has too many hits");
    for (size_t i = 0; i < out->count; i++)
        span[i] = out->span[i];
    out->span = span;
    out->count += put_spans(position, count, placed->width, span + out->count);
    return ERR_OK;
}

int word_places_spans(struct word_places *places, doc_id doc,
                      struct arena *arena, struct span_list *out,
                      struct err *err)
{
    uint16_t lang = 0;
    size_t from = 0;
    int rc = places->of_lang
                 ? columns_lang(&places->segment->columns, doc, &lang, err)
                 : ERR_OK;
    *out = (struct span_list){0};
    for (size_t i = 0; rc == ERR_OK && i < places->forms; i++) {
        struct placed_list *placed = &places->form[i];
        size_t before = out->count;
        if (placed->lang == ANY_LANG || placed->lang == lang)
            rc = add_spans(placed, doc, arena, out, err);
        from += out->count > before;
    }
    if (rc == ERR_OK && from > 1)
        span_list_sort(out);
    return rc;
}

int word_places_capitals(struct word_places *places, doc_id doc, uint32_t *out)
{
    int rc = ERR_OK;
    *out = 0;
    for (size_t i = 0; rc == ERR_OK && i < places->capitals; i++) {
        struct scored_list *list = &places->capital[i].list;
        uint32_t frequency;
        bool there;
        rc = list_has(list, doc, &there);
        if (rc || !there)
            continue;
        rc = scored_list_frequency(list, doc, &frequency);
        *out += frequency;
    }
    return rc;
}
