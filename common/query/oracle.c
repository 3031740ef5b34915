/* Every function below is one sentence of docs/query.md. Where the choice of
 * occurrences matters, all choices are tried. */
#include "query/oracle.h"

#include "base/err.h"
#include "query/filter.h"
#include "query/words.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 10 * 1000 * 1000 };

struct oracle {
    const struct article *article;
    const struct analysis *analysis;
    struct stemmers *stemmers;
    struct arena *arena;
    struct err *err;
    long steps;
};

/* Occurrences or intervals, in any order until tidy(). */
struct found {
    struct span *span;
    size_t count, capacity;
};

enum reading {
    AS_ITSELF, /* in quotes */
    WITH_STEM, /* a bare word */
    VERY_FORM, /* =US: in capitals, when it was typed so */
    BEGINNING, /* draft* */
};

static int no_memory(struct oracle *o)
{
    return err_set(o->err, ERR_NOMEM, "no memory to try every reading");
}

static int step(struct oracle *o)
{
    if (++o->steps <= MAX_STEPS)
        return ERR_OK;
    return err_set(o->err, ERR_LIMIT, "more than %d steps to try", MAX_STEPS);
}

static int add(struct oracle *o, struct found *to, uint32_t start, uint32_t end)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 16;
        struct span *bigger = arena_array(o->arena, struct span, capacity);
        if (!bigger)
            return no_memory(o);
        if (to->count)
            memcpy(bigger, to->span, to->count * sizeof *bigger);
        to->span = bigger;
        to->capacity = capacity;
    }
    to->span[to->count++] = (struct span){start, end};
    return ERR_OK;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* In order, each span once. */
static void tidy(struct found *found)
{
    size_t kept = 0;
    if (found->count > 1)
        qsort(found->span, found->count, sizeof *found->span, compare_spans);
    for (size_t i = 0; i < found->count; i++)
        if (i == 0 || compare_spans(&found->span[i], &found->span[kept - 1]))
            found->span[kept++] = found->span[i];
    found->count = kept;
}

