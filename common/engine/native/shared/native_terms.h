/* native_terms.h - the terms that stand for a word, a stem, a filter or a key: the one
 * place where writer and readers spell them. The classes are in segment/dictionary.h.
 */
#ifndef ENGINE_NATIVE_SHARED_NATIVE_TERMS_H
#define ENGINE_NATIVE_SHARED_NATIVE_TERMS_H

#include "doc/article.h"
#include "query/query.h"
#include "segment/dictionary.h"

/* Bytes of a folded value that a term holds. */
enum { FIELD_VALUE_MAX = 900 };

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
/* Values longer than FIELD_VALUE_MAX are cut and end in a digest of all their bytes, so
 * that equal terms are equal values. */
void term_of_field(struct term *out, enum ast_field field, struct slice folded);
void term_of_key(struct term *out, struct slice key);
/* Of two plain forms, of width 1. */
void term_of_pair(struct term *out, struct slice form, struct slice next);

/* Back: the form and width of a WORD or CAPS term; borrows it. */
struct slice term_form(struct slice term, unsigned *width);

/* One list for two terms. `term` is a STEM, PLAIN or CAPS term, and `word` the only WORD
 * term that it has occurrences of in this segment:
 *
 *   CAPS    the one of the same form and width
 *   STEM    the only one among its forms (stems.h)
 *   PLAIN   the only one with its form, whatever its width
 *
 * Then each occurrence of `term` is one of `word`: document by document its frequency is
 * at most that of `word`, and its positions are among those. So when there are as many
 * documents they are the same ones, and when the sums of the frequencies are equal, too,
 * so is each of them, and with it the positions. The dictionary entry of `term` then has
 * the place of `word`, and counts of its own class; no second list is written. */
static inline bool term_shares_list(const struct term_counts *term,
                                    const struct term_counts *word)
{
    return term->docs == word->docs && term->frequency == word->frequency;
}

/* Every folded value that an article is found under in SOURCE, LANG or TOPIC, some more
 * than once; none for other fields. In `arena`. ERR_NOMEM, ERR_LIMIT. */
int article_field_values(const struct article *article, enum ast_field field,
                         struct arena *arena, struct slice_list *out,
                         struct err *err);

#endif
