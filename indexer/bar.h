/* bar.h - one line on a terminal's stderr that says how far a run is, redrawn ten
 * times a second at most. Off, it does nothing. */
#ifndef INDEXER_BAR_H
#define INDEXER_BAR_H

#include <stdbool.h>
#include <stdint.h>

struct bar {
    bool on;
    uint64_t drawn_ns;
};

/* Whether it is time to draw again; counts as drawn. */
bool bar_due(struct bar *bar);
__attribute__((format(printf, 2, 3))) void bar_draw(struct bar *bar,
                                                    const char *fmt, ...);
void bar_clear(struct bar *bar);

/* writer_options.progress, with a struct bar as its context. */
void bar_progress(void *bar, const char *what, uint64_t done, uint64_t total);

#endif
