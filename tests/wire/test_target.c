#include "wire/http.h"
#include "wire/socket_path.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"

/* "path|name=value|..." or the error's name; the target in exactly its size. */
static void shown(struct slice target, struct strbuf *out)
{
    struct arena arena;
    struct http_target t;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    uint8_t *copy = malloc(target.len + !target.len);
    if (target.len)
        memcpy(copy, target.data, target.len);
    int rc =
        http_target_parse((struct slice){copy, target.len}, &arena, &t, &err);
    if (rc)
        strbuf_add_text(out, err_name(rc));
    else
        strbuf_add_slice(out, t.path);
    for (size_t i = 0; rc == 0 && i < t.param_count; i++) {
        strbuf_add_char(out, '|');
        strbuf_add_slice(out, t.param[i].name);
        strbuf_add_char(out, '=');
        strbuf_add_slice(out, t.param[i].value);
    }
    free(copy);
    arena_reset(&arena);
}

TEST(targets_are_split_and_decoded_strictly)
{
    static const struct {
        struct slice in;
        const char *want;
    } rows[] = {
        {SLICE("/"), "/"},
        {SLICE("/v1/search?q=a+b"), "/v1/search|q=a b"},
        {SLICE("/v1/search?q=a%2Bb%26c%3d1&limit=5"),
         "/v1/search|q=a+b&c=1|limit=5"},
        {SLICE("/a+b%20c"), "/a+b c"},
        {SLICE("/v1/articles/http%3A%2F%2Fx%2Fy%3fz"),
         "/v1/articles/http://x/y?z"},
        {SLICE("/p?"), "/p"},
        {SLICE("/p?&&a=1&"), "/p|a=1"},
        {SLICE("/p?a="), "/p|a="},
        {SLICE("/p?=x"), "/p|=x"},
        {SLICE("/p?a=b=c?d"), "/p|a=b=c?d"},
        {SLICE("/p?q=%D0%9A\xd0\x9a"), "/p|q=\xd0\x9a\xd0\x9a"},
        {SLICE("http://localhost/v1/x?a=1"), "/v1/x|a=1"},
        {SLICE("http://localhost"), "INVALID"},
        {SLICE(""), "INVALID"},
        {SLICE("*"), "INVALID"},
        {SLICE("v1"), "INVALID"},
        {SLICE("/p?a"), "INVALID"},
        {SLICE("/p?a=1&b"), "INVALID"},
        {SLICE("/%"), "INVALID"},
        {SLICE("/%4"), "INVALID"},
        {SLICE("/%4g"), "INVALID"},
        {SLICE("/%g4"), "INVALID"},
        {SLICE("/p?q=%"), "INVALID"},
        {SLICE("/p?q=%1"), "INVALID"},
        {SLICE("/p?%zz=1"), "INVALID"},
        {SLICE("/p?q=%00"), "INVALID"},
        {SLICE("/p?q=\0"), "INVALID"},
        {SLICE("/p?q=a b"), "INVALID"},
        {SLICE("/p?q=a\tb"), "INVALID"},
        {SLICE("/p?q=a%09b"), "/p|q=a\tb"},
        {SLICE("/p?q=%ff"), "INVALID"},
        {SLICE("/p?q=%c0%af"), "INVALID"},
        {SLICE("/p?q=%ed%a0%80"), "INVALID"},
        {SLICE("/\xd0"), "INVALID"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        shown(rows[i].in, &out);
        CHECK_MSG(strcmp(out.data, rows[i].want) == 0, "%.*s: got %s",
                  SLICE_ARG(rows[i].in), out.data);
        strbuf_release(&out);
    }
}

TEST(what_is_encoded_comes_back)
{
    uint64_t seed = 3;
    for (int round = 0; round < 500; round++) {
        struct strbuf text, target, want, got;
        strbuf_init(&text, 10000);
        strbuf_init(&target, 10000);
        strbuf_init(&want, 10000);
        strbuf_init(&got, 10000);
        for (uint32_t n = rng_below(&seed, 50); n > 0; n--) {
            static const char *const piece[] = {" ",
                                                "%",
                                                "+",
                                                "&",
                                                "=",
                                                "/",
                                                "?",
                                                "#",
                                                "\"",
                                                "a",
                                                "Z",
                                                "0",
                                                "\x01",
                                                "\x7f",
                                                "\xd0\x9a",
                                                "\xe5\x8c\x97",
                                                "\xf0\x9f\x98\x80"};
            strbuf_add_text(
                &text, piece[rng_below(&seed, sizeof piece / sizeof *piece)]);
        }
        strbuf_add_text(&target, "/x/");
        http_encode(&target, strbuf_slice(&text));
        strbuf_add_text(&target, "?q=");
        http_encode(&target, strbuf_slice(&text));
        strbuf_addf(&want, "/x/%s|q=%s", text.data, text.data);
        shown(strbuf_slice(&target), &got);
        CHECK_TEXT(got.data, want.data);
        strbuf_release(&text);
        strbuf_release(&target);
        strbuf_release(&want);
        strbuf_release(&got);
    }
}

TEST(a_full_arena_is_an_error)
{
    struct arena arena;
    struct http_target t;
    arena_init(&arena, 100);
    CHECK_EQ(http_target_parse(SLICE("/a?b=c"), &arena, &t, NULL), ERR_NOMEM);
    arena_reset(&arena);
}

TEST(the_socket_is_where_the_first_one_who_speaks_says)
{
    static const struct {
        const char *given, *own, *runtime, *want;
    } rows[] = {
        {"/a/s", "/b/s", "/c", "/a/s"},
        {NULL, "/b/s", "/c", "/b/s"},
        {"", "/b/s", "/c", "/b/s"},
        {NULL, NULL, "/c", "/c/dateline.sock"},
        {NULL, "", "/c", "/c/dateline.sock"},
        {NULL, NULL, NULL, "/run/dateline/dateline.sock"},
        {NULL, NULL, "", "/run/dateline/dateline.sock"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[SOCKET_PATH_SIZE];
        struct err err = {0};
        unsetenv("DATELINE_SOCKET");
        unsetenv("XDG_RUNTIME_DIR");
        if (rows[i].own)
            setenv("DATELINE_SOCKET", rows[i].own, 1);
        if (rows[i].runtime)
            setenv("XDG_RUNTIME_DIR", rows[i].runtime, 1);
        CHECK_OK(socket_path(rows[i].given, out, &err), err);
        CHECK_TEXT(out, rows[i].want);
    }
    char path[SOCKET_PATH_SIZE + 1], out[SOCKET_PATH_SIZE];
    memset(path, 'a', sizeof path);
    path[SOCKET_PATH_SIZE] = '\0';
    CHECK_EQ(socket_path(path, out, NULL), ERR_INVALID);
    path[SOCKET_PATH_SIZE - 1] = '\0';
    CHECK_EQ(socket_path(path, out, NULL), ERR_OK);
}

RUN(T(targets_are_split_and_decoded_strictly), T(what_is_encoded_comes_back),
    T(a_full_arena_is_an_error),
    T(the_socket_is_where_the_first_one_who_speaks_says))
