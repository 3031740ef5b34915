#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "query/filter.h"

#include <assert.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 64,
};

int inverter_new(struct inverter **out, struct err *err)
{
    struct inverter *inverter = mem_alloc(sizeof *inverter);
    if (!inverter)
        return err_set(err, ERR_NOMEM, "no memory for an inverter");
    *inverter = (struct inverter){0};
    arena_init(&inverter->arena, SIZE_MAX);
    arena_init(&inverter->scratch, SIZE_MAX);
    *out = inverter;
    return ERR_OK;
}

void inverter_free(struct inverter *inverter)
{
    if (!inverter)
        return;
    vocabulary_release(&inverter->words);
    vocabulary_release(&inverter->others);
    vocabulary_release(&inverter->langs);
    for (uint32_t i = 0; i < inverter->map_capacity; i++)
        mem_free(inverter->maps[i].form);
    mem_free(inverter->maps);
    mem_free(inverter->caps);
    mem_free(inverter->stream);
    mem_free(inverter->group.form);
    mem_free(inverter->group.counted);
    mem_free(inverter->field_stream);
    mem_free(inverter->article);
    bytes_out_release(&inverter->marks);
    stemmers_free(inverter->stemmers);
    arena_reset(&inverter->arena);
    arena_reset(&inverter->scratch);
    mem_free(inverter);
}

void inverter_set_threads(struct inverter *inverter, unsigned threads)
{
    inverter->threads = threads;
}

static int no_memory(struct err *err)
{
    return from_vocabulary(ERR_NOMEM, err);
}

static int bigger_capacity(uint32_t capacity, uint64_t need, uint64_t *out,
                           struct err *err)
{
    for (*out = capacity ? capacity : FIRST_CAPACITY; *out < need;)
        *out *= 2;
    return *out <= UINT32_MAX
               ? ERR_OK
               : err_set(err, ERR_LIMIT, "too much for one segment");
}

int inverter_grow(void *array, uint32_t *capacity, uint64_t need, size_t size,
                  struct err *err)
{
    uint64_t bigger;
    if (need <= *capacity)
        return ERR_OK;
    int rc = bigger_capacity(*capacity, need, &bigger, err);
    if (rc)
        return rc;
    uint8_t *at;
    memcpy(&at, array, sizeof at);
    at = mem_realloc(at, bigger * size);
    if (!at)
        return no_memory(err);
    memcpy(array, &at, sizeof at);
    *capacity = (uint32_t)bigger;
    return ERR_OK;
}

int inverter_grow_table(void *array, uint32_t *capacity, uint64_t need,
                        size_t size, struct err *err)
{
    uint64_t bigger;
    if (need <= *capacity)
        return ERR_OK;
    int rc = bigger_capacity(*capacity, need, &bigger, err);
    if (rc)
        return rc;
    uint8_t *new = mem_alloc(bigger * size), *old;
    if (!new)
        return no_memory(err);
    mem_random_access(new, bigger * size);
    memcpy(&old, array, sizeof old);
    if (old)
        memcpy(new, old, *capacity * size);
    memset(new + *capacity *size, 0, (bigger - *capacity) * size);
    mem_free(old);
    memcpy(array, &new, sizeof new);
    *capacity = (uint32_t)bigger;
    return ERR_OK;
}

static int put(struct vocabulary *vocabulary, struct slice text, uint8_t tag,
               uint32_t *id, struct err *err)
{
    struct vocabulary_probe probe;
    vocabulary_probe(vocabulary, text, tag, &probe);
    return from_vocabulary(vocabulary_put(vocabulary, &probe, id), err);
}

static int put_other(struct inverter *inverter, const struct term *term,
                     uint32_t *id, struct err *err)
{
    assert(term->len > 0);
    return put(&inverter->others, term_slice(term), 0, id, err);
}

/* --- what an article is, besides its words --- */

