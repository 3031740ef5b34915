#include "engine/xapian/generations.h"

#include "base/err.h"
#include "base/files.h"
#include "engine/register_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 64 }; /* Xapian's glass has six, and a lock file */

static int join(char path[PATH_MAX], const char *dir, const char *name,
                struct err *err)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);
    if (n < 0 || n >= PATH_MAX)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    return ERR_OK;
}

/* --- leftovers --- */

/* gen-N or gen-N.tmp, N a number: a name of ours. */
static bool is_generation_name(const char *name)
{
    if (strncmp(name, "gen-", 4) != 0 || !isdigit((unsigned char)name[4]))
        return false;
    name += 4;
    while (isdigit((unsigned char)*name))
        name++;
    return *name == '\0' || strcmp(name, ".tmp") == 0;
}

static bool is_named(const struct manifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->generation_count; i++)
        if (slice_eq(manifest->generation[i].dir, slice_of(name)))
            return true;
    return false;
}

int generations_clean(const char *dir, const struct manifest *manifest,
                      struct err *err)
{
    DIR *entries = opendir(dir);
    if (!entries)
        return err_set_errno(err, "open", dir);
    int rc = ERR_OK;
    const struct dirent *entry;
    while (rc == ERR_OK && (entry = readdir(entries))) {
        const char *name = entry->d_name;
        bool ours = is_generation_name(name) && !is_named(manifest, name);
        if (!ours && strcmp(name, "MANIFEST.new") != 0)
            continue;
        char path[PATH_MAX];
        rc = join(path, dir, name, err);
        if (rc == ERR_OK)
            rc = tree_remove(path, err);
    }
    closedir(entries);
    return rc ? rc : register_files_clean(dir, manifest, err);
}

/* --- publishing --- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file names in `path`, sorted, without Xapian's lock file, which goes. */
static int list_files(const char *path, struct arena *arena, const char **names,
                      size_t *count, struct err *err)
{
    DIR *entries = opendir(path);
    if (!entries)
        return err_set_errno(err, "open", path);
    int rc = ERR_OK;
    const struct dirent *entry;
    *count = 0;
    while (rc == ERR_OK && (entry = readdir(entries))) {
        const char *name = entry->d_name;
        if (name[0] == '.')
            continue;
        if (strcmp(name, "flintlock") == 0) {
            if (unlinkat(dirfd(entries), name, 0) < 0)
                rc = err_set_errno(err, "remove", name);
            continue;
        }
        if (*count == FILES_MAX)
            rc = err_set(err, ERR_LIMIT, "%s: too many files", path);
        else if (!(names[(*count)++] = arena_printf(arena, "%s", name)))
            rc = err_set(err, ERR_NOMEM, "%s: no memory for names", path);
    }
    closedir(entries);
    if (rc == ERR_OK)
        qsort(names, *count, sizeof *names, compare_names);
    return rc;
}

static int sync_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "open", path);
    int rc = fsync(fd) < 0 ? err_set_errno(err, "sync", path) : ERR_OK;
    close(fd);
    return rc;
}

static int describe(const char *tmp, const struct manifest_file *registers,
                    size_t register_count, struct arena *arena,
                    struct manifest_generation *g, struct err *err)
{
    const char *names[FILES_MAX];
    size_t count = 0;
    int rc = list_files(tmp, arena, names, &count, err);
    if (rc)
        return rc;
    g->file = arena_array(arena, struct manifest_file, count + register_count);
    if (!g->file)
        return err_set(err, ERR_NOMEM, "%s: no memory for names", tmp);
    g->info.bytes = 0;
    g->file_count = count + register_count;
    for (size_t i = 0; i < register_count; i++) {
        g->file[count + i] = registers[i];
        g->info.bytes += registers[i].size;
    }
    for (size_t i = 0; i < count; i++) {
        struct manifest_file *file = &g->file[i];
        char path[PATH_MAX];
        rc = join(path, tmp, names[i], err);
        if (rc == ERR_OK)
            rc = sync_file(path, err);
        if (rc == ERR_OK)
            rc = file_crc32(path, &file->crc32, &file->size, err);
        if (rc)
            return rc;
        g->info.bytes += file->size;
        file->name = slice_of(
            arena_printf(arena, "%.*s/%s", SLICE_ARG(g->dir), names[i]));
        if (!file->name.len)
            return err_set(err, ERR_NOMEM, "%s: no memory for names", tmp);
    }
    return ERR_OK;
}

