/* cancel.h - one request's reasons to stop early: nobody waits, or time is up.
 *
 * The loop thread sets it, the worker asks. Opaque, because C11's and C++'s
 * atomic types cannot share a header.
 */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdint.h>

struct cancel;

/* `deadline_ms` from now; 0 for none. NULL when out of memory. */
struct cancel *cancel_new(uint32_t deadline_ms);
void cancel_request(struct cancel *cancel); /* any thread */
/* Another deadline, in terms of clock_ns(). The thread that checks only. */
void cancel_set_deadline(struct cancel *cancel, uint64_t deadline_ns);

/* ERR_OK, ERR_CANCELLED or ERR_DEADLINE. Cheap enough for every article looked
 * at: the clock is read each 64th call. NULL never stops. */
int cancel_check(struct cancel *cancel);
void cancel_free(struct cancel *cancel);

/* Monotonic clock. */
uint64_t clock_ns(void);

#endif
