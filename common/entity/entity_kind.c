#include "entity/register.h"

const char *entity_kind_name(enum entity_kind kind)
{
    static const char *const names[KIND_COUNT] = {
        "person", "place", "organisation", "event", "document",
    };
    return names[kind];
}
