/* json_quick.h - JSON records as they nearly always are, many times as fast as jansson.
 *
 * It makes the tree that jansson's is, and only of what jansson takes: whatever is rare, too
 * large or not certainly right gives NULL, and jansson decides. So it refuses nothing,
 * and has no messages. */
#ifndef READERS_JSON_QUICK_H
#define READERS_JSON_QUICK_H

#include "indexer/readers/json_tree.h"

/* The object that `text` is, as json_loadb() with JSON_REJECT_DUPLICATES has it; or NULL,
 * also when memory is short. Values are in `arena`, strings in `room`, which is for text.len
 * bytes. */
const struct json_value *json_quick(struct slice text, uint8_t *room,
                                    struct arena *arena);

#endif
