/* The names of a line are split into words all at once: to start the tokeniser for each of
 * them would take longer than all else. Nothing that stands between two names (tab,
 * semicolon, blank, colon) ever joins words.
 */
#include "entity/register_line.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "text/tokenise.h"

#include <stdarg.h>
#include <stdio.h>

enum { FIELDS = 5, SHOWN_BYTES = 100 };

struct line_parser {
    struct arena *scratch;
    struct register_faults *faults;
    struct register_line *out;
    size_t faults_before;
    struct slice names;   /* the name and the aliases, from tab to tab */
    struct tokens tokens; /* of `names` */
    size_t next_token;    /* first that may belong to the next name */
};

void register_fault(struct register_faults *faults, const char *fmt, ...)
{
    char reason[360], text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(reason, sizeof reason, fmt, ap);
    va_end(ap);
    snprintf(text, sizeof text, "%.*s:%zu: %s",
             SLICE_ARG(register_shown(faults->name)), faults->line, reason);
    if (faults->count++ == 0)
        err_set(faults->err, ERR_INVALID, "%s", text);
    if (faults->report)
        faults->report(faults->context, text);
}

struct slice register_shown(struct slice text)
{
    if (text.len > SHOWN_BYTES) {
        text.len = SHOWN_BYTES;
        while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return text;
}

uint64_t name_key_add(uint64_t key, struct slice word)
{
    /* Multiplier of Knuth's MMIX generator: order matters. */
    return (key + 1) * UINT64_C(6364136223846793005) + hash_bytes(word);
}

/* --- words of names --- */

/* The key of what stands at `name`, part of p->names; names come in order. */
static uint64_t key_of(struct line_parser *p, struct slice name)
{
    size_t from = (size_t)(name.data - p->names.data), to = from + name.len;
    const struct tokens *t = &p->tokens;
    uint64_t key = 0;
    size_t words = 0;
    for (; p->next_token < t->count; p->next_token++) {
        const struct token *token = &t->token[p->next_token];
        if (token->start >= to)
            break;
        if (token->joined || token->start < from)
            continue;
        key = name_key_add(key, token->form);
        words++;
    }
    if (words == 0)
        register_fault(p->faults, "there is no word in '%.*s'",
                       SLICE_ARG(register_shown(name)));
    else if (words > LIMIT_NAME_WORDS)
        register_fault(p->faults, "'%.*s' has %zu words; %d at most",
                       SLICE_ARG(register_shown(name)), words,
                       LIMIT_NAME_WORDS);
    return key;
}

static void check_spelling(struct line_parser *p, struct slice name)
{
    struct slice shown = register_shown(name);
    if (name.len > LIMIT_NAME_BYTES)
        register_fault(p->faults,
                       "'%.*s...' has %zu bytes; a name has %d at most",
                       SLICE_ARG(shown), name.len, LIMIT_NAME_BYTES);
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] == '{' || name.data[i] == '}' || name.data[i] == ';') {
            register_fault(p->faults, "there is a '%c' in '%.*s'", name.data[i],
                           SLICE_ARG(shown));
            return;
        } else if (name.data[i] == ' ' && i + 1 < name.len &&
                   name.data[i + 1] == ' ') {
            register_fault(p->faults, "there are two blanks in a row in '%.*s'",
                           SLICE_ARG(shown));
            return;
        }
}

/* --- one alias: -~! in any order, lang:, text, {dates} --- */

