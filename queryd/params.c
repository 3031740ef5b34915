#include "queryd/params.h"

#include "base/err.h"
#include "base/limits.h"
#include "engine/engine.h"
#include "views/kwic.h"
#include "views/timeline.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { NINE_DIGITS = 999999999 };

_Static_assert(KWIC_BY_INDEX == KWIC_BY_POSITION + 1, "behind the last one");

enum param_kind { PARAM_TEXT, PARAM_NUMBER, PARAM_FLAG, PARAM_CHOICE };

enum { CHOICES_MAX = 9, TIMELINE_COLUMNS_MAX = 20 };

/* A name with a dot is one endpoint's own rule for the parameter behind the dot. */
static const struct rule {
    const char *name;
    enum param_kind kind;
    size_t offset; /* in struct params: a slice for text, else a uint32_t */
    uint32_t standard, min, max;
    const char *choice[CHOICES_MAX]; /* the value is the index */
} rules[] = {
// clang-format off
#define AT(field) offsetof(struct params, field)
    {"q", PARAM_TEXT, AT(q), 0, 0, 0, {0}},
    {"phrase", PARAM_TEXT, AT(phrase), 0, 0, 0, {0}},
    {"cursor", PARAM_TEXT, AT(cursor), 0, 0, 0, {0}},
    {"match", PARAM_CHOICE, AT(match), MATCH_QUERY, 0, 0, {"query", "any"}},
    {"sort", PARAM_CHOICE, AT(sort), SORT_RELEVANCE, 0, 0, {"relevance", "date"}},
    {"count", PARAM_CHOICE, AT(count), COUNT_EXACT, 0, 0, {"exact", "no"}},
    {"limit", PARAM_NUMBER, AT(limit), 10, 0, LIMIT_PAGE, {0}},
    {"deadline_ms", PARAM_NUMBER, AT(deadline_ms), 10000, 1, 600000, {0}},
    {"hits", PARAM_FLAG, AT(hits), 0, 0, 0, {0}},
    {"snippets", PARAM_FLAG, AT(snippets), 1, 0, 0, {0}},
    {"relax", PARAM_FLAG, AT(relax), 1, 0, 0, {0}},
    {"cite", PARAM_FLAG, AT(cite), 0, 0, 0, {0}},
    {"strict", PARAM_FLAG, AT(strict), 0, 0, 0, {0}},

    {"view.deadline_ms", PARAM_NUMBER, AT(deadline_ms), 60000, 1, 600000, {0}},

    {"width", PARAM_NUMBER, AT(width), 40, 0, 1000, {0}},
    {"unit", PARAM_CHOICE, AT(unit), KWIC_COLUMNS, 0, 0, {"columns", "words"}},
    {"kwic.sort", PARAM_CHOICE, AT(sort), KWIC_BY_DATE, 0, 0,
     {"date", "left", "right", "source", "position", "index"}},
    {"sample", PARAM_NUMBER, AT(sample), 0, 1, NINE_DIGITS, {0}},
    {"seed", PARAM_NUMBER, AT(seed), 1, 0, NINE_DIGITS, {0}},

    {"what", PARAM_CHOICE, AT(what), EXPORT_ARTICLES, 0, 0, {"articles", "hits"}},
    {"format", PARAM_CHOICE, AT(format), FORMAT_JSONL, 0, 0,
     {"jsonl", "csv", "trec"}},
    {"export.sort", PARAM_CHOICE, AT(sort), EXPORT_STANDARD, 0, 0,
     {"", "relevance", "date", "index"}},
    {"export.limit", PARAM_NUMBER, AT(limit), 0, 0, NINE_DIGITS, {0}},
    {"qid", PARAM_TEXT, AT(qid), 0, 0, 0, {0}},
    {"tag", PARAM_TEXT, AT(tag), 0, 0, 0, {0}},

    {"timeline.by", PARAM_CHOICE, AT(by), BY_MONTH, 0, 0,
     {"day", "week", "month", "year"}},
    {"group", PARAM_CHOICE, AT(group), GROUP_NONE, 0, 0, {"", "source"}},
    {"of", PARAM_CHOICE, AT(of), OF_NONE, 0, 0,
     {"", "entity", "person", "place", "org"}},
    {"top", PARAM_NUMBER, AT(top), 5, 1, TIMELINE_COLUMNS_MAX, {0}},
    {"facets.by", PARAM_CHOICE, AT(by), FACETS_BY_SOURCE, 0, 0,
     {"source", "lang", "topic", "year", "words", "entity", "person", "place",
      "org"}},
    {"facets.limit", PARAM_NUMBER, AT(limit), 20, 0, NINE_DIGITS, {0}},
    {"window", PARAM_NUMBER, AT(window), 5, 1, 50, {0}},
    {"min", PARAM_NUMBER, AT(min), 2, 1, NINE_DIGITS, {0}},
    {"collocates.sort", PARAM_CHOICE, AT(sort), BY_LOG_LIKELIHOOD, 0, 0,
     {"log_likelihood", "log_dice"}},
    {"collocates.limit", PARAM_NUMBER, AT(limit), 50, 0, NINE_DIGITS, {0}},

    {"type", PARAM_CHOICE, AT(type), TYPE_ANY, 0, 0,
     {"", "person", "place", "org", "event", "document"}},
    {"entities.limit", PARAM_NUMBER, AT(limit), 20, 0, NINE_DIGITS, {0}},
    {"companions", PARAM_NUMBER, AT(companions), 10, 0, NINE_DIGITS, {0}},

    {"version", PARAM_NUMBER, AT(version), 0, 1, NINE_DIGITS, {0}},
// clang-format on
#undef AT
};
enum { RULES = sizeof rules / sizeof *rules };

