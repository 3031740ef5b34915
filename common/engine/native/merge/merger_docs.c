/* Articles in their new order. Each input has up to three runs that are in order
 * already: its live articles, those that died since it was written, and its old
 * versions. The live runs are merged first, then the others. Runs are few, so the
 * first of them is found by looking at each. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"
#include "base/limits.h"

enum fate { LIVE, OLD, GONE };

struct run {
    struct merge_source *source;
    doc_id at, end;
    enum fate fate; /* of its articles; others in between are skipped */
    struct doc_record record; /* of `at`, when at < end */
};

static bool bit(const uint64_t *bits, doc_id doc)
{
    return bits[doc / 64] >> doc % 64 & 1;
}

static enum fate fate_of(const struct merge_source *source, doc_id doc)
{
    if (source->purged && bit(source->purged, doc))
        return GONE;
    if (doc >= source->segment->docs)
        return OLD;
    return !source->bits || bit(source->bits, doc) ? LIVE : OLD;
}

static uint32_t all_docs(const struct merge_source *source)
{
    return source->segment->docs + source->segment->archived;
}

/* From run->at on, the next of its articles. */
static int run_settle(struct run *run, struct err *err)
{
    while (run->at < run->end && fate_of(run->source, run->at) != run->fate)
        run->at++;
    if (run->at == run->end)
        return ERR_OK;
    return columns_record(&run->source->segment->columns, run->at, &run->record,
                          err);
}

/* The run with the first article; of equal ones the earlier run. NULL at the end. */
static struct run *first_run(struct run *runs, size_t count)
{
    struct run *first = NULL;
    for (size_t i = 0; i < count; i++)
        if (runs[i].at < runs[i].end &&
            (!first || doc_record_order(&runs[i].record, &first->record) < 0))
            first = &runs[i];
    return first;
}

static int primary_lang(const struct columns *columns, doc_id doc,
                        struct slice *out, struct err *err)
{
    uint16_t index;
    int rc = columns_lang(columns, doc, &index, err);
    if (rc == ERR_OK)
        *out = columns->lang_names.item[index];
    return rc;
}

/* Where its title and its last part end. */
static int note_ends(struct merge *m, const struct run *run, doc_id new_id,
                     struct err *err)
{
    uint64_t most =
        (uint64_t)run->record.words + PART_COUNT * LIMIT_SECTION_GAP;
    for (int part = 0; part < PART_COUNT; part++)
        if (run->record.part[part].end > m->ends[new_id])
            m->ends[new_id] = run->record.part[part].end;
    m->title_ends[new_id] = run->record.part[PART_TITLE].end;
    return m->ends[new_id] <= most && run->record.words <= LIMIT_ARTICLE_BYTES
               ? ERR_OK
               : err_set(err, ERR_CORRUPT,
                         "%s: records: article %u is longer than its words",
                         segment_file_path(run->source->segment->file),
                         run->at);
}

static int add_article(struct merge *m, struct columns_writer *writer,
                       const struct run *run, doc_id new_id, struct err *err)
{
    const struct columns *columns = &run->source->segment->columns;
    struct slice lang;
    struct doc_marks marks;
    int rc = primary_lang(columns, run->at, &lang, err);
    if (!rc && run->fate == LIVE) {
        m->lengths[new_id] = run->record.words;
        m->words += run->record.words;
        rc = note_ends(m, run, new_id, err);
    }
    if (!rc && run->fate == LIVE)
        rc = columns_marks(columns, run->at, &m->term_arena, &marks, err);
    if (!rc)
        rc = columns_add(writer, &run->record, lang,
                         run->fate == LIVE ? &marks : NULL, err);
    arena_reset(&m->term_arena);
    return rc;
}

/* Merge runs; *next is the first new id and then one past the last. */
static int merge_runs(struct merge *m, struct columns_writer *writer,
                      struct run *runs, size_t count, doc_id *next,
                      struct err *err)
{
    struct run *run;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = run_settle(&runs[i], err);
    while (rc == ERR_OK && (run = first_run(runs, count))) {
        rc = add_article(m, writer, run, *next, err);
        run->source->new_of[run->at++] = (*next)++;
        if (rc == ERR_OK)
            rc = run_settle(run, err);
    }
    return rc;
}

