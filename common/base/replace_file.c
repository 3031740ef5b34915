#include "base/replace_file.h"

#include "base/err.h"
#include "base/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int replace_file(const char *dir, const char *name, struct slice content,
                 struct err *err)
{
    char temp[256];
    int dir_fd = -1, fd = -1, rc = ERR_OK;
    int n = snprintf(temp, sizeof temp, "%s.new", name);
    if (n < 0 || (size_t)n >= sizeof temp)
        return err_set(err, ERR_INVALID, "file name too long: %s", name);

    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return err_set_errno(err, "open", dir);

    fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        rc = err_set_errno(err, "create", temp);
        goto out;
    }
    /* The bytes must be on disk before the name points at them. */
    if (file_write_all(fd, content.data, content.len) < 0 || fsync(fd) < 0) {
        rc = err_set_errno(err, "write", temp);
        goto out;
    }
    if (renameat(dir_fd, temp, dir_fd, name) < 0) {
        rc = err_set_errno(err, "rename", temp);
        goto out;
    }
    /* And the name itself: a directory is a file like any other. */
    if (fsync(dir_fd) < 0)
        rc = err_set_errno(err, "sync", dir);

out:
    if (fd >= 0)
        close(fd);
    if (rc)
        unlinkat(dir_fd, temp, 0); /* after a rename there is nothing left */
    close(dir_fd);
    return rc;
}
