/* Unicode: UAX #15 (normalisation), Unicode standard 3.13 and R5 (NFKC_Casefold).
 *
 * The steps, on UTF-16 as ICU likes it:
 *   1. NFKC_Casefold: compatibility forms, full case folding, ignorables gone;
 *   2. NFD, so that diacritics stand apart;
 *   3. drop those on Latin, Greek, Cyrillic; the letters of `replaced`;
 *   4. NFC.
 */
#include "text/fold_icu.h"

#include "base/err.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

enum {
    STACK_UNITS = 1024,
    /* U+FDFA is three bytes and becomes 18 units; NFD at most triples a unit. */
    UNITS_PER_BYTE = 18,
    CYRILLIC_I = 0x438,
    BREVE = 0x306,
};

struct buffers {
    UChar *a, *b;
    int32_t capacity; /* of each */
};

static const UNormalizer2 *nfkc_casefold(UErrorCode *status)
{
    return unorm2_getNFKCCasefoldInstance(status);
}

int fold_icu_ready(void)
{
    UErrorCode status = U_ZERO_ERROR;
    nfkc_casefold(&status);
    unorm2_getNFDInstance(&status);
    unorm2_getNFCInstance(&status);
    return U_FAILURE(status) ? ERR_NOMEM : ERR_OK;
}

static bool is_diacritic(uint32_t c)
{
    return U_GET_GC_MASK((UChar32)c) & (U_GC_MN_MASK | U_GC_ME_MASK);
}

bool fold_strips_on(uint32_t c)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)c, &status);
    return script == USCRIPT_LATIN || script == USCRIPT_GREEK ||
           script == USCRIPT_CYRILLIC;
}

bool fold_drops_modifier(uint32_t c)
{
    return c >= 0x2b9 && c <= 0x2bf;
}

/* Diacritics that Unicode does not take apart, and the i without a dot. */
static uint32_t replaced(uint32_t c)
{
    switch (c) {
    case 0x131: /* ı */
        return 'i';
    case 0xf8: /* ø */
        return 'o';
    case 0x111: /* đ */
        return 'd';
    case 0x127: /* ħ */
        return 'h';
    case 0x142: /* ł */
        return 'l';
    case 0x167: /* ŧ */
        return 't';
    default:
        return c;
    }
}

/* As ICU's U16_NEXT, which does not pass our sign checks. */
static uint32_t next_code_point(const UChar *text, int32_t *at, int32_t len)
{
    uint32_t c = text[(*at)++];
    if (U16_IS_LEAD(c) && *at < len && U16_IS_TRAIL(text[*at]))
        c = 0x10000 + ((c - 0xd800) << 10) + (text[(*at)++] - 0xdc00u);
    return c;
}

bool fold_has_diacritic(uint32_t c)
{
    UChar parts[8]; /* no full canonical decomposition has more */
    UErrorCode status = U_ZERO_ERROR;
    int32_t len =
        unorm2_getDecomposition(unorm2_getNFDInstance(&status), (UChar32)c,
                                parts, sizeof parts / sizeof *parts, &status);
    if (len < 0 || U_FAILURE(status))
        return is_diacritic(c);
    for (int32_t at = 0; at < len;)
        if (is_diacritic(next_code_point(parts, &at, len)))
            return true;
    return false;
}

/* Step 3, in place; the new length. */
static int32_t strip(UChar *text, int32_t len)
{
    int32_t to = 0;
    uint32_t base = 0;
    bool stripping = false, short_i = false;
    for (int32_t at = 0; at < len;) {
        uint32_t c = next_code_point(text, &at, len);
        if (fold_drops_modifier(c))
            continue;
        if (!(U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK)) {
            c = base = replaced(c);
            stripping = fold_strips_on(c);
            short_i = false;
        } else if (stripping && is_diacritic(c)) {
            if (base != CYRILLIC_I || c != BREVE || short_i)
                continue;
            short_i = true; /* й is a letter of its own, once */
        }
        U16_APPEND_UNSAFE(text, to, c);
    }
    return to;
}