static bool is_small(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static void take_marks(struct line_parser *p, struct slice *text,
                       struct line_name *out)
{
    struct slice whole = *text;
    for (; text->len > 0; text->data++, text->len--) {
        bool *mark = text->data[0] == '-'   ? &out->remove
                     : text->data[0] == '~' ? &out->alias.is_short
                     : text->data[0] == '!' ? &out->alias.capitals
                                            : NULL;
        if (!mark)
            break;
        if (*mark)
            register_fault(p->faults, "'%c' twice in front of '%.*s'",
                           text->data[0], SLICE_ARG(register_shown(whole)));
        *mark = true;
    }
}

static struct slice take_language(struct slice *text)
{
    size_t n = 0;
    while (n < text->len && n < 4 && is_small(text->data[n]))
        n++;
    if (n < 2 || n > 3 || n == text->len || text->data[n] != ':')
        return (struct slice){0};
    struct slice lang = slice_part(*text, 0, n);
    *text = slice_part(*text, n + 1, text->len);
    return lang;
}

static void take_dates(struct line_parser *p, struct slice *text,
                       struct entity_alias *out)
{
    if (text->len == 0 || text->data[text->len - 1] != '}')
        return;
    size_t at = text->len;
    while (at > 0 && text->data[at - 1] != '{')
        at--;
    if (at == 0)
        return; /* check_spelling() tells of the '}' */
    struct slice dates = slice_part(*text, at, text->len - 1);
    *text = slice_trim(slice_part(*text, 0, at - 1));

    struct err why = {0};
    const int64_t day = 86400;
    if (date_range_parse(dates, &out->valid, &why))
        register_fault(p->faults, "'{%.*s}': %s",
                       SLICE_ARG(register_shown(dates)), why.text);
    else if (out->valid.from >= out->valid.to || out->valid.from % day ||
             out->valid.to % day)
        register_fault(p->faults, "'{%.*s}': whole days are wanted",
                       SLICE_ARG(register_shown(dates)));
    out->has_valid = out->valid.from != DATE_MIN || out->valid.to != DATE_MAX;
}

static void parse_alias(struct line_parser *p, struct slice text,
                        struct line_name *out)
{
    *out = (struct line_name){.alias.valid = {DATE_MIN, DATE_MAX}};
    take_marks(p, &text, out);
    out->alias.lang = take_language(&text);
    take_dates(p, &text, &out->alias);
    out->alias.text = text;
    check_spelling(p, text);
    out->key = key_of(p, text);
    if (out->remove &&
        (out->alias.is_short || out->alias.capitals || out->alias.has_valid))
        register_fault(p->faults,
                       "'-%.*s' takes the name away, whatever stands with it: "
                       "no ~, ! or {} here",
                       SLICE_ARG(register_shown(text)));
}

static bool says_the_same(const struct line_name *a, const struct line_name *b)
{
    return a->remove == b->remove && a->alias.is_short == b->alias.is_short &&
           a->alias.capitals == b->alias.capitals &&
           a->alias.valid.from == b->alias.valid.from &&
           a->alias.valid.to == b->alias.valid.to;
}

/* Already on the line? Then it must say the same. */
static bool said_before(struct line_parser *p, const struct line_name *name)
{
    const struct register_line *line = p->out;
    for (size_t i = 0; i < line->alias_count; i++) {
        const struct line_name *other = &line->alias[i];
        if (other->key != name->key ||
            !slice_eq(other->alias.text, name->alias.text) ||
            !slice_eq(other->alias.lang, name->alias.lang))
            continue;
        if (!says_the_same(other, name))
            register_fault(p->faults, "'%.*s' stands there twice, differently",
                           SLICE_ARG(register_shown(name->alias.text)));
        return true;
    }
    return false;
}

static int parse_aliases(struct line_parser *p, struct slice field)
{
    size_t most = 1;
    for (size_t i = 0; i < field.len; i++)
        most += field.data[i] == ';';
    p->out->alias = arena_array(p->scratch, struct line_name, most);
    if (!p->out->alias)
        return ERR_NOMEM;
    for (size_t at = 0; at < field.len;) {
        const uint8_t *end = memchr(field.data + at, ';', field.len - at);
        size_t to = end ? (size_t)(end - field.data) : field.len;
        struct slice text = slice_trim(slice_part(field, at, to));
        at = to + 1;
        if (text.len == 0)
            continue;
        if (p->out->alias_count == LIMIT_ENTITY_NAMES) {
            register_fault(p->faults, "more than %d names", LIMIT_ENTITY_NAMES);
            break;
        }
        struct line_name name;
        parse_alias(p, text, &name);
        if (!said_before(p, &name))
            p->out->alias[p->out->alias_count++] = name;
    }
    return ERR_OK;
}

/* --- options --- */

/* Exactly one folded word, or the joined form of one with hyphens; *out empty when it is
 * neither. */
static int fold_one(struct line_parser *p, struct slice text, struct slice *out)
{
    struct tokens tokens = {0};
    int rc = tokenise(text, 0, p->scratch, &tokens);
    *out = (struct slice){0};
    for (size_t i = 0; !rc && i < tokens.count; i++)
        if (tokens.token[i].position == 0 &&
            tokens.token[i].width == tokens.positions)
            *out = tokens.token[i].form;
    return rc ? ERR_NOMEM : ERR_OK;
}

static int parse_words(struct line_parser *p, struct slice value,
                       struct line_words *out)
{
    size_t most = 1;
    for (size_t i = 0; i < value.len; i++)
        most += value.data[i] == ',';
    out->word.item = arena_array(p->scratch, struct slice, most);
    if (!out->word.item)
        return ERR_NOMEM;
    for (size_t at = 0; at < value.len;) {
        const uint8_t *comma = memchr(value.data + at, ',', value.len - at);
        size_t to = comma ? (size_t)(comma - value.data) : value.len;
        struct slice text = slice_part(value, at, to), word;
        at = to + 1;
        int rc = fold_one(p, text, &word);
        if (rc)
            return rc;
        if (word.len == 0)
            register_fault(p->faults, "'%.*s' is not one word",
                           SLICE_ARG(register_shown(text)));
        out->word.item[out->word.count++] = word;
    }
    return ERR_OK;
}

static bool is_id(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (!is_small(c) && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return text.len > 0 && text.len <= LIMIT_NAME_BYTES && text.data[0] != '-';
}

static void check_id(struct line_parser *p, const char *option,
                     struct slice value)
{
    if (value.len > 0 && !is_id(value))
        register_fault(p->faults,
                       "%s=%.*s: an id has small letters a-z, digits and '-'",
                       option, SLICE_ARG(register_shown(value)));
}

static void check_wikidata(struct line_parser *p, struct slice value)
{
    bool right = value.len >= 2 && value.len <= 12 && value.data[0] == 'Q' &&
                 value.data[1] != '0';
    for (size_t i = 1; i < value.len; i++)
        right = right && value.data[i] >= '0' && value.data[i] <= '9';
    if (value.len > 0 && !right)
        register_fault(p->faults, "wikidata=%.*s: as in Q58217",
                       SLICE_ARG(register_shown(value)));
}

static bool first_time(struct line_parser *p, const char *option, bool *given)
{
    if (*given)
        register_fault(p->faults, "%s= twice", option);
    bool first = !*given;
    *given = true;
    return first;
}

static int parse_option(struct line_parser *p, struct slice text)
{
    struct register_line *line = p->out;
    if (slice_eq(text, SLICE("block"))) {
        line->block = true;
        return ERR_OK;
    }
    const struct {
        const char *name;
        struct line_option *value;
        struct line_words *words;
    } table[] = {
        {"parent", &line->parent, NULL},     {"country", &line->country, NULL},
        {"wikidata", &line->wikidata, NULL}, {"into", &line->into, NULL},
        {"near", NULL, &line->near},         {"not", NULL, &line->not },
    };
    const uint8_t *sign = memchr(text.data, '=', text.len);
    size_t at = sign ? (size_t)(sign - text.data) : text.len;
    struct slice name = slice_part(text, 0, at);
    struct slice value = slice_part(text, at + (sign != NULL), text.len);
    for (size_t i = 0; sign && i < sizeof table / sizeof table[0]; i++) {
        if (!slice_eq(name, slice_of(table[i].name)))
            continue;
        if (table[i].words)
            return first_time(p, table[i].name, &table[i].words->given)
                       ? parse_words(p, value, table[i].words)
                       : ERR_OK;
        if (first_time(p, table[i].name, &table[i].value->given))
            table[i].value->value = value;
        if (table[i].value == &line->wikidata)
            check_wikidata(p, value);
        else
            check_id(p, table[i].name, value);
        return ERR_OK;
    }
    register_fault(p->faults,
                   "'%.*s' is no option; there are country=, parent=, "
                   "wikidata=, near=, not=, into= and block",
                   SLICE_ARG(register_shown(text)));
    return ERR_OK;
}

static int parse_options(struct line_parser *p, struct slice field)
{
    for (size_t at = 0; at < field.len;) {
        const uint8_t *end = memchr(field.data + at, ' ', field.len - at);
        size_t to = end ? (size_t)(end - field.data) : field.len;
        int rc = to > at ? parse_option(p, slice_part(field, at, to)) : ERR_OK;
        if (rc)
            return rc;
        at = to + 1;
    }
    if (p->out->into.given && p->out->into.value.len == 0)
        register_fault(p->faults, "into= needs an id");
    if (p->out->into.given && p->out->block)
        register_fault(p->faults, "block and into= together");
    return ERR_OK;
}

/* --- the line --- */

static void parse_kind(struct line_parser *p, struct slice field)
{
    for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++)
        if (slice_eq(field, slice_of(entity_kind_name(kind)))) {
            p->out->has_kind = true;
            p->out->kind = kind;
        }
    if (field.len > 0 && !p->out->has_kind)
        register_fault(p->faults,
                       "'%.*s' is no type; there are person, place, "
                       "organisation, event and document",
                       SLICE_ARG(register_shown(field)));
}

/* A name without marks: it may become an alias one day, and be written as one. */
static void parse_name(struct line_parser *p, struct slice field)
{
    p->out->name = field;
    if (field.len == 0)
        return;
    struct slice rest = field;
    if (memchr("-~!", field.data[0], 3) || take_language(&rest).len)
        register_fault(
            p->faults,
            "the name '%.*s' begins as an alias does; say it plainly",
            SLICE_ARG(register_shown(field)));
    check_spelling(p, field);
    p->out->name_key = key_of(p, field);
}

static bool has_good_bytes(struct line_parser *p, struct slice line)
{
    size_t bad_at;
    if (!utf8_valid(line, &bad_at)) {
        register_fault(p->faults, "byte %zu is not UTF-8", bad_at + 1);
        return false;
    }
    for (size_t i = 0; i < line.len; i++)
        if ((line.data[i] < ' ' && line.data[i] != '\t') ||
            line.data[i] == 0x7f) {
            register_fault(p->faults, "byte %zu is a control character", i + 1);
            return false;
        }
    return true;
}

/* How many there are; of more than FIELDS, one too many. */
static size_t split(struct slice line, struct slice field[FIELDS])
{
    size_t count = 0, at = 0;
    for (;;) {
        const uint8_t *tab = memchr(line.data + at, '\t', line.len - at);
        size_t to = tab ? (size_t)(tab - line.data) : line.len;
        if (count == FIELDS)
            return count + 1;
        field[count++] = slice_trim(slice_part(line, at, to));
        if (!tab)
            break;
        at = to + 1;
    }
    for (size_t i = count; i < FIELDS; i++)
        field[i] = slice_part(line, line.len, line.len);
    return count;
}

int register_line_parse(struct slice line, struct arena *scratch,
                        struct register_faults *faults,
                        struct register_line *out)
{
    struct line_parser p = {scratch, faults, out, faults->count, {0}, {0}, 0};
    struct slice field[FIELDS];
    *out = (struct register_line){0};
    if (!has_good_bytes(&p, line))
        return ERR_OK;
    if (split(line, field) > FIELDS) {
        register_fault(faults, "more than %d fields", FIELDS);
        return ERR_OK;
    }
    if (!is_id(field[0])) {
        register_fault(faults,
                       "'%.*s' is no id: small letters a-z, digits and '-'",
                       SLICE_ARG(register_shown(field[0])));
        return ERR_OK;
    }
    p.names = (struct slice){
        field[2].data, (size_t)(field[3].data + field[3].len - field[2].data)};
    int rc = tokenise(p.names, 0, scratch, &p.tokens) ? ERR_NOMEM : ERR_OK;
    parse_kind(&p, field[1]);
    if (!rc) {
        parse_name(&p, field[2]);
        rc = parse_aliases(&p, field[3]);
    }
    if (!rc)
        rc = parse_options(&p, field[4]);
    if (!rc && faults->count == p.faults_before)
        out->id = field[0];
    return rc;
}
