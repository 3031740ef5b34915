/* ask.h - one request, one reply, over the daemon's Unix socket. */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "base/strbuf.h"

#include <stdint.h>

struct err;

struct answer {
    unsigned status; /* HTTP's */
    struct strbuf body;
};

/* Connects to `path`, sends `request`, reads one reply and closes. Whatever the
 * daemon does, this returns within `timeout_ms`. The caller calls answer_release()
 * after success and failure. The text of `err` is for the user and may have several
 * lines: what was tried, and what would help. ERR_NOTFOUND when nobody listens. */
int ask(const char *path, struct slice request, uint32_t timeout_ms,
        struct answer *answer, struct err *err);
void answer_release(struct answer *answer);

#endif
