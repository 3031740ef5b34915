/* recogniser.h - where an article mentions entities: docs/register.md says what a mention
 * is; slow_mentions.h says it again, slowly.
 *
 * Compiled once from a register (which it borrows); any number of threads.
 */
#ifndef ENTITY_RECOGNISER_H
#define ENTITY_RECOGNISER_H

#include "entity/register.h"
#include "text/analyse.h"

struct recogniser;

/* ERR_NOMEM, ERR_LIMIT. */
int recogniser_new(const struct entity_register *entities,
                   struct recogniser **out, struct err *err);
void recogniser_free(struct recogniser *recogniser); /* NULL is fine */

/* Fill analysis->mentions: by rising position, then entity; in `arena`. `analysis` is that
 * of `article`. ERR_NOMEM. */
int recogniser_find(const struct recogniser *recogniser,
                    const struct article *article, struct analysis *analysis,
                    struct arena *arena);

/* Articles whose mentions may differ between two registers, `before` NULL for none:
 * all that contain, for one of the sets, one form of each of its words. Superset of the truth.
 * In `arena`. */
struct form_set { /* a word of a name with its inflections, folded */
    struct slice_list form;
};
struct changed_name {
    struct form_set *word;
    size_t word_count;
};
int register_changes(const struct entity_register *before,
                     const struct entity_register *after, struct arena *arena,
                     struct changed_name **out, size_t *count, struct err *err);

#endif
