#include "text/stem.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"
#include "corpus_text.h"
#include "text/fold.h"
#include "tokens_text.h"

#include <libstemmer.h>

static const struct {
    const char *lang, *form, *stem;
} rows[] = {
    {"en", "drafts", "draft"},
    {"en", "drafting", "draft"},
    {"en", "happy", "happi"},
    {"en", "a", "a"},
    {"en", "1,234.5", "1,234.5"},
    {"en", "", ""},
    {"en-us", "drafts", "draft"},
    {"de", "hauser", "haus"},
    {"fr", "continuer", "continu"},
    {"ru", "украины", "украин"},
    {"pt-br", "noticias", "notic"},
    {"nb", "avtalene", "avtal"},
    {"nn", "avtalene", "avtal"},
    {"tr", "istanbulda", "istanbul"},
    {"el", "αγα", "αγα"}, /* Snowball leaves nothing of these: the form stays */
    {"yi", "גע", "גע"},
    {"ar", "ـ", "ـ"},
    {"zh", "北", ""},
    {"uk", "украіна", ""},
    {"", "drafts", ""},
    {"english", "drafts", ""},
};

TEST(forms_have_stems)
{
    struct stemmers *stemmers = stemmers_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    CHECK(stemmers);
    for (int round = 0; round < 2; round++) { /* the second time from memory */
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct slice stem;
            CHECK_EQ(stem_form(stemmers, slice_of(rows[i].lang),
                               slice_of(rows[i].form), &arena, &stem),
                     0);
            CHECK_MSG(slice_eq(stem, slice_of(rows[i].stem)),
                      "%s: %s: got %.*s", rows[i].lang, rows[i].form,
                      SLICE_ARG(stem));
        }
    }
    arena_reset(&arena);
    stemmers_free(stemmers);
}

TEST(every_language_of_snowball_is_known)
{
    static const char *const codes[] = {
        "ar", "ca", "da", "de", "el", "en", "es", "eu", "fi", "fr",
        "ga", "hi", "hu", "hy", "id", "it", "lt", "nb", "ne", "nl",
        "nn", "no", "pt", "ro", "ru", "sr", "sv", "ta", "tr", "yi",
    };
    struct stemmers *stemmers = stemmers_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    CHECK(stemmers);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct slice stem;
        CHECK(stem_language_known(slice_of(codes[i])));
        CHECK_MSG(stem_form(stemmers, slice_of(codes[i]), SLICE("x2"), &arena,
                            &stem) == 0,
                  "%s", codes[i]);
        CHECK(stem.len > 0);
    }
    /* nb, nn and no share one; Porter's first is not used. */
    size_t algorithms = 0;
    for (const char **name = sb_stemmer_list(); *name; name++)
        algorithms++;
    CHECK_EQ(algorithms, sizeof codes / sizeof *codes - 2 + 1);
    CHECK(!stem_language_known(SLICE("e")) && !stem_language_known(SLICE("-")));
    CHECK(!stem_language_known(SLICE("eng")));
    arena_reset(&arena);
    stemmers_free(stemmers);
}

/* A stem never depends on which words were stemmed before. */
static void see_words(struct slice text, struct slice lang, void *arg)
{
    struct stemmers *stemmers = arg;
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    struct tokens tokens = tokens_of(text, &arena);
    static struct sb_stemmer *english, *portuguese, *russian;
    struct sb_stemmer **plain = slice_eq(lang, SLICE("en"))   ? &english
                                : slice_eq(lang, SLICE("pt")) ? &portuguese
                                                              : &russian;
    char code[3] = {(char)lang.data[0], (char)lang.data[1]};
    if (!*plain)
        *plain = sb_stemmer_new(code, NULL);
    CHECK(*plain);
    for (size_t i = 0; i < tokens.count; i++) {
        struct slice form = tokens.token[i].form, stem;
        CHECK_EQ(stem_form(stemmers, lang, form, &arena, &stem), 0);
        const uint8_t *want = sb_stemmer_stem(*plain, form.data, (int)form.len);
        struct slice expected = {want, (size_t)sb_stemmer_length(*plain)};
        CHECK_MSG(slice_eq(stem, expected.len ? expected : form),
                  "%.*s: got %.*s, want %.*s", SLICE_ARG(form), SLICE_ARG(stem),
                  SLICE_ARG(expected));
    }
    arena_reset(&arena);
}

TEST(remembered_stems_are_snowballs)
{
    struct stemmers *stemmers = stemmers_new();
    CHECK(stemmers);
    see_words(slice_of("Drafts drafting DRAFTED, happy happier; the noticias"),
              slice_of("en"), stemmers);
    see_words(slice_of("As notícias drafts happy"), slice_of("pt"), stemmers);
    if (corpora_present()) {
        CHECK(corpus_each("bbc2004", 200, see_words, stemmers) > 0);
        CHECK(corpus_each("fakebr-pt", 200, see_words, stemmers) > 0);
        CHECK(corpus_each("1tv-ru", 100, see_words, stemmers) > 0);
    }
    stemmers_free(stemmers);
}

