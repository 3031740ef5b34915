/* fold_icu.h - folding by its definition: complete and slow. Internal to
 * common/text; fold.c decides which words need it.
 */
#ifndef TEXT_FOLD_ICU_H
#define TEXT_FOLD_ICU_H

#include "base/arena.h"
#include "base/bytes.h"

/* ICU's data is at hand; asked once per text, so that the rest cannot fail for
 * its lack. ERR_NOMEM. */
int fold_icu_ready(void);

/* As fold_word(); *out is always in `arena`. ERR_NOMEM, ERR_LIMIT. */
int fold_icu(struct slice word, struct arena *arena, struct slice *out);

/* The folding of one code point; its length, at most FOLD_ONE_BYTES. */
enum { FOLD_ONE_BYTES = 256 };
size_t fold_icu_one(uint32_t c, uint8_t out[FOLD_ONE_BYTES]);

/* Folds to itself, whatever stands around it, unless that is a letter with
 * diacritics to strip, or marks whose order counts. */
bool fold_icu_keeps(uint32_t c);

bool fold_has_diacritic(
    uint32_t c);                 /* is one (Mn, Me), or has one in its NFD */
bool fold_strips_on(uint32_t c); /* Latin, Greek, Cyrillic */
bool fold_drops_modifier(uint32_t c); /* letters that are apostrophes: ʼ */

/* Which of the two an arena's NULL for `size` bytes was: the article too large
 * (ERR_LIMIT), or the machine out of memory (ERR_NOMEM). */
int text_refusal(const struct arena *arena, size_t size);

#endif
