/* Columns, records and marks against plain arrays; dates as ranges; damage. */
#include "segment/columns_format.h"

#include "bed.h"

enum { MOST_DOCS = 300 };

static const char *const langs[] = {"en", "de", "", "en-gb", "zh-hans"};
static const char *const primary[] = {"en", "de", "", "en", "zh"};

/* An article as a writer has it, with room for what it points to. */
struct sample {
    struct doc_record record;
    struct doc_marks marks;
    int lang;
    char key[40], source[16];
    uint32_t sentence[64], paragraph[64];
};

static struct date random_date(uint64_t *seed, bool may_be_none)
{
    static const int64_t edges[] = {DATE_MIN, DATE_MAX - 1, 0, -1};
    if (may_be_none && rng_below(seed, 5) == 0)
        return (struct date){0, DATE_NONE};
    int64_t seconds = rng_below(seed, 8) == 0
                          ? edges[rng_below(seed, 4)]
                          : 1600000000 + 86400 * (int64_t)rng_below(seed, 30);
    return (struct date){seconds, (uint8_t)(1 + rng_below(seed, 5))};
}

static void random_marks(uint64_t *seed, struct sample *s)
{
    uint32_t at = rng_below(seed, 2) ? 0 : rng_below(seed, 200);
    s->marks =
        (struct doc_marks){.sentence = s->sentence, .paragraph = s->paragraph};
    for (uint32_t n = rng_below(seed, 64); n > 0; n--) {
        s->sentence[s->marks.sentences++] = at;
        if (rng_below(seed, 3) == 0)
            s->paragraph[s->marks.paragraphs++] = at;
        at += 1 + rng_below(seed, rng_below(seed, 9) ? 60 : 1 << 24);
    }
}

static void random_sample(uint64_t *seed, struct sample *s)
{
    struct doc_record *r = &s->record;
    *s = (struct sample){.lang = (int)rng_below(seed, 5)};
    snprintf(s->source, sizeof s->source, "%s",
             rng_below(seed, 3) ? "reuters" : "");
    snprintf(s->key, sizeof s->key, "%s:%u",
             rng_below(seed, 4) ? "reuters" : "http", rng_below(seed, 400));
    r->key = slice_of(s->key);
    r->source = slice_of(s->source);
    r->lang = slice_of(langs[s->lang]);
    r->published = random_date(seed, true);
    r->modified = rng_below(seed, 3) ? random_date(seed, true) : r->published;
    r->version = rng_below(seed, 3) ? 0 : (uint32_t)rng_next(seed);
    r->words = rng_below(seed, 9) ? rng_below(seed, 900) : UINT32_MAX;
    r->generation = rng_below(seed, 9) ? rng_below(seed, 300) : UINT64_MAX;
    uint32_t at = 0;
    for (int part = 0; part < PART_COUNT; part++) {
        if (rng_below(seed, 3) == 0)
            continue;
        r->part[part].start = at + rng_below(seed, 2) * 100;
        r->part[part].end = r->part[part].start + 1 + rng_below(seed, 1000);
        at = r->part[part].end;
    }
    for (int i = 0; i < DIGEST_TEXT_SIZE - 1; i++)
        r->digest[i] = "0123456789abcdef"[rng_below(seed, 16)];
    random_marks(seed, s);
}

static int by_order(const void *a, const void *b)
{
    return doc_record_order(&((const struct sample *)a)->record,
                            &((const struct sample *)b)->record);
}

/* Slices of a sample point into itself, and sorting moves it. */
static void mend(struct sample *sample, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sample[i].record.key.data = (const uint8_t *)sample[i].key;
        sample[i].record.source.data = (const uint8_t *)sample[i].source;
        sample[i].marks.sentence = sample[i].sentence;
        sample[i].marks.paragraph = sample[i].paragraph;
    }
}

