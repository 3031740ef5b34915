/* manifest.h - MANIFEST: which files make up the index. Its replacement by rename
 * is the commit. Text, so that a person can read it; docs/format/manifest.md.
 *
 * It names the newest generation and the one before, with every file's size and
 * CRC-32, and ends in a CRC-32 of itself. Nothing of it is trusted: ERR_CORRUPT.
 */
#ifndef ENGINE_MANIFEST_H
#define ENGINE_MANIFEST_H

#include "engine/engine.h"

struct manifest_file {
    struct slice
        name; /* relative to the index directory: "gen-7/postlist.glass" */
    uint64_t size;
    uint32_t crc32;
};

struct manifest_generation {
    struct generation_info info;
    struct slice dir; /* "gen-7" */
    struct manifest_file *file;
    size_t file_count;
};

struct manifest {
    uint32_t analysis_version;
    struct slice fold_version;
    struct manifest_generation generation[2]; /* newest first */
    size_t generation_count;                  /* 0, 1 or 2 */
};

/* Whether `dir` is the folder of an index, whole or not: its MANIFEST begins as ours
 * do. */
bool manifest_is_there(const char *dir);

/* ERR_NOTFOUND when `dir` holds no MANIFEST. Slices live in `arena`. */
int manifest_read(const char *dir, struct arena *arena, struct manifest *out,
                  struct err *err);
int manifest_write(const char *dir, const struct manifest *manifest,
                   struct err *err);

/* ERR_MISMATCH, naming `dateline-index rebuild`, when this program analyses text in
 * another way than the one that wrote the index. */
int manifest_check_analysis(const struct manifest *manifest, struct err *err);

/* Compare sizes and checksums of every file of both generations; faults as in
 * engine.check. */
int manifest_check_files(const char *dir, const struct manifest *manifest,
                         void (*report)(void *, const char *fault),
                         void *context, struct err *err);

#endif
