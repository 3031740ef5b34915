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
    HTTP_OK = 200,
};

static void start_clock(struct connection *c)
{
    c->deadline_ns = clock_ns() + (uint64_t)c->timeout_ms * 1000000;
}

static int ms_left(const struct connection *c)
{
    uint64_t now = clock_ns();
    return now >= c->deadline_ns ? 0
                                 : (int)((c->deadline_ns - now) / 1000000) + 1;
}

static int too_slow(const struct connection *c, struct err *err)
{
    return err_set(err, ERR_DEADLINE,
                   "the daemon at %s did not answer within %.1f s", c->path,
                   c->timeout_ms / 1000.0);
}

/* --- what arrives --- */

static void take_answer(void *context, const struct http_message *message)
{
    struct connection *c = context;
    if (c->answered) { /* nobody asked for a second one */
        c->spoilt = true;
        return;
    }
    c->answered = true;
    c->spoilt |= !message->keep_alive;
    c->answer->status = message->status;
    strbuf_add_slice(&c->answer->body, message->body);
}

static bool take_piece(void *context, unsigned status, struct slice bytes)
{
    struct connection *c = context;
    if (c->answered) {
        c->spoilt = true;
        return true;
    }
    if (status == HTTP_OK && c->listener)
        return c->listener->hear(c->listener->context, bytes);
    strbuf_add_slice(&c->answer->body, bytes);
    return !c->answer->body.failed;
}

/* --- opening and closing --- */

static void hang_up(struct connection *c)
{
    http_parser_free(c->parser);
    if (c->fd >= 0)
        close(c->fd);
    c->parser = NULL;
    c->fd = -1;
    c->kept = c->spoilt = false;
}

static int open_connection(struct connection *c, struct err *err)
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
    c->parser =
        http_parser_new(HTTP_RESPONSES, LIMIT_REPLY_BYTES, take_answer, c);
    if (!c->parser)
        return err_set(err, ERR_NOMEM, "no memory to read an answer");
    return ERR_OK;
}

void connection_init(struct connection *c, const char *path)
{
    *c = (struct connection){.path = path, .fd = -1};
}

void connection_release(struct connection *c)
{
    hang_up(c);
}

/* --- the conversation --- */

/* A daemon that refuses a request may answer and close before it has read all of
 * it: then what it said is what matters, and not that we could not go on. */
static int send_some(struct connection *c, struct err *err)
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

static int peer_closed(struct connection *c, struct err *err)
{
    bool began = http_parser_in_message(c->parser);
    int rc = http_parser_finish(c->parser, NULL);
    c->spoilt = true;
    if (rc == ERR_OK && c->answered)
        return ERR_OK;
    return err_set(err, ERR_IO,
                   began ? "the daemon at %s broke off in the middle of its "
                           "answer"
                         : "the daemon at %s closed the connection without an "
                           "answer",
                   c->path);
}

static int receive_some(struct connection *c, struct err *err)
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
    c->heard = true;
    int rc =
        http_parser_feed(c->parser, (struct slice){buffer, (size_t)n}, &why);
    c->spoilt |= rc != ERR_OK;
    if (c->listener) /* it may have taken its time over what it heard */
        start_clock(c);
    if (rc == ERR_CANCELLED && !c->answer->body.failed)
        return err_set(err, rc, "nobody listens any more");
    if (rc && !c->answered && !c->answer->body.failed)
        return err_set(err, rc, "the answer from %s cannot be read: %s",
                       c->path, why.text);
    return ERR_OK;
}

static int converse(struct connection *c, struct err *err)
{
    int rc = ERR_OK;
    while (rc == ERR_OK && !c->answered && !c->answer->body.failed) {
        struct pollfd ready[2] = {{c->fd, POLLIN, 0},
                                  {c->listener ? c->listener->out : -1, 0, 0}};
        if (c->unsent.len)
            ready[0].events |= POLLOUT;
        int left = ms_left(c);
        if (left == 0)
            return too_slow(c, err);
        if (poll(ready, 2, left) < 0 && errno != EINTR)
            return err_set_errno(err, "wait for", c->path);
        if (ready[1].revents & POLLERR) /* a pipe that nobody reads */
            return err_set(err, ERR_CANCELLED, "nobody listens any more");
        if (c->unsent.len && ready[0].revents & POLLOUT)
            rc = send_some(c, err);
        if (rc == ERR_OK && ready[0].revents & (POLLIN | POLLHUP | POLLERR))
            rc = receive_some(c, err);
    }
    if (rc == ERR_OK && c->answer->body.failed)
        rc = err_set(err, ERR_NOMEM, "no memory for the daemon's answer");
    return rc;
}

static int ask_now(struct connection *c, struct slice request, struct err *err)
{
    int rc = ERR_OK;
    c->unsent = request;
    c->heard = false;
    if (c->fd < 0)
        rc = open_connection(c, err);
    if (rc == ERR_OK) {
        http_parser_on_body(c->parser, c->listener ? take_piece : NULL);
        rc = converse(c, err);
    }
    return rc;
}

int connection_ask(struct connection *c, struct slice request,
                   uint32_t timeout_ms, const struct listener *listener,
                   struct answer *answer, struct err *err)
{
    *answer = (struct answer){0};
    strbuf_init(&answer->body, LIMIT_REPLY_BYTES);
    c->timeout_ms = timeout_ms;
    c->answered = false;
    c->listener = listener;
    c->answer = answer;
    start_clock(c);
    int rc = ask_now(c, request, err);
    if (rc == ERR_IO && c->kept && !c->heard) {
        /* A daemon closes what was silent for long, and all connections when it is
         * started anew: that is seen only now. Questions change nothing, so that
         * they may be asked again. */
        hang_up(c);
        rc = ask_now(c, request, err);
    }
    c->kept = true;
    if (rc || c->spoilt)
        hang_up(c);
    return rc;
}

void answer_release(struct answer *answer)
{
    strbuf_release(&answer->body);
}
