/* fold.h - one written word to the form under which it is found.
 *
 * NFKC, Unicode case folding, diacritics removed in Latin, Greek and Cyrillic
 * (never the breve of U+0439, short i), and I, İ (U+0130), ı (U+0131), i are one
 * letter everywhere, because an article in any language may name a Turkish town.
 * The strokes of ø đ ħ ł ŧ are diacritics here, though Unicode does not take them
 * apart. Idempotent: fold(fold(x)) = fold(x). Source of the tables: ICU.
 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/arena.h"
#include "base/bytes.h"

/* `*out` is in `arena`, or is `word` itself when nothing changes. Not cut to a
 * term's length. Any thread. ERR_NOMEM, ERR_LIMIT. */
int fold_word(struct slice word, struct arena *arena, struct slice *out);

/* ICU's version, recorded in the index: another one may fold otherwise. */
const char *fold_version(void);

#endif