static void sort_samples(struct sample *sample, uint32_t count)
{
    struct sample *by = malloc((count + 1) * sizeof *by);
    memcpy(by, sample, count * sizeof *by);
    mend(by, count);
    /* By insertion: the comparison needs slices that hold still. */
    uint32_t *order = malloc((count + 1) * sizeof *order);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && by_order(&by[order[at - 1]], &by[i]) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        sample[i] = by[order[i]];
    mend(sample, count);
    free(order);
    free(by);
}

static int write_columns(struct segment_writer *segment, struct sample *sample,
                         uint32_t docs, uint32_t archived, struct err *err)
{
    struct columns_writer *writer = NULL;
    int rc = columns_writer_open(segment, &writer, err);
    for (uint32_t i = 0; i < docs + archived && !rc; i++)
        rc = columns_add(writer, &sample[i].record,
                         slice_of(primary[sample[i].lang]),
                         i < docs ? &sample[i].marks : NULL, err);
    if (!rc)
        rc = columns_finish(writer, err);
    columns_writer_close(writer);
    return rc;
}

static void write_file(struct bed *bed, struct sample *sample, uint32_t docs,
                       uint32_t archived)
{
    bed_begin(bed);
    CHECK_OK(write_columns(bed->writer, sample, docs, archived, &bed->err),
             bed->err);
    bed_write(bed, docs, archived);
}

static struct sample *random_samples(uint64_t seed, uint32_t docs,
                                     uint32_t archived)
{
    uint32_t count = docs + archived;
    struct sample *sample = malloc((count + 1) * sizeof *sample);
    for (uint32_t i = 0; i < count; i++)
        random_sample(&seed, &sample[i]);
    mend(sample, count);
    sort_samples(sample, docs);
    sort_samples(sample + docs, archived);
    return sample;
}

static void check_date(struct date got, struct date want)
{
    CHECK_EQ(got.seconds, want.seconds);
    CHECK_EQ(got.precision, want.precision);
}

static void check_record(const struct doc_record *got,
                         const struct doc_record *want)
{
    CHECK_SLICE(got->key, want->key);
    CHECK_SLICE(got->source, want->source);
    CHECK_SLICE(got->lang, want->lang);
    check_date(got->published, want->published);
    check_date(got->modified, want->modified);
    CHECK_EQ(got->version, want->version);
    CHECK_EQ(got->words, want->words);
    CHECK(got->generation == want->generation);
    for (int part = 0; part < PART_COUNT; part++) {
        CHECK_EQ(got->part[part].start, want->part[part].start);
        CHECK_EQ(got->part[part].end, want->part[part].end);
    }
    CHECK_TEXT(got->digest, want->digest);
}

static void check_marks(const struct doc_marks *got,
                        const struct doc_marks *want)
{
    CHECK_EQ(got->sentences, want->sentences);
    CHECK_EQ(got->paragraphs, want->paragraphs);
    for (size_t i = 0; i < want->sentences; i++)
        CHECK_EQ(got->sentence[i], want->sentence[i]);
    for (size_t i = 0; i < want->paragraphs; i++)
        CHECK_EQ(got->paragraph[i], want->paragraph[i]);
}

static void check_article(const struct columns *columns, doc_id doc,
                          const struct sample *want, bool archived)
{
    struct doc_record record;
    struct doc_marks marks;
    struct date date;
    struct arena arena;
    struct err err;
    int64_t seconds;
    uint32_t length;
    uint16_t lang;
    struct slice key;
    arena_init(&arena, 1 << 20);
    CHECK_OK(columns_record(columns, doc, &record, &err), err);
    check_record(&record, &want->record);
    CHECK_OK(columns_record_key(columns, doc, &key, &err), err);
    CHECK_SLICE(key, want->record.key);
    CHECK_OK(columns_date(columns, doc, &date, &err), err);
    check_date(date, want->record.published);
    CHECK_OK(columns_seconds(columns, doc, &seconds, &err), err);
    CHECK_EQ(seconds, date.precision ? date.seconds : DATE_MIN);
    CHECK_OK(columns_length(columns, doc, &length, &err), err);
    CHECK_EQ(length, want->record.words);
    CHECK_OK(columns_lang(columns, doc, &lang, &err), err);
    CHECK_SLICE(columns->lang_names.item[lang], slice_of(primary[want->lang]));
    CHECK_OK(columns_marks(columns, doc, &arena, &marks, &err), err);
    check_marks(&marks, archived ? &(struct doc_marks){0} : &want->marks);
    arena_reset(&arena);
}

