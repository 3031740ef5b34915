#include "queryd/cursor.h"

#include "base/err.h"
#include "check.h"

static const struct cursor cursor = {
    .generation = 7,
    .question = UINT64_C(0x123456789abcdef0),
    .after = {.set = true,
              .score = 9.417249999999999,
              .date = DATE_MIN,
              .key = SLICE("harbour-wire:2025-0820-1/\xd0\x9a")},
};

TEST(what_was_written_is_read)
{
    struct strbuf text;
    struct arena arena;
    struct cursor got;
    struct err err = {0};
    strbuf_init(&text, 4096);
    arena_init(&arena, 1 << 20);
    cursor_write(&cursor, &text);
    CHECK(strspn(text.data, "0123456789abcdef") == text.len);
    CHECK_OK(cursor_read(strbuf_slice(&text), &arena, &got, &err), err);
    CHECK(got.generation == cursor.generation);
    CHECK(got.question == cursor.question);
    CHECK(got.after.set && got.after.score == cursor.after.score);
    CHECK(got.after.date == DATE_MIN);
    CHECK_SLICE(got.after.key, cursor.after.key);
    arena_reset(&arena);
    strbuf_release(&text);
}

TEST(any_damage_is_seen)
{
    struct strbuf text;
    struct arena arena;
    struct cursor got;
    strbuf_init(&text, 4096);
    arena_init(&arena, 16 << 20);
    cursor_write(&cursor, &text);
    for (size_t i = 0; i < text.len; i++) {
        char kept = text.data[i];
        for (const char *c = "0123456789abcdefgZ%"; *c; c++) {
            if (*c == kept)
                continue;
            text.data[i] = *c;
            CHECK_MSG(cursor_read(strbuf_slice(&text), &arena, &got, NULL) ==
                          ERR_INVALID,
                      "digit %zu is %c", i, *c);
        }
        text.data[i] = kept;
        uint8_t *cut = malloc(i + !i); /* in exactly its size */
        memcpy(cut, text.data, i);
        CHECK_EQ(cursor_read((struct slice){cut, i}, &arena, &got, NULL),
                 ERR_INVALID);
        free(cut);
        arena_reset(&arena);
    }
    strbuf_add_text(&text, "00");
    CHECK_EQ(cursor_read(strbuf_slice(&text), &arena, &got, NULL), ERR_INVALID);
    arena_reset(&arena);
    strbuf_release(&text);
}

RUN(T(what_was_written_is_read), T(any_damage_is_seen))
