/* small_register.h - a register from a few lines, and what an article mentions by it. */
#ifndef TESTS_SMALL_REGISTER_H
#define TESTS_SMALL_REGISTER_H

#include "base/err.h"
#include "check.h"
#include "entity/recogniser.h"
#include "entity/slow_mentions.h"
#include "text/fold.h"

#include <stdio.h>
#include <stdlib.h>

struct small {
    struct entity_register reg;
    struct entity entity[64];
};

static struct slice cut_at(struct slice *rest, const char *mark)
{
    struct slice all = *rest;
    size_t len = strlen(mark);
    for (size_t i = 0; i + len <= all.len; i++)
        if (memcmp(all.data + i, mark, len) == 0) {
            *rest = slice_part(all, i + len, all.len);
            return slice_part(all, 0, i);
        }
    *rest = (struct slice){all.data + all.len, 0};
    return all;
}

static void small_words(struct slice text, struct arena *arena,
                        struct slice_list *out)
{
    out->item = arena_array(arena, struct slice, 16);
    while (text.len) {
        struct slice word = cut_at(&text, ",");
        CHECK(fold_word(word, arena, &out->item[out->count++]) == 0);
    }
}

static void small_alias(struct slice text, struct entity_alias *alias)
{
    *alias = (struct entity_alias){0};
    for (; text.len && (text.data[0] == '~' || text.data[0] == '!');
         text = slice_part(text, 1, text.len))
        *(text.data[0] == '~' ? &alias->is_short : &alias->capitals) = true;
    if (text.len > 3 && text.data[2] == ':') {
        alias->lang = slice_part(text, 0, 2);
        text = slice_part(text, 3, text.len);
    }
    alias->text = cut_at(&text, " {");
    if (text.len) {
        alias->has_valid = true;
        CHECK(date_range_parse(cut_at(&text, "}"), &alias->valid, NULL) == 0);
    }
}

/* "id|name; ~short; !Capitals|near=a,b not=c" */
static void small_line(struct small *s, struct slice line)
{
    struct entity *e = &s->entity[s->reg.count++];
    *e = (struct entity){.id = cut_at(&line, "|")};
    struct slice names = cut_at(&line, "|");
    e->alias = arena_array(&s->reg.arena, struct entity_alias, 64);
    while (names.len)
        small_alias(cut_at(&names, "; "), &e->alias[e->alias_count++]);
    while (line.len) {
        struct slice option = cut_at(&line, " ");
        struct slice key = cut_at(&option, "=");
        small_words(option, &s->reg.arena,
                    slice_eq(key, SLICE("near")) ? &e->near : &e->not );
    }
}

/* Lines in order of their ids; `text` must outlive it. */
static void small_read(struct small *s, const char *text)
{
    struct slice rest = slice_of(text);
    memset(s, 0, sizeof *s);
    arena_init(&s->reg.arena, SIZE_MAX);
    s->reg.entity = s->entity;
    while (rest.len)
        small_line(s, cut_at(&rest, "\n"));
}

/* "id@position+width=form", blank-separated. */
static const char *shown(const struct mention_list *list, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < list->count; i++) {
        const struct mention *m = &list->mention[i];
        text = arena_printf(arena, "%s%s%.*s@%u+%u=%.*s", text, i ? " " : "",
                            SLICE_ARG(m->entity), m->position, m->width,
                            SLICE_ARG(m->form));
    }
    return text;
}

static const char *mentions_of(const struct recogniser *recogniser,
                               const struct article *article,
                               struct arena *arena)
{
    struct analysis analysis;
    CHECK(analyse_article(article, NULL, arena, &analysis) == 0);
    CHECK(recogniser_find(recogniser, article, &analysis, arena) == 0);
    return shown(&analysis.mentions, arena);
}

static const char *slow_mentions_of(const struct entity_register *entities,
                                    const struct article *article,
                                    struct arena *arena)
{
    struct analysis analysis;
    struct mention_list list;
    CHECK(analyse_article(article, NULL, arena, &analysis) == 0);
    CHECK(slow_mentions(entities, article, &analysis, arena, &list) == 0);
    return shown(&list, arena);
}

#endif
