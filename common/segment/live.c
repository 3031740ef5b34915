#include "segment/live.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

/* The container is a segment's, with two sections of its own: docs/format/live.md. */

enum {
    LIVE_HEADER = 8, /* of SECTION_LIVE: live articles, zero */
    DEAD_HEADER = 8, /* of SECTION_DEAD: terms, bytes of data */
    DEAD_BLOCK = 64, /* terms for one entry of the index */
    DEAD_INDEX_ENTRY = 8,
};

struct live {
    struct segment_file *file;
    struct live_facts facts;
    uint64_t *bits;
    uint32_t dead, blocks;
    uint32_t data_len;
};

static size_t words_of(uint32_t docs)
{
    return docs / 64 + (docs % 64 != 0);
}

/* --- writing --- */

static void put_counts(struct bytes_out *out, const struct term_counts *c)
{
    bool plain = c->frequency == c->docs && c->occurrences == c->docs;
    put_varint64(out, c->docs << 1 | plain);
    if (!plain) {
        put_varint64(out, c->frequency);
        put_varint64(out, c->occurrences);
    }
}

/* Index and data; *data_len of the latter. */
static int encode_dead(const struct dead_term *dead, size_t count,
                       struct bytes_out *index, struct bytes_out *data)
{
    uint32_t before = 0;
    for (size_t i = 0; i < count && data->len <= UINT32_MAX; i++) {
        assert(i == 0 || dead[i].number > before);
        assert(dead[i].counts.docs >> 63 == 0);
        if (i % DEAD_BLOCK == 0) {
            put_u32(index, dead[i].number);
            put_u32(index, (uint32_t)data->len);
        } else {
            put_varint(data, dead[i].number - before - 1);
        }
        put_counts(data, &dead[i].counts);
        before = dead[i].number;
    }
    if (index->failed || data->failed)
        return ERR_NOMEM;
    return data->len > UINT32_MAX ? ERR_LIMIT : ERR_OK;
}

static void put_dead(struct section_out *out, size_t count,
                     const struct bytes_out *index,
                     const struct bytes_out *data)
{
    uint32_t header[2] = {(uint32_t)count, (uint32_t)data->len};
    section_put(out, header, sizeof header);
    section_put(out, index->data, index->len);
    section_put(out, data->data, data->len);
}

static void put_bits(struct section_out *out, const struct live_facts *facts,
                     const uint64_t *bits)
{
    uint32_t header[2] = {facts->live_docs, 0};
    uint32_t counted = 0;
    section_put(out, header, sizeof header);
    section_put(out, bits, words_of(facts->docs) * sizeof *bits);
    for (size_t i = 0; i < words_of(facts->docs); i++) {
        counted += (uint32_t)__builtin_popcountll(bits[i]);
    }
    assert(counted == facts->live_docs);
    assert(facts->docs % 64 == 0 ||
           bits[facts->docs / 64] >> facts->docs % 64 == 0);
}

int live_write(const char *dir, const char *name,
               const struct live_facts *facts, const uint64_t *bits,
               const struct dead_term *dead, size_t count, uint64_t *size,
               uint32_t *crc32, struct err *err)
{
    struct segment_writer *writer = NULL;
    struct bytes_out index = {0}, data = {0};
    struct segment_facts container = {.docs = facts->docs,
                                      .words = facts->live_words};
    int rc = encode_dead(dead, count, &index, &data);
    if (rc) {
        err_set(err, rc, "%s/%s: %s", dir, name,
                rc == ERR_NOMEM ? "no memory for the counts of the dead"
                                : "more than 4 GB of counts of the dead");
        goto out;
    }
    rc = segment_writer_open(dir, name, &writer, err);
    if (rc)
        goto out;
    put_bits(segment_section(writer, SECTION_LIVE), facts, bits);
    put_dead(segment_section(writer, SECTION_DEAD), count, &index, &data);
    rc = segment_writer_finish(writer, &container, size, crc32, err);

out:
    segment_writer_close(writer);
    bytes_out_release(&index);
    bytes_out_release(&data);
    return rc;
}

/* --- opening --- */

static int corrupt(const struct live *live, enum section_id id,
                   const char *what, struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: %s: %s",
                   segment_file_path(live->file), section_name(id), what);
}