static int merge_columns(struct merge *m, struct columns_writer *writer,
                         struct err *err)
{
    struct run *runs = arena_array(&m->arena, struct run, 2 * m->count);
    doc_id next = 0;
    if (!runs)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < m->count; i++)
        runs[i] = (struct run){.source = &m->source[i],
                               .end = m->source[i].segment->docs,
                               .fate = LIVE};
    int rc = merge_runs(m, writer, runs, m->count, &next, err);
    for (size_t i = 0; i < m->count; i++) {
        struct merge_source *source = &m->source[i];
        uint32_t docs = source->segment->docs;
        /* Of two versions with equal order, that which died earlier is older. */
        runs[2 * i] = (struct run){
            .source = source, .at = docs, .end = all_docs(source), .fate = OLD};
        runs[2 * i + 1] =
            (struct run){.source = source, .end = docs, .fate = OLD};
    }
    if (rc == ERR_OK)
        rc = merge_runs(m, writer, runs, 2 * m->count, &next, err);
    return rc ? rc : columns_finish(writer, err);
}

/* How many articles there will be, and room for their numbers. */
static int count_docs(struct merge *m, struct err *err)
{
    uint64_t docs = 0, all = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct merge_source *source = &m->source[i];
        uint32_t count = all_docs(source);
        source->new_of = arena_array(&m->arena, doc_id, count);
        source->tickets = arena_array(&m->arena, uint32_t, count);
        if (!source->new_of || !source->tickets)
            return err_set(err, ERR_NOMEM, "out of memory");
        for (doc_id doc = 0; doc < count; doc++) {
            enum fate fate = fate_of(source, doc);
            docs += fate == LIVE;
            all += fate != GONE;
            source->new_of[doc] = DOC_END;
        }
    }
    if (all >= DOC_END)
        return err_set(err, ERR_LIMIT,
                       "%llu articles are more than one segment holds",
                       (unsigned long long)all);
    m->docs = (uint32_t)docs;
    m->all = (uint32_t)all;
    m->lengths = arena_array(&m->arena, uint32_t, docs);
    m->title_ends = arena_array(&m->arena, uint32_t, docs);
    m->ends = arena_array(&m->arena, uint32_t, docs);
    return m->lengths && m->title_ends && m->ends
               ? ERR_OK
               : err_set(err, ERR_NOMEM, "out of memory");
}

/* --- stored articles --- */

static bool is_gone(void *context, doc_id doc)
{
    return fate_of(context, doc) == GONE;
}

static int copy_texts(struct merge *m, struct stored_writer *writer,
                      struct err *err)
{
    uint32_t *ticket_of = arena_array(&m->arena, uint32_t, m->all);
    if (!ticket_of)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < m->count; i++) {
        struct merge_source *source = &m->source[i];
        int rc = stored_copy(writer, &source->segment->stored,
                             source->purged ? is_gone : NULL, source,
                             source->tickets, err);
        if (rc)
            return rc;
        for (doc_id doc = 0; doc < all_docs(source); doc++)
            if (source->new_of[doc] != DOC_END)
                ticket_of[source->new_of[doc]] = source->tickets[doc];
        m->done += section_length(source->segment->file, SECTION_STORED);
        merge_tell(m);
    }
    return stored_finish(writer, ticket_of, m->all, err);
}

int merge_docs(struct merge *m, struct err *err)
{
    struct columns_writer *columns = NULL;
    struct stored_writer *stored = NULL;
    int rc = count_docs(m, err);
    if (rc == ERR_OK)
        rc = columns_writer_open(m->segment, &columns, err);
    if (rc == ERR_OK)
        rc = merge_columns(m, columns, err);
    columns_writer_close(columns);
    if (rc == ERR_OK)
        rc = stored_writer_open(m->segment, &stored, err);
    if (rc == ERR_OK)
        rc = copy_texts(m, stored, err);
    stored_writer_close(stored);
    return rc;
}
