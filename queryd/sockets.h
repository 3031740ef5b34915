/* sockets.h - the sockets that the daemon listens on, before libuv has them. */
#ifndef QUERYD_SOCKETS_H
#define QUERYD_SOCKETS_H

#include "wire/socket_path.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

struct unix_socket {
    int fd;
    char path[SOCKET_PATH_SIZE];
    bool ours; /* made here, to be removed at the end */
    dev_t device;
    ino_t inode;
};

/* Mode 0660 from its first instant, `group` (may be NULL) as its group. A socket that
 * nobody answers on is replaced; ERR_LOCKED when somebody does; ERR_INVALID when the
 * path is no socket, which is left alone. Changes the umask for a moment: before
 * threads start. */
int unix_socket_bind(const char *path, const char *group,
                     struct unix_socket *out, struct err *err);

/* A listening Unix socket that systemd hands over (sd_listen_fds(3)): true. */
bool unix_socket_inherited(struct unix_socket *out);

/* Remove it from the file system, unless something else stands there by now. */
void unix_socket_remove(const struct unix_socket *socket);

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080". ERR_INVALID for anything that is no
 * loopback address. */
int loopback_address(const char *text, struct sockaddr_storage *out,
                     struct err *err);

/* Whether a Host header, or the part of an Origin behind "http://", names this
 * machine's loopback at `port`: what keeps out web pages that let their own name
 * point here (DNS rebinding). */
bool loopback_host(struct slice host, unsigned port);

/* Tell systemd (sd_notify(3)), when it asked to be told. */
void notify_systemd(const char *state);

#endif
