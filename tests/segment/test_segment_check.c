#include "small_segment.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "bed.h"

/* Two languages and none, undated ones, capitals, joined forms, an old version, titles
 * that repeat, enough articles for lists of several blocks of 8 and of one of 128. */
static const struct small_doc docs[] = {
    {"s:1", "en", 900, 1, "the war", "the war of the worlds ends", false},
    {"s:2", "en", 800, 1, "US draft", "the US drafts a draft-law", false},
    {"s:3", "en-gb", 700, 2, "", "the worlds of the US", false},
    {"s:4", "de", 600, 2, "der krieg", "the krieg der welten", false},
    {"s:5", "", 500, 2, "the the", "words without the stems", false},
    {"s:6", "en", 0, 3, "the undated", "it is the last but the old", false},
    {"s:7", "en", 450, 3, "", "", false},
    {"s:8", "en", 440, 3, "the a", "the b the c", false},
    {"s:9", "en", 430, 3, "the d", "the e-f-g", false},
    {"s:a", "de", 420, 3, "the h", "the WHO", false},
    {"s:b", "en", 410, 3, "the i", "the the the the", false},
    {"s:c", "en", 400, 3, "j", "the wars", false},
    {"s:d", "en", 390, 3, "k", "the wars of l", false},
    {"s:1", "en", 300, 1, "the first war", "as it was", true},
};
enum { DOCS = sizeof docs / sizeof *docs, LIVE_DOCS = DOCS - 1 };

static char dir[] = "/tmp/dateline-check-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[2][200];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void note(void *context, const char *fault)
{
    strbuf_addf(context, "%s\n", fault);
}

/* What check says of `name`; `live` may be NULL. */
static int check(const char *name, const char *live, struct strbuf *said,
                 struct err *err)
{
    struct segment *segment;
    strbuf_init(said, 1 << 20);
    *err = (struct err){0};
    int rc =
        segment_open(path_of(name), live ? path_of(live) : NULL, &segment, err);
    if (rc)
        return rc;
    rc = segment_check(segment, note, said, err);
    segment_close(segment);
    return rc;
}

TEST(a_good_segment_has_no_faults)
{
    struct strbuf said;
    struct err err;
    small_segment_write(dir, "good.seg", docs, DOCS, NO_FAULT);
    CHECK_OK(check("good.seg", NULL, &said, &err), err);
    CHECK_TEXT(said.data, "");
    strbuf_release(&said);
}

TEST(an_empty_segment_has_no_faults)
{
    struct strbuf said;
    struct err err;
    small_segment_write(dir, "empty.seg", docs, 0, NO_FAULT);
    CHECK_OK(check("empty.seg", NULL, &said, &err), err);
    small_segment_write(dir, "old.seg", docs + LIVE_DOCS, 1, NO_FAULT);
    strbuf_release(&said);
    CHECK_OK(check("old.seg", NULL, &said, &err), err);
    strbuf_release(&said);
}

