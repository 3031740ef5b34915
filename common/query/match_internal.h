/* match_internal.h - what the files of match share; nobody else includes it. */
#ifndef QUERY_MATCH_INTERNAL_H
#define QUERY_MATCH_INTERNAL_H

#include "query/match.h"

struct matcher {
    struct article_view *view;
    struct arena *arena;
    struct err *err;
};

struct growing_hits {
    struct hit_list list;
    size_t capacity;
};

int match_no_memory(struct matcher *m);
/* ERR_OK, or why nobody waits for the hits any more; for each step of a loop that a
 * long article makes long. */
int match_go_on(struct matcher *m);
int match_push(struct matcher *m, struct growing_hits *to, struct hit hit);
int match_join(struct matcher *m, const struct hit *a, const struct hit *b,
               struct hit *out);
/* Index of the first hit that starts at `start` or later. */
size_t match_first_from(const struct hit_list *list, uint32_t start);
/* Sort, and keep the hits that contain no other one. */
void match_keep_minimal(struct hit_list *list);

int match_node(struct matcher *m, const struct node *node, bool *matches);
/* A node's hits, by rising start and end. For OR as an operand: all of them. */
int match_node_hits(struct matcher *m, const struct node *node,
                    struct hit_list *out);
int match_pair_hits(struct matcher *m, const struct node *node,
                    struct hit_list *out);
int match_notnear_hits(struct matcher *m, const struct node *node,
                       struct hit_list *out);
int match_window_hits(struct matcher *m, const struct node *window,
                      struct hit_list *out);

#endif
