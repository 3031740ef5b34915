#include "engine/index_lock.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int index_lock(const char *dir, int *fd, struct err *err)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/lock", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(err, ERR_INVALID, "directory name too long: %s", dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (*fd < 0)
        return err_set_errno(err, "open", path);

    int rc;
    do
        rc = flock(*fd, LOCK_EX | LOCK_NB);
    while (rc < 0 && errno == EINTR);
    if (rc == 0)
        return ERR_OK;
    rc = errno == EWOULDBLOCK
             ? err_set(err, ERR_LOCKED, "%s: another writer holds the index",
                       dir)
             : err_set_errno(err, "lock", path);
    close(*fd);
    *fd = -1;
    return rc;
}

void index_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}
