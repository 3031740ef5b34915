/* names.h - the register of a generation: what names in a query may mean.
 *
 * Read beside the generation, shared by all requests on it, kept when the next
 * generation has the same. `refs` is the loop thread's; the rest is read-only. */
#ifndef QUERYD_NAMES_H
#define QUERYD_NAMES_H

#include "entity/register.h"
#include "queryd/server.h"

struct names {
    int refs;
    struct entity_register *entities; /* NULL: it cannot be read */
    /* What articles were annotated by, when that is another one; of several the one with
     * the fewest names. NULL: `entities`. */
    struct entity_register *annotated_by;
    uint64_t annotated_hash; /* of the digests */
    char digest[DIGEST_TEXT_SIZE];
    char fault[160]; /* why not; "" when it can */
};

/* The names of the snapshot's generation; *out is NULL when it has no register, and `kept`
 * (may be NULL) when that is of the same one. A register that cannot be read is a
 * warning in the log, and in `fault`. Slow: any thread but the loop's, once it runs.
 * ERR_NOMEM. */
int names_open(const struct server_options *options, struct snapshot *snapshot,
               struct names *kept, struct names **out, struct err *err);

/* Both take NULL. */
struct names *names_ref(struct names *names);
void names_unref(struct names *names);

#endif
