/* Mentions found anew. Between two registers only articles with certain words can differ
 * (register_changes()): those are read and analysed, what the others mention is copied.
 * Segments are not touched; each gets another file of mentions. */
#include "engine/native/write/native_writer_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/shared/native_terms.h"
#include "engine/register_file.h"
#include "entity/recogniser.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a register that articles were annotated by has otherwise. */
struct difference {
    char digest[DIGEST_TEXT_SIZE]; /* NO_REGISTER: everything */
    struct changed_name *name;
    size_t count;
    struct difference *next;
};

/* Mentions on their way: some have gone to a file when there was no memory for more. */
struct part {
    struct mentions *mentions;
    char name[SEGMENT_NAME_SIZE];
};

struct reannotation {
    struct native_writer *writer;
    struct recogniser *recogniser;
    struct difference *difference;
    struct arena differences; /* as long as all of it */
    uint64_t articles;

    /* Of one segment. */
    struct writer_segment *segment;
    uint64_t *candidates; /* a bit an article */
    const uint32_t *lengths;
    uint32_t *number, *title_end; /* by doc id, in the buffer */
    struct mention_buffer buffer;
    struct part *part;
    size_t parts;
    struct arena arena, article_arena;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to find mentions");
}

/* --- which articles --- */

static int read_difference(struct reannotation *r, const char *digest,
                           struct difference *out, struct err *err)
{
    struct entity_register *before = NULL;
    strcpy(out->digest, digest);
    if (strcmp(digest, NO_REGISTER) == 0)
        return ERR_OK;
    int rc = register_file_read(r->writer->dir, digest, &before, err);
    if (rc == ERR_OK)
        rc = register_changes(before, r->writer->options.entities,
                              &r->differences, &out->name, &out->count, err);
    register_free(before);
    return rc == ERR_NOTFOUND ? err_wrap(err, ERR_CORRUPT, "a register is gone")
                              : rc;
}

static int find_difference(struct reannotation *r, const char *digest,
                           const struct difference **out, struct err *err)
{
    struct difference *d = r->difference;
    while (d && strcmp(d->digest, digest) != 0)
        d = d->next;
    if (!d) {
        d = arena_new(&r->differences, struct difference);
        if (!d)
            return no_memory(err);
        int rc = read_difference(r, digest, d, err);
        if (rc)
            return rc;
        d->next = r->difference;
        r->difference = d;
    }
    *out = d;
    return ERR_OK;
}

/* Articles with any of the forms. */
static int fill_word(struct reannotation *r, const struct form_set *word,
                     uint64_t *bits, bool *any, struct err *err)
{
    const struct segment *segment = r->segment->segment;
    *any = false;
    memset(bits, 0, bit_words(segment->docs) * sizeof *bits);
    for (size_t i = 0; i < word->form.count; i++) {
        struct term term;
        struct postings *list = NULL;
        term_of_word(&term, TERM_WORD, word->form.item[i], 1);
        int rc = segment_postings(segment, term_slice(&term), &r->article_arena,
                                  &list, err);
        if (rc == ERR_OK && list)
            rc = postings_fill(list, bits, err);
        arena_reset(&r->article_arena);
        if (rc)
            return rc;
        *any = *any || list;
    }
    return ERR_OK;
}

/* Articles with one form of each word of the name. `room`: of two more sets. */
static int add_name(struct reannotation *r, const struct changed_name *name,
                    uint64_t *room, struct err *err)
{
    size_t words = bit_words(r->segment->segment->docs);
    uint64_t *all = room, *one = room + words;
    bool any = true;
    memset(all, 0xff, words * sizeof *all);
    for (size_t i = 0; any && i < name->word_count; i++) {
        int rc = fill_word(r, &name->word[i], one, &any, err);
        if (rc)
            return rc;
        for (size_t k = 0; k < words; k++)
            all[k] &= one[k];
    }
    for (size_t k = 0; any && k < words; k++)
        r->candidates[k] |= all[k];
    return ERR_OK;
}

/* Current ones only. */
static int choose(struct reannotation *r, const struct register_set *set,
                  struct err *err)
{
    const uint64_t *current = current_bits(r->segment);
    uint32_t docs = r->segment->segment->docs;
    size_t words = bit_words(docs);
    uint64_t *room = arena_array(&r->arena, uint64_t, 2 * words);
    int rc = ERR_OK;
    r->candidates = arena_array(&r->arena, uint64_t, words);
    if (!room || !r->candidates)
        return no_memory(err);
    for (size_t i = 0; rc == ERR_OK && i < set->count; i++) {
        const struct difference *d = NULL;
        rc = find_difference(r, set->digest[i], &d, err);
        if (rc == ERR_OK && strcmp(d->digest, NO_REGISTER) == 0)
            memset(r->candidates, 0xff, words * sizeof *r->candidates);
        for (size_t n = 0; rc == ERR_OK && n < d->count; n++)
            rc = add_name(r, &d->name[n], room, err);
    }
    for (size_t k = 0; k < words; k++)
        r->candidates[k] &= current ? current[k] : UINT64_MAX;
    if (docs % 64)
        r->candidates[words - 1] &= (UINT64_C(1) << docs % 64) - 1;
    return rc;
}

