/* chars.h - what each code point is to the tokeniser. Internal to common/text.
 *
 * A class is a set of CHAR_* bits. No bit that stands in a word: a separator.
 * Tables are made from ICU's properties, a block of 256 code points when one of
 * it is first met, and never change afterwards. Any thread may ask.
 */
#ifndef TEXT_CHARS_H
#define TEXT_CHARS_H

#include "base/bytes.h"

#include <stdatomic.h>

enum {
    /* What it does; at most one of these. */
    CHAR_LETTER = 1 << 0, /* starts and continues a word; also roman numerals,
                             superscript digits */
    CHAR_DIGIT = 1 << 1,
    CHAR_MARK = 1 << 2,      /* continues a word or a cluster, starts none */
    CHAR_IGNORABLE = 1 << 3, /* the same, and folding drops it: soft hyphen */
    CHAR_CLUSTER = 1 << 4,   /* with its marks a token of its own: Han, Thai */
    CHAR_APOSTROPHE = 1 << 5,
    CHAR_HYPHEN = 1 << 6,

    /* How it is written, and how it folds. */
    CHAR_UPPER = 1 << 7,
    CHAR_LOWER = 1 << 8, /* title case (ǅ), too: it shows a small letter */
    CHAR_FAST = 1 << 9,  /* its folding needs no look at its neighbours */
    CHAR_DIACRITIC = 1 << 10, /* dropped on a base with CHAR_STRIPS */
    CHAR_STRIPS = 1 << 11,    /* Latin, Greek, Cyrillic */
    CHAR_STACKS = 1 << 12, /* is or has a mark of class not 0: order matters */
    CHAR_NON_ASCII = 1 << 13,

    CHAR_STARTS_WORD = CHAR_LETTER | CHAR_DIGIT,
    CHAR_EXTENDS = CHAR_MARK | CHAR_IGNORABLE,
};

/* Below this, a CHAR_FAST letter folds to char_simple_fold[c]; from here on, to
 * itself. The end of the last block with Latin, Greek and Cyrillic that are all
 * letters of two bytes. */
#define CHAR_SIMPLE_END 0x590

struct simple_fold {
    uint8_t len, bytes[3]; /* UTF-8 */
};

extern struct simple_fold char_simple_fold[CHAR_SIMPLE_END];
extern uint16_t char_class_table[0x10000];
extern atomic_bool char_page_ready[0x100];

void char_page_make(uint32_t page);
uint16_t char_classify(uint32_t c); /* from the properties; slow */

static inline uint16_t char_class(uint32_t c)
{
    if (c > 0xffff)
        return char_classify(c);
    if (!atomic_load_explicit(&char_page_ready[c >> 8], memory_order_acquire))
        char_page_make(c >> 8);
    return char_class_table[c];
}

uint16_t char_class_beyond_ascii(struct slice text, size_t *at);

/* The class of the code point at *at, which moves behind it. The end of the text
 * and ill-formed bytes are separators. */
static inline uint16_t char_class_next(struct slice text, size_t *at)
{
    if (*at >= text.len)
        return 0;
    if (text.data[*at] >= 0x80)
        return char_class_beyond_ascii(text, at);
    return char_class(text.data[(*at)++]);
}

/* What a word's code points have in common: decides how it is folded. */
struct char_summary {
    uint16_t any, all, last;
    bool stacked; /* marks upon marks: their order has to be looked at */
    uint32_t capitals;
};

static inline void char_summary_add(struct char_summary *sum, uint16_t class)
{
    sum->any |= class;
    sum->all &= class;
    sum->stacked |= (class & sum->last & CHAR_STACKS) != 0;
    sum->capitals += (class & CHAR_UPPER) != 0;
    sum->last = class;
}

static inline struct char_summary char_summary_empty(void)
{
    return (struct char_summary){.all = 0xffff};
}

#endif
