#include "queryd/capitals.h"
#include "queryd/coverage.h"
#include "queryd/endpoint.h"
#include "queryd/operands.h"
#include "queryd/entity_json.h"
#include "queryd/named_words.h"
#include "queryd/question.h"

static void write_tree(const struct ast *ast, struct json_out *j)
{
    struct strbuf text;
    strbuf_init(&text, 1 << 20);
    ast_print(ast, &text);
    json_out_object(j);
    json_out_key(j, "kind");
    json_out_text(j, ast_kind_name(ast->kind));
    json_out_key(j, "text");
    json_out_slice(j, strbuf_slice(&text));
    j->out->failed |= text.failed;
    strbuf_release(&text);
    json_out_key(j, "start");
    json_out_u64(j, ast->start);
    json_out_key(j, "end");
    json_out_u64(j, ast->end);
    if (ast->child_count > 0) {
        json_out_key(j, "children");
        json_out_array(j);
        for (size_t i = 0; i < ast->child_count; i++)
            write_tree(ast->child[i], j);
        json_out_end(j);
    }
    json_out_end(j);
}

int answer_explain(struct request *request, struct worker *worker)
{
    struct question question;
    uint64_t total;
    int rc = question_read(request, worker, &question);
    if (rc)
        return rc;
    rc = question_count(&question, &question.query, &request->arena, &total,
                        &request->err);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc == 0)
        rc = named_words_note(&question);
    if (rc == 0)
        rc = coverage_note(&question);
    if (rc)
        return rc;

    struct json_out j;
    json_out_begin(&j, &request->reply);
    json_out_object(&j);
    question_write_head(&question, &j);
    json_out_key(&j, "tree");
    write_tree(question.query.ast, &j);
    rc = operands_write(&question, &j);
    if (rc)
        return rc;
    json_out_key(&j, "total");
    json_out_u64(&j, total);
    rc = entities_write(&question, &j);
    if (rc)
        return rc;
    question_write_notes(&question, &j);
    json_out_end(&j);
    question_write_took(&question, &j);
    return ERR_OK;
}
