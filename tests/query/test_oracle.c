#include "query/oracle.h"

#include "parse_helpers.h"
#include "simple_units.h"

/* An article and a question. */
struct scene {
    struct article article;
    struct analysis analysis;
    struct stemmers *stemmers;
    struct arena arena;
    struct err err;
    struct named_entity entity[2]; /* what names in the question mean */
    size_t entity_count;
};

static void scene_open(struct scene *s)
{
    *s = (struct scene){.stemmers = stemmers_new()};
    assert_non_null(s->stemmers);
    arena_init(&s->arena, 1 << 28);
}

static void scene_close(struct scene *s)
{
    stemmers_free(s->stemmers);
    arena_reset(&s->arena);
}

static void scene_set(struct scene *s, const char *lang, const char *title,
                      const char *body)
{
    arena_reset(&s->arena);
    s->article = (struct article){.lang = slice_of(lang)};
    s->article.text[PART_TITLE] = slice_of(title);
    s->article.text[PART_BODY] = slice_of(body);
    CHECK_EQ(analyse_article(&s->article, s->stemmers, &s->arena, &s->analysis),
             ERR_OK);
    simple_units(&s->article, &s->arena, &s->analysis);
}

/* "no", or "yes" and the positions of the hits: "yes 0-2 3-5". */
static const char *ask(struct scene *s, const char *query)
{
    struct parsed parsed;
    int rc = query_parse(slice_of(query), &s->arena, &parsed, &s->err);
    const struct query asked = {.ast = rc ? NULL : parsed.root,
                                .entity = s->entity,
                                .entity_count = s->entity_count};
    bool matches = false;
    struct hit_list hits = {0};
    if (rc == ERR_OK)
        rc = oracle_match(&asked, &s->article, &s->analysis, s->stemmers,
                          &s->arena, &matches, &hits, &s->err);
    if (rc != ERR_OK)
        return arena_printf(&s->arena, "%s at %d: %s", err_name(rc), s->err.at,
                            s->err.text);
    CHECK_MSG(matches || hits.count == 0, "%s: hits without a match", query);
    char *out = arena_printf(&s->arena, "%s", matches ? "yes" : "no");
    for (size_t i = 0; i < hits.count; i++)
        out = arena_printf(&s->arena, "%s %u-%u", out, hits.hit[i].span.start,
                           hits.hit[i].span.end);
    return out;
}

struct row {
    const char *body, *query, *want;
};

static void check_rows(const char *lang, const struct row *row, size_t count)
{
    struct scene s;
    size_t wrong = 0;
    scene_open(&s);
    for (size_t i = 0; i < count; i++) {
        scene_set(&s, lang, "", row[i].body);
        const char *got = ask(&s, row[i].query);
        if (strcmp(got, row[i].want) != 0) {
            print_error("%s ? %s\n got  %s\n want %s\n", row[i].body,
                        row[i].query, got, row[i].want);
            wrong++;
        }
    }
    CHECK_EQ(wrong, 0);
    scene_close(&s);
}
#define CHECK_ROWS(lang, rows)                                                 \
    check_rows(lang, rows, sizeof rows / sizeof *rows)

TEST(a_bare_word_is_its_form_or_its_stem_in_the_articles_language)
{
    static const struct row english[] = {
        {"The Draft", "draft", "yes 1-2"},
        {"two drafts, one draft", "draft", "yes 1-2 3-4"},
        {"two drafts, one draft", "drafting", "yes 1-2 3-4"},
        {"two drafts, one draft", "drafty", "no"},
        {"nothing of it", "draft", "no"},
        {"draft", "drafts OR nothing", "yes 0-1"},
        {"two drafts near talks", "draft NEAR/1 talk", "yes 1-4"},
        {"two drafts near talks", "draft ADJ/1 talk", "yes 1-4"},
        {"drafts", "\"draft\"", "no"},
        {"drafts", "=draft", "no"},
        {"Ukraine's drafts", "ukraine", "yes 0-1"},
        {"the U.S. and us", "us", "yes 1-2 3-4"},
        {"the U.S. and us", "U.S.", "yes 1-2 3-4"},
    };
    static const struct row unknown[] = {
        {"two drafts, one draft", "draft", "yes 3-4"},
        {"\u010c\u00e1slav", "caslav", "yes 0-1"},
    };
    static const struct row russian[] = {
        /* peregovory, peregovorov: talks */
        {"\u043f\u0435\u0440\u0435\u0433\u043e\u0432\u043e\u0440\u044b",
         "\u043f\u0435\u0440\u0435\u0433\u043e\u0432\u043e\u0440\u043e\u0432",
         "yes 0-1"},
        {"drafts", "draft", "no"}, /* English stems are for English */
    };
    CHECK_ROWS("en", english);
    CHECK_ROWS("xx", unknown);
    CHECK_ROWS("ru", russian);
}

