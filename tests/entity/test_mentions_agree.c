/* The recogniser against the definition, over random registers and texts of few words, so
 * that names meet, overlap and are shared. */
#include "base/strbuf.h"
#include "small_register.h"

enum { ROUNDS = 1500, TEXTS = 4, TEXT_BYTES = 1 << 14 };

static const char *const name_words[] = {
    "Ana",    "Bo",     "bo",    "BO",     "Ko-ra", "U.S.",   "D'Or",
    "Ван",    "Лавров", "война", "Київ",   "Kijów", "Polska", "Niemcy",
    "Bağdat", "İzmir",  "北京",  "العراق", "بغداد", "von",    "Минск"};
static const char *const text_words[] = {
    "Ana",      "ana",       "Bo",        "bo",       "BO",       "Ko-ra",
    "ko",       "ra",        "U.S.",      "US",       "D'Or",     "or",
    "D’Or's",   "Вана",      "ван",       "Лавров",   "Лаврова",  "лаврова",
    "войны",    "Войну",     "Києві",     "Київ",     "Kijowa",   "kijowa",
    "Polsce",   "Niemczech", "Bağdatta",  "İzmir'de", "Izmirden", "北京",
    "北京上海", "للعراق",    "وبغداد",    "von",      "Von",      "x",
    "Минска",   "МИНСКЕ",    "Ana\n\nBo", "Bo \n Bo", "."};
static const char *const name_langs[] = {
    "", "", "ru:", "uk:", "pl:", "tr:", "ar:"};
static const char *const article_langs[] = {"", "", "en", "pl", "tr-tr", "ru"};
static const char *const dates[] = {"", "", "1999", "2001-05-04", "2005"};
static const char *const validities[] = {"", "",          "",
                                         "", " {..2000}", " {2001..}"};

#define PICK(rng, list) (list)[rng_below(rng, sizeof(list) / sizeof *(list))]

static void random_name(uint64_t *rng, struct strbuf *out)
{
    bool is_short = rng_below(rng, 3) == 0;
    unsigned words = 1 + rng_below(rng, 3);
    strbuf_addf(out, "%s%s%s", is_short ? "~" : "",
                rng_below(rng, 3) ? "" : "!", PICK(rng, name_langs));
    for (unsigned i = 0; i < words; i++)
        strbuf_addf(out, "%s%s", i ? " " : "", PICK(rng, name_words));
    strbuf_addf(out, "%s", PICK(rng, validities));
}

static void random_register(uint64_t *rng, struct strbuf *out)
{
    unsigned entities = 1 + rng_below(rng, 8);
    for (unsigned e = 0; e < entities; e++) {
        unsigned names = 1 + rng_below(rng, 5);
        if (rng_below(rng, 8) == 0)
            continue;
        strbuf_addf(out, "e%u|", e);
        for (unsigned i = 0; i < names; i++) {
            strbuf_addf(out, "%s", i ? "; " : "");
            random_name(rng, out);
        }
        strbuf_addf(out, "|");
        if (rng_below(rng, 4) == 0)
            strbuf_addf(out, "near=%s ", PICK(rng, name_words));
        if (rng_below(rng, 4) == 0)
            strbuf_addf(out, "not=%s,%s", PICK(rng, name_words),
                        PICK(rng, name_words));
        strbuf_addf(out, "\n");
    }
}

static void random_text(uint64_t *rng, struct strbuf *out)
{
    unsigned words = rng_below(rng, 24);
    for (unsigned i = 0; i < words; i++)
        strbuf_addf(out, "%s%s", i ? " " : "", PICK(rng, text_words));
}

struct random_article {
    struct strbuf title, body;
    struct article article;
};

static void make_article(uint64_t *rng, struct random_article *a)
{
    *a = (struct random_article){0};
    strbuf_init(&a->title, TEXT_BYTES);
    strbuf_init(&a->body, TEXT_BYTES);
    random_text(rng, &a->title);
    random_text(rng, &a->body);
    a->article.text[PART_TITLE] = strbuf_slice(&a->title);
    a->article.text[PART_BODY] = strbuf_slice(&a->body);
    a->article.lang = slice_of(PICK(rng, article_langs));
    const char *date = PICK(rng, dates);
    if (*date)
        CHECK(date_parse(slice_of(date), &a->article.published, NULL) == 0);
}

static void release_article(struct random_article *a)
{
    strbuf_release(&a->title);
    strbuf_release(&a->body);
}

static void open_register(struct small *small, struct recogniser **out,
                          const char *text)
{
    struct err err = {0};
    small_read(small, text);
    CHECK_OK(recogniser_new(&small->reg, out, &err), err);
}

static void close_register(struct small *small, struct recogniser *recogniser)
{
    recogniser_free(recogniser);
    arena_reset(&small->reg.arena);
}

