#include "base/strbuf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char empty[1];

void strbuf_init(struct strbuf *s, size_t limit)
{
    *s = (struct strbuf){.data = empty, .limit = limit};
}

/* Room for `more` bytes and the NUL. */
static bool make_room(struct strbuf *s, size_t more)
{
    if (s->failed || more > s->limit - s->len) {
        s->failed = true;
        return false;
    }
    if (more < s->cap - s->len)
        return true;
    size_t cap = s->cap ? s->cap : 64;
    while (cap - s->len <= more)
        cap *= 2;
    char *data = mem_realloc(s->cap ? s->data : NULL, cap);
    if (!data) {
        s->failed = true;
        return false;
    }
    s->data = data;
    s->cap = cap;
    return true;
}

void strbuf_add(struct strbuf *s, const void *data, size_t len)
{
    if (len == 0 || !make_room(s, len))
        return;
    memcpy(s->data + s->len, data, len);
    s->len += len;
    s->data[s->len] = '\0';
}

void strbuf_add_slice(struct strbuf *s, struct slice text)
{
    strbuf_add(s, text.data, text.len);
}

void strbuf_add_text(struct strbuf *s, const char *text)
{
    strbuf_add(s, text, strlen(text));
}

void strbuf_add_char(struct strbuf *s, char c)
{
    strbuf_add(s, &c, 1);
}

void strbuf_addf(struct strbuf *s, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    if (len > 0 && make_room(s, (size_t)len)) {
        vsnprintf(s->data + s->len, (size_t)len + 1, fmt, again);
        s->len += (size_t)len;
    }
    va_end(again);
    va_end(ap);
}

struct slice strbuf_slice(const struct strbuf *s)
{
    return (struct slice){(const uint8_t *)s->data, s->len};
}

void strbuf_reset(struct strbuf *s)
{
    s->len = 0;
    s->failed = false;
    if (s->cap)
        s->data[0] = '\0';
}

void strbuf_release(struct strbuf *s)
{
    if (s->cap)
        mem_free(s->data);
    strbuf_init(s, s->limit);
}
