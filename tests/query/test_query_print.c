/* Printing a tree and parsing it again gives the same tree: for trees made at
 * random, for queries made at random, and for noise. */
#include "base/mem.h"
#include "parse_helpers.h"

static const char *const words[] = {
    "a",       "US",    "C-130",         "and",    "war,",         "1,234.5",
    "Title:x", "12:30", "--b",           "~300",   "title:",       "x|y",
    "AND,",    "U.S.",  "AND/5",         "NEARBY", "\u5317\u4eac", "o'neil",
    "a=b",     "a@b",   "\u201cx\u201d",
};
static const char *const plain[] = {"draft",         "la",  "AND", "NEAR",
                                    "\u00e9t\u00e9", "2022"};
static const char *const quoted[] = {
    "a",       "a b", "say \"no\"",    "\"",       "(a OR b) -c", "a\nb",
    "x~3 [y]", " a ", "\u201cb\u201d", "title:a*", "C-130 flew",
};
#define PICK(rng, list) list[rng_below(rng, sizeof list / sizeof *list)]

static struct ast *new_ast(struct arena *arena, enum ast_kind kind,
                           const char *text, size_t children)
{
    struct ast *ast = arena_new(arena, struct ast);
    ast->kind = kind;
    ast->text = slice_of(text);
    ast->child = arena_array(arena, struct ast *, children);
    ast->child_count = children;
    return ast;
}

/* A quotation needs a letter: '"' alone would be left out. */
static const char *random_quoted(uint64_t *rng)
{
    const char *text;
    do
        text = PICK(rng, quoted);
    while (strcmp(text, "\"") == 0);
    return text;
}

static struct ast *random_word(uint64_t *rng, struct arena *arena)
{
    struct ast *ast;
    switch (rng_below(rng, 5)) {
    case 0:
        return new_ast(arena, AST_PREFIX, PICK(rng, plain), 0);
    case 1:
        return new_ast(arena, AST_FUZZY, PICK(rng, plain), 0);
    case 2:
        ast =
            new_ast(arena, AST_WORD,
                    rng_below(rng, 2) ? PICK(rng, plain) : PICK(rng, words), 0);
        ast->exact = true;
        return ast;
    default:
        return new_ast(arena, AST_WORD, PICK(rng, words), 0);
    }
}

static struct ast *random_entity(uint64_t *rng, struct arena *arena)
{
    struct ast *ast = new_ast(arena, AST_ENTITY, random_quoted(rng), 0);
    ast->entity_type = (enum entity_type)rng_below(rng, 4);
    if (rng_below(rng, 2))
        ast->form = slice_of(random_quoted(rng));
    return ast;
}

static struct ast *random_pattern(uint64_t *rng, struct arena *arena)
{
    struct ast *ast = new_ast(arena, AST_PATTERN, NULL, 1 + rng_below(rng, 4));
    ast->child[0] = new_ast(arena, AST_WORD, PICK(rng, plain), 0);
    for (size_t i = 1; i < ast->child_count; i++) {
        switch (rng_below(rng, 4)) {
        case 0:
            ast->child[i] = new_ast(arena, AST_ANY, NULL, 0);
            break;
        case 1:
            ast->child[i] = new_ast(arena, AST_OR, NULL, 2);
            ast->child[i]->child[0] = random_entity(rng, arena);
            ast->child[i]->child[1] =
                new_ast(arena, AST_FUZZY, PICK(rng, plain), 0);
            break;
        default:
            ast->child[i] = new_ast(arena, AST_PREFIX, PICK(rng, plain), 0);
        }
    }
    return ast;
}

/* What may stand beside NEAR. */
static struct ast *random_operand(uint64_t *rng, struct arena *arena)
{
    struct ast *ast;
    switch (rng_below(rng, 5)) {
    case 0:
        return new_ast(arena, AST_PHRASE, random_quoted(rng), 0);
    case 1:
        return random_pattern(rng, arena);
    case 2:
        return random_entity(rng, arena);
    case 3:
        ast = new_ast(arena, AST_OR, NULL, 2);
        ast->child[0] = random_word(rng, arena);
        ast->child[1] = random_word(rng, arena);
        return ast;
    default:
        return random_word(rng, arena);
    }
}

static struct ast *random_filter(uint64_t *rng, struct arena *arena)
{
    struct ast *ast;
    if (rng_below(rng, 8) == 0) {
        ast = new_ast(arena, AST_FIELD, "12", 0);
        ast->field = FIELD_SINCE;
        ast->since = 12;
        return ast;
    }
    if (rng_below(rng, 3)) {
        ast = new_ast(arena, AST_FIELD, PICK(rng, quoted), 0);
        ast->field = (enum ast_field)rng_below(rng, 4);
        return ast;
    }
    static const char *const dates[] = {"2022", "2022-03..2022-06", ">=2022",
                                        "<2022-03-29", "none"};
    ast = new_ast(arena, AST_DATE, PICK(rng, dates), 0);
    ast->undated = slice_eq(ast->text, SLICE("none"));
    if (!ast->undated)
        CHECK_EQ(date_range_parse(ast->text, &ast->range, NULL), ERR_OK);
    return ast;
}