/* Two mentions are at one place, of two entities, or at places apart. */
static void check_apart(const struct recogniser *recogniser,
                        const struct article *article, struct arena *arena)
{
    struct analysis analysis;
    CHECK_EQ(analyse_article(article, NULL, arena, &analysis), 0);
    CHECK_EQ(recogniser_find(recogniser, article, &analysis, arena), 0);
    const struct mention *m = analysis.mentions.mention;
    for (size_t i = 1; i < analysis.mentions.count; i++)
        if (m[i].position == m[i - 1].position)
            CHECK(m[i].width == m[i - 1].width &&
                  slice_cmp(m[i - 1].entity, m[i].entity) < 0);
        else
            CHECK(m[i].position >= m[i - 1].position + m[i - 1].width);
}

TEST(the_recogniser_finds_what_the_definition_says)
{
    uint64_t rng = 20260;
    size_t mentions = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct small small;
        struct strbuf lines;
        struct recogniser *recogniser;
        strbuf_init(&lines, TEXT_BYTES);
        random_register(&rng, &lines);
        open_register(&small, &recogniser, lines.data);
        for (int i = 0; i < TEXTS; i++) {
            struct arena arena;
            struct random_article a;
            arena_init(&arena, SIZE_MAX);
            make_article(&rng, &a);
            const char *got = mentions_of(recogniser, &a.article, &arena);
            const char *want = slow_mentions_of(&small.reg, &a.article, &arena);
            CHECK_MSG(strcmp(got, want) == 0,
                      "round %d\n%s\ntitle %s\nbody %s\ngot  %s\nwant %s",
                      round, lines.data, a.title.data, a.body.data, got, want);
            check_apart(recogniser, &a.article, &arena);
            mentions += *want != '\0';
            release_article(&a);
            arena_reset(&arena);
        }
        close_register(&small, recogniser);
        strbuf_release(&lines);
    }
    CHECK(mentions > ROUNDS);
}

static bool has_form(const struct analysis *analysis,
                     const struct form_set *word)
{
    for (size_t i = 0; i < analysis->tokens.count; i++)
        for (size_t k = 0; k < word->form.count; k++)
            if (slice_eq(analysis->tokens.token[i].form, word->form.item[k]))
                return true;
    return false;
}

static bool may_change(const struct changed_name *name, size_t count,
                       const struct analysis *analysis)
{
    for (size_t n = 0; n < count; n++) {
        size_t has = 0;
        while (has < name[n].word_count &&
               has_form(analysis, &name[n].word[has]))
            has++;
        if (has == name[n].word_count)
            return true;
    }
    return false;
}

static void check_changes(const struct small *before, const struct small *after,
                          uint64_t *rng, size_t *changed, size_t *spared)
{
    struct arena arena;
    struct random_article a;
    struct analysis analysis;
    struct changed_name *name;
    struct err err = {0};
    size_t count;
    arena_init(&arena, SIZE_MAX);
    make_article(rng, &a);
    CHECK_OK(register_changes(before ? &before->reg : NULL, &after->reg, &arena,
                              &name, &count, &err),
             err);
    CHECK(analyse_article(&a.article, NULL, &arena, &analysis) == 0);
    const char *was =
        before ? slow_mentions_of(&before->reg, &a.article, &arena) : "";
    const char *is = slow_mentions_of(&after->reg, &a.article, &arena);
    bool listed = may_change(name, count, &analysis);
    CHECK_MSG(listed || strcmp(was, is) == 0,
              "title %s\nbody %s\nwas %s\nis  %s", a.title.data, a.body.data,
              was, is);
    *changed += strcmp(was, is) != 0;
    *spared += !listed;
    release_article(&a);
    arena_reset(&arena);
}

/* One line of a register in another's place. */
TEST(articles_that_change_are_among_those_listed)
{
    uint64_t rng = 77;
    size_t changed = 0, spared = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct small before, after;
        struct strbuf old, new;
        strbuf_init(&old, TEXT_BYTES);
        strbuf_init(&new, TEXT_BYTES);
        random_register(&rng, &old);
        struct slice rest = strbuf_slice(&old);
        while (rest.len) {
            struct slice line = cut_at(&rest, "\n");
            unsigned what = rng_below(&rng, 6);
            if (what == 0)
                continue;
            if (what == 1)
                line = cut_at(&line, "|"); /* other names, no neighbours */
            strbuf_addf(&new, "%.*s", SLICE_ARG(line));
            if (what == 1) {
                strbuf_addf(&new, "|");
                random_name(&rng, &new);
                strbuf_addf(&new, "|");
            }
            strbuf_addf(&new, what == 2 ? ",Ana\n" : "\n");
        }
        small_read(&before, old.data);
        small_read(&after, new.data);
        check_changes(round % 10 ? &before : NULL, &after, &rng, &changed,
                      &spared);
        arena_reset(&before.reg.arena);
        arena_reset(&after.reg.arena);
        strbuf_release(&old);
        strbuf_release(&new);
    }
    CHECK(changed > ROUNDS / 20);
    CHECK(spared > ROUNDS / 20);
}

RUN(T(the_recogniser_finds_what_the_definition_says),
    T(articles_that_change_are_among_those_listed))
