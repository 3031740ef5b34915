#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

/* First each chapter is looked at: how many of its articles stay. Then the whole ones
 * are copied; then every article gets its ticket, those of other chapters by being
 * read and added anew. */

enum { COPY_BYTES = 1 << 20, KEPT = 0 };

struct fate {
    uint32_t stay; /* articles of the chapter that have a doc id and are kept */
    bool copied;
    uint64_t start; /* of its copy */
};

struct copy {
    struct stored_writer *writer;
    const struct stored *from;
    struct fate *fate; /* by chapter */
};

/* Marks the dropped in `tickets`. */
static int look(struct copy *copy, bool (*drop)(void *context, doc_id doc),
                void *context, uint32_t *tickets, struct err *err)
{
    for (doc_id doc = 0; doc < copy->from->docs; doc++) {
        uint64_t place;
        uint32_t number;
        int rc = stored_place(copy->from, doc, &place, err);
        tickets[doc] = UINT32_MAX;
        if (rc)
            return rc;
        if (place == STORED_NOWHERE || (drop && drop(context, doc)))
            continue;
        rc = stored_chapter_of(copy->from, place, &number, err);
        if (rc)
            return rc;
        tickets[doc] = KEPT;
        copy->fate[number].stay++;
    }
    return ERR_OK;
}

static int copy_bytes(const struct stored *from, uint64_t start, uint64_t end,
                      struct section_out *out, struct err *err)
{
    while (start < end) {
        struct slice s;
        uint64_t len = end - start < COPY_BYTES ? end - start : COPY_BYTES;
        int rc = section_bytes(from->file, SECTION_STORED, start, len, &s, err);
        if (rc)
            return rc;
        section_put(out, s.data, s.len);
        start += len;
    }
    return ERR_OK;
}

/* One with an article that no doc id names is not whole either: that article must not
 * live on in copies. */
static bool is_whole(const struct stored_chapter *chapter, uint32_t stay)
{
    return stay == chapter->articles &&
           (chapter->articles >= STORED_WHOLE_ARTICLES ||
            chapter->text >= STORED_WHOLE_BYTES);
}

static int copy_chapter(struct copy *copy, uint32_t number, struct err *err)
{
    struct stored_chapter chapter;
    struct fate *fate = &copy->fate[number];
    int rc = stored_chapter(copy->from, number, &chapter, err);
    if (rc || !is_whole(&chapter, fate->stay))
        return rc;
    struct section_out *out = stored_copy_target(copy->writer, err);
    if (!out)
        return ERR_NOMEM;
    fate->copied = true;
    fate->start = section_size(out);
    rc = copy_bytes(copy->from, chapter.start, chapter.end, out, err);
    chapter.end = fate->start + (chapter.end - chapter.start);
    chapter.start = fate->start;
    return rc ? rc : stored_copied_chapter(copy->writer, &chapter, err);
}

static int move_article(struct copy *copy, doc_id doc, struct arena *arena,
                        uint32_t *ticket, struct err *err)
{
    uint64_t place;
    uint32_t number;
    struct stored_chapter chapter;
    struct slice payload;
    int rc = stored_place(copy->from, doc, &place, err);
    if (!rc)
        rc = stored_chapter_of(copy->from, place, &number, err);
    if (!rc && copy->fate[number].copied) {
        rc = stored_chapter(copy->from, number, &chapter, err);
        if (rc)
            return rc;
        return stored_copied_article(
            copy->writer, copy->fate[number].start + (place - chapter.start),
            ticket, err);
    }
    if (!rc)
        rc = stored_read(copy->from, doc, arena, &payload, err);
    return rc ? rc : stored_add(copy->writer, payload, ticket, err);
}

int stored_copy(struct stored_writer *writer, const struct stored *from,
                bool (*drop)(void *context, doc_id doc), void *context,
                uint32_t *tickets, struct err *err)
{
    struct copy copy = {.writer = writer, .from = from};
    struct arena arena;
    size_t bytes = ((size_t)from->chapters + 1) * sizeof *copy.fate;
    copy.fate = mem_alloc(bytes);
    if (!copy.fate)
        return err_set(err, ERR_NOMEM, "no memory to copy articles");
    memset(copy.fate, 0, bytes);
    arena_init(&arena, (size_t)2 * STORED_ARTICLE_MAX);
    int rc = look(&copy, drop, context, tickets, err);
    for (uint32_t i = 0; i < from->chapters && !rc; i++)
        rc = copy_chapter(&copy, i, err);
    for (doc_id doc = 0; doc < from->docs && !rc; doc++) {
        if (tickets[doc] == UINT32_MAX)
            continue;
        rc = move_article(&copy, doc, &arena, &tickets[doc], err);
        arena_reset(&arena);
    }
    mem_free(copy.fate);
    return rc;
}
