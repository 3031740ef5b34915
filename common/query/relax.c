#include "query/relax.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "query/words.h"

#include <string.h>

enum {
    MOST_QUOTES =
        3, /* quotations of one query that are relaxed; and patterns */
    MOST_WORDS = 64, /* words of a quotation whose frequencies are asked */
    NEAR_DISTANCE = 10,
};

struct relaxer {
    const struct ast *root;
    struct arena *arena;
    relax_frequency frequency;
    void *context;
    struct relaxation *first, *last;
};

/* A quotation somewhere in the query, outside of distances and patterns. */
struct quote {
    const struct ast *ast;
    bool in_title;
    struct raw_words words;
    bool asked; /* for the frequencies: each costs the caller a search */
    uint64_t frequency[MOST_WORDS];
};

struct quotes {
    struct quote item[MOST_QUOTES];
    size_t count;
    const struct ast *pattern[MOST_QUOTES];
    size_t pattern_count;
};

static struct ast *new_node(struct relaxer *r, enum ast_kind kind,
                            const struct ast *from, size_t children)
{
    struct ast *ast = arena_new(r->arena, struct ast);
    struct ast **child = arena_array(r->arena, struct ast *, children);
    if (!ast || !child)
        return NULL;
    ast->kind = kind;
    ast->start = from->start;
    ast->end = from->end;
    ast->child = child;
    ast->child_count = children;
    return ast;
}

/* The whole tree again, with `with` where `target` was. The parser bounds its
 * depth. */
static struct ast *copy_with(struct relaxer *r, const struct ast *tree,
                             const struct ast *target, struct ast *with)
{
    if (tree == target)
        return with;
    struct ast *copy = new_node(r, tree->kind, tree, tree->child_count);
    if (!copy)
        return NULL;
    struct ast **child = copy->child;
    *copy = *tree;
    copy->child = child;
    for (size_t i = 0; i < tree->child_count; i++) {
        child[i] = copy_with(r, tree->child[i], target, with);
        if (!child[i])
            return NULL;
    }
    return copy;
}

/* The query with `with` for `target`, unless that was offered already. */
static int offer(struct relaxer *r, const struct ast *target, struct ast *with,
                 const char *what)
{
    struct ast *ast = with ? copy_with(r, r->root, target, with) : NULL;
    if (!ast || !what)
        return ERR_NOMEM;
    if (ast_equal(ast, r->root))
        return ERR_OK;
    for (const struct relaxation *old = r->first; old; old = old->next)
        if (ast_equal(ast, old->ast))
            return ERR_OK;
    struct relaxation *new = arena_new(r->arena, struct relaxation);
    if (!new)
        return ERR_NOMEM;
    new->ast = ast;
    new->what = what;
    new->distance = with->kind == AST_WINDOW ? with : NULL;
    if (r->last)
        r->last->next = new;
    else
        r->first = new;
    r->last = new;
    return ERR_OK;
}

/* One word of a quotation: quoted, for it means itself there. */
static struct ast *quoted_word(struct relaxer *r, const struct quote *quote,
                               size_t i)
{
    const struct raw_word *word = &quote->words.word[i];
    struct ast *ast = new_node(r, AST_PHRASE, quote->ast, 0);
    if (ast)
        ast->text = slice_part(quote->ast->text, word->start, word->end);
    return ast;
}

/* Needs at most MOST_WORDS words. */
static int ask_frequencies(struct relaxer *r, struct quote *quote)
{
    for (size_t i = 0; !quote->asked && i < quote->words.count; i++) {
        const struct ast *word = quoted_word(r, quote, i);
        if (!word)
            return ERR_NOMEM;
        quote->frequency[i] = r->frequency(r->context, word);
    }
    quote->asked = true;
    return ERR_OK;
}

static struct ast *new_window(struct relaxer *r, const struct ast *from,
                              struct slice text)
{
    struct ast *window = new_node(r, AST_WINDOW, from, 0);
    if (window) {
        window->text = text;
        window->n = LIMIT_DISTANCE;
    }
    return window;
}

