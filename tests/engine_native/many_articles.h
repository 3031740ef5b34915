/* many_articles.h - random articles of a few languages, and segments of them: built
 * anew by the inverter, or merged. A plan says of each article in which segment it is
 * and what became of it. */
#ifndef TESTS_ENGINE_NATIVE_MANY_ARTICLES_H
#define TESTS_ENGINE_NATIVE_MANY_ARTICLES_H

#include "base/err.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "check.h"
#include "engine/native/invert/inverter.h"
#include "engine/native/merge/merger.h"
#include "query/filter.h"

#include <unistd.h>

enum { MANY_MAX = 400 };

enum fate_of_one { STAYS, DIES, IS_PURGED };

struct many {
    struct arena arena;
    struct article article[MANY_MAX];
    struct analysis analysis[MANY_MAX];
    struct doc_record record[MANY_MAX];
    enum fate_of_one fate[MANY_MAX];
    size_t count;
    struct stemmers *stemmers;
    char dir[64];
    unsigned files;
};

static const char *const many_words[] = {
    "the",
    "of",
    "war",
    "wars",
    "run",
    "running",
    "runs",
    "the",
    "draft",
    "drafts",
    "drafted",
    "US",
    "us",
    "WHO",
    "who",
    "Krieg",
    "Kriege",
    "der",
    "die",
    "l'accord",
    "draft-law",
    "C-130",
    "the",
    "guerre",
    "guerres",
    "1,234.5",
    "U.S.",
    "of",
    "Moscow",
    "Istanbul",
    "\xe6\x88\xb0\xe4\xba\x89", /* two Han characters */
    "r\xc3\xa9sum\xc3\xa9",
    "naive",
    "draftlaw",
    "laccord",
    "c130",
    "a",
    "The",
    "THE",
};

/* A word that is in one article only, and that no two pieces of others make. */
static inline const char *many_tag(struct many *m, size_t i)
{
    uint64_t rng = 77 + i;
    rng_next(&rng);
    return arena_printf(&m->arena, "w%012llx",
                        (unsigned long long)(rng_next(&rng) >> 16));
}

static inline struct slice many_text(struct many *m, uint64_t *rng,
                                     uint32_t most, const char *tag)
{
    struct strbuf text;
    struct slice out;
    size_t words = sizeof many_words / sizeof *many_words;
    uint32_t count = rng_below(rng, most + 1);
    strbuf_init(&text, 1 << 20);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = rng_below(rng, (uint32_t)words);
        if (rng_below(rng, 3))
            at = rng_below(rng, at + 1); /* some are frequent */
        strbuf_addf(&text, "%s%s", many_words[at],
                    rng_below(rng, 9) ? " " : ". ");
        if (rng_below(rng, 30) == 0)
            strbuf_add_text(&text, "\n\n");
    }
    if (tag)
        strbuf_addf(&text, "%s here", tag);
    CHECK(!text.failed);
    CHECK(arena_copy_slice(&m->arena, strbuf_slice(&text), &out) == 0);
    strbuf_release(&text);
    return out;
}

/* Equal dates, no dates, keys that are given again later. */
static inline void many_make(struct many *m, uint64_t *rng, size_t i)
{
    static const char *const langs[] = {"en", "en-gb", "de", "fr", "", "zh"};
    struct article *a = &m->article[i];
    size_t versions = i >= 7 && rng_below(rng, 5) == 0 ? 7 : 0;
    struct slice lang = slice_of(langs[rng_below(rng, 6)]);
    *a = (struct article){
        .key = slice_of(
            arena_printf(&m->arena, "s:%03zu", versions ? i - versions : i)),
        .source = SLICE("s"),
        .url = slice_of(
            arena_printf(&m->arena, "http://%s/", many_tag(m, 1000 + i))),
        .lang = lang,
        .published = {(int64_t)rng_below(rng, 40) * 86400, DATE_DAY},
        .published_from = ORIGIN_GIVEN,
        .modified = {(int64_t)i * 1000, DATE_SECOND},
        .version = rng_below(rng, 3),
        .generation = 1 + i,
    };
    if (versions)
        m->fate[i - versions] =
            m->fate[i - versions] == IS_PURGED ? IS_PURGED : DIES;
    if (rng_below(rng, 8) == 0) {
        a->published = (struct date){0};
        a->published_from = ORIGIN_NONE;
    }
    a->text[PART_TITLE] = many_text(m, rng, 6, NULL);
    if (rng_below(rng, 4) == 0)
        a->text[PART_SUMMARY] = many_text(m, rng, 8, NULL);
    a->text[PART_BODY] = many_text(m, rng, 40, many_tag(m, i));
    struct slice *topics = arena_array(&m->arena, struct slice, 2);
    topics[0] = i % 3 ? SLICE("grain") : SLICE("trade");
    topics[1] = SLICE("news");
    a->topics = (struct slice_list){topics, rng_below(rng, 3)};
}

