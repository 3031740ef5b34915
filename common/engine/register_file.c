#include "engine/register_file.h"

#include "base/err.h"
#include "base/files.h"
#include "base/replace_file.h"
#include "doc/digest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    REGISTER_BYTES_MAX = 1 << 30,
    DIGEST_LEN = DIGEST_TEXT_SIZE - 1,
    NAME_SIZE = 64,
};

static const char ENDING[] = ".tsv", HAND[] = "hand-";

/* --- names --- */

static bool is_digest(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return text.len == DIGEST_LEN;
}

/* Of a name without its folder. */
static bool is_ours(struct slice name, bool *hand)
{
    size_t end = sizeof ENDING - 1;
    *hand = slice_starts_with(name, SLICE("hand-"));
    if (*hand)
        name = slice_part(name, sizeof HAND - 1, name.len);
    return name.len == DIGEST_LEN + end &&
           is_digest(slice_part(name, 0, DIGEST_LEN)) &&
           slice_eq(slice_part(name, DIGEST_LEN, name.len), SLICE(".tsv"));
}

static bool without_folder(struct slice *name)
{
    struct slice folder = SLICE(REGISTER_DIR "/");
    if (!slice_starts_with(*name, folder))
        return false;
    *name = slice_part(*name, folder.len, name->len);
    return true;
}

bool is_register_file(struct slice name)
{
    bool hand;
    return without_folder(&name) && is_ours(name, &hand);
}

static bool is_hand_file(struct slice name)
{
    bool hand;
    return without_folder(&name) && is_ours(name, &hand) && hand;
}

const struct manifest_file *
register_file_of(const struct manifest_generation *generation,
                 const char *digest)
{
    for (size_t i = 0; i < generation->file_count; i++) {
        struct slice name = generation->file[i].name;
        if (is_register_file(name) && !is_hand_file(name) &&
            slice_starts_with(slice_part(name, sizeof REGISTER_DIR, name.len),
                              slice_of(digest)))
            return &generation->file[i];
    }
    return NULL;
}

static const struct manifest_file *
hand_file_of(const struct manifest_generation *generation)
{
    for (size_t i = 0; i < generation->file_count; i++)
        if (is_hand_file(generation->file[i].name))
            return &generation->file[i];
    return NULL;
}

static int path_of(const char *dir, struct slice name, char out[PATH_MAX],
                   struct err *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%.*s", dir, SLICE_ARG(name));
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    return ERR_OK;
}

/* --- reading --- */

static int read_file(const char *dir, struct slice name, struct bytes_out *out,
                     char path[PATH_MAX], struct err *err)
{
    int rc = path_of(dir, name, path, err);
    if (rc == ERR_OK)
        rc = file_read(path, REGISTER_BYTES_MAX, out, err);
    return rc == ERR_LIMIT ? err_wrap(err, ERR_CORRUPT, "no register of ours")
                           : rc;
}

int register_file_read(const char *dir, const char *digest,
                       struct entity_register **out, struct err *err)
{
    char name[NAME_SIZE], path[PATH_MAX];
    struct bytes_out bytes = {0};
    struct entity_register *entities = NULL;
    if (!is_digest(slice_of(digest)))
        return err_set(err, ERR_NOTFOUND, "%s: no register '%s'", dir, digest);
    snprintf(name, sizeof name, REGISTER_DIR "/%s%s", digest, ENDING);
    int rc = read_file(dir, slice_of(name), &bytes, path, err);
    if (rc == ERR_OK) {
        const struct register_text text = {slice_of(path),
                                           {bytes.data, bytes.len}};
        rc = register_read(&text, 1, NULL, NULL, &entities, err);
        if (rc == ERR_INVALID)
            rc = err_wrap(err, ERR_CORRUPT, "no register of ours");
    }
    bytes_out_release(&bytes);
    if (rc)
        return rc;
    if (strcmp(entities->digest, digest) != 0) {
        register_free(entities);
        return err_set(err, ERR_CORRUPT, "%s: not what its name says", path);
    }
    *out = entities;
    return ERR_OK;
}

