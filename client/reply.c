#include "client/reply.h"

#include "base/err.h"
#include "client/layout.h"

#include <stdio.h>

enum { CARET_WIDTH = 80 };

json_t *reply_parse(struct slice body, struct err *err)
{
    json_error_t why;
    json_t *root =
        json_loadb((const char *)body.data, body.len, JSON_ALLOW_NUL, &why);
    if (!root) {
        struct strbuf clean; /* jansson quotes what it read */
        strbuf_init(&clean, sizeof err->text);
        layout_clean(&clean, slice_of(why.text));
        err_set(err, ERR_INVALID,
                "the daemon's answer is no JSON (line %d, column %d: %s)",
                why.line, why.column, clean.data);
        strbuf_release(&clean);
    } else if (!json_is_object(root)) {
        err_set(err, ERR_INVALID, "the daemon's answer is no JSON object");
        json_decref(root);
        root = NULL;
    }
    return root;
}

void shape_is_wrong(struct shape *shape, const char *name, const char *what)
{
    if (!shape->wrong)
        snprintf(shape->text, sizeof shape->text, "%s %s", name, what);
    shape->wrong = true;
}

/* The member, NULL when absent or null. */
static const json_t *member(struct shape *shape, const json_t *object,
                            const char *name, bool must)
{
    const json_t *value = json_object_get(object, name);
    if (value && !json_is_null(value))
        return value;
    if (must)
        shape_is_wrong(shape, name, "is missing");
    return NULL;
}

bool reply_has(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return value && !json_is_null(value);
}

static struct slice text_of(struct shape *shape, const json_t *value,
                            const char *name)
{
    if (value && !json_is_string(value))
        shape_is_wrong(shape, name, "is no text");
    if (!json_is_string(value))
        return (struct slice){0};
    return (struct slice){(const uint8_t *)json_string_value(value),
                          json_string_length(value)};
}

struct slice reply_text(struct shape *shape, const json_t *object,
                        const char *name)
{
    return text_of(shape, member(shape, object, name, false), name);
}

struct slice must_text(struct shape *shape, const json_t *object,
                       const char *name)
{
    return text_of(shape, member(shape, object, name, true), name);
}

static uint64_t u64_of(struct shape *shape, const json_t *value,
                       const char *name)
{
    if (value && !(json_is_integer(value) && json_integer_value(value) >= 0)) {
        shape_is_wrong(shape, name, "is no number");
        return 0;
    }
    return value ? (uint64_t)json_integer_value(value) : 0;
}

uint64_t reply_u64(struct shape *shape, const json_t *object, const char *name)
{
    return u64_of(shape, member(shape, object, name, false), name);
}

uint64_t must_u64(struct shape *shape, const json_t *object, const char *name)
{
    return u64_of(shape, member(shape, object, name, true), name);
}

double must_real(struct shape *shape, const json_t *object, const char *name)
{
    const json_t *value = member(shape, object, name, true);
    if (value && !json_is_number(value))
        shape_is_wrong(shape, name, "is no number");
    return json_number_value(value);
}

static const json_t *array_of(struct shape *shape, const json_t *value,
                              const char *name)
{
    if (value && !json_is_array(value)) {
        shape_is_wrong(shape, name, "is no array");
        return NULL;
    }
    return value;
}

const json_t *reply_array(struct shape *shape, const json_t *object,
                          const char *name)
{
    return array_of(shape, member(shape, object, name, false), name);
}

const json_t *must_array(struct shape *shape, const json_t *object,
                         const char *name)
{
    return array_of(shape, member(shape, object, name, true), name);
}

const json_t *must_object(struct shape *shape, const json_t *object,
                          const char *name)
{
    const json_t *value = member(shape, object, name, true);
    if (value && !json_is_object(value)) {
        shape_is_wrong(shape, name, "is no object");
        return NULL;
    }
    return value;
}

void reply_write_tagged(struct strbuf *out, const char *id, struct slice body)
{
    strbuf_add_text(out, "{\"id\":\"");
    for (; *id; id++)
        strbuf_addf(out, *id == '"' || *id == '\\' ? "\\%c" : "%c", *id);
    strbuf_add_text(out, "\",\"reply\":");
    strbuf_add_slice(out, body);
    strbuf_add_text(out, "}\n");
}

void reply_print_error(struct strbuf *out, struct shape *shape,
                       const json_t *reply, unsigned status, const char *query,
                       size_t width)
{
    const json_t *error = must_object(shape, reply, "error");
    struct slice message = must_text(shape, error, "message");
    must_text(shape, error, "code");
    uint64_t position = reply_u64(shape, error, "position");
    if (shape->wrong) {
        strbuf_addf(out,
                    "dateline: the daemon answered with HTTP status %u and no "
                    "reason\n",
                    status);
        return;
    }
    strbuf_add_text(out, "dateline: ");
    layout_clean(out, message);
    strbuf_add_char(out, '\n');
    if (query && reply_has(error, "position"))
        layout_caret(out, slice_of(query), position,
                     width ? width : CARET_WIDTH);
}