static int quote_to_window(struct relaxer *r, const struct quote *quote)
{
    if (quote->ast->kind != AST_PHRASE || quote->words.count < 2 ||
        quote->words.count > LIMIT_WINDOW_WORDS)
        return ERR_OK;
    return offer(r, quote->ast, new_window(r, quote->ast, quote->ast->text),
                 "the quoted words close together, in any order");
}

/* Of those that some article has. False when they are not two. */
static bool two_rarest(const uint64_t *frequency, size_t count, size_t *rarest,
                       size_t *second)
{
    *rarest = *second = count;
    for (size_t i = 0; i < count; i++) {
        if (frequency[i] == 0)
            continue;
        if (*rarest == count || frequency[i] < frequency[*rarest]) {
            *second = *rarest;
            *rarest = i;
        } else if (*second == count || frequency[i] < frequency[*second]) {
            *second = i;
        }
    }
    return *second < count;
}

/* Two words near each other are what ~10 asks already. Words that no article has
 * are left to the next relaxation. */
static int window_to_near(struct relaxer *r, struct quote *quote)
{
    size_t count = quote->words.count;
    bool narrower = quote->ast->kind == AST_WINDOW && count == 2 &&
                    quote->ast->n < NEAR_DISTANCE;
    if (quote->in_title || count > MOST_WORDS || (count < 3 && !narrower))
        return ERR_OK;
    if (ask_frequencies(r, quote))
        return ERR_NOMEM;
    size_t rarest, second;
    if (!two_rarest(quote->frequency, count, &rarest, &second))
        return ERR_OK;
    struct ast *near = new_node(r, AST_NEAR, quote->ast, 2);
    if (!near)
        return ERR_NOMEM;
    near->n = NEAR_DISTANCE;
    near->child[0] = quoted_word(r, quote, rarest < second ? rarest : second);
    near->child[1] = quoted_word(r, quote, rarest < second ? second : rarest);
    if (!near->child[0] || !near->child[1])
        return ERR_NOMEM;
    return offer(r, quote->ast, near, "its two rarest words near each other");
}

/* `d*` may stand in a pattern, but not alone. */
static int is_short_prefix(struct relaxer *r, const struct ast *prefix,
                           bool *out)
{
    struct raw_words words;
    if (words_find(prefix->text, r->arena, &words))
        return ERR_NOMEM;
    const struct raw_word *word = &words.word[0];
    struct slice form = word->joined ? word->joined->form : word->token->form;
    size_t first = 0;
    if (form.len > 0)
        utf8_next(form, &first);
    *out = first == form.len;
    return ERR_OK;
}

/* An element of a pattern as it may stand outside: a word is itself in both. NULL
 * when it may not. */
static int outside(struct relaxer *r, struct ast *element, struct ast **out)
{
    bool is_short = element->kind == AST_ANY;
    int rc = ERR_OK;
    *out = element;
    if (element->kind == AST_PREFIX)
        rc = is_short_prefix(r, element, &is_short);
    if (element->kind == AST_WORD && !element->exact) {
        *out = new_node(r, AST_PHRASE, element, 0);
        if (!*out)
            return ERR_NOMEM;
        (*out)->text = element->text;
    } else if (element->kind == AST_OR) {
        struct ast *either = new_node(r, AST_OR, element, element->child_count);
        *out = either;
        if (!either)
            return ERR_NOMEM;
        for (size_t i = 0; rc == ERR_OK && i < either->child_count; i++) {
            rc = outside(r, element->child[i], &either->child[i]);
            is_short |= !either->child[i];
        }
    }
    if (is_short)
        *out = NULL;
    return rc;
}

/* What stands in a pattern, without its places for any word. */
static int find_elements(struct relaxer *r, const struct ast *pattern,
                         struct ast **element, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < pattern->child_count; i++) {
        int rc = outside(r, pattern->child[i], &element[*count]);
        if (rc)
            return rc;
        *count += element[*count] != NULL;
    }
    return ERR_OK;
}

