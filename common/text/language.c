/* Writing systems first: most of them are one language's, or a few, and tell with
 * certainty. Then libexttextcat's fingerprints: the 400 commonest n-grams of a text
 * against those of a language, by the sum of the differences of their ranks
 * (Cavnar and Trenkle 1994, "N-Gram-Based Text Categorization"). We ask the
 * library for the distances one by one, rather than for its verdict, since the
 * verdict's margin is fixed. docs/decisions/040-language.md has the measurements.
 */
#include "text/language.h"

#include "base/mem.h"
#include "text/alphabet.h"
#include "text/scripts.h"

#include <fingerprint.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SAMPLE_BYTES = 1500, /* more costs more than it helps */
    LETTER_BYTES_MIN = 100,
    /* The next language must be so much further away, in thousandths. */
    MARGIN = 40,
    /* The same where even the nearest is FAR and no letter speaks for it: a to z
     * write hundreds of languages that have no model here. A sample shorter than
     * SPARSE is far from everything. */
    WIDE_MARGIN = 80,
    FAR = 105000, /* of 400 * 400 */
    SPARSE = 1000,
    NGRAMS = 400, /* as many as the models have */
    UNMEASURED = INT_MAX,
};

/* Of each script the commonest in news first: the nearest so far bounds the work
 * for the rest. Files are `data`/NAME.lm. */
static const struct model {
    enum script script;
    const char *name, *lang;
} models[] = {
    {SCRIPT_LATIN, "en", "en"},         {SCRIPT_LATIN, "es", "es"},
    {SCRIPT_LATIN, "pt", "pt"},         {SCRIPT_LATIN, "de", "de"},
    {SCRIPT_LATIN, "fr", "fr"},         {SCRIPT_LATIN, "it", "it"},
    {SCRIPT_LATIN, "tr", "tr"},         {SCRIPT_LATIN, "pl", "pl"},
    {SCRIPT_LATIN, "nl", "nl"},         {SCRIPT_LATIN, "id", "id"},
    {SCRIPT_LATIN, "af", "af"},         {SCRIPT_LATIN, "az", "az"},
    {SCRIPT_LATIN, "bs", "bs"},         {SCRIPT_LATIN, "ca", "ca"},
    {SCRIPT_LATIN, "cs", "cs"},         {SCRIPT_LATIN, "cy", "cy"},
    {SCRIPT_LATIN, "da", "da"},         {SCRIPT_LATIN, "et", "et"},
    {SCRIPT_LATIN, "eu", "eu"},         {SCRIPT_LATIN, "fi", "fi"},
    {SCRIPT_LATIN, "ga", "ga"},         {SCRIPT_LATIN, "gl", "gl"},
    {SCRIPT_LATIN, "ha-NG", "ha"},      {SCRIPT_LATIN, "hr", "hr"},
    {SCRIPT_LATIN, "hu", "hu"},         {SCRIPT_LATIN, "is", "is"},
    {SCRIPT_LATIN, "lg", "lg"},         {SCRIPT_LATIN, "ln", "ln"},
    {SCRIPT_LATIN, "lt", "lt"},         {SCRIPT_LATIN, "lv", "lv"},
    {SCRIPT_LATIN, "ms", "ms"},         {SCRIPT_LATIN, "mt", "mt"},
    {SCRIPT_LATIN, "nb", "no"},         {SCRIPT_LATIN, "nn", "no"},
    {SCRIPT_LATIN, "ny", "ny"},         {SCRIPT_LATIN, "om", "om"},
    {SCRIPT_LATIN, "plt", "mg"},        {SCRIPT_LATIN, "ro", "ro"},
    {SCRIPT_LATIN, "rw", "rw"},         {SCRIPT_LATIN, "sk", "sk"},
    {SCRIPT_LATIN, "sl", "sl"},         {SCRIPT_LATIN, "so", "so"},
    {SCRIPT_LATIN, "sq", "sq"},         {SCRIPT_LATIN, "sr-Latn", "sr"},
    {SCRIPT_LATIN, "sv", "sv"},         {SCRIPT_LATIN, "sw", "sw"},
    {SCRIPT_LATIN, "tk", "tk"},         {SCRIPT_LATIN, "tl", "tl"},
    {SCRIPT_LATIN, "tn", "tn"},         {SCRIPT_LATIN, "uz", "uz"},
    {SCRIPT_LATIN, "vi", "vi"},         {SCRIPT_LATIN, "xh", "xh"},
    {SCRIPT_LATIN, "yo", "yo"},         {SCRIPT_LATIN, "zu", "zu"},
    {SCRIPT_CYRILLIC, "ru", "ru"},      {SCRIPT_CYRILLIC, "uk", "uk"},
    {SCRIPT_CYRILLIC, "bg", "bg"},      {SCRIPT_CYRILLIC, "sr-Cyrl", "sr"},
    {SCRIPT_CYRILLIC, "be", "be"},      {SCRIPT_CYRILLIC, "mk", "mk"},
    {SCRIPT_CYRILLIC, "kk", "kk"},      {SCRIPT_CYRILLIC, "ky", "ky"},
    {SCRIPT_CYRILLIC, "mn", "mn"},      {SCRIPT_CYRILLIC, "tg", "tg"},
    {SCRIPT_CYRILLIC, "tt", "tt"},      {SCRIPT_CYRILLIC, "az-Cyrl", "az"},
    {SCRIPT_CYRILLIC, "uz-Cyrl", "uz"}, {SCRIPT_ARABIC, "ar", "ar"},
    {SCRIPT_ARABIC, "fa", "fa"},        {SCRIPT_ARABIC, "ur", "ur"},
    {SCRIPT_ARABIC, "ckb", "ku"},       {SCRIPT_ARABIC, "sd", "sd"},
    {SCRIPT_ARABIC, "ug", "ug"},        {SCRIPT_DEVANAGARI, "hi", "hi"},
    {SCRIPT_DEVANAGARI, "mr", "mr"},    {SCRIPT_DEVANAGARI, "ne", "ne"},
    {SCRIPT_ETHIOPIC, "am", "am"},      {SCRIPT_ETHIOPIC, "ti", "ti"},
    {SCRIPT_HEBREW, "he", "he"},        {SCRIPT_HEBREW, "yi", "yi"},
};

