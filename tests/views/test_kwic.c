#include "views/kwic.h"
#include "views/view_text.h"

#include "../query/one_article.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "check.h"

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

/* The hits of a query in one article, and what they need. */
struct scene {
    struct one_article one;
    struct arena arena;
    struct hit_list hits;
};

static void scene_init(struct scene *scene, const char *title, const char *body,
                       const char *text)
{
    struct err err = {0};
    struct query query;
    struct token_view view;
    arena_init(&scene->arena, SIZE_MAX);
    CHECK_EQ(one_article_init(&scene->one, "en", title, body), ERR_OK);
    scene->one.article.key = SLICE("t:1");
    scene->one.article.source = SLICE("t");
    CHECK_OK(one_article_query(&scene->one, text, &scene->arena, &query, &err),
             err);
    token_view_init(&view, &scene->one.article, &scene->one.analysis);
    CHECK_OK(match_hits(&query, &view.base, &scene->arena, &scene->hits, &err),
             err);
}

static void scene_release(struct scene *scene)
{
    arena_reset(&scene->arena);
    one_article_release(&scene->one);
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

static const char *const pieces[] = {
    "oil",
    "Crude",
    "prices",
    "\u043d\u0435\u0444\u0442\u044c",
    "\u4e2d",
    "\u56fd",
    "\u3002",
    "\u0627\u0644\u0646\u0641\u0637",
    "e\u0301",
    "\u0e44\u0e17\u0e22",
    "C-130",
    "l'accord",
    "U.S.",
    "1,234.5",
    "Ukraine's",
    "\U0001f1fa\U0001f1f8",
    "\u200d",
    "\u0301",
    "\ud55c\uad6d",
    "......",
    "averyveryverylongwordwithoutanyend",
};
static const char *const gaps[] = {" ", " ",   " ", "\n\n", "  \t",   ", ",
                                   "",  " \"", "/", "-",    "\u00a0", "\uff0c"};

static const char *random_text(uint64_t *rng, struct strbuf *out)
{
    strbuf_reset(out);
    for (uint32_t n = 1 + rng_below(rng, 120); n > 0; n--) {
        strbuf_add_text(out,
                        pieces[rng_below(rng, sizeof pieces / sizeof *pieces)]);
        strbuf_add_text(out, gaps[rng_below(rng, sizeof gaps / sizeof *gaps)]);
    }
    return out->data;
}

static const char *const questions[] = {
    "oil",
    "oil OR crude",
    "\"crude oil\"",
    "oil NEAR/5 prices",
    "\u4e2d OR \u56fd OR oil",
    "c130 OR accord OR us",
    "(crude ADJ/9 oil) OR crude OR prices",
    "\u043d\u0435\u0444\u0442\u044c OR \u0e44",
};

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

/* --- sort keys --- */

enum { HITS_MOST = 4000 };

struct entry {
    const struct scene *scene;
    const struct hit *hit;
    struct slice key;
};

static enum kwic_sort sorting;

/* The definition, straight: word by word from the plain list of words. */
static int compare_words(const struct entry *x, const struct entry *y,
                         bool forward)
{
    for (uint32_t i = 1; i <= 8; i++) {
        struct slice form[2] = {{0}};
        const struct entry *side[] = {x, y};
        for (int s = 0; s < 2; s++) {
            const struct analysis *analysis = &side[s]->scene->one.analysis;
            const struct span *span = &side[s]->hit->span;
            int64_t at =
                forward ? (int64_t)span->end - 1 + i : (int64_t)span->start - i;
            for (size_t t = 0; t < analysis->tokens.count; t++)
                if (analysis->tokens.token[t].position == at &&
                    !analysis->tokens.token[t].joined)
                    form[s] = analysis->tokens.token[t].form;
        }
        int order = slice_cmp(form[0], form[1]);
        if (order || !form[0].len)
            return order;
    }
    return 0;
}

static int naive_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const struct article *p = &x->scene->one.article,
                         *q = &y->scene->one.article;
    int order = 0;
    if (sorting == KWIC_BY_LEFT || sorting == KWIC_BY_RIGHT)
        order = compare_words(x, y, sorting == KWIC_BY_RIGHT);
    if (sorting == KWIC_BY_SOURCE)
        order = slice_cmp(p->source, q->source);
    if (!order && sorting != KWIC_BY_POSITION) {
        bool dated[] = {p->published.precision != DATE_NONE,
                        q->published.precision != DATE_NONE};
        order = dated[1] - dated[0];
        if (!order && dated[0])
            order = (q->published.seconds > p->published.seconds) -
                    (q->published.seconds < p->published.seconds);
    }
    if (!order)
        order = slice_cmp(p->key, q->key);
    if (!order)
        order = (x->hit->span.start > y->hit->span.start) -
                (x->hit->span.start < y->hit->span.start);
    if (!order)
        order = (x->hit->span.end > y->hit->span.end) -
                (x->hit->span.end < y->hit->span.end);
    return order;
}

static int key_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return slice_cmp(x->key, y->key);
}

