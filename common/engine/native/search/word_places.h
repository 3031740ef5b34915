/* word_places.h - where a word stands in an article of a segment, and how often in
 * capitals: articles in any order, unlike native_view.h. For words of few lists.
 */
#ifndef ENGINE_NATIVE_SEARCH_WORD_PLACES_H
#define ENGINE_NATIVE_SEARCH_WORD_PLACES_H

#include "engine/native/search/scored_list.h"
#include "engine/native/lists/word_terms.h"
#include "query/match.h"

struct placed_list;

struct word_places {
    const struct segment *segment;
    struct placed_list *form, *capital;
    size_t forms, capitals;
    bool of_lang; /* a form counts in articles of its language only */
};

/* In `arena`; `counted`: its terms, if known; `capitals`: whether they will be asked for.
 * *few false: it has too many lists. */
int word_places_open(const struct segment *segment, const struct node *word,
                     const struct word_terms *counted,
                     const struct score_scale *scale, bool capitals,
                     struct arena *arena, struct word_places *out, bool *few,
                     struct err *err);

/* As article_view's word_spans(). In `arena`. */
int word_places_spans(struct word_places *places, doc_id doc,
                      struct arena *arena, struct span_list *out,
                      struct err *err);
/* As native_view_capitals(). */
int word_places_capitals(struct word_places *places, doc_id doc, uint32_t *out);

#endif