TEST(what_goes_in_comes_out)
{
    static const struct {
        uint32_t docs, archived;
    } rows[] = {{0, 0},  {1, 0},   {0, 1},   {63, 1},
                {64, 0}, {65, 70}, {128, 3}, {MOST_DOCS, 200}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t docs = rows[i].docs, archived = rows[i].archived;
        struct bed bed;
        struct columns columns;
        struct arena arena;
        const uint32_t *lengths;
        struct sample *sample = random_samples(i + 1, docs, archived);
        bed_init(&bed);
        arena_init(&arena, 1 << 20);
        write_file(&bed, sample, docs, archived);
        CHECK_OK(columns_open(bed.file, &arena, &columns, &bed.err), bed.err);
        CHECK_EQ(columns.docs, docs);
        CHECK_EQ(columns.archived, archived);
        CHECK_OK(columns_lengths(&columns, &lengths, &bed.err), bed.err);
        for (uint32_t doc = 0; doc < docs + archived; doc++) {
            check_article(&columns, doc, &sample[doc], doc >= docs);
            CHECK_EQ(lengths[doc], sample[doc].record.words);
        }
        struct doc_record none;
        struct slice no_key;
        CHECK_EQ(columns_record(&columns, docs + archived, &none, &bed.err),
                 ERR_CORRUPT);
        CHECK_EQ(
            columns_record_key(&columns, docs + archived, &no_key, &bed.err),
            ERR_CORRUPT);
        arena_reset(&arena);
        free(sample);
        bed_end(&bed);
    }
}

TEST(date_ranges_are_doc_id_ranges)
{
    for (uint64_t seed = 1; seed < 40; seed++) {
        uint32_t docs = (uint32_t)(seed * 3 % 50);
        struct sample *sample = random_samples(seed, docs, 5);
        struct bed bed;
        struct columns columns;
        struct arena arena;
        doc_id undated;
        bed_init(&bed);
        arena_init(&arena, 1 << 20);
        write_file(&bed, sample, docs, 5);
        CHECK_OK(columns_open(bed.file, &arena, &columns, &bed.err), bed.err);
        CHECK_OK(columns_undated(&columns, &undated, &bed.err), bed.err);
        for (doc_id doc = 0; doc < docs; doc++)
            CHECK_EQ(doc >= undated,
                     sample[doc].record.published.precision == DATE_NONE);
        uint64_t random = seed;
        for (int round = 0; round < 60; round++) {
            int64_t from = random_date(&random, false).seconds;
            int64_t to = random_date(&random, false).seconds;
            doc_id first, end;
            if (round == 0)
                from = DATE_MIN, to = DATE_MAX;
            CHECK_OK(
                columns_date_range(&columns, from, to, &first, &end, &bed.err),
                bed.err);
            CHECK(first <= end && end <= undated);
            for (doc_id doc = 0; doc < undated; doc++) {
                int64_t s = sample[doc].record.published.seconds;
                CHECK_EQ(doc >= first && doc < end, s >= from && s < to);
            }
        }
        arena_reset(&arena);
        free(sample);
        bed_end(&bed);
    }
}

TEST(newer_goes_first_undated_last_then_key_then_the_older_generation)
{
    static const struct {
        struct date date;
        const char *key;
        uint64_t generation;
    } rows[] = {
        {{200, DATE_DAY}, "b", 1},      {{100, DATE_SECOND}, "a", 9},
        {{100, DATE_YEAR}, "b", 1},     {{100, DATE_DAY}, "b", 2},
        {{DATE_MIN, DATE_DAY}, "a", 1}, {{0, DATE_NONE}, "a", 3},
        {{0, DATE_NONE}, "aa", 1},      {{0, DATE_NONE}, "b", 1},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct doc_record record[ROWS];
    for (int i = 0; i < ROWS; i++)
        record[i] = (struct doc_record){.published = rows[i].date,
                                        .key = slice_of(rows[i].key),
                                        .generation = rows[i].generation};
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < ROWS; j++) {
            int order = doc_record_order(&record[i], &record[j]);
            CHECK_MSG((order > 0) - (order < 0) == (i > j) - (i < j),
                      "rows %d, %d", i, j);
        }
}

