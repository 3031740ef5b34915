#include "entity/inflect.h"

#include "base/err.h"
#include "base/utf8.h"
#include "entity/inflect_tables.h"

#include <stdbool.h>

enum {
    /* A word of a letter or two is an initial or a particle. */
    SHORTEST = 3,
    /* Turkish suffixes and Arabic letters make other words of short ones. */
    SHORTEST_TURKISH = 4,
};

/* Walk a blank-separated list. */
static bool next_item(const char **list, struct slice *item)
{
    const char *at = *list;
    while (*at == ' ')
        at++;
    const char *end = at;
    while (*end && *end != ' ')
        end++;
    *item = (struct slice){(const uint8_t *)at, (size_t)(end - at)};
    *list = end;
    return end > at;
}

static bool ends_with(struct slice s, struct slice ending)
{
    return s.len >= ending.len &&
           slice_eq(slice_part(s, s.len - ending.len, s.len), ending);
}

static bool ends_with_any(struct slice s, const char *endings)
{
    struct slice ending;
    while (next_item(&endings, &ending))
        if (ends_with(s, ending))
            return true;
    return false;
}

static size_t letters_of(struct slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += (s.data[i] & 0xc0) != 0x80;
    return count;
}

static struct slice without_last(struct slice s, unsigned letters)
{
    while (letters-- && s.len)
        do
            s.len--;
        while (s.len && (s.data[s.len] & 0xc0) == 0x80);
    return s;
}

/* --- output --- */

struct forms {
    struct arena *arena;
    struct slice_list *out;
    size_t capacity;
};

static int add_form(struct forms *forms, struct slice a, struct slice b)
{
    struct slice_list *out = forms->out;
    if (out->count == forms->capacity) {
        size_t capacity = forms->capacity ? forms->capacity * 2 : 16;
        struct slice *item = arena_array(forms->arena, struct slice, capacity);
        if (!item)
            return ERR_NOMEM;
        if (out->count)
            memcpy(item, out->item, out->count * sizeof *item);
        out->item = item;
        forms->capacity = capacity;
    }
    uint8_t *bytes = arena_alloc_unset(forms->arena, a.len + b.len + 1);
    if (!bytes)
        return ERR_NOMEM;
    if (a.len)
        memcpy(bytes, a.data, a.len);
    if (b.len)
        memcpy(bytes + a.len, b.data, b.len);
    out->item[out->count++] = (struct slice){bytes, a.len + b.len};
    return ERR_OK;
}

/* --- languages --- */

static int by_endings(struct slice word, const struct inflect_rule *rule,
                      size_t count, struct forms *forms)
{
    if (letters_of(word) < SHORTEST)
        return ERR_OK;
    while (count && !ends_with_any(word, rule->endings))
        rule++, count--;
    if (!count)
        return ERR_OK;
    struct slice stem = without_last(word, rule->drop), ending;
    const char *endings = rule->forms;
    int rc = ERR_OK;
    while (!rc && next_item(&endings, &ending)) {
        if (slice_eq(ending, SLICE("_")))
            ending.len = 0;
        rc = add_form(forms, stem, ending);
    }
    return rc;
}

static const struct turkish_harmony *harmony_of(struct slice word)
{
    const size_t count = sizeof turkish_harmony / sizeof *turkish_harmony;
    for (; word.len; word = without_last(word, 1))
        for (size_t i = 0; i < count; i++)
            if (ends_with_any(word, turkish_harmony[i].vowels))
                return &turkish_harmony[i];
    return NULL;
}

static int turkish_suffix(struct slice word, struct slice pattern,
                          const struct turkish_harmony *harmony,
                          struct forms *forms)
{
    uint8_t suffix[16];
    size_t len = 0;
    for (size_t i = 0; i < pattern.len; i++) {
        struct slice letter = slice_part(pattern, i, i + 1);
        if (letter.data[0] == '+')
            letter = slice_of(harmony->open);
        else if (letter.data[0] == '-')
            letter = slice_of(harmony->close);
        memcpy(suffix + len, letter.data, letter.len);
        len += letter.len;
    }
    return add_form(forms, word, (struct slice){suffix, len});
}

static int turkish(struct slice word, unsigned place, struct forms *forms)
{
    const struct turkish_harmony *harmony = harmony_of(word);
    if (!(place & WORD_LAST) || !harmony || letters_of(word) < SHORTEST_TURKISH)
        return ERR_OK;
    const char *suffixes = turkish_after_voiced;
    if (ends_with_any(word, "a ı o u e i ö ü"))
        suffixes = turkish_after_vowel;
    else if (ends_with_any(word, turkish_voiceless))
        suffixes = turkish_after_voiceless;
    else if (!ends_with_any(word, "b c d g ğ j l m n r v y z"))
        return ERR_OK;
    struct slice suffix;
    int rc = ERR_OK;
    while (!rc && next_item(&suffixes, &suffix))
        rc = turkish_suffix(word, suffix, harmony, forms);
    return rc;
}

static int arabic(struct slice word, unsigned place, struct forms *forms)
{
    const struct slice article = SLICE("ال");
    const char *prefixes = arabic_prefixes;
    struct slice prefix;
    int rc = ERR_OK;
    if (!(place & WORD_FIRST) || letters_of(word) < SHORTEST)
        return ERR_OK;
    while (!rc && next_item(&prefixes, &prefix))
        rc = add_form(forms, prefix, word);
    prefixes = arabic_li_article;
    if (!slice_starts_with(word, article))
        return rc;
    while (!rc && next_item(&prefixes, &prefix))
        rc = add_form(forms, prefix, slice_part(word, article.len, word.len));
    return rc;
}

#define RULES(table) (table), sizeof(table) / sizeof *(table)

bool inflects(struct slice lang)
{
    return slice_eq(lang, SLICE("ru")) || slice_eq(lang, SLICE("uk")) ||
           slice_eq(lang, SLICE("pl")) || slice_eq(lang, SLICE("tr")) ||
           slice_eq(lang, SLICE("ar"));
}

int inflect(struct slice word, struct slice lang, unsigned place,
            struct arena *arena, struct slice_list *out)
{
    struct forms forms = {.arena = arena, .out = out};
    *out = (struct slice_list){0};
    if (slice_eq(lang, SLICE("ru")))
        return by_endings(word, RULES(russian), &forms);
    if (slice_eq(lang, SLICE("uk")))
        return by_endings(word, RULES(ukrainian), &forms);
    if (slice_eq(lang, SLICE("pl")))
        return by_endings(word, RULES(polish), &forms);
    if (slice_eq(lang, SLICE("tr")))
        return turkish(word, place, &forms);
    if (slice_eq(lang, SLICE("ar")))
        return arabic(word, place, &forms);
    return ERR_OK;
}

bool inflection_counts(struct slice name_lang, struct slice article_lang)
{
    if (!slice_eq(name_lang, SLICE("pl")) && !slice_eq(name_lang, SLICE("tr")))
        return true;
    return article_lang.len == 0 ||
           (slice_starts_with(article_lang, name_lang) &&
            (article_lang.len == name_lang.len ||
             article_lang.data[name_lang.len] == '-'));
}
