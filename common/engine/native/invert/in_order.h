/* in_order.h - work in pieces that any thread may do, and whose results one thread takes in
 * their order, as if it had done all of it.
 */
#ifndef ENGINE_NATIVE_INVERT_IN_ORDER_H
#define ENGINE_NATIVE_INVERT_IN_ORDER_H

#include "base/err.h"

#include <stdint.h>

struct in_order {
    unsigned threads; /* the caller's is one of them */
    uint32_t count;   /* pieces */
    uint32_t window;  /* pieces that are begun and not taken, at most */
    /* Pieces are begun in their order. `thread` is less than `threads`, 0 the caller's. */
    int (*make)(void *context, unsigned thread, uint32_t piece,
                struct err *err);
    /* By the caller's thread, in their order. */
    int (*take)(void *context, uint32_t piece, struct err *err);
    void *context;
};

/* A machine that gives no thread has it done by fewer. What `make` or `take` failed with:
 * then not all has been done, but nothing is under way any more. ERR_NOMEM. */
int run_in_order(const struct in_order *work, struct err *err);

#endif
