/* json_out.h - writing JSON into a strbuf, in one pass and in order.
 *
 *     struct json_out j;
 *     json_out_begin(&j, &text);
 *     json_out_object(&j);
 *       json_out_key(&j, "total"); json_out_u64(&j, 12);
 *       json_out_key(&j, "hits");  json_out_array(&j); ... json_out_end(&j);
 *     json_out_end(&j);
 *
 * Commas and nesting are kept here; mistakes in nesting are asserted. Strings
 * must be UTF-8: bytes that are not come out as U+FFFD. Reading JSON is jansson's
 * work.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include "base/strbuf.h"

enum { JSON_DEPTH_MAX = 32 };

struct json_out {
    struct strbuf *out;
    unsigned depth;
    char closer[JSON_DEPTH_MAX];
    bool comma; /* something stands before on this level */
};

void json_out_begin(struct json_out *j, struct strbuf *out);
void json_out_object(struct json_out *j);
void json_out_array(struct json_out *j);
void json_out_end(struct json_out *j);
void json_out_key(struct json_out *j, const char *key);
void json_out_slice(struct json_out *j, struct slice text);
void json_out_text(struct json_out *j, const char *text);
void json_out_u64(struct json_out *j, uint64_t v);
void json_out_i64(struct json_out *j, int64_t v);
void json_out_double(struct json_out *j, double v, int digits);
void json_out_bool(struct json_out *j, bool v);
void json_out_null(struct json_out *j);

#endif
