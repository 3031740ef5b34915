/* list_union.h - the lists of one word as one list: where it stands in an article, and
 * how often.
 *
 * A heap of lists. Articles are asked for in rising order (again for the same one is
 * fine); every list moves once over its documents, however many lists there are.
 */
#ifndef ENGINE_NATIVE_LISTS_LIST_UNION_H
#define ENGINE_NATIVE_LISTS_LIST_UNION_H

#include "engine/native/lists/word_terms.h"
#include "query/match.h"

struct union_member {
    struct doc_iter *it;
    struct postings *list;
    unsigned width;
    int lang;
};

struct list_union {
    const struct segment *segment;
    struct union_member *heap;
    size_t count;
};

/* In `arena`, which must outlive it. */
int list_union_open(const struct segment *segment,
                    const struct word_terms *terms, struct arena *arena,
                    struct list_union *out, struct err *err);

/* Stand on `doc`; *there when one of the lists has it. */
int list_union_seek(struct list_union *lists, doc_id doc, bool *there,
                    struct err *err);

/* Of the article that it stands on (0 when it is not there): frequencies added up. */
int list_union_frequency(const struct list_union *lists, doc_id doc,
                         uint32_t *out, struct err *err);
/* Those of several lists: by start, then end, and each once. */
void span_list_sort(struct span_list *spans);
/* Occurrences, sorted, each once. In `arena`. */
int list_union_spans(const struct list_union *lists, doc_id doc,
                     struct arena *arena, struct span_list *out,
                     struct err *err);

/* A walk ended with `status`: its text is in `err` already, or is put there. */
int native_walk_failed(const struct segment *segment, int status,
                       struct err *err);

#endif
