#include "client/terminal.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 40, WIDTH_MAX = 120 };

size_t terminal_width(int fd)
{
    struct winsize size;
    if (!isatty(fd))
        return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    size_t width = size.ws_col;
    return width < WIDTH_MIN   ? WIDTH_MIN
           : width > WIDTH_MAX ? WIDTH_MAX
                               : width;
}

static bool colour_by_itself(bool is_terminal)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return is_terminal && !(no_color && *no_color) && term && *term &&
           strcmp(term, "dumb") != 0;
}

int terminal_init(struct terminal *terminal, const char *color, struct err *err)
{
    terminal->width = terminal_width(STDOUT_FILENO);
    if (strcmp(color, "auto") == 0)
        terminal->colour = colour_by_itself(terminal->width > 0);
    else if (strcmp(color, "always") == 0)
        terminal->colour = true;
    else if (strcmp(color, "never") == 0)
        terminal->colour = false;
    else
        return err_set(err, ERR_INVALID,
                       "--color is auto, always or never, not '%s'", color);
    return ERR_OK;
}
