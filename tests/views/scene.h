/* scene.h - the hits of a query in one article, and random articles to have hits in. */
#ifndef TESTS_VIEWS_SCENE_H
#define TESTS_VIEWS_SCENE_H

#include "../query/one_article.h"
#include "base/strbuf.h"
#include "check.h"

struct scene {
    struct one_article one;
    struct arena arena;
    struct hit_list hits;
};

static inline void scene_init(struct scene *scene, const char *title,
                              const char *body, const char *text)
{
    struct err err = {0};
    struct query query;
    struct token_view view;
    arena_init(&scene->arena, SIZE_MAX);
    CHECK_EQ(one_article_init(&scene->one, "en", title, body), ERR_OK);
    scene->one.article.key = SLICE("t:1");
    scene->one.article.source = SLICE("t");
    CHECK_OK(one_article_query(&scene->one, text, &scene->arena, &query, &err),
             err);
    token_view_init(&view, &scene->one.article, &scene->one.analysis);
    CHECK_OK(match_hits(&query, &view.base, &scene->arena, &scene->hits, &err),
             err);
}

static inline void scene_release(struct scene *scene)
{
    arena_reset(&scene->arena);
    one_article_release(&scene->one);
}

static const char *const pieces[] = {
    "oil",
    "Crude",
    "prices",
    "\u043d\u0435\u0444\u0442\u044c",
    "\u4e2d",
    "\u56fd",
    "\u3002",
    "\u0627\u0644\u0646\u0641\u0637",
    "e\u0301",
    "\u0e44\u0e17\u0e22",
    "C-130",
    "l'accord",
    "U.S.",
    "1,234.5",
    "Ukraine's",
    "\U0001f1fa\U0001f1f8",
    "\u200d",
    "\u0301",
    "\ud55c\uad6d",
    "......",
    "averyveryverylongwordwithoutanyend",
};
static const char *const gaps[] = {" ", " ",   " ", "\n\n", "  \t",   ", ",
                                   "",  " \"", "/", "-",    "\u00a0", "\uff0c"};

static inline const char *random_text(uint64_t *rng, struct strbuf *out)
{
    strbuf_reset(out);
    for (uint32_t n = 1 + rng_below(rng, 120); n > 0; n--) {
        strbuf_add_text(out,
                        pieces[rng_below(rng, sizeof pieces / sizeof *pieces)]);
        strbuf_add_text(out, gaps[rng_below(rng, sizeof gaps / sizeof *gaps)]);
    }
    return out->data;
}

static const char *const questions[] = {
    "oil",
    "oil OR crude",
    "\"crude oil\"",
    "oil NEAR/5 prices",
    "\u4e2d OR \u56fd OR oil",
    "c130 OR accord OR us",
    "(crude ADJ/9 oil) OR crude OR prices",
    "\u043d\u0435\u0444\u0442\u044c OR \u0e44",
};

#endif
