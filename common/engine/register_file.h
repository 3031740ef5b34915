/* register_file.h - the registers of an index: DIR/registers/<digest>.tsv, text as
 * register_write() writes it. MANIFEST lists them with the generations that need them:
 * the one by which names are looked up (generation_info.register_digest), those by which
 * mentions were found, and edits by hand (hand-<digest>.tsv). docs/format/index.md.
 */
#ifndef ENGINE_REGISTER_FILE_H
#define ENGINE_REGISTER_FILE_H

#include "engine/manifest.h"
#include "entity/register.h"

#define REGISTER_DIR "registers"

/* The register of this digest. ERR_NOTFOUND, ERR_CORRUPT. */
int register_file_read(const char *dir, const char *digest,
                       struct entity_register **out, struct err *err);

/* Put it there, durably, unless it is; *out is what MANIFEST says of it, in `arena`. */
int register_file_write(const char *dir, const struct entity_register *entities,
                        struct arena *arena, struct manifest_file *out,
                        struct err *err);

#endif
