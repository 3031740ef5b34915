#include "query/lex.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <string.h>

int lex_start(struct lexer *lexer, struct slice text, struct arena *arena,
              struct err *err)
{
    if (!text.data)
        text = SLICE("");
    *lexer = (struct lexer){.text = text, .arena = arena, .err = err};
    size_t bad_at;
    if (text.len > LIMIT_QUERY_BYTES)
        return err_set_at(err, ERR_LIMIT, LIMIT_QUERY_BYTES,
                          "%zu bytes: a query has at most %d", text.len,
                          LIMIT_QUERY_BYTES);
    if (!utf8_valid(text, &bad_at))
        return err_set_at(err, ERR_INVALID, bad_at,
                          "this is not UTF-8: send the query in that encoding");
    const uint8_t *nul = text.len ? memchr(text.data, 0, text.len) : NULL;
    if (nul)
        return err_set_at(err, ERR_INVALID, (size_t)(nul - text.data),
                          "a query holds no NUL byte: remove it");
    return ERR_OK;
}

int lex_nothing_left(struct lexer *lexer)
{
    return err_set_at(lexer->err, ERR_INVALID, 0,
                      "there is nothing to look for: write a word; "
                      "punctuation alone is in no index");
}

int lex_no_memory(struct lexer *lexer)
{
    return err_set(lexer->err, ERR_NOMEM, "no memory to read the query");
}

int lex_new_node(struct lexer *lexer, enum ast_kind kind, size_t start,
                 size_t end, struct ast **out)
{
    if (lexer->nodes >= LIMIT_QUERY_NODES)
        return err_set_at(lexer->err, ERR_LIMIT, start,
                          "a query has at most %d words and operators",
                          LIMIT_QUERY_NODES);
    struct ast *ast = arena_new(lexer->arena, struct ast);
    if (!ast)
        return lex_no_memory(lexer);
    lexer->nodes++;
    ast->kind = kind;
    ast->start = (uint32_t)start;
    ast->end = (uint32_t)end;
    *out = ast;
    return ERR_OK;
}

struct slice lex_shown(struct slice s)
{
    size_t len = s.len < 40 ? s.len : 40;
    while (len < s.len && len > 0 && (s.data[len] & 0xc0) == 0x80)
        len--;
    return slice_part(s, 0, len);
}

int lex_note(struct lexer *lexer, const char *code, const char *before,
             struct slice shown, const char *after)
{
    for (const struct note *n = lexer->notes; n; n = n->next)
        if (strcmp(n->code, code) == 0)
            return ERR_OK;
    struct note *note = arena_new(lexer->arena, struct note);
    char *message = arena_printf(lexer->arena, "%s%.*s%s", before,
                                 SLICE_ARG(lex_shown(shown)), after);
    if (!note || !message)
        return lex_no_memory(lexer);
    *note = (struct note){.code = code, .message = message};
    if (lexer->last_note)
        lexer->last_note->next = note;
    else
        lexer->notes = note;
    lexer->last_note = note;
    return ERR_OK;
}

/* White_Space of Unicode's PropList.txt, and the other control characters. */
bool lex_is_blank(struct slice text, size_t at, size_t *after)
{
    *after = at;
    uint32_t c = utf8_next(text, after);
    return c <= ' ' || c == 0x7f || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool ends_run(const struct lexer *lexer, uint8_t c)
{
    return c == '(' || c == ')' || c == '[' || c == ']' || c == '"' ||
           (c == '|' && lexer->in_pattern);
}

size_t lex_run_end(const struct lexer *lexer, size_t at)
{
    size_t after;
    while (at < lexer->text.len && !ends_run(lexer, lexer->text.data[at]) &&
           !lex_is_blank(lexer->text, at, &after))
        at = after;
    return at;
}

int lex_has_words(struct lexer *lexer, struct slice text, bool *out)
{
    lexer->scratch.count = 0;
    if (tokenise(text, 0, lexer->arena, &lexer->scratch) != ERR_OK)
        return lex_no_memory(lexer);
    *out = lexer->scratch.count > 0;
    return ERR_OK;
}

/* Whether something that can be denied starts at `at`, behind a minus. */
static int operand_starts(struct lexer *lexer, size_t at, bool *out)
{
    *out = false;
    if (at == lexer->text.len)
        return ERR_OK;
    uint8_t c = lexer->text.data[at];
    *out = c == '(' || c == '[' || c == '"';
    if (*out || c == '-')
        return ERR_OK;
    size_t end = lex_run_end(lexer, at);
    if (end == at + 1 && (c == '@' || c == '=') && end < lexer->text.len &&
        strchr("\"([", lexer->text.data[end])) {
        *out = true;
        return ERR_OK;
    }
    return lex_has_words(lexer, slice_part(lexer->text, at, end), out);
}

/* NEAR/5 and its like. *out keeps its kind when the run is something else. */
static int distance_operator(struct lexer *lexer, size_t end,
                             struct lexeme *out)
{
    static const struct {
        const char *name, *example;
        enum lex_kind kind;
    } names[] = {
        {"NEAR", "NEAR/10", LEX_NEAR},
        {"ADJ", "ADJ/10", LEX_ADJ},
        {"NOTNEAR", "NOTNEAR/10", LEX_NOTNEAR},
    };
    struct slice run = slice_part(lexer->text, lexer->at, end);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i].name);
        if (!slice_starts_with(run, slice_of(names[i].name)) ||
            (run.len > len && run.data[len] != '/'))
            continue;
        if (run.len == len)
            return err_set_at(lexer->err, ERR_INVALID, lexer->at,
                              "%s needs a distance: write %s, or use small "
                              "letters for the word",
                              names[i].name, names[i].example);
        struct slice value = slice_part(run, len + 1, run.len);
        out->kind = names[i].kind;
        if (slice_eq(value, SLICE("S")))
            out->unit = NEAR_SENTENCE;
        else if (slice_eq(value, SLICE("P")))
            out->unit = NEAR_PARAGRAPH;
        else
            return lex_distance(lexer, value, lexer->at + len + 1,
                                names[i].example, &out->n);
    }
    return ERR_OK;
}

