/* Words are cut into units: a plain word, or a hyphenated one. A plain unit is one
 * leaf; a hyphenated one is the phrase of its parts, OR its joined form. */
#include "query/resolve_internal.h"

#include "base/err.h"
#include "base/limits.h"
#include "query/filter.h"
#include "text/tokenise.h"

#include <stdlib.h>

/* How the last word of a text is to be read. */
enum reading {
    READ_BARE,   /* with its inflections */
    READ_EXACT,  /* this very form; capitals do not matter */
    READ_CAPS,   /* =US: this very form, and as it was written */
    READ_PREFIX, /* any form that starts so */
    READ_FUZZY,  /* any form one edit away */
};

int resolve_no_memory(struct resolver *r)
{
    return err_set(r->err, ERR_LIMIT, "the query needs more than %d MB",
                   LIMIT_QUERY_MEMORY >> 20);
}

int resolve_new_node(struct resolver *r, enum node_kind kind,
                     const struct ast *ast, size_t children, struct node **out)
{
    struct node *node = arena_new(r->arena, struct node);
    struct node **child = arena_array(r->arena, struct node *, children);
    if (!node || (children && !child))
        return resolve_no_memory(r);
    node->kind = kind;
    node->start = ast->start;
    node->end = ast->end;
    node->n = ast->n;
    node->child = child;
    node->child_count = children;
    *out = node;
    return ERR_OK;
}

static int compare_forms(const void *a, const void *b)
{
    const struct word_form *x = a, *y = b;
    int order = slice_cmp(x->text, y->text);
    return order ? order : slice_cmp(x->lang, y->lang);
}

static int too_many_forms(struct resolver *r, const struct ast *ast)
{
    return err_set_at(r->err, ERR_LIMIT, ast->start,
                      "'%.*s' stands for more than %d words; write more of it",
                      SLICE_ARG(ast->text), LIMIT_EXPANSION);
}

/* The inflections of a bare word: per language, the forms that share its stem. */
static int add_stems(struct resolver *r, const struct ast *ast,
                     struct slice word, struct node *leaf)
{
    struct slice_list *members =
        arena_array(r->arena, struct slice_list, r->languages.count + 1);
    size_t forms = 1;
    leaf->stem =
        arena_array(r->arena, struct word_stem, r->languages.count + 1);
    if (!members || !leaf->stem)
        return resolve_no_memory(r);
    for (size_t i = 0; i < r->languages.count; i++) {
        struct slice lang = r->languages.item[i], stem;
        if (stem_form(r->stemmers, lang, word, r->arena, &stem))
            return resolve_no_memory(r);
        if (stem.len == 0)
            continue;
        struct slice_list *of_lang = &members[leaf->stem_count];
        int rc = r->lexicon->ops->stem_forms(r->lexicon, lang, stem, r->arena,
                                             of_lang, r->err);
        if (rc)
            return rc;
        leaf->stem[leaf->stem_count++] = (struct word_stem){stem, lang};
        forms += of_lang->count;
    }
    if (forms > LIMIT_EXPANSION)
        return too_many_forms(r, ast);

    struct word_form *form = arena_array(r->arena, struct word_form, forms);
    if (!form)
        return resolve_no_memory(r);
    form[0].text = word;
    size_t count = 1;
    for (size_t s = 0; s < leaf->stem_count; s++)
        for (size_t i = 0; i < members[s].count; i++)
            if (!slice_eq(members[s].item[i], word))
                form[count++] =
                    (struct word_form){members[s].item[i], leaf->stem[s].lang};
    qsort(form, count, sizeof *form, compare_forms);
    leaf->form = form;
    leaf->form_count = count;
    return ERR_OK;
}

