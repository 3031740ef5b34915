/* docs/format/index.md describes the directory and the steps of a commit. */
#include "engine/native/shared/native_files.h"

#include "base/err.h"
#include "base/files.h"
#include "doc/digest.h"
#include "engine/register_file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char IN_SEGMENTS[] = SEGMENT_DIR "/";
enum {
    IN_SEGMENTS_LEN = sizeof IN_SEGMENTS - 1,
    REGISTER_SHOWN = 16, /* digits of a register's digest in a name */
};

/* --- names --- */

void segment_file_name(uint64_t generation, uint32_t number,
                       char out[SEGMENT_NAME_SIZE])
{
    snprintf(out, SEGMENT_NAME_SIZE, "s%" PRIu64 "-%" PRIu32 ".seg", generation,
             number);
}

void live_file_name(struct slice segment_name, uint64_t generation,
                    char out[SEGMENT_NAME_SIZE])
{
    size_t stem = segment_name.len - strlen(".seg");
    snprintf(out, SEGMENT_NAME_SIZE, "%.*s.%" PRIu64 ".live", (int)stem,
             (const char *)segment_name.data, generation);
}

void mentions_file_name(struct slice segment_name, uint64_t generation,
                        const char (*registers)[DIGEST_TEXT_SIZE],
                        size_t register_count, char out[SEGMENT_NAME_SIZE])
{
    size_t stem = segment_name.len - strlen(".seg");
    char text[DIGEST_TEXT_SIZE];
    memcpy(text, registers[0], sizeof text);
    if (register_count > 1) {
        struct digest digest = {0};
        digest_add(&digest, registers, register_count * sizeof *registers);
        digest_end_text(&digest, text);
    }
    snprintf(out, SEGMENT_NAME_SIZE, "%.*s.%" PRIu64 ".%.*s.ent", (int)stem,
             (const char *)segment_name.data, generation, REGISTER_SHOWN, text);
}

static bool take_text(struct slice *name, const char *text)
{
    size_t len = strlen(text);
    if (!slice_starts_with(*name, slice_of(text)))
        return false;
    *name = slice_part(*name, len, name->len);
    return true;
}

