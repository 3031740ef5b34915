/* request.h - what is asked of the daemon, as HTTP.
 *
 *     struct request r = {.path = "/v1/search"};
 *     request_text(&r, "q", query);
 *     request_number(&r, "limit", 20);
 *     request_write(&r, &bytes);        // bytes.failed: too long, or no memory
 *
 * Short requests are a GET that a person can read in a log; longer ones a POST.
 * docs/protocol.md has the paths and the parameters. Names and texts are borrowed.
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "base/strbuf.h"

enum {
    REQUEST_GET_MAX = 2 << 10, /* bytes of a target */
    REQUEST_PARAMS_MAX = 16,
};

struct request_param {
    const char *name, *text; /* NULL: it is a number */
    long number;
};

struct request {
    const char *path; /* as in the protocol, already encoded */
    struct request_param param[REQUEST_PARAMS_MAX];
    size_t count;
};

/* `text` must be UTF-8 (the caller checks). */
void request_text(struct request *request, const char *name, const char *text);
void request_number(struct request *request, const char *name, long number);
/* Appends the whole message to `out`. */
void request_write(const struct request *request, struct strbuf *out);

#endif
