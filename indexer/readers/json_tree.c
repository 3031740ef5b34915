#include "indexer/readers/json_tree.h"

static struct slice string_of(const json_t *value)
{
    return (struct slice){(const uint8_t *)json_string_value(value),
                          json_string_length(value)};
}

/* Behind the last one, where the next one goes. */
static const struct json_value **add(const struct json_value **last,
                                     struct slice key, const json_t *value,
                                     struct arena *arena);

static bool add_all(struct json_value *to, const json_t *value,
                    struct arena *arena)
{
    const struct json_value **last = &to->first;
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_array(value)) {
        to->count = json_array_size(value);
        json_array_foreach(value, i, member)
        {
            if (!(last = add(last, (struct slice){0}, member, arena)))
                return false;
        }
        return true;
    }
    to->count = json_object_size(value);
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (!(last = add(last, slice_of(key), member, arena)))
            return false;
    }
    return true;
}

static const struct json_value **add(const struct json_value **last,
                                     struct slice key, const json_t *value,
                                     struct arena *arena)
{
    struct json_value *new = arena_new(arena, struct json_value);
    if (!new)
        return NULL;
    new->key = key;
    new->type = json_typeof(value);
    *last = new;
    switch (new->type) {
    case JSON_STRING:
        new->text = string_of(value);
        break;
    case JSON_INTEGER:
        new->integer = json_integer_value(value);
        break;
    case JSON_REAL:
        new->real = json_real_value(value);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        if (!add_all(new, value, arena))
            return NULL;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return &new->next;
}

const struct json_value *json_value_of(const json_t *value, struct arena *arena)
{
    const struct json_value *tree = NULL;
    return add(&tree, (struct slice){0}, value, arena) ? tree : NULL;
}

const struct json_value *json_member(const struct json_value *value,
                                     const char *key)
{
    if (value->type != JSON_OBJECT)
        return NULL;
    const struct json_value *member = value->first;
    while (member && !slice_eq(member->key, slice_of(key)))
        member = member->next;
    return member;
}
