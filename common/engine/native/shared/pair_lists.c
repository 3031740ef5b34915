#include "engine/native/shared/pair_lists.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for pairs of words");
}

int pair_lists_count(struct pair_lists *p, struct err *err)
{
    size_t size = (p->table.cells + (size_t)1) * sizeof *p->end;
    p->end = mem_alloc(size);
    if (!p->end)
        return no_memory(err);
    memset(p->end, 0, size);
    p->counting = true;
    return ERR_OK;
}

int pair_lists_counted(struct pair_lists *p, struct err *err)
{
    for (uint32_t cell = 0; cell < p->table.cells; cell++)
        p->room += p->end[cell] > 0;
    p->list = mem_alloc((p->room + (size_t)1) * sizeof *p->list);
    p->counting = false;
    return p->list ? ERR_OK : no_memory(err);
}

/* One past the last cell of a row. */
static uint32_t row_end(const struct pair_table *t, uint32_t row)
{
    return t->first[row] + t->width[row];
}

/* Counts of the cells of the window become beginnings. */
static void add_up(struct pair_lists *p)
{
    uint32_t sum = 0;
    for (uint32_t cell = p->from; cell < p->to; cell++) {
        uint32_t count = p->end[cell];
        p->end[cell] = sum;
        sum += count;
    }
}

static uint64_t count_of(const struct pair_lists *p, uint32_t row)
{
    uint64_t sum = 0;
    for (uint32_t cell = p->table.first[row]; cell < row_end(&p->table, row);
         cell++)
        sum += p->end[cell];
    return sum;
}

int pair_lists_window(struct pair_lists *p, uint64_t room, bool *more,
                      struct err *err)
{
    const struct pair_table *t = &p->table;
    uint64_t taken = 0;
    p->from_row = p->to_row;
    p->from = p->to;
    for (; p->to_row < t->words; p->to_row++) {
        uint32_t row = t->row[p->to_row];
        uint64_t need = count_of(p, row);
        if (taken && taken + need > room)
            break;
        taken += need;
        p->to = row_end(t, row);
    }
    *more = p->to > p->from;
    if (taken > UINT32_MAX)
        return err_set(err, ERR_LIMIT, "too many pairs of words");
    if (taken > p->capacity) {
        mem_free(p->article);
        p->article = mem_alloc((size_t)taken * sizeof *p->article);
        p->capacity = p->article ? (uint32_t)taken : 0;
        if (!p->article)
            return no_memory(err);
    }
    add_up(p);
    return ERR_OK;
}

static int write_articles(struct postings_writer *postings,
                          const uint32_t *article, uint32_t count,
                          struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < count;) {
        doc_id doc = article[i] & ~PAIR_IN_TITLE;
        uint32_t frequency = 0;
        for (; i < count && (article[i] & ~PAIR_IN_TITLE) == doc; i++)
            frequency += article[i] & PAIR_IN_TITLE ? 2 : 1;
        rc = postings_add(postings, doc, frequency, NULL, err);
    }
    return rc;
}

static uint32_t begin_of(const struct pair_lists *p, uint32_t cell)
{
    return cell == p->from ? 0 : p->end[cell - 1];
}

static int write_list(struct pair_lists *p, struct postings_writer *postings,
                      uint32_t row, struct pair_list *list, uint32_t column,
                      struct err *err)
{
    uint32_t cell = p->table.first[row] + column;
    uint32_t begin = begin_of(p, cell);
    postings_begin(postings, TERM_PAIR);
    int rc =
        write_articles(postings, p->article + begin, p->end[cell] - begin, err);
    *list = (struct pair_list){.first = p->table.number[row],
                               .second = p->table.number[column]};
    return rc ? rc : postings_end(postings, &list->entry, err);
}

static int by_second(const void *a, const void *b)
{
    const struct pair_list *x = a, *y = b;
    return (x->second > y->second) - (x->second < y->second);
}

/* The lists of a row in the order of their second words. `entry.number` is the column until
 * the entry is made. */
static int write_row(struct pair_lists *p, struct postings_writer *postings,
                     uint32_t row, struct err *err)
{
    struct pair_list *list = p->list + p->count;
    uint32_t count = 0;
    int rc = ERR_OK;
    for (uint32_t column = 0; column < p->table.width[row]; column++) {
        uint32_t cell = p->table.first[row] + column;
        if (p->end[cell] > begin_of(p, cell))
            list[count++] = (struct pair_list){
                .second = p->table.number[column], .entry = {.number = column}};
    }
    if (count)
        qsort(list, count, sizeof *list, by_second);
    for (uint32_t i = 0; rc == ERR_OK && i < count; i++)
        rc = write_list(p, postings, row, &list[i], list[i].entry.number, err);
    p->count += count;
    return rc;
}

int pair_lists_write(struct pair_lists *p, struct postings_writer *postings,
                     struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = p->from_row; rc == ERR_OK && i < p->to_row; i++)
        rc = write_row(p, postings, p->table.row[i], err);
    return rc;
}

void pair_lists_release(struct pair_lists *p)
{
    mem_free(p->end);
    mem_free(p->article);
    mem_free(p->list);
    *p = (struct pair_lists){0};
}
