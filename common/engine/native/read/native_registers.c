/* native_registers.c - the registers that the articles of a snapshot were annotated by. */
#include "engine/native/read/native_entities.h"
#include "engine/native/shared/register_set.h"

#include "base/err.h"

#include <string.h>

static int copy(const struct register_set *set, struct arena *arena,
                struct slice_list *out, struct err *err)
{
    *out = (struct slice_list){
        .item = arena_array(arena, struct slice, set->count + 1)};
    if (!out->item)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < set->count; i++) {
        struct slice *digest = &out->item[out->count++];
        if (strcmp(set->digest[i], NO_REGISTER) != 0 &&
            arena_copy_slice(arena, slice_of(set->digest[i]), digest))
            return err_set(err, ERR_NOMEM, "out of memory");
    }
    return ERR_OK;
}

int native_registers(struct snapshot *snapshot, struct arena *arena,
                     struct slice_list *out, struct err *err)
{
    const struct native_snapshot *self = (struct native_snapshot *)snapshot;
    struct register_set set = {0};
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++)
        rc = register_set_add_segment(&set, self->segment[i],
                                      segment_live_docs(self->segment[i]), err);
    if (rc == ERR_OK)
        rc = copy(&set, arena, out, err);
    register_set_release(&set);
    return rc;
}