/* Forms with and without endings, of all lengths around those where tables change, more
 * than fit a table; each in three languages by turns, one by one and in batches. */
TEST(many_stems_are_snowballs)
{
    static const char *const langs[] = {"en", "de", "ru"};
    static const char *const ends[] = {"",     "s",        "ing",  "ational",
                                       "iest", "ungen",    "heit", "fulness",
                                       "y",    "\xd0\xb0", "3.14"};
    enum { ENDS = sizeof ends / sizeof *ends, FORMS = 40 };
    struct sb_stemmer *plain[3];
    struct stemmers *stemmers = stemmers_new();
    uint64_t rng = 8;
    CHECK(stemmers);
    for (int l = 0; l < 3; l++)
        CHECK(plain[l] = sb_stemmer_new(langs[l], NULL));
    for (int round = 0; round < 4000; round++) {
        struct arena arena;
        struct token token[FORMS] = {0};
        size_t count = FORMS - (size_t)round % 20;
        arena_init(&arena, SIZE_MAX);
        for (size_t i = 0; i < FORMS; i++) {
            char text[64];
            int len = (int)rng_below(&rng, 30);
            for (int at = 0; at < len; at++) /* often the same ones again */
                text[at] = (char)('a' + rng_below(&rng, len < 4 ? 4 : 26));
            snprintf(text + len, sizeof text - (size_t)len, "%s",
                     ends[rng_below(&rng, ENDS)]);
            token[i].form = slice_of(arena_printf(&arena, "%s", text));
        }
        for (int l = 0; l < 3; l++) {
            struct slice lang = slice_of(langs[l]), one;
            CHECK_EQ(stem_tokens(stemmers, lang, token, count, &arena), 0);
            for (size_t i = 0; i < count; i++) {
                struct slice form = token[i].form;
                if (form.len == 0) {
                    CHECK_EQ(token[i].stem.len, 0);
                    continue;
                }
                const uint8_t *want =
                    sb_stemmer_stem(plain[l], form.data, (int)form.len);
                struct slice expected = {want,
                                         (size_t)sb_stemmer_length(plain[l])};
                expected = expected.len ? expected : form;
                CHECK_SLICE(token[i].stem, expected);
                CHECK_EQ(stem_form(stemmers, lang, form, &arena, &one), 0);
                CHECK_SLICE(one, token[i].stem);
                CHECK_EQ(stem_form_once(stemmers, lang, form, &arena, &one), 0);
                CHECK_SLICE(one, token[i].stem);
            }
        }
        arena_reset(&arena);
    }
    for (int l = 0; l < 3; l++)
        sb_stemmer_delete(plain[l]);
    stemmers_free(stemmers);
}

TEST(long_forms_are_no_error)
{
    static uint8_t form[100000];
    struct stemmers *stemmers = stemmers_new();
    struct arena arena;
    arena_init(&arena, 1 << 20);
    CHECK(stemmers);
    memset(form, 's', sizeof form);
    for (size_t len = 1; len < sizeof form;
         len = len < 300 ? len + 1 : len * 2) {
        struct slice word = {form, len}, stem;
        CHECK_EQ(stem_form(stemmers, SLICE("en"), word, &arena, &stem), 0);
        CHECK(stem.len > 0 && (len > 240 ? stem.len == len : stem.len <= 240));
        struct slice once;
        CHECK_EQ(stem_form_once(stemmers, SLICE("en"), word, &arena, &once), 0);
        CHECK_SLICE(once, stem);
    }
    arena_reset(&arena);
    stemmers_free(stemmers);
}

TEST(a_stem_in_the_arena_may_be_refused)
{
    struct arena arena;
    struct slice stem;
    mem_fail_after(0);
    CHECK(!stemmers_new());
    mem_fail_after(-1);
    stemmers_free(NULL);

    struct stemmers *stemmers = stemmers_new();
    CHECK(stemmers);
    for (int round = 0; round < 2; round++) {
        arena_init(&arena, 1 << 20);
        mem_fail_after(0);
        CHECK_EQ(
            stem_form(stemmers, SLICE("en"), SLICE("happy"), &arena, &stem),
            ERR_NOMEM);
        mem_fail_after(-1);
        arena_init(&arena, 10);
        CHECK_EQ(
            stem_form(stemmers, SLICE("en"), SLICE("happy"), &arena, &stem),
            ERR_LIMIT);
        CHECK_EQ(stem_form_once(stemmers, SLICE("en"), SLICE("happy"), &arena,
                                &stem),
                 ERR_LIMIT);
        CHECK_EQ(stem_form_once(stemmers, SLICE("xx"), SLICE("happy"), &arena,
                                &stem),
                 ERR_OK);
        CHECK_EQ(stem.len, 0);
    }
    stemmers_free(stemmers);
}

RUN(T(forms_have_stems), T(every_language_of_snowball_is_known),
    T(remembered_stems_are_snowballs), T(many_stems_are_snowballs),
    T(long_forms_are_no_error), T(a_stem_in_the_arena_may_be_refused))
