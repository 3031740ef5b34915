#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        err->code = code;
        err->at = ERR_NOWHERE;
    }
    return code;
}

int err_set_at(struct err *err, int code, size_t at, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        err->code = code;
        err->at = (int)at;
    }
    return code;
}

int err_set_errno(struct err *err, const char *doing, const char *name)
{
    int cause = errno;
    return err_set(err, cause == ENOMEM ? ERR_NOMEM : ERR_IO, "%s %s: %s",
                   doing, name, strerror(cause));
}

int err_wrap(struct err *err, int code, const char *fmt, ...)
{
    if (err) {
        char inner[sizeof err->text];
        memcpy(inner, err->text, sizeof inner);

        va_list ap;
        va_start(ap, fmt);
        int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        if (n >= 0 && (size_t)n + 2 < sizeof err->text) {
            size_t room = sizeof err->text - (size_t)n;
            snprintf(err->text + n, room, ": %.*s", (int)room - 3, inner);
        }
        err->code = code;
    }
    return code;
}

const char *err_name(int code)
{
    switch (code) {
    case ERR_OK:
        return "OK";
#define ERR_CASE(name, value, meaning)                                         \
    case value:                                                                \
        return #name;
        ERR_LIST(ERR_CASE)
#undef ERR_CASE
    }
    return "UNKNOWN";
}
