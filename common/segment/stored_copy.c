#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* First every chapter is looked at: how many of its articles stay. Whole ones are then
 * copied. What remains is read group by group, in the order in which it stands, and
 * added anew. */

enum { COPY_BYTES = 1 << 20, KEPT = 0 };

struct fate {
    uint32_t stay; /* articles of the chapter that have a doc id and are kept */
    bool copied;
    uint64_t start, copy; /* where it was, and is */
};

/* An article that is added anew. */
struct moved {
    struct stored_address address;
    doc_id doc;
};

struct copy {
    struct stored_writer *writer;
    const struct stored *from;
    struct fate *fate; /* by chapter */
    uint32_t *tickets;
    struct moved *moved;
    size_t moved_count, moved_max;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to copy articles");
}

/* Marks what is dropped, or has no text, in `tickets`. */
static int look(struct copy *copy, bool (*drop)(void *context, doc_id doc),
                void *context, struct err *err)
{
    for (doc_id doc = 0; doc < copy->from->docs; doc++) {
        struct stored_address address;
        uint32_t number;
        int rc = stored_address_of(copy->from, doc, &address, err);
        copy->tickets[doc] = UINT32_MAX;
        if (!rc && (stored_is_nowhere(address) || (drop && drop(context, doc))))
            continue;
        if (!rc)
            rc = stored_chapter_of(copy->from, address.group, &number, err);
        if (rc)
            return rc;
        copy->tickets[doc] = KEPT;
        copy->fate[number].stay++;
    }
    return ERR_OK;
}

/* --- whole chapters --- */

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

/* One with an article that no doc id names is not whole either: nobody could ever ask
 * for that article to be dropped. */
static bool is_whole(const struct stored_chapter *chapter, uint32_t stay)
{
    return stay == chapter->articles &&
           (chapter->articles >= STORED_WHOLE_ARTICLES ||
            chapter->text >= STORED_WHOLE_BYTES);
}

static int copy_chapter(struct copy *copy, uint32_t number, struct err *err)
{
    struct stored_chapter chapter;
    struct section_out *out;
    struct fate *fate = &copy->fate[number];
    int rc = stored_chapter(copy->from, number, &chapter, err);
    if (rc || !is_whole(&chapter, fate->stay))
        return rc;
    rc = stored_copy_begin(copy->writer, &out, err);
    if (rc)
        return rc;
    *fate = (struct fate){0, true, chapter.start, section_size(out)};
    rc = copy_bytes(copy->from, chapter.start, chapter.end, out, err);
    chapter.start = fate->copy;
    return rc ? rc : stored_copied_chapter(copy->writer, &chapter, err);
}

/* --- articles --- */

static int room_to_move(struct copy *copy, struct err *err)
{
    for (uint32_t i = 0; i < copy->from->chapters; i++)
        copy->moved_max += copy->fate[i].copied ? 0 : copy->fate[i].stay;
    copy->moved = mem_alloc((copy->moved_max + 1) * sizeof *copy->moved);
    return copy->moved ? ERR_OK : no_memory(err);
}

/* A ticket for each article of a copied chapter; the others go to `moved`. */
static int sort_out(struct copy *copy, struct err *err)
{
    for (doc_id doc = 0; doc < copy->from->docs; doc++) {
        struct stored_address address;
        uint32_t number;
        if (copy->tickets[doc] == UINT32_MAX)
            continue;
        int rc = stored_address_of(copy->from, doc, &address, err);
        if (!rc)
            rc = stored_chapter_of(copy->from, address.group, &number, err);
        if (rc)
            return rc;
        const struct fate *fate = &copy->fate[number];
        if (fate->copied) {
            address.group += fate->copy - fate->start;
            rc = stored_copied_article(copy->writer, address,
                                       &copy->tickets[doc], err);
            if (rc)
                return rc;
        } else {
            /* A page that became unreadable since look() reads otherwise. */
            if (copy->moved_count == copy->moved_max)
                return stored_corrupt(copy->from, "a table that changes", err);
            copy->moved[copy->moved_count++] = (struct moved){address, doc};
        }
    }
    return ERR_OK;
}

static int by_address(const void *a, const void *b)
{
    const struct stored_address *x = &((const struct moved *)a)->address;
    const struct stored_address *y = &((const struct moved *)b)->address;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* Articles moved[from, to) of one group. */
static int move_group(struct copy *copy, size_t from, size_t to,
                      struct arena *arena, struct err *err)
{
    const struct moved *moved = copy->moved;
    struct stored_group group;
    int rc =
        stored_read_group(copy->from, moved[from].address.group,
                          moved[to - 1].address.number, arena, &group, err);
    for (size_t i = from; i < to && !rc; i++)
        rc = stored_add(copy->writer,
                        stored_in_group(&group, moved[i].address.number),
                        &copy->tickets[moved[i].doc], err);
    return rc;
}

static int move_all(struct copy *copy, struct err *err)
{
    struct arena arena;
    int rc = ERR_OK;
    arena_init(&arena, (size_t)2 * STORED_ARTICLE_MAX);
    qsort(copy->moved, copy->moved_count, sizeof *copy->moved, by_address);
    for (size_t i = 0; i < copy->moved_count && !rc;) {
        size_t end = i + 1;
        while (end < copy->moved_count &&
               copy->moved[end].address.group == copy->moved[i].address.group)
            end++;
        rc = move_group(copy, i, end, &arena, err);
        arena_reset(&arena);
        i = end;
    }
    return rc;
}

int stored_copy(struct stored_writer *writer, const struct stored *from,
                bool (*drop)(void *context, doc_id doc), void *context,
                uint32_t *tickets, struct err *err)
{
    struct copy copy = {.writer = writer, .from = from, .tickets = tickets};
    size_t bytes = ((size_t)from->chapters + 1) * sizeof *copy.fate;
    copy.fate = mem_alloc(bytes);
    if (!copy.fate)
        return no_memory(err);
    memset(copy.fate, 0, bytes);
    int rc = look(&copy, drop, context, err);
    for (uint32_t i = 0; i < from->chapters && !rc; i++)
        rc = copy_chapter(&copy, i, err);
    if (!rc)
        rc = room_to_move(&copy, err);
    if (!rc)
        rc = sort_out(&copy, err);
    if (!rc)
        rc = move_all(&copy, err);
    mem_free(copy.moved);
    mem_free(copy.fate);
    return rc;
}
