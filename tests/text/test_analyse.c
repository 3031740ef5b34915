#include "text/analyse.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "check.h"

struct fixture {
    struct arena arena;
    struct article article;
    struct analysis analysis;
};

static int analyse(struct fixture *f, const char *const text[PART_COUNT],
                   const char *lang, struct stemmers *stemmers)
{
    f->article = (struct article){.lang = slice_of(lang)};
    arena_init(&f->arena, 1 << 24);
    for (int part = 0; part < PART_COUNT; part++)
        f->article.text[part] = slice_of(text[part]);
    return analyse_article(&f->article, stemmers, &f->arena, &f->analysis);
}

TEST(parts_are_a_gap_apart)
{
    static const struct {
        const char *text[PART_COUNT];
        uint32_t range[PART_COUNT][2], words;
    } rows[] = {
        {{"a b", "c", "d e f", "g"},
         {{0, 2}, {102, 103}, {203, 206}, {306, 307}},
         7},
        {{"a b", "", "d", ""}, {{0, 2}, {102, 102}, {102, 103}, {203, 203}}, 3},
        {{"", "", "d-e f", ""}, {{0, 0}, {0, 0}, {0, 3}, {103, 103}}, 3},
        {{"...", "", "d", "—"}, {{0, 0}, {0, 0}, {0, 1}, {101, 101}}, 1},
        {{"", "", "", ""}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}, 0},
        {{NULL, NULL, "a\n\nb", NULL}, {{0, 0}, {0, 0}, {0, 2}, {102, 102}}, 2},
    };
    CHECK_EQ(LIMIT_SECTION_GAP, 100);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        CHECK_EQ(analyse(&f, rows[i].text, "en", NULL), 0);
        CHECK_EQ(f.analysis.word_count, rows[i].words);
        for (int part = 0; part < PART_COUNT; part++) {
            CHECK_MSG(f.analysis.part[part].start == rows[i].range[part][0] &&
                          f.analysis.part[part].end == rows[i].range[part][1],
                      "row %zu, part %d: [%u, %u)", i, part,
                      f.analysis.part[part].start, f.analysis.part[part].end);
        }
        arena_reset(&f.arena);
    }
}

TEST(tokens_know_their_part_and_their_stem)
{
    static const char *const text[] = {"Drafts", "", "l'accords zzz", "2022"};
    static const struct {
        const char *form, *stem;
        uint8_t part;
        uint32_t position, start;
    } want[] = {
        {"drafts", "draft", PART_TITLE, 0, 0},
        {"l", "l", PART_BODY, 101, 0},
        {"laccords", "laccord", PART_BODY, 101, 0},
        {"accords", "accord", PART_BODY, 102, 2},
        {"zzz", "zzz", PART_BODY, 103, 10},
        {"2022", "2022", PART_CAPTIONS, 204, 0},
    };
    static const char *const langs[] = {"en", "en-gb", "zh", ""};
    struct stemmers *stemmers = stemmers_new();
    CHECK(stemmers);
    for (int with = 0; with < 2; with++)
        for (size_t l = 0; l < sizeof langs / sizeof *langs; l++) {
            struct fixture f;
            CHECK_EQ(analyse(&f, text, langs[l], with ? stemmers : NULL), 0);
            CHECK_EQ(f.analysis.tokens.count, sizeof want / sizeof *want);
            CHECK_EQ(f.analysis.word_count, 5);
            for (size_t i = 0; i < f.analysis.tokens.count; i++) {
                const struct token *t = &f.analysis.tokens.token[i];
                CHECK_SLICE(t->form, slice_of(want[i].form));
                CHECK_SLICE(t->stem,
                            slice_of(with && l < 2 ? want[i].stem : ""));
                CHECK_EQ(t->part, want[i].part);
                CHECK_EQ(t->position, want[i].position);
                CHECK_EQ(t->start, want[i].start);
            }
            arena_reset(&f.arena);
        }
    stemmers_free(stemmers);
}

TEST(every_refused_allocation_is_an_error)
{
    static const char *const text[] = {"Happy U.S.-led É\u0301", "",
                                       "İstanbul'da 北京 happily", "x"};
    struct stemmers *stemmers = stemmers_new();
    CHECK(stemmers);
    long n = 0;
    int rc;
    do {
        struct fixture f;
        mem_fail_after(n++);
        rc = analyse(&f, text, "en", stemmers);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        arena_reset(&f.arena);
    } while (rc);
    CHECK(n > 1);
    stemmers_free(stemmers);
}

RUN(T(parts_are_a_gap_apart), T(tokens_know_their_part_and_their_stem),
    T(every_refused_allocation_is_an_error))
