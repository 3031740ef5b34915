#include "query/lex.h"

#include "base/err.h"

#include <string.h>

static const struct field_name {
    const char *name;
    enum ast_kind kind;
    enum ast_field field;
    enum entity_type entity;
} field_names[] = {
    {"title", AST_TITLE, 0, 0},
    {"source", AST_FIELD, FIELD_SOURCE, 0},
    {"lang", AST_FIELD, FIELD_LANG, 0},
    {"topic", AST_FIELD, FIELD_TOPIC, 0},
    {"key", AST_FIELD, FIELD_KEY, 0},
    {"since", AST_FIELD, FIELD_SINCE, 0},
    {"date", AST_DATE, 0, 0},
    {"person", AST_ENTITY, 0, ENTITY_PERSON},
    {"place", AST_ENTITY, 0, ENTITY_PLACE},
    {"org", AST_ENTITY, 0, ENTITY_ORG},
};

static bool next_is(const struct lexer *lexer, const char *set)
{
    return lexer->at < lexer->text.len && lexer->text.data[lexer->at] &&
           strchr(set, lexer->text.data[lexer->at]);
}

static int no_value(struct lexer *lexer, const struct field_name *field,
                    const char *example)
{
    return err_set_at(lexer->err, ERR_INVALID, lexer->at,
                      "%s: needs a value directly behind the colon: write %s",
                      field->name, example);
}

static int read_title(struct lexer *lexer, size_t start, size_t end,
                      struct ast **out)
{
    struct ast *child = NULL;
    size_t at = lexer->at;
    bool exact = next_is(lexer, "=");
    int rc;
    if (next_is(lexer, "@")) {
        lexer->at++;
        rc = lex_entity(lexer, ENTITY_ANY, at, &child);
    } else if (next_is(lexer, "\"")) {
        rc = lex_quoted_leaf(lexer, &child);
    } else {
        rc = lex_word(lexer, exact ? at + 1 : at, end, exact, &child);
    }
    if (rc == ERR_OK && !child)
        rc = err_set_at(lexer->err, ERR_INVALID, at,
                        "title: needs a word: write title:draft or "
                        "title:\"draft agreement\"");
    struct ast **children = arena_new(lexer->arena, struct ast *);
    if (rc == ERR_OK && !children)
        rc = lex_no_memory(lexer);
    if (rc == ERR_OK)
        rc = lex_new_node(lexer, AST_TITLE, start, lexer->at, out);
    if (rc != ERR_OK)
        return rc;
    children[0] = child;
    (*out)->child = children;
    (*out)->child_count = 1;
    return ERR_OK;
}

static int read_date(struct lexer *lexer, size_t start, size_t end,
                     struct ast **out)
{
    size_t at = lexer->at;
    struct slice value = slice_part(lexer->text, at, end);
    bool undated = slice_eq(value, SLICE("none"));
    struct date_range range = {0};
    if (!undated && date_range_parse(value, &range, lexer->err) != ERR_OK) {
        err_wrap(lexer->err, ERR_INVALID, "date");
        if (lexer->err)
            lexer->err->at = (int)at;
        return ERR_INVALID;
    }
    lexer->at = end;
    int rc = lex_new_node(lexer, AST_DATE, start, end, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->text = value;
    (*out)->undated = undated;
    (*out)->range = range;
    return ERR_OK;
}

/* A key runs to white space or ")": it may be a url. */
static size_t key_end(const struct lexer *lexer, size_t at)
{
    size_t after;
    while (at < lexer->text.len && lexer->text.data[at] != ')' &&
           !lex_is_blank(lexer->text, at, &after))
        at = after;
    return at;
}

/* A generation's number, as replies give it; *text loses leading zeros. */
static int read_number(struct lexer *lexer, struct slice *text, size_t at,
                       uint64_t *out)
{
    struct slice digits = slice_trim(*text);
    while (digits.len > 1 && digits.data[0] == '0')
        digits = slice_part(digits, 1, digits.len);
    *text = digits;
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t digit = (uint8_t)(digits.data[i] - '0');
        if (digit > 9 || *out > (UINT64_MAX - digit) / 10)
            return err_set_at(lexer->err, ERR_INVALID, at,
                              "since: takes the number of a generation: write "
                              "since:12");
        *out = *out * 10 + digit;
    }
    return ERR_OK;
}