const char *const search_params[] = {
    "q",    "phrase",   "match",       "limit", "sort", "cursor", "count",
    "hits", "snippets", "deadline_ms", "relax", "cite", "strict", NULL};
const char *const count_params[] = {"q",           "phrase", "match",  "hits",
                                    "deadline_ms", "cite",   "strict", NULL};
const char *const explain_params[] = {"q",           "phrase", "match", "hits",
                                      "deadline_ms", "strict", NULL};
const char *const kwic_params[] = {"q",      "phrase", "match",
                                   "width",  "unit",   "kwic.sort",
                                   "sample", "seed",   "view.deadline_ms",
                                   "strict", NULL};
const char *const export_params[] = {
    "q",      "phrase",           "match",        "what",
    "format", "export.sort",      "export.limit", "qid",
    "tag",    "view.deadline_ms", "strict",       NULL};
const char *const timeline_params[] = {
    "q",   "phrase",           "match",  "timeline.by", "group", "of",
    "top", "view.deadline_ms", "strict", NULL};
const char *const facets_params[] = {"q",
                                     "phrase",
                                     "match",
                                     "facets.by",
                                     "facets.limit",
                                     "view.deadline_ms",
                                     "strict",
                                     NULL};
const char *const collocates_params[] = {"q",
                                         "phrase",
                                         "match",
                                         "window",
                                         "min",
                                         "collocates.sort",
                                         "collocates.limit",
                                         "view.deadline_ms",
                                         "strict",
                                         NULL};
const char *const entities_params[] = {
    "q", "type", "entities.limit", "companions", "view.deadline_ms", NULL};
const char *const article_params[] = {"version", NULL};
const char *const no_params[] = {NULL};

/* What of a user's text goes into a sentence about it. */
enum { SHOWN_BYTES = 60 };
static int shown_len(struct slice s)
{
    return s.len < SHOWN_BYTES ? (int)s.len : SHOWN_BYTES;
}
#define SHOWN(s) shown_len(s), (const char *)(s).data

static bool is_text(struct slice s, const char *text)
{
    return slice_eq(s, slice_of(text));
}

/* What the client calls it. */
static const char *public_name(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : name;
}

static const struct rule *rule_of(const char *allowed)
{
    for (size_t i = 0; i < RULES; i++)
        if (strcmp(allowed, rules[i].name) == 0)
            return &rules[i];
    return NULL;
}

static const struct rule *rule_named(struct slice name,
                                     const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (is_text(name, public_name(*allowed)))
            return rule_of(*allowed);
    return NULL;
}

static int unknown(struct slice name, const char *const *allowed,
                   struct err *err)
{
    if (!*allowed)
        return err_set(err, ERR_INVALID,
                       "no parameter '%.*s': there are none here", SHOWN(name));
    char known[200] = "";
    for (; *allowed; allowed++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, " %s",
                 public_name(*allowed));
    }
    return err_set(err, ERR_INVALID, "no parameter '%.*s'; there are:%s",
                   SHOWN(name), known);
}

static int read_number(const struct rule *rule, struct slice value,
                       uint32_t *out, struct err *err)
{
    uint64_t n = 0;
    bool good = value.len > 0 && value.len <= 9;
    for (size_t i = 0; good && i < value.len; i++) {
        good = value.data[i] >= '0' && value.data[i] <= '9';
        n = n * 10 + (uint64_t)(value.data[i] - '0');
    }
    if (!good || n < rule->min || n > rule->max)
        return err_set(
            err, ERR_INVALID, "%s is a whole number from %u to %u, not '%.*s'",
            public_name(rule->name), rule->min, rule->max, SHOWN(value));
    *out = (uint32_t)n;
    return ERR_OK;
}