enum { MODEL_COUNT = sizeof models / sizeof *models };

struct language_guesser {
    void *fingerprint[MODEL_COUNT]; /* NULL until its script is met */
    struct alphabet *alphabet[MODEL_COUNT];
    bool loaded[SCRIPT_COUNT];
    char sample[SAMPLE_BYTES + 1];
    size_t sample_len;
};

struct language_guesser *language_guesser_new(void)
{
    if (access(LANGUAGE_MODELS "/en.lm", R_OK) != 0)
        return NULL;
    struct language_guesser *guesser = mem_alloc(sizeof *guesser);
    if (guesser)
        memset(guesser, 0, sizeof *guesser);
    return guesser;
}

void language_guesser_free(struct language_guesser *guesser)
{
    if (!guesser)
        return;
    for (int i = 0; i < MODEL_COUNT; i++) {
        alphabet_close(guesser->alphabet[i]);
        if (guesser->fingerprint[i])
            fp_Done(guesser->fingerprint[i]);
    }
    mem_free(guesser);
}

/* Models that are missing are languages never guessed. */
static void load_script(struct language_guesser *guesser, enum script script)
{
    if (guesser->loaded[script])
        return;
    guesser->loaded[script] = true;
    for (int i = 0; i < MODEL_COUNT; i++) {
        char path[256];
        if (models[i].script != script)
            continue;
        snprintf(path, sizeof path, "%s/%s.lm", LANGUAGE_MODELS,
                 models[i].name);
        void *fingerprint = fp_Init(NULL);
        if (fingerprint && fp_Read(fingerprint, path, NGRAMS))
            guesser->fingerprint[i] = fingerprint;
        else if (fingerprint)
            fp_Done(fingerprint);
        guesser->alphabet[i] = alphabet_open(models[i].name);
    }
}

/* The library wants a string that ends in NUL, with whole characters. Its words
 * are what stands between ASCII white space and digits. */
