#include "views/timeline.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400, WEEK = 7 * DAY };

/* Periods are counted by numbers of their own, so that the next one is one more. */
#define UNDATED INT64_MIN

struct cell {
    int64_t period;
    uint32_t source;
    struct timeline_row row; /* its numbers only */
};

struct timeline {
    enum timeline_by by;
    bool by_source;
    struct hash_map sources; /* to their numbers */
    struct hash_map places;  /* period and source to a place in `cell` */
    struct cell *cell;
    size_t cell_count, cell_capacity;
    struct timeline_row *rows; /* of the last timeline_rows() */
};

struct timeline *timeline_new(enum timeline_by by, bool by_source)
{
    struct timeline *timeline = mem_alloc(sizeof *timeline);
    if (!timeline)
        return NULL;
    *timeline = (struct timeline){.by = by, .by_source = by_source};
    hash_map_init(&timeline->sources);
    hash_map_init(&timeline->places);
    return timeline;
}

void timeline_free(struct timeline *timeline)
{
    if (!timeline)
        return;
    hash_map_release(&timeline->sources);
    hash_map_release(&timeline->places);
    mem_free(timeline->cell);
    mem_free(timeline->rows);
    mem_free(timeline);
}

/* --- periods --- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* 1970-01-01 was a Thursday: week 0 begins on the Monday before. */
enum { FIRST_MONDAY = -3 * DAY };

static int64_t period_of(enum timeline_by by, int64_t seconds)
{
    if (by == BY_DAY)
        return floor_div(seconds, DAY);
    if (by == BY_WEEK)
        return floor_div(seconds - FIRST_MONDAY, WEEK);
    struct civil_date civil = date_civil(seconds);
    return by == BY_YEAR ? civil.year : civil.year * 12 + civil.month - 1;
}

static int64_t start_of(enum timeline_by by, int64_t period)
{
    if (by == BY_DAY)
        return period * DAY;
    if (by == BY_WEEK)
        return period * WEEK + FIRST_MONDAY;
    struct civil_date civil = {(int)period, 1, 1};
    if (by == BY_MONTH)
        civil =
            (struct civil_date){(int)(period / 12), (int)(period % 12) + 1, 1};
    return date_from_civil(civil);
}

/* ISO 8601: a week belongs to the year that its Thursday is in. */
static void label_week(int64_t from, char out[DATE_TEXT_SIZE])
{
    int64_t thursday = from + 3 * DAY;
    int year = date_civil(thursday).year;
    int64_t day_of_year =
        (thursday - date_from_civil((struct civil_date){year, 1, 1})) / DAY;
    snprintf(out, DATE_TEXT_SIZE, "%04d-W%02d", year,
             (int)(day_of_year / 7) + 1);
}

char *timeline_label(enum timeline_by by, int64_t from,
                     char out[DATE_TEXT_SIZE])
{
    static const enum date_precision precision[] = {
        [BY_DAY] = DATE_DAY, [BY_MONTH] = DATE_MONTH, [BY_YEAR] = DATE_YEAR};
    if (by == BY_WEEK)
        label_week(from, out);
    else
        date_format((struct date){from, (uint8_t)precision[by]}, out);
    return out;
}

/* --- counting --- */

static int number_of(struct timeline *timeline, struct slice source,
                     uint32_t *out)
{
    *out = 0;
    if (!timeline->by_source)
        return ERR_OK;
    const uint64_t *known = hash_map_get(&timeline->sources, source);
    *out = known ? (uint32_t)*known : (uint32_t)timeline->sources.count;
    return known ? ERR_OK
                 : hash_map_put(&timeline->sources, source, *out, NULL);
}

/* The bytes of a cell's name are private to one process: any order will do. */
struct cell_name {
    uint8_t bytes[sizeof(int64_t) + sizeof(uint32_t)];
};

static struct slice name_cell(int64_t period, uint32_t source,
                              struct cell_name *name)
{
    memcpy(name->bytes, &period, sizeof period);
    memcpy(name->bytes + sizeof period, &source, sizeof source);
    return (struct slice){name->bytes, sizeof name->bytes};
}

