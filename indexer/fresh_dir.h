/* fresh_dir.h - a directory that is there when it is complete, and not before.
 *
 * It is made beside its place, as NAME.rebuilding, and renamed. What a killed run left
 * is removed by the next one.
 */
#ifndef INDEXER_FRESH_DIR_H
#define INDEXER_FRESH_DIR_H

#include <limits.h>

struct err;

struct fresh_dir {
    char place[PATH_MAX];
    char temp[PATH_MAX]; /* an index is made here */
};

/* ERR_INVALID when there is anything in `place` already; ERR_LOCKED when another run
 * makes it. */
int fresh_dir_begin(struct fresh_dir *dir, const char *place, struct err *err);
int fresh_dir_publish(struct fresh_dir *dir, struct err *err);
/* Remove it after a failure, whose code is given and returned. */
int fresh_dir_drop(const struct fresh_dir *dir, int rc);

#endif
