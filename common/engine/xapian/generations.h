/* generations.h - the directories gen-0, gen-1, ... of an index, and how one becomes
 * the newest.
 *
 * A generation is a Xapian database that nobody changes again. The next one grows
 * in gen-N.tmp, gets its name when it is whole and on disk, and becomes visible when
 * MANIFEST names it. Whatever a killed run left is not in MANIFEST, and the next
 * writer removes it. Only for the writer, who holds the lock. */
#ifndef ENGINE_XAPIAN_GENERATIONS_H
#define ENGINE_XAPIAN_GENERATIONS_H

#include "engine/manifest.h"

/* Remove gen-* and registers that `manifest` does not name (and nothing else: the directory may
 * be somebody's home) and MANIFEST.new. */
int generations_clean(const char *dir, const struct manifest *manifest,
                      struct err *err);

/* Sync and sum the files of `tmp`, give it the name gen-N of `info`, and commit it, with
 * the registers that `options` (NULL: none) ask for or the one before had, in front of the
 * generations of `manifest`, which is updated; the one that falls out is removed. Fills in
 * info->bytes, info->committed and the digest of the register. Strings in `arena`. */
int generations_publish(const char *dir, const char *tmp,
                        const struct writer_options *options,
                        struct generation_info *info, struct arena *arena,
                        struct manifest *manifest, struct err *err);

/* Whether every file is there in its right size; reads no contents. ERR_CORRUPT. */
int generations_check_sizes(const char *dir,
                            const struct manifest_generation *generation,
                            struct err *err);

/* register_file.h, for C++, which cannot read register.h. */
bool generations_register_changed(const struct manifest *manifest,
                                  const struct writer_options *options);
int generations_check_registers(const char *dir,
                                const struct manifest *manifest,
                                void (*report)(void *, const char *fault),
                                void *context, struct err *err);

#endif
