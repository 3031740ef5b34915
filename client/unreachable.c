#include "client/unreachable.h"

#include "base/err.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define START_ONE                                                              \
    "\n  start one:     dateline-queryd --index DIR --socket %s"               \
    "\n  ask another:   dateline ... --socket PATH, or $DATELINE_SOCKET"

/* The name of the group that may use the socket, or its number. */
static const char *group_name(gid_t id, char number[24])
{
    const struct group *group = getgrgid(id);
    snprintf(number, 24, "%lu", (unsigned long)id);
    return group ? group->gr_name : number;
}

static int no_permission(const char *path, const struct stat *st,
                         struct err *err)
{
    char number[24];
    if (!st)
        return err_set(err, ERR_IO,
                       "no permission to use %s: a folder above it is closed "
                       "to you",
                       path);
    const char *group = group_name(st->st_gid, number);
    return err_set(err, ERR_IO,
                   "no permission to use %s: it is for members of the group "
                   "%s\n  ask an administrator: adduser YOU %s; then log in "
                   "again",
                   path, group, group);
}

int unreachable(const char *path, int cause, struct err *err)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (cause == EACCES || cause == EPERM)
        return no_permission(path, there ? &st : NULL, err);
    if (there && !S_ISSOCK(st.st_mode))
        return err_set(err, ERR_IO, "%s is no socket", path);
    if (cause == ECONNREFUSED)
        return err_set(
            err, ERR_NOTFOUND,
            "no daemon listens on %s (the socket is a leftover)" START_ONE,
            path, path);
    if (cause == ENOENT || cause == ENOTDIR)
        return err_set(err, ERR_NOTFOUND,
                       "no daemon is running: there is no %s" START_ONE, path,
                       path);
    return err_set(err, ERR_IO, "connect to %s: %s", path, strerror(cause));
}