TEST(an_article_costs_little)
{
    /* As news has it: a key of its source, a day, two parts, 25 sentences. */
    enum { COUNT = 1000 };
    struct sample *sample = calloc(COUNT, sizeof *sample);
    struct bed bed;
    for (uint32_t i = 0; i < COUNT; i++) {
        struct sample *s = &sample[i];
        snprintf(s->source, sizeof s->source, "reuters");
        snprintf(s->key, sizeof s->key, "reuters:reut-%05u", i);
        s->record = (struct doc_record){
            .key = slice_of(s->key),
            .source = slice_of(s->source),
            .lang = slice_of("en"),
            .published = {1600000000 - 86400 * (int64_t)i, DATE_SECOND},
            .words = 600,
            .generation = 7,
            .part = {{0, 8}, {0, 0}, {108, 700}, {0, 0}}};
        memset(s->record.digest, '7', DIGEST_TEXT_SIZE - 1);
        for (uint32_t j = 0; j < 25; j++)
            s->sentence[j] = j ? 84 + j * 24 : 0;
        s->paragraph[0] = 0;
        s->paragraph[1] = 108;
        s->marks = (struct doc_marks){s->sentence, 25, s->paragraph, 2};
    }
    bed_init(&bed);
    write_file(&bed, sample, COUNT, 0);
    uint64_t columns = section_length(bed.file, SECTION_COLUMNS);
    uint64_t records = section_length(bed.file, SECTION_RECORDS);
    uint64_t marks = section_length(bed.file, SECTION_MARKS);
    CHECK_MSG(columns <= 24 * COUNT, "%u", (unsigned)columns);
    CHECK_MSG(records <= 45 * COUNT, "%u", (unsigned)records);
    CHECK_MSG(marks <= 26 * COUNT, "%u", (unsigned)marks);
    free(sample);
    bed_end(&bed);
}

TEST(more_languages_than_numbers_are_a_limit)
{
    struct bed bed;
    struct columns_writer *writer;
    struct doc_record record = {0};
    int rc = 0;
    uint32_t added = 0;
    memset(record.digest, '0', DIGEST_TEXT_SIZE - 1);
    bed_init(&bed);
    bed_begin(&bed);
    CHECK_OK(columns_writer_open(bed.writer, &writer, &bed.err), bed.err);
    for (; rc == 0; added += rc == 0) {
        char name[16];
        snprintf(name, sizeof name, "x%u", added);
        rc = columns_add(writer, &record, slice_of(name), NULL, &bed.err);
    }
    CHECK_EQ(rc, ERR_LIMIT);
    CHECK_EQ(added, COLUMNS_LANGS_MAX);
    columns_writer_close(writer);
    bed_end(&bed);
}

/* Two articles, the second an old version: docs/format/columns.md. */
static void example(struct sample sample[2])
{
    sample[0].record =
        (struct doc_record){.key = slice_of("wire:7"),
                            .source = slice_of("wire"),
                            .lang = slice_of("en-gb"),
                            .published = {1658448000, DATE_DAY},
                            .modified = {1658448060, DATE_SECOND},
                            .version = 2,
                            .words = 8,
                            .generation = 300,
                            .part = {{0, 3}, {0, 0}, {103, 108}, {0, 0}},
                            .digest = "00112233445566778899aabbccddeeff"};
    sample[1].record =
        (struct doc_record){.key = slice_of("http://x/9"),
                            .lang = slice_of("de"),
                            .words = 5,
                            .generation = 1,
                            .part = {{0, 0}, {0, 0}, {0, 5}, {0, 0}},
                            .digest = "ffeeddccbbaa99887766554433221100"};
    sample[0].marks.sentences = 3;
    sample[0].marks.paragraphs = 2;
    memcpy(sample[0].sentence, (uint32_t[]){0, 103, 105}, 12);
    memcpy(sample[0].paragraph, (uint32_t[]){0, 103}, 8);
    for (int i = 0; i < 2; i++) {
        sample[i].marks.sentence = sample[i].sentence;
        sample[i].marks.paragraph = sample[i].paragraph;
    }
}

