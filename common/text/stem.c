/* Snowball: https://snowballstem.org, as libstemmer. It works a letter at a time
 * through tables and costs about half a microsecond a word, more than all the rest of
 * the analysis; news repeats its words, so stems are kept, in fixed memory.
 *
 * Most forms are short, and most stems are the form without its end, or with a few other
 * letters there: such a pair takes 32 bytes, two are a set in one cache line, and there
 * are as many as a large newspaper has words. A word that is asked for again goes before
 * the other one of its set, the latest new one goes behind: words that come once do not
 * drive out those that come often. Longer pairs have a small table, one slot for each hash
 * value. Full keys are compared in both.
 */
#include "text/stem.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/short_key.h"
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
    SET_COUNT = 1 << 17,
    SUFFIX_BYTES = 4,
    LONG_COUNT = 1 << 13,
    LONG_BYTES = 62,
    BATCH = 16,
};

/* The stem is form[0 .. kept) and a suffix. */
struct short_pair {
    struct short_key form;
    uint8_t form_len; /* 0: empty */
    uint8_t language;
    uint8_t kept, suffix_len;
    uint8_t suffix[SUFFIX_BYTES];
};

struct set {
    struct short_pair pair[2];
};
_Static_assert(sizeof(struct set) == 64, "one cache line");

/* An empty one has form_len 0. */
struct long_pair {
    uint8_t form_len, stem_len;
    uint8_t bytes[LONG_BYTES]; /* form, then stem */
};