/* "Hits are the minimal qualifying intervals": no other lies inside. */
static int add_minimal(struct oracle *o, struct found *all, struct found *out)
{
    tidy(all);
    for (size_t i = 0; i < all->count; i++) {
        struct span outer = all->span[i];
        bool holds_another = false;
        for (size_t k = 0; k < all->count; k++) {
            struct span inner = all->span[k];
            if (k != i && inner.start >= outer.start && inner.end <= outer.end)
                holds_another = true;
            int rc = step(o);
            if (rc != ERR_OK)
                return rc;
        }
        int rc = holds_another ? ERR_OK : add(o, out, outer.start, outer.end);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static bool token_is(const struct token *token, const struct token *wanted,
                     struct slice wanted_stem, enum reading reading)
{
    bool same = slice_eq(token->form, wanted->form);
    switch (reading) {
    case AS_ITSELF:
        return same;
    case WITH_STEM:
        return same ||
               (wanted_stem.len > 0 && slice_eq(token->stem, wanted_stem));
    case VERY_FORM:
        return same && (token->all_caps || !wanted->all_caps);
    case BEGINNING:
        return slice_starts_with(token->form, wanted->form);
    }
    return false;
}

/* A plain word, or a joined form: tokens of any width. */
static int token_occurrences(struct oracle *o, const struct token *wanted,
                             enum reading reading, struct found *out)
{
    struct slice stem = {0};
    if (reading == WITH_STEM &&
        stem_form(o->stemmers, o->article->lang, wanted->form, o->arena, &stem))
        return no_memory(o);
    const struct tokens *tokens = &o->analysis->tokens;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        int rc = step(o);
        if (rc == ERR_OK && token_is(token, wanted, stem, reading))
            rc = add(o, out, token->position, token->position + token->width);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* Elements [next, count) one after the other from `at`; `start` is where the first
 * began. */
static int follow(struct oracle *o, const struct found *element, size_t count,
                  size_t next, uint32_t start, uint32_t at, struct found *out)
{
    if (next == count)
        return add(o, out, start, at);
    for (size_t i = 0; i < element[next].count; i++) {
        const struct span *span = &element[next].span[i];
        int rc = step(o);
        if (rc == ERR_OK && (next == 0 || span->start == at))
            rc = follow(o, element, count, next + 1,
                        next == 0 ? span->start : start, span->end, out);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* "In a phrase the next operand starts where the last one ended." */
static int phrase_occurrences(struct oracle *o, const struct found *element,
                              size_t count, struct found *out)
{
    struct found all = {0};
    int rc = follow(o, element, count, 0, 0, 0, &all);
    return rc == ERR_OK ? add_minimal(o, &all, out) : rc;
}

/* "The phrase of its parts OR its joined form." The parts are themselves; a prefix
 * is one in its last part. */
static int hyphenated_occurrences(struct oracle *o, const struct raw_word *word,
                                  enum reading reading, struct found *out)
{
    struct found *part = arena_array(o->arena, struct found, word->count);
    if (!part)
        return no_memory(o);
    size_t parts = 0;
    for (size_t i = 0; i < word->count; i++) {
        const struct token *token = &word->token[i];
        enum reading inner = reading == VERY_FORM ? VERY_FORM : AS_ITSELF;
        if (reading == BEGINNING && i + 1 == word->count)
            inner = BEGINNING;
        if (token->joined)
            continue;
        int rc = token_occurrences(o, token, inner, &part[parts++]);
        if (rc != ERR_OK)
            return rc;
    }
    int rc = phrase_occurrences(o, part, parts, out);
    if (rc == ERR_OK)
        rc = token_occurrences(o, word->joined, reading, out);
    return rc;
}

static int word_occurrences(struct oracle *o, const struct raw_word *word,
                            enum reading reading, struct found *out)
{
    int rc = word->joined ? hyphenated_occurrences(o, word, reading, out)
                          : token_occurrences(o, &word->token[0], reading, out);
    tidy(out);
    return rc;
}

static uint32_t widest(const struct found *found)
{
    uint32_t width = 0;
    for (size_t i = 0; i < found->count; i++)
        if (found->span[i].end - found->span[i].start > width)
            width = found->span[i].end - found->span[i].start;
    return width;
}

/* An attempt to choose one occurrence of each operand. */
struct choice {
    const struct found *operand;
    size_t count;
    bool in_order;
    uint32_t n;
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
        if (c->in_order ? !before : !before && !after)
            return false;
        start = other.start < start ? other.start : start;
        end = other.end > end ? other.end : end;
    }
    return end - start <= c->room;
}

/* "An interval qualifies when some choice of one occurrence per operand, pairwise
 * disjoint, spans it exactly and leaves at most n positions uncovered." */
static int choose(struct oracle *o, struct choice *c, size_t next,
                  struct found *out)
{
    if (next == c->count) {
        uint32_t start = c->chosen[0].start, end = 0, covered = 0;
        for (size_t i = 0; i < c->count; i++) {
            struct span span = c->chosen[i];
            start = span.start < start ? span.start : start;
            end = span.end > end ? span.end : end;
            covered += span.end - span.start;
        }
        return end - start - covered <= c->n ? add(o, out, start, end) : ERR_OK;
    }
    for (size_t i = 0; i < c->operand[next].count; i++) {
        int rc = step(o);
        if (rc == ERR_OK && may_join(c, next, c->operand[next].span[i])) {
            c->chosen[next] = c->operand[next].span[i];
            rc = choose(o, c, next + 1, out);
        }
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static int intervals(struct oracle *o, const struct found *operand,
                     size_t count, bool in_order, uint32_t n, struct found *out)
{
    struct choice c = {operand, count, in_order, n, n, NULL};
    c.chosen = arena_array(o->arena, struct span, count);
    if (!c.chosen)
        return no_memory(o);
    for (size_t i = 0; i < count; i++)
        c.room += widest(&operand[i]);
    struct found all = {0};
    int rc = choose(o, &c, 0, &all);
    return rc == ERR_OK ? add_minimal(o, &all, out) : rc;
}

/* The words of a text: one alone keeps its reading, several are themselves (or,
 * behind =, the very forms). */
static int text_occurrences(struct oracle *o, const struct ast *ast,
                            enum reading reading, struct found *out)
{
    struct raw_words words;
    if (words_find(ast->text, o->arena, &words))
        return no_memory(o);
    if (words.count == 1)
        return word_occurrences(o, &words.word[0], reading, out);
    struct found *each = arena_array(o->arena, struct found, words.count);
    if (!each)
        return no_memory(o);
    for (size_t i = 0; i < words.count; i++) {
        int rc = word_occurrences(o, &words.word[i],
                                  reading == VERY_FORM ? VERY_FORM : AS_ITSELF,
                                  &each[i]);
        if (rc != ERR_OK)
            return rc;
    }
    return ast->kind == AST_WINDOW
               ? intervals(o, each, words.count, false, ast->n, out)
               : phrase_occurrences(o, each, words.count, out);
}

/* "An a with no b that near"; a b that overlaps the a is near it. */
static int not_near(struct oracle *o, const struct found *a,
                    const struct found *b, uint32_t n, struct found *out)
{
    for (size_t i = 0; i < a->count; i++) {
        struct span x = a->span[i];
        bool near = false;
        for (size_t k = 0; k < b->count; k++) {
            struct span y = b->span[k];
            uint32_t between = y.start >= x.end   ? y.start - x.end
                               : x.start >= y.end ? x.start - y.end
                                                  : 0;
            near = near || between <= n;
            int rc = step(o);
            if (rc != ERR_OK)
                return rc;
        }
        int rc = near ? ERR_OK : add(o, out, x.start, x.end);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static int occurrences(struct oracle *o, const struct ast *ast,
                       struct found *out);

static int near_occurrences(struct oracle *o, const struct ast *ast,
                            struct found *out)
{
    struct found operand[2] = {{0}, {0}};
    for (size_t i = 0; i < 2; i++) {
        int rc = occurrences(o, ast->child[i], &operand[i]);
        if (rc != ERR_OK)
            return rc;
    }
    if (ast->kind == AST_NOTNEAR) {
        struct found alone = {0};
        int rc = not_near(o, &operand[0], &operand[1], ast->n, &alone);
        return rc == ERR_OK ? add_minimal(o, &alone, out) : rc;
    }
    return intervals(o, operand, 2, ast->kind == AST_ADJ, ast->n, out);
}

static int title_occurrences(struct oracle *o, const struct ast *ast,
                             struct found *out)
{
    struct part_range title = o->analysis->part[PART_TITLE];
    struct found all = {0};
    int rc = occurrences(o, ast->child[0], &all);
    for (size_t i = 0; rc == ERR_OK && i < all.count; i++)
        if (all.span[i].start >= title.start && all.span[i].end <= title.end)
            rc = add(o, out, all.span[i].start, all.span[i].end);
    return rc;
}

/* Of everything that stands in the text: words, position operators, title:, and ORs
 * of them. */
static int occurrences(struct oracle *o, const struct ast *ast,
                       struct found *out)
{
    int rc = ERR_OK;
    switch (ast->kind) {
    case AST_WORD:
        rc = text_occurrences(o, ast, ast->exact ? VERY_FORM : WITH_STEM, out);
        break;
    case AST_PREFIX:
        rc = text_occurrences(o, ast, BEGINNING, out);
        break;
    case AST_PHRASE:
    case AST_WINDOW:
        rc = text_occurrences(o, ast, AS_ITSELF, out);
        break;
    case AST_NEAR:
    case AST_ADJ:
    case AST_NOTNEAR:
        rc = near_occurrences(o, ast, out);
        break;
    case AST_TITLE:
        rc = title_occurrences(o, ast, out);
        break;
    default: /* OR */
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
            rc = occurrences(o, ast->child[i], out);
        break;
    }
    tidy(out);
    return rc;
}

/* Whether the article's `value` is the one asked for. */
static int value_is(struct oracle *o, const struct ast *ast, struct slice value,
                    bool *same)
{
    struct slice wanted, has;
    if (filter_value(ast->field, ast->text, o->arena, &wanted) ||
        filter_value(ast->field, value, o->arena, &has))
        return no_memory(o);
    *same = *same || slice_eq(wanted, has);
    return ERR_OK;
}

static int field_matches(struct oracle *o, const struct ast *ast, bool *out)
{
    const struct article *article = o->article;
    int rc = ERR_OK;
    *out = false;
    switch (ast->field) {
    case FIELD_SOURCE:
        return value_is(o, ast, article->source, out);
    case FIELD_KEY:
        return value_is(o, ast, article->key, out);
    case FIELD_LANG:
        rc = value_is(o, ast, article->lang, out);
        if (rc == ERR_OK)
            rc = value_is(o, ast, lang_primary(article->lang), out);
        return rc;
    case FIELD_SINCE:
        *out = article->generation > ast->since;
        return ERR_OK;
    case FIELD_TOPIC:
        for (size_t i = 0; rc == ERR_OK && i < article->topics.count; i++)
            rc = value_is(o, ast, article->topics.item[i], out);
        return rc;
    }
    return rc;
}

static int matches(struct oracle *o, const struct ast *ast, bool *out)
{
    struct found found = {0};
    struct node date = {.kind = NODE_DATE};
    bool child;
    int rc = ERR_OK;
    switch (ast->kind) {
    case AST_AND:
    case AST_OR:
        *out = ast->kind == AST_AND;
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++) {
            rc = matches(o, ast->child[i], &child);
            if (rc == ERR_OK)
                *out = ast->kind == AST_AND ? *out && child : *out || child;
        }
        return rc;
    case AST_NOT:
        rc = matches(o, ast->child[0], out);
        if (rc == ERR_OK)
            rc = matches(o, ast->child[1], &child);
        if (rc == ERR_OK)
            *out = *out && !child;
        return rc;
    case AST_FIELD:
        return field_matches(o, ast, out);
    case AST_DATE:
        date.range = ast->range;
        date.undated = ast->undated;
        *out = filter_date(&date, o->article->published);
        return ERR_OK;
    default:
        rc = occurrences(o, ast, &found);
        *out = found.count > 0;
        return rc;
    }
}

/* "An operand that does not match the article contributes none." */
static int hits_of(struct oracle *o, const struct ast *ast, struct found *out)
{
    bool match;
    int rc = matches(o, ast, &match);
    if (rc != ERR_OK || !match)
        return rc;
    switch (ast->kind) {
    case AST_AND:
    case AST_OR:
        for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
            rc = hits_of(o, ast->child[i], out);
        return rc;
    case AST_NOT:
        return hits_of(o, ast->child[0], out);
    case AST_FIELD:
    case AST_DATE:
        return ERR_OK;
    default:
        return occurrences(o, ast, out);
    }
}

static int refuse_later_steps(struct oracle *o, const struct ast *ast)
{
    const char *what = NULL;
    if (ast->kind == AST_FUZZY)
        what = "word~1";
    else if (ast->kind == AST_PATTERN)
        what = "[ ]";
    else if (ast->kind == AST_ENTITY)
        what = "an entity";
    else if (ast->unit != NEAR_WORDS)
        what = ast->unit == NEAR_SENTENCE ? "NEAR/S" : "NEAR/P";
    if (what)
        return err_set_at(o->err, ERR_UNSUPPORTED, ast->start,
                          "%s is not yet evaluated by this engine", what);
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
        rc = refuse_later_steps(o, ast->child[i]);
    return rc;
}

int oracle_match(const struct ast *ast, const struct article *article,
                 const struct analysis *analysis, struct stemmers *stemmers,
                 struct arena *arena, bool *matches_out, struct hit_list *hits,
                 struct err *err)
{
    struct oracle o = {article, analysis, stemmers, arena, err, 0};
    struct found found = {0};
    int rc = refuse_later_steps(&o, ast);
    if (rc == ERR_OK)
        rc = matches(&o, ast, matches_out);
    if (rc == ERR_OK)
        rc = hits_of(&o, ast, &found);
    if (rc != ERR_OK)
        return rc;
    tidy(&found);
    *hits = (struct hit_list){arena_array(arena, struct hit, found.count),
                              found.count};
    if (found.count && !hits->hit)
        return no_memory(&o);
    for (size_t i = 0; i < found.count; i++)
        hits->hit[i].span = found.span[i];
    return ERR_OK;
}
