#include "base/files.h"

#include "base/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { COPY_BUFFER = 256 << 10 };

int file_read(const char *path, size_t limit, struct bytes_out *out,
              struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_NOTFOUND, "%s: no such file", path);
    if (fd < 0)
        return err_set_errno(err, "open", path);

    int rc = ERR_OK;
    for (;;) {
        uint8_t buffer[16 << 10];
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = err_set_errno(err, "read", path);
        if (n <= 0)
            break;
        if ((size_t)n > limit - out->len) {
            rc = err_set(err, ERR_LIMIT, "%s: larger than %zu bytes", path,
                         limit);
            break;
        }
        put_raw(out, buffer, (size_t)n);
        if (out->failed) {
            rc = err_set(err, ERR_NOMEM, "%s: no memory to read it", path);
            break;
        }
    }
    close(fd);
    return rc;
}

int file_write_all(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int file_sync_dir(const char *dir, struct err *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "open", dir);
    int rc = fsync(fd) < 0 ? err_set_errno(err, "sync", dir) : ERR_OK;
    close(fd);
    return rc;
}

/* As far as we may: a directory that can be searched but not read cannot be synced. */
static void sync_parent(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    (void)file_sync_dir(dirname(copy), NULL);
}

int dir_make(const char *path, mode_t mode, struct err *err)
{
    char partial[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof partial)
        return err_set(err, ERR_INVALID, "no usable directory name: '%s'",
                       path);
    memcpy(partial, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (partial[i] != '/' && partial[i] != '\0')
            continue;
        char after = partial[i];
        partial[i] = '\0';
        if (mkdir(partial, mode) == 0)
            sync_parent(partial);
        else if (errno != EEXIST)
            return err_set_errno(err, "make directory", partial);
        partial[i] = after;
    }
    struct stat st;
    if (stat(path, &st) < 0)
        return err_set_errno(err, "make directory", path);
    if (!S_ISDIR(st.st_mode)) /* mkdir says EEXIST of a file, too */
        return err_set(err, ERR_IO, "make directory %s: it is a file", path);
    return ERR_OK;
}

bool dir_holds_anything(const char *dir)
{
    DIR *d = opendir(dir);
    bool any = false;
    if (!d)
        return false;
    for (struct dirent *entry; !any && (entry = readdir(d));)
        any =
            strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(d);
    return any;
}

static int remove_entry(const char *path, const struct stat *st, int type,
                        struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int tree_remove(const char *path, struct err *err)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) < 0 &&
        errno != ENOENT)
        return err_set_errno(err, "remove", path);
    return ERR_OK;
}

/* copy_file_range shares blocks on file systems that can; read and write are for
 * those that refuse it. */
static int copy_bytes(int from, int to)
{
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
    }
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS &&
        errno != EOPNOTSUPP)
        return -1;
    for (;;) {
        uint8_t buffer[64 << 10];
        ssize_t n = read(from, buffer, sizeof buffer);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || file_write_all(to, buffer, (size_t)n) < 0)
            return -1;
    }
}

static int copy_file(const char *dir, int from_dir, int to_dir,
                     const char *name, struct err *err)
{
    int rc = ERR_OK, from = -1, to = -1;
    from = openat(from_dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from >= 0)
        to =
            openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (to < 0 || copy_bytes(from, to) < 0 || fsync(to) < 0) {
        char path[PATH_MAX];
        int cause = errno; /* snprintf may change it */
        snprintf(path, sizeof path, "%s/%s", dir, name);
        errno = cause;
        rc = err_set_errno(err, "copy", path);
    }
    if (to >= 0)
        close(to);
    if (from >= 0)
        close(from);
    return rc;
}

int dir_copy(const char *from, const char *to, struct err *err)
{
    if (mkdir(to, 0755) < 0)
        return err_set_errno(err, "make directory", to);
    int rc = ERR_OK, to_dir = -1;
    DIR *dir = opendir(from);
    if (!dir)
        return err_set_errno(err, "open", from);
    to_dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to_dir < 0)
        rc = err_set_errno(err, "open", to);
    const struct dirent *entry;
    while (rc == ERR_OK && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            rc = copy_file(from, dirfd(dir), to_dir, entry->d_name, err);
    if (rc == ERR_OK && fsync(to_dir) < 0)
        rc = err_set_errno(err, "sync", to);
    if (to_dir >= 0)
        close(to_dir);
    closedir(dir);
    return rc;
}

int file_crc32(const char *path, uint32_t *crc, uint64_t *size, struct err *err)
{
    static _Thread_local uint8_t buffer[COPY_BUFFER];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "open", path);
    uLong sum = crc32(0, NULL, 0);
    int rc = ERR_OK;
    *size = 0;
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = err_set_errno(err, "read", path);
        if (n <= 0)
            break;
        sum = crc32(sum, buffer, (uInt)n);
        *size += (uint64_t)n;
    }
    close(fd);
    *crc = (uint32_t)sum;
    return rc;
}
