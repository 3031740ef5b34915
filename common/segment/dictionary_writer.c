#include "segment/dictionary.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/dictionary_format.h"

#include <assert.h>

struct dictionary_writer {
    struct section_out *out;
    struct bytes_out texts, entries;  /* of this block */
    struct bytes_out keys;            /* of all blocks, 8 bytes each */
    struct bytes_out places, lengths; /* 8 bytes, 2 bytes */
    uint32_t blocks;                  /* that have begun */
    struct dictionary_base base[2];   /* as a cursor's */
    uint32_t terms;
    uint8_t last[TERM_KEY_MAX];
    size_t last_len;
};

int dictionary_writer_open(struct segment_writer *segment,
                           struct dictionary_writer **out, struct err *err)
{
    struct dictionary_writer *writer = mem_alloc(sizeof *writer);
    if (!writer)
        return err_set(err, ERR_NOMEM, "no memory for a dictionary");
    memset(writer, 0, sizeof *writer);
    writer->out = segment_section(segment, SECTION_DICTIONARY);
    *out = writer;
    return ERR_OK;
}

static void begin_block(struct dictionary_writer *writer, struct slice term)
{
    memset(writer->base, 0, sizeof writer->base);
    if (writer->blocks % EXTENT_GROUP == 0)
        put_u64(&writer->places, section_size(writer->out));
    put_u64(&writer->keys, dictionary_prefix(term));
    writer->blocks++;
}

static void end_block(struct dictionary_writer *writer)
{
    uint8_t head[5];
    struct bytes_out texts = {.data = head, .cap = sizeof head};
    put_varint(&texts, (uint32_t)writer->texts.len);
    size_t len = texts.len + writer->texts.len + writer->entries.len;
    assert(len <= UINT16_MAX); /* 16 terms of at most 1 kB */
    put_u16(&writer->lengths, (uint16_t)len);
    section_put(writer->out, head, texts.len);
    section_put(writer->out, writer->texts.data, writer->texts.len);
    section_put(writer->out, writer->entries.data, writer->entries.len);
    writer->texts.len = writer->entries.len = 0;
}

static size_t at_most_nibble(size_t n)
{
    return n < DICTIONARY_NIBBLE ? n : DICTIONARY_NIBBLE;
}

static void put_term(struct bytes_out *out, struct slice term, size_t shared)
{
    size_t more = term.len - shared - 1; /* a term always ends otherwise */
    size_t high = at_most_nibble(shared), low = at_most_nibble(more);
    put_u8(out, (uint8_t)(high << 4 | low));
    if (high == DICTIONARY_NIBBLE)
        put_varint(out, (uint32_t)(shared - DICTIONARY_NIBBLE));
    if (low == DICTIONARY_NIBBLE)
        put_varint(out, (uint32_t)(more - DICTIONARY_NIBBLE));
    put_raw(out, term.data + shared, more + 1);
}

/* Small numbers for small distances in both directions; wraps as unsigned does. */
static uint64_t zigzag(uint64_t from, uint64_t to)
{
    uint64_t step = to - from;
    return step << 1 ^ (step >> 63 ? UINT64_MAX : 0);
}

static void put_offsets(struct dictionary_writer *writer, bool back,
                        bool positions, const struct term_place *place)
{
    struct bytes_out *out = &writer->entries;
    struct dictionary_base *base = &writer->base[back];
    uint64_t from = base->postings, to = place->postings;
    put_varint64(out, back ? zigzag(from, to) : to - from);
    base->postings = to;
    if (!positions)
        return;
    from = base->positions;
    to = place->positions;
    put_varint64(out, back ? zigzag(from, to) : to - from);
    base->positions = to;
}