/* Neighbours often have the same source and language: kept once. */
static int keep_text(struct inverter *inverter, struct slice text,
                     struct slice before, struct slice *out)
{
    if (before.data && slice_eq(text, before)) {
        *out = before;
        return ERR_OK;
    }
    return arena_copy_slice(&inverter->arena, text, out);
}

static int keep_record(struct inverter *inverter,
                       const struct doc_record *record, struct doc_record *out,
                       struct err *err)
{
    static const struct doc_record none;
    const struct doc_record *before =
        inverter->articles ? &inverter->article[inverter->articles - 1].record
                           : &none;
    *out = *record;
    if (arena_copy_slice(&inverter->arena, record->key, &out->key) ||
        keep_text(inverter, record->source, before->source, &out->source) ||
        keep_text(inverter, record->lang, before->lang, &out->lang))
        return no_memory(err);
    return ERR_OK;
}

static int find_map(struct inverter *inverter, struct inverted *article,
                    struct err *err)
{
    article->lang = lang_primary(article->record.lang);
    article->map = SHARED_MAP;
    if (stem_language_known(article->lang)) {
        uint32_t number;
        int rc = put(&inverter->langs, article->lang, 0, &number, err);
        if (rc)
            return rc;
        article->map = number + 1;
    }
    return inverter_grow_table(&inverter->maps, &inverter->map_capacity,
                               article->map + UINT64_C(1),
                               sizeof *inverter->maps, err);
}

/* Steps from one sentence to the next, times two, plus one where a paragraph begins. */
static int keep_marks(struct inverter *inverter,
                      const struct analysis *analysis, struct inverted *article,
                      struct err *err)
{
    const struct position_list *sentences = &analysis->sentences;
    const struct position_list *paragraphs = &analysis->paragraphs;
    size_t paragraph = 0;
    uint32_t before = 0;
    article->marks = inverter->marks.len;
    for (size_t i = 0; i < sentences->count; i++) {
        uint32_t at = sentences->at[i];
        bool begins =
            paragraph < paragraphs->count && paragraphs->at[paragraph] == at;
        paragraph += begins;
        put_varint64(&inverter->marks,
                     (uint64_t)(at - before) << 1 | (begins ? 1 : 0));
        before = at;
    }
    assert(paragraph == paragraphs->count);
    article->sentences = (uint32_t)sentences->count;
    article->paragraphs = (uint32_t)paragraph;
    return inverter->marks.failed ? no_memory(err) : ERR_OK;
}

static bool has_field(const struct inverter *inverter,
                      const struct inverted *article, uint32_t id)
{
    for (uint32_t i = article->fields; i < inverter->field_stream_len; i++)
        if (inverter->field_stream[i] == id)
            return true;
    return false;
}

static int keep_value(struct inverter *inverter, struct inverted *article,
                      enum ast_field field, struct slice value, struct err *err)
{
    struct term term;
    uint32_t id;
    term_of_field(&term, field, value);
    int rc = put_other(inverter, &term, &id, err);
    if (rc || has_field(inverter, article, id))
        return rc;
    rc =
        inverter_grow(&inverter->field_stream, &inverter->field_stream_capacity,
                      inverter->field_stream_len + UINT64_C(1),
                      sizeof *inverter->field_stream, err);
    if (rc)
        return rc;
    inverter->field_stream[inverter->field_stream_len++] = id;
    return ERR_OK;
}

static int keep_fields(struct inverter *inverter, const struct article *article,
                       struct inverted *out, struct err *err)
{
    static const enum ast_field fields[] = {FIELD_SOURCE, FIELD_LANG,
                                            FIELD_TOPIC};
    int rc = ERR_OK;
    out->fields = inverter->field_stream_len;
    for (size_t f = 0; rc == ERR_OK && f < sizeof fields / sizeof *fields;
         f++) {
        struct slice_list values;
        rc = article_field_values(article, fields[f], &inverter->scratch,
                                  &values, err);
        for (size_t i = 0; rc == ERR_OK && i < values.count; i++)
            rc = keep_value(inverter, out, fields[f], values.item[i], err);
    }
    out->fields_end = inverter->field_stream_len;
    return rc;
}

