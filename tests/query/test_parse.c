#include "parse_helpers.h"

struct row {
    const char *query, *want;
};

static void check_rows(const struct row *row, size_t count)
{
    struct arena arena;
    arena_init(&arena, 1 << 24);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const char *got = understood(row[i].query, &arena);
        if (strcmp(got, row[i].want) != 0) {
            print_error("%s\n got  %s\n want %s\n", row[i].query, got,
                        row[i].want);
            wrong++;
        }
    }
    CHECK_EQ(wrong, 0);
    arena_reset(&arena);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof *rows)

TEST(operators_bind_near_before_not_before_and_before_or)
{
    static const struct row rows[] = {
        {"a", "a"},
        {"  a  ", "a"},
        {"a b", "(a AND b)"},
        {"a b c", "(a AND b AND c)"},
        {"a AND b AND c", "(a AND b AND c)"},
        {"a AND b c", "(a AND b AND c)"},
        {"a OR b", "(a OR b)"},
        {"a b OR c d", "((a AND b) OR (c AND d))"},
        {"a OR b OR c", "(a OR b OR c)"},
        {"a OR (b OR c)", "(a OR (b OR c))"},
        {"a (b OR c)", "(a AND (b OR c))"},
        {"a (b c)", "(a AND (b AND c))"},
        {"((a))", "a"},
        {"a NOT b", "(a NOT b)"},
        {"a -b", "(a NOT b)"},
        {"a AND NOT b", "(a NOT b)"},
        {"a AND -b", "(a NOT b)"},
        {"-b a", "(a NOT b)"},
        {"NOT b a", "(a NOT b)"},
        {"a -b c", "((a AND c) NOT b)"},
        {"a -b -c", "(a NOT (b OR c))"},
        {"a NOT b NOT c AND d", "((a AND d) NOT (b OR c))"},
        {"a OR b NOT c", "(a OR (b NOT c))"},
        {"a -(b c)", "(a NOT (b AND c))"},
        {"(-a b) c", "((b NOT a) AND c)"},
        {"a NEAR/5 b", "(a NEAR/5 b)"},
        {"a NEAR/0 b", "(a NEAR/0 b)"},
        {"a NEAR/099 b", "(a NEAR/99 b)"},
        {"a NEAR/S b", "(a NEAR/S b)"},
        {"a NEAR/P b", "(a NEAR/P b)"},
        {"a ADJ/3 b", "(a ADJ/3 b)"},
        {"a ADJ/S b", "(a ADJ/S b)"},
        {"a ADJ/P [b *]", "(a ADJ/P [b *])"},
        {"a NOTNEAR/S b", "(a NOTNEAR/S b)"},
        {"a NOTNEAR/P b", "(a NOTNEAR/P b)"},
        {"a NOTNEAR/3 b", "(a NOTNEAR/3 b)"},
        {"a b NEAR/5 c d", "(a AND (b NEAR/5 c) AND d)"},
        {"a NOT b NEAR/5 c", "(a NOT (b NEAR/5 c))"},
        {"a NEAR/5 b OR c", "((a NEAR/5 b) OR c)"},
        {"(a OR \"b c\") NEAR/5 dr*", "((a OR \"b c\") NEAR/5 dr*)"},
        {"(a OR (b OR c)) ADJ/1 @x", "((a OR (b OR c)) ADJ/1 @\"x\")"},
        {"[a b] NEAR/5 c~1", "([a b] NEAR/5 c~1)"},
    };
    CHECK_ROWS(rows);
}

TEST(operators_are_capitals_alone_and_words_otherwise)
{
    static const struct row rows[] = {
        {"war and peace", "(war AND and AND peace)"},
        {"a or b", "(a AND or AND b)"},
        {"a near/5 b", "(a AND near/5 AND b)"},
        {"And Or Not", "(And AND Or AND Not)"},
        {"a ANDY b", "(a AND ANDY AND b)"},
        {"a NEARBY", "(a AND NEARBY)"},
        {"ADJUST NOTNEARLY", "(ADJUST AND NOTNEARLY)"},
        {"AND, OR. x", "(AND, AND OR. AND x)"},
        {"OR/5", "OR/5"},
        {"=AND a", "(=AND AND a)"},
        {"\"a AND b\"", "\"a AND b\""},
    };
    CHECK_ROWS(rows);
}

