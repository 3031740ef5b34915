/* Against jansson, which is the definition: what the quick reader takes is the same tree,
 * and it never takes what jansson refuses. */
#include "base/mem.h"
#include "check.h"
#include "indexer/readers/json_quick.h"

/* In buffers of exactly the sizes that were promised. */
static json_t *quick(struct slice text)
{
    uint8_t *copy = malloc(text.len ? text.len : 1);
    uint8_t *room = malloc(text.len ? text.len : 1);
    CHECK(copy && room);
    memcpy(copy, text.data, text.len);
    json_t *object = json_quick((struct slice){copy, text.len}, room);
    free(copy);
    free(room);
    return object;
}

static json_t *slow(struct slice text)
{
    json_error_t error;
    return json_loadb((const char *)text.data, text.len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
}

/* Whether the quick reader took it. */
static bool check_text(struct slice text)
{
    json_t *a = quick(text);
    if (!a)
        return false;
    json_t *b = slow(text);
    CHECK_MSG(b, "jansson refuses %.*s", SLICE_ARG(text));
    CHECK_MSG(json_equal(a, b), "not the same: %.*s", SLICE_ARG(text));
    /* json_equal() does not look at the order of members */
    char *dump_a = json_dumps(a, 0), *dump_b = json_dumps(b, 0);
    CHECK(dump_a && dump_b);
    CHECK_TEXT(dump_a, dump_b);
    free(dump_a);
    free(dump_b);
    json_decref(a);
    json_decref(b);
    return true;
}

static const char *const plain[] = {
    "{}",
    " { } ",
    "{\"a\":\"b\"}",
    "{\"id\": \"reut-1\", \"topics\": [\"cocoa\", \"\"], \"places\": [ ]}",
    "{\"a\": 1, \"b\": -17, \"c\": 0, \"d\": -0, \"e\": 999999999999999999}",
    "{\"a\": true, \"b\": false, \"c\": null, \"d\": [true,false,null]}",
    "{\"a\": {\"b\": {\"a\": [[], {}]}}, \"b\" : 2}",
    "{\"\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
    "{\"a\": \"\\u0041\\u00e9\\u4e2d\\ud83d\\ude00\\uFFFF\"}",
    "{\"caf\xc3\xa9\": \"\xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x98\x80\"}",
    "\t{\"a\"\n:\r\"a text of more than eight bytes\\nand another "
    "line\"\n}\r\n",
    "{\"a\": \"\x7f 1234567\x7f\"}",
};

/* What jansson refuses, and what it takes but is not for the quick reader. */
static const char *const others[] = {
    "",
    "   ",
    "[]",
    "\"a\"",
    "1",
    "{",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":\"",
    "{\"a\":\"b",
    "{\"a\":\"b\"",
    "{\"a\":\"b\",}",
    "{\"a\":\"b\"}}",
    "{\"a\":\"b\"} x",
    "{\"a\":[1,]}",
    "{\"a\":[1 2]}",
    "{\"a\" \"b\"}",
    "{a:1}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"b\":{\"a\":1,\"a\":2}}",
    "{\"a\":01}",
    "{\"a\":-}",
    "{\"a\":+1}",
    "{\"a\":1.5}",
    "{\"a\":1e3}",
    "{\"a\":1000000000000000000}",
    "{\"a\":99999999999999999999}",
    "{\"a\":truely}",
    "{\"a\":nul}",
    "{\"a\":True}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\\ud800\\u0041\"}",
    "{\"a\":\"\\ude00\"}",
    "{\"a\":\"\\ud800\\ud800\"}",
    "{\"a\":\"a\tb\"}",
    "{\"a\":\"12345678\n\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":\"\x80\"}",
    "{\"a\":\"\xc3\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":\"\xc0\xaf\"}",
    "{\"\xff\":1}",
    "{\"a\":1}\v",
    "{\"a\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}",
};

TEST(common_records_are_taken_as_jansson_has_them)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        CHECK_MSG(check_text(slice_of(plain[i])), "%s", plain[i]);
}

TEST(what_is_not_certain_is_left_to_jansson)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_MSG(!check_text(slice_of(others[i])), "%s", others[i]);
    CHECK(!check_text(SLICE("{\"a\":\"b\0c\"}")));
    CHECK(!check_text(SLICE("{\"a\":1}\0")));
}

TEST(every_byte_may_be_any_other)
{
    static const uint8_t bytes[] =
        "{}[]\",:\\u0a-1.etfn \n\t\x01\x80\xc3\xed\xff";
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char text[256];
        size_t len = strlen(plain[i]);
        for (size_t at = 0; at < len; at++)
            for (size_t b = 0; b < sizeof bytes; b++) {
                memcpy(text, plain[i], len);
                text[at] = (char)bytes[b];
                check_text((struct slice){(uint8_t *)text, len});
            }
        for (size_t cut = 0; cut < len; cut++)
            check_text((struct slice){(const uint8_t *)plain[i], cut});
    }
}

TEST(random_damage_is_never_taken_for_right)
{
    uint64_t rng = 12;
    unsigned taken = 0;
    for (int run = 0; run < 100000; run++) {
        char text[600];
        const char *a = plain[rng_below(&rng, sizeof plain / sizeof *plain)];
        const char *b = plain[rng_below(&rng, sizeof plain / sizeof *plain)];
        int len =
            snprintf(text, sizeof text, "{\"x\":%s,\"y\":[%s,%s]}", a, b, a);
        for (uint32_t n = rng_below(&rng, 3); n > 0; n--) {
            uint32_t at = rng_below(&rng, (uint32_t)len);
            uint32_t from = rng_below(&rng, (uint32_t)len);
            text[at] =
                rng_below(&rng, 2) ? text[from] : (char)rng_below(&rng, 256);
        }
        taken += check_text((struct slice){(uint8_t *)text, (size_t)len});
    }
    CHECK(taken > 30000);
}

/* A quote, a backslash, a control character at each place of a word of eight bytes. */
TEST(strings_end_where_they_end)
{
    static const char *const stops[] = {"\"", "\\n", "\\\"", "\x1f",
                                        "\xc3\xa9"};
    for (size_t len = 0; len < 40; len++)
        for (size_t s = 0; s < sizeof stops / sizeof *stops; s++)
            for (size_t rest = 0; rest < 20; rest++) {
                char text[128], run[41];
                memset(run, 'x', len);
                run[len] = '\0';
                int n = snprintf(text, sizeof text, "{\"a\":\"%s%s%.*s\"}", run,
                                 stops[s], (int)rest, "yyyyyyyyyyyyyyyyyyyyy");
                bool good =
                    check_text((struct slice){(uint8_t *)text, (size_t)n});
                bool want = s == 1 || s == 2 || s == 4;
                CHECK_MSG(good == want, "%s", text);
            }
}

TEST(memory_may_be_short)
{
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        json_t *object = NULL;
        for (long n = 0; !object; n++) {
            struct slice text = slice_of(plain[i]);
            mem_fail_after(n);
            object = quick(text);
            mem_fail_after(-1);
            CHECK(n < 200);
        }
        json_decref(object);
    }
    json_set_alloc_funcs(malloc, free);
}

RUN(T(common_records_are_taken_as_jansson_has_them),
    T(what_is_not_certain_is_left_to_jansson), T(every_byte_may_be_any_other),
    T(random_damage_is_never_taken_for_right), T(strings_end_where_they_end),
    T(memory_may_be_short))
