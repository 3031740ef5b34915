/* resolve.h - from what was typed to what is evaluated: words are analysed as
 * articles are, and expanded through the dictionary of a snapshot.
 */
#ifndef QUERY_RESOLVE_H
#define QUERY_RESOLVE_H

#include "query/parse.h"
#include "query/query.h"
#include "text/stem.h"

struct entity_register;
struct err;

/* What a snapshot knows about words. Lists live in `arena`, are sorted by bytes and
 * name no form whose articles are all deleted, but for stem_forms() of engines that keep no
 * such counts. */
struct lexicon {
    const struct lexicon_ops *ops;
};

struct entity_form {
    struct slice text; /* as written */
    unsigned width;    /* positions */
    uint64_t articles, mentions;
};
struct entity_form_list {
    struct entity_form *form;
    size_t count;
};

struct lexicon_ops {
    /* Forms that start with `prefix`. ERR_LIMIT when there are more than `limit`. */
    int (*prefix_forms)(struct lexicon *, struct slice prefix, size_t limit,
                        struct arena *, struct slice_list *out, struct err *);
    /* Forms one edit away from `form` (one code point more, less, or another, or two
     * neighbours swapped), `form` itself included when it is there. */
    int (*near_forms)(struct lexicon *, struct slice form, size_t limit,
                      struct arena *, struct slice_list *out, struct err *);
    /* In how many articles this very form stands, and how often in all. */
    int (*frequency)(struct lexicon *, struct slice form, uint64_t *articles,
                     uint64_t *occurrences, struct err *);
    /* Forms that articles of `lang` contain with this stem. */
    int (*stem_forms)(struct lexicon *, struct slice lang, struct slice stem,
                      struct arena *, struct slice_list *out, struct err *);
    /* The forms that an entity is mentioned in, by bytes, then width, with live counts; those
     * of no live article are left out. */
    int (*entity_forms)(struct lexicon *, struct slice id, struct arena *,
                        struct entity_form_list *out, struct err *err);
    /* Live articles that mention it, and mentions. */
    int (*entity_frequency)(struct lexicon *, struct slice id,
                            uint64_t *articles, uint64_t *mentions,
                            struct err *err);
    /* Ids of all that are mentioned, by bytes. */
    int (*entities)(struct lexicon *, struct arena *, struct slice_list *out,
                    struct err *err);
    /* Languages of the articles, as lang_primary() gives them. */
    int (*languages)(struct lexicon *, struct arena *, struct slice_list *out,
                     struct err *);
};

/* What names are looked up by. */
struct query_names {
    const struct entity_register *entities; /* NULL: the index has none */
    /* The oldest that articles were annotated by. What it lacks of the names of an entity is
     * looked for as an exact phrase, too. NULL: `entities`. */
    const struct entity_register *annotated_by;
    bool strict; /* an ambiguous name is an error */
};

/* ERR_INVALID for what makes no sense (err->at says where), ERR_UNSUPPORTED for
 * entities without a register, ERR_LIMIT for expansions past LIMIT_EXPANSION. `names`
 * may be NULL. */
int query_resolve(const struct parsed *parsed, struct lexicon *lexicon,
                  struct stemmers *stemmers, const struct query_names *names,
                  struct arena *arena, struct query *out, struct err *err);

#endif
