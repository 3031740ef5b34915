/* Tokens packed and read again. */
#include "text/word_group.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

static const char *const forms[] = {
    "a",
    "b",
    "war",
    "wars",
    "sixteen-bytes-12",
    "sixteen-bytes-13",
    "seventeen-bytes-1",
    "a-form-of-more-than-24-bytes-1",
    "a-form-of-more-THAN-24-bytes-1",
    "a-form-of-more-than-24-bytes-2",
};

/* Some follow, some stand on the one before, some jump. */
static void random_tokens(uint64_t *rng, struct tokens *out,
                          struct token *token, size_t most)
{
    uint32_t position = UINT32_MAX;
    *out = (struct tokens){.token = token,
                           .count = rng_below(rng, (uint32_t)most + 1)};
    for (size_t i = 0; i < out->count; i++) {
        static const uint32_t steps[] = {1, 1, 1, 1, 0, 2, 100, 70000};
        uint32_t step = i ? steps[rng_below(rng, 8)] : 1 + rng_below(rng, 3);
        position += step;
        uint32_t kinds = sizeof forms / sizeof *forms;
        token[i] = (struct token){
            .position = position,
            .width = (uint16_t)(1 + rng_below(rng, 2) * rng_below(rng, 255)),
            .all_caps = rng_below(rng, 5) == 0,
            .form = slice_of(forms[rng_below(rng, kinds)])};
    }
}

static void check_words(const struct word_group *group,
                        const struct packed_words *words,
                        const struct tokens *tokens)
{
    uint32_t position = UINT32_MAX;
    size_t at = 0;
    CHECK_EQ(words->tokens, tokens->count);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        if (words->at[at] == PACKED_JUMP) {
            position = words->at[at + 1] - 1;
            at += 2;
        }
        uint32_t word = words->at[at++], form = word & PACKED_FORM;
        position += !(word & PACKED_STAYS);
        CHECK_EQ(position, token->position);
        CHECK_EQ((word & PACKED_CAPS) != 0, token->all_caps);
        CHECK(form < group->forms);
        CHECK_SLICE(word_group_text(group, form), token->form);
        CHECK_EQ(word_group_width(group, form), token->width);
    }
    CHECK_EQ(at, words->count);
}

/* No form of a group is there twice. */
static void check_forms(const struct word_group *group)
{
    for (uint32_t i = 0; i < group->forms; i++)
        for (uint32_t j = 0; j < i; j++)
            CHECK(word_group_width(group, i) != word_group_width(group, j) ||
                  !slice_eq(word_group_text(group, i),
                            word_group_text(group, j)));
}

TEST(what_is_packed_is_what_is_read)
{
    enum { ARTICLES = 12, MOST = 200 };
    uint64_t rng = 5, before = 0;
    struct word_group_maker *maker = word_group_maker_new();
    static struct token token[ARTICLES][MOST];
    CHECK(maker);
    for (int round = 0; round < 40; round++) {
        struct tokens tokens[ARTICLES];
        struct packed_words words[ARTICLES];
        struct word_group group;
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        size_t articles = rng_below(&rng, ARTICLES + 1);
        for (size_t i = 0; i < articles; i++) {
            random_tokens(&rng, &tokens[i], token[i], MOST);
            CHECK_EQ(word_group_add(maker, &tokens[i], &arena, &words[i]), 0);
        }
        CHECK_EQ(word_group_end(maker, &arena, &group), 0);
        CHECK(group.number > before);
        before = group.number;
        for (size_t i = 0; i < articles; i++)
            check_words(&group, &words[i], &tokens[i]);
        check_forms(&group);
        arena_reset(&arena);
    }
    word_group_maker_free(maker);
    word_group_maker_free(NULL);
}

/* More forms than the first table has room for. */
TEST(a_group_has_any_number_of_forms)
{
    enum { FORMS = 20000 };
    static char text[FORMS][12];
    struct token *token = calloc(FORMS, sizeof *token);
    struct word_group_maker *maker = word_group_maker_new();
    struct packed_words words;
    struct word_group group;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    CHECK(token && maker);
    for (uint32_t i = 0; i < FORMS; i++) {
        snprintf(text[i], sizeof text[i], "w%u", i);
        token[i] = (struct token){
            .position = i, .width = 1, .form = slice_of(text[i])};
    }
    struct tokens tokens = {.token = token, .count = FORMS};
    CHECK_EQ(word_group_add(maker, &tokens, &arena, &words), 0);
    CHECK_EQ(word_group_end(maker, &arena, &group), 0);
    CHECK_EQ(group.forms, FORMS);
    check_words(&group, &words, &tokens);
    arena_reset(&arena);
    word_group_maker_free(maker);
    free(token);
}

/* What could not be added leaves the maker good for the next group. */
TEST(every_allocation_may_fail)
{
    enum { MOST = 100 };
    bool good = false;
    struct token token[MOST];
    struct tokens tokens;
    uint64_t rng = 9;
    random_tokens(&rng, &tokens, token, MOST);
    tokens.count = tokens.count ? tokens.count : 1;
    for (long n = 0; !good; n++) {
        struct packed_words words;
        struct word_group group;
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        mem_fail_after(n);
        struct word_group_maker *maker = word_group_maker_new();
        int rc =
            maker ? word_group_add(maker, &tokens, &arena, &words) : ERR_NOMEM;
        int end = maker ? word_group_end(maker, &arena, &group) : ERR_NOMEM;
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        good = rc == 0 && end == 0;
        if (maker) {
            CHECK_EQ(word_group_add(maker, &tokens, &arena, &words), 0);
            CHECK_EQ(word_group_end(maker, &arena, &group), 0);
            check_words(&group, &words, &tokens);
        }
        word_group_maker_free(maker);
        arena_reset(&arena);
    }
}

RUN(T(what_is_packed_is_what_is_read), T(a_group_has_any_number_of_forms),
    T(every_allocation_may_fail))
