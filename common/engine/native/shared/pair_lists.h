/* pair_lists.h - the lists of pairs (segment/pairs.h), from articles that are told
 * several times: once to count the pairs, and then to gather the articles of each, of as
 * many pairs at a time as there is memory for.
 *
 *     pair_lists_count(&p, err);
 *     ... each article: pair_lists_put() for each two neighbours
 *     pair_lists_counted(&p, err);
 *     while (pair_lists_window(&p, room, &more, err) == 0 && more) {
 *         ... each article, in order of doc ids, again
 *         pair_lists_write(&p, postings, err);
 *     }
 *
 * Lists stand in the order of the dictionary; their entries wait in p.list. One thread.
 */
#ifndef ENGINE_NATIVE_SHARED_PAIR_LISTS_H
#define ENGINE_NATIVE_SHARED_PAIR_LISTS_H

#include "segment/pairs.h"
#include "segment/postings.h"

struct pair_list {
    uint32_t first, second; /* numbers of the words */
    struct term_entry entry;
};

struct pair_lists {
    struct pair_table table;
    bool counting;
    uint32_t *end;     /* by cell: how many; then where its next article goes */
    uint32_t from, to; /* cells of the window ... */
    uint32_t from_row, to_row; /* ... those of table.row[from_row] and so on */
    uint32_t *article; /* of all cells of the window: doc id, PAIR_IN_TITLE */
    uint32_t capacity;
    struct pair_list *list;
    uint32_t count, room;
};

#define PAIR_IN_TITLE (UINT32_C(1) << 31)

/* The table is made. ERR_NOMEM. */
int pair_lists_count(struct pair_lists *p, struct err *err);
int pair_lists_counted(struct pair_lists *p, struct err *err);
/* The next pairs whose articles need no more than `room` numbers, a row at least; *more
 * false at the end. */
int pair_lists_window(struct pair_lists *p, uint64_t room, bool *more,
                      struct err *err);
int pair_lists_write(struct pair_lists *p, struct postings_writer *postings,
                     struct err *err);
void pair_lists_release(struct pair_lists *p);

/* A pair of this cell: counted, or gathered if the window has it; `title`: PAIR_IN_TITLE
 * or 0. */
static inline void pair_lists_count_one(struct pair_lists *p, uint32_t cell)
{
    p->end[cell]++;
}

static inline void pair_lists_gather_one(struct pair_lists *p, uint32_t cell,
                                         doc_id doc, uint32_t title)
{
    if (cell - p->from < p->to - p->from)
        p->article[p->end[cell]++] = doc | title;
}

/* Words of these rows side by side; either may be table.words, which is no word. */
static inline void pair_lists_put(struct pair_lists *p, uint32_t first,
                                  uint32_t second, doc_id doc, bool title)
{
    uint32_t cell = pair_cell(&p->table, first, second);
    if (cell == PAIR_NO_CELL)
        return;
    if (p->counting)
        pair_lists_count_one(p, cell);
    else
        pair_lists_gather_one(p, cell, doc, title ? PAIR_IN_TITLE : 0);
}

#endif
