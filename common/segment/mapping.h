/* mapping.h - a file mapped for reading, and what becomes of a page of it that the
 * system cannot read.
 *
 * Such a page is no error code but a signal, SIGBUS, in the middle of whatever was
 * reading. Opening a mapping installs a handler for it, unless it is there: it puts a page
 * of zeros where the unreadable one was, marks the mapping as damaged and lets the reader
 * go on. Addresses that are in no mapping go to the handler that was there before.
 * docs/decisions/053-damage-under-a-mapping.md.
 */
#ifndef SEGMENT_MAPPING_H
#define SEGMENT_MAPPING_H

#include "base/bytes.h"

struct err;
struct mapping_slot;

struct mapping {
    const uint8_t *data; /* never empty; any thread */
    size_t size;
    char *path; /* owned */
    struct mapping_slot *slot;
};

/* ERR_NOTFOUND; ERR_CORRUPT for an empty file or no file at all; ERR_IO, ERR_NOMEM. */
int mapping_open(const char *path, struct mapping *out, struct err *err);
void mapping_close(struct mapping *mapping); /* of zeros is fine */

/* ERR_OK, or ERR_CORRUPT with the path once a page was unreadable. A load and a test. */
int mapping_damage(const struct mapping *mapping, struct err *err);

#endif