static inline void many_analyse(struct many *m, size_t i)
{
    const struct article *a = &m->article[i];
    struct doc_record *r = &m->record[i];
    CHECK(analyse_article(a, m->stemmers, &m->arena, &m->analysis[i]) == 0);
    *r = (struct doc_record){
        .key = a->key,
        .source = a->source,
        .lang = a->lang,
        .published = a->published,
        .modified = a->modified,
        .version = a->version,
        .words = m->analysis[i].word_count,
        .generation = a->generation,
    };
    for (int part = 0; part < PART_COUNT; part++)
        r->part[part] = (struct position_range){m->analysis[i].part[part].start,
                                                m->analysis[i].part[part].end};
    article_digest(a, r->digest);
}

/* `dead` and `purged`: how many in a hundred. */
static inline struct many *many_new(uint64_t seed, size_t count, uint32_t dead,
                                    uint32_t purged)
{
    struct many *m = calloc(1, sizeof *m);
    uint64_t rng = seed;
    CHECK(m && count <= MANY_MAX);
    arena_init(&m->arena, SIZE_MAX);
    m->stemmers = stemmers_new();
    m->count = count;
    snprintf(m->dir, sizeof m->dir, "/tmp/dateline-many-XXXXXX");
    CHECK(mkdtemp(m->dir));
    for (size_t i = 0; i < count; i++) {
        uint32_t chance = rng_below(&rng, 100);
        m->fate[i] = chance < dead            ? DIES
                     : chance < dead + purged ? IS_PURGED
                                              : STAYS;
        many_make(m, &rng, i);
    }
    for (size_t i = 0; i < count; i++)
        many_analyse(m, i);
    return m;
}

static inline void many_free(struct many *m)
{
    CHECK(tree_remove(m->dir, NULL) == 0);
    stemmers_free(m->stemmers);
    arena_reset(&m->arena);
    free(m);
}

static inline const char *many_path(const struct many *m, const char *name)
{
    static char path[4][200];
    static unsigned turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", m->dir, name);
    return path[turn];
}

/* Of those that are chosen; some are old versions from the start. */
static inline struct segment *many_build(struct many *m, const bool *chosen,
                                         const bool *old)
{
    struct inverter *inverter;
    struct segment_writer *writer;
    struct stored_writer *stored;
    struct segment_facts facts;
    struct segment *segment;
    struct arena arena;
    struct err err = {0};
    uint32_t ticket, *tickets, crc, n = 0;
    uint64_t size;
    char name[32];
    snprintf(name, sizeof name, "s%u.seg", m->files++);
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(inverter_new(&inverter, &err), err);
    CHECK_OK(segment_writer_open(m->dir, name, &writer, &err), err);
    CHECK_OK(stored_writer_open(writer, &stored, &err), err);
    for (size_t i = 0; i < m->count; i++) {
        struct bytes_out payload = {0};
        if (!chosen[i])
            continue;
        CHECK_OK(article_payload(&m->article[i], &payload, &err), err);
        CHECK_OK(stored_add(stored, (struct slice){payload.data, payload.len},
                            &ticket, &err),
                 err);
        CHECK_OK(inverter_add(inverter, &m->article[i], &m->analysis[i],
                              &m->record[i], ticket, &err),
                 err);
        if (old && old[i])
            inverter_archive(inverter, n);
        n++;
        bytes_out_release(&payload);
    }
    CHECK_OK(
        inverter_write(inverter, writer, &arena, &facts, &tickets, NULL, &err),
        err);
    CHECK_OK(stored_finish(stored, tickets, facts.docs + facts.archived, &err),
             err);
    CHECK_OK(segment_writer_finish(writer, &facts, &size, &crc, &err), err);
    CHECK_OK(segment_open(many_path(m, name), NULL, &segment, &err), err);
    inverter_free(inverter);
    stored_writer_close(stored);
    segment_writer_close(writer);
    arena_reset(&arena);
    return segment;
}

