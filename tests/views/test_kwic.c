#include "views/kwic.h"
#include "views/view_text.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "check.h"
#include "views/scene.h"

/* "left|a [marked] word|right". */
static void show(const struct kwic_line *line, struct strbuf *out)
{
    strbuf_reset(out);
    strbuf_add_slice(out, line->left);
    strbuf_add_char(out, '|');
    size_t mark = 0;
    for (uint32_t at = 0; at <= line->hit.len; at++) {
        if (mark < line->mark_count && line->mark[mark].end == at) {
            strbuf_add_char(out, ']');
            mark++;
        }
        if (mark < line->mark_count && line->mark[mark].start == at)
            strbuf_add_char(out, '[');
        if (at < line->hit.len)
            strbuf_add_char(out, (char)line->hit.data[at]);
    }
    strbuf_add_char(out, '|');
    strbuf_add_slice(out, line->right);
}

static int make(struct scene *scene, size_t hit, enum kwic_unit unit,
                uint32_t width, struct kwic_line *out, struct err *err)
{
    return kwic_line_make(&scene->one.article, &scene->one.analysis,
                          &scene->hits.hit[hit], unit, width, &scene->arena,
                          out, err);
}

TEST(a_line_is_the_hit_between_its_context)
{
    static const struct {
        const char *what, *body, *query;
        enum kwic_unit unit;
        uint32_t width;
        const char *shown;
    } rows[] = {
        {"all of a short text", "Crude oil prices fell.", "oil", KWIC_COLUMNS,
         40, "Crude |[oil]| prices fell."},
        {"at the start and at the end", "Oil", "oil", KWIC_COLUMNS, 40,
         "|[Oil]|"},
        {"whole words within the columns", "one two three four five six seven",
         "four", KWIC_COLUMNS, 11, "two three |[four]| five six"},
        {"the blank at the hit counts", "one two three four five six seven",
         "four", KWIC_COLUMNS, 9, "three |[four]| five six"},
        {"words", "one two three four five six seven", "four", KWIC_WORDS, 2,
         "two three |[four]| five six"},
        {"no width", "one two three", "two", KWIC_COLUMNS, 0, "|[two]|"},
        {"no words", "one two three", "two", KWIC_WORDS, 0, "|[two]|"},
        {"punctuation stays with its word", "(one) \"two\" - three, four.",
         "two", KWIC_WORDS, 1, "(one) \"|[two]|\" - three,"},
        {"white space is one blank", "one\n\n two\t\tthree \r\n four", "three",
         KWIC_COLUMNS, 40, "one two |[three]| four"},
        {"none at the outer ends", "\n\n one two \n", "two", KWIC_COLUMNS, 40,
         "one |[two]|"},
        {"and counts as one", "one  \n\n  two   three", "three", KWIC_COLUMNS,
         8, "one two |[three]|"},
        {"white space in the hit", "one two\n\n three four", "\"two three\"",
         KWIC_WORDS, 1, "one |[two] [three]| four"},
        {"the words between are not marked", "oil or gas prices fell",
         "oil NEAR/2 prices", KWIC_COLUMNS, 40, "|[oil] or gas [prices]| fell"},
        {"a hyphenated hit", "a C-130 flew", "C130", KWIC_COLUMNS, 40,
         "a |[C-130]| flew"},
        {"a part of one", "a C-130 flew", "130", KWIC_COLUMNS, 40,
         "a C-|[130]| flew"},
        {"columns do not cut a hyphenated word", "see a C-130 fly", "fly",
         KWIC_COLUMNS, 7, "C-130 |[fly]|"},
        {"so it is out when it does not fit", "see C-130 a fly", "fly",
         KWIC_COLUMNS, 7, "a |[fly]|"},
        {"words count its parts", "see a C-130 fly", "fly", KWIC_WORDS, 1,
         "130 |[fly]|"},
        {"a long word beside the hit is cut", "internationalization now here",
         "now", KWIC_COLUMNS, 8, "ization |[now]| here"},
        {"on the other side, too", "here now internationalization", "now",
         KWIC_COLUMNS, 8, "here |[now]| interna"},
        {"only beside the hit", "now it internationalization", "now",
         KWIC_COLUMNS, 10, "|[now]| it"},
        {"punctuation without words", "a now ......... .........", "now",
         KWIC_COLUMNS, 10, "a |[now]| ........."},
        {"Cyrillic is one column a letter",
         "\u041c\u0438\u043d\u0438\u0441\u0442\u0440 \u041b\u0430\u0432\u0440"
         "\u043e\u0432 \u0441\u043a\u0430\u0437\u0430\u043b \u0434\u0430",
         "\u043b\u0430\u0432\u0440\u043e\u0432", KWIC_COLUMNS, 8,
         "\u041c\u0438\u043d\u0438\u0441\u0442\u0440 "
         "|[\u041b\u0430\u0432\u0440\u043e\u0432]| "
         "\u0441\u043a\u0430\u0437\u0430\u043b"},
        {"Chinese is two, cut anywhere", "\u4e2d\u56fd\u548c\u7f8e\u56fd",
         "\u548c", KWIC_COLUMNS, 3, "\u56fd|[\u548c]|\u7f8e"},
        {"Chinese by words", "\u4e2d\u56fd\u548c\u7f8e\u56fd", "\u548c",
         KWIC_WORDS, 1, "\u56fd|[\u548c]|\u7f8e"},
        {"a Chinese comma stays with the word before it",
         "\u4e2d\u56fd\uff0c\u548c\uff0c\u7f8e\u56fd", "\u548c", KWIC_COLUMNS,
         4, "\u56fd\uff0c|[\u548c]|\uff0c\u7f8e"},
        {"Arabic in its order of reading",
         "\u0642\u0627\u0644 \u0627\u0644\u0631\u0626\u064a\u0633 \u0627\u0644"
         "\u064a\u0648\u0645",
         "\u0627\u0644\u0631\u0626\u064a\u0633", KWIC_COLUMNS, 40,
         "\u0642\u0627\u0644 |[\u0627\u0644\u0631\u0626\u064a\u0633]| "
         "\u0627\u0644\u064a\u0648\u0645"},
        {"combining marks need no columns", "cafe\u0301s now", "now",
         KWIC_COLUMNS, 6, "cafe\u0301s |[now]|"},
        {"and stay with their letter", "xe\u0301e\u0301e\u0301 now", "now",
         KWIC_COLUMNS, 3, "e\u0301e\u0301 |[now]|"},
        {"so on the right", "now e\u0301e\u0301e\u0301x", "now", KWIC_COLUMNS,
         3, "|[now]| e\u0301e\u0301"},
    };
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene scene;
        struct kwic_line line;
        struct err err = {0};
        scene_init(&scene, "", rows[i].body, rows[i].query);
        CHECK_MSG(scene.hits.count == 1, "%s: %zu hits", rows[i].what,
                  scene.hits.count);
        CHECK_OK(make(&scene, 0, rows[i].unit, rows[i].width, &line, &err),
                 err);
        show(&line, &got);
        CHECK_MSG(strcmp(got.data, rows[i].shown) == 0,
                  "%s:\n got  %s\n want %s", rows[i].what, got.data,
                  rows[i].shown);
        CHECK_EQ(line.part, PART_BODY);
        scene_release(&scene);
    }
    strbuf_release(&got);
}

