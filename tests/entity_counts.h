/* entity_counts.h - what an engine says of the entities of its articles, against a count of
 * their mentions one by one. */
#ifndef TESTS_ENTITY_COUNTS_H
#define TESTS_ENTITY_COUNTS_H

#include "base/err.h"
#include "check.h"
#include "engine/engine.h"

struct counted_article {
    const struct analysis *analysis;
    struct slice key;
    bool chosen; /* for entities_of() */
};

static inline void check_forms_of(struct lexicon *lexicon, struct slice id,
                                  const struct counted_article *article,
                                  size_t count, struct arena *arena)
{
    struct entity_form_list forms;
    struct err err = {0};
    CHECK_OK(lexicon->ops->entity_forms(lexicon, id, arena, &forms, &err), err);
    uint64_t in_all_forms = 0, in_all = 0;
    for (size_t f = 0; f < forms.count; f++) {
        const struct entity_form *form = &forms.form[f];
        uint64_t articles = 0, mentions = 0;
        CHECK(f == 0 || slice_cmp(form[-1].text, form->text) <= 0);
        for (size_t i = 0; i < count; i++) {
            const struct mention_list *all = &article[i].analysis->mentions;
            uint64_t here = 0;
            for (size_t m = 0; m < all->count; m++)
                here += slice_eq(all->mention[m].entity, id) &&
                        slice_eq(all->mention[m].form, form->text) &&
                        all->mention[m].width == form->width;
            articles += here > 0;
            mentions += here;
        }
        CHECK_MSG(form->articles == articles && form->mentions == mentions &&
                      mentions > 0,
                  "%.*s as %.*s", SLICE_ARG(id), SLICE_ARG(form->text));
        in_all_forms += mentions;
    }
    uint64_t articles = 0, got_articles, got_mentions;
    for (size_t i = 0; i < count; i++) {
        const struct mention_list *all = &article[i].analysis->mentions;
        uint64_t here = 0;
        for (size_t m = 0; m < all->count; m++)
            here += slice_eq(all->mention[m].entity, id);
        articles += here > 0;
        in_all += here;
    }
    CHECK_EQ(in_all_forms, in_all);
    CHECK_OK(lexicon->ops->entity_frequency(lexicon, id, &got_articles,
                                            &got_mentions, &err),
             err);
    CHECK_EQ(got_articles, articles);
    CHECK_EQ(got_mentions, in_all);
}

static inline void check_entities_of(struct searcher *searcher,
                                     const struct slice_list *ids,
                                     const struct counted_article *article,
                                     size_t count, struct arena *arena)
{
    const struct engine *engine = searcher->snapshot->engine;
    doc_ref *docs = arena_array(arena, doc_ref, count + 1);
    struct entity_count_list got;
    struct err err = {0};
    size_t chosen = 0, seen = 0;
    CHECK(docs);
    for (size_t i = count; i > 0; i--) /* in any order */
        if (article[i - 1].chosen)
            CHECK_OK(engine->find(searcher, article[i - 1].key, &docs[chosen++],
                                  &err),
                     err);
    CHECK_OK(
        engine->entities_of(searcher, docs, chosen, NULL, arena, &got, &err),
        err);
    for (size_t e = 0; e < ids->count; e++) {
        uint64_t want = 0;
        for (size_t i = 0; i < count; i++) {
            const struct mention_list *all = &article[i].analysis->mentions;
            size_t m = 0;
            while (m < all->count &&
                   !slice_eq(all->mention[m].entity, ids->item[e]))
                m++;
            want += article[i].chosen && m < all->count;
        }
        if (want == 0)
            continue;
        CHECK(seen < got.count);
        CHECK(slice_eq(got.entity[seen].id, ids->item[e]));
        CHECK_EQ(got.entity[seen++].articles, want);
    }
    CHECK_EQ(got.count, seen);
}

static inline void check_entities(struct searcher *searcher,
                                  const struct counted_article *article,
                                  size_t count, struct arena *arena)
{
    struct lexicon *lexicon = searcher->snapshot->engine->lexicon(searcher);
    struct slice_list ids;
    struct err err = {0};
    CHECK_OK(lexicon->ops->entities(lexicon, arena, &ids, &err), err);
    for (size_t e = 0; e < ids.count; e++) {
        CHECK(e == 0 || slice_cmp(ids.item[e - 1], ids.item[e]) < 0);
        check_forms_of(lexicon, ids.item[e], article, count, arena);
    }
    for (size_t i = 0; i < count; i++) {
        const struct mention_list *all = &article[i].analysis->mentions;
        for (size_t m = 0; m < all->count; m++) {
            size_t e = 0;
            while (e < ids.count &&
                   !slice_eq(ids.item[e], all->mention[m].entity))
                e++;
            CHECK(e < ids.count);
        }
    }
    check_forms_of(lexicon, SLICE("no-such"), article, count, arena);
    check_entities_of(searcher, &ids, article, count, arena);
}

#endif
