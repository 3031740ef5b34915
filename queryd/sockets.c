#include "queryd/sockets.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* --- the Unix socket --- */

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return address;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A full backlog (EAGAIN) is a daemon, too. */
static bool somebody_answers(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = new_socket();
    if (fd < 0)
        return true; /* cannot tell: leave the socket alone */
    int rc = connect(fd, (struct sockaddr *)&address, sizeof address);
    bool answers = rc == 0 || (errno != ECONNREFUSED && errno != ENOENT);
    close(fd);
    return answers;
}

/* What stands at `path` is a socket that nobody listens on: away with it. */
static int clear_path(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? ERR_OK : err_set_errno(err, "look at", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, ERR_INVALID,
                       "%s exists and is no socket; it stays as it is", path);
    if (somebody_answers(path))
        return err_set(err, ERR_LOCKED,
                       "a daemon is already running: it answers on %s", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_set_errno(err, "remove the stale socket", path);
    return ERR_OK;
}

static int find_group(const char *name, gid_t *gid, struct err *err)
{
    char buffer[16384];
    struct group group, *found = NULL;
    getgrnam_r(name, &group, buffer, sizeof buffer, &found);
    if (!found)
        return err_set(err, ERR_INVALID, "there is no group '%s'", name);
    *gid = found->gr_gid;
    return ERR_OK;
}

/* Two daemons that start at once must not remove each other's socket: the lock on
 * its directory goes with the descriptor. Without it (no permission, somebody else
 * holds it) we go on: connect() has still been asked. */
static int lock_directory(const char *path)
{
    char dir[SOCKET_PATH_SIZE];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir] = '\0';
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int tries = 0; fd >= 0 && tries < 20; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return fd;
}

static int bind_and_listen(const char *path, const gid_t *gid,
                           struct unix_socket *out, struct err *err)
{
    struct sockaddr_un address = address_of(path);
    out->fd = new_socket();
    if (out->fd < 0)
        return err_set_errno(err, "make a socket for", path);
    /* The mode is right from the first instant: chmod() would come too late. */
    mode_t mask = umask(0117);
    int rc = bind(out->fd, (struct sockaddr *)&address, sizeof address);
    int cause = errno;
    umask(mask);
    errno = cause;
    if (rc < 0)
        return err_set_errno(err, "bind", path);
    struct stat st;
    out->ours = true;
    if (lstat(path, &st) < 0)
        return err_set_errno(err, "look at", path);
    out->device = st.st_dev;
    out->inode = st.st_ino;
    if (gid && chown(path, (uid_t)-1, *gid) < 0)
        return err_set_errno(err, "give to its group", path);
    if (listen(out->fd, SOMAXCONN) < 0)
        return err_set_errno(err, "listen on", path);
    return ERR_OK;
}

int unix_socket_bind(const char *path, const char *group,
                     struct unix_socket *out, struct err *err)
{
    *out = (struct unix_socket){.fd = -1};
    gid_t gid = 0;
    int rc = group ? find_group(group, &gid, err) : ERR_OK;
    if (rc)
        return rc;
    snprintf(out->path, sizeof out->path, "%s", path);

    int lock = lock_directory(path);
    rc = clear_path(path, err);
    if (rc == 0)
        rc = bind_and_listen(path, group ? &gid : NULL, out, err);
    if (rc && out->fd >= 0) {
        unix_socket_remove(out);
        close(out->fd);
        out->fd = -1;
    }
    if (lock >= 0)
        close(lock);
    return rc;
}

bool unix_socket_inherited(struct unix_socket *out)
{
    enum { FIRST = 3 };
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (!pid || !count || strtol(pid, NULL, 10) != (long)getpid() ||
        strtol(count, NULL, 10) < 1)
        return false;
    struct sockaddr_un address;
    socklen_t len = sizeof address;
    if (getsockname(FIRST, (struct sockaddr *)&address, &len) < 0 ||
        address.sun_family != AF_UNIX)
        return false;
    fcntl(FIRST, F_SETFD, FD_CLOEXEC);
    *out = (struct unix_socket){.fd = FIRST};
    if (len > offsetof(struct sockaddr_un, sun_path))
        snprintf(out->path, sizeof out->path, "%.*s",
                 (int)(len - offsetof(struct sockaddr_un, sun_path)),
                 address.sun_path);
    return true;
}

void unix_socket_remove(const struct unix_socket *s)
{
    struct stat st;
    if (s->ours && lstat(s->path, &st) == 0 && st.st_dev == s->device &&
        st.st_ino == s->inode)
        unlink(s->path);
}

/* --- loopback --- */

static bool parse_port(const char *text, unsigned *port)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long n = strtoul(text, &end, 10);
    *port = (unsigned)n;
    return *end == '\0' && n <= 65535;
}

int loopback_address(const char *text, struct sockaddr_storage *out,
                     struct err *err)
{
    char host[64];
    unsigned port;
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (!colon || len >= sizeof host || !parse_port(colon + 1, &port))
        return err_set(err, ERR_INVALID, "--listen is 127.0.0.1:PORT, not '%s'",
                       text);
    memcpy(host, text, len);
    host[len] = '\0';
    if (strcmp(host, "localhost") == 0)
        strcpy(host, "127.0.0.1");

    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1 &&
        ntohl(v4->sin_addr.s_addr) >> 24 == 127) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return ERR_OK;
    }
    if (strcmp(host, "[::1]") == 0) {
        v6->sin6_family = AF_INET6;
        v6->sin6_addr = in6addr_loopback;
        v6->sin6_port = htons((uint16_t)port);
        return ERR_OK;
    }
    return err_set(err, ERR_INVALID,
                   "--listen %s: only 127.0.0.1, [::1] and localhost; the "
                   "protocol knows no passwords",
                   text);
}

bool loopback_host(struct slice host, unsigned port)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char wanted[64];
        int with = snprintf(wanted, sizeof wanted, "%s:%u", names[i], port);
        size_t without = strlen(names[i]);
        if (host.len == (size_t)with || (port == 80 && host.len == without))
            if (strncasecmp((const char *)host.data, wanted, host.len) == 0)
                return true;
    }
    return false;
}

void notify_systemd(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path || (path[0] != '/' && path[0] != '@'))
        return;
    struct sockaddr_un address = address_of(path);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                strlen(address.sun_path));
    if (path[0] == '@') /* the abstract name space */
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
                 (struct sockaddr *)&address, len);
    close(fd);
}