/* --- damage --- */

static bool is_answer(int rc, const struct bed *bed, const struct err *err)
{
    return rc == 0 || (rc == ERR_CORRUPT && strstr(err->text, bed->path));
}

/* Ask everything; whether anything was refused. */
static bool use_all(struct bed *bed)
{
    struct arena arena;
    struct columns columns;
    struct err err = {0};
    doc_id first = 0, end = 0;
    /* Eight bytes for each of a mark, and the names. */
    arena_init(&arena, 256 << 10);
    int rc = columns_open(bed->file, &arena, &columns, &err);
    CHECK_MSG(is_answer(rc, bed, &err), "%s", err.text);
    bool refused = rc != 0;
    for (doc_id doc = 0; !rc && doc < columns.docs + columns.archived; doc++) {
        struct doc_record record;
        struct doc_marks marks;
        int got = columns_record(&columns, doc, &record, &err);
        CHECK_MSG(is_answer(got, bed, &err), "%s", err.text);
        refused = refused || got;
        struct slice key;
        int of_key = columns_record_key(&columns, doc, &key, &err);
        CHECK_MSG(is_answer(of_key, bed, &err), "%s", err.text);
        CHECK(got || (!of_key && slice_eq(key, record.key)));
        got = columns_marks(&columns, doc, &arena, &marks, &err);
        CHECK_MSG(is_answer(got, bed, &err), "%s", err.text);
        refused = refused || got;
        for (size_t i = 1; !got && i < marks.sentences; i++)
            CHECK(marks.sentence[i] > marks.sentence[i - 1]);
    }
    if (!rc)
        rc = columns_date_range(&columns, 0, 1610000000, &first, &end, &err);
    CHECK_MSG(is_answer(rc, bed, &err), "%s", err.text);
    CHECK(first <= end);
    arena_reset(&arena);
    return refused;
}

TEST(damage_under_good_checksums_is_an_answer_or_corrupt)
{
    static const enum section_id ids[] = {SECTION_COLUMNS, SECTION_RECORDS,
                                          SECTION_MARKS};
    struct sample *sample = random_samples(77, 5, 2);
    struct bed good, bad;
    bed_init(&good);
    bed_init(&bad);
    write_file(&good, sample, 5, 2);
    for (int i = 0; i < 3; i++) {
        struct bytes_out bytes = bed_section(good.file, ids[i]);
        struct slice all = {bytes.data, bytes.len};
        int refused = 0;
        for (size_t at = 0; at < bytes.len; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes.data[at] ^= (uint8_t)(1 << bit);
                bed_forge(&bad, good.file, ids[i], all);
                refused += use_all(&bad);
                bytes.data[at] ^= (uint8_t)(1 << bit);
            }
        CHECK_MSG(refused > 20, "%s: %d", section_name(ids[i]), refused);
        for (size_t len = 0; len < bytes.len; len++) {
            bed_forge(&bad, good.file, ids[i], slice_part(all, 0, len));
            CHECK(use_all(&bad));
        }
        bytes_out_release(&bytes);
    }
    free(sample);
    bed_end(&good);
    bed_end(&bad);
}

