/* mention_buffer.h - mentions in memory, article by article, until they become a file beside
 * a segment (segment/mentions.h).
 *
 * 8 bytes a mention, and each form of an entity once.
 */
#ifndef ENGINE_NATIVE_INVERT_MENTION_BUFFER_H
#define ENGINE_NATIVE_INVERT_MENTION_BUFFER_H

#include "engine/native/invert/vocabulary.h"
#include "segment/mentions.h"
#include "text/analyse.h"

struct kept_mention {
    uint32_t term; /* in `terms` */
    uint32_t position;
};

/* All zeros: empty and ready. */
struct mention_buffer {
    struct vocabulary terms; /* FORM terms, whole */
    struct kept_mention *mention;
    uint32_t count, capacity;
    uint32_t *end; /* by number of the article: one past its last mention */
    uint32_t articles, article_capacity;
};

/* Those of the next article, numbered as they come (0 ...); by rising position. ERR_NOMEM,
 * ERR_LIMIT. */
int mention_buffer_add(struct mention_buffer *buffer,
                       const struct mention_list *mentions, struct err *err);
/* Bytes held, and those that writing will need besides. */
size_t mention_buffer_memory(const struct mention_buffer *buffer);

/* The articles of a segment, by doc id. */
struct mention_docs {
    const uint32_t *number;    /* in the buffer; UINT32_MAX: not there */
    const uint32_t *title_end; /* positions of the title are below */
};

int mention_buffer_write(const struct mention_buffer *buffer,
                         const struct mention_docs *docs,
                         const struct mentions_target *target, uint64_t *size,
                         uint32_t *crc32, struct err *err);
void mention_buffer_release(struct mention_buffer *buffer);

#endif
