/* merge_policy.h - which segments to merge, so that they stay few and each byte is
 * rewritten seldom: tiers of sizes, as in Lucene's TieredMergePolicy (McCandless,
 * "Visualizing Lucene's segment merges", 2011) and every log-structured merge tree
 * (O'Neil et al., 1996).
 *
 * A tier holds segments of less than MERGE_FAN times the size of its smallest
 * possible one; MERGE_FAN of a tier become one of a higher tier. So there are at
 * most MERGE_FAN - 1 segments a tier after merging, and a byte is rewritten at
 * most once for each tier it passes. Pure functions.
 */
#ifndef ENGINE_NATIVE_MERGE_MERGE_POLICY_H
#define ENGINE_NATIVE_MERGE_MERGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MERGE_FAN = 8 };
/* The lowest tier has everything below this: a rewrite of so little costs nothing. */
#define MERGE_FLOOR_BYTES (UINT64_C(1) << 20)
/* What is larger than this is left alone, but for its dead. */
#define MERGE_BYTES_MAX (UINT64_C(1) << 36)

struct merge_candidate {
    uint64_t bytes;
    uint32_t docs;     /* with postings */
    uint32_t live;     /* of them */
    uint32_t archived; /* old versions behind them */
    bool chosen;       /* out: belongs to what is merged into one */
};

/* Choose a full tier, and those above that its merge would fill. False: there is none;
 * nothing is chosen. */
bool merge_choose_tier(struct merge_candidate *candidate, size_t count);

/* Choose one segment, if more than a quarter of its postings are of dead articles. */
bool merge_choose_dead(struct merge_candidate *candidate, size_t count);

#endif
