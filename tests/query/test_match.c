#include "query/match.h"

#include "base/cancel.h"
#include "base/strbuf.h"
#include "check.h"
#include "query/oracle.h"
#include "one_article.h"
#include "simple_units.h"

/* "[0,2) [5,6)" */
static void print_hits(const struct hit_list *hits, struct strbuf *out)
{
    strbuf_reset(out);
    for (size_t i = 0; i < hits->count; i++)
        strbuf_addf(out, "%s[%u,%u)", i ? " " : "", hits->hit[i].span.start,
                    hits->hit[i].span.end);
}

TEST(hits_are_the_minimal_qualifying_intervals)
{
    static const struct {
        const char *body, *query, *hits;
    } rows[] = {
        {"a b c a b", "a", "[0,1) [3,4)"},
        {"a b c a b", "\"a b\"", "[0,2) [3,5)"},
        {"a b c a b", "\"b a\"", ""},
        {"a a a", "\"a a\"", "[0,2) [1,3)"},
        {"a x b x a", "a NEAR/1 b", "[0,3) [2,5)"},
        {"a x b x a", "a ADJ/1 b", "[0,3)"},
        {"a x x b", "a NEAR/1 b", ""},
        {"a x x b", "a NEAR/2 b", "[0,4)"},
        {"a a x b b", "a NEAR/9 b", "[1,4)"},
        {"a b", "a NEAR/0 a", ""},
        {"a a", "a NEAR/0 a", "[0,2)"},
        {"c x a y b", "\"a b c\"~2", "[0,5)"},
        {"c x a y b", "\"a b c\"~1", ""},
        {"b a b c b a", "\"a b c\"~5", "[1,4) [3,6)"},
        {"the x the cat", "\"the the cat\"~1", "[0,4)"},
        {"the x the cat", "\"the the cat\"~0", ""},
        {"the cat", "\"the the cat\"~9", ""},
        {"a b x a y b", "a NOTNEAR/0 b", "[3,4)"},
        {"a b x a y b", "a NOTNEAR/1 b", ""},
        {"ab-c z x", "ab* NOTNEAR/0 x", "[0,1)"},
        {"a b c d", "(a OR \"b c\") ADJ/0 d", "[1,4)"},
        {"a b c", "(a OR \"a b\") ADJ/0 c", "[0,3)"},
        {"a b c", "a OR \"a b\" OR c", "[0,1) [0,2) [2,3)"},
        {"a b c", "a b NOT x", "[0,1) [1,2)"},
        {"a b c", "a NOT (b OR x)", ""},
        {"a b c", "(a x) OR c", "[2,3)"},
        {"the C-130 plane", "\"the C-130 plane\"", "[0,4)"},
        {"the C130 plane", "\"the C-130 plane\"", "[0,3)"},
        {"the C 130 plane", "\"the C-130 plane\"", "[0,4)"},
        {"the C-130 plane", "\"the C130 plane\"", "[0,4)"},
        {"the C-130 plane", "C130", "[1,3)"},
        {"the C-130 plane", "C-130", "[1,3)"},
        {"x C-130 y 130", "\"C-130 130\"~1", "[1,5)"},
        {"x C-130 y", "\"C-130 130\"~9", ""},
        {"drafts of a draft", "draft", "[0,1) [3,4)"},
        {"drafts of a draft", "=draft", "[3,4)"},
        {"drafts of a draft", "\"drafts\"", "[0,1)"},
        {"drafts of a draft", "draft NEAR/2 of", "[0,2) [1,4)"},
        {"drafting a drama", "dra*", "[0,1) [2,3)"},
        {"tell US about us", "=US", "[1,2)"},
        {"tell US about us", "US", "[1,2) [3,4)"},
        {"a cease-fire held", "ceasefires", "[1,3)"},
        {"a ceasefire held", "cease-fire", "[1,2)"},
        {"a ceasefire held", "cease-fires", "[1,2)"},
        {"one 1/2 two", "1/2", "[1,3)"},
        {"peace talks in Rome", "[peace (talks|deal) * r*]", "[0,4)"},
        {"the C-130 plane", "[the * * plane]", "[0,4)"},
        {"the C-130 plane", "[the * plane]", ""},
        {"a b a b", "[* a *]", "[1,4)"},
        {"a x b c", "[a * b] NEAR/0 c", "[0,4)"},
        {"Lavrow and avrov", "lavrov~1", "[0,1) [2,3)"},
        {"a x b. a", "a NEAR/S b", "[0,3)"},
        {"a x b. a", "a NEAR/P b", "[0,3) [2,4)"},
        {"b a. b", "a ADJ/P b", "[1,3)"},
        {"a b. a x", "a NOTNEAR/S b", "[2,3)"},
        {"x a. b y", "\"a b\" NOTNEAR/S y", "[1,3)"},
        {"x a. b y", "\"a b\" NOTNEAR/S b", ""},
    };
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct one_article one;
        CHECK_EQ(one_article_init(&one, "en", "", rows[i].body), ERR_OK);
        simple_units(&one.article, &one.arena, &one.analysis);
        struct err err = {0};
        struct query query;
        struct token_view view;
        struct hit_list hits;
        bool matches;
        token_view_init(&view, &one.article, &one.analysis);
        int rc = one_article_query(&one, rows[i].query, &arena, &query, &err);
        CHECK_MSG(rc == ERR_OK, "%s: %s", rows[i].query, err.text);
        CHECK_OK(match_hits(&query, &view.base, &arena, &hits, &err), err);
        CHECK_OK(match_article(&query, &view.base, &arena, &matches, &err),
                 err);
        print_hits(&hits, &got);
        CHECK_MSG(strcmp(got.data, rows[i].hits) == 0,
                  "%s in '%s': got %s, want %s", rows[i].query, rows[i].body,
                  got.data, rows[i].hits);
        CHECK_EQ(matches, rows[i].hits[0] != '\0');
        one_article_release(&one);
        arena_reset(&arena);
    }
    strbuf_release(&got);
}

