/* What check says of mentions: each fault of a file under good checksums, each changed byte,
 * allocations that fail. */
#include "small_segment.h"

#include "base/strbuf.h"
#include "mention_rows.h"

static const struct small_doc docs[] = {
    {"s:1", "en", 900, 1, "the war", "the war of the worlds ends", false},
    {"s:2", "en", 800, 1, "US draft", "the US drafts a draft-law", false},
    {"s:3", "en-gb", 700, 2, "", "the worlds of the US", false},
    {"s:4", "de", 600, 2, "der krieg", "the krieg der welten", false},
    {"s:5", "", 500, 2, "the the", "words without the stems", false},
    {"s:6", "en", 400, 3, "the undated", "it is the last but the old", false},
    {"s:7", "en", 390, 3, "", "one more", false},
    {"s:8", "en", 380, 3, "", "one more", false},
    {"s:9", "en", 370, 3, "", "one more", false},
    {"s:a", "en", 360, 3, "", "one more", false},
    {"s:b", "en", 350, 3, "", "one more", false},
    {"s:1", "en", 300, 1, "the first war", "as it was", true},
};
enum { DOCS = sizeof docs / sizeof *docs, LIVE_DOCS = DOCS - 1, ROWS = 12 };

static const char registers[1][DIGEST_TEXT_SIZE] = {DIGEST_A};

struct check_bed {
    struct bed bed;
    struct segment *segment;
    struct strbuf said;
};

static void open_segment(struct check_bed *b)
{
    bed_init(&b->bed);
    small_segment_write(b->bed.dir, "s.seg", docs, DOCS, NO_FAULT);
    CHECK_OK(segment_open(b->bed.path, NULL, &b->segment, &b->bed.err),
             b->bed.err);
    strbuf_init(&b->said, 1 << 20);
}

static void close_segment(struct check_bed *b)
{
    segment_close(b->segment);
    strbuf_release(&b->said);
    bed_end(&b->bed);
}

static void note(void *context, const char *fault)
{
    strbuf_addf(context, "%s\n", fault);
}

/* Entities of the one, forms of the other. */
static void write_mentions(struct check_bed *b,
                           const struct mention_row *entities,
                           size_t entity_count, const struct mention_row *forms,
                           size_t form_count, uint32_t times)
{
    const uint32_t *lengths;
    uint32_t longer[LIVE_DOCS];
    struct mentions_writer *writer = NULL;
    struct err err;
    uint64_t size;
    uint32_t crc;
    CHECK_OK(columns_lengths(&b->segment->columns, &lengths, &err), err);
    for (size_t i = 0; i < LIVE_DOCS; i++)
        longer[i] = lengths[i] * times;
    const struct mentions_target target = {
        .dir = b->bed.dir,
        .name = "s.ent",
        .docs = LIVE_DOCS,
        .words = segment_file_facts(b->segment->file)->words,
        .lengths = longer,
        .registers = registers,
        .register_count = 1};
    CHECK_OK(mentions_writer_open(&target, &writer, &err), err);
    CHECK_OK(put_rows(writer, entities, entity_count, false, &err), err);
    CHECK_OK(put_rows(writer, forms, form_count, true, &err), err);
    CHECK_OK(mentions_finish(writer, &size, &crc, &err), err);
    mentions_writer_close(writer);
}

static int check_mentions_of(struct check_bed *b)
{
    char path[100];
    snprintf(path, sizeof path, "%s/s.ent", b->bed.dir);
    strbuf_reset(&b->said);
    int rc = segment_open_mentions(b->segment, path, &b->bed.err);
    if (rc == ERR_OK)
        rc = segment_check(b->segment, note, &b->said, &b->bed.err);
    mentions_close(b->segment->mentions);
    b->segment->mentions = NULL;
    return rc;
}

static const struct mention_row good[ROWS] = {
    {"thing", "One", 1, 6, 0, false},  {"thing", "one", 1, 7, 0, false},
    {"thing", "one", 1, 8, 0, false},  {"thing", "one", 1, 9, 0, false},
    {"thing", "one", 1, 10, 0, false}, {"war", "The war", 2, 0, 0, true},
    {"war", "the US", 2, 2, 3, false}, {"war", "worlds", 1, 2, 1, false},
    {"world", "all", 1, 2, 0, false},  {"world", "all", 1, 6, 0, false},
    {"world", "all", 1, 6, 1, false},  {"world", "all", 1, 7, 0, false},
};

/* In the order of entities, and of forms. */
static void good_rows(struct mention_row *entities, struct mention_row *forms)
{
    memcpy(entities, good, sizeof good);
    memcpy(forms, good, sizeof good);
    rows_by_form = false;
    qsort(entities, ROWS, sizeof *entities, compare_rows);
    rows_by_form = true;
    qsort(forms, ROWS, sizeof *forms, compare_rows);
}

TEST(good_mentions_have_no_faults)
{
    struct check_bed b;
    struct mention_row entities[ROWS], forms[ROWS];
    open_segment(&b);
    good_rows(entities, forms);
    write_mentions(&b, entities, ROWS, forms, ROWS, 1);
    CHECK_OK(check_mentions_of(&b), b.bed.err);
    CHECK_TEXT(b.said.data, "");
    write_mentions(&b, NULL, 0, NULL, 0, 1);
    CHECK_OK(check_mentions_of(&b), b.bed.err);
    close_segment(&b);
}

