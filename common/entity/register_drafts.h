/* register_drafts.h - entities while a register is being read. */
#ifndef ENTITY_REGISTER_DRAFTS_H
#define ENTITY_REGISTER_DRAFTS_H

#include "base/hash_map.h"
#include "entity/register_line.h"

/* A line, for what can be wrong with it only when all have been read. */
struct place {
    uint32_t text, line;
};

struct reference {
    struct slice id;
    struct place said;
};

struct draft_alias {
    struct entity_alias alias;
    uint64_t key;
};

struct word_list {
    struct slice *item;
    size_t count, capacity;
};

struct draft {
    struct slice id, name;
    uint64_t name_key;
    enum entity_kind kind;
    bool there; /* neither blocked nor gone into another one */
    bool has_heir;
    size_t heir; /* the draft it went into */
    struct draft_alias *alias;
    size_t alias_count, alias_capacity;
    struct word_list near, not ;
    struct reference parent, country, wikidata;
};

struct reading {
    const struct register_text *text;
    struct entity_register *out;
    struct arena scratch; /* of a few lines */
    struct arena drafts;
    struct draft *draft;
    size_t count, capacity;
    struct hash_map ids;
    struct register_faults faults;
    struct place here;
};

/* False: no line has named it. */
bool draft_find(const struct reading *r, struct slice id, size_t *out);
/* NULL: it has none. `key`: of its words. */
struct draft_alias *draft_find_alias(struct draft *draft, uint64_t key,
                                     struct slice text, struct slice lang);

/* All lines have been read: what remains, into r->out, but for its digest. Faults are
 * told. ERR_NOMEM. */
int drafts_finish(struct reading *r);

#endif