TEST(leaves_are_the_words_and_nothing_between)
{
    struct one_article one;
    CHECK_EQ(one_article_init(&one, "en", "", "x a x x \xd0\xb1 c x"), ERR_OK);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct err err = {0};
    struct query query;
    struct token_view view;
    struct hit_list hits;
    token_view_init(&view, &one.article, &one.analysis);
    CHECK_OK(one_article_query(&one, "a NEAR/3 \"\xd0\xb1 c\"", &arena, &query,
                               &err),
             err);
    CHECK_OK(match_hits(&query, &view.base, &arena, &hits, &err), err);
    CHECK_EQ(hits.count, 1);
    CHECK_EQ(hits.hit[0].leaf_count, 3);
    static const uint32_t starts[] = {1, 4, 5};
    for (size_t i = 0; i < 3; i++)
        CHECK_EQ(hits.hit[0].leaf[i].start, starts[i]);
    arena_reset(&arena);
    one_article_release(&one);
}

/* Each operator looks up from its work: one article can be long. */
TEST(nobody_waiting_ends_the_work_inside_an_article)
{
    static const char *const queries[] = {"\"a b\"",   "a NEAR/3 b",
                                          "a ADJ/S b", "a NOTNEAR/0 c",
                                          "\"a c\"~3", "\"a a c\"~9"};
    struct one_article one;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    CHECK_EQ(one_article_init(&one, "en", "", "a b a c b"), ERR_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct err err = {0};
        struct query query;
        struct token_view view;
        struct hit_list hits;
        struct cancel *cancel = cancel_new(0);
        CHECK(cancel);
        token_view_init(&view, &one.article, &one.analysis);
        CHECK_OK(one_article_query(&one, queries[i], &arena, &query, &err),
                 err);
        view.base.cancel = cancel;
        CHECK_OK(match_hits(&query, &view.base, &arena, &hits, &err), err);
        CHECK_MSG(hits.count > 0, "%s", queries[i]);
        cancel_request(cancel);
        int rc = match_hits(&query, &view.base, &arena, &hits, &err);
        CHECK_MSG(rc == ERR_CANCELLED, "%s: %s", queries[i], err_name(rc));
        cancel_free(cancel);
        arena_reset(&arena);
    }
    one_article_release(&one);
}

