/* inflect.h - the forms that a word of a name takes in a text, from its dictionary form.
 *
 * Russian, Ukrainian and Polish by endings of any word; Turkish by suffixes that a writer
 * attaches without an apostrophe to the last word (with one, the tokeniser splits them off);
 * Arabic by what is written together with the first word. The tables know no grammar beyond
 * a word's last letters: they give too many forms rather than too few, of words that
 * nobody writes. docs/register.md says where such forms count.
 *
 * Sources: the usual school grammars; Zaliznyak's classes of Russian nouns, simplified.
 */
#ifndef ENTITY_INFLECT_H
#define ENTITY_INFLECT_H

#include "base/arena.h"
#include "base/bytes.h"

/* Where a word stands in its name. */
enum word_place {
    WORD_INNER = 0,
    WORD_FIRST = 1 << 0,
    WORD_LAST = 1 << 1,
};

/* Whether names of `lang` have other forms. */
bool inflects(struct slice lang);

/* The forms of `word`, as written, other than itself; in `arena`, some perhaps twice.
 * None when its language has no table, or it ends like an abbreviation (НАТО).
 * ERR_NOMEM. */
int inflect(struct slice word, struct slice lang, unsigned place,
            struct arena *arena, struct slice_list *out);

/* Whether forms of names in `name_lang` count in articles in `article_lang` ("pl",
 * "pl-pl", empty: unknown). In Latin letters a form of one language is too often a word
 * of another. */
bool inflection_counts(struct slice name_lang, struct slice article_lang);

#endif
