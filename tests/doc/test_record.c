/* The stored form: what goes in comes out, and no damage passes. */
#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/mem.h"
#include "doc/article.h"

#include "check.h"

#include <zlib.h>

enum { HEADER = 9 };

static struct slice topics[] = {{(const uint8_t *)"trade", 5},
                                {(const uint8_t *)"", 0},
                                {(const uint8_t *)"grain", 5}};
static struct slice one_topic[] = {{(const uint8_t *)"trade", 5}};

static struct article full(void)
{
    struct article a = {0};
    a.key = slice_of("wire:7");
    a.version = UINT32_MAX;
    a.text[PART_TITLE] = slice_of("Grain deal signed");
    a.text[PART_SUMMARY] = slice_of("Ports to open.");
    a.text[PART_BODY] = slice_of("One \xe2\x80\x94 two.\n\nThree.");
    a.text[PART_CAPTIONS] = slice_of("At the port. July 22, 2022 (HW)");
    a.id = slice_of("7");
    a.url = slice_of("http://x/7");
    a.source = slice_of("wire");
    a.lang = slice_of("en");
    a.byline = slice_of("N. Brandt");
    a.dateline = slice_of("ISTANBUL, July 22");
    a.status = slice_of("usable");
    a.topics = (struct slice_list){topics, 3};
    a.orgs = (struct slice_list){one_topic, 1};
    a.published = (struct date){1658448000, DATE_DAY};
    a.modified = (struct date){-1, DATE_SECOND};
    a.published_from = ORIGIN_CAPTION;
    a.ingested = -5;
    a.lang_guessed = true;
    return a;
}

static void check_list(struct slice_list got, struct slice_list want)
{
    CHECK_EQ(got.count, want.count);
    for (size_t i = 0; i < want.count; i++)
        CHECK_SLICE(got.item[i], want.item[i]);
}

static void check_same(const struct article *got, const struct article *want)
{
    for (int part = 0; part < PART_COUNT; part++)
        CHECK_SLICE(got->text[part], want->text[part]);
    CHECK_SLICE(got->key, want->key);
    CHECK_SLICE(got->id, want->id);
    CHECK_SLICE(got->url, want->url);
    CHECK_SLICE(got->source, want->source);
    CHECK_SLICE(got->lang, want->lang);
    CHECK_SLICE(got->byline, want->byline);
    CHECK_SLICE(got->dateline, want->dateline);
    CHECK_SLICE(got->status, want->status);
    check_list(got->topics, want->topics);
    check_list(got->places, want->places);
    check_list(got->people, want->people);
    check_list(got->orgs, want->orgs);
    CHECK_EQ(got->version, want->version);
    CHECK_EQ(got->published.seconds, want->published.seconds);
    CHECK_EQ(got->published.precision, want->published.precision);
    CHECK_EQ(got->modified.seconds, want->modified.seconds);
    CHECK_EQ(got->modified.precision, want->modified.precision);
    CHECK_EQ(got->published_from, want->published_from);
    CHECK_EQ(got->ingested, want->ingested);
    CHECK_EQ(got->lang_guessed, want->lang_guessed);
}

static struct slice encode(const struct article *a, struct bytes_out *out)
{
    struct err err = {0};
    CHECK_OK(article_encode(a, out, &err), err);
    return (struct slice){out->data, out->len};
}

/* From a buffer of exactly its size. */
static int decode_exactly(struct slice s, struct arena *arena,
                          struct article *out)
{
    uint8_t *exact = malloc(s.len ? s.len : 1);
    struct err err = {0};
    memcpy(exact, s.data, s.len);
    int rc = article_decode((struct slice){exact, s.len}, arena, out, &err);
    free(exact);
    CHECK(rc == 0 || strncmp(err.text, "stored article: ", 16) == 0);
    return rc;
}

TEST(what_goes_in_comes_out)
{
    struct article want = full(), empty = {0}, got;
    struct bytes_out out = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct slice stored = encode(&want, &out);
    CHECK_EQ(decode_exactly(stored, &arena, &got), 0);
    check_same(&got, &want);
    bytes_out_release(&out);
    stored = encode(&empty, &out);
    CHECK_EQ(decode_exactly(stored, &arena, &got), 0);
    check_same(&got, &empty);
    bytes_out_release(&out);
    arena_reset(&arena);
}