TEST(capitals_matter_behind_an_equals_sign_only)
{
    static const struct row rows[] = {
        {"tell US about us", "US", "yes 1-2 3-4"},
        {"tell US about us", "us", "yes 1-2 3-4"},
        {"tell US about us", "=US", "yes 1-2"},
        {"tell US about us", "=us", "yes 1-2 3-4"},
        {"tell US about us", "\"US\"", "yes 1-2 3-4"},
        {"tell us", "=US", "no"},
        {"A plan", "=A", "yes 0-1"}, /* one capital is no acronym */
        {"a US plan", "=US ADJ/0 plan", "yes 1-3"},
    };
    CHECK_ROWS("en", rows);
}

TEST(a_prefix_is_any_form_that_begins_so)
{
    static const struct row rows[] = {
        {"drafting a drama, Draft", "dra*", "yes 0-1 2-3 3-4"},
        {"drafting a drama", "draft*", "yes 0-1"},
        {"drafting a drama", "drafts*", "no"},
        {"\u00c9lys\u00e9e", "ely*", "yes 0-1"},
        {"a drafting plan", "dra* ADJ/0 plan", "yes 1-3"},
        {"the C-130s flew", "C-13*", "yes 1-3"},
        {"the C130s flew", "C-13*", "yes 1-2"},
    };
    CHECK_ROWS("en", rows);
}

TEST(a_phrase_is_its_words_as_they_stand)
{
    static const struct row rows[] = {
        {"the Istanbul draft agreement", "\"istanbul draft\"", "yes 1-3"},
        {"the Istanbul draft agreement", "\"draft istanbul\"", "no"},
        {"the Istanbul draft agreement", "\"istanbul agreement\"", "no"},
        {"the Istanbul drafts", "\"istanbul draft\"", "no"},
        {"a a a", "\"a a\"", "yes 0-2 1-3"},
        {"war, and -- peace", "\"war and peace\"", "yes 0-3"},
        {"war and peace", "\"war, (and) PEACE!\"", "yes 0-3"},
        {"a AND b", "\"a AND b\"", "yes 0-3"},
        {"1/2 cup", "1/2", "yes 0-2"},
        {"drafts/plans", "draft/plan", "no"}, /* several words are themselves */
    };
    CHECK_ROWS("en", rows);
}

TEST(a_hyphenated_word_is_its_parts_or_its_joined_form)
{
    static const struct row rows[] = {
        {"the C-130 plane", "C-130", "yes 1-3"},
        {"the C130 plane", "C-130", "yes 1-2"},
        {"the C 130 plane", "C-130", "yes 1-3"},
        {"the C-130 plane", "C130", "yes 1-3"},
        {"the C 130 plane", "C130", "no"},
        {"the C-130 plane", "130", "yes 2-3"},
        {"the C-130 plane", "\"the C-130 plane\"", "yes 0-4"},
        {"the C130 plane", "\"the C-130 plane\"", "yes 0-3"},
        {"the C 130 plane", "\"the C-130 plane\"", "yes 0-4"},
        {"the C-130 plane", "\"the C130 plane\"", "yes 0-4"},
        {"the C-130 plane", "\"the C plane\"", "no"},
        {"the C-130 plane", "the ADJ/0 C130", "yes 0-3"},
        {"the C-130 plane", "the NEAR/1 plane", "no"},
        {"the C-130 plane", "the NEAR/2 plane", "yes 0-4"},
        {"make-ups", "makeup", "yes 0-2"}, /* the joined form has a stem */
        {"makeups", "make-up", "yes 0-1"},
        {"make ups", "make-up", "no"}, /* its parts have none */
        {"l'accord", "accord", "yes 1-2"},
        {"l'accord", "laccord", "yes 0-2"},
        {"a-b-c", "\"a b-c\"", "yes 0-3"},
    };
    CHECK_ROWS("en", rows);
}

