#include "base/json_out.h"

#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void json_out_begin(struct json_out *j, struct strbuf *out)
{
    *j = (struct json_out){.out = out};
}

/* After a failed append the text no longer tells where we are. */
__attribute__((unused)) static bool after_key(const struct json_out *j)
{
    const struct strbuf *out = j->out;
    return out->failed || (out->len > 0 && out->data[out->len - 1] == ':');
}

__attribute__((unused)) static bool in_object(const struct json_out *j)
{
    return j->depth > 0 && j->closer[j->depth - 1] == '}';
}

/* Every value begins here: the comma, and the check that it has its key. */
static void value_begins(struct json_out *j)
{
    assert(!in_object(j) || after_key(j));
    assert(j->depth > 0 || !j->comma); /* one value on the outermost level */
    if (j->comma)
        strbuf_add_char(j->out, ',');
    j->comma = true;
}

static void open_level(struct json_out *j, char opener, char closer)
{
    assert(j->depth < JSON_DEPTH_MAX);
    value_begins(j);
    strbuf_add_char(j->out, opener);
    j->closer[j->depth++] = closer;
    j->comma = false;
}

void json_out_object(struct json_out *j)
{
    open_level(j, '{', '}');
}

void json_out_array(struct json_out *j)
{
    open_level(j, '[', ']');
}

void json_out_end(struct json_out *j)
{
    assert(j->depth > 0);
    assert(j->out->failed || !in_object(j) || !after_key(j));
    strbuf_add_char(j->out, j->closer[--j->depth]);
    j->comma = true;
}

static void add_escaped(struct strbuf *out, uint8_t byte)
{
    static const char two[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof two; i += 2)
        if ((char)byte == two[i]) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, two[i + 1]);
            return;
        }
    strbuf_addf(out, "\\u%04x", byte);
}

static void add_string(struct strbuf *out, struct slice text)
{
    strbuf_add_char(out, '"');
    size_t from = 0, at = 0; /* bytes [from, at) go out as they are */
    while (at < text.len) {
        uint8_t byte = text.data[at];
        if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
            at++;
            continue;
        }
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        /* A good U+FFFD is three bytes; a bad byte is one. */
        bool ill_formed = c == 0xfffd && at - start == 1;
        if (byte >= 0x80 && !ill_formed)
            continue;
        strbuf_add(out, text.data + from, start - from);
        if (ill_formed)
            strbuf_add_text(out, "\xef\xbf\xbd");
        else
            add_escaped(out, byte);
        from = at;
    }
    strbuf_add(out, text.data + from, at - from);
    strbuf_add_char(out, '"');
}

void json_out_key(struct json_out *j, const char *key)
{
    assert(in_object(j));
    assert(j->out->failed || !after_key(j));
    if (j->comma)
        strbuf_add_char(j->out, ',');
    add_string(j->out, slice_of(key));
    strbuf_add_char(j->out, ':');
    j->comma = false;
}

void json_out_slice(struct json_out *j, struct slice text)
{
    value_begins(j);
    add_string(j->out, text);
}

void json_out_text(struct json_out *j, const char *text)
{
    json_out_slice(j, slice_of(text));
}

void json_out_u64(struct json_out *j, uint64_t v)
{
    value_begins(j);
    strbuf_addf(j->out, "%llu", (unsigned long long)v);
}

void json_out_i64(struct json_out *j, int64_t v)
{
    value_begins(j);
    strbuf_addf(j->out, "%lld", (long long)v);
}

void json_out_double(struct json_out *j, double v, int digits)
{
    assert(digits >= 0 && digits <= 17);
    if (!isfinite(v)) { /* JSON has no word for it */
        json_out_null(j);
        return;
    }
    char text[352]; /* DBL_MAX has 309 digits before the point */
    snprintf(text, sizeof text, "%.*f", digits, v);
    /* A program may have set a locale that writes 9,41. */
    size_t point = strspn(text, "-0123456789");
    if (text[point])
        text[point] = '.';
    value_begins(j);
    strbuf_add_text(j->out, text);
}

void json_out_bool(struct json_out *j, bool v)
{
    value_begins(j);
    strbuf_add_text(j->out, v ? "true" : "false");
}

void json_out_null(struct json_out *j)
{
    value_begins(j);
    strbuf_add_text(j->out, "null");
}
