/* register_names.h - from the words of names to entities: a table of hashes, and the
 * names themselves decide.
 */
#ifndef ENTITY_REGISTER_NAMES_H
#define ENTITY_REGISTER_NAMES_H

#include "entity/register.h"

/* For at most `most` names, in `arena`; NULL as arena_alloc. */
struct register_names *register_names_new(struct arena *arena, size_t most);
/* `key`: see name_key_add(). Nothing when it is there. */
void register_names_add(struct register_names *names, uint64_t key,
                        uint32_t entity);

#endif
