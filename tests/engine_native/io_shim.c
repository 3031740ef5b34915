#include "io_shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct shim shim;

/* Whether this call is to fail. `changes`: it would change something. */
static bool strikes(const char *name, bool changes)
{
    if (shim.mode == SHIM_PASS)
        return false;
    bool here = shim.calls++ == shim.at;
    if (here) {
        shim.struck = true;
        snprintf(shim.name, sizeof shim.name, "%s", name);
    }
    if (here && shim.mode == SHIM_DIE)
        _exit(SHIM_EXIT);
    if (here && shim.mode == SHIM_HOOK) {
        shim.mode = SHIM_PASS;
        shim.hook(shim.context);
        return false;
    }
    bool fails = here ? shim.mode != SHIM_AFTERWARDS
                      : shim.mode == SHIM_FAIL_ALL && shim.struck && changes;
    if (fails)
        errno = shim.error;
    return fails;
}

static void done(void)
{
    int error = errno;
    if (shim.mode == SHIM_AFTERWARDS && shim.struck)
        _exit(SHIM_EXIT);
    errno = error;
}

#define WRAP(type, name, changes, failed, parameters, arguments)               \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        if (strikes(#name, changes))                                           \
            return failed;                                                     \
        type result = __real_##name arguments;                                 \
        done();                                                                \
        return result;                                                         \
    }

WRAP(ssize_t, read, false, -1, (int fd, void *data, size_t size),
     (fd, data, size))
WRAP(int, mkdir, true, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, unlink, true, -1, (const char *path), (path))
WRAP(int, unlinkat, true, -1, (int dir, const char *path, int flags),
     (dir, path, flags))
WRAP(int, stat, false, -1, (const char *path, struct stat *out), (path, out))
WRAP(int, fstat, false, -1, (int fd, struct stat *out), (fd, out))
WRAP(DIR *, opendir, false, NULL, (const char *path), (path))
WRAP(int, flock, false, -1, (int fd, int operation), (fd, operation))
WRAP(void *, mmap, false, MAP_FAILED,
     (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))

/* Nothing here outlives the system, so nothing is really synced. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    if (strikes("fsync", true))
        return -1;
    if (shim.synced) {
        enum shim_mode mode = shim.mode;
        shim.mode = SHIM_PASS;
        shim.synced(fd);
        shim.mode = mode;
    }
    done();
    return 0;
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    /* A disk that is full takes what there is room for; a process that dies has
     * written some of it. */
    if (shim.mode != SHIM_PASS && shim.mode != SHIM_HOOK &&
        shim.mode != SHIM_AFTERWARDS && shim.calls == shim.at)
        (void)!__real_write(fd, data, size / 2);
    if (strikes("write", true))
        return -1;
    ssize_t result = __real_write(fd, data, size);
    done();
    return result;
}

int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (strikes("renameat", true))
        return -1;
    int result = __real_renameat(from_dir, from, to_dir, to);
    if (result == 0 && shim.commits && strcmp(to, "MANIFEST") == 0)
        ++*shim.commits;
    done();
    return result;
}

/* open() and openat() have a mode when they make a file. */
#define MODE_OF(flags, mode)                                                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                     \
        va_list ap;                                                            \
        va_start(ap, flags);                                                   \
        mode = va_arg(ap, mode_t);                                             \
        va_end(ap);                                                            \
    }

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode)
    if (strikes("open", flags & O_CREAT))
        return -1;
    int result = __real_open(path, flags, mode);
    done();
    return result;
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode)
    if (strikes("openat", flags & O_CREAT))
        return -1;
    int result = __real_openat(dir, path, flags, mode);
    done();
    return result;
}
