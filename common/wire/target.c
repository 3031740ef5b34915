/* target.c - request targets: RFC 3986 paths, and parameters as HTML forms encode
 * them (WHATWG URL, application/x-www-form-urlencoded), but strictly. */
#include "wire/http.h"

#include "base/err.h"
#include "base/utf8.h"

#include <string.h>

enum { SHOWN_BYTES = 40 }; /* of a fault, in its message */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static int decode(struct slice in, bool plus_is_blank, struct arena *arena,
                  struct slice *out, struct err *err)
{
    uint8_t *to = arena_alloc(arena, in.len + 1);
    if (!to)
        return err_set(err, ERR_NOMEM, "no memory for the target");
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c == '%') {
            bool whole = in.len - i > 2;
            int high = whole ? hex_digit(in.data[i + 1]) : -1;
            int low = whole ? hex_digit(in.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return err_set(err, ERR_INVALID,
                               "'%%' needs two hexadecimal digits behind it; "
                               "a percent sign itself is %%25");
            c = (uint8_t)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        } else if (c <= ' ' || c == 0x7f) {
            return err_set(err, ERR_INVALID, "byte %u in the target", c);
        }
        if (c == '\0')
            return err_set(err, ERR_INVALID, "a NUL byte in the target");
        to[n++] = c;
    }
    *out = (struct slice){to, n};
    size_t bad_at;
    if (!utf8_valid(*out, &bad_at))
        return err_set(err, ERR_INVALID, "the target is not UTF-8: byte 0x%02x",
                       to[bad_at]);
    return ERR_OK;
}

static size_t find(struct slice s, size_t from, uint8_t wanted)
{
    while (from < s.len && s.data[from] != wanted)
        from++;
    return from;
}

static int parse_params(struct slice query, struct arena *arena,
                        struct http_target *out, struct err *err)
{
    size_t count = 1;
    for (size_t i = 0; i < query.len; i++)
        count += query.data[i] == '&';
    out->param = arena_array(arena, struct http_param, count);
    if (!out->param)
        return err_set(err, ERR_NOMEM, "no memory for the parameters");
    for (size_t at = 0; at < query.len;) {
        size_t end = find(query, at, '&');
        struct slice pair = slice_part(query, at, end);
        at = end + 1;
        if (pair.len == 0)
            continue;
        size_t equals = find(pair, 0, '=');
        if (equals == pair.len)
            return err_set(
                err, ERR_INVALID,
                "parameter '%.*s' has no value: there is no '='",
                (int)(pair.len < SHOWN_BYTES ? pair.len : SHOWN_BYTES),
                (const char *)pair.data);
        struct http_param *param = &out->param[out->param_count++];
        int rc =
            decode(slice_part(pair, 0, equals), true, arena, &param->name, err);
        if (rc == 0)
            rc = decode(slice_part(pair, equals + 1, pair.len), true, arena,
                        &param->value, err);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int http_target_parse(struct slice target, struct arena *arena,
                      struct http_target *out, struct err *err)
{
    *out = (struct http_target){0};
    /* A proxy's form: http://localhost/v1/status */
    if (slice_starts_with(target, SLICE("http://"))) {
        size_t path = find(target, strlen("http://"), '/');
        target = slice_part(target, path, target.len);
    }
    if (target.len == 0 || target.data[0] != '/')
        return err_set(err, ERR_INVALID, "the target must begin with '/'");
    size_t path_end = find(target, 0, '?');
    int rc =
        decode(slice_part(target, 0, path_end), false, arena, &out->path, err);
    if (rc || path_end == target.len)
        return rc;
    return parse_params(slice_part(target, path_end + 1, target.len), arena,
                        out, err);
}

void http_encode(struct strbuf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || (c && strchr("-._~", c));
        if (plain)
            strbuf_add_char(out, (char)c);
        else
            strbuf_addf(out, "%%%02X", c);
    }
}