static void put_entry(struct dictionary_writer *writer, enum term_class class,
                      const struct term_entry *entry)
{
    const struct term_counts *counts = &entry->counts;
    const struct term_place *place = &entry->place;
    struct bytes_out *out = &writer->entries;
    bool positions = term_has_positions(class);
    if (place->single) {
        put_varint64(out,
                     (uint64_t)place->doc << ENTRY_SINGLE_SHIFT | ENTRY_SINGLE);
        if (positions)
            put_varint(out, place->position);
        return;
    }
    assert(!term_has_frequencies(class) ||
           (counts->docs <= counts->occurrences &&
            counts->occurrences <= counts->frequency));
    bool once =
        !term_has_frequencies(class) || counts->frequency == counts->docs;
    bool back = place->postings < writer->base[0].postings ||
                (positions && place->positions < writer->base[0].positions);
    put_varint64(out, counts->docs << ENTRY_LIST_SHIFT |
                          (once ? ENTRY_ONCE : 0) | (back ? ENTRY_BACK : 0));
    if (!once) {
        put_varint64(out, counts->frequency - counts->docs - 1);
        if (positions)
            put_varint64(out, counts->frequency - counts->occurrences);
    }
    put_offsets(writer, back, positions, place);
}

static bool has_failed(const struct dictionary_writer *writer)
{
    return writer->keys.failed || writer->places.failed ||
           writer->lengths.failed;
}

int dictionary_add(struct dictionary_writer *writer, struct slice term,
                   const struct term_entry *entry, struct err *err)
{
    struct slice last = {writer->last, writer->last_len};
    assert(term.len > 0 && term.len <= TERM_KEY_MAX);
    assert(slice_cmp(last, term) < 0);
    assert(entry->counts.docs > 0 && entry->counts.docs <= UINT32_MAX);
    if (writer->terms == UINT32_MAX)
        return err_set(err, ERR_LIMIT, "a segment has 2^32 - 1 terms at most");
    size_t shared = slices_alike(last, term);
    if (writer->terms % DICTIONARY_BLOCK == 0) {
        begin_block(writer, term);
        shared = 0;
    }
    put_term(&writer->texts, term, shared);
    put_entry(writer, (enum term_class)term.data[0], entry);
    memcpy(writer->last, term.data, term.len);
    writer->last_len = term.len;
    if (++writer->terms % DICTIONARY_BLOCK == 0)
        end_block(writer);
    return writer->texts.failed || writer->entries.failed || has_failed(writer)
               ? err_set(err, ERR_NOMEM, "no memory for a dictionary")
               : ERR_OK;
}

/* Keys to whole nodes, then to every node a key in the level above. */
static void put_tree(struct dictionary_writer *writer)
{
    struct bytes_out *keys = &writer->keys;
    uint32_t nodes = dictionary_nodes(writer->blocks);
    for (size_t from = 0; nodes;
         nodes = nodes > 1 ? dictionary_nodes(nodes) : 0) {
        while (keys->len < from + (size_t)nodes * NODE_SIZE && !keys->failed)
            put_u64(keys, NO_KEY);
        if (keys->failed)
            return;
        for (uint32_t i = 0; nodes > 1 && i < nodes; i++)
            put_u64(keys, load_u64(keys->data + from + (size_t)i * NODE_SIZE));
        from += (size_t)nodes * NODE_SIZE;
    }
}

int dictionary_finish(struct dictionary_writer *writer, struct err *err)
{
    static const uint8_t zeros[NODE_SIZE];
    struct bytes_out footer = {0};
    if (writer->terms % DICTIONARY_BLOCK)
        end_block(writer);
    uint64_t blocks_end = section_size(writer->out);
    section_put(writer->out, zeros,
                (size_t)(dictionary_tree_offset(blocks_end) - blocks_end));
    put_tree(writer);
    section_put(writer->out, writer->keys.data, writer->keys.len);
    section_put(writer->out, writer->places.data, writer->places.len);
    section_put(writer->out, writer->lengths.data, writer->lengths.len);
    put_u64(&footer, blocks_end);
    put_u32(&footer, writer->terms);
    section_put(writer->out, footer.data, footer.len);
    int rc = footer.failed || has_failed(writer)
                 ? err_set(err, ERR_NOMEM, "no memory for a dictionary")
                 : ERR_OK;
    bytes_out_release(&footer);
    return rc;
}

void dictionary_writer_close(struct dictionary_writer *writer)
{
    if (!writer)
        return;
    bytes_out_release(&writer->texts);
    bytes_out_release(&writer->entries);
    bytes_out_release(&writer->keys);
    bytes_out_release(&writer->places);
    bytes_out_release(&writer->lengths);
    mem_free(writer);
}
