#include "text/abbreviations.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

/* Sorted, all of them. Written with a capital, a name follows: titles, and what
 * firms and places are called. */
static const char *const before_names[] = {
    "adm",  "assn", "av",   "bros", "capt", "cmdr", "co",   "col",  "corp",
    "cpl",  "dept", "doc",  "dr",   "dra",  "drs",  "ft",   "gen",  "gov",
    "gov",  "govs", "hon",  "inc",  "ing",  "jr",   "lt",   "ltd",  "maj",
    "mlle", "mme",  "mr",   "mrs",  "ms",   "mt",   "pfc",  "pres", "prof",
    "pte",  "pvt",  "rep",  "reps", "rev",  "sen",  "sens", "sgt",  "sn",
    "sr",   "sra",  "srta", "st",   "ste",  "supt", "univ",
};

static const char *const before_numbers[] = {
    "abs", "apr", "art", "aug", "ca",  "ch",   "dec", "feb", "fig", "jan",
    "jul", "jun", "mar", "no",  "nos", "nov",  "nr",  "nrs", "oct", "p",
    "par", "pp",  "r",   "sec", "sep", "sept", "t",   "vol",
};

/* ... whatever follows: et al., versus, millions and milliards. */
static const char *const before_anything[] = {"al", "bzw", "mio", "mrd", "vs"};

/* "20. April" is no end. */
static const char *const german_months[] = {
    "april",    "august",  "dezember",  "februar", "jahrhundert",
    "januar",   "juli",    "juni",      "mai",     "marz",
    "november", "oktober", "september",
};

/* Words that begin sentences and no names: after "U.S." or "Inc." they show that
 * one did end. */
static const char *const openers[] = {
    "a",         "after",   "all",     "also",    "although", "an",
    "and",       "another", "as",      "at",      "because",  "before",
    "both",      "but",     "by",      "despite", "during",   "each",
    "earlier",   "even",    "for",     "from",    "he",       "her",
    "his",       "how",     "however", "i",       "if",       "in",
    "instead",   "it",      "its",     "last",    "later",    "many",
    "meanwhile", "more",    "most",    "mr",      "mrs",      "my",
    "no",        "nor",     "not",     "now",     "of",       "on",
    "one",       "only",    "or",      "our",     "she",      "since",
    "so",        "some",    "still",   "such",    "that",     "the",
    "their",     "then",    "there",   "these",   "they",     "this",
    "those",     "though",  "to",      "two",     "under",    "until",
    "we",        "what",    "when",    "where",   "whether",  "which",
    "while",     "who",     "why",     "with",    "yet",      "you",
    "your",
};

enum { LONGEST_SHORT = 4, LONGEST = 11 }; /* "srta"; "jahrhundert" */

static int compare(const void *key, const void *item)
{
    return slice_cmp(*(const struct slice *)key,
                     slice_of(*(const char *const *)item));
}

static bool listed(struct slice form, const char *const *list, size_t count)
{
    return form.len <= LONGEST &&
           bsearch(&form, list, count, sizeof *list, compare) != NULL;
}
#define LISTED(form, list) listed(form, list, sizeof list / sizeof *list)

static bool is_capital(struct slice text, size_t at, size_t *end)
{
    int32_t c;
    U8_NEXT(text.data, at, text.len, c);
    *end = at;
    return c >= 0 && (u_isUUppercase(c) || u_istitle(c));
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* One that no full stop follows: the A of "J. A. Smith" opens nothing. */
static bool opens_sentence(struct slice text, const struct token *next)
{
    bool stopped = next->end < text.len && text.data[next->end] == '.';
    bool title =
        slice_eq(next->form, SLICE("mr")) || slice_eq(next->form, SLICE("mrs"));
    return (!stopped || title) && LISTED(next->form, openers);
}

bool abbreviation_goes_on(struct slice text, const struct token *word,
                          const struct token *next)
{
    bool dotted = text.data[word->end - 1] == '.';
    if (!dotted && word->form.len > LONGEST_SHORT)
        return false;
    size_t letter_end;
    bool capital = is_capital(text, word->start, &letter_end);
    bool initial = capital && letter_end == word->end;
    bool number_next = is_digit(text.data[next->start]);

    if (is_digit(text.data[word->start]))
        return word->end - word->start <= 2 &&
               LISTED(next->form, german_months);
    if (number_next && LISTED(word->form, before_numbers))
        return true;
    if (dotted || initial || (capital && LISTED(word->form, before_names)))
        return !opens_sentence(text, next);
    return LISTED(word->form, before_anything);
}
