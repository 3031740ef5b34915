/* The container of mentions, read: terms of two classes, and which registers they were
 * found by. */
#include "segment/mentions.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/segment.h"

#include <string.h>

enum { DIGEST_BYTES = DIGEST_TEXT_SIZE - 1, WIDTH_BYTES = 2 };

/* --- opening --- */

static int corrupt(const struct mentions *mentions, const char *what,
                   struct err *err)
{
    return err_set(err, ERR_CORRUPT, "%s: mentions: %s",
                   segment_file_path(mentions->file), what);
}

static bool is_digest(const char *text)
{
    return strspn(text, "0123456789abcdef") == DIGEST_BYTES;
}

static int read_registers(struct mentions *mentions, struct err *err)
{
    uint64_t length = section_length(mentions->file, SECTION_RECORDS);
    struct slice bytes;
    if (length == 0 || length % DIGEST_BYTES != 0)
        return corrupt(mentions, "not found by registers", err);
    int rc =
        section_bytes(mentions->file, SECTION_RECORDS, 0, length, &bytes, err);
    if (rc)
        return rc;
    size_t count = (size_t)(length / DIGEST_BYTES);
    mentions->registers = mem_alloc(count * sizeof *mentions->registers);
    if (!mentions->registers)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it",
                       segment_file_path(mentions->file));
    for (size_t i = 0; i < count; i++) {
        char *digest = mentions->registers[i];
        memcpy(digest, bytes.data + i * DIGEST_BYTES, DIGEST_BYTES);
        digest[DIGEST_BYTES] = 0;
        if (!is_digest(digest) ||
            (i && strcmp(mentions->registers[i - 1], digest) >= 0))
            return corrupt(mentions, "no digest of a register", err);
    }
    mentions->register_count = count;
    return ERR_OK;
}

static int open_parts(struct mentions *mentions, uint32_t docs, uint64_t words,
                      struct err *err)
{
    const struct segment_facts *facts = segment_file_facts(mentions->file);
    mentions->docs = docs;
    if (facts->docs != docs || facts->words != words || facts->archived != 0 ||
        facts->pair_share != 0)
        return corrupt(mentions, "not of this segment", err);
    int rc = read_registers(mentions, err);
    return rc ? rc
              : dictionary_open(mentions->file, &mentions->dictionary, err);
}

int mentions_open(const char *path, uint32_t docs, uint64_t words,
                  struct mentions **out, struct err *err)
{
    struct mentions *mentions = mem_alloc(sizeof *mentions);
    if (!mentions)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", path);
    *mentions = (struct mentions){0};
    int rc = segment_file_open(path, &mentions->file, err);
    if (rc == ERR_OK)
        rc = open_parts(mentions, docs, words, err);
    if (rc) {
        mentions_close(mentions);
        return rc;
    }
    *out = mentions;
    return ERR_OK;
}

void mentions_close(struct mentions *mentions)
{
    if (!mentions)
        return;
    segment_file_close(mentions->file);
    mem_free(mentions->registers);
    mem_free(mentions);
}

const char *mentions_path(const struct mentions *mentions)
{
    return segment_file_path(mentions->file);
}

/* --- terms --- */

static bool is_id(struct slice id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.data[i] <= TERM_JOINED)
            return false;
    return id.len > 0 && id.len <= MENTION_ID_MAX;
}

/* At most so many bytes, and no half of a character. */
static struct slice cut(struct slice text, size_t most)
{
    if (text.len <= most)
        return text;
    while (most > 0 && (text.data[most] & 0xc0) == 0x80)
        most--;
    return slice_part(text, 0, most);
}

int mention_term(struct slice id, const struct slice *form, uint16_t width,
                 uint8_t room[TERM_KEY_MAX], struct slice *out, struct err *err)
{
    if (!is_id(id))
        return err_set(err, id.len > MENTION_ID_MAX ? ERR_LIMIT : ERR_INVALID,
                       "no id of an entity: \"%.*s\"",
                       (int)(id.len < 80 ? id.len : 80), (const char *)id.data);
    size_t len = 1 + id.len;
    room[0] = form ? TERM_FORM : TERM_ENTITY;
    memcpy(room + 1, id.data, id.len);
    if (form) {
        struct slice text = cut(*form, MENTION_FORM_MAX);
        room[len++] = TERM_JOINED;
        if (text.len)
            memcpy(room + len, text.data, text.len);
        len += text.len;
        room[len++] = (uint8_t)(width >> 8);
        room[len++] = (uint8_t)width;
    }
    *out = (struct slice){room, len};
    return ERR_OK;
}

int mentions_find(const struct mentions *mentions, struct slice id,
                  struct term_entry *out, bool *found, struct err *err)
{
    uint8_t room[TERM_KEY_MAX];
    struct slice term;
    *found = false;
    /* No entity has another. */
    if (mention_term(id, NULL, 0, room, &term, NULL))
        return ERR_OK;
    return dictionary_find(&mentions->dictionary, term, out, found, err);
}

/* --- walks --- */

static int bad_term(struct mention_cursor *cursor, struct err *err)
{
    const struct segment_file *file = cursor->terms.dictionary->file;
    cursor->at_end = true;
    return err_set(err, ERR_CORRUPT, "%s: dictionary: term %u: no mention",
                   segment_file_path(file), cursor->terms.entry.number);
}

