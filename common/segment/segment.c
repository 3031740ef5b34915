#include "segment/segment.h"

#include "base/err.h"
#include "base/mem.h"

#include <inttypes.h>

/* Names of languages, mostly; the parts bound what they ask for. */
enum { SEGMENT_MEMORY = 64 << 20 };

static int open_parts(struct segment *segment, const char *live_path,
                      struct err *err)
{
    const struct segment_facts *facts = segment_file_facts(segment->file);
    segment->docs = facts->docs;
    segment->archived = facts->archived;
    int rc = dictionary_open(segment->file, &segment->dictionary, err);
    if (rc == ERR_OK)
        rc = columns_open(segment->file, &segment->arena, &segment->columns,
                          err);
    if (rc == ERR_OK)
        rc = stored_open(segment->file, &segment->stored, err);
    if (rc == ERR_OK)
        rc = stems_open(&segment->dictionary, &segment->stems, err);
    if (rc == ERR_OK && live_path)
        rc = live_open(live_path, segment->docs, &segment->live, err);
    return rc;
}

int segment_open(const char *path, const char *live_path, struct segment **out,
                 struct err *err)
{
    struct segment *segment = mem_alloc(sizeof *segment);
    if (!segment)
        return err_set(err, ERR_NOMEM, "%s: no memory to open it", path);
    *segment = (struct segment){0};
    arena_init(&segment->arena, SEGMENT_MEMORY);
    int rc = segment_file_open(path, &segment->file, err);
    if (rc == ERR_OK)
        rc = open_parts(segment, live_path, err);
    if (rc) {
        segment_close(segment);
        return rc;
    }
    *out = segment;
    return ERR_OK;
}

int segment_open_mentions(struct segment *segment, const char *path,
                          struct err *err)
{
    return mentions_open(path, segment->docs,
                         segment_file_facts(segment->file)->words,
                         &segment->mentions, err);
}

void segment_close(struct segment *segment)
{
    if (!segment)
        return;
    live_close(segment->live);
    mentions_close(segment->mentions);
    segment_file_close(segment->file);
    arena_reset(&segment->arena);
    mem_free(segment);
}

uint32_t segment_live_docs(const struct segment *segment)
{
    return segment->live ? live_facts_of(segment->live)->live_docs
                         : segment->docs;
}

uint64_t segment_live_words(const struct segment *segment)
{
    return segment->live ? live_facts_of(segment->live)->live_words
                         : segment_file_facts(segment->file)->words;
}

bool segment_is_live(const struct segment *segment, doc_id doc)
{
    return doc < segment->docs &&
           (!segment->live ||
            (live_bits(segment->live)[doc / 64] >> doc % 64 & 1));
}

/* `counts` less the dead. Damage is whatever no set of articles could have. */
static int subtract_dead(const struct segment *segment, enum term_class class,
                         uint32_t number, struct term_counts *counts,
                         struct err *err)
{
    struct term_counts dead;
    int rc = live_dead(segment->live, number, &dead, err);
    if (rc)
        return rc;
    if (!term_has_frequencies(class))
        dead.frequency = dead.occurrences = dead.docs;
    if (dead.docs > counts->docs || dead.frequency > counts->frequency ||
        dead.occurrences > counts->occurrences)
        return err_set(err, ERR_CORRUPT,
                       "%s: term %" PRIu32 ": more of it is dead than there is",
                       segment_file_path(segment->file), number);
    counts->docs -= dead.docs;
    counts->frequency -= dead.frequency;
    counts->occurrences -= dead.occurrences;
    return ERR_OK;
}

int segment_counts(const struct segment *segment, struct slice term,
                   struct term_counts *out, struct err *err)
{
    struct term_entry entry;
    bool found;
    *out = (struct term_counts){0};
    int rc = dictionary_find(&segment->dictionary, term, &entry, &found, err);
    if (rc || !found)
        return rc;
    enum term_class class = (enum term_class)term.data[0];
    if (segment->live && class != TERM_KEY)
        rc = subtract_dead(segment, class, entry.number, &entry.counts, err);
    if (rc == ERR_OK)
        *out = entry.counts;
    return rc;
}

int segment_postings(const struct segment *segment, struct slice term,
                     struct arena *arena, struct postings **out,
                     struct err *err)
{
    struct term_entry entry;
    bool found;
    *out = NULL;
    int rc = dictionary_find(&segment->dictionary, term, &entry, &found, err);
    if (rc || !found)
        return rc;
    enum term_class class = (enum term_class)term.data[0];
    uint32_t docs = segment->docs;
    if (class == TERM_KEY)
        docs += segment->archived;
    return postings_open(segment->file, class, &entry, docs, arena, out, err);
}

int segment_damage(const struct segment *segment, struct err *err)
{
    int rc = segment_file_damage(segment->file, err);
    if (rc == ERR_OK && segment->live)
        rc = live_damage(segment->live, err);
    if (rc == ERR_OK && segment->mentions)
        rc = segment_file_damage(segment->mentions->file, err);
    return rc;
}
