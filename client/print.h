/* print.h - replies as people read them.
 *
 * Each function appends to `out` what a reply of docs/protocol.md says. When
 * shape->wrong is set afterwards, the reply was not as expected and `out` is not to be
 * shown. No I/O; everything from the reply is cleaned (layout.h).
 */
#ifndef CLIENT_PRINT_H
#define CLIENT_PRINT_H

#include "client/layout.h"
#include "client/reply.h"

struct look {
    struct terminal terminal;
    bool brackets; /* [marks] instead of colour */
    bool unmarked; /* no marks at all */
    /* search: what stands behind "dateline search --cursor ..." to ask for the next
     * page; NULL for no such line. */
    const char *more;
    const char *id; /* count: of this question of a batch */
    bool shares;    /* timeline: bars are as long as the shares */
};

void print_search(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
void print_article(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look);
void print_explain(struct strbuf *out, struct shape *shape, const json_t *reply,
                   const struct look *look);
void print_status(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
void print_timeline(struct strbuf *out, struct shape *shape,
                    const json_t *reply, const struct look *look);
void print_facets(struct strbuf *out, struct shape *shape, const json_t *reply,
                  const struct look *look);
void print_collocates(struct strbuf *out, struct shape *shape,
                      const json_t *reply, const struct look *look);
void print_entities(struct strbuf *out, struct shape *shape,
                    const json_t *reply, const struct look *look);
/* The same as CSV (RFC 4180), with a row of names. */
void print_timeline_csv(struct strbuf *out, struct shape *shape,
                        const json_t *reply, const struct look *look);
void print_facets_csv(struct strbuf *out, struct shape *shape,
                      const json_t *reply, const struct look *look);
void print_collocates_csv(struct strbuf *out, struct shape *shape,
                          const json_t *reply, const struct look *look);

/* How concordance lines are laid out. */
struct kwic_look {
    const struct look *look;
    size_t source, left; /* columns */
    size_t total;        /* of a line; 0: any */
    size_t width; /* to ask for, where nobody said; 0: what is standard */
};
/* `width` as given, columns or words; 0: what fits. */
void kwic_look_init(struct kwic_look *kwic, const struct look *look,
                    size_t width, bool words);
/* One line of a concordance; `context` is a struct kwic_look. */
void print_kwic(struct strbuf *out, struct shape *shape, const json_t *line,
                void *context);

/* "note: ..." lines, if there are any. */
void print_plain_notes(struct strbuf *out, struct shape *shape,
                       const json_t *reply, const struct look *look);
/* The same, below a line for each entity asked for. */
void print_notes(struct strbuf *out, struct shape *shape, const json_t *reply,
                 const struct look *look);

/* --- shared by them --- */

/* A line for each entity that the query asks for, if there are any. */
void print_asked_entities(struct strbuf *out, struct shape *shape,
                          const json_t *reply, const struct look *look);
/* The citation, alone on its line and as it came, if there is one. */
void print_citation(struct strbuf *out, struct shape *shape,
                    const json_t *reply);
/* "412 us" as "0.4 ms"; "1.2 s". */
void print_took(struct strbuf *out, uint64_t us);
/* "2025-08-20T10:00:00Z" as "2025-08-20 10:00"; "undated" for nothing. */
void print_date(struct strbuf *out, struct slice date);
/* The `marks` of an object, checked against their text, and owned. NULL for none, and
 * for no memory: then *count is not 0. */
struct mark *reply_marks(struct shape *shape, const json_t *object,
                         size_t text_len, size_t *count);
/* Text in bold, or faint, on a colour terminal; wrapped, and a line end. */
void print_bold(struct strbuf *out, struct slice text, size_t indent,
                const struct look *look);
void print_faint(struct strbuf *out, struct slice text, size_t indent,
                 const struct look *look);

#endif
