#include "segment/dictionary.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/dictionary_format.h"

#include <assert.h>

/* CAPS or PLAIN. */
struct worded_writer {
    uint32_t terms;
    struct bytes_out bits;            /* u64 */
    struct bytes_out entries;         /* of this block */
    struct bytes_out blocks, lengths; /* of those before */
    bool differs; /* an entry of this block from its word's */
    struct dictionary_base base[2];
};

/* Along the words that have been written, as the classes of words come in their order. */
struct word_walk {
    enum term_class class; /* 0: none yet */
    struct bytes_in texts, entries;
    struct dictionary_base base[2];
    uint32_t number, next; /* of the word, of the one behind it */
    uint8_t term[TERM_KEY_MAX];
    size_t len;
    struct term_entry entry;
};

struct dictionary_writer {
    struct section_out *out;
    struct bytes_out texts, entries;  /* of this block */
    struct bytes_out keys;            /* of all blocks, 8 bytes each */
    struct bytes_out places, lengths; /* 8 bytes, 2 bytes */
    uint32_t blocks;                  /* that have ended */
    struct dictionary_base base[2];   /* as a cursor's */
    uint32_t terms, texts_count, words, stems;
    struct bytes_out word_texts, word_entries; /* of all WORD terms */
    struct word_walk walk;
    struct worded_writer worded[2];
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

static void put_block(struct dictionary_writer *writer, uint16_t len)
{
    if (writer->blocks++ % EXTENT_GROUP == 0)
        put_u64(&writer->places, section_size(writer->out));
    put_u16(&writer->lengths, len);
}

static void end_block(struct dictionary_writer *writer)
{
    uint8_t head[5];
    struct bytes_out texts = {.data = head, .cap = sizeof head};
    put_varint(&texts, (uint32_t)writer->texts.len);
    size_t len = texts.len + writer->texts.len + writer->entries.len;
    assert(len <= UINT16_MAX); /* 16 terms of at most 1 kB */
    put_block(writer, (uint16_t)len);
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

static void put_offsets(struct bytes_out *out, struct dictionary_base *base,
                        bool back, bool positions,
                        const struct term_place *place)
{
    base += back;
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

static void put_entry(struct bytes_out *out, struct dictionary_base *base,
                      enum term_class class, const struct term_entry *entry)
{
    const struct term_counts *counts = &entry->counts;
    const struct term_place *place = &entry->place;
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
    bool back = place->postings < base[0].postings ||
                (positions && place->positions < base[0].positions);
    put_varint64(out, counts->docs << ENTRY_LIST_SHIFT |
                          (once ? ENTRY_ONCE : 0) | (back ? ENTRY_BACK : 0));
    if (!once) {
        put_varint64(out, counts->frequency - counts->docs - 1);
        if (positions)
            put_varint64(out, counts->frequency - counts->occurrences);
    }
    put_offsets(out, base, back, positions, place);
}

static bool has_failed(const struct dictionary_writer *writer)
{
    bool failed = writer->keys.failed || writer->places.failed ||
                  writer->lengths.failed || writer->texts.failed ||
                  writer->entries.failed || writer->word_texts.failed ||
                  writer->word_entries.failed;
    for (int i = 0; i < 2; i++) {
        const struct worded_writer *worded = &writer->worded[i];
        failed = failed || worded->bits.failed || worded->entries.failed ||
                 worded->blocks.failed || worded->lengths.failed;
    }
    return failed;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for a dictionary");
}

/* --- terms with texts --- */

static void add_text(struct dictionary_writer *writer, struct slice term,
                     const struct term_entry *entry)
{
    enum term_class class = (enum term_class)term.data[0];
    size_t shared =
        slices_alike((struct slice){writer->last, writer->last_len}, term);
    if (writer->texts_count % DICTIONARY_BLOCK == 0) {
        memset(writer->base, 0, sizeof writer->base);
        put_u64(&writer->keys, dictionary_prefix(term));
        shared = 0;
    }
    size_t text = writer->texts.len, known = writer->entries.len;
    put_term(&writer->texts, term, shared);
    put_entry(&writer->entries, writer->base, class, entry);
    if (class == TERM_WORD && !writer->texts.failed &&
        !writer->entries.failed) {
        put_raw(&writer->word_texts, writer->texts.data + text,
                writer->texts.len - text);
        put_raw(&writer->word_entries, writer->entries.data + known,
                writer->entries.len - known);
    }
    writer->words += class == TERM_WORD;
    writer->stems += class == TERM_STEM;
    memcpy(writer->last, term.data, term.len);
    writer->last_len = term.len;
    if (++writer->texts_count % DICTIONARY_BLOCK == 0)
        end_block(writer);
}

/* --- words that are terms of another class, too --- */

/* What was written here, is read here. */
static void next_word(struct word_walk *walk)
{
    size_t shared = 0;
    struct slice own = {0};
    if (walk->next % DICTIONARY_BLOCK == 0)
        memset(walk->base, 0, sizeof walk->base);
    bool good = dictionary_take_term(&walk->texts, &shared, &own) &&
                !dictionary_take_entry(&walk->entries, TERM_WORD, UINT32_MAX,
                                       walk->base, &walk->entry);
    assert(good && shared + own.len <= sizeof walk->term);
    (void)good;
    memcpy(walk->term + shared, own.data, own.len);
    walk->len = shared + own.len;
    walk->number = walk->next++;
}

static struct slice text_of_word(const struct word_walk *walk)
{
    size_t len = walk->class == TERM_PLAIN
                     ? dictionary_form_len(walk->term, walk->len)
                     : walk->len;
    return (struct slice){walk->term + 1, len - 1};
}

/* Stand on the first word with the text of this term. False: there is none. */
static bool walk_to(struct dictionary_writer *writer, struct slice term)
{
    struct word_walk *walk = &writer->walk;
    struct slice text = slice_part(term, 1, term.len);
    if (walk->class != (enum term_class)term.data[0]) {
        walk->class = (enum term_class)term.data[0];
        walk->texts = bytes_in(
            (struct slice){writer->word_texts.data, writer->word_texts.len});
        walk->entries = bytes_in((struct slice){writer->word_entries.data,
                                                writer->word_entries.len});
        walk->next = 0;
        walk->len = 1;
    }
    while (walk->next < writer->words &&
           (walk->next == 0 || slice_cmp(text_of_word(walk), text) < 0))
        next_word(walk);
    return walk->next && slice_eq(text_of_word(walk), text);
}

static bool is_same(enum term_class class, const struct term_entry *word,
                    const struct term_entry *entry)
{
    struct term_entry same = dictionary_same(class, word);
    bool positions = term_has_positions(class);
    if (same.place.single || entry->place.single)
        return same.place.single && entry->place.single &&
               same.place.doc == entry->place.doc &&
               (!positions || same.place.position == entry->place.position);
    return same.counts.docs == entry->counts.docs &&
           same.counts.frequency == entry->counts.frequency &&
           same.place.postings == entry->place.postings &&
           (!positions ||
            (same.counts.occurrences == entry->counts.occurrences &&
             same.place.positions == entry->place.positions));
}

/* A block in which all are as their words is empty. */
static void end_words(struct worded_writer *worded)
{
    if (worded->differs)
        put_raw(&worded->blocks, worded->entries.data, worded->entries.len);
    put_u16(&worded->lengths,
            worded->differs ? (uint16_t)worded->entries.len : 0);
    worded->entries.len = 0;
    worded->differs = false;
    memset(worded->base, 0, sizeof worded->base);
}

static int add_word(struct dictionary_writer *writer, struct slice term,
                    const struct term_entry *entry, struct err *err)
{
    enum term_class class = (enum term_class)term.data[0];
    struct worded_writer *worded = &writer->worded[class == TERM_PLAIN];
    if (has_failed(writer))
        return no_memory(err);
    if (!walk_to(writer, term))
        return err_set(
            err, ERR_CORRUPT, "\"%.*s\" of class %u is not among the words",
            (int)term.len - 1, (const char *)term.data + 1, term.data[0]);
    size_t need = ((size_t)writer->words + 63) / 64 * 8;
    if (worded->bits.len < need) {
        uint8_t *bits = bytes_out_room(&worded->bits, need);
        if (!bits)
            return no_memory(err);
        memset(bits, 0, need);
        worded->bits.len = need;
    }
    uint32_t word = writer->walk.number;
    assert(!(worded->bits.data[word / 8] >> word % 8 & 1)); /* terms rise */
    worded->bits.data[word / 8] |= (uint8_t)(1 << word % 8);
    if (is_same(class, &writer->walk.entry, entry)) {
        put_u8(&worded->entries, ENTRY_SAME);
    } else {
        put_entry(&worded->entries, worded->base, class, entry);
        worded->differs = true;
    }
    if (++worded->terms % DICTIONARY_BLOCK == 0)
        end_words(worded);
    return ERR_OK;
}

int dictionary_add(struct dictionary_writer *writer, struct slice term,
                   const struct term_entry *entry, struct err *err)
{
    assert(term.len > 0 && term.len <= TERM_KEY_MAX);
    assert(slice_cmp((struct slice){writer->last, writer->last_len}, term) < 0);
    assert(term.data[0] >= writer->walk.class);
    assert(entry->counts.docs > 0 && entry->counts.docs <= UINT32_MAX);
    if (writer->terms == UINT32_MAX)
        return err_set(err, ERR_LIMIT, "a segment has 2^32 - 1 terms at most");
    if (term.data[0] == TERM_CAPS || term.data[0] == TERM_PLAIN) {
        int rc = add_word(writer, term, entry, err);
        if (rc)
            return rc;
    } else {
        add_text(writer, term, entry);
    }
    writer->terms++;
    return has_failed(writer) ? no_memory(err) : ERR_OK;
}

/* --- what stands behind the blocks --- */

/* Keys to whole nodes, then to every node a key in the level above. */
static void put_tree(struct dictionary_writer *writer)
{
    struct bytes_out *keys = &writer->keys;
    uint32_t nodes = dictionary_nodes(dictionary_blocks(writer->texts_count));
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

static void put_word_blocks(struct dictionary_writer *writer,
                            struct worded_writer *worded)
{
    const uint8_t *block;
    if (worded->terms % DICTIONARY_BLOCK)
        end_words(worded);
    block = worded->blocks.data;
    for (size_t i = 0; i < worded->lengths.len && !has_failed(writer); i += 2) {
        uint16_t len = load_u16(worded->lengths.data + i);
        put_block(writer, len);
        if (len)
            section_put(writer->out, block, len);
        block += len;
    }
}

static void put_bits(struct dictionary_writer *writer,
                     const struct worded_writer *worded)
{
    uint32_t rank = 0;
    section_put(writer->out, worded->bits.data, worded->bits.len);
    for (size_t at = 0; at < worded->bits.len; at += 8) {
        uint8_t bytes[] = {(uint8_t)rank, (uint8_t)(rank >> 8),
                           (uint8_t)(rank >> 16), (uint8_t)(rank >> 24)};
        if (at % (RANK_BITS / 8) == 0)
            section_put(writer->out, bytes, sizeof bytes);
        rank +=
            (uint32_t)__builtin_popcountll(load_u64(worded->bits.data + at));
    }
}

int dictionary_finish(struct dictionary_writer *writer, struct err *err)
{
    static const uint8_t zeros[NODE_SIZE];
    struct bytes_out footer = {0};
    if (writer->texts_count % DICTIONARY_BLOCK)
        end_block(writer);
    for (int i = 0; i < 2; i++)
        put_word_blocks(writer, &writer->worded[i]);
    uint64_t blocks_end = section_size(writer->out);
    section_put(writer->out, zeros,
                (size_t)(dictionary_tree_offset(blocks_end) - blocks_end));
    put_tree(writer);
    section_put(writer->out, writer->keys.data, writer->keys.len);
    section_put(writer->out, writer->places.data, writer->places.len);
    section_put(writer->out, writer->lengths.data, writer->lengths.len);
    for (int i = 0; i < 2; i++)
        put_bits(writer, &writer->worded[i]);
    put_u64(&footer, blocks_end);
    put_u32(&footer, writer->terms);
    put_u32(&footer, writer->words);
    put_u32(&footer, writer->worded[0].terms);
    put_u32(&footer, writer->stems);
    put_u32(&footer, writer->worded[1].terms);
    section_put(writer->out, footer.data, footer.len);
    int rc = footer.failed || has_failed(writer) ? no_memory(err) : ERR_OK;
    bytes_out_release(&footer);
    return rc;
}

void dictionary_writer_close(struct dictionary_writer *writer)
{
    if (!writer)
        return;
    for (int i = 0; i < 2; i++) {
        bytes_out_release(&writer->worded[i].bits);
        bytes_out_release(&writer->worded[i].entries);
        bytes_out_release(&writer->worded[i].blocks);
        bytes_out_release(&writer->worded[i].lengths);
    }
    bytes_out_release(&writer->texts);
    bytes_out_release(&writer->entries);
    bytes_out_release(&writer->word_texts);
    bytes_out_release(&writer->word_entries);
    bytes_out_release(&writer->keys);
    bytes_out_release(&writer->places);
    bytes_out_release(&writer->lengths);
    mem_free(writer);
}
