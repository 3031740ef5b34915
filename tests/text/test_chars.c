/* The tables of chars.h, where text/test_tokenise.c does not see them from above. */
#include "text/chars.h"

#include "base/utf8.h"
#include "check.h"
#include "tokens_text.h"

#include <pthread.h>

enum { THREADS = 4, TEXT_BYTES = 200000 };

struct reading {
    struct slice text;
    struct arena arena;
    struct tokens tokens;
};

static void *read_text(void *arg)
{
    struct reading *r = arg;
    tokenise(r->text, 0, &r->arena, &r->tokens);
    return NULL;
}

/* First of all tests: here the tables are not yet made, and all threads want the
 * same pages. For ThreadSanitizer. */
TEST(threads_make_the_tables_together)
{
    static uint8_t text[TEXT_BYTES + 4];
    static struct reading readings[THREADS];
    pthread_t threads[THREADS];
    size_t len = 0;
    uint64_t seed = 7;
    while (len < TEXT_BYTES) {
        uint32_t c = rng_below(&seed, 0xd800);
        len += utf8_put(c, text + len);
    }
    for (int i = 0; i < THREADS; i++) {
        readings[i].text = (struct slice){text, len};
        arena_init(&readings[i].arena, (size_t)1 << 30);
        CHECK_EQ(pthread_create(&threads[i], NULL, read_text, &readings[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    const struct tokens *first = &readings[0].tokens;
    CHECK(first->count > 10000);
    for (int i = 1; i < THREADS; i++) {
        CHECK_EQ(readings[i].tokens.count, first->count);
        for (size_t t = 0; t < first->count; t++)
            CHECK_SLICE(readings[i].tokens.token[t].form, first->token[t].form);
    }
    for (int i = 0; i < THREADS; i++)
        arena_reset(&readings[i].arena);
}

TEST(a_character_does_one_thing)
{
    const uint16_t what = CHAR_LETTER | CHAR_DIGIT | CHAR_MARK |
                          CHAR_IGNORABLE | CHAR_CLUSTER | CHAR_APOSTROPHE |
                          CHAR_HYPHEN;
    for (uint32_t c = 0; c < 0x110000; c++) {
        if (c >= 0x30000 && c < 0xe0000)
            continue; /* nothing there in this version of Unicode but Han */
        uint16_t class = char_class(c) & what;
        CHECK_MSG((class & (class - 1)) == 0, "U+%04X: %x", c, class);
        CHECK(c > 0xffff || char_class(c) == char_classify(c));
    }
}

TEST(ascii_is_classified_as_the_fast_path_has_it)
{
    for (uint32_t c = 0; c < 0x80; c++) {
        uint16_t class = char_class(c);
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        bool digit = c >= '0' && c <= '9';
        CHECK_EQ((class & CHAR_LETTER) != 0, letter);
        CHECK_EQ((class & CHAR_DIGIT) != 0, digit);
        CHECK_EQ((class & CHAR_APOSTROPHE) != 0, c == '\'' || c == '`');
        CHECK_EQ((class & CHAR_HYPHEN) != 0, c == '-');
        CHECK_EQ((class & CHAR_UPPER) != 0, letter && c < 'a');
        CHECK_EQ((class & CHAR_FAST) != 0, letter || digit);
        if (letter || digit) {
            CHECK_EQ(char_simple_fold[c].len, 1);
            CHECK_EQ(char_simple_fold[c].bytes[0], letter ? (c | 0x20) : c);
        }
    }
}

RUN(T(threads_make_the_tables_together), T(a_character_does_one_thing),
    T(ascii_is_classified_as_the_fast_path_has_it))