TEST(keys_sort_as_a_plain_comparison_of_the_context)
{
    enum { SCENES = 60 };
    static struct scene scene[SCENES];
    static struct strbuf text[SCENES];
    static struct entry entry[HITS_MOST], copy[HITS_MOST];
    static const char *const sources[] = {"", "a", "ab", "b"};
    uint64_t rng = 13;
    size_t count = 0;
    for (size_t i = 0; i < SCENES; i++) {
        strbuf_init(&text[i], SIZE_MAX);
        scene_init(&scene[i], rng_below(&rng, 2) ? "oil" : "crude oil prices",
                   random_text(&rng, &text[i]), questions[i % 8]);
        struct article *article = &scene[i].one.article;
        article->key = slice_of(
            arena_printf(&scene[i].arena, "t:%u", rng_below(&rng, 10000)));
        article->source = slice_of(sources[rng_below(&rng, 4)]);
        article->published = (struct date){
            .seconds = (int64_t)rng_below(&rng, 3) * 1000000000 - 1000000000,
            .precision = rng_below(&rng, 3) ? DATE_DAY : DATE_NONE};
        for (size_t h = 0; h < scene[i].hits.count; h++)
            entry[count++] =
                (struct entry){&scene[i], &scene[i].hits.hit[h], {0}};
    }
    CHECK(count > 200);
    for (sorting = KWIC_BY_DATE; sorting <= KWIC_BY_POSITION; sorting++) {
        for (size_t i = 0; i < count; i++) {
            const struct one_article *one = &entry[i].scene->one;
            struct arena *arena = &scene[0].arena;
            struct err err = {0};
            CHECK_OK(kwic_key(&one->article, &one->analysis, entry[i].hit,
                              sorting, arena, &entry[i].key, &err),
                     err);
        }
        memcpy(copy, entry, sizeof copy);
        qsort(entry, count, sizeof *entry, key_order);
        qsort(copy, count, sizeof *copy, naive_order);
        for (size_t i = 0; i < count; i++) {
            CHECK_MSG(entry[i].hit == copy[i].hit, "sort %d, place %zu",
                      sorting, i);
            if (i > 0)
                CHECK_MSG(key_order(&entry[i - 1], &entry[i]) < 0,
                          "sort %d: a hit twice", sorting);
        }
    }
    for (size_t i = 0; i < SCENES; i++) {
        scene_release(&scene[i]);
        strbuf_release(&text[i]);
    }
}

TEST(the_eighth_word_counts_and_the_ninth_does_not)
{
    static const struct {
        const char *body;
        enum kwic_sort sort;
        bool differs;
    } rows[] = {
        {"hit a b c d e f g X i", KWIC_BY_RIGHT, true},
        {"hit a b c d e f g h X", KWIC_BY_RIGHT, false},
        {"i X g f e d c b a hit", KWIC_BY_LEFT, true},
        {"X h g f e d c b a hit", KWIC_BY_LEFT, false},
    };
    for (size_t i = 0; i < 4; i++) {
        struct slice key[2];
        struct scene scene[2];
        for (int s = 0; s < 2; s++) {
            struct err err = {0};
            char body[64];
            snprintf(body, sizeof body, "%s", rows[i].body);
            *strchr(body, 'X') = s ? 'y' : 'z';
            scene_init(&scene[s], "", body, "hit");
            CHECK_OK(kwic_key(&scene[s].one.article, &scene[s].one.analysis,
                              &scene[s].hits.hit[0], rows[i].sort,
                              &scene[s].arena, &key[s], &err),
                     err);
        }
        CHECK_EQ(slice_cmp(key[0], key[1]) > 0, rows[i].differs);
        CHECK_EQ(slice_eq(key[0], key[1]), !rows[i].differs);
        scene_release(&scene[0]);
        scene_release(&scene[1]);
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

/* --- sampling --- */

TEST(samples_are_the_same_for_a_seed_and_fair)
{
    enum { KEYS = 200, POSITIONS = 50, BINS = 16 };
    size_t bin[BINS] = {0}, moved = 0;
    for (int k = 0; k < KEYS; k++) {
        char key[32];
        snprintf(key, sizeof key, "t:%d", k);
        for (uint32_t p = 0; p < POSITIONS; p++) {
            uint64_t value = kwic_sample_value(1, slice_of(key), p);
            CHECK(value == kwic_sample_value(1, slice_of(key), p));
            moved +=
                value >> 60 != kwic_sample_value(2, slice_of(key), p) >> 60;
            bin[value >> 60]++;
        }
    }
    /* 625 expected in each, deviation 24. */
    for (size_t i = 0; i < BINS; i++)
        CHECK_MSG(bin[i] > 500 && bin[i] < 750, "bin %zu: %zu", i, bin[i]);
    /* Another seed is another sample: 15 of 16 move. */
    CHECK(moved > 9000);
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
    T(keys_sort_as_a_plain_comparison_of_the_context),
    T(the_eighth_word_counts_and_the_ninth_does_not),
    T(marks_that_overlap_become_one),
    T(samples_are_the_same_for_a_seed_and_fair),
    T(a_hit_of_another_text_is_refused), T(no_memory_is_told_as_such))