struct stemmers {
    uint32_t code; /* of the last word's language: an article has one */
    int language;
    struct sb_stemmer *stemmer[LANGUAGE_COUNT]; /* NULL until wanted */
    struct set *sets; /* SET_COUNT, at a multiple of their size in `memory` */
    struct long_pair longs[LONG_COUNT];
    uint8_t memory[];
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
    size_t size =
        sizeof(struct stemmers) + (SET_COUNT + 1) * sizeof(struct set);
    struct stemmers *stemmers = mem_alloc(size);
    if (!stemmers)
        return NULL;
    mem_random_access(stemmers, size);
    memset(stemmers, 0, size);
    stemmers->language = NO_LANGUAGE; /* of code 0 */
    size_t past = (uintptr_t)stemmers->memory % sizeof(struct set);
    stemmers->sets =
        (struct set *)(void *)(stemmers->memory + (sizeof(struct set) - past));
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

/* --- short pairs --- */

/* A form on its way to its stem. */
struct wanted {
    struct short_key key;
    struct set *set; /* NULL: too long for one */
};

static bool is_pair(const struct short_pair *pair, int language,
                    struct slice form, const struct wanted *wanted)
{
    return pair->form_len == form.len && pair->language == language &&
           short_key_eq(pair->form, wanted->key);
}

/* The pair of the form, or NULL. */
static const struct short_pair *find_short(const struct wanted *wanted,
                                           int language, struct slice form)
{
    struct short_pair *pair = wanted->set->pair;
    if (is_pair(&pair[0], language, form, wanted))
        return &pair[0];
    if (!is_pair(&pair[1], language, form, wanted))
        return NULL;
    struct short_pair again = pair[1];
    pair[1] = pair[0];
    pair[0] = again;
    return &pair[0];
}

static void keep_short(const struct wanted *wanted, int language,
                       struct slice form, struct slice stem)
{
    size_t kept = 0;
    while (kept < form.len && kept < stem.len &&
           form.data[kept] == stem.data[kept])
        kept++;
    if (stem.len - kept > SUFFIX_BYTES)
        return;
    struct short_pair *pair = &wanted->set->pair[1];
    *pair = (struct short_pair){.form = wanted->key,
                                .form_len = (uint8_t)form.len,
                                .language = (uint8_t)language,
                                .kept = (uint8_t)kept,
                                .suffix_len = (uint8_t)(stem.len - kept)};
    memcpy(pair->suffix, stem.data + kept, stem.len - kept);
}

static int give_short(const struct short_pair *pair, struct slice form,
                      struct arena *arena, struct slice *out)
{
    *out = slice_part(form, 0, pair->kept);
    if (pair->suffix_len == 0)
        return ERR_OK;
    size_t len = (size_t)pair->kept + pair->suffix_len;
    uint8_t *stem = arena_alloc(arena, len);
    if (!stem)
        return text_refusal(arena, len);
    memcpy(stem, form.data, pair->kept);
    memcpy(stem + pair->kept, pair->suffix, pair->suffix_len);
    *out = (struct slice){stem, len};
    return ERR_OK;
}

/* --- long ones --- */

/* One form has another slot in each language, so slots need not name theirs. */
static struct long_pair *long_slot(struct stemmers *stemmers, int language,
                                   struct slice form)
{
    uint64_t hash = hash_bytes(form) + (uint64_t)language;
    return &stemmers->longs[hash % LONG_COUNT];
}

static void keep_long(struct long_pair *pair, struct slice form,
                      struct slice stem)
{
    if (form.len + stem.len > LONG_BYTES)
        return;
    pair->form_len = (uint8_t)form.len;
    pair->stem_len = (uint8_t)stem.len;
    memcpy(pair->bytes, form.data, form.len);
    memcpy(pair->bytes + form.len, stem.data, stem.len);
}

static int stem_long(struct stemmers *stemmers, int language, struct slice form,
                     struct arena *arena, struct slice *out)
{
    struct long_pair *pair = long_slot(stemmers, language, form);
    if (pair->form_len == form.len &&
        memcmp(pair->bytes, form.data, form.len) == 0)
        return give(
            form, (struct slice){pair->bytes + pair->form_len, pair->stem_len},
            arena, out);
    struct slice stem;
    int rc = run_snowball(stemmers, language, form, &stem);
    if (rc)
        return rc;
    keep_long(pair, form, stem);
    return give(form, stem, arena, out);
}

/* --- any --- */

static int recent_language(struct stemmers *stemmers, struct slice lang)
{
    uint32_t code = code_of(lang);
    if (code != stemmers->code) {
        stemmers->code = code;
        stemmers->language = language_of(code);
    }
    return stemmers->language;
}

static struct wanted want(struct stemmers *stemmers, int language,
                          struct slice form)
{
    struct wanted wanted = {.set = NULL};
    if (form.len > SHORT_KEY_BYTES)
        return wanted;
    wanted.key = short_key_of(form);
    uint64_t hash =
        short_key_hash(wanted.key, form.len | (uint64_t)language << 32);
    wanted.set = &stemmers->sets[hash % SET_COUNT];
    __builtin_prefetch(wanted.set, 1);
    return wanted;
}

/* Whether it needs no Snowball. */
static bool stem_is_known(struct slice form, struct slice *out)
{
    /* A long one is no term: nothing to compare with. */
    *out = form.len > LIMIT_TERM_BYTES ? form : (struct slice){0};
    return form.len == 0 || form.len > LIMIT_TERM_BYTES;
}

static int stem_wanted(struct stemmers *stemmers, int language,
                       const struct wanted *wanted, struct slice form,
                       struct arena *arena, struct slice *out)
{
    if (stem_is_known(form, out))
        return ERR_OK;
    if (!wanted->set)
        return stem_long(stemmers, language, form, arena, out);
    const struct short_pair *pair = find_short(wanted, language, form);
    if (pair)
        return give_short(pair, form, arena, out);
    struct slice stem;
    int rc = run_snowball(stemmers, language, form, &stem);
    if (rc)
        return rc;
    keep_short(wanted, language, form, stem);
    return give(form, stem, arena, out);
}

int stem_form(struct stemmers *stemmers, struct slice lang, struct slice form,
              struct arena *arena, struct slice *out)
{
    int language = recent_language(stemmers, lang);
    *out = (struct slice){0};
    if (language == NO_LANGUAGE)
        return ERR_OK;
    struct wanted wanted = want(stemmers, language, form);
    return stem_wanted(stemmers, language, &wanted, form, arena, out);
}

int stem_form_once(struct stemmers *stemmers, struct slice lang,
                   struct slice form, struct arena *arena, struct slice *out)
{
    int language = recent_language(stemmers, lang);
    struct slice stem;
    *out = (struct slice){0};
    if (language == NO_LANGUAGE || stem_is_known(form, out))
        return ERR_OK;
    int rc = run_snowball(stemmers, language, form, &stem);
    return rc ? rc : give(form, stem, arena, out);
}

/* Some at a time, whose sets the memory fetches side by side. */
static int stem_batch(struct stemmers *stemmers, int language,
                      struct token *token, size_t count, struct arena *arena)
{
    struct wanted wanted[BATCH];
    for (size_t i = 0; i < count; i++)
        wanted[i] = want(stemmers, language, token[i].form);
    for (size_t i = 0; i < count; i++) {
        int rc = stem_wanted(stemmers, language, &wanted[i], token[i].form,
                             arena, &token[i].stem);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int stem_tokens(struct stemmers *stemmers, struct slice lang,
                struct token *token, size_t count, struct arena *arena)
{
    int language = recent_language(stemmers, lang), rc = ERR_OK;
    if (language == NO_LANGUAGE)
        return ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i += BATCH)
        rc = stem_batch(stemmers, language, token + i,
                        count - i < BATCH ? count - i : BATCH, arena);
    return rc;
}
