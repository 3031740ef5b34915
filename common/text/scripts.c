#include "text/scripts.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

static const struct {
    UScriptCode code;
    enum script script;
    const char *lang; /* NULL: several */
} scripts[] = {
    {USCRIPT_LATIN, SCRIPT_LATIN, NULL},
    {USCRIPT_CYRILLIC, SCRIPT_CYRILLIC, NULL},
    {USCRIPT_ARABIC, SCRIPT_ARABIC, NULL},
    {USCRIPT_DEVANAGARI, SCRIPT_DEVANAGARI, NULL},
    {USCRIPT_ETHIOPIC, SCRIPT_ETHIOPIC, NULL},
    {USCRIPT_HEBREW, SCRIPT_HEBREW, NULL},
    {USCRIPT_HAN, SCRIPT_CHINESE, "zh"},
    {USCRIPT_HIRAGANA, SCRIPT_JAPANESE, "ja"},
    {USCRIPT_KATAKANA, SCRIPT_JAPANESE, "ja"},
    {USCRIPT_HANGUL, SCRIPT_HANGUL, "ko"},
    {USCRIPT_GREEK, SCRIPT_GREEK, "el"},
    {USCRIPT_ARMENIAN, SCRIPT_ARMENIAN, "hy"},
    {USCRIPT_GEORGIAN, SCRIPT_GEORGIAN, "ka"},
    {USCRIPT_THAI, SCRIPT_THAI, "th"},
    {USCRIPT_LAO, SCRIPT_LAO, "lo"},
    {USCRIPT_KHMER, SCRIPT_KHMER, "km"},
    {USCRIPT_MYANMAR, SCRIPT_BURMESE, "my"},
    {USCRIPT_TIBETAN, SCRIPT_TIBETAN, "bo"},
    {USCRIPT_BENGALI, SCRIPT_BENGALI, "bn"},
    {USCRIPT_GURMUKHI, SCRIPT_GURMUKHI, "pa"},
    {USCRIPT_GUJARATI, SCRIPT_GUJARATI, "gu"},
    {USCRIPT_ORIYA, SCRIPT_ORIYA, "or"},
    {USCRIPT_TAMIL, SCRIPT_TAMIL, "ta"},
    {USCRIPT_TELUGU, SCRIPT_TELUGU, "te"},
    {USCRIPT_KANNADA, SCRIPT_KANNADA, "kn"},
    {USCRIPT_MALAYALAM, SCRIPT_MALAYALAM, "ml"},
    {USCRIPT_SINHALA, SCRIPT_SINHALA, "si"},
    {USCRIPT_THAANA, SCRIPT_THAANA, "dv"},
};

enum { KNOWN = sizeof scripts / sizeof *scripts };

/* False for letters that several scripts share. */
static bool script_of(int32_t c, enum script *script)
{
    *script = SCRIPT_LATIN;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return true;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode code = uscript_getScript(c, &status);
    *script = SCRIPT_MIXED;
    for (int i = 0; i < KNOWN; i++)
        if (scripts[i].code == code)
            *script = scripts[i].script;
    return code != USCRIPT_COMMON && code != USCRIPT_INHERITED;
}

struct script_count script_count(struct slice text)
{
    struct script_count count = {0};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t c;
        U8_NEXT(text.data, at, text.len, c);
        enum script script;
        if (c < 0 || !u_isalpha(c) || !script_of(c, &script))
            continue;
        count.letter_bytes += at - start;
        count.bytes[script] += at - start;
    }
    return count;
}

enum script script_dominant(const struct script_count *count)
{
    size_t kana = count->bytes[SCRIPT_JAPANESE];
    size_t han = count->bytes[SCRIPT_CHINESE];
    size_t bytes = kana + han;
    /* Chinese papers quote Japanese names; Japanese has a tenth kana at least. */
    enum script script = kana * 10 >= bytes ? SCRIPT_JAPANESE : SCRIPT_CHINESE;
    for (int i = SCRIPT_MIXED + 1; i < SCRIPT_COUNT; i++)
        if (i != SCRIPT_CHINESE && i != SCRIPT_JAPANESE &&
            count->bytes[i] > bytes) {
            bytes = count->bytes[i];
            script = (enum script)i;
        }
    bool clear = bytes > 0 && bytes * 5 >= count->letter_bytes * 4;
    return clear ? script : SCRIPT_MIXED;
}

const char *script_language(enum script script)
{
    for (int i = 0; i < KNOWN; i++)
        if (scripts[i].script == script)
            return scripts[i].lang;
    return NULL;
}