TEST(han_and_kana_are_words_by_adjacency)
{
    static const struct row rows[] = {
        {"\u5317\u4eac\u5927\u5b66", "\u4eac\u5927", "yes 1-3"},
        {"\u5317\u4eac\u5927\u5b66", "\u5317\u5927", "no"},
        {"\u5317\u4eac\u5927\u5b66", "\"\u5317\u4eac\u5927\"", "yes 0-3"},
        {"\u5317 x \u4eac", "\"\u5317\u4eac\"~1", "yes 0-3"},
    };
    CHECK_ROWS("zh", rows);
}

TEST(a_window_has_its_words_in_any_order_and_n_others)
{
    static const struct row rows[] = {
        {"c x a y b", "\"a b c\"~2", "yes 0-5"},
        {"c x a y b", "\"a b c\"~1", "no"},
        {"c b a", "\"a b c\"~0", "yes 0-3"},
        {"a b a", "\"a b\"~0", "yes 0-2 1-3"},
        {"a x b x a", "\"a b\"~1", "yes 0-3 2-5"},
        {"the x the cat", "\"the the cat\"~1", "yes 0-4"},
        {"the cat", "\"the the cat\"~9", "no"},
        {"a x x x b", "\"a\"~0", "yes 0-1"},
        {"plane the C-130", "\"C-130 plane\"~1", "yes 0-4"},
        {"plane the C130", "\"C-130 plane\"~1", "yes 0-3"},
        {"C-130 x", "\"C130 130\"~9", "no"}, /* one position, one operand */
        {"C-130 x 130", "\"C130 130\"~1", "yes 0-4"},
        {"drafts x plan", "\"draft plan\"~9", "no"},
    };
    CHECK_ROWS("en", rows);
}

TEST(near_and_adj_give_the_least_intervals)
{
    static const struct row rows[] = {
        {"a x b x a", "a NEAR/1 b", "yes 0-3 2-5"},
        {"a x b x a", "a ADJ/1 b", "yes 0-3"},
        {"b x a", "a ADJ/9 b", "no"},
        {"a x x b", "a NEAR/1 b", "no"},
        {"a x x b", "a NEAR/2 b", "yes 0-4"},
        {"a a x b b", "a NEAR/9 b", "yes 1-4"},
        {"a b", "a NEAR/0 a", "no"},
        {"a a", "a NEAR/0 a", "yes 0-2"},
        {"x y z a", "\"x y\" NEAR/1 a", "yes 0-4"},
        {"x y z a", "\"x y\" NEAR/0 a", "no"},
        {"a b c d", "(a OR \"b c\") ADJ/0 d", "yes 1-4"},
        {"a b c d", "(a OR \"b c\") ADJ/2 d", "yes 1-4"},
        {"a b c", "(a OR \"a b\") ADJ/0 c", "yes 0-3"},
        /* an interval that does not qualify does not stand in another's way:
         * a..b leaves 1, of which "a x" covers none */
        {"a c c b", "(a OR \"a c c\") ADJ/0 b", "yes 0-4"},
    };
    CHECK_ROWS("xx", rows);
}

TEST(notnear_keeps_what_has_none_near)
{
    static const struct row rows[] = {
        {"a b x a y b", "a NOTNEAR/0 b", "yes 3-4"},
        {"a b x a y b", "a NOTNEAR/1 b", "no"},
        {"b x a", "a NOTNEAR/0 b", "yes 2-3"},
        {"b x a", "a NOTNEAR/1 b", "no"},
        {"a x", "a NOTNEAR/9 b", "yes 0-1"},
        {"b x", "a NOTNEAR/9 b", "no"},
        {"C-130 x 130", "130 NOTNEAR/0 C130", "yes 3-4"}, /* overlap is near */
        {"x y z", "\"x y\" NOTNEAR/0 y", "no"},
    };
    CHECK_ROWS("xx", rows);
}

