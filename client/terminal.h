/* terminal.h - what stdout is, and how wide. */
#ifndef CLIENT_TERMINAL_H
#define CLIENT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct terminal {
    size_t
        width; /* columns of a terminal; 0 for a pipe or a file: no wrapping */
    bool colour;
};

/* `color` is auto, always or never (else ERR_INVALID). auto: on a terminal that is
 * not "dumb", unless NO_COLOR is set and not empty (no-color.org). */
int terminal_init(struct terminal *terminal, const char *color,
                  struct err *err);

/* The columns of the terminal behind `fd`; 0 when it is none. Kept between 40 and
 * 120, where text can be read. */
size_t terminal_width(int fd);

#endif
