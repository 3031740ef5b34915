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
    char digest[DIGEST_TEXT_SIZE];
    char fault[160]; /* why not; "" when it can */
};

/* The names of the generation `info`; *out is NULL when it has no register, and `kept`
 * (may be NULL) when that is of the same one. A register that cannot be read is a
 * warning in the log, and in `fault`. Slow: any thread but the loop's, once it runs.
 * ERR_NOMEM. */
int names_open(const struct server_options *options,
               const struct generation_info *info, struct names *kept,
               struct names **out, struct err *err);

/* Both take NULL. */
struct names *names_ref(struct names *names);
void names_unref(struct names *names);

#endif