TEST(and_or_not_join_the_hits_of_what_matches)
{
    static const struct row rows[] = {
        {"a b c", "a b", "yes 0-1 1-2"},
        {"a b c", "a x", "no"},
        {"a b c", "a OR x", "yes 0-1"},
        {"a b c", "a OR \"a b\" OR c", "yes 0-1 0-2 2-3"},
        {"a b c", "a OR a", "yes 0-1"},
        {"a b a", "a OR (a NEAR/1 a)", "yes 0-1 0-3 2-3"},
        {"a b a", "b (\"a b\"~0 OR \"b a\")", "yes 0-2 1-2 1-3"},
        {"a b c", "a b NOT x", "yes 0-1 1-2"},
        {"a b c", "a NOT b", "no"},
        {"a b c", "a NOT (b OR x)", "no"},
        {"a b c", "a NOT (b x)", "yes 0-1"},
        {"a b c", "(a x) OR c", "yes 2-3"}, /* a's arm does not match */
        {"a b c", "(a NOT b) OR c", "yes 2-3"},
        {"a b c", "x OR y", "no"},
    };
    CHECK_ROWS("xx", rows);
}

TEST(title_restricts_to_the_title_and_nothing_crosses_a_section)
{
    static const struct {
        const char *query, *want;
    } rows[] = {
        {"grain", "yes 0-1 103-104"},  {"title:grain", "yes 0-1"},
        {"title:the", "no"},           {"title:\"grain deal\"", "yes 0-2"},
        {"title:\"the grain\"", "no"}, {"title:\"deal grain\"~0", "yes 0-2"},
        {"title:de*", "yes 1-2"},      {"title:=grain", "yes 0-1"},
        {"title:deals", "yes 1-2"},    {"title:grain grain", "yes 0-1 103-104"},
        {"deal NEAR/99 the", "no"},    {"\"deal the\"", "no"},
        {"\"deal the\"~99", "no"},     {"deal NOTNEAR/99 the", "yes 1-2"},
        {"x NOT title:grain", "no"},   {"ends NOT title:ends", "yes 104-105"},
    };
    struct scene s;
    scene_open(&s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* title at 0..2, body from 102 */
        scene_set(&s, "en", "Grain deal", "The grain ends");
        CHECK_EQ(s.analysis.part[PART_BODY].start, 2 + LIMIT_SECTION_GAP);
        const char *got = ask(&s, rows[i].query);
        CHECK_MSG(strcmp(got, rows[i].want) == 0, "%s: got %s, want %s",
                  rows[i].query, got, rows[i].want);
    }
    scene_close(&s);
}

TEST(fields_and_dates_decide_and_have_no_hits)
{
    static const struct {
        const char *query, *want;
    } rows[] = {
        {"source:reuters", "no"},
        {"source:\"new york  times\"", "yes"},
        {"source:\"New York\"", "no"},
        {"lang:en", "yes"},
        {"lang:en-US", "yes"},
        {"lang:EN", "yes"},
        {"lang:e", "no"},
        {"lang:en-gb", "no"},
        {"topic:grain", "yes"},
        {"topic:\"crude oil\"", "yes"},
        {"topic:oil", "no"},
        {"key:nyt:1", "yes"},
        {"key:NYT:1", "no"},
        {"date:2022", "yes"},
        {"date:2022-03-29", "yes"},
        {"date:2022-03-30", "no"},
        {"date:>=2022-03", "yes"},
        {"date:<2022-03-29", "no"},
        {"date:none", "no"},
        {"a date:2022", "yes 0-1"},
        {"a source:x", "no"},
        {"a OR source:x", "yes 0-1"},
        {"x OR lang:en", "yes"},
        {"a NOT topic:grain", "no"},
    };
    struct slice topics[] = {SLICE("Grain"), SLICE("crude oil")};
    struct scene s;
    scene_open(&s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scene_set(&s, "en-us", "", "a");
        s.article.source = SLICE("New York Times");
        s.article.key = SLICE("nyt:1");
        s.article.topics = (struct slice_list){topics, 2};
        CHECK_EQ(date_parse(SLICE("2022-03-29"), &s.article.published, NULL),
                 ERR_OK);
        const char *got = ask(&s, rows[i].query);
        CHECK_MSG(strcmp(got, rows[i].want) == 0, "%s: got %s, want %s",
                  rows[i].query, got, rows[i].want);
    }
    scene_set(&s, "en", "", "a");
    CHECK_TEXT(ask(&s, "date:none"), "yes");
    CHECK_TEXT(ask(&s, "date:>=1987"), "no");
    scene_close(&s);
}

