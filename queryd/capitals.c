#include "queryd/capitals.h"

#include <string.h>

struct capitals {
    const struct node *word[CAPITALS_AT_MOST];
    size_t count;
};

static void collect(const struct node *node, struct capitals *found)
{
    for (size_t i = 0; i < node->child_count; i++)
        collect(node->child[i], found);
    if (node->kind != NODE_WORD || node->caps.len == 0 || node->caps_only ||
        found->count == CAPITALS_AT_MOST)
        return;
    for (size_t i = 0; i < found->count; i++)
        if (slice_eq(found->word[i]->caps, node->caps))
            return;
    found->word[found->count++] = node;
}

/* As =WORD would be resolved: this form, no stem, in capitals. */
static int count_capitals(const struct question *question,
                          const struct node *word, uint64_t *articles)
{
    struct request *request = question->request;
    struct word_form form = {.text = word->caps};
    struct node node = {.kind = NODE_WORD,
                        .start = word->start,
                        .end = word->end,
                        .shown = word->shown,
                        .form = &form,
                        .form_count = 1,
                        .caps_only = true};
    struct query query = {.root = &node, .ast = question->query.ast};
    return question_count(question, &query, &request->arena, articles,
                          &request->err);
}

int capitals_note(struct question *question)
{
    struct arena *arena = &question->request->arena;
    struct capitals found = {0};
    collect(question->query.root, &found);
    struct note **last = &question->more_notes;
    for (size_t i = 0; i < found.count; i++) {
        const struct node *word = found.word[i];
        struct slice typed =
            slice_part(question->typed, word->start, word->end);
        uint64_t articles;
        if (memchr(typed.data, '-', typed.len)) /* one part of USA-UK */
            continue;
        int rc = count_capitals(question, word, &articles);
        if (rc)
            return rc;
        struct note *note = arena_new(arena, struct note);
        if (!note)
            return err_set(&question->request->err, ERR_NOMEM,
                           "no memory for a note");
        note->code = "capitals";
        note->message = arena_printf(
            arena,
            "%.*s in any capitals is found, too; =%.*s, in capitals only, is "
            "in %llu article%s",
            SLICE_ARG(typed), SLICE_ARG(typed), (unsigned long long)articles,
            articles == 1 ? "" : "s");
        if (!note->message)
            return err_set(&question->request->err, ERR_NOMEM,
                           "no memory for a note");
        *last = note;
        last = &note->next;
    }
    return ERR_OK;
}
