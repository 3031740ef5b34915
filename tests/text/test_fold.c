#include "text/fold.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "check.h"
#include "text/fold_icu.h"
#include "tokens_text.h"

#include <locale.h>
#include <unicode/uchar.h>

static struct slice folded(struct slice word, struct arena *arena)
{
    struct slice form;
    CHECK_EQ(fold_word(word, arena, &form), 0);
    return form;
}

TEST(words_fold)
{
    static const struct {
        const char *word, *form;
    } rows[] = {
        {"", ""},
        {"draft", "draft"},
        {"Draft", "draft"},
        {"NATO", "nato"},
        {"1,234.5", "1,234.5"},
        {"İSTANBUL", "istanbul"},
        {"İstanbul", "istanbul"},
        {"Istanbul", "istanbul"},
        {"istanbul", "istanbul"},
        {"ıstanbul", "istanbul"},
        {"i\u0307stanbul", "istanbul"},
        {"ISPARTA", "isparta"},
        {"Straße", "strasse"},
        {"STRASSE", "strasse"},
        {"Zürich", "zurich"},
        {"Zu\u0308rich", "zurich"},
        {"Erdoğan", "erdogan"},
        {"Wałęsa", "walesa"},
        {"Tromsø", "tromso"},
        {"æon", "æon"},
        {"þing", "þing"},
        {"Việt", "viet"},
        {"Αθήνα", "αθηνα"},
        {"ΑΘΗΝΑΣ", "αθηνασ"},
        {"Αθήνας", "αθηνασ"},
        {"Ёлка", "елка"},
        {"Йод", "йод"},
        {"и\u0306од", "йод"},
        {"И\u0306од", "йод"},
        {"и\u0301\u0306", "й"},
        {"й\u0306\u0301", "й"},
        {"и\u0302", "и"},
        {"и\u0301", "и"},
        {"Київ", "киів"},
        {"Її", "іі"},
        {"Україна", "украіна"},
        {"ґанок", "ґанок"}, /* a letter, not a diacritic, to Unicode */
        {"ў", "у"},
        {"ǅ", "dz"},
        {"Ǆ", "dz"},
        {"ﬁnance", "finance"},
        {"ｆｕｌｌ", "full"},
        {"２０２２", "2022"},
        {"ｶﾞ", "ガ"},
        {"soft\u00adhyphen", "softhyphen"},
        {"می\u200cشود", "میشود"},
        {"مُحَمَّد", "مُحَمَّد"},
        {"כָּל", "כָּל"},
        {"हिन्दी", "हिन्दी"},
        {"ŉ", "n"},
        {"𝐀𝐁", "ab"},
        {"Ⅳ", "iv"},
        {"K", "k"}, /* Kelvin */
        {"ſ", "s"},
        {"Գրել", "գրել"},
        {"և", "եւ"},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice form = folded(slice_of(rows[i].word), &arena);
        CHECK_MSG(slice_eq(form, slice_of(rows[i].form)),
                  "%s: got %.*s, want %s", rows[i].word, SLICE_ARG(form),
                  rows[i].form);
    }
    arena_reset(&arena);
}

TEST(a_word_that_folds_to_itself_is_not_copied)
{
    struct arena arena;
    struct slice word = slice_of("draft");
    arena_init(&arena, 1 << 20);
    CHECK(folded(word, &arena).data == word.data);
    arena_reset(&arena);
}

/* Both ways to the same form, and folding it again changes nothing. */
static void check_word(struct slice word, struct arena *arena)
{
    struct slice form = folded(word, arena), by_rule, again;
    CHECK_EQ(fold_icu(word, arena, &by_rule), 0);
    CHECK_MSG(slice_eq(form, by_rule), "%.*s: %.*s, but by the rules %.*s",
              SLICE_ARG(word), SLICE_ARG(form), SLICE_ARG(by_rule));
    again = folded(form, arena);
    CHECK_MSG(slice_eq(form, again), "%.*s: %.*s, then %.*s", SLICE_ARG(word),
              SLICE_ARG(form), SLICE_ARG(again));
}

/* The short way for one code point, and the whole way of words. */
static void check_one(struct slice c, uint32_t code, struct arena *arena)
{
    uint8_t bytes[FOLD_ONE_BYTES];
    struct slice one = {bytes, fold_icu_one(code, bytes)}, by_rule;
    CHECK_EQ(fold_icu(c, arena, &by_rule), 0);
    CHECK_MSG(slice_eq(one, by_rule), "U+%04X", code);
}

TEST(every_code_point_folds_once)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (uint32_t c = 1; c < 0x110000; c++) {
        if (!u_isdefined((UChar32)c) || (c >= 0xd800 && c < 0xe000) ||
            (c >= 0xe000 && c < 0xf900) || c >= 0xf0000)
            continue; /* surrogates and private use */
        uint8_t bytes[12] = "a";
        size_t len = 1 + utf8_put(c, bytes + 1);
        check_word((struct slice){bytes, len}, &arena);
        check_one((struct slice){bytes + 1, len - 1}, c, &arena);
        len += utf8_put(0x301, bytes + len);
        check_word((struct slice){bytes + 1, len - 1}, &arena);
        if (arena.total > 1 << 19)
            arena_reset(&arena);
    }
    arena_reset(&arena);
}