/* --- their mentions --- */

static struct mentions_target target_of(const struct reannotation *r,
                                        const char *name,
                                        const char (*digest)[DIGEST_TEXT_SIZE])
{
    const struct segment *segment = r->segment->segment;
    return (struct mentions_target){
        .dir = r->writer->segments_dir,
        .name = name,
        .docs = segment->docs,
        .words = segment_file_facts(segment->file)->words,
        .lengths = r->lengths,
        .registers = digest,
        .register_count = 1};
}

static int open_part(struct reannotation *r, struct part *part, struct err *err)
{
    const struct segment *segment = r->segment->segment;
    char path[PATH_MAX];
    int rc = segment_path(r->writer, part->name, path, err);
    return rc ? rc
              : mentions_open(path, segment->docs,
                              segment_file_facts(segment->file)->words,
                              &part->mentions, err);
}

/* What is in the buffer goes to a file that lives until the segment's is written. */
static int flush_part(struct reannotation *r,
                      const char (*digest)[DIGEST_TEXT_SIZE], struct err *err)
{
    const struct mention_docs docs = {r->number, r->title_end};
    uint32_t crc;
    uint64_t size;
    if (r->buffer.articles == 0)
        return ERR_OK;
    struct part *more = mem_realloc(r->part, (r->parts + 1) * sizeof *r->part);
    if (!more)
        return no_memory(err);
    r->part = more;
    struct part *part = &r->part[r->parts];
    *part = (struct part){NULL, ""};
    snprintf(part->name, sizeof part->name, "spill-%06u", (unsigned)r->parts);
    r->parts++;
    const struct mentions_target target = target_of(r, part->name, digest);
    r->writer->made_files = true;
    int rc = mention_buffer_write(&r->buffer, &docs, &target, &size, &crc, err);
    mention_buffer_release(&r->buffer);
    memset(r->number, 0xff, (size_t)target.docs * sizeof *r->number);
    return rc ? rc : open_part(r, part, err);
}

static int find_in_article(struct reannotation *r, doc_id doc, struct err *err)
{
    const struct segment *segment = r->segment->segment;
    struct doc_record record;
    struct article article;
    struct analysis analysis;
    struct slice payload;
    int rc = ERR_OK;
    if (!r->recogniser) /* often no article has the words of a new name */
        rc = recogniser_new(r->writer->options.entities, &r->recogniser, err);
    if (rc)
        return rc;
    rc = columns_record(&segment->columns, doc, &record, err);
    if (rc == ERR_OK)
        rc = stored_read(&segment->stored, doc, &r->article_arena, &payload,
                         err);
    if (rc == ERR_NOTFOUND)
        return err_set(err, ERR_UNSUPPORTED,
                       "%.*s: no text is kept of it, in which entities could "
                       "be found",
                       SLICE_ARG(record.key));
    if (rc == ERR_OK)
        rc = article_from_payload(payload, &r->article_arena, &article, err);
    if (rc)
        return rc;
    article.key = record.key;
    rc = analyse_article(&article, NULL, &r->article_arena, &analysis);
    if (rc == ERR_OK)
        rc = recogniser_find(r->recogniser, &article, &analysis,
                             &r->article_arena);
    if (rc)
        return err_set(err, rc, "%.*s: cannot be analysed",
                       SLICE_ARG(record.key));
    r->number[doc] = r->buffer.articles;
    r->title_end[doc] = record.part[PART_TITLE].end;
    r->articles++;
    return mention_buffer_add(&r->buffer, &analysis.mentions, err);
}

static int find_mentions(struct reannotation *r,
                         const char (*digest)[DIGEST_TEXT_SIZE],
                         struct err *err)
{
    struct native_writer *self = r->writer;
    uint32_t docs = r->segment->segment->docs;
    int rc = ERR_OK;
    r->number = arena_array(&r->arena, uint32_t, docs);
    r->title_end = arena_array(&r->arena, uint32_t, docs);
    if (!r->number || !r->title_end)
        return no_memory(err);
    memset(r->number, 0xff, (size_t)docs * sizeof *r->number);
    for (doc_id doc = 0; rc == ERR_OK && doc < docs; doc++) {
        if (!bit_at(r->candidates, doc))
            continue;
        rc = find_in_article(r, doc, err);
        arena_reset(&r->article_arena);
        if (rc == ERR_OK &&
            mention_buffer_memory(&r->buffer) > self->memory_bytes)
            rc = flush_part(r, digest, err);
    }
    return rc ? rc : flush_part(r, digest, err);
}

/* --- the new file --- */

