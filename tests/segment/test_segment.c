#include "small_segment.h"

#include "base/files.h"
#include "base/mem.h"

#include <fcntl.h>
#include <sys/stat.h>

static const struct small_doc docs[] = {
    {"s:1", "en", 900, 1, "the war", "the war of the worlds ends", false},
    {"s:2", "en", 800, 1, "US draft", "the US drafts a draft-law", false},
    {"s:3", "en", 700, 2, "", "the worlds of the US", false},
    {"s:4", "", 500, 2, "the the", "words without the stems", false},
    {"s:1", "en", 300, 1, "the first war", "as it was", true},
};
enum { DOCS = sizeof docs / sizeof *docs, LIVE_DOCS = DOCS - 1 };

static char dir[64], path[128], state[128];

static void make_dir(void)
{
    strcpy(dir, "/tmp/dateline-segment-XXXXXX");
    CHECK(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.seg", dir);
    snprintf(state, sizeof state, "%s/a.7.live", dir);
    small_segment_write(dir, "a.seg", docs, DOCS, NO_FAULT);
}

static void remove_dir(void)
{
    struct err err;
    CHECK_OK(tree_remove(dir, &err), err);
}

static struct segment *open_segment(const char *live)
{
    struct err err = {0};
    struct segment *segment;
    CHECK_OK(segment_open(path, live, &segment, &err), err);
    return segment;
}

#define WORD "\1"
#define CAPS "\2"
#define STEM "\3"
#define PLAIN "\4"
#define KEY "\6"

static uint32_t number_of(const struct segment *segment, struct slice term)
{
    struct err err = {0};
    struct term_entry entry;
    bool found;
    CHECK_OK(dictionary_find(&segment->dictionary, term, &entry, &found, &err),
             err);
    CHECK(found);
    return entry.number;
}

static int by_number(const void *a, const void *b)
{
    const struct dead_term *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The state after article 1 (s:2) has died, with these dead of `the`. */
static void write_state_with(struct term_counts the)
{
    struct segment *s = open_segment(NULL);
    struct err err = {0};
    struct live_facts facts = {LIVE_DOCS, LIVE_DOCS - 1, 0};
    uint64_t bits = 0xd, size;
    uint32_t crc;
    struct dead_term dead[] = {
        {number_of(s, SLICE(WORD "the")), the},
        {number_of(s, SLICE(WORD "draft")), {1, 3, 2}},
        {number_of(s, SLICE(CAPS "us")), {1, 3, 2}},
        {number_of(s, SLICE(STEM "en:draft")), {1, 4, 4}},
        {number_of(s, SLICE(KEY "s:2")), {1, 1, 1}},
    };
    size_t count = sizeof dead / sizeof *dead;
    qsort(dead, count, sizeof *dead, by_number);
    facts.live_words = segment_live_words(s) - 8;
    CHECK_OK(live_write(dir, "a.7.live", &facts, &bits, dead, count, &size,
                        &crc, &err),
             err);
    segment_close(s);
}

static void write_state(void)
{
    write_state_with((struct term_counts){1, 1, 1});
}

#define BYTES(text)                                                            \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }

static const struct {
    const char *what;
    struct slice term;
    struct term_counts all, live;
    const char *list;
} wanted[] = {
    {"a word", BYTES(WORD "the"), {4, 12, 9}, {3, 11, 8}, "0 1 2 3 "},
    {"a dead one", BYTES(WORD "draft"), {1, 3, 2}, {0, 0, 0}, "1 "},
    {"a living one", BYTES(WORD "war"), {1, 3, 2}, {1, 3, 2}, "0 "},
    {"two places", BYTES(WORD "worlds"), {2, 2, 2}, {2, 2, 2}, "0 2 "},
    {"capitals", BYTES(CAPS "us"), {2, 4, 3}, {1, 1, 1}, "1 2 "},
    {"a stem", BYTES(STEM "en:draft"), {1, 4, 4}, {0, 0, 0}, "1 "},
    {"no stem", BYTES(PLAIN "stems"), {1, 1, 1}, {1, 1, 1}, "3 "},
    {"a key", BYTES(KEY "s:2"), {1, 1, 1}, {1, 1, 1}, "1 "},
    {"a key of two", BYTES(KEY "s:1"), {2, 2, 2}, {2, 2, 2}, "0 4 "},
    {"nothing", BYTES(WORD "peace"), {0, 0, 0}, {0, 0, 0}, "-"},
    {"no class", BYTES("\7the"), {0, 0, 0}, {0, 0, 0}, "-"},
    {"no term", {NULL, 0}, {0, 0, 0}, {0, 0, 0}, "-"},
};
enum { WANTED = sizeof wanted / sizeof *wanted };

static bool same_counts(const struct term_counts *a,
                        const struct term_counts *b)
{
    return a->docs == b->docs && a->frequency == b->frequency &&
           a->occurrences == b->occurrences;
}

TEST(counts_are_those_of_the_living)
{
    make_dir();
    write_state();
    for (int dead = 0; dead < 2; dead++) {
        struct segment *segment = open_segment(dead ? state : NULL);
        struct err err = {0};
        CHECK_EQ(segment->docs, LIVE_DOCS);
        CHECK_EQ(segment->archived, 1);
        CHECK_EQ(segment_live_docs(segment), LIVE_DOCS - dead);
        CHECK_EQ(segment_live_words(segment), 8 + 8 + 5 + 6 - 8 * dead);
        for (doc_id doc = 0; doc < DOCS + 100; doc++)
            CHECK_EQ(segment_is_live(segment, doc),
                     doc < LIVE_DOCS && !(dead && doc == 1));
        for (int i = 0; i < WANTED; i++) {
            struct term_counts got;
            CHECK_OK(segment_counts(segment, wanted[i].term, &got, &err), err);
            CHECK_MSG(
                same_counts(&got, dead ? &wanted[i].live : &wanted[i].all),
                "%s: %d %d %d", wanted[i].what, (int)got.docs,
                (int)got.frequency, (int)got.occurrences);
        }
        CHECK_OK(segment_damage(segment, &err), err);
        segment_close(segment);
    }
    segment_close(NULL);
    remove_dir();
}

/* Of `the` there are 4 documents, frequency 12, 9 occurrences. */
TEST(more_dead_than_there_is_is_damage)
{
    static const struct {
        struct term_counts dead;
        int rc;
    } rows[] = {{{4, 12, 9}, ERR_OK},
                {{5, 12, 9}, ERR_CORRUPT},
                {{4, 13, 9}, ERR_CORRUPT},
                {{4, 12, 10}, ERR_CORRUPT}};
    make_dir();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct term_counts got;
        write_state_with(rows[i].dead);
        struct segment *segment = open_segment(state);
        CHECK_EQ(segment_counts(segment, SLICE(WORD "the"), &got, &err),
                 rows[i].rc);
        CHECK(rows[i].rc == ERR_OK || strstr(err.text, path));
        CHECK_EQ(got.docs, 0);
        CHECK_OK(segment_counts(segment, SLICE(WORD "of"), &got, &err), err);
        segment_close(segment);
    }
    remove_dir();
}

/* The documents of a term as text, "-" for none. */
static int list_text(const struct segment *segment, struct slice term,
                     char text[64], struct err *err)
{
    struct arena arena;
    struct postings *list;
    arena_init(&arena, 1 << 20);
    strcpy(text, "-");
    int rc = segment_postings(segment, term, &arena, &list, err);
    if (rc == ERR_OK && list) {
        struct doc_iter *it = postings_iter(list);
        text[0] = '\0';
        for (; it->doc != DOC_END && strlen(text) < 50; doc_iter_next(it))
            snprintf(text + strlen(text), 12, "%u ", it->doc);
        rc = it->status;
    }
    arena_reset(&arena);
    return rc;
}

TEST(lists_are_found_by_their_terms)
{
    make_dir();
    struct segment *segment = open_segment(NULL);
    for (int i = 0; i < WANTED; i++) {
        struct err err = {0};
        char text[64];
        CHECK_OK(list_text(segment, wanted[i].term, text, &err), err);
        CHECK_TEXT(text, wanted[i].list);
    }
    segment_close(segment);
    remove_dir();
}

/* --- what does not belong together --- */

TEST(files_that_are_not_there_or_others_are_refused)
{
    struct err err = {0};
    struct segment *segment;
    make_dir();
    CHECK_EQ(segment_open(path, state, &segment, &err), ERR_NOTFOUND);
    CHECK(strstr(err.text, state));
    write_state();
    CHECK_EQ(segment_open(state, NULL, &segment, &err), ERR_CORRUPT);
    CHECK_EQ(segment_open(path, path, &segment, &err), ERR_CORRUPT);
    CHECK_EQ(segment_open(dir, NULL, &segment, &err), ERR_CORRUPT);
    small_segment_write(dir, "a.seg", docs, DOCS - 2, NO_FAULT);
    CHECK_EQ(segment_open(path, state, &segment, &err), ERR_CORRUPT);
    CHECK(strstr(err.text, state));
    CHECK(unlink(path) == 0);
    CHECK_EQ(segment_open(path, state, &segment, &err), ERR_NOTFOUND);
    CHECK(strstr(err.text, path));
    remove_dir();
}

/* A segment of one section only is none. */
TEST(a_part_that_is_missing_is_damage)
{
    static const struct segment_facts facts = {1, 0, 1, 0};
    struct err err = {0};
    struct segment_writer *writer;
    struct segment *segment;
    uint64_t size;
    uint32_t crc;
    make_dir();
    for (int id = 0; id < SECTION_COUNT; id++) {
        CHECK_OK(segment_writer_open(dir, "a.seg", &writer, &err), err);
        section_put(segment_section(writer, (enum section_id)id), "\0\0\0\0",
                    4);
        CHECK_OK(segment_writer_finish(writer, &facts, &size, &crc, &err), err);
        segment_writer_close(writer);
        CHECK_EQ(segment_open(path, NULL, &segment, &err), ERR_CORRUPT);
        CHECK(strstr(err.text, path));
    }
    remove_dir();
}

/* --- attack --- */

/* Each answer is the right one or an error; or was followed by the mark of a page that
 * could not be read. */
static void ask_everything(const struct segment *segment)
{
    struct err err = {0};
    for (int i = 0; i < WANTED; i++) {
        struct term_counts got;
        char text[64];
        int rc = segment_counts(segment, wanted[i].term, &got, &err);
        CHECK(rc == ERR_CORRUPT || segment_damage(segment, &err) ||
              (rc == ERR_OK && same_counts(&got, &wanted[i].live)));
        rc = list_text(segment, wanted[i].term, text, &err);
        CHECK(rc == ERR_OK || rc == ERR_CORRUPT);
        CHECK(rc || segment_damage(segment, &err) ||
              strcmp(text, wanted[i].list) == 0);
    }
}

static void flip_in(const char *name)
{
    struct err err = {0};
    struct stat st;
    int fd = open(name, O_RDWR);
    CHECK(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = 0; at < st.st_size; at++) {
        uint8_t byte, wrong;
        CHECK(pread(fd, &byte, 1, at) == 1);
        wrong = (uint8_t)(byte ^ 1 << at % 8);
        CHECK(pwrite(fd, &wrong, 1, at) == 1);
        struct segment *segment;
        int rc = segment_open(path, state, &segment, &err);
        if (rc == ERR_OK) {
            ask_everything(segment);
            segment_close(segment);
        } else {
            CHECK_MSG(rc == ERR_CORRUPT, "byte %d: %s", (int)at, err.text);
            CHECK(strstr(err.text, name));
        }
        CHECK(pwrite(fd, &byte, 1, at) == 1);
    }
    close(fd);
}

TEST(a_flipped_bit_changes_no_answer)
{
    make_dir();
    write_state();
    flip_in(path);
    flip_in(state);
    struct segment *segment = open_segment(state);
    ask_everything(segment);
    segment_close(segment);
    remove_dir();
}

TEST(memory_may_run_out_anywhere)
{
    make_dir();
    write_state();
    for (long n = 0;; n++) {
        struct err err = {0};
        struct segment *segment;
        mem_fail_after(n);
        int rc = segment_open(path, state, &segment, &err);
        mem_fail_after(-1);
        if (rc == ERR_OK) {
            ask_everything(segment);
            segment_close(segment);
            break;
        }
        CHECK_EQ(rc, ERR_NOMEM);
        CHECK_MSG(err.text[0], "no reason");
    }
    remove_dir();
}

TEST(a_file_cut_under_an_open_segment_is_told)
{
    struct err err = {0};
    const char *names[] = {path, state};
    make_dir();
    write_state();
    for (int i = 0; i < 2; i++) {
        write_state();
        small_segment_write(dir, "a.seg", docs, DOCS, NO_FAULT);
        struct segment *segment = open_segment(state);
        CHECK(truncate(names[i], 0) == 0);
        ask_everything(segment);
        CHECK_EQ(segment_damage(segment, &err), ERR_CORRUPT);
        CHECK(strstr(err.text, names[i]));
        segment_close(segment);
        unlink(state);
        small_segment_write(dir, "a.seg", docs, DOCS, NO_FAULT);
    }
    remove_dir();
}

RUN(T(counts_are_those_of_the_living), T(more_dead_than_there_is_is_damage),
    T(lists_are_found_by_their_terms),
    T(files_that_are_not_there_or_others_are_refused),
    T(a_part_that_is_missing_is_damage), T(a_flipped_bit_changes_no_answer),
    T(memory_may_run_out_anywhere), T(a_file_cut_under_an_open_segment_is_told))
