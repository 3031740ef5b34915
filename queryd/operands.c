#include "queryd/operands.h"

#include "base/limits.h"

/* Each word of the resolved query once, in the order of the query. */
struct words {
    const struct node *node[LIMIT_QUERY_NODES];
    size_t count;
};

static bool same_word(const struct node *a, const struct node *b)
{
    if (!slice_eq(a->shown, b->shown) || a->form_count != b->form_count ||
        a->stem_count != b->stem_count || a->caps_only != b->caps_only ||
        !slice_eq(a->entity, b->entity))
        return false;
    for (size_t i = 0; i < a->form_count; i++)
        if (!slice_eq(a->form[i].text, b->form[i].text) ||
            !slice_eq(a->form[i].lang, b->form[i].lang))
            return false;
    return true;
}

static void collect(const struct node *node, struct words *words)
{
    for (size_t i = 0; i < node->child_count; i++)
        collect(node->child[i], words);
    if (node->kind != NODE_WORD || words->count == LIMIT_QUERY_NODES)
        return;
    for (size_t i = 0; i < words->count; i++)
        if (same_word(words->node[i], node))
            return;
    words->node[words->count++] = node;
}

static int write_operand(const struct question *question,
                         const struct node *word, struct json_out *j)
{
    uint64_t articles;
    struct request *request = question->request;
    struct query alone = {.root = word, .ast = question->query.ast};
    int rc = question_count(question, &alone, &request->arena, &articles,
                            &request->err);
    if (rc)
        return rc;
    json_out_object(j);
    json_out_key(j, "word");
    json_out_slice(j, word->shown);
    json_out_key(j, "articles");
    json_out_u64(j, articles);
    json_out_key(j, "forms");
    json_out_array(j);
    for (size_t i = 0; i < word->form_count; i++) {
        bool again = false; /* a form of two languages */
        for (size_t k = 0; k < i && !again; k++)
            again = slice_eq(word->form[k].text, word->form[i].text);
        if (!again)
            json_out_slice(j, word->form[i].text);
    }
    json_out_end(j);
    json_out_end(j);
    return ERR_OK;
}

int operands_write(const struct question *question, struct json_out *j)
{
    struct request *request = question->request;
    struct words *words = arena_new(&request->arena, struct words);
    if (!words)
        return err_set(&request->err, ERR_NOMEM, "no memory for the words");
    collect(question->query.root, words);
    json_out_key(j, "operands");
    json_out_array(j);
    for (size_t i = 0; i < words->count; i++) {
        int rc = write_operand(question, words->node[i], j);
        if (rc)
            return rc;
    }
    json_out_end(j);
    return ERR_OK;
}
