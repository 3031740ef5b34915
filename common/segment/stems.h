/* stems.h - which forms have a stem: docs/format/stems.md.
 *
 * For each STEM term, in the order of the dictionary, the numbers of the WORD terms
 * (joined forms, too) that articles of its language contain with it. SECTION_STEMS.
 */
#ifndef SEGMENT_STEMS_H
#define SEGMENT_STEMS_H

#include "segment/dictionary.h"

struct stems_writer;

int stems_writer_open(struct segment_writer *segment, struct stems_writer **out,
                      struct err *err);
/* For the STEM terms in their order; `forms` rise, at least one. */
int stems_add(struct stems_writer *writer, const uint32_t *forms, size_t count,
              struct err *err);
int stems_finish(struct stems_writer *writer, struct err *err);
void stems_writer_close(struct stems_writer *writer);

struct stems {
    const struct segment_file *file;
    uint32_t first; /* number of the first STEM term */
    uint32_t count;
    uint64_t index; /* inside */
};

int stems_open(const struct dictionary *dictionary, struct stems *out,
               struct err *err);
/* Of the STEM term of this number. In `arena`. */
int stems_forms(const struct stems *stems, uint32_t number, struct arena *arena,
                uint32_t **forms, size_t *count, struct err *err);

#endif
