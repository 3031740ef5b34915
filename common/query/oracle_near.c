/* Windows and distances: all choices of occurrences are tried. */
#include "query/oracle_internal.h"

#include "base/err.h"

static uint32_t widest(const struct found *found)
{
    uint32_t width = 0;
    for (size_t i = 0; i < found->count; i++)
        if (found->span[i].end - found->span[i].start > width)
            width = found->span[i].end - found->span[i].start;
    return width;
}

/* "Whole inside one sentence" (or paragraph): no other begins within. */
static bool in_one_unit(const struct oracle *o, enum near_unit unit,
                        struct span interval)
{
    const struct position_list *starts = unit == NEAR_SENTENCE
                                             ? &o->analysis->sentences
                                             : &o->analysis->paragraphs;
    for (size_t i = 0; i < starts->count; i++)
        if (interval.start < starts->at[i] && starts->at[i] < interval.end)
            return false;
    return true;
}

/* An attempt to choose one occurrence of each operand. */
struct choice {
    const struct found *operand;
    size_t count;
    const struct ast *distance; /* the operator */
    uint32_t
        room; /* an interval wider than this leaves more than n uncovered */
    struct span *chosen;
};

static bool may_join(const struct choice *c, size_t next, struct span span)
{
    uint32_t start = span.start, end = span.end;
    for (size_t i = 0; i < next; i++) {
        struct span other = c->chosen[i];
        bool before = other.end <= span.start, after = span.end <= other.start;
        if (c->distance->kind == AST_ADJ ? !before : !before && !after)
            return false;
        start = other.start < start ? other.start : start;
        end = other.end > end ? other.end : end;
    }
    return end - start <= c->room;
}

static bool qualifies(const struct oracle *o, const struct choice *c,
                      struct span interval, uint32_t covered)
{
    if (c->distance->unit != NEAR_WORDS)
        return in_one_unit(o, c->distance->unit, interval);
    return interval.end - interval.start - covered <= c->distance->n;
}

/* "An interval qualifies when some choice of one occurrence per operand, pairwise
 * disjoint, spans it exactly and leaves at most n positions uncovered." */
static int choose(struct oracle *o, struct choice *c, size_t next,
                  struct found *out)
{
    if (next == c->count) {
        struct span all = {c->chosen[0].start, 0};
        uint32_t covered = 0;
        for (size_t i = 0; i < c->count; i++) {
            struct span span = c->chosen[i];
            all.start = span.start < all.start ? span.start : all.start;
            all.end = span.end > all.end ? span.end : all.end;
            covered += span.end - span.start;
        }
        return qualifies(o, c, all, covered)
                   ? oracle_add(o, out, all.start, all.end)
                   : ERR_OK;
    }
    for (size_t i = 0; i < c->operand[next].count; i++) {
        int rc = oracle_step(o);
        if (rc == ERR_OK && may_join(c, next, c->operand[next].span[i])) {
            c->chosen[next] = c->operand[next].span[i];
            rc = choose(o, c, next + 1, out);
        }
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* Of a window, NEAR or ADJ. */
int oracle_intervals(struct oracle *o, const struct found *operand,
                     size_t count, const struct ast *distance,
                     struct found *out)
{
    struct choice c = {operand, count, distance, distance->n, NULL};
    c.chosen = arena_array(o->arena, struct span, count);
    if (!c.chosen)
        return oracle_no_memory(o);
    for (size_t i = 0; i < count; i++)
        c.room += widest(&operand[i]);
    if (distance->unit != NEAR_WORDS)
        c.room = UINT32_MAX;
    struct found all = {0};
    int rc = choose(o, &c, 0, &all);
    return rc == ERR_OK ? oracle_add_minimal(o, &all, out) : rc;
}

/* A b that overlaps the a is near it; else the words between count, or that both
 * are in one sentence. */
static bool is_near(const struct oracle *o, const struct ast *distance,
                    struct span a, struct span b)
{
    if (a.start < b.end && b.start < a.end)
        return true;
    struct span first = a.start < b.start ? a : b;
    struct span last = a.start < b.start ? b : a;
    if (distance->unit == NEAR_WORDS)
        return last.start - first.end <= distance->n;
    return in_one_unit(o, distance->unit, (struct span){first.start, last.end});
}

/* "An a with no b that near." */
static int not_near(struct oracle *o, const struct found *a,
                    const struct found *b, const struct ast *distance,
                    struct found *out)
{
    for (size_t i = 0; i < a->count; i++) {
        struct span x = a->span[i];
        bool near = false;
        for (size_t k = 0; k < b->count; k++) {
            near = near || is_near(o, distance, x, b->span[k]);
            int rc = oracle_step(o);
            if (rc != ERR_OK)
                return rc;
        }
        int rc = near ? ERR_OK : oracle_add(o, out, x.start, x.end);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

int oracle_near(struct oracle *o, const struct ast *ast, struct found *out)
{
    struct found operand[2] = {{0}, {0}};
    for (size_t i = 0; i < 2; i++) {
        int rc = oracle_occurrences(o, ast->child[i], &operand[i]);
        if (rc != ERR_OK)
            return rc;
    }
    if (ast->kind == AST_NOTNEAR) {
        struct found alone = {0};
        int rc = not_near(o, &operand[0], &operand[1], ast, &alone);
        return rc == ERR_OK ? oracle_add_minimal(o, &alone, out) : rc;
    }
    return oracle_intervals(o, operand, 2, ast, out);
}
