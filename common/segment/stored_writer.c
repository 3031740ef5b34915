#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

/* A chapter is collected until there is enough of it to train a dictionary; then what
 * was collected is compressed, and what follows at once, until it is long enough. */

enum {
    COLLECT_BYTES = STORED_WHOLE_BYTES,
    CHAPTER_BYTES = 32 << 20,
    /* Longer articles are a chapter of their own rather than be kept: they have their
     * own dictionary in themselves. */
    LONG_ARTICLE = 1 << 20,
    /* Of a chapter's text, what its dictionary may take. */
    DICTIONARY_SHARE = 40,
    LEVEL = 2,
};

struct waiting {
    uint32_t ticket;
    uint32_t end; /* in `text` */
};

struct stored_writer {
    struct section_out *out;
    struct bytes_out places;   /* u64, by ticket */
    struct bytes_out chapters; /* as in the table */
    uint32_t tickets, chapter_count;

    struct bytes_out text; /* collected */
    struct waiting *waiting;
    size_t waiting_count, waiting_cap;

    bool writing; /* the chapter has its dictionary, which is written */
    struct stored_chapter chapter;
    struct bytes_out dictionary, deflated;
    bool inited;
    z_stream z;
};

int stored_writer_open(struct segment_writer *segment,
                       struct stored_writer **out, struct err *err)
{
    struct stored_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory to store articles");
    *writer = (struct stored_writer){
        .out = segment_section(segment, SECTION_STORED),
        .z = {.zalloc = stored_zlib_alloc, .zfree = stored_zlib_free}};
    if (deflateInit2(&writer->z, LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        mem_free(writer);
        return err_set(err, ERR_NOMEM, "no memory to store articles");
    }
    *out = writer;
    return ERR_OK;
}

void stored_writer_close(struct stored_writer *writer)
{
    if (!writer)
        return;
    deflateEnd(&writer->z);
    bytes_out_release(&writer->places);
    bytes_out_release(&writer->chapters);
    bytes_out_release(&writer->text);
    bytes_out_release(&writer->dictionary);
    bytes_out_release(&writer->deflated);
    mem_free(writer->waiting);
    mem_free(writer);
}

size_t stored_writer_memory(const struct stored_writer *writer)
{
    const size_t zlib = 270
                        << 10; /* zconf.h: 2^17 + 2^17 bytes and its state */
    return sizeof *writer + zlib + writer->places.cap + writer->chapters.cap +
           writer->text.cap + writer->dictionary.cap + writer->deflated.cap +
           writer->waiting_cap * sizeof *writer->waiting;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to store an article");
}

static int new_ticket(struct stored_writer *writer, uint64_t place,
                      uint32_t *ticket, struct err *err)
{
    if (writer->tickets == UINT32_MAX - 1)
        return err_set(err, ERR_LIMIT, "more articles than have numbers");
    put_u64(&writer->places, place);
    if (writer->places.failed)
        return no_memory(err);
    *ticket = writer->tickets++;
    return ERR_OK;
}

static void set_place(struct stored_writer *writer, uint32_t ticket,
                      uint64_t place)
{
    memcpy(writer->places.data + (size_t)ticket * 8, &place, sizeof place);
}

/* --- one article of a chapter that has its dictionary --- */

static int deflate_article(struct stored_writer *writer, struct slice payload)
{
    z_stream *z = &writer->z;
    struct bytes_out *out = &writer->deflated;
    uint8_t chunk[4 << 10];
    int rc = deflateReset(z);
    if (rc == Z_OK && writer->dictionary.len)
        rc = deflateSetDictionary(z, writer->dictionary.data,
                                  (uInt)writer->dictionary.len);
    out->len = 0;
    z->next_in = (Bytef *)(uintptr_t)payload.data;
    z->avail_in = (uInt)payload.len;
    while (rc == Z_OK) {
        z->next_out = chunk;
        z->avail_out = sizeof chunk;
        rc = deflate(z, Z_FINISH);
        put_raw(out, chunk, sizeof chunk - z->avail_out);
    }
    return rc == Z_STREAM_END && !out->failed ? ERR_OK : ERR_NOMEM;
}

static int write_article(struct stored_writer *writer, struct slice payload,
                         uint32_t ticket, struct err *err)
{
    if (deflate_article(writer, payload))
        return no_memory(err);
    uint64_t place = section_size(writer->out);
    if (place >= STORED_NOWHERE)
        return err_set(err, ERR_LIMIT, "more than a terabyte of articles");
    uint8_t space[STORED_HEAD_MAX];
    struct bytes_out head = {.data = space, .cap = sizeof space};
    put_varint(&head, (uint32_t)writer->deflated.len);
    put_varint(&head, (uint32_t)payload.len);
    section_put(writer->out, head.data, head.len);
    section_put(writer->out, writer->deflated.data, writer->deflated.len);
    set_place(writer, ticket, place);
    writer->chapter.articles++;
    writer->chapter.text += payload.len;
    if (writer->deflated.cap > LONG_ARTICLE)
        bytes_out_release(&writer->deflated);
    return ERR_OK;
}

/* --- chapters --- */

static int add_chapter(struct stored_writer *writer,
                       const struct stored_chapter *chapter, struct err *err)
{
    put_u64(&writer->chapters, chapter->start);
    put_u32(&writer->chapters, chapter->dictionary);
    put_u32(&writer->chapters, chapter->articles);
    put_u64(&writer->chapters, chapter->text);
    writer->chapter_count++;
    return writer->chapters.failed ? no_memory(err) : ERR_OK;
}

static int begin_chapter(struct stored_writer *writer, struct slice text,
                         struct err *err)
{
    size_t size = text.len / DICTIONARY_SHARE;
    writer->dictionary.len = 0;
    if (stored_train(
            text, size < STORED_DICTIONARY_MAX ? size : STORED_DICTIONARY_MAX,
            &writer->dictionary))
        return no_memory(err);
    writer->chapter =
        (struct stored_chapter){.start = section_size(writer->out),
                                .dictionary = (uint32_t)writer->dictionary.len};
    writer->writing = true;
    section_put(writer->out, writer->dictionary.data, writer->dictionary.len);
    return ERR_OK;
}

static int end_chapter(struct stored_writer *writer, struct err *err)
{
    if (!writer->writing)
        return ERR_OK;
    writer->writing = false;
    return add_chapter(writer, &writer->chapter, err);
}

/* What was collected begins a chapter. */
static int write_collected(struct stored_writer *writer, struct err *err)
{
    struct slice text = {writer->text.data, writer->text.len};
    int rc = begin_chapter(writer, text, err);
    for (size_t i = 0; i < writer->waiting_count && !rc; i++) {
        size_t from = i ? writer->waiting[i - 1].end : 0;
        rc = write_article(writer,
                           slice_part(text, from, writer->waiting[i].end),
                           writer->waiting[i].ticket, err);
    }
    writer->waiting_count = 0;
    writer->text.len = 0;
    return rc;
}

static int collect(struct stored_writer *writer, struct slice payload,
                   uint32_t ticket, struct err *err)
{
    if (writer->waiting_count == writer->waiting_cap) {
        size_t cap = writer->waiting_cap ? writer->waiting_cap * 2 : 256;
        struct waiting *more = mem_realloc(writer->waiting, cap * sizeof *more);
        if (!more)
            return no_memory(err);
        writer->waiting = more;
        writer->waiting_cap = cap;
    }
    put_raw(&writer->text, payload.data, payload.len);
    if (writer->text.failed)
        return no_memory(err);
    writer->waiting[writer->waiting_count++] =
        (struct waiting){ticket, (uint32_t)writer->text.len};
    return ERR_OK;
}

static int write_alone(struct stored_writer *writer, struct slice payload,
                       uint32_t ticket, struct err *err)
{
    int rc = begin_chapter(writer, (struct slice){0}, err);
    if (!rc)
        rc = write_article(writer, payload, ticket, err);
    return rc ? rc : end_chapter(writer, err);
}

int stored_add(struct stored_writer *writer, struct slice payload,
               uint32_t *ticket, struct err *err)
{
    if (payload.len > STORED_ARTICLE_MAX)
        return err_set(err, ERR_LIMIT, "article of more than %d bytes",
                       STORED_ARTICLE_MAX);
    int rc = new_ticket(writer, STORED_NOWHERE, ticket, err);
    if (!rc && writer->writing && writer->chapter.text >= CHAPTER_BYTES)
        rc = end_chapter(writer, err);
    if (rc)
        return rc;
    if (!writer->writing && payload.len > LONG_ARTICLE)
        return write_alone(writer, payload, *ticket, err);
    if (!writer->writing && writer->text.len + payload.len <= COLLECT_BYTES)
        return collect(writer, payload, *ticket, err);
    if (!writer->writing)
        rc = write_collected(writer, err);
    return rc ? rc : write_article(writer, payload, *ticket, err);
}

/* --- the end --- */

static void put_place(struct section_out *out, uint64_t place)
{
    uint8_t bytes[STORED_DOC_ENTRY];
    for (int i = 0; i < STORED_DOC_ENTRY; i++)
        bytes[i] = (uint8_t)(place >> 8 * i);
    section_put(out, bytes, sizeof bytes);
}

int stored_finish(struct stored_writer *writer, const uint32_t *ticket_of_doc,
                  uint32_t docs, struct err *err)
{
    int rc = ERR_OK;
    if (!writer->writing && writer->waiting_count)
        rc = write_collected(writer, err);
    if (!rc)
        rc = end_chapter(writer, err);
    if (rc)
        return rc;
    uint64_t table = section_size(writer->out);
    section_put(writer->out, writer->chapters.data, writer->chapters.len);
    for (uint32_t doc = 0; doc < docs; doc++) {
        uint32_t ticket = ticket_of_doc[doc];
        assert(ticket == UINT32_MAX || ticket < writer->tickets);
        put_place(writer->out,
                  ticket == UINT32_MAX
                      ? STORED_NOWHERE
                      : load_u64(writer->places.data + (size_t)ticket * 8));
    }
    uint32_t counts[2] = {docs, writer->chapter_count};
    section_put(writer->out, counts, sizeof counts);
    section_put(writer->out, &table, sizeof table);
    return ERR_OK;
}

/* --- for stored_copy.c --- */

struct section_out *stored_copy_target(struct stored_writer *writer,
                                       struct err *err)
{
    return end_chapter(writer, err) ? NULL : writer->out;
}

int stored_copied_chapter(struct stored_writer *writer,
                          const struct stored_chapter *chapter, struct err *err)
{
    return add_chapter(writer, chapter, err);
}

int stored_copied_article(struct stored_writer *writer, uint64_t place,
                          uint32_t *ticket, struct err *err)
{
    return new_ticket(writer, place, ticket, err);
}
