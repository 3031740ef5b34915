#include "engine/corpus_digest.h"

#include "check.h"

static void text_of(char out[DIGEST_TEXT_SIZE], uint32_t n)
{
    snprintf(out, DIGEST_TEXT_SIZE, "%032x", n);
}

TEST(order_does_not_matter_and_removal_undoes)
{
    struct corpus_digest forward = {0}, backward = {0};
    char digest[DIGEST_TEXT_SIZE], key[16];
    for (uint32_t i = 0; i < 1000; i++) {
        text_of(digest, i);
        snprintf(key, sizeof key, "k:%u", i);
        corpus_digest_add(&forward, slice_of(key), digest);
        text_of(digest, 999 - i);
        snprintf(key, sizeof key, "k:%u", 999 - i);
        corpus_digest_add(&backward, slice_of(key), digest);
    }
    CHECK(forward.high == backward.high && forward.low == backward.low);
    CHECK(forward.high && forward.low);
    for (uint32_t i = 0; i < 1000; i++) {
        text_of(digest, i);
        snprintf(key, sizeof key, "k:%u", i);
        corpus_digest_remove(&forward, slice_of(key), digest);
    }
    CHECK(forward.high == 0 && forward.low == 0);
}

TEST(key_and_text_both_count)
{
    char one[DIGEST_TEXT_SIZE], two[DIGEST_TEXT_SIZE];
    text_of(one, 1);
    text_of(two, 2);
    struct corpus_digest a = {0}, b = {0}, c = {0};
    corpus_digest_add(&a, SLICE("k:1"), one);
    corpus_digest_add(&b, SLICE("k:2"), one);
    corpus_digest_add(&c, SLICE("k:1"), two);
    CHECK(a.low != b.low && a.low != c.low && b.low != c.low);
    CHECK(a.high != b.high && a.high != c.high && b.high != c.high);
}

TEST(the_text_is_read_back)
{
    struct corpus_digest sum = {UINT64_C(0x0123456789abcdef), 42}, back;
    char text[DIGEST_TEXT_SIZE];
    corpus_digest_format(&sum, text);
    CHECK_TEXT(text, "0123456789abcdef000000000000002a");
    CHECK(corpus_digest_parse(text, &back));
    CHECK(back.high == sum.high && back.low == sum.low);
    text[3] = 'G';
    CHECK(!corpus_digest_parse(text, &back));
    text[3] = '\0';
    CHECK(!corpus_digest_parse(text, &back));
}

RUN(T(order_does_not_matter_and_removal_undoes), T(key_and_text_both_count),
    T(the_text_is_read_back))
