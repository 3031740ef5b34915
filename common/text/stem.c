/* Snowball: https://snowballstem.org, as libstemmer. It works a letter at a time
 * through tables and costs about a microsecond a word, more than all the rest of
 * the analysis; news repeats its words, so the latest stems are kept: one slot for
 * each hash value, the newer word in it wins, the memory is fixed.
 */
#include "text/stem.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/mem.h"
#include "text/fold_icu.h"

#include <libstemmer.h>
#include <string.h>

static const struct {
    const char *code, *algorithm; /* ISO 639-1; Snowball's name */
} languages[] = {
    {"ar", "arabic"},    {"ca", "catalan"},    {"da", "danish"},
    {"de", "german"},    {"el", "greek"},      {"en", "english"},
    {"es", "spanish"},   {"eu", "basque"},     {"fi", "finnish"},
    {"fr", "french"},    {"ga", "irish"},      {"hi", "hindi"},
    {"hu", "hungarian"}, {"hy", "armenian"},   {"id", "indonesian"},
    {"it", "italian"},   {"lt", "lithuanian"}, {"nb", "norwegian"},
    {"ne", "nepali"},    {"nl", "dutch"},      {"nn", "norwegian"},
    {"no", "norwegian"}, {"pt", "portuguese"}, {"ro", "romanian"},
    {"ru", "russian"},   {"sr", "serbian"},    {"sv", "swedish"},
    {"ta", "tamil"},     {"tr", "turkish"},    {"yi", "yiddish"},
};

enum {
    LANGUAGE_COUNT = sizeof languages / sizeof *languages,
    NO_LANGUAGE = LANGUAGE_COUNT,
    SLOT_COUNT = 1 << 15,
    SLOT_BYTES = 62,
};

/* 64 bytes: one cache line. An empty slot has form_len 0. */
struct slot {
    uint8_t form_len, stem_len;
    uint8_t bytes[SLOT_BYTES]; /* form, then stem */
};

struct stemmers {
    uint32_t code; /* of the last word's language: an article has one */
    int language;
    struct sb_stemmer *stemmer[LANGUAGE_COUNT]; /* NULL until wanted */
    struct slot slot[SLOT_COUNT];
};

/* The two letters before '-' as a number; 0 when there are no such two. */
static uint32_t code_of(struct slice lang)
{
    if (lang.len < 2 || (lang.len > 2 && lang.data[2] != '-'))
        return 0;
    return (uint32_t)lang.data[0] << 8 | lang.data[1];
}

static int language_of(uint32_t code)
{
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (code == code_of(slice_of(languages[i].code)))
            return i;
    return NO_LANGUAGE;
}

bool stem_language_known(struct slice lang)
{
    return language_of(code_of(lang)) != NO_LANGUAGE;
}

struct stemmers *stemmers_new(void)
{
    struct stemmers *stemmers = mem_alloc(sizeof *stemmers);
    if (!stemmers)
        return NULL;
    memset(stemmers, 0, sizeof *stemmers);
    stemmers->language = NO_LANGUAGE; /* of code 0 */
    return stemmers;
}

void stemmers_free(struct stemmers *stemmers)
{
    if (!stemmers)
        return;
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        sb_stemmer_delete(stemmers->stemmer[i]);
    mem_free(stemmers);
}

/* `stem` for the caller: most are the form without its end, and cost nothing. */
static int give(struct slice form, struct slice stem, struct arena *arena,
                struct slice *out)
{
    if (slice_starts_with(form, stem)) {
        *out = slice_part(form, 0, stem.len);
        return ERR_OK;
    }
    return arena_copy_slice(arena, stem, out)
               ? text_refusal(arena, stem.len + 1)
               : ERR_OK;
}

/* Ask Snowball; *stem is its own until it is asked again. */
static int run_snowball(struct stemmers *stemmers, int language,
                        struct slice form, struct slice *stem)
{
    struct sb_stemmer **stemmer = &stemmers->stemmer[language];
    if (!*stemmer)
        *stemmer = sb_stemmer_new(languages[language].algorithm, NULL);
    if (!*stemmer)
        return ERR_NOMEM;
    const sb_symbol *found =
        sb_stemmer_stem(*stemmer, form.data, (int)form.len);
    if (!found)
        return ERR_NOMEM;
    *stem = (struct slice){found, (size_t)sb_stemmer_length(*stemmer)};
    if (stem->len == 0 || stem->len > LIMIT_TERM_BYTES)
        *stem = form;
    return ERR_OK;
}

/* One form has another slot in each language, so slots need not name theirs. */
static struct slot *slot_of(struct stemmers *stemmers, int language,
                            struct slice form)
{
    uint64_t hash = hash_bytes(form) + (uint64_t)language;
    return &stemmers->slot[hash % SLOT_COUNT];
}

static void slot_fill(struct slot *slot, struct slice form, struct slice stem)
{
    if (form.len + stem.len > SLOT_BYTES)
        return;
    slot->form_len = (uint8_t)form.len;
    slot->stem_len = (uint8_t)stem.len;
    memcpy(slot->bytes, form.data, form.len);
    memcpy(slot->bytes + form.len, stem.data, stem.len);
}

static int recent_language(struct stemmers *stemmers, struct slice lang)
{
    uint32_t code = code_of(lang);
    if (code != stemmers->code) {
        stemmers->code = code;
        stemmers->language = language_of(code);
    }
    return stemmers->language;
}

int stem_form(struct stemmers *stemmers, struct slice lang, struct slice form,
              struct arena *arena, struct slice *out)
{
    int language = recent_language(stemmers, lang);
    *out = (struct slice){0};
    if (language == NO_LANGUAGE || form.len == 0)
        return ERR_OK;
    if (form.len > LIMIT_TERM_BYTES) { /* no term: nothing to compare with */
        *out = form;
        return ERR_OK;
    }
    struct slot *slot = slot_of(stemmers, language, form);
    if (slot->form_len == form.len &&
        memcmp(slot->bytes, form.data, form.len) == 0)
        return give(
            form, (struct slice){slot->bytes + slot->form_len, slot->stem_len},
            arena, out);
    struct slice stem;
    int rc = run_snowball(stemmers, language, form, &stem);
    if (rc)
        return rc;
    slot_fill(slot, form, stem);
    return give(form, stem, arena, out);
}
