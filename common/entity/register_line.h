/* register_line.h - one line of a register, as it stands there: docs/register.md. */
#ifndef ENTITY_REGISTER_LINE_H
#define ENTITY_REGISTER_LINE_H

#include "entity/register.h"

/* Where a line stands, and who is told what is wrong with it. */
struct register_faults {
    struct slice name; /* of the text */
    size_t line;       /* from 1 */
    size_t count;      /* faults so far */
    void (*report)(void *, const char *fault);
    void *context;
    struct err *err; /* takes the first */
};
__attribute__((format(printf, 2, 3))) void
register_fault(struct register_faults *faults, const char *fmt, ...);
/* For printf("'%.*s'"): the beginning, if it is long. */
struct slice register_shown(struct slice text);

struct line_name {
    struct entity_alias alias;
    uint64_t key; /* of its folded words: see name_key() */
    bool remove;  /* -Name */
};

/* An option that may be missing, or there and empty: name= */
struct line_option {
    bool given;
    struct slice value;
};
struct line_words {
    bool given;
    struct slice_list word; /* folded */
};

struct register_line {
    struct slice id;
    bool has_kind;
    enum entity_kind kind;
    struct slice name; /* empty: not said */
    uint64_t name_key;
    struct line_name *alias;
    size_t alias_count;
    bool block;
    struct line_option into, parent, country, wikidata;
    struct line_words near, not ;
};

/* `line` is neither empty nor a comment. Slices of `out` are bytes of `line`, or in
 * `scratch`. What is wrong is told, and out->id.len is 0 then. ERR_NOMEM. */
int register_line_parse(struct slice line, struct arena *scratch,
                        struct register_faults *faults,
                        struct register_line *out);

/* The key of a sequence of folded words, started with 0. */
uint64_t name_key_add(uint64_t key, struct slice word);

#endif
