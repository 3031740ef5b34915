/* What many articles say in the same words.
 *
 * The text is cut into as many stretches as the dictionary has room for segments, and
 * from each comes the segment whose shingles (every run of SHINGLE bytes) are the most
 * frequent in the whole text, those of segments already taken no longer counting:
 * Liao, Petri, Moffat & Wirth, "Effective construction of relative Lempel-Ziv
 * dictionaries", WWW 2016. Shingles are counted by their hash alone. The same text
 * gives the same dictionary everywhere.
 */
#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

enum {
    SHINGLE = 8,
    SEGMENT = 64,
    HASH_BITS = 18,
};

struct counts {
    uint16_t text[1 << HASH_BITS];  /* occurrences, at most 65535 */
    uint8_t window[1 << HASH_BITS]; /* in the segment that is looked at */
};

static uint32_t shingle_at(const uint8_t *at)
{
    return (uint32_t)(load_u64(at) * UINT64_C(0x9E3779B97F4A7C15) >>
                      (64 - HASH_BITS));
}

static void count_all(struct counts *counts, struct slice text)
{
    for (size_t i = 0; i + SHINGLE <= text.len; i++) {
        uint16_t *n = &counts->text[shingle_at(text.data + i)];
        *n = (uint16_t)(*n + (*n < UINT16_MAX));
    }
}

/* What stands once helps nobody. */
static uint32_t worth(const struct counts *counts, uint32_t shingle)
{
    uint16_t n = counts->text[shingle];
    return n > 1 ? n : 0;
}

/* The best segment of `stretch`, which has at least SEGMENT bytes; NULL when none is
 * worth anything. */
static const uint8_t *best_segment(struct counts *counts, struct slice stretch)
{
    enum { SHINGLES = SEGMENT - SHINGLE + 1 };
    const uint8_t *best = NULL, *at = stretch.data;
    size_t count = stretch.len - SHINGLE + 1;
    uint32_t score = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t in = shingle_at(at + i);
        if (counts->window[in]++ == 0)
            score += worth(counts, in);
        if (i >= SHINGLES) {
            uint32_t gone = shingle_at(at + i - SHINGLES);
            if (--counts->window[gone] == 0)
                score -= worth(counts, gone);
        }
        if (i + 1 >= SHINGLES && score > most) {
            most = score;
            best = at + i + 1 - SHINGLES;
        }
    }
    for (size_t i = count > SHINGLES ? count - SHINGLES : 0; i < count; i++)
        counts->window[shingle_at(at + i)] = 0;
    return best;
}

static void take(struct counts *counts, const uint8_t *segment)
{
    for (int i = 0; i + SHINGLE <= SEGMENT; i++)
        counts->text[shingle_at(segment + i)] = 0;
}

int stored_train(struct slice text, size_t size, struct bytes_out *out)
{
    size_t segments = size / SEGMENT;
    if (segments == 0 || text.len < segments * SEGMENT)
        return ERR_OK;
    struct counts *counts = mem_alloc(sizeof *counts);
    if (!counts)
        return ERR_NOMEM;
    memset(counts, 0, sizeof *counts);
    count_all(counts, text);
    for (size_t i = 0; i < segments; i++) {
        size_t from = text.len / segments * i;
        size_t to = text.len / segments * (i + 1);
        const uint8_t *best = best_segment(counts, slice_part(text, from, to));
        if (best) {
            put_raw(out, best, SEGMENT);
            take(counts, best);
        }
    }
    mem_free(counts);
    return out->failed ? ERR_NOMEM : ERR_OK;
}
