/* The law of the quoted copy: whole words copied byte for byte from an article have
 * the tokens that the article has there, so that in quotes they find it.
 */
#include "text/tokenise.h"

#include "base/files.h"
#include "base/utf8.h"
#include "check.h"
#include "corpus_text.h"
#include "tokens_text.h"

#include <ftw.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

enum {
    BY_SPACE, /* copies from white space to white space: all tokens are equal */
    BY_WORD,  /* from the start of a word to the end of one: the same without
                  joined forms, of which the copy may have fewer */
    KIND_COUNT
};

static int files_seen; /* nftw() passes nothing on */

static bool same_token(const struct token *a, const struct token *b,
                       uint32_t from, uint32_t position)
{
    return slice_eq(a->form, b->form) &&
           a->position - position == b->position && a->width == b->width &&
           a->all_caps == b->all_caps && a->joined == b->joined &&
           a->start - from == b->start && a->end - from == b->end;
}

static size_t next_counted(const struct tokens *tokens, size_t at, int kind)
{
    while (kind == BY_WORD && at < tokens->count && tokens->token[at].joined)
        at++;
    return at;
}

/* The bytes [from, to) were copied; `all` are the tokens of the article. */
static void check_copy(struct slice text, const struct tokens *all, size_t from,
                       size_t to, int kind, struct arena *arena)
{
    struct slice copy = slice_part(text, from, to);
    /* Exactly sized: the copy ends where it ends. */
    uint8_t *bytes = malloc(copy.len ? copy.len : 1);
    CHECK(bytes);
    memcpy(bytes, copy.data, copy.len);
    struct tokens got = tokens_of((struct slice){bytes, copy.len}, arena);

    size_t a = 0, g = next_counted(&got, 0, kind);
    uint32_t position = 0;
    bool first = true;
    for (; a < all->count; a++) {
        const struct token *want = &all->token[a];
        if (want->start < from || want->end > to ||
            (kind == BY_WORD && want->joined))
            continue;
        if (first)
            position = want->position;
        first = false;
        CHECK_MSG(g < got.count &&
                      same_token(want, &got.token[g], (uint32_t)from, position),
                  "copied \"%.*s\", at %.*s (%s)\nof \"%.*s\"", SLICE_ARG(copy),
                  SLICE_ARG(want->form),
                  kind == BY_SPACE ? "by space" : "by word",
                  (int)(text.len < 400 ? text.len : 400), text.data);
        g = next_counted(&got, g + 1, kind);
    }
    CHECK_MSG(g == got.count, "copied \"%.*s\": too many tokens",
              SLICE_ARG(copy));
    free(bytes);
}

static bool space_at(struct slice text, size_t at)
{
    return at >= text.len || text.data[at] == ' ' || text.data[at] == '\n' ||
           text.data[at] == '\t';
}

/* From a random place to the next white space. */
static size_t some_space(struct slice text, size_t limit, uint64_t *seed)
{
    size_t at = rng_below(seed, (uint32_t)limit + 1);
    while (at < text.len && !space_at(text, at))
        at++;
    return at;
}

static void check_law(struct slice text, int copies, uint64_t *seed)
{
    struct arena arena, copy_arena;
    arena_init(&arena, (size_t)1 << 30);
    arena_init(&copy_arena, (size_t)1 << 30);
    struct tokens all = tokens_of(text, &arena);
    for (int i = 0; i < copies; i++) {
        size_t from = some_space(text, text.len, seed);
        size_t room = text.len - from > 200 ? 200 : text.len - from;
        size_t to =
            from + some_space(slice_part(text, from, text.len), room, seed);
        check_copy(text, &all, from, to, BY_SPACE, &copy_arena);
        if (all.count) {
            uint32_t first = rng_below(seed, (uint32_t)all.count);
            uint32_t last = first + rng_below(seed, 9);
            last = last < all.count ? last : (uint32_t)all.count - 1;
            if (all.token[last].end >= all.token[first].end &&
                !all.token[first].joined && !all.token[last].joined)
                check_copy(text, &all, all.token[first].start,
                           all.token[last].end, BY_WORD, &copy_arena);
        }
        arena_reset(&copy_arena);
    }
    arena_reset(&arena);
}