static int cell_of(struct timeline *timeline, struct date published,
                   struct slice source, struct timeline_row **out)
{
    struct cell cell = {.period = UNDATED};
    if (published.precision != DATE_NONE) {
        if (published.seconds < DATE_MIN || published.seconds >= DATE_MAX)
            return ERR_CORRUPT;
        cell.period = period_of(timeline->by, published.seconds);
    }
    int rc = number_of(timeline, source, &cell.source);
    if (rc)
        return rc;
    struct cell_name bytes;
    struct slice name = name_cell(cell.period, cell.source, &bytes);
    const uint64_t *at = hash_map_get(&timeline->places, name);
    if (at) {
        *out = &timeline->cell[*at].row;
        return ERR_OK;
    }
    if (timeline->cell_count == timeline->cell_capacity) {
        size_t capacity = timeline->cell_capacity * 2 + 64;
        struct cell *bigger =
            mem_realloc(timeline->cell, capacity * sizeof *bigger);
        if (!bigger)
            return ERR_NOMEM;
        timeline->cell = bigger;
        timeline->cell_capacity = capacity;
    }
    rc = hash_map_put(&timeline->places, name, timeline->cell_count, NULL);
    if (rc)
        return rc;
    timeline->cell[timeline->cell_count] = cell;
    *out = &timeline->cell[timeline->cell_count++].row;
    return ERR_OK;
}

int timeline_add_corpus(struct timeline *timeline, struct date published,
                        struct slice source, uint32_t words)
{
    struct timeline_row *row;
    int rc = cell_of(timeline, published, source, &row);
    if (rc)
        return rc;
    row->corpus_articles++;
    row->corpus_words += words;
    return ERR_OK;
}

int timeline_add_match(struct timeline *timeline, struct date published,
                       struct slice source, uint64_t hits)
{
    struct timeline_row *row;
    int rc = cell_of(timeline, published, source, &row);
    if (rc)
        return rc;
    row->articles++;
    row->hits += hits;
    return ERR_OK;
}

/* --- rows --- */

struct source {
    struct slice name;
    uint32_t number;
};

static int compare_sources(const void *a, const void *b)
{
    const struct source *x = a, *y = b;
    return slice_cmp(x->name, y->name);
}

/* In the order of their names; without sources, one without a name. */
static struct source *list_sources(const struct timeline *timeline,
                                   size_t *count)
{
    size_t at = 0, n = 0;
    uint64_t number;
    struct source *list =
        mem_alloc((timeline->sources.count + 1) * sizeof *list);
    if (!list)
        return NULL;
    if (!timeline->by_source)
        list[n++] = (struct source){{0}, 0};
    struct slice name;
    while (hash_map_next(&timeline->sources, &at, &name, &number))
        list[n++] = (struct source){name, (uint32_t)number};
    qsort(list, n, sizeof *list, compare_sources);
    *count = n;
    return list;
}

/* The first and the last period; how many that are. */
static uint64_t find_range(const struct timeline *timeline, int64_t *first)
{
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i < timeline->cell_count; i++) {
        int64_t period = timeline->cell[i].period;
        if (period == UNDATED)
            continue;
        from = period < from ? period : from;
        to = period > to ? period : to;
    }
    *first = from;
    return from > to ? 0 : (uint64_t)(to - from) + 1;
}

static void fill_row(const struct timeline *timeline, int64_t period,
                     const struct source *source, struct timeline_row *row)
{
    struct cell_name bytes;
    struct slice name = name_cell(period, source->number, &bytes);
    const uint64_t *at = hash_map_get(&timeline->places, name);
    *row = at ? timeline->cell[*at].row : (struct timeline_row){0};
    row->source = source->name;
    if (period != UNDATED)
        row->from = start_of(timeline->by, period);
}

int timeline_rows(struct timeline *timeline, struct timeline_row **rows,
                  size_t *count, struct timeline_row **undated,
                  size_t *undated_count, struct err *err)
{
    int64_t first;
    size_t sources;
    uint64_t periods = find_range(timeline, &first);
    mem_free(timeline->rows);
    timeline->rows = NULL;
    struct source *source = list_sources(timeline, &sources);
    if (!source)
        return err_set(err, ERR_NOMEM, "no memory for the timeline");
    int rc = ERR_OK;
    if (sources && periods + 1 > LIMIT_TIMELINE_ROWS / sources) {
        rc = err_set(err, ERR_LIMIT,
                     "the timeline has more than %d rows; ask for longer "
                     "periods, fewer years or fewer sources",
                     LIMIT_TIMELINE_ROWS);
        goto out;
    }
    size_t total = (size_t)(periods + 1) * sources;
    timeline->rows = mem_alloc((total + 1) * sizeof *timeline->rows);
    if (!timeline->rows) {
        rc = err_set(err, ERR_NOMEM, "no memory for the timeline");
        goto out;
    }
    struct timeline_row *row = timeline->rows;
    for (uint64_t p = 0; p < periods; p++)
        for (size_t s = 0; s < sources; s++)
            fill_row(timeline, first + (int64_t)p, &source[s], row++);
    *rows = timeline->rows;
    *count = (size_t)periods * sources;
    *undated = row;
    *undated_count = sources;
    for (size_t s = 0; s < sources; s++)
        fill_row(timeline, UNDATED, &source[s], row++);
out:
    mem_free(source);
    return rc;
}