static int read_flag(const struct rule *rule, struct slice value, uint32_t *out,
                     struct err *err)
{
    bool yes = is_text(value, "1") || is_text(value, "true");
    if (!yes && !is_text(value, "0") && !is_text(value, "false"))
        return err_set(err, ERR_INVALID, "%s is 0 or 1, not '%.*s'", rule->name,
                       SHOWN(value));
    *out = yes;
    return ERR_OK;
}

static int read_choice(const struct rule *rule, struct slice value,
                       uint32_t *out, struct err *err)
{
    char known[120] = "";
    for (uint32_t i = 0; i < CHOICES_MAX && rule->choice[i]; i++) {
        if (!*rule->choice[i])
            continue; /* the standard that has no name */
        if (is_text(value, rule->choice[i])) {
            *out = i;
            return ERR_OK;
        }
        size_t used = strlen(known);
        bool last = i + 1 == CHOICES_MAX || !rule->choice[i + 1];
        snprintf(known + used, sizeof known - used, "%s'%s'",
                 used == 0 ? ""
                 : last    ? " or "
                           : ", ",
                 rule->choice[i]);
    }
    return err_set(err, ERR_INVALID, "%s is %s, not '%.*s'",
                   public_name(rule->name), known, SHOWN(value));
}

struct reading {
    struct params *params;
    const char *const *allowed;
    bool seen[RULES];
};

static int take(struct reading *r, struct slice name, struct slice value,
                struct err *err)
{
    const struct rule *rule = rule_named(name, r->allowed);
    if (!rule)
        return unknown(name, r->allowed, err);
    if (r->seen[rule - rules])
        return err_set(err, ERR_INVALID, "parameter '%s' is given twice",
                       public_name(rule->name));
    r->seen[rule - rules] = true;

    void *field = (char *)r->params + rule->offset;
    switch (rule->kind) {
    case PARAM_NUMBER:
        return read_number(rule, value, field, err);
    case PARAM_FLAG:
        return read_flag(rule, value, field, err);
    case PARAM_CHOICE:
        return read_choice(rule, value, field, err);
    case PARAM_TEXT:
        break;
    }
    *(struct slice *)field = value;
    return ERR_OK;
}

static int take_json(struct reading *r, const char *key, json_t *json,
                     struct arena *arena, struct err *err)
{
    char number[32];
    struct slice value;
    if (json_is_string(json))
        value = (struct slice){(const uint8_t *)json_string_value(json),
                               json_string_length(json)};
    else if (json_is_boolean(json))
        value = slice_of(json_is_true(json) ? "true" : "false");
    else if (json_is_integer(json)) {
        snprintf(number, sizeof number, "%lld",
                 (long long)json_integer_value(json));
        value = slice_of(number);
    } else
        return err_set(err, ERR_INVALID,
                       "parameter '%.*s' is no string, whole number or boolean",
                       SHOWN(slice_of(key)));
    if (arena_copy_slice(arena, value, &value))
        return err_set(err, ERR_NOMEM, "no memory for the parameters");
    return take(r, slice_of(key), value, err);
}

static int read_body(struct reading *r, struct slice body, struct arena *arena,
                     struct err *err)
{
    json_error_t fault;
    json_t *root = json_loadb((const char *)body.data, body.len,
                              JSON_REJECT_DUPLICATES, &fault);
    if (!root)
        return err_set(err, ERR_INVALID, "the body is not JSON: %s (byte %d)",
                       fault.text, fault.position);
    int rc = ERR_OK;
    const char *key;
    json_t *json;
    if (!json_is_object(root))
        rc = err_set(err, ERR_INVALID, "the body is no JSON object");
    else
        json_object_foreach(
            root, key,
            json) if ((rc = take_json(r, key, json, arena, err))) break;
    json_decref(root);
    return rc;
}

static void set_standard(const struct rule *rule, struct params *out)
{
    if (rule->kind != PARAM_TEXT)
        *(uint32_t *)((char *)out + rule->offset) = rule->standard;
}

int params_read(const struct http_target *target, struct slice body,
                const char *const *allowed, struct arena *arena,
                struct params *out, struct err *err)
{
    struct reading r = {.params = out, .allowed = allowed};
    *out = (struct params){0};
    for (size_t i = 0; i < RULES; i++)
        if (!strchr(rules[i].name, '.'))
            set_standard(&rules[i], out);
    for (; *allowed; allowed++) /* an endpoint's own */
        set_standard(rule_of(*allowed), out);

    int rc = ERR_OK;
    for (size_t i = 0; i < target->param_count && rc == 0; i++)
        rc = take(&r, target->param[i].name, target->param[i].value, err);
    if (rc == 0 && body.len > 0)
        rc = read_body(&r, body, arena, err);
    return rc;
}
