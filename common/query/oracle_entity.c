/* Entities: their mentions in the article, and names that are newer than those. */
#include "query/oracle_internal.h"

#include "base/err.h"

static const struct named_entity *named_at(const struct oracle *o,
                                           uint32_t start)
{
    for (size_t i = 0; i < o->query->entity_count; i++)
        if (o->query->entity[i].start == start)
            return &o->query->entity[i];
    return NULL;
}

/* "Spelt so": the folded words of the form stand side by side in the text. */
static int is_spelt(struct oracle *o, struct slice text, struct slice form,
                    bool *out)
{
    struct tokens in = {0}, wanted = {0};
    *out = form.len == 0;
    if (tokenise(text, 0, o->arena, &in) ||
        tokenise(form, 0, o->arena, &wanted))
        return oracle_no_memory(o);
    for (uint32_t from = 0; from + wanted.positions <= in.positions; from++) {
        uint32_t same = 0;
        for (size_t i = 0; i < in.count; i++)
            for (size_t k = 0; k < wanted.count; k++)
                same +=
                    !in.token[i].joined && !wanted.token[k].joined &&
                    in.token[i].position == from + wanted.token[k].position &&
                    slice_eq(in.token[i].form, wanted.token[k].form);
        *out = *out || same == wanted.positions;
    }
    return ERR_OK;
}

int oracle_entity(struct oracle *o, const struct ast *ast, struct found *out)
{
    const struct named_entity *named = named_at(o, ast->start);
    const struct mention_list *mentions = &o->analysis->mentions;
    int rc = ERR_OK;
    if (!named)
        return err_set_at(o->err, ERR_UNSUPPORTED, ast->start,
                          "without a register this name means nothing");
    for (size_t i = 0; rc == ERR_OK && i < mentions->count; i++) {
        const struct mention *mention = &mentions->mention[i];
        bool spelt;
        rc = oracle_step(o);
        if (rc != ERR_OK || !slice_eq(mention->entity, named->id))
            continue;
        rc = is_spelt(o, mention->form, ast->form, &spelt);
        if (rc == ERR_OK && spelt)
            rc = oracle_add(o, out, mention->position,
                            mention->position + mention->width);
    }
    for (size_t i = 0; rc == ERR_OK && i < named->phrases.count; i++)
        rc = oracle_text_of(o, ast, named->phrases.item[i], AS_ITSELF, out);
    return rc;
}
