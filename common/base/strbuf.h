/* strbuf.h - text that grows, up to a limit.
 *
 *     struct strbuf s;
 *     strbuf_init(&s, 1 << 20);
 *     strbuf_addf(&s, "%d hits", n);
 *     if (s.failed) ...                 // test once, at the end
 *     strbuf_release(&s);
 *
 * `data` is always NUL-terminated, never NULL. After a failure (no memory, or
 * the limit) every call does nothing, and `data` holds a prefix.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/bytes.h"

struct strbuf {
    char *data;
    size_t len, cap, limit;
    bool failed;
};

void strbuf_init(struct strbuf *s, size_t limit);
void strbuf_add(struct strbuf *s, const void *data, size_t len);
void strbuf_add_slice(struct strbuf *s, struct slice text);
void strbuf_add_text(struct strbuf *s, const char *text);
void strbuf_add_char(struct strbuf *s, char c);
__attribute__((format(printf, 2, 3))) void strbuf_addf(struct strbuf *s,
                                                       const char *fmt, ...);
struct slice strbuf_slice(const struct strbuf *s); /* until the next change */
void strbuf_reset(struct strbuf *s);               /* empty, memory kept */
void strbuf_release(struct strbuf *s);

#endif
