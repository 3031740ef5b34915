#include "base/cancel.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

struct cancel {
    atomic_int requested;
    uint32_t calls;       /* worker thread only */
    uint64_t deadline_ns; /* 0: none */
    int status;           /* worker thread only; sticky */
};

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct cancel *cancel_new(uint32_t deadline_ms)
{
    struct cancel *cancel = mem_alloc(sizeof *cancel);
    if (!cancel)
        return NULL;
    *cancel = (struct cancel){0};
    atomic_init(&cancel->requested, 0);
    if (deadline_ms)
        cancel->deadline_ns = clock_ns() + (uint64_t)deadline_ms * 1000000u;
    return cancel;
}

void cancel_request(struct cancel *cancel)
{
    atomic_store_explicit(&cancel->requested, 1, memory_order_relaxed);
}

void cancel_set_deadline(struct cancel *cancel, uint64_t deadline_ns)
{
    cancel->deadline_ns = deadline_ns;
}

int cancel_check(struct cancel *cancel)
{
    if (!cancel || cancel->status)
        return cancel ? cancel->status : ERR_OK;
    if (atomic_load_explicit(&cancel->requested, memory_order_relaxed))
        cancel->status = ERR_CANCELLED;
    else if (cancel->deadline_ns && cancel->calls++ % 64 == 0 &&
             clock_ns() > cancel->deadline_ns)
        cancel->status = ERR_DEADLINE;
    return cancel->status;
}

void cancel_free(struct cancel *cancel)
{
    mem_free(cancel);
}
