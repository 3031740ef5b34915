/* stem.h - inflected forms to one stem, by language (Snowball).
 *
 * Stems are taken of folded forms, so that a query typed without accents has the
 * same ones. A language without a Snowball stemmer has no stems: form only.
 */
#ifndef TEXT_STEM_H
#define TEXT_STEM_H

#include "text/tokenise.h"

/* Snowball's objects keep state: one `stemmers` a thread. */
struct stemmers;

struct stemmers *stemmers_new(void); /* NULL when out of memory */
void stemmers_free(struct stemmers *stemmers);

/* Whether `lang` ("en", "pt-br": the part before '-' counts) has a stemmer. */
bool stem_language_known(struct slice lang);

/* The stem: in `arena`, or the first bytes of `form` itself; the empty slice when
 * `lang` has no stemmer, else never empty. `form` is as fold_word() or a token
 * gives it; one longer than LIMIT_TERM_BYTES is its own stem. ERR_NOMEM,
 * ERR_LIMIT. */
int stem_form(struct stemmers *stemmers, struct slice lang, struct slice form,
              struct arena *arena, struct slice *out);

/* The same for who asks for each form once: it is not looked for among those that were asked
 * for before, nor remembered. */
int stem_form_once(struct stemmers *stemmers, struct slice lang,
                   struct slice form, struct arena *arena, struct slice *out);

/* The same of many forms: sets token[i].stem. */
int stem_tokens(struct stemmers *stemmers, struct slice lang,
                struct token *token, size_t count, struct arena *arena);

#endif
