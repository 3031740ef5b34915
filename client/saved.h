/* saved.h - queries with names, and what was seen of them.
 *
 * Both are files of pairs (pairs.h) below the user's own folders: the queries in
 * $XDG_CONFIG_HOME/dateline/queries, made to be edited by hand, too; the generation
 * that was last seen of each in $XDG_STATE_HOME/dateline/seen. (XDG Base Directory
 * Specification 0.8.) Files are replaced whole, under a lock.
 */
#ifndef CLIENT_SAVED_H
#define CLIENT_SAVED_H

#include "base/strbuf.h"

struct err;

enum { SAVED_FILE_BYTES_MAX = 16 << 20 };

/* The path of the file of queries. */
int saved_path(struct strbuf *out, struct err *err);

/* Appends the query to `out`. ERR_NOTFOUND. */
int saved_find(const char *name, struct strbuf *out, struct err *err);

/* ERR_INVALID for a name with white space and the like, or one that is there already,
 * unless it may be replaced. Line ends and TABs in the query become blanks. */
int saved_add(const char *name, const char *query, bool replace,
              struct err *err);

/* 0 when nothing was seen yet. */
int seen_find(const char *name, uint64_t *generation, struct err *err);
int seen_remember(const char *name, uint64_t generation, struct err *err);

#endif