TEST(a_minus_denies_only_where_a_word_could_begin)
{
    static const struct row rows[] = {
        {"C-130", "C-130"},
        {"a - b", "(a AND b)"},
        {"a -- b", "(a AND b)"},
        {"a --b", "(a AND --b)"},
        {"a -\"b c\"", "(a NOT \"b c\")"},
        {"a -source:x", "(a NOT source:\"x\")"},
        {"a -title:\"b\"", "(a NOT title:\"b\")"},
        {"a -@b", "(a NOT @\"b\")"},
        {"a -@\"b\"", "(a NOT @\"b\")"},
        {"a -[b c]", "(a NOT [b c])"},
        {"a -=US", "(a NOT =US)"},
        {"(-b a)", "(a NOT b)"},
        {"\"a\"-b", "(\"a\" AND b)"},
        {"(a)-b", "(a AND b)"},
        {"a\u00a0-b", "(a NOT b)"},
        {"a -, b", "(a AND b)"},
        {"\"a\"~3-b", "4: a distance is a number from 0 to 99: write "
                      "\"...\"~10"},
    };
    CHECK_ROWS(rows);
}

TEST(words_prefixes_and_edits)
{
    static const struct row rows[] = {
        {"draft*", "draft*"},
        {"C-13*", "C-13*"},
        {"lavrov~1", "lavrov~1"},
        {"=US", "=US"},
        {"=C-130", "=C-130"},
        {"1,234.5", "1,234.5"},
        {"~300 people", "(~300 AND people)"},
        {"x.org/~home", "x.org/~home"},
        {"rock'n'roll", "rock'n'roll"},
        {"a|b", "a|b"},
        {"war, peace!", "(war, AND peace!)"},
        {"??? a \u2014 b ...", "(a AND b)"},
        {"= a", "a"},
        {"@ a", "a"},
        {"a\u3000b\u2028c\td\ne", "(a AND b AND c AND d AND e)"},
        {"\u5317\u4eac \u0391\u03b8\u03ae\u03bd\u03b1",
         "(\u5317\u4eac AND \u0391\u03b8\u03ae\u03bd\u03b1)"},
        {"a(b)c", "(a AND b AND c)"},
    };
    CHECK_ROWS(rows);
}

TEST(quotations_hold_anything)
{
    static const struct row rows[] = {
        {"\"Istanbul draft\"", "\"Istanbul draft\""},
        {"\"he said \"\"no\"\" twice\"", "\"he said \"\"no\"\" twice\""},
        {"\"(a OR b) -c d* [e] title:f ~3 \u201cg\u201d\"",
         "\"(a OR b) -c d* [e] title:f ~3 \u201cg\u201d\""},
        {"\"a b\"~6", "\"a b\"~6"},
        {"\"a b\"~0 c", "(\"a b\"~0 AND c)"},
        {"\"a\"\"b\"", "\"a\"\"b\""},
        {"\"a\" \"b\"", "(\"a\" AND \"b\")"},
        {"x\"a b\"y", "(x AND \"a b\" AND y)"},
        {"\"\" a", "a"},
        {"\"...\"~3 a", "a"},
        {"\"a\nb\"", "\"a\nb\""},
    };
    CHECK_ROWS(rows);
}