/* What stands in the term that the walk has come to; `first` is the one that it began
 * with. */
static int settle(struct mention_cursor *cursor, const uint8_t *first,
                  struct err *err)
{
    const struct dictionary_cursor *terms = &cursor->terms;
    struct slice term = {terms->term, terms->term_len};
    cursor->at_end =
        terms->at_end || term.data[0] > (uint8_t)cursor->class ||
        (cursor->prefix && (term.len < cursor->prefix ||
                            memcmp(first, term.data, cursor->prefix) != 0));
    if (cursor->at_end)
        return ERR_OK;
    struct slice text = slice_part(term, 1, term.len);
    cursor->entry = terms->entry;
    if (cursor->class == TERM_ENTITY) {
        cursor->id = text;
        return is_id(text) && term.data[0] == TERM_ENTITY
                   ? ERR_OK
                   : bad_term(cursor, err);
    }
    const uint8_t *joined = memchr(text.data, TERM_JOINED, text.len);
    size_t id = joined ? (size_t)(joined - text.data) : text.len;
    if (text.len < id + 1 + WIDTH_BYTES || !is_id(slice_part(text, 0, id)))
        return bad_term(cursor, err);
    const uint8_t *width = text.data + text.len - WIDTH_BYTES;
    cursor->id = slice_part(text, 0, id);
    cursor->form = slice_part(text, id + 1, text.len - WIDTH_BYTES);
    cursor->width = (uint16_t)(width[0] << 8 | width[1]);
    return cursor->width ? ERR_OK : bad_term(cursor, err);
}

static int begin(const struct mentions *mentions, struct slice from,
                 size_t prefix, struct mention_cursor *cursor, struct err *err)
{
    cursor->class = from.data[0];
    cursor->prefix = prefix;
    cursor->form = (struct slice){0};
    cursor->width = 0;
    cursor->at_end = true;
    int rc = dictionary_seek(&mentions->dictionary, from, &cursor->terms, err);
    return rc ? rc : settle(cursor, from.data, err);
}

int mentions_entities(const struct mentions *mentions,
                      struct mention_cursor *cursor, struct err *err)
{
    static const uint8_t first[] = {TERM_ENTITY};
    return begin(mentions, (struct slice){first, sizeof first}, 0, cursor, err);
}

int mentions_forms(const struct mentions *mentions, struct slice id,
                   struct mention_cursor *cursor, struct err *err)
{
    uint8_t room[TERM_KEY_MAX] = {TERM_FORM};
    if (id.len == 0)
        return begin(mentions, (struct slice){room, 1}, 0, cursor, err);
    cursor->at_end = true;
    if (!is_id(id))
        return ERR_OK;
    memcpy(room + 1, id.data, id.len);
    room[1 + id.len] = TERM_JOINED;
    size_t prefix = 2 + id.len;
    return begin(mentions, (struct slice){room, prefix}, prefix, cursor, err);
}

int mention_next(struct mention_cursor *cursor, struct err *err)
{
    uint8_t before[MENTION_ID_MAX + 2];
    if (cursor->at_end)
        return ERR_OK;
    if (cursor->prefix)
        memcpy(before, cursor->terms.term, cursor->prefix);
    cursor->at_end = true;
    int rc = dictionary_next(&cursor->terms, err);
    return rc ? rc : settle(cursor, before, err);
}

/* --- lists --- */

int mentions_postings(const struct mentions *mentions,
                      const struct term_entry *entry, struct arena *arena,
                      struct postings **out, struct err *err)
{
    return postings_open(mentions->file, TERM_ENTITY, entry, mentions->docs,
                         arena, out, err);
}

static int subtract(struct postings *list, struct term_counts *counts,
                    struct err *err)
{
    const uint32_t *at;
    uint32_t count;
    int rc = postings_positions(list, &at, &count, err);
    if (rc)
        return rc;
    counts->docs--;
    counts->frequency -= count;
    for (uint32_t i = 0; i < count; i++)
        counts->occurrences -= i == 0 || at[i] != at[i - 1];
    return ERR_OK;
}

int mentions_live_counts(const struct segment *segment,
                         const struct term_entry *entry,
                         struct term_counts *out, struct err *err)
{
    struct arena arena;
    struct postings *list = NULL;
    *out = entry->counts;
    if (!segment->live)
        return ERR_OK;
    arena_init(&arena, SIZE_MAX);
    int rc = mentions_postings(segment->mentions, entry, &arena, &list, err);
    if (rc == ERR_OK) {
        struct doc_iter *it = postings_iter(list);
        for (; rc == ERR_OK && it->doc != DOC_END; doc_iter_next(it))
            if (!segment_is_live(segment, it->doc))
                rc = subtract(list, out, err);
        if (rc == ERR_OK)
            rc = it->status;
    }
    arena_reset(&arena);
    /* More repeats are taken away than there are, only when they were told wrong. */
    if (rc == ERR_OK && (out->frequency > entry->counts.frequency ||
                         out->occurrences > entry->counts.occurrences))
        rc =
            corrupt(segment->mentions, "counts that are not their lists'", err);
    return rc;
}