TEST(random_articles_go_round)
{
    uint64_t seed = 3;
    for (int round = 0; round < 300; round++) {
        struct article want = full(), got;
        struct bytes_out out = {0};
        struct arena arena;
        size_t len = rng_below(&seed, 1 << rng_below(&seed, 18));
        char *text = malloc(len + 1);
        unsigned letters = 1 + rng_below(&seed, 90);
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(' ' + rng_below(&seed, letters));
        arena_init(&arena, 1 << 20);
        want.text[rng_below(&seed, PART_COUNT)] =
            (struct slice){(uint8_t *)text, len};
        struct slice stored = encode(&want, &out);
        CHECK_EQ(decode_exactly(stored, &arena, &got), 0);
        check_same(&got, &want);
        bytes_out_release(&out);
        arena_reset(&arena);
        free(text);
    }
}

TEST(records_are_appended)
{
    struct article a = full();
    struct bytes_out out = {0};
    put_u8(&out, 'x');
    encode(&a, &out);
    CHECK_EQ(out.data[0], 'x');
    CHECK_EQ(out.data[1], 2);
    bytes_out_release(&out);
}

TEST(every_damaged_byte_is_found)
{
    struct article a = full(), got;
    struct bytes_out out = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct slice stored = encode(&a, &out);
    for (size_t i = 0; i < stored.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            out.data[i] ^= (uint8_t)(1 << bit);
            CHECK_MSG(decode_exactly(stored, &arena, &got) == ERR_CORRUPT,
                      "byte %zu, bit %d", i, bit);
            out.data[i] ^= (uint8_t)(1 << bit);
        }
    }
    CHECK_EQ(decode_exactly(stored, &arena, &got), 0);
    bytes_out_release(&out);
    arena_reset(&arena);
}

TEST(every_truncation_and_every_tail_is_found)
{
    struct article a = full(), got;
    struct bytes_out out = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct slice stored = encode(&a, &out);
    for (size_t len = 0; len < stored.len; len++)
        CHECK_EQ(decode_exactly(slice_part(stored, 0, len), &arena, &got),
                 ERR_CORRUPT);
    put_u8(&out, 0);
    CHECK_EQ(decode_exactly((struct slice){out.data, out.len}, &arena, &got),
             ERR_CORRUPT);
    bytes_out_release(&out);
    arena_reset(&arena);
}

/* --- forged records: the checksum is right, the contents are not --- */

static void forge_version(struct bytes_out *out, uint8_t version, uint32_t size,
                          struct slice payload)
{
    struct bytes_out body = {0};
    put_u32(&body, size);
    z_stream z = {0};
    uint8_t *space = malloc(payload.len + 100);
    CHECK_EQ(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, 0), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)payload.data;
    z.avail_in = (uInt)payload.len;
    z.next_out = space;
    z.avail_out = (uInt)payload.len + 100;
    CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    put_raw(&body, space, z.total_out);
    deflateEnd(&z);
    free(space);
    uLong crc = crc32(crc32(0, &version, 1), body.data, (uInt)body.len);
    put_u8(out, version);
    put_u32(out, (uint32_t)crc);
    put_raw(out, body.data, body.len);
    bytes_out_release(&body);
}

static void forge(struct bytes_out *out, uint32_t size, struct slice payload)
{
    forge_version(out, 2, size, payload);
}

static int decode_forged(uint32_t size, struct slice payload)
{
    struct bytes_out out = {0};
    struct arena arena;
    struct article got;
    arena_init(&arena, 256 << 20);
    forge(&out, size, payload);
    int rc = decode_exactly((struct slice){out.data, out.len}, &arena, &got);
    bytes_out_release(&out);
    arena_reset(&arena);
    return rc;
}

/* The payload of full(), inflated. */
static void payload_of(const struct article *a, struct bytes_out *payload)
{
    struct bytes_out out = {0};
    struct slice stored = encode(a, &out);
    uint8_t space[4096];
    z_stream z = {0};
    CHECK_EQ(inflateInit2(&z, -15), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)(stored.data + HEADER);
    z.avail_in = (uInt)(stored.len - HEADER);
    z.next_out = space;
    z.avail_out = sizeof space;
    CHECK_EQ(inflate(&z, Z_FINISH), Z_STREAM_END);
    put_raw(payload, space, z.total_out);
    inflateEnd(&z);
    bytes_out_release(&out);
}

TEST(a_damaged_payload_under_a_good_checksum_is_an_article_or_corrupt)
{
    struct article a = full();
    struct bytes_out payload = {0};
    payload_of(&a, &payload);
    uint64_t seed = 11;
    int refused = 0;
    for (size_t i = 0; i < payload.len; i++) {
        for (int round = 0; round < 4; round++) {
            uint8_t before = payload.data[i];
            payload.data[i] = round ? (uint8_t)rng_next(&seed) : 0xff;
            int rc = decode_forged((uint32_t)payload.len,
                                   (struct slice){payload.data, payload.len});
            CHECK_MSG(rc == 0 || rc == ERR_CORRUPT, "byte %zu: %s", i,
                      err_name(rc));
            refused += rc != 0;
            payload.data[i] = before;
        }
    }
    CHECK(refused > 100);
    for (uint32_t len = 0; len < payload.len; len++)
        CHECK_EQ(decode_forged(len, (struct slice){payload.data, len}),
                 ERR_CORRUPT);
    put_u8(&payload, 0);
    CHECK_EQ(decode_forged((uint32_t)payload.len,
                           (struct slice){payload.data, payload.len}),
             ERR_CORRUPT);
    bytes_out_release(&payload);
}

