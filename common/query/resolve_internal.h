/* resolve_internal.h - what the files of resolve share; nobody else includes it. */
#ifndef QUERY_RESOLVE_INTERNAL_H
#define QUERY_RESOLVE_INTERNAL_H

#include "query/resolve.h"

struct resolver {
    struct lexicon *lexicon;
    struct stemmers *stemmers;
    const struct query_names *names; /* never NULL */
    struct arena *arena;
    struct slice_list languages;
    struct err *err;
    bool in_pattern;
    struct named_entity *entity; /* with room for all of the query */
    size_t entity_count;
};

int resolve_no_memory(struct resolver *r);
int resolve_new_node(struct resolver *r, enum node_kind kind,
                     const struct ast *ast, size_t children, struct node **out);
/* The words of `text`, one after the other, each as itself. */
int resolve_phrase(struct resolver *r, const struct ast *ast, struct slice text,
                   struct node **out);

/* resolve_entity.c: AST_ENTITY. */
int resolve_entity(struct resolver *r, const struct ast *ast,
                   struct node **out);

/* suggest.c: the name of the register that was perhaps meant; empty: none. Looks at
 * all. */
struct slice suggest_name(const struct entity_register *entities,
                          struct slice typed, struct arena *arena);

#endif
