#include "views/counts.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/mem.h"
#include "views/view_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct counts {
    struct hash_map places; /* values to places in `row` */
    struct count_row *row;
    uint64_t *last_article; /* of each row: the article that had it last */
    size_t capacity;
    uint64_t article;
};

struct counts *counts_new(void)
{
    struct counts *counts = mem_alloc(sizeof *counts);
    if (!counts)
        return NULL;
    *counts = (struct counts){.article = 1};
    hash_map_init(&counts->places);
    return counts;
}

void counts_free(struct counts *counts)
{
    if (!counts)
        return;
    hash_map_release(&counts->places);
    mem_free(counts->row);
    mem_free(counts->last_article);
    mem_free(counts);
}

void counts_next_article(struct counts *counts)
{
    counts->article++;
}

static int make_room(struct counts *counts)
{
    size_t capacity = counts->capacity * 2 + 64;
    size_t bytes = capacity * (sizeof *counts->row + sizeof(uint64_t));
    if (bytes + counts->places.keys.total > LIMIT_VIEW_MEMORY)
        return ERR_LIMIT;
    struct count_row *row =
        mem_realloc(counts->row, capacity * sizeof *counts->row);
    if (!row)
        return ERR_NOMEM;
    counts->row = row;
    uint64_t *last = mem_realloc(counts->last_article, capacity * sizeof *last);
    if (!last)
        return ERR_NOMEM;
    counts->last_article = last;
    counts->capacity = capacity;
    return ERR_OK;
}

int counts_add(struct counts *counts, struct slice value, uint64_t times)
{
    const uint64_t *known = hash_map_get(&counts->places, value);
    size_t at = known ? (size_t)*known : counts->places.count;
    if (!known) {
        int rc = at == counts->capacity ? make_room(counts) : ERR_OK;
        if (rc == ERR_OK)
            rc = hash_map_put(&counts->places, value, at, NULL);
        if (rc)
            return rc;
        counts->row[at] = (struct count_row){0};
        counts->last_article[at] = 0;
    }
    counts->row[at].times += times;
    counts->row[at].articles += counts->last_article[at] != counts->article;
    counts->last_article[at] = counts->article;
    return ERR_OK;
}

int counts_add_words(struct counts *counts, const struct analysis *analysis)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < analysis->tokens.count && rc == ERR_OK; i++)
        if (!analysis->tokens.token[i].joined)
            rc = counts_add(counts, analysis->tokens.token[i].form, 1);
    return rc;
}

/* --- near the hits --- */

/* What is known of each position. Windows overlap, so that their ends are noted and
 * added up afterwards: the work is in the positions and the hits, not in their
 * product. */
struct around {
    int32_t *change; /* of the number of windows that cover a position */
    uint8_t *of_hit; /* whether a hit is made of it */
    uint32_t positions;
};

/* The part that a position is in; NULL: in none. */
static const struct part_range *part_at(const struct analysis *analysis,
                                        uint32_t position)
{
    for (int part = 0; part < PART_COUNT; part++)
        if (position >= analysis->part[part].start &&
            position < analysis->part[part].end)
            return &analysis->part[part];
    return NULL;
}

static void note_hit(const struct analysis *analysis, const struct hit *hit,
                     uint32_t window, struct around *around)
{
    const struct part_range *part = part_at(analysis, hit->span.start);
    if (!part)
        return;
    uint32_t from = hit->span.start - part->start > window
                        ? hit->span.start - window
                        : part->start;
    uint32_t to =
        hit->span.end < part->end && part->end - hit->span.end > window
            ? hit->span.end + window
            : part->end;
    around->change[from]++;
    around->change[to]--;
    for (size_t i = 0; i < hit->leaf_count; i++)
        for (uint32_t at = hit->leaf[i].start;
             at < hit->leaf[i].end && at < around->positions; at++)
            around->of_hit[at] = 1;
}

int counts_add_near(struct counts *counts, const struct analysis *analysis,
                    const struct hit_list *hits, uint32_t window,
                    uint64_t *near, struct arena *scratch)
{
    const struct tokens *tokens = &analysis->tokens;
    struct around around = {.positions = tokens->positions};
    around.change = arena_array(scratch, int32_t, (size_t)around.positions + 1);
    around.of_hit = arena_array(scratch, uint8_t, (size_t)around.positions + 1);
    if (!around.change || !around.of_hit)
        return ERR_NOMEM;
    for (size_t i = 0; i < hits->count; i++)
        note_hit(analysis, &hits->hit[i], window, &around);

    int rc = ERR_OK;
    int64_t windows = 0;
    uint32_t next = 0; /* position whose change is not yet added */
    for (size_t i = 0; i < tokens->count && rc == ERR_OK; i++) {
        const struct token *token = &tokens->token[i];
        while (next <= token->position)
            windows += around.change[next++];
        if (token->joined || windows == 0 || around.of_hit[token->position])
            continue;
        rc = counts_add(counts, token->form, 1);
        ++*near;
    }
    return rc;
}

/* --- rows --- */

const struct count_row *counts_find(const struct counts *counts,
                                    struct slice value)
{
    const uint64_t *place = hash_map_get(&counts->places, value);
    return place ? &counts->row[*place] : NULL;
}

static int compare_rows(const void *a, const void *b)
{
    const struct count_row *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles > y->articles ? -1 : 1;
    if (x->times != y->times)
        return x->times > y->times ? -1 : 1;
    return slice_cmp(x->value, y->value);
}

void counts_rows(struct counts *counts, struct count_row **rows, size_t *count)
{
    size_t at = 0;
    struct slice value;
    uint64_t place;
    while (hash_map_next(&counts->places, &at, &value, &place))
        counts->row[place].value = value;
    *rows = counts->row;
    *count = counts->places.count;
    if (*count > 1)
        qsort(counts->row, *count, sizeof *counts->row, compare_rows);
}

/* --- scores --- */

/* n ln(n / expected), 0 for n = 0 as its limit is. */
static double term(double n, double expected)
{
    return n > 0 ? n * log(n / expected) : 0;
}

double log_likelihood(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    if (c < a)
        c = a;
    if (b < a)
        b = a;
    if (d < b || d - b < c - a)
        d = b + (c - a);
    if (d == 0)
        return 0;
    double here = (double)b, there = (double)(d - b);
    double rate = (double)c / (double)d;
    double g2 = 2 * (term((double)a, here * rate) +
                     term((double)(c - a), there * rate));
    if (g2 <= 0) /* below it by rounding only */
        return 0;
    return (double)a < here * rate ? -g2 : g2;
}

double log_dice(uint64_t together, uint64_t x, uint64_t y)
{
    assert(together > 0);
    double dice = 2 * (double)together / ((double)x + (double)y);
    return 14 + (dice < 1 ? log2(dice) : 0);
}