static int pattern_to_near(struct relaxer *r, const struct ast *pattern)
{
    struct ast *element[MOST_WORDS];
    uint64_t frequency[MOST_WORDS];
    size_t count;
    if (pattern->child_count > MOST_WORDS)
        return ERR_OK;
    int rc = find_elements(r, pattern, element, &count);
    if (rc || count < 2)
        return rc;
    for (size_t i = 0; i < count; i++)
        frequency[i] = r->frequency(r->context, element[i]);
    size_t rarest, second;
    if (!two_rarest(frequency, count, &rarest, &second))
        return ERR_OK;
    struct ast *near = new_node(r, AST_NEAR, pattern, 2);
    if (!near)
        return ERR_NOMEM;
    near->n = NEAR_DISTANCE;
    near->child[0] = element[rarest < second ? rarest : second];
    near->child[1] = element[rarest < second ? second : rarest];
    return offer(r, pattern, near,
                 "the two rarest words of the pattern near each other");
}

static int pattern_to_or(struct relaxer *r, const struct ast *pattern)
{
    size_t count;
    struct ast *either = new_node(r, AST_OR, pattern, pattern->child_count);
    if (!either)
        return ERR_NOMEM;
    int rc = find_elements(r, pattern, either->child, &count);
    if (rc || count < 2)
        return rc;
    either->child_count = count;
    return offer(r, pattern, either, "any of its words");
}

static const char *without(struct relaxer *r, const struct ast *dropped)
{
    struct strbuf text;
    strbuf_init(&text, 2 * LIMIT_QUERY_BYTES);
    ast_print(dropped, &text);
    const char *what =
        text.failed ? NULL : arena_printf(r->arena, "without %s", text.data);
    strbuf_release(&text);
    return what;
}

/* The other words of the quotation, close together. */
static int drop_quoted_word(struct relaxer *r, struct quote *quote)
{
    size_t count = quote->words.count;
    if (count < 3 || count > LIMIT_WINDOW_WORDS + 1)
        return ERR_OK;
    if (ask_frequencies(r, quote))
        return ERR_NOMEM;
    const uint64_t *frequency = quote->frequency;
    size_t rarest = 0;
    for (size_t i = 1; i < count; i++)
        if (frequency[i] < frequency[rarest])
            rarest = i;
    uint8_t *text = arena_alloc(r->arena, quote->ast->text.len + count);
    const struct ast *dropped = quoted_word(r, quote, rarest);
    if (!text || !dropped)
        return ERR_NOMEM;
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        const struct raw_word *word = &quote->words.word[i];
        if (i == rarest)
            continue;
        if (len > 0)
            text[len++] = ' ';
        memcpy(text + len, quote->ast->text.data + word->start,
               word->end - word->start);
        len += word->end - word->start;
    }
    return offer(r, quote->ast,
                 new_window(r, quote->ast, (struct slice){text, len}),
                 without(r, dropped));
}

/* What has hits: anything but filters and what nests operators itself. */
static bool is_text(const struct ast *ast)
{
    return ast->kind != AST_FIELD && ast->kind != AST_DATE &&
           ast->kind != AST_AND && ast->kind != AST_NOT;
}

static size_t count_text(const struct ast *ast)
{
    size_t count = 0;
    for (size_t i = 0; i < ast->child_count; i++)
        count += is_text(ast->child[i]);
    return count;
}

static int drop_operand(struct relaxer *r, const struct ast *both)
{
    if (count_text(both) < 2 || both->child_count > MOST_WORDS)
        return ERR_OK;
    const struct ast *rarest = NULL;
    uint64_t least = 0;
    for (size_t i = 0; i < both->child_count; i++) {
        if (!is_text(both->child[i]))
            continue;
        uint64_t now = r->frequency(r->context, both->child[i]);
        if (!rarest || now < least) {
            rarest = both->child[i];
            least = now;
        }
    }
    struct ast *rest = new_node(r, AST_AND, both, both->child_count - 1);
    if (!rest)
        return ERR_NOMEM;
    size_t kept = 0;
    for (size_t i = 0; i < both->child_count; i++)
        if (both->child[i] != rarest)
            rest->child[kept++] = both->child[i];
    return offer(r, both, kept == 1 ? rest->child[0] : rest,
                 without(r, rarest));
}

