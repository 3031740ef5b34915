/* print_entities.c - persons, places, organisations: those of an index, all about one,
 * and those that a query asked for. */
#include "base/limits.h"
#include "client/layout.h"
#include "client/table.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_COLUMNS = 13 };

/* In a line below other results; of more, `dateline entities` tells. */
enum { FORMS_SHOWN = 8 };

static const struct column entity_columns[] = {
    {"id", "id", COLUMN_TEXT},
    {"name", "name", COLUMN_TEXT},
    {"type", "type", COLUMN_TEXT},
    {"articles", "articles", COLUMN_COUNT},
    {"mentions", "mentions", COLUMN_COUNT},
    {0}};

static void add_comma(struct strbuf *line, size_t at)
{
    strbuf_add_text(line, at ? ", " : "");
}

/* "Lavrov 50, Sergei Lavrov 20" */
static void add_forms(struct strbuf *line, struct shape *shape,
                      const json_t *entity, size_t most)
{
    const json_t *forms = reply_array(shape, entity, "forms");
    size_t count = json_array_size(forms);
    for (size_t i = 0; i < count && i < most; i++) {
        const json_t *form = json_array_get(forms, i);
        add_comma(line, i);
        layout_clean(line, must_text(shape, form, "form"));
        strbuf_add_char(line, ' ');
        layout_number(line, must_u64(shape, form, "hits"));
    }
    if (count > most)
        strbuf_add_text(line, ", ...");
}

/* "Kyyiv, Kijew": names that are no mentions yet */
static void add_new_names(struct strbuf *line, struct shape *shape,
                          const json_t *entity)
{
    const json_t *names = reply_array(shape, entity, "new_names");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const json_t *name = json_array_get(names, i);
        if (!json_is_string(name)) {
            shape_is_wrong(shape, "new_names", "no array of texts");
            return;
        }
        add_comma(line, i);
        layout_clean(line,
                     (struct slice){(const uint8_t *)json_string_value(name),
                                    json_string_length(name)});
    }
}

/* "Sergey Lavrov, person" */
static void add_name(struct strbuf *line, struct shape *shape,
                     const json_t *entity)
{
    struct slice type = reply_text(shape, entity, "type");
    layout_clean(line, must_text(shape, entity, "name"));
    strbuf_add_text(line, type.len ? ", " : "");
    layout_clean(line, type);
}

/* --- in other replies --- */

/* "@georgia: Georgia, place, 12 articles: Georgia 20, Грузия 3; or
 * @georgia-us: Georgia, place, 2 articles" */
static void add_asked(struct strbuf *line, struct shape *shape,
                      const json_t *entity)
{
    strbuf_add_char(line, '@');
    layout_clean(line, must_text(shape, entity, "id"));
    strbuf_add_text(line, ": ");
    add_name(line, shape, entity);
    strbuf_add_text(line, ", ");
    layout_count(line, must_u64(shape, entity, "articles"), "article");
    if (json_array_size(reply_array(shape, entity, "forms"))) {
        strbuf_add_text(line, ": ");
        add_forms(line, shape, entity, FORMS_SHOWN);
    }
    if (reply_has(entity, "new_names")) {
        strbuf_add_text(line, "; not counted yet: ");
        add_new_names(line, shape, entity);
    }
}

void print_asked_entities(struct strbuf *out, struct shape *shape,
                          const json_t *reply, const struct look *look)
{
    const struct layout layout = {.width = look->terminal.width, .indent = 2};
    const json_t *entities = reply_array(shape, reply, "entities");
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    for (size_t i = 0; i < json_array_size(entities); i++) {
        const json_t *entity = json_array_get(entities, i);
        const json_t *others = reply_array(shape, entity, "others");
        strbuf_reset(&line);
        add_asked(&line, shape, entity);
        for (size_t k = 0; k < json_array_size(others); k++) {
            strbuf_add_text(&line, "; or ");
            add_asked(&line, shape, json_array_get(others, k));
        }
        layout_text(out, strbuf_slice(&line), NULL, 0, &layout);
        out->failed |= line.failed;
    }
    strbuf_release(&line);
}

