/* lists.h - posting lists as plain arrays, to write, and to compare with what is read;
 * and sections in memory of exactly their size, to be damaged. */
#ifndef TESTS_SEGMENT_LISTS_H
#define TESTS_SEGMENT_LISTS_H

#include "segment/postings.h"

#include "bed.h"

struct model {
    enum term_class class;
    uint32_t count;
    doc_id *doc;
    uint32_t *frequency;
    uint32_t *first; /* position of each document in `position` */
    uint32_t *position;
    uint32_t positions, repeats;
    struct term_entry entry; /* as it was written */
};

/* What a list is like. */
struct shape {
    enum term_class class;
    uint32_t count;
    uint32_t gap;       /* greatest from one document to the next */
    uint32_t frequency; /* greatest; seldom more than a few */
    uint32_t start;     /* least first document */
};

static inline uint32_t mostly_small(uint64_t *seed, uint32_t most)
{
    uint32_t limit = rng_below(seed, 20) ? (most < 4 ? most : 4) : most;
    return 1 + rng_below(seed, limit);
}

static inline void model_positions(struct model *m, uint32_t i, uint64_t *seed)
{
    uint32_t at = rng_below(seed, 3) ? rng_below(seed, 300) : 0;
    m->first[i] = m->positions;
    for (uint32_t k = 0; k < m->frequency[i]; k++) {
        bool twice = k % 2 == 1 && at < 20 && rng_below(seed, 2);
        if (k > 0 && !twice)
            at += mostly_small(seed, 1000);
        m->repeats += twice;
        m->position[m->positions++] = at;
    }
}

static inline void model_make(struct model *m, const struct shape *shape,
                              uint64_t *seed)
{
    *m = (struct model){.class = shape->class, .count = shape->count};
    m->doc = malloc(m->count * sizeof *m->doc);
    m->frequency = malloc(m->count * sizeof *m->frequency);
    m->first = malloc(m->count * sizeof *m->first);
    CHECK(m->doc && m->frequency && m->first);
    uint32_t total = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t gap = rng_below(seed, shape->gap);
        m->doc[i] = i ? m->doc[i - 1] + 1 + gap : shape->start + gap;
        m->frequency[i] = term_has_frequencies(shape->class)
                              ? mostly_small(seed, shape->frequency)
                              : 1;
        total += m->frequency[i];
    }
    m->position = malloc(total * sizeof *m->position);
    CHECK(m->position);
    for (uint32_t i = 0; i < m->count; i++)
        model_positions(m, i, seed);
}

static inline void model_free(struct model *m)
{
    free(m->doc);
    free(m->frequency);
    free(m->first);
    free(m->position);
}

static inline int model_write(struct model *m, struct postings_writer *writer,
                              struct err *err)
{
    postings_begin(writer, m->class);
    for (uint32_t i = 0; i < m->count; i++) {
        int rc = postings_add(writer, m->doc[i], m->frequency[i],
                              m->position + m->first[i], err);
        if (rc)
            return rc;
    }
    return postings_end(writer, &m->entry, err);
}

/* The same at once. */
static inline int model_put(struct model *m, struct postings_writer *writer,
                            struct err *err)
{
    uint32_t *gap = malloc((m->positions + 1) * sizeof *gap);
    CHECK(gap);
    for (uint32_t i = 0; i < m->count; i++)
        for (uint32_t k = 0; k < m->frequency[i]; k++) {
            const uint32_t *at = m->position + m->first[i] + k;
            gap[at - m->position] = at[0] - (k ? at[-1] : 0);
        }
    bool positions = term_has_positions(m->class);
    struct postings_list list = {
        .doc = m->doc,
        .frequency = term_has_frequencies(m->class) ? m->frequency : NULL,
        .count = m->count,
        .total = m->positions,
        .gap = positions ? gap : NULL,
        .repeats = positions ? m->repeats : 0};
    int rc = postings_put(writer, m->class, &list, &m->entry, err);
    free(gap);
    return rc;
}

/* --- a file in memory --- */

struct memory_file {
    struct segment_file file;
    uint8_t *data;
};

/* The bytes of the two sections, `last` at the very end of what was allocated; all
 * pages pass for summed. */
static inline void memory_open(struct memory_file *m, struct slice postings,
                               struct slice positions, enum section_id last)
{
    size_t size = postings.len + positions.len;
    m->data = malloc(size ? size : 1);
    size_t pages = size / SEGMENT_PAGE + 1;
    uint8_t *summed = malloc(pages);
    CHECK(m->data && summed);
    memset(summed, 1, pages);
    m->file = (struct segment_file){
        .mapping = {.data = m->data, .size = size, .path = (char *)"memory"},
        .summed = (_Atomic uint8_t *)summed,
    };
    struct slice bytes[] = {postings, positions};
    enum section_id id[] = {SECTION_POSTINGS, SECTION_POSITIONS};
    size_t at = 0;
    for (int n = 0; n < 2; n++) {
        int i = (id[1] == last) == (n == 1);
        m->file.section[id[i]] = (struct section_place){at, bytes[i].len};
        if (bytes[i].len)
            memcpy(m->data + at, bytes[i].data, bytes[i].len);
        at += bytes[i].len;
    }
}

static inline void memory_close(struct memory_file *m)
{
    free(m->data);
    free((void *)m->file.summed);
}

#endif