/* Filters go on holding: (a AND b AND lang:en) to ((a OR b) AND lang:en). */
static int operands_to_or(struct relaxer *r, const struct ast *both)
{
    size_t text = count_text(both), filters = both->child_count - text;
    if (text < 2)
        return ERR_OK;
    struct ast *either = new_node(r, AST_OR, both, text);
    struct ast *all = new_node(r, AST_AND, both, filters + 1);
    if (!either || !all)
        return ERR_NOMEM;
    size_t arms = 0, kept = 1;
    all->child[0] = either;
    for (size_t i = 0; i < both->child_count; i++) {
        if (is_text(both->child[i]))
            either->child[arms++] = both->child[i];
        else
            all->child[kept++] = both->child[i];
    }
    return offer(r, both, filters ? all : either, "any of them");
}

static int quote_to_or(struct relaxer *r, const struct quote *quote)
{
    size_t count = quote->words.count;
    if (count < 2 || count > MOST_WORDS)
        return ERR_OK;
    struct ast *either = new_node(r, AST_OR, quote->ast, count);
    if (!either)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        either->child[i] = quoted_word(r, quote, i);
        if (!either->child[i])
            return ERR_NOMEM;
    }
    return offer(r, quote->ast, either, "any of its words");
}

static int find_quotes(struct relaxer *r, const struct ast *ast, bool in_title,
                       struct quotes *out)
{
    bool quoted = ast->kind == AST_PHRASE || ast->kind == AST_WINDOW;
    if (quoted && out->count < MOST_QUOTES) {
        struct quote *quote = &out->item[out->count++];
        quote->ast = ast;
        quote->in_title = in_title;
        return words_find(ast->text, r->arena, &quote->words);
    }
    if (ast->kind == AST_PATTERN && out->pattern_count < MOST_QUOTES)
        out->pattern[out->pattern_count++] = ast;
    bool inside = ast->kind == AST_AND || ast->kind == AST_OR ||
                  ast->kind == AST_TITLE || ast->kind == AST_NOT;
    size_t children = inside ? ast->child_count : 0;
    if (ast->kind == AST_NOT)
        children = 1; /* what is excluded stays excluded */
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < children; i++)
        rc = find_quotes(r, ast->child[i], ast->kind == AST_TITLE, out);
    return rc;
}

/* Drop, then OR, in what the query looks for as a whole. */
static int relax_core(struct relaxer *r, const struct ast *core,
                      struct quotes *quotes)
{
    int rc = ERR_OK;
    switch (core->kind) {
    case AST_AND:
        rc = drop_operand(r, core);
        return rc == ERR_OK ? operands_to_or(r, core) : rc;
    case AST_NEAR:
    case AST_ADJ:
        return operands_to_or(r, core);
    case AST_PATTERN:
        return pattern_to_or(r, core);
    case AST_PHRASE:
    case AST_WINDOW:
        rc = drop_quoted_word(r, &quotes->item[0]);
        return rc == ERR_OK ? quote_to_or(r, &quotes->item[0]) : rc;
    default:
        return ERR_OK;
    }
}

int relax_candidates(const struct ast *ast, struct arena *arena,
                     relax_frequency frequency, void *context,
                     struct relaxation **out)
{
    struct relaxer r = {ast, arena, frequency, context, NULL, NULL};
    struct quotes quotes = {0};
    const struct ast *core = ast->kind == AST_NOT ? ast->child[0] : ast;
    int rc = find_quotes(&r, ast, false, &quotes);
    for (size_t i = 0; rc == ERR_OK && i < quotes.count; i++)
        rc = quote_to_window(&r, &quotes.item[i]);
    for (size_t i = 0; rc == ERR_OK && i < quotes.count; i++)
        rc = window_to_near(&r, &quotes.item[i]);
    for (size_t i = 0; rc == ERR_OK && i < quotes.pattern_count; i++)
        rc = pattern_to_near(&r, quotes.pattern[i]);
    if (rc == ERR_OK)
        rc = relax_core(&r, core, &quotes);
    *out = r.first;
    return rc;
}