/* --- all about one --- */

static void print_line(struct strbuf *out, const char *label,
                       const struct strbuf *line, const struct look *look)
{
    const struct layout layout = {.width = look->terminal.width,
                                  .indent = LABEL_COLUMNS};
    out->failed |= line->failed;
    if (line->len == 0)
        return;
    strbuf_addf(out, "  %-*s", LABEL_COLUMNS - 2, label);
    layout_text(out, strbuf_slice(line), NULL, 0, &layout);
}

static void add_related(struct strbuf *line, struct shape *shape,
                        const json_t *entity, const char *name)
{
    if (reply_has(entity, name))
        layout_clean(
            line, must_text(shape, must_object(shape, entity, name), "name"));
}

static void add_aliases(struct strbuf *line, struct shape *shape,
                        const json_t *entity)
{
    const json_t *aliases = reply_array(shape, entity, "aliases");
    for (size_t i = 0; i < json_array_size(aliases); i++) {
        const json_t *alias = json_array_get(aliases, i);
        struct slice lang = reply_text(shape, alias, "lang");
        add_comma(line, i);
        layout_clean(line, must_text(shape, alias, "text"));
        if (lang.len) {
            strbuf_add_text(line, " (");
            layout_clean(line, lang);
            strbuf_add_char(line, ')');
        }
    }
}

static void add_end(struct strbuf *line, struct shape *shape,
                    const json_t *entity, const char *name)
{
    if (!reply_has(entity, name))
        return;
    const json_t *end = must_object(shape, entity, name);
    print_date(line, reply_text(shape, end, "date"));
    strbuf_add_text(line, " · ");
    layout_clean(line, must_text(shape, end, "key"));
}

/* How many years from this one on have no article. */
static size_t empty_years(struct shape *shape, const json_t *years, size_t from)
{
    size_t count = 0;
    while (from + count < json_array_size(years) &&
           must_u64(shape, json_array_get(years, from + count), "articles") ==
               0)
        count++;
    return count;
}

/* "2019: 3, 2020 .. 2022: 0, 2023: 1, undated: 2" */
static void add_years(struct strbuf *line, struct shape *shape,
                      const json_t *entity)
{
    const json_t *years = reply_array(shape, entity, "years");
    uint64_t undated = reply_u64(shape, entity, "undated");
    size_t count = json_array_size(years);
    for (size_t i = 0; i < count; i++) {
        const json_t *year = json_array_get(years, i);
        size_t empty = empty_years(shape, years, i);
        add_comma(line, i);
        layout_clean(line, must_text(shape, year, "year"));
        if (empty > 1) {
            i += empty - 1;
            strbuf_add_text(line, " .. ");
            layout_clean(line,
                         must_text(shape, json_array_get(years, i), "year"));
        }
        strbuf_add_text(line, ": ");
        layout_number(line, must_u64(shape, year, "articles"));
    }
    if (undated) {
        add_comma(line, count);
        strbuf_addf(line, "undated: %" PRIu64, undated);
    }
}

/* "Ukraine 20 of 41" */
static void add_companions(struct strbuf *line, struct shape *shape,
                           const json_t *entity)
{
    const json_t *companions = reply_array(shape, entity, "companions");
    for (size_t i = 0; i < json_array_size(companions); i++) {
        const json_t *companion = json_array_get(companions, i);
        add_comma(line, i);
        layout_clean(line, must_text(shape, companion, "name"));
        strbuf_add_char(line, ' ');
        layout_number(line, must_u64(shape, companion, "articles"));
        strbuf_add_text(line, " of ");
        layout_number(line, must_u64(shape, companion, "corpus_articles"));
    }
}

