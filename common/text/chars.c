#include "text/chars.h"

#include "text/fold_icu.h"

#include <pthread.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

struct simple_fold char_simple_fold[CHAR_SIMPLE_END];
uint16_t char_class_table[0x10000];
atomic_bool char_page_ready[0x100];

/* People type whichever of these their keyboard has: Hawai'i, Hawaiʻi; Saʿud. */
static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == '`' || c == 0xb4 || fold_drops_modifier(c) ||
           c == 0x5f3 /* geresh */ || c == 0x2018 || c == 0x2019 ||
           c == 0x201b || c == 0xff07;
}

static bool is_hyphen(uint32_t c)
{
    return c == '-' || c == 0x58a /* Armenian */ || c == 0x5be /* maqaf */ ||
           c == 0x2010 || c == 0x2011 || c == 0xfe63 || c == 0xff0d;
}

/* Scripts written without spaces between words: design.md, section 11. */
static bool is_clustered(uint32_t c)
{
    static const UScriptCode scripts[] = {
        USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_THAI,
        USCRIPT_LAO, USCRIPT_KHMER,    USCRIPT_MYANMAR,
    };
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        /* The prolonged sound mark of kana and its like are "common". */
        if (script == scripts[i] || (script == USCRIPT_COMMON &&
                                     uscript_hasScript((UChar32)c, scripts[i])))
            return true;
    return false;
}

static uint32_t category(uint32_t c)
{
    return U_GET_GC_MASK((UChar32)c);
}

/* A letter or number by what it folds to: ½ would bring a slash into a term and
 * U+FDFA spaces, so these separate; a circled ideograph is the ideograph. */
static uint16_t kind_by_fold(uint32_t c)
{
    uint8_t form[FOLD_ONE_BYTES];
    size_t len = fold_icu_one(c, form);
    uint16_t kind = len ? CHAR_LETTER : CHAR_IGNORABLE;
    for (size_t at = 0; at < len;) {
        UChar32 folded;
        U8_NEXT_UNSAFE(form, at, folded);
        if (!(category((uint32_t)folded) &
              (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)))
            return 0;
        if (is_clustered((uint32_t)folded))
            kind = CHAR_CLUSTER;
    }
    return kind;
}

static uint16_t kind_of(uint32_t c)
{
    if (is_apostrophe(c))
        return CHAR_APOSTROPHE;
    if (is_hyphen(c))
        return CHAR_HYPHEN;
    if (c == 0x200b) /* zero width *space*: ignorable to Unicode, not to us */
        return 0;
    if (u_hasBinaryProperty((UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return CHAR_IGNORABLE;
    uint32_t cat = category(c);
    if (!(cat & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)))
        return 0;
    /* Some Burmese vowel signs are no part of the cluster before them, and some
     * letters (Thai sara am, halfwidth voiced mark) are: UAX #29, table 2. */
    int32_t cluster_break =
        u_getIntPropertyValue((UChar32)c, UCHAR_GRAPHEME_CLUSTER_BREAK);
    if (cluster_break == U_GCB_EXTEND || cluster_break == U_GCB_SPACING_MARK)
        return CHAR_MARK;
    if (cat & U_GC_ND_MASK)
        return CHAR_DIGIT;
    if ((cat & U_GC_M_MASK) && !is_clustered(c))
        return CHAR_MARK;
    return kind_by_fold(c);
}

static bool folds_alone(uint32_t c, uint16_t kind)
{
    if (kind & CHAR_IGNORABLE)
        return false;
    if (c < CHAR_SIMPLE_END) {
        uint8_t form[FOLD_ONE_BYTES];
        return (kind & CHAR_STARTS_WORD) &&
               fold_icu_one(c, form) <= sizeof char_simple_fold->bytes;
    }
    return fold_icu_keeps(c);
}

uint16_t char_classify(uint32_t c)
{
    uint16_t class = kind_of(c);
    if (c >= 0x80)
        class |= CHAR_NON_ASCII;
    if (!(class & (CHAR_STARTS_WORD | CHAR_EXTENDS | CHAR_CLUSTER)))
        return class;
    uint32_t cat = category(c);
    if (cat & U_GC_LU_MASK)
        class |= CHAR_UPPER;
    if (cat & (U_GC_LL_MASK | U_GC_LT_MASK))
        class |= CHAR_LOWER;
    if (fold_strips_on(c))
        class |= CHAR_STRIPS;
    if (folds_alone(c, class))
        class |= CHAR_FAST;
    if ((class & CHAR_FAST) && c < CHAR_SIMPLE_END)
        return class; /* the marks it has are stripped in char_simple_fold */
    if (fold_has_diacritic(c))
        class |= CHAR_DIACRITIC;
    if (u_getIntPropertyValue((UChar32)c,
                              UCHAR_LEAD_CANONICAL_COMBINING_CLASS) ||
        u_getIntPropertyValue((UChar32)c,
                              UCHAR_TRAIL_CANONICAL_COMBINING_CLASS))
        class |= CHAR_STACKS;
    return class;
}

/* Ideographs (U+4E00 to U+9EFF) and Hangul syllables (U+AC00 to U+D6FF) differ in nothing that
 * is asked for here. To look at each took an eighth of the time of reading the register that
 * comes with dateline, whose names in Chinese are on most of these pages. */
static bool is_uniform(uint32_t page)
{
    return (page >= 0x4e && page <= 0x9e) || (page >= 0xac && page <= 0xd6);
}

void char_page_make(uint32_t page)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    if (!atomic_load(&char_page_ready[page])) {
        for (uint32_t c = page << 8; c < (page + 1) << 8; c++) {
            char_class_table[c] = is_uniform(page) && c & 0xff
                                      ? char_class_table[page << 8]
                                      : char_classify(c);
            if (c < CHAR_SIMPLE_END && (char_class_table[c] & CHAR_FAST)) {
                uint8_t form[FOLD_ONE_BYTES];
                struct simple_fold *simple = &char_simple_fold[c];
                simple->len = (uint8_t)fold_icu_one(c, form);
                memcpy(simple->bytes, form, simple->len);
            }
        }
        atomic_store_explicit(&char_page_ready[page], true,
                              memory_order_release);
    }
    pthread_mutex_unlock(&making);
}

uint16_t char_class_beyond_ascii(struct slice text, size_t *at)
{
    int32_t c;
    U8_NEXT(text.data, *at, text.len, c);
    return c < 0 ? 0 : char_class((uint32_t)c);
}
