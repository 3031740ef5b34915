/* ask.h - requests and replies over the daemon's Unix socket, one after the other. */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "base/strbuf.h"

#include <stdint.h>

struct err;
struct http_parser;

struct answer {
    unsigned status; /* HTTP's */
    struct strbuf body;
};

/* Where a reply goes that may be larger than memory: with status 200 its bytes come
 * here as they arrive. False: enough, the rest is not wanted. */
struct listener {
    bool (*hear)(void *context, struct slice bytes);
    void *context;
    int out; /* whoever reads this pipe has gone: enough, too; -1 for none */
};

struct connection {
    const char *path;
    int fd; /* -1: not open */
    struct http_parser *parser;
    bool kept;   /* an earlier question was answered here */
    bool spoilt; /* more came than was asked for, or the daemon will close */

    /* the question that is being asked */
    struct slice unsent;
    uint64_t deadline_ns;
    uint32_t timeout_ms;
    bool heard; /* the first byte of the answer */
    bool answered;
    const struct listener *listener;
    struct answer *answer;
};

/* `path` is borrowed. Connecting is left to the first question. */
void connection_init(struct connection *connection, const char *path);
void connection_release(struct connection *connection);

/* Sends `request`, reads one reply. A connection that the daemon has closed since the
 * last question is opened again. Whatever the daemon does, this returns within
 * `timeout_ms`, or, with a `listener` (else NULL), that long after the last byte. What a
 * listener hears is not in answer->body.
 *
 * The caller calls answer_release() after success and failure. The text of `err` is for
 * the user and may have several lines: what was tried, and what would help.
 * ERR_NOTFOUND when nobody listens, ERR_CANCELLED when the listener had enough. */
int connection_ask(struct connection *connection, struct slice request,
                   uint32_t timeout_ms, const struct listener *listener,
                   struct answer *answer, struct err *err);
void answer_release(struct answer *answer);

#endif
