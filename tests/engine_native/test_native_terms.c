#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "check.h"
#include "engine/native/shared/native_terms.h"

static void check_term(const struct term *term, const char *bytes, size_t len)
{
    CHECK_SLICE(term_slice(term),
                ((struct slice){(const uint8_t *)bytes, len}));
}
#define CHECK_TERM(term, bytes) check_term(&(term), bytes, sizeof bytes - 1)

TEST(each_class_spells_its_terms_as_the_dictionary_says)
{
    struct term t;
    term_of_word(&t, TERM_WORD, SLICE("war"), 1);
    CHECK_TERM(t, "\x01war");
    term_of_word(&t, TERM_WORD, SLICE("laccord"), 2);
    CHECK_TERM(t, "\x01laccord\x01\x02");
    term_of_word(&t, TERM_CAPS, SLICE("us"), 1);
    CHECK_TERM(t, "\x02us");
    term_of_stem(&t, SLICE("en"), SLICE("citi"));
    CHECK_TERM(t, "\x03"
                  "en:citi");
    term_of_plain(&t, SLICE("\xe4\xb8\xad"));
    CHECK_TERM(t, "\x04\xe4\xb8\xad");
    term_of_field(&t, FIELD_SOURCE, SLICE("le monde"));
    CHECK_TERM(t, "\x05"
                  "0le monde");
    term_of_field(&t, FIELD_LANG, SLICE("pt-br"));
    CHECK_TERM(t, "\x05"
                  "1pt-br");
    term_of_field(&t, FIELD_TOPIC, SLICE(""));
    CHECK_TERM(t, "\x05"
                  "2");
    term_of_key(&t, SLICE("reuters:12"));
    CHECK_TERM(t, "\x06reuters:12");
}

TEST(form_and_width_come_back)
{
    static const unsigned widths[] = {1, 2, 8, 255};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (int class = TERM_WORD; class <= TERM_CAPS; class ++) {
            struct term t;
            unsigned width;
            term_of_word(&t, (enum term_class) class, SLICE("a"), widths[i]);
            CHECK_SLICE(term_form(term_slice(&t), &width), SLICE("a"));
            CHECK_EQ(width, widths[i]);
        }
    unsigned width;
    CHECK_EQ(term_form((struct slice){0}, &width).len, 0);
    CHECK_EQ(width, 1);
}

TEST(a_form_stands_directly_before_its_joined_variants)
{
    struct term plain, joined, longer;
    term_of_word(&plain, TERM_WORD, SLICE("c130"), 1);
    term_of_word(&joined, TERM_WORD, SLICE("c130"), 255);
    term_of_word(&longer, TERM_WORD, SLICE("c1300"), 1);
    CHECK(slice_cmp(term_slice(&plain), term_slice(&joined)) < 0);
    CHECK(slice_cmp(term_slice(&joined), term_slice(&longer)) < 0);
}

TEST(text_that_fits_no_term_leaves_none)
{
    static uint8_t text[TERM_KEY_MAX];
    memset(text, 'x', sizeof text);
    struct slice fits = {text, TERM_KEY_MAX - 1}, whole = {text, TERM_KEY_MAX};
    struct term t;
    term_of_key(&t, fits);
    CHECK_EQ(t.len, TERM_KEY_MAX);
    term_of_key(&t, whole);
    CHECK_EQ(t.len, 0);
    term_of_plain(&t, whole);
    CHECK_EQ(t.len, 0);
    term_of_stem(&t, SLICE("en"), slice_part(whole, 0, TERM_KEY_MAX - 4));
    CHECK_EQ(t.len, TERM_KEY_MAX);
    term_of_stem(&t, SLICE("en"), slice_part(whole, 0, TERM_KEY_MAX - 3));
    CHECK_EQ(t.len, 0);
    term_of_stem(&t, whole, SLICE("a")); /* what came after did fit */
    CHECK_EQ(t.len, 0);
    term_of_word(&t, TERM_WORD, fits, 2);
    CHECK_EQ(t.len, 0);
}

TEST(long_values_are_told_apart_by_all_their_bytes)
{
    static uint8_t a[FIELD_VALUE_MAX + 100], b[FIELD_VALUE_MAX + 100];
    memset(a, 'v', sizeof a);
    memset(b, 'v', sizeof b);
    b[sizeof b - 1] = 'w';
    struct term ta, tb, again;
    term_of_field(&ta, FIELD_TOPIC, (struct slice){a, sizeof a});
    term_of_field(&tb, FIELD_TOPIC, (struct slice){b, sizeof b});
    CHECK(!slice_eq(term_slice(&ta), term_slice(&tb)));
    CHECK_EQ(ta.len, 2 + FIELD_VALUE_MAX + 32);
    /* the value that spells the cut one is another term */
    term_of_field(&again, FIELD_TOPIC, slice_part(term_slice(&ta), 2, ta.len));
    CHECK(!slice_eq(term_slice(&ta), term_slice(&again)));
    /* not cut: as it is */
    term_of_field(&ta, FIELD_TOPIC, (struct slice){a, FIELD_VALUE_MAX});
    CHECK_EQ(ta.len, 2 + FIELD_VALUE_MAX);
}

static void check_values(const struct article *article, enum ast_field field,
                         const char *const *want, size_t count)
{
    struct arena arena;
    struct err err;
    struct slice_list values;
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(article_field_values(article, field, &arena, &values, &err), err);
    CHECK_EQ(values.count, count);
    for (size_t i = 0; i < count; i++)
        CHECK_SLICE(values.item[i], slice_of(want[i]));
    arena_reset(&arena);
}

TEST(an_article_is_found_under_its_folded_values)
{
    struct slice topics[] = {SLICE("Grain  Trade"), SLICE("\xc3\x89t\xc3\xa9")};
    struct article article = {.key = SLICE("k"),
                              .source = SLICE("Le Monde"),
                              .lang = SLICE("pt-br"),
                              .topics = {topics, 2}};
    check_values(&article, FIELD_SOURCE, (const char *[]){"le monde"}, 1);
    check_values(&article, FIELD_LANG, (const char *[]){"pt-br", "pt"}, 2);
    check_values(&article, FIELD_TOPIC, (const char *[]){"grain trade", "ete"},
                 2);
    check_values(&article, FIELD_KEY, NULL, 0);
    check_values(&article, FIELD_SINCE, NULL, 0);
    article = (struct article){.lang = SLICE("en")};
    check_values(&article, FIELD_SOURCE, (const char *[]){""}, 1);
    check_values(&article, FIELD_LANG, (const char *[]){"en"}, 1);
    check_values(&article, FIELD_TOPIC, NULL, 0);
}

TEST(values_without_memory_are_a_failure)
{
    struct slice topics[] = {SLICE("Grain"), SLICE("Trade")};
    struct article article = {.topics = {topics, 2}};
    int rc = ERR_NOMEM;
    for (long n = 0; rc != ERR_OK; n++) {
        struct arena arena;
        struct slice_list values;
        arena_init(&arena, SIZE_MAX);
        mem_fail_after(n);
        rc = article_field_values(&article, FIELD_TOPIC, &arena, &values, NULL);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        CHECK(n < 100);
        arena_reset(&arena);
    }
}

RUN(T(each_class_spells_its_terms_as_the_dictionary_says),
    T(form_and_width_come_back),
    T(a_form_stands_directly_before_its_joined_variants),
    T(text_that_fits_no_term_leaves_none),
    T(long_values_are_told_apart_by_all_their_bytes),
    T(an_article_is_found_under_its_folded_values),
    T(values_without_memory_are_a_failure))
