#include "queryd/named_words.h"

#include "base/err.h"
#include "queryd/entity_json.h"

#include <string.h>
#include <strings.h>

/* Other forms that a note names. */
enum { FORMS_SHOWN = 5, MESSAGE_BYTES = 4096, NAME_BYTES = 1024 };

struct named_words {
    struct question *question;
    struct note **last;
    size_t notes;
};

static int no_memory(const struct named_words *w)
{
    return err_set(&w->question->request->err, ERR_NOMEM,
                   "no memory for a note");
}

/* In any capitals, of the letters of ASCII. */
static bool same_letters(struct slice a, struct slice b)
{
    return a.len == b.len &&
           strncasecmp((const char *)a.data, (const char *)b.data, a.len) == 0;
}

/* "us" is no United States: its only name of these letters is one in capitals. */
static bool is_another_word(const struct entity *entity, struct slice name)
{
    bool other_capitals = false;
    for (size_t i = 0; i < entity->alias_count; i++) {
        const struct entity_alias *alias = &entity->alias[i];
        if (!same_letters(alias->text, name))
            continue;
        if (!alias->capitals || slice_eq(alias->text, name))
            return false;
        other_capitals = true;
    }
    return other_capitals;
}

static void add_forms(struct strbuf *out, const struct entity_form_list *forms,
                      const struct entity *entity, struct slice typed)
{
    size_t shown = 0;
    for (size_t i = 0; i < forms->count; i++) {
        struct slice form = forms->form[i].text;
        if (same_letters(form, typed) || same_letters(form, entity->name))
            continue;
        if (shown == FORMS_SHOWN) {
            strbuf_add_text(out, " ...");
            return;
        }
        strbuf_add_text(out, shown++ ? ", " : ", also ");
        strbuf_add_slice(out, form);
    }
}

/* "Istanbul: place, 41 articles, also İstanbul, Стамбул; ask @istanbul" */
static int write_message(struct named_words *w, const struct entity *entity,
                         uint64_t articles, size_t others, struct slice typed,
                         struct strbuf *out)
{
    struct entity_form_list forms = {0};
    int rc = entity_forms(w->question, entity->id, &forms);
    if (rc)
        return rc;
    strbuf_add_slice(out, entity->name);
    strbuf_addf(out, ": %s, %llu article%s", entity_kind_name(entity->kind),
                (unsigned long long)articles, articles == 1 ? "" : "s");
    add_forms(out, &forms, entity, typed);
    strbuf_addf(out, "; ask @%.*s", SLICE_ARG(entity->id));
    if (others)
        strbuf_addf(out, " (%zu other%s of that name: dateline entities)",
                    others, others == 1 ? "" : "s");
    return ERR_OK;
}

static int add_note(struct named_words *w, const struct entity *entity,
                    uint64_t articles, size_t others, struct slice typed)
{
    struct arena *arena = &w->question->request->arena;
    struct note *note = arena_new(arena, struct note);
    struct strbuf text;
    strbuf_init(&text, MESSAGE_BYTES);
    int rc = write_message(w, entity, articles, others, typed, &text);
    if (rc == ERR_OK && note && !text.failed) {
        note->code = "names-entity";
        note->message =
            arena_printf(arena, "%.*s", SLICE_ARG(strbuf_slice(&text)));
    }
    if (rc == ERR_OK && (!note || !note->message))
        rc = no_memory(w);
    strbuf_release(&text);
    if (rc)
        return rc;
    *w->last = note;
    w->last = &note->next;
    w->notes++;
    return ERR_OK;
}

/* *found: articles mention an entity of this name. */
static int look_up(struct named_words *w, struct slice name, bool *found)
{
    struct request *request = w->question->request;
    const struct entity **entity, *best = NULL;
    size_t count, mentioned = 0;
    uint64_t most = 0;
    int rc = register_named(request->names->entities, name, 0, &request->arena,
                            &entity, &count);
    if (rc)
        return no_memory(w);
    for (size_t i = 0; i < count; i++) {
        uint64_t articles, mentions;
        if (is_another_word(entity[i], name))
            continue;
        rc = entity_frequency(w->question, entity[i]->id, &articles, &mentions);
        if (rc)
            return rc;
        mentioned += articles > 0;
        if (articles > most) {
            most = articles;
            best = entity[i];
        }
    }
    *found = best != NULL;
    return best ? add_note(w, best, most, mentioned - 1, name) : ERR_OK;
}

static int join(struct named_words *w, struct ast *const *word, size_t count,
                struct slice *out)
{
    struct strbuf text;
    strbuf_init(&text, NAME_BYTES);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_text(&text, i ? " " : "");
        strbuf_add_slice(&text, word[i]->text);
    }
    *out = (struct slice){0}; /* too long for a name */
    int rc = ERR_OK;
    if (!text.failed && arena_copy_slice(&w->question->request->arena,
                                         strbuf_slice(&text), out))
        rc = no_memory(w);
    strbuf_release(&text);
    return rc;
}

/* From the left, each time the longest name. */
static int look_up_run(struct named_words *w, struct ast *const *word,
                       size_t count)
{
    for (size_t at = 0; at < count && w->notes < NAMED_AT_MOST;) {
        size_t most = count - at < NAME_WORDS_MAX ? count - at : NAME_WORDS_MAX;
        bool found = false;
        for (; most > 0 && !found; most -= !found) {
            struct slice name;
            int rc = join(w, word + at, most, &name);
            if (rc == ERR_OK && name.len > 0)
                rc = look_up(w, name, &found);
            if (rc)
                return rc;
        }
        at += found ? most : 1;
    }
    return ERR_OK;
}

static bool is_bare(const struct ast *ast)
{
    return ast->kind == AST_WORD && !ast->exact;
}

/* Words that stand side by side are one run. Depth is bounded by the parser's
 * LIMIT_QUERY_DEPTH. */
static int walk(struct named_words *w, struct ast *const *ast, size_t count,
                bool side_by_side)
{
    for (size_t i = 0; i < count && w->notes < NAMED_AT_MOST;) {
        size_t run = 0;
        while (i + run < count && is_bare(ast[i + run]) &&
               (run == 0 || side_by_side))
            run++;
        int rc;
        if (run > 0)
            rc = look_up_run(w, ast + i, run);
        else if (ast[i]->kind == AST_TITLE)
            rc = ERR_OK;
        else
            rc = walk(w, ast[i]->child, ast[i]->child_count,
                      ast[i]->kind == AST_AND || ast[i]->kind == AST_PATTERN);
        if (rc)
            return rc;
        i += run ? run : 1;
    }
    return ERR_OK;
}

int named_words_note(struct question *question)
{
    const struct request *request = question->request;
    struct named_words w = {.question = question, &question->more_notes};
    const struct lexicon_ops *ops =
        question->engine->lexicon(question->searcher)->ops;
    if (!request->names || !request->names->entities || !ops->entity_forms ||
        request->params.match == MATCH_ANY)
        return ERR_OK;
    while (*w.last)
        w.last = &(*w.last)->next;
    struct ast *root = (struct ast *)question->query.ast;
    return walk(&w, &root, 1, false);
}
