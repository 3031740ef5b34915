/* Articles in memory. Their segment's file is open from the first one on, because the
 * texts go there as they come. */
#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "entity/register.h"

#include <string.h>

/* Of a slot of hash_map, twice: half of the slots are free. */
enum { MAP_BYTES_A_SLOT = 40 };

/* When there is memory for what waits for it. */
static bool has_thread_for_texts(const struct native_writer *self)
{
    return self->options.threads > 1 && !self->options.without_text &&
           self->memory_bytes >= 4 * (size_t)TEXT_QUEUE_MEMORY;
}

/* Each needs memory for lists that wait for their turn. */
static unsigned threads_that_write(const struct native_writer *self)
{
    enum { MEMORY_OF_THREAD = 32 << 20 };
    size_t most = self->memory_bytes / MEMORY_OF_THREAD;
    return self->options.threads < most ? self->options.threads
                                        : (unsigned)(most ? most : 1);
}

static int begin(struct native_writer *self, struct err *err)
{
    struct writer_buffer *b = &self->buffer;
    if (b->file)
        return ERR_OK;
    int rc = segment_begin(self, b->name, &b->file, err);
    if (rc == ERR_OK)
        rc = stored_writer_open(b->file, &b->stored, err);
    if (rc == ERR_OK)
        rc = text_queue_open(b->stored, has_thread_for_texts(self), &b->texts,
                             err);
    if (rc == ERR_OK)
        rc = inverter_new(&b->inverter, err);
    if (rc == ERR_OK)
        inverter_set_threads(b->inverter, threads_that_write(self));
    return rc;
}

static int add_text(struct native_writer *self, const struct article *article,
                    uint32_t *ticket, struct err *err)
{
    *ticket = UINT32_MAX;
    if (self->options.without_text)
        return ERR_OK;
    return text_queue_put(self->buffer.texts, article, ticket, err);
}

int buffer_put(struct native_writer *self, const struct article *article,
               const struct analysis *analysis, const struct doc_record *record,
               struct err *err)
{
    struct writer_buffer *b = &self->buffer;
    uint32_t ticket;
    int rc = begin(self, err);
    if (rc == ERR_OK)
        rc = add_text(self, article, &ticket, err);
    if (rc)
        return rc;
    uint32_t number = inverter_articles(b->inverter);
    rc = inverter_add(b->inverter, article, analysis, record, ticket, err);
    if (rc == ERR_OK && self->options.entities)
        rc = mention_buffer_add(&b->mentions, &analysis->mentions, err);
    if (rc)
        return rc;
    if (hash_map_put(&b->keys, article->key, (uint64_t)number + 1, NULL))
        return err_set(err, ERR_NOMEM, "out of memory");
    return ERR_OK;
}

bool buffer_knows(const struct native_writer *self, struct slice key)
{
    return hash_map_get(&self->buffer.keys, key) != NULL;
}

bool buffer_find(const struct native_writer *self, struct slice key,
                 uint32_t *number)
{
    const uint64_t *value = hash_map_get(&self->buffer.keys, key);
    if (!value || *value == 0)
        return false;
    *number = (uint32_t)(*value - 1);
    return true;
}

void buffer_archive(struct native_writer *self, struct slice key,
                    uint32_t number)
{
    inverter_archive(self->buffer.inverter, number);
    *hash_map_get(&self->buffer.keys, key) = 0;
}

size_t buffer_memory(const struct native_writer *self)
{
    const struct writer_buffer *b = &self->buffer;
    if (!b->file)
        return 0;
    return inverter_memory(b->inverter) + text_queue_memory(b->texts) +
           b->keys.capacity * MAP_BYTES_A_SLOT + b->keys.keys.total +
           mention_buffer_memory(&b->mentions);
}