static struct ast *random_ast(uint64_t *rng, struct arena *arena,
                              unsigned depth);

static struct ast *random_operator(uint64_t *rng, struct arena *arena,
                                   unsigned depth)
{
    static const enum ast_kind kinds[] = {AST_AND,  AST_OR,  AST_NOT,
                                          AST_NEAR, AST_ADJ, AST_NOTNEAR};
    enum ast_kind kind = PICK(rng, kinds);
    bool many = kind == AST_AND || kind == AST_OR;
    struct ast *ast =
        new_ast(arena, kind, NULL, many ? 2 + rng_below(rng, 3) : 2);
    bool near = !many && kind != AST_NOT;
    if (near)
        ast->n = rng_below(rng, LIMIT_DISTANCE + 1);
    if (near && rng_below(rng, 3) == 0) {
        ast->n = 0;
        ast->unit = rng_below(rng, 2) ? NEAR_SENTENCE : NEAR_PARAGRAPH;
    }
    for (size_t i = 0; i < ast->child_count; i++)
        ast->child[i] = near ? random_operand(rng, arena)
                             : random_ast(rng, arena, depth - 1);
    return ast;
}

static struct ast *random_ast(uint64_t *rng, struct arena *arena,
                              unsigned depth)
{
    struct ast *ast;
    switch (rng_below(rng, depth ? 8 : 5)) {
    case 0:
        return random_filter(rng, arena);
    case 1:
        ast = new_ast(arena, AST_WINDOW, random_quoted(rng), 0);
        ast->n = rng_below(rng, LIMIT_DISTANCE + 1);
        return ast;
    case 2:
        ast = new_ast(arena, AST_TITLE, NULL, 1);
        ast->child[0] = rng_below(rng, 2)
                            ? random_word(rng, arena)
                            : new_ast(arena, AST_PHRASE, random_quoted(rng), 0);
        return ast;
    case 3:
    case 4:
        return random_operand(rng, arena);
    default:
        return random_operator(rng, arena, depth);
    }
}

/* A field's value needs more than blanks; every other text of the tables has a
 * letter or digit. */
TEST(a_tree_prints_as_a_query_with_the_same_tree)
{
    uint64_t rng = 1;
    struct arena arena;
    arena_init(&arena, 1 << 26);
    for (int i = 0; i < 20000; i++) {
        check_round_trip(random_ast(&rng, &arena, rng_below(&rng, 5)), &arena);
        arena_reset(&arena);
    }
}

/* Bits of syntax side by side: whatever parses, prints back. */
static unsigned round_trips(uint64_t seed, int rounds, const char *const *bits,
                            uint32_t bit_count, const char *between)
{
    unsigned parsed_count = 0;
    struct arena arena;
    struct strbuf text;
    arena_init(&arena, 1 << 26);
    strbuf_init(&text, 1 << 16);
    for (int i = 0; i < rounds; i++) {
        strbuf_reset(&text);
        uint32_t count = rng_below(&seed, 12);
        for (uint32_t k = 0; k < count; k++)
            strbuf_addf(&text, "%s%s", bits[rng_below(&seed, bit_count)],
                        rng_below(&seed, 3) ? between : "");
        struct parsed parsed;
        struct err err = {0};
        int rc = query_parse(strbuf_slice(&text), &arena, &parsed, &err);
        if (rc == ERR_OK) {
            parsed_count++;
            check_round_trip(parsed.root, &arena);
        } else {
            CHECK_MSG(rc == ERR_INVALID && err.at >= 0 &&
                          (size_t)err.at <= text.len && err.text[0],
                      "%s: %s at %d: %s", text.data, err_name(rc), err.at,
                      err.text);
        }
        arena_reset(&arena);
    }
    strbuf_release(&text);
    return parsed_count;
}