static void print_head(struct strbuf *out, struct shape *shape,
                       const json_t *entity, const struct look *look)
{
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    add_name(&line, shape, entity);
    print_bold(out, strbuf_slice(&line), 2, look);
    strbuf_reset(&line);
    strbuf_add_char(&line, '@');
    layout_clean(&line, must_text(shape, entity, "id"));
    if (reply_has(entity, "wikidata")) {
        strbuf_add_text(&line, " @");
        layout_clean(&line, reply_text(shape, entity, "wikidata"));
    }
    print_line(out, "ask", &line, look);
    strbuf_release(&line);
}

static void print_profile(struct strbuf *out, struct shape *shape,
                          const json_t *entity, const struct look *look)
{
    struct strbuf line;
    strbuf_init(&line, LIMIT_REPLY_BYTES);
    print_head(out, shape, entity, look);
    add_related(&line, shape, entity, "parent");
    print_line(out, "part of", &line, look);
    strbuf_reset(&line);
    add_related(&line, shape, entity, "country");
    print_line(out, "country", &line, look);
    strbuf_reset(&line);
    add_aliases(&line, shape, entity);
    print_line(out, "names", &line, look);
    strbuf_reset(&line);
    layout_count(&line, must_u64(shape, entity, "articles"), "article");
    strbuf_add_text(&line, ", ");
    layout_count(&line, must_u64(shape, entity, "mentions"), "mention");
    print_line(out, "in", &line, look);
    strbuf_reset(&line);
    add_forms(&line, shape, entity, SIZE_MAX);
    print_line(out, "as", &line, look);
    strbuf_reset(&line);
    add_new_names(&line, shape, entity);
    print_line(out, "new names", &line, look);
    strbuf_reset(&line);
    add_end(&line, shape, entity, "first");
    print_line(out, "first", &line, look);
    strbuf_reset(&line);
    add_end(&line, shape, entity, "last");
    print_line(out, "last", &line, look);
    strbuf_reset(&line);
    add_years(&line, shape, entity);
    print_line(out, "years", &line, look);
    strbuf_reset(&line);
    add_companions(&line, shape, entity);
    print_line(out, "with", &line, look);
    strbuf_release(&line);
    strbuf_add_char(out, '\n');
}

/* --- dateline entities --- */

static void print_list(struct strbuf *out, struct shape *shape,
                       const json_t *entities, const struct look *look)
{
    size_t count = json_array_size(entities);
    struct table table;
    table_init(&table, entity_columns, look);
    for (size_t i = 0; i < count; i++)
        table_measure(&table, shape, json_array_get(entities, i), NULL);
    if (count) {
        table_head(out, &table);
        strbuf_add_char(out, '\n');
    }
    for (size_t i = 0; i < count && !shape->wrong; i++) {
        table_row(out, shape, &table, json_array_get(entities, i), NULL);
        strbuf_add_char(out, '\n');
    }
    strbuf_add_text(out, count ? "\n" : "");
}

/* Whether they are told in full: a profile has "aliases". */
static bool is_profile(const json_t *entities)
{
    return reply_has(json_array_get(entities, 0), "aliases");
}

void print_entities(struct strbuf *out, struct shape *shape,
                    const json_t *reply, const struct look *look)
{
    const json_t *entities = must_array(shape, reply, "entities");
    uint64_t total = must_u64(shape, reply, "total");
    size_t shown = json_array_size(entities);
    if (is_profile(entities))
        for (size_t i = 0; i < shown && !shape->wrong; i++)
            print_profile(out, shape, json_array_get(entities, i), look);
    else
        print_list(out, shape, entities, look);
    layout_number(out, total);
    strbuf_add_text(out, total == 1 ? " entity" : " entities");
    if (shown < total)
        strbuf_addf(out, " (%zu shown: --limit N)", shown);
    strbuf_add_text(out, ", ");
    print_took(out, must_u64(shape, reply, "took_us"));
    strbuf_addf(out, ", generation %" PRIu64 "\n",
                must_u64(shape, reply, "generation"));
    print_plain_notes(out, shape, reply, look);
}