static int read_value(struct lexer *lexer, const struct field_name *field,
                      size_t start, size_t end, struct ast **out)
{
    size_t at = lexer->at;
    struct slice value;
    if (next_is(lexer, "\"")) {
        int rc = lex_quotation(lexer, &value);
        if (rc != ERR_OK)
            return rc;
    } else {
        if (field->field == FIELD_KEY)
            end = key_end(lexer, at);
        value = slice_part(lexer->text, at, end);
        const uint8_t *star = memchr(value.data, '*', value.len);
        if (star && field->field != FIELD_KEY && field->field != FIELD_SINCE)
            return err_set_at(lexer->err, ERR_INVALID,
                              at + (size_t)(star - value.data),
                              "%s: is compared whole: write the full value, "
                              "without *",
                              field->name);
        lexer->at = end;
    }
    if (slice_trim(value).len == 0) {
        lexer->at = at;
        return no_value(lexer, field,
                        field->field == FIELD_SINCE
                            ? "since:12"
                            : "source:reuters or lang:en");
    }
    uint64_t since = 0;
    if (field->field == FIELD_SINCE) {
        int rc = read_number(lexer, &value, at, &since);
        if (rc != ERR_OK)
            return rc;
    }
    int rc = lex_new_node(lexer, AST_FIELD, start, lexer->at, out);
    if (rc != ERR_OK)
        return rc;
    (*out)->text = value;
    (*out)->field = field->field;
    (*out)->since = since;
    return ERR_OK;
}

/* The name before the first colon of [start, end); empty when that is no name. */
static struct slice name_before_colon(struct slice text, size_t start,
                                      size_t end)
{
    size_t at = start;
    while (at < end && text.data[at] >= 'a' && text.data[at] <= 'z')
        at++;
    return slice_part(text, start,
                      at < end && text.data[at] == ':' ? at : start);
}

int lex_field_leaf(struct lexer *lexer, size_t end, struct ast **out)
{
    size_t start = lexer->at;
    struct slice name = name_before_colon(lexer->text, start, end);
    size_t value = start + name.len + 1;
    *out = NULL;
    if (name.len == 0 ||
        (value == end &&
         (end == lexer->text.len || !strchr("\"([", lexer->text.data[end]))))
        return ERR_OK; /* `war: day` is text */

    const struct field_name *field = NULL;
    for (size_t i = 0; i < sizeof field_names / sizeof *field_names; i++)
        if (slice_eq(name, slice_of(field_names[i].name)))
            field = &field_names[i];
    if (!field) {
        const char *meant = suggest_field(name);
        if (!meant)
            return ERR_OK; /* `http://...`, too */
        return err_set_at(lexer->err, ERR_INVALID, start,
                          "unknown field '%.*s'; did you mean '%s'?",
                          SLICE_ARG(name), meant);
    }
    if (lexer->in_pattern && field->kind != AST_ENTITY)
        return err_set_at(lexer->err, ERR_INVALID, start,
                          "%s: does not stand in [ ]: write it outside",
                          field->name);

    lexer->at = value;
    if (next_is(lexer, "(["))
        return err_set_at(lexer->err, ERR_INVALID, value,
                          "%s: takes one value: write (%s:a OR %s:b)",
                          field->name, field->name, field->name);
    switch (field->kind) {
    case AST_TITLE:
        return read_title(lexer, start, end, out);
    case AST_DATE:
        return read_date(lexer, start, end, out);
    case AST_ENTITY:
        return lex_entity(lexer, field->entity, start, out);
    default:
        return read_value(lexer, field, start, end, out);
    }
}
