#include "client/ask.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "client/unreachable.h"
#include "wire/http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RECEIVE_BYTES = 64 << 10,
    RETRY_MS = 20, /* when the daemon's queue of connections is full */
};

struct conversation {
    int fd;
    const char *path;
    struct slice unsent;
    uint64_t deadline_ns;
    uint32_t timeout_ms;
    bool answered;
    struct http_parser *parser;
    struct answer *answer;
};

static int ms_left(const struct conversation *c)
{
    uint64_t now = clock_ns();
    return now >= c->deadline_ns ? 0
                                 : (int)((c->deadline_ns - now) / 1000000) + 1;
}

static int too_slow(const struct conversation *c, struct err *err)
{
    return err_set(err, ERR_DEADLINE,
                   "the daemon at %s did not answer within %.1f s", c->path,
                   c->timeout_ms / 1000.0);
}

static int connect_to(struct conversation *c, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(c->path) >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "%s: too long for a socket", c->path);
    memcpy(address.sun_path, c->path, strlen(c->path) + 1);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd < 0)
        return err_set_errno(err, "open", "a socket");
    while (connect(c->fd, (const struct sockaddr *)&address, sizeof address) <
           0) {
        if (errno != EAGAIN && errno != EINTR)
            return unreachable(c->path, errno, err);
        if (ms_left(c) == 0)
            return too_slow(c, err);
        poll(NULL, 0, RETRY_MS);
    }
    return ERR_OK;
}

static void take_answer(void *context, const struct http_message *message)
{
    struct conversation *c = context;
    if (c->answered) /* nobody asked for a second one */
        return;
    c->answered = true;
    c->answer->status = message->status;
    strbuf_add_slice(&c->answer->body, message->body);
}

/* A daemon that refuses a request may answer and close before it has read all of
 * it: then what it said is what matters, and not that we could not go on. */
static int send_some(struct conversation *c, struct err *err)
{
    ssize_t n = send(c->fd, c->unsent.data, c->unsent.len, MSG_NOSIGNAL);
    if (n >= 0)
        c->unsent = slice_part(c->unsent, (size_t)n, c->unsent.len);
    else if (errno == EPIPE || errno == ECONNRESET)
        c->unsent.len = 0;
    else if (errno != EAGAIN && errno != EINTR)
        return err_set_errno(err, "write to", c->path);
    return ERR_OK;
}

static int peer_closed(struct conversation *c, struct err *err)
{
    bool began = http_parser_in_message(c->parser);
    int rc = http_parser_finish(c->parser, NULL);
    if (rc == ERR_OK && c->answered)
        return ERR_OK;
    return err_set(err, ERR_IO,
                   began ? "the daemon at %s broke off in the middle of its "
                           "answer"
                         : "the daemon at %s closed the connection without an "
                           "answer",
                   c->path);
}

static int receive_some(struct conversation *c, struct err *err)
{
    uint8_t buffer[RECEIVE_BYTES];
    struct err why = {0};
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR_OK;
    if (n < 0 && errno != ECONNRESET)
        return err_set_errno(err, "read from", c->path);
    if (n <= 0)
        return peer_closed(c, err);
    int rc =
        http_parser_feed(c->parser, (struct slice){buffer, (size_t)n}, &why);
    if (rc && !c->answered)
        return err_set(err, rc, "the answer from %s cannot be read: %s",
                       c->path, why.text);
    return ERR_OK;
}

static int converse(struct conversation *c, struct err *err)
{
    int rc = ERR_OK;
    while (rc == ERR_OK && !c->answered) {
        struct pollfd ready = {c->fd, POLLIN, 0};
        if (c->unsent.len)
            ready.events |= POLLOUT;
        int left = ms_left(c);
        if (left == 0)
            return too_slow(c, err);
        if (poll(&ready, 1, left) < 0 && errno != EINTR)
            return err_set_errno(err, "wait for", c->path);
        if (c->unsent.len && ready.revents & POLLOUT)
            rc = send_some(c, err);
        if (rc == ERR_OK && ready.revents & (POLLIN | POLLHUP | POLLERR))
            rc = receive_some(c, err);
    }
    if (rc == ERR_OK && c->answer->body.failed)
        rc = err_set(err, ERR_NOMEM, "no memory for the daemon's answer");
    return rc;
}

int ask(const char *path, struct slice request, uint32_t timeout_ms,
        struct answer *answer, struct err *err)
{
    struct conversation c = {
        .fd = -1,
        .path = path,
        .unsent = request,
        .timeout_ms = timeout_ms,
        .deadline_ns = clock_ns() + (uint64_t)timeout_ms * 1000000,
        .answer = answer,
    };
    *answer = (struct answer){0};
    strbuf_init(&answer->body, LIMIT_REPLY_BYTES);
    int rc = connect_to(&c, err);
    if (rc)
        goto out;
    c.parser =
        http_parser_new(HTTP_RESPONSES, LIMIT_REPLY_BYTES, take_answer, &c);
    rc = c.parser ? converse(&c, err)
                  : err_set(err, ERR_NOMEM, "no memory to read an answer");
out:
    http_parser_free(c.parser);
    if (c.fd >= 0)
        close(c.fd);
    return rc;
}

void answer_release(struct answer *answer)
{
    strbuf_release(&answer->body);
}
