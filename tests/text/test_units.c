/* Where sentences and paragraphs begin: rows, ICU's iterator as the model, and what
 * must hold for any text. */
#include "text/analyse.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "check.h"
#include "corpus_text.h"
#include "units_text.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

TEST(rows)
{
    static const char *const row[] = {
        "",
        "one",
        "...",
        "One. / Two! / Three? / Four",
        "One... / Two",
        "One… / Two",
        "One…two",
        "One…/ Two",
        "A.B",
        "Really?! / Yes.",
        "one. two",
        "version 3.5 is out. / Next",
        "foo.bar Foo.Bar 5./ Bar",
        "He left in 1990. / Russia",
        "He left in 1990. 20 days later",
        /* titles, initials, dotted letters */
        "Mr. Brown and Mrs. Smith",
        "Gen. Mark A. Milley",
        "J. A. Smith",
        "J.R.R. Tolkien wrote",
        "the U.S. Army",
        "the U.S. troops",
        "in the U.S. / The army",
        "the U.S.\nArmy",
        "the U.S.\n  / Quebecor",
        "at 5 a.m. Monday. / He",
        "U.S. / Mr. Bush",
        "Inc. / It rose",
        "Exxon Corp. Chairman",
        "vitamin C. / The",
        "Lt.-Gen. Smith",
        "St. Petersburg",
        "et al. Smith",
        "vs. Brown",
        "their sen. / Smith",
        "Harvard. / Smith",
        /* months and numbers */
        "on Aug. 20 Ukraine",
        "MOSCOW, Aug. 20 (Reuters) - Russia",
        "No. 10 Downing",
        "He said no. / Russia",
        "pp. 5-7",
        "in Dec. / Russia",
        /* other languages */
        "Am 20. April kam er. / Er ging",
        "bis 2020. / April",
        "5 Mio. Euro",
        "今天下雨。/ 明天晴！/ 好吗？/ 好",
        "他说：「好。」/ 我走了。",
        "Привет. / Мир",
        "Он. / Москва",
        "السلام؟ / نعم",
        "यह है। / वह",
        "¿Qué? dijo. / Sí",
        "\"What?\" he said. \"/ No!\" he said",
        "(He left.) / She",
        "\"He left.\" / She",
        "Yahoo! rose. / But",
        "Yahoo! said",
        /* 's stands between words */
        "It is Ukraine's. / Next",
        "It is U.S.'s. / Next",
        /* paragraphs */
        "One ¶ two",
        "One. ¶ Two. / Three ¶ four",
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        units_check_row(slice_of(row[i]));
}

TEST(a_blank_line_is_one_whatever_is_white_in_it)
{
    static const struct {
        const char *text;
        size_t paragraphs, sentences;
    } rows[] = {
        {"a\nb", 1, 1},         {"a\n\nb", 2, 2},
        {"\n\na", 1, 1},        {"a\n \t\nb", 2, 2},
        {"a\r\n\r\nb", 2, 2},   {"a\r\nb", 1, 1},
        {"a\n\n\n\n\nb", 2, 2}, {"a\n\u00a0\u3000\nb", 2, 2},
        {"a\n-\nb", 1, 1},      {"a\n-\n\nb", 2, 2},
        {"a\n\n-\n\nb", 2, 2},  {"a's\n\nb", 2, 2},
        {"a\ns\n\nb", 2, 2},    {"a.\nb", 1, 1},
        {"a.\nB", 1, 2},        {"a.\n   B", 1, 2},
        {"U.S.\n\nb", 2, 2},    {"a\u2029b", 1, 2},
        {"a \xff\n\n b", 2, 2}, {"\n\n \n\n", 0, 0},
        {"a\n\xc3\n b", 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct article article = {.text[PART_BODY] = slice_of(rows[i].text)};
        struct analysis analysis;
        arena_init(&arena, 1 << 20);
        CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
        CHECK_MSG(analysis.paragraphs.count == rows[i].paragraphs &&
                      analysis.sentences.count == rows[i].sentences,
                  "row %zu: %zu paragraphs, %zu sentences", i,
                  analysis.paragraphs.count, analysis.sentences.count);
        arena_reset(&arena);
    }
}

TEST(each_part_begins_one_and_the_title_is_one)
{
    struct arena arena;
    struct article article = {0};
    struct analysis analysis;
    article.text[PART_TITLE] = slice_of("What now? Nothing.\n\nEver");
    article.text[PART_SUMMARY] = slice_of("...");
    article.text[PART_BODY] = slice_of("One. Two-three.\n\nFour");
    article.text[PART_CAPTIONS] = slice_of("five");
    static const uint32_t sentences[] = {0, 104, 105, 107, 208};
    static const uint32_t paragraphs[] = {0, 104, 107, 208};
    arena_init(&arena, 1 << 20);
    CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
    CHECK_EQ(analysis.sentences.count, 5);
    CHECK_EQ(analysis.paragraphs.count, 4);
    for (size_t i = 0; i < 5; i++)
        CHECK_EQ(analysis.sentences.at[i], sentences[i]);
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(analysis.paragraphs.at[i], paragraphs[i]);
    arena_reset(&arena);
}

/* --- ICU's iterator as the model --- */

struct model {
    UBreakIterator *breaks;
    uint64_t seed;
    size_t sentences, joined, invented;
};

/* As we read it: lines run on, an ellipsis is three full stops. */
static uint8_t *as_we_read_it(struct slice text)
{
    uint8_t *copy = malloc(text.len + 1);
    CHECK(copy);
    memcpy(copy, text.data, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (copy[i] == '\n' || copy[i] == '\r')
            copy[i] = ' ';
        else if (i + 2 < text.len && memcmp(copy + i, "…", 3) == 0)
            memset(copy + i, '.', 3);
    return copy;
}

static bool icu_breaks_between(struct model *m, uint32_t from, uint32_t to)
{
    int32_t at = ubrk_following(m->breaks, (int32_t)from);
    return at != UBRK_DONE && at <= (int32_t)to;
}

/* Why a break of ICU's may be none of ours: a small letter follows '?', or the full
 * stop stands behind something short, or behind digits. */
static bool may_go_on(struct slice text, const struct token *before,
                      const struct token *after)
{
    struct slice gap = slice_part(text, before->end, after->start);
    size_t at = after->start;
    int32_t c;
    U8_NEXT(text.data, at, text.len, c);
    for (size_t i = 0; i < gap.len; i++)
        if (gap.data[i] != '.' && u_isULowercase(c))
            return true;
    return before->end - before->start <= 5 ||
           text.data[before->end - 1] == '.';
}

static void see_model(struct slice text, struct slice lang, void *arg)
{
    struct model *m = arg;
    struct arena arena;
    struct article article = {.text[PART_BODY] = text};
    struct analysis analysis;
    UErrorCode status = U_ZERO_ERROR;
    (void)lang;
    arena_init(&arena, (size_t)1 << 30);
    CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
    uint8_t *copy = as_we_read_it(text);
    UText *utext =
        utext_openUTF8(NULL, (const char *)copy, (int64_t)text.len, &status);
    ubrk_setUText(m->breaks, utext, &status);
    CHECK(U_SUCCESS(status));

    const struct token *before = NULL;
    for (size_t i = 0; i < analysis.tokens.count; i++) {
        const struct token *t = &analysis.tokens.token[i];
        if (t->joined)
            continue;
        bool ours = units_at(&analysis.sentences, t->position);
        bool blank_line = units_at(&analysis.paragraphs, t->position);
        if (before && !blank_line) {
            bool icus = icu_breaks_between(m, before->end - 1, t->start);
            m->sentences += ours;
            m->joined += icus && !ours;
            CHECK_MSG(!ours || icus, "invented: ...%.*s",
                      (int)(t->end - before->start), text.data + before->start);
            CHECK_MSG(ours || !icus || may_go_on(text, before, t),
                      "missed: ...%.*s", (int)(t->end - before->start),
                      text.data + before->start);
        }
        before = t;
    }
    utext_close(utext);
    free(copy);
    arena_reset(&arena);
}

/* Every code point between two words. */
TEST(what_ends_a_sentence_is_icus_property)
{
    unsigned ends = 0;
    for (int32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        uint8_t text[16] = "word", bytes[4];
        size_t len = 4, n = utf8_put((uint32_t)c, bytes);
        memcpy(text + len, bytes, n);
        memcpy(text + len + n, " Word", 5);
        struct arena arena;
        struct article article = {.text[PART_BODY] = {text, len + n + 5}};
        struct analysis analysis;
        arena_init(&arena, 1 << 20);
        CHECK_EQ(analyse_article(&article, NULL, &arena, &analysis), 0);
        int class = u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
        bool want = class == U_SB_ATERM || class == U_SB_STERM ||
                    class == U_SB_SEP || c == 0x2026;
        CHECK_MSG(analysis.sentences.count == (want ? 2 : 1), "U+%04X", c);
        ends += want;
        arena_reset(&arena);
    }
    CHECK(ends > 100);
}

static struct model model_open(void)
{
    UErrorCode status = U_ZERO_ERROR;
    struct model m = {.seed = 5};
    m.breaks = ubrk_open(UBRK_SENTENCE, "", NULL, 0, &status);
    CHECK(U_SUCCESS(status));
    return m;
}

TEST(random_text_breaks_where_icu_breaks_it)
{
    static const char *const pieces[] = {
        "a",  "B",  "brown", "Letter", "3",  "12",     "...",    ".",
        ".",  ".",  "!",     "?",      "。", "？",     "…",      "،",
        "؟",  ",",  ":",     "-",      "–",  "\"",     "”",      "«",
        ")",  "(",  " ",     " ",      " ",  " ",      "\n",     "北",
        "京", "Ж",  "ж",     "का",     "।",  "\u0301", "\u200d", "\u00ad",
        "ｶ",  "．", "\t",    "'s",     "€",  "😀",      "\xff",
    };
    struct model m = model_open();
    for (int round = 0; round < 40000; round++) {
        struct strbuf text;
        strbuf_init(&text, 1 << 12);
        for (uint32_t n = 2 + rng_below(&m.seed, 24); n > 0; n--)
            strbuf_add_text(
                &text,
                pieces[rng_below(&m.seed, sizeof pieces / sizeof *pieces)]);
        see_model(strbuf_slice(&text), slice_of(""), &m);
        strbuf_release(&text);
    }
    CHECK(m.sentences > 10000);
    ubrk_close(m.breaks);
}

TEST(real_news_breaks_where_icu_breaks_it)
{
    static const char *const corpora[] = {
        "reuters21578",
        "bbc2004",
        "cctv-zh",
        "masakhane-news",
        "fakebr-pt",
        "1tv-ru",
        "tr-finance",
        "bsnlp",
        "ner-uk-news",
        "ukraine-2022-gdelt",
        "tagesschau-2021-asr",
    };
    if (!corpora_present())
        skip();
    for (size_t i = 0; i < sizeof corpora / sizeof *corpora; i++) {
        struct model m = model_open();
        CHECK(corpus_each(corpora[i], 300, see_model, &m) > 0);
        print_message("%-20s %6zu sentence ends, %5zu of ICU's joined\n",
                      corpora[i], m.sentences, m.joined);
        ubrk_close(m.breaks);
    }
}

RUN(T(rows), T(a_blank_line_is_one_whatever_is_white_in_it),
    T(each_part_begins_one_and_the_title_is_one),
    T(what_ends_a_sentence_is_icus_property),
    T(random_text_breaks_where_icu_breaks_it),
    T(real_news_breaks_where_icu_breaks_it))
