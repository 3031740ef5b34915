/* lines.h - the lines of a streaming reply, head and end included.
 *
 * The head goes with the first line or with the end, so that what fails before gets a
 * status of its own. Worker thread.
 */
#ifndef QUERYD_LINES_H
#define QUERYD_LINES_H

#include "queryd/question.h"

struct lines {
    struct question *question;
    struct strbuf text; /* the line that is being made */
    struct strbuf head; /* not sent yet */
    bool json;
    uint64_t sent, most; /* lines; `most` 0: all */
};

/* JSON Lines begin with a head; of other formats `head` is the caller's. */
void lines_init(struct lines *lines, struct question *question, bool json);
void lines_release(struct lines *lines);

/* Send `text`, which is a line with its end, and begin anew. LINES_ENOUGH when that was
 * the last one wanted. */
enum { LINES_ENOUGH = 1 };
int lines_send(struct lines *lines);

/* All is sent: the head, when no line was, and the end. */
int lines_end(struct lines *lines);

#endif