TEST(fields_and_dates)
{
    static const struct row rows[] = {
        {"title:draft", "title:draft"},
        {"title:draft*", "title:draft*"},
        {"title:draft~1", "title:draft~1"},
        {"title:=US", "title:=US"},
        {"title:\"a b\"", "title:\"a b\""},
        {"title:\"a b\"~3 c", "(title:\"a b\"~3 AND c)"},
        {"title:AND", "title:AND"},
        {"title:-x", "title:-x"},
        {"source:reuters", "source:\"reuters\""},
        {"source:\"New York Times\"", "source:\"New York Times\""},
        {"(lang:en OR lang:tr)", "(lang:\"en\" OR lang:\"tr\")"},
        {"topic:oil,gas", "topic:\"oil,gas\""},
        {"key:reuters:reut-1", "key:\"reuters:reut-1\""},
        {"(key:https://x.org/a[1]?b=\"c* d)",
         "(key:\"https://x.org/a[1]?b=\"\"c*\" AND d)"},
        {"key:\"a b\"", "key:\"a b\""},
        {"date:2022", "date:2022"},
        {"date:2022-03..2022-06", "date:2022-03..2022-06"},
        {"date:>=2022", "date:>=2022"},
        {"date:none", "date:none"},
        {"since:12", "since:12"},
        {"since:\"012\" a", "(since:12 AND a)"},
        {"since:0", "since:0"},
        {"since:18446744073709551615", "since:18446744073709551615"},
        {"(since:3)", "since:3"},
        {"since: last week", "(since: AND last AND week)"},
        {"a (date:2022)", "(a AND date:2022)"},
    };
    CHECK_ROWS(rows);
}

TEST(a_colon_without_field_or_value_is_punctuation)
{
    static const struct row rows[] = {
        {"War: day 10", "(War: AND day AND 10)"},
        {"title: foo", "(title: AND foo)"},
        {"(foo date:)", "(foo AND date:)"},
        {"Title:foo", "Title:foo"},
        {"Reuters:Oil", "Reuters:Oil"},
        {"http://x.org", "http://x.org"},
        {"12:30", "12:30"},
        {"score 3:1", "(score AND 3:1)"},
    };
    CHECK_ROWS(rows);
}

TEST(entities)
{
    static const struct row rows[] = {
        {"@lavrov", "@\"lavrov\""},
        {"@\"Sergei Lavrov\"", "@\"Sergei Lavrov\""},
        {"@Q58217", "@\"Q58217\""},
        {"@lavrov=Sergey", "@\"lavrov\"=\"Sergey\""},
        {"@\"a b\"=\"c d\" e", "(@\"a b\"=\"c d\" AND e)"},
        {"@lavrov=\"Sergey L.\"", "@\"lavrov\"=\"Sergey L.\""},
        {"person:lavrov", "person:\"lavrov\""},
        {"place:\"New York\"=NY", "place:\"New York\"=\"NY\""},
        {"org:UN", "org:\"UN\""},
        {"user@example.org", "user@example.org"},
    };
    CHECK_ROWS(rows);
}

TEST(patterns)
{
    static const struct row rows[] = {
        {"[peace talks]", "[peace talks]"},
        {"[a (b|c) * d*]", "[a (b|c) * d*]"},
        {"[ a ( b | c* | d~1 ) ]", "[a (b|c*|d~1)]"},
        {"[(b)]", "[b]"},
        {"[* a *]", "[* a *]"},
        {"[@lavrov said]", "[@\"lavrov\" said]"},
        {"[(@\"a b\"=c|person:d) =US]", "[(@\"a b\"=\"c\"|person:\"d\") =US]"},
        {"[a AND -b NEAR/5]", "[a AND -b NEAR/5]"},
        {"[a \u2014 b]", "[a b]"},
        {"x[a]y", "(x AND [a] AND y)"},
    };
    CHECK_ROWS(rows);
}

