/* layout.h - text from articles on its way to a screen: made harmless, marked,
 * wrapped.
 *
 * Articles come from anywhere. Control characters in them would be commands to a
 * terminal (colours, titles, key strokes on some), and the overrides of
 * bidirectional text can show another text than the one that was written; neither
 * ever gets through. Pure functions; a failure stays in the strbuf.
 */
#ifndef CLIENT_LAYOUT_H
#define CLIENT_LAYOUT_H

#include "base/strbuf.h"

struct mark {
    size_t start, end; /* bytes [start, end) of the text */
};

struct layout {
    size_t width;  /* columns; 0: nothing is wrapped */
    size_t indent; /* of each line but the first */
    /* Written around each mark; NULL for nothing. What is written takes
     * `mark_columns` on the screen, 0 for an escape sequence. */
    const char *mark_on, *mark_off;
    size_t mark_columns;
};

/* The text as one line: white space and line ends become blanks, other control
 * characters and ill-formed bytes U+FFFD; invisible direction marks go. */
void layout_clean(struct strbuf *out, struct slice text);

/* The same, wrapped between words (and between Han, kana, Hangul) below
 * `layout->width`. The cursor stands at column `layout->indent` already; the text
 * ends with a line end. Blanks at both ends go, runs of them become one. Marks are
 * in order and do not overlap. */
void layout_text(struct strbuf *out, struct slice text,
                 const struct mark *marks, size_t mark_count,
                 const struct layout *layout);

/* Columns of what layout_clean() makes of the text. */
size_t layout_columns(struct slice text);

/* --- layout_fit.c: text in columns of a table --- */

/* The text, without blanks at its ends, in exactly `columns` columns, made harmless:
 * its beginning, then blanks; or blanks, then its end. With `isolate`, text that runs
 * from right to left is kept from turning around what stands beside it (U+2068 and
 * U+2069: Unicode Standard Annex 9). */
enum fit_side { FIT_BEGINNING, FIT_END };
enum fit_cut {
    FIT_PLAIN, /* anywhere */
    FIT_DOTS,  /* an ellipsis says that something is missing */
    FIT_WORDS, /* between words, if there are blanks */
};
struct fit {
    enum fit_side side;
    size_t columns;
    enum fit_cut cut;
    bool isolate;
    bool ragged; /* no blanks behind */
};
void layout_fit(struct strbuf *out, struct slice text, const struct fit *fit);

/* The text in one line, with its marks as layout_text() has them; of one that is wider
 * than layout->width (0: any) the middle is left out. Returns its columns. */
size_t layout_fit_marked(struct strbuf *out, struct slice text,
                         const struct mark *marks, size_t mark_count,
                         const struct layout *layout, bool isolate);

/* --- */

/* `text` in one line of at most `width` columns, and a caret below the character
 * at byte `at` (or behind the last one); of a long text what stands around the
 * caret. Both lines are indented by two blanks. */
void layout_caret(struct strbuf *out, struct slice text, size_t at,
                  size_t width);

/* The text as one word of a shell command. */
void layout_shell_word(struct strbuf *out, struct slice text);

void layout_blanks(struct strbuf *out, size_t count);

/* 1234567 as "1,234,567". */
void layout_number(struct strbuf *out, uint64_t n);
/* "1 article", "1,234 articles"; the plural ends in s. */
void layout_count(struct strbuf *out, uint64_t n, const char *noun);

#endif
