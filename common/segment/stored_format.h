/* stored_format.h - shared by stored*.c: what docs/format/stored.md says in numbers.
 */
#ifndef SEGMENT_STORED_FORMAT_H
#define SEGMENT_STORED_FORMAT_H

#include "segment/stored.h"

#include "base/limits.h"

#include <zlib.h>

enum {
    STORED_DICTIONARY_MAX = 32 << 10, /* what deflate looks back */
    STORED_CHAPTER_ENTRY = 24,
    STORED_DOC_ENTRY = 5,
    STORED_TRAILER = 16,
    STORED_HEAD_MAX = 10, /* sizes before an article: two varints */
    /* A deflate stream cannot grow more than this (zlib's technical notes). */
    STORED_GROWTH = 1032,
    STORED_ARTICLE_MAX = LIMIT_ARTICLE_BYTES,
    /* A chapter of as much text, or of as many articles, has the dictionary that it
     * deserves and is copied as it is. */
    STORED_WHOLE_BYTES = 4 << 20,
    STORED_WHOLE_ARTICLES = 1000,
};
#define STORED_NOWHERE UINT64_C(0xffffffffff) /* in 5 bytes: no text */

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
/* Where the article is, or STORED_NOWHERE. */
int stored_place(const struct stored *stored, doc_id doc, uint64_t *out,
                 struct err *err);
/* The chapter that holds `place`. */
int stored_chapter_of(const struct stored *stored, uint64_t place,
                      uint32_t *number, struct err *err);

/* The chapter being collected is not touched; one that is being written ends. The
 * bytes [start, end) were copied to the end of the section by the caller. */
struct section_out *stored_copy_target(struct stored_writer *writer,
                                       struct err *err);
int stored_copied_chapter(struct stored_writer *writer,
                          const struct stored_chapter *chapter,
                          struct err *err);
/* A ticket for an article that is in a copied chapter. */
int stored_copied_article(struct stored_writer *writer, uint64_t place,
                          uint32_t *ticket, struct err *err);

/* Dictionary of at most `size` bytes from `text`: stored_train.c. ERR_NOMEM. */
int stored_train(struct slice text, size_t size, struct bytes_out *out);

#endif