/* --- random queries against the slow evaluator --- */

static const char *const vocabulary[] = {
    "a",        "b",          "c",         "draft",         "drafts",
    "drafting", "US",         "us",        "C-130",         "c130",
    "130",      "cease-fire", "ceasefire", "l'accord",      "accord",
    "U.S.",     "1,234.5",    "Ukraine's", "ukraine",       "x-y-z",
    "xyz",      "darft",      "draf",      "\u00e9t\u00e9", "etes",
};
enum { WORDS = sizeof vocabulary / sizeof *vocabulary };

/* Each round takes a few neighbours of the table, so that they meet. */
static uint32_t first_word;

static const char *a_word(uint64_t *rng)
{
    return vocabulary[(first_word + rng_below(rng, 7)) % WORDS];
}

static void random_words(uint64_t *rng, uint32_t most, struct strbuf *out)
{
    uint32_t count = 1 + rng_below(rng, most);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(out, "%s%s", i ? " " : "", a_word(rng));
}

/* Words in sentences and paragraphs. */
static void random_body(uint64_t *rng, uint32_t most, struct strbuf *out)
{
    static const char *const between[] = {" ", " ",  " ",  " ",    " ",
                                          " ", ". ", ", ", ".\n\n"};
    uint32_t count = 1 + rng_below(rng, most);
    for (uint32_t i = 0; i < count; i++)
        strbuf_addf(out, "%s%s", i ? between[rng_below(rng, 9)] : "",
                    a_word(rng));
}

static void random_one_edit(uint64_t *rng, struct strbuf *out)
{
    static const char *const typed[] = {"draft", "drafs",  "ab",   "u", "sus",
                                        "1300",  "xzy",    "ete",  "a", "c",
                                        "c13",   "lacord", "darfs"};
    strbuf_addf(out, "%s~1",
                typed[rng_below(rng, sizeof typed / sizeof *typed)]);
}

static void random_element(uint64_t *rng, bool any, struct strbuf *out)
{
    static const char *const begin[] = {"d*", "c*", "dra*", "u*", "x*", "ce*"};
    switch (rng_below(rng, any ? 8 : 6)) {
    case 0:
        strbuf_add_text(out, begin[rng_below(rng, 6)]);
        break;
    case 1:
        random_one_edit(rng, out);
        break;
    case 2:
        strbuf_addf(out, "=%s", a_word(rng));
        break;
    case 6:
    case 7:
        strbuf_add_char(out, '*');
        break;
    default:
        strbuf_add_text(out, a_word(rng));
    }
}

static void random_pattern(uint64_t *rng, struct strbuf *out)
{
    uint32_t count = 1 + rng_below(rng, 4);
    uint32_t word = rng_below(rng, count); /* a pattern needs one */
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_add_char(out, ' ');
        if (rng_below(rng, 3)) {
            random_element(rng, i != word, out);
            continue;
        }
        uint32_t arms = 1 + rng_below(rng, 3);
        for (uint32_t k = 0; k < arms; k++) {
            strbuf_add_char(out, k ? '|' : '(');
            random_element(rng, false, out);
        }
        strbuf_add_char(out, ')');
    }
    strbuf_add_char(out, ']');
}

static void random_operand(uint64_t *rng, struct strbuf *out)
{
    static const char *const exact[] = {"", "", "", "="};
    switch (rng_below(rng, 8)) {
    case 0:
        strbuf_add_char(out, '"');
        random_words(rng, 3, out);
        strbuf_add_char(out, '"');
        break;
    case 1:
        strbuf_addf(out, "(%s OR \"", a_word(rng));
        random_words(rng, 2, out);
        strbuf_add_text(out, "\")");
        break;
    case 2:
        strbuf_add_text(out, rng_below(rng, 2) ? "dra*" : "ce*");
        break;
    case 3:
        random_pattern(rng, out);
        break;
    case 4:
        random_one_edit(rng, out);
        break;
    default:
        strbuf_addf(out, "%s%s", exact[rng_below(rng, 4)], a_word(rng));
    }
}

