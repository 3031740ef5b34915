/* Plain C: score_kernels.h. */
#include "engine/native/search/score_kernels.h"

static void score(const struct score_scale *scale, float weight,
                  const uint32_t *frequency, const doc_id *doc, size_t count,
                  uint32_t *units)
{
    score_rest(scale, weight, frequency, doc, 0, count, units);
}

/* Below 2^31 a difference has the sign of the comparison; most often none of many has
 * enough, and that is told in few vectors, which the compiler makes. */
static bool none_has(const uint32_t *units, uint32_t least)
{
    uint32_t all = UINT32_MAX;
    for (int i = 0; i < 64; i++)
        all &= units[i] - least;
    return all >> 31;
}

static void enough(const uint32_t *units, size_t count, uint32_t least,
                   uint64_t *mask)
{
    for (; count >= 64; count -= 64, units += 64)
        *mask++ = none_has(units, least) ? 0 : enough_of_word(units, 64, least);
    if (count)
        *mask = enough_of_word(units, count, least);
}

/* Halves, without a jump that depends on what is found. */
static uint32_t below(const doc_id *doc, uint32_t count, doc_id target)
{
    const doc_id *from = doc;
    for (; count > 8; count -= count / 2)
        from += from[count / 2 - 1] < target ? count / 2 : 0;
    return (uint32_t)(from - doc) + below_rest(from, 0, count, target);
}

const struct score_kernels score_plain = {score, enough, below};
