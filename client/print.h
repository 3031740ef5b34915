/* print.h - replies as people read them.
 *
 * Each function appends to `out` what a reply of docs/protocol.md says. When
 * shape->wrong is set afterwards, the reply was not as expected and `out` is not to be
 * shown. No I/O; everything from the reply is cleaned (layout.h).
 */
#ifndef CLIENT_PRINT_H
#define CLIENT_PRINT_H

#include "client/reply.h"

struct look {
    struct terminal terminal;
    bool brackets; /* [marks] instead of colour */
    bool unmarked; /* no marks at all */
    /* search: what stands behind "dateline search --cursor ..." to ask for the next
     * page; NULL for no such line. */
    const char *more;
};

void print_search(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
void print_article(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look);
void print_explain(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look);
void print_status(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
/* "note: ..." lines, if there are any. */
void print_notes(struct strbuf *out, struct shape *shape, const json_t *reply,
                 const struct look *look);

/* --- shared by them --- */

/* "412 us" as "0.4 ms"; "1.2 s". */
void print_took(struct strbuf *out, uint64_t us);
/* "2025-08-20T10:00:00Z" as "2025-08-20 10:00"; "undated" for nothing. */
void print_date(struct strbuf *out, struct slice date);
/* Text in bold, or faint, on a colour terminal; wrapped, and a line end. */
void print_bold(struct strbuf *out, struct slice text, size_t indent,
                const struct look *look);
void print_faint(struct strbuf *out, struct slice text, size_t indent,
                 const struct look *look);

#endif