/* --- articles --- */

int inverter_add(struct inverter *inverter, const struct article *article,
                 const struct analysis *analysis,
                 const struct doc_record *record, uint32_t ticket,
                 struct err *err)
{
    struct inverted new = {.ticket = ticket};
    int rc =
        inverter->articles < INVERTER_ARTICLES
            ? inverter_grow(&inverter->article, &inverter->article_capacity,
                            inverter->articles + UINT64_C(1),
                            sizeof *inverter->article, err)
            : err_set(err, ERR_LIMIT, "too many articles for one segment");
    if (rc == ERR_OK)
        rc = keep_record(inverter, record, &new.record, err);
    if (rc == ERR_OK)
        rc = find_map(inverter, &new, err);
    if (rc == ERR_OK)
        rc = keep_marks(inverter, analysis, &new, err);
    if (rc == ERR_OK)
        rc = keep_fields(inverter, article, &new, err);
    if (rc == ERR_OK)
        rc = inverter_keep_words(inverter, analysis, &new, err);
    arena_reset(&inverter->scratch);
    if (rc)
        return rc;
    inverter->article[inverter->articles++] = new;
    inverter->live++;
    return ERR_OK;
}

/* Its words no longer count. */
static void forget_words(struct inverter *inverter,
                         const struct inverted *article)
{
    struct stemming *form = inverter->maps[article->map].form;
    uint32_t token;
    for (struct token_walk walk = token_walk(inverter, article);
         token_next(&walk, &token);) {
        form[token & STREAM_ID].tokens--;
        if (token & STREAM_CAPS)
            inverter->caps[token & STREAM_ID]--;
    }
}

void inverter_archive(struct inverter *inverter, uint32_t number)
{
    assert(number < inverter->articles);
    struct inverted *article = &inverter->article[number];
    if (article->archived)
        return;
    article->archived = true;
    inverter->live--;
    forget_words(inverter, article);
}

uint32_t inverter_articles(const struct inverter *inverter)
{
    return inverter->articles;
}

uint32_t inverter_live(const struct inverter *inverter)
{
    return inverter->live;
}

const struct doc_record *inverter_record(const struct inverter *inverter,
                                         uint32_t number)
{
    assert(number < inverter->articles);
    return &inverter->article[number].record;
}

static size_t held(const struct inverter *inverter)
{
    size_t bytes = sizeof *inverter + vocabulary_memory(&inverter->words) +
                   vocabulary_memory(&inverter->others) +
                   vocabulary_memory(&inverter->langs);
    for (uint32_t i = 0; i < inverter->map_capacity; i++)
        bytes += sizeof *inverter->maps +
                 inverter->maps[i].capacity * sizeof *inverter->maps[i].form;
    bytes += inverter->caps_capacity * sizeof *inverter->caps;
    bytes += inverter->group.capacity * sizeof *inverter->group.form +
             inverter->group.counted_capacity * sizeof *inverter->group.counted;
    /* what lies behind the lengths of these was never touched */
    bytes += inverter->stream_len * sizeof *inverter->stream;
    bytes += inverter->field_stream_len * sizeof *inverter->field_stream;
    bytes += inverter->articles * sizeof *inverter->article;
    return bytes + inverter->marks.len + inverter->arena.total;
}

bool inverter_is_full(const struct inverter *inverter)
{
    return inverter->spots > INVERTER_SPOTS / 2 ||
           inverter->stream_len > STREAM_MAX / 2 ||
           inverter->articles > INVERTER_ARTICLES / 2;
}

size_t inverter_memory(const struct inverter *inverter)
{
    return held(inverter) + inversion_memory(inverter);
}
