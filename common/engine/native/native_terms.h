/* native_terms.h - the terms that stand for a word, a stem, a filter or a key: the one
 * place where writer and readers spell them. The classes are in segment/dictionary.h.
 */
#ifndef ENGINE_NATIVE_NATIVE_TERMS_H
#define ENGINE_NATIVE_NATIVE_TERMS_H

#include "query/query.h"
#include "segment/dictionary.h"

/* A term under construction; `len` 0 after a text that is too long (never from analysis,
 * only from bytes of others): such a term is in no dictionary. */
struct term {
    size_t len;
    uint8_t bytes[TERM_KEY_MAX];
};

struct slice term_slice(const struct term *term);

/* Width 1: the form itself; more: a joined form. WORD or CAPS. */
void term_of_word(struct term *out, enum term_class class, struct slice form,
                  unsigned width);
void term_of_stem(struct term *out, struct slice primary_lang,
                  struct slice stem);
void term_of_plain(struct term *out, struct slice form);
/* `folded` is at most FIELD_VALUE_MAX bytes; longer values are cut and end in a digest of
 * all of them, so that equal terms are equal values. */
void term_of_field(struct term *out, enum ast_field field, struct slice folded);
void term_of_key(struct term *out, struct slice key);

/* Back: the form and width of a WORD or CAPS term. */
struct slice term_form(struct slice term, unsigned *width);

/* Every folded value that an article is found under in SOURCE, LANG or TOPIC; KEY terms are
 * not fields. In `arena`. */
int article_field_values(const struct article *article, enum ast_field field,
                         struct arena *arena, struct slice_list *out,
                         struct err *err);

#endif