static int read_operator(struct lexer *lexer, size_t end, struct lexeme *out)
{
    struct slice run = slice_part(lexer->text, lexer->at, end);
    if (slice_eq(run, SLICE("AND")))
        out->kind = LEX_AND;
    else if (slice_eq(run, SLICE("OR")))
        out->kind = LEX_OR;
    else if (slice_eq(run, SLICE("NOT")))
        out->kind = LEX_NOT;
    else {
        int rc = distance_operator(lexer, end, out);
        const char *name;
        if (rc != ERR_OK || out->kind != LEX_END ||
            !suggest_operator(run, &name))
            return rc;
        return lex_note(lexer, "operator-as-text", "'", run,
                        strcmp(name, "ADJ") == 0
                            ? "' was read as text; the operator is ADJ/n"
                            : "' was read as text; the operators are NEAR/n "
                              "and NOTNEAR/n");
    }
    return ERR_OK;
}

static int read_run(struct lexer *lexer, struct lexeme *out)
{
    size_t end = lex_run_end(lexer, lexer->at);
    int rc = read_operator(lexer, end, out);
    if (rc != ERR_OK)
        return rc;
    if (out->kind == LEX_END)
        return lex_leaf(lexer, end, &out->leaf);
    lexer->at = end;
    return ERR_OK;
}

/* A minus denies what follows when it stands where a word could begin: C-130 is
 * one word, and the second half of "..."-x is no negation. */
static int read_minus(struct lexer *lexer, bool after_blank, struct lexeme *out)
{
    bool denies = false;
    if (after_blank) {
        int rc = operand_starts(lexer, lexer->at + 1, &denies);
        if (rc != ERR_OK)
            return rc;
        if (!denies)
            return read_run(lexer, out);
        out->kind = LEX_NOT;
    }
    lexer->at++;
    if (denies)
        return ERR_OK;
    return lex_note(lexer, "minus-as-text",
                    "a minus directly behind other text is punctuation; put a "
                    "space before it to exclude what follows",
                    SLICE(""), "");
}

static int read_plain(struct lexer *lexer, bool after_blank, struct lexeme *out)
{
    switch (lexer->text.data[lexer->at]) {
    case '(':
        out->kind = LEX_OPEN;
        break;
    case ')':
        out->kind = LEX_CLOSE;
        break;
    case '[':
        out->kind = LEX_OPEN_PATTERN;
        break;
    case ']':
        return err_set_at(lexer->err, ERR_INVALID, lexer->at,
                          "this ] closes nothing: remove it, or write [ before "
                          "the pattern");
    case '"':
        return lex_quoted_leaf(lexer, &out->leaf);
    case '-':
        return read_minus(lexer, after_blank, out);
    default:
        return read_run(lexer, out);
    }
    lexer->at++;
    return ERR_OK;
}

static int read_in_pattern(struct lexer *lexer, struct lexeme *out)
{
    size_t end = lex_run_end(lexer, lexer->at);
    switch (lexer->text.data[lexer->at]) {
    case '(':
        out->kind = LEX_OPEN;
        break;
    case ')':
        out->kind = LEX_CLOSE;
        break;
    case '|':
        out->kind = LEX_BAR;
        break;
    case ']':
        out->kind = LEX_CLOSE_PATTERN;
        break;
    case '[':
        return err_set_at(lexer->err, ERR_INVALID, lexer->at,
                          "a pattern holds no other pattern: close it with ] "
                          "first");
    case '"':
        return err_set_at(lexer->err, ERR_INVALID, lexer->at,
                          "words in [ ] are already exact: remove the quotes");
    case '*':
        if (end != lexer->at + 1)
            return lex_leaf(lexer, end, &out->leaf);
        lexer->at++;
        return lex_new_node(lexer, AST_ANY, end - 1, end, &out->leaf);
    default:
        return lex_leaf(lexer, end, &out->leaf);
    }
    lexer->at++;
    return ERR_OK;
}

int lex_next(struct lexer *lexer, struct lexeme *out)
{
    for (;;) {
        bool after_blank =
            lexer->at == 0 || lexer->text.data[lexer->at - 1] == '(';
        size_t after;
        while (lexer->at < lexer->text.len &&
               lex_is_blank(lexer->text, lexer->at, &after)) {
            lexer->at = after;
            after_blank = true;
        }
        *out = (struct lexeme){.kind = LEX_END};
        out->start = out->end = (uint32_t)lexer->at;
        if (lexer->at == lexer->text.len)
            return ERR_OK;

        int rc = lexer->in_pattern ? read_in_pattern(lexer, out)
                                   : read_plain(lexer, after_blank, out);
        if (rc != ERR_OK)
            return rc;
        if (out->leaf)
            out->kind = LEX_LEAF;
        if (out->kind != LEX_END) {
            out->end = (uint32_t)lexer->at;
            return ERR_OK;
        }
    }
}
