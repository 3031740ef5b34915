/* recogniser_builder.h - what the parts of recogniser_new() share. Internal to
 * recogniser*.c. All functions: ERR_NOMEM, ERR_LIMIT.
 */
#ifndef ENTITY_RECOGNISER_BUILDER_H
#define ENTITY_RECOGNISER_BUILDER_H

#include "base/hash_map.h"
#include "entity/recogniser_table.h"

struct err;

enum { FIRST_PLACES = 1 << 16 };
/* No table is larger. */
#define TABLE_MAX (UINT32_C(1) << 30)

struct use_of_form {
    uint32_t form, pattern;
    bool inflected;
};

/* A name, and where it ends. */
struct placed_name {
    struct name name;
    uint32_t node, second; /* second: of its second word, or of its only one */
};

struct builder {
    struct recogniser *out;
    struct hash_map patterns; /* of words with inflections, to numbers */
    struct form *form;
    struct pattern *pattern;
    struct use_of_form *use;
    struct placed_name *name;
    struct edge *edge; /* that to node n has number n - 1 */
    size_t form_count, form_capacity, pattern_count, pattern_capacity;
    size_t use_count, use_capacity, name_count, name_capacity;
    size_t edge_count, edge_capacity;
    struct err *err;
};

/* Room for one more in a list of mem_alloc. */
int builder_grow(void *list, size_t count, size_t *capacity, size_t size);
#define GROW(b, list)                                                          \
    builder_grow(&(b)->list, (b)->list##_count, &(b)->list##_capacity,         \
                 sizeof *(b)->list)

/* recogniser_patterns.c: room for one more form; half of the table stays empty. */
int builder_grow_places(struct builder *b);
/* The number of a form, new or not. */
int builder_form(struct builder *b, struct slice text, uint32_t *out);
/* word->pattern of a word of a name of this language, `place` as inflect() has it. The
 * arena is for what is needed no longer. */
int builder_pattern(struct builder *b, struct slice lang, unsigned place,
                    struct name_word *word, struct arena *arena);

/* recogniser_tables.c: nodes, names, forms and filters, when all names are there. */
int builder_tables(struct builder *b);

#endif
