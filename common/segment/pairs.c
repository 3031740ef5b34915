#include "segment/pairs.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static int by_docs(const void *a, const void *b)
{
    const struct pair_word *x = a, *y = b;
    if (x->docs != y->docs)
        return x->docs > y->docs ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

struct place {
    uint32_t number, row;
};

static int by_number(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* Columns that the rule asks for in each row: they fall from row to row. The result is
 * their sum. */
static uint64_t measure(struct pair_table *t, uint32_t docs,
                        const struct pair_word *sorted)
{
    uint64_t cells = 0;
    uint32_t width = t->words;
    for (uint32_t row = 0; row < t->words; row++) {
        while (width > 0 && !pair_is_stored(docs, sorted[row].docs,
                                            sorted[width - 1].docs, t->share))
            width--;
        t->width[row] = width;
        cells += width;
    }
    return cells;
}

static void lay_out(struct pair_table *t, struct place *place)
{
    uint32_t cell = 0;
    for (uint32_t row = 0; row < t->words; row++)
        place[row] = (struct place){t->number[row], row};
    if (t->words)
        qsort(place, t->words, sizeof *place, by_number);
    for (uint32_t i = 0; i < t->words; i++) {
        t->row[i] = place[i].row;
        t->first[place[i].row] = cell;
        cell += t->width[place[i].row];
    }
    t->first[t->words] = t->cells = cell;
}

int pair_table_make(struct pair_table *out, uint32_t docs, uint32_t share,
                    const struct pair_word *word, uint32_t count,
                    struct arena *arena)
{
    size_t room = count + (size_t)1;
    struct pair_word *sorted = arena_array(arena, struct pair_word, room);
    struct place *place = arena_array(arena, struct place, room);
    *out = (struct pair_table){
        .words = count,
        .share = share,
        .number = arena_array(arena, uint32_t, room),
        .row = arena_array(arena, uint32_t, room),
        .first = arena_array(arena, uint32_t, room),
        .width = arena_array(arena, uint32_t, room),
    };
    if (!sorted || !place || !out->number || !out->row || !out->first ||
        !out->width)
        return ERR_NOMEM;
    if (count) {
        memcpy(sorted, word, count * sizeof *word);
        qsort(sorted, count, sizeof *sorted, by_docs);
    }
    for (uint32_t row = 0; row < count; row++)
        out->number[row] = sorted[row].number;
    while (measure(out, docs, sorted) > PAIR_CELLS_MAX)
        out->share /= 2;
    lay_out(out, place);
    return ERR_OK;
}