static void random_query(uint64_t *rng, unsigned depth, struct strbuf *out)
{
    static const char *const pair[] = {"NEAR", "ADJ", "NOTNEAR"};
    static const char *const boolean[] = {" AND ", " OR ", " NOT "};
    uint32_t choice = rng_below(rng, depth ? 6 : 4);
    switch (choice) {
    case 0:
        random_operand(rng, out);
        break;
    case 1:
        strbuf_add_char(out, '"');
        random_words(rng, 4, out);
        strbuf_addf(out, "\"~%u", rng_below(rng, 6));
        break;
    case 2:
    case 3:
        random_operand(rng, out);
        strbuf_addf(out, " %s/", pair[rng_below(rng, 3)]);
        if (rng_below(rng, 2))
            strbuf_addf(out, "%u ", rng_below(rng, 4));
        else
            strbuf_add_text(out, rng_below(rng, 2) ? "S " : "P ");
        random_operand(rng, out);
        break;
    default:
        strbuf_add_char(out, '(');
        random_query(rng, depth - 1, out);
        strbuf_addf(out, ")%s(", boolean[rng_below(rng, 3)]);
        random_query(rng, depth - 1, out);
        strbuf_add_char(out, ')');
    }
}

TEST(the_slow_evaluator_says_the_same)
{
    uint64_t rng = 2022;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct strbuf title, body, text, got, want;
    strbuf_init(&title, SIZE_MAX);
    strbuf_init(&body, SIZE_MAX);
    strbuf_init(&text, SIZE_MAX);
    strbuf_init(&got, SIZE_MAX);
    strbuf_init(&want, SIZE_MAX);
    uint32_t found = 0, compared = 0;
    for (uint32_t round = 0; round < 12000; round++) {
        struct one_article one;
        first_word = rng_below(&rng, WORDS);
        strbuf_reset(&title);
        strbuf_reset(&body);
        strbuf_reset(&text);
        random_words(&rng, 3, &title);
        random_body(&rng, 14, &body);
        random_query(&rng, 2, &text);
        CHECK_EQ(one_article_init(&one, rng_below(&rng, 4) ? "en" : "xx",
                                  title.data, body.data),
                 ERR_OK);
        simple_units(&one.article, &one.arena, &one.analysis);

        struct err err = {0};
        struct query query;
        struct token_view view;
        struct hit_list hits, slow;
        bool matches, slow_matches;
        token_view_init(&view, &one.article, &one.analysis);
        int rc = one_article_query(&one, text.data, &arena, &query, &err);
        CHECK_MSG(rc == ERR_OK, "%s: %s", text.data, err.text);
        CHECK_OK(match_article(&query, &view.base, &arena, &matches, &err),
                 err);
        CHECK_OK(match_hits(&query, &view.base, &arena, &hits, &err), err);
        rc = oracle_match(&query, &one.article, &one.analysis, one.stemmers,
                          &arena, &slow_matches, &slow, &err);
        if (rc == ERR_OK) {
            compared++;
            found += matches;
            print_hits(&hits, &got);
            print_hits(&slow, &want);
            CHECK_MSG(matches == slow_matches, "%s in '%s' / '%s': %d, slow %d",
                      text.data, title.data, body.data, matches, slow_matches);
            CHECK_MSG(strcmp(got.data, want.data) == 0,
                      "%s in '%s' / '%s': %s, slow %s", text.data, title.data,
                      body.data, got.data, want.data);
        } else {
            CHECK_EQ(rc, ERR_LIMIT);
        }
        arena_reset(&arena);
        one_article_release(&one);
    }
    CHECK_MSG(compared > 11900, "only %u compared", compared);
    CHECK_MSG(found > 4000, "only %u of them matched", found);
    strbuf_release(&title);
    strbuf_release(&body);
    strbuf_release(&text);
    strbuf_release(&got);
    strbuf_release(&want);
}

RUN(T(hits_are_the_minimal_qualifying_intervals),
    T(leaves_are_the_words_and_nothing_between),
    T(nobody_waiting_ends_the_work_inside_an_article),
    T(the_slow_evaluator_says_the_same))
