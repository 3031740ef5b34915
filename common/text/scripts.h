/* scripts.h - in which writing systems is a text? Internal to common/text. */
#ifndef TEXT_SCRIPTS_H
#define TEXT_SCRIPTS_H

#include "base/bytes.h"

enum script {
    SCRIPT_MIXED, /* none that dominates, or one that we do not know */
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_ARABIC,
    SCRIPT_DEVANAGARI,
    SCRIPT_ETHIOPIC,
    SCRIPT_HEBREW,
    /* from here on, each writes one language */
    SCRIPT_CHINESE,  /* Han without kana */
    SCRIPT_JAPANESE, /* kana, and the Han between */
    SCRIPT_HANGUL,
    SCRIPT_GREEK,
    SCRIPT_ARMENIAN,
    SCRIPT_GEORGIAN,
    SCRIPT_THAI,
    SCRIPT_LAO,
    SCRIPT_KHMER,
    SCRIPT_BURMESE,
    SCRIPT_TIBETAN,
    SCRIPT_BENGALI,
    SCRIPT_GURMUKHI,
    SCRIPT_GUJARATI,
    SCRIPT_ORIYA,
    SCRIPT_TAMIL,
    SCRIPT_TELUGU,
    SCRIPT_KANNADA,
    SCRIPT_MALAYALAM,
    SCRIPT_SINHALA,
    SCRIPT_THAANA,
    SCRIPT_COUNT,
};

struct script_count {
    size_t letter_bytes;
    size_t bytes[SCRIPT_COUNT]; /* kana under JAPANESE, Han under CHINESE */
};

/* In bytes, so that a Chinese word weighs as much as its Latin translation. */
struct script_count script_count(struct slice text);

/* That of four fifths of the letters. */
enum script script_dominant(const struct script_count *count);

/* The language that a script writes, NULL when there are several; "zh". */
const char *script_language(enum script script);

#endif