TEST(errors_say_where_and_what_to_write_instead)
{
    static const struct row rows[] = {
        {"", "0: there is nothing to look for: write a word"},
        {"   ", "3: there is nothing to look for: write a word"},
        {"???", "0: there is nothing to look for: write a word; punctuation "
                "alone is in no index"},
        {"\"\"", "0: there is nothing to look for: write a word; punctuation "
                 "alone is in no index"},
        {"a \"b c", "2: this quotation mark is never closed: write \" at the "
                    "end of the quotation"},
        {"\"a\"\"", "0: this quotation mark is never closed: write \" at the "
                    "end of the quotation"},
        {"a (b", "2: this parenthesis is never closed: write ) where the group "
                 "ends"},
        {"(a (b)", "0: this parenthesis is never closed: write ) where the "
                   "group ends"},
        {"a) b", "1: this parenthesis closes nothing: remove it, or write ( "
                 "before"},
        {")", "0: this parenthesis closes nothing: remove it, or write ( "
              "before"},
        {"a ()", "3: nothing to look for stands before this parenthesis: write "
                 "a word, or remove the pair"},
        {"a (", "3: the query ends behind an open parenthesis: write a word "
                "and )"},
        {"a AND", "2: something to look for is missing behind AND: write it, "
                  "or remove AND"},
        {"a OR ", "2: something to look for is missing behind OR: write it, or "
                  "remove OR"},
        {"a NOT", "2: something to look for is missing behind NOT: write it, "
                  "or remove NOT"},
        {"AND a", "0: something to look for is missing before AND: write it, "
                  "or use small letters for the word"},
        {"a AND OR b", "2: something to look for is missing behind AND: write "
                       "it, or remove AND"},
        {"a OR AND b", "2: something to look for is missing behind OR: write "
                       "it, or remove OR"},
        {"NEAR/5 a", "0: something to look for is missing before NEAR/5: write "
                     "it, or use small letters for the word"},
        {"a NEAR/5", "2: something to look for is missing behind NEAR/5: write "
                     "it, or remove NEAR/5"},
        {"a NEAR/5 NOT b", "2: something to look for is missing behind NEAR/5: "
                           "write it, or remove NEAR/5"},
        {"NOT a", "0: only NOT: write what to look for before it, as in draft "
                  "NOT beer"},
        {"-a -b", "0: only NOT: write what to look for before it, as in draft "
                  "NOT beer"},
        {"a OR -b", "5: only NOT: write what to look for before it, as in "
                    "draft NOT beer"},
        {"a (NOT b)", "3: only NOT: write what to look for before it, as in "
                      "draft NOT beer"},
        {"a NOT NOT b", "2: NOT stands twice: remove both, or one"},
        {"a NOT -b", "2: NOT stands twice: remove both, or one"},
        {"a NEAR b", "2: NEAR needs a distance: write NEAR/10, or use small "
                     "letters for the word"},
        {"a NEAR/x b", "7: a distance is a number from 0 to 99: write NEAR/10"},
        {"a NEAR/ b", "7: a distance is a number from 0 to 99: write NEAR/10"},
        {"a NEAR/100 b",
         "7: a distance is a number from 0 to 99: write NEAR/10"},
        {"a ADJ/s b", "6: a distance is a number from 0 to 99: write ADJ/10"},
        {"\"a b\"~100",
         "6: a distance is a number from 0 to 99: write \"...\"~10"},
        {"\"a b\"~", "6: a distance is a number from 0 to 99: write "
                     "\"...\"~10"},
        {"\"a b\"~4294967297",
         "6: a distance is a number from 0 to 99: write \"...\"~10"},
        {"a NEAR/3 b NEAR/3 c",
         "11: NEAR takes two operands: write \"a b c\"~10 for three words "
         "close together, or join two distances with AND"},
        {"(a NEAR/3 b) ADJ/3 c",
         "1: beside ADJ: distances do not nest: write \"a b c\"~10 for several "
         "words, or join two distances with AND"},
        {"a NEAR/3 \"b c\"~2",
         "9: beside NEAR: \"...\"~n is a distance itself: quote the words "
         "without ~, or put all of them into one \"...\"~n"},
        {"a NEAR/3 (b c)",
         "10: beside NEAR: AND has no place in the text: write (a OR b) or a "
         "phrase"},
        {"(a OR (b NOT c)) NEAR/3 d",
         "7: beside NEAR: what is excluded has no place in the text: write NOT "
         "outside the parentheses"},
        {"a NOTNEAR/3 lang:en",
         "12: beside NOTNEAR: a field has no place in the text: join it with "
         "AND"},
        {"title:a NEAR/3 b",
         "0: beside NEAR: a field has no place in the text: join it with AND"},
        {"a NEAR/3 date:2022",
         "9: beside NEAR: a field has no place in the text: join it with AND"},
        {"a *", "2: * needs the beginning of a word before it: write draft* "
                "for draft, drafts, drafted"},
        {"a d*t", "3: * stands only at a word's end: write d*"},
        {"d**", "1: * stands only at a word's end: write d*"},
        {"d*", "0: one letter begins too many words: write at least two before "
               "the *"},
        {"1/2*", "0: * stands behind one word: write '1/2' with a space "
                 "between its words"},
        {"a word~2", "6: one edit at most: write word~1"},
        {"word~", "4: one edit at most: write word~1"},
        {"a/b~1", "0: ~1 stands behind one word: write 'a/b' with a space "
                  "between its words"},
        {"C-130~1", "0: ~1 stands behind one plain word, without - or '"},
        {"=draft*", "0: = asks for one form, * and ~ for several: leave out "
                    "one of the two"},
        {"=\"a b\"", "0: = stands before one word, as in =US; words in quotes "
                     "are already exact"},
        {"a -=(b)", "3: = stands before one word, as in =US; words in quotes "
                    "are already exact"},
        {"a sorce:x", "2: unknown field 'sorce'; did you mean 'source'?"},
        {"tilte:x", "0: unknown field 'tilte'; did you mean 'title'?"},
        {"language:en", "0: unknown field 'language'; did you mean 'lang'?"},
        {"data:2022", "0: unknown field 'data'; did you mean 'date'?"},
        {"sinse:12", "0: unknown field 'sinse'; did you mean 'since'?"},
        {"generation:12",
         "0: unknown field 'generation'; did you mean 'since'?"},
        {"a since:yesterday", "8: since: takes the number of a generation: "
                              "write since:12"},
        {"since:-1", "6: since: takes the number of a generation: write "
                     "since:12"},
        {"since:1*",
         "6: since: takes the number of a generation: write since:12"},
        {"since:18446744073709551616",
         "6: since: takes the number of a generation: write since:12"},
        {"since:\" \"", "6: since: needs a value directly behind the colon: "
                        "write since:12"},
        {"title:(a b)",
         "6: title: takes one value: write (title:a OR title:b)"},
        {"source:[a]",
         "7: source: takes one value: write (source:a OR source:b)"},
        {"title:@\"?\"", "7: a name is missing: write it as in @lavrov or "
                         "@\"Sergei Lavrov\""},
        {"title:?",
         "6: title: needs a word: write title:draft or title:\"draft "
         "agreement\""},
        {"source:\" \"", "7: source: needs a value directly behind the colon: "
                         "write source:reuters or lang:en"},
        {"source:reut*", "11: source: is compared whole: write the full value, "
                         "without *"},
        {"@\"?\"", "1: a name is missing: write it as in @lavrov or @\"Sergei "
                   "Lavrov\""},
        {"@a*", "2: an entity has no *, it is found under all its names: leave "
                "it out, or ask for words"},
        {"[@a* b]", "3: an entity has no *, it is found under all its names: "
                    "leave it out, or ask for words"},
        {"@a~1", "2: an entity has no ~, it is found under all its names: "
                 "leave it out, or ask for words"},
        {"@\"a b\"*", "6: an entity has no *, it is found under all its names: "
                      "leave it out, or ask for words"},
        {"@\"a b\"~2", "6: an entity has no ~, it is found under all its "
                       "names: leave it out, or ask for words"},
        {"person:a*", "8: an entity has no *, it is found under all its names: "
                      "leave it out, or ask for words"},
        {"title:@a*", "8: an entity has no *, it is found under all its names: "
                      "leave it out, or ask for words"},
        {"@a=S*", "4: an entity has no *, it is found under all its names: "
                  "leave it out, or ask for words"},
        {"@a=\"S\"~1", "6: an entity has no ~, it is found under all its "
                       "names: leave it out, or ask for words"},
        {"@a=", "3: a form is missing behind =: write it as in "
                "@lavrov=Sergey"},
        {"]", "0: this ] closes nothing: remove it, or write [ before the "
              "pattern"},
        {"a [b c", "2: this bracket is never closed: write ] behind the "
                   "pattern"},
        {"[]", "0: a pattern needs a word: write it as in [peace * talks]"},
        {"[* *]", "0: a pattern needs a word: write it as in [peace * talks]"},
        {"[a [b]]", "3: a pattern holds no other pattern: close it with ] "
                    "first"},
        {"[a \"b\"]", "3: words in [ ] are already exact: remove the quotes"},
        {"[a|b]", "2: alternatives stand in parentheses: write [peace "
                  "(talks|deal)]"},
        {"[(a|)]", "4: a word is missing here: alternatives are written "
                   "(peace|grain)"},
        {"[(a b)]", "4: an alternative is one word: write | between words"},
        {"[(a|*)]", "4: * stands for any word: the alternatives beside it mean "
                    "nothing, write * alone"},
        {"[(a|b", "1: this parenthesis is never closed: write ) behind the "
                  "last alternative"},
        {"[a title:b]", "3: title: does not stand in [ ]: write it outside"},
        {"a \xff", "2: this is not UTF-8: send the query in that encoding"},
    };
    CHECK_ROWS(rows);
}

