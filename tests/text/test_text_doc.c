/* docs/text.md promises that its examples are tests: here they are read from it. */
#include "text/fold.h"
#include "text/stem.h"
#include "text/tokenise.h"

#include "base/files.h"
#include "check.h"
#include "tokens_text.h"
#include "units_text.h"

enum { CELLS = 3 };

/* The cells of "| `a` | `b` |": those in back quotes; how many, 0 if any is not. */
static size_t read_row(struct slice line, struct slice cell[CELLS])
{
    size_t count = 0, at = 0;
    line = slice_trim(line);
    if (!slice_starts_with(line, SLICE("| `")))
        return 0;
    while (at + 1 < line.len) {
        size_t end = ++at; /* behind the '|' */
        while (end < line.len && line.data[end] != '|')
            end++;
        struct slice text = slice_trim(slice_part(line, at, end));
        CHECK_MSG(count < CELLS && text.len > 2 && text.data[0] == '`' &&
                      text.data[text.len - 1] == '`',
                  "%.*s", SLICE_ARG(line));
        cell[count++] = slice_part(text, 1, text.len - 1);
        at = end;
    }
    return count;
}

static void check_words(const struct slice cell[CELLS])
{
    struct arena arena;
    struct strbuf got;
    arena_init(&arena, 1 << 20);
    strbuf_init(&got, 1 << 16);
    struct tokens tokens = tokens_of(cell[0], &arena);
    tokens_text(cell[0], &tokens, &got);
    CHECK_SLICE(strbuf_slice(&got), cell[1]);
    strbuf_release(&got);
    arena_reset(&arena);
}

static void check_stem(const struct slice cell[CELLS],
                       struct stemmers *stemmers)
{
    struct arena arena;
    struct slice form, stem;
    arena_init(&arena, 1 << 20);
    CHECK_EQ(fold_word(cell[1], &arena, &form), 0);
    CHECK_EQ(stem_form(stemmers, cell[0], form, &arena, &stem), 0);
    CHECK_SLICE(stem, cell[2]);
    arena_reset(&arena);
}

TEST(every_example_of_the_document_holds)
{
    struct bytes_out file = {0};
    struct stemmers *stemmers = stemmers_new();
    struct err err;
    size_t seen[CELLS + 1] = {0};
    CHECK(stemmers);
    CHECK_OK(file_read(PROJECT_DIR "/docs/text.md", 1 << 20, &file, &err), err);
    for (size_t at = 0; at < file.len;) {
        struct slice cell[CELLS];
        size_t end = at;
        while (end < file.len && file.data[end] != '\n')
            end++;
        size_t count = read_row((struct slice){file.data + at, end - at}, cell);
        if (count == 1)
            units_check_row(cell[0]);
        else if (count == 2)
            check_words(cell);
        else if (count == 3)
            check_stem(cell, stemmers);
        seen[count]++;
        at = end + 1;
    }
    CHECK(seen[1] > 10 && seen[2] > 40 && seen[3] > 4);
    bytes_out_release(&file);
    stemmers_free(stemmers);
}

RUN(T(every_example_of_the_document_holds))
