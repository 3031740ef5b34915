/* Names in queries: what they are taken for, and where that stands. */
#include "base/strbuf.h"
#include "check.h"
#include "query/match.h"
#include "query/oracle.h"
#include "one_article.h"
#include "simple_units.h"

static const char lines[] =
    "sergei-lavrov\tperson\tSergei Lavrov\tSergey Lavrov; ru:Сергей Лавров; "
    "~Lavrov; ~ru:Лавров\twikidata=Q58217\n"
    "istanbul\tplace\tIstanbul\tStamboul\t\n"
    "new-york\tplace\tNew York\tNew York City\t\n"
    "georgia\tplace\tGeorgia\tTbilisi government\twikidata=Q230\n"
    "georgia-us\tplace\tGeorgia\tstate of Georgia\twikidata=Q1428\n"
    "nato\torganisation\tNATO\tNorth Atlantic Treaty Organization\t\n"
    "reuters-prize\tevent\tReuters Prize\t\t\n";

static struct entity_register *entities;

static void close_register(void)
{
    register_free(entities);
}

static void open_register(void)
{
    if (entities)
        return;
    entities = one_register(lines);
    CHECK(entities);
    atexit(close_register);
}

static void print_hits(const struct hit_list *hits, struct strbuf *out)
{
    strbuf_reset(out);
    for (size_t i = 0; i < hits->count; i++)
        strbuf_addf(out, "%s[%u,%u)", i ? " " : "", hits->hit[i].span.start,
                    hits->hit[i].span.end);
}

struct scene {
    struct one_article one;
    struct arena arena;
    struct err err;
    struct query query;
    struct strbuf text;
};

static void scene_open(struct scene *s, const char *title, const char *body)
{
    *s = (struct scene){.query = {0}};
    open_register();
    arena_init(&s->arena, SIZE_MAX);
    strbuf_init(&s->text, SIZE_MAX);
    CHECK_EQ(one_article_init(&s->one, "en", title, body), ERR_OK);
    simple_units(&s->one.article, &s->one.arena, &s->one.analysis);
    CHECK_EQ(one_article_names(&s->one, entities), ERR_OK);
}

static void scene_close(struct scene *s)
{
    one_article_release(&s->one);
    arena_reset(&s->arena);
    strbuf_release(&s->text);
}

static int ask(struct scene *s, const char *text)
{
    s->err = (struct err){0};
    return one_article_query(&s->one, text, &s->arena, &s->query, &s->err);
}

static const char *hits_of(struct scene *s, const char *text)
{
    struct token_view view;
    struct hit_list hits, slow;
    bool matches, slow_matches;
    token_view_init(&view, &s->one.article, &s->one.analysis);
    CHECK_OK(ask(s, text), s->err);
    CHECK_OK(match_hits(&s->query, &view.base, &s->arena, &hits, &s->err),
             s->err);
    CHECK_OK(match_article(&s->query, &view.base, &s->arena, &matches, &s->err),
             s->err);
    CHECK_OK(oracle_match(&s->query, &s->one.article, &s->one.analysis,
                          s->one.stemmers, &s->arena, &slow_matches, &slow,
                          &s->err),
             s->err);
    CHECK_MSG(matches == slow_matches, "%s", text);
    print_hits(&slow, &s->text);
    const char *want = arena_printf(&s->arena, "%s", s->text.data);
    print_hits(&hits, &s->text);
    CHECK_TEXT(s->text.data, want);
    return s->text.data;
}