static const char *const pieces[] = {
    "Ukraine's",
    "UKRAINE’S",
    "U.S.",
    "U.S",
    "u.k.",
    "J.R.R.",
    "A",
    "b",
    "s",
    "S",
    "x.y",
    "1",
    "1,234.5",
    "3.5%",
    "2022",
    "l'accord",
    "O'Brien",
    "İstanbul'da",
    "C-130",
    "AFL-CIO",
    "e-mail@x.com",
    "北京",
    "北京2022年",
    "東京タワー",
    "ｶﾞ",
    "か\u3099",
    "ไทย",
    "น้ำ",
    "ខ្មែរ",
    "မြန်မာ",
    "ລາວ",
    "한국의",
    "السلام",
    "مُحَمَّد",
    "שָׁלוֹם",
    "हिन्दी",
    "Київ",
    "об'єкт",
    "йод",
    "и\u0306",
    "ﬁnance",
    "½",
    "²",
    "Ⅳ",
    "①",
    "ǅ",
    "ß",
    "ŉ",
    "ﷺ",
    "𝐀",
    "😀",
    "\u2764\ufe0f",
    "👨\u200d👩",
    "1\ufe0f\u20e3",
    "\u0301",
    "\u3099",
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u202e",
    "\u2060",
    "\ufeff",
    "'",
    "’",
    "ʼ",
    "‘",
    "`",
    "-",
    "--",
    "\u2010",
    "\u2011",
    "–",
    "—",
    "−",
    ".",
    "..",
    "...",
    "…",
    ",",
    ";",
    ":",
    "!",
    "?",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "“",
    "”",
    "«",
    "»",
    "/",
    "\\",
    "&",
    "@",
    "#",
    "$",
    "%",
    "*",
    "+",
    "=",
    "<",
    ">",
    "|",
    "~",
    "^",
    "_",
    "、",
    "。",
    "，",
    "・",
    "「",
    "」",
    "،",
    "؟",
    "־",
    "׳",
    "·",
    "€",
    "°",
    "\xff",
    "\xc3",
    "\xe4\xb8",
    "\xed\xa0\x80",
    "\xf0\x9f",
    "\x80",
    "\x01",
    "\x7f",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\n\n",
    "\t",
    "\u00a0",
    "\u3000",
    "\u2009",
    "\r\n",
};

TEST(copies_of_random_text_have_its_tokens)
{
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        struct strbuf text;
        strbuf_init(&text, 1 << 16);
        for (uint32_t n = rng_below(&seed, 40); n > 0; n--)
            strbuf_add_text(
                &text,
                pieces[rng_below(&seed, sizeof pieces / sizeof *pieces)]);
        check_law(strbuf_slice(&text), 4, &seed);
        strbuf_release(&text);
    }
}

static void see_text(struct slice text, struct slice lang, void *seed)
{
    (void)lang;
    check_law(text, 6, seed);
}

static const char *const corpora[] = {
    "reuters21578",
    "bbc2004",
    "20newsgroups",
    "cctv-zh",
    "masakhane-news",
    "fakebr-pt",
    "1tv-ru",
    "tr-finance",
    "bsnlp",
    "ner-uk-news",
    "reuters-c50",
    "tagesschau-2021-asr",
    "ukraine-2022-gdelt",
};

TEST(copies_of_real_news_have_its_tokens)
{
    uint64_t seed = 2022;
    if (!corpora_present())
        skip();
    for (size_t i = 0; i < sizeof corpora / sizeof *corpora; i++)
        CHECK(corpus_each(corpora[i], 300, see_text, &seed) > 0);
}

/* The files of corpus/ as they are: JSON is raw text like any other. */
static int see_file(const char *path, const struct stat *info, int kind,
                    struct FTW *where)
{
    static uint64_t seed = 80;
    struct bytes_out file = {0};
    (void)info;
    (void)where;
    if (kind != FTW_F)
        return 0;
    CHECK_EQ(file_read(path, 8 << 20, &file, NULL), 0);
    check_law((struct slice){file.data, file.len}, 40, &seed);
    bytes_out_release(&file);
    files_seen++;
    return 0;
}

