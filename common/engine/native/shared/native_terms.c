#include "engine/native/shared/native_terms.h"

#include "base/err.h"
#include "base/limits.h"
#include "doc/digest.h"
#include "query/filter.h"

#include <assert.h>
#include <string.h>

_Static_assert(LIMIT_TERM_BYTES + 3 <= TERM_KEY_MAX, "class, form, 01, width");
_Static_assert(2 * LIMIT_TERM_BYTES + 2 <= TERM_KEY_MAX,
               "class, form, 01, form");
_Static_assert(2 + FIELD_VALUE_MAX + DIGEST_TEXT_SIZE <= TERM_KEY_MAX,
               "class, digit, value, digest");

struct slice term_slice(const struct term *term)
{
    return (struct slice){term->bytes, term->len};
}

static void begin(struct term *term, enum term_class class)
{
    term->len = 1;
    term->bytes[0] = (uint8_t) class;
}

/* Sticky: what does not fit leaves no term. */
static void add(struct term *term, struct slice bytes)
{
    if (term->len == 0 || bytes.len > sizeof term->bytes - term->len) {
        term->len = 0;
        return;
    }
    if (bytes.len)
        memcpy(term->bytes + term->len, bytes.data, bytes.len);
    term->len += bytes.len;
}

static void add_byte(struct term *term, uint8_t byte)
{
    add(term, (struct slice){&byte, 1});
}

void term_of_word(struct term *out, enum term_class class, struct slice form,
                  unsigned width)
{
    assert(class == TERM_WORD || class == TERM_CAPS);
    assert(width >= 1 && width <= UINT8_MAX);
    begin(out, class);
    add(out, form);
    if (width > 1) {
        add_byte(out, TERM_JOINED);
        add_byte(out, (uint8_t)width);
    }
}

void term_of_stem(struct term *out, struct slice primary_lang,
                  struct slice stem)
{
    begin(out, TERM_STEM);
    add(out, primary_lang);
    add_byte(out, ':');
    add(out, stem);
}

void term_of_plain(struct term *out, struct slice form)
{
    begin(out, TERM_PLAIN);
    add(out, form);
}

/* A cut value is longer than any whole one, so that the two are never equal. */
void term_of_field(struct term *out, enum ast_field field, struct slice folded)
{
    begin(out, TERM_FIELD);
    add_byte(out, (uint8_t)('0' + field));
    if (folded.len <= FIELD_VALUE_MAX) {
        add(out, folded);
        return;
    }
    struct digest whole = {0};
    char text[DIGEST_TEXT_SIZE];
    digest_add(&whole, folded.data, folded.len);
    digest_end_text(&whole, text);
    add(out, slice_part(folded, 0, FIELD_VALUE_MAX));
    add(out, slice_of(text));
}

void term_of_key(struct term *out, struct slice key)
{
    begin(out, TERM_KEY);
    add(out, key);
}

void term_of_pair(struct term *out, struct slice form, struct slice next)
{
    begin(out, TERM_PAIR);
    add(out, form);
    add_byte(out, TERM_JOINED);
    add(out, next);
}

struct slice term_form(struct slice term, unsigned *width)
{
    *width = 1;
    if (term.len == 0)
        return term;
    struct slice form = slice_part(term, 1, term.len);
    if (form.len >= 2 && form.data[form.len - 2] == TERM_JOINED) {
        *width = form.data[form.len - 1];
        form.len -= 2;
    }
    return form;
}

int article_field_values(const struct article *article, enum ast_field field,
                         struct arena *arena, struct slice_list *out,
                         struct err *err)
{
    struct slice source = article->source;
    struct slice lang[2] = {article->lang, lang_primary(article->lang)};
    struct slice_list raw = {0};
    switch (field) {
    case FIELD_SOURCE:
        raw = (struct slice_list){&source, 1};
        break;
    case FIELD_LANG:
        raw = (struct slice_list){lang, lang[0].len == lang[1].len ? 1 : 2};
        break;
    case FIELD_TOPIC:
        raw = article->topics;
        break;
    case FIELD_KEY:   /* a class of its own */
    case FIELD_SINCE: /* a number: in the records */
        break;
    }
    *out = (struct slice_list){0};
    if (raw.count == 0)
        return ERR_OK;
    out->item = arena_array(arena, struct slice, raw.count);
    if (!out->item)
        return err_set(err, ERR_NOMEM, "no memory for the fields of %.*s",
                       SLICE_ARG(article->key));
    for (size_t i = 0; i < raw.count; i++) {
        int rc = filter_value(field, raw.item[i], arena, &out->item[i]);
        if (rc)
            return err_set(err, rc, "cannot fold a field of %.*s",
                           SLICE_ARG(article->key));
    }
    out->count = raw.count;
    return ERR_OK;
}
