#include "engine/native/read/native_reader.h"

#include "base/err.h"

_Static_assert(SECTION_COUNT + 3 <= COMPOSITION_PARTS_MAX, "each is a part");

/* Of the segment and of its state: no section is in both. */
static uint64_t bytes_of(const struct segment *segment, enum section_id id)
{
    return section_length(segment->file, id) +
           (segment->live ? live_length(segment->live, id) : 0);
}

static uint64_t mentions_of(const struct native_snapshot *self)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < self->segment_count; i++)
        if (self->segment[i]->mentions)
            bytes += self->segment[i]->mentions->file->mapping.size;
    return bytes;
}

static uint64_t add_part(struct composition *out, const char *name,
                         uint64_t bytes)
{
    out->part[out->part_count].name = name;
    out->part[out->part_count++].bytes = bytes;
    return bytes;
}

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
                bytes_of(self->segment[i], (enum section_id)id);
        sections += out->part[id].bytes;
    }
    out->part_count = SECTION_COUNT;
    if (snapshot->info.register_digest[0]) {
        sections += add_part(out, "mentions", mentions_of(self));
        sections += add_part(out, "registers", self->register_bytes);
    }
    add_part(out, "tables and checksums",
             snapshot->info.bytes > sections ? snapshot->info.bytes - sections
                                             : 0);
    return ERR_OK;
}
