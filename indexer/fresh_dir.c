#include "indexer/fresh_dir.h"

#include "base/err.h"
#include "base/files.h"
#include "engine/index_lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `place` without links and slashes at its end, so that a name can stand beside it. */
static int find_place(struct fresh_dir *dir, const char *place, struct err *err)
{
    size_t len = strlen(place);
    if (realpath(place, dir->place))
        return dir_holds_anything(dir->place)
                   ? err_set(err, ERR_INVALID, "%s is not empty", place)
                   : ERR_OK;
    while (len > 1 && place[len - 1] == '/')
        len--;
    if (errno != ENOENT || len >= PATH_MAX)
        return err_set_errno(err, "open", place);
    memcpy(dir->place, place, len);
    dir->place[len] = '\0';
    return ERR_OK;
}

/* What a killed run left; nothing that is not an index. */
static int remove_leftover(const char *temp, struct err *err)
{
    char lock[PATH_MAX];
    int fd;
    if (rmdir(temp) == 0 || errno == ENOENT)
        return ERR_OK;
    int n = snprintf(lock, sizeof lock, "%s/lock", temp);
    if (n < 0 || (size_t)n >= sizeof lock || access(lock, F_OK) != 0)
        return err_set(err, ERR_INVALID, "%s is in the way", temp);
    int rc = index_lock(temp, &fd, err);
    if (rc)
        return rc;
    rc = tree_remove(temp, err);
    index_unlock(fd);
    return rc;
}

int fresh_dir_begin(struct fresh_dir *dir, const char *place, struct err *err)
{
    int rc = find_place(dir, place, err);
    if (rc)
        return rc;
    int n = snprintf(dir->temp, sizeof dir->temp, "%s.rebuilding", dir->place);
    if (n < 0 || (size_t)n >= sizeof dir->temp)
        return err_set(err, ERR_INVALID, "directory name too long: %s", place);
    return remove_leftover(dir->temp, err);
}

int fresh_dir_publish(struct fresh_dir *dir, struct err *err)
{
    if (rename(dir->temp, dir->place) != 0)
        return err_set(err, ERR_IO,
                       "%s cannot become %s: %s; it is complete, move it",
                       dir->temp, dir->place, strerror(errno));
    char *slash = strrchr(dir->place, '/');
    if (!slash)
        return file_sync_dir(".", err);
    slash[slash == dir->place] = '\0'; /* "/" stays */
    return file_sync_dir(dir->place, err);
}

int fresh_dir_drop(const struct fresh_dir *dir, int rc)
{
    (void)tree_remove(dir->temp, NULL);
    return rc;
}