TEST(the_version_before_is_read_and_others_are_not)
{
    struct article want = full(), got;
    struct bytes_out payload = {0};
    payload_of(&want, &payload);
    want.lang_guessed = false;
    struct slice whole = {payload.data, payload.len};
    struct slice without_flags = slice_part(whole, 0, whole.len - 1);
    for (unsigned version = 0; version < 256; version++)
        for (int flags = 0; flags < 2; flags++) {
            struct slice p = flags ? whole : without_flags;
            struct bytes_out out = {0};
            struct arena arena;
            arena_init(&arena, 1 << 20);
            forge_version(&out, (uint8_t)version, (uint32_t)p.len, p);
            int rc =
                decode_exactly((struct slice){out.data, out.len}, &arena, &got);
            bool known = flags ? version == 2 : version == 1;
            CHECK_EQ(rc, known ? 0 : ERR_CORRUPT);
            want.lang_guessed = flags;
            if (known)
                check_same(&got, &want);
            bytes_out_release(&out);
            arena_reset(&arena);
        }
    for (unsigned flags = 0; flags < 256; flags++) {
        payload.data[payload.len - 1] = (uint8_t)flags;
        CHECK_EQ(decode_forged((uint32_t)whole.len, whole),
                 flags > 1 ? ERR_CORRUPT : 0);
    }
    bytes_out_release(&payload);
}

TEST(a_size_that_lies_is_refused)
{
    struct article a = full();
    struct bytes_out payload = {0};
    payload_of(&a, &payload);
    struct slice p = {payload.data, payload.len};
    uint32_t size = (uint32_t)p.len;
    CHECK_EQ(decode_forged(size, p), 0);
    CHECK_EQ(decode_forged(size - 1, p), ERR_CORRUPT);
    CHECK_EQ(decode_forged(size + 1, p), ERR_CORRUPT);
    CHECK_EQ(decode_forged(0, p), ERR_CORRUPT);
    CHECK_EQ(decode_forged(LIMIT_ARTICLE_BYTES, p), ERR_CORRUPT);
    /* ... and before any memory is asked for */
    struct bytes_out out = {0};
    struct arena small;
    struct article got;
    arena_init(&small, 64 << 10);
    forge(&out, LIMIT_ARTICLE_BYTES, p);
    CHECK_EQ(decode_exactly((struct slice){out.data, out.len}, &small, &got),
             ERR_CORRUPT);
    CHECK_EQ(small.total, 0);
    bytes_out_release(&out);
    CHECK_EQ(decode_forged(LIMIT_ARTICLE_BYTES + 1, p), ERR_LIMIT);
    CHECK_EQ(decode_forged(UINT32_MAX, p), ERR_LIMIT);
    bytes_out_release(&payload);
}

TEST(a_list_that_lies_is_refused)
{
    struct bytes_out payload = {0};
    for (int i = 0; i < 12; i++)
        put_varint(&payload, 0); /* empty texts */
    put_varint(&payload, 0);
    put_varint(&payload, UINT32_MAX); /* topics */
    for (int i = 0; i < 30; i++)
        put_u8(&payload, 0);
    CHECK_EQ(decode_forged((uint32_t)payload.len,
                           (struct slice){payload.data, payload.len}),
             ERR_CORRUPT);
    bytes_out_release(&payload);
}

TEST(a_bomb_gets_no_more_memory_than_it_declares)
{
    enum { SIZE = 32 << 20 };
    uint8_t *zeros = calloc(1, SIZE);
    struct bytes_out out = {0};
    struct arena arena;
    struct article got;
    struct err err;
    arena_init(&arena, 1 << 20);
    forge(&out, 1000, (struct slice){zeros, SIZE});
    struct slice stored = {out.data, out.len};
    CHECK_EQ(article_decode(stored, &arena, &got, &err), ERR_CORRUPT);
    CHECK(arena.total < 64 << 10);
    bytes_out_release(&out);
    /* Declared in full, it is bounded by the arena. */
    forge(&out, SIZE, (struct slice){zeros, SIZE});
    stored = (struct slice){out.data, out.len};
    CHECK_EQ(article_decode(stored, &arena, &got, &err), ERR_NOMEM);
    bytes_out_release(&out);
    arena_reset(&arena);
    free(zeros);
}

