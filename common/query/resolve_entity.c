/* Names into entities: which one of those that a name may mean, and the forms that it is
 * asked for in. */
#include "query/resolve_internal.h"

#include "base/err.h"
#include "entity/register.h"
#include "text/tokenise.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const unsigned kinds_of[] = {
    [ENTITY_ANY] = 0,
    [ENTITY_PERSON] = 1u << KIND_PERSON,
    [ENTITY_PLACE] = 1u << KIND_PLACE,
    [ENTITY_ORG] = 1u << KIND_ORGANISATION,
};

/* One that the name may mean. */
struct candidate {
    const struct entity *entity;
    uint64_t articles;
};

static int most_frequent_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles > y->articles ? -1 : 1;
    return slice_cmp(x->entity->id, y->entity->id);
}

static const char *typed_kind(enum entity_type type)
{
    static const char *const names[] = {"entity", "person", "place",
                                        "organisation"};
    return names[type];
}

/* It may be the name of another kind. */
static int unknown_name(struct resolver *r, const struct ast *ast)
{
    const struct entity **other = NULL;
    size_t others = 0;
    if (ast->entity_type != ENTITY_ANY &&
        register_named(r->names->entities, ast->text, 0, r->arena, &other,
                       &others))
        return resolve_no_memory(r);
    if (others)
        return err_set_at(r->err, ERR_INVALID, ast->start,
                          "'%.*s' is no %s of the register, but a name of the "
                          "%s %.*s: write @\"%.*s\"",
                          SLICE_ARG(ast->text), typed_kind(ast->entity_type),
                          entity_kind_name(other[0]->kind),
                          SLICE_ARG(other[0]->id), SLICE_ARG(ast->text));
    struct slice meant = suggest_name(r->names->entities, ast->text, r->arena);
    if (meant.len)
        return err_set_at(r->err, ERR_INVALID, ast->start,
                          "no %s of the register is named '%.*s'; did you mean "
                          "@\"%.*s\"?",
                          typed_kind(ast->entity_type), SLICE_ARG(ast->text),
                          SLICE_ARG(meant));
    return err_set_at(r->err, ERR_INVALID, ast->start,
                      "no %s of the register is named '%.*s': write the words "
                      "themselves, as in \"%.*s\"",
                      typed_kind(ast->entity_type), SLICE_ARG(ast->text),
                      SLICE_ARG(ast->text));
}

/* An id, letter for letter, means its entity, however rare: what replies tell can be asked
 * for as it stands. */
static bool is_id(const struct ast *ast, const struct candidate *candidate)
{
    return slice_eq(slice_trim(ast->text), candidate->entity->id);
}

static void id_first(const struct ast *ast, struct candidate *candidate,
                     size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (is_id(ast, &candidate[i])) {
            struct candidate meant = candidate[i];
            memmove(candidate + 1, candidate, i * sizeof *candidate);
            candidate[0] = meant;
        }
}

static int find_candidates(struct resolver *r, const struct ast *ast,
                           struct candidate **out, size_t *count)
{
    const struct entity **entity;
    if (register_named(r->names->entities, ast->text,
                       kinds_of[ast->entity_type], r->arena, &entity, count))
        return resolve_no_memory(r);
    if (*count == 0)
        return unknown_name(r, ast);
    *out = arena_array(r->arena, struct candidate, *count);
    if (!*out)
        return resolve_no_memory(r);
    for (size_t i = 0; i < *count; i++) {
        uint64_t mentions;
        (*out)[i].entity = entity[i];
        int rc = r->lexicon->ops->entity_frequency(
            r->lexicon, entity[i]->id, &(*out)[i].articles, &mentions, r->err);
        if (rc)
            return rc;
    }
    qsort(*out, *count, sizeof **out, most_frequent_first);
    id_first(ast, *out, *count);
    return ERR_OK;
}

static int ambiguous(struct resolver *r, const struct ast *ast,
                     const struct candidate *candidate, size_t count)
{
    enum { NAMED = 4 };
    char *text = arena_printf(r->arena, "%s", "");
    for (size_t i = 0; text && i < count && i < NAMED; i++)
        text = arena_printf(
            r->arena, "%s%s%.*s (%s, %" PRIu64 " article%s)", text,
            i ? ", " : "", SLICE_ARG(candidate[i].entity->id),
            entity_kind_name(candidate[i].entity->kind), candidate[i].articles,
            candidate[i].articles == 1 ? "" : "s");
    if (!text)
        return resolve_no_memory(r);
    return err_set_at(r->err, ERR_INVALID, ast->start,
                      "'%.*s' may be %s%s: write which, as in @%.*s",
                      SLICE_ARG(ast->text), text, count > NAMED ? ", ..." : "",
                      SLICE_ARG(candidate[0].entity->id));
}

static int note_others(struct resolver *r, const struct candidate *candidate,
                       size_t count, struct named_entity *out)
{
    out->id = candidate->entity->id;
    out->articles = candidate->articles;
    out->other = arena_array(r->arena, struct slice, count);
    out->other_articles = arena_array(r->arena, uint64_t, count);
    if (!out->other || !out->other_articles)
        return resolve_no_memory(r);
    for (size_t i = 1; i < count; i++) {
        out->other[out->other_count] = candidate[i].entity->id;
        out->other_articles[out->other_count++] = candidate[i].articles;
    }
    return ERR_OK;
}

/* --- =form --- */

