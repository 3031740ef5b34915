#include "segment/pair_texts.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

/* Positions in a window. Tests have many windows, too. */
enum { WINDOW = SEGMENT_BLOCK << 13 };

struct text_window {
    const struct pair_texts *texts;
    doc_id first, end;
    uint32_t *row;   /* of all articles of the window, one after the other */
    uint64_t *start; /* by article - first */
    uint64_t used, capacity;
    uint64_t docs_capacity;
    const char *path;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to find pairs of words");
}

/* `need` elements of `size` bytes; what was there is lost. */
static int make_room(void *array, uint64_t *capacity, uint64_t need,
                     size_t size, struct err *err)
{
    void *at;
    memcpy(&at, array, sizeof at);
    if (need <= *capacity)
        return ERR_OK;
    mem_free(at);
    at = mem_alloc((size_t)need * size);
    *capacity = at ? need : 0;
    memcpy(array, &at, sizeof at);
    return at ? ERR_OK : no_memory(err);
}

/* As many articles from w->end on as there is room for. */
static int move_on(struct text_window *w, struct err *err)
{
    const struct pair_texts *texts = w->texts;
    w->first = w->end;
    for (w->used = 0; w->end < texts->docs; w->end++) {
        if (w->end > w->first && w->used + texts->ends[w->end] > WINDOW)
            break;
        w->used += texts->ends[w->end];
    }
    int rc = make_room(&w->row, &w->capacity, w->used + 1, sizeof *w->row, err);
    if (rc == ERR_OK)
        rc = make_room(&w->start, &w->docs_capacity,
                       w->end - w->first + UINT64_C(1), sizeof *w->start, err);
    if (rc)
        return rc;
    uint64_t at = 0;
    for (doc_id doc = w->first; doc < w->end; doc++) {
        w->start[doc - w->first] = at;
        at += texts->ends[doc];
    }
    w->start[w->end - w->first] = at;
    for (uint64_t i = 0; i < w->used; i++)
        w->row[i] = texts->none;
    return ERR_OK;
}

static int put_positions(struct text_window *w, struct pair_source *source,
                         doc_id doc, struct err *err)
{
    const uint32_t *at;
    uint32_t count, end = w->texts->ends[doc];
    uint32_t *row = w->row + w->start[doc - w->first];
    int rc = postings_positions(source->list, &at, &count, err);
    if (rc)
        return rc;
    for (uint32_t i = 0; i < count; i++) {
        if (at[i] >= end)
            return err_set(err, ERR_CORRUPT,
                           "%s: positions: past the end of article %u", w->path,
                           doc);
        row[at[i]] = source->row;
    }
    return ERR_OK;
}

/* What this list has of the articles of the window. */
static int fill_from(struct text_window *w, struct pair_source *source,
                     struct err *err)
{
    struct doc_iter *it = postings_iter(source->list);
    int rc = ERR_OK;
    for (; rc == ERR_OK && it->doc != DOC_END; doc_iter_next(it)) {
        doc_id doc = source->new_of ? source->new_of[it->doc] : it->doc;
        if (doc >= w->texts->docs) /* dead */
            continue;
        if (doc >= w->end)
            break;
        rc = put_positions(w, source, doc, err);
    }
    return rc ? rc : it->status;
}

static int read_window(struct text_window *w, struct err *err)
{
    const struct pair_texts *texts = w->texts;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < texts->sources; i++)
        rc = fill_from(w, &texts->source[i], err);
    for (doc_id doc = w->first; rc == ERR_OK && doc < w->end; doc++)
        texts->visit(texts->context, doc, w->row + w->start[doc - w->first],
                     texts->ends[doc]);
    return rc;
}

int pair_texts_read(const struct pair_texts *texts, const char *path,
                    struct err *err)
{
    struct text_window w = {.texts = texts, .path = path};
    int rc = ERR_OK;
    while (rc == ERR_OK && w.end < texts->docs) {
        rc = move_on(&w, err);
        if (rc == ERR_OK)
            rc = read_window(&w, err);
    }
    mem_free(w.row);
    mem_free(w.start);
    return rc;
}