TEST(a_date_that_is_none_is_an_error_at_its_value)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    static const char *const bad[] = {"a date:soon", "a date:2022-13",
                                      "a date:>= 2022", "a date:\"2022\"",
                                      "a date:2022..2021"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct parsed parsed;
        struct err err = {0};
        int rc = query_parse(slice_of(bad[i]), &arena, &parsed, &err);
        CHECK_MSG(rc == ERR_INVALID && err.at == 7 &&
                      strncmp(err.text, "date: ", 6) == 0,
                  "%s: %s at %d: %s", bad[i], err_name(rc), err.at, err.text);
    }
    struct parsed parsed;
    CHECK_EQ(query_parse(SLICE("date:soon"), &arena, &parsed, NULL),
             ERR_INVALID);
    arena_reset(&arena);
}

TEST(notes_tell_what_was_read_as_text)
{
    static const struct {
        const char *query, *codes, *first;
    } rows[] = {
        {"war day", "", ""},
        {"war: day", "colon-as-text ",
         "the colon in 'war:' was read as punctuation"},
        {"a: b: c", "colon-as-text ",
         "the colon in 'a:' was read as punctuation"},
        {"\"war: day\"", "", ""},
        {"\"an @istanbul draft\"~2", "entity-in-quotes ",
         "in quotation marks '@istanbul' is a word; an entity may stand in a "
         "pattern: [@istanbul draft]"},
        {"\"ask me@example.org @ ten\"", "", ""},
        {"title:a:b", "colon-as-text ",
         "the colon in 'a:b' was read as punctuation"},
        {"a \u2014 b", "no-letters ",
         "'\u2014' has no letters or digits and was left out"},
        {"\"...\" b", "no-letters ",
         "\"...\" has no letters or digits and was left out"},
        {"\u201ca b\u201d", "typographic-quotes ",
         "in '\u201ca' the quotation marks are punctuation; an exact phrase "
         "stands in straight ones: \"...\""},
        {"a near/5 b", "operator-as-text ",
         "'near/5' was read as text; the operators are NEAR/n and NOTNEAR/n"},
        {"a NAER/5 b", "operator-as-text ",
         "'NAER/5' was read as text; the operators are NEAR/n and NOTNEAR/n"},
        {"a notnear/s b", "operator-as-text ",
         "'notnear/s' was read as text; the operators are NEAR/n and "
         "NOTNEAR/n"},
        {"10 years/year/s ago", "", ""},
        {"per year/s", "", ""},
        {"a adj/5 b", "operator-as-text ",
         "'adj/5' was read as text; the operator is ADJ/n"},
        {"\"a\"-b", "minus-as-text ",
         "a minus directly behind other text is punctuation; put a space "
         "before it to exclude what follows"},
        {"a: \u2014 b", "colon-as-text no-letters ",
         "the colon in 'a:' was read as punctuation"},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parsed parsed;
        struct err err = {0};
        CHECK_OK(query_parse(slice_of(rows[i].query), &arena, &parsed, &err),
                 err);
        char codes[200] = "";
        for (const struct note *n = parsed.notes; n; n = n->next) {
            strcat(codes, n->code);
            strcat(codes, " ");
        }
        CHECK_TEXT(codes, rows[i].codes);
        CHECK_TEXT(parsed.notes ? parsed.notes->message : "", rows[i].first);
    }
    arena_reset(&arena);
}

