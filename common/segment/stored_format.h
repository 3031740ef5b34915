/* stored_format.h - shared by stored*.c: what docs/format/stored.md says in numbers.
 */
#ifndef SEGMENT_STORED_FORMAT_H
#define SEGMENT_STORED_FORMAT_H

#include "segment/stored.h"

#include "base/limits.h"

#include <zlib.h>

enum {
    STORED_DICTIONARY_MAX = 32 << 10, /* what deflate looks back */
    STORED_GROUP_ARTICLES = 255,      /* an article's number has a byte */
    STORED_CHAPTER_ENTRY = 24,
    STORED_DOC_ENTRY = 6, /* five bytes of place, the number in the group */
    STORED_TRAILER = 16,
    /* Before a group: its length, how many articles, their sizes. */
    STORED_HEAD_MAX = 5 + 5 + 5 * STORED_GROUP_ARTICLES,
    /* A deflate stream cannot grow more than this (zlib's technical notes). */
    STORED_GROWTH = 1032,
    STORED_ARTICLE_MAX = LIMIT_ARTICLE_BYTES,
    /* A chapter of as much text, or of as many articles, has the dictionary that it
     * deserves and is copied as it is. */
    STORED_WHOLE_BYTES = 4 << 20,
    STORED_WHOLE_ARTICLES = 1000,
};
#define STORED_PLACE_MAX UINT64_C(0xfffffffffe)

/* Where an article is: its group's place in the section, and its number in it. */
struct stored_address {
    uint64_t group;
    uint8_t number;
};

/* All bits set: no text. */
static const struct stored_address stored_nowhere = {UINT64_C(0xffffffffff),
                                                     0xff};

static inline bool stored_is_nowhere(struct stored_address address)
{
    return address.group == stored_nowhere.group;
}

struct stored_chapter {
    uint64_t start, end; /* in the section; the dictionary comes first */
    uint32_t dictionary; /* bytes */
    uint32_t articles;
    uint64_t text; /* bytes before compression */
};

/* zlib's memory is ours: it can be made to fail. */
void *stored_zlib_alloc(void *opaque, uInt count, uInt size);
void stored_zlib_free(void *opaque, void *p);

int stored_corrupt(const struct stored *stored, const char *what,
                   struct err *err);
int stored_chapter(const struct stored *stored, uint32_t number,
                   struct stored_chapter *out, struct err *err);
/* stored_nowhere when it has no text. */
int stored_address_of(const struct stored *stored, doc_id doc,
                      struct stored_address *out, struct err *err);
/* The chapter that holds `place`. */
int stored_chapter_of(const struct stored *stored, uint64_t place,
                      uint32_t *number, struct err *err);

/* The first articles of a group. */
struct stored_group {
    const uint8_t *text;
    uint32_t end[STORED_GROUP_ARTICLES]; /* of each, in `text` */
    uint32_t count;
};

/* Up to article `last`, in `arena`. */
int stored_read_group(const struct stored *stored, uint64_t place, uint8_t last,
                      struct arena *arena, struct stored_group *out,
                      struct err *err);
struct slice stored_in_group(const struct stored_group *group, uint8_t number);

/* For stored_copy.c: ends the chapter that is being written, so that another can be
 * copied behind it; one that is still collected goes on. */
int stored_copy_begin(struct stored_writer *writer, struct section_out **out,
                      struct err *err);
int stored_copied_chapter(struct stored_writer *writer,
                          const struct stored_chapter *chapter,
                          struct err *err);
/* A ticket for an article of a copied chapter. */
int stored_copied_article(struct stored_writer *writer,
                          struct stored_address address, uint32_t *ticket,
                          struct err *err);

/* Dictionary of at most `size` bytes from `text`: stored_train.c. ERR_NOMEM. */
int stored_train(struct slice text, size_t size, struct bytes_out *out);

#endif
