/* Valid files with random damage: nothing crashes, every reader comes to an end, and
 * records that no damage touched are still read. And every allocation fails once. */
#include "base/mem.h"
#include "reading.h"

enum { ROUNDS = 1500 };

static struct reading r, whole;

static const struct {
    const char *format, *path, *text;
} samples[] = {
    {"jsonl", "x.jsonl",
     "{\"id\":\"1\",\"title\":\"One\",\"body\":\"Text \xc3\xa9 \\u00e9\"}\n"
     "{\"id\":\"2\",\"title\":\"Two\",\"tags\":[\"a\",\"b\"]}\n"
     "{\"id\":\"3\",\"headline\":\"Three\",\"date\":\"2022-03-29T10:00:00Z\"}\n"
     "{\"id\":\"4\",\"title\":\"Four\",\"source\":{\"name\":\"x\"}}\n"},
    {"auto", "x.json",
     "[\n{\"id\":\"1\",\"title\":\"One\",\"body\":[\"p\",\"q\"]},\n"
     "{\n\"id\":\"2\",\n\"title\":\"Two \\\"q\\\"\"\n},\n"
     "{\"id\":\"3\",\"title\":\"Three\"}]\n"},
    {"reuters-sgml", "x.sgm",
     "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS NEWID=\"1\">\n"
     "<DATE>26-FEB-1987 15:01:01.79</DATE><TOPICS><D>a</D><D>b</D></TOPICS>\n"
     "<TEXT><TITLE>One</TITLE><DATELINE> X, May 1 - </DATELINE><BODY>T &lt;\n"
     "    U\n Reuter\n&#3;</BODY></TEXT></REUTERS>\n<REUTERS NEWID=\"2\">\n"
     "<TEXT TYPE=\"BRIEF\">***<TITLE>Two</TITLE>Blah blah blah.</TEXT>\n"
     "</REUTERS>\n<REUTERS NEWID=\"3\"><TEXT>Three</TEXT></REUTERS>\n"},
    {"text", "2025-08-20.txt",
     "Headline\nBy A Name\nDate: 2022-03-29\n\nStandfirst.\n\n-\n\n"
     "The port, Aug. 20, 2025 (AP)\n\nMOSCOW, Aug. 20 (AP) \xe2\x80\x94 Text.\n"
     "\nHeading\n\nMore.\n\nRead more: x\n"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static void damage(uint8_t *bytes, size_t *len, uint64_t *seed)
{
    static const char spice[] = "{}[]\"\\,:<>&;#-\n\r \0\xff\xc3/()0129REUTS";
    for (uint32_t n = 1 + rng_below(seed, 4); n > 0; n--) {
        size_t at = rng_below(seed, (uint32_t)*len);
        size_t span = rng_below(seed, 12);
        switch (rng_below(seed, 4)) {
        case 0:
            bytes[at] = (uint8_t)rng_next(seed);
            break;
        case 1:
            bytes[at] = (uint8_t)spice[rng_below(seed, sizeof spice)];
            break;
        case 2: /* cut a piece out */
            span = span < *len - at ? span : *len - at;
            memmove(bytes + at, bytes + at + span, *len - at - span);
            *len -= span;
            break;
        default: /* cut the end off */
            *len -= rng_below(seed, 8) == 0 ? (*len - at) / 2 : 0;
        }
        if (*len == 0)
            *len = 1;
    }
}

TEST(random_damage_harms_nothing_but_itself)
{
    uint64_t seed = 19870226;
    for (size_t s = 0; s < SAMPLES; s++) {
        size_t size = strlen(samples[s].text);
        uint8_t *bytes = malloc(size);
        size_t articles = 0, rejects = 0;
        for (int round = 0; round < ROUNDS; round++) {
            size_t len = size;
            memcpy(bytes, samples[s].text, size);
            damage(bytes, &len, &seed);
            struct slice damaged = {bytes, len};
            read_all(&r, round % 2 ? samples[s].format : "auto",
                     samples[s].path, damaged);
            CHECK_MSG(r.rc == READER_END, "%s", err_name(r.rc));
            for (size_t i = 0; i < r.count; i++) {
                articles += r.step[i].step == READER_ARTICLE;
                rejects += r.step[i].step == READER_REJECT;
                if (r.step[i].step == READER_REJECT)
                    CHECK(r.step[i].reject.byte <= len);
            }
            reading_release(&r);
        }
        CHECK(articles > ROUNDS / 4);
        CHECK(rejects > ROUNDS / 20);
        free(bytes);
    }
}

TEST(damage_in_one_line_leaves_the_others)
{
    uint64_t seed = 42;
    const char *text = samples[0].text;
    size_t size = strlen(text);
    size_t from = (size_t)(strchr(text, '\n') - text) + 1;
    size_t to = (size_t)(strchr(text + from, '\n') - text);
    read_all(&whole, "jsonl", "x", slice_of(text));
    CHECK_EQ(whole.count, 4);
    uint8_t *bytes = malloc(size);
    for (int round = 0; round < ROUNDS; round++) {
        memcpy(bytes, text, size);
        for (uint32_t n = 1 + rng_below(&seed, 5); n > 0; n--) {
            size_t at = from + rng_below(&seed, (uint32_t)(to - from));
            bytes[at] = (uint8_t)rng_next(&seed);
            if (bytes[at] == '\n')
                bytes[at] = 0;
        }
        read_all(&r, "jsonl", "x", (struct slice){bytes, size});
        CHECK_EQ(r.count, 4);
        for (size_t i = 0; i < 4; i++) {
            if (i == 1)
                continue;
            CHECK_EQ(r.step[i].step, READER_ARTICLE);
            CHECK_SLICE(r.step[i].article.text[PART_TITLE],
                        whole.step[i].article.text[PART_TITLE]);
            CHECK_SLICE(r.step[i].article.text[PART_BODY],
                        whole.step[i].article.text[PART_BODY]);
        }
        reading_release(&r);
    }
    free(bytes);
    reading_release(&whole);
}

/* One pass with the n-th allocation failing; READER_END when it was not needed. */
static int read_starved(size_t s, long n)
{
    struct input *in = NULL;
    struct reader *reader = NULL;
    struct article article;
    struct reject reject;
    struct err err = {0};
    struct arena arena;
    struct slice text = slice_of(samples[s].text);
    arena_init(&arena, SIZE_MAX / 2);
    mem_fail_after(n);
    int rc = input_open_bytes(samples[s].path, text, &in, &err);
    if (!rc)
        rc = reader_open(in, samples[s].format, &reader, &reject, &err);
    if (!rc)
        while ((rc = reader_next(reader, &arena, &article, &reject, &err)) > 0)
            if (rc == READER_REJECT)
                break;
    mem_fail_after(-1);
    reader_close(reader);
    input_close(in);
    arena_reset(&arena);
    return rc;
}

TEST(every_allocation_may_fail)
{
    for (size_t s = 0; s < SAMPLES; s++) {
        int rc = ERR_NOMEM;
        for (long n = 0; n < 2000 && rc != READER_END; n++) {
            rc = read_starved(s, n);
            CHECK_MSG(rc == READER_END || rc == ERR_NOMEM, "%s, %ld: %d",
                      samples[s].path, n, rc);
        }
        CHECK_EQ(rc, READER_END);
    }
}

RUN(T(random_damage_harms_nothing_but_itself),
    T(damage_in_one_line_leaves_the_others), T(every_allocation_may_fail))
