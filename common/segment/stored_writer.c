#include "segment/stored_format.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

/* A chapter is collected until there is enough of it to train a dictionary; what was
 * collected is then written in groups, and so is what follows, until the chapter is
 * long enough. Numbers: docs/decisions/051-stored-articles.md. */

enum {
    COLLECT_BYTES = STORED_WHOLE_BYTES,
    CHAPTER_BYTES = 16 << 20,
    GROUP_BYTES = 8 << 10,
    /* Longer articles are a chapter of their own rather than be collected: each is a
     * dictionary for itself. */
    LONG_ARTICLE = 1 << 20,
    /* Of a chapter's text, what its dictionary may take. */
    DICTIONARY_SHARE = 40,
    LEVEL = 2,
    MEMORY_LEVEL = 8,
};

struct waiting {
    uint32_t ticket;
    uint32_t end; /* in the text */
};

struct stored_writer {
    struct section_out *out;
    struct bytes_out addresses; /* struct stored_address, by ticket */
    struct bytes_out chapters;  /* as in the table */
    uint32_t tickets, chapter_count;

    /* Not written yet: all of a chapter that is collected, else part of a group. */
    struct bytes_out text;
    struct waiting *waiting;
    size_t waiting_count, waiting_cap;

    bool writing; /* the chapter has its dictionary, which is written */
    struct stored_chapter chapter;
    struct bytes_out dictionary, deflated;
    z_stream
        primed; /* with the dictionary; each group begins as a copy of it */
};