TEST(an_article_past_the_limit_is_not_stored)
{
    struct article a = full();
    struct bytes_out out = {0};
    struct err err;
    size_t len = LIMIT_ARTICLE_BYTES;
    char *text = malloc(len);
    memset(text, 'a', len);
    a.text[PART_BODY] = (struct slice){(uint8_t *)text, len};
    CHECK_EQ(article_encode(&a, &out, &err), ERR_LIMIT);
    CHECK_EQ(out.len, 0);
    free(text);
}

TEST(every_allocation_may_fail)
{
    struct article a = full(), got;
    int encoded = 0, decoded = 0;
    struct bytes_out stored = {0};
    encode(&a, &stored);
    for (long n = 0; n < 100 && (!encoded || !decoded); n++) {
        struct err err;
        struct bytes_out out = {0};
        struct arena arena;
        arena_init(&arena, 1 << 20);
        mem_fail_after(n);
        int rc = article_encode(&a, &out, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        encoded += rc == 0;
        mem_fail_after(n);
        rc = article_decode((struct slice){stored.data, stored.len}, &arena,
                            &got, &err);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        decoded += rc == 0;
        bytes_out_release(&out);
        arena_reset(&arena);
    }
    CHECK(encoded && decoded);
    bytes_out_release(&stored);
}

/* --- docs/format/article.md --- */

/* The n-th ```hex block of the page, as bytes. */
static void hex_block(int n, struct bytes_out *bytes)
{
    struct bytes_out page = {0};
    struct err err;
    CHECK_OK(
        file_read(PROJECT_DIR "/docs/format/article.md", 1 << 20, &page, &err),
        err);
    put_u8(&page, 0);
    const char *at = (const char *)page.data;
    for (int i = 0; i < n; i++) {
        at = strstr(at, "```hex\n");
        CHECK(at);
        at += strlen("```hex\n");
    }
    unsigned value;
    int used;
    while (*at != '`' && sscanf(at, "%2x%n", &value, &used) == 1) {
        put_u8(bytes, (uint8_t)value);
        for (at += used; *at == ' ' || *at == '\n';)
            at++;
    }
    bytes_out_release(&page);
}

TEST(the_documented_example_is_what_it_says)
{
    struct article want = {0}, got;
    want.key = slice_of("wire:7");
    want.source = slice_of("wire");
    want.id = slice_of("7");
    want.text[PART_TITLE] = slice_of("Grain deal signed");
    want.text[PART_BODY] = slice_of("ISTANBUL, July 22 - Signed.");
    want.published = (struct date){1658448000, DATE_DAY};
    want.published_from = ORIGIN_GIVEN;
    want.topics = (struct slice_list){one_topic, 1};
    want.version = 2;
    want.ingested = 1658500000;
    want.lang = slice_of("en");
    want.lang_guessed = true;

    struct bytes_out example = {0}, listed = {0}, payload = {0};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    hex_block(1, &example);
    hex_block(2, &listed);
    payload_of(&want, &payload);
    CHECK_SLICE(((struct slice){listed.data, listed.len}),
                ((struct slice){payload.data, payload.len}));
    struct bytes_out alone = {0};
    struct err err = {0};
    CHECK_OK(article_payload(&want, &alone, &err), err);
    CHECK_SLICE(((struct slice){alone.data, alone.len}),
                ((struct slice){payload.data, payload.len}));
    CHECK_OK(article_from_payload((struct slice){listed.data, listed.len},
                                  &arena, &got, &err),
             err);
    check_same(&got, &want);
    CHECK_EQ(article_from_payload((struct slice){listed.data, listed.len - 1},
                                  &arena, &got, &err),
             ERR_CORRUPT);
    bytes_out_release(&alone);
    CHECK_EQ(
        decode_exactly((struct slice){example.data, example.len}, &arena, &got),
        0);
    check_same(&got, &want);
    bytes_out_release(&example);
    bytes_out_release(&listed);
    bytes_out_release(&payload);
    arena_reset(&arena);
}

RUN(T(what_goes_in_comes_out), T(random_articles_go_round),
    T(records_are_appended), T(every_damaged_byte_is_found),
    T(every_truncation_and_every_tail_is_found),
    T(a_damaged_payload_under_a_good_checksum_is_an_article_or_corrupt),
    T(the_version_before_is_read_and_others_are_not),
    T(a_size_that_lies_is_refused), T(a_list_that_lies_is_refused),
    T(a_bomb_gets_no_more_memory_than_it_declares),
    T(an_article_past_the_limit_is_not_stored), T(every_allocation_may_fail),
    T(the_documented_example_is_what_it_says))
