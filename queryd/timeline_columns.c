#include "queryd/timeline_columns.h"

#include "base/err.h"
#include "queryd/entity_json.h"
#include "queryd/entity_scores.h"

static int add_match(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)hits;
    int rc = doc_list_add(context, doc);
    return rc ? err_set(err, rc, "no memory for the articles") : ERR_OK;
}

int timeline_columns_find(const struct question *question, unsigned kinds,
                          size_t most, struct timeline_columns *out)
{
    struct request *request = question->request;
    struct doc_list docs = {0};
    struct entity_rows rows = {0};
    const struct entity_scores how = {.here = &docs, .kinds = kinds};
    int rc = question->engine->visit(question->searcher, &question->query,
                                     false, request->cancel, &request->arena,
                                     add_match, &docs, &request->err);
    if (rc == ERR_OK)
        rc = entity_scores_fill(&how, question, &rows);
    doc_list_release(&docs);
    if (rc)
        return rc;
    out->count = rows.count < most ? rows.count : most;
    out->column =
        arena_array(&request->arena, struct timeline_column, out->count);
    if (out->count && !out->column)
        return err_set(&request->err, ERR_NOMEM, "no memory for the columns");
    for (size_t i = 0; i < out->count; i++)
        out->column[i] =
            (struct timeline_column){rows.row[i].id, rows.row[i].articles};
    return ERR_OK;
}

/* The query, AND @id: an id is an entity's alone. */
int timeline_columns_visit(const struct question *question,
                           const struct timeline_column *column,
                           search_visit each, void *context)
{
    struct request *request = question->request;
    struct ast entity = {.kind = AST_ENTITY, .text = column->id};
    struct ast *both[] = {(struct ast *)question->query.ast, &entity};
    const struct ast root = {.kind = AST_AND, .child = both, .child_count = 2};
    struct query query;
    int rc = question_resolve(question, &root, &request->arena, &query,
                              &request->err);
    return rc ? rc
              : question->engine->visit(question->searcher, &query, false,
                                        request->cancel, &request->arena, each,
                                        context, &request->err);
}

void timeline_columns_write(const struct question *question,
                            const struct timeline_columns *columns,
                            struct json_out *j)
{
    json_out_key(j, "columns");
    json_out_array(j);
    for (size_t i = 0; i < columns->count; i++) {
        json_out_object(j);
        entity_write_name(question, "id", columns->column[i].id, j);
        json_out_key(j, "articles");
        json_out_u64(j, columns->column[i].articles);
        json_out_end(j);
    }
    json_out_end(j);
}

void timeline_columns_write_row(const struct timeline_columns *columns,
                                const struct timeline_row *row, size_t rows,
                                struct json_out *j)
{
    json_out_key(j, "columns");
    json_out_array(j);
    for (size_t i = 0; i < columns->count; i++) {
        uint64_t articles = 0;
        for (size_t k = 0; k < rows; k++)
            if (slice_eq(row[k].source, columns->column[i].id))
                articles = row[k].articles;
        json_out_u64(j, articles);
    }
    json_out_end(j);
}
