/* register_set.h - which registers the mentions of some segments were found by.
 *
 * Merged segments may have been annotated by several: whether a name is found in all
 * articles is known only when each of these has it.
 */
#ifndef ENGINE_NATIVE_SHARED_REGISTER_SET_H
#define ENGINE_NATIVE_SHARED_REGISTER_SET_H

#include "segment/segment.h"

struct register_set {
    char (*digest)[DIGEST_TEXT_SIZE]; /* rising; owned */
    size_t count, capacity;
};

/* ERR_NOMEM. */
int register_set_add(struct register_set *set, const char *digest,
                     struct err *err);
/* Those of a segment that has `live` current articles: NO_REGISTER when it has no mentions;
 * none when it has no articles. */
int register_set_add_segment(struct register_set *set,
                             const struct segment *segment, uint32_t live,
                             struct err *err);
/* Of this register alone. */
bool register_set_is(const struct register_set *set, const char *digest);
bool register_set_has(const struct register_set *set, const char *digest);
void register_set_release(struct register_set *set);

#endif