TEST(every_wrong_thing_is_told_with_its_section)
{
    static const struct {
        enum small_fault fault;
        const char *says;
    } cases[] = {
        {WRONG_WORDS, "columns: 7"},
        {WRONG_ORDER, "records: article 1: not in its place"},
        {WRONG_LANG, "records: article 0: another language"},
        {WRONG_DIGEST, "stored articles: article 0: not the text of s:1"},
        {WRONG_KEY, "stored articles: article 0: not as the record of a key "
                    "of nobody says"},
        {WRONG_DATE, "stored articles: article 0: not as the record of s:1"},
        {WRONG_LENGTH, "columns: 7"},
        {WRONG_PART, "records: article 0: 8 words in 7 places"},
        {WRONG_MARK, "marks: article 0: a sentence outside"},
        {MISSING_MARK, "marks: article 0: its body begins no paragraph"},
        {ARCHIVED_MARK, "marks: article 13: an old version has none"},
        {MISSING_KEY, "postings: article 0: no key leads to it"},
        {SWAPPED_KEYS, "postings: \"s:1\" of class 6: article 1 has another"},
        {WRONG_DOCS, "postings: "},
        {WRONG_FREQUENCY, "postings: "},
        {WRONG_OCCURRENCES, "dictionary: \"the\" of class 1: not the counts"},
        {MISSING_STEM, "stems: \"en:the\" of class 3: 1 articles have it"},
        {MISSING_PLAIN, "postings: article 4: not one stem or plain form"},
        {OTHER_STEM, "postings: \"de:a\" of class 3: article 1 is in another"},
        {MISSING_WORD, "postings: article 4: 5 words, its length is 6"},
        {MOVED_WORD, "positions: \"the\" of class 1: article 0: position 90"},
        {TITLE_ONCE,
         "positions: \"the\" of class 1: article 0: position 0 has"},
        {LOW_BOUNDS, "postings: \"the\" of class 1: article 0: better than"},
        {WRONG_FORM, "stems: \"de:der\" of class 3: no words are its forms"},
        {OTHER_FORM, "stems: \"de:der\" of class 3: no article has its form"},
        {MORE_FORMS, "stems: \"de:der\" of class 3: no article has its form"},
        {OTHER_TEXT, "stored articles: article 0: not the text of s:1"},
        {NO_TEXT_FORMAT, "stored articles: article 0: "},
        {UNNAMED_TEXT, "stored articles: chapter 0: 13 articles are named"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf said;
        struct err err;
        char name[32];
        if (cases[i].fault == LOW_BOUNDS && SEGMENT_BLOCK > LIVE_DOCS)
            continue; /* a single block has no bound */
        snprintf(name, sizeof name, "bad%zu.seg", i);
        small_segment_write(dir, name, docs, DOCS, cases[i].fault);
        int rc = check(name, NULL, &said, &err);
        CHECK_MSG(rc == ERR_CORRUPT, "fault %d: %d %s", cases[i].fault, rc,
                  said.data);
        CHECK_MSG(strstr(said.data, cases[i].says), "fault %d: want %s in %s",
                  cases[i].fault, cases[i].says, said.data);
        CHECK_MSG(strncmp(said.data, dir, strlen(dir)) == 0, "no file: %s",
                  said.data);
        CHECK_MSG(strncmp(said.data, err.text, strlen(err.text)) == 0,
                  "first: %s of %s", err.text, said.data);
        strbuf_release(&said);
    }
}

/* The key of the last block is not that of its first term. */
TEST(a_term_to_which_the_tree_does_not_lead_is_told)
{
    struct bed bed;
    struct strbuf said;
    struct err err;
    struct segment_file *good;
    struct dictionary dictionary;
    small_segment_write(dir, "found.seg", docs, DOCS, NO_FAULT);
    bed_init(&bed);
    CHECK_OK(segment_file_open(path_of("found.seg"), &good, &err), err);
    CHECK_OK(dictionary_open(good, &dictionary, &err), err);
    struct bytes_out section = bed_section(good, SECTION_DICTIONARY);
    section.data[dictionary.level[0].offset +
                 8 * (dictionary.level[0].keys - 1)] ^= 1;
    bed_forge(&bed, good, SECTION_DICTIONARY,
              (struct slice){section.data, section.len});
    CHECK_EQ(rename(bed.path, path_of("found.seg")), 0);
    CHECK_EQ(check("found.seg", NULL, &said, &err), ERR_CORRUPT);
    CHECK_MSG(strstr(said.data, "not what the tree says"), "%s", said.data);
    strbuf_release(&said);
    bytes_out_release(&section);
    segment_file_close(good);
    bed_end(&bed);
}

/* --- the state of a generation --- */

struct counted {
    struct dead_term dead[1024];
    size_t count;
    uint64_t bits[1];
    struct live_facts facts;
};

/* The articles of `segment` that are not in `bits`, as a segment of their own. */
static void write_dead(const struct segment *segment, uint64_t bits,
                       struct counted *out)
{
    struct small_doc dead[DOCS];
    size_t count = 0;
    out->facts.docs = segment->docs;
    for (doc_id doc = 0; doc < segment->docs; doc++) {
        struct doc_record record;
        struct err err = {0};
        CHECK_OK(columns_record(&segment->columns, doc, &record, &err), err);
        if (bits >> doc & 1) {
            out->facts.live_docs++;
            out->facts.live_words += record.words;
        }
        for (size_t i = 0; i < LIVE_DOCS && !(bits >> doc & 1); i++)
            if (slice_eq(record.key, slice_of(docs[i].key)))
                dead[count++] = docs[i];
    }
    CHECK_EQ(count, segment->docs - out->facts.live_docs);
    small_segment_write(dir, "only-dead.seg", dead, count, NO_FAULT);
}

/* What is dead when `bits` are live. */
static void count_dead(const char *name, uint64_t bits, struct counted *out)
{
    struct segment *segment, *dead;
    struct dictionary_cursor cursor;
    struct err err = {0};
    *out = (struct counted){.bits = {bits}};
    CHECK_OK(segment_open(path_of(name), NULL, &segment, &err), err);
    write_dead(segment, bits, out);
    CHECK_OK(segment_open(path_of("only-dead.seg"), NULL, &dead, &err), err);
    CHECK_OK(dictionary_seek(&dead->dictionary, (struct slice){NULL, 0},
                             &cursor, &err),
             err);
    while (!cursor.at_end && cursor.term[0] != TERM_KEY) {
        struct term_entry entry;
        bool found;
        CHECK_OK(dictionary_find(&segment->dictionary,
                                 (struct slice){cursor.term, cursor.term_len},
                                 &entry, &found, &err),
                 err);
        CHECK(found);
        out->dead[out->count++] =
            (struct dead_term){entry.number, cursor.entry.counts};
        CHECK_OK(dictionary_next(&cursor, &err), err);
    }
    segment_close(dead);
    segment_close(segment);
}

static void write_live(const char *name, const struct counted *counted)
{
    uint64_t size;
    uint32_t crc;
    struct err err = {0};
    CHECK_OK(live_write(dir, name, &counted->facts, counted->bits,
                        counted->dead, counted->count, &size, &crc, &err),
             err);
}

/* Of a term, by its place in counted->dead. */
static size_t find_dead(const char *name, struct slice term,
                        const struct counted *counted)
{
    struct segment *segment;
    struct term_entry entry;
    struct err err = {0};
    bool found;
    size_t at = 0;
    CHECK_OK(segment_open(path_of(name), NULL, &segment, &err), err);
    CHECK_OK(dictionary_find(&segment->dictionary, term, &entry, &found, &err),
             err);
    while (at < counted->count && counted->dead[at].number != entry.number)
        at++;
    CHECK(found && at < counted->count);
    segment_close(segment);
    return at;
}

TEST(the_dead_are_counted_again)
{
    static struct counted counted, wrong;
    struct strbuf said;
    struct err err;
    small_segment_write(dir, "dead.seg", docs, DOCS, NO_FAULT);
    count_dead("dead.seg", 0x1fd5, &counted);
    CHECK(counted.count > 10);
    write_live("right.live", &counted);
    CHECK_OK(check("dead.seg", "right.live", &said, &err), err);
    CHECK_TEXT(said.data, "");
    strbuf_release(&said);

    for (int i = 0; i < 7; i++) {
        char name[32];
        const char *says = "right.live: counts of the dead: \"";
        wrong = counted;
        if (i == 0)
            wrong.dead[0].counts.docs++, wrong.dead[0].counts.frequency++;
        if (i == 1)
            wrong.dead[3].counts.frequency++;
        if (i == 2)
            wrong.count--;
        if (i == 3)
            memmove(wrong.dead + 1, wrong.dead + 2,
                    (--wrong.count - 1) * sizeof *wrong.dead);
        if (i == 4) {
            wrong.dead[wrong.count++] =
                (struct dead_term){UINT32_MAX - 1, {1, 1, 1}};
            says = "counts of the dead: term 4294967294 does not exist";
        }
        if (i == 5) {
            wrong.facts.live_words++;
            says = "words of current articles";
        }
        if (i == 6) {
            size_t at = find_dead("dead.seg", SLICE("\3de:krieg"), &wrong);
            CHECK(wrong.dead[at].counts.frequency == 3);
            wrong.dead[at].counts.occurrences++;
        }
        snprintf(name, sizeof name, "%d-right.live", i);
        write_live(name, &wrong);
        CHECK_EQ(check("dead.seg", name, &said, &err), ERR_CORRUPT);
        CHECK_MSG(strstr(said.data, says), "case %d: %s", i, said.data);
        CHECK_MSG(strstr(said.data, name), "case %d: %s", i, said.data);
        strbuf_release(&said);
    }
}

/* --- bytes --- */

/* Every byte of the file changed, one at a time: opening or checking says so, and names
 * the file. */
TEST(every_changed_byte_is_found)
{
    struct bytes_out good = {0};
    struct err err = {0};
    struct strbuf said;
    small_segment_write(dir, "flip.seg", docs, DOCS, NO_FAULT);
    CHECK_OK(file_read(path_of("flip.seg"), 1 << 24, &good, &err), err);
    for (size_t at = 0; at < good.len; at++) {
        FILE *file = fopen(path_of("flip.seg"), "wb");
        good.data[at] = (uint8_t)(good.data[at] ^ 1 << at % 8);
        CHECK(fwrite(good.data, 1, good.len, file) == good.len);
        CHECK(fclose(file) == 0);
        good.data[at] = (uint8_t)(good.data[at] ^ 1 << at % 8);
        int rc = check("flip.seg", NULL, &said, &err);
        CHECK_MSG(rc == ERR_CORRUPT || rc == ERR_MISMATCH, "byte %zu: %d", at,
                  rc);
        CHECK_MSG(strstr(err.text, "flip.seg"), "byte %zu: %s", at, err.text);
        strbuf_release(&said);
    }
    bytes_out_release(&good);
}

TEST(no_memory_is_said_and_is_no_damage)
{
    struct segment *segment;
    struct err err = {0};
    small_segment_write(dir, "memory.seg", docs, DOCS, NO_FAULT);
    CHECK_OK(segment_open(path_of("memory.seg"), NULL, &segment, &err), err);
    int rc = ERR_NOMEM;
    for (long n = 0; rc == ERR_NOMEM && n < 100000; n++) {
        struct strbuf said;
        strbuf_init(&said, 1 << 20);
        mem_fail_after(n);
        rc = segment_check(segment, NULL, NULL, &err);
        mem_fail_after(-1);
        CHECK_MSG(rc == 0 || rc == ERR_NOMEM, "%ld: %d %s", n, rc, err.text);
        strbuf_release(&said);
    }
    CHECK_EQ(rc, 0);
    segment_close(segment);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_good_segment_has_no_faults),
        T(an_empty_segment_has_no_faults),
        T(every_wrong_thing_is_told_with_its_section),
        T(a_term_to_which_the_tree_does_not_lead_is_told),
        T(the_dead_are_counted_again),
        T(every_changed_byte_is_found),
        T(no_memory_is_said_and_is_no_damage),
    };
    if (!mkdtemp(dir))
        return 1;
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tree_remove(dir, NULL);
    return failed;
}
