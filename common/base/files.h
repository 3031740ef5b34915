/* files.h - whole files and directories. Errors name the path. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/bytes.h"

#include <sys/types.h>

struct err;

/* The whole file, at most `limit` bytes (ERR_LIMIT), ERR_NOTFOUND when there is
 * none. Free with bytes_out_release(). */
int file_read(const char *path, size_t limit, struct bytes_out *out,
              struct err *err);
int file_write_all(int fd, const void *data, size_t len); /* 0, or -1 + errno */
int file_sync_dir(const char *dir, struct err *err);
/* Parents too; existing is fine. The new names are synced, where that is allowed. */
int dir_make(const char *path, mode_t mode, struct err *err);
/* Whether `dir` is a directory that can be read, with anything in it. */
bool dir_holds_anything(const char *dir);
/* Remove a file or a whole tree; what does not exist is fine. */
int tree_remove(const char *path, struct err *err);
/* Copy a flat directory of regular files, sharing blocks where the file system
 * can; the copies are synced. */
int dir_copy(const char *from, const char *to, struct err *err);
/* zlib's CRC-32 and the size of a file. */
int file_crc32(const char *path, uint32_t *crc, uint64_t *size,
               struct err *err);

#endif
