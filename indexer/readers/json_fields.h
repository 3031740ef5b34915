/* json_fields.h - one JSON object, as found in news archives, to one article.
 *
 * Which names mean what is one table in json_fields.c; docs/formats.md lists it for
 * users. */
#ifndef READERS_JSON_FIELDS_H
#define READERS_JSON_FIELDS_H

#include "indexer/readers/json_tree.h"
#include "indexer/readers/reader.h"

/* Text is copied into `arena`, so that `object` may go. 0; READER_REJECT with the
 * reason (record and byte are the caller's); ERR_NOMEM. */
int json_to_article(const struct json_value *object, struct arena *arena,
                    struct article *article, struct reject *reject);

#endif