TEST(an_entity_occurs_where_it_is_mentioned_in_its_width)
{
    static const struct {
        const char *body, *query, *hits;
    } rows[] = {
        {"Sergei Lavrov met Sergey Lavrov", "@lavrov", "[0,2) [3,5)"},
        {"Sergei Lavrov came. Lavrov left", "@\"Sergey Lavrov\"",
         "[0,2) [3,4)"},
        {"Sergei Lavrov came. Lavrov left", "@Q58217", "[0,2) [3,4)"},
        {"Sergei Lavrov came. Lavrov left", "@sergei-lavrov", "[0,2) [3,4)"},
        {"Lavrov left", "@lavrov", ""},
        {"Сергей Лавров came", "@lavrov", "[0,2)"},
        {"Сергей Лавров came. Sergei Lavrov left", "@lavrov=Sergei", "[3,5)"},
        {"Сергей Лавров came. Sergei Lavrov left", "@lavrov=\"сергей лавров\"",
         "[0,2)"},
        {"Sergei Lavrov left", "@lavrov=Sergey", ""},
        {"Sergei Lavrov left. Lavrov ate", "@lavrov=Lavrov", "[0,2) [3,4)"},
        {"Sergei Lavrov left", "@lavrov=\"Lavrov Sergei\"", ""},
        {"the New York draft", "[@\"new york\" draft]", "[1,4)"},
        {"the New York draft", "[the @\"new york\" *]", "[0,4)"},
        {"the New York City draft", "[the (@nato|@\"new york\") draft]",
         "[0,5)"},
        {"the New York x y draft", "@\"new york\" NEAR/2 draft", "[1,6)"},
        {"the New York x y draft", "@\"new york\" NEAR/1 draft", ""},
        {"x Istanbul. New York y", "@istanbul NEAR/S place:\"new york\"", ""},
        {"x Istanbul. New York y", "@istanbul ADJ/P place:\"new york\"",
         "[1,4)"},
        {"New York York", "@\"new york\" NOTNEAR/0 york", ""},
        {"New York a York", "@\"new york\" NOTNEAR/0 york", ""},
        {"New York a Istanbul", "@\"new york\" NOTNEAR/0 a", ""},
        {"New York b a Istanbul", "@\"new york\" NOTNEAR/0 a", "[0,2)"},
        {"New York and Istanbul", "@istanbul OR @\"new york\"", "[0,2) [3,4)"},
        {"New York and Istanbul", "@istanbul NOT @\"new york\"", ""},
        {"New York and Istanbul", "@istanbul york", "[1,2) [3,4)"},
        {"the NATO draft", "org:nato NEAR/0 draft", "[1,3)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s;
        scene_open(&s, "", rows[i].body);
        const char *got = hits_of(&s, rows[i].query);
        CHECK_MSG(strcmp(got, rows[i].hits) == 0, "%s in '%s': got %s, want %s",
                  rows[i].query, rows[i].body, got, rows[i].hits);
        scene_close(&s);
    }
}

TEST(in_the_title_only_its_mentions_there_are_hits)
{
    static const struct {
        const char *query, *hits;
    } rows[] = {
        {"title:@lavrov", "[0,2)"},
        {"title:@\"new york\"", "[3,5)"},
        {"title:@lavrov=Sergei", "[0,2)"},
        {"title:@lavrov=Sergey", ""},
        {"title:@istanbul", ""},
        {"title:@lavrov @istanbul", "[0,2) [107,108)"},
        {"@lavrov NOT title:@istanbul", "[0,2) [105,106)"},
        {"@istanbul NOT title:@lavrov", ""},
        {"title:@lavrov OR title:@nato", "[0,2)"},
    };
    struct scene s;
    scene_open(&s, "Sergei Lavrov in New York", "Lavrov left Istanbul");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = hits_of(&s, rows[i].query);
        CHECK_MSG(strcmp(got, rows[i].hits) == 0, "%s: got %s, want %s",
                  rows[i].query, got, rows[i].hits);
    }
    scene_close(&s);
}

TEST(a_query_shows_the_forms_that_it_finds)
{
    static const struct {
        const char *query, *print;
    } rows[] = {
        {"@lavrov", "@sergei-lavrov{Lavrov, Sergei Lavrov, Sergey Lavrov}"},
        {"@lavrov=sergey draft",
         "(@sergei-lavrov=\"sergey\"{Sergey Lavrov} AND draft{draft})"},
        {"[@lavrov=sergey draft]",
         "\"@sergei-lavrov=\"sergey\"{Sergey Lavrov} draft\""},
        {"@lavrov=Igor", "@sergei-lavrov=\"Igor\"{}"},
        {"@nato", "@nato{}"},
    };
    struct scene s;
    scene_open(&s, "Lavrov", "Sergey Lavrov, Sergei Lavrov and Lavrov");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_OK(ask(&s, rows[i].query), s.err);
        strbuf_reset(&s.text);
        query_print(&s.query, &s.text);
        CHECK_TEXT(s.text.data, rows[i].print);
    }
    scene_close(&s);
}

static void check_refused(struct scene *s, const char *query, int code, int at,
                          const char *message)
{
    CHECK_EQ(ask(s, query), code);
    CHECK_EQ(s->err.at, at);
    CHECK_TEXT(s->err.text, message);
}

