/* json_tree.h - what a JSON text says, in an arena, its strings borrowed. */
#ifndef READERS_JSON_TREE_H
#define READERS_JSON_TREE_H

#include "base/arena.h"

#include <jansson.h>

struct json_value {
    const struct json_value *next; /* of the same object or array */
    struct slice key;              /* in an object */
    union {
        struct slice text;
        struct {
            const struct json_value *first;
            size_t count;
        };
        json_int_t integer;
        double real;
    };
    json_type type;
};

/* The tree that jansson made, to whose strings it points. NULL: no memory. It is not
 * deeper than jansson allows (2048). */
const struct json_value *json_value_of(const json_t *value,
                                       struct arena *arena);

/* That of a key, NULL when there is none or `value` is no object. */
const struct json_value *json_member(const struct json_value *value,
                                     const char *key);

#endif
