/* register_file.h - the registers of an index: DIR/registers/<digest>.tsv, text as
 * register_write() writes it. MANIFEST lists them with the generations that need them:
 * the one by which names are looked up (generation_info.register_digest), those by which
 * mentions were found, and edits by hand (hand-<digest>.tsv: any text that register_read()
 * reads). docs/format/index.md.
 */
#ifndef ENGINE_REGISTER_FILE_H
#define ENGINE_REGISTER_FILE_H

#include "engine/manifest.h"
#include "entity/register.h"

#define REGISTER_DIR "registers"

/* The register of this digest. ERR_NOTFOUND, ERR_CORRUPT. */
int register_file_read(const char *dir, const char *digest,
                       struct entity_register **out, struct err *err);
/* The edits by hand of the newest generation, as text; empty: none, or no index. */
int register_hand_read(const char *dir, struct bytes_out *out, struct err *err);

/* Put it there, durably, unless it is; *out is what MANIFEST says of it, in `arena`. */
int register_file_write(const char *dir, const struct entity_register *entities,
                        struct arena *arena, struct manifest_file *out,
                        struct err *err);

/* The registers that a generation after `before` needs: the one for look-ups (that of the
 * options, or the one it had), the edits by hand likewise, and those of `digest`, which are
 * files of `before` or the one of the options. Those that are new are written. Fills
 * *register_digest. In `arena`. ERR_CORRUPT: one is missing. */
int register_files_next(const char *dir,
                        const struct manifest_generation *before,
                        const struct writer_options *options,
                        const char (*digest)[DIGEST_TEXT_SIZE], size_t digests,
                        struct arena *arena, struct manifest_file **out,
                        size_t *count, char register_digest[DIGEST_TEXT_SIZE],
                        struct err *err);
/* Whether the options say other than `before` has: a commit without articles. */
bool register_files_changed(const struct manifest_generation *before,
                            const struct writer_options *options);

/* Remove the registers that `manifest` does not name. */
int register_files_clean(const char *dir, const struct manifest *manifest,
                         struct err *err);
/* Read those of a generation: each is what its name says. ERR_CORRUPT. */
int register_files_check(const char *dir,
                         const struct manifest_generation *generation,
                         void (*report)(void *, const char *fault),
                         void *context, struct err *err);

/* "registers/" and a digest or "hand-" and one, ".tsv". */
bool is_register_file(struct slice name);
/* The file of this register among those of the generation; NULL: it has none. */
const struct manifest_file *
register_file_of(const struct manifest_generation *generation,
                 const char *digest);

#endif
