/* socket_path.h - where the daemon listens and the client asks, when nobody says. */
#ifndef WIRE_SOCKET_PATH_H
#define WIRE_SOCKET_PATH_H

#include "base/bytes.h"

struct err;

/* The size of sockaddr_un.sun_path on Linux. */
enum { SOCKET_PATH_SIZE = 108 };

/* `given` unless NULL or empty; else $DATELINE_SOCKET; else
 * $XDG_RUNTIME_DIR/dateline.sock; else /run/dateline/dateline.sock. ERR_INVALID when
 * it does not fit. Reads the environment: before threads start. */
int socket_path(const char *given, char out[SOCKET_PATH_SIZE], struct err *err);

#endif
