#include "queryd/daemon.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/log.h"
#include "check.h"
#include "wire/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 5 };

/* libuv closes descriptors by a bare system call, which ThreadSanitizer does not
 * see: the next owner of the number seems to race with the last one. What makes a
 * descriptor or closes one counts as a write to it. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:__interceptor_accept4\n"
           "race:__interceptor_open\n"
           "race:__interceptor_openat\n"
           "race:__interceptor_socket\n"
           "race:__interceptor_close\n"
           "race:__interceptor_eventfd\n"
           "race:__interceptor_epoll_create1\n"
           "race:__interceptor_inotify_init1\n"
           "race:__interceptor_pipe2\n"
           /* When the maker's stack is forgotten only the user's is left. */
           "race:file_write_all\n"
           "race:replace_file\n";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "history_size=7"; /* or the stacks above are soon forgotten */
}

void daemon_prepare(struct daemon *daemon)
{
    *daemon = (struct daemon){0};
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_ERROR);
    fake_release(false);
    fake_index(daemon->dir, 1, 20);
    snprintf(daemon->socket, sizeof daemon->socket, "%s/socket", daemon->dir);
    daemon->options =
        (struct server_options){.index_dir = daemon->dir,
                                .socket = daemon->socket,
                                .workers = 2,
                                .grace_ms = 2000,
                                .poll_ms = 100000,
                                .open = fake_open,
                                .open_register = fake_open_register};
}

static void *run(void *arg)
{
    server_run(((struct daemon *)arg)->server);
    return NULL;
}

void daemon_start(struct daemon *daemon)
{
    struct err err = {0};
    CHECK_OK(server_new(&daemon->options, &daemon->server, &err), err);
    CHECK_EQ(pthread_create(&daemon->thread, NULL, run, daemon), 0);
}

void daemon_stop(struct daemon *daemon)
{
    server_stop(daemon->server);
    pthread_join(daemon->thread, NULL);
    server_free(daemon->server);
    CHECK(access(daemon->socket, F_OK) < 0);
    fake_index_remove(daemon->dir);
    struct fake_counts counts = fake_counts();
    CHECK_EQ(counts.snapshots, 0);
    CHECK_EQ(counts.searchers, 0);
}

static int connect_to(int fd, const void *address, socklen_t len)
{
    struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    CHECK_MSG(connect(fd, address, len) == 0, "connect: %s", strerror(errno));
    return fd;
}

int client_connect(const struct daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", daemon->socket);
    return connect_to(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), &address,
                      sizeof address);
}

int client_connect_tcp(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect_to(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), &address,
                      sizeof address);
}

bool client_send(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static void on_message(void *context, const struct http_message *message)
{
    struct reply *reply = context;
    struct slice allow = http_header(message, "Allow");
    reply->status = message->status;
    reply->keep_alive = message->keep_alive;
    reply->body = strndup((const char *)message->body.data, message->body.len);
    snprintf(reply->allow, sizeof reply->allow, "%.*s", SLICE_ARG(allow));
}

/* Byte by byte, so that nothing of the next reply is taken. */
struct reply client_read(int fd)
{
    struct reply reply = {0};
    struct err err = {0};
    struct http_parser *parser =
        http_parser_new(HTTP_RESPONSES, 64 << 20, on_message, &reply);
    while (!reply.body) {
        uint8_t byte;
        if (recv(fd, &byte, 1, 0) != 1)
            break;
        CHECK_OK(http_parser_feed(parser, (struct slice){&byte, 1}, &err), err);
    }
    http_parser_free(parser);
    if (!reply.body)
        reply.body = strdup("");
    return reply;
}

void reply_free(struct reply *reply)
{
    free(reply->body);
    reply->body = NULL;
}

struct reply daemon_get(const struct daemon *daemon, const char *target)
{
    char request[4096];
    int fd = client_connect(daemon);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n\r\n", target);
    client_send(fd, request);
    struct reply reply = client_read(fd);
    close(fd);
    return reply;
}

bool client_sees_end(int fd)
{
    char bytes[4096];
    ssize_t n;
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        ;
    return n == 0 || errno == ECONNRESET;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

bool daemon_says(const struct daemon *daemon, const char *target,
                 const char *text)
{
    uint64_t end = clock_ns() + PATIENCE_S * UINT64_C(1000000000);
    while (clock_ns() < end) {
        struct reply reply = daemon_get(daemon, target);
        bool found = strstr(reply.body, text);
        reply_free(&reply);
        if (found)
            return true;
        rest();
    }
    return false;
}

/* And it stays so for a while: a walk over a corpus counts while it lasts. */
bool searches_running(int wanted)
{
    enum { STEADY = 20 };
    uint64_t end = clock_ns() + PATIENCE_S * UINT64_C(1000000000);
    int steady = 0;
    while (steady < STEADY && clock_ns() < end) {
        steady = fake_counts().searching == wanted ? steady + 1 : 0;
        rest();
    }
    return steady == STEADY;
}