TEST(a_long_word_is_shown_cut_between_characters)
{
    char query[200] = "x:";
    while (strlen(query) < 120)
        strcat(query, "\u00e9");
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct parsed parsed;
    struct err err = {0};
    CHECK_OK(query_parse(slice_of(query), &arena, &parsed, &err), err);
    CHECK_EQ(strlen(parsed.notes->message),
             strlen("the colon in '' was read as punctuation") + 40);
    arena_reset(&arena);
}

/* `open` n times, "a", `close` n times; the caller frees. */
static char *nested(const char *open, const char *close, size_t n)
{
    char *text = calloc(1, n * (strlen(open) + strlen(close)) + 2);
    assert_non_null(text);
    char *at = text;
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, open);
    at = stpcpy(at, "a");
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, close);
    return text;
}

static int parse_nested(const char *open, const char *close, size_t n)
{
    struct arena arena;
    arena_init(&arena, 1 << 26);
    char *text = nested(open, close, n);
    struct parsed parsed;
    struct err err = {0};
    int rc = query_parse(slice_of(text), &arena, &parsed, &err);
    if (rc == ERR_OK)
        check_round_trip(parsed.root, &arena);
    free(text);
    arena_reset(&arena);
    return rc;
}

TEST(limits_are_errors_for_who_crosses_them)
{
    CHECK_EQ(parse_nested("(", ")", LIMIT_QUERY_DEPTH), ERR_OK);
    CHECK_EQ(parse_nested("(", ")", LIMIT_QUERY_DEPTH + 1), ERR_LIMIT);
    CHECK_EQ(parse_nested("(", "", 30000), ERR_LIMIT);
    CHECK_EQ(parse_nested("b (", ")", LIMIT_QUERY_DEPTH), ERR_OK);
    CHECK_EQ(parse_nested("b OR c d -e (", ")", LIMIT_QUERY_DEPTH / 3), ERR_OK);
    CHECK_EQ(parse_nested("b OR c d -e (", ")", LIMIT_QUERY_DEPTH), ERR_LIMIT);
    /* one AND and its operands */
    CHECK_EQ(parse_nested("", " a", LIMIT_QUERY_NODES - 2), ERR_OK);
    CHECK_EQ(parse_nested("", " a", LIMIT_QUERY_NODES - 1), ERR_LIMIT);
    CHECK_EQ(parse_nested("", " -a", LIMIT_QUERY_NODES - 4), ERR_OK);
    CHECK_EQ(parse_nested("", " ?", LIMIT_QUERY_BYTES / 2 - 1), ERR_OK);
    CHECK_EQ(parse_nested("", " ?", LIMIT_QUERY_BYTES / 2), ERR_LIMIT);
    CHECK_EQ(parse_nested("\"", "\"~9", 1), ERR_OK);
    CHECK_EQ(parse_nested("a\"", "\"", 1), ERR_OK);
}

