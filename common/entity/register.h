/* register.h - persons, places, organisations, events, documents, and every name they
 * are written by: docs/register.md.
 *
 * Read from plain text, a later register adding to the earlier ones or correcting them.
 * Read-only once it is read; any number of threads.
 */
#ifndef ENTITY_REGISTER_H
#define ENTITY_REGISTER_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/date.h"

struct err;

enum entity_kind {
    KIND_PERSON,
    KIND_PLACE,
    KIND_ORGANISATION,
    KIND_EVENT,
    KIND_DOCUMENT,
    KIND_COUNT,
};
const char *entity_kind_name(enum entity_kind kind); /* "person" */

/* One name. */
struct entity_alias {
    struct slice text; /* as it is written */
    struct slice lang; /* "ru"; empty: of any language */
    bool is_short;     /* ~ only in articles with a full name of the entity */
    bool capitals;     /* ! only in exactly these capitals */
    struct date_range
        valid; /* of articles of these dates; see date.h for "any" */
    bool has_valid;
};

struct entity {
    struct slice id,
        name; /* name: canonical; also alias[0] unless it is ambiguous */
    enum entity_kind kind;
    struct entity_alias *alias;
    size_t alias_count;
    struct slice_list near,
        not ; /* folded words; they bear on capitals aliases */
    struct slice parent, country, wikidata; /* may be empty */
};

struct entity_register {
    struct entity *entity; /* by rising id */
    size_t count;
    struct arena arena;
    char digest
        [33]; /* of what it says, in hexadecimal; equal for equal content */
    /* inside: ids and folded names (of every alias and canonical name) to entities */
    struct register_names *names;
};

/* One text of several that make up a register; `name` is for messages. */
struct register_text {
    struct slice name, bytes;
};

/* Every fault (line and reason) is told to `report`, which may be NULL; the first is in
 * `err`: ERR_INVALID. A line that is wrong is left out when `report` returns; with any
 * fault nothing is made. ERR_NOMEM, ERR_LIMIT. */
int register_read(const struct register_text *text, size_t count,
                  void (*report)(void *, const char *fault), void *context,
                  struct entity_register **out, struct err *err);
void register_free(struct entity_register *entities); /* NULL is fine */

/* The whole of it as one text, canonical: read again it gives an equal register of the
 * same digest. */
int register_write(const struct entity_register *entities,
                   struct bytes_out *out, struct err *err);

/* One line of that. */
void register_put_entity(struct bytes_out *out, const struct entity *entity);

/* NULL when there is none. `id` as it stands in the register. */
const struct entity *register_find(const struct entity_register *entities,
                                   struct slice id);

/* Entities that `name` may mean: an id, a Wikidata id (Q58217), or a canonical name or
 * alias (short forms, too), compared folded token by token. By rising id, in `arena`; kinds is a
 * set of bits (1 << KIND_PLACE), 0 for any. ERR_NOMEM. */
int register_named(const struct entity_register *entities, struct slice name,
                   unsigned kinds, struct arena *arena,
                   const struct entity ***out, size_t *count);

#endif