/* Beside the segment, if there is a register. */
static int write_mentions(struct native_writer *self,
                          const struct segment_facts *facts,
                          const uint32_t *number_of_doc, struct side_file *out,
                          struct err *err)
{
    const struct writer_buffer *b = &self->buffer;
    char registers[1][DIGEST_TEXT_SIZE];
    if (!self->options.entities || facts->docs == 0)
        return ERR_OK;
    uint32_t *lengths = arena_array(&self->scratch, uint32_t, facts->docs);
    uint32_t *title_ends = arena_array(&self->scratch, uint32_t, facts->docs);
    if (!lengths || !title_ends)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (doc_id doc = 0; doc < facts->docs; doc++) {
        const struct doc_record *record =
            inverter_record(b->inverter, number_of_doc[doc]);
        lengths[doc] = record->words;
        title_ends[doc] = record->part[PART_TITLE].end;
    }
    memcpy(registers[0], self->options.entities->digest, DIGEST_TEXT_SIZE);
    mentions_file_name(slice_of(b->name), writer_generation(self), registers, 1,
                       out->name);
    const struct mention_docs docs = {number_of_doc, title_ends};
    const struct mentions_target target = {.dir = self->segments_dir,
                                           .name = out->name,
                                           .docs = facts->docs,
                                           .words = facts->words,
                                           .lengths = lengths,
                                           .registers = registers,
                                           .register_count = 1};
    return mention_buffer_write(&b->mentions, &docs, &target, &out->size,
                                &out->crc32, err);
}

static int write_segment(struct native_writer *self,
                         struct segment_facts *facts,
                         struct side_file *mentions, struct err *err)
{
    struct writer_buffer *b = &self->buffer;
    uint64_t articles = inverter_articles(b->inverter);
    uint32_t *ticket_of_doc = NULL, *number_of_doc = NULL;
    writer_progress(self, "sorting", 0, articles);
    int rc = inverter_write(b->inverter, b->file, &self->scratch, facts,
                            &ticket_of_doc, &number_of_doc, err);
    if (rc == ERR_OK)
        rc = write_mentions(self, facts, number_of_doc, mentions, err);
    if (rc == ERR_OK)
        rc = text_queue_finish(b->texts, err);
    if (rc == ERR_OK)
        rc = stored_finish(b->stored, ticket_of_doc,
                           facts->docs + facts->archived, err);
    if (rc == ERR_OK)
        writer_progress(self, "sorting", articles, articles);
    return rc;
}

/* NULL when there is no memory: then keys are looked up in the segment itself. */
static struct key_filter *filter_of(const struct hash_map *keys)
{
    struct key_filter *filter = key_filter_new(keys->count);
    struct slice key;
    uint64_t number;
    for (size_t at = 0; filter && hash_map_next(keys, &at, &key, &number);)
        key_filter_add(filter, hash_bytes(key));
    return filter;
}

int buffer_flush(struct native_writer *self, struct err *err)
{
    struct writer_buffer *b = &self->buffer;
    struct segment_facts facts;
    struct side_file mentions = {.name = ""};
    if (!b->file)
        return ERR_OK;
    int rc = write_segment(self, &facts, &mentions, err);
    arena_reset(&self->scratch);
    /* What the articles took is given back before others need it. */
    inverter_free(b->inverter);
    b->inverter = NULL;
    mention_buffer_release(&b->mentions);
    text_queue_close(b->texts);
    b->texts = NULL;
    stored_writer_close(b->stored);
    b->stored = NULL;
    if (rc == ERR_OK)
        rc = segment_end(self, b->name, b->file, &facts, &mentions, err);
    if (rc == ERR_OK)
        self->segment[self->segment_count - 1].keys = filter_of(&b->keys);
    buffer_drop(self);
    return rc;
}

void buffer_drop(struct native_writer *self)
{
    struct writer_buffer *b = &self->buffer;
    inverter_free(b->inverter);
    text_queue_close(b->texts);
    stored_writer_close(b->stored);
    segment_writer_close(b->file);
    hash_map_release(&b->keys);
    mention_buffer_release(&b->mentions);
    b->inverter = NULL;
    b->texts = NULL;
    b->stored = NULL;
    b->file = NULL;
}