static void add_to_sample(struct language_guesser *guesser, struct slice text)
{
    size_t room = SAMPLE_BYTES - guesser->sample_len;
    size_t len = text.len < room ? text.len : room;
    while (len < text.len && len > 0 && (text.data[len] & 0xc0) == 0x80)
        len--;
    char *to = guesser->sample + guesser->sample_len;
    for (size_t i = 0; i < len; i++)
        to[i] = text.data[i] > ' ' ? (char)text.data[i] : ' ';
    guesser->sample_len += len;
    if (guesser->sample_len < SAMPLE_BYTES)
        guesser->sample[guesser->sample_len++] = ' ';
    guesser->sample[guesser->sample_len] = '\0';
}

static struct slice sample_of(const struct language_guesser *guesser)
{
    return (struct slice){(const uint8_t *)guesser->sample,
                          guesser->sample_len};
}

/* Titles are names and capitals: they speak only when the rest is short. */
static struct slice take_sample(struct language_guesser *guesser,
                                const struct article *article)
{
    static const enum article_part order[] = {PART_BODY, PART_SUMMARY,
                                              PART_CAPTIONS, PART_TITLE};
    guesser->sample_len = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        add_to_sample(guesser, article->text[order[i]]);
    return sample_of(guesser);
}

struct ranking {
    const char *best;
    int best_distance, second_distance; /* of the next language */
    bool plain; /* hardly a letter that is not one of a to z */
};

static int with_margin(int distance, int margin)
{
    return (int)((int64_t)distance * (1000 + margin) / 1000);
}

static void rank(struct ranking *ranking, const char *lang, int distance)
{
    bool same = ranking->best && strcmp(ranking->best, lang) == 0;
    if (distance < ranking->best_distance) {
        if (!same)
            ranking->second_distance = ranking->best_distance;
        ranking->best = lang;
        ranking->best_distance = distance;
    } else if (!same && distance < ranking->second_distance) {
        ranking->second_distance = distance;
    }
}

/* The languages of `script` that the letters allow, by distance from `unknown`. */
static struct ranking rank_all(struct language_guesser *guesser,
                               enum script script, void *unknown)
{
    struct letter_count letters;
    letter_count(sample_of(guesser), &letters);
    struct ranking ranking = {NULL, UNMEASURED, UNMEASURED,
                              alphabet_is_plain(&letters)};
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (models[i].script != script || !guesser->fingerprint[i] ||
            alphabet_excludes(guesser->alphabet[i], &letters))
            continue;
        int cutoff = ranking.best
                         ? with_margin(ranking.best_distance, WIDE_MARGIN)
                         : UNMEASURED;
        rank(&ranking, models[i].lang,
             fp_Compare(guesser->fingerprint[i], unknown, cutoff));
    }
    return ranking;
}

static struct ranking compare(struct language_guesser *guesser,
                              enum script script)
{
    struct ranking ranking = {NULL, UNMEASURED, UNMEASURED, false};
    void *unknown = fp_Init(NULL);
    if (!unknown)
        return ranking;
    fp_SetProperty(unknown, TCPROP_UTF8AWARE, TC_TRUE);
    if (fp_Create(unknown, guesser->sample, (uint4)guesser->sample_len, NGRAMS))
        ranking = rank_all(guesser, script, unknown);
    fp_Done(unknown);
    return ranking;
}

static bool is_clear(const struct ranking *ranking, size_t sample_len)
{
    bool far =
        ranking->plain && sample_len >= SPARSE && ranking->best_distance > FAR;
    return ranking->best &&
           ranking->second_distance >
               with_margin(ranking->best_distance, far ? WIDE_MARGIN : MARGIN);
}

struct slice language_guess(struct language_guesser *guesser,
                            const struct article *article)
{
    const struct slice unknown = {0};
    struct script_count scripts = script_count(take_sample(guesser, article));
    enum script script = script_dominant(&scripts);
    if (scripts.letter_bytes < LETTER_BYTES_MIN || script == SCRIPT_MIXED)
        return unknown;
    const char *only = script_language(script);
    if (only)
        return slice_of(only);
    load_script(guesser, script);
    struct ranking ranking = compare(guesser, script);
    return is_clear(&ranking, guesser->sample_len) ? slice_of(ranking.best)
                                                   : unknown;
}
