/* fold_fast.h - folding of a word whose classes are already known. Internal to
 * common/text: the tokeniser has looked at every character anyway.
 */
#ifndef TEXT_FOLD_FAST_H
#define TEXT_FOLD_FAST_H

#include "text/chars.h"

/* Whether fold_fast() may be used instead of fold_icu(): the same result, without
 * ICU. */
static inline bool fold_is_fast(const struct char_summary *sum)
{
    return (sum->all & CHAR_FAST) && !sum->stacked &&
           !((sum->any & CHAR_DIACRITIC) && (sum->any & CHAR_STRIPS));
}

/* Write the folding to `out`, stopping once there are `enough` bytes; up to
 * FOLD_FAST_SLACK more are written. Needs fold_is_fast(). */
enum { FOLD_FAST_SLACK = 4 };
size_t fold_fast(struct slice word, uint8_t *out, size_t enough);

#endif
