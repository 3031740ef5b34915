/* A list is kept until it ends: that of a form which is the only one of its entity is
 * that of the entity, and is not written twice. */
#include "segment/mentions.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

struct kept_entity {
    size_t id, id_len; /* in `ids` */
    struct term_entry entry;
};

struct mentions_writer {
    struct segment_writer *file;
    struct segment_facts facts;
    struct postings_writer *postings;
    struct dictionary_writer *dictionary;

    /* Entities that have been written, and the one whose forms come now. */
    struct kept_entity *entity;
    size_t entities, entity_capacity, at;
    struct bytes_out ids;

    /* The list that is being made. */
    uint8_t term[TERM_KEY_MAX];
    size_t term_len;
    doc_id *doc;
    uint32_t *frequency;
    size_t docs, doc_capacity;
    uint32_t *gap;
    size_t gaps, gap_capacity;
    uint32_t repeats;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to write mentions");
}

int mentions_writer_open(const struct mentions_target *target,
                         struct mentions_writer **out, struct err *err)
{
    struct mentions_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return no_memory(err);
    *writer = (struct mentions_writer){
        .facts = {.docs = target->docs, .words = target->words}};
    int rc = segment_writer_open(target->dir, target->name, &writer->file, err);
    if (rc == ERR_OK)
        rc = postings_writer_open(writer->file, target->docs, target->lengths,
                                  bm25_k_of(target->words, target->docs),
                                  &writer->postings, err);
    if (rc == ERR_OK)
        rc = dictionary_writer_open(writer->file, &writer->dictionary, err);
    if (rc) {
        mentions_writer_close(writer);
        return rc;
    }
    assert(target->register_count > 0);
    for (size_t i = 0; i < target->register_count; i++)
        section_put(segment_section(writer->file, SECTION_RECORDS),
                    target->registers[i], DIGEST_TEXT_SIZE - 1);
    *out = writer;
    return ERR_OK;
}

uint32_t mentions_writer_docs(const struct mentions_writer *writer)
{
    return writer->facts.docs;
}

/* --- one list --- */

void mentions_begin(struct mentions_writer *writer, struct slice term)
{
    assert(term.len <= TERM_KEY_MAX);
    memcpy(writer->term, term.data, term.len);
    writer->term_len = term.len;
    writer->docs = writer->gaps = 0;
    writer->repeats = 0;
}

/* Room for `need` elements of `size` bytes in *array. */
static int grow(void *array, size_t *capacity, size_t need, size_t size,
                struct err *err)
{
    void *at;
    if (need <= *capacity)
        return ERR_OK;
    size_t more = *capacity ? *capacity : 64;
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

static int room_for_doc(struct mentions_writer *writer, struct err *err)
{
    size_t capacity = writer->doc_capacity;
    int rc = grow(&writer->doc, &capacity, writer->docs + 1,
                  sizeof *writer->doc, err);
    if (rc == ERR_OK)
        rc = grow(&writer->frequency, &writer->doc_capacity, writer->docs + 1,
                  sizeof *writer->frequency, err);
    return rc;
}

int mentions_add(struct mentions_writer *writer, doc_id doc,
                 const uint32_t *positions, uint32_t count, struct err *err)
{
    uint32_t before = 0;
    assert(count > 0 && doc < writer->facts.docs);
    if (writer->gaps + count > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "too many mentions in one list");
    int rc = room_for_doc(writer, err);
    if (rc == ERR_OK)
        rc = grow(&writer->gap, &writer->gap_capacity, writer->gaps + count,
                  sizeof *writer->gap, err);
    if (rc)
        return rc;
    writer->doc[writer->docs] = doc;
    writer->frequency[writer->docs++] = count;
    for (uint32_t i = 0; i < count; i++) {
        writer->repeats += i > 0 && positions[i] == before;
        writer->gap[writer->gaps++] = positions[i] - before;
        before = positions[i];
    }
    return ERR_OK;
}

static int keep_entity(struct mentions_writer *writer,
                       const struct term_entry *entry, struct err *err)
{
    int rc = grow(&writer->entity, &writer->entity_capacity,
                  writer->entities + 1, sizeof *writer->entity, err);
    if (rc)
        return rc;
    size_t len = writer->term_len - 1;
    writer->entity[writer->entities++] =
        (struct kept_entity){writer->ids.len, len, *entry};
    put_raw(&writer->ids, writer->term + 1, len);
    return writer->ids.failed ? no_memory(err) : ERR_OK;
}

/* Both come in the same order, as no id has a byte below that behind it. */
static const struct kept_entity *entity_of_form(struct mentions_writer *writer)
{
    const uint8_t *text = writer->term + 1;
    const uint8_t *end = memchr(text, TERM_JOINED, writer->term_len - 1);
    struct slice id = {text, end ? (size_t)(end - text) : 0};
    for (; writer->at < writer->entities; writer->at++) {
        const struct kept_entity *entity = &writer->entity[writer->at];
        struct slice there = {writer->ids.data + entity->id, entity->id_len};
        if (slice_eq(there, id))
            return entity;
    }
    return NULL;
}

static int write_list(struct mentions_writer *writer, struct term_entry *entry,
                      struct err *err)
{
    const struct postings_list list = {.doc = writer->doc,
                                       .frequency = writer->frequency,
                                       .count = (uint32_t)writer->docs,
                                       .total = writer->gaps,
                                       .gap = writer->gap,
                                       .repeats = writer->repeats};
    return postings_put(writer->postings, TERM_ENTITY, &list, entry, err);
}

int mentions_end(struct mentions_writer *writer, struct err *err)
{
    const struct slice term = {writer->term, writer->term_len};
    struct term_entry entry = {0};
    int rc = ERR_OK;
    if (writer->docs == 0)
        return ERR_OK;
    if (term.data[0] == TERM_FORM) {
        const struct kept_entity *whole = entity_of_form(writer);
        if (!whole)
            return err_set(err, ERR_CORRUPT,
                           "mentions: a form without its entity");
        if (whole->entry.counts.docs == writer->docs &&
            whole->entry.counts.frequency == writer->gaps)
            return dictionary_add(writer->dictionary, term, &whole->entry, err);
    }
    rc = write_list(writer, &entry, err);
    if (rc == ERR_OK && term.data[0] == TERM_ENTITY)
        rc = keep_entity(writer, &entry, err);
    return rc ? rc : dictionary_add(writer->dictionary, term, &entry, err);
}

/* --- all of it --- */

int mentions_finish(struct mentions_writer *writer, uint64_t *size,
                    uint32_t *crc32, struct err *err)
{
    int rc = dictionary_finish(writer->dictionary, err);
    return rc ? rc
              : segment_writer_finish(writer->file, &writer->facts, size, crc32,
                                      err);
}

void mentions_writer_close(struct mentions_writer *writer)
{
    if (!writer)
        return;
    if (writer->dictionary)
        dictionary_writer_close(writer->dictionary);
    if (writer->postings)
        postings_writer_close(writer->postings);
    segment_writer_close(writer->file);
    mem_free(writer->entity);
    bytes_out_release(&writer->ids);
    mem_free(writer->doc);
    mem_free(writer->frequency);
    mem_free(writer->gap);
    mem_free(writer);
}