TEST(a_window_has_few_words_and_a_hyphenated_one_counts_once)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    char query[200] = "\"";
    for (int i = 0; i < LIMIT_WINDOW_WORDS; i++)
        strcat(query, "a-b ");
    char more[220];
    snprintf(more, sizeof more, "%sc\"~5", query);
    strcat(query, "\"~5");
    struct parsed parsed;
    struct err err = {0};
    CHECK_OK(query_parse(slice_of(query), &arena, &parsed, &err), err);
    CHECK_EQ(query_parse(slice_of(more), &arena, &parsed, &err), ERR_LIMIT);
    CHECK_EQ(err.at, 0);
    arena_reset(&arena);
}

TEST(a_nul_is_refused_where_it_stands)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct parsed parsed;
    struct err err = {0};
    CHECK_EQ(query_parse(SLICE("ab\0c"), &arena, &parsed, &err), ERR_INVALID);
    CHECK_EQ(err.at, 2);
    CHECK_EQ(query_parse_any(SLICE("ab\0c"), &arena, &parsed, &err),
             ERR_INVALID);
    CHECK_EQ(query_parse_phrase(SLICE("ab\xe2\x82"), &arena, &parsed, &err),
             ERR_INVALID);
    CHECK_EQ(err.at, 2);
    arena_reset(&arena);
}