TEST(names_that_nobody_has_are_errors)
{
    struct scene s;
    scene_open(&s, "", "a");
    check_refused(&s, "a @lavrow", ERR_INVALID, 2,
                  "no entity of the register is named 'lavrow'; did you mean "
                  "@\"Lavrov\"?");
    check_refused(&s, "@Petersburg", ERR_INVALID, 0,
                  "no entity of the register is named 'Petersburg': write the "
                  "words themselves, as in \"Petersburg\"");
    check_refused(&s, "[a place:nato]", ERR_INVALID, 3,
                  "'nato' is no place of the register, but a name of the "
                  "organisation nato: write @\"nato\"");
    check_refused(&s, "person:\"Georgia\"", ERR_INVALID, 0,
                  "'Georgia' is no person of the register, but a name of the "
                  "place georgia: write @\"Georgia\"");
    s.one.names.entities = NULL;
    check_refused(&s, "a OR @lavrov", ERR_UNSUPPORTED, 5,
                  "this index has no register of names: write the words "
                  "themselves, or make it with a register");
    scene_close(&s);
}

TEST(of_several_with_one_name_the_most_frequent_is_meant)
{
    struct scene s;
    /* Named in full elsewhere: it is that one. */
    scene_open(&s, "", "The state of Georgia. Georgia again");
    CHECK_OK(ask(&s, "x @Georgia @lavrov"), s.err);
    CHECK_EQ(s.query.entity_count, 2);
    const struct named_entity *named = &s.query.entity[0];
    CHECK(slice_eq(named->id, SLICE("georgia-us")));
    CHECK_EQ(named->articles, 1);
    CHECK_EQ(named->start, 2);
    CHECK_EQ(named->end, 10);
    CHECK_EQ(named->other_count, 1);
    CHECK(slice_eq(named->other[0], SLICE("georgia")));
    CHECK_EQ(named->other_articles[0], 0);
    CHECK(slice_eq(s.query.entity[1].id, SLICE("sergei-lavrov")));
    CHECK_EQ(s.query.entity[1].other_count, 0);

    CHECK_OK(ask(&s, "@Q230"), s.err);
    CHECK(slice_eq(s.query.entity[0].id, SLICE("georgia")));
    CHECK_EQ(s.query.entity[0].other_count, 0);

    s.one.names.strict = true;
    check_refused(&s, "x @Georgia", ERR_INVALID, 2,
                  "'Georgia' may be georgia-us (place, 1 article), georgia "
                  "(place, 0 articles): write which, as in @georgia-us");
    CHECK_OK(ask(&s, "x @Q1428"), s.err);
    scene_close(&s);

    /* As frequent: by id. */
    scene_open(&s, "", "Georgia");
    CHECK_OK(ask(&s, "@Georgia"), s.err);
    CHECK(slice_eq(s.query.entity[0].id, SLICE("georgia")));
    CHECK_EQ(s.query.entity[0].articles, 1);
    CHECK_EQ(s.query.entity[0].other_articles[0], 1);
    scene_close(&s);
}

/* So that whatever a reply calls an entity can be asked for. */
TEST(an_id_as_it_stands_means_its_entity_alone)
{
    static const struct {
        const char *query, *id;
        size_t others;
    } rows[] = {
        {"@georgia", "georgia", 1},       {"@\" georgia \"", "georgia", 1},
        {"place:georgia", "georgia", 1},  {"title:@georgia", "georgia", 1},
        {"@georgia-us", "georgia-us", 0}, {"@Georgia", "georgia-us", 1},
        {"@GEORGIA", "georgia-us", 1},
    };
    struct scene s;
    scene_open(&s, "", "The state of Georgia. Georgia again");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_OK(ask(&s, rows[i].query), s.err);
        const struct named_entity *named = &s.query.entity[0];
        CHECK_MSG(slice_eq(named->id, slice_of(rows[i].id)), "%s: %.*s",
                  rows[i].query, SLICE_ARG(named->id));
        CHECK_EQ(named->other_count, rows[i].others);
    }
    CHECK_TEXT(hits_of(&s, "@georgia"), "");
    CHECK_TEXT(hits_of(&s, "@Georgia"), "[1,4) [4,5)");
    s.one.names.strict = true;
    CHECK_OK(ask(&s, "@georgia"), s.err);
    CHECK_OK(ask(&s, "@georgia-us"), s.err);
    scene_close(&s);
}