TEST(copies_of_our_own_articles_have_their_tokens)
{
    CHECK_EQ(nftw(PROJECT_DIR "/corpus", see_file, 8, FTW_PHYS), 0);
    CHECK(files_seen > 10);
}

/* A token for each character of Chinese: any run of 2 to 8 of them is found. */
static void see_chinese(struct slice text, struct slice lang, void *arg)
{
    uint64_t *seed = arg;
    struct arena arena, copy_arena;
    (void)lang;
    arena_init(&arena, (size_t)1 << 30);
    arena_init(&copy_arena, (size_t)1 << 30);
    struct tokens all = tokens_of(text, &arena);
    for (int i = 0; i < 20 && all.count > 10; i++) {
        uint32_t first = rng_below(seed, (uint32_t)all.count - 8);
        uint32_t last = first + 1 + rng_below(seed, 7);
        if (all.token[first].joined || all.token[last].joined)
            continue;
        check_copy(text, &all, all.token[first].start, all.token[last].end,
                   BY_WORD, &copy_arena);
        arena_reset(&copy_arena);
    }
    arena_reset(&arena);
}

TEST(any_run_of_chinese_characters_is_found)
{
    uint64_t seed = 8;
    see_chinese(slice_of("新华社北京3月29日电（记者）2022年，C-130型"
                         "运输机·U.S.中国's，１２３号。「東京タワー」ｶﾞｷﾞｸﾞ"),
                slice_of("zh"), &seed);
    if (!corpora_present())
        skip();
    CHECK(corpus_each("cctv-zh", 1500, see_chinese, &seed) > 0);
}

/* Where ICU has its grapheme boundaries, in text of those scripts alone. */
static void see_clusters(struct slice text, struct slice lang, void *arg)
{
    struct arena arena;
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = arg;
    UText *utext = utext_openUTF8(NULL, (const char *)text.data,
                                  (int64_t)text.len, &status);
    (void)lang;
    arena_init(&arena, (size_t)1 << 30);
    ubrk_setUText(breaks, utext, &status);
    CHECK(U_SUCCESS(status));
    struct tokens all = tokens_of(text, &arena);
    for (size_t i = 0; i < all.count; i++) {
        const struct token *t = &all.token[i];
        size_t at = t->start;
        uint32_t c = utf8_next(text, &at);
        bool ideographic =
            u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC) ||
            (c >= 0xe00 && c < 0xe30) || (c >= 0x1000 && c < 0x1040) ||
            (c >= 0x1780 && c < 0x17b4) || (c >= 0x3041 && c < 0x30fb);
        if (!ideographic)
            continue;
        CHECK(ubrk_isBoundary(breaks, (int32_t)t->start));
        CHECK_MSG(ubrk_following(breaks, (int32_t)t->start) == (int32_t)t->end,
                  "\"%.*s\"", (int)(t->end - t->start), text.data + t->start);
    }
    utext_close(utext);
    arena_reset(&arena);
}

TEST(clusters_are_icus)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
    CHECK(U_SUCCESS(status));
    see_clusters(slice_of("กรุงเทพมหานคร น้ำ ที่นี่ ខ្មែរ ភ្នំពេញ မြန်မာနိုင်ငံ ရန်ကုန်တိုင်း "
                          "か\u3099き\u3099 ガギグ ｶﾞ 葛\U000e0100城 ປະເທດລາວ"),
                 slice_of(""), breaks);
    if (corpora_present())
        CHECK(corpus_each("cctv-zh", 300, see_clusters, breaks) > 0);
    ubrk_close(breaks);
}

RUN(T(copies_of_random_text_have_its_tokens),
    T(copies_of_our_own_articles_have_their_tokens),
    T(copies_of_real_news_have_its_tokens),
    T(any_run_of_chinese_characters_is_found), T(clusters_are_icus))