TEST(the_context_stays_within_its_part)
{
    struct scene scene;
    struct kwic_line line;
    struct err err = {0};
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    scene_init(&scene, "Oil up", "Prices of oil rise", "oil");
    CHECK_EQ(scene.hits.count, 2);
    CHECK_OK(make(&scene, 0, KWIC_WORDS, 99, &line, &err), err);
    show(&line, &got);
    CHECK_TEXT(got.data, "|[Oil]| up");
    CHECK(line.part == PART_TITLE && line.position == 0);
    CHECK_OK(make(&scene, 1, KWIC_COLUMNS, 99, &line, &err), err);
    show(&line, &got);
    CHECK_TEXT(got.data, "Prices of |[oil]| rise");
    CHECK(line.part == PART_BODY && line.position == 104);
    scene_release(&scene);
    strbuf_release(&got);
}

/* --- random articles --- */

static void squeeze(struct slice text, struct strbuf *out)
{
    strbuf_reset(out);
    bool blank = true; /* none at the start */
    for (size_t i = 0; i < text.len; i++) {
        bool now = text.data[i] && strchr(" \t\n\r\v\f", text.data[i]);
        if (!now)
            strbuf_add_char(out, (char)text.data[i]);
        else if (!blank)
            strbuf_add_char(out, ' ');
        blank = now;
    }
    if (out->len && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

static void check_line(const struct kwic_line *line, enum kwic_unit unit,
                       uint32_t width, const char *whole)
{
    struct strbuf together;
    size_t bad;
    strbuf_init(&together, SIZE_MAX);
    strbuf_add_slice(&together, line->left);
    strbuf_add_slice(&together, line->hit);
    strbuf_add_slice(&together, line->right);
    CHECK_MSG(strstr(whole, together.data), "%s\nis not in\n%s", together.data,
              whole);
    CHECK(utf8_valid(line->left, &bad) && utf8_valid(line->hit, &bad) &&
          utf8_valid(line->right, &bad));
    if (unit == KWIC_COLUMNS) {
        CHECK(utf8_columns(line->left) <= width);
        CHECK(utf8_columns(line->right) <= width);
    }
    uint32_t before = 0;
    CHECK(line->mark_count > 0);
    for (size_t i = 0; i < line->mark_count; i++) {
        CHECK(line->mark[i].start >= before &&
              line->mark[i].start < line->mark[i].end &&
              line->mark[i].end <= line->hit.len);
        before = line->mark[i].end;
    }
    strbuf_release(&together);
}

TEST(every_width_gives_a_piece_of_the_text)
{
    uint64_t rng = 11;
    struct strbuf text, whole;
    strbuf_init(&text, SIZE_MAX);
    strbuf_init(&whole, SIZE_MAX);
    size_t lines = 0;
    for (int round = 0; round < 120; round++) {
        struct scene scene;
        scene_init(&scene, "", random_text(&rng, &text),
                   questions[rng_below(&rng, 8)]);
        squeeze(strbuf_slice(&text), &whole);
        for (size_t i = 0; i < scene.hits.count; i++) {
            size_t left = 0, right = 0;
            for (uint32_t width = 0; width <= 200; width++) {
                enum kwic_unit unit = round % 2 ? KWIC_WORDS : KWIC_COLUMNS;
                struct kwic_line line;
                struct err err = {0};
                CHECK_OK(make(&scene, i, unit, width, &line, &err), err);
                check_line(&line, unit, width, whole.data);
                /* More room never shows less. But columns may show a beginning
                 * of a word, and more of them no more than that. */
                CHECK(line.left.len >= left && line.right.len >= right);
                left = line.left.len;
                right = line.right.len;
                lines++;
            }
        }
        scene_release(&scene);
    }
    CHECK(lines > 50000);
    strbuf_release(&text);
    strbuf_release(&whole);
}

static size_t words_in(struct slice text)
{
    struct arena arena;
    struct tokens tokens = {0};
    size_t words = 0;
    arena_init(&arena, SIZE_MAX);
    CHECK_EQ(tokenise(text, 0, &arena, &tokens), ERR_OK);
    for (size_t i = 0; i < tokens.count; i++)
        words += !tokens.token[i].joined;
    arena_reset(&arena);
    return words;
}

TEST(as_many_words_as_asked)
{
    uint64_t rng = 12;
    for (int round = 0; round < 300; round++) {
        char body[1000] = "";
        uint32_t n = 1 + rng_below(&rng, 30), at = rng_below(&rng, n);
        uint32_t width = rng_below(&rng, 20);
        for (uint32_t i = 0; i < n; i++)
            strcat(body, i == at              ? "hit "
                         : rng_below(&rng, 2) ? "\u4e2d\u56fd, "
                                              : "semi-detached. ");
        struct scene scene;
        struct kwic_line line;
        struct err err = {0};
        scene_init(&scene, "", body, "hit");
        CHECK_OK(make(&scene, 0, KWIC_WORDS, width, &line, &err), err);
        uint32_t left = at * 2, right = (n - at - 1) * 2;
        CHECK_EQ(words_in(line.left), left < width ? left : width);
        CHECK_EQ(words_in(line.right), right < width ? right : width);
        scene_release(&scene);
    }
}

TEST(marks_that_overlap_become_one)
{
    static const struct mark ranges[] = {{0, 3}, {1, 6}, {6, 8}, {9, 11}};
    static const struct mark want[] = {{0, 5}, {5, 7}, {8, 10}};
    struct arena arena;
    struct view_line line;
    struct err err = {0};
    arena_init(&arena, SIZE_MAX);
    CHECK_OK(view_squeeze(SLICE("ab  cdef hi"), ranges, 4, &arena, &line, &err),
             err);
    CHECK_SLICE(line.text, SLICE("ab cdef hi"));
    CHECK_EQ(line.mark_count, 3);
    CHECK(memcmp(line.mark, want, sizeof want) == 0);
    arena_reset(&arena);
}

TEST(a_hit_of_another_text_is_refused)
{
    struct scene scene;
    struct kwic_line line;
    struct slice key;
    struct span leaf = {7, 8};
    static const struct span spans[] = {{7, 8}, {0, 8}, {50, 51}, {0, 103}};
    scene_init(&scene, "Oil up", "Prices of oil rise", "oil");
    for (size_t i = 0; i < 4; i++) {
        struct hit hit = {spans[i], &leaf, 1};
        struct err err = {0};
        CHECK_EQ(kwic_line_make(&scene.one.article, &scene.one.analysis, &hit,
                                KWIC_WORDS, 5, &scene.arena, &line, &err),
                 ERR_CORRUPT);
        CHECK_EQ(kwic_key(&scene.one.article, &scene.one.analysis, &hit,
                          KWIC_BY_LEFT, &scene.arena, &key, &err),
                 ERR_CORRUPT);
    }
    scene_release(&scene);
}

TEST(no_memory_is_told_as_such)
{
    struct scene scene;
    struct kwic_line line;
    struct slice key;
    scene_init(&scene, "", "internationalization now internationalization",
               "now");
    for (int what = 0; what < 2; what++) {
        int rc = ERR_LIMIT;
        for (long n = 0; rc; n++) {
            struct arena arena;
            struct err err = {0};
            CHECK(n < 50);
            arena_init(&arena, SIZE_MAX);
            mem_fail_after(n);
            rc = what ? kwic_key(&scene.one.article, &scene.one.analysis,
                                 scene.hits.hit, KWIC_BY_LEFT, &arena, &key,
                                 &err)
                      : kwic_line_make(&scene.one.article, &scene.one.analysis,
                                       scene.hits.hit, KWIC_COLUMNS, 5, &arena,
                                       &line, &err);
            mem_fail_after(-1);
            CHECK(rc == 0 || (rc == ERR_LIMIT && n < 50));
            arena_reset(&arena);
            CHECK_MSG(n > 0 || rc, "the first allocation was not needed");
        }
    }
    scene_release(&scene);
}

RUN(T(a_line_is_the_hit_between_its_context),
    T(the_context_stays_within_its_part),
    T(every_width_gives_a_piece_of_the_text), T(as_many_words_as_asked),
    T(marks_that_overlap_become_one), T(a_hit_of_another_text_is_refused),
    T(no_memory_is_told_as_such))
