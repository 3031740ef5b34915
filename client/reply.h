/* reply.h - the daemon's JSON, read with suspicion.
 *
 * A reply may come from a daemon of another version, or from something that is no
 * dateline at all. Getters never fail at once: what is missing or of another type is
 * written down in `shape` (the first time), they return nothing, and whoever prints
 * tests shape.wrong once at the end and then shows nothing of it.
 */
#ifndef CLIENT_REPLY_H
#define CLIENT_REPLY_H

#include "base/bytes.h"
#include "base/strbuf.h"
#include "client/terminal.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct shape {
    bool wrong;
    char text[120]; /* "marks is no array" */
};

/* NULL, with a sentence, when it is no JSON object. Free with json_decref(). */
json_t *reply_parse(struct slice body, struct err *err);

/* All take NULL for `object` after an earlier failure. Absent and null are the same:
 * an empty slice, 0, NULL, false; the must_ ones insist. Slices live as long as the
 * JSON does. */
bool reply_has(const json_t *object, const char *name);
struct slice reply_text(struct shape *shape, const json_t *object,
                        const char *name);
struct slice must_text(struct shape *shape, const json_t *object,
                       const char *name);
uint64_t reply_u64(struct shape *shape, const json_t *object, const char *name);
uint64_t must_u64(struct shape *shape, const json_t *object, const char *name);
double must_real(struct shape *shape, const json_t *object, const char *name);
const json_t *reply_array(struct shape *shape, const json_t *object,
                          const char *name);
const json_t *must_array(struct shape *shape, const json_t *object,
                         const char *name);
const json_t *must_object(struct shape *shape, const json_t *object,
                          const char *name);
void shape_is_wrong(struct shape *shape, const char *name, const char *what);

/* {"id":ID,"reply":BODY} and a line end; `body` is JSON; `id` is UTF-8
 * without control characters. */
void reply_write_tagged(struct strbuf *out, const char *id, struct slice body);

/* Append what stderr says for an error reply: "dateline: sentence", and for a fault
 * in `query` (NULL for none) the query with a caret below it. */
void reply_print_error(struct strbuf *out, struct shape *shape,
                       const json_t *reply, unsigned status, const char *query,
                       size_t width);

#endif
