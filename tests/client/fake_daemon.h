/* fake_daemon.h - a thread behind a Unix socket that answers one request, or several on
 * one connection, with the bytes it was given, well or badly. */
#ifndef TESTS_CLIENT_FAKE_DAEMON_H
#define TESTS_CLIENT_FAKE_DAEMON_H

#include "base/files.h"
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake_daemon {
    struct slice answer;
    size_t piece; /* bytes in one write; 0: all */
    bool deaf;    /* answers without reading anything */
    bool hold;    /* keeps the connection open until the client closes it */

    const struct slice *more; /* answers to further requests */
    size_t more_count;
    size_t per_connection; /* answers, then it hangs up; 0: all */

    char dir[40], path[60];
    char got[8192];  /* the last request's first bytes */
    char log[16384]; /* the first line of each request */
    int connections;
    int listener;
    pthread_t thread;
};

static inline void fake_read(struct fake_daemon *fake, int fd)
{
    size_t len = 0, whole = sizeof fake->got - 1;
    memset(fake->got, 0, sizeof fake->got);
    while (len < whole) {
        ssize_t n = recv(fd, fake->got + len, sizeof fake->got - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        fake->got[len] = '\0';
        const char *end = strstr(fake->got, "\r\n\r\n");
        const char *body = strstr(fake->got, "Content-Length: ");
        if (end)
            whole = (size_t)(end + 4 - fake->got) +
                    (body ? strtoul(body + 16, NULL, 10) : 0);
    }
}

static inline bool fake_send(struct fake_daemon *fake, int fd,
                             struct slice answer)
{
    for (size_t at = 0; at < answer.len;) {
        size_t left = answer.len - at;
        size_t len = fake->piece && fake->piece < left ? fake->piece : left;
        if (send(fd, answer.data + at, len, MSG_NOSIGNAL) < 0)
            return false;
        at += len;
    }
    return true;
}

static inline void fake_hear(struct fake_daemon *fake, int fd)
{
    size_t used = strlen(fake->log);
    fake_read(fake, fd);
    snprintf(fake->log + used, sizeof fake->log - used, "%.*s%s",
             (int)strcspn(fake->got, "\r"), fake->got, *fake->got ? "\n" : "");
}

static inline void *fake_serve(void *context)
{
    struct fake_daemon *fake = context;
    for (size_t i = 0; i <= fake->more_count;) {
        int fd = accept(fake->listener, NULL, NULL);
        char byte;
        if (fd < 0)
            break;
        fake->connections++;
        for (size_t on_this = 0;
             i <= fake->more_count &&
             (!fake->per_connection || on_this < fake->per_connection);
             i++, on_this++) {
            if (!fake->deaf)
                fake_hear(fake, fd);
            if (!fake_send(fake, fd, i ? fake->more[i - 1] : fake->answer))
                break;
        }
        while (fake->hold && recv(fd, &byte, 1, 0) > 0)
            ;
        close(fd);
    }
    return NULL;
}

static inline void fake_start(struct fake_daemon *fake)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(fake->dir, "/tmp/test_client.XXXXXX");
    CHECK(mkdtemp(fake->dir));
    snprintf(fake->path, sizeof fake->path, "%s/s", fake->dir);
    memcpy(address.sun_path, fake->path, strlen(fake->path) + 1);
    memset(fake->got, 0, sizeof fake->got);
    memset(fake->log, 0, sizeof fake->log);
    fake->connections = 0;
    fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fake->listener >= 0);
    CHECK_EQ(
        bind(fake->listener, (const struct sockaddr *)&address, sizeof address),
        0);
    CHECK_EQ(listen(fake->listener, 4), 0);
    CHECK_EQ(pthread_create(&fake->thread, NULL, fake_serve, fake), 0);
}

/* Also when nobody came. */
static inline void fake_stop(struct fake_daemon *fake)
{
    shutdown(fake->listener, SHUT_RDWR);
    pthread_join(fake->thread, NULL);
    close(fake->listener);
    CHECK_EQ(tree_remove(fake->dir, NULL), 0);
}

#endif