TEST(a_one_edit_word_is_itself_or_one_letter_away)
{
    static const struct row rows[] = {
        {"Lavrov Lavrow avrov Laavrov Lvarov", "lavrov~1",
         "yes 0-1 1-2 2-3 3-4 4-5"},
        {"Lavro Lavrova elavrov", "lavrov~1", "yes 0-1 1-2 2-3"},
        {"Lavr Larvow Lovrow Lavrovas valrov", "lavrov~1", "no"},
        {"ab ba a b aba abb bab", "ab~1", "yes 0-1 1-2 2-3 3-4 4-5 5-6 6-7"},
        {"drafts drafted", "draft~1", "yes 0-1"}, /* no stems */
        {"\u0416\u0443\u043a \u041b\u0443\u043a \u043a\u0443\u0436",
         "\u0436\u0443\u043a~1", "yes 0-1 1-2"}, /* code points, not bytes */
        {"Caf\u00e9 CAFES cage", "CAF\u00c9~1", "yes 0-1 1-2 2-3"}, /* folded */
        {"C-130 c131 d130", "c130~1", "yes 0-2 1-2 2-3 3-4"},       /* joined */
        {"a lavrow plan", "lavrov~1 ADJ/0 plan", "yes 1-3"},
        {"a b", "a~1", "yes 0-1 1-2"}, /* any one letter */
        {"ab abc bc", "abc~1", "yes 0-1 1-2 2-3"},
    };
    CHECK_ROWS("en", rows);
}

TEST(a_pattern_is_its_elements_one_after_the_other)
{
    static const struct row rows[] = {
        {"peace talks in Istanbul", "[peace talks]", "yes 0-2"},
        {"peace talks in Istanbul", "[talks peace]", "no"},
        {"peace talks in Istanbul", "[peace * Istanbul]", "no"},
        {"peace talks in Istanbul", "[peace * * Istanbul]", "yes 0-4"},
        {"peace talks in Istanbul", "[(grain|peace) (talks|deal)]", "yes 0-2"},
        {"peace talks, grain deal, peace", "[(grain|peace) (talks|deal)]",
         "yes 0-2 2-4"},
        {"peace talks in Istanbul", "[peace talk]", "no"}, /* themselves */
        {"peace talks in Istanbul", "[peace talk*]", "yes 0-2"},
        {"peace talks in Istanbul", "[peace t*]", "yes 0-2"},
        {"peace talks in Istanbul", "[peace (deal|ta*) in]", "yes 0-3"},
        {"peace tlaks in Istanbul", "[peace talks~1]", "yes 0-2"},
        {"peace tlaks in Istanbul", "[(war|pace~1) *]", "yes 0-2"},
        {"tell US about us", "[* =US]", "yes 0-2"},
        {"tell US about us", "[* US]", "yes 0-2 2-4"},
        {"tell US about us", "[* (=US|tell)]", "yes 0-2"},
        {"a b", "[* a]", "no"}, /* no word before the first */
        {"a b", "[b *]", "no"},
        {"a b", "[* b]", "yes 0-2"},
        {"a a a", "[a a]", "yes 0-2 1-3"},
        {"a x b a y b", "[a * b]", "yes 0-3 3-6"},
        /* a hyphenated word is its parts or its joined form; * is one part */
        {"the C-130 plane", "[the * plane]", "no"},
        {"the C-130 plane", "[the * * plane]", "yes 0-4"},
        {"the C-130 plane", "[the C130 plane]", "yes 0-4"},
        {"the C-130 plane", "[the C-130 plane]", "yes 0-4"},
        {"the C130 plane", "[the C-130 plane]", "yes 0-3"},
        {"the C-130 plane", "[the c13* plane]", "yes 0-4"},
        {"the C-130 plane", "[C (130|c130)]", "yes 1-3"},
        /* minimal: "c 130 x" ends where "c130 x" does, x alone is no pattern */
        {"C-130 x", "[(c|c130|130) (x|130)]", "yes 0-2 1-3"},
        {"1/2 cup", "[1/2 cup]", "yes 0-3"},
        {"\u5317\u4eac\u5927\u5b66", "[\u5317 * \u5927]", "yes 0-3"},
        {"\u5317\u4eac\u5927\u5b66", "[\u5317\u4eac *]", "yes 0-3"},
        /* patterns as operands */
        {"a x b c y d", "[a * b] NEAR/1 d", "no"},
        {"a x b c y d", "[a * b] NEAR/2 d", "yes 0-6"},
        {"a x b c y d", "([a * b] OR c) ADJ/1 d", "yes 3-6"},
        {"a x b c y d", "d NOTNEAR/1 [a *]", "yes 5-6"},
        {"a x b", "[a *] NEAR/0 [x b]", "no"}, /* they share x */
        {"a x b", "b NOT [a * b]", "no"},
    };
    CHECK_ROWS("en", rows);
}

