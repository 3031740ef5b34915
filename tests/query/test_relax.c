#include "query/relax.h"

#include "base/mem.h"
#include "parse_helpers.h"

/* Articles that have the word, in an archive that never was. */
static uint64_t frequency(void *context, const struct ast *word)
{
    static const struct {
        const char *printed;
        uint64_t articles;
    } rows[] = {
        {"\"the\"", 900},  {"the", 900},      {"\"istanbul\"", 7},
        {"istanbul", 8},   {"\"draft\"", 41}, {"draft", 45},
        {"\"2022\"", 300}, {"2022", 300},     {"\"C-130\"", 2},
        {"\"a b\"", 1},    {"lavr*", 12},     {"title:the", 500},
        {"\"zzz\"", 0},    {"zzz", 0},
    };
    unsigned *calls = context;
    (*calls)++;
    uint64_t articles = 50;
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    ast_print(word, &text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(text.data, rows[i].printed) == 0)
            articles = rows[i].articles;
    strbuf_release(&text);
    return articles;
}

static void print_all(const struct relaxation *list, struct strbuf *out)
{
    strbuf_reset(out);
    for (; list; list = list->next) {
        ast_print(list->ast, out);
        strbuf_add_text(out, " | ");
    }
}

TEST(candidates_come_in_the_fixed_order)
{
    static const struct {
        const char *query, *want;
    } rows[] = {
        {"draft", ""},
        {"=US", ""},
        {"\"draft\"", ""},
        {"draft OR zzz", ""},
        {"lang:en", ""},
        {"draft lang:en", ""},
        {"draft NOT (the zzz)", ""},
        {"istanbul draft 2022",
         "(draft AND 2022) | (istanbul OR draft OR 2022) | "},
        {"istanbul draft zzz",
         "(istanbul AND draft) | (istanbul OR draft OR zzz) | "},
        {"istanbul draft", "draft | (istanbul OR draft) | "},
        {"istanbul draft lang:en -zzz",
         "((draft AND lang:\"en\") NOT zzz) | "
         "(((istanbul OR draft) AND lang:\"en\") NOT zzz) | "},
        {"\"istanbul draft\"",
         "\"istanbul draft\"~99 | (\"istanbul\" OR \"draft\") | "},
        {"\"istanbul, draft (2022)\"",
         "\"istanbul, draft (2022)\"~99 | (\"istanbul\" NEAR/10 \"draft\") | "
         "\"draft 2022\"~99 | (\"istanbul\" OR \"draft\" OR \"2022\") | "},
        {"\"2022 zzz draft\"",
         "\"2022 zzz draft\"~99 | (\"2022\" NEAR/10 \"draft\") | "
         "\"2022 draft\"~99 | (\"2022\" OR \"zzz\" OR \"draft\") | "},
        {"\"zzz zzz draft\"", "\"zzz zzz draft\"~99 | \"zzz draft\"~99 | "
                              "(\"zzz\" OR \"zzz\" OR \"draft\") | "},
        {"\"the C-130 draft\"",
         "\"the C-130 draft\"~99 | (\"C-130\" NEAR/10 \"draft\") | "
         "\"the draft\"~99 | (\"the\" OR \"C-130\" OR \"draft\") | "},
        {"\"istanbul draft 2022\"~6",
         "(\"istanbul\" NEAR/10 \"draft\") | \"draft 2022\"~99 | "
         "(\"istanbul\" OR \"draft\" OR \"2022\") | "},
        {"\"istanbul draft\"~6", "(\"istanbul\" NEAR/10 \"draft\") | "
                                 "(\"istanbul\" OR \"draft\") | "},
        {"\"istanbul draft\"~10", "(\"istanbul\" OR \"draft\") | "},
        {"\"a b\" lavr*",
         "(\"a b\"~99 AND lavr*) | lavr* | (\"a b\" OR lavr*) | "},
        {"title:\"istanbul draft 2022\"",
         "title:\"istanbul draft 2022\"~99 | "},
        {"title:the istanbul", "title:the | (title:the OR istanbul) | "},
        {"\"a b\" OR \"the draft\"",
         "(\"a b\"~99 OR \"the draft\") | (\"a b\" OR \"the draft\"~99) | "},
        {"the NOT \"a b\"", ""},
        {"\"the draft\" NEAR/3 istanbul", "(\"the draft\" OR istanbul) | "},
        {"the ADJ/3 draft source:x", ""},
        {"the ADJ/3 draft", "(the OR draft) | "},
        {"the NOTNEAR/3 draft", ""},
        {"[the * draft]",
         "(\"the\" NEAR/10 \"draft\") | (\"the\" OR \"draft\") | "},
        {"[(2022|=US) * the draft~1 lavr*]",
         "((\"2022\" OR =US) NEAR/10 lavr*) | "
         "((\"2022\" OR =US) OR \"the\" OR draft~1 OR lavr*) | "},
        {"[the zzz d* (draft|e*)]", "(\"the\" OR \"zzz\") | "},
        {"[the zzz draft]", "(\"the\" NEAR/10 \"draft\") | "
                            "(\"the\" OR \"zzz\" OR \"draft\") | "},
        {"[* draft]", ""},
        {"[the * draft] istanbul lang:en",
         "((\"the\" NEAR/10 \"draft\") AND istanbul AND lang:\"en\") | "
         "([the * draft] AND lang:\"en\") | "
         "(([the * draft] OR istanbul) AND lang:\"en\") | "},
        {"the NOT [the * draft]", ""},
        {"[the * draft] NEAR/3 istanbul", "([the * draft] OR istanbul) | "},
        {"the NEAR/S draft", "(the OR draft) | "},
        {"the NOTNEAR/P draft", ""},
        {"draft~1 since:3", ""},
        {"draft~1 the since:3",
         "(the AND since:3) | ((draft~1 OR the) AND since:3) | "},
    };
    struct arena arena;
    struct strbuf got;
    arena_init(&arena, 1 << 24);
    strbuf_init(&got, 1 << 16);
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parsed parsed;
        struct relaxation *list;
        struct err err = {0};
        unsigned calls = 0;
        CHECK_OK(query_parse(slice_of(rows[i].query), &arena, &parsed, &err),
                 err);
        CHECK_EQ(
            relax_candidates(parsed.root, &arena, frequency, &calls, &list),
            ERR_OK);
        print_all(list, &got);
        if (strcmp(got.data, rows[i].want) != 0) {
            print_error("%s\n got  %s\n want %s\n", rows[i].query, got.data,
                        rows[i].want);
            wrong++;
        }
        for (; list; list = list->next)
            check_round_trip(list->ast, &arena);
    }
    CHECK_EQ(wrong, 0);
    strbuf_release(&got);
    arena_reset(&arena);
}