/* Letters, marks and joiners that have something to say to each other. */
static const uint32_t nasty[] = {
    'a',    'I',     'i',     'K',     's',     '1',     0x130,  0x131,  0xdf,
    0xe9,   0x142,   0x149,   0x1c5,   0x300,   0x301,   0x306,  0x307,  0x308,
    0x316,  0x323,   0x328,   0x345,   0x34f,   0x391,   0x3ac,  0x3c2,  0x3c3,
    0x418,  0x419,   0x438,   0x439,   0x451,   0x457,   0x45e,  0x483,  0x487,
    0x488,  0x561,   0x587,   0x5d0,   0x5b7,   0x5bc,   0x627,  0x622,  0x64e,
    0x651,  0x653,   0x655,   0x670,   0x915,   0x93c,   0x93f,  0x94d,  0x902,
    0x958,  0x9c7,   0x9be,   0xdcf,   0xdd9,   0xe01,   0xe33,  0xe48,  0xeb3,
    0x1025, 0x102e,  0x1039,  0x1100,  0x1161,  0x11a8,  0xac00, 0xac01, 0x1e9b,
    0x1e9e, 0x1f80,  0x200c,  0x200d,  0xad,    0x212b,  0x2126, 0x20dd, 0x304b,
    0x3099, 0xff76,  0xff9e,  0x4e2d,  0x8c48,  0xfa0c,  0xfb01, 0xfb1d, 0xfe0f,
    0xff21, 0x10400, 0x1d400, 0x1e900, 0x2f800, 0x1d165,
};

TEST(random_words_fold_once_and_alike)
{
    const uint32_t count = sizeof nasty / sizeof *nasty;
    uint64_t seed = 20220329;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < 60000; round++) {
        uint8_t bytes[64];
        size_t len = 0;
        for (uint32_t n = rng_below(&seed, 8) + 1; n > 0; n--) {
            /* Half from one corner, so that neighbours meet their own kind. */
            uint32_t from = round % 2 ? (uint32_t)round % count : 0;
            uint32_t span = round % 2 && count - from > 12 ? 12 : count - from;
            len += utf8_put(nasty[from + rng_below(&seed, span)], bytes + len);
        }
        check_word((struct slice){bytes, len}, &arena);
        if (arena.total > 1 << 19)
            arena_reset(&arena);
    }
    arena_reset(&arena);
}

/* A form typed as a query finds itself: no character of it is lost. (It may be two
 * tokens: some letters of Thai, Lao and kana are one cluster as written, and two
 * when folded. The words around them are the same ones, then.) */
TEST(forms_are_made_of_word_characters)
{
    struct arena arena;
    struct strbuf joined;
    arena_init(&arena, 1 << 20);
    strbuf_init(&joined, 1 << 10);
    for (uint32_t c = 1; c < 0x20000; c++) {
        uint8_t bytes[5] = "x";
        size_t len = 1 + utf8_put(c, bytes + 1);
        if (c >= 0xd800 && c < 0xe000)
            continue;
        struct tokens tokens = tokens_of((struct slice){bytes, len}, &arena);
        for (size_t i = 0; i < tokens.count; i++) {
            struct slice form = tokens.token[i].form;
            struct tokens again = tokens_of(form, &arena);
            strbuf_reset(&joined);
            for (size_t k = 0; k < again.count; k++)
                strbuf_add_slice(&joined, again.token[k].form);
            CHECK_MSG(slice_eq(strbuf_slice(&joined), form), "U+%04X: %.*s", c,
                      SLICE_ARG(form));
        }
        if (arena.total > 1 << 19)
            arena_reset(&arena);
    }
    strbuf_release(&joined);
    arena_reset(&arena);
}

TEST(the_locale_does_not_matter)
{
    static const char *locales[] = {"C", "tr_TR.UTF-8", "de_DE.UTF-8", ""};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        setlocale(LC_ALL, locales[i]); /* where there is such a one */
        CHECK_SLICE(folded(slice_of("TITLE İIıi"), &arena),
                    slice_of("title iiii"));
    }
    setlocale(LC_ALL, "C");
    arena_reset(&arena);
}

TEST(ill_formed_bytes_are_survived)
{
    static const char *rows[] = {"\xff", "a\xc3", "\xe4\xb8", "\xed\xa0\x80z"};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i]), bad_at;
        uint8_t *bytes = malloc(len);
        CHECK(bytes);
        memcpy(bytes, rows[i], len);
        struct slice form = folded((struct slice){bytes, len}, &arena);
        CHECK(utf8_valid(form, &bad_at));
        free(bytes);
    }
    arena_reset(&arena);
}

TEST(refusals_are_errors)
{
    static const char *words[] = {"Draft", "é\u0301\u0306x"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct arena arena;
        struct slice form;
        arena_init(&arena, 1 << 20);
        mem_fail_after(0);
        int rc = fold_word(slice_of(words[i]), &arena, &form);
        mem_fail_after(-1);
        CHECK_EQ(rc, ERR_NOMEM);
        arena_init(&arena, 100);
        CHECK_EQ(fold_word(slice_of(words[i]), &arena, &form), ERR_LIMIT);
    }
}

TEST(long_words_fold_whole)
{
    enum { COUNT = 20000 };
    static uint8_t word[COUNT * 3];
    struct arena arena;
    arena_init(&arena, 1 << 28);
    for (size_t i = 0; i < COUNT; i++)
        memcpy(word + 3 * i, "ﷺ", 3); /* 18 letters and spaces each */
    struct slice form = folded((struct slice){word, sizeof word}, &arena);
    CHECK(form.len > COUNT * 30);
    CHECK_SLICE(folded(form, &arena), form);
    arena_reset(&arena);
}

TEST(the_version_is_icus)
{
    CHECK(strchr(fold_version(), '.'));
}

RUN(T(words_fold), T(a_word_that_folds_to_itself_is_not_copied),
    T(every_code_point_folds_once), T(random_words_fold_once_and_alike),
    T(forms_are_made_of_word_characters), T(the_locale_does_not_matter),
    T(ill_formed_bytes_are_survived), T(refusals_are_errors),
    T(long_words_fold_whole), T(the_version_is_icus))
