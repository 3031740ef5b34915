/* Written as words are (inverter_lists.c): articles are walked in the order of doc ids, and
 * each mention goes to the end of its list. First for entities, then for forms. */
#include "engine/native/invert/mention_buffer.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for mentions");
}

/* --- articles come in --- */

/* Room for `need` elements of `size` bytes in *array. */
static int grow(void *array, uint32_t *capacity, uint64_t need, size_t size,
                struct err *err)
{
    void *at;
    if (need <= *capacity)
        return ERR_OK;
    if (need > UINT32_MAX / 2)
        return err_set(err, ERR_LIMIT, "too many mentions for one segment");
    uint32_t more = *capacity ? *capacity : 64;
    while (more < need)
        more *= 2;
    memcpy(&at, array, sizeof at);
    at = mem_realloc(at, more * size);
    if (!at)
        return no_memory(err);
    memcpy(array, &at, sizeof at);
    *capacity = more;
    return ERR_OK;
}

static int add_one(struct mention_buffer *buffer, const struct mention *mention,
                   struct err *err)
{
    uint8_t room[TERM_KEY_MAX];
    struct slice term;
    struct vocabulary_probe probe;
    uint32_t id;
    int rc = mention_term(mention->entity, &mention->form, mention->width, room,
                          &term, err);
    if (rc)
        return rc;
    vocabulary_probe(&buffer->terms, term, 0, &probe);
    rc = vocabulary_put(&buffer->terms, &probe, &id);
    if (rc)
        return rc == ERR_NOMEM ? no_memory(err)
                               : err_set(err, rc, "too many forms of entities");
    buffer->mention[buffer->count++] =
        (struct kept_mention){id, mention->position};
    return ERR_OK;
}

int mention_buffer_add(struct mention_buffer *buffer,
                       const struct mention_list *mentions, struct err *err)
{
    int rc = grow(&buffer->end, &buffer->article_capacity,
                  buffer->articles + UINT64_C(1), sizeof *buffer->end, err);
    if (rc == ERR_OK)
        rc = grow(&buffer->mention, &buffer->capacity,
                  (uint64_t)buffer->count + mentions->count,
                  sizeof *buffer->mention, err);
    for (size_t i = 0; rc == ERR_OK && i < mentions->count; i++) {
        assert(i == 0 || mentions->mention[i - 1].position <=
                             mentions->mention[i].position);
        rc = add_one(buffer, &mentions->mention[i], err);
    }
    if (rc == ERR_OK)
        buffer->end[buffer->articles++] = buffer->count;
    return rc;
}

size_t mention_buffer_memory(const struct mention_buffer *buffer)
{
    enum {
        OF_MENTION = 8 + 8 + 8, /* here; a row; in the section, and rounding */
        OF_TERM = 5 * sizeof(uint32_t) + 16,
        OF_ARTICLE = 3 * sizeof(uint32_t),
    };
    return vocabulary_memory(&buffer->terms) +
           (size_t)buffer->count * OF_MENTION +
           (size_t)buffer->terms.count * OF_TERM +
           (size_t)buffer->articles * OF_ARTICLE;
}

void mention_buffer_release(struct mention_buffer *buffer)
{
    vocabulary_release(&buffer->terms);
    mem_free(buffer->mention);
    mem_free(buffer->end);
    *buffer = (struct mention_buffer){0};
}

/* --- a file goes out --- */

struct row {
    doc_id doc;
    uint32_t position;
};

struct lists {
    const struct mention_buffer *buffer;
    const struct mention_docs *docs;
    uint32_t doc_count;
    uint32_t *sorted; /* terms in the order of their forms */
    uint32_t *entity; /* by term: of which entity it is, in their order */
    uint32_t *place;  /* by term: its place in `sorted` */
    uint32_t entities;
    uint32_t *end; /* by list: where its next row goes; then where it ends */
    struct row *row;
    uint32_t *positions; /* of one article */
    uint32_t position_capacity;
};

/* Of a FORM term: class and id, as if it were the entity's. */
static size_t id_end(struct slice term)
{
    const uint8_t *end = memchr(term.data, TERM_JOINED, term.len);
    return (size_t)(end - term.data);
}

static struct slice form_at(const struct lists *lists, uint32_t place)
{
    return vocabulary_text(&lists->buffer->terms, lists->sorted[place]);
}

static int sort(struct lists *lists, struct err *err)
{
    uint32_t count = lists->buffer->terms.count;
    struct slice before = {0};
    for (uint32_t i = 0; i < count; i++)
        lists->sorted[i] = i;
    if (vocabulary_sort(&lists->buffer->terms, lists->sorted, count))
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        struct slice term = form_at(lists, i);
        term.len = id_end(term);
        lists->entities += i == 0 || !slice_eq(term, before);
        before = term;
        lists->place[lists->sorted[i]] = i;
        lists->entity[lists->sorted[i]] = lists->entities - 1;
    }
    return ERR_OK;
}