TEST(whatever_parses_prints_as_a_query_with_the_same_tree)
{
    static const char *const syntax[] = {
        "a",    "b",      "draft*", "x~1",       "\"",     "\"a b\"", "\"\"",
        "~3",   "(",      ")",      "[",         "]",      "|",       "*",
        "-",    "--",     "=",      "@",         "@x",     "title:",  "source:",
        "key:", "date:",  "2022",   "person:",   "war:",   "AND",     "OR",
        "NOT",  "NEAR/2", "ADJ/1",  "NOTNEAR/3", "NEAR/S", "C-130",   "?",
        "none", "\u00a0", "\u201c", "\u5317",    ".",      ",",       "'s",
        ":",    "1",      "/",      "~",         "tilte",  "\n",
    };
    uint32_t bits = sizeof syntax / sizeof *syntax;
    CHECK(round_trips(3, 60000, syntax, bits, " ") > 5000);
    CHECK(round_trips(4, 60000, syntax, bits, "") > 2000);
}

TEST(noise_is_refused_or_read)
{
    uint64_t rng = 5;
    struct arena arena;
    arena_init(&arena, 1 << 26);
    for (int i = 0; i < 60000; i++) {
        static const uint8_t likely[] = "\"()[]|*~-=@:/ aN\xc3\xa9\xe2\x80\x9c";
        size_t len = rng_below(&rng, 24);
        uint8_t *bytes = malloc(len ? len : 1); /* exactly as long */
        assert_non_null(bytes);
        for (size_t k = 0; k < len; k++)
            bytes[k] = rng_below(&rng, 8)
                           ? likely[rng_below(&rng, sizeof likely - 1)]
                           : (uint8_t)rng_below(&rng, 256);
        struct parsed parsed;
        struct err err = {0};
        struct slice text = {bytes, len};
        int rc = query_parse(text, &arena, &parsed, &err);
        if (rc == ERR_OK)
            check_round_trip(parsed.root, &arena);
        else
            CHECK(rc == ERR_INVALID && err.at >= 0 && (size_t)err.at <= len);
        (void)query_parse_any(text, &arena, &parsed, &err);
        (void)query_parse_phrase(text, &arena, &parsed, &err);
        free(bytes);
        arena_reset(&arena);
    }
}

TEST(trees_differ_in_anything_that_has_a_meaning)
{
    static const char *const different[] = {
        "a",          "b",          "=a",
        "ab*",        "ab~1",       "\"a\"",
        "\"a\"~1",    "\"a\"~2",    "[a]",
        "[a *]",      "[a (b|c)]",  "@a",
        "@a=b",       "person:a",   "a NEAR/1 b",
        "a NEAR/2 b", "a NEAR/S b", "a NEAR/P b",
        "a ADJ/1 b",  "b ADJ/1 a",  "a NOTNEAR/1 b",
        "a ADJ/S b",  "a ADJ/P b",  "a NOTNEAR/S b",
        "a b",        "a b c",      "a OR b",
        "a NOT b",    "source:a",   "lang:a",
        "title:a",    "title:=a",   "date:2022",
        "date:2023",  "date:none",  "since:1",
        "since:12",   "key:12",
    };
    enum { COUNT = sizeof different / sizeof *different };
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct parsed parsed[COUNT];
    struct err err = {0};
    for (size_t i = 0; i < COUNT; i++)
        CHECK_OK(query_parse(slice_of(different[i]), &arena, &parsed[i], &err),
                 err);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++)
            CHECK_MSG(ast_equal(parsed[i].root, parsed[k].root) == (i == k),
                      "%s, %s", different[i], different[k]);
    CHECK_TEXT(ast_kind_name(parsed[0].root->kind), "word");
    CHECK_TEXT(ast_field_name(parsed[29].root->field), "lang");
    arena_reset(&arena);
}

TEST(no_memory_is_an_error_at_every_allocation)
{
    static const char *const query =
        "title:\"a\"\"b\"~3 (war: OR \"c d\" NEAR/5 [e (f|g*) *]) @x=y "
        "-source:z date:2022 h~1 since:3 \u2014";
    struct arena arena;
    struct parsed parsed;
    int rc;
    long n = 0;
    do {
        struct err err = {0};
        arena_init(&arena, 1 << 24);
        mem_fail_after(n++);
        rc = query_parse(slice_of(query), &arena, &parsed, &err);
        mem_fail_after(-1);
        CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM, "%s: %s", err_name(rc),
                  err.text);
        arena_reset(&arena);
    } while (rc != ERR_OK);
    CHECK(n > 1);

    size_t limit = 0;
    do {
        struct err err = {0};
        arena_init(&arena, limit += 32832);
        rc = query_parse(slice_of(query), &arena, &parsed, &err);
        CHECK(rc == ERR_OK || rc == ERR_NOMEM);
        arena_reset(&arena);
    } while (rc != ERR_OK);
}

RUN(T(a_tree_prints_as_a_query_with_the_same_tree),
    T(whatever_parses_prints_as_a_query_with_the_same_tree),
    T(noise_is_refused_or_read), T(trees_differ_in_anything_that_has_a_meaning),
    T(no_memory_is_an_error_at_every_allocation))