TEST(sentences_and_paragraphs_hold_both_operands)
{
    static const struct row rows[] = {
        {"a x b. c", "a NEAR/S b", "yes 0-3"},
        {"a x. b c", "a NEAR/S b", "no"},
        {"a x. b c", "a NEAR/P b", "yes 0-3"},
        {"a x.\n\nb c", "a NEAR/P b", "no"},
        {"b x a", "a NEAR/S b", "yes 0-3"},
        {"b x a", "a ADJ/S b", "no"},
        {"a x b", "a ADJ/S b", "yes 0-3"},
        {"b. a x. b", "a ADJ/P b", "yes 1-4"},
        {"a. b a b. b", "a NEAR/S b",
         "yes 1-3 2-4"}, /* minimal, and b. b not */
        {"a b. a", "a NEAR/P b", "yes 0-2 1-3"},
        {"a b. a", "a NEAR/S b", "yes 0-2"},
        {"a", "a NEAR/S a", "no"},
        {"a x a", "a NEAR/S a", "yes 0-3"},
        {"a. a", "a NEAR/S a", "no"},
        /* an operand that crosses the end of a sentence is in none */
        {"x a. b c", "\"a b\" NEAR/S c", "no"},
        {"x a. b c", "\"a b\" NEAR/P c", "yes 1-4"},
        {"x a. b c", "\"a b\" NEAR/0 c", "yes 1-4"},
        {"C-130 x. 130", "C130 NEAR/S 130", "no"}, /* disjoint */
        {"C-130 x 130", "C130 NEAR/S 130", "yes 0-4"},
        {"a x. y b c", "a NEAR/S [y *]", "no"},
        {"a x y. b c", "a NEAR/S [y *]", "no"}, /* y. b */
        {"a x y b. c", "a NEAR/S [y *]", "yes 0-4"},
        {"drafts, then talks", "draft NEAR/S talk", "yes 0-3"},
        /* NOTNEAR: an a with no b in its sentence */
        {"a b. a x", "a NOTNEAR/S b", "yes 2-3"},
        {"a b. a x", "a NOTNEAR/P b", "no"},
        {"a b.\n\na x", "a NOTNEAR/P b", "yes 2-3"},
        {"b a. x", "a NOTNEAR/S b", "no"},
        {"a. b", "a NOTNEAR/S b", "yes 0-1"},
        {"C-130 x", "130 NOTNEAR/S C130", "no"}, /* overlap is near */
        {"x a. b y", "\"a b\" NOTNEAR/S y", "yes 1-3"},
        {"x a. b y", "\"a b\" NOTNEAR/S b", "no"},
        {"x a. b y", "\"a b\" NOTNEAR/P y", "no"},
    };
    CHECK_ROWS("en", rows);
}

TEST(a_title_is_a_sentence_and_a_paragraph)
{
    struct scene s;
    scene_open(&s);
    scene_set(&s, "en", "Grain deal", "The grain ends");
    CHECK_TEXT(ask(&s, "deal NEAR/P ends"), "no");
    CHECK_TEXT(ask(&s, "deal NEAR/S the"), "no");
    CHECK_TEXT(ask(&s, "grain NEAR/S deal"), "yes 0-2");
    CHECK_TEXT(ask(&s, "grain NOTNEAR/P deal"), "yes 103-104");
    CHECK_TEXT(ask(&s, "[deal *]"), "no"); /* the gap holds no word */
    CHECK_TEXT(ask(&s, "title:gran~1"), "yes 0-1");
    scene_close(&s);
}