static int read_bits(struct live *live, uint32_t docs, struct err *err)
{
    const struct segment_facts *facts = segment_file_facts(live->file);
    size_t words = words_of(docs);
    struct slice s;
    if (facts->docs != docs || facts->archived != 0)
        return corrupt(live, SECTION_LIVE, "not of this segment", err);
    if (section_length(live->file, SECTION_LIVE) != LIVE_HEADER + words * 8)
        return corrupt(live, SECTION_LIVE, "not one bit for each article", err);
    int rc = section_bytes(live->file, SECTION_LIVE, 0, LIVE_HEADER + words * 8,
                           &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    live->facts.docs = docs;
    live->facts.live_docs = get_u32(&in);
    live->facts.live_words = facts->words;
    if (get_u32(&in) != 0)
        return corrupt(live, SECTION_LIVE, "unknown bytes", err);
    live->bits = mem_alloc(words * 8 + 1);
    if (!live->bits)
        return err_set(err, ERR_NOMEM, "%s: no memory for %u bits",
                       segment_file_path(live->file), docs);
    uint64_t counted = 0;
    if (words)
        memcpy(live->bits, in.at, words * 8);
    for (size_t i = 0; i < words; i++)
        counted += (uint64_t)__builtin_popcountll(live->bits[i]);
    if (counted != live->facts.live_docs)
        return corrupt(live, SECTION_LIVE, "another number of bits", err);
    if (docs % 64 && live->bits[words - 1] >> docs % 64)
        return corrupt(live, SECTION_LIVE, "a bit behind the last", err);
    return ERR_OK;
}

static int read_dead_header(struct live *live, struct err *err)
{
    struct slice s;
    uint64_t len = section_length(live->file, SECTION_DEAD);
    if (len < DEAD_HEADER)
        return corrupt(live, SECTION_DEAD, "no header", err);
    int rc = section_bytes(live->file, SECTION_DEAD, 0, DEAD_HEADER, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    live->dead = get_u32(&in);
    live->data_len = get_u32(&in);
    live->blocks = live->dead / DEAD_BLOCK + (live->dead % DEAD_BLOCK ? 1 : 0);
    if (len != DEAD_HEADER + (uint64_t)live->blocks * DEAD_INDEX_ENTRY +
                   live->data_len)
        return corrupt(live, SECTION_DEAD, "not the size of its parts", err);
    /* A term costs a byte at least: so memory is asked for bytes that exist. */
    if (live->dead > live->data_len)
        return corrupt(live, SECTION_DEAD, "more terms than bytes", err);
    return ERR_OK;
}

int live_open(const char *path, uint32_t docs, struct live **out,
              struct err *err)
{
    struct live *live = mem_alloc(sizeof *live);
    if (!live)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", path);
    *live = (struct live){0};
    int rc = segment_file_open(path, &live->file, err);
    if (!rc)
        rc = read_bits(live, docs, err);
    if (!rc)
        rc = read_dead_header(live, err);
    if (rc) {
        live_close(live);
        return rc;
    }
    *out = live;
    return ERR_OK;
}

void live_close(struct live *live)
{
    if (!live)
        return;
    segment_file_close(live->file);
    mem_free(live->bits);
    mem_free(live);
}

const char *live_path(const struct live *live)
{
    return segment_file_path(live->file);
}

uint64_t live_length(const struct live *live, enum section_id id)
{
    return section_length(live->file, id);
}

const struct live_facts *live_facts_of(const struct live *live)
{
    return &live->facts;
}

const uint64_t *live_bits(const struct live *live)
{
    return live->bits;
}

/* --- the dead --- */

struct index_entry {
    uint32_t number, offset;
};

static int index_at(const struct live *live, uint32_t block,
                    struct index_entry *out, struct err *err)
{
    struct slice s;
    int rc = section_bytes(live->file, SECTION_DEAD,
                           DEAD_HEADER + (uint64_t)block * DEAD_INDEX_ENTRY,
                           DEAD_INDEX_ENTRY, &s, err);
    if (rc)
        return rc;
    struct bytes_in in = bytes_in(s);
    out->number = get_u32(&in);
    out->offset = get_u32(&in);
    return ERR_OK;
}

/* A block's terms, one after the other. */
struct dead_walk {
    struct bytes_in in;
    uint32_t left; /* terms that were not read */
    uint32_t number;
    bool begun;
};

static int walk_block(const struct live *live, uint32_t block,
                      struct dead_walk *walk, struct err *err)
{
    struct index_entry from, to = {0, live->data_len};
    struct slice s;
    int rc = index_at(live, block, &from, err);
    if (!rc && block + 1 < live->blocks)
        rc = index_at(live, block + 1, &to, err);
    if (rc)
        return rc;
    if (from.offset > to.offset || to.offset > live->data_len ||
        (block == 0 && from.offset != 0))
        return corrupt(live, SECTION_DEAD, "an offset that falls", err);
    rc = section_bytes(live->file, SECTION_DEAD,
                       DEAD_HEADER + (uint64_t)live->blocks * DEAD_INDEX_ENTRY +
                           from.offset,
                       to.offset - from.offset, &s, err);
    if (rc)
        return rc;
    uint32_t behind = live->dead - block * DEAD_BLOCK;
    *walk = (struct dead_walk){bytes_in(s),
                               behind < DEAD_BLOCK ? behind : DEAD_BLOCK,
                               from.number, false};
    return ERR_OK;
}

/* Needs walk->left. */
static int walk_next(const struct live *live, struct dead_walk *walk,
                     struct dead_term *out, struct err *err)
{
    struct bytes_in *in = &walk->in;
    if (walk->begun) {
        uint32_t gap = get_varint(in);
        if (gap >= UINT32_MAX - walk->number)
            return corrupt(live, SECTION_DEAD, "a term number too high", err);
        walk->number += gap + 1;
    }
    walk->begun = true;
    walk->left--;
    out->number = walk->number;
    uint64_t docs = get_varint64(in);
    out->counts = (struct term_counts){docs >> 1, docs >> 1, docs >> 1};
    if (!(docs & 1)) {
        out->counts.frequency = get_varint64(in);
        out->counts.occurrences = get_varint64(in);
    }
    if (in->bad || (walk->left == 0 && in->at != in->end))
        return corrupt(live, SECTION_DEAD,
                       "a block that is not as long as "
                       "its terms",
                       err);
    return ERR_OK;
}

/* The last block whose first term is not behind `number`; *found false: none. */
static int find_block(const struct live *live, uint32_t number, uint32_t *out,
                      bool *found, struct err *err)
{
    uint32_t low = 0, high = live->blocks;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct index_entry entry;
        int rc = index_at(live, middle, &entry, err);
        if (rc)
            return rc;
        if (entry.number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low > 0;
    *out = low - 1;
    return ERR_OK;
}

int live_dead(const struct live *live, uint32_t number, struct term_counts *out,
              struct err *err)
{
    uint32_t block;
    bool found;
    struct dead_walk walk;
    struct dead_term term;
    *out = (struct term_counts){0};
    int rc = find_block(live, number, &block, &found, err);
    if (rc || !found)
        return rc;
    rc = walk_block(live, block, &walk, err);
    while (!rc && walk.left) {
        rc = walk_next(live, &walk, &term, err);
        if (rc || term.number > number)
            break;
        if (term.number == number) {
            *out = term.counts;
            break;
        }
    }
    return rc;
}

/* Every term to `out`, if that is not NULL. */
static int read_dead(const struct live *live, struct dead_term *out,
                     struct err *err)
{
    size_t n = 0;
    uint32_t last = 0;
    for (uint32_t block = 0; block < live->blocks; block++) {
        struct dead_walk walk;
        struct dead_term term;
        int rc = walk_block(live, block, &walk, err);
        while (!rc && walk.left) {
            rc = walk_next(live, &walk, &term, err);
            if (!rc && n > 0 && term.number <= last)
                rc = corrupt(live, SECTION_DEAD, "terms that do not rise", err);
            last = term.number;
            if (!rc && out)
                out[n] = term;
            n++;
        }
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int live_dead_all(const struct live *live, struct arena *arena,
                  struct dead_term **out, size_t *count, struct err *err)
{
    *out = arena_array(arena, struct dead_term, live->dead);
    *count = live->dead;
    if (!*out)
        return err_set(err, ERR_NOMEM, "%s: no memory for %u counts",
                       segment_file_path(live->file), live->dead);
    return read_dead(live, *out, err);
}

int live_check(const struct live *live,
               void (*report)(void *, const char *fault), void *context,
               struct err *err)
{
    int rc = segment_file_check(live->file, report, context, err);
    if (rc)
        return rc;
    struct err fault;
    rc = read_dead(live, NULL, &fault);
    if (rc) {
        if (report)
            report(context, fault.text);
        err_set(err, rc, "%s", fault.text);
    }
    return rc;
}

int live_damage(const struct live *live, struct err *err)
{
    return segment_file_damage(live->file, err);
}
