/* upsert.h - what becomes of an article whose key may be known already.
 *
 * A key has slots: `key`, `key#2`, `key#3` ... The first is the article; the others
 * hold the texts that came under the same key in one run and that nothing puts in an
 * order. Which slot an article goes to is decided here and nowhere else: a pure
 * function, so that a table can show every case and a property test can show
 * that running any set twice equals running it once
 * (docs/decisions/030-keys-and-versions.md).
 */
#ifndef INDEXER_UPSERT_H
#define INDEXER_UPSERT_H

#include "base/date.h"

/* What says which of two texts is the later one. */
struct upsert_stamp {
    uint32_t version; /* as the source counts them; 0: not given */
    struct date modified;
};

/* A partial order: STAMP_UNKNOWN when nothing decides.
 *
 * Version numbers decide when both have one and they differ. Equal numbers, or none
 * on either side, leave it to the modified times, when both have one; a day is its
 * first instant. One with a number and one without are not compared: that keeps
 * the order free of circles, in which two runs would never come to an end. */
enum stamp_order { STAMP_UNKNOWN, STAMP_NEWER, STAMP_OLDER };
enum stamp_order stamp_compare(struct upsert_stamp a, struct upsert_stamp b);

/* One text stored under the key. */
struct upsert_slot {
    bool same_text; /* as the incoming article */
    bool seen;      /* this run has delivered something for this slot already */
    struct upsert_stamp stamp;
};

/* More texts than this under one key in one run are a broken feed. */
enum { UPSERT_SLOTS_MAX = 100 };

enum upsert_kind {
    UPSERT_NEW,         /* put: the key was not there */
    UPSERT_NEW_VERSION, /* put, in place of what the slot holds */
    UPSERT_CONFLICT,    /* put under a further slot, and tell */
    UPSERT_SAME,        /* the slot holds this text: nothing to do */
    UPSERT_OLDER,       /* an old version arriving late: nothing to do */
    UPSERT_FULL,        /* reject */
    UPSERT_KINDS,
};

struct upsert_choice {
    enum upsert_kind kind;
    size_t slot; /* which one it speaks of; 0 is `key` itself */
};

/* `slot[0..count)`: all that is stored under the key, this run's changes included.
 * What comes after a slot with `same_text` is not looked at. */
struct upsert_choice upsert_decide(const struct upsert_slot *slot, size_t count,
                                   struct upsert_stamp incoming);

#endif