TEST(since_is_later_than_a_generation)
{
    struct scene s;
    scene_open(&s);
    scene_set(&s, "en", "", "a");
    s.article.generation = 12;
    CHECK_TEXT(ask(&s, "since:11"), "yes");
    CHECK_TEXT(ask(&s, "since:12"), "no");
    CHECK_TEXT(ask(&s, "a since:0"), "yes 0-1");
    CHECK_TEXT(ask(&s, "a NOT since:11"), "no");
    scene_close(&s);
}

/* "Sergei Lavrov met Lavrov in NATO", each where the register would have it. */
TEST(entities_stand_where_their_mentions_are)
{
    static struct mention mention[] = {
        {SLICE("lavrov"), SLICE("Sergei Lavrov"), 0, 2},
        {SLICE("lavrov"), SLICE("Lavrov"), 3, 1},
        {SLICE("nato"), SLICE("NATO"), 5, 1},
    };
    struct scene s;
    scene_open(&s);
    scene_set(&s, "en", "", "Sergei Lavrov met Lavrov in NATO");
    s.analysis.mentions = (struct mention_list){mention, 3};
    s.entity[0] = (struct named_entity){.start = 0, .id = SLICE("lavrov")};
    s.entity_count = 1;
    CHECK_TEXT(ask(&s, "@x"), "yes 0-2 3-4");
    CHECK_TEXT(ask(&s, "@x=sergei"), "yes 0-2");
    CHECK_TEXT(ask(&s, "@x=lavrov"), "yes 0-2 3-4");
    CHECK_TEXT(ask(&s, "@x=\"lavrov met\""), "no");
    CHECK_TEXT(ask(&s, "@x NEAR/1 nato"), "yes 3-6");
    CHECK_TEXT(ask(&s, "@x ADJ/0 met"), "yes 0-3");
    CHECK_TEXT(ask(&s, "@x NOTNEAR/1 nato"), "yes 0-2");
    s.entity[0].start = 1;
    CHECK_TEXT(ask(&s, "[@x met]"), "yes 0-3");
    CHECK_TEXT(ask(&s, "[@x (met|in) *]"), "yes 0-4 3-6");
    s.entity[0].id = SLICE("nobody");
    CHECK_TEXT(ask(&s, "[@x met]"), "no");
    /* A name that is newer than the mentions. */
    struct slice phrase = SLICE("met lavrov");
    s.entity[0].phrases = (struct slice_list){&phrase, 1};
    CHECK_TEXT(ask(&s, "[@x in]"), "yes 2-5");
    scene_close(&s);
}

TEST(too_many_choices_are_a_limit)
{
    static char body[4000];
    for (size_t i = 0; i + 2 < sizeof body; i += 2)
        memcpy(body + i, "a ", 2);
    static const struct row rows[] = {
        {body, "\"a a a a a a\"~9",
         "LIMIT at -1: more than 10000000 steps to try"},
    };
    CHECK_ROWS("xx", rows);
}

TEST(an_article_without_text_matches_filters_only)
{
    static const struct row rows[] = {
        {"", "a", "no"},
        {"", "\"a b\"", "no"},
        {"", "lang:en", "yes"},
        {"", "lang:en NOT a", "yes"},
    };
    CHECK_ROWS("en", rows);
}

RUN(T(a_bare_word_is_its_form_or_its_stem_in_the_articles_language),
    T(capitals_matter_behind_an_equals_sign_only),
    T(a_prefix_is_any_form_that_begins_so),
    T(a_phrase_is_its_words_as_they_stand),
    T(a_hyphenated_word_is_its_parts_or_its_joined_form),
    T(han_and_kana_are_words_by_adjacency),
    T(a_window_has_its_words_in_any_order_and_n_others),
    T(near_and_adj_give_the_least_intervals),
    T(notnear_keeps_what_has_none_near),
    T(and_or_not_join_the_hits_of_what_matches),
    T(title_restricts_to_the_title_and_nothing_crosses_a_section),
    T(fields_and_dates_decide_and_have_no_hits),
    T(a_one_edit_word_is_itself_or_one_letter_away),
    T(a_pattern_is_its_elements_one_after_the_other),
    T(sentences_and_paragraphs_hold_both_operands),
    T(a_title_is_a_sentence_and_a_paragraph),
    T(since_is_later_than_a_generation),
    T(entities_stand_where_their_mentions_are), T(too_many_choices_are_a_limit),
    T(an_article_without_text_matches_filters_only))