/* The register was edited; the article was annotated before. */
TEST(names_newer_than_the_mentions_are_looked_for_as_phrases)
{
    static const char newer[] =
        "istanbul\tplace\tIstanbul\tStamboul; the City on two continents; "
        "!Polis; ~Town; Byzantium {..1453}\t\n"
        "ankara\tplace\tAnkara\tAngora\t\n"
        "nato\torganisation\tNATO\tNorth Atlantic Treaty Organization\t\n";
    struct scene s;
    struct entity_register *edited = one_register(newer);
    CHECK(edited);
    scene_open(&s, "",
               "Istanbul, the city on two continents, a town, Polis, "
               "Byzantium. Angora and NATO");
    s.one.names.annotated_by = entities;
    s.one.names.entities = edited;
    CHECK_TEXT(hits_of(&s, "@istanbul"), "[0,1) [1,6)");
    CHECK_EQ(s.query.entity[0].phrases.count, 1);
    CHECK_TEXT(hits_of(&s, "@ankara"), "[10,11)");
    CHECK_TEXT(hits_of(&s, "@ankara NEAR/1 @nato"), "[10,13)");
    CHECK_TEXT(hits_of(&s, "[@istanbul=continents a town]"), "[1,8)");
    CHECK_EQ(s.query.entity[0].phrases.count, 1);
    CHECK_TEXT(hits_of(&s, "@istanbul=stamboul"), "");
    CHECK_EQ(s.query.entity[0].phrases.count, 0);
    CHECK_TEXT(hits_of(&s, "@nato"), "[12,13)");
    CHECK_EQ(s.query.root->kind, NODE_WORD);
    scene_close(&s);
    register_free(edited);
}

static const char *const words[] = {
    "Sergei Lavrov", "Lavrov",  "Istanbul",      "New York",
    "York",          "Georgia", "NATO",          "state of",
    "draft",         "the",     "Sergey Lavrov",
};
static const char *const one_word[] = {"Lavrov", "York", "draft"};
static const char *const names[] = {
    "@lavrov",      "@istanbul",          "@\"new york\"", "@georgia",
    "@nato",        "@lavrov=Sergey",     "@Q1428",        "@lavrov=\"Lavrov\"",
    "@istanbul=xx", "@\"new york\"=York",
};

#define PICK(table, rng) table[rng_below(rng, sizeof table / sizeof *table)]

static void random_operand(uint64_t *rng, struct strbuf *out)
{
    switch (rng_below(rng, 5)) {
    case 0:
        strbuf_addf(out, "[%s (%s|%s) %s]", PICK(names, rng), PICK(names, rng),
                    PICK(one_word, rng), rng_below(rng, 2) ? "*" : "draft");
        break;
    case 1:
        strbuf_addf(out, "\"%s\"", PICK(words, rng));
        break;
    case 2:
        strbuf_addf(out, "(%s OR %s)", PICK(names, rng), PICK(names, rng));
        break;
    default:
        strbuf_add_text(out, PICK(names, rng));
    }
}

TEST(random_queries_find_what_the_slow_evaluator_finds)
{
    static const char *const between[] = {
        " NEAR/%u ", " ADJ/%u ", " NOTNEAR/%u ", " NEAR/S ",
        " AND ",     " OR ",     " NOT ",        " NOTNEAR/P ",
    };
    uint64_t rng = 58217;
    struct strbuf body, text;
    uint32_t found = 0;
    strbuf_init(&body, SIZE_MAX);
    strbuf_init(&text, SIZE_MAX);
    for (int round = 0; round < 3000; round++) {
        struct scene s;
        strbuf_reset(&body);
        strbuf_reset(&text);
        for (uint32_t n = 1 + rng_below(&rng, 14); n > 0; n--)
            strbuf_addf(&body, "%s%s", PICK(words, &rng),
                        rng_below(&rng, 6) ? " " : ". ");
        random_operand(&rng, &text);
        if (rng_below(&rng, 4)) {
            uint32_t op = rng_below(&rng, 8), n = rng_below(&rng, 4);
            const char *format = between[op];
            for (; *format; format++)
                if (format[0] == '%') {
                    strbuf_addf(&text, "%u", n);
                    format++;
                } else {
                    strbuf_add_char(&text, *format);
                }
            random_operand(&rng, &text);
        }
        scene_open(&s, "", body.data);
        found += hits_of(&s, text.data)[0] != '\0';
        scene_close(&s);
    }
    CHECK_MSG(found > 750, "only %u of 3000 found something", found);
    strbuf_release(&body);
    strbuf_release(&text);
}

RUN(T(an_entity_occurs_where_it_is_mentioned_in_its_width),
    T(in_the_title_only_its_mentions_there_are_hits),
    T(a_query_shows_the_forms_that_it_finds),
    T(names_that_nobody_has_are_errors),
    T(of_several_with_one_name_the_most_frequent_is_meant),
    T(an_id_as_it_stands_means_its_entity_alone),
    T(names_newer_than_the_mentions_are_looked_for_as_phrases),
    T(random_queries_find_what_the_slow_evaluator_finds))
