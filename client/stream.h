/* stream.h - replies of any length, passed on while they arrive.
 *
 * JSON Lines begin with a head and end with {"done": true, "lines": N, "took_us": N}
 * (docs/protocol.md, "Views"); without such an end the answer was cut off, and that is
 * an error, however good what came looks. Memory: one line.
 */
#ifndef CLIENT_STREAM_H
#define CLIENT_STREAM_H

#include "client/command.h"

enum stream_form {
    STREAM_PRINTED, /* JSON Lines; each goes through `print` */
    STREAM_LINES,   /* JSON Lines, passed on as they come */
    STREAM_BYTES,   /* others: whole when HTTP says so */
};

/* A file that is made when the first byte is here: a question that goes wrong leaves
 * an older one as it is. */
struct output {
    FILE *file; /* NULL: not made yet */
    const char *path;
};

struct stream {
    enum stream_form form;
    struct session *session;
    /* Appends what is shown for a line; called for neither head nor end. */
    void (*print)(struct strbuf *out, struct shape *shape, const json_t *line,
                  void *context);
    void *context;
    struct output *to;
    uint64_t heading; /* STREAM_BYTES: lines that are no result */

    /* Afterwards. `lines` as the daemon says; for bytes, the line ends that came. */
    uint64_t bytes, lines, took_us, generation;
    struct strbuf notes; /* "note: ..." lines of the head */

    bool has_head, has_end, failed;
    size_t number;      /* of the line that comes, from 1 */
    struct strbuf line; /* that line, or its beginning */
    bool line_is_whole;
    struct err why; /* of a failure; code 0: nobody reads, nothing to say */
};

/* Asks, and passes the reply on. What went wrong is said on stderr. Whoever stops
 * reading stdout ends it quietly. stream_release() in any case. */
enum exit_status stream_run(struct stream *stream,
                            const struct request *request);
void stream_release(struct stream *stream);

#endif
