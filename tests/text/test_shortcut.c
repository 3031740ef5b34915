/* Plain ASCII takes a shorter way through the tokeniser, and must have the tokens
 * that the long way gives it. Fullwidth letters fold to ASCII and always go the
 * long way: so they are the model.
 */
#include "text/tokenise.h"

#include "base/utf8.h"
#include "check.h"
#include "tokens_text.h"

/* Letters and digits become fullwidth. Not s: 's is ASCII. */
static struct slice widened(struct slice text, struct strbuf *wide)
{
    strbuf_reset(wide);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i], utf8[4];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if ((c | 0x20) != 's' && (letter || (c >= '0' && c <= '9')))
            strbuf_add(wide, utf8, utf8_put(c + 0xfee0u, utf8));
        else
            strbuf_add_char(wide, (char)c);
    }
    CHECK(!wide->failed);
    return strbuf_slice(wide);
}

static void check_alike(struct slice text, struct strbuf *wide)
{
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct tokens shorter = tokens_of(text, &arena);
    struct tokens longer = tokens_of(widened(text, wide), &arena);
    CHECK_MSG(shorter.count == longer.count, "\"%.*s\"", SLICE_ARG(text));
    for (size_t i = 0; i < shorter.count; i++) {
        const struct token *a = &shorter.token[i], *b = &longer.token[i];
        CHECK_MSG(slice_eq(a->form, b->form) && a->position == b->position &&
                      a->width == b->width && a->all_caps == b->all_caps &&
                      a->joined == b->joined,
                  "\"%.*s\", token %zu", SLICE_ARG(text), i);
    }
    arena_reset(&arena);
}

TEST(the_shortcut_arrives_where_the_rules_do)
{
    static const char alphabet[] = "aAbUSsx129.,'-`  (\n_";
    uint64_t seed = 99;
    struct strbuf wide;
    strbuf_init(&wide, 1 << 16);
    for (int round = 0; round < 200000; round++) {
        char text[16];
        size_t len = rng_below(&seed, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[rng_below(&seed, sizeof alphabet - 1)];
        check_alike((struct slice){(const uint8_t *)text, len}, &wide);
    }
    strbuf_release(&wide);
}

/* The shortcut sees 64 bytes at a time: words and what joins them lie across. Some are as
 * long as that. */
TEST(the_shortcut_does_so_across_its_blocks)
{
    static const char *const alphabet[] = {
        "a", "a", "a", "a", "a", "A",  "b", "1",      "2",     ".",
        ",", "'", "-", "`", " ", "\n", "_", "\u00e9", "\u0663" /* a digit */};
    enum { KINDS = sizeof alphabet / sizeof *alphabet, WORDS = 9 };
    uint64_t seed = 7;
    struct strbuf wide;
    strbuf_init(&wide, 1 << 16);
    for (int round = 0; round < 30000; round++) {
        uint8_t text[300];
        size_t len = 0, most = rng_below(&seed, sizeof text - 2);
        uint32_t kinds = round % 3 ? KINDS : WORDS;
        while (len < most) {
            const char *letter = alphabet[rng_below(&seed, kinds)];
            memcpy(text + len, letter, strlen(letter));
            len += strlen(letter);
        }
        for (size_t i = rng_below(&seed, 8); round % 3 == 0 && i < len;
             i += 1 + rng_below(&seed, 140))
            text[i] = (uint8_t) " .-\n"[rng_below(&seed, 4)];
        uint8_t *exact = malloc(len ? len : 1); /* nothing behind it is read */
        CHECK(exact);
        memcpy(exact, text, len);
        check_alike((struct slice){exact, len}, &wide);
        free(exact);
    }
    strbuf_release(&wide);
}

/* Bytes of any kind: nothing is read past the end, and each token is whole. */
TEST(random_bytes_are_survived)
{
    uint64_t seed = 5;
    struct strbuf line;
    strbuf_init(&line, 1 << 16);
    for (int round = 0; round < 50000; round++) {
        size_t len = rng_below(&seed, 24), bad_at;
        uint8_t *bytes = malloc(len ? len : 1);
        struct arena arena;
        CHECK(bytes);
        arena_init(&arena, 1 << 24);
        for (size_t i = 0; i < len; i++) /* lead bytes more often than not */
            bytes[i] =
                (uint8_t)(rng_next(&seed) >> 56 | (round % 3 ? 0x80u : 0));
        struct slice text = {bytes, len};
        struct tokens tokens = tokens_of(text, &arena);
        tokens_text(text, &tokens, &line);
        CHECK(utf8_valid(strbuf_slice(&line), &bad_at));
        arena_reset(&arena);
        free(bytes);
    }
    strbuf_release(&line);
}

RUN(T(the_shortcut_arrives_where_the_rules_do),
    T(the_shortcut_does_so_across_its_blocks), T(random_bytes_are_survived))
