/* rejects.h - the records that were not taken: a few to show, all of them counted by
 * reason, and all of them in a file when one is asked for.
 *
 * The file has one JSON object a line: file, record, byte, reason (record and byte 0
 * when the whole file is meant). It is written beside its place and renamed by
 * rejects_close(), so that a reader of yesterday's never sees half of today's.
 */
#ifndef INDEXER_REJECTS_H
#define INDEXER_REJECTS_H

#include "base/hash_map.h"
#include "base/strbuf.h"
#include "indexer/readers/reader.h"

#include <stdio.h>

enum { REJECTS_SHOWN = 20, REJECT_REASONS = 200 };

struct rejects {
    uint64_t count;
    char *shown[REJECTS_SHOWN]; /* "FILE: record 3, byte 120: reason" */
    size_t shown_count;
    struct hash_map reasons; /* to counts; numbers in them written as N */
    uint64_t other_reasons;  /* past REJECT_REASONS different ones */
    const char *path;        /* borrowed; NULL: no file */
    char *path_new; /* NULL: `path` is no regular file, written as is */
    FILE *file;
    bool failed; /* to write the file */
};

/* `path` may be NULL. ERR_IO when it cannot be written. */
int rejects_open(struct rejects *rejects, const char *path, struct err *err);
int rejects_add(struct rejects *rejects, const char *file,
                const struct reject *reject, struct err *err);
/* Put the file in place. */
int rejects_publish(struct rejects *rejects, struct err *err);
void rejects_close(struct rejects *rejects);

/* The reasons, most frequent first, ties by name; in `arena`. ERR_NOMEM. */
struct reject_reason {
    struct slice reason;
    uint64_t count;
};
int rejects_by_reason(const struct rejects *rejects, struct arena *arena,
                      struct reject_reason **out, size_t *count);

#endif