/* Which article this is: a key and a generation are one. */
static inline size_t many_which(const struct many *m,
                                const struct segment *segment, doc_id doc)
{
    struct doc_record record;
    struct err err = {0};
    CHECK_OK(columns_record(&segment->columns, doc, &record, &err), err);
    for (size_t i = 0; i < m->count; i++)
        if (slice_eq(record.key, m->record[i].key) &&
            strcmp(record.digest, m->record[i].digest) == 0)
            return i;
    fail_msg("an article from nowhere");
    return 0;
}

/* --- the dead of a segment --- */

struct many_dead {
    uint64_t bits[MANY_MAX / 64 + 1], purged[MANY_MAX / 64 + 1];
    struct dead_term dead[8192];
    size_t count;
    struct live_facts facts;
    const struct segment *segment;
};

static inline int many_count_term(void *context, struct slice term,
                                  const struct term_counts *counts,
                                  struct err *err)
{
    struct many_dead *d = context;
    struct term_entry entry;
    bool found;
    CHECK_OK(
        dictionary_find(&d->segment->dictionary, term, &entry, &found, err),
        *err);
    if (!found && term.data[0] == TERM_PAIR)
        return ERR_OK;
    CHECK(found && d->count < sizeof d->dead / sizeof *d->dead);
    d->dead[d->count++] = (struct dead_term){entry.number, *counts};
    return ERR_OK;
}

static inline int many_dead_order(const void *a, const void *b)
{
    const struct dead_term *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Those whose fate it is to die (`die`), and those that go without trace (`purge`). */
static inline void many_kill(struct many *m, const struct segment *segment,
                             bool die, bool purge, struct many_dead *d)
{
    struct inverter *inverter;
    struct err err = {0};
    *d = (struct many_dead){.segment = segment};
    d->facts.docs = segment->docs;
    CHECK_OK(inverter_new(&inverter, &err), err);
    for (doc_id doc = 0; doc < segment->docs + segment->archived; doc++) {
        size_t i = many_which(m, segment, doc);
        bool gone = purge && m->fate[i] == IS_PURGED;
        bool dead = gone || (die && m->fate[i] == DIES);
        if (gone)
            d->purged[doc / 64] |= UINT64_C(1) << doc % 64;
        if (doc >= segment->docs)
            continue;
        if (dead) {
            CHECK_OK(inverter_add(inverter, &m->article[i], &m->analysis[i],
                                  &m->record[i], UINT32_MAX, &err),
                     err);
        } else {
            d->bits[doc / 64] |= UINT64_C(1) << doc % 64;
            d->facts.live_docs++;
            d->facts.live_words += m->record[i].words;
        }
    }
    CHECK_OK(inverter_each_term(inverter, many_count_term, d, &err), err);
    inverter_free(inverter);
    qsort(d->dead, d->count, sizeof *d->dead, many_dead_order);
}

/* NULL, *rc and the error when it fails. */
static inline struct segment *many_merge(struct many *m,
                                         struct merge_input *input,
                                         size_t count, int *rc, struct err *err)
{
    struct segment_writer *writer;
    struct segment_facts facts;
    struct segment *segment = NULL;
    uint64_t size;
    uint32_t crc;
    char name[32];
    snprintf(name, sizeof name, "s%u.seg", m->files++);
    CHECK_OK(segment_writer_open(m->dir, name, &writer, err), *err);
    *rc = merge_segments(input, count, writer, &facts, NULL, NULL, err);
    if (*rc == ERR_OK)
        CHECK_OK(segment_writer_finish(writer, &facts, &size, &crc, err), *err);
    segment_writer_close(writer);
    if (*rc == ERR_OK)
        CHECK_OK(segment_open(many_path(m, name), NULL, &segment, err), *err);
    return segment;
}

#endif
