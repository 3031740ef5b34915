#include "indexer/upsert.h"

enum stamp_order stamp_compare(struct upsert_stamp a, struct upsert_stamp b)
{
    if ((a.version == 0) != (b.version == 0))
        return STAMP_UNKNOWN;
    if (a.version != b.version)
        return a.version > b.version ? STAMP_NEWER : STAMP_OLDER;
    if (a.modified.precision == DATE_NONE || b.modified.precision == DATE_NONE)
        return STAMP_UNKNOWN;

    if (a.modified.seconds == b.modified.seconds)
        return STAMP_UNKNOWN;
    return a.modified.seconds > b.modified.seconds ? STAMP_NEWER : STAMP_OLDER;
}

struct upsert_choice upsert_decide(const struct upsert_slot *slot, size_t count,
                                   struct upsert_stamp incoming)
{
    if (count == 0)
        return (struct upsert_choice){UPSERT_NEW, 0};
    for (size_t i = 0; i < count; i++)
        if (slot[i].same_text)
            return (struct upsert_choice){UPSERT_SAME, i};

    /* Older than any of them is late, even when it is newer than another: the next
     * run would meet the later one first and say so. */
    size_t newer_than = count;
    for (size_t i = 0; i < count; i++) {
        enum stamp_order order = stamp_compare(incoming, slot[i].stamp);
        if (order == STAMP_OLDER)
            return (struct upsert_choice){UPSERT_OLDER, i};
        if (order == STAMP_NEWER && newer_than == count)
            newer_than = i;
    }
    if (newer_than < count)
        return (struct upsert_choice){UPSERT_NEW_VERSION, newer_than};

    /* Nothing says which is later. An earlier run's text gives way; one that this
     * run has delivered itself stays, and both are kept. */
    for (size_t i = 0; i < count; i++)
        if (!slot[i].seen)
            return (struct upsert_choice){UPSERT_NEW_VERSION, i};
    if (count >= UPSERT_SLOTS_MAX)
        return (struct upsert_choice){UPSERT_FULL, count - 1};
    return (struct upsert_choice){UPSERT_CONFLICT, count};
}