/* The plain words of a text, folded. */
static int words_of(struct resolver *r, struct slice text,
                    struct slice_list *out)
{
    struct tokens tokens = {0};
    *out = (struct slice_list){0};
    if (tokenise(text, 0, r->arena, &tokens))
        return resolve_no_memory(r);
    out->item = arena_array(r->arena, struct slice, tokens.count);
    if (tokens.count && !out->item)
        return resolve_no_memory(r);
    for (size_t i = 0; i < tokens.count; i++)
        if (!tokens.token[i].joined)
            out->item[out->count++] = tokens.token[i].form;
    return ERR_OK;
}

/* Whether `words` stand side by side in `text`; no words always do. */
static int has_words(struct resolver *r, struct slice text,
                     const struct slice_list *words, bool *out)
{
    struct slice_list in;
    int rc = words_of(r, text, &in);
    *out = false;
    for (size_t i = 0; rc == ERR_OK && !*out && i + words->count <= in.count;
         i++) {
        size_t same = 0;
        while (same < words->count &&
               slice_eq(in.item[i + same], words->item[same]))
            same++;
        *out = same == words->count;
    }
    return rc;
}

static int add_forms(struct resolver *r, const struct slice_list *words,
                     struct node *leaf)
{
    struct entity_form_list all = {0};
    int rc = r->lexicon->ops->entity_forms(r->lexicon, leaf->entity, r->arena,
                                           &all, r->err);
    if (rc)
        return rc;
    leaf->form = arena_array(r->arena, struct word_form, all.count);
    if (all.count && !leaf->form)
        return resolve_no_memory(r);
    for (size_t i = 0; rc == ERR_OK && i < all.count; i++) {
        bool asked_for;
        if (i > 0 && slice_eq(all.form[i].text, all.form[i - 1].text))
            continue; /* in another width */
        rc = has_words(r, all.form[i].text, words, &asked_for);
        if (asked_for)
            leaf->form[leaf->form_count++].text = all.form[i].text;
    }
    return rc;
}

/* --- names that are newer than the mentions --- */

/* A name that is a mention wherever it stands. */
static bool is_full(const struct entity_alias *alias)
{
    return !alias->is_short && !alias->capitals && !alias->has_valid;
}

static bool has_name(const struct entity *entity, struct slice text)
{
    for (size_t i = 0; entity && i < entity->alias_count; i++)
        if (is_full(&entity->alias[i]) && slice_eq(entity->alias[i].text, text))
            return true;
    return false;
}

static int find_newer(struct resolver *r, const struct entity *entity,
                      const struct slice_list *words, struct slice_list *out)
{
    const struct entity *old =
        register_find(r->names->annotated_by, entity->id);
    out->item = arena_array(r->arena, struct slice, entity->alias_count);
    if (entity->alias_count && !out->item)
        return resolve_no_memory(r);
    for (size_t i = 0; i < entity->alias_count; i++) {
        const struct entity_alias *alias = &entity->alias[i];
        bool asked_for;
        if (!is_full(alias) || has_name(old, alias->text))
            continue;
        int rc = has_words(r, alias->text, words, &asked_for);
        if (rc)
            return rc;
        if (asked_for)
            out->item[out->count++] = alias->text;
    }
    return ERR_OK;
}

/* The mentions, or one of the names as a phrase. */
static int add_newer(struct resolver *r, const struct ast *ast,
                     const struct slice_list *name, struct node **out)
{
    struct node *either;
    int rc = resolve_new_node(r, NODE_OR, ast, 1 + name->count, &either);
    for (size_t i = 0; rc == ERR_OK && i < name->count; i++)
        rc = resolve_phrase(r, ast, name->item[i], &either->child[1 + i]);
    if (rc)
        return rc;
    either->child[0] = *out;
    *out = either;
    return ERR_OK;
}

static int make_leaf(struct resolver *r, const struct ast *ast, struct slice id,
                     const struct slice_list *words, struct node **out)
{
    int rc = resolve_new_node(r, NODE_WORD, ast, 0, out);
    if (rc)
        return rc;
    struct node *leaf = *out;
    leaf->entity = id;
    leaf->some_forms = words->count > 0;
    char *shown = leaf->some_forms
                      ? arena_printf(r->arena, "@%.*s=\"%.*s\"", SLICE_ARG(id),
                                     SLICE_ARG(ast->form))
                      : arena_printf(r->arena, "@%.*s", SLICE_ARG(id));
    if (!shown)
        return resolve_no_memory(r);
    leaf->shown = slice_of(shown);
    rc = add_forms(r, words, leaf);
    if (rc == ERR_OK && leaf->some_forms && leaf->form_count == 0)
        leaf->kind = NODE_NOTHING;
    return rc;
}

int resolve_entity(struct resolver *r, const struct ast *ast, struct node **out)
{
    struct candidate *candidate = NULL;
    struct slice_list words;
    size_t count = 0;
    if (!r->names->entities)
        return err_set_at(r->err, ERR_UNSUPPORTED, ast->start,
                          "this index has no register of names: write the "
                          "words themselves, or make it with a register");
    int rc = find_candidates(r, ast, &candidate, &count);
    if (rc)
        return rc;
    if (count > 1 && r->names->strict && !is_id(ast, candidate))
        return ambiguous(r, ast, candidate, count);
    struct named_entity *named = &r->entity[r->entity_count++];
    named->start = ast->start;
    named->end = ast->end;
    rc = note_others(r, candidate, count, named);
    if (rc == ERR_OK)
        rc = words_of(r, ast->form, &words);
    if (rc == ERR_OK)
        rc = make_leaf(r, ast, named->id, &words, out);
    if (rc == ERR_OK && r->names->annotated_by)
        rc = find_newer(r, candidate->entity, &words, &named->phrases);
    return rc || named->phrases.count == 0
               ? rc
               : add_newer(r, ast, &named->phrases, out);
}
