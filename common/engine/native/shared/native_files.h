/* native_files.h - an index directory of the native engine: what its files are called,
 * and how a set of them becomes a generation.
 *
 *   DIR/MANIFEST, DIR/lock
 *   DIR/segments/s7-0.seg         the first segment that generation 7 made
 *   DIR/segments/s7-0.9.live      its state since generation 9 (segment/live.h)
 *   DIR/segments/s7-0.9.5b0e1c2d3f405162.ent  its mentions since then (segment/mentions.h), found by
 *                                 the register whose digest begins so
 *   DIR/registers/                registers (engine/register_file.h)
 *
 * Names are never used twice: a generation that was not committed leaves none behind. A
 * generation in MANIFEST lists each segment followed by its state and its mentions, if it has them, oldest
 * segment first; then registers. docs/format/index.md.
 */
#ifndef ENGINE_NATIVE_SHARED_NATIVE_FILES_H
#define ENGINE_NATIVE_SHARED_NATIVE_FILES_H

#include "engine/manifest.h"

#define SEGMENT_DIR "segments"

enum { SEGMENT_NAME_SIZE = 96 };

/* "s7-0.seg" and "s7-0.9.live". */
void segment_file_name(uint64_t generation, uint32_t number,
                       char out[SEGMENT_NAME_SIZE]);
void live_file_name(struct slice segment_name, uint64_t generation,
                    char out[SEGMENT_NAME_SIZE]);

/* "s7-0.9.5b0e1c2d3f405162.ent"; several registers are named by the digest of their digests. */
void mentions_file_name(struct slice segment_name, uint64_t generation,
                        const char (*registers)[DIGEST_TEXT_SIZE],
                        size_t register_count, char out[SEGMENT_NAME_SIZE]);

/* One segment of a generation, as MANIFEST has it. */
struct segment_ref {
    struct manifest_file segment;
    struct manifest_file live; /* name.len 0: none */
    struct manifest_file mentions;
};

/* In `arena`. ERR_CORRUPT when the names are not as above, or sizes differ from those on
 * disk; ERR_NOTFOUND when a file is not there. */
int segment_refs(const char *dir, const struct manifest_generation *generation,
                 struct arena *arena, struct segment_ref **out, size_t *count,
                 struct err *err);

struct generation_files {
    const struct segment_ref *ref;
    size_t refs;
    const struct manifest_file *registers;
    size_t register_count;
};

/* Make `files` the newest generation: sync the directory, replace MANIFEST. Fills in
 * info->bytes and info->committed. `keep_old`: the newest until now stays as the second one;
 * a purge keeps none, and fails when their files cannot be removed, although it is
 * committed. Files that no generation names any more are removed. *manifest is replaced
 * by one that lives in `arena`, all of it. After a failure it is what it was, or the
 * new one if that is committed. */
int generation_publish(const char *dir, struct manifest *manifest,
                       const struct generation_files *files,
                       struct generation_info *info, bool keep_old,
                       struct arena *arena, struct err *err);

/* Remove what `manifest` does not name: leftovers of a killed run. Only names that are
 * ours. */
int native_clean(const char *dir, const struct manifest *manifest,
                 struct err *err);

/* Before a new index is begun: ERR_CORRUPT when there are segments. No run makes one
 * before there is a MANIFEST, so they are of an index that has lost it. */
int native_check_unused(const char *dir, struct err *err);

#endif
