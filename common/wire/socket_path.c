#include "wire/socket_path.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

int socket_path(const char *given, char out[SOCKET_PATH_SIZE], struct err *err)
{
    const char *dir = "", *name = given;
    if (!name || !*name)
        name = getenv("DATELINE_SOCKET");
    if (!name || !*name) {
        dir = getenv("XDG_RUNTIME_DIR");
        name = "/dateline.sock";
        if (!dir || !*dir)
            dir = "/run/dateline";
    }
    int n = snprintf(out, SOCKET_PATH_SIZE, "%s%s", dir, name);
    if (n < 0 || n >= SOCKET_PATH_SIZE)
        return err_set(err, ERR_INVALID,
                       "the socket's path is longer than %d bytes: %s%s",
                       SOCKET_PATH_SIZE - 1, dir, name);
    return ERR_OK;
}
