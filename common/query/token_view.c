#include "query/token_view.h"

#include "base/err.h"
#include "query/filter.h"

/* The first form with this text, or NULL; forms are sorted by text. */
static const struct word_form *find_form(const struct node *word,
                                         struct slice text)
{
    size_t low = 0, high = word->form_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_cmp(word->form[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == word->form_count || !slice_eq(word->form[low].text, text))
        return NULL;
    return &word->form[low];
}

static bool is_occurrence(const struct node *word, const struct token *token,
                          struct slice lang)
{
    if (word->caps_only && !token->all_caps)
        return false;
    const struct word_form *form = find_form(word, token->form);
    const struct word_form *end = word->form + word->form_count;
    for (; form && form < end && slice_eq(form->text, token->form); form++)
        if (form->lang.len == 0 || slice_eq(form->lang, lang))
            return true;
    return false;
}

/* `form` as the text has it. */
static bool is_mention(const struct node *word, const struct mention *mention)
{
    return slice_eq(mention->entity, word->entity) &&
           (!word->some_forms || find_form(word, mention->form));
}

static int entity_spans(const struct analysis *analysis,
                        const struct node *word, struct arena *arena,
                        struct span_list *out, struct err *err)
{
    const struct mention_list *mentions = &analysis->mentions;
    *out = (struct span_list){0};
    out->span = arena_array(arena, struct span, mentions->count);
    if (mentions->count && !out->span)
        return err_set(err, ERR_NOMEM, "no memory for the names of an article");
    for (size_t i = 0; i < mentions->count; i++) {
        const struct mention *mention = &mentions->mention[i];
        if (is_mention(word, mention))
            out->span[out->count++] = (struct span){
                mention->position, mention->position + mention->width};
    }
    return ERR_OK;
}

static int word_spans(struct article_view *base, const struct node *word,
                      struct arena *arena, struct span_list *out,
                      struct err *err)
{
    const struct token_view *view = (const struct token_view *)base;
    const struct tokens *tokens = &view->analysis->tokens;
    struct slice lang = lang_primary(view->article->lang);
    if (word->entity.len)
        return entity_spans(view->analysis, word, arena, out, err);

    struct span *span = arena_array(arena, struct span, tokens->count);
    if (tokens->count && !span)
        return err_set(err, ERR_NOMEM, "no memory for the words of an article");
    size_t count = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->token[i];
        if (!is_occurrence(word, token, lang))
            continue;
        struct span found = {token->position, token->position + token->width};
        const struct span *before = count ? &span[count - 1] : NULL;
        if (!before || before->start != found.start || before->end != found.end)
            span[count++] = found;
    }
    *out = (struct span_list){span, count};
    return ERR_OK;
}

static int word_present(struct article_view *base, const struct node *word,
                        bool *out, struct err *err)
{
    (void)err;
    const struct token_view *view = (const struct token_view *)base;
    const struct tokens *tokens = &view->analysis->tokens;
    const struct mention_list *mentions = &view->analysis->mentions;
    struct slice lang = lang_primary(view->article->lang);
    *out = false;
    for (size_t i = 0; word->entity.len && !*out && i < mentions->count; i++)
        *out = is_mention(word, &mentions->mention[i]);
    for (size_t i = 0; !word->entity.len && i < tokens->count && !*out; i++)
        *out = is_occurrence(word, &tokens->token[i], lang);
    return ERR_OK;
}

static int has_value(enum ast_field field, struct slice raw, struct slice value,
                     bool *out)
{
    struct arena scratch;
    arena_init(&scratch, SIZE_MAX);
    struct slice folded;
    int rc = filter_value(field, raw, &scratch, &folded);
    *out = rc == ERR_OK && slice_eq(folded, value);
    arena_reset(&scratch);
    return rc;
}

static int field_matches(const struct article *article, const struct node *node,
                         bool *out)
{
    int rc = ERR_OK;
    *out = false;
    switch (node->field) {
    case FIELD_SOURCE:
        return has_value(FIELD_SOURCE, article->source, node->value, out);
    case FIELD_KEY:
        return has_value(FIELD_KEY, article->key, node->value, out);
    case FIELD_LANG:
        rc = has_value(FIELD_LANG, article->lang, node->value, out);
        if (rc == ERR_OK && !*out)
            rc = has_value(FIELD_LANG, lang_primary(article->lang), node->value,
                           out);
        return rc;
    case FIELD_SINCE:
        *out = article->generation > node->since;
        return ERR_OK;
    case FIELD_TOPIC:
        for (size_t i = 0; rc == ERR_OK && !*out && i < article->topics.count;
             i++)
            rc = has_value(FIELD_TOPIC, article->topics.item[i], node->value,
                           out);
        return rc;
    }
    return rc;
}

static int filter_matches(struct article_view *base, const struct node *filter,
                          bool *out, struct err *err)
{
    const struct token_view *view = (const struct token_view *)base;
    if (filter->kind == NODE_DATE) {
        *out = filter_date(filter, view->article->published);
        return ERR_OK;
    }
    int rc = field_matches(view->article, filter, out);
    return rc ? err_set(err, rc, "no memory to compare a field") : ERR_OK;
}

static int part_range(struct article_view *base, enum article_part part,
                      struct span *out, struct err *err)
{
    (void)err;
    const struct token_view *view = (const struct token_view *)base;
    const struct part_range *range = &view->analysis->part[part];
    *out = (struct span){range->start, range->end};
    return ERR_OK;
}

static int unit_starts(struct article_view *base, enum near_unit unit,
                       struct arena *arena, struct position_list *out,
                       struct err *err)
{
    (void)arena, (void)err;
    const struct token_view *view = (const struct token_view *)base;
    *out = unit == NEAR_SENTENCE ? view->analysis->sentences
                                 : view->analysis->paragraphs;
    return ERR_OK;
}

void token_view_init(struct token_view *view, const struct article *article,
                     const struct analysis *analysis)
{
    static const struct article_view_ops ops = {
        word_spans, word_present, filter_matches, part_range, unit_starts};
    *view = (struct token_view){{&ops, NULL}, article, analysis};
}
