#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "doc/article.h"
#include "doc/digest.h"

#include "check.h"

TEST(parts_and_origins_have_names)
{
    CHECK_TEXT(article_part_name(PART_TITLE), "title");
    CHECK_TEXT(article_part_name(PART_CAPTIONS), "captions");
    CHECK_TEXT(date_origin_name(ORIGIN_NONE), "none");
    CHECK_TEXT(date_origin_name(ORIGIN_FILE_NAME), "file name");
}

/* SMHasher's VerificationTest: the hash of the hashes of {}, {0}, {0,1} ... under
 * falling seeds gives 0x6384BA69 for MurmurHash3_x64_128. */
TEST(the_digest_is_murmurhash3_x64_128)
{
    uint8_t key[256], hashes[256 * 16], last[16];
    for (unsigned i = 0; i < 256; i++) {
        key[i] = (uint8_t)i;
        struct digest d = {.h1 = 256 - i, .h2 = 256 - i};
        digest_add(&d, key, i);
        digest_end(&d, hashes + 16 * i);
    }
    struct digest d = {0};
    digest_add(&d, hashes, sizeof hashes);
    digest_end(&d, last);
    static const uint8_t want[] = {0x69, 0xBA, 0x84, 0x63};
    CHECK(memcmp(last, want, sizeof want) == 0);
}

TEST(a_digest_does_not_depend_on_the_pieces)
{
    uint8_t text[100];
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)rng_next(&seed);
    for (size_t len = 0; len <= sizeof text; len++) {
        struct digest whole = {0}, pieces = {0};
        char want[33], got[33];
        digest_add(&whole, text, len);
        digest_end_text(&whole, want);
        for (size_t at = 0; at < len;) {
            size_t take = rng_below(&seed, 40);
            if (take > len - at)
                take = len - at;
            digest_add(&pieces, text + at, take);
            at += take;
        }
        digest_end_text(&pieces, got);
        CHECK_TEXT(got, want);
    }
}

static struct article sample(void)
{
    struct article a = {0};
    a.text[PART_TITLE] = slice_of("Grain deal signed");
    a.text[PART_BODY] = slice_of("ISTANBUL, July 22 - Signed.");
    return a;
}

TEST(the_digest_sees_text_and_nothing_else)
{
    struct article a = sample(), b = sample();
    char one[DIGEST_TEXT_SIZE], two[DIGEST_TEXT_SIZE];
    b.key = b.id = b.url = b.source = b.byline = slice_of("other");
    b.published = (struct date){5, DATE_DAY};
    article_digest(&a, one);
    article_digest(&b, two);
    CHECK_TEXT(one, two);
    CHECK_EQ(strlen(one), 32);

    for (int part = 0; part < PART_COUNT; part++) {
        b = sample();
        b.text[part] = slice_of("another text");
        article_digest(&b, two);
        CHECK_MSG(strcmp(one, two) != 0, "part %d is not seen", part);
    }
    /* The same bytes, cut into parts elsewhere. */
    b = sample();
    b.text[PART_TITLE] = slice_of("Grain deal signedISTANBUL");
    b.text[PART_BODY] = slice_of(", July 22 - Signed.");
    article_digest(&b, two);
    CHECK(strcmp(one, two) != 0);
}

TEST(a_key_is_source_and_id_else_url_else_digest)
{
    static const struct {
        const char *source, *id, *url, *want;
    } rows[] = {
        {"reuters", "reut-1", "http://x/", "reuters:reut-1"},
        {"reuters", "", "http://x/a b", "http://x/a_b"},
        {"", "reut-1", "http://x/", "http://x/"},
        {"CCTV \xe6\x96\xb0\xe9\x97\xbb", "a\tb\n", "",
         "CCTV_\xe6\x96\xb0\xe9\x97\xbb:a_b_"},
        {"a\x7f", "b", "", "a_:b"},
        {"", "", "", NULL},
        {"only source", "", "", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct article a = sample();
        char digest[DIGEST_TEXT_SIZE], want[80];
        arena_init(&arena, 1 << 20);
        a.source = slice_of(rows[i].source);
        a.id = slice_of(rows[i].id);
        a.url = slice_of(rows[i].url);
        article_digest(&a, digest);
        snprintf(want, sizeof want, "digest:%s", digest);
        CHECK_EQ(article_assign_key(&a, &arena), 0);
        CHECK_SLICE(a.key, slice_of(rows[i].want ? rows[i].want : want));
        arena_reset(&arena);
    }
}

TEST(a_nul_in_an_id_does_not_cut_the_key)
{
    struct arena arena;
    struct article a = sample();
    arena_init(&arena, 1 << 20);
    a.source = slice_of("s");
    a.id = SLICE("a\0b");
    CHECK_EQ(article_assign_key(&a, &arena), 0);
    CHECK_SLICE(a.key, slice_of("s:a_b"));
    arena_reset(&arena);
}

TEST(a_long_key_is_cut_between_characters_and_stays_unique)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    char url[LIMIT_KEY_BYTES + 20];
    for (size_t shift = 0; shift < 4; shift++) {
        struct article a = sample(), b = sample();
        size_t bad_at = 0;
        memset(url, 'x', shift);
        size_t len = shift;
        for (; len + 2 < sizeof url; len += 2)
            memcpy(url + len, "\xc3\xa9", 2);
        a.url = (struct slice){(uint8_t *)url, len};
        CHECK_EQ(article_assign_key(&a, &arena), 0);
        CHECK(a.key.len <= LIMIT_KEY_BYTES);
        CHECK(a.key.len >= LIMIT_KEY_BYTES - 1);
        CHECK(memchr(a.key.data, '~', a.key.len));
        for (size_t i = 0; i < a.key.len && a.key.data[i] != '~'; i++)
            bad_at = i;
        CHECK((bad_at + 1 - shift) % 2 == 0); /* whole é only */
        url[len - 2] = 'a', url[len - 1] = 'b';
        b.url = a.url;
        CHECK_EQ(article_assign_key(&b, &arena), 0);
        CHECK(!slice_eq(a.key, b.key));
    }
    memset(url, 'k', sizeof url);
    struct article exact = sample();
    exact.url = (struct slice){(uint8_t *)url, LIMIT_KEY_BYTES};
    CHECK_EQ(article_assign_key(&exact, &arena), 0);
    CHECK_SLICE(exact.key, exact.url);
    arena_reset(&arena);
}

TEST(a_key_needs_memory)
{
    static const char *const urls[] = {"", "http://x/",
                                       "http://x/"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct arena arena;
        struct article a = sample();
        arena_init(&arena, 8);
        a.url = slice_of(urls[i]);
        CHECK_EQ(article_assign_key(&a, &arena), ERR_NOMEM);
        arena_reset(&arena);
    }
}

RUN(T(parts_and_origins_have_names), T(the_digest_is_murmurhash3_x64_128),
    T(a_digest_does_not_depend_on_the_pieces),
    T(the_digest_sees_text_and_nothing_else),
    T(a_key_is_source_and_id_else_url_else_digest),
    T(a_nul_in_an_id_does_not_cut_the_key),
    T(a_long_key_is_cut_between_characters_and_stays_unique),
    T(a_key_needs_memory))
