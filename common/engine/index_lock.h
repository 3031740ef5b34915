/* index_lock.h - one writer at a time, by flock() on the file `lock` of an index.
 *
 * The kernel lets go of it when the process dies, however it dies. Readers never
 * take it. */
#ifndef ENGINE_INDEX_LOCK_H
#define ENGINE_INDEX_LOCK_H

struct err;

/* *fd holds the lock until index_unlock(). ERR_LOCKED when somebody else has it. */
int index_lock(const char *dir, int *fd, struct err *err);
void index_unlock(int fd);

#endif