TEST(positions_past_what_fits_are_refused)
{
    /* The record of the page's old version, with a shorter key and a body that ends
     * behind 2^32. */
    struct bytes_out bytes =
        hex_block(PROJECT_DIR "/docs/format/columns.md", 2);
    static const uint8_t forged[] = {0x43, 2,    'a',  'b',  0,    0,
                                     1,    0xff, 0xff, 0xff, 0xff, 0x0f,
                                     0xff, 0xff, 0xff, 0xff, 0x0f};
    struct sample sample[2] = {{.lang = 3}, {.lang = 1}};
    struct bed good, bad;
    struct columns columns;
    struct doc_record record;
    struct arena arena;
    example(sample);
    bed_init(&good);
    bed_init(&bad);
    write_file(&good, sample, 1, 1);
    memcpy(bytes.data + 40, forged, sizeof forged);
    bed_forge(&bad, good.file, SECTION_RECORDS,
              (struct slice){bytes.data, bytes.len});
    arena_init(&arena, 1 << 20);
    CHECK_OK(columns_open(bad.file, &arena, &columns, &bad.err), bad.err);
    CHECK_OK(columns_record(&columns, 0, &record, &bad.err), bad.err);
    CHECK_EQ(columns_record(&columns, 1, &record, &bad.err), ERR_CORRUPT);
    /* A body that ends before it is one. */
    bytes.data[40 + 11] = 0x0e;
    bytes.data[40 + 16] = 0x00;
    bed_forge(&bad, good.file, SECTION_RECORDS,
              (struct slice){bytes.data, bytes.len});
    CHECK_OK(columns_open(bad.file, &arena, &columns, &bad.err), bad.err);
    CHECK_OK(columns_record(&columns, 1, &record, &bad.err), bad.err);
    arena_reset(&arena);
    bytes_out_release(&bytes);
    bed_end(&good);
    bed_end(&bad);
}

/* --- memory --- */

static int whole_life(struct bed *bed, struct bed *from, struct sample *sample)
{
    struct columns columns;
    struct arena arena;
    struct doc_marks marks;
    arena_init(&arena, 1 << 20);
    int rc = write_columns(bed->writer, sample, 3, 1, &bed->err);
    if (!rc)
        rc = columns_open(from->file, &arena, &columns, &bed->err);
    if (!rc)
        rc = columns_marks(&columns, 0, &arena, &marks, &bed->err);
    arena_reset(&arena);
    return rc;
}

TEST(every_allocation_may_fail)
{
    struct sample *sample = random_samples(9, 3, 1);
    struct bed from, to;
    bed_init(&from);
    bed_init(&to);
    write_file(&from, sample, 3, 1);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc == ERR_NOMEM; n++) {
        bed_begin(&to);
        mem_fail_after(n);
        rc = whole_life(&to, &from, sample);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%ld: %s", n, err_name(rc));
        segment_writer_close(to.writer);
        to.writer = NULL;
    }
    CHECK(n > 12);
    free(sample);
    bed_end(&from);
    bed_end(&to);
}

/* --- docs/format/columns.md --- */

static void check_block(struct bed *bed, enum section_id id, int block)
{
    struct bytes_out want =
        hex_block(PROJECT_DIR "/docs/format/columns.md", block);
    struct bytes_out got = bed_section(bed->file, id);
    CHECK_MSG(slice_eq((struct slice){got.data, got.len},
                       (struct slice){want.data, want.len}),
              "%s", section_name(id));
    bytes_out_release(&want);
    bytes_out_release(&got);
}

TEST(the_documented_example_is_what_it_says)
{
    struct sample sample[2] = {{.lang = 3}, {.lang = 1}};
    struct bed bed;
    example(sample);
    bed_init(&bed);
    write_file(&bed, sample, 1, 1);
    check_block(&bed, SECTION_COLUMNS, 1);
    check_block(&bed, SECTION_RECORDS, 2);
    check_block(&bed, SECTION_MARKS, 3);
    bed_end(&bed);
}

RUN(T(what_goes_in_comes_out), T(date_ranges_are_doc_id_ranges),
    T(newer_goes_first_undated_last_then_key_then_the_older_generation),
    T(an_article_costs_little), T(more_languages_than_numbers_are_a_limit),
    T(damage_under_good_checksums_is_an_answer_or_corrupt),
    T(positions_past_what_fits_are_refused), T(every_allocation_may_fail),
    T(the_documented_example_is_what_it_says))