/* Forms that the dictionary finds for a beginning, or one edit away. */
static int add_found_forms(struct resolver *r, const struct ast *ast,
                           struct slice word, enum reading reading,
                           struct node *leaf)
{
    struct slice_list found = {0};
    const struct lexicon_ops *ops = r->lexicon->ops;
    int rc = (reading == READ_PREFIX ? ops->prefix_forms : ops->near_forms)(
        r->lexicon, word, LIMIT_EXPANSION, r->arena, &found, r->err);
    if (rc == ERR_LIMIT)
        return too_many_forms(r, ast);
    if (rc)
        return rc;
    leaf->form = arena_array(r->arena, struct word_form, found.count);
    if (found.count && !leaf->form)
        return resolve_no_memory(r);
    for (size_t i = 0; i < found.count; i++)
        leaf->form[i].text = found.item[i];
    leaf->form_count = found.count;
    if (found.count)
        qsort(leaf->form, leaf->form_count, sizeof *leaf->form, compare_forms);
    return ERR_OK;
}

static int make_leaf(struct resolver *r, const struct ast *ast,
                     const struct token *token, enum reading reading,
                     struct node **out)
{
    int rc = resolve_new_node(r, NODE_WORD, ast, 0, out);
    if (rc)
        return rc;
    struct node *leaf = *out;
    leaf->shown = token->form;
    if (reading == READ_BARE && token->all_caps)
        leaf->caps = token->form;
    leaf->caps_only = reading == READ_CAPS && token->all_caps;
    if (reading == READ_BARE)
        return add_stems(r, ast, token->form, leaf);
    if (reading == READ_PREFIX || reading == READ_FUZZY) {
        rc = add_found_forms(r, ast, token->form, reading, leaf);
        char *shown = arena_printf(r->arena, "%.*s%s", SLICE_ARG(token->form),
                                   reading == READ_PREFIX ? "*" : "~1");
        if (rc == ERR_OK && !shown)
            return resolve_no_memory(r);
        leaf->shown = slice_of(shown);
        return rc;
    }
    leaf->form = arena_new(r->arena, struct word_form);
    if (!leaf->form)
        return resolve_no_memory(r);
    leaf->form[0].text = token->form;
    leaf->form_count = 1;
    return ERR_OK;
}

/* One unit: tokens [0, parts) are its parts; `joined` its joined form, or NULL. */
static int make_unit(struct resolver *r, const struct ast *ast,
                     const struct token *const *part, size_t parts,
                     const struct token *joined, enum reading reading,
                     struct node **out)
{
    if (!joined)
        return make_leaf(r, ast, part[0], reading, out);

    /* The parts are themselves; only a capitals or prefix reading goes on into
     * them, the prefix into the last. */
    bool expands = reading == READ_PREFIX || reading == READ_FUZZY;
    enum reading inner = reading == READ_CAPS ? READ_CAPS : READ_EXACT;
    struct node *either = NULL, *phrase = NULL;
    int rc = resolve_new_node(r, NODE_OR, ast, 2, &either);
    if (rc == ERR_OK)
        rc = resolve_new_node(r, NODE_PHRASE, ast, parts, &phrase);
    for (size_t i = 0; rc == ERR_OK && i < parts; i++)
        rc = make_leaf(r, ast, part[i],
                       expands && i + 1 == parts ? reading : inner,
                       &phrase->child[i]);
    if (rc == ERR_OK)
        rc = make_leaf(r, ast, joined, reading, &either->child[1]);
    if (rc)
        return rc;
    either->child[0] = phrase;
    *out = either;
    return ERR_OK;
}

struct unit {
    const struct token **part;
    size_t parts;
    const struct token *joined;
};

/* Group the tokens of a text into units, in order. */
static int find_units(struct resolver *r, struct slice text,
                      struct unit **units, size_t *count)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, r->arena, &tokens);
    if (rc)
        return resolve_no_memory(r);
    const struct token **part =
        arena_array(r->arena, const struct token *, tokens.count);
    *units = arena_array(r->arena, struct unit, tokens.count);
    if (tokens.count && (!part || !*units))
        return resolve_no_memory(r);

    *count = 0;
    uint32_t unit_end = 0; /* one past the positions of the last unit */
    for (size_t i = 0; i < tokens.count; i++) {
        const struct token *token = &tokens.token[i];
        struct unit *last = *count ? &(*units)[*count - 1] : NULL;
        if (token->joined) {
            last->joined = token;
            unit_end = token->position + token->width;
        } else if (last && token->position < unit_end) {
            last->part[last->parts++] = token;
        } else {
            (*units)[(*count)++] = (struct unit){part, 1, NULL};
            *part = token;
            unit_end = token->position + token->width;
        }
        if (!token->joined)
            part++;
    }
    return ERR_OK;
}

