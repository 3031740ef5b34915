#include "base/log.h"

#include "base/bytes.h"
#include "base/files.h"
#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A write of up to PIPE_BUF bytes into a pipe is never torn (POSIX, write). */
enum { LINE_MAX_BYTES = PIPE_BUF };

static const char cut_mark[] = "...\n";
static const char *const level_name[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

static atomic_int least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
}

static size_t put_time(char *line, size_t size)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    len += (size_t)snprintf(line + len, size - len, ".%03ldZ",
                            now.tv_nsec / 1000000);
    return len;
}

/* What would start a new line, move a cursor or break UTF-8 is written as \xNN,
 * so that a key or a path from outside cannot forge a line. */
static bool is_printable(uint32_t c, const uint8_t *at)
{
    bool ill_formed = c == 0xfffd && *at != 0xef;
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x2028 &&
           c != 0x2029 && !ill_formed;
}

/* Appends `text` while it fits below `size`; false when it did not. */
static bool put_escaped(char *line, size_t *len, size_t size, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        bool plain = is_printable(utf8_next(text, &at), text.data + from);
        size_t bytes = at - from, needed = plain ? bytes : bytes * 4;
        if (needed > size - *len)
            return false;
        if (plain)
            memcpy(line + *len, text.data + from, bytes);
        for (size_t i = 0; !plain && i < bytes; i++) {
            static const char digits[] = "0123456789abcdef";
            uint8_t byte = text.data[from + i];
            const char escape[4] = {'\\', 'x', digits[byte >> 4],
                                    digits[byte & 15]};
            memcpy(line + *len + 4 * i, escape, sizeof escape);
        }
        *len += needed;
    }
    return true;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    int errno_before = errno;
    char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    int wanted = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (wanted >= 0) {
        size_t len = put_time(line, sizeof line);
        len += (size_t)snprintf(line + len, sizeof line - len, " %s ",
                                level_name[level]);
        size_t room = sizeof line - (sizeof cut_mark - 1);
        bool whole = put_escaped(line, &len, room, slice_of(text)) &&
                     (size_t)wanted < sizeof text;
        const char *end = whole ? "\n" : cut_mark;
        memcpy(line + len, end, strlen(end));
        /* Nobody is left to be told when stderr is gone. */
        (void)!file_write_all(STDERR_FILENO, line, len + strlen(end));
    }
    errno = errno_before;
}
