/* unreachable.h - why no daemon could be reached, and what would help. */
#ifndef CLIENT_UNREACHABLE_H
#define CLIENT_UNREACHABLE_H

struct err;

/* Explain the errno of a connect() to `path`. ERR_NOTFOUND, or ERR_IO when there is
 * something, but not for us. */
int unreachable(const char *path, int cause, struct err *err);

#endif