/* Folds `word` into buffers->a; its length in *len. False: buffers too small. */
static bool fold_units(struct slice word, const struct buffers *buffers,
                       int32_t *len)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *a = buffers->a, *b = buffers->b;
    int32_t capacity = buffers->capacity, n = 0;
    u_strFromUTF8WithSub(a, capacity, &n, (const char *)word.data,
                         (int32_t)word.len, 0xfffd, NULL, &status);
    n = unorm2_normalize(nfkc_casefold(&status), a, n, b, capacity, &status);
    n = unorm2_normalize(unorm2_getNFDInstance(&status), b, n, a, capacity,
                         &status);
    if (U_FAILURE(status))
        return false;
    n = strip(a, n);
    n = unorm2_normalize(unorm2_getNFCInstance(&status), a, n, b, capacity,
                         &status);
    if (U_FAILURE(status))
        return false;
    memcpy(a, b, (size_t)n * sizeof *a);
    *len = n;
    return true;
}

static int copy_utf8(const UChar *text, int32_t len, struct arena *arena,
                     struct slice *out)
{
    size_t capacity =
        (size_t)len * 3 + 1; /* UTF-16 to UTF-8: at most triples */
    uint8_t *bytes = arena_alloc(arena, capacity);
    if (!bytes)
        return text_refusal(arena, capacity);
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0;
    u_strToUTF8WithSub((char *)bytes, (int32_t)capacity, &n, text, len, 0xfffd,
                       NULL, &status);
    if (U_FAILURE(status))
        return ERR_NOMEM;
    *out = (struct slice){bytes, (size_t)n};
    return ERR_OK;
}

int fold_icu(struct slice word, struct arena *arena, struct slice *out)
{
    UChar a[STACK_UNITS], b[STACK_UNITS];
    struct buffers buffers = {a, b, STACK_UNITS};
    int32_t len;
    if (word.len > INT32_MAX / (3 * UNITS_PER_BYTE)) /* copy_utf8 counts so */
        return ERR_LIMIT;
    if (!fold_units(word, &buffers, &len)) {
        size_t units = word.len * UNITS_PER_BYTE + 1;
        buffers.a = arena_array(arena, UChar, units);
        buffers.b = arena_array(arena, UChar, units);
        buffers.capacity = (int32_t)units;
        if (!buffers.a || !buffers.b)
            return text_refusal(arena, units * sizeof(UChar));
        if (!fold_units(word, &buffers, &len))
            return ERR_NOMEM;
    }
    return copy_utf8(buffers.a, len, arena, out);
}

/* Most letters of most scripts have neither case nor parts; to send each through all steps
 * takes long when whole pages of characters are classified. */
static bool is_itself(uint32_t c)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    return U_SUCCESS(status) && (U_GET_GC_MASK((UChar32)c) & U_GC_LO_MASK) &&
           !u_hasBinaryProperty((UChar32)c,
                                UCHAR_CHANGES_WHEN_NFKC_CASEFOLDED) &&
           unorm2_isInert(nfd, (UChar32)c);
}

size_t fold_icu_one(uint32_t c, uint8_t out[FOLD_ONE_BYTES])
{
    UChar a[STACK_UNITS], b[STACK_UNITS];
    struct buffers buffers = {a, b, STACK_UNITS};
    uint8_t utf8[4];
    size_t size = 0;
    int32_t units, bytes = 0;
    if (U_IS_SURROGATE(c))
        return 0;
    U8_APPEND_UNSAFE(utf8, size, c);
    if (is_itself(c)) {
        memcpy(out, utf8, size);
        return size;
    }
    if (!fold_units((struct slice){utf8, size}, &buffers, &units))
        return 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8((char *)out, FOLD_ONE_BYTES, &bytes, a, units, &status);
    return U_FAILURE(status) ? 0 : (size_t)bytes;
}

bool fold_icu_keeps(uint32_t c)
{
    UChar text[2];
    size_t units = 0;
    UErrorCode status = U_ZERO_ERROR;
    U16_APPEND_UNSAFE(text, units, c);
    if (unorm2_quickCheck(nfkc_casefold(&status), text, (int32_t)units,
                          &status) != UNORM_YES)
        return false;
    uint8_t same[4], form[FOLD_ONE_BYTES];
    size_t size = 0;
    U8_APPEND_UNSAFE(same, size, c);
    return fold_icu_one(c, form) == size && memcmp(form, same, size) == 0;
}

int text_refusal(const struct arena *arena, size_t size)
{
    /* Small requests want a chunk of about this size. */
    const size_t chunk = 33 * 1024;
    size_t left = arena->limit - arena->total;
    return left < chunk || left - chunk < size ? ERR_LIMIT : ERR_NOMEM;
}
