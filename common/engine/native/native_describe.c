#include "engine/native/native_reader.h"

#include "base/err.h"

_Static_assert(SECTION_COUNT + 1 <= COMPOSITION_PARTS_MAX, "each is a part");

int native_describe(struct snapshot *snapshot, struct composition *out,
                    struct err *err)
{
    const struct native_snapshot *self = (struct native_snapshot *)snapshot;
    uint64_t sections = 0;
    (void)err;
    *out = (struct composition){.pieces = self->segment_count};
    for (size_t i = 0; i < self->segment_count; i++)
        out->old_versions += self->segment[i]->archived +
                             self->segment[i]->docs -
                             segment_live_docs(self->segment[i]);
    for (int id = 0; id < SECTION_COUNT; id++) {
        out->part[id].name = section_name((enum section_id)id);
        for (size_t i = 0; i < self->segment_count; i++)
            out->part[id].bytes +=
                section_length(self->segment[i]->file, (enum section_id)id);
        sections += out->part[id].bytes;
    }
    out->part[SECTION_COUNT].name = "tables and checksums";
    out->part[SECTION_COUNT].bytes =
        snapshot->info.bytes > sections ? snapshot->info.bytes - sections : 0;
    out->part_count = SECTION_COUNT + 1;
    return ERR_OK;
}