TEST(the_distance_can_be_lowered_in_place_and_the_query_stays)
{
    struct arena arena;
    struct parsed parsed;
    struct relaxation *list;
    struct err err = {0};
    unsigned calls = 0;
    arena_init(&arena, 1 << 20);
    CHECK_OK(query_parse(SLICE("x (\"istanbul draft\" OR y) -z"), &arena,
                         &parsed, &err),
             err);
    CHECK_EQ(relax_candidates(parsed.root, &arena, frequency, &calls, &list),
             ERR_OK);
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    assert_non_null(list->distance);
    CHECK_EQ(list->distance->n, LIMIT_DISTANCE);
    list->distance->n = 4;
    ast_print(list->ast, &text);
    CHECK_TEXT(text.data, "((x AND (\"istanbul draft\"~4 OR y)) NOT z)");
    strbuf_reset(&text);
    ast_print(parsed.root, &text);
    CHECK_TEXT(text.data, "((x AND (\"istanbul draft\" OR y)) NOT z)");
    CHECK_TEXT(list->next->what, "without x");
    assert_null(list->next->distance);
    strbuf_release(&text);
    arena_reset(&arena);
}

TEST(each_word_of_a_quotation_is_counted_once)
{
    struct arena arena;
    struct parsed parsed;
    struct relaxation *list;
    struct err err = {0};
    unsigned calls = 0;
    arena_init(&arena, 1 << 20);
    CHECK_OK(query_parse(SLICE("\"a c d e\""), &arena, &parsed, &err), err);
    CHECK_EQ(relax_candidates(parsed.root, &arena, frequency, &calls, &list),
             ERR_OK);
    CHECK_EQ(calls, 4);
    arena_reset(&arena);
}

TEST(a_long_quotation_asks_for_few_frequencies)
{
    struct arena arena;
    struct parsed parsed;
    struct relaxation *list;
    struct err err = {0};
    unsigned calls = 0;
    static char quote[8000] = "\"";
    for (int i = 0; i < 2000; i++)
        strcat(quote, "ab ");
    strcat(quote, "\"");
    arena_init(&arena, 1 << 24);
    CHECK_OK(query_parse(slice_of(quote), &arena, &parsed, &err), err);
    CHECK_EQ(relax_candidates(parsed.root, &arena, frequency, &calls, &list),
             ERR_OK);
    assert_null(list);
    CHECK_EQ(calls, 0);
    arena_reset(&arena);
}

TEST(no_memory_is_an_error_at_every_allocation)
{
    struct arena query_arena, arena;
    struct parsed parsed;
    struct err err = {0};
    arena_init(&query_arena, 1 << 20);
    arena_init(&arena, 1 << 20);
    CHECK_OK(query_parse(SLICE("\"istanbul draft 2022\" x [a (b|cd*) * lavr*]"),
                         &query_arena, &parsed, &err),
             err);
    size_t limit = 0;
    int rc;
    do { /* a greater arena each time */
        struct relaxation *list;
        unsigned calls = 0;
        arena_init(&arena, limit += 4000);
        rc = relax_candidates(parsed.root, &arena, frequency, &calls, &list);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        arena_reset(&arena);
    } while (rc != ERR_OK);
    CHECK(limit > 4000);
    long n = 0;
    do {
        struct relaxation *list;
        unsigned calls = 0;
        arena_init(&arena, 1 << 20);
        mem_fail_after(n++);
        rc = relax_candidates(parsed.root, &arena, frequency, &calls, &list);
        mem_fail_after(-1);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        arena_reset(&arena);
    } while (rc != ERR_OK);
    CHECK(n > 1);
    arena_reset(&query_arena);
}

RUN(T(candidates_come_in_the_fixed_order),
    T(the_distance_can_be_lowered_in_place_and_the_query_stays),
    T(each_word_of_a_quotation_is_counted_once),
    T(a_long_quotation_asks_for_few_frequencies),
    T(no_memory_is_an_error_at_every_allocation))