/* As it is printed: no leading zeros, at most 2^64 - 1. */
static bool take_number(struct slice *name)
{
    uint64_t value = 0;
    size_t len = 0;
    for (; len < name->len; len++) {
        uint8_t digit = (uint8_t)(name->data[len] - '0');
        if (digit > 9)
            break;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    if (len == 0 || (len > 1 && name->data[0] == '0'))
        return false;
    *name = slice_part(*name, len, name->len);
    return true;
}

/* "s7-0" of a name of ours, and what follows it. */
static bool take_stem(struct slice *name, struct slice *stem)
{
    struct slice whole = *name;
    if (!take_text(name, "s") || !take_number(name) || !take_text(name, "-") ||
        !take_number(name))
        return false;
    *stem = slice_part(whole, 0, whole.len - name->len);
    return true;
}

static bool is_segment_name(struct slice name, struct slice *stem)
{
    return take_stem(&name, stem) && slice_eq(name, SLICE(".seg"));
}

static bool is_live_name(struct slice name, struct slice *stem)
{
    return take_stem(&name, stem) && take_text(&name, ".") &&
           take_number(&name) && slice_eq(name, SLICE(".live"));
}

static bool take_digits(struct slice *name)
{
    for (size_t i = 0; i < REGISTER_SHOWN; i++)
        if (i >= name->len || !memchr("0123456789abcdef", name->data[i], 16))
            return false;
    *name = slice_part(*name, REGISTER_SHOWN, name->len);
    return true;
}

static bool is_mentions_name(struct slice name, struct slice *stem)
{
    return take_stem(&name, stem) && take_text(&name, ".") &&
           take_number(&name) && take_text(&name, ".") && take_digits(&name) &&
           slice_eq(name, SLICE(".ent"));
}

/* --- a generation's files --- */

static int path_of(const char *dir, struct slice name, char out[PATH_MAX],
                   struct err *err)
{
    int n = snprintf(out, PATH_MAX, "%s/%.*s", dir, SLICE_ARG(name));
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    return ERR_OK;
}

static int check_size(const char *dir, const struct manifest_file *file,
                      struct err *err)
{
    char path[PATH_MAX];
    struct stat st;
    int rc = path_of(dir, file->name, path, err);
    if (rc)
        return rc;
    if (stat(path, &st) < 0)
        return errno == ENOENT
                   ? err_set(err, ERR_NOTFOUND, "%s: no such file", path)
                   : err_set_errno(err, "look at", path);
    if ((uint64_t)st.st_size != file->size)
        return err_set(err, ERR_CORRUPT,
                       "%s: %lld bytes, MANIFEST says %" PRIu64, path,
                       (long long)st.st_size, file->size);
    return ERR_OK;
}

/* Sort one more file to the segments: a segment opens a new one; a state, and mentions
 * behind it, belong to the last. Registers are no segments'. */
static bool add_file(const struct manifest_file *file, struct segment_ref *refs,
                     size_t *count)
{
    struct slice name = file->name, stem;
    if (is_register_file(name))
        return true;
    if (!take_text(&name, IN_SEGMENTS))
        return false;
    if (is_segment_name(name, &stem)) {
        refs[(*count)++] = (struct segment_ref){.segment = *file};
        return true;
    }
    bool live = is_live_name(name, &stem);
    if ((!live && !is_mentions_name(name, &stem)) || *count == 0)
        return false;
    struct segment_ref *last = &refs[*count - 1];
    struct slice segment =
        slice_part(last->segment.name, IN_SEGMENTS_LEN, last->segment.name.len);
    if (last->mentions.name.len || (live && last->live.name.len) ||
        segment.len != stem.len + strlen(".seg") ||
        !slice_starts_with(segment, stem))
        return false;
    *(live ? &last->live : &last->mentions) = *file;
    return true;
}

int segment_refs(const char *dir, const struct manifest_generation *generation,
                 struct arena *arena, struct segment_ref **out, size_t *count,
                 struct err *err)
{
    size_t files = generation->file_count;
    *count = 0;
    *out = arena_array(arena, struct segment_ref, files + 1);
    if (!*out)
        return err_set(err, ERR_NOMEM, "%s: no memory for its names", dir);
    for (size_t i = 0; i < files; i++) {
        const struct manifest_file *file = &generation->file[i];
        if (!add_file(file, *out, count) ||
            (i && is_register_file(generation->file[i - 1].name) &&
             !is_register_file(file->name)))
            return err_set(err, ERR_CORRUPT,
                           "%s/MANIFEST: no file of ours belongs here: '%.*s'",
                           dir, SLICE_ARG(file->name));
        int rc = check_size(dir, file, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* --- leftovers --- */

static bool is_named(const struct manifest *manifest, struct slice name)
{
    for (size_t g = 0; g < manifest->generation_count; g++) {
        const struct manifest_generation *generation = &manifest->generation[g];
        for (size_t i = 0; i < generation->file_count; i++) {
            struct slice there = generation->file[i].name;
            if (there.len == name.len + IN_SEGMENTS_LEN &&
                slice_eq(slice_part(there, IN_SEGMENTS_LEN, there.len), name))
                return true;
        }
    }
    return false;
}

/* Names of ours, and those that they grow under (segment_writer.c,
 * native_reannotate.c). */
static bool is_ours(struct slice name)
{
    static const char grows[] = ".tmp", spill[] = "spill-XXXXXX";
    struct slice stem;
    if (name.len > sizeof grows - 1) {
        size_t end = name.len - (sizeof grows - 1);
        if (slice_eq(slice_part(name, end, name.len), SLICE(".tmp")))
            name.len = end;
    }
    if (name.len == sizeof spill - 1 &&
        slice_starts_with(name, SLICE("spill-")))
        return true;
    return is_segment_name(name, &stem) || is_live_name(name, &stem) ||
           is_mentions_name(name, &stem);
}

/* Before the first file goes, the MANIFEST that does without it must be on disk: after a
 * power cut the old one would name what is gone. */
static int remove_leftover(const char *dir, int in, const char *name,
                           bool *manifest_is_safe, struct err *err)
{
    int rc = *manifest_is_safe ? ERR_OK : file_sync_dir(dir, err);
    if (rc)
        return rc;
    *manifest_is_safe = true;
    if (unlinkat(in, name, 0) < 0 && errno != ENOENT)
        return err_set_errno(err, "remove", name);
    return ERR_OK;
}

/* The next name of ours that `manifest` does not name; NULL at the end. */
static const char *next_leftover(DIR *entries, const char *segments,
                                 const struct manifest *manifest, int *rc,
                                 struct err *err)
{
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(entries))) {
        struct slice name = slice_of(entry->d_name);
        if (is_ours(name) && !is_named(manifest, name))
            return entry->d_name;
    }
    if (errno)
        *rc = err_set_errno(err, "read", segments);
    return NULL;
}

static int clean_segments(const char *dir, const char *segments,
                          const struct manifest *manifest, struct err *err)
{
    bool manifest_is_safe = false;
    const char *name;
    int rc = ERR_OK;
    DIR *entries = opendir(segments);
    if (!entries)
        return errno == ENOENT ? ERR_OK : err_set_errno(err, "open", segments);
    while (rc == ERR_OK &&
           (name = next_leftover(entries, segments, manifest, &rc, err)))
        rc = remove_leftover(dir, dirfd(entries), name, &manifest_is_safe, err);
    closedir(entries);
    return rc;
}

int native_check_unused(const char *dir, struct err *err)
{
    static const struct manifest nothing = {0};
    char segments[PATH_MAX];
    int rc = path_of(dir, SLICE(SEGMENT_DIR), segments, err);
    DIR *entries = rc ? NULL : opendir(segments);
    if (!entries && !rc && errno != ENOENT)
        rc = err_set_errno(err, "open", segments);
    if (!entries)
        return rc;
    if (next_leftover(entries, segments, &nothing, &rc, err))
        rc = err_set(err, ERR_CORRUPT,
                     "%s: there are segments, and no MANIFEST that names "
                     "them; bring it back, or remove %s to begin anew",
                     dir, segments);
    closedir(entries);
    return rc;
}

int native_clean(const char *dir, const struct manifest *manifest,
                 struct err *err)
{
    char path[PATH_MAX];
    int rc = path_of(dir, SLICE("MANIFEST.new"), path, err);
    if (rc == ERR_OK && unlink(path) < 0 && errno != ENOENT)
        rc = err_set_errno(err, "remove", path);
    if (rc == ERR_OK)
        rc = path_of(dir, SLICE(SEGMENT_DIR), path, err);
    if (rc == ERR_OK)
        rc = clean_segments(dir, path, manifest, err);
    return rc ? rc : register_files_clean(dir, manifest, err);
}

/* --- publishing --- */

static int copy_generation(const struct manifest_generation *from,
                           struct arena *arena, struct manifest_generation *to)
{
    *to = *from;
    to->file = arena_array(arena, struct manifest_file, from->file_count + 1);
    if (!to->file || arena_copy_slice(arena, from->dir, &to->dir))
        return ERR_NOMEM;
    for (size_t i = 0; i < from->file_count; i++) {
        to->file[i] = from->file[i];
        if (arena_copy_slice(arena, from->file[i].name, &to->file[i].name))
            return ERR_NOMEM;
    }
    return ERR_OK;
}

static int describe(const struct generation_files *files,
                    const struct generation_info *info, struct arena *arena,
                    struct manifest_generation *out)
{
    struct manifest_generation all = {.info = *info, .dir = SLICE(SEGMENT_DIR)};
    all.file = arena_array(arena, struct manifest_file,
                           3 * files->refs + files->register_count + 1);
    if (!all.file)
        return ERR_NOMEM;
    for (size_t i = 0; i < files->refs; i++) {
        const struct segment_ref *ref = &files->ref[i];
        all.file[all.file_count++] = ref->segment;
        if (ref->live.name.len)
            all.file[all.file_count++] = ref->live;
        if (ref->mentions.name.len)
            all.file[all.file_count++] = ref->mentions;
    }
    for (size_t i = 0; i < files->register_count; i++)
        all.file[all.file_count++] = files->registers[i];
    all.info.bytes = 0;
    for (size_t i = 0; i < all.file_count; i++)
        all.info.bytes += all.file[i].size;
    all.info.committed = (int64_t)time(NULL);
    return copy_generation(&all, arena, out);
}

/* What was purged is gone for good only when the names are. */
static int retire(const char *dir, const char *segments,
                  const struct manifest *manifest, struct err *err)
{
    int rc = native_clean(dir, manifest, err);
    if (rc == ERR_OK)
        rc = file_sync_dir(segments, err);
    return rc ? err_wrap(err, rc,
                         "%s: committed, but old files remain (the next run "
                         "removes them)",
                         dir)
              : ERR_OK;
}

int generation_publish(const char *dir, struct manifest *manifest,
                       const struct generation_files *files,
                       struct generation_info *info, bool keep_old,
                       struct arena *arena, struct err *err)
{
    char segments[PATH_MAX];
    struct manifest next = {.analysis_version = manifest->analysis_version,
                            .generation_count = 1};
    int rc = path_of(dir, SLICE(SEGMENT_DIR), segments, err);
    if (rc)
        return rc;
    rc = describe(files, info, arena, &next.generation[0]);
    if (rc == ERR_OK)
        rc =
            arena_copy_slice(arena, manifest->fold_version, &next.fold_version);
    if (rc == ERR_OK && keep_old && manifest->generation_count) {
        next.generation_count = 2;
        rc = copy_generation(&manifest->generation[0], arena,
                             &next.generation[1]);
    }
    if (rc)
        return err_set(err, rc, "%s: no memory for its names", dir);

    /* The files are synced, each by who wrote it; now their names, then MANIFEST. */
    rc = file_sync_dir(segments, err);
    if (rc == ERR_OK)
        rc = manifest_write(dir, &next, err);
    if (rc)
        return rc;
    *manifest = next;
    *info = next.generation[0].info;
    if (!keep_old)
        return retire(dir, segments, manifest, err);
    /* Committed: what cannot be removed now, the next writer removes. */
    (void)native_clean(dir, manifest, NULL);
    return ERR_OK;
}
