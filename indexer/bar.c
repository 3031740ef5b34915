#include "indexer/bar.h"

#include "base/cancel.h"

#include <stdarg.h>
#include <stdio.h>

static const uint64_t REDRAW_NS = 100 * 1000 * 1000;

bool bar_due(struct bar *bar)
{
    if (!bar->on)
        return false;
    uint64_t now = clock_ns();
    if (now - bar->drawn_ns < REDRAW_NS)
        return false;
    bar->drawn_ns = now;
    return true;
}

void bar_draw(struct bar *bar, const char *fmt, ...)
{
    va_list args;
    if (!bar->on)
        return;
    fputs("\r\033[K", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fflush(stderr);
}

void bar_clear(struct bar *bar)
{
    if (bar->on && bar->drawn_ns)
        fputs("\r\033[K", stderr);
}

void bar_progress(void *context, const char *what, uint64_t done,
                  uint64_t total)
{
    struct bar *bar = context;
    if (bar_due(bar))
        bar_draw(bar, "%s, %.0f %%", what,
                 total ? 100.0 * (double)done / (double)total : 0.0);
}
