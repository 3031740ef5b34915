#include "text/alphabet.h"

#include <unicode/uchar.h>
#include <unicode/ulocdata.h>
#include <unicode/uset.h>
#include <unicode/utf8.h>

enum { STRANGE_PART = 64 }; /* one letter of so many is a foreign name's */

struct alphabet *alphabet_open(const char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    ULocaleData *data = ulocdata_open(name, &status);
    if (U_FAILURE(status))
        return NULL;
    USet *set =
        ulocdata_getExemplarSet(data, NULL, 0, ULOCDATA_ES_STANDARD, &status);
    ulocdata_close(data);
    /* With a warning they are another language's. */
    bool known = status == U_ZERO_ERROR && uset_size(set) > 0;
    if (known)
        uset_freeze(set);
    else if (U_SUCCESS(status))
        uset_close(set);
    return known ? (struct alphabet *)set : NULL;
}

void alphabet_close(struct alphabet *alphabet)
{
    if (alphabet)
        uset_close((USet *)alphabet);
}

static void add(struct letter_count *out, int32_t letter)
{
    size_t i = 0;
    while (i < out->kinds && out->kind[i].letter != letter)
        i++;
    if (i == LETTER_KINDS)
        return;
    if (i == out->kinds) {
        out->kind[i].letter = letter;
        out->kind[i].count = 0;
        out->kinds++;
    }
    out->kind[i].count++;
}

void letter_count(struct slice text, struct letter_count *out)
{
    out->letters = 0;
    out->kinds = 0;
    for (size_t at = 0; at < text.len;) {
        int32_t c;
        U8_NEXT(text.data, at, text.len, c);
        if (c < 0 || !u_isalpha(c))
            continue;
        out->letters++;
        if (c >= 0x80)
            add(out, u_tolower(c));
    }
}

bool alphabet_excludes(const struct alphabet *alphabet,
                       const struct letter_count *count)
{
    uint32_t strange = 0;
    if (!alphabet)
        return false;
    for (size_t i = 0; i < count->kinds; i++)
        if (!uset_contains((const USet *)alphabet, count->kind[i].letter))
            strange += count->kind[i].count;
    return strange > count->letters / STRANGE_PART;
}

bool alphabet_is_plain(const struct letter_count *count)
{
    uint32_t other = 0;
    for (size_t i = 0; i < count->kinds; i++)
        other += count->kind[i].count;
    return other <= count->letters / STRANGE_PART;
}