int stored_writer_open(struct segment_writer *segment,
                       struct stored_writer **out, struct err *err)
{
    struct stored_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory to store articles");
    *writer = (struct stored_writer){
        .out = segment_section(segment, SECTION_STORED),
        .primed = {.zalloc = stored_zlib_alloc, .zfree = stored_zlib_free}};
    if (deflateInit2(&writer->primed, LEVEL, Z_DEFLATED, -MAX_WBITS,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
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
    deflateEnd(&writer->primed);
    bytes_out_release(&writer->addresses);
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
    return sizeof *writer + zlib + writer->addresses.cap +
           writer->chapters.cap + writer->text.cap + writer->dictionary.cap +
           writer->deflated.cap + writer->waiting_cap * sizeof *writer->waiting;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to store an article");
}

static int new_ticket(struct stored_writer *writer,
                      struct stored_address address, uint32_t *ticket,
                      struct err *err)
{
    if (writer->tickets == UINT32_MAX)
        return err_set(err, ERR_LIMIT, "more articles than have numbers");
    put_raw(&writer->addresses, &address, sizeof address);
    if (writer->addresses.failed)
        return no_memory(err);
    *ticket = writer->tickets++;
    return ERR_OK;
}

/* --- groups, in a chapter that has its dictionary --- */

/* To writer->deflated. */
static int deflate_group(struct stored_writer *writer, struct slice text)
{
    struct bytes_out *out = &writer->deflated;
    uint8_t chunk[8 << 10];
    z_stream z;
    /* A copy takes a fifth of the time that the dictionary does. */
    int rc = deflateCopy(&z, &writer->primed);
    if (rc != Z_OK)
        return ERR_NOMEM;
    out->len = 0;
    z.next_in = (Bytef *)(uintptr_t)text.data;
    z.avail_in = (uInt)text.len;
    while (rc == Z_OK) {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        rc = deflate(&z, Z_FINISH);
        put_raw(out, chunk, sizeof chunk - z.avail_out);
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END && !out->failed ? ERR_OK : ERR_NOMEM;
}

static void put_head(struct stored_writer *writer,
                     const struct waiting *article, size_t count, size_t from)
{
    uint8_t space[STORED_HEAD_MAX];
    struct bytes_out head = {.data = space, .cap = sizeof space};
    put_varint(&head, (uint32_t)writer->deflated.len);
    put_varint(&head, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        put_varint(&head, (uint32_t)(article[i].end - from));
        from = article[i].end;
    }
    section_put(writer->out, head.data, head.len);
}

/* `text` is that of `count` articles, whose ends count from `from` bytes before it. */
static int write_group(struct stored_writer *writer, struct slice text,
                       const struct waiting *article, size_t count, size_t from,
                       struct err *err)
{
    uint64_t place = section_size(writer->out);
    if (place > STORED_PLACE_MAX)
        return err_set(err, ERR_LIMIT, "more than a terabyte of articles");
    if (deflate_group(writer, text))
        return no_memory(err);
    put_head(writer, article, count, from);
    section_put(writer->out, writer->deflated.data, writer->deflated.len);
    for (size_t i = 0; i < count; i++) {
        struct stored_address address = {place, (uint8_t)i};
        memcpy(writer->addresses.data + article[i].ticket * sizeof address,
               &address, sizeof address);
    }
    writer->chapter.articles += (uint32_t)count;
    writer->chapter.text += text.len;
    if (writer->deflated.cap > LONG_ARTICLE)
        bytes_out_release(&writer->deflated);
    return ERR_OK;
}

/* As many of waiting[first ...] as fill a group, at least one. */
static size_t group_size(const struct stored_writer *writer, size_t first,
                         size_t from)
{
    size_t n = 1;
    while (first + n < writer->waiting_count && n < STORED_GROUP_ARTICLES &&
           writer->waiting[first + n].end - from <= GROUP_BYTES)
        n++;
    return n;
}

static int write_waiting(struct stored_writer *writer, struct err *err)
{
    struct slice text = {writer->text.data, writer->text.len};
    size_t from = 0;
    int rc = ERR_OK;
    for (size_t i = 0; i < writer->waiting_count && !rc;) {
        size_t n = group_size(writer, i, from);
        size_t to = writer->waiting[i + n - 1].end;
        rc = write_group(writer, slice_part(text, from, to),
                         writer->waiting + i, n, from, err);
        from = to;
        i += n;
    }
    writer->waiting_count = 0;
    writer->text.len = 0;
    return rc;
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

/* What is collected, `text`, trains the dictionary. */
static int begin_chapter(struct stored_writer *writer, struct slice text,
                         struct err *err)
{
    struct bytes_out *dictionary = &writer->dictionary;
    size_t size = text.len / DICTIONARY_SHARE;
    if (size > STORED_DICTIONARY_MAX)
        size = STORED_DICTIONARY_MAX;
    dictionary->len = 0;
    if (stored_train(text, size, dictionary))
        return no_memory(err);
    deflateReset(&writer->primed);
    if (dictionary->len)
        deflateSetDictionary(&writer->primed, dictionary->data,
                             (uInt)dictionary->len);
    writer->chapter =
        (struct stored_chapter){.start = section_size(writer->out),
                                .dictionary = (uint32_t)dictionary->len};
    writer->writing = true;
    section_put(writer->out, dictionary->data, dictionary->len);
    return ERR_OK;
}

static int end_chapter(struct stored_writer *writer, struct err *err)
{
    if (!writer->writing)
        return ERR_OK;
    int rc = write_waiting(writer, err);
    writer->writing = false;
    return rc ? rc : add_chapter(writer, &writer->chapter, err);
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

/* A group of one, its text not copied. */
static int write_one(struct stored_writer *writer, struct slice payload,
                     uint32_t ticket, struct err *err)
{
    struct waiting one = {ticket, (uint32_t)payload.len};
    return write_group(writer, payload, &one, 1, 0, err);
}

static int write_alone(struct stored_writer *writer, struct slice payload,
                       uint32_t ticket, struct err *err)
{
    int rc = begin_chapter(writer, (struct slice){0}, err);
    if (!rc)
        rc = write_one(writer, payload, ticket, err);
    writer->writing = false;
    return rc ? rc : add_chapter(writer, &writer->chapter, err);
}

/* What waits is written, if `payload` does not fit to it; the chapter then has a
 * dictionary, and ends when it is long enough. */
static int make_room(struct stored_writer *writer, size_t payload_len,
                     struct err *err)
{
    size_t room = writer->writing ? GROUP_BYTES : COLLECT_BYTES;
    bool full =
        writer->text.len + payload_len > room ||
        (writer->writing && writer->waiting_count == STORED_GROUP_ARTICLES);
    int rc = ERR_OK;
    if (!full)
        return ERR_OK;
    if (!writer->writing)
        rc = begin_chapter(
            writer, (struct slice){writer->text.data, writer->text.len}, err);
    if (!rc)
        rc = write_waiting(writer, err);
    if (!rc && writer->chapter.text >= CHAPTER_BYTES)
        rc = end_chapter(writer, err);
    return rc;
}

int stored_add(struct stored_writer *writer, struct slice payload,
               uint32_t *ticket, struct err *err)
{
    if (payload.len > STORED_ARTICLE_MAX)
        return err_set(err, ERR_LIMIT, "article of more than %d bytes",
                       STORED_ARTICLE_MAX);
    int rc = new_ticket(writer, stored_nowhere, ticket, err);
    if (rc)
        return rc;
    if (!writer->writing && payload.len > LONG_ARTICLE)
        return write_alone(writer, payload, *ticket, err);
    rc = make_room(writer, payload.len, err);
    if (rc)
        return rc;
    if (writer->writing && payload.len > GROUP_BYTES)
        return write_one(writer, payload, *ticket, err);
    return collect(writer, payload, *ticket, err);
}

/* --- the end --- */

static void put_address(struct section_out *out, struct stored_address address)
{
    uint8_t bytes[STORED_DOC_ENTRY];
    for (int i = 0; i < STORED_DOC_ENTRY - 1; i++)
        bytes[i] = (uint8_t)(address.group >> 8 * i);
    bytes[STORED_DOC_ENTRY - 1] = address.number;
    section_put(out, bytes, sizeof bytes);
}

static void put_docs(struct stored_writer *writer,
                     const uint32_t *ticket_of_doc, uint32_t docs)
{
    for (uint32_t doc = 0; doc < docs; doc++) {
        struct stored_address address = stored_nowhere;
        uint32_t ticket = ticket_of_doc[doc];
        if (ticket != UINT32_MAX) {
            assert(ticket < writer->tickets);
            memcpy(&address, writer->addresses.data + ticket * sizeof address,
                   sizeof address);
        }
        put_address(writer->out, address);
    }
}

int stored_finish(struct stored_writer *writer, const uint32_t *ticket_of_doc,
                  uint32_t docs, struct err *err)
{
    int rc = ERR_OK;
    if (!writer->writing && writer->waiting_count)
        rc = begin_chapter(
            writer, (struct slice){writer->text.data, writer->text.len}, err);
    if (!rc)
        rc = end_chapter(writer, err);
    if (rc)
        return rc;
    uint64_t table = section_size(writer->out);
    section_put(writer->out, writer->chapters.data, writer->chapters.len);
    put_docs(writer, ticket_of_doc, docs);
    uint32_t counts[2] = {docs, writer->chapter_count};
    section_put(writer->out, counts, sizeof counts);
    section_put(writer->out, &table, sizeof table);
    return ERR_OK;
}

/* --- for stored_copy.c --- */

int stored_copy_begin(struct stored_writer *writer, struct section_out **out,
                      struct err *err)
{
    *out = writer->out;
    return end_chapter(writer, err);
}

int stored_copied_chapter(struct stored_writer *writer,
                          const struct stored_chapter *chapter, struct err *err)
{
    return add_chapter(writer, chapter, err);
}

int stored_copied_article(struct stored_writer *writer,
                          struct stored_address address, uint32_t *ticket,
                          struct err *err)
{
    if (address.group > STORED_PLACE_MAX)
        return err_set(err, ERR_LIMIT, "more than a terabyte of articles");
    return new_ticket(writer, address, ticket, err);
}