/* A text whose words are one after the other, or in a window. The last unit is
 * read as `last`, the others as themselves. */
static int resolve_words(struct resolver *r, const struct ast *ast,
                         struct slice text, enum node_kind kind,
                         enum reading last, struct node **out)
{
    struct unit *unit = NULL;
    size_t count = 0;
    int rc = find_units(r, text, &unit, &count);
    if (rc)
        return rc;
    if (count == 0) {
        rc = resolve_new_node(r, NODE_NOTHING, ast, 0, out);
        if (rc == ERR_OK)
            (*out)->shown = text;
        return rc;
    }
    if (kind == NODE_WINDOW && count > LIMIT_WINDOW_WORDS)
        return err_set_at(r->err, ERR_LIMIT, ast->start,
                          "at most %d words may stand between quotes with ~n",
                          LIMIT_WINDOW_WORDS);
    if (count == 1)
        return make_unit(r, ast, unit[0].part, unit[0].parts, unit[0].joined,
                         last, out);

    /* Words typed as one, such as 1/2, stay themselves. */
    if (last == READ_BARE)
        last = READ_EXACT;
    enum reading inner = last == READ_CAPS ? READ_CAPS : READ_EXACT;
    rc = resolve_new_node(r, kind, ast, count, out);
    for (size_t i = 0; rc == ERR_OK && i < count; i++)
        rc = make_unit(r, ast, unit[i].part, unit[i].parts, unit[i].joined,
                       i + 1 == count ? last : inner, &(*out)->child[i]);
    return rc;
}

static int resolve_text(struct resolver *r, const struct ast *ast,
                        enum node_kind kind, enum reading last,
                        struct node **out)
{
    return resolve_words(r, ast, ast->text, kind, last, out);
}

int resolve_phrase(struct resolver *r, const struct ast *ast, struct slice text,
                   struct node **out)
{
    return resolve_words(r, ast, text, NODE_PHRASE, READ_EXACT, out);
}

static int resolve_node(struct resolver *r, const struct ast *ast,
                        struct node **out);

static int resolve_children(struct resolver *r, const struct ast *ast,
                            enum node_kind kind, struct node **out)
{
    int rc = resolve_new_node(r, kind, ast, ast->child_count, out);
    for (size_t i = 0; rc == ERR_OK && i < ast->child_count; i++)
        rc = resolve_node(r, ast->child[i], &(*out)->child[i]);
    return rc;
}

static int resolve_near(struct resolver *r, const struct ast *ast,
                        enum node_kind kind, struct node **out)
{
    int rc = resolve_children(r, ast, kind, out);
    if (rc == ERR_OK)
        (*out)->unit = ast->unit;
    return rc;
}

static int resolve_filter(struct resolver *r, const struct ast *ast,
                          struct node **out)
{
    bool is_date = ast->kind == AST_DATE;
    int rc = resolve_new_node(r, is_date ? NODE_DATE : NODE_FIELD, ast, 0, out);
    if (rc)
        return rc;
    struct node *node = *out;
    node->shown = ast->text;
    if (is_date) {
        node->range = ast->range;
        node->undated = ast->undated;
        return ERR_OK;
    }
    node->field = ast->field;
    node->since = ast->since;
    if (filter_value(ast->field, ast->text, r->arena, &node->value))
        return resolve_no_memory(r);
    return ERR_OK;
}

/* Words in patterns are themselves, as those in quotes are. */
static enum reading word_reading(const struct resolver *r,
                                 const struct ast *ast)
{
    if (ast->exact)
        return READ_CAPS;
    return r->in_pattern ? READ_EXACT : READ_BARE;
}