int register_hand_read(const char *dir, struct bytes_out *out, struct err *err)
{
    struct arena arena;
    struct manifest manifest;
    char path[PATH_MAX];
    arena_init(&arena, SIZE_MAX);
    int rc = manifest_read(dir, &arena, &manifest, err);
    if (rc == ERR_OK && manifest.generation_count) {
        const struct manifest_file *hand =
            hand_file_of(&manifest.generation[0]);
        if (hand)
            rc = read_file(dir, hand->name, out, path, err);
    }
    arena_reset(&arena);
    return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* --- writing --- */

static bool is_there(const char *path, const struct manifest_file *file)
{
    uint32_t crc;
    uint64_t size;
    return file_crc32(path, &crc, &size, NULL) == ERR_OK &&
           size == file->size && crc == file->crc32;
}

/* `name` without its folder. */
static int write_text(const char *dir, const char *name, struct slice text,
                      struct arena *arena, struct manifest_file *out,
                      struct err *err)
{
    char folder[PATH_MAX], path[PATH_MAX];
    *out = (struct manifest_file){
        .name = slice_of(arena_printf(arena, REGISTER_DIR "/%s", name)),
        .size = text.len,
        .crc32 = (uint32_t)crc32_z(0, text.data, text.len)};
    if (!out->name.len)
        return err_set(err, ERR_NOMEM, "%s: no memory for its names", dir);
    int rc = path_of(dir, SLICE(REGISTER_DIR), folder, err);
    if (rc == ERR_OK)
        rc = path_of(dir, out->name, path, err);
    if (rc || is_there(path, out))
        return rc;
    rc = dir_make(folder, 0755, err);
    if (rc == ERR_OK)
        rc = file_sync_dir(dir, err);
    return rc ? rc : replace_file(folder, name, text, err);
}

int register_file_write(const char *dir, const struct entity_register *entities,
                        struct arena *arena, struct manifest_file *out,
                        struct err *err)
{
    char name[NAME_SIZE];
    struct bytes_out text = {0};
    snprintf(name, sizeof name, "%s%s", entities->digest, ENDING);
    int rc = register_write(entities, &text, err);
    if (rc == ERR_OK && text.failed)
        rc = err_set(err, ERR_NOMEM, "%s: no memory for a register", dir);
    if (rc == ERR_OK)
        rc = write_text(dir, name, (struct slice){text.data, text.len}, arena,
                        out, err);
    bytes_out_release(&text);
    return rc;
}

static void hand_name(struct slice text, char out[NAME_SIZE])
{
    struct digest digest = {0};
    char hex[DIGEST_TEXT_SIZE];
    digest_add(&digest, text.data, text.len);
    digest_end_text(&digest, hex);
    snprintf(out, NAME_SIZE, "%s%s%s", HAND, hex, ENDING);
}

/* --- generations --- */

bool register_files_changed(const struct manifest_generation *before,
                            const struct writer_options *options)
{
    const struct manifest_file *hand = hand_file_of(before);
    if (options->entities &&
        strcmp(options->entities->digest, before->info.register_digest) != 0)
        return true;
    if (!options->hand_edits.data)
        return false;
    if (options->hand_edits.len == 0 || !hand)
        return (hand != NULL) != (options->hand_edits.len != 0);
    char name[NAME_SIZE];
    hand_name(options->hand_edits, name);
    return !slice_eq(
        slice_part(hand->name, sizeof REGISTER_DIR, hand->name.len),
        slice_of(name));
}

struct register_list {
    const char *dir;
    const struct manifest_generation *before;
    const struct writer_options *options;
    struct arena *arena;
    struct manifest_file *file;
    size_t count;
};

static int keep(struct register_list *list, const struct manifest_file *file,
                struct err *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->file[i].name, file->name))
            return ERR_OK;
    struct manifest_file *to = &list->file[list->count++];
    *to = *file;
    return arena_copy_slice(list->arena, file->name, &to->name)
               ? err_set(err, ERR_NOMEM, "out of memory")
               : ERR_OK;
}

static int keep_register(struct register_list *list, const char *digest,
                         struct err *err)
{
    const struct entity_register *entities = list->options->entities;
    const struct manifest_file *there = register_file_of(list->before, digest);
    struct manifest_file fresh;
    if (!there && entities && strcmp(entities->digest, digest) == 0) {
        int rc =
            register_file_write(list->dir, entities, list->arena, &fresh, err);
        if (rc)
            return rc;
        there = &fresh;
    }
    return there ? keep(list, there, err)
                 : err_set(err, ERR_CORRUPT, "%s/MANIFEST: no register %s",
                           list->dir, digest);
}

static int keep_hand_edits(struct register_list *list, struct err *err)
{
    const struct slice text = list->options->hand_edits;
    const struct manifest_file *there = hand_file_of(list->before);
    struct manifest_file fresh;
    char name[NAME_SIZE];
    if (!text.data)
        return there ? keep(list, there, err) : ERR_OK;
    if (text.len == 0)
        return ERR_OK;
    hand_name(text, name);
    int rc = write_text(list->dir, name, text, list->arena, &fresh, err);
    return rc ? rc : keep(list, &fresh, err);
}