/* The old mentions of what was not read, and the new ones. */
static int write_file(struct reannotation *r,
                      const char (*digest)[DIGEST_TEXT_SIZE],
                      struct side_file *out, struct err *err)
{
    const struct segment *segment = r->segment->segment;
    const uint64_t *current = current_bits(r->segment);
    uint32_t docs = segment->docs;
    struct mentions_source *source =
        arena_array(&r->arena, struct mentions_source, r->parts + 1);
    doc_id *kept = arena_array(&r->arena, doc_id, docs);
    doc_id *same = arena_array(&r->arena, doc_id, docs);
    struct mentions_writer *writer = NULL;
    if (!source || !kept || !same)
        return no_memory(err);
    for (doc_id doc = 0; doc < docs; doc++) {
        bool gone =
            bit_at(r->candidates, doc) || (current && !bit_at(current, doc));
        kept[doc] = gone ? DOC_END : doc;
        same[doc] = doc;
    }
    source[0] = (struct mentions_source){segment->mentions, kept};
    for (size_t i = 0; i < r->parts; i++)
        source[i + 1] = (struct mentions_source){r->part[i].mentions, same};
    mentions_file_name(slice_of(r->segment->name), writer_generation(r->writer),
                       digest, 1, out->name);
    r->writer->made_files = true;
    const struct mentions_target target = target_of(r, out->name, digest);
    int rc = mentions_writer_open(&target, &writer, err);
    if (rc == ERR_OK)
        rc = mentions_merge(source, r->parts + 1, writer, err);
    if (rc == ERR_OK)
        rc = mentions_finish(writer, &out->size, &out->crc32, err);
    mentions_writer_close(writer);
    return rc;
}

/* In place of the one before. */
static int take_file(struct reannotation *r, const struct side_file *fresh,
                     struct err *err)
{
    struct writer_segment *s = r->segment;
    char path[PATH_MAX], old[PATH_MAX];
    struct mentions *before = s->segment->mentions;
    int rc = segment_path(r->writer, fresh->name, path, err);
    if (rc == ERR_OK)
        rc = segment_open_mentions(s->segment, path, err);
    if (rc)
        return rc;
    mentions_close(before);
    if (s->mentions.name[0] && !s->mentions.committed &&
        strcmp(s->mentions.name, fresh->name) != 0 &&
        segment_path(r->writer, s->mentions.name, old, NULL) == ERR_OK)
        (void)unlink(old); /* else close() tries again */
    s->mentions = *fresh;
    return ERR_OK;
}

static void drop_parts(struct reannotation *r)
{
    for (size_t i = 0; i < r->parts; i++) {
        char path[PATH_MAX];
        mentions_close(r->part[i].mentions);
        if (segment_path(r->writer, r->part[i].name, path, NULL) == ERR_OK)
            (void)unlink(path); /* else close() tries again */
    }
    mem_free(r->part);
    r->part = NULL;
    r->parts = 0;
}

static int annotate(struct reannotation *r, const struct register_set *set,
                    struct err *err)
{
    char digest[1][DIGEST_TEXT_SIZE];
    struct side_file fresh = {.name = ""};
    memcpy(digest[0], r->writer->options.entities->digest, DIGEST_TEXT_SIZE);
    int rc = columns_lengths(&r->segment->segment->columns, &r->lengths, err);
    if (rc == ERR_OK)
        rc = choose(r, set, err);
    if (rc == ERR_OK)
        rc = find_mentions(r, digest, err);
    if (rc == ERR_OK)
        rc = segment_damage(r->segment->segment, err);
    if (rc == ERR_OK)
        rc = write_file(r, digest, &fresh, err);
    if (rc == ERR_OK)
        rc = take_file(r, &fresh, err);
    drop_parts(r);
    mention_buffer_release(&r->buffer);
    arena_reset(&r->article_arena);
    arena_reset(&r->arena);
    return rc;
}

static int annotate_segment(struct reannotation *r, struct writer_segment *s,
                            struct err *err)
{
    struct native_writer *self = r->writer;
    struct register_set set = {0};
    r->segment = s;
    int rc = register_set_add_segment(&set, s->segment, s->live_docs, err);
    if (rc == ERR_OK && set.count &&
        !register_set_is(&set, self->options.entities->digest)) {
        rc = annotate(r, &set, err);
        self->changed = true;
    }
    register_set_release(&set);
    return rc;
}

int native_writer_reannotate(struct writer *writer, uint64_t *articles,
                             struct err *err)
{
    struct native_writer *self = (struct native_writer *)writer;
    struct reannotation r = {.writer = self};
    *articles = 0;
    if (self->failed)
        return err_set(err, ERR_IO, "%s: an earlier write failed", self->dir);
    if (!self->options.entities)
        return err_set(err, ERR_INVALID, "no register to find entities by");
    self->failed = true; /* unless all of this succeeds */
    arena_init(&r.differences, SIZE_MAX);
    arena_init(&r.arena, SIZE_MAX);
    arena_init(&r.article_arena, SIZE_MAX);
    int rc = buffer_flush(self, err);
    for (size_t i = 0; rc == ERR_OK && i < self->segment_count; i++) {
        writer_progress(self, "reannotating", i, self->segment_count);
        rc = annotate_segment(&r, &self->segment[i], err);
    }
    if (rc == ERR_OK)
        writer_progress(self, "reannotating", self->segment_count,
                        self->segment_count);
    recogniser_free(r.recogniser);
    arena_reset(&r.differences);
    *articles = r.articles;
    self->failed = rc != ERR_OK;
    return rc;
}