/* All of the generation is on disk under its final name when this returns 0. */
static int give_name(const char *dir, const char *tmp, const char *name,
                     struct err *err)
{
    char path[PATH_MAX];
    int rc = join(path, dir, name, err);
    if (rc == ERR_OK)
        rc = file_sync_dir(tmp, err);
    if (rc == ERR_OK && rename(tmp, path) < 0)
        rc = err_set_errno(err, "rename", tmp);
    return rc ? rc : file_sync_dir(dir, err);
}

int generations_publish(const char *dir, const char *tmp,
                        const struct writer_options *options,
                        struct generation_info *info, struct arena *arena,
                        struct manifest *manifest, struct err *err)
{
    struct manifest_file *registers = NULL;
    size_t register_count = 0;
    char *name = arena_printf(arena, "gen-%" PRIu64, info->generation);
    if (!name)
        return err_set(err, ERR_NOMEM, "%s: no memory for names", dir);
    info->committed = (int64_t)time(NULL);
    struct manifest_generation fresh = {.info = *info, .dir = slice_of(name)};
    int rc = options ? register_files_next(dir, &manifest->generation[0],
                                           options, NULL, 0, arena, &registers,
                                           &register_count,
                                           fresh.info.register_digest, err)
                     : ERR_OK;
    if (rc == ERR_OK)
        rc = describe(tmp, registers, register_count, arena, &fresh, err);
    if (rc == ERR_OK)
        rc = give_name(dir, tmp, name, err);
    if (rc)
        return rc;

    struct manifest next = *manifest;
    next.generation[1] = manifest->generation[0];
    next.generation[0] = fresh;
    next.generation_count = manifest->generation_count ? 2 : 1;
    rc = manifest_write(dir, &next, err);
    if (rc)
        return rc;
    *manifest = next;
    *info = fresh.info;
    /* Committed: what cannot be removed now, the next writer removes. */
    (void)generations_clean(dir, manifest, NULL);
    return ERR_OK;
}

int generations_check_sizes(const char *dir,
                            const struct manifest_generation *generation,
                            struct err *err)
{
    for (size_t i = 0; i < generation->file_count; i++) {
        const struct manifest_file *file = &generation->file[i];
        char path[PATH_MAX];
        int n =
            snprintf(path, sizeof path, "%s/%.*s", dir, SLICE_ARG(file->name));
        struct stat st;
        if (n < 0 || (size_t)n >= sizeof path || stat(path, &st) < 0)
            return err_set(err, ERR_CORRUPT, "%s/%.*s: %s", dir,
                           SLICE_ARG(file->name), strerror(errno));
        if ((uint64_t)st.st_size != file->size)
            return err_set(err, ERR_CORRUPT,
                           "%s: %lld bytes, MANIFEST says %" PRIu64, path,
                           (long long)st.st_size, file->size);
    }
    return ERR_OK;
}

bool generations_register_changed(const struct manifest *manifest,
                                  const struct writer_options *options)
{
    return register_files_changed(&manifest->generation[0], options);
}

int generations_check_registers(const char *dir,
                                const struct manifest *manifest,
                                void (*report)(void *, const char *fault),
                                void *context, struct err *err)
{
    int first = ERR_OK;
    for (size_t i = 0; i < manifest->generation_count; i++) {
        int rc = register_files_check(dir, &manifest->generation[i], report,
                                      context, first ? NULL : err);
        first = first ? first : rc;
    }
    return first;
}
