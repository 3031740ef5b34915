/* The dictionaries are walked side by side, and the lists of equal terms become one. In each
 * source articles keep their order, so the least of all comes next. */
#include "segment/mentions.h"

#include "base/err.h"

struct source_walk {
    const struct mentions_source *source;
    struct dictionary_cursor cursor;
    /* Of the list, when the cursor stands on the term. */
    struct postings *list;
    struct doc_iter *iter;
    doc_id new_id; /* DOC_END: no more of it */
};

struct merge {
    struct source_walk *walk;
    size_t count;
    doc_id docs; /* of the target */
    struct mentions_writer *writer;
    struct arena arena, term_arena;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to merge mentions");
}

/* --- one list --- */

/* Past articles that are left out. */
static void settle(const struct merge *m, struct source_walk *walk)
{
    const doc_id *new_of = walk->source->new_of;
    doc_id doc = walk->iter->doc;
    while (doc != DOC_END && new_of[doc] >= m->docs)
        doc = doc_iter_next(walk->iter);
    walk->new_id = doc == DOC_END ? DOC_END : new_of[doc];
}

static int copy_one(struct merge *m, struct source_walk *walk, struct err *err)
{
    const uint32_t *at;
    uint32_t count;
    doc_id before = walk->new_id;
    int rc = postings_positions(walk->list, &at, &count, err);
    if (rc == ERR_OK)
        rc = mentions_add(m->writer, before, at, count, err);
    if (rc)
        return rc;
    doc_iter_next(walk->iter);
    settle(m, walk);
    return ERR_OK;
}

static struct source_walk *first_walk(const struct merge *m)
{
    struct source_walk *first = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (m->walk[i].list && m->walk[i].new_id != DOC_END &&
            (!first || m->walk[i].new_id < first->new_id))
            first = &m->walk[i];
    return first;
}

static bool stands_on(const struct source_walk *walk, struct slice term)
{
    return !walk->cursor.at_end &&
           slice_eq((struct slice){walk->cursor.term, walk->cursor.term_len},
                    term);
}

static int merge_list(struct merge *m, struct slice term, struct err *err)
{
    struct source_walk *walk;
    doc_id before = DOC_END;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++) {
        walk = &m->walk[i];
        walk->list = NULL;
        if (!stands_on(walk, term))
            continue;
        rc = mentions_postings(walk->source->mentions, &walk->cursor.entry,
                               &m->term_arena, &walk->list, err);
        if (rc)
            return rc;
        walk->iter = postings_iter(walk->list);
        settle(m, walk);
    }
    mentions_begin(m->writer, term);
    while (rc == ERR_OK && (walk = first_walk(m))) {
        if (before != DOC_END && walk->new_id <= before)
            return err_set(err, ERR_CORRUPT,
                           "%s: mentions of an article in two places",
                           mentions_path(walk->source->mentions));
        before = walk->new_id;
        rc = copy_one(m, walk, err);
    }
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++)
        if (m->walk[i].list)
            rc = m->walk[i].iter->status;
    return rc ? rc : mentions_end(m->writer, err);
}

/* --- all of them --- */

static bool is_term(struct slice term)
{
    return term.len > 1 &&
           (term.data[0] == TERM_ENTITY || term.data[0] == TERM_FORM);
}

/* The least that any cursor stands on; empty at the end. */
static struct slice least_term(const struct merge *m)
{
    struct slice least = {0};
    for (size_t i = 0; i < m->count; i++) {
        const struct dictionary_cursor *cursor = &m->walk[i].cursor;
        struct slice term = {cursor->term, cursor->term_len};
        if (!cursor->at_end && (!least.len || slice_cmp(term, least) < 0))
            least = term;
    }
    return least;
}

static int merge_term(struct merge *m, struct slice term, struct err *err)
{
    uint8_t room[TERM_KEY_MAX];
    if (!is_term(term))
        return err_set(err, ERR_CORRUPT, "mentions: a term of no entity");
    memcpy(room, term.data, term.len);
    term.data = room; /* cursors go on */
    int rc = merge_list(m, term, err);
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++)
        if (stands_on(&m->walk[i], term))
            rc = dictionary_next(&m->walk[i].cursor, err);
    arena_reset(&m->term_arena);
    return rc;
}

static int open_walks(struct merge *m, const struct mentions_source *source,
                      size_t count, struct err *err)
{
    static const struct slice from_first = {0};
    int rc = ERR_OK;
    m->walk = arena_array(&m->arena, struct source_walk, count);
    if (!m->walk)
        return no_memory(err);
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        if (!source[i].mentions)
            continue;
        struct source_walk *walk = &m->walk[m->count++];
        walk->source = &source[i];
        rc = dictionary_seek(&source[i].mentions->dictionary, from_first,
                             &walk->cursor, err);
    }
    return rc;
}

int mentions_merge(const struct mentions_source *source, size_t count,
                   struct mentions_writer *writer, struct err *err)
{
    struct merge m = {.writer = writer, .docs = mentions_writer_docs(writer)};
    struct slice term;
    arena_init(&m.arena, SIZE_MAX);
    arena_init(&m.term_arena, SIZE_MAX);
    int rc = open_walks(&m, source, count, err);
    while (rc == ERR_OK && (term = least_term(&m)).len)
        rc = merge_term(&m, term, err);
    /* A page that could not be read was zeros to us. */
    for (size_t i = 0; rc == ERR_OK && i < m.count; i++)
        rc = segment_file_damage(m.walk[i].source->mentions->file, err);
    arena_reset(&m.term_arena);
    arena_reset(&m.arena);
    return rc;
}