/* Rows of entities and forms stand where they stood: only counts are cut. */
TEST(every_wrong_thing_is_told)
{
    enum { WAR = 5, WAR_THE = 5, WAR_US = 6, LAST = ROWS - 1 };
    static const struct {
        size_t entity, form; /* the row that is changed; ROWS: none */
        uint32_t position;
        uint16_t width;
        int title; /* -1: as it was */
        const char *says;
    } cases[] = {
        {6, 7, 90, 1, -1,
         "positions: \"war\" of class 8: article 2: position 90"},
        {ROWS, 7, 4, 1, -1,
         "postings: \"war\" of class 8: not the mentions of"},
        {ROWS, WAR_US, 3, 3, -1, "article 2: position 3 has no place"},
        {WAR, WAR_THE, 0, 2, 0, "article 0: position 0 has no place"},
        {LAST, LAST, 0, 1, 1, "article 7: position 0 has no place"},
    };
    struct check_bed b;
    struct mention_row entities[ROWS], forms[ROWS];
    open_segment(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        good_rows(entities, forms);
        struct mention_row *changed[] = {
            cases[i].entity < ROWS ? &entities[cases[i].entity] : NULL,
            cases[i].form < ROWS ? &forms[cases[i].form] : NULL};
        for (int k = 0; k < 2; k++)
            if (changed[k]) {
                changed[k]->position = cases[i].position;
                changed[k]->width = cases[i].width;
                if (cases[i].title >= 0)
                    changed[k]->title = cases[i].title;
            }
        if (cases[i].position == 90) { /* rises */
            struct mention_row row = entities[6];
            entities[6] = entities[7];
            entities[7] = row;
        }
        write_mentions(&b, entities, ROWS, forms, ROWS, 1);
        CHECK_EQ(check_mentions_of(&b), ERR_CORRUPT);
        CHECK_MSG(strstr(b.said.data, cases[i].says), "case %zu: %s", i,
                  b.said.data);
        CHECK_MSG(strstr(b.said.data, "s.ent"), "case %zu: %s", i, b.said.data);
    }
    close_segment(&b);
}

TEST(forms_that_are_missing_and_low_bounds_are_told)
{
    struct check_bed b;
    struct mention_row entities[ROWS], forms[ROWS];
    open_segment(&b);
    good_rows(entities, forms);
    write_mentions(&b, entities, ROWS, forms, ROWS - 4, 1);
    CHECK_EQ(check_mentions_of(&b), ERR_CORRUPT);
    CHECK_MSG(strstr(b.said.data, "\"world\" of class 8: not the mentions of"),
              "%s", b.said.data);

    static struct mention_row all[LIVE_DOCS];
    for (doc_id doc = 0; doc < LIVE_DOCS; doc++)
        all[doc] = (struct mention_row){"all", "all", 1,
                                        doc,   0,     docs[doc].title[0] != 0};
    write_mentions(&b, all, LIVE_DOCS, all, LIVE_DOCS, 1);
    CHECK_OK(check_mentions_of(&b), b.bed.err);
    write_mentions(&b, all, LIVE_DOCS, all, LIVE_DOCS, 9);
    if (SEGMENT_BLOCK < LIVE_DOCS) { /* a single block has no bound */
        CHECK_EQ(check_mentions_of(&b), ERR_CORRUPT);
        CHECK_MSG(strstr(b.said.data, "better than the best"), "%s",
                  b.said.data);
    }
    close_segment(&b);
}

TEST(every_changed_byte_is_found)
{
    struct check_bed b;
    struct mention_row entities[ROWS], forms[ROWS];
    struct bytes_out bytes = {0};
    char path[100];
    open_segment(&b);
    good_rows(entities, forms);
    write_mentions(&b, entities, ROWS, forms, ROWS, 1);
    snprintf(path, sizeof path, "%s/s.ent", b.bed.dir);
    CHECK_OK(file_read(path, 1 << 20, &bytes, &b.bed.err), b.bed.err);
    for (size_t at = 0; at < bytes.len; at++) {
        FILE *file = fopen(path, "wb");
        bytes.data[at] ^= (uint8_t)(1 << at % 8);
        CHECK(fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
        CHECK(fclose(file) == 0);
        bytes.data[at] ^= (uint8_t)(1 << at % 8);
        int rc = check_mentions_of(&b);
        CHECK_MSG(rc == ERR_CORRUPT || rc == ERR_MISMATCH, "byte %zu: %d", at,
                  rc);
        CHECK_MSG(strstr(b.bed.err.text, "s.ent"), "byte %zu: %s", at,
                  b.bed.err.text);
    }
    bytes_out_release(&bytes);
    close_segment(&b);
}

TEST(no_memory_is_said_and_is_no_damage)
{
    struct check_bed b;
    struct mention_row entities[ROWS], forms[ROWS];
    int rc = ERR_NOMEM;
    open_segment(&b);
    good_rows(entities, forms);
    write_mentions(&b, entities, ROWS, forms, ROWS, 1);
    for (long n = 0; rc == ERR_NOMEM && n < 100000; n++) {
        char path[100];
        snprintf(path, sizeof path, "%s/s.ent", b.bed.dir);
        mem_fail_after(n);
        rc = segment_open_mentions(b.segment, path, &b.bed.err);
        if (rc == ERR_OK)
            rc = segment_check(b.segment, NULL, NULL, &b.bed.err);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%ld: %d %s", n, rc,
                  b.bed.err.text);
        mentions_close(b.segment->mentions);
        b.segment->mentions = NULL;
    }
    CHECK_EQ(rc, 0);
    close_segment(&b);
}

RUN(T(good_mentions_have_no_faults), T(every_wrong_thing_is_told),
    T(forms_that_are_missing_and_low_bounds_are_told),
    T(every_changed_byte_is_found), T(no_memory_is_said_and_is_no_damage))
