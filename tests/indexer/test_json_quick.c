/* Against jansson, which is the definition: what the quick reader takes is the same tree,
 * and it never takes what jansson refuses. */
#include "base/mem.h"
#include "check.h"
#include "indexer/readers/json_quick.h"

struct reading {
    struct arena arena;
    uint8_t *room;
    const struct json_value *object; /* NULL: not taken */
};

/* In buffers of exactly the sizes that were promised. */
static struct reading quick(struct slice text)
{
    struct reading r;
    uint8_t *copy = malloc(text.len ? text.len : 1);
    r.room = malloc(text.len ? text.len : 1);
    CHECK(copy && r.room);
    memcpy(copy, text.data, text.len);
    arena_init(&r.arena, 1 << 20);
    r.object = json_quick((struct slice){copy, text.len}, r.room, &r.arena);
    free(copy);
    return r;
}

static void release(struct reading *r)
{
    arena_reset(&r->arena);
    free(r->room);
}

/* The values of one are those of the other, in the same order. */
static bool same(const struct json_value *a, const json_t *b)
{
    const struct json_value *child = a->first;
    const char *key;
    json_t *member;
    size_t i;
    if (a->type != json_typeof(b))
        return false;
    switch (a->type) {
    case JSON_STRING:
        return a->text.len == json_string_length(b) &&
               memcmp(a->text.data, json_string_value(b), a->text.len) == 0;
    case JSON_INTEGER:
        return a->integer == json_integer_value(b);
    case JSON_REAL:
        return a->real == json_real_value(b);
    case JSON_ARRAY:
        if (a->count != json_array_size(b))
            return false;
        json_array_foreach(b, i, member)
        {
            if (!child || child->key.len || !same(child, member))
                return false;
            child = child->next;
        }
        return !child;
    case JSON_OBJECT:
        if (a->count != json_object_size(b))
            return false;
        json_object_foreach((json_t *)(uintptr_t)b, key, member)
        {
            if (!child || !slice_eq(child->key, slice_of(key)) ||
                !same(child, member))
                return false;
            child = child->next;
        }
        return !child;
    default:
        return true;
    }
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
    struct reading a = quick(text);
    bool taken = a.object != NULL;
    if (taken) {
        json_t *b = slow(text);
        CHECK_MSG(b, "jansson refuses %.*s", SLICE_ARG(text));
        CHECK_MSG(same(a.object, b), "not the same: %.*s", SLICE_ARG(text));
        json_decref(b);
    }
    release(&a);
    return taken;
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

/* A quote, a backslash, a control character at each place of sixteen bytes. */
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

/* Each key is compared with all before it, so there must not be many. */
TEST(large_objects_are_left_to_jansson)
{
    for (int count = 60; count < 70; count++) {
        char text[2000], *end = text;
        for (int i = 0; i < count; i++)
            end += sprintf(end, "%c\"k%d\":%d", i ? ',' : '{', i, i);
        end = stpcpy(end, "}");
        struct slice record = {(uint8_t *)text, (size_t)(end - text)};
        CHECK_EQ(check_text(record), count <= 64);
    }
}

/* What the quick reader does not take goes this way. */
TEST(the_tree_of_jansson_is_the_same)
{
    static const char *const more[] = {
        "[1.5, -2e9, {\"a\": [0.25, {}, []], \"b\": \"\"}]", "17", "\"x\"",
        "null", "[]"};
    size_t count = sizeof plain / sizeof *plain;
    for (size_t i = 0; i < count + sizeof more / sizeof *more; i++) {
        json_t *tree = slow(slice_of(i < count ? plain[i] : more[i - count]));
        CHECK(tree);
        const struct json_value *value = NULL;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        for (long n = 0; !value; n++) {
            mem_fail_after(n);
            value = json_value_of(tree, &arena);
            mem_fail_after(-1);
            CHECK(n < 10);
        }
        CHECK(same(value, tree));
        arena_reset(&arena);
        json_decref(tree);
    }
}

TEST(members_are_found_by_their_keys)
{
    struct reading r = quick(
        SLICE("{\"name\": {\"title\": 1}, \"names\": [], \"nam\": true}"));
    CHECK(r.object);
    const struct json_value *name = json_member(r.object, "name");
    CHECK(name && name->type == JSON_OBJECT);
    CHECK_EQ(json_member(name, "title")->integer, 1);
    CHECK(!json_member(name, "name"));
    CHECK_EQ(json_member(r.object, "nam")->type, JSON_TRUE);
    CHECK(!json_member(r.object, "na"));
    CHECK(!json_member(json_member(r.object, "names"), "name"));
    release(&r);
}

TEST(memory_may_be_short)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        bool taken = false;
        for (long n = 0; !taken; n++) {
            mem_fail_after(n);
            struct reading r = quick(slice_of(plain[i]));
            mem_fail_after(-1);
            taken = r.object != NULL;
            release(&r);
            CHECK(n < 10);
        }
    }
}

RUN(T(common_records_are_taken_as_jansson_has_them),
    T(what_is_not_certain_is_left_to_jansson), T(every_byte_may_be_any_other),
    T(random_damage_is_never_taken_for_right), T(strings_end_where_they_end),
    T(large_objects_are_left_to_jansson), T(the_tree_of_jansson_is_the_same),
    T(members_are_found_by_their_keys), T(memory_may_be_short))
