/* No name of the register that comes with us is in vain: a text that holds it, in its
 * capitals and its company, mentions the entity there. */
#include "shipped_register.h"

#include "base/strbuf.h"

enum { TEXT_BYTES = 1 << 18 };
/* The others stand where a full name of another entity does: Chernobyl, which is the town. */
enum { SHORT_FORMS_PERCENT = 97 };

struct tally {
    size_t names, short_forms, short_found;
};

/* Words that are in no name keep the names apart. */
static void put_between(struct strbuf *text)
{
    strbuf_add_text(text, " qqzx ");
}

static bool is_asked(const struct entity_alias *alias,
                     const struct entity_alias *dated)
{
    return dated ? alias == dated : !alias->has_valid;
}

/* All names without dates in one article; where[i] is the byte at which alias i begins. */
static void write_names(const struct entity *e,
                        const struct entity_alias *dated, struct strbuf *text,
                        size_t *where)
{
    strbuf_reset(text);
    put_between(text);
    for (int short_ones = 0; short_ones < 2; short_ones++)
        for (size_t i = 0; i < e->alias_count; i++)
            if (e->alias[i].is_short == short_ones &&
                (is_asked(&e->alias[i], dated))) {
                where[i] = text->len;
                strbuf_add_slice(text, e->alias[i].text);
                put_between(text);
            }
    for (size_t i = 0; i < e->near.count; i++) {
        strbuf_add_slice(text, e->near.item[i]);
        put_between(text);
    }
}

/* The positions of the words between these bytes of the body. */
static struct mention words_between(const struct analysis *analysis,
                                    size_t start, size_t end)
{
    struct mention out = {.position = UINT32_MAX};
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token *t = &analysis->tokens.token[i];
        if (t->joined || t->start < start || t->end > end)
            continue;
        if (out.width == 0)
            out.position = t->position;
        out.width = (uint16_t)(t->position + 1 - out.position);
    }
    return out;
}

/* Whether the entity is mentioned at these words; another one, for a short form: a full
 * name of another entity comes before it. */
static bool is_mentioned(const struct analysis *analysis, struct slice id,
                         const struct mention *words, bool another)
{
    for (size_t i = 0; i < analysis->mentions.count; i++) {
        const struct mention *m = &analysis->mentions.mention[i];
        if (another && m->position < words->position + words->width &&
            words->position < m->position + m->width)
            return true;
        if (m->position == words->position && m->width == words->width &&
            slice_eq(m->entity, id))
            return true;
    }
    return false;
}

static void check_article(const struct shipped *shipped, const struct entity *e,
                          const struct entity_alias *dated, struct strbuf *text,
                          struct tally *tally)
{
    static size_t where[4096];
    struct arena arena;
    struct analysis analysis;
    struct article article = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK(e->alias_count <= sizeof where / sizeof *where);
    write_names(e, dated, text, where);
    article.text[PART_BODY] = strbuf_slice(text);
    if (dated)
        article.published = (struct date){dated->valid.from, DATE_DAY};
    CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
    CHECK_EQ(recogniser_find(shipped->recogniser, &article, &analysis, &arena),
             0);
    for (size_t i = 0; i < e->alias_count; i++) {
        const struct entity_alias *alias = &e->alias[i];
        if (!is_asked(alias, dated))
            continue;
        struct mention words =
            words_between(&analysis, where[i], where[i] + alias->text.len);
        bool found = is_mentioned(&analysis, e->id, &words, false);
        CHECK_MSG(found || (alias->is_short &&
                            is_mentioned(&analysis, e->id, &words, true)),
                  "%.*s is not found by '%.*s'", SLICE_ARG(e->id),
                  SLICE_ARG(alias->text));
        tally->names += !alias->is_short;
        tally->short_forms += alias->is_short;
        tally->short_found += alias->is_short && found;
    }
    arena_reset(&arena);
}

TEST(every_name_is_found_in_a_text_that_holds_it)
{
    struct shipped shipped;
    struct strbuf text;
    struct tally tally = {0};
    shipped_open(&shipped);
    strbuf_init(&text, TEXT_BYTES);
    for (size_t i = 0; i < shipped.entities->count; i++) {
        const struct entity *e = &shipped.entities->entity[i];
        check_article(&shipped, e, NULL, &text, &tally);
        for (size_t k = 0; k < e->alias_count; k++)
            if (e->alias[k].has_valid)
                check_article(&shipped, e, &e->alias[k], &text, &tally);
    }
    print_message("%zu names, %zu of %zu short forms\n", tally.names,
                  tally.short_found, tally.short_forms);
    CHECK(tally.names > 50000 && tally.short_forms > 10000);
    CHECK(tally.short_found * 100 >= tally.short_forms * SHORT_FORMS_PERCENT);
    strbuf_release(&text);
    shipped_close(&shipped);
}

RUN(T(every_name_is_found_in_a_text_that_holds_it))