static int resolve_node(struct resolver *r, const struct ast *ast,
                        struct node **out)
{
    int rc;
    switch (ast->kind) {
    case AST_WORD:
        return resolve_text(r, ast, NODE_PHRASE, word_reading(r, ast), out);
    case AST_PREFIX:
        return resolve_text(r, ast, NODE_PHRASE, READ_PREFIX, out);
    case AST_PHRASE:
        return resolve_text(r, ast, NODE_PHRASE, READ_EXACT, out);
    case AST_WINDOW:
        return resolve_text(r, ast, NODE_WINDOW, READ_EXACT, out);
    case AST_NEAR:
        return resolve_near(r, ast, NODE_NEAR, out);
    case AST_ADJ:
        return resolve_near(r, ast, NODE_ADJ, out);
    case AST_NOTNEAR:
        return resolve_near(r, ast, NODE_NOTNEAR, out);
    case AST_AND:
        return resolve_children(r, ast, NODE_AND, out);
    case AST_OR:
        return resolve_children(r, ast, NODE_OR, out);
    case AST_NOT:
        return resolve_children(r, ast, NODE_NOT, out);
    case AST_TITLE:
        return resolve_children(r, ast, NODE_TITLE, out);
    case AST_FIELD:
    case AST_DATE:
        return resolve_filter(r, ast, out);
    case AST_FUZZY:
        return resolve_text(r, ast, NODE_PHRASE, READ_FUZZY, out);
    case AST_PATTERN:
        r->in_pattern = true;
        rc = resolve_children(r, ast, NODE_PHRASE, out);
        r->in_pattern = false;
        return rc;
    case AST_ANY:
        return resolve_new_node(r, NODE_ANY, ast, 0, out);
    case AST_ENTITY:
        return resolve_entity(r, ast, out);
    }
    return err_set(r->err, ERR_INVALID, "an operator without a meaning");
}

/* Each language once, whatever regions the articles name. */
static int read_languages(struct resolver *r)
{
    struct slice_list all = {0};
    int rc = r->lexicon->ops->languages(r->lexicon, r->arena, &all, r->err);
    if (rc)
        return rc;
    r->languages.item = arena_array(r->arena, struct slice, all.count);
    if (all.count && !r->languages.item)
        return resolve_no_memory(r);
    for (size_t i = 0; i < all.count; i++) {
        struct slice lang = lang_primary(all.item[i]);
        bool known = !stem_language_known(lang);
        for (size_t k = 0; !known && k < r->languages.count; k++)
            known = slice_eq(r->languages.item[k], lang);
        if (!known)
            r->languages.item[r->languages.count++] = lang;
    }
    return ERR_OK;
}

static size_t count_entities(const struct ast *ast)
{
    size_t count = ast->kind == AST_ENTITY;
    for (size_t i = 0; i < ast->child_count; i++)
        count += count_entities(ast->child[i]);
    return count;
}

int query_resolve(const struct parsed *parsed, struct lexicon *lexicon,
                  struct stemmers *stemmers, const struct query_names *names,
                  struct arena *arena, struct query *out, struct err *err)
{
    static const struct query_names none = {0};
    struct resolver r = {.lexicon = lexicon,
                         .stemmers = stemmers,
                         .names = names ? names : &none,
                         .arena = arena,
                         .err = err};
    struct node *root;
    size_t entities = count_entities(parsed->root);
    r.entity = arena_array(arena, struct named_entity, entities);
    if (entities && !r.entity)
        return resolve_no_memory(&r);
    int rc = read_languages(&r);
    if (rc == ERR_OK)
        rc = resolve_node(&r, parsed->root, &root);
    if (rc == ERR_OK)
        *out = (struct query){.root = root,
                              .entity = r.entity,
                              .entity_count = r.entity_count,
                              .ast = parsed->root,
                              .notes = parsed->notes};
    return rc;
}