static void span_of(const struct lists *lists, doc_id doc, uint32_t *from,
                    uint32_t *to)
{
    uint32_t number = lists->docs->number[doc];
    *from = *to = 0;
    if (number == UINT32_MAX)
        return;
    assert(number < lists->buffer->articles);
    *from = number ? lists->buffer->end[number - 1] : 0;
    *to = lists->buffer->end[number];
}

/* Rows to their lists: `list_of` by term, `count` lists. */
static void scatter(struct lists *lists, const uint32_t *list_of,
                    uint32_t count)
{
    uint32_t from, to, at = 0;
    memset(lists->end, 0, ((size_t)count + 1) * sizeof *lists->end);
    for (doc_id doc = 0; doc < lists->doc_count; doc++) {
        span_of(lists, doc, &from, &to);
        for (uint32_t i = from; i < to; i++)
            lists->end[list_of[lists->buffer->mention[i].term]]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t rows = lists->end[i];
        lists->end[i] = at;
        at += rows;
    }
    for (doc_id doc = 0; doc < lists->doc_count; doc++) {
        span_of(lists, doc, &from, &to);
        for (uint32_t i = from; i < to; i++) {
            const struct kept_mention *mention = &lists->buffer->mention[i];
            lists->row[lists->end[list_of[mention->term]]++] =
                (struct row){doc, mention->position};
        }
    }
}

/* The rows of the article at `from`; *next behind them. */
static int put_article(struct lists *lists, struct mentions_writer *writer,
                       uint32_t from, uint32_t end, uint32_t *next,
                       struct err *err)
{
    doc_id doc = lists->row[from].doc;
    uint32_t count = 0, title_end = lists->docs->title_end[doc];
    for (*next = from; *next < end && lists->row[*next].doc == doc; ++*next) {
        uint32_t position = lists->row[*next].position;
        int rc = grow(&lists->positions, &lists->position_capacity,
                      count + UINT64_C(2), sizeof *lists->positions, err);
        if (rc)
            return rc;
        lists->positions[count++] = position;
        if (position < title_end)
            lists->positions[count++] = position;
    }
    return mentions_add(writer, doc, lists->positions, count, err);
}

static int put_list(struct lists *lists, struct mentions_writer *writer,
                    struct slice term, uint32_t list, struct err *err)
{
    uint32_t at = list ? lists->end[list - 1] : 0;
    int rc = ERR_OK;
    mentions_begin(writer, term);
    while (rc == ERR_OK && at < lists->end[list])
        rc = put_article(lists, writer, at, lists->end[list], &at, err);
    return rc ? rc : mentions_end(writer, err);
}

static int put_entities(struct lists *lists, struct mentions_writer *writer,
                        struct err *err)
{
    uint32_t done = 0;
    int rc = ERR_OK;
    scatter(lists, lists->entity, lists->entities);
    for (uint32_t i = 0; rc == ERR_OK && i < lists->buffer->terms.count; i++) {
        uint8_t room[TERM_KEY_MAX];
        struct slice form = form_at(lists, i);
        if (lists->entity[lists->sorted[i]] != done)
            continue;
        struct slice term = {room, id_end(form)};
        memcpy(room, form.data, term.len);
        room[0] = TERM_ENTITY;
        rc = put_list(lists, writer, term, done++, err);
    }
    return rc;
}

static int put_forms(struct lists *lists, struct mentions_writer *writer,
                     struct err *err)
{
    int rc = ERR_OK;
    scatter(lists, lists->place, lists->buffer->terms.count);
    for (uint32_t i = 0; rc == ERR_OK && i < lists->buffer->terms.count; i++)
        rc = put_list(lists, writer, form_at(lists, i), i, err);
    return rc;
}

static int make_lists(struct lists *lists, struct arena *arena, struct err *err)
{
    uint32_t count = lists->buffer->terms.count;
    lists->sorted = arena_array(arena, uint32_t, count);
    lists->entity = arena_array(arena, uint32_t, count);
    lists->place = arena_array(arena, uint32_t, count);
    lists->end = arena_array(arena, uint32_t, (size_t)count + 1);
    lists->row = arena_alloc_unset(arena, ((size_t)lists->buffer->count + 1) *
                                              sizeof *lists->row);
    if (!lists->sorted || !lists->entity || !lists->place || !lists->end ||
        !lists->row)
        return no_memory(err);
    return sort(lists, err);
}

int mention_buffer_write(const struct mention_buffer *buffer,
                         const struct mention_docs *docs,
                         const struct mentions_target *target, uint64_t *size,
                         uint32_t *crc32, struct err *err)
{
    struct lists lists = {
        .buffer = buffer, .docs = docs, .doc_count = target->docs};
    struct mentions_writer *writer = NULL;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    int rc = make_lists(&lists, &arena, err);
    if (rc == ERR_OK)
        rc = mentions_writer_open(target, &writer, err);
    if (rc == ERR_OK)
        rc = put_entities(&lists, writer, err);
    if (rc == ERR_OK)
        rc = put_forms(&lists, writer, err);
    if (rc == ERR_OK)
        rc = mentions_finish(writer, size, crc32, err);
    mentions_writer_close(writer);
    mem_free(lists.positions);
    arena_reset(&arena);
    return rc;
}
