#include "engine/native/merge/merger_internal.h"

#include "base/err.h"

void merge_tell(const struct merge *m)
{
    uint64_t done = m->done;
    if (!m->progress || !m->progress->call)
        return;
    for (size_t i = 0; i < m->count; i++)
        done += m->source[i].postings_seen + m->source[i].positions_seen;
    m->progress->call(m->progress->context, done < m->total ? done : m->total,
                      m->total);
}

static int init_source(struct merge *m, const struct merge_input *input,
                       struct merge_source *source, struct err *err)
{
    const struct segment *segment = input->segment;
    static const enum section_id read[] = {SECTION_STORED, SECTION_POSTINGS,
                                           SECTION_POSITIONS};
    *source = (struct merge_source){.segment = segment,
                                    .bits = input->bits,
                                    .purged = input->purged,
                                    .dead = input->dead,
                                    .dead_count = input->dead_count};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        m->total += section_length(segment->file, read[i]);
    if (input->bits || !segment->live)
        return ERR_OK;
    struct dead_term *dead;
    source->bits = live_bits(segment->live);
    int rc = live_dead_all(segment->live, &m->arena, &dead, &source->dead_count,
                           err);
    source->dead = dead;
    return rc;
}

static int merge_mentions(struct merge *m, struct err *err)
{
    const struct mentions_target target = {.dir = m->mentions->dir,
                                           .name = m->mentions->name,
                                           .docs = m->docs,
                                           .words = m->words,
                                           .lengths = m->lengths,
                                           .registers = m->mentions->registers,
                                           .register_count =
                                               m->mentions->register_count};
    struct mentions_writer *writer = NULL;
    struct mentions_source *source =
        arena_array(&m->arena, struct mentions_source, m->count);
    if (!source)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < m->count; i++)
        source[i] = (struct mentions_source){m->source[i].segment->mentions,
                                             m->source[i].new_of};
    int rc = mentions_writer_open(&target, &writer, err);
    if (rc == ERR_OK)
        rc = mentions_merge(source, m->count, writer, err);
    if (rc == ERR_OK)
        rc = mentions_finish(writer, &m->mentions->size, &m->mentions->crc32,
                             err);
    mentions_writer_close(writer);
    return rc;
}

static int run(struct merge *m, const struct merge_input *input,
               struct segment_facts *facts, struct err *err)
{
    int rc = ERR_OK;
    m->source = arena_array(&m->arena, struct merge_source, m->count);
    if (!m->source)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++)
        rc = init_source(m, &input[i], &m->source[i], err);
    if (rc == ERR_OK)
        rc = merge_docs(m, err);
    if (rc == ERR_OK)
        rc = merge_terms(m, err);
    if (rc == ERR_OK && m->mentions)
        rc = merge_mentions(m, err);
    if (rc == ERR_OK) {
        m->done = m->total;
        merge_tell(m);
    }
    /* A page that could not be read was zeros to us. */
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++)
        rc = segment_damage(input[i].segment, err);
    *facts = (struct segment_facts){.docs = m->docs,
                                    .archived = m->all - m->docs,
                                    .words = m->words,
                                    .pair_share = m->pair_share};
    return rc;
}

int merge_segments(const struct merge_input *input, size_t count,
                   struct segment_writer *segment, struct segment_facts *facts,
                   struct merge_mentions *mentions,
                   const struct merge_progress *progress, struct err *err)
{
    struct merge m = {.count = count,
                      .segment = segment,
                      .mentions = mentions,
                      .progress = progress};
    arena_init(&m.arena, SIZE_MAX);
    arena_init(&m.term_arena, SIZE_MAX);
    int rc = run(&m, input, facts, err);
    arena_reset(&m.term_arena);
    arena_reset(&m.arena);
    return rc;
}