int register_files_next(const char *dir,
                        const struct manifest_generation *before,
                        const struct writer_options *options,
                        const char (*digest)[DIGEST_TEXT_SIZE], size_t digests,
                        struct arena *arena, struct manifest_file **out,
                        size_t *count, char register_digest[DIGEST_TEXT_SIZE],
                        struct err *err)
{
    struct register_list list = {dir, before, options, arena, NULL, 0};
    int rc = ERR_OK;
    list.file = arena_array(arena, struct manifest_file, digests + 2);
    if (!list.file)
        return err_set(err, ERR_NOMEM, "out of memory");
    strcpy(register_digest, options->entities ? options->entities->digest
                                              : before->info.register_digest);
    if (register_digest[0])
        rc = keep_register(&list, register_digest, err);
    for (size_t i = 0; rc == ERR_OK && i < digests; i++)
        rc = keep_register(&list, digest[i], err);
    if (rc == ERR_OK)
        rc = keep_hand_edits(&list, err);
    *out = list.file;
    *count = list.count;
    return rc;
}

/* --- cleaning --- */

static bool is_named(const struct manifest *manifest, struct slice name)
{
    for (size_t g = 0; g < manifest->generation_count; g++) {
        const struct manifest_generation *generation = &manifest->generation[g];
        for (size_t i = 0; i < generation->file_count; i++) {
            struct slice there = generation->file[i].name;
            if (without_folder(&there) && slice_eq(there, name))
                return true;
        }
    }
    return false;
}

/* Of ours, or one that grows (replace_file.c), and not named. */
static bool is_leftover(const struct manifest *manifest, struct slice name)
{
    static const char grows[] = ".new";
    bool hand;
    if (is_ours(name, &hand))
        return !is_named(manifest, name);
    size_t end = name.len < sizeof grows ? 0 : name.len - (sizeof grows - 1);
    return slice_eq(slice_part(name, end, name.len), SLICE(".new")) &&
           is_ours(slice_part(name, 0, end), &hand);
}

int register_files_clean(const char *dir, const struct manifest *manifest,
                         struct err *err)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    bool manifest_is_safe = false;
    int rc = path_of(dir, SLICE(REGISTER_DIR), path, err);
    if (rc)
        return rc;
    DIR *entries = opendir(path);
    if (!entries)
        return errno == ENOENT ? ERR_OK : err_set_errno(err, "open", path);
    while (rc == ERR_OK && (errno = 0, entry = readdir(entries))) {
        if (!is_leftover(manifest, slice_of(entry->d_name)))
            continue;
        /* As in native_files.c: first the MANIFEST that does without it. */
        if (!manifest_is_safe)
            rc = file_sync_dir(dir, err);
        manifest_is_safe = true;
        if (rc == ERR_OK && unlinkat(dirfd(entries), entry->d_name, 0) < 0 &&
            errno != ENOENT)
            rc = err_set_errno(err, "remove", entry->d_name);
    }
    if (rc == ERR_OK && errno)
        rc = err_set_errno(err, "read", path);
    closedir(entries);
    return rc;
}

/* --- check --- */

static int check_file(const char *dir, const struct manifest_file *file,
                      struct err *err)
{
    char digest[DIGEST_TEXT_SIZE], name[NAME_SIZE], path[PATH_MAX];
    struct slice text =
        slice_part(file->name, sizeof REGISTER_DIR, file->name.len);
    struct bytes_out bytes = {0};
    struct entity_register *entities = NULL;
    int rc;
    if (!is_hand_file(file->name)) {
        memcpy(digest, text.data, DIGEST_LEN);
        digest[DIGEST_LEN] = 0;
        rc = register_file_read(dir, digest, &entities, err);
        register_free(entities);
        return rc;
    }
    rc = read_file(dir, file->name, &bytes, path, err);
    if (rc == ERR_OK) {
        hand_name((struct slice){bytes.data, bytes.len}, name);
        if (!slice_eq(text, slice_of(name)))
            rc = err_set(err, ERR_CORRUPT, "%s: not what its name says", path);
    }
    bytes_out_release(&bytes);
    return rc;
}

int register_files_check(const char *dir,
                         const struct manifest_generation *generation,
                         void (*report)(void *, const char *fault),
                         void *context, struct err *err)
{
    int first = ERR_OK;
    for (size_t i = 0; i < generation->file_count; i++) {
        struct err fault = {0};
        if (!is_register_file(generation->file[i].name))
            continue;
        int rc = check_file(dir, &generation->file[i], &fault);
        if (rc == ERR_OK)
            continue;
        if (rc != ERR_CORRUPT)
            return err_set(err, rc, "%s", fault.text);
        if (report)
            report(context, fault.text);
        if (first == ERR_OK)
            first = err_set(err, rc, "%s", fault.text);
    }
    return first;
}