static void check_printed(const struct ast *ast, const char *want)
{
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    ast_print(ast, &text);
    CHECK_TEXT(text.data, want);
    strbuf_release(&text);
}

TEST(raw_text_is_a_phrase_or_any_of_its_words)
{
    static const struct {
        const char *text, *phrase, *any;
    } rows[] = {
        {"draft", "\"draft\"", "draft"},
        {"a AND (b OR \"c\"*", "\"a AND (b OR \"\"c\"\"*\"",
         "(a OR and OR b OR or OR c)"},
        {"title:x -y [z", "\"title:x -y [z\"", "(title OR x OR y OR z)"},
        {"the C-130 'x' U.S. Ukraine's", "\"the C-130 'x' U.S. Ukraine's\"",
         "(the OR C-130 OR x OR U.S. OR Ukraine)"},
        {"\u5317\u4eac", "\"\u5317\u4eac\"", "(\u5317 OR \u4eac)"},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice text = slice_of(rows[i].text);
        struct parsed parsed;
        struct err err = {0};
        CHECK_OK(query_parse_phrase(text, &arena, &parsed, &err), err);
        check_printed(parsed.root, rows[i].phrase);
        check_round_trip(parsed.root, &arena);
        CHECK_OK(query_parse_any(text, &arena, &parsed, &err), err);
        check_printed(parsed.root, rows[i].any);
        check_round_trip(parsed.root, &arena);
    }
    struct parsed parsed;
    struct err err = {0};
    CHECK_EQ(query_parse_phrase(SLICE(" ? "), &arena, &parsed, &err),
             ERR_INVALID);
    CHECK_EQ(query_parse_any(SLICE(""), &arena, &parsed, &err), ERR_INVALID);
    arena_reset(&arena);
}

TEST(byte_ranges_point_at_what_was_typed)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct parsed parsed;
    struct err err = {0};
    /*               0123456789012345678901234567 */
    CHECK_OK(query_parse(SLICE(" ab \"cd\"~3 -(title:e OR fg)"), &arena,
                         &parsed, &err),
             err);
    const struct ast *root = parsed.root;
    CHECK_EQ(root->kind, AST_NOT);
    CHECK_EQ(root->start, 1);
    const struct ast *both = root->child[0], *either = root->child[1];
    CHECK_EQ(both->child[0]->end, 3);
    CHECK_EQ(both->child[1]->start, 4);
    CHECK_EQ(both->child[1]->end, 10);
    CHECK_EQ(either->start, 13);
    CHECK_EQ(either->end, 26);
    CHECK_EQ(either->child[0]->child[0]->start, 19);
    CHECK_EQ(either->child[1]->start, 24);
    arena_reset(&arena);
}

RUN(T(operators_bind_near_before_not_before_and_before_or),
    T(operators_are_capitals_alone_and_words_otherwise),
    T(a_minus_denies_only_where_a_word_could_begin),
    T(words_prefixes_and_edits), T(quotations_hold_anything),
    T(fields_and_dates), T(a_colon_without_field_or_value_is_punctuation),
    T(entities), T(patterns), T(errors_say_where_and_what_to_write_instead),
    T(a_date_that_is_none_is_an_error_at_its_value),
    T(notes_tell_what_was_read_as_text),
    T(a_long_word_is_shown_cut_between_characters),
    T(limits_are_errors_for_who_crosses_them),
    T(a_window_has_few_words_and_a_hyphenated_one_counts_once),
    T(a_nul_is_refused_where_it_stands),
    T(raw_text_is_a_phrase_or_any_of_its_words),
    T(byte_ranges_point_at_what_was_typed))
